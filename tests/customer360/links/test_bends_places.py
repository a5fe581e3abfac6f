"""Links whose place, tables, versions or search are not what they were yesterday: one promise a bend.

Over HTTP through links and transport; what each is for is in docs/explanation/contract.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.customer360.links.bent import CRM, Answer, Asked, Bent, Room, Vendor
from tests.customer360.links.test_bends_signing_in import Rotates, WithKeys

from customer360.core.addresses import HOST, LABEL, SITE, host_of, label_under, site_of
from customer360.core.capabilities import CAN, Capabilities, Capability, cannot
from customer360.core.connector import Identity
from customer360.core.effects import GET, PATCH, Request
from customer360.core.errors import (
    Conflict,
    CrmUnavailable,
    Customer360Error,
    InvalidSettings,
    NeedsAuthorization,
    NotFound,
)
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource
from customer360.core.phones import read, spellings
from customer360.core.records import (
    Contact,
    ContactChange,
    ContactKind,
    Page,
    Phone,
    RecordRef,
    RelatedKind,
)
from customer360.core.search import PhoneIs, Query
from customer360.core.wire import Response

Rooms = Callable[[Bent], Room]

# ConnectWise: the codebase in the address changes with each upgrade ---------------------------------------------------


class Moves(WithKeys):
    """As ConnectWise: where the API is stands in a page that needs no sign-in, and the old place answers 404."""

    may_have_moved: ClassVar[tuple[type[Customer360Error], ...]] = (NotFound,)

    def api_base(self, facts: LinkFacts) -> str:
        return f"https://api.bent.example/{facts.extra.get('codebase', 'v4_6_release')}"

    async def locate(self, facts: LinkFacts) -> Mapping[str, str]:
        answer = await Request(method="GET", path="https://login.bent.example/companyinfo/acme", purpose="login")
        if answer.status >= 500:
            raise CrmUnavailable("ConnectWise does not say where it is", status=answer.status)
        if answer.json() is None:
            raise InvalidSettings("ConnectWise knows no such company", next_step="correct the company id")
        return {"codebase": answer.json()["Codebase"].rstrip("/")}


class Cloud:
    """A ConnectWise cloud at one codebase."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.codebase = ""
        self.upgrade("v2025_1")

    def upgrade(self, codebase: str) -> None:
        for name in [name for name in self.vendor.routes if self.codebase and self.codebase in name]:
            del self.vendor.routes[name]
        self.codebase = codebase
        self.vendor.routes["GET /companyinfo/acme"] = (200, {"Codebase": f"{codebase}/"})
        self.vendor.routes[f"GET /{codebase}/me"] = (200, {"id": "1"})
        self.vendor.routes[f"GET /{codebase}/contacts/7"] = (200, {})


@pytest.fixture
def cloud(vendor: Vendor) -> Cloud:
    """Somebody's ConnectWise."""
    return Cloud(vendor)


def linked(room: Rooms, connector: Bent) -> Room:
    here = room(connector)
    here.link()
    here.sign_in(public_key="a", private_key="b")
    here.vendor.asked.clear()
    return here


def test_where_the_api_is_is_found_when_the_crm_is_linked(room: Rooms, cloud: Cloud) -> None:
    """ConnectWise: asked without a credential, kept with the link, and an unknown company is refused at once."""
    here = room(Moves())
    here.link()
    here.sign_in(public_key="a", private_key="b")
    assert cloud.vendor.paths() == ["/companyinfo/acme", "/v2025_1/me"]
    assert "authorization" not in cloud.vendor.asked[0].headers
    cloud.vendor.routes["GET /companyinfo/acme"] = (200, None)
    with pytest.raises(InvalidSettings, match="no such company"):
        here.link(relink=True)


def test_an_api_that_moved_is_found_again_and_the_request_repeated(room: Rooms, cloud: Cloud) -> None:
    """ConnectWise: 404, the new codebase, the same request there; every process goes straight there afterwards."""
    here, other = linked(room, Moves()), room(Moves())
    other.connection()
    cloud.upgrade("v2025_2")
    here.get("7")
    assert cloud.vendor.paths() == ["/v2025_1/contacts/7", "/companyinfo/acme", "/v2025_2/contacts/7"]
    cloud.vendor.asked.clear()
    other.get("7")
    here.get("7")
    assert cloud.vendor.paths() == ["/v2025_2/contacts/7"] * 2


