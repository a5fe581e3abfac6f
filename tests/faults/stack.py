"""One call through everything: links, vault, tokens, connector, exchange, driver, port, wire, fake CRM; on either face.

A :class:`Stack` is an account that has linked a CRM and an agent who has signed in there. All vendor hosts, those for
signing in too, lie behind one proxy, so that what is counted there is all that the CRM had to work on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

import attrs

from customer360.connections import Connection
from customer360.core.activities import CallDraft
from customer360.core.auth import Application
from customer360.core.effects import Operation, within
from customer360.core.errors import Customer360Error
from customer360.core.interactions import Channel, Interaction
from customer360.core.matching import MatchPolicy
from customer360.core.panel import Panel, PartState
from customer360.core.records import RecordRef
from customer360.core.search import EmailIs
from customer360.desk.account import Account
from customer360.desk.agent import AgentDesk
from customer360.desk.deadlines import Deadlines
from customer360.desk.handling import Handling
from customer360.drivers.awaiting import AsyncioDriver
from customer360.drivers.blocking import BlockingDriver
from customer360.drivers.clock import Clock
from customer360.index.sync import SyncReport
from customer360.opening import Opened, open_office
from customer360.outbox.delivery import Delivered
from customer360.outbox.rows import DeliveryState
from customer360.plugins import Plugins
from customer360.transport.httpx_adapter import AsyncHttpxPort, HttpxPort
from customer360.vault import MasterKey
from customer360_testkit.fakes.cast import shared_cast
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.proxy import FaultProxy
from customer360_testkit.fakes.registry import fake_named
from customer360_testkit.fakes.serving import Served, serve

Face: TypeAlias = Literal["blocking", "asyncio"]
Verb: TypeAlias = Literal["get", "search", "sync", "create", "activity"]
Fakes: TypeAlias = "Mapping[str, tuple[Served, Hands]]"
FACES: tuple[Face, ...] = ("blocking", "asyncio")
CRMS = ("zoho", "microsoft365", "salesforce", "bullhorn")
AGENT = "kim"
LONG = 20.0
"""Seconds that a call may take which nothing must hurry."""
WRITES = ("POST", "PUT", "PATCH", "DELETE")
LOOKS_FIRST = ("microsoft365", "bullhorn")
"""CRMs that take what is written of the deleted, so that their connectors look at the contact first."""
CONTACTS = {"zoho": "Contacts", "microsoft365": "contact", "salesforce": "Contact", "bullhorn": "ClientContact"}


def everywhere(outcome: str, **but: str) -> Mapping[str, str]:
    """The same outcome at each CRM, but at those named."""
    return {**dict.fromkeys(CRMS, outcome), **but}


def written(requests: int, outcome: str) -> Mapping[str, str]:
    """The same outcome of a write at each CRM after so many requests, and a look at the contact where one is needed."""
    return {crm: f"{requests + (crm in LOOKS_FIRST)} → {outcome}" for crm in CRMS}


class Hands:
    """The machine's clock and whatever a test puts it ``ahead``; or one that is ``off`` by so many seconds from the
    clock that it is a copy ``of`` (X8)."""

    def __init__(self, off: float = 0.0, of: Hands | None = None) -> None:
        self.ahead = 0.0
        self._off, self._of = off, of

    def time(self) -> float:
        """For a fake."""
        return (self._of.time() if self._of is not None else time.time()) + self.ahead + self._off

    def now(self) -> datetime:
        """For a fake."""
        return datetime.fromtimestamp(self.time(), UTC)


@attrs.frozen
class Own:
    """The SDK's clock."""

    hands: Hands

    def now(self) -> float:
        return self.hands.time()

    def monotonic(self) -> float:
        return time.monotonic()


@attrs.frozen
class Outcome:
    """What became of a call: requests ``processed`` by the CRM, records that it left there (``applied``), the outbox'
    word for an activity, or the error."""

    processed: int
    applied: int
    elapsed: float
    value: Any = None
    error: Customer360Error | None = None
    settled: int | None = None
    """Of an activity: how many records the CRM holds when the worker has done its work."""

    @property
    def errors(self) -> list[Customer360Error]:
        """Those that the caller gets to see: raised, in a sync's report, or as the cause of an activity's state."""
        found: list[Any] = [self.error]
        if isinstance(self.value, SyncReport):
            found += [each.problem for each in self.value.resources]
        if isinstance(self.value, Delivered):
            found.append(self.value.cause)
        return [each for each in found if each is not None]

    def __str__(self) -> str:
        if isinstance(self.value, SyncReport):
            named = sorted({type(each.problem).__name__ for each in self.value.resources if each.problem is not None})
            return f"{self.processed} → {', '.join(named)} in the report" if named else f"{self.processed} → ok"
        if self.error is None:
            kept = self.value.state if isinstance(self.value, Delivered) else DeliveryState.DONE
            said = {DeliveryState.DONE: "ok", DeliveryState.DOUBT: "kept, in doubt", DeliveryState.DUE: "kept, due"}
            later = "" if self.settled is None or kept is DeliveryState.DONE else f", {self.settled} in the end"
            return f"{self.processed} → {said.get(kept, kept.value)}{later}"
        doubt = ", may be applied" if self.error.maybe_applied else ""
        again = ", retryable" if self.error.retryable else ""
        return f"{self.processed} → {type(self.error).__name__}{doubt}{again}"


