"""Random operations, and what each of them must come to, whatever the order in which its parts happen to run.

A **tree** is made of nodes that end by themselves; a *hanging* one (:func:`hanging`) never ends by itself and stands
below a :class:`Deadline` only. :meth:`Node.means` is the specification: the value, or :data:`FAILS` for an error.
:meth:`Node.op` is the operation. A :class:`Probe` counts what was entered and left, cleaned up and committed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs
import sqlalchemy as sa
from hypothesis import strategies as st
from tests.customer360.drivers.worlds import UNIT, exchange, send

from customer360.core.effects import (
    GET,
    Acquire,
    Cancelled,
    Emit,
    Ok,
    Operation,
    Release,
    Request,
    Shared,
    Sleep,
    Spawn,
    gather,
    handling,
    settle,
    tx,
    within,
)
from customer360.core.errors import ConnectFailed, DeadlineExceeded
from customer360.core.wire import Response

FAILS: Final = "fails"
FOREVER: Final = 3600.0
SHORT: Final = 0.2 * UNIT


@attrs.define
class Probe:
    """What happened inside one run."""

    entered: int = 0
    cleaned_up: int = 0
    held: list[str] = attrs.field(factory=list)
    shared: int = 0


def one(connection: sa.Connection) -> int:
    return int(connection.execute(sa.text("SELECT 1")).scalar_one())


def refused(connection: sa.Connection) -> int:
    raise ConnectFailed("refused by the transaction")


@attrs.frozen
class Node:
    """One way for an operation to be made of others."""

    def means(self) -> Any:
        raise NotImplementedError

    def op(self, probe: Probe) -> Operation[Any]:
        raise NotImplementedError

    @property
    def calm(self) -> bool:
        """Whether nothing in it is ever cut short, so that all of it happens in every world."""
        return self.means() != FAILS and all(child.calm for child in self.children())

    def children(self) -> tuple[Node, ...]:
        return ()


@attrs.frozen
class Simple(Node):
    """A single effect, or next to it."""

    kind: str

    def means(self) -> Any:
        return FAILS if self.kind.startswith("bad") else self.kind

    async def op(self, probe: Probe) -> Any:
        match self.kind:
            case "send" | "bad send":
                await send(self.kind, 0)
            case "request":
                await handling(exchange_at_once, GET("request"))
            case "commit":
                await tx(one)
            case "bad commit":
                await tx(refused)
            case "emit":
                await Emit("event")
            case "pause":
                await Sleep(0)
            case "spawn":
                await Spawn(_spawned())
            case "shared":
                probe.shared += 1
                await Shared(f"{id(probe)}/{probe.shared}", lambda: _shared())
            case "forever":
                await Sleep(FOREVER)
            case "silence":
                await send("silence", FOREVER)
        return self.kind


async def exchange_at_once(request: Request) -> Response:
    return await send(request.path, 0)


async def _spawned() -> None:
    await Sleep(0)
    await send("spawned", 0)


async def _shared() -> None:
    await send("shared", 0)


@attrs.frozen
class Group(Node):
    """Several side by side."""

    how: Callable[..., Any]
    parts: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.parts

    def means(self) -> Any:
        each = [part.means() for part in self.parts]
        return FAILS if self.how is gather and FAILS in each else tuple(each)

    async def op(self, probe: Probe) -> Any:
        results = await self.how(*(part.op(probe) for part in self.parts))
        if self.how is settle:
            return tuple(each.value if isinstance(each, Ok) else FAILS for each in results)
        return results


@attrs.frozen
class Around(Node):
    """One within something."""

    part: Node
    kind: str
    depth: int

    def children(self) -> tuple[Node, ...]:
        return (self.part,)

    def means(self) -> Any:
        inner = self.part.means()
        return "caught" if self.kind == "catch" and inner == FAILS else inner

    async def op(self, probe: Probe) -> Any:
        match self.kind:
            case "in time":
                return await within(FOREVER, self.part.op(probe))
            case "handled":
                return await handling(exchange, self.part.op(probe))
            case "cleaned up":
                probe.entered += 1
                try:
                    return await self.part.op(probe)
                finally:
                    assert await tx(one) == 1
                    probe.cleaned_up += 1
            case "locked":
                # Deeper keys are asked for while holding higher ones, never the other way round.
                key = f"{id(probe)}/{self.depth}"
                await Acquire(key)
                probe.held.append(key)
                try:
                    return await self.part.op(probe)
                finally:
                    probe.held.remove(key)
                    await Release(key)
            case "catch":
                try:
                    return await self.part.op(probe)
                except (ConnectFailed, DeadlineExceeded):
                    return "caught"
        raise AssertionError(self.kind)


@attrs.frozen
class Deadline(Node):
    """Something that hangs, and is cut short; ``deaf`` answers the cancellation with a value, which counts."""

    part: Node
    deaf: bool

    def children(self) -> tuple[Node, ...]:
        return (self.part,)

    @property
    def calm(self) -> bool:
        return False

    def means(self) -> Any:
        return "deaf" if self.deaf else FAILS

    async def op(self, probe: Probe) -> Any:
        return await within(SHORT, self._listen(probe))

    async def _listen(self, probe: Probe) -> Any:
        try:
            return await self.part.op(probe)
        except Cancelled:
            if self.deaf:
                return "deaf"
            raise


_AROUND = ("in time", "handled", "cleaned up", "locked")


def trees(depth: int = 4) -> st.SearchStrategy[Node]:
    """Operations that end by themselves."""
    kinds = ("send", "request", "commit", "emit", "pause", "spawn", "shared", "bad send", "bad commit")
    simple = st.sampled_from([Simple(kind) for kind in kinds])
    if not depth:
        return simple
    deeper = st.deferred(lambda: trees(depth - 1))
    return st.one_of(
        simple,
        st.builds(Group, st.sampled_from([gather, settle]), st.lists(deeper, max_size=4).map(tuple)),
        st.builds(Around, deeper, st.sampled_from([*_AROUND, "catch"]), st.just(9 - depth)),
        st.builds(Deadline, hanging(depth - 1), st.booleans()),
    )


def hanging(depth: int) -> st.SearchStrategy[Node]:
    """Operations that never end by themselves, and never fail."""
    simple = st.sampled_from([Simple("forever"), Simple("silence")])
    if not depth:
        return simple
    deeper = st.deferred(lambda: hanging(depth - 1))
    others = st.sampled_from([Simple(kind) for kind in ("send", "commit", "pause", "forever")])
    beside = st.tuples(deeper, st.lists(others, max_size=3)).map(lambda both: (both[0], *both[1]))
    return st.one_of(
        simple,
        st.builds(Group, st.sampled_from([gather, settle]), beside),
        st.builds(Around, deeper, st.sampled_from(_AROUND), st.just(9 - depth)),
    )
