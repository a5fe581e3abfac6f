"""From a connector's request to the wire and back.

The one operation in which a token meets a URL. Its order is its safety: resolve and encode, check the host, sign, wait
for a place, a turn and the circuit, send, read what came, and only then decide whether to send again. Everything it
decides with is pure and lives next door.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final
from urllib.parse import urljoin

import attrs

from customer360.core.auth import AuthScheme, Grant, Outgoing
from customer360.core.connector import Connector
from customer360.core.effects import Now, Random, Remaining, Request, Send, Sleep, within
from customer360.core.errors import (
    Customer360Error,
    DeadlineExceeded,
    InvalidValue,
    NeedsAuthorization,
    TokenExpired,
    TransportError,
    UnexpectedAnswer,
)
from customer360.core.linking import Hosts, LinkFacts
from customer360.core.wire import Response, request_id
from customer360.transport.answers import error_of, is_write
from customer360.transport.circuit import Circuit
from customer360.transport.endpoints import Endpoints
from customer360.transport.limiter import Limiter
from customer360.transport.prepare import Headers, Prepared, allowed_host, checked_headers, prepare
from customer360.transport.redaction import path_shape
from customer360.transport.retry import RetryBudget, RetryPolicy, pause_before_repeat
from customer360.transport.tokens import Tokens
from customer360.transport.tracing import ExchangeSpan, traced
from customer360.transport.urls import resolve
from customer360.transport.whereabouts import Whereabouts

log = logging.getLogger("customer360.transport")

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 5
_MARGIN: Final = 0.02
"""Seconds by which a request ends before its caller's deadline: its error still says whether it was applied."""
_PATIENCE: Final = 1.0
"""A request that was given less than these seconds and timed out says nothing about the CRM's health."""
_NOTHING: Final[Mapping[str, str]] = {}


@attrs.frozen
class _Destination:
    """Where the requests of one grant go: what the connector says of its link's facts, which it says the same each
    time."""

    facts: LinkFacts
    hosts: Hosts
    base: str


@attrs.frozen
class _Signature:
    """The headers that carry a grant, where they depend on nothing else."""

    grant: Grant
    headers: Headers = attrs.field(repr=False)


