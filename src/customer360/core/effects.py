"""The vocabulary of operations, and the theory in five minutes.

An **operation** is an ``async def`` that awaits only *effects*. An effect is a small frozen value that says what is
wanted ("send this request", "run this transaction", "sleep two seconds"); nothing happens when it is made. No event
loop is involved: whoever runs the operation drives the coroutine with ``send``, receives each effect, and sends its
answer back. So the same operation runs on a plain thread, under asyncio, or in a simulation with virtual time, and a
unit test of it needs no mocks::

    op = connector.get(facts, ref)
    request = op.send(None)              # the first effect: Request("GET", "/Contacts/42")
    op.send(Response(200, ...))          # raises StopIteration(contact)

Who answers what:

* The **kernel** (:mod:`customer360.core.kernel`) answers everything that concerns time and concurrency itself:
  :class:`Sleep`, :class:`Now`, :class:`Random`, :class:`Remaining`, :class:`Emit`, :class:`Spawn`, :func:`gather`,
  :func:`settle`, :func:`within`, :func:`handling`. It does no I/O and knows no clock but the one it is given.
* A **driver** (:mod:`customer360.drivers`) carries out the **leaves**: :class:`Send`, :class:`Tx`, :class:`Peek`,
  :class:`Acquire`, :class:`Release`, :class:`Shared`, :class:`Aside`. Operation code never runs on a driver's pool
  threads, but for the steps of a plugin that was seen to block the loop.
* A **handler** answers :class:`Request`. A connector knows neither tokens nor hosts; its request is relative to the
  link's API base. ``handling(exchange, op)`` runs ``op`` so that each ``Request`` it (or anything it gathers) awaits is
  answered by the operation ``exchange(request)``, which adds the token, waits for the limiter, retries what may be
  repeated, and awaits the :class:`Send` leaves. Handlers nest; a handler's own requests go to the next one out.

Three rules that keep this sound: an operation object runs once (a retry takes a factory); operations contain no async
generators; after cancellation only :class:`Tx` and :class:`Release` still work, so that clean-up can be recorded but
nothing new begins.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Mapping
from contextvars import ContextVar
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeAlias, TypeVar, overload

import attrs

from customer360.core.wire import Response

R = TypeVar("R")
T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
P = ParamSpec("P")


class Effect(Generic[R]):
    """Something an operation may await; ``R`` is the type of the answer."""

    __slots__ = ()

    def __await__(self) -> Generator[Effect[Any], Any, R]:
        answer: R = yield self
        return answer


class Leaf(Effect[R]):
    """An effect that touches the world: carried out by a driver, never by the kernel."""

    __slots__ = ()


Operation: TypeAlias = Coroutine[Effect[Any], Any, T]
Doable: TypeAlias = Coroutine[Effect[Any], Any, T] | Effect[T]
"""An operation or a single effect: what :func:`gather`, :func:`settle`, :func:`within` and :func:`handling`
take."""

# What a connector says ---------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Request(Effect[Response]):
    """One call to the CRM, as a connector says it.

    Answered by the handler in force (see :func:`handling`). ``path`` is relative to the link's API base
    (``"/Contacts/42"``), or an absolute URL where the CRM hands one out (next-page links, sign-in endpoints).
    ``params`` keep their order and may repeat. At most one of ``json``, ``form`` and ``content`` is given.
    ``repeatable`` says whether sending twice is harmless; by default true for GET and HEAD only (a search by POST says
    ``repeatable=True``). ``accept`` lists statuses other than 2xx that the operation reads itself; every other answer
    is turned into an error by the connector's ``error``. ``purpose="login"`` goes to the link's sign-in hosts only and
    carries no access token.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = attrs.field(default=None, repr=False)
    form: tuple[tuple[str, str], ...] | None = attrs.field(default=None, repr=False)
    content: bytes | None = attrs.field(default=None, repr=False)
    repeatable: bool = attrs.field(default=attrs.Factory(lambda self: self.method in ("GET", "HEAD"), takes_self=True))
    accept: tuple[int, ...] = ()
    purpose: Literal["api", "login"] = "api"

    def __repr__(self) -> str:
        # Queries and bodies carry phone numbers, names and tokens: none of them reaches a log through a repr.
        return f"Request({self.method} {self.path.split('?')[0]}, {len(self.params)} params)"


def _request(
    method: str,
    path: str,
    params: Mapping[str, str] | tuple[tuple[str, str], ...] = (),
    headers: Mapping[str, str] | tuple[tuple[str, str], ...] = (),
    **rest: Any,
) -> Request:
    return Request(method=method, path=path, params=_pairs(params), headers=_pairs(headers), **rest)


