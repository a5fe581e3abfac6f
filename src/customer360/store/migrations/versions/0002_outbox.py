"""Interactions, their final contacts, and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = None  # becomes "0001" when the links' migration is there
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interaction",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("interaction_id", sa.String(255), nullable=False),
        sa.Column("agent_id", sa.String(255), nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float, nullable=False),
        sa.Column("interaction", sa.JSON, nullable=False),
        sa.Column("wrap_up", sa.JSON, nullable=False),
        sa.Column("committed_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "interaction_id", "agent_id", name="pk_interaction"),
    )
    op.create_table(
        "interaction_contact",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("interaction_id", sa.String(255), nullable=False),
        sa.Column("agent_id", sa.String(255), nullable=False),
        sa.Column("crm", sa.String(64), nullable=False),
        sa.Column("resource", sa.String(255), nullable=False),
        sa.Column("record_id", sa.String(1024), nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "interaction_id", "agent_id", "crm", name="pk_interaction_contact"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "interaction_id", "agent_id"],
            ["interaction.tenant_id", "interaction.interaction_id", "interaction.agent_id"],
            name="fk_interaction_contact_tenant_id_interaction_id_agent_id_interaction",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_interaction_contact_tenant_id_crm_resource_record_id_started_at",
        "interaction_contact",
        ["tenant_id", "crm", "resource", "record_id", "started_at"],
    )
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("interaction_id", sa.String(255), nullable=False),
        sa.Column("agent_id", sa.String(255), nullable=False),
        sa.Column("deliver_as", sa.String(255), nullable=False),
        sa.Column("crm", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("draft", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_sent_at", sa.Float),
        sa.Column("sent_until", sa.Float),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("leased_until", sa.Float, nullable=False),
        sa.Column("record_resource", sa.String(255)),
        sa.Column("record_id", sa.String(1024)),
        sa.Column("problem", sa.JSON),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_outbox"),
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
    op.create_index("ix_outbox_tenant_id_interaction_id", "outbox", ["tenant_id", "interaction_id"])
