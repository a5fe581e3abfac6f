"""Contacts step by step: what is asked, what is made of the answers, what is refused before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from tests.customer360_bullhorn.conftest import FACTS, Bullhorn

from customer360.core import errors as e
from customer360.core.activities import ActivityFilter, NoteDraft, TaskDraft
from customer360.core.effects import Request
from customer360.core.records import ContactChange, ContactDraft, RecordRef, RelatedKind
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector

BH = BullhornConnector()
JO = RecordRef("bullhorn", "Candidate", "42")
COMPANY = RecordRef("bullhorn", "ClientCorporation", "7")
NUMBER = PhoneIs("+16175550134", "6175550134", "US")
Rows = Callable[..., Response]


@pytest.mark.feature("F010")
def test_a_search_by_phone(bh: Bullhorn, rows: Rows) -> None:
    """One request; look-alikes of the index are dropped, whoever holds the digits is handed on to be compared."""
    hits = rows(
        {"id": 1, "phone": "(617) 555-0134 x7"}, {"id": 2, "mobile": "617 555 0199"}, {"id": 3, "fax": "5550134"}
    )
    page = bh.run(BH.search(FACTS, "ClientContact", NUMBER), hits)
    assert [hit.ref.id for hit in page.items] == ["1", "3"]
    assert "workPhone" not in bh.asked_for  # client contacts have none, and an unknown field is refused
    assert bh.asked_for.endswith('AND isDeleted:false) NOT status:"Archive"')
    bh.run(BH.search(FACTS, "Candidate", NUMBER), rows())
    assert "workPhone:6175550134*" in bh.asked_for
    bh.run(BH.search(FACTS, "ClientCorporation", NUMBER), rows())
    assert "isDeleted" not in bh.asked_for  # which companies do not have


@pytest.mark.feature("F009")
def test_a_search_by_address(bh: Bullhorn, rows: Rows) -> None:
    """In every e-mail field; near ones and those who are nobody any more are dropped."""
    hits = rows(
        {"id": 1, "email": "Jo@Acme.test"},
        {"id": 2, "email": "xjo@acme.test"},
        {"id": 3, "email2": "jo@acme.test", "isDeleted": True},
        {"id": 4, "email3": "jo@acme.test", "status": "Archived"},
        {"id": 5, "_error": "gone", "email": "jo@acme.test"},
    )
    page = bh.run(BH.search(FACTS, "Candidate", EmailIs(" jo@acme.test ")), hits)
    assert [hit.ref.id for hit in page.items] == ["1"]
    wanted = '(email:"jo@acme.test" OR email2:"jo@acme.test" OR email3:"jo@acme.test")'
    assert bh.asked_for == f'({wanted} AND isDeleted:false) NOT status:"Archived"'


def test_more_pages_are_read_until_enough_are_found(bh: Bullhorn, rows: Rows) -> None:
    """A phrase matches what contains it: those that are another value are many."""
    others = [{"id": number, "lastName": "Smithers"} for number in range(1, 201)]
    page = bh.run(
        BH.search(FACTS, "Candidate", FieldIs("lastName", "Smith")),
        rows(*others, total=201),
        rows({"id": 999, "lastName": "Smith"}, total=201),
    )
    assert [hit.ref.id for hit in page.items] == ["999"]
    assert bh.params["start"] == "200"


def test_too_many_candidates(bh: Bullhorn, rows: Rows) -> None:
    """Said, and not taken for nobody."""
    answers = [
        rows(*({"id": start * 200 + number, "lastName": "Smithers"} for number in range(1, 201)), total=9999)
        for start in range(10)
    ]
    with pytest.raises(e.Truncated):
        bh.run(BH.search(FACTS, "Candidate", FieldIs("lastName", "Smith")), *answers)


@pytest.mark.parametrize(
    ("field", "value", "asked", "row"),
    [
        ("id", "42", "id:42", {"id": 42}),
        ("customInt1", "7", 'customInt1:"7"', {"id": 42, "customInt1": 7}),
        ("externalID", "c360-81", 'externalID:"c360-81"', {"id": 42, "externalID": "c360-81"}),
    ],
)
def test_a_search_by_a_field(bh: Bullhorn, rows: Rows, field: str, value: str, asked: str, row: dict[str, Any]) -> None:
    """Numbers by their digits; the field is asked for, so that it can be compared."""
    page = bh.run(BH.search(FACTS, "Candidate", FieldIs(field, value)), rows(row))
    assert [hit.ref for hit in page.items] == [JO]
    assert bh.asked_for.startswith(f"({asked} AND")
    assert field in bh.params["fields"].split(",")


@pytest.mark.parametrize(
    ("resource", "query"),
    [
        ("ClientCorporation", EmailIs("a@b.example")),
        ("Candidate", FieldIs("owner.name", "x")),
        ("Candidate", FieldIs("dateAdded", "x")),
        ("Candidate", FieldIs("last name", "x")),
        ("Candidate", FieldIs("lastName", "--")),
        ("Candidate", FieldIs("id", "x")),
        ("Candidate", NameHas("'")),
        ("Candidate", TextHas(" ")),
        ("Candidate", PhoneIs("", "")),
        ("Task", NameHas("x")),
    ],
)
def test_what_cannot_be_asked_for(bh: Bullhorn, resource: str, query: Any) -> None:
    """Refused before any request."""
    with pytest.raises(e.Unsupported):
        bh.run(BH.search(FACTS, resource, query))


def test_an_index_without_phones(bh: Bullhorn) -> None:
    """It is said, and not taken for nobody."""
    shape = '{"kinds": {"name": "", "pager": "phone"}, "indexed": ["name"]}'
    facts = attrs.evolve(FACTS, extra={**FACTS.extra, "shape.Lead": shape})
    with pytest.raises(e.Unsupported):
        bh.run(BH.search(facts, "Lead", NUMBER))


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": []}', b'{"data": {}}', b'{"data": {"id": "x"}}', b"null"])
def test_what_is_no_record(bh: Bullhorn, body: bytes) -> None:
    """Nobody is made up of it."""
    with pytest.raises(e.UnexpectedAnswer):
        bh.run(BH.get(FACTS, JO), Response(200, body))


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": {}}', b'{"total": 3, "data": null}'])
def test_what_is_no_list(bh: Bullhorn, body: bytes) -> None:
    """It is not taken for an empty one."""
    with pytest.raises(e.UnexpectedAnswer):
        bh.run(BH.search(FACTS, "Candidate", NameHas("x")), Response(200, body))


def test_a_list_that_promises_and_holds_nothing(bh: Bullhorn) -> None:
    """Nor is that (X11)."""
    for body in (b'{"total": 3, "start": 0, "count": 0, "data": []}', b'{"start": 0, "count": 200, "data": []}'):
        with pytest.raises(e.PageLoop):
            bh.run(BH.search(FACTS, "Candidate", NameHas("x")), Response(200, body))


def test_a_record_bare_as_the_vendors_page_shows_it(bh: Bullhorn) -> None:
    """Answers are wrapped, the page says otherwise."""
    assert bh.run(BH.get(FACTS, JO), Response(200, b'{"id": 42, "name": "Jo"}')).name == "Jo"


def refusal(field: str) -> Response:
    told = {"errorMessage": f"Invalid field '{field}' at position 23.", "errorCode": 400}
    return Response(400, json.dumps(told).encode())


@pytest.mark.feature("F121")
def test_a_field_that_was_taken_away(bh: Bullhorn, rows: Rows, record: Rows) -> None:
    """Since the agent signed in: a pop goes on without it."""
    bh.run(BH.get(FACTS, JO), refusal("fax2"), refusal("owner"), record(id=42))
    first, _, last = (re.split(r",(?![^(]*\))", dict(request.params)["fields"]) for request in bh.asked)
    assert set(first) - set(last) == {"fax2", "owner(id,firstName,lastName)"}
    bh.run(BH.search(FACTS, "Candidate", NameHas("x")), refusal("pager"), rows())
    assert "pager" not in bh.params["fields"].split(",")


@pytest.mark.parametrize("field", ["nonesuch", "lastName"])
def test_a_field_that_there_is_not(bh: Bullhorn, field: str) -> None:
    """What was asked to be compared is not left out: that would be another question."""
    refused = [refusal(field)] * 2
    with pytest.raises(e.ValidationFailed) as unknown:
        bh.run(BH.search(FACTS, "Candidate", FieldIs(field, "x")), *refused)
    assert [problem.field for problem in unknown.value.problems] == [field]


@pytest.mark.feature("F012")
def test_a_create(bh: Bullhorn, written: Response) -> None:
    """With the whole name and the key; what is empty is left out."""
    draft = ContactDraft(resource="Candidate", fields={"firstName": "Jo", "lastName": "Smith", "fax": None}, key="k1")
    assert bh.run(BH.create(FACTS, draft), written) == RecordRef("bullhorn", "Candidate", "1489")
    assert (bh.last.method, bh.last.path) == ("PUT", "/entity/Candidate")
    assert bh.last.json == {"firstName": "Jo", "lastName": "Smith", "name": "Jo Smith", "externalID": "k1"}
    lead = ContactDraft(resource="Lead", fields={"name": "Jo of Acme", "lastName": "Smith"}, key="k1")
    bh.run(BH.create(FACTS, lead), written)
    assert bh.last.json == {"name": "Jo of Acme", "lastName": "Smith"}  # leads have no external id


@pytest.mark.parametrize(
    ("resource", "fields", "key"),
    [
        ("Candidate", {}, "x" * 51),
        ("ClientContact", {"clientCorporation": COMPANY}, "x" * 31),
        ("Candidate", {}, "a\nb"),
        ("Candidate", {"externalID": "theirs"}, "k"),
        ("Candidate", {"a b": 1}, None),
    ],
)
def test_what_cannot_be_created(bh: Bullhorn, resource: str, fields: dict[str, Any], key: str | None) -> None:
    """Refused before any request: a key that would be cut is not found again."""
    with pytest.raises(e.InvalidValue):
        bh.run(BH.create(FACTS, ContactDraft(resource=resource, fields=fields, key=key)))


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"changedEntityId": null}', b'{"changedEntityId": "7"}'])
def test_a_write_that_names_no_record(bh: Bullhorn, body: bytes) -> None:
    """It may have been written all the same."""
    with pytest.raises(e.UnexpectedAnswer) as unclear:
        bh.run(BH.create(FACTS, ContactDraft(resource="Lead", fields={})), Response(200, body))
    assert unclear.value.maybe_applied


@pytest.mark.feature("F013")
def test_an_update(bh: Bullhorn, record: Rows, written: Response) -> None:
    """Only what is given, and the name with its parts."""
    change = ContactChange(ref=JO, fields={"lastName": "Jones", "fax": None}, version="17")
    bh.run(BH.update(FACTS, change), record(id=42, dateLastModified=17, firstName="Jo", lastName="S"), written)
    assert bh.params == {}
    assert bh.last.json == {"lastName": "Jones", "fax": None, "name": "Jo Jones"}


@pytest.mark.feature("F012")
def test_a_part_of_an_address_leaves_the_others(bh: Bullhorn, record: Rows, written: Response) -> None:
    """Bullhorn keeps an address whole; what its answers tell besides is not sent back."""
    change = ContactChange(ref=JO, fields={"address": {"city": "York"}})
    held = {"address1": "1 High St", "city": "Leeds", "zip": None, "countryName": "United Kingdom"}
    bh.run(BH.update(FACTS, change), record(id=42, dateLastModified=17, address=held), written)
    assert bh.last.json == {"address": {"address1": "1 High St", "city": "York"}}


@pytest.mark.parametrize(
    ("row", "version", "error"),
    [
        ({"dateLastModified": 18}, "17", e.Conflict),
        ({}, "17", e.Conflict),
        ({"isDeleted": True, "dateLastModified": 17}, None, e.Gone),
    ],
)
def test_a_lost_update(
    bh: Bullhorn, record: Rows, row: dict[str, Any], version: str | None, error: type[Exception]
) -> None:
    """Refused, with nothing written."""
    with pytest.raises(error):
        bh.run(
            BH.update(FACTS, ContactChange(ref=JO, fields={"fax": "1"}, version=version)),
            record(id=42, **row),
        )
    assert [request.method for request in bh.asked] == ["GET"]


def test_nothing_to_change(bh: Bullhorn) -> None:
    """No request; a version that is none is refused."""
    bh.run(BH.update(FACTS, ContactChange(ref=JO, fields={})))
    with pytest.raises(e.InvalidValue):
        bh.run(BH.update(FACTS, ContactChange(ref=JO, fields={"fax": "1"}, version="W/1")))


@pytest.mark.promise("R2")
@pytest.mark.parametrize(("resource", "key"), [("Lead", "k"), ("ClientCorporation", "k"), ("Candidate", None)])
def test_who_cannot_be_recognised(bh: Bullhorn, resource: str, key: str | None) -> None:
    """It is said, before any request."""
    draft = ContactDraft(resource=resource, fields={}, key=key)
    with pytest.raises(e.Unsupported):
        bh.run(BH.find_created(FACTS, draft, since=datetime(2026, 7, 22, tzinfo=UTC)))


@pytest.mark.parametrize(
    "op",
    [
        lambda: BH.activities(FACTS, ActivityFilter(resource="Note")),
        lambda: BH.activities(FACTS, ActivityFilter(resource="Call", contact=JO, sort=("dateAdded", False))),
        lambda: BH.activities(FACTS, ActivityFilter(resource="JobSubmission", contact=COMPANY)),
        lambda: BH.related(FACTS, RecordRef("bullhorn", "JobOrder", "7"), RelatedKind.NOTE),
        lambda: BH.create_activity(FACTS, NoteDraft(contact=COMPANY, key="k")),
        lambda: BH.create_activity(FACTS, TaskDraft(contact=COMPANY, key="k")),
    ],
)
def test_what_bullhorn_does_not_list_or_keep(bh: Bullhorn, op: Callable[[], Any]) -> None:
    """Refused before any request, with the reason."""
    with pytest.raises(e.Unsupported):
        bh.run(op())


def test_a_tie_that_is_refused(bh: Bullhorn, rows: Rows, record: Rows) -> None:
    """If it was not there already, it says so."""
    there = record(id=42, isDeleted=False)
    refused = Response(400, b'{"errorMessage": "error persisting an entity of type: NoteEntity", "errors": []}')
    note = RecordRef("bullhorn", "Note", "9")
    with pytest.raises(e.ValidationFailed):
        bh.run(BH.link(FACTS, JO, note), there, refused, rows())
    bh.run(BH.link(FACTS, JO, note), there, refused, rows({"id": 1}))


@pytest.mark.parametrize(
    ("status", "kind"), [(200, None), (503, e.CrmUnavailable), (429, e.RateLimited), (400, e.UnexpectedAnswer)]
)
def test_answers_of_the_sign_in_hosts(status: int, kind: type[Exception] | None) -> None:
    """What the scheme does not read itself."""
    request = Request(method="POST", path="https://auth.bullhornstaffing.com/oauth/token", purpose="login")
    found = BH.error(FACTS, request, Response(status, b"<html>"))
    assert found is None if kind is None else type(found) is kind


@pytest.mark.parametrize("identifier", [None, "", "7", 0, True, {}, []])
def test_a_record_that_does_not_say_which_one_it_is(bh: Bullhorn, rows: Rows, identifier: Any) -> None:
    """It is somebody, and nobody can tell who."""
    with pytest.raises(e.UnexpectedAnswer):
        bh.run(BH.search(FACTS, "Candidate", FieldIs("lastName", "Lovelace")), rows({"id": identifier}))