class Exchange:
    """Answers one authorised link's requests: ``handling(exchange, connector.get(facts, ref))``.

    ``limiter``, ``circuit`` and ``budget`` are the link's, shared by all exchanges of a client; without them the
    exchange keeps its own. ``tokens`` None is for sign-in, before there are any. ``endpoints`` map vendor hosts to
    loopback addresses, after the host check. ``whereabouts`` keep what is learnt of an API that moves. Any number of
    requests may run side by side.
    """

    def __init__(
        self,
        *,
        connector: Connector,
        facts: LinkFacts,
        tokens: Tokens | None = None,
        limiter: Limiter | None = None,
        circuit: Circuit | None = None,
        budget: RetryBudget | None = None,
        policy: RetryPolicy | None = None,
        endpoints: Endpoints | Mapping[str, str] | None = None,
        whereabouts: Whereabouts | None = None,
        max_body: int = 32 * 1024 * 1024,
        user_agent: str = "customer360",
    ) -> None:
        limits = connector.limits
        self._connector = connector
        self._facts = facts
        self._tokens = tokens
        self._limiter = limiter or Limiter(f"{connector.info.key}/{id(self)}", limits.concurrent, limits.per_window)
        self._circuit = circuit or Circuit()
        self._budget = budget or RetryBudget()
        self._policy = policy or RetryPolicy()
        self._endpoints = endpoints if isinstance(endpoints, Endpoints) else Endpoints(endpoints)
        self._whereabouts = whereabouts or Whereabouts(f"{connector.info.key}/{id(self)}")
        self._max_body = max_body
        self._user_agent = user_agent
        self._scheme: AuthScheme | None = None
        self._last: tuple[Mapping[str, str], Mapping[str, str], _Destination] | None = None
        """What the whereabouts and the last grant told, and where requests go by that."""
        self._signed: _Signature | None = None

    async def __call__(self, request: Request) -> Response:
        """The answer to ``request``; every other outcome is an error of the family, with the number of attempts."""
        if await Remaining() is None:
            return await within(self._policy.total, self._observed(request))
        return await self._observed(request)

    async def _observed(self, request: Request) -> Response:
        course = _Course(request, await Now())
        status: int | None = None
        error: BaseException | None = None
        try:
            response = await self._run(course)
            status = response.status
            return response
        except BaseException as raised:
            error = raised
            status = getattr(raised, "status", None)
            if isinstance(raised, Customer360Error):
                raised.attempts = max(raised.attempts, course.attempts)
            raise
        finally:
            if course.span is not None:
                course.span.end(status=status, attempts=course.attempts, error=error)
            self._log(course, status, error)

    def _log(self, course: _Course, status: int | None, error: BaseException | None) -> None:
        level = logging.DEBUG if error is None else logging.INFO
        if log.isEnabledFor(level):
            facts = {
                "crm": self._connector.info.key,
                "method": course.request.method,
                "path": course.shape,
                "status": status,
                "attempts": course.attempts,
                "started": course.started,
                "outcome": "ok" if error is None else type(error).__name__,
            }
            text = "%(crm)s %(method)s %(path)s: %(outcome)s, %(status)s, attempts %(attempts)s"
            log.log(level, text, facts, extra=facts)

    # One request, all its attempts ----------------------------------------------------------------------------------

    async def _run(self, course: _Course) -> Response:
        request = course.request
        login = request.purpose == "login"
        if not login and (refusal := self._circuit.refusal(course.started)) is not None:
            raise refusal
        grant = None if login else await self._grant()
        price: int | None = None
        renewed = moved = False
        while True:
            there = self._destination(grant)
            facts, hosts = there.facts, there.hosts
            prepared = prepare(request, base=there.base, hosts=hosts, user_agent=self._user_agent)
            course.begin(self._connector.info.key, prepared)
            # Outside of what is repeated: a grant that cannot sign now cannot a second later.
            signature = await self._signature(grant, prepared.method, prepared.url)
            try:
                if login:
                    response = await self._follow(course, prepared, hosts, signature, grant)
                else:
                    response = await self._attempt(course, prepared, hosts, facts, grant, signature)
            except TokenExpired:
                if renewed or grant is None or self._tokens is None:
                    raise
                # The CRM refused to look at the request, so repeating it is safe whatever its method (X5).
                grant = await self._tokens.renewed(grant)
                renewed = True
                continue
            except Customer360Error as error:
                if not moved and not login and await self._has_moved(facts, grant, error):
                    moved = True  # to where it is now; should that be wrong as well, it is not there
                    continue
                price = await self._pause(course, error, renewed or moved)
                continue
            self._budget.earn(price)
            return response

    async def _has_moved(self, facts: LinkFacts, grant: Grant | None, error: Customer360Error) -> bool:
        """Whether the request failed only because the CRM's API is elsewhere by now; then it is known where."""
        if error.maybe_applied or not isinstance(error, self._connector.may_have_moved):
            return False
        went_to = self._connector.api_base(facts)
        return await self._whereabouts.look(
            lambda: self._connector.locate(facts),
            lambda: self._destination(grant).base != went_to,
            exchange=self,
        )

    async def _pause(self, course: _Course, error: Customer360Error, renewed: bool) -> int:
        """Wait until the request may be repeated after ``error`` and return what that cost; or raise it."""
        pause = pause_before_repeat(
            error,
            attempt=course.attempts - renewed,
            repeatable=course.request.repeatable,
            remaining=await self._remaining(),
            chance=await Random(),
            policy=self._policy,
        )
        price = None if pause is None else self._budget.spend(error)
        if pause is None or price is None:
            raise error
        await Sleep(pause)
        return price

    async def _grant(self) -> Grant:
        if self._tokens is None:
            raise NeedsAuthorization("this link has no grant yet")
        return await self._tokens.current()

    def _destination(self, grant: Grant | None) -> _Destination:
        # A vendor may name the API's host anew with each token, or move it while tokens are good.
        found, told = self._whereabouts.found, _NOTHING if grant is None else grant.extra
        last = self._last
        if last is not None and last[0] is found and last[1] is told:
            return last[2]
        facts = self._facts
        if found or told:
            facts = attrs.evolve(facts, extra={**facts.extra, **told, **found})
        there = _Destination(facts, self._connector.hosts(facts), self._connector.api_base(facts))
        self._last = found, told, there
        return there

    # One attempt ----------------------------------------------------------------------------------------------------

    async def _attempt(
        self,
        course: _Course,
        prepared: Prepared,
        hosts: Hosts,
        facts: LinkFacts,
        grant: Grant | None,
        signature: Headers,
    ) -> Response:
        request = course.request
        await self._limiter.enter()
        try:
            probe = self._circuit.admit(await self._limiter.turn(await self._remaining()))
            try:
                response = await self._follow(course, prepared, hosts, signature, grant)
            except TransportError as error:
                now = await Now()
                if isinstance(error, DeadlineExceeded) and course.timeout < _PATIENCE:
                    self._circuit.withdraw(probe=probe)
                else:
                    self._circuit.settle(error, now, probe=probe)
                raise
            except BaseException:
                self._circuit.withdraw(probe=probe)
                raise
            now = await Now()
            failure = error_of(self._connector, facts, request, response, now)
            self._circuit.settle(failure, now, probe=probe)
            if failure is None:
                return response
            if failure.wait:
                self._limiter.pause(now + failure.wait)
            raise failure
        finally:
            await self._limiter.leave()

    async def _signature(self, grant: Grant | None, method: str, url: str) -> Headers:
        if grant is None:
            return ()
        scheme = self._auth()
        if not scheme.signs_requests:
            signed = self._signed
            if signed is None or signed.grant is not grant:
                signed = self._signed = _Signature(grant, checked_headers(scheme.sign(grant)))
            return signed.headers
        nonce = f"{int(await Random() * 2**53):014x}"
        outgoing = Outgoing(method=method, url=url, now=await Now(), nonce=nonce)
        return checked_headers(scheme.sign_request(grant, outgoing))

    def _auth(self) -> AuthScheme:
        if self._scheme is None:
            self._scheme = self._connector.auth_for(self._facts)
        return self._scheme

    async def _follow(
        self, course: _Course, prepared: Prepared, hosts: Hosts, signature: Headers, grant: Grant | None
    ) -> Response:
        """Send, and follow redirects by hand: reads only, allowed hosts only, never a credential to another host."""
        url, host, headers = prepared.url, prepared.host, _signed(prepared.headers, signature)
        login = course.request.purpose == "login"
        for _ in range(_MOST_REDIRECTS + 1):
            response = await self._send(course, prepared, url, host, headers)
            if response.status not in _REDIRECTS or response.status in course.request.accept:
                return response
            target = response.header("location")
            if prepared.method not in ("GET", "HEAD") or target is None:
                raise UnexpectedAnswer(
                    "the CRM redirects where it must not",
                    status=response.status,
                    request_id=request_id(response),
                    maybe_applied=is_write(course.request),
                )
            url = _redirected(url, target)
            next_host = allowed_host(url, hosts, login=login)
            if next_host != host:
                headers, host, grant = _harmless(prepared.headers), next_host, None
            elif grant is not None and self._auth().signs_requests:
                headers = _signed(prepared.headers, await self._signature(grant, prepared.method, url))
        raise UnexpectedAnswer(f"the CRM redirects more than {_MOST_REDIRECTS} times", status=response.status)

    async def _send(self, course: _Course, prepared: Prepared, url: str, host: str, headers: Headers) -> Response:
        timeout = min(await self._remaining() - _MARGIN, self._policy.attempt_timeout)
        if timeout <= 0:
            raise DeadlineExceeded("no time was left to send a request; nothing was sent")
        course.attempts += 1
        course.timeout = timeout
        try:
            return await Send(
                method=prepared.method,
                url=self._endpoints.apply(url),
                headers=(("Host", host), *headers),
                content=prepared.content,
                timeout=timeout,
                max_body=self._max_body,
                writes=is_write(course.request),
            )
        except Customer360Error as error:
            error.maybe_applied = error.maybe_applied and is_write(course.request)
            raise

    async def _remaining(self) -> float:
        remaining = await Remaining()
        return self._policy.total if remaining is None else remaining


