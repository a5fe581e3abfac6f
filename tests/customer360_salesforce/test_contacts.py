"""Search, read, create, update, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactChange, ContactDraft, ContactKind, Fields, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas
from customer360.core.wire import Response
from customer360_salesforce import SalesforceConnector
from customer360_salesforce import records as r

ID = "0035e00000AbCdEAAV"
REF = RecordRef("salesforce", "Contact", ID)
ADA = {"Id": ID, "LastName": "Lovelace", "Name": "Ada Lovelace", "Email": "Ada@x.org", "Phone": "(020) 7946-0958"}
ADAS_PHONE = PhoneIs("+442079460958", "2079460958", "GB")
KEYED = LinkFacts(
    crm="salesforce",
    settings={"key_field": "C360_Key__c"},
    extra={"instance_url": "https://acme.my.salesforce.com", "keyed:C360_Key__c": "Contact,Task"},
)


def another(number: int, **fields: Any) -> dict[str, Any]:
    return {"Id": f"0035e000{number:010}", **fields}


@pytest.mark.feature("F011")
def test_a_read_is_one_request(sf: Any, batched: Any, listing: Any) -> None:
    """The record with all its fields, and its company's name along with it."""
    company = {"Id": ID, "Account": {"attributes": {}, "Name": "Edge"}}
    row = {**ADA, "attributes": {}, "AccountId": "0015e00000XyZzzAAF", "SystemModstamp": "2026-05-01T07:25:37.000+0000"}
    hit = sf.run(sf.connector.get(sf.facts, REF), batched({**row, "Custom__c": 5}, listing(company)))
    assert len(sf.asked) == 1
    assert sf.last.repeatable
    assert (hit.ref, hit.name, hit.company) == (REF, "Ada Lovelace", "Edge")
    assert hit.company_ref == RecordRef("salesforce", "Account", "0015e00000XyZzzAAF")
    assert hit.fields["Custom__c"] == 5
    assert "attributes" not in hit.fields
    assert hit.version == "2026-05-01T07:25:37.000+0000"
    assert hit.modified_at == datetime(2026, 5, 1, 7, 25, 37, tzinfo=UTC)
    assert hit.url == f"https://acme.lightning.force.com/lightning/r/Contact/{ID}/view"


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [(404, "NOT_FOUND", e.NotFound), (404, "ENTITY_IS_DELETED", e.Gone), (400, "MALFORMED_ID", e.NotFound)],
)
def test_a_record_that_is_not_there(
    sf: Any, batched: Any, listing: Any, status: int, code: str, error: type[Exception]
) -> None:
    """A part of a batch fails as the whole would, and names the record."""
    part = (status, [{"errorCode": code, "message": "x"}])
    with pytest.raises(error) as raised:
        sf.run(sf.connector.get(sf.facts, REF), batched(part, listing()))
    assert getattr(raised.value, "ref", None) == REF


@pytest.mark.parametrize("identifier", ["", "41", "0035e00000AbCdE/..", "0035e00000AbCdEAA'", "é" * 15])
def test_an_id_that_salesforce_cannot_have_made(sf: Any, identifier: str) -> None:
    """Nothing is asked."""
    with pytest.raises(e.NotFound):
        sf.run(sf.connector.get(sf.facts, RecordRef("salesforce", "Contact", identifier)))


def test_a_converted_lead_names_its_contact(sf: Any, reply: Callable[..., Response]) -> None:
    """The person goes on as a contact (D6)."""
    row = {"Id": "00Q5e00000AbCdEAAV", "LastName": "Doe", "IsConverted": True, "ConvertedContactId": ID}
    with pytest.raises(e.Gone) as gone:
        sf.run(sf.connector.get(sf.facts, RecordRef("salesforce", "Lead", "00Q5e00000AbCdEAAV")), reply(row))
    assert gone.value.merged_into == REF


