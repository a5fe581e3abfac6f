"""Every verb against the fake Bullhorn, under each reading of each fact that its documentation leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    ActivityFilter,
    CallDraft,
    CallOutcome,
    Condition,
    EventDraft,
    NoteDraft,
    Operator,
    TaskDraft,
    TaskStatus,
)
from customer360.core.auth import Application
from customer360.core.capabilities import Capability
from customer360.core.effects import Request
from customer360.core.interactions import Direction
from customer360.core.phones import Grade, compare, read
from customer360.core.records import ContactChange, ContactDraft, RecordRef, RelatedKind, RelatedRecord
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas
from customer360_bullhorn import BullhornConnector
from customer360_testkit.by_hand import ByHand, play, signed_in
from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named

FAKE = fake_named("bullhorn")
READINGS = [pytest.param(("as they are", ""), id="as they are")] + [
    pytest.param((switch.name, reading), id=f"{switch.name}-{reading}", marks=pytest.mark.slow)
    for switch in FAKE.known_switches
    for reading in switch.readings
    if reading != switch.default
]
BH = BullhornConnector()
PEOPLE = ("Candidate", "ClientContact", "Lead")
COMPANY = RecordRef("bullhorn", "ClientCorporation", "1")


class Link(ByHand[BullhornConnector]):
    """A signed-in link to the fake."""

    def index_caught_up(self) -> None:
        """Past the worst lag there is."""
        self.wait(600)


def sign_in(fake: FakeCrm, user: str | None = None) -> Link:
    """Signed in as the administrator, unless said otherwise."""
    link = signed_in(BH, fake, user=user)
    return Link(link.connector, link.fake, link.facts, link.grant, link.user)


@pytest.fixture(scope="module", params=READINGS)
def shared(request: pytest.FixtureRequest) -> Link:
    name, reading = request.param
    return sign_in(FAKE(switches={name: reading} if reading else {}))


@pytest.fixture
def link(shared: Link) -> Iterator[Link]:
    yield shared
    shared.fake.faults.clear()


@pytest.fixture(scope="module")
def plain() -> Link:
    """The hardest readings, and nobody there but whom a test makes."""
    return sign_in(FAKE(cast=()))


def as_they_are(link: Link) -> bool:
    """Whether every switch has its default."""
    return all(link.fake.switches[switch.name] == switch.default for switch in FAKE.known_switches)


def make(link: Link, resource: str = "Candidate", **fields: Any) -> RecordRef:
    if resource in PEOPLE:
        company = {"clientCorporation": COMPANY} if resource == "ClientContact" else {}
        fields = {"firstName": "A", "lastName": "B", "status": "Active", **company, **fields}
    ref: RecordRef = link.run(BH.create(link.facts, ContactDraft(resource=resource, fields=fields)))
    return ref


def found(link: Link, resource: str, query: Any, limit: int = 200) -> set[str]:
    return {hit.ref.id for hit in link.run(BH.search(link.facts, resource, query, limit=limit)).items}


def delete(link: Link, ref: RecordRef) -> None:
    link.send(Request(method="DELETE", path=f"/entity/{ref.resource}/{ref.id}"))


# Metadata -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F115")
def test_resources_and_fields(link: Link) -> None:
    """Every declared resource is there, and every field that the connector names exists."""
    resources = link.run(BH.list_resources(link.facts))
    assert {"Candidate", "ClientContact", "Lead", "ClientCorporation", "Note", "Task"} <= {
        each.name for each in resources
    }
    for resource in resources:
        fields = {field.name for field in link.run(BH.describe(link.facts, resource.name)).fields}
        assert set(resource.phones) | set(resource.emails) | set(resource.standard.values()) <= fields
    contacts = link.run(BH.describe(link.facts, "ClientContact"))
    assert contacts.field("clientCorporation").required
    assert contacts.field("clientCorporation").refers_to == ("ClientCorporation",)
    assert not contacts.field("dateAdded").editable
    actions = link.run(BH.describe(link.facts, "Note")).field("action").choices
    assert "Inbound Call" in {choice.value for choice in actions}


@pytest.mark.feature("F146")
def test_who_is_signed_in(link: Link) -> None:
    """Whatever the settings' values look like."""
    identity = link.run(BH.identify(link.facts))
    user = link.fake.users[link.user]
    assert (identity.user, identity.name, identity.email) == (
        RecordRef("bullhorn", "CorporateUser", user.id),
        user.name,
        user.email,
    )
    assert identity.organisation_id


