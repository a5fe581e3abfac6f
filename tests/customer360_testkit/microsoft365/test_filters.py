"""Which queries the fake answers and which it refuses, and with which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer360_testkit.fakes.microsoft365.odata import parse_filter

EP = "String {00020329-0000-0000-C000-000000000046} Name c360Id"
ACCEPTED = [
    "emailAddresses/any(a:a/address eq 'ann@example.com')",
    "emailAddresses/any(x: x/address eq 'a''b@example.com')",
    "startswith(displayName,'Ann')",
    "startswith(givenName,'Ann')",
    "startswith(surname,'O''Neil')",
    "startswith(companyName,'A,(b)')",
    "displayName eq 'Ann Lee'",
    f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and ep/value eq 'x')",
    f"singleValueExtendedProperties/any(ep: ep/id eq '{EP}' and ep/value ne 'x')",
    f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and contains(ep/value,'x'))",
    f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and startswith(ep/value,'x'))",
]
REFUSED = [
    ("businessPhones/any(p:p eq '1')", "ErrorInvalidUrlQueryFilter"),
    ("homePhones/any(p:p eq '1')", "ErrorInvalidUrlQueryFilter"),
    ("mobilePhone eq '1'", "ErrorInvalidUrlQueryFilter"),
    ("contains(displayName,'a')", "ErrorInvalidUrlQueryFilter"),
    ("endswith(displayName,'a')", "ErrorInvalidUrlQueryFilter"),
    ("displayName ne 'a'", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/any(a:a/name eq 'a')", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/any(a:a/address ne 'a')", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/any(a:startswith(a/address,'a'))", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/all(a:a/address eq 'a')", "ErrorInvalidUrlQueryFilter"),
    ("emailAddresses/any(a:b/address eq 'a')", "ErrorInvalidUrlQueryFilter"),
    ("singleValueExtendedProperties/Any(ep: ep/id eq 'x' and ep/value eq 'x')", "ErrorInvalidUrlQueryFilter"),
    ("displayName eq 'a' or displayName eq 'b'", "InefficientFilter"),
    ("not (displayName eq 'a')", "InefficientFilter"),
    ("phone eq 'a'", "RequestBroker--ParseUri"),
    ("displayName eq 'O'Neil'", "BadRequest"),
    ("displayName eq a b", "BadRequest"),
    ("displayName", "BadRequest"),
    ("", "BadRequest"),
]


@pytest.mark.feature("F008")
@pytest.mark.feature("F009")
@pytest.mark.parametrize("text", ACCEPTED)
def test_filters_that_work(client: Any, text: str) -> None:
    """What the contract says works is answered."""
    assert client.filter(text).status == 200


@pytest.mark.feature("F010")
@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_filters_that_do_not(client: Any, text: str, code: str) -> None:
    """Everything else is refused with the vendor's own code."""
    answer = client.filter(text)
    assert (answer.status, answer.json()["error"]["code"]) == (400, code)
    assert set(answer.json()["error"]["innerError"]) == {"date", "request-id", "client-request-id"}


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_survives_quoting(text: str) -> None:
    """A doubled quote is all that a literal needs, whatever the text."""
    quoted = text.replace("'", "''")
    assert parse_filter(f"displayName eq '{quoted}'") == ("cmp", "displayName", "eq", text)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("$search=%22a%22&$filter=displayName%20eq%20%27a%27", "BadRequest"),
        ("$search=%22a%22&$orderby=displayName", "BadRequest"),
        ("$search=a%20b", "BadRequest"),
        ("$search=%22a%22b%22", "BadRequest"),
        ("$orderby=displayName&$filter=displayName%20eq%20%27a%27", "InefficientFilter"),
        ("$expand=photo", "BadRequest"),
        ("$expand=extensions(", "BadRequest"),
        ("$expand=singleValueExtendedProperties", "ErrorInvalidProperty"),
        ("$select=phone", "RequestBroker--ParseUri"),
        ("$top=1000", "BadRequest"),
        ("$top=0", "BadRequest"),
        ("$skip=-1", "BadRequest"),
        ("$apply=x", "BadRequest"),
    ],
)
def test_options_that_are_refused(client: Any, query: str, code: str) -> None:
    """Query options that do not exist, or do not go together, are a 400."""
    answer = client("GET", f"/me/contacts?{query}")
    assert (answer.status, answer.json()["error"]["code"]) == (400, code)


def test_pages_lead_through_everybody_once(client: Any) -> None:
    """Ten to a page; the links, on the Graph host, give every contact once."""
    seen, url = [], "/me/contacts?$count=true"
    while url:
        page = client("GET", url).json()
        assert page["@odata.count"] == len(client.fake.customers_of("kim"))
        seen += [row["id"] for row in page["value"]]
        url = page.get("@odata.nextLink", "")
        assert not url or url.startswith("https://graph.microsoft.com/v1.0/me/contacts?")
    assert len(seen) == len(set(seen)) == len(client.fake.customers_of("kim")) > 200


def test_extended_properties_compare_as_documented(client: Any) -> None:
    """Values compare without regard to case, names with; the property comes only when expanded."""
    property_ = {"id": EP, "value": "Key-1"}
    client("POST", "/me/contacts", {"givenName": "A", "singleValueExtendedProperties": [property_]})
    text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and ep/value eq 'key-1')"
    rows = client.filter(text).json()["value"]
    assert len(rows) == 1
    assert "singleValueExtendedProperties" not in rows[0]
    assert client.filter(text.replace("c360Id", "C360ID")).json()["value"] == []
    expand = f"&$expand=singleValueExtendedProperties($filter=id%20eq%20'{EP.replace(' ', '%20')}')"
    assert client.filter(text, more=expand).json()["value"][0]["singleValueExtendedProperties"] == [property_]
