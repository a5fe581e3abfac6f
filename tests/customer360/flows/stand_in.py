"""A CRM of a few lines with its connector, and a player that runs an operation by hand over a real store.

The connector speaks requests like any other; the CRM answers them, fails on demand and keeps what it was asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

import attrs

from customer360.connections import Connection
from customer360.core.auth import AuthScheme
from customer360.core.capabilities import CAN, Capabilities, Capability, CreateClass, PhoneSearch, cannot
from customer360.core.connector import Connector, ConnectorInfo, Identity, Limits
from customer360.core.effects import (
    GET,
    Effect,
    Emit,
    Err,
    Handle,
    Handler,
    Now,
    Ok,
    Operation,
    Peek,
    Random,
    Request,
    Send,
    Settle,
    Sleep,
    Tx,
    Within,
)
from customer360.core.errors import CrmUnavailable, Customer360Error, Forbidden, Gone, NotFound
from customer360.core.linking import Hosts, LinkFacts, Linking
from customer360.core.metadata import Resource, Schema
from customer360.core.records import (
    Changes,
    Contact,
    ContactKind,
    Email,
    Page,
    Phone,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query
from customer360.core.wire import Response
from customer360.store.engine import Store
from customer360_testkit.by_hand import step_by_step

T = TypeVar("T")

PEOPLE = Resource(
    name="people", label="People", contact_kind=ContactKind.CONTACT, phones=("phone", "mobile"), emails=("email",)
)
LEADS = Resource(name="leads", label="Leads", contact_kind=ContactKind.LEAD, phones=("phone",), emails=("email",))
MAILBOX = attrs.evolve(PEOPLE, name="mailbox", label="Mailbox", private=True)
FACTS = LinkFacts(crm="stand-in")
HOME = "https://stand-in.example"


@attrs.define
class Card:
    """One record: what its fields hold."""

    id: str
    resource: str = "people"
    name: str = ""
    phone: str = ""
    mobile: str = ""
    email: str = ""
    region: str | None = None
    fields: Mapping[str, str] = attrs.field(factory=dict)

    def contact(self, *, partial: bool = False) -> Contact:
        return Contact(
            ref=RecordRef("stand-in", self.resource, self.id),
            name=self.name,
            region=self.region,
            phones=tuple(Phone(each, getattr(self, each)) for each in ("phone", "mobile") if getattr(self, each)),
            emails=(Email("email", self.email),) if self.email else (),
            fields=self.fields,
            partial=partial,
        )


@attrs.define
class StandIn:
    """The CRM: ``failing`` maps a path prefix to a status (0: no answer at all); ``asked`` are the paths."""

    cards: dict[tuple[str, str], Card] = attrs.field(factory=dict)
    merged: dict[tuple[str, str], str] = attrs.field(factory=dict)
    failing: dict[str, int] = attrs.field(factory=dict)
    asked: list[str] = attrs.field(factory=list)
    log: list[tuple[str, str]] = attrs.field(factory=list)
    page_size: int = 2
    epoch: int = 0
    accepts_cursors: bool = True
    phones_in_search: bool = True

    def put(self, *cards: Card) -> None:
        for card in cards:
            self.cards[card.resource, card.id] = card
            self.log.append((card.resource, card.id))

    def delete(self, resource: str, record: str) -> None:
        self.cards.pop((resource, record), None)
        self.log.append((resource, record))

    def lose_the_log(self) -> None:
        """Forget the history: what exists is all that can be read, and old cursors count no more."""
        self.log = list(self.cards)
        self.epoch += 1

    def answer(self, request: Request) -> Response:
        self.asked.append(request.path)
        status = next((each for prefix, each in self.failing.items() if request.path.startswith(prefix)), 200)
        return Response(status, json.dumps({"path": request.path}).encode())


class StandInConnector(Connector):
    """Its connector. Every verb is one request; what the answer would hold is read from the CRM's memory."""

    info = ConnectorInfo(key="stand-in", name="Stand-in", vendor="nobody", docs_url="", icon="", api_version="1")
    linking = Linking()
    auth: ClassVar[AuthScheme]
    limits = Limits(page_size=2)

    def __init__(self, crm: StandIn, *resources: Resource) -> None:
        self.crm, self.declared = crm, resources or (PEOPLE, LEADS)

    def hosts(self, facts: LinkFacts) -> Hosts:
        raise NotImplementedError

    def api_base(self, facts: LinkFacts) -> str:
        return HOME

    def in_emea(self, facts: LinkFacts) -> bool:
        return True

    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return self.declared

    def capabilities(self, facts: LinkFacts) -> Capabilities:
        every: dict[Capability, Any] = dict.fromkeys(Capability, CAN)
        if not self.crm.phones_in_search:
            every[Capability.SEARCH_PHONE] = cannot("it has no search by phone")
        return Capabilities(every)

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return PhoneSearch.SUBSTRING

    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        return {}

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        match response.status:
            case 200:
                return None
            case 403:
                return Forbidden("the user's profile does not allow it", status=403)
            case status:
                return CrmUnavailable("the stand-in is down", status=status)

    async def identify(self, facts: LinkFacts) -> Identity:
        raise NotImplementedError

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        raise NotImplementedError

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        await GET(f"/search/{resource}")
        hits = [card.contact(partial=True) for card in self.crm.cards.values() if _holds(card, resource, query)]
        return Page(tuple(hits[:limit]), "more" if len(hits) > limit else None)

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        await GET(f"/records/{ref.resource}/{ref.id}")
        survivor = self.crm.merged.get((ref.resource, ref.id))
        if survivor is not None:
            raise Gone("it was merged", ref=ref, merged_into=RecordRef(ref.crm, ref.resource, survivor))
        card = self.crm.cards.get((ref.resource, ref.id))
        if card is None:
            raise NotFound("there is no such record", ref=ref)
        return card.contact()

    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        await GET(f"/related/{kind.value}/{contact.id}")
        return Page((RelatedRecord(ref=RecordRef("stand-in", kind.value, "1"), kind=kind, title="first"),))

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        """Everything in the order of the log; a cursor is a position in it, good until the log is lost."""
        await GET(f"/changes/{resource}")
        epoch, at = map(int, cursor.split(":")) if cursor else (self.crm.epoch, 0)
        if cursor is not None and (epoch != self.crm.epoch or not self.crm.accepts_cursors):
            raise Gone("the cursor is too old")
        page = self.crm.log[at : at + self.crm.page_size]
        here = dict.fromkeys(record for where, record in page if where == resource)
        cards = {record: self.crm.cards.get((resource, record)) for record in here}
        after = min(at + self.crm.page_size, len(self.crm.log))
        return Changes(
            changed=tuple(card.contact(partial=True) for card in cards.values() if card is not None),
            gone=tuple(RecordRef("stand-in", resource, record) for record, card in cards.items() if card is None),
            cursor=f"{epoch}:{after}",
            more=after < len(self.crm.log),
            total=len(self.crm.log),
        )


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _holds(card: Card, resource: str, query: Query) -> bool:
    """Vague like a real search: whatever shares seven digits is a hit."""
    if card.resource != resource:
        return False
    match query:
        case PhoneIs(national=national):
            return any(national[-7:] in _digits(text) for text in (card.phone, card.mobile) if text)
        case EmailIs(address):
            return card.email.casefold() == address.casefold()
        case NameHas(text):
            return card.name.casefold().startswith(text.casefold())
        case FieldIs(field, value):
            return str(card.fields.get(field, "")).casefold() == value.casefold()
    raise NotImplementedError


