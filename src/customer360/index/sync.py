"""Filling the index: the changes of every contact resource, page by page (D13)."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from customer360.connections import Connection
from customer360.core.effects import Emit, Now, Operation, Random, Sleep, tx
from customer360.core.errors import Customer360Error, Gone, InvalidValue, StoreError, UnexpectedAnswer
from customer360.core.metadata import Resource
from customer360.core.paging import PageGuard
from customer360.core.records import Changes, RecordRef
from customer360.index import rows
from customer360.index.places import Owned, Place
from customer360.store import processes

_AT_ONCE = 200
"""Contacts applied in one transaction: a wrap-up that is stored meanwhile waits for no more."""
_BREATH = 0.005
"""Seconds between two: others who wait for the store ask again every other millisecond."""
_MOST_PAGES = 100_000
_MOST_EMPTY_PAGES = 50  # a CRM that filters its delta may send many


@attrs.frozen(kw_only=True)
class SyncProgress:
    """Told after every page: ``records`` read so far of ``total``, where the CRM tells it.

    ``whole`` says that everything is being read, not only what changed. Holds no personal data.
    """

    crm: str
    resource: str
    whole: bool
    records: int
    total: int | None = None


@attrs.frozen(kw_only=True)
class ResourceSync:
    """What came of one resource: the records that came and went, and the error that stopped it, if one did."""

    resource: str
    whole: bool = False
    pages: int = 0
    changed: int = 0
    gone: int = 0
    problem: Customer360Error | None = attrs.field(default=None, eq=False)


@attrs.frozen(kw_only=True)
class SyncReport:
    """What came of a sync. ``busy`` lists resources that another worker was syncing, or took over."""

    resources: tuple[ResourceSync, ...] = ()
    busy: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the index is up to date now."""
        return not self.busy and all(each.problem is None for each in self.resources)


def owned_by(connection: Connection, resource: Resource) -> Owned:
    """Whose index holds a resource's contacts.

    Raises :class:`InvalidValue` for private contacts on a connection that is no agent's.
    """
    if resource.private and not connection.agent_id:
        raise InvalidValue(
            f"the contacts of {resource.label} are private to an agent, and this connection is no agent's",
            next_step="name the agent whose contacts they are: agent_id, or --agent on the command line",
        )
    return _owned(connection, private=resource.private)


def _owned(connection: Connection, *, private: bool) -> Owned:
    owner = connection.agent_id if private else ""
    return Owned(connection.tenant_id, connection.crm, owner, connection.whose(private=private))


async def sync(connection: Connection, regions: Sequence[str] = ()) -> SyncReport:
    """Bring the index up to date; goes on where a sync that was killed had come to.

    A resource that fails does not stop the others; what the store cannot do is raised. The first sync of a resource
    reads everything. ``regions`` are the account's and the installation's countries, best first.
    """
    indexed: dict[Owned, list[Resource]] = {_owned(connection, private=False): []}
    if connection.agent_id:
        indexed[_owned(connection, private=True)] = []
    for resource in connection.contact_resources:
        indexed[owned_by(connection, resource)].append(resource)
    holder = f"{await Random():.17f} {processes.this()}"
    done: list[ResourceSync] = []
    busy: list[str] = []
    for owned, resources in indexed.items():
        names = [each.name for each in resources]
        while (places := await tx(rows.begin, owned, names, holder, await Now())) is rows.FORMER:
            pass
        if places is None:
            busy.extend(each.name for each in resources)
            continue
        try:
            for place in places:
                outcome = await _resource(connection, owned, place, tuple(regions), holder)
                if outcome is None:
                    busy.append(place.resource)
                else:
                    done.append(outcome)
        finally:
            await tx(rows.end, owned, holder)
    return SyncReport(resources=tuple(done), busy=tuple(busy))


async def _resource(
    connection: Connection, owned: Owned, place: Place, regions: tuple[str, ...], holder: str
) -> ResourceSync | None:
    report = ResourceSync(resource=place.resource, whole=place.whole)
    guard, last = _guard(place), frozenset[RecordRef]()
    restarted = False
    try:
        while True:
            try:
                page = await connection.run(_page(connection, place))
            except Gone:
                if place.cursor is None or restarted:
                    raise
                restarted = True
                place = await tx(rows.start_over, owned, place)
                guard, last = _guard(place), frozenset()
                report = attrs.evolve(report, whole=True)
                continue
            if page.more and page.cursor is None:
                raise UnexpectedAnswer("the CRM promises more changes and does not say where they begin")
            before, done = place, 0
            while len(page.changed) - done > _AT_ONCE:
                part = page.changed[done : done + _AT_ONCE]
                if not await tx(rows.apply_part, owned, place, part, regions, holder, await Now()):
                    return None
                done += _AT_ONCE
                await Sleep(_BREATH)
            after = await tx(rows.apply, owned, place, page, regions, holder, await Now(), done)
            if after is None:
                return None
            place = after
            report = attrs.evolve(
                report,
                pages=report.pages + 1,
                changed=report.changed + len(page.changed),
                gone=report.gone + len(page.gone),
            )
            await Emit(
                SyncProgress(
                    crm=connection.crm,
                    resource=place.resource,
                    whole=before.whole,
                    records=before.records + len(page.changed),
                    total=page.total,
                )
            )
            if not page.more or page.cursor is None:
                return report
            # A page that brings what the last one brought counts as empty: cursors may be new for ever.
            here = frozenset((*(each.ref for each in page.changed), *page.gone))
            guard.follow(page.cursor, len(here - last))
            last = here
    except StoreError:
        raise
    except Customer360Error as problem:
        return attrs.evolve(report, problem=problem)


def _page(connection: Connection, place: Place) -> Operation[Changes]:
    return connection.connector.changes(connection.facts, place.resource, place.cursor)


def _guard(place: Place) -> PageGuard:
    return PageGuard(first=place.cursor, most=_MOST_PAGES, most_empty=_MOST_EMPTY_PAGES)
