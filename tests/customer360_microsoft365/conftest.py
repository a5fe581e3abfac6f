"""How these tests run an operation: by hand, with answers written from Microsoft's documentation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import pytest

from customer360.core.effects import Effect, Err, Now, Ok, Operation, Request, Settle
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_microsoft365 import Microsoft365Connector

Answer: TypeAlias = Callable[[Request], Response]

NOW = 1_763_737_440.0
"""2025-11-21 15:04 UTC."""


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
        case Now():
            return NOW
    raise AssertionError(f"a connector must not await {effect!r}")


def _outcome(op: Operation[Any], answer: Answer) -> Ok[Any] | Err:
    try:
        return Ok(play(op, answer))
    except Exception as error:
        return Err(error)


@attrs.define
class Graph:
    """Answers in order, every one classified by the connector as the transport does; keeps what was asked."""

    connector: Microsoft365Connector
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
    def params(self) -> dict[str, str]:
        return dict(self.last.params)

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.last.headers)


FACTS = LinkFacts(
    crm="microsoft365",
    settings={"cloud": "global", "directory": "contoso.com"},
    extra={"todo_list": "LIST", "contact_folder": "FOLDER"},
    user="U1",
)


@pytest.fixture
def facts() -> LinkFacts:
    return FACTS


@pytest.fixture
def graph() -> Graph:
    return Graph(Microsoft365Connector(), FACTS)


@pytest.fixture(scope="session")
def player() -> Callable[[Operation[Any], Answer], Any]:
    return play


@pytest.fixture
def reply() -> Callable[..., Response]:
    def made(body: object = None, status: int = 200, **headers: str) -> Response:
        content = b"" if body is None else json.dumps(body).encode()
        return Response(status, content, tuple((name.replace("_", "-"), value) for name, value in headers.items()))

    return made


@pytest.fixture
def rows() -> Callable[..., Response]:
    """A list answer with these records, and the next page's address where there is one."""

    def made(*records: dict[str, Any], **links: str) -> Response:
        more = {f"@odata.{name}Link": link for name, link in links.items()}
        return Response(200, json.dumps({"value": list(records), **more}).encode())

    return made


@pytest.fixture
def parts() -> Callable[..., Response]:
    """The answer to a batch: a body each, or a status with an error code."""

    def made(*each: list[dict[str, Any]] | tuple[int, str]) -> Response:
        responses = []
        for number, part in enumerate(each):
            if isinstance(part, tuple):
                responses.append({"id": str(number), "status": part[0], "body": {"error": {"code": part[1]}}})
            else:
                responses.append({"id": str(number), "status": 200, "headers": {}, "body": {"value": part}})
        return Response(200, json.dumps({"responses": responses[::-1]}).encode())

    return made


@pytest.fixture
def refusal() -> Callable[..., Response]:
    """An error answer with a code."""

    def made(status: int, code: str, message: str = "", **more: object) -> Response:
        body = {"error": {"code": code, "message": message, "innerError": {"request-id": "r"}, **more}}
        return Response(status, json.dumps(body).encode())

    return made
