"""Every verb against the fake Zoho, under each reading of each fact that Zoho's documentation leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.readings import readings

from customer360.core import errors as e
from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    ActivityFilter,
    CallDraft,
    CallOutcome,
    CaseDraft,
    Condition,
    EventDraft,
    NoteDraft,
    Operator,
    TaskDraft,
    TaskStatus,
)
from customer360.core.effects import Request
from customer360.core.interactions import Direction
from customer360.core.phones import Grade, compare, read
from customer360.core.records import ContactChange, ContactDraft, RecordRef, RelatedKind
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas
from customer360_testkit.by_hand import ByHand, signed_in
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named
from customer360_zoho import ZohoConnector, auth

FAKE = fake_named("zoho")
READINGS = readings(FAKE, but={"data_centre", "environment"})  # where it is decides what a link is made with
ZOHO = ZohoConnector()


class Link(ByHand[ZohoConnector]):
    """A signed-in link to the fake."""

    def index_caught_up(self) -> None:
        """Past the worst lag there is."""
        self.wait(600)


def sign_in(fake: FakeCrm, scopes: tuple[str, ...] = auth.SCOPES) -> Link:
    """Signed in as the administrator, with these scopes."""
    link = signed_in(ZOHO, fake, scopes=scopes)
    return Link(link.connector, link.fake, link.facts, link.grant, link.user)


@pytest.fixture(scope="module", params=READINGS)
def shared(request: pytest.FixtureRequest) -> Link:
    return sign_in(FAKE(switches=request.param))


@pytest.fixture
def link(shared: Link) -> Iterator[Link]:
    yield shared
    shared.fake.faults.clear()


@pytest.fixture(scope="module")
def plain() -> Link:
    """The hardest readings."""
    return sign_in(FAKE())


def make(link: Link, resource: str = "Contacts", **fields: Any) -> RecordRef:
    ref: RecordRef = link.run(ZOHO.create(link.facts, ContactDraft(resource=resource, fields=fields)))
    return ref


def found(link: Link, resource: str, query: Any, limit: int = 200) -> set[str]:
    return {hit.ref.id for hit in link.run(ZOHO.search(link.facts, resource, query, limit=limit)).items}


# Metadata -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F115")
def test_resources_and_fields(link: Link) -> None:
    """Every declared resource is there, and every field that the connector names exists."""
    resources = link.run(ZOHO.list_resources(link.facts))
    names = [resource.name for resource in resources]
    assert {"Contacts", "Leads", "Accounts", "Tasks", "Calls", "Events", "Cases", "Deals"} <= set(names)
    for resource in resources:
        if resource.contact_kind:
            schema = link.run(ZOHO.describe(link.facts, resource.name))
            fields = {field.name for field in schema.fields}
            assert set(resource.phones) | set(resource.emails) <= fields
    contacts = link.run(ZOHO.describe(link.facts, "Contacts"))
    assert contacts.field("Last_Name").required
    assert contacts.field("Phone").searchable
    assert contacts.field("Owner").editable


# Contacts -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F012")
@pytest.mark.parametrize(
    ("resource", "fields"),
    [
        ("Contacts", {"First_Name": "Zoë", "Last_Name": "O'Néill"}),
        ("Leads", {"Last_Name": "O'Néill", "Company": "Acme"}),
        ("Accounts", {"Account_Name": "O'Néill & Sons"}),
        ("Vendors", {"Vendor_Name": "O'Néill & Sons"}),
    ],
)
def test_create_read_change(link: Link, resource: str, fields: dict[str, str]) -> None:
    """A contact of each kind: written, read back, changed in part, a field cleared, a lost update refused."""
    ref = make(link, resource, Phone="+49 30 1234567", **fields)
    contact = link.run(ZOHO.get(link.facts, ref))
    assert {name: contact.fields[name] for name in fields} == fields
    assert not contact.partial
    assert contact.url is not None
    link.wait(2)
    link.run(ZOHO.update(link.facts, ContactChange(ref=ref, fields={"Phone": None}, version=contact.version)))
    changed = link.run(ZOHO.get(link.facts, ref))
    assert changed.phones == ()
    assert {name: changed.fields[name] for name in fields} == fields
    with pytest.raises(e.Conflict):
        link.run(ZOHO.update(link.facts, ContactChange(ref=ref, fields={"Phone": "1"}, version=contact.version)))


@pytest.mark.feature("F012")
def test_refused_values_name_their_field(link: Link) -> None:
    """A missing field, a bad address."""
    with pytest.raises(e.ValidationFailed) as missing:
        make(link, "Contacts", First_Name="Ada")
    assert [problem.field for problem in missing.value.problems] == ["Last_Name"]
    with pytest.raises(e.ValidationFailed) as bad:
        make(link, "Contacts", Last_Name="Ada", Email="no address")
    assert [problem.field for problem in bad.value.problems] == ["Email"]


@pytest.mark.feature("F011")
def test_a_record_that_is_not_there(link: Link) -> None:
    """Read or changed, it is not found."""
    nowhere = RecordRef("zoho", "Contacts", "6100000000999999999")
    with pytest.raises(e.NotFound):
        link.run(ZOHO.get(link.facts, nowhere))
    with pytest.raises(e.NotFound):
        link.run(ZOHO.update(link.facts, ContactChange(ref=nowhere, fields={"Phone": None})))


@pytest.mark.feature("F010")
def test_every_number_of_the_cast_is_found(link: Link) -> None:
    """However it was typed, in one request for each resource; contacts have more fields than fit in one (D1)."""
    module = {"person": "Contacts", "lead": "Leads", "company": "Accounts"}
    field = {"person": "Last_Name", "lead": "Last_Name", "company": "Account_Name"}
    for member in link.fake.cast[:60]:
        for phone in member.phones:
            number = read(phone.e164, ()) if phone.e164 else None
            if number is None:
                continue
            before = link.requests
            query = PhoneIs(number.e164, number.national, number.region)
            page = link.run(ZOHO.search(link.facts, module[member.kind], query, limit=100))
            assert link.requests - before == (2 if member.kind == "person" else 1)
            hits = [
                hit
                for hit in page.items
                if any(compare(number, text.text, (member.country,)) > Grade.NONE for text in hit.phones)
            ]
            name = member.company if member.kind == "company" else member.family
            assert name in {hit.fields.get(field[member.kind]) for hit in hits}


@pytest.mark.feature("F010")
def test_a_phone_without_coql(plain: Link) -> None:
    """What is left is the search by phone, in three spellings."""
    poor = sign_in(plain.fake, tuple(scope for scope in auth.SCOPES if scope != auth.COQL))
    ref = make(poor, "Contacts", Last_Name="Plainly", Phone="+493098761234")
    poor.index_caught_up()
    assert ref.id in found(poor, "Contacts", PhoneIs("+493098761234", "3098761234", "DE"))
    with pytest.raises(e.Unsupported):
        found(poor, "Contacts", FieldIs("Last_Name", "Plainly"))


@pytest.mark.feature("F009")
def test_an_email_whatever_its_case(link: Link) -> None:
    """Any spelling of the address, no near one."""
    ref = make(link, "Contacts", Last_Name="Mail", Email="Mixed.Case+tag@Example.org")
    near = make(link, "Contacts", Last_Name="Mail", Email="aMixed.Case+tag@example.org")
    link.index_caught_up()
    hits = found(link, "Contacts", EmailIs("mixed.case+TAG@example.org"))
    assert ref.id in hits
    assert near.id not in hits


@pytest.mark.feature("F008")
def test_names_and_words(link: Link) -> None:
    """By either name, by both, and by free text."""
    ref = make(link, "Contacts", First_Name="Anne-Marie (Ann)", Last_Name="Vander, Beek")
    link.index_caught_up()
    for text in ("Vander", "Anne-Marie", "Anne-Marie (Ann) Vander, Beek", "vander, b"):
        assert ref.id in found(link, "Contacts", NameHas(text)), text
    assert ref.id in found(link, "Contacts", TextHas("Vander"))
    assert found(link, "Contacts", NameHas("nobody-at-all")) == set()


AWKWARD = (
    "O'Brien", "o'brien", "O''Brien", "100%", "100", "a_b", "a-b", "a b", "a\\b", "a\\\\b", "\\a", "a\\", "(x)", "x",
    "Burns,B (x)", "' or id is not null or Last_Name = '", "a:equals:b", "Müller", "Mu\u0308ller", "Muller", "MÜLLER",
    "null", "NULL", "${EMPTY}", "*", "?", '"quoted"', "quoted", "a&b=c", "a+b", "a%2Bb", "#", "日本", "😀", "a  b", "%",
    "x)", "and", "_", "'", "''",
    "ß", "ss", "İ", "i", "select", "1", "1.0", "true", "a/b", "a;b", "[a]", "{a}", "^a", "!", "@",
)  # fmt: skip


@pytest.fixture(scope="module")
def awkward(shared: Link) -> dict[str, set[str]]:
    """Records with awkward names, twice each; what a fake refuses to hold is not looked for."""
    held: dict[str, set[str]] = {}
    for text in AWKWARD * 2:
        ref = make(shared, "Contacts", Last_Name=text)
        held.setdefault(text, set()).add(ref.id)
    return held


def test_a_field_is_compared_by_code_points(link: Link, awkward: dict[str, set[str]]) -> None:
    """For every text: exactly the records whose value it is, or a refusal before any request."""
    for text, made in awkward.items():
        expected = {str(row["id"]) for row in link.fake.records("Contacts") if row["Last_Name"] == text}
        assert made <= expected
        before = link.requests
        try:
            hits = found(link, "Contacts", FieldIs("Last_Name", text))
        except e.Unsupported:
            assert link.requests == before
            assert "\\" in text
        else:
            assert hits == expected, text


@given(st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:", max_size=8))
@settings(max_examples=150)
def test_any_text_at_all(plain: Link, text: str) -> None:
    """What is found has exactly that value; what cannot be expressed is refused before any request."""
    before = plain.requests
    expected = {str(row["id"]) for row in plain.fake.records("Contacts") if row.get("Last_Name") == text}
    try:
        hits = found(plain, "Contacts", FieldIs("Last_Name", text))
    except e.Unsupported:
        assert plain.requests == before
    else:
        assert hits == expected


@pytest.mark.parametrize("query", [NameHas, TextHas, EmailIs])
@given(text=st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:-@", max_size=8))
@settings(max_examples=60)
def test_any_text_is_a_valid_search(plain: Link, query: Any, text: str) -> None:
    """Whatever is asked, Zoho reads it as a value: it never answers that the query is wrong."""
    before = plain.requests
    try:
        found(plain, "Contacts", query(text))
    except e.Unsupported:
        assert plain.requests == before


def test_an_email_field_is_compared_whatever_its_case(link: Link) -> None:
    """Fresh or indexed."""
    ref = make(link, "Contacts", Last_Name="F", Email="Field.Is@Example.org")
    link.index_caught_up()
    assert found(link, "Contacts", FieldIs("Email", "field.is@example.org")) == {ref.id}


# Activities ---------------------------------------------------------------------------------------------------------


def drafts(contact: RecordRef, now: datetime, key: str) -> list[ActivityDraft]:
    made: list[ActivityDraft] = [
        NoteDraft(contact=contact, key=key + "n", subject="Wrap-up", text="Wants a quote\nsoon"),
        TaskDraft(contact=contact, key=key + "t", subject="Call back", text="x", due_on=date(2030, 1, 2)),
        CallDraft(
            contact=contact,
            key=key + "c",
            subject="Call",
            text="x",
            started_at=now - timedelta(minutes=5),
            duration=timedelta(seconds=75),
            customer="+442079460958",
            dialled="+49301234567",
            recording_url="https://recordings.example/1",
        ),
        EventDraft(contact=contact, key=key + "e", subject="Visit", starts_at=now, ends_at=now + timedelta(hours=1)),
    ]
    if contact.resource != "Leads":
        made.append(CaseDraft(contact=contact, key=key + "k", subject="Broken", text="x"))
    return made


@pytest.mark.feature("F050")
@pytest.mark.promise("R2")
@pytest.mark.parametrize("resource", ["Contacts", "Leads", "Accounts"])
def test_every_kind_is_written_listed_and_found_again(link: Link, resource: str) -> None:
    """Of a contact, a lead and a company."""
    fields = {"Account_Name": "Acts"} if resource == "Accounts" else {"Last_Name": "Acts", "Company": "Acme"}
    if resource == "Contacts":
        del fields["Company"]
    contact = make(link, resource, **fields)
    now = link.fake.clock.now()
    for draft in drafts(contact, now, f"key-{resource}-"):
        assert link.run(ZOHO.find_created(link.facts, draft, since=now)) is None
        ref = link.run(ZOHO.create_activity(link.facts, draft))
        assert link.run(ZOHO.find_created(link.facts, draft, since=now)) == ref
        listed = link.run(ZOHO.related(link.facts, contact, draft.kind))
        assert [record.ref for record in listed.items] == [ref]
        assert listed.items[0].title == draft.subject
        assert listed.items[0].text.splitlines()[-1] == f"ref: {draft.key}"


@pytest.mark.parametrize(
    ("direction", "outcome", "length"),
    [
        (direction, outcome, length)
        for direction in (Direction.INBOUND, Direction.OUTBOUND)
        for outcome in CallOutcome
        for length in (timedelta(0), timedelta(milliseconds=10), timedelta(hours=3))
    ],
)
def test_every_call_is_accepted(link: Link, direction: Direction, outcome: CallOutcome, length: timedelta) -> None:
    """Zoho's rules for durations are kept, whatever the call."""
    contact = make(link, "Contacts", Last_Name="Calls")
    started = link.fake.clock.now() - timedelta(hours=4)
    draft = CallDraft(
        contact=contact,
        key="k",
        direction=direction,
        outcome=outcome,
        duration=length,
        started_at=started,
        disposition="Demo",
    )
    assert link.run(ZOHO.create_activity(link.facts, draft)).resource == "Calls"