def _pairs(items: Mapping[str, str] | tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(items.items()) if isinstance(items, Mapping) else tuple(items)


_Params: TypeAlias = Mapping[str, str] | tuple[tuple[str, str], ...]


def GET(path: str, params: _Params = (), headers: _Params = (), *, accept: tuple[int, ...] = ()) -> Request:
    """Read ``path``."""
    return _request("GET", path, params, headers, accept=accept)


def POST(
    path: str,
    json: Any = None,
    params: _Params = (),
    headers: _Params = (),
    *,
    repeatable: bool = False,
    accept: tuple[int, ...] = (),
) -> Request:
    """Send ``json`` to ``path``; say ``repeatable=True`` for a search."""
    return _request("POST", path, params, headers, json=json, repeatable=repeatable, accept=accept)


def PUT(
    path: str, json: Any = None, params: _Params = (), headers: _Params = (), *, accept: tuple[int, ...] = ()
) -> Request:
    """Replace or change what is at ``path``.

    Not repeatable by default: a repeat may overwrite somebody else's edit.
    """
    return _request("PUT", path, params, headers, json=json, accept=accept)


def PATCH(
    path: str, json: Any = None, params: _Params = (), headers: _Params = (), *, accept: tuple[int, ...] = ()
) -> Request:
    """Change what is at ``path``."""
    return _request("PATCH", path, params, headers, json=json, accept=accept)


def DELETE(path: str, params: _Params = (), headers: _Params = (), *, accept: tuple[int, ...] = ()) -> Request:
    """Delete what is at ``path``."""
    return _request("DELETE", path, params, headers, accept=accept)


# Leaves: carried out by a driver -----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Send(Leaf[Response]):
    """One exchange on the wire: an absolute URL, finished headers and bytes.

    Only the transport makes these. ``timeout`` is seconds for the *whole* exchange (queueing for a connection,
    connecting, writing, every chunk read). ``writes`` says whether it may change something that a repeat would change
    again; by default any method but GET and HEAD. Raises the transport errors of :mod:`customer360.core.errors`.
    """

    method: str
    url: str = attrs.field(repr=False)
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    content: bytes = attrs.field(default=b"", repr=False)
    timeout: float = 30.0
    max_body: int = 32 * 1024 * 1024
    writes: bool = attrs.field(default=attrs.Factory(lambda self: self.method not in ("GET", "HEAD"), takes_self=True))

    def bounded(self, left: float) -> Send:
        """The same, over in ``left`` seconds at the latest."""
        return attrs.evolve(self, timeout=max(0.0, left)) if self.timeout > left else self

    def may_have_written(self, answer: Response | None, error: BaseException | None) -> bool:
        """Whether something may have changed, given what it came to: not if it was refused, or never left."""
        if error is not None:
            return self.writes and bool(getattr(error, "maybe_applied", True))
        return self.writes and not (answer is not None and 400 <= answer.status < 500)


@attrs.frozen(eq=False)
class Tx(Leaf[R]):
    """One whole database transaction: a plain function of a connection.

    Commits when it returns, rolls back when it raises. Once started it is awaited, never abandoned. No HTTP
    inside.
    """

    work: Callable[[Any], R]
    name: str = ""


@attrs.frozen(eq=False)
class Peek(Leaf[R]):
    """A read by key, at most about 100 µs, carried out on the caller's thread where the database allows it."""

    work: Callable[[Any], R]
    name: str = ""


@attrs.frozen
class Acquire(Leaf[None]):
    """Wait for the in-process lock ``key``.

    Granted in order of asking; a waiter that is cancelled never holds it.
    """

    key: str


@attrs.frozen
class Release(Leaf[None]):
    """Give the lock ``key`` back.

    Works after cancellation.
    """

    key: str


@attrs.frozen(eq=False)
class Shared(Leaf[R]):
    """Work that must finish once started, whoever still waits: one run per ``key`` in this process at a time.

    The first to ask starts ``factory()``; those who ask while it runs wait for the same result. The run belongs to the
    client object: a caller may be cancelled, the run still ends (a rotated refresh token is never lost because the
    caller hung up).
    """

    key: str
    factory: Callable[[], Operation[R]]


@attrs.frozen(eq=False)
class Aside(Leaf[R]):
    """A step that may block, taken on a thread that others do not wait for.

    Awaited only where :data:`shares_its_thread` says that it matters. ``of`` names whose step it is: everybody's wait
    among themselves. ``step`` raises nothing, and sees for itself whether anybody still waits for it.
    """

    of: str
    step: Callable[[], R]


shares_its_thread: ContextVar[bool] = ContextVar("customer360 shares its thread", default=False)
"""Whether everybody's operations wait while this thread computes: an event loop's. Its driver knows :class:`Aside`."""


def tx(work: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> Tx[T]:
    """``await tx(claim, now)`` runs ``claim(connection, now)`` in one transaction."""
    return Tx(lambda connection: work(connection, *args, **kwargs), work.__qualname__)


def peek(work: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> Peek[T]:
    """``await peek(lookup, number)`` runs ``lookup(connection, number)`` as a short read."""
    return Peek(lambda connection: work(connection, *args, **kwargs), work.__qualname__)


# Answered by the kernel itself -------------------------------------------------------------------------------------


@attrs.frozen
class Sleep(Effect[None]):
    """Wait ``seconds`` (negative counts as zero)."""

    seconds: float


@attrs.frozen
class Now(Effect[float]):
    """Seconds since the epoch by the client's clock: the wall clock, corrected to never run backwards in one
    process."""


@attrs.frozen
class Random(Effect[float]):
    """A float in [0, 1)."""


@attrs.frozen
class Remaining(Effect[float | None]):
    """Seconds left until the nearest deadline (:func:`within`) in force here, or None without one."""


@attrs.frozen(eq=False)
class Emit(Effect[None]):
    """Tell whoever listens to this run (a panel part changed, progress of a sync).

    Never fails the operation.
    """

    event: object


@attrs.frozen(eq=False)
class Spawn(Effect[None]):
    """Start a sibling of the whole operation: it outlives the caller, never the driver's run.

    The caller's deadlines are not its own, but whoever cancels the run cancels it too. Its failure is logged.
    """

    op: Operation[None]


@attrs.frozen
class Ok(Generic[T]):
    """An operation's value, from :func:`settle`."""

    value: T


@attrs.frozen
class Err:
    """An operation's error, from :func:`settle`."""

    error: Exception


Outcome: TypeAlias = Ok[T] | Err


@attrs.frozen(eq=False)
class Settle(Effect[R]):
    """Run several operations side by side; made by :func:`gather` and :func:`settle`."""

    ops: tuple[Operation[Any], ...]
    all_or_none: bool


@attrs.frozen(eq=False)
class Within(Effect[R]):
    """Run one operation under a deadline; made by :func:`within`."""

    seconds: float
    op: Operation[R]


Handler: TypeAlias = Callable[[Request], Operation[Response]]


@attrs.frozen(eq=False)
class Handle(Effect[R]):
    """Run one operation with its requests answered by ``handler``; made by :func:`handling`."""

    handler: Handler
    op: Operation[R]


class Cancelled(BaseException):
    """Raised inside an operation that is no longer wanted.

    Never catch it without raising it again.
    """


def _operation(what: Doable[T]) -> Operation[T]:
    return _awaiting(what) if isinstance(what, Effect) else what


async def _awaiting(effect: Effect[T]) -> T:
    return await effect


@overload
def settle(a: Doable[A], b: Doable[B], /) -> Settle[tuple[Outcome[A], Outcome[B]]]: ...
@overload
def settle(a: Doable[A], b: Doable[B], c: Doable[C], /) -> Settle[tuple[Outcome[A], Outcome[B], Outcome[C]]]: ...
@overload
def settle(*ops: Doable[T]) -> Settle[tuple[Outcome[T], ...]]: ...
def settle(*ops: Doable[Any]) -> Settle[Any]:
    """Run all side by side and return an :class:`Ok` or :class:`Err` for each, in order."""
    return Settle(tuple(map(_operation, ops)), False)


@overload
def gather(a: Doable[A], b: Doable[B], /) -> Settle[tuple[A, B]]: ...
@overload
def gather(a: Doable[A], b: Doable[B], c: Doable[C], /) -> Settle[tuple[A, B, C]]: ...
@overload
def gather(*ops: Doable[T]) -> Settle[tuple[T, ...]]: ...
def gather(*ops: Doable[Any]) -> Settle[Any]:
    """Run all side by side and return their values, in order; the first error cancels the others and is
    raised."""
    return Settle(tuple(map(_operation, ops)), True)


def within(seconds: float, op: Doable[T]) -> Within[T]:
    """Run ``op``; after ``seconds`` it is cancelled and :class:`customer360.core.errors.DeadlineExceeded` is raised.

    Its ``maybe_applied`` says whether a request that writes had left, answered or not (a refusal does not count).
    """
    return Within(seconds, _operation(op))


def handling(handler: Handler, op: Doable[T]) -> Handle[T]:
    """Run ``op`` with every :class:`Request` beneath it answered by the operation ``handler(request)``."""
    return Handle(handler, _operation(op))
