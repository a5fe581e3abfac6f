"""How these tests run an operation: by hand, with answers written from Salesforce's documentation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest

from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_salesforce import SalesforceConnector
from customer360_testkit.by_hand import Stepped


class Salesforce(Stepped[SalesforceConnector]):
    """Answers in order; knows what was asked in SOQL and SOSL."""

    @property
    def statement(self) -> str:
        """What the last request asked in SOQL or SOSL."""
        return dict(self.last.params)["q"]

    @property
    def statements(self) -> list[str]:
        """What the parts of the last request, a batch, asked."""
        urls = [urlsplit(part["url"]) for part in self.last.json["batchRequests"]]
        return [parse_qs(url.query)["q"][0] if url.query else url.path for url in urls]


FACTS = LinkFacts(
    crm="salesforce",
    settings={"login_host": "login.salesforce.com"},
    scopes=frozenset({"api", "refresh_token", "id"}),
    extra={"instance_url": "https://acme.my.salesforce.com"},
)
PERSON_FIELDS = {
    **dict.fromkeys(("Name", "FirstName", "LastName", "BillingCountry"), "string"),
    **dict.fromkeys(("Phone", "PersonMobilePhone"), "phone"),
    "PersonEmail": "email",
    "IsPersonAccount": "boolean",
    "PersonContactId": "reference",
    **dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), "datetime"),
}


@pytest.fixture
def facts() -> LinkFacts:
    return FACTS


@pytest.fixture
def person_facts() -> LinkFacts:
    """A link of an organisation with person accounts."""
    shapes = {
        "shape.Account": json.dumps(PERSON_FIELDS),
        "shape.Contact": json.dumps({"Name": "string", "Phone": "phone", "IsPersonAccount": "boolean"}),
    }
    return attrs.evolve(FACTS, extra={**FACTS.extra, **shapes})


@pytest.fixture
def sf() -> Salesforce:
    return Salesforce(SalesforceConnector(), FACTS)


@pytest.fixture
def reply() -> Callable[..., Response]:
    def made(body: object = None, status: int = 200, **headers: str) -> Response:
        content = b"" if body is None else json.dumps(body).encode()
        pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Response(status, content, pairs)

    return made


def query_body(*records: dict[str, Any], following: str | None = None, total: int | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"totalSize": len(records) if total is None else total, "done": following is None}
    listed = [{"attributes": {"type": "X", "url": "/services/data/v62.0/sobjects/X/1"}, **each} for each in records]
    return {**body, **({"nextRecordsUrl": following} if following else {}), "records": listed}


@pytest.fixture
def rows() -> Callable[..., Response]:
    """A query's answer with these records."""

    def made(*records: dict[str, Any], following: str | None = None, total: int | None = None) -> Response:
        return Response(200, json.dumps(query_body(*records, following=following, total=total)).encode())

    return made


@pytest.fixture
def batched() -> Callable[..., Response]:
    """A batch's answer: each part is a body, or (status, body)."""

    def made(*parts: Any) -> Response:
        told = [each if isinstance(each, tuple) else (200, each) for each in parts]
        results = [{"statusCode": status, "result": body} for status, body in told]
        body = {"hasErrors": any(status >= 300 for status, _ in told), "results": results}
        return Response(200, json.dumps(body).encode())

    return made


@pytest.fixture
def found() -> Callable[..., dict[str, Any]]:
    """A search's body with these records."""

    def made(*records: dict[str, Any]) -> dict[str, Any]:
        return {"searchRecords": [{"attributes": {"type": "X", "url": "/x"}, **each} for each in records]}

    return made


@pytest.fixture
def listing() -> Callable[..., dict[str, Any]]:
    """A query's body with these records, as a part of a batch."""
    return query_body


@pytest.fixture
def written() -> Response:
    """A successful create."""
    return Response(201, b'{"id": "0035e00000AbCdEAAV", "success": true, "errors": []}')


@pytest.fixture
def done() -> Response:
    """A successful update: nothing."""
    return Response(204)