@pytest.mark.feature("F010")
def test_a_phone_is_one_request(sf: Any, batched: Any, listing: Any, found: Any) -> None:
    """The index, and the records that it may not know yet, together; look-alikes are dropped, nobody comes twice."""
    fresh = another(1, Phone="020 7946 0958 ext. 3")
    answer = batched(found(ADA, another(2, Phone="+1 555 0958")), listing(ADA, fresh))
    page = sf.run(sf.connector.search(sf.facts, "Contact", ADAS_PHONE), answer)
    assert [hit.ref.id for hit in page.items] == [ID, fresh["Id"]]
    assert page.next is None
    sosl, soql = sf.statements
    assert sosl.startswith("FIND {442079460958* OR 2079460958* OR 02079460958* OR ")
    assert "IN PHONE FIELDS RETURNING Contact(Id, Name, " in sosl
    assert "SystemModstamp >= 2026-05-28T19:26:40Z AND (Phone LIKE '%9%4%6%0%9%5%8%' OR MobilePhone LIKE" in soql


def test_a_short_page_is_not_the_last(sf: Any, batched: Any, listing: Any, found: Any, rows: Any) -> None:
    """Salesforce may cut pages anywhere."""
    cut = listing(another(1), following="/services/data/v62.0/query/01g5e000001abcdAAA-200")
    page = sf.run(sf.connector.search(sf.facts, "Contact", ADAS_PHONE), batched(found(), cut), rows(ADA))
    assert [hit.ref.id for hit in page.items] == [ID]


def test_converted_leads_are_not_found(sf: Any, batched: Any, listing: Any, found: Any) -> None:
    """Both halves of a search leave them out."""
    sf.run(sf.connector.search(sf.facts, "Lead", ADAS_PHONE), batched(found(), listing()))
    sosl, soql = sf.statements
    assert "WHERE IsConverted = false LIMIT" in sosl
    assert "AND IsConverted = false) LIMIT" in soql


def test_a_person_account_is_found_once(
    person_facts: LinkFacts, sf: Any, batched: Any, listing: Any, found: Any
) -> None:
    """It counts as an Account, of which it is a person; the contact behind it is left out (gotcha 13)."""
    row = {"Id": "0015e00000XyZzzAAF", "Name": "Ann Lee", "IsPersonAccount": True, "PersonMobilePhone": "2079460958"}
    page = sf.run(sf.connector.search(person_facts, "Account", ADAS_PHONE), batched(found(row), listing()))
    assert [(hit.kind, hit.name, hit.phones[0].field) for hit in page.items] == [
        (ContactKind.CONTACT, "Ann Lee", "PersonMobilePhone")
    ]
    sf.run(sf.connector.search(person_facts, "Contact", ADAS_PHONE), batched(found(), listing()))
    assert all("IsPersonAccount = false" in statement for statement in sf.statements)


@pytest.mark.feature("D1")
@pytest.mark.parametrize(
    ("name", "row", "region"),
    [
        ("Contact", {"MailingCountry": "Deutschland"}, "DE"),
        ("Contact", {"MailingCountryCode": "PL", "MailingCountry": "Poland"}, "PL"),
        ("Contact", {"MailingCountry": "Nowhere"}, None),
        ("Lead", {"Country": "Mexico"}, "MX"),
        ("Account", {"BillingCountry": "France"}, "FR"),
        ("Account", {"PersonMailingCountry": "Ireland", "BillingCountry": "France"}, "IE"),
        ("Account", {"PersonMailingCountryCode": None, "BillingCountryCode": "FR"}, "FR"),
    ],
)
def test_the_country_of_a_record(name: str, row: dict[str, str], region: str | None) -> None:
    """That of the address by which it is known: national numbers are read with it, so a search asks for it too."""
    shape = r.shape_of(name, name, dict.fromkeys(("Id", "Name", *row), "string"))
    assert set(row) <= set(shape.columns)
    assert r.contact_of(shape, {"Id": ID, **row}, partial=True).region == region


