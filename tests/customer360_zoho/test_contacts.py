"""Search, read, create, update, step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from customer360.core import errors as e
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactChange, ContactDraft, Fields, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas
from customer360.core.wire import Response
from customer360_zoho import ZohoConnector

ADA = {"id": "41", "Last_Name": "Lovelace", "Email": "Ada@x.org", "Phone": "(020) 7946-0958"}
ADAS_PHONE = PhoneIs("+442079460958", "2079460958", "GB")
REF = RecordRef("zoho", "Contacts", "41")
NO_COQL = frozenset({"ZohoCRM.modules.ALL", "ZohoSearch.securesearch.READ"})


@pytest.mark.feature("F011")
def test_a_read_is_one_request(facts: LinkFacts, rows: Callable[..., Response]) -> None:
    """The operation asks for the record and ends with the contact."""
    op = ZohoConnector().get(facts, REF)
    request = op.send(None)
    assert isinstance(request, Request)
    assert (request.method, request.path, request.params) == ("GET", "/Contacts/41", ())
    with pytest.raises(StopIteration) as ended:
        op.send(rows(ADA))
    assert ended.value.value.ref == REF
    assert ended.value.value.url == "https://crm.zoho.eu/crm/org20061/tab/Contacts/41"


@pytest.mark.parametrize("answer", [Response(204), Response(404, b'{"code": "INVALID_DATA", "status": "error"}')])
def test_a_record_that_is_not_there(zoho: Any, answer: Response) -> None:
    """Zoho says so in two ways."""
    with pytest.raises(e.NotFound):
        zoho.run(zoho.connector.get(zoho.facts, REF), answer)


def test_a_converted_lead_names_its_contact(zoho: Any, rows: Callable[..., Response]) -> None:
    """The person goes on as a contact (D6)."""
    row = {"id": "7", "Last_Name": "Doe", "Converted__s": True, "Converted_Contact": {"id": "41", "name": "Doe"}}
    with pytest.raises(e.Gone) as gone:
        zoho.run(zoho.connector.get(zoho.facts, RecordRef("zoho", "Leads", "7")), rows(row))
    assert gone.value.merged_into == REF


@pytest.mark.feature("F010")
def test_a_phone_is_one_request_or_two_side_by_side(zoho: Any, rows: Callable[..., Response]) -> None:
    """The records are asked for the last four digits, as many fields in one statement as it takes; each record comes
    once, look-alikes are dropped here."""
    other = {"id": "42", "Phone": "+1 555 0958"}
    page = zoho.run(zoho.connector.search(zoho.facts, "Leads", ADAS_PHONE), rows(ADA, other))
    assert [hit.ref.id for hit in page.items] == ["41"]
    page = zoho.run(zoho.connector.search(zoho.facts, "Contacts", ADAS_PHONE), rows(ADA, other), rows(ADA))
    assert [hit.ref.id for hit in page.items] == ["41"]
    assert "Phone like '%0-958%'" in zoho.statement
    assert zoho.last.repeatable


def test_custom_phone_fields_are_asked_too(zoho: Any, rows: Callable[..., Response]) -> None:
    """The link knows them since sign-in (D4)."""
    zoho.facts = attrs.evolve(zoho.facts, extra={"phones.Contacts": "Phone,Second_Line"})
    hit = {"id": "41", "Second_Line": "0044 2079460958 x3"}
    page = zoho.run(zoho.connector.search(zoho.facts, "Contacts", ADAS_PHONE), rows(hit))
    assert "Second_Line like '%0958%'" in zoho.statement
    assert "Home_Phone" not in zoho.statement
    assert [phone.field for phone in page.items[0].phones] == ["Second_Line"]


def test_what_is_no_phone_rings_nobody(zoho: Any, rows: Callable[..., Response]) -> None:
    """Where the phone fields were asked, the same digits in another field are no reason; Zoho's own search has any."""
    near = {"id": "42", "Phone": "+44 20 7000 0958", "Company": "2079460958 Ltd"}
    page = zoho.run(zoho.connector.search(zoho.facts, "Leads", ADAS_PHONE), rows(near, ADA))
    assert [hit.ref.id for hit in page.items] == ["41"]
    zoho.facts = attrs.evolve(zoho.facts, scopes=NO_COQL)
    found = zoho.run(zoho.connector.search(zoho.facts, "Leads", ADAS_PHONE), rows(near), Response(204), Response(204))
    assert [phone.field for phone in found.items[0].phones] == ["Phone", "Company"]


