"""A kernel driven by hand: a clock that a test sets, and leaves that it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from customer360.core.effects import (
    Leaf,
    Operation,
    Request,
    Send,
)
from customer360.core.kernel import Kernel
from customer360.core.wire import Response

READ = Send(method="GET", url="https://w/")
WRITE = Send(method="POST", url="https://w/")
OK = Response(200)


@attrs.define
class Hand:
    """A driver that does nothing by itself; ``now`` is its clock, ``asked`` the leaves that wait for an answer."""

    kernel: Kernel[Any] = attrs.field(init=False)
    now: float = 0.0
    asked: dict[int, Leaf[Any]] = attrs.field(factory=dict)
    heard: list[object] = attrs.field(factory=list)

    def start(self, op: Operation[Any], emit: Callable[[object], None] | None = None) -> Hand:
        self.kernel = Kernel(
            op,
            now=lambda: self.now,
            monotonic=lambda: self.now,
            random=lambda: 0.5,
            emit=emit or self.heard.append,
        )
        return self.go()

    def go(self) -> Hand:
        self.kernel.advance()
        self.asked.update(self.kernel.starts)
        self.kernel.starts.clear()
        for token in self.kernel.drops:
            self.asked.pop(token, None)
        self.kernel.drops.clear()
        return self

    def answer(self, value: Any = None, error: BaseException | None = None) -> bool:
        """The oldest leaf is answered."""
        token = next(iter(self.asked))
        del self.asked[token]
        taken = self.kernel.answer(token, value, error)
        self.go()
        return taken

    def at(self, now: float) -> Hand:
        self.now = now
        self.kernel.tick()
        return self.go()

    def cancel(self) -> Hand:
        self.kernel.cancel()
        return self.go()


def failure(hand: Hand) -> BaseException:
    assert hand.kernel.done
    assert hand.kernel.error is not None
    return hand.kernel.error


async def one() -> None:
    await READ


async def exchange(request: Request) -> Response:
    return await READ
