"""How these tests run an operation: by hand, with answers written from Microsoft's documentation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_microsoft365 import Microsoft365Connector
from customer360_testkit.by_hand import Stepped


@attrs.define
class Graph(Stepped[Microsoft365Connector]):
    """Answers from a script; what was sent, in Graph's terms."""

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