@attrs.define
class _Course:
    """What has become of one request so far; attempts are requests that were handed to the wire."""

    request: Request
    started: float
    attempts: int = 0
    timeout: float = 0.0
    url: str | None = attrs.field(default=None, repr=False)
    span: ExchangeSpan | None = None

    @property
    def shape(self) -> str:
        """The path, as it may stand in a log."""
        return "?" if self.url is None else path_shape(self.url)

    def begin(self, crm: str, prepared: Prepared) -> None:
        if self.url is None:
            self.url = prepared.url
            if traced():
                self.span = ExchangeSpan(crm=crm, method=prepared.method, host=prepared.host, path_shape=self.shape)


def _signed(headers: Headers, signature: Headers) -> Headers:
    """A connector never carries a credential itself: the signature's headers replace any of the same name."""
    names = [name.lower() for name, _ in signature]
    return (*[pair for pair in headers if pair[0].lower() not in names], *signature)


def _harmless(headers: Headers) -> Headers:
    """What may follow a redirect to another host: nothing that a connector may have put a key into."""
    return tuple(
        (name, value) for name, value in headers if name.lower() in ("accept", "accept-encoding", "user-agent")
    )


def _redirected(url: str, target: str) -> str:
    try:
        return resolve("", urljoin(url, target.strip()))
    except (ValueError, InvalidValue):
        raise UnexpectedAnswer("the CRM redirects to what is no URL") from None
