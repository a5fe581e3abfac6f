"""Every verb against the fake Microsoft 365, under each reading of each fact that Microsoft leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

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
from customer360.core.effects import Request
from customer360.core.interactions import Direction
from customer360.core.records import Contact, ContactChange, ContactDraft, FieldValue, RecordRef, RelatedKind
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas
from customer360_microsoft365 import Microsoft365Connector
from customer360_testkit.by_hand import ByHand, signed_in
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named

FAKE = fake_named("microsoft365")
READINGS = [pytest.param(("as they are", ""), id="as they are")] + [
    pytest.param((switch.name, reading), id=f"{switch.name}-{reading}", marks=pytest.mark.slow)
    for switch in FAKE.known_switches
    for reading in switch.readings
    if reading != switch.default and switch.name != "cloud"  # it stands for loopback hosts; here are the vendor's own
]
GRAPH = Microsoft365Connector()


class Link(ByHand[Microsoft365Connector]):
    """A signed-in link to the fake."""

    def filters_caught_up(self) -> None:
        """Past the worst lag there is."""
        self.wait(601)


def sign_in(fake: FakeCrm, **chosen: str) -> Link:
    """Signed in as the first user, with these settings."""
    personal = {"directory": "consumers"} if fake.switches["account"] == "personal" else {}
    link = signed_in(GRAPH, fake, settings={**personal, **chosen})
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
    """The hardest readings."""
    return sign_in(FAKE())


def make(link: Link, resource: str = "contact", **fields: Any) -> RecordRef:
    ref: RecordRef = link.run(GRAPH.create(link.facts, ContactDraft(resource=resource, fields=fields)))
    return ref


def found(link: Link, query: Any, resource: str = "contact", limit: int = 200) -> set[str]:
    return {hit.ref.id for hit in link.run(GRAPH.search(link.facts, resource, query, limit=limit)).items}


def read(link: Link, ref: RecordRef) -> Contact:
    contact: Contact = link.run(GRAPH.get(link.facts, ref))
    return contact


def delete(link: Link, ref: RecordRef) -> None:
    """Another client deletes a contact; the first try may meet the conflict of a record that is busy."""
    request = Request(
        method="DELETE", path=f"/me/contacts/{quote(ref.id, safe='')}", headers=(("Prefer", 'IdType="ImmutableId"'),)
    )
    try:
        link.send(request)
    except e.Conflict:
        link.send(request)


# Metadata -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F115")
def test_resources_and_identity(link: Link) -> None:
    """The address book with its folders; each holds contacts, and every one is private."""
    resources = link.run(GRAPH.list_resources(link.facts))
    names = [resource.name for resource in resources]
    assert names[0] == "contact"
    assert {"personalNotes", "todoTask", "call", "event"} <= set(names)
    folders = [resource for resource in resources if resource.name.startswith("contactFolder/")]
    assert folders
    assert all(resource.private for resource in resources)
    assert {"todo_list", "contact_folder"} <= set(link.facts.extra)
    for resource in resources:
        assert link.run(GRAPH.describe(link.facts, resource.name)).fields


def test_a_further_folder_is_an_address_book_of_its_own(link: Link) -> None:
    """What is created there is found, read, changed and noted there, and not in the default folder."""
    resource = next(r.name for r in link.run(GRAPH.list_resources(link.facts)) if r.name.startswith("contactFolder/"))
    ref = make(link, resource, displayName="Folder Person")
    assert ref.id in found(link, NameHas("Folder P"), resource)
    assert ref.id not in found(link, NameHas("Folder P"))
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields={"jobTitle": "CFO"})))
    assert read(link, ref).fields["jobTitle"] == "CFO"
    note = link.run(GRAPH.create_activity(link.facts, NoteDraft(contact=ref, key="folder", text="Hello")))
    listed = link.run(GRAPH.related(link.facts, ref, RelatedKind.NOTE)).items
    assert [each.ref for each in listed] == [note]
    changed, _, _ = link.everything(resource)
    assert ref.id in changed


# Contacts -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F012")
@pytest.mark.feature("F013")
def test_create_read_change(link: Link) -> None:
    """Written, read back, changed in part, a field cleared, a lost update refused."""
    fields: dict[str, Any] = {
        "givenName": "Zoë",
        "surname": "O'Néill",
        "companyName": "Acme & Sons",
        "businessPhones": ("+49 30 1", "+49 30 2"),
        "mobilePhone": "+49 171 1",
        "emailAddresses": ("zoe@example.com", "z@example.org"),
        "businessAddress": {"city": "Berlin", "countryOrRegion": "Germany"},
    }
    ref = make(link, **fields)
    before = link.requests
    contact = read(link, ref)
    assert link.requests - before == 1
    for name in fields:
        if name != "businessAddress":
            assert contact.fields[name] == fields[name]
    assert (contact.region, contact.company, contact.partial) == ("DE", "Acme & Sons", False)
    assert [phone.text for phone in contact.phones] == ["+49 30 1", "+49 171 1"] or len(contact.phones) == 3
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields={"mobilePhone": None}, version=contact.version)))
    with pytest.raises(e.Conflict):
        link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields={"surname": "x"}, version=contact.version)))
    changes: dict[str, FieldValue] = {
        "businessPhones": "+49 30 9",
        "businessAddress": {"street": "Hauptstr. 1"},
        "homePhones": ("+1 2",),
    }
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields=changes)))
    changed = read(link, ref)
    assert changed.fields["businessPhones"] == ("+49 30 9", "+49 30 2")
    address = changed.fields["businessAddress"]
    assert isinstance(address, dict)
    assert (address["city"], address["street"]) == ("Berlin", "Hauptstr. 1")
    assert not changed.fields["mobilePhone"]
    assert changed.fields["surname"] == "O'Néill"
    cleared: dict[str, FieldValue] = {"businessPhones": None, "emailAddresses": None, "businessAddress": None}
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields=cleared)))
    emptied = read(link, ref)
    assert (emptied.fields["businessPhones"], emptied.emails, emptied.region) == ((), (), None)


def test_a_fresh_contact_can_be_changed_at_once(link: Link) -> None:
    """The conflict that Exchange reports for a busy record is tried once more."""
    ref = make(link, displayName="Fresh")
    link.run(GRAPH.update(link.facts, ContactChange(ref=ref, fields={"jobTitle": "CEO"})))
    assert read(link, ref).fields["jobTitle"] == "CEO"


@pytest.mark.feature("F012")
def test_refused_values_name_their_field(link: Link) -> None:
    """An unknown field."""
    with pytest.raises(e.ValidationFailed) as refused:
        make(link, displayName="x", noSuchField="1")
    assert "noSuchField" in [problem.field for problem in refused.value.problems]


@pytest.mark.feature("F011")
def test_a_record_that_is_not_there(link: Link) -> None:
    """Read or changed, a deleted one or nonsense: it is not found."""
    ref = make(link, displayName="Doomed")
    delete(link, ref)
    for nowhere in (ref, RecordRef("microsoft365", "contact", "nonsense"), RecordRef("microsoft365", "contact", "..")):
        with pytest.raises(e.NotFound):
            read(link, nowhere)
        with pytest.raises(e.NotFound):
            link.run(GRAPH.update(link.facts, ContactChange(ref=nowhere, fields={"jobTitle": None})))


@pytest.mark.feature("F009")
@pytest.mark.perf("P15")
def test_an_email_whatever_its_case(link: Link) -> None:
    """Any spelling of the address, no near one, in one request."""
    ref = make(link, displayName="Mail", emailAddresses=("other@example.org", "Mixed.Case+tag@Example.org"))
    near = make(link, displayName="Mail", emailAddresses=("aMixed.Case+tag@example.org",))
    before = link.requests
    hits = found(link, EmailIs("mixed.case+TAG@example.org"))
    assert link.requests - before == 1
    assert ref.id in hits
    assert near.id not in hits
    assert found(link, FieldIs("emailAddresses", "MIXED.case+tag@example.org")) == {ref.id}


@pytest.mark.feature("F008")
@pytest.mark.perf("P15")
def test_names(link: Link) -> None:
    """By the beginning of any name, in one request; each contact once."""
    ref = make(link, givenName="Anne-Marie (Ann)", surname="Vander, Beek", displayName="Ms Vander")
    for text in ("Vander", "Anne-Marie", "Anne-Marie (Ann)", "Ms V"):
        before = link.requests
        page = link.run(GRAPH.search(link.facts, "contact", NameHas(text), limit=200))
        assert link.requests - before == 1
        assert [hit.ref.id for hit in page.items].count(ref.id) == 1, text
    assert found(link, NameHas("nobody-at-all")) == set()
    assert not link.run(GRAPH.search(link.facts, "contact", NameHas("Ms V"))).items[0].partial


def test_what_outlook_cannot_be_asked(link: Link) -> None:
    """Phones, free text and other fields are refused before any request."""
    before = link.requests
    for query in (PhoneIs("+4930", "30"), TextHas("x"), FieldIs("mobilePhone", "1"), FieldIs("displayName", "")):
        with pytest.raises(e.Unsupported):
            found(link, query)
    assert link.requests == before


AWKWARD = (
    "O'Brien", "o'brien", "O''Brien", "100%", "100", "a_b", "a-b", "a b", "a\\b", "a\\\\b", "\\a", "a\\", "(x)", "x",
    "' or displayName ne '", "') or startswith(displayName,'", "Müller", "Mu\u0308ller", "Muller", "MÜLLER",
    "null", "NULL", "*", "?", '"quoted"', "quoted", "a&b=c", "a+b", "a%2Bb", "#", "日本", "😀", "a  b", "%",
    "x)", "and", "_", "'", "''", " lead", "trail ", "lead", "trail",
    "ß", "ss", "İ", "i", "select", "1", "1.0", "true", "a/b", "a;b", "[a]", "{a}", "^a", "!", "@", "a,b",
)  # fmt: skip


@pytest.fixture(scope="module")
def awkward(shared: Link) -> set[str]:
    """Contacts with awkward names, twice each."""
    for text in AWKWARD * 2:
        make(shared, displayName=text, givenName=text, surname=text, companyName=text)
    return set(AWKWARD)


@pytest.mark.parametrize("field", ["displayName", "givenName", "surname", "companyName"])
def test_a_field_is_compared_by_code_points(link: Link, awkward: set[str], field: str) -> None:
    """For every text: exactly the contacts whose value it is, or a refusal before any request."""
    held = held_by(link, field)
    for text in awkward:
        expected = held.get(text, set())
        assert len(expected) >= 2 or text != text.strip()
        before = link.requests
        assert found(link, FieldIs(field, text)) == expected, text
        assert link.requests > before


def held_by(link: Link, field: str) -> dict[str, set[str]]:
    """The contacts of the default folder by a field's value, as the delta tells them."""
    changed, _, _ = link.everything("contact")
    held: dict[str, set[str]] = {}
    for contact in changed.values():
        value = contact.fields.get(field)
        if isinstance(value, str):
            held.setdefault(value, set()).add(contact.ref.id)
    return held