@attrs.define
class Stack:
    """See the module. ``run`` runs an operation on the face, ``many`` several at once, in threads or tasks."""

    crm: str
    fake: FakeCrm
    wire: FaultProxy
    hands: Hands
    opened: Opened
    run: Callable[[Operation[Any]], Any]
    many: Callable[[Callable[[], Operation[Any]], int], list[Any]]
    person: Any = None
    ref: RecordRef | None = None
    marks: int = 0
    writing: bool = False

    def sign_in(self) -> None:
        """Link the CRM, then the account's administrator and the agent sign in; find somebody to work with."""
        account, fake = Account(self.opened.office), self.fake
        application = Application(fake.client_id, fake.client_secret)
        self.run(account.link(self.crm, settings=fake.link_settings, application=application, relink=False))
        for agent, user in (("", next(iter(fake.users))), (AGENT, AGENT)):
            url = self.run(account.begin_login(self.crm, agent, redirect_uri="http://localhost/back"))
            self.run(account.complete_login(fake.authorize(url, user)))
        people = [each for each in fake.customers_of(AGENT) if each.kind == "person" and each.emails and not each.twin]
        self.person = people[0]
        found = self.run(self._search(self.person.emails[0]))
        self.ref = found.items[0].ref

    def aim_at_writes(self) -> None:
        """Have faults strike the write itself, not what is read before it."""
        self.writing = True
        self.wire.aim(*WRITES)

    def strikes(self, method: str, path: str) -> bool:
        """Whether a fault of the fake is for this request."""
        return not self.writing or method in WRITES

    @property
    def desk(self) -> AgentDesk:
        """The agent's."""
        return AgentDesk(self.opened.office, self.crm, AGENT)

    async def connection(self) -> Connection:
        """The agent's connection."""
        return await self.opened.office.links.connection("default", self.crm, AGENT)

    def pop(self) -> Operation[Panel]:
        """The person of :meth:`sign_in` writes a mail."""
        self.marks += 1
        mail = Interaction(
            id=f"mail-{id(self)}-{self.marks}",
            channel=Channel.EMAIL,
            customer=self.person.emails[0],
            started_at=self.hands.now(),
        )
        return Handling(self.desk, mail).begin()

    def popped(self) -> str:
        """What the agent sees when the person of :meth:`sign_in` writes a mail. (By mail, because not every CRM can be
        searched for a number.)"""
        panel: Panel = self.run(self.pop())
        assert panel.settled
        failed = any(part.state is PartState.FAILED for part in panel.parts.values())
        contact = "the contact" if panel.contact is not None else "no contact"
        return f"a pop shows {contact}" + (" and failed parts" if failed else "")

    @property
    def text(self) -> str:
        """Of the last draft; nothing else holds it."""
        return f"mark {id(self)}-{self.marks} end"

    def draft(self) -> CallDraft:
        """A call to be logged, with a text that nothing else has."""
        self.marks += 1
        assert self.ref is not None
        now = self.hands.now()
        return CallDraft(
            contact=self.ref,
            key=f"fault-{id(self)}-{self.marks}",
            subject="A call",
            text=self.text,
            started_at=now - timedelta(minutes=3),
            duration=timedelta(minutes=2),
            customer="+442079460018",
        )

    def operation(self, verb: Verb, draft: CallDraft) -> Operation[Any]:
        """What ``verb`` does."""
        if verb == "activity":
            return self.desk.create_activity(draft)
        if verb == "search":
            return self._search(self.person.emails[0])
        if verb == "sync":
            return Account(self.opened.office).sync_index(self.crm, AGENT)
        return self._connector(verb, draft)

    def call(self, verb: Verb, deadline: float, draft: CallDraft | None = None) -> Outcome:
        """One call under a deadline. An exception that is none of ours is not caught (R11)."""
        draft = draft or self.draft()
        before, started = self.wire.processed, time.monotonic()
        value, error = None, None
        try:
            value = self.run(_bounded(deadline, self.operation(verb, draft)))
        except Customer360Error as raised:
            error = raised
        elapsed = time.monotonic() - started
        return Outcome(self.wire.processed - before, self.fake.count_holding(draft.text), elapsed, value, error)

    def worked(self) -> int:
        """The worker comes by for a day and a half; how often the last draft's text stands in the CRM then.

        At first it looks before the CRM's index shows what was written (X23).
        """
        for minutes in (0.5, 1, 5, 60, 60, 60, 60, 24 * 60, 12 * 60):
            self.hands.ahead += minutes * 60.0
            self.fake.apply_due()
            self.run(self.opened.office.delivery.deliver_due())
        return self.fake.count_holding(self.text)

    async def _connector(self, verb: Verb, draft: CallDraft) -> Any:
        connection = await self.connection()
        connector, facts = connection.connector, connection.facts
        assert self.ref is not None
        if verb == "get":
            return await connection.run(connector.get(facts, self.ref))
        return await connection.run(connector.create_activity(facts, draft))

    async def _search(self, email: str) -> Any:
        connection = await self.connection()
        look = connection.connector.search(connection.facts, CONTACTS[self.crm], EmailIs(email))
        return await connection.run(look)