class Killed(BaseException):
    """The process ends here."""


def connected(
    crm: StandIn, *resources: Resource, carry: Handler, agent_id: str = "kim", tenant_id: str = "acme"
) -> Connection:
    """A connection whose requests ``carry`` takes to the CRM; what comes back, the connector judges."""
    connector = StandInConnector(crm, *resources)

    async def exchange(request: Request) -> Response:
        answer = await carry(request)
        problem = connector.error(FACTS, request, answer)
        if problem is not None:
            raise problem
        return answer

    return Connection(
        tenant_id=tenant_id,
        agent_id=agent_id,
        connector=connector,
        facts=FACTS,
        exchange=exchange,
        resources=connector.declared,
    )


async def sent(request: Request) -> Response:
    """Carried by a driver."""
    return await Send(method=request.method, url=HOME + request.path, timeout=20.0)


@attrs.define
class Player:
    """Runs operations over ``store``; side-by-side work runs one after the other, deadlines never pass.

    ``lives`` is the number of effects after which the process is killed. ``trips`` are the round trips that follow one
    another on the longest way: what runs side by side counts once (P15).
    """

    crm: StandIn
    store: Store
    now: float = 1_800_000_000.0
    told: list[object] = attrs.field(factory=list)
    lives: int | None = None
    rounds: int = 0
    trips: int = 0

    def connection(self, *resources: Resource, agent_id: str = "kim", tenant_id: str = "acme") -> Connection:
        async def answered(request: Request) -> Response:
            return self.crm.answer(request)

        return connected(self.crm, *resources, carry=answered, agent_id=agent_id, tenant_id=tenant_id)

    def run(self, op: Operation[T]) -> T:
        return self._run(op, ())

    def _run(self, op: Operation[T], handlers: tuple[Any, ...]) -> T:
        def performed(effect: Effect[Any]) -> Any:
            self._live(effect)
            return self._perform(effect, handlers)

        result: T = step_by_step(op, performed, seen=(Exception, Killed))
        return result

    def _live(self, effect: Effect[Any]) -> None:
        """A dead process's operations may unwind, but nothing that they ask for happens any more."""
        if self.lives is not None:
            self.lives -= 1
            if self.lives < 0:
                if isinstance(effect, Handle | Within):
                    effect.op.close()
                raise Killed

    def _perform(self, effect: Effect[Any], handlers: tuple[Any, ...]) -> Any:
        match effect:
            case Request():
                self.trips += 1
                return self._run(handlers[-1](effect), handlers[:-1])
            case Handle(handler, op):
                return self._run(op, (*handlers, handler))
            case Within(_, op):
                return self._run(op, handlers)
            case Settle(ops, all_or_none):
                begun, ended, outcomes = self.trips, [self.trips], []
                for op in ops:
                    self.trips = begun
                    outcomes.append(self._outcome(op, handlers))
                    ended.append(self.trips)
                self.trips = max(ended)
                first = next((each.error for each in outcomes if isinstance(each, Err)), None)
                if all_or_none and first is not None:
                    raise first
                return tuple(each.value for each in outcomes if isinstance(each, Ok)) if all_or_none else (*outcomes,)
            case Tx():
                return self.store.run(effect)
            case Peek():
                return self.store.peek(effect)
            case Emit(event):
                self.told.append(event)
                return None
            case Now():
                self.now += 0.001
                return self.now
            case Random():
                self.rounds += 1
                return self.rounds / 1000
            case Sleep(seconds):
                self.now += seconds
                return None
        raise AssertionError(f"{effect!r} is not expected here")

    def _outcome(self, op: Operation[Any], handlers: tuple[Any, ...]) -> Ok[Any] | Err:
        try:
            return Ok(self._run(op, handlers))
        except Exception as error:
            return Err(error)


def refs(contacts: Iterable[Contact]) -> set[str]:
    """Ids, as ``resource/id``."""
    return {f"{contact.ref.resource}/{contact.ref.id}" for contact in contacts}
