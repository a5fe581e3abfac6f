"""Search, read, create, update, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import attrs
import pytest

from customer360.core import errors as e
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactChange, ContactDraft, Fields, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas
from customer360.core.wire import Response
from customer360_microsoft365 import Microsoft365Connector

ADA = {
    "@odata.etag": 'W/"1"',
    "id": "A1",
    "displayName": "Ada Lovelace",
    "givenName": "Ada",
    "surname": "Lovelace",
    "emailAddresses": [{"name": "Ada", "address": "Ada@x.org"}],
    "businessPhones": ["1", "2"],
}
REF = RecordRef("microsoft365", "contact", "A1")
IMMUTABLE = 'IdType="ImmutableId"'


@pytest.mark.feature("F011")
@pytest.mark.perf("P15")
def test_a_read_is_one_request(facts: LinkFacts, reply: Callable[..., Response]) -> None:
    """The operation asks for the record, by its lasting id, and ends with the contact."""
    op = Microsoft365Connector().get(facts, REF)
    request = op.send(None)
    assert isinstance(request, Request)
    assert (request.method, request.path, request.params) == ("GET", "/me/contacts/A1", ())
    assert request.headers == (("Prefer", IMMUTABLE),)
    with pytest.raises(StopIteration) as ended:
        op.send(reply(ADA))
    assert ended.value.value.ref == REF
    assert ended.value.value.version == 'W/"1"'


@pytest.mark.parametrize("identifier", ["", ".", "..", "a\nb"])
def test_ids_that_cannot_be(graph: Any, identifier: str) -> None:
    """Are the ids of no record, and never another place in the API."""
    with pytest.raises(e.NotFound):
        graph.run(graph.connector.get(graph.facts, attrs.evolve(REF, id=identifier)))


def test_an_id_is_one_segment(graph: Any, reply: Callable[..., Response]) -> None:
    """Whatever it holds."""
    graph.run(graph.connector.get(graph.facts, attrs.evolve(REF, id="a/../b?c#d=")), reply(ADA))
    assert graph.last.path == "/me/contacts/a%2F..%2Fb%3Fc%23d%3D"


@pytest.mark.feature("F009")
def test_an_email_whatever_its_case(graph: Any, rows: Callable[..., Response]) -> None:
    """By the one documented filter; hits that do not hold the address are dropped."""
    near = {"id": "A2", "emailAddresses": [{"address": "bada@x.org"}]}
    page = graph.run(graph.connector.search(graph.facts, "contact", EmailIs(" ada@X.org")), rows(near, ADA))
    assert [hit.ref.id for hit in page.items] == ["A1"]
    assert graph.params["$filter"] == "emailAddresses/any(a:a/address eq 'ada@X.org')"
    assert not page.items[0].partial


@pytest.mark.parametrize("directory", ["consumers", "common"])
def test_an_email_in_a_personal_account(graph: Any, rows: Callable[..., Response], directory: str) -> None:
    """The filter misses some there, so all contacts are read."""
    graph.facts = attrs.evolve(graph.facts, settings={"directory": directory})
    other = {"id": "A2", "emailAddresses": []}
    page = graph.run(graph.connector.search(graph.facts, "contact", EmailIs("ada@x.org")), rows(other, ADA))
    assert [hit.ref.id for hit in page.items] == ["A1"]
    assert "$filter" not in graph.params


def test_letters_beyond_ascii_are_compared_here(graph: Any, rows: Callable[..., Response]) -> None:
    """What differs in case only is not left to the vendor."""
    row = {"id": "A3", "emailAddresses": [{"address": "MÜLLER@x.org"}]}
    page = graph.run(
        graph.connector.search(graph.facts, "contact", FieldIs("emailAddresses", "müller@x.org")), rows(row)
    )
    assert len(page.items) == 1
    assert "$filter" not in graph.params


@pytest.mark.feature("F008")
@pytest.mark.perf("P15")
def test_a_name_is_one_round_trip(graph: Any, parts: Callable[..., Response]) -> None:
    """A filter for each name in a batch, each properly encoded; a contact that several find is one hit."""
    op = graph.connector.search(graph.facts, "contact", NameHas("O'B &c"))
    page = graph.run(op, parts([ADA], [ADA], [{"id": "A2"}], []))
    assert [hit.ref.id for hit in page.items] == ["A1", "A2"]
    assert (graph.last.path, graph.last.repeatable) == ("/$batch", True)
    urls = [part["url"] for part in graph.last.json["requests"]]
    assert [unquote(url.split("&")[0].split("=")[1]) for url in urls] == [
        *(f"startswith({name},'O''B &c')" for name in ("displayName", "givenName", "surname")),
        "startswith(displayName,'&c O''B')",
    ]
    assert all(" " not in url and "%26" in url for url in urls)
    assert all(part["headers"] == {"Prefer": IMMUTABLE} for part in graph.last.json["requests"])


def test_a_crowded_mailbox(graph: Any, parts: Callable[..., Response], rows: Callable[..., Response]) -> None:
    """The part that had no room is asked by itself, so that the transport waits its turn."""
    op = graph.connector.search(graph.facts, "contact", NameHas("Ada"))
    page = graph.run(op, parts([ADA], (429, "ApplicationThrottled"), []), rows({"id": "A2"}))
    assert [hit.ref.id for hit in page.items] == ["A1", "A2"]
    assert graph.params["$filter"] == "startswith(givenName,'Ada')"


def test_a_part_that_is_refused(graph: Any, parts: Callable[..., Response], reply: Callable[..., Response]) -> None:
    """A batch that is answered well and holds an error, or lacks a part, is an error."""
    with pytest.raises(e.TokenExpired):
        graph.run(
            graph.connector.search(graph.facts, "contact", NameHas("Ada")),
            parts([], (401, "InvalidAuthenticationToken"), []),
        )
    bodies: tuple[dict[str, Any], ...] = ({"responses": []}, {"responses": None}, {})
    for body in bodies:
        with pytest.raises(e.UnexpectedAnswer):
            graph.run(graph.connector.search(graph.facts, "contact", NameHas("Ada")), reply(body))


def test_more_than_asked_for(graph: Any, parts: Callable[..., Response]) -> None:
    """The page says that there are more."""
    op = graph.connector.search(graph.facts, "contact", NameHas("A"), limit=1)
    page = graph.run(op, parts([ADA, {"id": "A2"}], [], []))
    assert len(page.items) == 1
    assert page.next is not None


def test_a_field_is_compared_again(graph: Any, rows: Callable[..., Response]) -> None:
    """Only the same code points count, whatever the vendor deems equal; equality where it is known, else beginnings."""
    near = {"id": "A2", "surname": "lovelace", "displayName": "Ada lovelace"}
    page = graph.run(graph.connector.search(graph.facts, "contact", FieldIs("surname", "Lovelace")), rows(near, ADA))
    assert [hit.ref.id for hit in page.items] == ["A1"]
    assert graph.params["$filter"] == "startswith(surname,'Lovelace')"
    op = graph.connector.search(graph.facts, "contact", FieldIs("displayName", "Ada Lovelace"))
    assert [hit.ref.id for hit in graph.run(op, rows(near, ADA)).items] == ["A1"]
    assert graph.params["$filter"] == "displayName eq 'Ada Lovelace'"


def test_pages_are_followed_on_the_graph_host(graph: Any, rows: Callable[..., Response]) -> None:
    """To the end, verbatim; a link that leads elsewhere is refused before a token goes there."""
    link = "https://graph.microsoft.com/v1.0/me/contacts?$skip=100"
    op = graph.connector.search(graph.facts, "contact", FieldIs("surname", "Lovelace"))
    page = graph.run(op, rows({"id": "A2"}, next=link), rows(ADA))
    assert [hit.ref.id for hit in page.items] == ["A1"]
    assert (graph.last.path, graph.headers["Prefer"]) == (link, IMMUTABLE)
    for evil in ("https://graph.microsoft.com.evil.example/v1.0/x", "http://graph.microsoft.com/v1.0/x"):
        with pytest.raises(e.HostRefused):
            graph.run(graph.connector.search(graph.facts, "contact", FieldIs("surname", "Lovelace")), rows(next=evil))


@pytest.mark.fault("X11")
def test_pages_in_a_circle(graph: Any, rows: Callable[..., Response]) -> None:
    """A next page that was read before ends the search."""
    again = rows({"id": "1"}, next="https://graph.microsoft.com/v1.0/me/contacts?$skip=1")
    with pytest.raises(e.PageLoop):
        graph.run(graph.connector.search(graph.facts, "contact", FieldIs("surname", "x")), again, again)


@pytest.mark.parametrize(
    "query",
    [
        PhoneIs("+4930", "30"),
        TextHas("x"),
        FieldIs("mobilePhone", "1"),
        FieldIs("displayName", ""),
        FieldIs("displayName", "a\nb"),
        FieldIs("displayName eq 'x' or surname", "a"),
        NameHas(" "),
        EmailIs(""),
    ],
)
@pytest.mark.parametrize("resource", ["contact", "contactFolder/F", "event"])
def test_what_outlook_cannot_be_asked(graph: Any, query: Any, resource: str) -> None:
    """It is refused before any request, with the reason."""
    with pytest.raises(e.Unsupported):
        graph.run(graph.connector.search(graph.facts, resource, query))


def test_people_are_searched_where_that_was_asked_for(graph: Any, rows: Callable[..., Response]) -> None:
    """By name or address, fuzzily, so an address is compared again; text never leaves its quotes."""
    with pytest.raises(e.Unsupported, match=r"People\.Read"):
        graph.run(graph.connector.search(graph.facts, "person", NameHas("x")))
    graph.facts = attrs.evolve(graph.facts, settings={"people": "yes"})
    one = {"id": "P1", "scoredEmailAddresses": [{"address": "ada@x.org"}]}
    page = graph.run(graph.connector.search(graph.facts, "person", EmailIs("Ada@x.org")), rows(one, {"id": "P2"}))
    assert [hit.ref.id for hit in page.items] == ["P1"]
    graph.run(graph.connector.search(graph.facts, "person", TextHas('a" OR \\"b')), rows(one))
    assert graph.params["$search"] == '"a OR b"'
    with pytest.raises(e.Unsupported):
        graph.run(graph.connector.search(graph.facts, "person", FieldIs("displayName", "x")))
    with pytest.raises(e.Unsupported):
        graph.run(graph.connector.create(graph.facts, ContactDraft(resource="person", fields={})))


@pytest.mark.promise("R9")
def test_more_people_than_the_vendor_hands_out(graph: Any, rows: Callable[..., Response]) -> None:
    """The search says so, rather than leave some out."""
    graph.facts = attrs.evolve(graph.facts, settings={"people": "yes"})
    crowd = rows(*[{"id": str(n)} for n in range(250)])
    with pytest.raises(e.Truncated):
        graph.run(graph.connector.search(graph.facts, "person", EmailIs("ada@x.org")), crowd)


@pytest.mark.feature("F012")
def test_create(graph: Any, reply: Callable[..., Response]) -> None:
    """Fields as Graph takes them; the key goes into an extended property."""
    fields: Fields = {"surname": "Lovelace", "emailAddresses": ("a@x",), "businessPhones": ("1",), "mobilePhone": None}
    draft = ContactDraft(resource="contactFolder/F=", fields=fields, key="k1")
    ref = graph.run(graph.connector.create(graph.facts, draft), reply(ADA, 201))
    assert ref == RecordRef("microsoft365", "contactFolder/F=", "A1")
    assert graph.last.path == "/me/contactFolders/F%3D/contacts"
    sent = dict(graph.last.json)
    (held,) = sent.pop("singleValueExtendedProperties")
    assert (held["id"].endswith("Name c360Key"), held["value"]) == (True, "k1")
    assert sent == {
        "surname": "Lovelace",
        "emailAddresses": [{"address": "a@x"}],
        "businessPhones": ["1"],
        "mobilePhone": None,
    }
    assert not graph.last.repeatable


def test_a_create_that_names_no_record(graph: Any, reply: Callable[..., Response]) -> None:
    """It may have been applied."""
    with pytest.raises(e.UnexpectedAnswer) as raised:
        graph.run(graph.connector.create(graph.facts, ContactDraft(resource="contact", fields={})), reply({}, 201))
    assert raised.value.maybe_applied


@pytest.mark.feature("F013")
def test_update(graph: Any, reply: Callable[..., Response]) -> None:
    """Only what is given is sent, with the version that was read."""
    change = ContactChange(ref=REF, fields={"mobilePhone": None, "homePhones": ("1",)}, version='W/"1"')
    graph.run(graph.connector.update(graph.facts, change), reply(ADA))
    assert graph.last.json == {"mobilePhone": None, "homePhones": ["1"]}
    assert graph.headers == {"Prefer": IMMUTABLE, "If-Match": 'W/"1"'}
    graph.asked.clear()
    graph.run(graph.connector.update(graph.facts, ContactChange(ref=REF, fields={})))
    assert graph.asked == []


def test_what_is_merged_must_still_stand(graph: Any, reply: Callable[..., Response]) -> None:
    """Read, merged, and written only over what was read."""
    change = ContactChange(ref=REF, fields={"businessPhones": "9", "emailAddresses": ("b@x", "ada@x.org")})
    graph.run(graph.connector.update(graph.facts, change), reply(ADA), reply(ADA))
    assert graph.last.json == {
        "businessPhones": ["9", "2"],
        "emailAddresses": [{"address": "b@x"}, {"address": "ada@x.org", "name": "Ada"}],
    }
    assert graph.headers["If-Match"] == 'W/"1"'


@pytest.mark.parametrize(
    ("version", "now", "lost"), [('W/"1"', 'W/"2"', True), ('W/"1"', 'W/"1"', False), (None, 'W/"2"', False)]
)
def test_a_lost_update_is_told_from_a_busy_record(
    graph: Any,
    reply: Callable[..., Response],
    refusal: Callable[..., Response],
    version: str | None,
    now: str,
    lost: bool,
) -> None:
    """A conflict counts if somebody else changed the contact; else the change is tried once more."""
    change = ContactChange(ref=REF, fields={"jobTitle": "x"}, version=version)
    conflict, fresh = refusal(412, "ErrorIrresolvableConflict"), reply({**ADA, "@odata.etag": now})
    op = graph.connector.update(graph.facts, change)
    if lost:
        with pytest.raises(e.Conflict):
            graph.run(op, conflict, fresh)
    else:
        graph.run(op, conflict, fresh, reply(ADA))
    assert [request.method for request in graph.asked] == ["PATCH", "GET", "PATCH"][: 2 if lost else 3]


def test_a_create_that_is_answered_with_nothing(graph: Any) -> None:
    """It may have been applied."""
    with pytest.raises(e.UnexpectedAnswer) as raised:
        graph.run(graph.connector.create(graph.facts, ContactDraft(resource="contact", fields={})), Response(204))
    assert raised.value.maybe_applied


@pytest.mark.parametrize("identifier", [None, "", 7, True, {}, []])
def test_a_record_that_does_not_say_which_one_it_is(graph: Any, rows: Callable[..., Response], identifier: Any) -> None:
    """It is somebody, and nobody can tell who."""
    with pytest.raises(e.UnexpectedAnswer):
        graph.run(graph.connector.search(graph.facts, "contact", EmailIs("a@x.org")), rows({**ADA, "id": identifier}))


@pytest.mark.parametrize("number", [{}, [], None])
def test_a_part_that_does_not_say_which_one_it_is(graph: Any, reply: Callable[..., Response], number: Any) -> None:
    """It answers nothing that was asked."""
    body = {"responses": [{"id": number, "status": 200, "body": {"value": []}}]}
    with pytest.raises(e.UnexpectedAnswer):
        graph.run(graph.connector.search(graph.facts, "contact", NameHas("Ada")), reply(body))
