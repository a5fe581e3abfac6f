"""The tables of what was promised and what became of it."""

from __future__ import annotations

import sqlalchemy as sa

from customer360.store.metadata import metadata

interaction = sa.Table(
    "interaction",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    sa.Column("interaction_id", sa.String(255), primary_key=True),
    sa.Column("agent_id", sa.String(255), primary_key=True),
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("ended_at", sa.Float, nullable=False),
    sa.Column("interaction", sa.JSON, nullable=False),
    sa.Column("wrap_up", sa.JSON, nullable=False),
    sa.Column("committed_at", sa.Float, nullable=False),
)
"""One row per interaction and agent involved (B5): a transferred call is wrapped up by each."""

interaction_contact = sa.Table(
    "interaction_contact",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    sa.Column("interaction_id", sa.String(255), primary_key=True),
    sa.Column("agent_id", sa.String(255), primary_key=True),
    sa.Column("crm", sa.String(64), primary_key=True),
    sa.Column("resource", sa.String(255), nullable=False),
    sa.Column("record_id", sa.String(1024), nullable=False),
    sa.Column("started_at", sa.Float, nullable=False),
    sa.ForeignKeyConstraint(
        ["tenant_id", "interaction_id", "agent_id"],
        ["interaction.tenant_id", "interaction.interaction_id", "interaction.agent_id"],
        ondelete="CASCADE",
    ),
    # A contact's last interactions, newest first (F061).
    sa.Index(None, "tenant_id", "crm", "resource", "record_id", "started_at"),
)
"""The contact that was open at the end, one per CRM (F036)."""

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("interaction_id", sa.String(255), nullable=False),
    sa.Column("agent_id", sa.String(255), nullable=False),
    # Whose authorisation delivers: the agent's own.
    sa.Column("deliver_as", sa.String(255), nullable=False),
    sa.Column("crm", sa.String(64), nullable=False),
    # The organisation that it was accepted for, and the CRM's user for whom; "": not known.
    sa.Column("organisation", sa.String(255), nullable=False, server_default=sa.text("''")),
    sa.Column("crm_user", sa.String(255), nullable=False, server_default=sa.text("''")),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("draft", sa.JSON, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("due_at", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_sent_at", sa.Float),
    # No request of an attempt whose outcome is unknown leaves after this time; NULL: no such attempt.
    sa.Column("sent_until", sa.Float),
    # Raised by every claim and by every decision of a person; a change names the fence it was claimed with.
    sa.Column("fence", sa.Integer, nullable=False),
    sa.Column("leased_until", sa.Float, nullable=False),
    sa.Column("record_resource", sa.String(255)),
    sa.Column("record_id", sa.String(1024)),
    sa.Column("problem", sa.JSON(none_as_null=True)),
    # Of the draft as it was promised: what is delivered may have been corrected since. NULL: not known.
    sa.Column("digest", sa.String(64)),
    sa.Index(None, "state", "due_at"),
    sa.Index(None, "tenant_id", "interaction_id"),
)
"""Activities that were promised. States are those of :class:`customer360.outbox.rows.DeliveryState`."""