async def _bounded(deadline: float, op: Operation[Any]) -> Any:
    return await within(deadline, op)


@contextmanager
def serving(crm: str) -> Iterator[tuple[Served, Hands]]:
    """The fake CRM on loopback, on a clock that a test can put forward."""
    hands = Hands()
    kind = fake_named(crm)
    fake = kind(clock=hands, cast=shared_cast()[:40])
    with serve(fake) as served:
        yield served, hands


@contextmanager
def stack(
    served: Served,
    hands: Hands,
    face: Face,
    *,
    store: str = "sqlite://",
    clock: Clock | None = None,
    deadlines: Deadlines | None = None,
    **more: Any,
) -> Iterator[Stack]:
    """The runtime in front of a fake that is put back to its start; an account and an agent who have signed in.

    ``more`` is for :func:`client`.
    """
    fake = served.fake
    fake.reset()
    hands.ahead = 0.0
    with ExitStack() as ending:
        ending.callback(setattr, fake.oauth, "policy", fake.oauth.policy)  # a reset leaves it as a row has made it
        wire = ending.enter_context(FaultProxy(served.url))
        opens = client(served, wire, hands, face, store=store, clock=clock, deadlines=deadlines, **more)
        running = ending.enter_context(opens)
        running.sign_in()
        wire.reset()
        yield running


@contextmanager
def client(
    served: Served,
    wire: FaultProxy,
    hands: Hands,
    face: Face,
    *,
    store: str,
    clock: Clock | None = None,
    deadlines: Deadlines | None = None,
    key: MasterKey | None = None,
    plugins: Plugins | None = None,
    signed_in: Stack | None = None,
    at: str | None = None,
    port: Mapping[str, Any] | None = None,
) -> Iterator[Stack]:
    """A client of what ``wire`` leads to. It goes on with what ``signed_in``, another client of the store, has found;
    without that nobody has signed in yet. ``at`` is another address of the wire's, ``port`` how requests are carried.
    """
    here = at or wire.url
    opened = open_office(
        tenant_id="default",
        store=store,
        key=key or MasterKey.in_memory(),
        match=MatchPolicy(regions=("GB",)),
        deadlines=deadlines or Deadlines(),
        endpoints={host: here for host in served.endpoints},
        plugins=plugins,
    )
    with ExitStack() as ending:
        ending.callback(opened.store.close)
        run, many = _face(face, opened, clock or Own(hands), ending, port or {})
        running = Stack(served.fake.key, served.fake, wire, hands, opened, run, many)
        if signed_in is not None:
            running.person, running.ref = signed_in.person, signed_in.ref
        yield running


def _face(
    face: Face, opened: Opened, clock: Clock, ending: ExitStack, port_options: Mapping[str, Any]
) -> tuple[Any, Any]:
    if face == "blocking":
        port = HttpxPort(**port_options)
        driver = BlockingDriver(http=port, store=opened.store, clock=clock)
        ending.callback(port.close)
        ending.callback(driver.close)

        def threads(make: Callable[[], Operation[Any]], count: int) -> list[Any]:
            with ThreadPoolExecutor(count) as pool:
                return list(pool.map(lambda _: driver.run(make()), range(count)))

        return driver.run, threads
    runner = ending.enter_context(asyncio.Runner())
    waiting = AsyncHttpxPort(**port_options)
    awaiting = AsyncioDriver(http=waiting, store=opened.store, clock=clock)
    ending.callback(lambda: runner.run(waiting.close()))
    ending.callback(lambda: runner.run(awaiting.close()))

    def tasks(make: Callable[[], Operation[Any]], count: int) -> list[Any]:
        async def gathered() -> list[Any]:
            return await asyncio.gather(*(awaiting.run(make()) for _ in range(count)))

        return runner.run(gathered())

    return (lambda op: runner.run(awaiting.run(op))), tasks
