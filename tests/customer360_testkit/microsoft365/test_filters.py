"""Which queries the fake answers and which it refuses, and with which words."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer360_testkit.fakes.exchange import WireRequest
from customer360_testkit.fakes.faults import page_loop
from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake
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
@settings(max_examples=200)
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


@given(st.text(max_size=40), st.sampled_from(["displayName eq {}", "emailAddresses/any(a:a/address eq {})"]))
@settings(max_examples=100)
def test_quoted_text_finds_its_contact_and_no_other(text: str, pattern: str) -> None:
    """Whatever a name or an address holds, a literal with doubled quotes, percent-encoded, finds it and no other."""
    fake = Microsoft365Fake(cast=())
    token = (("authorization", f"Bearer {fake.oauth.issue('kim', ['Contacts.ReadWrite']).access_token}"),)
    box = fake.boxes["kim"]
    folder = box.defaults["contacts"]
    for name in (f"_{text}", "other"):
        data = {"displayName": name, "emailAddresses": [{"address": name}]}
        box.add("contact", folder, {**_empty(), **data}, 0.0)
    literal = "'" + f"_{text}".replace("'", "''") + "'"
    url = f"https://graph.microsoft.com/v1.0/me/contacts?$filter={quote(pattern.format(literal), safe='')}"
    answer = fake.answer(WireRequest("GET", url, token))
    assert [row["displayName"] for row in answer.json()["value"]] == [f"_{text}"]


def _empty() -> dict[str, Any]:
    return {"givenName": None, "surname": None, "companyName": None, "mobilePhone": None}


@given(
    st.sampled_from(["$filter", "$expand", "$select", "$orderby", "$search", "$top", "$skip", "$count"]),
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from([
                "(", ")", "'", "and", "or", "not", "eq", "any", "a:", "displayName", "/", ",", " ", "$filter=", "''",
                "emailAddresses", "contains", "2026-05-01T00:00:00Z", "null", "1", '"', "extensions", "desc",
            ])
        ).map("".join),
    ),
)  # fmt: skip
@settings(max_examples=300)
def test_no_query_breaks_the_fake(option: str, text: str) -> None:
    """Whatever stands in an option, the answer is 200 or a 400 with a code."""
    fake = Microsoft365Fake(cast=())
    token = (("authorization", f"Bearer {fake.oauth.issue('kim', ['Contacts.Read']).access_token}"),)
    url = f"https://graph.microsoft.com/v1.0/me/contacts?{option}={quote(text, safe='')}"
    answer = fake.answer(WireRequest("GET", url, token))
    assert answer.status == 200 or (answer.status == 400 and answer.json()["error"]["code"])


@pytest.mark.parametrize("combined", ["refused", "accepted"])
def test_a_filter_without_end_is_refused(make: Any, combined: str) -> None:
    """Thousands of operators are refused, and nothing breaks."""
    text = "not (" * 3000 + "displayName eq 'a'" + ")" * 3000
    answer = make(combined_filter=combined).filter(text)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "InefficientFilter")


EVENTS, LISTS = "/me/events", "/me/todo/lists"


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        (EVENTS, f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and ep/value eq 'x')", None),
        (EVENTS, "subject eq 'a'", "ErrorInvalidUrlQueryFilter"),
        (EVENTS, "start/dateTime ge '2026-05-01T00:00:00Z'", "ErrorInvalidUrlQueryFilter"),
        (EVENTS, "transactionId eq 'a'", "ErrorInvalidUrlQueryFilter"),
        (EVENTS, "contact eq 'a'", "RequestBroker--ParseUri"),
        (EVENTS, f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and ep/value gt 'x')",
         "ErrorInvalidUrlQueryFilter"),
        (EVENTS, f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}')", "ErrorInvalidUrlQueryFilter"),
        (LISTS, "displayName eq 'Tasks'", None),
        (LISTS, "wellknownListName eq 'defaultList'", "invalidRequest"),
        (LISTS, "displayName eq 'Tasks", "invalidRequest"),
        ("/me/calendars", "name eq 'Calendar'", "ErrorInvalidUrlQueryFilter"),
        ("/me/contactFolders", "displayName eq 'Suppliers'", "ErrorInvalidUrlQueryFilter"),
        ("/me/people", "displayName eq 'a'", "ErrorInvalidProperty"),
    ],
)  # fmt: skip
def test_filters_of_other_resources(client: Any, path: str, text: str, code: str | None) -> None:
    """Events are filtered by extended properties, lists by name, and by nothing else."""
    answer = client.filter(text, path)
    told = None if answer.status == 200 else answer.json()["error"]["code"]
    assert told == code


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("$select=id,displayName", None),
        ("$select=id, displayName", None),
        ("$select=", "RequestBroker--ParseUri"),
        ("$select=displayName,fax", "RequestBroker--ParseUri"),
        ("$select=emailAddresses/address", "RequestBroker--ParseUri"),
        ("$orderby=displayName", None),
        ("$orderby=displayName desc", None),
        ("$orderby=displayName asc", None),
        ("$orderby=displayName down", "BadRequest"),
        ("$orderby=fax", "BadRequest"),
        ("$orderby=displayName,surname", "BadRequest"),
        ("$expand=extensions", None),
        ("$expand=extensions($filter=id eq 'com.example.c360')", None),
        ("$expand=extensions($select=id)", "BadRequest"),
        ("$expand=linkedResources", "BadRequest"),
        ("$expand=singleValueExtendedProperties($filter=id eq 'nonsense')", "ErrorInvalidProperty"),
        (f"$expand=singleValueExtendedProperties($filter=id eq '{EP}'),extensions", None),
        (f"$expand=singleValueExtendedProperties($filter=id eq '{EP}' or id eq '{EP}2')", None),
        (f"$expand=singleValueExtendedProperties($filter=id ne '{EP}')", "ErrorInvalidUrlQueryFilter"),
        ('$search="ann lee"', None),
        ("$search=ann", None),
        ('$search="ann', "BadRequest"),
        ('$search="a\\b"', "BadRequest"),
        ('$search=""', "BadRequest"),
        ("$count=true&$top=999&$skip=5", None),
        ("$count=yes", "BadRequest"),
        ("$top=ten", "BadRequest"),
        ("$top=٣", "BadRequest"),
    ],
)
def test_shapes_of_options(client: Any, query: str, code: str | None) -> None:
    """What an option may hold, and the code of what it may not."""
    answer = client("GET", f"/me/contacts?{quote(query, safe='$=&')}")
    told = None if answer.status == 200 else answer.json()["error"]["code"]
    assert told == code


def test_select_trims_and_orderby_sorts(client: Any) -> None:
    """Only what is selected comes, with id and etag; the order is that of the member, either way."""
    rows = client("GET", "/me/contacts?$select=surname&$orderby=surname&$top=999").json()["value"]
    assert all(set(row) == {"@odata.etag", "id", "surname"} for row in rows)
    names = [(row["surname"] or "").casefold() for row in rows]
    assert names == sorted(names)
    turned = client("GET", "/me/contacts?$select=surname&$orderby=surname%20desc&$top=999").json()["value"]
    assert [(row["surname"] or "").casefold() for row in turned] == names[::-1]


@pytest.mark.fault("X11")
@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("same", [10, 0, 0, 0]),
        ("cycle", [10, 10, 0, 0]),
        ("endless", [10, 0, 0, 0]),
        ("empty", [0, 0, 0, 0]),
        ("shrinks", [10, 10, 10, 10]),
    ],
)
def test_pages_that_lead_astray(client: Any, kind: Any, seen: list[int]) -> None:
    """The next page is this page, a circle, ever new and nothing new, or empty; or rows are lost on the way."""
    client.fake.faults.add(page_loop(kind), path=r"/v1.0/me/contacts$", times=None)
    known: set[str] = set()
    url, links, fresh = "/me/contacts", [], []
    for _ in range(4):
        page = client("GET", url).json()
        ids = {row["id"] for row in page["value"]}
        fresh.append(len(ids - known))
        known |= ids
        url = page["@odata.nextLink"]
        links.append(url)
    assert fresh == seen
    assert len(set(links)) == {"same": 1, "cycle": 2}.get(kind, 4)
    if kind == "shrinks":
        while url:
            page = client("GET", url).json()
            known |= {row["id"] for row in page["value"]}
            url = page.get("@odata.nextLink")
        assert len(known) < len(client.fake.customers_of("kim"))