@pytest.mark.feature("F147")
def test_what_a_user_may_not_do_is_declared(link: Link) -> None:
    """By the entitlements: the desktop shows it before anybody tries."""
    rights = link.facts.extra["rights"]
    assert "Candidate:cu" in rights
    told = {**link.facts.extra, "rights": rights.replace("Note:cu", "Note:").replace("Task:cu", "Task:-")}
    facts = type(link.facts)(crm="bullhorn", settings=link.facts.settings, extra=told, user=link.facts.user)
    able = BH.capabilities(facts)
    assert (able[Capability.RELATED_NOTES].can, able[Capability.CREATE_NOTE].can) == (True, False)
    assert (able[Capability.RELATED_TASKS].can, able[Capability.CREATE_TASK].can) == (False, False)
    assert "entitlements" in able[Capability.CREATE_CALL].reason


# Contacts -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F012")
@pytest.mark.parametrize("resource", [*PEOPLE, "ClientCorporation"])
def test_create_read_change(link: Link, resource: str) -> None:
    """A contact of each kind: written, read back, changed in part, a field cleared, a lost update refused."""
    given_fields = {"firstName": "Zoë", "lastName": "O'Néill"} if resource in PEOPLE else {"name": "O'Néill & Sons"}
    ref = make(link, resource, phone="+49 30 1234567", **given_fields)
    contact = link.run(BH.get(link.facts, ref))
    assert {name: contact.fields[name] for name in given_fields} == given_fields
    assert contact.name == ("Zoë O'Néill" if resource in PEOPLE else "O'Néill & Sons")
    assert not contact.partial
    assert contact.url is not None
    assert [phone.text for phone in contact.phones] == ["+49 30 1234567"]
    link.wait(2)
    link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"phone": None}, version=contact.version)))
    changed = link.run(BH.get(link.facts, ref))
    assert changed.phones == ()
    assert {name: changed.fields[name] for name in given_fields} == given_fields
    with pytest.raises(e.Conflict):
        link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"phone": "1"}, version=contact.version)))


@pytest.mark.feature("F013")
def test_the_whole_name_follows(link: Link) -> None:
    """Bullhorn does not derive it (gotcha 9)."""
    ref = make(link, firstName="Ada", lastName="Byron")
    link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"lastName": "Lovelace"})))
    contact = link.run(BH.get(link.facts, ref))
    assert (contact.name, contact.fields["name"], contact.given_name) == ("Ada Lovelace", "Ada Lovelace", "Ada")


@pytest.mark.feature("F012")
def test_refused_values_name_their_field(link: Link) -> None:
    """A text that is too long, a field that there is not."""
    with pytest.raises(e.ValidationFailed) as long:
        make(link, lastName="x" * 51)
    assert [problem.field for problem in long.value.problems] == ["lastName"]
    with pytest.raises(e.ValidationFailed) as unknown:
        make(link, title="Dr")
    assert [problem.field for problem in unknown.value.problems] == ["title"]


@pytest.mark.feature("D14")
def test_a_stray_contact_belongs_to_the_placeholder(link: Link) -> None:
    """A client contact needs a company: the one that the link names, or it is refused before any request."""
    fields = {"firstName": "A", "lastName": "Stray", "status": "Active"}
    before = link.requests
    with pytest.raises(e.ValidationFailed) as refused:
        link.run(BH.create(link.facts, ContactDraft(resource="ClientContact", fields=fields)))
    assert [problem.field for problem in refused.value.problems] == ["clientCorporation"]
    assert link.requests == before
    told = {**link.facts.settings, "placeholder_company": "1"}
    facts = type(link.facts)(crm="bullhorn", settings=told, extra=link.facts.extra, user=link.facts.user)
    ref = link.run(BH.create(facts, ContactDraft(resource="ClientContact", fields=fields)))
    assert link.run(BH.get(facts, ref)).company_ref == COMPANY


