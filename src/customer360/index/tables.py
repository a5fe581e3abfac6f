"""The tables of the phone index.

A *scope* is one index: an account's view of one CRM, or, where contacts are private, one agent's. Its small number
stands in every row in the place of its three names, which would be most of what five million rows weigh. It is nobody
else's, and is found by its names alone: whoever has no tenant's names has no rows of the tenant's.
"""

from __future__ import annotations

import sqlalchemy as sa

from customer360.store.metadata import metadata

scope = sa.Table(
    "index_scope",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    sa.Column("crm", sa.String(64), primary_key=True),
    # The agent's id where the contacts are private to the agent's mailbox, else "".
    sa.Column("owner", sa.String(255), primary_key=True),
    # Whose records were read, an organisation's or one user's of it: no answer for somebody else who signs in next.
    sa.Column("belongs", sa.String(512), nullable=False, server_default=sa.text("''")),
    sa.Column("scope", sa.Integer, nullable=False),
    sa.UniqueConstraint("scope"),
    sqlite_with_rowid=False,
)

lease = sa.Table(
    "index_lease",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    sa.Column("name", sa.String(255), primary_key=True),
    sa.Column("holder", sa.String(64), nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)
"""Who syncs an index just now."""

progress = sa.Table(
    "index_resource",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    sa.Column("scope", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("resource", sa.String(255), primary_key=True),
    # Where the next page begins; NULL: at the beginning.
    sa.Column("cursor", sa.Text),
    # Raised when reading begins anew: what still carries an older one at the end is no longer in the CRM.
    sa.Column("round", sa.Integer, nullable=False),
    # Whether the round under way reads everything.
    sa.Column("whole", sa.Boolean, nullable=False),
    # Records read in the round under way.
    sa.Column("records", sa.Integer, nullable=False),
    # When everything had been read for the first time; NULL: not yet, the index cannot answer.
    sa.Column("ready_at", sa.Float),
    # When everything had been read for the last time: what the CRM learnt since, the index does not know.
    sa.Column("synced_at", sa.Float),
    sqlite_with_rowid=False,
)
"""How far each resource has been read."""

contact = sa.Table(
    "index_contact",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("contact", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("resource", sa.String(255), nullable=False),
    sa.Column("record_id", sa.String(1024), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("tails", sa.Text, nullable=False),
    sa.Column("addresses", sa.Text, nullable=False),
    sa.Column("snapshot", sa.Text, nullable=False),
    sa.UniqueConstraint("scope", "resource", "record_id"),
    sqlite_with_rowid=False,
)
"""Contacts that have a number or an address; ``tails`` and ``addresses`` are its rows in the two tables below, as JSON,
so that they can be taken away again whatever the rules were when they were made."""

number = sa.Table(
    "index_number",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("tail", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("contact", sa.Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""The last eight digits of every number: equal for all its readings, so that one look-up finds them all."""

address = sa.Table(
    "index_address",
    metadata,
    sa.Column("scope", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("address", sa.String(320), primary_key=True),
    sa.Column("contact", sa.Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""E-mail addresses, case-folded."""
