"""Links, authorisations, sign-ins under way, refresh leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("crm", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("application", sa.LargeBinary, nullable=False),
        sa.Column("account", sa.JSON, nullable=False),
        sa.Column("resources", sa.JSON),
        sa.Column("configured", sa.JSON),
        sa.Column("linked_at", sa.Float),
        sa.Column("stamp", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "crm", name="pk_link"),
    )
    op.create_table(
        "authorization",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("crm", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.String(255), nullable=False),
        sa.Column("grant", sa.LargeBinary, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("dead", sa.Boolean, nullable=False),
        sa.Column("stamp", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "crm", "agent_id", name="pk_authorization"),
    )
    op.create_table(
        "pending_login",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("state_digest", sa.String(64), nullable=False),
        sa.Column("crm", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.String(255), nullable=False),
        sa.Column("pending", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "state_digest", name="pk_pending_login"),
    )
    op.create_table(
        "refresh_lease",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(512), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name="pk_refresh_lease"),
    )
