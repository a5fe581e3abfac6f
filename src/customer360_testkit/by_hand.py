"""Connectors driven by hand: no event loop, no thread, no mock.

:func:`play` runs one operation, answering each request it makes. :class:`Stepped` answers from a script, for tests that
show one request and one answer at a time; :class:`ByHand` answers from a fake that somebody has signed in to::

    crm = Stepped(AcmeConnector(), facts)
    contact = crm.run(crm.connector.get(facts, ref), Response(200, b'{"id": "42"}'))
    assert crm.last.path == "/contacts/42"

    link = signed_in(AcmeConnector(), fake_named("acme")())
    link.run(link.connector.search(link.facts, "contacts", NameHas("Ada")))
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from types import coroutine
from typing import Any, Generic, TypeAlias, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import attrs

from customer360.core.auth import Application, Grant
from customer360.core.connector import Connector
from customer360.core.coroutines import dismiss
from customer360.core.effects import Effect, Err, Now, Ok, Operation, Random, Request, Settle, Sleep
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, Page
from customer360.core.wire import Response
from customer360_testkit.fakes.exchange import WireRequest
from customer360_testkit.fakes.fake import FakeCrm

C = TypeVar("C", bound=Connector)
R = TypeVar("R")

Answer: TypeAlias = Callable[[Request], Response]

NOW = 1_780_000_000.0
"""What ``Now`` answers unless told otherwise: 2026-05-28 20:26:40 UTC."""

_MOST_PAGES = 200


def play(op: Operation[Any], answer: Answer, *, now: Callable[[], float] = lambda: NOW) -> Any:
    """Run an operation to its end; what it gathers runs one after the other, and sleeping takes no time.

    Raises what the operation raises, and AssertionError for an effect that no connector may await.
    """
    return step_by_step(op, lambda effect: _perform(effect, answer, now))


def step_by_step(
    op: Operation[Any],
    perform: Callable[[Effect[Any]], Any],
    seen: type[BaseException] | tuple[type[BaseException], ...] = Exception,
) -> Any:
    """Run an operation to its end: each effect is answered with what ``perform`` makes of it, or with its error, if the
    operation is to have ``seen`` such; any other ends it.
    """
    value: Any = None
    error: BaseException | None = None
    while True:
        try:
            effect = op.send(value) if error is None else op.throw(error)
        except StopIteration as stop:
            return stop.value
        value, error = None, None
        try:
            value = perform(effect)
        except BaseException as raised:
            dismiss(effect)  # what of it has not begun never will
            if not isinstance(raised, seen):
                raise
            error = raised


@coroutine
def relayed(op: Operation[Any], told: Callable[[Effect[Any]], Operation[Any]]) -> Generator[Effect[Any], Any, Any]:
    """``await op``, each of whose effects is answered with what ``told`` awaits for it, or with its error."""
    value: Any = None
    error: BaseException | None = None
    while True:
        try:
            effect = op.send(value) if error is None else op.throw(error)
        except StopIteration as stop:
            return stop.value
        value, error = None, None
        try:
            value = yield from told(effect).__await__()
        except BaseException as raised:  # for the operation to see
            dismiss(effect)
            error = raised


def _perform(effect: Effect[Any], answer: Answer, now: Callable[[], float]) -> Any:
    match effect:
        case Request():
            return answer(effect)
        case Settle(ops, all_or_none):
            outcomes = [_outcome(op, answer, now) for op in ops]
            first = next((each for each in outcomes if isinstance(each, Err)), None)
            if all_or_none and first is not None:
                raise first.error
            return tuple(each.value for each in outcomes if isinstance(each, Ok)) if all_or_none else tuple(outcomes)
        case Now():
            return now()
        case Random():
            return 0.5
        case Sleep():
            return None
    raise AssertionError(f"a connector must not await {effect!r}")


def _outcome(op: Operation[Any], answer: Answer, now: Callable[[], float]) -> Ok[Any] | Err:
    try:
        return Ok(play(op, answer, now=now))
    except Exception as error:
        return Err(error)


@attrs.define
class Stepped(Generic[C]):
    """Answers in order, every one classified by the connector as the transport does; keeps what was asked."""

    connector: C
    facts: LinkFacts
    asked: list[Request] = attrs.field(factory=list)

    def run(self, op: Operation[Any], *answers: Response | Answer) -> Any:
        """The operation's value. AssertionError if it asks for more, or less, than there are answers."""
        waiting = list(answers)

        def answer(request: Request) -> Response:
            self.asked.append(request)
            assert waiting, f"unexpected {request.method} {request.path}"
            given = waiting.pop(0)
            response = given if isinstance(given, Response) else given(request)
            return _good(self.connector, self.facts, request, response)

        result = play(op, answer)
        assert not waiting, f"{len(waiting)} answers were not asked for"
        return result

    @property
    def last(self) -> Request:
        """The last request."""
        return self.asked[-1]