@pytest.mark.feature("F040")
def test_newest_first_page_by_page(link: Link) -> None:
    """Each record once, in order, whatever the page size."""
    contact = make(link, "Contacts", Last_Name="Pages")
    made: dict[RelatedKind, list[RecordRef]] = {}
    for number in range(5):
        link.wait(60)
        for draft in drafts(contact, link.fake.clock.now(), f"page-{number}-"):
            made.setdefault(draft.kind, []).insert(0, link.run(ZOHO.create_activity(link.facts, draft)))
    for kind, refs in made.items():
        listed = link.all_of(partial(ZOHO.related, link.facts, contact, kind, limit=2))
        assert [record.ref for record in listed] == refs, kind
    assert link.run(ZOHO.related(link.facts, contact, RelatedKind.DEAL)).items == ()


@pytest.mark.feature("F055")
@pytest.mark.feature("F057")
def test_filtered_listing(link: Link) -> None:
    """By contact, by status, by date; a change shows at once."""
    contact = make(link, "Contacts", Last_Name="Filters")
    refs = [
        link.run(ZOHO.create_activity(link.facts, TaskDraft(contact=contact, key=f"f{n}", due_on=date(2030, 1, n + 1))))
        for n in range(3)
    ]
    link.run(
        ZOHO.update_activity(
            link.facts, ActivityChange(ref=refs[0], kind=RelatedKind.TASK, status=TaskStatus.DONE, text="done")
        )
    )

    def listed(*conditions: Condition) -> list[RecordRef]:
        asked = ActivityFilter(resource="Tasks", contact=contact, conditions=conditions, sort=("Due_Date", False))
        return [record.ref for record in link.run(ZOHO.activities(link.facts, asked)).items]

    assert listed() == refs
    assert listed(Condition("Status", Operator.EQUALS, ("Completed",))) == refs[:1]
    assert listed(Condition("Status", Operator.NOT_EQUALS, ("Completed",))) == refs[1:]
    assert listed(Condition("Due_Date", Operator.BETWEEN, (date(2030, 1, 2), date(2030, 1, 3)))) == refs[1:]
    assert listed(Condition("Due_Date", Operator.GREATER, (date(2030, 1, 2),))) == refs[2:]
    assert listed(Condition("Due_Date", Operator.IS_EMPTY)) == []
    assert listed(Condition("Priority", Operator.IN, ("High", "Normal"))) == refs


