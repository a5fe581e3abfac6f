"""How these tests run an operation: by hand, with answers written from Bullhorn's documentation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector
from customer360_testkit.by_hand import Stepped


class Bullhorn(Stepped[BullhornConnector]):
    """Answers in order; knows what was asked in either language."""

    @property
    def asked_for(self) -> str:
        """What the last request asked in Lucene or JPQL."""
        body = self.last.json
        return str(body["query"] if "query" in body else body["where"])

    @property
    def params(self) -> dict[str, str]:
        """The last request's parameters."""
        return dict(self.last.params)


FACTS = LinkFacts(
    crm="bullhorn",
    settings={"username": "jane.api"},
    extra={
        "oauthUrl": "https://auth-emea.bullhornstaffing.com/oauth",
        "restUrl": "https://rest-emea.bullhornstaffing.com/rest-services",
        "session": "https://rest99.bullhornstaffing.com/rest-services/abc123",
        "actions": '["Email", "Outbound Call", "Inbound Call", "Other"]',
    },
    user="1314",
)


@pytest.fixture
def facts() -> LinkFacts:
    return FACTS


@pytest.fixture
def bh() -> Bullhorn:
    return Bullhorn(BullhornConnector(), FACTS)


@pytest.fixture
def reply() -> Callable[..., Response]:
    def made(body: Any = None, status: int = 200, **headers: str) -> Response:
        content = b"" if body is None else json.dumps(body).encode()
        return Response(status, content, tuple((name.replace("_", "-"), value) for name, value in headers.items()))

    return made


@pytest.fixture
def rows() -> Callable[..., Response]:
    """A list's answer with these records; ``total`` as an index tells it."""

    def made(*records: dict[str, Any], total: int | None = None) -> Response:
        told = {} if total is None else {"total": total}
        return Response(200, json.dumps({**told, "start": 0, "count": len(records), "data": list(records)}).encode())

    return made


@pytest.fixture
def record() -> Callable[..., Response]:
    """A record's answer."""

    def made(**fields: Any) -> Response:
        return Response(200, json.dumps({"data": fields}).encode())

    return made


@pytest.fixture
def written() -> Response:
    """A successful create, as the documentation's sample has it: without the entity's name."""
    return Response(200, b'{"changedEntityId": 1489, "changeType": "INSERT"}')
