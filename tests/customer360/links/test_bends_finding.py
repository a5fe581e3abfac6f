"""Records whose ids change, and numbers that are found by how they begin: one promise a bend.

Over HTTP through the client as hosts use it; what each is for is in docs/explanation/contract.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.customer360.links.bent import CRM, Answer, Asked, Bent, Vendor
from tests.customer360.links.test_bends_signing_in import Rotates

from customer360 import Customer360, Interaction, MasterKey, MatchPolicy, WrapUp
from customer360.client import Conversation
from customer360.core.activities import ActivityDraft, NoteDraft
from customer360.core.auth import Application
from customer360.core.capabilities import CAN, Capabilities, Capability, CreateClass, PhoneSearch, Repeat
from customer360.core.connector import Connector
from customer360.core.effects import GET, PATCH, Request
from customer360.core.errors import Conflict, Customer360Error, Forbidden
from customer360.core.linking import LinkFacts
from customer360.core.matching import Found
from customer360.core.metadata import Resource
from customer360.core.phones import Grade, read, spellings
from customer360.core.records import Changes, Contact, ContactKind, Page, Phone, RecordRef, RelatedKind
from customer360.core.search import PhoneIs, Query
from customer360.core.wire import Response
from customer360.outbox.inbox import SendAgain
from customer360.outbox.rows import DeliveryState
from customer360.plugins import Plugins

Open = Callable[[Connector], Customer360]

PEOPLE = Resource(name="people", label="People", contact_kind=ContactKind.CONTACT, phones=("phone",))


@pytest.fixture
def opened(vendor: Vendor) -> Iterator[Open]:
    """A client of one CRM at this vendor, with an agent who has signed in."""
    made: list[Customer360] = []

    def make(connector: Connector) -> Customer360:
        Rotates(vendor)
        client = Customer360(
            store="sqlite://",
            key=MasterKey.in_memory(),
            match=MatchPolicy(regions=("GB",)),
            plugins=Plugins({CRM: connector}, {}),
            endpoints={f"{name}.bent.example": vendor.url for name in ("api", "login")},
        )
        made.append(client)
        client.link(CRM, settings={}, application=Application("us", "s3cret"))
        for agent in ("", "kim"):
            url = client.begin_login(CRM, agent, redirect_uri="http://localhost/back")
            state = url.partition("state=")[2].partition("&")[0]
            client.complete_login(f"http://localhost/back?state={state}&code=c0de")
        return client

    yield make
    for each in made:
        each.close()


def ring(client: Customer360, customer: str = "020 7946 0018", **facts: Any) -> Conversation:
    call = Interaction(id="call-1", customer=customer, started_at=datetime.now(UTC), **facts)
    return client.session(CRM, "kim").begin(call)


# Google: the name of a record changes ---------------------------------------------------------------------------------


class Person:
    """One contact at Google: its source id stays, its resource name does not.

    What the old name leads to is not documented: to the person under the new name (``follows``), or to nothing.
    """

    def __init__(self, vendor: Vendor) -> None:
        self.vendor, self.name, self.former = vendor, "c1", list[str]()
        self.etag, self.notes, self.follows, self.may_write = 1, "", True, True
        vendor.routes["GET /people/me/connections"] = self.connections
        vendor.routes["GET /people:searchContacts"] = lambda asked: (200, {"results": [{"person": self.wire()}]})
        self.renamed("c1")

    def renamed(self, name: str) -> None:
        """A profile was linked to the contact."""
        self.former += [self.name] if self.name != name else []
        self.name = name
        for each in (name, *self.former):
            self.vendor.routes[f"GET /people/{each}"] = self.get
            self.vendor.routes[f"PATCH /people/{each}"] = self.update

    def wire(self, **metadata: object) -> dict[str, Any]:
        source = {"type": "CONTACT", "id": "6b1c", "etag": f"#{self.etag}"}
        return {
            "resourceName": f"people/{self.name}",
            "etag": f"%{self.etag}",
            "metadata": {"sources": [source], **metadata},
            "phoneNumbers": [{"value": "020 7946 0018", "canonicalForm": "+442079460018"}],
            "biographies": [{"value": self.notes}] if self.notes else [],
        }

    def get(self, asked: Asked) -> Answer:
        there = self.follows or asked.path == f"/people/{self.name}"
        return (200, self.wire()) if there else (404, {})

    def update(self, asked: Asked) -> Answer:
        if not self.may_write or asked.path != f"/people/{self.name}":
            return (404 if self.may_write else 403), {}
        if asked.form["etag"] != f"%{self.etag}":
            return 400, {}
        self.etag, self.notes = self.etag + 1, asked.form["biographies"][0]["value"]
        return 200, self.wire()

    def connections(self, asked: Asked) -> Answer:
        """The former names are told to whoever asks with a token only."""
        told = (
            {"previousResourceNames": [f"people/{each}" for each in self.former]} if "syncToken" in asked.query else {}
        )
        return 200, {"connections": [self.wire(**told)], "nextSyncToken": str(self.etag)}


class Renames(Bent):
    """As Google: an id is name and source id, and whoever is asked for by an old name answers under the new."""

    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return (PEOPLE,)

    def capabilities(self, facts: LinkFacts) -> Capabilities:
        can = (Capability.SEARCH_PHONE, Capability.CREATE_NOTE, Capability.DELTA)
        return Capabilities(dict.fromkeys(can, CAN))

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return PhoneSearch.PREFIX

    def creates(self, facts: LinkFacts) -> dict[Any, CreateClass]:
        return {RelatedKind.NOTE: CreateClass(repeat=Repeat.NATIVE, reason="written only over what was read")}

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        match response.status:
            case 400:
                return Conflict("somebody else changed it")
            case 403:
                return Forbidden("contacts are read-only", status=403)
        return super().error(facts, request, response)

    def contact(self, person: dict[str, Any]) -> Contact:
        phones = tuple(Phone("phone", each["value"]) for each in person["phoneNumbers"])
        return Contact(ref=_ref(person, person["resourceName"]), phones=phones, version=person["etag"])

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        return self.contact((await GET(f"/people/{_name(ref)}")).json())

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        results = (await GET("/people:searchContacts", {"query": "020"})).json()["results"]
        return Page(tuple(self.contact(each["person"]) for each in results))

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        answer = (await GET("/people/me/connections", {"syncToken": cursor} if cursor else {})).json()
        people = answer["connections"]
        gone = [_ref(each, name) for each in people for name in each["metadata"].get("previousResourceNames", ())]
        return Changes(
            changed=tuple(map(self.contact, people)), gone=tuple(gone), cursor=answer["nextSyncToken"], more=False
        )

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        person = (await GET(f"/people/{_name(draft.contact)}")).json()
        before = "".join(each["value"] for each in person["biographies"])
        if draft.key not in before:
            notes = [{"value": f"{before}{draft.text}\nref: {draft.key}\n"}]
            await PATCH(f"/{person['resourceName']}", {"etag": person["etag"], "biographies": notes})
        return RecordRef(CRM, "notes", draft.key)


def _ref(person: dict[str, Any], name: str) -> RecordRef:
    (source,) = person["metadata"]["sources"]
    return RecordRef(CRM, "people", f"{name.removeprefix('people/')}~{source['id']}")


def _name(ref: RecordRef) -> str:
    return ref.id.partition("~")[0]


@pytest.fixture
def person(vendor: Vendor) -> Person:
    """Somebody in an agent's contacts at Google."""
    return Person(vendor)