@pytest.mark.parametrize("module", ["Tasks", "Calls", "Events", "Cases", "Deals"])
def test_listing_a_whole_module(link: Link, module: str) -> None:
    """Without any condition."""
    page = link.run(ZOHO.activities(link.facts, ActivityFilter(resource=module, limit=3)))
    assert all(record.ref.resource == module for record in page.items)


@pytest.mark.feature("F044")
@pytest.mark.feature("F045")
def test_linking_and_unlinking(link: Link) -> None:
    """A record moves to a contact, and away; one of somebody else is left alone."""
    first, second = make(link, "Contacts", Last_Name="First"), make(link, "Contacts", Last_Name="Second")
    for kind, module in ((RelatedKind.TASK, "Tasks"), (RelatedKind.CASE, "Cases")):
        draft = next(each for each in drafts(first, link.fake.clock.now(), "link-") if each.kind is kind)
        ref = link.run(ZOHO.create_activity(link.facts, draft))
        link.run(ZOHO.link(link.facts, second, ref))
        assert link.run(ZOHO.related(link.facts, first, kind)).items == ()
        assert [each.ref for each in link.run(ZOHO.related(link.facts, second, kind)).items] == [ref]
        link.run(ZOHO.unlink(link.facts, first, ref))
        assert [each.ref for each in link.run(ZOHO.related(link.facts, second, kind)).items] == [ref]
        try:
            link.run(ZOHO.unlink(link.facts, second, ref))
        except e.CrmError:
            # Under the reading that null does not clear: said, not passed over.
            assert [each.ref for each in link.run(ZOHO.related(link.facts, second, kind)).items] == [ref]
        else:
            assert link.run(ZOHO.related(link.facts, second, kind)).items == ()
            assert ref.id in {str(row["id"]) for row in link.fake.records(module)}