def test_too_common_an_ending_falls_back_to_the_search_by_phone(zoho: Any, rows: Callable[..., Response]) -> None:
    """Three spellings, side by side; every record once."""
    crowds = [rows(*[{"id": f"{p}{i:03}", "Phone": "0958"} for i in range(200)], more=True) for p in range(10)]
    answers = (*crowds, rows(ADA), Response(204), rows(ADA))
    page = zoho.run(zoho.connector.search(zoho.facts, "Leads", ADAS_PHONE), *answers)
    assert [hit.ref.id for hit in page.items] == ["41"]
    asked = [dict(request.params).get("phone") for request in zoho.asked[10:]]
    assert asked == ["2079460958", "+442079460958", "442079460958"]


def test_a_phone_without_coql(zoho: Any, rows: Callable[..., Response]) -> None:
    """The search by phone serves alone, and finds custom fields."""
    zoho.facts = attrs.evolve(zoho.facts, scopes=NO_COQL)
    hit = {"id": "41", "Line": "020 79460958"}
    page = zoho.run(zoho.connector.search(zoho.facts, "Contacts", ADAS_PHONE), rows(hit), Response(204), Response(204))
    assert [phone.field for phone in page.items[0].phones] == ["Line"]


@pytest.mark.feature("F009")
def test_an_email_whatever_its_case(zoho: Any, rows: Callable[..., Response]) -> None:
    """Partial matches of Zoho's are dropped."""
    near = {"id": "42", "Email": "bada@x.org"}
    page = zoho.run(zoho.connector.search(zoho.facts, "Contacts", EmailIs("ada@X.org")), rows(near, ADA))
    assert [hit.ref.id for hit in page.items] == ["41"]


@pytest.mark.feature("F008")
def test_companies_have_no_addresses(zoho: Any) -> None:
    """Zoho calls the question an invalid value; it is refused before."""
    with pytest.raises(e.Unsupported):
        zoho.run(zoho.connector.search(zoho.facts, "Accounts", EmailIs("ada@x.org")))


def test_a_name_in_two_words(zoho: Any, rows: Callable[..., Response]) -> None:
    """Either name begins with it, or it is cut in two, whichever of them was typed first."""
    zoho.run(zoho.connector.search(zoho.facts, "Contacts", NameHas("Ada Love")), rows(ADA))
    assert dict(zoho.last.params)["criteria"] == (
        "((Last_Name:starts_with:Ada Love)or(First_Name:starts_with:Ada Love)or"
        "((First_Name:starts_with:Ada)and(Last_Name:starts_with:Love))or"
        "((First_Name:starts_with:Love)and(Last_Name:starts_with:Ada)))"
    )


def test_more_than_asked_for(zoho: Any, rows: Callable[..., Response]) -> None:
    """The page says that there are more."""
    two = rows(ADA, {"id": "43", "Last_Name": "Lovelock"})
    page = zoho.run(zoho.connector.search(zoho.facts, "Contacts", TextHas("love"), limit=1), two)
    assert len(page.items) == 1
    assert page.next is not None


def test_a_field_is_compared_again(zoho: Any, rows: Callable[..., Response]) -> None:
    """Only the same code points count, whatever Zoho deems equal."""
    near = {"id": "42", "Last_Name": "lovelace"}
    page = zoho.run(zoho.connector.search(zoho.facts, "Contacts", FieldIs("Last_Name", "Lovelace")), rows(near, ADA))
    assert [hit.ref.id for hit in page.items] == ["41"]
    assert "where Last_Name = 'Lovelace'" in zoho.statement


@pytest.mark.fault("X11")
def test_pages_in_a_circle(zoho: Any, rows: Callable[..., Response]) -> None:
    """A page that brings nothing new and promises more ends the search."""
    again = rows({"id": "1"}, more=True)
    with pytest.raises(e.PageLoop):
        zoho.run(zoho.connector.search(zoho.facts, "Contacts", TextHas("love")), again, again)


@pytest.mark.promise("R9")
def test_more_than_zoho_hands_out(zoho: Any, rows: Callable[..., Response]) -> None:
    """After 2,000 records without an end the search says so, rather than leave some out."""
    pages = [rows(*[{"id": f"{page}{i:03}", "Email": "x"} for i in range(200)], more=True) for page in range(10)]
    with pytest.raises(e.Truncated):
        zoho.run(zoho.connector.search(zoho.facts, "Contacts", EmailIs("ada@x.org")), *pages)


@pytest.mark.parametrize(
    "query", [FieldIs("Last_Name", "a\nb"), FieldIs("Last Name", "a"), FieldIs("Last_Name", ""), TextHas("a")]
)
def test_what_zoho_cannot_be_asked(zoho: Any, query: Any) -> None:
    """It is refused before any request."""
    with pytest.raises(e.Unsupported):
        zoho.run(zoho.connector.search(zoho.facts, "Contacts", query))