@pytest.mark.feature("D6")
def test_a_renamed_record_is_found_and_opened_by_the_name_that_it_had(opened: Open, person: Person) -> None:
    """Google: the index holds the old name; asked for it, the CRM answers under the new, which is open from then on."""
    client = opened(Renames())
    assert client.sync_index(CRM, "kim").complete
    person.renamed("c2")
    panel = ring(client).panel
    assert panel.match is not None
    assert panel.match.found is Found.ONE
    assert panel.contact is not None
    assert panel.contact.ref.id == "c2~6b1c"
    assert person.vendor.paths().count("/people:searchContacts") == 0


@pytest.mark.feature("F030")
@pytest.mark.feature("F036")
def test_routing_may_name_it_as_it_was_and_the_interaction_ends_with_it_as_it_is(opened: Open, person: Person) -> None:
    """Google: popped by its old name; what is written goes to the new one."""
    client = opened(Renames())
    person.renamed("c2")
    conversation = ring(client, pop=RecordRef(CRM, "people", "c1~6b1c"))
    assert conversation.panel.contact is not None
    assert conversation.panel.contact.ref.id == "c2~6b1c"
    assert conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC), notes="called back")).pending == 0
    written = [each for each in person.vendor.asked if each.method == "PATCH"]
    assert [each.path for each in written] == ["/people/c2"]
    assert "called back" in person.notes


@pytest.mark.feature("D6")
def test_the_index_follows_when_it_is_told(opened: Open, person: Person) -> None:
    """Google: the old names that a change tells are gone; one record is left, and asked for by its new name only."""
    client = opened(Renames())
    assert client.sync_index(CRM, "kim").complete
    person.renamed("c2")
    person.renamed("c3")
    (report,) = client.sync_index(CRM, "kim").resources
    assert (report.changed, report.gone) == (1, 2)
    person.vendor.asked.clear()
    match = ring(client).panel.match
    assert match is not None
    assert [each.contact.ref.id for each in match.matches] == ["c3~6b1c"]
    assert set(person.vendor.paths()) == {"/people/c3"}