@pytest.mark.feature("F011")
@pytest.mark.feature("D6")
def test_a_record_that_is_not_there(link: Link) -> None:
    """Never there, or deleted: read or changed, it is not found, and a search does not show it."""
    gone = make(link, lastName="Quillgone")
    delete(link, gone)
    link.index_caught_up()
    for ref in (gone, RecordRef("bullhorn", "Candidate", "99999999")):
        with pytest.raises((e.NotFound, e.Gone)):
            link.run(BH.get(link.facts, ref))
        with pytest.raises((e.NotFound, e.Gone)):
            link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"phone": None})))
    assert found(link, "Candidate", NameHas("Quillgone")) == set()


@pytest.mark.parametrize(
    ("resource", "status"), [("Candidate", "Archived"), ("ClientContact", "Archive"), ("Lead", "Converted")]
)
def test_who_is_nobody_any_more_is_not_found(link: Link, resource: str, status: str) -> None:
    """Archived, or somebody else by now; the record can still be read."""
    ref = make(link, resource, lastName="Quillformer", email="former@quill.example", status=status)
    here = make(link, resource, lastName="Quillformer", email="former@quill.example", status="Active")
    link.index_caught_up()
    for query in (NameHas("Quillformer"), EmailIs("former@quill.example")):
        hits = found(link, resource, query)
        assert (here.id in hits, ref.id in hits) == (True, False)
    assert link.run(BH.get(link.facts, ref)).fields["status"] == status
    delete(link, here)


ENTITIES = {"person": ("Candidate", "ClientContact"), "lead": ("Lead",), "company": ("ClientCorporation",)}


def look_for_every_number(link: Link, members: Sequence[CastMember]) -> None:
    """Each is found however it was typed, in one request for each entity."""
    link.index_caught_up()
    for member in members:
        for phone in member.phones:
            number = read(phone.e164, ()) if phone.e164 else None
            if number is None:
                continue
            query, names = PhoneIs(number.e164, number.national, number.region), set[Any]()
            for name in ENTITIES[member.kind]:
                before = link.requests
                page = link.run(BH.search(link.facts, name, query, limit=100))
                assert link.requests - before == 1
                for hit in page.items:
                    if any(compare(number, text.text, (member.country,)) > Grade.NONE for text in hit.phones):
                        names |= {hit.family_name, hit.name}
            assert (member.company if member.kind == "company" else member.family) in names, phone


@pytest.mark.feature("F010")
def test_numbers_of_the_cast_are_found(link: Link) -> None:
    """However they were typed, in one request for each entity (D1)."""
    look_for_every_number(link, link.fake.cast[:20] if as_they_are(link) else link.fake.cast[:6])


@pytest.mark.slow
@pytest.mark.feature("F010")
@pytest.mark.parametrize("reading", ["digits", "national"])
def test_every_number_of_the_cast_is_found(reading: str) -> None:
    """In either reading of how the index keeps numbers (D1)."""
    link = sign_in(FAKE(switches={"phone_index": reading}))
    look_for_every_number(link, link.fake.cast)


@pytest.mark.feature("F010")
@pytest.mark.feature("D4")
@pytest.mark.parametrize("resource", PEOPLE)
def test_every_phone_field_is_searched(link: Link, resource: str) -> None:
    """A second mobile, a pager, a custom field: whatever the index holds."""
    phones = next(each for each in BH.resources(link.facts) if each.name == resource).phones
    made = {field: make(link, resource, **{field: f"(020) 7946 07{at:02}"}).id for at, field in enumerate(phones)}
    link.index_caught_up()
    for at, (field, identifier) in enumerate(made.items()):
        query = PhoneIs(f"+442079460{700 + at}", f"2079460{700 + at}", "GB")
        assert identifier in found(link, resource, query), field


@pytest.mark.feature("F009")
def test_an_email_whatever_its_case(link: Link) -> None:
    """Any spelling of the address, in any field of it, no near one."""
    ref = make(link, lastName="Mailer", email2="Mixed.Case+tag@Example.org")
    near = make(link, lastName="Neighbour", email2="aMixed.Case+tag@example.org")
    link.index_caught_up()
    hits = found(link, "Candidate", EmailIs("mixed.case+TAG@example.org"))
    assert (ref.id in hits, near.id in hits) == (True, False)
    assert ref.id in found(link, "Candidate", FieldIs("email2", "mixed.case+tag@example.org"))
    for each in (ref, near):
        delete(link, each)