def test_only_fields_that_the_user_sees_are_asked_for(person_facts: LinkFacts, sf: Any, rows: Any) -> None:
    """A hidden column would fail the whole query."""
    sf.run(sf.connector.search(person_facts, "Contact", NameHas("Ann")), rows())
    assert sf.statement.startswith("SELECT Id, Name, Phone, IsPersonAccount FROM Contact WHERE ")


@pytest.mark.promise("R9")
def test_too_many_look_alikes(sf: Any, batched: Any, listing: Any, found: Any) -> None:
    """When the index hands out no more and enough was not found, nothing is left out silently."""
    crowd = [another(n, Phone="1") for n in range(200)]
    with pytest.raises(e.Truncated):
        sf.run(sf.connector.search(sf.facts, "Contact", ADAS_PHONE), batched(found(*crowd), listing()))


@pytest.mark.feature("F009")
def test_an_email_whatever_its_case(sf: Any, rows: Any) -> None:
    """The records are asked, not the index."""
    page = sf.run(sf.connector.search(sf.facts, "Contact", EmailIs(" ada@X.org ")), rows(ADA))
    assert [hit.ref.id for hit in page.items] == [ID]
    assert "WHERE Email = 'ada@X.org'" in sf.statement


def test_an_email_beyond_ascii(sf: Any, rows: Any) -> None:
    """Whose idea of case is asked does not matter: each of ours is."""
    hit = {**ADA, "Email": "STRASSE@x.org"}
    page = sf.run(sf.connector.search(sf.facts, "Contact", EmailIs("straße@x.org")), rows(hit))
    assert len(page.items) == 1
    assert "(Email = 'straße@x.org' OR Email = 'STRASSE@X.ORG' OR Email = 'strasse@x.org')" in sf.statement


def test_no_email_field(sf: Any) -> None:
    """Companies have none."""
    with pytest.raises(e.Unsupported):
        sf.run(sf.connector.search(sf.facts, "Account", EmailIs("a@b.c")))


@pytest.mark.feature("F008")
def test_a_name(sf: Any, rows: Any) -> None:
    """The whole name begins with it, or one of its parts; quotes are escaped, wildcards do not act."""
    sf.run(sf.connector.search(sf.facts, "Contact", NameHas("O'H%"), limit=3), rows(ADA))
    assert r"(Name LIKE 'O\'H\%%' OR FirstName LIKE 'O\'H\%%' OR LastName LIKE 'O\'H\%%')" in sf.statement
    assert sf.statement.endswith("LIMIT 4")


def test_more_than_asked_for(sf: Any, reply: Callable[..., Response], found: Any) -> None:
    """The page says that there are more."""
    page = sf.run(sf.connector.search(sf.facts, "Contact", TextHas("love"), limit=1), reply(found(ADA, another(3))))
    assert len(page.items) == 1
    assert page.next is not None
    assert sf.statement.startswith("FIND {love*} IN ALL FIELDS RETURNING Contact(")


@pytest.mark.promise("R9")
def test_more_than_the_index_hands_out(sf: Any, reply: Callable[..., Response], found: Any) -> None:
    """2,000 records, whatever is asked; the rest is not left out silently."""
    crowd = reply(found(*[another(n) for n in range(2000)]))
    with pytest.raises(e.Truncated):
        sf.run(sf.connector.search(sf.facts, "Contact", TextHas("love"), limit=3000), crowd)


def test_long_free_text_goes_into_a_body(sf: Any, batched: Any, found: Any) -> None:
    """A URL is too short for it."""
    sf.run(sf.connector.search(sf.facts, "Contact", TextHas("é" * 3000)), batched(found()))
    assert sf.last.path == "/composite/batch"