@pytest.mark.feature("D6")
def test_where_the_old_name_leads_to_nothing_the_search_finds_the_new(opened: Open, person: Person) -> None:
    """Google: what the index knows counts as gone, which is a miss and no answer."""
    client = opened(Renames())
    assert client.sync_index(CRM, "kim").complete
    person.renamed("c2")
    person.follows = False
    match = ring(client).panel.match
    assert match is not None
    assert (match.found, match.best is not None and match.best.contact.ref.id) == (Found.ONE, "c2~6b1c")


@pytest.mark.promise("R2")
@pytest.mark.feature("D6")
def test_what_was_promised_to_the_old_name_is_written_to_the_new_once(opened: Open, person: Person) -> None:
    """Google: refused, renamed while somebody sees to it, sent again: it stands under the new name, one time."""
    client = opened(Renames())
    conversation = ring(client)
    contact = conversation.panel.contact
    assert contact is not None
    person.may_write = False
    note = NoteDraft(contact=contact.ref, text="wants a quote")
    (refused,) = conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC)), (note,)).activities
    assert refused.state is DeliveryState.REFUSED
    person.may_write = True
    person.renamed("c2")
    client.resolve(refused.key, SendAgain())
    assert client.deliver().count(DeliveryState.DONE) == 1
    assert person.notes == f"wants a quote\nref: {refused.key}\n"


# JobDiva: numbers by their beginnings ---------------------------------------------------------------------------------


class Beginnings(Renames):
    """As JobDiva: what is asked is compared with the digits of a stored number from the first one on."""

    def contact(self, person: dict[str, Any]) -> Contact:
        return Contact(
            ref=RecordRef(CRM, "people", person["id"]),
            phones=(Phone("phone", person["phone"]),),
            region=person.get("country"),
        )

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        return self.contact((await GET(f"/people/{ref.id}")).json())

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        assert isinstance(query, PhoneIs)
        number = read(query.e164)
        assert number is not None
        found: dict[RecordRef, Contact] = {}
        for digits in dict.fromkeys(_digits(each) for each in spellings(number)):
            for row in (await GET("/people", {"phone": digits})).json():
                contact = self.contact(row)
                found[contact.ref] = contact
        return Page(tuple(found.values()))


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdecimal())


def stored(vendor: Vendor, *phones: str, country: str | None = None) -> None:
    """One record for each of these numbers, each of this country; their ids are numbers too."""
    rows = [{"id": str(at), "phone": phone, "country": country} for at, phone in enumerate(phones)]
    vendor.routes["GET /people"] = lambda asked: (
        200,
        [row for row in rows if _digits(str(row["phone"])).startswith(asked.query["phone"])],
    )
    for row in rows:
        vendor.routes[f"GET /people/{row['id']}"] = (200, row)


@pytest.mark.feature("D1")
@pytest.mark.feature("F010")
@pytest.mark.parametrize(
    "spelt",
    ["+44 20 7946 0018", "442079460018", "(020) 7946 0018", "020-7946-0018", "2079460018", "+44 (20) 79460018 x 12"],
)
def test_three_questions_find_a_number_however_it_is_stored(opened: Open, vendor: Vendor, spelt: str) -> None:
    """JobDiva: with its country code, with what is dialled before it within the country, and with neither."""
    stored(vendor, "+44 20 7946 0999", spelt)
    match = ring(opened(Beginnings())).panel.match
    assert match is not None
    assert [each.contact.ref.id for each in match.matches] == ["1"]
    asked = [each.query["phone"] for each in vendor.asked if each.path == "/people"]
    assert sorted(asked) == ["02079460018", "2079460018", "442079460018"]


@pytest.mark.feature("F025")
@pytest.mark.parametrize(
    ("spelt", "country"),
    [("020 7946 00185", "GB"), ("+44 20 7946 0018 5", None), ("207 946 0018", "US"), ("+1 207 946 0018", None)],
)
def test_what_merely_begins_alike_is_dropped(opened: Open, vendor: Vendor, spelt: str, country: str | None) -> None:
    """JobDiva: a longer number and another country's are found by their beginnings, and are not the one that rings."""
    stored(vendor, spelt, country=country)
    match = ring(opened(Beginnings())).panel.match
    assert match is not None
    assert (match.found, match.matches) == (Found.NONE, ())


def test_of_those_that_begin_alike_the_one_that_rings_is_opened(opened: Open, vendor: Vendor) -> None:
    """JobDiva: one contact is left of three hits, surely; that others were dropped is told."""
    stored(vendor, "+44 20 7946 0018", "+44 20 7946 00181", "+44 20 7946 00182")
    panel = ring(opened(Beginnings())).panel
    assert panel.match is not None
    assert panel.match.best is not None
    assert panel.match.best.grade is Grade.EXACT
    assert panel.match.steps[-1].detail == "2 look-alikes dropped"
    assert panel.contact is not None
    assert panel.contact.ref.id == "0"
