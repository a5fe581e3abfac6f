"""What a connector does not declare is refused, and what it overrides is declared: every operation there is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn

import pytest

from customer360.core.activities import ActivityChange, ActivityFilter, CallDraft, NoteDraft
from customer360.core.auth import AuthScheme
from customer360.core.capabilities import (
    CREATE,
    RELATED,
    Capabilities,
    Capability,
    CreateClass,
    PhoneSearch,
    cannot,
)
from customer360.core.connector import Connector, ConnectorInfo, Identity, Limits
from customer360.core.effects import Request
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.linking import Hosts, LinkFacts, Linking
from customer360.core.metadata import Resource, Schema
from customer360.core.records import Contact, ContactChange, ContactDraft, ContactKind, Page, RecordRef, RelatedKind
from customer360.core.search import Query
from customer360.core.wire import Response
from customer360.plugins import installed
from customer360_testkit.by_hand import play, signed_in
from customer360_testkit.fakes.registry import fake_named
from customer360_zoho import ZohoConnector

FACTS = LinkFacts(crm="bare")
REF = RecordRef("bare", "people", "1")
WHEN = datetime(2026, 5, 14, tzinfo=UTC)
NOTE = NoteDraft(contact=REF, key="k")


class Bare(Connector):
    """Only what must be written; it declares that nothing can be done."""

    info: ClassVar[ConnectorInfo] = ConnectorInfo(
        key="bare", name="Bare", vendor="Bare", docs_url="https://bare.example/", icon="bare", api_version="1"
    )
    linking: ClassVar[Linking] = Linking()
    auth: ClassVar[AuthScheme] = ZohoConnector.auth
    limits: ClassVar[Limits] = Limits(page_size=1)

    def hosts(self, facts: LinkFacts) -> Hosts:
        return Hosts(api=("api.bare.example",), login=("login.bare.example",))

    def api_base(self, facts: LinkFacts) -> str:
        return "https://api.bare.example"

    def in_emea(self, facts: LinkFacts) -> bool:
        return False

    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return (Resource(name="people", label="People", contact_kind=ContactKind.CONTACT),)

    def capabilities(self, facts: LinkFacts) -> Capabilities:
        return Capabilities({each: cannot(f"no {each.value} here") for each in Capability})

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return PhoneSearch.NONE

    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        return {}

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return None

    async def identify(self, facts: LinkFacts) -> Identity:
        raise NotImplementedError

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        raise NotImplementedError

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        raise NotImplementedError

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        raise NotImplementedError


BARE = Bare()
REFUSED: Mapping[str, tuple[Callable[[], Any], tuple[Capability, ...]]] = {
    "create": (lambda: BARE.create(FACTS, ContactDraft(resource="people", fields={})), (Capability.CREATE_CONTACT,)),
    "update": (lambda: BARE.update(FACTS, ContactChange(ref=REF, fields={})), (Capability.UPDATE_CONTACT,)),
    "related": (lambda: BARE.related(FACTS, REF, RelatedKind.NOTE), tuple(RELATED.values())),
    "activities": (lambda: BARE.activities(FACTS, ActivityFilter(resource="n")), (Capability.LIST_ACTIVITIES,)),
    "create_activity": (lambda: BARE.create_activity(FACTS, NOTE), tuple(CREATE.values())),
    "update_activity": (
        lambda: BARE.update_activity(FACTS, ActivityChange(ref=REF, kind=RelatedKind.NOTE)),
        (Capability.UPDATE_ACTIVITY,),
    ),
    "find_created": (
        lambda: BARE.find_created(FACTS, NOTE, since=WHEN),
        (*CREATE.values(), Capability.CREATE_CONTACT),
    ),
    "link": (lambda: BARE.link(FACTS, REF, REF), (Capability.LINK,)),
    "unlink": (lambda: BARE.unlink(FACTS, REF, REF), (Capability.UNLINK,)),
    "changes": (lambda: BARE.changes(FACTS, "people"), (Capability.DELTA,)),
}
"""The operations that need a capability: how to call each, and what any one of may be needed."""
UNREFUSED = {"locate", "warm_up", "list_resources", "tied"}
"""The operations that have a default of their own, which needs no capability."""


def nobody(request: Request) -> NoReturn:
    raise AssertionError(f"{request.method} {request.path} was sent")


def test_every_operation_is_looked_at() -> None:
    """One that is new in the contract is added here, or to those with a default; abstract ones are always written."""
    written = {name: value for name, value in vars(Connector).items() if name[0] != "_"}
    operations = {name for name, value in written.items() if inspect.iscoroutinefunction(value)}
    assert operations - Connector.__abstractmethods__ == {*REFUSED, *UNREFUSED}


@pytest.mark.feature("F095")
@pytest.mark.parametrize("name", REFUSED)
def test_an_operation_that_is_not_written_is_refused_with_the_reason(name: str) -> None:
    """Before any request."""
    call, needed = REFUSED[name]
    with pytest.raises(Unsupported) as refused:
        play(call(), nobody)
    assert any(f"no {each.value} here" in str(refused.value) for each in needed)


@pytest.mark.feature("F095")
def test_each_kind_is_refused_with_its_own_reason() -> None:
    """Listing, creating and looking for it."""
    call = CallDraft(contact=REF, key="k", started_at=WHEN)
    person = ContactDraft(resource="people", fields={})
    for op, reason in (
        (BARE.related(FACTS, REF, RelatedKind.DEAL), "no related_deals here"),
        (BARE.create_activity(FACTS, call), "no create_call here"),
        (BARE.find_created(FACTS, call, since=WHEN), "no create_call here"),
        (BARE.find_created(FACTS, person, since=WHEN), "no create_contact here"),
    ):
        with pytest.raises(Unsupported, match=reason):
            play(op, nobody)


def test_what_has_a_default_keeps_to_it() -> None:
    """Nothing to locate, one way of signing in, the declared resources, no address, nothing within; no waking."""
    assert play(BARE.locate(FACTS), nobody) == {}
    assert BARE.auth_for(FACTS) is BARE.auth
    assert play(BARE.list_resources(FACTS), nobody) == BARE.resources(FACTS)
    assert BARE.record_url(FACTS, REF) is None
    assert BARE.related_within(FACTS, Contact(ref=REF), RelatedKind.NOTE) == ()
    assert (BARE.warm_for, BARE.may_have_moved, BARE.within_contact) == (None, (), frozenset())
    with pytest.raises(Unsupported, match="no waking"):
        play(BARE.warm_up(FACTS), nobody)


def silent(kind: type[Connector], facts: LinkFacts) -> list[str]:
    """What a connector overrides, although it declares that it cannot be done or has no use."""
    connector, base = kind(), Connector
    able = connector.capabilities(facts)
    needs = {name: needed for name, (_, needed) in REFUSED.items()} | {"record_url": (Capability.RECORD_URL,)}
    found = [
        name
        for name, needed in needs.items()
        if getattr(kind, name) is not getattr(base, name) and not any(able[each].can for each in needed)
    ]
    if (kind.warm_up is not base.warm_up) != (kind.warm_for is not None):
        found.append("warm_up")
    if kind.may_have_moved and kind.locate is base.locate:
        found.append("locate")
    if (kind.related_within is not base.related_within) != bool(kind.within_contact):
        found.append("related_within")
    if not isinstance(connector.auth_for(facts), AuthScheme):
        found.append("auth_for")
    return found


@pytest.mark.feature("F095")
@pytest.mark.parametrize("key", sorted(installed().connectors))
def test_what_a_connector_of_ours_overrides_is_declared(key: str) -> None:
    """A verb that nobody is offered hides in no plugin; one that is offered with everything granted is none."""
    connector = installed().connectors[key]
    assert silent(type(connector), signed_in(connector, fake_named(key)(cast=())).facts) == []


def test_a_silent_override_is_seen() -> None:
    """Of a verb, of an address, of what needs its declaration."""

    class Sly(Bare):
        warm_for: ClassVar[float | None] = 60.0
        may_have_moved: ClassVar[tuple[type[Customer360Error], ...]] = (Unsupported,)
        within_contact: ClassVar[frozenset[RelatedKind]] = frozenset({RelatedKind.NOTE})

        def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
            return "https://bare.example/"

        async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
            """Nothing."""

    assert silent(Sly, FACTS) == ["link", "record_url", "warm_up", "locate", "related_within"]
