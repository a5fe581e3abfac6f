"""Operations driven by hand."""

from __future__ import annotations

import gc

import pytest

from customer360.core.effects import GET, Effect, Operation, Request, gather
from customer360.core.wire import Response
from customer360_testkit.by_hand import play, relayed


class GivenUp(BaseException):
    """Ends a test's operation from outside."""


async def both() -> None:
    await gather(GET("/first"), GET("/second"))


def test_what_was_gathered_and_never_began_is_no_complaint() -> None:
    """Whoever gives an operation up at its first request leaves the others behind."""

    def refuses(request: Request) -> Response:
        raise GivenUp

    with pytest.raises(GivenUp):
        play(both(), refuses)
    gc.collect()


def test_nor_is_what_somebody_else_was_to_run() -> None:
    """An operation that is relayed, effect by effect."""

    async def refused(effect: Effect[object]) -> None:
        raise GivenUp

    async def relaying(op: Operation[None]) -> None:
        await relayed(op, refused)

    with pytest.raises(GivenUp):
        play(relaying(both()), lambda request: Response(200))
    gc.collect()