@pytest.mark.feature("F008")
def test_names_and_words(link: Link) -> None:
    """By either name, by both, by its parts, and by words of other fields."""
    ref = make(link, firstName="Anne-Marie (Ann)", lastName="O'Vander, Beek", occupation="Quillsmith")
    link.index_caught_up()
    for text in ("O'Vander", "Anne-Marie", "anne-m", "Marie", "Anne-Marie (Ann) O'Vander, Beek", "o'vander, b"):
        assert ref.id in found(link, "Candidate", NameHas(text)), text
    assert ref.id in found(link, "Candidate", TextHas("Quillsm beek"))
    assert found(link, "Candidate", NameHas("nobody-at-all")) == set()


AWKWARD = (
    "O'Brien", "o'brien", "O''Brien", "100%", "100", "a_b", "a-b", "a b", "a\\b", "a\\\\b", "\\a", "a\\", "(x)", "x",
    "Burns,B (x)", "a OR isDeleted:false", "a:equals:b", "Müller", "Mu\u0308ller", "Muller", "MÜLLER", "null", "NULL",
    "a*", "?a", '"quoted"', "quoted", "a&b=c", "a+b", "a%2Bb", "#1", "日本", "a  b", "x)", "and", "AND", "NOT", "TO",
    "ß", "ss", "İ", "i", "1", "1.0", "true", "a/b", "a;b", "[a]", "{a}", "^a", "a~", "a|b", ":a", "a&&b", "a||b",
)  # fmt: skip


@pytest.fixture(scope="module")
def awkward(shared: Link) -> dict[str, set[str]]:
    """Records with awkward names, twice each."""
    held: dict[str, set[str]] = {}
    for text in AWKWARD * 2 if as_they_are(shared) else AWKWARD[::5]:
        held.setdefault(text, set()).add(make(shared, lastName=text).id)
    shared.index_caught_up()
    return held


def exactly(link: Link, field: str, text: str) -> set[str]:
    return {
        str(row["id"])
        for row in link.fake.records("Candidate")
        if row[field] == text and row["isDeleted"] is False and row["status"] != "Archived"
    }


def test_a_field_is_compared_by_code_points(link: Link, awkward: dict[str, set[str]]) -> None:
    """For every text: exactly the records whose value it is."""
    for text, made in awkward.items():
        expected = exactly(link, "lastName", text)
        assert made <= expected
        assert found(link, "Candidate", FieldIs("lastName", text)) == expected, text


@given(st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:\"{}*", max_size=8))
@settings(max_examples=100)
def test_any_text_at_all(plain: Link, text: str) -> None:
    """What is found has exactly that value; what cannot be expressed is refused before any request."""
    before = plain.requests
    try:
        hits = found(plain, "Candidate", FieldIs("lastName", text))
    except e.Unsupported:
        assert plain.requests == before
    else:
        assert hits == exactly(plain, "lastName", text)


@pytest.mark.parametrize("query", [NameHas, TextHas, EmailIs])
@given(text=st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:-@\"{}?*&|", max_size=8))
@settings(max_examples=60)
def test_any_text_is_a_valid_search(plain: Link, query: Any, text: str) -> None:
    """Whatever is asked, Bullhorn reads it as a value: it never answers that the query is wrong."""
    before = plain.requests
    try:
        found(plain, "Candidate", query(text))
    except e.Unsupported:
        assert plain.requests == before


@pytest.mark.promise("R2")
@pytest.mark.parametrize("resource", ["Candidate", "ClientContact"])
def test_a_contact_is_found_by_its_key(link: Link, resource: str) -> None:
    """By the external id, once the index has it; another key that begins so is not it."""
    fields: dict[str, Any] = {
        "firstName": "A",
        "lastName": "Keyed",
        "status": "Active",
        "clientCorporation": COMPANY,
    }
    fields = {name: value for name, value in fields.items() if resource == "ClientContact" or name[0] != "c"}
    draft = ContactDraft(resource=resource, fields=fields, key="k12")
    now = link.fake.clock.now()
    assert link.run(BH.find_created(link.facts, draft, since=now)) is None
    ref = link.run(BH.create(link.facts, draft))
    link.index_caught_up()
    assert link.run(BH.find_created(link.facts, draft, since=now)) == ref
    other = ContactDraft(resource=resource, fields=fields, key="k1")
    assert link.run(BH.find_created(link.facts, other, since=now)) is None
    link.run(BH.update(link.facts, ContactChange(ref=ref, fields={"externalID": None})))