def test_a_field_is_compared_again(sf: Any, rows: Any) -> None:
    """SOQL ignores case; only the same code points count."""
    near = another(4, LastName="lovelace")
    page = sf.run(sf.connector.search(sf.facts, "Contact", FieldIs("LastName", "Lovelace")), rows(near, ADA))
    assert [hit.ref.id for hit in page.items] == [ID]
    assert "WHERE LastName = 'Lovelace'" in sf.statement


@given(st.text(min_size=1, max_size=20), st.lists(st.text(max_size=20), max_size=4))
def test_exactly_the_records_whose_value_is_the_text(text: str, others: list[str]) -> None:
    """Whatever a loose comparison hands out, only equal text comes through; or the text is refused unasked."""
    values = [text, text.swapcase(), *others]
    connector, facts = SalesforceConnector(), KEYED
    op = connector.search(facts, "Contact", FieldIs("Department", text))
    try:
        asked = op.send(None)
    except e.Unsupported:
        assert any("\ud800" <= char <= "\udfff" for char in text)
        return
    assert isinstance(asked, Request)
    records = [another(n, Department=value) for n, value in enumerate(values)]
    body = json.dumps({"done": True, "totalSize": len(records), "records": records}).encode()
    with pytest.raises(StopIteration) as ended:
        op.send(Response(200, body))
    assert [hit.fields["Department"] for hit in ended.value.value.items] == [each for each in values if each == text]


def test_long_text_goes_into_a_body(sf: Any, batched: Any, listing: Any) -> None:
    """A URL has 16,384 bytes; a batch has none of that limit."""
    text = "é" * 4000
    page = sf.run(
        sf.connector.search(sf.facts, "Contact", FieldIs("Department", text)),
        batched(listing(another(5, Department=text))),
    )
    assert len(page.items) == 1
    assert text in sf.statements[0]


@pytest.mark.parametrize(
    "query",
    [
        FieldIs("LastName", "\ud800"),
        FieldIs("Last Name", "a"),
        FieldIs("LastName", ""),
        FieldIs("LastName", "a" * 4001),
        TextHas("a"),
        NameHas(" "),
        EmailIs(""),
        PhoneIs("", ""),
    ],
)
@pytest.mark.parametrize("resource", ["Contact", "Custom__c"])
def test_what_salesforce_cannot_be_asked(sf: Any, resource: str, query: Any) -> None:
    """It is refused before any request, a custom object's description included."""
    with pytest.raises(e.Unsupported):
        sf.run(sf.connector.search(sf.facts, resource, query))


def test_a_custom_object_is_described_first(sf: Any, reply: Callable[..., Response], rows: Any) -> None:
    """Its phone fields are those of its description; where it is not indexed, the records themselves are asked."""
    fields = [{"name": "Name", "type": "string"}, {"name": "Line__c", "type": "phone"}]
    described = reply({"name": "Caller__c", "labelPlural": "Callers", "searchable": False, "fields": fields})
    hit = {"Id": "a015e00000XyZzzAAF", "Name": "C-1", "Line__c": "0044 2079460958 x3"}
    page = sf.run(sf.connector.search(sf.facts, "Caller__c", ADAS_PHONE), described, rows(hit))
    assert [each.phones[0].field for each in page.items] == ["Line__c"]
    assert sf.statement == "SELECT Id, Name, Line__c FROM Caller__c WHERE Line__c LIKE '%9%4%6%0%9%5%8%'"


@pytest.mark.fault("X11")
def test_pages_in_a_circle(sf: Any, rows: Any) -> None:
    """A next page that was read already ends the search."""
    again = rows(another(6), following="/services/data/v62.0/query/01g5e000001abcdAAA-2000")
    with pytest.raises(e.PageLoop):
        sf.run(sf.connector.search(sf.facts, "Contact", FieldIs("LastName", "x")), again, again)


