"""Changes of a link, one transaction each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs
import sqlalchemy as sa

from customer360.core.errors import InvalidSettings, NotLinked
from customer360.core.metadata import Resource
from customer360.core.serialization import to_json
from customer360.links import rows
from customer360.links.rows import AuthorizationRow, LinkRow, LinkState
from customer360.links.tables import ACCOUNT

LOCATED: Final = "located"
"""The part of a link's ``account`` that :meth:`customer360.core.connector.Connector.locate` told."""


def store_link(
    connection: sa.Connection,
    row: LinkRow,
    *,
    relink: bool,
    place: frozenset[str],
    client_of: Callable[[LinkRow], str | None],
) -> LinkRow:
    """Store a new link, or a link anew in the place of the one there is; what was granted elsewhere does not follow.

    ``place`` names the settings that say where a link leads. Raises :class:`InvalidSettings` unless ``relink``.
    """
    before = rows.read_link(connection, row.tenant_id, row.crm)
    if before is None:
        rows.put_link(connection, row)
        return row
    if not relink:
        raise InvalidSettings(
            f"{row.crm} is linked already", next_step="relink it with relink=True, or unlink it first"
        )
    same_place = _at(before, place) == _at(row, place) and client_of(before) == client_of(row)
    rows.remove_pending(connection, row.tenant_id, row.crm)
    rows.remove_authorization(connection, row.tenant_id, row.crm, ACCOUNT)
    if not same_place:
        # Granted to another client, or elsewhere: a token must not follow the link to other hosts.
        rows.remove_agents(connection, row.tenant_id, row.crm)
    rows.change_link(
        connection,
        row.tenant_id,
        row.crm,
        state=row.state.value,
        settings=dict(row.settings),
        application=row.application,
        account={**before.account, **row.account},
    )
    return attrs.evolve(before, state=row.state, settings=row.settings)


def _at(row: LinkRow, place: frozenset[str]) -> dict[str, str]:
    return {name: value for name, value in row.settings.items() if name in place}


def store_located(connection: sa.Connection, tenant_id: str, crm: str, found: Mapping[str, str]) -> None:
    """Keep where the API is by now, so that every process finds it there."""
    row = rows.read_link(connection, tenant_id, crm)
    if row is not None and row.account.get(LOCATED) != dict(found):
        rows.change_link(connection, tenant_id, crm, account={**row.account, LOCATED: dict(found)})


def store_resources(
    connection: sa.Connection, tenant_id: str, crm: str, found: tuple[Resource, ...], told: Mapping[str, str]
) -> None:
    """Keep the resources that were found and the facts that came with them. Raises :class:`NotLinked`."""
    row, signed_in = read_both(connection, tenant_id, crm, ACCOUNT)
    if row is None or signed_in is None:
        raise NotLinked(f"{crm} was unlinked meanwhile")
    rows.change_link(
        connection,
        tenant_id,
        crm,
        resources=[to_json(each) for each in found],
        account={**row.account, "extra": {**row.account.get("extra", {}), **told}},
    )
    extra = {**signed_in.facts.get("extra", {}), **told}
    rows.change_facts(connection, signed_in, {**signed_in.facts, "extra": extra})


def forget(
    connection: sa.Connection, tenant_id: str, crm: str, agent_id: str
) -> tuple[LinkRow | None, AuthorizationRow | None]:
    """Remove a sign-in and tell what it was; without the account's own, a link waits for an administrator."""
    row, signed_in = read_both(connection, tenant_id, crm, agent_id)
    rows.remove_authorization(connection, tenant_id, crm, agent_id)
    if signed_in is not None and agent_id == ACCOUNT:
        rows.change_link(connection, tenant_id, crm, state=LinkState.PENDING.value)
    return row, signed_in


def read_both(
    connection: sa.Connection, tenant_id: str, crm: str, agent_id: str
) -> tuple[LinkRow | None, AuthorizationRow | None]:
    """A link and one sign-in to it, as they are at one moment."""
    return rows.read_link(connection, tenant_id, crm), rows.read_authorization(connection, tenant_id, crm, agent_id)