def test_what_does_not_exist_stays_not_found(room: Rooms, cloud: Cloud) -> None:
    """ConnectWise: unmoved, the 404 is meant; it is not repeated, and not wondered about again for a minute."""
    here = linked(room, Moves())
    for _ in range(2):
        with pytest.raises(NotFound):
            here.get("8")
    assert cloud.vendor.paths() == ["/v2025_1/contacts/8", "/companyinfo/acme", "/v2025_1/contacts/8"]


def test_while_it_cannot_be_known_nobody_is_told_that_a_record_is_gone(room: Rooms, cloud: Cloud) -> None:
    """ConnectWise: moved or missing? With the page that tells down, the answer is an outage, not "no such contact"."""
    here = linked(room, Moves())
    cloud.vendor.routes["GET /companyinfo/acme"] = (503, {})
    with pytest.raises(CrmUnavailable):
        here.get("8")


# Dynamics: tables that exist only where an app was bought -------------------------------------------------------------

_CONTACTS = Resource(name="contacts", label="Contacts", contact_kind=ContactKind.CONTACT)
_OPTIONAL = {
    "lead": Resource(name="leads", label="Leads", contact_kind=ContactKind.LEAD),
    "incident": Resource(name="incidents", label="Cases", related_kind=RelatedKind.CASE),
}


class OptionalTables(Bent):
    """As Dynamics: the account's ``identify`` tells which tables there are."""

    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        there = facts.extra.get("tables", "").split(",")
        return (_CONTACTS, *(each for name, each in _OPTIONAL.items() if name in there))

    def capabilities(self, facts: LinkFacts) -> Capabilities:
        cases = "incident" in facts.extra.get("tables", "").split(",")
        return Capabilities({Capability.CREATE_CASE: CAN if cases else cannot("Customer Service is not installed")})

    async def identify(self, facts: LinkFacts) -> Identity:
        if not facts.account:
            return Identity(user=RecordRef(CRM, "users", "2"))
        tables = (await GET("/EntityDefinitions")).json()["value"]
        return Identity(user=RecordRef(CRM, "users", "1"), extra={"tables": ",".join(tables)})


def test_a_table_that_is_not_there_is_not_offered_until_it_is(room: Rooms, vendor: Vendor) -> None:
    """Dynamics: without Sales no leads, without Customer Service no cases, for everybody; a sync finds what came."""
    Rotates(vendor)
    vendor.routes["GET /EntityDefinitions"] = (200, {"value": ["contact"]})
    here = room(OptionalTables())
    here.link()
    here.sign_in()
    here.sign_in("kim")
    before = here.connection("kim")
    assert [each.name for each in before.resources] == ["contacts"]
    assert before.capabilities[Capability.CREATE_CASE] == cannot("Customer Service is not installed")
    vendor.routes["GET /EntityDefinitions"] = (200, {"value": ["contact", "lead", "incident"]})
    here.run(here.links.sync_resources("acme", CRM))
    after = here.connection("kim")
    assert [each.name for each in after.resources] == ["contacts", "leads", "incidents"]
    assert after.capabilities[Capability.CREATE_CASE] == CAN


# Google: a search that sleeps, ids that change, two etags -------------------------------------------------------------


class Sleeps(Bent):
    """As Google: a search finds nothing until one with an empty text has come before it."""

    warm_for: ClassVar[float | None] = 600.0

    async def warm_up(self, facts: LinkFacts) -> None:
        await GET("/searchContacts", {"query": ""})


def test_a_sleepy_search_is_woken_before_anybody_asks(room: Rooms, vendor: Vendor) -> None:
    """Google: one empty search with an agent's first connection, and no second while it lasts."""
    Rotates(vendor)
    vendor.routes["GET /searchContacts"] = (200, {})
    here = room(Sleeps())
    here.link()
    here.sign_in()
    for _ in range(3):
        here.connection()
    assert [each.query for each in vendor.asked if each.path == "/searchContacts"] == [{"query": ""}]


def test_a_search_that_cannot_be_woken_costs_nobody_anything(room: Rooms, vendor: Vendor) -> None:
    """Google: the connection is there all the same."""
    Rotates(vendor)
    here = room(Sleeps())
    here.link()
    here.sign_in()
    assert here.connection().crm == CRM
    assert "/searchContacts" in vendor.paths()