@pytest.mark.parametrize("following", ["https://evil.example/x", "/services/data/v62.0/query/../../x", "", None])
def test_a_next_page_stays_where_it_is(sf: Any, reply: Callable[..., Response], following: Any) -> None:
    """An answer cannot lead a token elsewhere."""
    body = {"done": False, "totalSize": 2, "records": [], "nextRecordsUrl": following}
    with pytest.raises(e.UnexpectedAnswer):
        sf.run(sf.connector.search(sf.facts, "Contact", FieldIs("LastName", "x")), reply(body))


def test_all_pages_are_read(sf: Any, rows: Any) -> None:
    """The value may stand on the last one."""
    first = rows(another(7, LastName="X"), following="/services/data/v62.0/query/01g5e000001abcdAAA-2000", total=2)
    page = sf.run(
        sf.connector.search(sf.facts, "Contact", FieldIs("LastName", "x")), first, rows(another(8, LastName="x"))
    )
    assert [hit.fields["LastName"] for hit in page.items] == ["x"]
    assert sf.last.path == "/query/01g5e000001abcdAAA-2000"
    assert sf.last.params == ()


@pytest.mark.feature("F012")
def test_create(sf: Any, written: Response) -> None:
    """Times and references are written as Salesforce takes them."""
    account = RecordRef("salesforce", "Account", "0015e00000XyZzzAAF")
    fields: Fields = {"LastName": "Lovelace", "AccountId": account, "MobilePhone": None, "Tags__c": ("a", "b")}
    draft = ContactDraft(resource="Contact", fields=fields, key="k1")
    assert sf.run(sf.connector.create(sf.facts, draft), written) == REF
    assert sf.last.path == "/sobjects/Contact"
    assert sf.last.json == {"LastName": "Lovelace", "AccountId": account.id, "MobilePhone": None, "Tags__c": "a;b"}
    assert not sf.last.repeatable


def test_create_by_key(sf: Any, written: Response) -> None:
    """Where there is an external id field a create is an upsert by it; the field is not in the body."""
    draft = ContactDraft(resource="Contact", fields={"LastName": "L", "C360_Key__c": "x"}, key="k/1 ä")
    sf.run(sf.connector.create(KEYED, draft), written)
    assert (sf.last.method, sf.last.path) == ("PATCH", "/sobjects/Contact/C360_Key__c/k%2F1%20%C3%A4")
    assert sf.last.json == {"LastName": "L"}


def test_keys_that_differ_in_a_capital_are_two(sf: Any, written: Response) -> None:
    """The external id field does not tell them apart, and an upsert would write over the first."""
    paths = set()
    for key in ("k1a", "k1A", "K1a"):
        draft = ContactDraft(resource="Contact", fields={"LastName": "L"}, key=key)
        sf.run(sf.connector.create(KEYED, draft), written)
        paths.add(sf.last.path.lower())
    assert len(paths) == 3


@pytest.mark.parametrize("key", ["a\nb", "..", " "])
def test_a_key_that_is_no_path(sf: Any, key: str) -> None:
    """It never chooses another resource."""
    with pytest.raises(e.InvalidValue):
        sf.run(sf.connector.create(KEYED, ContactDraft(resource="Contact", fields={}, key=key)))


def test_a_contact_made_by_key_is_found_again(sf: Any, reply: Callable[..., Response]) -> None:
    """By its key; without the field it cannot be told."""
    draft = ContactDraft(resource="Contact", fields={}, key="k1")
    since = datetime(2026, 5, 1, tzinfo=UTC)
    assert sf.run(sf.connector.find_created(KEYED, draft, since=since), reply({"Id": ID})) == REF
    missing = reply([{"errorCode": "NOT_FOUND", "message": "x"}], 404)
    assert sf.run(sf.connector.find_created(KEYED, draft, since=since), missing) is None
    with pytest.raises(e.Unsupported):
        sf.run(sf.connector.find_created(sf.facts, draft, since=since))


