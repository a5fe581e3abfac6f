"""Opening a client's rooms: what :class:`Customer360` and :class:`AsyncCustomer360` have in common."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from customer360.core.errors import InvalidValue
from customer360.core.linking import Residency
from customer360.core.matching import MatchPolicy
from customer360.desk.deadlines import Deadlines
from customer360.desk.office import Office
from customer360.index.phone_index import PhoneIndex
from customer360.links.links import Links
from customer360.outbox.delivery import Delivery, Timing
from customer360.plugins import Plugins, installed
from customer360.store.engine import Store, open_store
from customer360.transport.endpoints import Endpoints
from customer360.vault import MasterKey, Vault

_LONGEST_ID = 255


@attrs.frozen(kw_only=True)
class Opened:
    """An office and what must be closed with it."""

    office: Office
    store: Store
    plugins: Plugins
    endpoints: Endpoints


def open_office(
    *,
    tenant_id: str,
    store: str | None,
    key: MasterKey | None,
    match: MatchPolicy,
    deadlines: Deadlines,
    endpoints: Mapping[str, str] | None,
    plugins: Plugins | None,
    residency: Residency | None = None,
) -> Opened:
    """Open the store (``None``: a file in the user's data folder) and put the rooms around it."""
    if not 0 < len(tenant_id) <= _LONGEST_ID or tenant_id.isspace() or not tenant_id.isprintable():
        raise InvalidValue(
            f"tenant_id is no text of 1 to {_LONGEST_ID} printable characters",
            next_step="give your own id of the account, or leave it out where there is one account only",
        )
    found = installed() if plugins is None else plugins
    mapped = Endpoints(endpoints)
    links = Links(plugins=found, vault=Vault(key), endpoints=mapped, residency=residency)
    office = Office(
        tenant_id=tenant_id,
        links=links,
        index=PhoneIndex(regions=match.regions),
        delivery=Delivery(links.connection, Timing(request=max(1.0, deadlines.write - 1.0)), tenant_id),
        policy=match,
        deadlines=deadlines,
    )
    return Opened(
        office=office, store=open_store(_own_file() if store is None else store), plugins=found, endpoints=mapped
    )


def _own_file() -> str:
    import platformdirs

    folder = Path(platformdirs.user_data_dir("customer360", appauthor=False))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'customer360.db'}"
