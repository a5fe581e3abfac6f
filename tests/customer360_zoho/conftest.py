"""How these tests run an operation: by hand, with answers written from Zoho's documentation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_testkit.by_hand import Stepped
from customer360_zoho import ZohoConnector


@attrs.define
class Zoho(Stepped[ZohoConnector]):
    """Answers from a script; what was sent in Zoho's envelopes."""

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