@pytest.mark.feature("F013")
def test_update(sf: Any, done: Response) -> None:
    """Only what is given is sent, with the version that was read."""
    change = ContactChange(
        ref=REF,
        fields={"Phone": None, "X__c": datetime(2026, 5, 1, tzinfo=UTC)},
        version="2026-05-14T12:53:58.000+0000",
    )
    sf.run(sf.connector.update(sf.facts, change), done)
    assert (sf.last.method, sf.last.path) == ("PATCH", f"/sobjects/Contact/{ID}")
    assert sf.last.json == {"Phone": None, "X__c": "2026-05-01T00:00:00Z"}
    assert sf.last.headers == (("If-Unmodified-Since", "Thu, 14 May 2026 12:53:58 GMT"),)


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=0)
    )
)
def test_a_version_is_written_as_http_writes_dates(moment: datetime) -> None:
    """Whatever the day; the standard library reads it back."""
    change = ContactChange(ref=REF, fields={"Phone": "1"}, version=moment.isoformat())
    request = SalesforceConnector().update(KEYED, change).send(None)
    assert isinstance(request, Request)
    assert parsedate_to_datetime(dict(request.headers)["If-Unmodified-Since"]) == moment


def test_a_version_with_parts_of_a_second_is_compared_first(
    sf: Any, reply: Callable[..., Response], done: Response
) -> None:
    """HTTP dates have none."""
    change = ContactChange(ref=REF, fields={"Phone": "1"}, version="2026-05-14T12:53:58.400+0000")
    same = reply({"Id": ID, "SystemModstamp": "2026-05-14T12:53:58.400+0000"})
    sf.run(sf.connector.update(sf.facts, change), same, done)
    assert sf.last.headers == (("If-Unmodified-Since", "Thu, 14 May 2026 12:53:59 GMT"),)
    with pytest.raises(e.Conflict):
        sf.run(sf.connector.update(sf.facts, change), reply({"SystemModstamp": "2026-05-14T12:53:58.900+0000"}))


def test_a_lost_update_is_refused(sf: Any, reply: Callable[..., Response]) -> None:
    """Somebody else was faster."""
    change = ContactChange(ref=REF, fields={"Phone": "1"}, version="2026-05-14T12:53:58.000+0000")
    with pytest.raises(e.Conflict):
        sf.run(sf.connector.update(sf.facts, change), reply([{"errorCode": "PRECONDITION_FAILED"}], 412))
    with pytest.raises(e.InvalidValue):
        sf.run(sf.connector.update(sf.facts, attrs.evolve(change, version="yesterday")))


@pytest.mark.parametrize("name", ["attributes.type", "a b", "", "1"])
def test_what_is_no_field(sf: Any, name: str) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(e.InvalidValue):
        sf.run(sf.connector.create(sf.facts, ContactDraft(resource="Contact", fields={name: "x"})))


@pytest.mark.parametrize("body", [{}, {"id": "x"}, {"id": None, "success": True}])
def test_a_write_that_names_no_record(sf: Any, reply: Callable[..., Response], body: Any) -> None:
    """It may have been applied."""
    with pytest.raises(e.UnexpectedAnswer) as raised:
        sf.run(sf.connector.create(sf.facts, ContactDraft(resource="Lead", fields={})), reply(body, 201))
    assert raised.value.maybe_applied


def test_a_create_that_is_answered_with_nothing(sf: Any) -> None:
    """It may have been applied."""
    with pytest.raises(e.UnexpectedAnswer) as raised:
        sf.run(sf.connector.create(sf.facts, ContactDraft(resource="Lead", fields={})), Response(204))
    assert raised.value.maybe_applied


@pytest.mark.parametrize("identifier", [None, "", 7, True, {}, []])
def test_a_record_that_does_not_say_which_one_it_is(sf: Any, rows: Callable[..., Response], identifier: Any) -> None:
    """Nobody has the id None."""
    with pytest.raises(e.UnexpectedAnswer):
        sf.run(sf.connector.search(sf.facts, "Contact", EmailIs("ada@x.org")), rows({**ADA, "Id": identifier}))
