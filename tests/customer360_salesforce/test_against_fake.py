"""Every verb against the fake Salesforce, under each reading of each fact that its documentation leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

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
from customer360_salesforce import SalesforceConnector
from customer360_testkit.by_hand import ByHand, signed_in
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named

FAKE = fake_named("salesforce")
READINGS = readings(FAKE)
SF = SalesforceConnector()


class Link(ByHand[SalesforceConnector]):
    """A signed-in link to the fake."""

    def index_caught_up(self) -> None:
        """Past the worst lag there is."""
        self.wait(1000)


def sign_in(fake: FakeCrm) -> Link:
    """Signed in as the administrator."""
    link = signed_in(SF, fake)
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


def make(link: Link, resource: str = "Contact", **fields: Any) -> RecordRef:
    ref: RecordRef = link.run(SF.create(link.facts, ContactDraft(resource=resource, fields=fields)))
    return ref


def found(link: Link, resource: str, query: Any, limit: int = 200) -> set[str]:
    return {hit.ref.id for hit in link.run(SF.search(link.facts, resource, query, limit=limit)).items}


# Metadata -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F115")
def test_resources_and_fields(link: Link) -> None:
    """Every declared resource is there, and every field that the connector names exists."""
    resources = link.run(SF.list_resources(link.facts))
    names = {resource.name for resource in resources}
    assert {"Contact", "Lead", "Account", "Task", "Event", "Case", "Opportunity"} <= names
    for resource in resources:
        if resource.contact_kind:
            fields = {field.name for field in link.run(SF.describe(link.facts, resource.name)).fields}
            assert set(resource.phones) | set(resource.emails) <= fields
    contacts = link.run(SF.describe(link.facts, "Contact"))
    assert contacts.field("LastName").required
    assert contacts.field("OwnerId").editable
    assert not contacts.field("CreatedDate").editable


# Contacts -----------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F012")
@pytest.mark.parametrize(
    ("resource", "fields"),
    [
        ("Contact", {"FirstName": "Zoë", "LastName": "O'Néill"}),
        ("Lead", {"LastName": "O'Néill", "Company": "Acme"}),
        ("Account", {"Name": "O'Néill & Sons"}),
    ],
)
def test_create_read_change(link: Link, resource: str, fields: dict[str, str]) -> None:
    """A contact of each kind: written, read back, changed in part, a field cleared, a lost update refused."""
    ref = make(link, resource, Phone="+49 30 1234567", **fields)
    contact = link.run(SF.get(link.facts, ref))
    assert {name: contact.fields[name] for name in fields} == fields
    assert not contact.partial
    assert contact.url is not None
    link.wait(2)
    link.run(SF.update(link.facts, ContactChange(ref=ref, fields={"Phone": None}, version=contact.version)))
    changed = link.run(SF.get(link.facts, ref))
    assert changed.phones == ()
    assert {name: changed.fields[name] for name in fields} == fields
    with pytest.raises(e.Conflict):
        link.run(SF.update(link.facts, ContactChange(ref=ref, fields={"Phone": "1"}, version=contact.version)))
    link.send(Request(method="DELETE", path=f"/sobjects/{resource}/{ref.id}"))


@pytest.mark.feature("F012")
def test_refused_values_name_their_field(link: Link) -> None:
    """A missing field, a bad address."""
    with pytest.raises(e.ValidationFailed) as missing:
        make(link, "Contact", FirstName="Ada")
    assert [problem.field for problem in missing.value.problems] == ["LastName"]
    with pytest.raises(e.ValidationFailed) as bad:
        make(link, "Contact", LastName="Ada", Email="no address")
    assert [problem.field for problem in bad.value.problems] == ["Email"]


@pytest.mark.feature("F011")
def test_a_record_that_is_not_there(link: Link) -> None:
    """Read or changed, it is not found."""
    nowhere = RecordRef("salesforce", "Contact", "0035e0000099999AAA")
    with pytest.raises((e.NotFound, e.Gone)):
        link.run(SF.get(link.facts, nowhere))
    with pytest.raises((e.NotFound, e.Gone)):
        link.run(SF.update(link.facts, ContactChange(ref=nowhere, fields={"Phone": None})))


@pytest.mark.feature("F010")
def test_every_number_of_the_cast_is_found(link: Link) -> None:
    """However it was typed, in one request for each object (D1)."""
    objects = {"person": ["Contact"], "lead": ["Lead"], "company": ["Account"]}
    if link.fake.switches["person_accounts"] == "on":
        objects["person"].append("Account")
    link.index_caught_up()
    for member in link.fake.cast[:60]:
        for phone in member.phones:
            number = read(phone.e164, ()) if phone.e164 else None
            if number is None:
                continue
            query, names = PhoneIs(number.e164, number.national, number.region), set[Any]()
            for name in objects[member.kind]:
                before = link.requests
                page = link.run(SF.search(link.facts, name, query, limit=100))
                assert link.requests - before == 1
                for hit in page.items:
                    if any(compare(number, text.text, (member.country,)) > Grade.NONE for text in hit.phones):
                        names |= {hit.fields.get("LastName"), hit.fields.get("Name")}
            assert (member.company if member.kind == "company" else member.family) in names, phone


@pytest.mark.feature("F010")
def test_a_number_written_a_moment_ago_is_found(link: Link) -> None:
    """The index does not know it yet (X23)."""
    ref = make(link, "Contact", LastName="Fresh", Phone="(030) 98 76-1234")
    assert ref.id in found(link, "Contact", PhoneIs("+493098761234", "3098761234", "DE"))


@pytest.mark.feature("F009")
def test_an_email_whatever_its_case(link: Link) -> None:
    """Any spelling of the address, no near one, at once."""
    ref = make(link, "Contact", LastName="Mailer", Email="Mixed.Case+tag@Example.org")
    near = make(link, "Contact", LastName="Neighbour", Email="aMixed.Case+tag@example.org")
    hits = found(link, "Contact", EmailIs("mixed.case+TAG@example.org"))
    assert ref.id in hits
    assert near.id not in hits
    assert ref.id in found(link, "Contact", FieldIs("Email", "mixed.case+tag@example.org"))
    for each in (ref, near):
        link.send(Request(method="DELETE", path=f"/sobjects/Contact/{each.id}"))


@pytest.mark.feature("F008")
def test_names_and_words(link: Link) -> None:
    """By either name, by both, and by free text."""
    ref = make(link, "Contact", FirstName="Anne-Marie (Ann)", LastName="Vander, Beek")
    link.index_caught_up()
    for text in ("Vander", "Anne-Marie", "Anne-Marie (Ann) Vander, Beek", "vander, b"):
        assert ref.id in found(link, "Contact", NameHas(text)), text
    assert ref.id in found(link, "Contact", TextHas("Vander"))
    assert found(link, "Contact", NameHas("nobody-at-all")) == set()


AWKWARD = (
    "O'Brien", "o'brien", "O''Brien", "100%", "100", "a_b", "a-b", "a b", "a\\b", "a\\\\b", "\\a", "a\\", "(x)", "x",
    "Burns,B (x)", "' or Id != null or LastName = '", "a:equals:b", "Müller", "Mu\u0308ller", "Muller", "MÜLLER",
    "null", "NULL", "${EMPTY}", "*", "?", '"quoted"', "quoted", "a&b=c", "a+b", "a%2Bb", "#", "日本", "😀", "a  b", "%",
    "x)", "and", "_", "'", "''",
    "ß", "ss", "İ", "i", "select", "1", "1.0", "true", "a/b", "a;b", "[a]", "{a}", "^a", "!", "@", "}", "~", "|", ":",
)  # fmt: skip


def unruly(link: Link, text: str, number: int) -> RecordRef:
    """A contact of that name whom no duplicate rule takes for another."""
    return make(link, "Contact", LastName=text, FirstName=f"N{number:05}", Email=f"n{number}@awkward.example")


@pytest.fixture(scope="module")
def awkward(shared: Link) -> dict[str, set[str]]:
    """Records with awkward names, twice each."""
    held: dict[str, set[str]] = {}
    for number, text in enumerate(AWKWARD * 2):
        held.setdefault(text, set()).add(unruly(shared, text, number).id)
    return held


def test_a_field_is_compared_by_code_points(link: Link, awkward: dict[str, set[str]]) -> None:
    """For every text: exactly the records whose value it is."""
    for text, made in awkward.items():
        expected = {
            str(row["Id"])
            for row in link.fake.records("Contact")
            if row["LastName"] == text and not row.get("IsPersonAccount")  # that one counts as its account
        }
        assert made <= expected
        assert found(link, "Contact", FieldIs("LastName", text)) == expected, text


@given(st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:\"{}", max_size=8))
@settings(max_examples=150)
def test_any_text_at_all(plain: Link, text: str) -> None:
    """What is found has exactly that value; what cannot be expressed is refused before any request."""
    before = plain.requests
    expected = {str(row["Id"]) for row in plain.fake.records("Contact") if row.get("LastName") == text}
    try:
        hits = found(plain, "Contact", FieldIs("LastName", text))
    except e.Unsupported:
        assert plain.requests == before
    else:
        assert hits == expected


@pytest.mark.parametrize("query", [NameHas, TextHas, EmailIs])
@given(text=st.text(max_size=12) | st.text(alphabet="a'\\%_() ,:-@\"{}?*&|", max_size=8))
@settings(max_examples=60)
def test_any_text_is_a_valid_search(plain: Link, query: Any, text: str) -> None:
    """Whatever is asked, Salesforce reads it as a value: it never answers that the query is wrong."""
    before = plain.requests
    try:
        found(plain, "Contact", query(text))
    except e.Unsupported:
        assert plain.requests == before


@pytest.mark.feature("F008")
@given(st.text(alphabet="a\\%_'", min_size=1, max_size=6))
@settings(max_examples=60)
def test_a_backslash_in_a_name_is_a_backslash(plain: Link, text: str) -> None:
    """It stands for no other sign, and a search for it does not find everybody."""
    try:
        page = plain.run(SF.search(plain.facts, "Contact", NameHas(f"Back{text}"), limit=200))
    except e.Unsupported:
        return
    assert all(any(each.startswith(f"back{text}") for each in hit.name.casefold().split()) for hit in page.items)


def test_a_name_with_a_backslash_is_found(link: Link) -> None:
    """As it is typed; nothing but backslashes is refused before any request."""
    ref, other = unruly(link, "Quill\\ton", 901), unruly(link, "Quillxton", 902)
    hits = found(link, "Contact", NameHas("quill\\t"))
    assert (ref.id in hits, other.id in hits) == (True, False)
    before = link.requests
    with pytest.raises(e.Unsupported, match="more than a backslash"):
        found(link, "Contact", NameHas("\\"))
    assert link.requests == before


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
        ),
        EventDraft(contact=contact, key=key + "e", subject="Visit", starts_at=now, ends_at=now + timedelta(hours=1)),
    ]
    if contact.resource != "Lead":
        made.append(CaseDraft(contact=contact, key=key + "k", subject="Broken", text="x"))
    return made


@pytest.mark.feature("F050")
@pytest.mark.promise("R2")
@pytest.mark.parametrize("resource", ["Contact", "Lead", "Account"])
def test_every_kind_is_written_listed_and_found_again(link: Link, resource: str) -> None:
    """Of a contact, a lead and a company."""
    fields = {"Account": {"Name": "Acts"}, "Lead": {"LastName": "Acts", "Company": "Acme"}}
    contact = make(link, resource, **fields.get(resource, {"LastName": "Acts"}))
    now = link.fake.clock.now()
    for draft in drafts(contact, now, f"key-{resource}-"):
        assert link.run(SF.find_created(link.facts, draft, since=now)) is None
        ref = link.run(SF.create_activity(link.facts, draft))
        assert link.run(SF.find_created(link.facts, draft, since=now)) == ref
        listed = link.run(SF.related(link.facts, contact, draft.kind))
        assert [record.ref for record in listed.items] == [ref]
        assert listed.items[0].title == draft.subject
        assert listed.items[0].text.endswith(f"ref: {draft.key}")  # of an enhanced note there is a preview on one line


@pytest.mark.feature("F040")
@pytest.mark.promise("R2")
def test_what_is_in_the_archive_is_listed_and_found_again(link: Link) -> None:
    """What was done, or over, more than a year ago; what was deleted is not."""
    contact, now = make(link, "Contact", LastName="Archived"), link.fake.clock.now()
    long_ago = now - timedelta(days=800)
    for draft in (
        TaskDraft(contact=contact, key="old-task", due_on=long_ago.date(), status=TaskStatus.DONE),
        EventDraft(contact=contact, key="old-event", starts_at=long_ago, ends_at=long_ago),
    ):
        ref = link.run(SF.create_activity(link.facts, draft))
        assert link.run(SF.find_created(link.facts, draft, since=now)) == ref
        assert [each.ref for each in link.run(SF.related(link.facts, contact, draft.kind)).items] == [ref]
        link.send(Request(method="DELETE", path=f"/sobjects/{ref.resource}/{ref.id}"))
        assert link.run(SF.find_created(link.facts, draft, since=now)) is None
        assert link.run(SF.related(link.facts, contact, draft.kind)).items == ()


@pytest.mark.parametrize(
    ("direction", "outcome", "length"),
    [
        (direction, outcome, length)
        for direction in (Direction.INBOUND, Direction.OUTBOUND)
        for outcome in CallOutcome
        for length in (timedelta(0), timedelta(milliseconds=10), timedelta(hours=3))
    ],
)
def test_every_call_is_accepted(plain: Link, direction: Direction, outcome: CallOutcome, length: timedelta) -> None:
    """Whatever the call."""
    contact = make(plain, "Contact", LastName="Calls")
    draft = CallDraft(
        contact=contact,
        key="k",
        direction=direction,
        outcome=outcome,
        duration=length,
        started_at=plain.fake.clock.now() - timedelta(hours=4),
        disposition="Demo",
    )
    assert plain.run(SF.create_activity(plain.facts, draft)).resource == "Task"


@pytest.mark.feature("F040")
def test_newest_first_page_by_page(link: Link) -> None:
    """Each record once, in order, whatever the page size."""
    contact = make(link, "Contact", LastName="Pages")
    made: dict[RelatedKind, list[RecordRef]] = {}
    for number in range(5):
        link.wait(60)
        for draft in drafts(contact, link.fake.clock.now(), f"page-{number}-"):
            made.setdefault(draft.kind, []).insert(0, link.run(SF.create_activity(link.facts, draft)))
    for kind, refs in made.items():
        listed = link.all_of(partial(SF.related, link.facts, contact, kind, limit=2))
        assert [record.ref for record in listed] == refs, kind
    assert link.run(SF.related(link.facts, contact, RelatedKind.DEAL)).items == ()


@pytest.mark.feature("F055")
@pytest.mark.feature("F057")
def test_filtered_listing(link: Link) -> None:
    """By contact, by status, by date; a change shows at once."""
    contact = make(link, "Contact", LastName="Filters")
    refs = [
        link.run(SF.create_activity(link.facts, TaskDraft(contact=contact, key=f"f{n}", due_on=date(2030, 1, n + 1))))
        for n in range(3)
    ]
    link.run(
        SF.update_activity(
            link.facts, ActivityChange(ref=refs[0], kind=RelatedKind.TASK, status=TaskStatus.DONE, text="done")
        )
    )

    def listed(*conditions: Condition) -> list[RecordRef]:
        asked = ActivityFilter(resource="Task", contact=contact, conditions=conditions, sort=("ActivityDate", False))
        return [record.ref for record in link.run(SF.activities(link.facts, asked)).items]

    assert listed() == refs
    assert listed(Condition("Status", Operator.EQUALS, ("Completed",))) == refs[:1]
    assert listed(Condition("Status", Operator.NOT_EQUALS, ("Completed",))) == refs[1:]
    assert listed(Condition("ActivityDate", Operator.BETWEEN, (date(2030, 1, 2), date(2030, 1, 3)))) == refs[1:]
    assert listed(Condition("ActivityDate", Operator.GREATER, (date(2030, 1, 2),))) == refs[2:]
    assert listed(Condition("ActivityDate", Operator.IS_EMPTY)) == []
    assert listed(Condition("Priority", Operator.IN, ("High", "Normal"))) == refs


@pytest.mark.feature("F044")
@pytest.mark.feature("F045")
def test_linking_and_unlinking(link: Link) -> None:
    """A record moves to a contact, and away; one of somebody else is left alone."""
    first, second = make(link, "Contact", LastName="Firstly"), make(link, "Contact", LastName="Secondly")
    for kind in (RelatedKind.TASK, RelatedKind.CASE):
        draft = next(each for each in drafts(first, link.fake.clock.now(), "link-") if each.kind is kind)
        ref = link.run(SF.create_activity(link.facts, draft))
        link.run(SF.link(link.facts, second, ref))
        assert [each.ref for each in link.run(SF.related(link.facts, second, kind)).items] == [ref]
        link.run(SF.unlink(link.facts, second, ref))
        assert link.run(SF.related(link.facts, second, kind)).items == ()
        link.run(SF.unlink(link.facts, second, ref))


# Delta --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", ["Contact", "Lead", "Account"])
def test_delta(link: Link, resource: str) -> None:
    """Everything first; then what is new, changed or gone."""
    everything, _, cursor = link.everything(resource)
    live = {
        str(row["Id"])
        for row in link.fake.records(resource)
        if not row.get("IsConverted") and not (resource == "Contact" and row.get("IsPersonAccount"))
    }
    assert set(everything) == live
    link.wait(60)
    shapes: dict[str, dict[str, str]] = {"Account": {}, "Lead": {"Company": "Acme"}, "Contact": {}}
    name = "Name" if resource == "Account" else "LastName"
    new = make(link, resource, **{name: f"Delta{resource}", "Phone": "+4930555555"}, **shapes[resource])
    doomed = make(link, resource, **{name: f"Doomed{resource}"}, **shapes[resource])
    link.wait(60)
    changed, _, cursor = link.everything(resource, cursor)
    assert {new.id, doomed.id} <= set(changed)
    assert [phone.text for phone in changed[new.id].phones] == ["+4930555555"]
    link.wait(60)
    link.send(Request(method="DELETE", path=f"/sobjects/{resource}/{doomed.id}"))
    link.wait(60)
    _, gone, cursor = link.everything(resource, cursor)
    assert doomed.id in gone
    link.wait(3000)
    changed, _, _ = link.everything(resource, cursor)
    assert len(changed) < len(everything) or len(everything) < 5


@pytest.mark.feature("F147")
def test_a_field_that_was_hidden_since_sign_in_is_left_out() -> None:
    """A query that names it is refused: the object is described again, and asked without it."""
    link = sign_in(FAKE())
    ref = make(link, "Contact", LastName="Seen", Fax="+493055555")
    link.fake.hide("Contact", "Fax", link.user)
    link.index_caught_up()
    assert found(link, "Contact", NameHas("Seen")) == {ref.id}
    assert ref.id in link.everything("Contact")[0]
    with pytest.raises(e.ValidationFailed):
        found(link, "Contact", FieldIs("Fax", "+493055555"))


# Errors -------------------------------------------------------------------------------------------------------------


def test_an_expired_token() -> None:
    """It asks for a refresh."""
    link = sign_in(FAKE())
    link.fake.clock.advance(7201)  # type: ignore[attr-defined]
    with pytest.raises(e.TokenExpired):
        link.run(SF.identify(link.facts))
