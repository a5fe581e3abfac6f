"""The phone index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "index_scope",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("crm", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("scope", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "crm", "owner", name="pk_index_scope"),
        sa.UniqueConstraint("tenant_id", "scope", name="uq_index_scope_tenant_id_scope"),
    )
    op.create_table(
        "index_lease",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "name", name="pk_index_lease"),
    )
    op.create_table(
        "index_resource",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("scope", sa.Integer, nullable=False),
        sa.Column("resource", sa.String(255), nullable=False),
        sa.Column("cursor", sa.Text),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("ready_at", sa.Float),
        sa.Column("synced_at", sa.Float),
        sa.PrimaryKeyConstraint("tenant_id", "scope", "resource", name="pk_index_resource"),
    )
    op.create_table(
        "index_contact",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("scope", sa.Integer, nullable=False),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.Column("resource", sa.String(255), nullable=False),
        sa.Column("record_id", sa.String(1024), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("tails", sa.Text, nullable=False),
        sa.Column("addresses", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope", "contact", name="pk_index_contact"),
        sa.UniqueConstraint(
            "tenant_id", "scope", "resource", "record_id", name="uq_index_contact_tenant_id_scope_resource_record_id"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "index_number",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("scope", sa.Integer, nullable=False),
        sa.Column("tail", sa.Integer, nullable=False),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope", "tail", "contact", name="pk_index_number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "index_address",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("scope", sa.Integer, nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "scope", "address", "contact", name="pk_index_address"),
        sqlite_with_rowid=False,
    )
