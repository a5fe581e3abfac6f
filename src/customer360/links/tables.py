"""The tables of links and authorisations. What is secret is sealed; see :mod:`customer360.vault`."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from customer360.store.metadata import metadata

ACCOUNT: Final = ""
"""The ``agent_id`` of the account's own sign-in, which is its administrator's."""

link = sa.Table(
    "link",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    sa.Column("crm", sa.String(64), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("application", sa.LargeBinary, nullable=False),
    # What signing in told of the account: organisation, facts to keep with the link.
    sa.Column("account", sa.JSON, nullable=False),
    sa.Column("resources", sa.JSON(none_as_null=True)),
    sa.Column("configured", sa.JSON(none_as_null=True)),
    sa.Column("linked_at", sa.Float),
    # Random at every change, so that another process sees that its picture is old.
    sa.Column("stamp", sa.String(32), nullable=False),
)
"""One row per CRM of an account (F105)."""

authorization = sa.Table(
    "authorization",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    sa.Column("crm", sa.String(64), primary_key=True),
    sa.Column("agent_id", sa.String(255), primary_key=True),
    sa.Column("grant", sa.LargeBinary, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("dead", sa.Boolean, nullable=False),
    sa.Column("stamp", sa.String(32), nullable=False),
)
"""One row per person who signed in to a CRM, and one for the account."""

pending_login = sa.Table(
    "pending_login",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    # A digest: whoever reads the store cannot forge the return of a sign-in.
    sa.Column("state_digest", sa.String(64), primary_key=True),
    sa.Column("crm", sa.String(64), nullable=False),
    sa.Column("agent_id", sa.String(255), nullable=False),
    sa.Column("pending", sa.LargeBinary, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)
"""Sign-ins under way."""

refresh_lease = sa.Table(
    "refresh_lease",
    metadata,
    sa.Column("tenant_id", sa.String(255), primary_key=True),
    sa.Column("name", sa.String(512), primary_key=True),
    sa.Column("holder", sa.String(64), nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)
"""Who refreshes an authorisation now (R3); see :mod:`customer360.store.leases`."""
