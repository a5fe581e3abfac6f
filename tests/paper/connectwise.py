"""ConnectWise PSA on paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from tests.paper.paper import RESIDENCY, Bounds, Listed, Paper, Place, Variant, Way, blind, findable, native, said, yes

from customer360.core.addresses import HOST, host_of
from customer360.core.auth import Keys
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.effects import Request
from customer360.core.errors import NotFound
from customer360.core.linking import Hosts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind


def _api_host(site: str) -> str:
    return f"api-{site}" if site.endswith(".myconnectwise.net") else site


def _headers(secrets: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    pair = f"{secrets['company']}+{secrets['public_key']}:{secrets['private_key']}"
    return ("Authorization", f"Basic {b64encode(pair.encode()).decode()}"), ("clientId", secrets["client_id"])


def _place(name: str, site: str, *, emea: bool = False) -> Place:
    cloud = site.endswith(".myconnectwise.net")
    api, codebase = _api_host(site), "v2025_1" if cloud else "v4_6_release"
    patterns = ("api-{region}.myconnectwise.net", "*.myconnectwise.net") if cloud else ("https://{their host}/",)
    return Place(
        name=name,
        settings={"site": site, "company": "acme", **({"residency": "emea"} if emea and not cloud else {})},
        extra={"codebase": codebase},
        own=None if cloud else "site",
        hosts=Hosts(api=(api,), login=(site,)),
        api_base=f"https://{api}/{codebase}/apis/3.0",
        emea=emea,
        sources=said("1", *patterns, "`na`, `eu`, `au`", f"{codebase}/", "apis/3.0", "{codebase}apis/3.0/")
        + (() if cloud else (said("1", "exactly the host the admin typed", "{their host}"))),
    )


_ACTIVITY = said("7", "GET /sales/activities?conditions=contact/id=2")
_NOTE = said("7", "`GET /company/contacts/{id}/notes?orderBy=id desc`")
_TICKET = said("7", "GET /service/tickets?conditions=contact/id=2")
_activity = findable("the last line of the notes, among the contact's activities", _ACTIVITY, said("5", "(unsure)"))

PAPER = Paper(
    info=ConnectorInfo(
        key="connectwise",
        name="ConnectWise PSA",
        vendor="ConnectWise, LLC",
        docs_url="https://developer.connectwise.com/Products/ConnectWise_PSA",
        icon="connectwise",
        api_version="2025.1",
    ),
    linking=Linking(
        (
            Setting(
                name="site",
                label="Site",
                help="the host at which you open ConnectWise, for example na.myconnectwise.net",
                pattern=rf"{HOST}(?::[1-9][0-9]{{0,4}})?",
                normal=host_of,
            ),
            Setting(
                name="company",
                label="Company id",
                help="the company name that you type in at sign-in",
                pattern=r"[A-Za-z0-9_.-]{1,50}",
            ),
            RESIDENCY,
            Setting(name="public_key", label="Public key", help="of an API member", secret=True),
            Setting(name="private_key", label="Private key", help="of the same API member", secret=True),
            Setting(
                name="key_field",
                label="Custom field for our keys",
                help="the caption of a user-defined field of contacts",
                required=False,
                pattern=r"[A-Za-z0-9 _-]{1,50}",
                moves=False,
            ),
        )
    ),
    linking_sources=said("1", "**site**", "**company id**", "**public key**", "**private key**", "**clientId**")
    + said("6", "a UDF can hold one"),
    ways=(
        Way(
            name="keys of an API member",
            auth=Keys(
                asks=(
                    Setting(
                        name="member",
                        label="Member identifier",
                        help="yours in ConnectWise, for example jdoe",
                        pattern=r"[^\s\"'\\]{1,50}",
                    ),
                ),
                known=lambda facts: {"company": facts.settings["company"]},
                headers=_headers,
            ),
            typed={"member": "jdoe"},
            sources=said("2.1", 'Basic base64("{companyId}+{publicKey}:{privateKey}")', "clientId:")
            + said("2.3", 'There is no "me"', 'conditions=identifier="jdoe"'),
            remark="the link holds the keys, each agent names the member; they do not end",
        ),
    ),
    places=(
        _place("North America", "na.myconnectwise.net"),
        _place("Europe", "eu.myconnectwise.net", emea=True),
        _place("Australia", "au.myconnectwise.net"),
        _place("South Africa", "za.myconnectwise.net", emea=True),
        _place("on-premises", "psa.acme.example:8443"),
        _place("on-premises, in EMEA, as told", "psa.acme.example:8443", emea=True),
    ),
    resources=(
        Listed(
            resource=Resource(
                name="contacts",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard={
                    StandardField.GIVEN_NAME: "firstName",
                    StandardField.FAMILY_NAME: "lastName",
                    StandardField.PHONE: "communicationItems",
                    StandardField.EMAIL: "communicationItems",
                    StandardField.COMPANY: "company",
                    StandardField.TITLE: "title",
                },
                phones=("communicationItems",),
                emails=("communicationItems",),
            ),
            sources=said("4", "**`/company/contacts`**", "**not columns**"),
        ),
        Listed(
            resource=Resource(
                name="companies",
                label="Companies",
                contact_kind=ContactKind.COMPANY,
                standard={StandardField.NAME: "name", StandardField.PHONE: "phoneNumber"},
                phones=("phoneNumber", "faxNumber"),
            ),
            sources=said("4", "**`/company/companies`**"),
        ),
        *(
            Listed(resource=Resource(name=name, label=label, related_kind=kind), sources=sources)
            for name, label, kind, sources in (
                ("notes", "Notes", RelatedKind.NOTE, _NOTE),
                ("tasks", "Tasks", RelatedKind.TASK, said("7", 'Activity of type "Task"')),
                ("calls", "Calls", RelatedKind.CALL, said("7", '**Activity of type "Call"**')),
                ("appointments", "Appointments", RelatedKind.EVENT, said("7", "type Appointment")),
                ("tickets", "Tickets", RelatedKind.CASE, _TICKET),
                ("opportunities", "Opportunities", RelatedKind.DEAL, said("7", "GET /sales/opportunities?conditions=")),
            )
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5", "communicationItems/value like")),
        Capability.SEARCH_EMAIL: yes(said("5", 'communicationItems/value="jo@acme.test"')),
        Capability.SEARCH_NAME: yes(said("5", 'conditions=firstName like "Jo*"')),
        Capability.SEARCH_TEXT: yes(said("5", "lastName contains")),
        Capability.SEARCH_FIELD: yes(said("5", "conditions=")),
        Capability.CREATE_CONTACT: yes(said("6", "POST /company/contacts")),
        Capability.UPDATE_CONTACT: yes(said("6", "PATCH /company/contacts/{id}")),
        Capability.RELATED_NOTES: yes(_NOTE),
        Capability.RELATED_TASKS: yes(_ACTIVITY),
        Capability.RELATED_CALLS: yes(_ACTIVITY),
        Capability.RELATED_EVENTS: yes(_ACTIVITY),
        Capability.RELATED_CASES: yes(_TICKET),
        Capability.RELATED_DEALS: yes(said("7", "GET /sales/opportunities?conditions=contact/id=2")),
        Capability.CREATE_NOTE: yes(said("7", "POST /company/contacts/{id}/notes")),
        Capability.CREATE_TASK: yes(said("Activity", "`POST /sales/activities`")),
        Capability.CREATE_CALL: yes(said("Activity", "`POST /sales/activities`")),
        Capability.CREATE_EVENT: yes(said("Activity", "`POST /sales/activities`")),
        Capability.CREATE_CASE: yes(said("Ticket", "`POST /service/tickets`")),
        Capability.UPDATE_ACTIVITY: yes(said("Activity", "PATCH `status`")),
        Capability.LIST_ACTIVITIES: yes(_ACTIVITY),
        Capability.LINK: yes(said("Link / unlink", "`contact` reference by PATCH"), under="contact notes stay"),
        Capability.UNLINK: yes(said("Link / unlink", '"op":"remove","path":"contact"'), under="contact notes stay"),
        Capability.DELTA: yes(said("8", "conditions=lastUpdated >"), under="what was deleted is not told"),
        Capability.RECORD_URL: yes(said("4", "recordType=ContactFV&recid={id}&companyName={companyId}")),
    },
    creates={
        RelatedKind.NOTE: findable("the last line of the text, among the contact's notes", _NOTE),
        RelatedKind.TASK: _activity,
        RelatedKind.CALL: _activity,
        RelatedKind.EVENT: _activity,
        RelatedKind.CASE: findable("externalXRef, which can be asked for", said("6", "`externalXRef`(100)")),
        ContactKind.CONTACT: blind(
            "no user-defined field is set up for our keys", said("6", "no external-id on contacts")
        ),
        ContactKind.COMPANY: native("its identifier is ours, and unique", said("6", "letters and digits, unique")),
    },
    phone=PhoneSearch.SUBSTRING,
    phone_how="stored text; several spellings and a pattern for its end in one request",
    phone_sources=said("5", "Not normalised", '=like "*6175550134"'.removeprefix("="), "communicationItems/value="),
    bounds=Bounds(
        limits=Limits(page_size=1000, per_window=(1_000, 60.0), shared=True),
        sources=said("8", "max 1000") + said("9", "1,000 requests per minute"),
        unstated=frozenset({"concurrent"}),
    ),
    variants=(
        Variant(
            name="with a user-defined field for keys",
            settings={"key_field": "Loyalty Tier"},
            sources=said("5", 'customFieldConditions=caption="Loyalty Tier"'),
            creates={
                ContactKind.CONTACT: findable(
                    "a user-defined field with the key", said("5", "customFieldConditions=caption=")
                )
            },
        ),
    ),
    locate=lambda facts: Request(
        method="GET",
        path=f"https://{facts.settings['site']}/login/companyinfo/{facts.settings['company']}",
        purpose="login",
    ),
    locate_sources=said(
        "1", "/login/companyinfo/{companyId}", "**changes with each cloud upgrade**", "`null` with 200"
    ),
    moved=(NotFound,),
)