class TwoEtags(Bent):
    """As Google: an update names the person's etag and, apart from it, the source's id and etag."""

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return Conflict("somebody else changed it") if response.status == 400 else None

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        name, _, _ = ref.id.partition("~")
        person = (await GET(f"/people/{name}")).json()
        (source,) = person["metadata"]["sources"]
        ref = RecordRef(CRM, "contacts", f"{name}~{source['id']}")
        return Contact(ref=ref, version=f"{person['etag']} {source['etag']}")

    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        name, _, source = change.ref.id.partition("~")
        person, _, of_source = (change.version or "").partition(" ")
        sources = [{"type": "CONTACT", "id": source, "etag": of_source}]
        await PATCH(f"/people/{name}", {"etag": person, "metadata": {"sources": sources}, **change.fields})


def test_an_id_and_a_version_may_hold_all_that_a_vendor_asks_back(room: Rooms, vendor: Vendor) -> None:
    """Google: resource name with source id, person's etag with the source's; nothing but the plugin reads either."""
    Rotates(vendor)
    source = {"type": "CONTACT", "id": "6b1c", "etag": "#Ab12"}
    vendor.routes["GET /people/c7711"] = (200, {"etag": "%Eg==", "metadata": {"sources": [source]}})

    def update(asked: Asked) -> Answer:
        same = asked.form["etag"] == "%Eg==" and asked.form["metadata"]["sources"] == [source]
        return (200, {}) if same else (400, {})

    vendor.routes["PATCH /people/c7711"] = update
    here = room(TwoEtags())
    here.link()
    here.sign_in()
    contact = here.get("c7711")
    assert contact.ref.id == "c7711~6b1c"
    change = ContactChange(ref=contact.ref, fields={"names": ()}, version=contact.version)
    here.do(here.connector.update, change)
    with pytest.raises(Conflict):
        here.do(here.connector.update, ContactChange(ref=contact.ref, fields={}, version="%Old #Ab12"))


# HubSpot: dated versions ----------------------------------------------------------------------------------------------


class Versions(Bent):
    """As HubSpot: the version in the path is the administrator's choice, and says nothing about the place."""

    linking: ClassVar[Linking] = Linking(
        (
            Setting(name="region", label="Region", default="us", choices={"us": "US", "eu": "EU"}),
            Setting(
                name="api", label="API version", default="v3", choices={"v3": "v3", "2026-09": "2026-09"}, moves=False
            ),
        )
    )

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        version = facts.settings["api"]
        await GET(f"/crm/v3/objects/{ref.id}" if version == "v3" else f"/crm/objects/{version}/{ref.id}")
        return Contact(ref=ref)


def test_another_version_of_the_api_signs_nobody_out(room: Rooms, vendor: Vendor) -> None:
    """HubSpot: relinked with the dated paths, agents go on with the sign-in they have; another region ends it."""
    server = Rotates(vendor)
    vendor.routes["GET /crm/v3/objects/7"] = vendor.routes["GET /crm/objects/2026-09/7"] = (200, {})
    here = room(Versions())
    here.link()
    here.sign_in()
    here.sign_in("kim")
    here.get("7", "kim")
    here.link(relink=True, api="2026-09")
    here.sign_in()
    count = server.number
    here.get("7", "kim")
    assert vendor.paths()[-1] == "/crm/objects/2026-09/7"
    assert server.number == count
    here.link(relink=True, api="2026-09", region="eu")
    here.sign_in()
    with pytest.raises(NeedsAuthorization):
        here.get("7", "kim")


# Clio: regions, and a phone search that compares text -----------------------------------------------------------------


class Literal(Bent):
    """As Clio: hosts follow from the region, and a search finds a number only as it is written."""

    linking: ClassVar[Linking] = Linking(
        (
            Setting(name="region", label="Region", default="us", choices={"us": "US", "eu": "EU"}),
            Setting(
                name="spellings",
                label="How your people write numbers",
                help="patterns with # for each digit, separated by |",
                required=False,
                default="",
                pattern=r"[#0-9 ().+/|-]{0,200}",
                moves=False,
            ),
        )
    )

    def hosts(self, facts: LinkFacts) -> Hosts:
        host = {"us": "api.bent.example", "eu": "eu.bent.example"}[facts.settings["region"]]
        return Hosts(api=(host,), login=(host, "login.bent.example"))

    def api_base(self, facts: LinkFacts) -> str:
        return f"https://{self.hosts(facts).api[0]}"

    def in_emea(self, facts: LinkFacts) -> bool:
        return facts.settings["region"] == "eu"

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        assert isinstance(query, PhoneIs)
        number = read(query.e164)
        assert number is not None
        patterns = tuple(filter(None, facts.settings.get("spellings", "").split("|")))
        found: dict[str, Contact] = {}
        for spelling in spellings(number, patterns):
            for row in (await GET("/contacts", {"query": spelling})).json()["data"]:
                ref = RecordRef(CRM, "contacts", row["id"])
                found[row["id"]] = Contact(ref=ref, phones=(Phone("phone", row["phone"]),))
        return Page(tuple(found.values()))