# Activities ---------------------------------------------------------------------------------------------------------


def drafts(contact: RecordRef, now: datetime, key: str) -> list[ActivityDraft]:
    return [
        NoteDraft(contact=contact, key=key + "n", subject="Wrap-up", text="Wants a <quote>\nsoon"),
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
        ),
        EventDraft(contact=contact, key=key + "e", subject="Visit", starts_at=now, ends_at=now + timedelta(hours=1)),
    ]


@pytest.mark.feature("F050")
@pytest.mark.promise("R2")
@pytest.mark.parametrize("resource", PEOPLE)
def test_every_kind_is_written_listed_and_found_again(link: Link, resource: str) -> None:
    """Of a candidate, a client contact and a lead; at once."""
    contact = make(link, resource, lastName="Acts")
    now = link.fake.clock.now()
    for draft in drafts(contact, now, f"key-{resource}-"):
        assert link.run(BH.find_created(link.facts, draft, since=now)) is None
        ref = link.run(BH.create_activity(link.facts, draft))
        assert link.run(BH.find_created(link.facts, draft, since=now)) == ref
        (record,) = link.run(BH.related(link.facts, contact, draft.kind)).items
        assert (record.ref, record.kind) == (ref, draft.kind)
        assert draft.subject in f"{record.title} {record.text}"
        assert draft.text in record.text
    (call,) = link.run(BH.related(link.facts, contact, RelatedKind.CALL)).items
    assert (call.title, call.fields["minutesSpent"], call.at) == (
        "Inbound Call",
        1,
        (now - timedelta(minutes=5)).replace(microsecond=call.at.microsecond),
    )


@pytest.mark.feature("F050")
def test_a_call_delivered_late_is_found(plain: Link) -> None:
    """It bears the time of the call, which lies before its first delivery, and younger notes stand before it."""
    contact = make(plain, lastName="Late")
    now = plain.fake.clock.now()
    draft = CallDraft(contact=contact, key="late", started_at=now - timedelta(days=3))
    ref = plain.run(BH.create_activity(plain.facts, draft))
    for number in range(3):
        plain.run(BH.create_activity(plain.facts, NoteDraft(contact=contact, key=f"n{number}", text="x")))
    assert plain.run(BH.find_created(plain.facts, draft, since=now)) == ref


@pytest.mark.parametrize(
    ("direction", "outcome", "length"),
    [
        (direction, outcome, length)
        for direction in Direction
        for outcome in CallOutcome
        for length in (timedelta(0), timedelta(milliseconds=10), timedelta(hours=3))
    ],
)
def test_every_call_is_accepted(plain: Link, direction: Direction, outcome: CallOutcome, length: timedelta) -> None:
    """Whatever the call."""
    contact = make(plain, lastName="Calls")
    draft = CallDraft(
        contact=contact,
        key="k",
        direction=direction,
        outcome=outcome,
        duration=length,
        started_at=plain.fake.clock.now() - timedelta(hours=4),
        disposition="Demo",
    )
    assert plain.run(BH.create_activity(plain.facts, draft)).resource == "Note"


