"""Rows of the phone index under the number of their scope alone: a third of the weight, and a shorter way to each.

An index is a copy: it is dropped here, and filled anew by the next sync.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("index_address", "index_number", "index_contact", "index_resource", "index_scope"):
        op.drop_table(name)
    op.create_table(
        "index_scope",
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("crm", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("scope", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "crm", "owner", name="pk_index_scope"),
        sa.UniqueConstraint("scope", name="uq_index_scope_scope"),
        sqlite_with_rowid=False,
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
        sqlite_with_rowid=False,
    )
    op.create_table(
        "index_contact",
        sa.Column("scope", sa.Integer, nullable=False),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.Column("resource", sa.String(255), nullable=False),
        sa.Column("record_id", sa.String(1024), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("tails", sa.Text, nullable=False),
        sa.Column("addresses", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("scope", "contact", name="pk_index_contact"),
        sa.UniqueConstraint("scope", "resource", "record_id", name="uq_index_contact_scope_resource_record_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "index_number",
        sa.Column("scope", sa.Integer, nullable=False),
        sa.Column("tail", sa.Integer, nullable=False),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("scope", "tail", "contact", name="pk_index_number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "index_address",
        sa.Column("scope", sa.Integer, nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("contact", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("scope", "address", "contact", name="pk_index_address"),
        sqlite_with_rowid=False,
    )
