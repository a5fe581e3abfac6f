"""How these tests run an operation: by hand, with answers written from Zoho's documentation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import pytest

from customer360.core.effects import Effect, Err, Ok, Operation, Request, Settle, Sleep
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_zoho import ZohoConnector

Answer: TypeAlias = Callable[[Request], Response]


def play(op: Operation[Any], answer: Answer) -> Any:
    """Run an operation to its end; side-by-side work runs one after the other."""
    value: Any = None
    error: Exception | None = None
    while True:
        try:
            effect = op.send(value) if error is None else op.throw(error)
        except StopIteration as stop:
            return stop.value
        value, error = None, None
        try:
            value = _perform(effect, answer)
        except Exception as raised:
            error = raised


def _perform(effect: Effect[Any], answer: Answer) -> Any:
    match effect:
        case Request():
            return answer(effect)
        case Settle(ops, all_or_none):
            outcomes = [_outcome(op, answer) for op in ops]
            first = next((each for each in outcomes if isinstance(each, Err)), None)
            if all_or_none and first is not None:
                raise first.error
            return tuple(each.value for each in outcomes if isinstance(each, Ok)) if all_or_none else tuple(outcomes)
        case Sleep():
            return None
    raise AssertionError(f"a connector must not await {effect!r}")


def _outcome(op: Operation[Any], answer: Answer) -> Ok[Any] | Err:
    try:
        return Ok(play(op, answer))
    except Exception as error:
        return Err(error)


@attrs.define
class Zoho:
    """Answers in order, every one classified by the connector as the transport does; keeps what was asked."""

    connector: ZohoConnector
    facts: LinkFacts
    asked: list[Request] = attrs.field(factory=list)

    def run(self, op: Operation[Any], *answers: Response | Answer) -> Any:
        waiting = list(answers)

        def answer(request: Request) -> Response:
            self.asked.append(request)
            assert waiting, f"unexpected {request.method} {request.path}"
            given = waiting.pop(0)
            response = given if isinstance(given, Response) else given(request)
            problem = self.connector.error(self.facts, request, response)
            if problem is not None:
                raise problem
            return response

        result = play(op, answer)
        assert not waiting, f"{len(waiting)} answers were not asked for"
        return result

    @property
    def last(self) -> Request:
        return self.asked[-1]

    @property
    def sent(self) -> Any:
        return self.last.json["data"][0]

    @property
    def statement(self) -> str:
        return str(self.last.json["select_query"])


FACTS = LinkFacts(crm="zoho", settings={"data_centre": "eu", "environment": "production"}, extra={"zgid": "20061"})


@pytest.fixture
def facts() -> LinkFacts:
    return FACTS


@pytest.fixture
def zoho() -> Zoho:
    return Zoho(ZohoConnector(), FACTS)


@pytest.fixture(scope="session")
def player() -> Callable[[Operation[Any], Answer], Any]:
    return play


@pytest.fixture
def reply() -> Callable[..., Response]:
    def made(body: object = None, status: int = 200, **headers: str) -> Response:
        content = b"" if body is None else json.dumps(body).encode()
        pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Response(status, content, pairs)

    return made


@pytest.fixture
def rows() -> Callable[..., Response]:
    """A list answer with these records; none is 204, as Zoho says it."""

    def made(*records: dict[str, Any], more: bool = False) -> Response:
        if not records:
            return Response(204)
        body = {"data": list(records), "info": {"count": len(records), "more_records": more}}
        return Response(200, json.dumps(body).encode())

    return made


@pytest.fixture
def written() -> Response:
    """A successful write of record 4150."""
    row = {"code": "SUCCESS", "details": {"id": "4150"}, "message": "record added", "status": "success"}
    return Response(201, json.dumps({"data": [row]}).encode())