@pytest.mark.feature("F040")
def test_newest_first_page_by_page(link: Link) -> None:
    """Each record once, in order, whatever the page size; calls and notes in lists of their own."""
    contact = make(link, lastName="Pages")
    made: dict[RelatedKind, list[RecordRef]] = {}
    for number in range(5):
        link.wait(60)
        for draft in drafts(contact, link.fake.clock.now(), f"page-{number}-"):
            if not isinstance(draft, TaskDraft):
                made.setdefault(draft.kind, []).insert(0, link.run(BH.create_activity(link.facts, draft)))
    for kind, refs in made.items():
        listed: list[RecordRef] = []
        cursor = None
        for _ in range(9):
            page = link.run(BH.related(link.facts, contact, kind, limit=2, cursor=cursor))
            listed += [record.ref for record in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert listed == refs, kind
    assert link.run(BH.related(link.facts, contact, RelatedKind.DEAL)).items == ()


@pytest.mark.feature("F040")
def test_submissions_and_placements_are_one_list(link: Link) -> None:
    """Of a candidate; jobs of a client contact and of its company; each record once, page by page."""
    fake = link.fake
    owner = next(row["candidate"]["id"] for row in fake.records("JobSubmission") if not row.get("isDeleted"))
    contact = RecordRef("bullhorn", "Candidate", str(owner))
    expected = {
        f"{name}/{row['id']}"
        for name in ("JobSubmission", "Placement")
        for row in fake.records(name)
        if row["candidate"]["id"] == owner
    }
    seen, cursor = list[str](), None
    for _ in range(20):
        page = link.run(BH.related(link.facts, contact, RelatedKind.DEAL, limit=3, cursor=cursor))
        seen += [f"{record.ref.resource}/{record.ref.id}" for record in page.items]
        if (cursor := page.next) is None:
            break
    assert (len(seen), set(seen)) == (len(expected), expected)
    job = next(row for row in fake.records("JobOrder") if not row.get("isDeleted"))
    for ref in (
        RecordRef("bullhorn", "ClientContact", str(job["clientContact"]["id"])),
        RecordRef("bullhorn", "ClientCorporation", str(job["clientCorporation"]["id"])),
    ):
        listed = link.run(BH.related(link.facts, ref, RelatedKind.DEAL, limit=200)).items
        assert str(job["id"]) in {record.ref.id for record in listed if record.ref.resource == "JobOrder"}
        assert all(record.url for record in listed)
    with pytest.raises(e.Unsupported):
        link.run(BH.related(link.facts, RecordRef("bullhorn", "Lead", "1"), RelatedKind.DEAL))


@pytest.mark.feature("F040")
def test_a_company_lists_what_its_people_have(link: Link) -> None:
    """Notes, calls, tasks and appointments; none can be written for the company itself."""
    company = make(link, "ClientCorporation", name="Quill & Partners")
    person = make(link, "ClientContact", lastName="Partner", clientCorporation=company)
    made = {d.kind: link.run(BH.create_activity(link.facts, d)) for d in drafts(person, link.fake.clock.now(), "co-")}
    for kind, ref in made.items():
        assert [each.ref for each in link.run(BH.related(link.facts, company, kind)).items] == [ref], kind
    for draft in drafts(company, link.fake.clock.now(), "refused-"):
        before = link.requests
        with pytest.raises(e.Unsupported):
            link.run(BH.create_activity(link.facts, draft))
        assert link.requests == before


@pytest.mark.feature("F055")
@pytest.mark.feature("F057")
def test_filtered_listing(link: Link) -> None:
    """By contact, by state, by date; a change shows at once."""
    contact = make(link, lastName="Filters")
    refs = [
        link.run(BH.create_activity(link.facts, TaskDraft(contact=contact, key=f"f{n}", due_on=date(2030, 1, n + 1))))
        for n in range(3)
    ]
    change = ActivityChange(ref=refs[0], kind=RelatedKind.TASK, status=TaskStatus.DONE, text="done")
    link.run(BH.update_activity(link.facts, change))

    def listed(*conditions: Condition) -> list[RecordRef]:
        asked = ActivityFilter(resource="Task", contact=contact, conditions=conditions, sort=("dateBegin", False))
        return [record.ref for record in link.run(BH.activities(link.facts, asked)).items]

    assert listed() == refs
    assert listed(Condition("isCompleted", Operator.EQUALS, (True,))) == refs[:1]
    assert listed(Condition("isCompleted", Operator.NOT_EQUALS, (True,))) == refs[1:]
    assert listed(Condition("dateBegin", Operator.BETWEEN, (date(2030, 1, 2), date(2030, 1, 4)))) == refs[1:]
    assert listed(Condition("dateBegin", Operator.GREATER, (datetime(2030, 1, 2, 23, tzinfo=UTC),))) == refs[2:]
    assert listed(Condition("jobOrder.id", Operator.IS_EMPTY)) == refs
    assert listed(Condition("type", Operator.IN, ("Other", "Call"))) == refs


@pytest.mark.feature("F055")
@pytest.mark.parametrize("resource", ["Task", "Appointment", "JobSubmission", "Placement", "JobOrder", "Opportunity"])
def test_a_listing_of_everybodys(link: Link, resource: str) -> None:
    """Page by page, each record once."""
    expected = [
        str(row["id"])
        for row in link.fake.records(resource)
        if not row.get("isDeleted") and not row.get("parentAppointment")
    ]
    seen, cursor = list[str](), None
    for _ in range(200):
        page = link.run(BH.activities(link.facts, ActivityFilter(resource=resource, limit=100, cursor=cursor)))
        seen += [record.ref.id for record in page.items]
        if (cursor := page.next) is None:
            break
    assert sorted(seen) == sorted(expected)


@pytest.mark.feature("F044")
@pytest.mark.feature("F045")
def test_linking_and_unlinking_notes(link: Link) -> None:
    """A note is tied to further people and to jobs, and untied; tying twice changes nothing."""
    first, second = make(link, lastName="Firstly"), make(link, "ClientContact", lastName="Secondly")
    draft = drafts(first, link.fake.clock.now(), "link-")[2]
    ref = link.run(BH.create_activity(link.facts, draft))
    for _ in range(2):
        link.run(BH.link(link.facts, second, ref))
    for each in (first, second):
        assert [one.ref for one in link.run(BH.related(link.facts, each, RelatedKind.CALL)).items] == [ref]
    for _ in range(2):
        link.run(BH.unlink(link.facts, second, ref))
    assert link.run(BH.related(link.facts, second, RelatedKind.CALL)).items == ()
    assert [one.ref for one in link.run(BH.related(link.facts, first, RelatedKind.CALL)).items] == [ref]


@pytest.mark.feature("F044")
def test_linking_a_task(link: Link) -> None:
    """It moves to the other person; taking it away works, or it is said that it does not."""
    first, second = make(link, lastName="Firstly"), make(link, lastName="Secondly")
    ref = link.run(BH.create_activity(link.facts, TaskDraft(contact=first, key="mv", subject="Move")))
    link.run(BH.link(link.facts, second, ref))
    assert [each.ref for each in link.run(BH.related(link.facts, second, RelatedKind.TASK)).items] == [ref]
    assert link.run(BH.related(link.facts, first, RelatedKind.TASK)).items == ()
    link.run(BH.unlink(link.facts, first, ref))
    if link.fake.switches["task_unlink"] == "clears":
        link.run(BH.unlink(link.facts, second, ref))
        assert link.run(BH.related(link.facts, second, RelatedKind.TASK)).items == ()
    else:
        with pytest.raises(e.Unsupported):
            link.run(BH.unlink(link.facts, second, ref))


@pytest.mark.feature("F050")
def test_the_job_beside_the_person(link: Link) -> None:
    """A note, a task and an appointment name the job that they concern."""
    job = str(next(row["id"] for row in link.fake.records("JobOrder") if not row.get("isDeleted")))
    related = (RecordRef("bullhorn", "JobOrder", job), RecordRef("zoho", "Deals", "1"))
    contact = make(link, lastName="Jobseeker")
    now = link.fake.clock.now()
    for draft in (
        NoteDraft(contact=contact, key="jn", text="x", related=related),
        TaskDraft(contact=contact, key="jt", text="x", related=related),
        EventDraft(contact=contact, key="je", starts_at=now, ends_at=now, related=related),
    ):
        ref = link.run(BH.create_activity(link.facts, draft))
        row = next(row for row in link.fake.records(ref.resource) if str(row["id"]) == ref.id)
        assert row["jobOrder"]["id"] == int(job)


# Delta --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", [*PEOPLE, "ClientCorporation"])
def test_delta(link: Link, resource: str) -> None:
    """Everything first; then what is new, changed or gone."""
    link.index_caught_up()
    everything, _, cursor = link.everything(resource)
    over = {"Candidate": "Archived", "ClientContact": "Archive", "Lead": "Converted"}.get(resource)
    live = {
        str(row["id"])
        for row in link.fake.records(resource)
        if row.get("isDeleted") is not True and (over is None or row["status"] != over)
    }
    assert set(everything) == live
    link.wait(600)
    named = {"name": f"Delta{resource}"} if resource == "ClientCorporation" else {"lastName": f"Delta{resource}"}
    new = make(link, resource, **named, phone="+4930555555")
    doomed = make(link, resource, **named)
    link.wait(600)
    changed, _, cursor = link.everything(resource, cursor)
    assert {new.id, doomed.id} <= set(changed)
    assert [phone.text for phone in changed[new.id].phones] == ["+4930555555"]
    if resource != "ClientCorporation":  # of which none can be deleted
        delete(link, doomed)
        link.wait(600)
        _, gone, cursor = link.everything(resource, cursor)
        assert doomed.id in gone
    link.wait(3000)
    changed, _, _ = link.everything(resource, cursor)
    assert len(changed) < len(everything) or len(everything) < 5


# Sessions -----------------------------------------------------------------------------------------------------------


def test_an_expired_session(link: Link) -> None:
    """It asks for a renewal."""
    other = sign_in(link.fake)
    link.fake.clock.advance(3 * 3600)  # type: ignore[attr-defined]
    with pytest.raises(e.TokenExpired):
        other.run(BH.identify(other.facts))
    link.grant = other.grant
    link.wait(1)
    assert link.run(BH.identify(link.facts)).user.id == link.facts.user


def application(link: Link) -> Application:
    return Application(link.fake.client_id, link.fake.client_secret)


def test_a_data_centre_that_sends_on() -> None:
    """The tenant has moved since it was linked: the renewal is asked for there, and the session is good."""
    link = sign_in(FAKE())
    west = {**link.facts.extra, "oauthUrl": "https://auth-west.bullhornstaffing.com/oauth"}
    op = BH.auth.refresh(attrs.evolve(link.facts, extra=west), application(link), link.grant)
    link.grant = play(op, link.carry, now=link.fake.clock.time)
    assert link.grant.extra["oauthUrl"] == "https://auth-emea.bullhornstaffing.com/oauth"
    assert link.run(BH.identify(link.facts)).user.id == link.facts.user


@pytest.mark.parametrize("most", [25, 50])
def test_sessions_are_few_and_ended(most: int) -> None:
    """One more than there may be is refused for now; logging out makes room."""
    fake = FAKE(switches={"sessions": str(most)})
    links = [sign_in(fake) for _ in range(most)]
    with pytest.raises(e.RateLimited):
        sign_in(fake)
    first = links[0]
    assert play(BH.auth.revoke(first.facts, application(first), first.grant), first.carry, now=fake.clock.time)
    assert sign_in(fake).facts.user == first.facts.user
    with pytest.raises(e.TokenExpired):
        first.run(BH.identify(first.facts))


@pytest.mark.feature("F101")
@pytest.mark.parametrize("how", ["empty", "400", "404"])
def test_an_unknown_user_name(how: str) -> None:
    """However Bullhorn says it."""
    fake = FAKE(switches={"unknown_user": how})
    with pytest.raises(e.InvalidSettings):
        signed_in(BH, fake, settings={"username": "nobody.here"})


@pytest.mark.parametrize("how", ["body", "status"])
def test_too_many_requests(how: str) -> None:
    """With status 429, or with 200 and the code in the body: a pause, and then it goes on."""
    link = sign_in(FAKE(cast=(), switches={"throttled": how}))
    ping = Request(method="GET", path="/ping")

    def often() -> None:
        for _ in range(1600):
            link.send(ping)

    with pytest.raises(e.RateLimited) as limited:
        often()
    assert limited.value.wait is not None
    link.wait(61)
    link.send(ping)


def test_the_action_of_a_note_may_be_fixed(link: Link) -> None:
    """A setting of the tenant forbids to change it; its text can be changed all the same."""
    contact = make(link, lastName="Fixed")
    ref = link.run(BH.create_activity(link.facts, NoteDraft(contact=contact, key="fix", text="before")))

    def listed() -> RelatedRecord:
        records: tuple[RelatedRecord, ...] = link.run(BH.related(link.facts, contact, RelatedKind.NOTE)).items
        return next(record for record in records if record.ref == ref)

    change = ActivityChange(ref=ref, kind=RelatedKind.NOTE, text="after")
    link.run(BH.update_activity(link.facts, change))
    assert (listed().title, listed().text) == ("after", "after")
    action = ActivityChange(ref=ref, kind=RelatedKind.NOTE, extra={"action": "Email"})
    try:
        link.run(BH.update_activity(link.facts, action))
    except e.Forbidden:
        return
    assert listed().fields["action"] == "Email"
