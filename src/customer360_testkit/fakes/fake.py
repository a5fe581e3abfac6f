"""What every fake CRM is: one pipeline behind two doors, by hand and over HTTP.

A fake is a subclass of :class:`FakeCrm` that gives ``key``, ``vendor_hosts``, ``known_switches``, :meth:`routes` and
:meth:`seed`. Endpoints are plain functions ``Call -> WireAnswer``: they wait for nothing, so nothing is lost by their
not being coroutines, and a call by hand costs microseconds. Time comes from ``self.clock``, chance from
``self.random``, absolute URLs from :meth:`base`.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, ClassVar, Literal

import attrs

from customer360_testkit.fakes.cast import CastMember, shared_cast
from customer360_testkit.fakes.clock import Clock, FakeClock
from customer360_testkit.fakes.exchange import AnswerLost, Call, WireAnswer, WireRequest, split_url
from customer360_testkit.fakes.faults import Faults, Gate
from customer360_testkit.fakes.journal import Entry, Journal
from customer360_testkit.fakes.oauth import OAuthServer
from customer360_testkit.fakes.routing import Route, Routes
from customer360_testkit.fakes.screen import ActivityKind, Screen
from customer360_testkit.fakes.switches import Switch, Switches, World

Message = MutableMapping[str, Any]


class Exchange:
    """An exchange that is under way: opened, decided, not yet closed.

    ``answer`` is None when the connection ends without one (``lost``); ``gate`` keeps it back over HTTP.
    """

    __slots__ = ("answer", "entry", "gate")

    def __init__(self, entry: Entry, answer: WireAnswer | None, gate: Gate | None = None) -> None:
        self.entry = entry
        self.answer = answer
        self.gate = gate

    @property
    def lost(self) -> bool:
        return self.answer is None


class FakeCrm(ABC):
    """A fake CRM.

    Args:
        switches: readings other than the defaults, by switch name; unknown names or readings raise ValueError.
        clock: a :class:`FakeClock` unless given.
        seed: of everything that is left to chance.
        cast: the customers it holds; the shared cast unless given, ``()`` for none.
        public_base: what absolute URLs that the fake hands out begin with, like ``http://127.0.0.1:8001``; None for
            the vendor's own hosts.
    """

    key: ClassVar[str]
    """The CRM's key, as the plugins name it."""
    vendor_hosts: ClassVar[tuple[str, ...]]
    """The vendor's real hosts that this fake answers for, host names only."""
    known_switches: ClassVar[tuple[Switch, ...]] = ()
    link_settings: ClassVar[Mapping[str, str]] = {}
    """What an administrator would supply to link it, by the names that the vendor's connector uses."""
    optional_settings: ClassVar[Mapping[str, str]] = {}
    """What an administrator may supply besides, each with a value that this organisation knows."""
    worlds: ClassVar[Mapping[str, World]] = {}
    """Organisations of another kind that the vendor has, each under a name: the suite has a class for each."""
    choices: ClassVar[Mapping[str, Sequence[str]]] = {}
    """All that a field may hold by the vendor's pages, by the field's name, where no answer tells it."""
    modules: ClassVar[tuple[str, ...]] = ()
    """Everything :meth:`records` can be asked for."""
    knows_local_numbers: ClassVar[bool] = False
    """Whether its search by number finds those that were typed without their area code."""
    knows_other_digits: ClassVar[bool] = False
    """Whether its search by number knows digits beyond ASCII, as Arabic and Japanese keyboards have them."""
    needs_index: ClassVar[bool] = False
    """Whether the CRM itself cannot be searched by phone."""

    def __init__(
        self,
        *,
        switches: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        seed: int = 0,
        cast: Sequence[CastMember] | None = None,
        public_base: str | None = None,
    ) -> None:
        self.switches = Switches(self.known_switches, switches)
        self.clock: Clock = clock if clock is not None else FakeClock()
        self.cast: tuple[CastMember, ...] = shared_cast() if cast is None else tuple(cast)
        self.public_base = public_base.rstrip("/") if public_base else None
        self.journal = Journal()
        self.faults = Faults()
        self.besides: list[str] = []
        """What it did or left out on behalf of what was written, besides saving it and what it does by itself: mails
        that went out, rules of the customer's that did not run. In words; endpoints add to it."""
        self.in_flight = 0
        """Exchanges opened and not yet closed: what a concurrency limit counts (this one included)."""
        self._seed = seed
        self.random = random.Random(seed)
        self._late: list[tuple[float, int, WireRequest, Entry]] = []
        self.oauth: OAuthServer = self.make_oauth()
        self._routes = Routes(self.routes())
        self.seed()

    # --- what a fake brings -----------------------------------------------------------------------------------

    @abstractmethod
    def make_oauth(self) -> OAuthServer:
        """The authorization server, with its client and its users."""

    @abstractmethod
    def routes(self) -> Iterable[Route]:
        """Every endpoint. Called once."""

    @abstractmethod
    def seed(self) -> None:
        """Put the records back to how they were at the start. Called at the start and by :meth:`reset`; cheap."""

    @abstractmethod
    def records(self, module: str) -> list[dict[str, Any]]:
        """Copies of the live records of a module, as the vendor would name it, in order of creation."""

    @abstractmethod
    def snapshot(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """All rows that are there now, by table and id, the links between records among them.

        What is written afterwards does not change them: two snapshots are compared.
        """

    @abstractmethod
    def not_found(self, call: Call, known_path: bool) -> WireAnswer:
        """The vendor's answer to a path it does not know, or (``known_path``) to a wrong method."""

    def dispatch(self, call: Call) -> WireAnswer:
        """Find the endpoint and run it. Overridden where a fake checks something first."""
        endpoint, params, known = self._routes.find(call.method, call.path)
        if endpoint is None:
            return self.not_found(call, known)
        call.params = params
        return endpoint(call)

    # --- for tests, simulators and judges ------------------------------------------------------------------------

    def customers_of(self, user: str) -> Sequence[CastMember]:
        """The members of the cast whom this user (by login name) can see."""
        return self.cast

    def shadows(self, module: str) -> Collection[str]:
        """Ids of records of a module that stand for somebody whose own record is another one, of another module: it is
        there that they are changed, found and told of."""
        return ()

    def web_address(self, module: str, record_id: str) -> str | None:
        """Where the vendor's pages say that a person opens a record; None where they do not, or it is not known."""
        return None

    @property
    def ways_in(self) -> Sequence[Mapping[str, str]]:
        """Other settings by which its users are linked as well, each in place of some of the link's; none where there
        is one way in."""
        return ()

    def furnish(self, user: str) -> bool:
        """A user (by login name) makes what a connector may find at sign-in and keep to, such as a calendar for calls;
        False where there is nothing of the kind, or the vendor's own is all that there is."""
        return False

    def settle(self, *, emea: bool) -> bool:
        """The organisation's data are kept in EMEA, or elsewhere, before anybody signs in; False where the CRM's
        answers do not tell."""
        return False

    def use_up(self) -> bool:
        """What a customer is allowed is used up, in a day or in all; False where nothing is, or no answer tells."""
        return False

    def throttle(self) -> bool:
        """More is asked at this moment than the CRM admits; False where it admits any number of requests."""
        return False

    def shorten_pages(self) -> int | None:
        """Pages hold so many records at most from now on, and none more, as the vendor says that they may, whatever
        is asked for; None where they are as long as is asked for."""
        return None

    def forget_cursors(self) -> bool:
        """Whoever goes on from where a reading of changes ended is told that this is forgotten; False where the CRM
        keeps no such place."""
        return False

    @property
    def most_at_once(self) -> int | None:
        """How many requests may be under way for one link; None where no number is kept to."""
        return None

    @property
    def most_within(self) -> tuple[int, float] | None:
        """How many requests are admitted within how many seconds; None where no number is kept to."""
        return None

    def lock(self, module: str, record_id: str) -> bool:
        """A record waits for somebody's approval, and nobody may change it; False where none ever does."""
        return False

    def hide(self, module: str, field: str, user: str) -> bool:
        """An administrator hides a field of a module from a user (by login name); False where none can."""
        return False

    def convert_lead(self, lead: str) -> str | None:
        """Somebody makes a contact of a lead, which the connector's resource of leads shows no longer; the contact's
        id. None where no lead becomes a contact."""
        return None

    def edit(self, module: str, record_id: str, fields: Mapping[str, Any]) -> bool:
        """Somebody gives fields of a record other values, by the vendor's names and as its rows hold them; False where
        nobody can."""
        return False

    def move(self, user: str, time_zone: str) -> None:
        """A user (by login name) lives in another time zone, of that IANA name, until the next reset."""
        self.oauth.users[user] = attrs.evolve(self.oauth.users[user], time_zone=time_zone)

    def hand_over(self, module: str, record_id: str) -> str | None:
        """Somebody leaves a record to a queue or a team, which is no user; its id. None where users alone own such
        records."""
        return None

    def remove(self, module: str, record_id: str) -> bool:
        """Somebody deletes a record; False where nothing is deleted."""
        return False

    def merge(self, module: str, master: str, other: str) -> bool:
        """Somebody merges ``other`` into ``master``, who has from then on what hung off either; False where nobody
        can."""
        return False

    def retire(self, module: str, record_id: str) -> bool:
        """Somebody archives a person: the record stays, and counts as nobody; False where nobody is archived."""
        return False

    def make_place(self, user: str, name: str, within: str | None = None) -> str | None:
        """A user (by login name) makes a place for people, in another one that they made, if it is given; its id. None
        where nobody can."""
        return None

    def take_away(self, module: str, field: str) -> bool:
        """An administrator takes a field away from a module, for everybody; False where none can, or not this one."""
        return False

    def forbid(self, user: str, doing: Literal["create", "update"]) -> bool:
        """An administrator takes a right from a user (by login name): to create records, or to change any; False where
        no answer tells beforehand what a user may do."""
        return False

    def keep_unique(self, module: str, field: str) -> bool:
        """No two records of a module share a value of a field from now on, unless whoever writes a second one insists
        on it: a rule that an administrator can make, or that is there already; False where there is none."""
        return False

    def allow_doubles(self) -> bool:
        """The rule that keeps two people of one address apart by itself does so no more; False where there is none."""
        return False

    def screen(self, kind: ActivityKind, record_id: str, user: str) -> Screen | None:
        """What the CRM's own page of an activity tells this user (by login name): from the vendor's pages, whatever a
        connector makes of it. None where there is no such record, or it is not the user's to see."""
        return None

    def count_holding(self, text: str) -> int:
        """How many live records of any module hold ``text`` in any field."""
        told = (
            json.dumps(record, ensure_ascii=False, default=str)
            for each in self.modules
            for record in self.records(each)
        )
        wanted = json.dumps(text, ensure_ascii=False)[1:-1]  # quotes and line ends look so in ``told``
        return sum(wanted in record for record in told)

    @property
    def client_id(self) -> str:
        return self.oauth.client_id

    @property
    def client_secret(self) -> str:
        return self.oauth.client_secret

    @property
    def users(self) -> Mapping[str, Any]:
        """Login name -> user (see :class:`customer360_testkit.fakes.oauth.FakeUser`)."""
        return self.oauth.users

    def base(self, host: str) -> str:
        """``https://host``, or the public base."""
        return self.public_base if self.public_base is not None else f"https://{host}"

    def reset(self) -> None:
        """Back to the start: records, grants, journal, faults, chance. The clock is the caller's."""
        self.journal.clear()
        self.faults.clear()
        self.besides.clear()
        self._late.clear()
        self.in_flight = 0
        self.random.seed(self._seed)
        self.oauth.reset()
        self.seed()

    def authorize(self, authorization_url: str, user: str | None = None, *, deny: bool = False) -> str:
        """Play the browser: open the authorization URL as ``user`` and give the URL redirected to.

        ``user`` is a login name (the first user unless given). ValueError when the page shows an error instead of
        redirecting.
        """
        if user is not None and user not in self.oauth.users:
            raise ValueError(f"no user {user!r}; there are: {', '.join(self.oauth.users)}")
        self.oauth.at_browser = user if user is not None else next(iter(self.oauth.users))
        self.oauth.deny = deny
        try:
            answer = self.answer(WireRequest("GET", authorization_url))
        finally:
            self.oauth.at_browser = None
            self.oauth.deny = False
        location = answer.header("location")
        if location is None:
            raise ValueError(f"the authorization page answered {answer.status} instead of redirecting")
        return location

    # --- the pipeline --------------------------------------------------------------------------------------------

    def apply_due(self) -> None:
        """Let the X22 requests whose time has come take effect. Every exchange begins with it."""
        while self._late and self._late[0][0] <= self.clock.time():
            _, _, request, entry = heapq.heappop(self._late)
            self.dispatch(Call(request, entry))
            entry.applied = True

    def open(self, request: WireRequest) -> Exchange:
        """Receive a request: journal, faults, effect, answer. Follow with :meth:`close`."""
        if self._late:
            self.apply_due()
        _, path, query = split_url(request.url)
        method = request.method.upper()
        now = self.clock.time()
        entry = self.journal.open(now, method, path, query)
        self.in_flight += 1
        fault = self.faults.strike(entry.number, method, path) if self.faults else None
        if fault is None:
            answer = self.dispatch(Call(request, entry))
            entry.applied = True
            entry.status = answer.status
            return Exchange(entry, answer)
        entry.fault = fault.name
        true_answer: WireAnswer | None = None
        if fault.apply == "yes":
            true_answer = self.dispatch(Call(request, entry, fault))
            entry.applied = True
        elif fault.apply == "late":
            heapq.heappush(self._late, (now + fault.after, entry.number, request, entry))
        if fault.lose:
            return Exchange(entry, None)
        sent = fault.answer if fault.answer is not None else true_answer
        if sent is None:
            raise RuntimeError(f"the fault {fault.name!r} neither answers nor lets the fake answer")
        if fault.delay:
            sent = WireAnswer(sent.status, sent.headers, sent.content, sent.delay + fault.delay)
        entry.status = sent.status
        if fault.gate is not None:
            fault.gate.enter()
        return Exchange(entry, sent, fault.gate)

    def close(self, exchange: Exchange) -> None:
        """The answer has been sent, or the connection has ended."""
        self.in_flight -= 1
        self.journal.close(exchange.entry)

    def answer(self, request: WireRequest) -> WireAnswer:
        """One exchange by hand, without an event loop.

        Raises:
            customer360_testkit.fakes.exchange.AnswerLost: a fault ended the connection without an answer.
        """
        exchange = self.open(request)
        self.close(exchange)
        if exchange.answer is None:
            raise AnswerLost(exchange.entry.applied)
        return exchange.answer

    async def asgi(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """The same pipeline as an ASGI application.

        A lost answer raises :class:`customer360_testkit.fakes.exchange.AnswerLost`, which
        :func:`customer360_testkit.fakes.serving.serve` turns into a closed connection.
        """
        if scope["type"] != "http":
            raise RuntimeError(f"a fake speaks HTTP only, not {scope['type']}")
        content = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            content += message.get("body", b"")
            more = message.get("more_body", False)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        host = next((value for name, value in headers if name == "host"), "localhost")
        raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        query = scope["query_string"].decode("latin-1")
        url = f"{scope.get('scheme', 'http')}://{host}{raw_path}{'?' + query if query else ''}"
        exchange = self.open(WireRequest(scope["method"], url, headers, content))
        try:
            answer = exchange.answer
            if answer is None:
                raise AnswerLost(exchange.entry.applied)
            if exchange.gate is not None:
                await exchange.gate.passed()
            if answer.delay:
                await asyncio.sleep(answer.delay)
            pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
            if answer.status != 204:
                pairs.append((b"content-length", str(len(answer.content)).encode()))
            await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
            await send({"type": "http.response.body", "body": answer.content})
        finally:
            self.close(exchange)