# Delta --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", ["Contacts", "Leads", "Accounts", "Vendors"])
def test_delta(link: Link, resource: str) -> None:
    """Everything first; then what is new, changed or gone."""
    everything, _, cursor = link.everything(resource)
    live = {str(row["id"]) for row in link.fake.records(resource) if not row.get("Converted__s")}
    assert set(everything) == live
    field = {"Accounts": "Account_Name", "Vendors": "Vendor_Name"}.get(resource, "Last_Name")
    link.wait(60)
    more = {"Company": "Acme"} if resource == "Leads" else {}
    new = make(link, resource, **{field: "Delta", "Phone": "+4930555555"}, **more)
    doomed = make(link, resource, **{field: "Doomed"}, **more)
    changed, _, cursor = link.everything(resource, cursor)
    assert {new.id, doomed.id} <= set(changed)
    assert [phone.text for phone in changed[new.id].phones] == ["+4930555555"]
    link.wait(60)
    link.send(Request(method="DELETE", path=f"/{resource}/{doomed.id}"))
    _, gone, cursor = link.everything(resource, cursor)
    assert doomed.id in gone
    link.wait(3000)
    changed, _, _ = link.everything(resource, cursor)
    assert len(changed) < len(everything) or len(everything) < 5


# Errors -------------------------------------------------------------------------------------------------------------


def test_an_expired_token() -> None:
    """It asks for a refresh; an unknown one is told apart from it only by the vendor's code."""
    link = sign_in(FAKE())
    link.fake.clock.advance(3601)  # type: ignore[attr-defined]
    with pytest.raises(e.TokenExpired):
        link.run(ZOHO.identify(link.facts))


@pytest.mark.feature("F095")
def test_a_scope_that_is_missing() -> None:
    """Zoho says so, and it is no reason to refresh."""
    link = sign_in(FAKE(), tuple(scope for scope in auth.SCOPES if scope != auth.COQL))
    link.facts = attrs.evolve(link.facts, scopes=frozenset(auth.SCOPES))
    with pytest.raises(e.MissingScope):
        found(link, "Contacts", FieldIs("Last_Name", "x"))
