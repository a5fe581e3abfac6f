"""Operations that hear something else than they were answered: what several wrong connectors are made from."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Generator
from typing import Any

import attrs

from customer360.core.effects import Operation, Request, Settle
from customer360.core.wire import Response

Alter = Callable[[Request, Any], Any]
"""Makes another body of a request's answer; None leaves it as it is."""


Send = Callable[[Request], Request]
"""Makes another request of one."""


@types.coroutine
def _heard(op: Operation[Any], alter: Alter, send: Send) -> Generator[Any, Any, Any]:
    value: Any = None
    error: BaseException | None = None
    while True:
        try:
            effect = op.send(value) if error is None else op.throw(error)
        except StopIteration as stop:
            return stop.value
        value, error = None, None
        if isinstance(effect, Settle):
            effect = attrs.evolve(effect, ops=tuple(hearing(each, alter, send) for each in effect.ops))
        try:
            value = yield send(effect) if isinstance(effect, Request) else effect
        except Exception as raised:
            error = raised
        if isinstance(effect, Request) and isinstance(value, Response):
            value = _altered(effect, value, alter)


def _altered(request: Request, response: Response, alter: Alter) -> Response:
    try:
        told = alter(request, json.loads(response.content))
    except (ValueError, AttributeError, TypeError):  # no answer of the kind that it is about
        return response
    return response if told is None else Response(response.status, json.dumps(told).encode(), response.headers)


async def hearing(op: Operation[Any], alter: Alter = lambda request, told: None, send: Send = lambda each: each) -> Any:
    """What an operation comes to that hears what ``alter`` makes of an answer in JSON, and sends what ``send`` does."""
    return await _heard(op, alter, send)
