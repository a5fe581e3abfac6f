"""Operations that hear something else than they were answered: what several wrong connectors are made from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs

from customer360.core.effects import Effect, Operation, Request, Settle
from customer360.core.wire import Response
from customer360_testkit.by_hand import relayed

Alter = Callable[[Request, Any], Any]
"""Makes another body of a request's answer; None leaves it as it is."""


Send = Callable[[Request], Request]
"""Makes another request of one."""


def _altered(request: Request, response: Response, alter: Alter) -> Response:
    try:
        told = alter(request, json.loads(response.content))
    except (ValueError, AttributeError, TypeError):  # no answer of the kind that it is about
        return response
    return response if told is None else Response(response.status, json.dumps(told).encode(), response.headers)


async def hearing(op: Operation[Any], alter: Alter = lambda request, told: None, send: Send = lambda each: each) -> Any:
    """What an operation comes to that hears what ``alter`` makes of an answer in JSON, and sends what ``send`` does."""

    async def told(effect: Effect[Any]) -> Any:
        if isinstance(effect, Settle):
            effect = attrs.evolve(effect, ops=tuple(hearing(each, alter, send) for each in effect.ops))
        if not isinstance(effect, Request):
            return await effect
        response = await send(effect)
        return _altered(effect, response, alter) if isinstance(response, Response) else response

    return await relayed(op, told)