@attrs.define
class ByHand(Generic[C]):
    """A signed-in link to a fake: carries a connector's requests to it, as the transport would.

    ``facts`` are those of the sign-in; ``requests`` counts, and may be set back.
    """

    connector: C
    fake: FakeCrm
    facts: LinkFacts
    grant: Grant
    user: str
    requests: int = 0
    scopes: tuple[str, ...] | None = None
    """All that the consent page granted, if it was narrowed."""

    def run(self, op: Operation[Any]) -> Any:
        """The operation's value."""
        return play(op, self.send, now=self.fake.clock.time)

    def send(self, request: Request) -> Response:
        """One request's answer. Raises what the connector says that it means."""
        return _good(self.connector, self.facts, request, self.carry(request))

    def carry(self, request: Request) -> Response:
        """One request's answer as it came, good or not."""
        signature = self.connector.auth_for(self.facts).sign(self.grant)
        self.requests += 1
        return carried(self.fake, request, self.connector.api_base(self.facts), signature)

    def everything(self, resource: str, cursor: str | None = None) -> tuple[dict[str, Contact], set[str], str | None]:
        """What a resource's delta tells to its end: records by id, the ids of what is gone, and where to go on.

        AssertionError if it does not end.
        """
        changed, gone = dict[str, Contact](), set[str]()
        for _ in range(_MOST_PAGES):
            page = self.run(self.connector.changes(self.facts, resource, cursor))
            changed.update((contact.ref.id, contact) for contact in page.changed)
            gone.update(ref.id for ref in page.gone)
            cursor = page.cursor
            if not page.more:
                return changed, gone, cursor
        raise AssertionError(f"the delta of {resource!r} does not end within {_MOST_PAGES} pages")

    def all_of(self, asked: Callable[..., Operation[Page[R]]]) -> list[R]:
        """The records of a list whose pages ``asked(cursor=...)`` gives. AssertionError if it does not end."""
        listed, cursor = list[R](), None
        for _ in range(_MOST_PAGES):
            page = self.run(asked(cursor=cursor))
            listed += page.items
            if (cursor := page.next) is None:
                return listed
        raise AssertionError(f"the list does not end within {_MOST_PAGES} pages")

    def wait(self, seconds: float) -> None:
        """Let time pass by the fake's clock, and sign in anew where that ends the sign-in."""
        self.fake.clock.advance(seconds)  # type: ignore[attr-defined]  # a FakeClock, or there is no waiting
        ends = self.grant.expires_at
        if ends is None or self.fake.clock.time() >= ends - 60.0:
            self.grant = _granted(self.connector, self.fake, self.facts, self.user, self.scopes)


def signed_in(
    connector: C,
    fake: FakeCrm,
    *,
    user: str | None = None,
    settings: Mapping[str, str] | None = None,
    scopes: Iterable[str] | None = None,
) -> ByHand[C]:
    """Sign in to a fake by the connector's own scheme, as ``user`` (the first unless given), and ask who it is.

    ``settings`` go over the fake's own ``link_settings``; ``scopes``, if given, are all that the consent page grants.
    """
    facts = LinkFacts(crm=fake.key, settings=connector.linking.checked({**fake.link_settings, **(settings or {})}))
    located = play(connector.locate(facts), lambda request: carried(fake, request, "", ()), now=fake.clock.time)
    facts = attrs.evolve(facts, extra=located)
    narrowed = None if scopes is None else tuple(scopes)
    grant = _granted(connector, fake, facts, user, narrowed)
    facts = attrs.evolve(facts, scopes=grant.scopes, extra={**facts.extra, **grant.extra})
    link = ByHand(connector, fake, facts, grant, user or next(iter(fake.users)), scopes=narrowed)
    identity = link.run(connector.identify(facts))
    link.facts = attrs.evolve(facts, extra={**facts.extra, **identity.extra}, user=identity.user.id)
    link.requests = 0
    return link


def _granted(
    connector: Connector, fake: FakeCrm, facts: LinkFacts, user: str | None, scopes: tuple[str, ...] | None
) -> Grant:
    """A grant, by the connector's own scheme: the page, whoever is at the browser, and what comes back."""
    application = Application(fake.client_id, fake.client_secret or None)
    scheme, redirect, now = connector.auth_for(facts), "http://localhost/back", fake.clock.time
    pending = scheme.begin(facts, application, redirect_uri=redirect, state="s" * 32, verifier="v" * 64, now=now())
    url = pending.url if scopes is None else _narrowed(pending.url, scopes)
    back = dict(parse_qsl(urlsplit(fake.authorize(url, user)).query))
    op = scheme.complete(facts, application, pending, back)
    grant: Grant = play(op, lambda request: carried(fake, request, "", ()), now=now)
    return grant if scopes is None else attrs.evolve(grant, scopes=frozenset(scopes))


def _narrowed(url: str, scopes: Iterable[str]) -> str:
    """An authorization URL that asks for other scopes, joined as the connector joins its own."""
    base, _, query = url.partition("?")
    asked = dict(parse_qsl(query))
    separator = "," if "," in asked.get("scope", "") else " "
    return f"{base}?{urlencode({**asked, 'scope': separator.join(scopes)}, quote_via=quote)}"


def carried(fake: FakeCrm, request: Request, base: str, signature: tuple[tuple[str, str], ...]) -> Response:
    """A fake's answer as it came; a path that is no address is under ``base``."""
    url = ("" if request.path.startswith("https://") else base) + request.path
    if request.params:
        url += ("&" if "?" in url else "?") + urlencode(request.params, quote_via=quote)
    headers, content = [*request.headers, *signature], request.content or b""
    if request.json is not None:
        headers.append(("Content-Type", "application/json"))
        content = json.dumps(request.json).encode()
    elif request.form is not None:
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        content = urlencode(request.form).encode()
    answer = fake.answer(WireRequest(request.method, url, tuple(headers), content))
    return Response(answer.status, answer.content, answer.headers)


def _good(connector: Connector, facts: LinkFacts, request: Request, response: Response) -> Response:
    if response.status in request.accept:
        return response
    problem = connector.error(facts, request, response)
    if problem is not None:
        raise problem
    return response