@given(st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:", max_size=8))
@settings(max_examples=100)
def test_any_text_at_all(plain: Link, text: str) -> None:
    """A contact that bears it is found by it; what cannot be expressed is refused before any request."""
    before = plain.requests
    try:
        hits = found(plain, FieldIs("displayName", text))
    except e.Unsupported:
        assert plain.requests == before
    else:
        ref = make(plain, displayName=text)
        stored = read(plain, ref).fields["displayName"]
        assert found(plain, FieldIs("displayName", text)) == (hits | {ref.id} if stored == text else hits)


@pytest.mark.parametrize("query", [NameHas, EmailIs])
@given(text=st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:-@", max_size=8))
@settings(max_examples=60)
def test_any_text_is_a_valid_search(plain: Link, query: Any, text: str) -> None:
    """Whatever is asked, Graph reads it as a value: it never answers that the query is wrong."""
    before = plain.requests
    try:
        found(plain, query(text))
    except e.Unsupported:
        assert plain.requests == before


def test_a_created_contact_is_found_by_its_key(link: Link) -> None:
    """Once the filter has caught up; a key that differs in case is another."""
    draft = ContactDraft(resource="contact", fields={"displayName": "Keyed"}, key="Key-1")
    ref = link.run(GRAPH.create(link.facts, draft))
    other = link.run(GRAPH.create(link.facts, attrs.evolve(draft, key="KEY-1")))
    link.filters_caught_up()
    since = link.fake.clock.now()
    assert link.run(GRAPH.find_created(link.facts, draft, since=since)) == ref
    assert link.run(GRAPH.find_created(link.facts, attrs.evolve(draft, key="KEY-1"), since=since)) == other
    assert link.run(GRAPH.find_created(link.facts, attrs.evolve(draft, key="key-2"), since=since)) is None


# Activities ---------------------------------------------------------------------------------------------------------


def drafts(contact: RecordRef, now: datetime, key: str) -> list[ActivityDraft]:
    return [
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


@pytest.mark.feature("F050")
@pytest.mark.promise("R2")
@pytest.mark.perf("P15")
def test_every_kind_is_written_once_listed_and_found_again(link: Link) -> None:
    """A repeat of what is native makes no second; each kind is listed in one request."""
    contact = make(link, displayName="Acts")
    now = link.fake.clock.now()
    for draft in drafts(contact, now, "k-"):
        assert link.run(GRAPH.find_created(link.facts, draft, since=now)) is None
        ref = link.run(GRAPH.create_activity(link.facts, draft))
        if draft.kind is not RelatedKind.TASK:
            assert link.run(GRAPH.create_activity(link.facts, draft)) == ref
        link.filters_caught_up()
        assert link.run(GRAPH.find_created(link.facts, draft, since=now)) == ref
        before = link.requests
        listed = link.run(GRAPH.related(link.facts, contact, draft.kind))
        assert link.requests - before == 1
        assert [record.ref for record in listed.items] == [ref]
        assert (listed.items[0].title or draft.subject) == draft.subject
        assert draft.text.splitlines()[-1:] == [] or draft.text.splitlines()[-1] in listed.items[0].text
        assert listed.items[0].at is not None


def test_notes_are_appended_to_what_is_there(link: Link) -> None:
    """Nothing of the old text is lost; newest last; a new text replaces all."""
    contact = make(link, displayName="Noted", personalNotes="Likes tea")
    for number in range(3):
        link.run(GRAPH.create_activity(link.facts, NoteDraft(contact=contact, key=f"n{number}", text=f"Call {number}")))
    (note,) = link.run(GRAPH.related(link.facts, contact, RelatedKind.NOTE)).items
    assert note.text.startswith("Likes tea")
    assert note.text.index("Call 0") < note.text.index("Call 1") < note.text.index("Call 2")
    link.run(GRAPH.update_activity(link.facts, ActivityChange(ref=note.ref, kind=RelatedKind.NOTE, text="New")))
    assert read(link, contact).fields["personalNotes"] == "New"


@pytest.mark.parametrize("direction", [Direction.INBOUND, Direction.OUTBOUND])
@pytest.mark.parametrize("outcome", list(CallOutcome))
def test_every_call_is_accepted(link: Link, direction: Direction, outcome: CallOutcome) -> None:
    """Free, without reminder or attendee; its outcome is its status."""
    contact = make(link, displayName="Calls")
    draft = CallDraft(
        contact=contact,
        key=f"call-{direction}-{outcome}-{contact.id[-12:]}",
        direction=direction,
        outcome=outcome,
        started_at=link.fake.clock.now() - timedelta(hours=4),
        disposition="Demo",
    )
    ref = link.run(GRAPH.create_activity(link.facts, draft))
    link.filters_caught_up()
    (listed,) = link.run(GRAPH.related(link.facts, contact, RelatedKind.CALL)).items
    assert (listed.ref, listed.status, listed.at) == (ref, outcome.value, draft.started_at)
    assert (listed.fields["showAs"], listed.fields["isReminderOn"]) == ("free", False)
    assert listed.fields["attendees"] == ()
    assert link.run(GRAPH.related(link.facts, contact, RelatedKind.EVENT)).items == ()


@pytest.mark.feature("F040")
def test_newest_first_page_by_page(link: Link) -> None:
    """Each record once, in order, whatever the page size."""
    contact = make(link, displayName="Pages")
    made: dict[RelatedKind, list[RecordRef]] = {}
    for number in range(5):
        link.wait(60)
        for draft in drafts(contact, link.fake.clock.now(), f"page-{number}-"):
            made.setdefault(draft.kind, []).insert(0, link.run(GRAPH.create_activity(link.facts, draft)))
    link.filters_caught_up()
    del made[RelatedKind.NOTE]
    for kind, refs in made.items():
        listed: list[RecordRef] = []
        cursor = None
        for _ in range(9):
            page = link.run(GRAPH.related(link.facts, contact, kind, limit=2, cursor=cursor))
            listed += [record.ref for record in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert listed == refs, kind


@pytest.mark.feature("F055")
@pytest.mark.feature("F057")
def test_filtered_listing(link: Link) -> None:
    """By contact, by status, by date; a change shows at once."""
    contact = make(link, displayName="Filters")
    refs = [
        link.run(
            GRAPH.create_activity(link.facts, TaskDraft(contact=contact, key=f"f{n}", due_on=date(2030, 1, n + 1)))
        )
        for n in range(3)
    ]
    link.run(
        GRAPH.update_activity(
            link.facts,
            ActivityChange(ref=refs[0], kind=RelatedKind.TASK, subject="Done it", status=TaskStatus.DONE, text="done"),
        )
    )

    def listed(*conditions: Condition) -> list[RecordRef]:
        asked = ActivityFilter(resource="todoTask", contact=contact, conditions=conditions, sort=("dueDateTime", False))
        return [record.ref for record in link.run(GRAPH.activities(link.facts, asked)).items]

    assert listed() == refs
    assert listed(Condition("status", Operator.EQUALS, ("completed",))) == refs[:1]
    assert listed(Condition("title", Operator.EQUALS, ("Done it",))) == refs[:1]
    assert listed(Condition("status", Operator.NOT_EQUALS, ("completed",))) == refs[1:]
    assert listed(Condition("dueDateTime", Operator.BETWEEN, (date(2030, 1, 2), date(2030, 1, 3)))) == refs[1:]
    assert listed(Condition("dueDateTime", Operator.GREATER, (date(2030, 1, 2),))) == refs[2:]
    assert listed(Condition("dueDateTime", Operator.IS_EMPTY)) == []
    assert listed(Condition("importance", Operator.IN, ("high", "normal"))) == refs
    everything = link.run(GRAPH.activities(link.facts, ActivityFilter(resource="todoTask", limit=200)))
    assert set(refs) <= {record.ref for record in everything.items}


@pytest.mark.feature("F044")
@pytest.mark.feature("F045")
def test_linking_and_unlinking(link: Link) -> None:
    """A record gains a contact, or moves to it, and goes away from it; one of somebody else is left alone."""
    first, second = make(link, displayName="First"), make(link, displayName="Second")
    _, task, call, event = drafts(first, link.fake.clock.now(), f"link-{first.id[-8:]}-")
    for draft in (task, call, event):
        ref = link.run(GRAPH.create_activity(link.facts, draft))
        link.run(GRAPH.link(link.facts, second, ref))
        link.run(GRAPH.link(link.facts, second, ref))
        link.filters_caught_up()

        def of(contact: RecordRef, kind: RelatedKind = draft.kind) -> list[RecordRef]:
            return [each.ref for each in link.run(GRAPH.related(link.facts, contact, kind)).items]

        assert of(second) == [ref]
        assert of(first) == ([ref] if draft is task else [])
        link.run(GRAPH.unlink(link.facts, first, ref))
        link.filters_caught_up()
        assert (of(first), of(second)) == ([], [ref])
        link.run(GRAPH.unlink(link.facts, second, ref))
        link.filters_caught_up()
        assert of(second) == []


@pytest.fixture(scope="module", params=["absent", "present"])
def with_calendar(request: pytest.FixtureRequest) -> Link:
    """A user who has a calendar for calls, under both readings of what a repeat is answered."""
    link = sign_in(FAKE(switches={"existing_event_id": request.param}))
    link.send(Request(method="POST", path="/me/calendars", json={"name": "Customer calls", "color": "lightBlue"}))
    identity = link.run(GRAPH.identify(link.facts))
    assert "call_calendar" in identity.extra
    link.facts = attrs.evolve(link.facts, extra=identity.extra)
    return link


def test_calls_have_a_calendar_of_their_own(with_calendar: Link) -> None:
    """Written there once, and listed; the default calendar stays free of them."""
    link, contact = with_calendar, make(with_calendar, displayName="Own calendar")
    _, _, call, event = drafts(contact, link.fake.clock.now(), "own-")
    refs = [link.run(GRAPH.create_activity(link.facts, each)) for each in (call, event, call, event)]
    assert refs[:2] == refs[2:]
    link.filters_caught_up()
    for kind, ref in ((RelatedKind.CALL, refs[0]), (RelatedKind.EVENT, refs[1])):
        assert [each.ref for each in link.run(GRAPH.related(link.facts, contact, kind)).items] == [ref]
    change = ActivityChange(ref=refs[0], kind=RelatedKind.CALL, subject="Changed", text="New")
    link.run(GRAPH.update_activity(link.facts, change))
    (listed,) = link.run(GRAPH.related(link.facts, contact, RelatedKind.CALL)).items
    assert (listed.title, listed.text) == ("Changed", "New")
    assert listed.url is not None
    plain = attrs.evolve(link.facts, extra={**link.facts.extra, "call_calendar": ""})
    assert link.run(GRAPH.related(plain, contact, RelatedKind.CALL)).items == ()


def test_a_calendar_for_calls_that_was_deleted(with_calendar: Link) -> None:
    """Calls go to the default calendar, and are listed from there; none is lost."""
    contact = make(with_calendar, displayName="Lost calendar")
    own = with_calendar.facts.extra["call_calendar"]
    gone = attrs.evolve(
        with_calendar.facts, extra={**with_calendar.facts.extra, "call_calendar": own[:-9] + "AAAAAAAA="}
    )
    call = drafts(contact, with_calendar.fake.clock.now(), "gone-")[2]
    ref = with_calendar.run(GRAPH.create_activity(gone, call))
    with_calendar.filters_caught_up()
    assert [each.ref for each in with_calendar.run(GRAPH.related(gone, contact, RelatedKind.CALL)).items] == [ref]


@pytest.mark.parametrize(("reading", "round_trips"), [("refused", 3), ("accepted", 1)])
def test_many_tasks(reading: str, round_trips: int) -> None:
    """However long the list, the contact's tasks are found; in one round trip where the vendor filters."""
    link = sign_in(FAKE(switches={"task_link_filter": reading}))
    contact, other = make(link, displayName="Busy"), make(link, displayName="Other")
    owners = [contact if number in (0, 130, 249) else other for number in range(250)]
    refs = [
        link.run(GRAPH.create_activity(link.facts, TaskDraft(contact=owner, key=f"m{number}", subject="x")))
        for number, owner in enumerate(owners)
    ]
    before = link.requests
    listed = link.run(GRAPH.related(link.facts, contact, RelatedKind.TASK)).items
    assert link.requests - before == round_trips
    assert {each.ref for each in listed} == {refs[0], refs[130], refs[249]}
    draft = TaskDraft(contact=contact, key="m249", subject="x")
    assert link.run(GRAPH.find_created(link.facts, draft, since=link.fake.clock.now())) == refs[249]


# Delta --------------------------------------------------------------------------------------------------------------


def test_delta(link: Link) -> None:
    """Everything first; then what is new, changed or gone."""
    everything, _, cursor = link.everything("contact")
    assert len(everything) > 200
    new = make(link, displayName="Delta", mobilePhone="+4930555555", emailAddresses=("d@example.org",))
    doomed = make(link, displayName="Doomed")
    changed, _, cursor = link.everything("contact", cursor)
    assert {new.id, doomed.id} == set(changed)
    assert [phone.text for phone in changed[new.id].phones] == ["+4930555555"]
    assert [email.address for email in changed[new.id].emails] == ["d@example.org"]
    delete(link, doomed)
    changed, gone, cursor = link.everything("contact", cursor)
    assert (gone, changed) == ({doomed.id}, {})
    assert link.everything("contact", cursor)[:2] == ({}, set())


# Other clouds, permissions, errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize("cloud", ["us_l4", "us_l5", "china"])
def test_other_clouds(cloud: str) -> None:
    """The same verbs on their own hosts; what China lacks is declared and refused before any request."""
    shared_host = {"us_l4": "usgov_l4", "us_l5": "usgov_l5"}.get(cloud, "global")  # two clouds, one sign-in host
    link = sign_in(FAKE(switches={"cloud": shared_host}), cloud=cloud)
    contact = make(link, displayName="Abroad")
    assert contact.id in found(link, FieldIs("displayName", "Abroad"))
    draft = TaskDraft(contact=contact, key="t1", subject="Call back")
    assert link.run(GRAPH.create_activity(link.facts, draft)).resource == "todoTask"
    if cloud != "china":
        assert len(link.run(GRAPH.related(link.facts, contact, RelatedKind.TASK)).items) == 1
        assert contact.id in link.everything("contact")[0]
        return
    before = link.requests
    for op in (
        GRAPH.related(link.facts, contact, RelatedKind.TASK),
        GRAPH.changes(link.facts, "contact"),
        GRAPH.find_created(link.facts, draft, since=link.fake.clock.now()),
        GRAPH.link(link.facts, contact, RecordRef("microsoft365", "todoTask", "x")),
    ):
        with pytest.raises(e.Unsupported):
            link.run(op)
    assert link.requests == before


def test_people_where_they_may_be_read() -> None:
    """Asked for by a setting; searched by name and address."""
    fake = FAKE()
    link = sign_in(fake, people="yes", mailbox_settings="yes")
    assert "person" in [resource.name for resource in link.run(GRAPH.list_resources(link.facts))]
    member = next(each for each in fake.cast if each.family and each.emails)
    link.wait(60)
    page = link.run(GRAPH.search(link.facts, "person", NameHas(member.family)))
    assert all(hit.ref.resource == "person" for hit in page.items)
    assert page.items
    hits = link.run(GRAPH.search(link.facts, "person", EmailIs(member.emails[0]))).items
    assert hits
    assert all(member.emails[0].casefold() in [m.address.casefold() for m in hit.emails] for hit in hits)


def test_an_expired_token() -> None:
    """It asks for a refresh."""
    link = sign_in(FAKE())
    link.fake.clock.advance(100_000)  # type: ignore[attr-defined]
    with pytest.raises(e.TokenExpired):
        link.run(GRAPH.identify(link.facts))


@pytest.mark.feature("F095")
def test_a_permission_that_was_not_granted(plain: Link) -> None:
    """Is declared with its name; where the vendor finds it missing, the error names it."""
    scopes = frozenset({"User.Read", "Contacts.ReadWrite"})
    facts = attrs.evolve(plain.facts, scopes=scopes)
    token = plain.fake.oauth.issue(plain.user, scopes).access_token
    grant = attrs.evolve(plain.grant, access_token=token, scopes=scopes)
    poor = Link(plain.connector, plain.fake, facts, grant, plain.user)
    with pytest.raises(e.Unsupported, match=r"Tasks\.ReadWrite"):
        poor.run(GRAPH.related(facts, RecordRef("microsoft365", "contact", "x"), RelatedKind.TASK))
    assert poor.requests == 0
    with pytest.raises(e.MissingScope) as missing:
        poor.send(Request(method="GET", path="/me/todo/lists"))
    assert missing.value.scope == "Tasks.ReadWrite"
    assert poor.run(GRAPH.identify(facts)).user.id == plain.facts.user