@pytest.mark.parametrize(
    ("stored", "patterns", "found"),
    [
        ("(617) 555-0134", "", True),
        ("617/555-0134", "", False),
        ("617/555-0134", "###/###-####|## ## ## ##", True),
        ("617.555.0134", "###/###-####|###.###.####", True),
    ],
)
def test_an_account_names_its_own_ways_of_writing_numbers(
    room: Rooms, vendor: Vendor, stored: str, patterns: str, found: bool
) -> None:
    """Clio compares text, punctuation included: usual spellings, then the account's own; others cannot be found."""
    Rotates(vendor)

    def search(asked: Asked) -> Answer:
        return 200, {"data": [{"id": "7", "phone": stored}] if asked.query["query"] in stored else []}

    vendor.routes["GET /contacts"] = search
    here = room(Literal())
    here.link(spellings=patterns)
    here.sign_in()
    wanted = PhoneIs(e164="+16175550134", national="6175550134", region="US", spelt="+1 617 555 0134")
    page = here.do(here.connector.search, "contacts", wanted)
    assert bool(page.items) is found


def test_a_region_is_a_place_of_its_own(room: Rooms, vendor: Vendor) -> None:
    """Clio: hosts follow from the region alone, and a token never goes to another region's."""
    Rotates(vendor)
    here = room(Literal())
    here.link(region="eu")
    here.sign_in()
    assert {each.headers["host"] for each in vendor.asked} == {"login.bent.example", "eu.bent.example"}
    assert here.connector.in_emea(here.connection().facts)


# Zendesk, NetSuite, Dynamics: what people type ------------------------------------------------------------------------


class Subdomain(Bent):
    """As Zendesk: a subdomain is asked for, and an address out of the browser is typed."""

    linking: ClassVar[Linking] = Linking(
        (
            Setting(
                name="subdomain",
                label="Subdomain",
                help="acme, if you open acme.zendesk.com",
                pattern=LABEL,
                normal=label_under("zendesk.com"),
            ),
        )
    )


@pytest.mark.feature("F101")
@pytest.mark.parametrize(
    "given",
    ["acme", " ACME ", "acme.zendesk.com", "https://acme.zendesk.com/agent/dashboard?x=1", "http://acme.zendesk.com"],
)
def test_an_address_out_of_the_browser_is_understood(room: Rooms, given: str) -> None:
    """Zendesk: whatever an administrator pastes, the link holds the name that is asked for."""
    assert room(Subdomain()).link(subdomain=given).settings == {"subdomain": "acme"}


@pytest.mark.feature("F101")
@pytest.mark.parametrize(
    "given",
    [
        "support.acme.com",
        "acme.zendesk.com.evil.example",
        "https://acme.zendesk.com@evil.example/",
        "evil.example/acme.zendesk.com",
        "a.b.zendesk.com",
        "zendesk.com",
        "https://",
        "acme:8443",
    ],
)
def test_what_is_no_name_of_the_vendors_is_refused(room: Rooms, given: str) -> None:
    """Zendesk: nothing typed can make another host of it."""
    with pytest.raises(InvalidSettings, match="malformed"):
        room(Subdomain()).link(subdomain=given)


@given(st.text(max_size=60) | st.from_regex(r"(https?://)?[a-zA-Z0-9.@:/\[\]-]{0,40}", fullmatch=True))
@example("https://[::1]/x")
@example("https://a:b@c.example")
@example("acme.example:99999")
def test_a_normaliser_answers_something_for_everything_and_twice_the_same(text: str) -> None:
    """Never an exception; what it understood is understood as itself; a scheme or user never gets through."""
    for normal, pattern in ((label_under("zendesk.com"), LABEL), (host_of, HOST), (site_of, SITE)):
        setting = Setting(name="x", label="x", pattern=pattern, normal=normal)
        try:
            value = Linking((setting,)).checked({"x": text}).get("x", "")
        except InvalidSettings:
            continue
        assert normal(value) == value
        assert not set(value) & set("@?#[] \n")
        assert "://" not in value