@pytest.mark.feature("F012")
def test_create(zoho: Any, written: Response) -> None:
    """Times and references are written as Zoho takes them."""
    fields: Fields = {"Last_Name": "Lovelace", "Account_Name": RecordRef("zoho", "Accounts", "7"), "Mobile": None}
    draft = ContactDraft(resource="Contacts", fields=fields)
    assert zoho.run(zoho.connector.create(zoho.facts, draft), written) == RecordRef("zoho", "Contacts", "4150")
    assert zoho.sent == {"Last_Name": "Lovelace", "Account_Name": {"id": "7"}, "Mobile": None}
    assert not zoho.last.repeatable


@pytest.mark.feature("F013")
def test_update(zoho: Any, written: Response, reply: Callable[..., Response]) -> None:
    """Only what is given is sent, with the version that was read; names of the customer's own are looked up first."""
    change = ContactChange(
        ref=REF, fields={"Phone": None, "X": datetime(2026, 5, 1, tzinfo=UTC)}, version="2026-05-14T12:53:58+03:00"
    )
    there = reply({"fields": [{"api_name": "Phone"}, {"api_name": "X"}]})
    zoho.run(zoho.connector.update(zoho.facts, change), there, written)
    assert zoho.sent == {"Phone": None, "X": "2026-05-01T00:00:00+00:00"}
    assert zoho.last.headers == (("If-Unmodified-Since", "2026-05-14T12:53:58+03:00"),)


@pytest.mark.feature("F012")
def test_a_field_that_is_not_there_is_not_written(zoho: Any, reply: Callable[..., Response]) -> None:
    """Zoho may say that all went well, and keep nothing of it: so nothing is sent."""
    there = reply({"fields": [{"api_name": "Last_Name"}, {"api_name": "Number"}]})
    draft = ContactDraft(resource="Contacts", fields={"Last_Name": "Lovelace", "Nmber": "7", "Number": "8"})
    with pytest.raises(e.ValidationFailed) as refused:
        zoho.run(zoho.connector.create(zoho.facts, draft), there)
    assert [problem.field for problem in refused.value.problems] == ["Nmber"]
    assert [request.method for request in zoho.asked] == ["GET"]


def test_who_may_not_read_the_fields_writes_without_it(
    zoho: Any, written: Response, reply: Callable[..., Response]
) -> None:
    """A profile may lack the right to read settings; then it is Zoho's to refuse a name."""
    refused = reply({"code": "NO_PERMISSION", "details": {}, "message": "x", "status": "error"}, 403)
    draft = ContactDraft(resource="Contacts", fields={"Last_Name": "Lovelace", "Number": "8"})
    assert zoho.run(zoho.connector.create(zoho.facts, draft), refused, written).id == "4150"


def test_a_lost_update_is_refused(zoho: Any, reply: Callable[..., Response]) -> None:
    """Somebody else was faster."""
    lost = reply({"data": [{"code": "ALREADY_MODIFIED", "details": {}, "status": "error"}]}, 412)
    change = ContactChange(ref=REF, fields={}, version="2026-05-14T12:53:58+03:00")
    with pytest.raises(e.Conflict):
        zoho.run(zoho.connector.update(zoho.facts, change), lost)


def test_what_is_no_version_of_zohos_is_refused(zoho: Any) -> None:
    """Before anything is sent: Zoho's answer to it would tell of another mistake."""
    with pytest.raises(e.InvalidValue, match="no version"):
        zoho.run(zoho.connector.update(zoho.facts, ContactChange(ref=REF, fields={}, version="x")))


def test_a_write_that_names_no_record(zoho: Any, reply: Callable[..., Response]) -> None:
    """It may have been applied."""
    with pytest.raises(e.UnexpectedAnswer) as raised:
        zoho.run(zoho.connector.create(zoho.facts, ContactDraft(resource="Leads", fields={})), reply({"data": []}, 201))
    assert raised.value.maybe_applied


def test_a_create_that_is_answered_with_nothing(zoho: Any) -> None:
    """It may have been applied."""
    with pytest.raises(e.UnexpectedAnswer) as raised:
        zoho.run(zoho.connector.create(zoho.facts, ContactDraft(resource="Leads", fields={})), Response(204))
    assert raised.value.maybe_applied


@pytest.mark.parametrize("identifier", [None, "", 41, True, {}, []])
def test_a_record_that_does_not_say_which_one_it_is(zoho: Any, rows: Callable[..., Response], identifier: Any) -> None:
    """Nobody has the id None, and a reference to nobody is none."""
    with pytest.raises(e.UnexpectedAnswer):
        zoho.run(zoho.connector.get(zoho.facts, REF), rows({**ADA, "id": identifier}))
    owned = zoho.run(zoho.connector.get(zoho.facts, REF), rows({**ADA, "Owner": {"id": identifier}}))
    assert (owned.owner, owned.fields["Owner"]) == (None, {"id": identifier})
