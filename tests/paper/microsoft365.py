"""Microsoft 365 (Outlook contacts, To Do, calendar) on paper."""

from __future__ import annotations

from tests.paper.paper import (
    Bounds,
    Listed,
    Paper,
    Place,
    Variant,
    Way,
    blind,
    findable,
    native,
    no,
    refused,
    said,
    yes,
)

from customer360.core.auth import OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind

_CLOUDS = {
    "global": ("graph.microsoft.com", "login.microsoftonline.com"),
    "us_l4": ("graph.microsoft.us", "login.microsoftonline.us"),
    "us_l5": ("dod-graph.microsoft.us", "login.microsoftonline.us"),
    "china": ("microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn"),
}
_SCOPES = ("User.Read", "Contacts.ReadWrite", "Tasks.ReadWrite", "Calendars.ReadWrite")
_SIGN_IN = ("offline_access", "openid", "profile", "email")


def _scopes(facts: LinkFacts) -> tuple[str, ...]:
    people = ("People.Read",) if facts.settings.get("people") == "yes" else ()
    zone = ("MailboxSettings.Read",) if facts.settings.get("mailbox_settings") == "yes" else ()
    root = "" if facts.settings["cloud"] == "global" else f"https://{_CLOUDS[facts.settings['cloud']][0]}/"
    return (*_SIGN_IN, *(root + each for each in (*_SCOPES, *people, *zone)))


def _sign_in(facts: LinkFacts, end: str) -> str:
    host = _CLOUDS[facts.settings["cloud"]][1]
    return f"https://{host}/{facts.settings['directory']}/oauth2/v2.0/{end}"


def _place(cloud: str, *, emea: bool = False) -> Place:
    graph, login = _CLOUDS[cloud]
    return Place(
        name="global, EMEA" if emea else cloud,
        settings={"cloud": cloud, **({"residency": "emea"} if emea else {})},
        hosts=Hosts(api=(graph,), login=(login,)),
        api_base=f"https://{graph}/v1.0",
        emea=emea,
        sources=said("1", f"https://{graph}", f"https://{login}", "**v1.0**", "residency is by tenant"),
    )


_CONTACT = {
    StandardField.NAME: "displayName",
    StandardField.GIVEN_NAME: "givenName",
    StandardField.FAMILY_NAME: "surname",
    StandardField.PHONE: "businessPhones",
    StandardField.MOBILE: "mobilePhone",
    StandardField.EMAIL: "emailAddresses",
    StandardField.COMPANY: "companyName",
    StandardField.TITLE: "jobTitle",
}
_NOTHING = "Outlook has neither cases nor deals"
_NONE = said("7", "case/ticket, deal")
_NO_LINKED = said("7", "not offered in the China cloud")
_EVENTS = said("7", "singleValueExtendedProperties/Any(ep:")
_TASKS = said("7", "$expand=linkedResources")
_event = native(
    "transactionId: the vendor refuses a second event with it",
    said("12", "transactionId", "ErrorDuplicateTransactionId"),
)

PAPER = Paper(
    info=ConnectorInfo(
        key="microsoft365",
        name="Microsoft 365",
        vendor="Microsoft Corporation",
        docs_url="https://learn.microsoft.com/graph/api/overview?view=graph-rest-1.0",
        icon="microsoft365",
        api_version="v1.0",
    ),
    linking=Linking(
        (
            Setting(
                name="cloud", label="Cloud", required=False, default="global", choices={key: key for key in _CLOUDS}
            ),
            Setting(
                name="directory",
                label="Directory (tenant)",
                help="its id or a verified domain",
                required=False,
                default="organizations",
                pattern=r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?",
            ),
            Setting(
                name="people",
                label="Search people too",
                required=False,
                default="no",
                choices={"no": "No", "yes": "Yes"},
            ),
            Setting(
                name="mailbox_settings",
                label="Read the user's time zone",
                required=False,
                default="no",
                choices={"no": "No", "yes": "Yes"},
            ),
            Setting(
                name="residency",
                label="Where the directory's data are kept",
                required=False,
                default="elsewhere",
                choices={"elsewhere": "Elsewhere, or unknown", "emea": "In EMEA"},
            ),
        )
    ),
    linking_sources=said("1", "cloud (admin chooses)", "directory (tenant) id", "organizations")
    + said("2", "People.Read", "MailboxSettings.Read"),
    ways=(
        Way(
            name="OAuth 2 code with PKCE",
            auth=OAuth2Code(
                authorize_url=lambda facts: _sign_in(facts, "authorize"),
                token_url=lambda facts: _sign_in(facts, "token"),
                scopes=_scopes,
                authorize_params={"response_mode": "query"},
                token_params=lambda facts: {"scope": " ".join(_scopes(facts))},
                token_error=refused,
            ),
            sources=said(
                "2",
                "/{tenant}/oauth2/v2.0/authorize",
                "/{tenant}/oauth2/v2.0/token",
                "response_mode=query",
                "no RFC 7009 endpoint",
            ),
            remark="every answer brings a new refresh token, the old one lives on for a while; nothing to revoke with",
        ),
    ),
    places=(*(_place(cloud) for cloud in _CLOUDS), _place("global", emea=True)),
    resources=(
        Listed(
            resource=Resource(
                name="contact",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard=_CONTACT,
                phones=("businessPhones", "mobilePhone", "homePhones"),
                emails=("emailAddresses",),
                private=True,
            ),
            sources=said("4", "contact property"),
        ),
        Listed(
            resource=Resource(
                name="person",
                label="People",
                contact_kind=ContactKind.CONTACT,
                standard={
                    name: field
                    for name, field in {**_CONTACT, StandardField.EMAIL: "scoredEmailAddresses"}.items()
                    if name not in (StandardField.PHONE, StandardField.MOBILE)
                },
                emails=("scoredEmailAddresses",),
                private=True,
            ),
            sources=said("4", "`person`", "GET /me/people"),
        ),
        *(
            Listed(
                resource=Resource(name=name, label=label, related_kind=kind, private=True), sources=said("7", literal)
            )
            for name, label, kind, literal in (
                ("personalNotes", "Notes", RelatedKind.NOTE, "contact.personalNotes"),
                ("todoTask", "Tasks", RelatedKind.TASK, "`todoTask`"),
                ("call", "Calls", RelatedKind.CALL, "secondary calendar"),
                ("event", "Events", RelatedKind.EVENT, "POST /me/events"),
            )
        ),
    ),
    able={
        Capability.SEARCH_PHONE: no("Outlook does not compare phone numbers", said("5", "ErrorInvalidUrlQueryFilter")),
        Capability.SEARCH_EMAIL: yes(said("5", "emailAddresses/any(a:a/address eq")),
        Capability.SEARCH_NAME: yes(said("5", "startswith(displayName,")),
        Capability.SEARCH_TEXT: no("no free text among contacts", said("5", "returns odd extra hits")),
        Capability.SEARCH_FIELD: yes(said("5", "`companyName`"), under="names, company and e-mail"),
        Capability.CREATE_CONTACT: yes(said("6", "POST /me/contacts")),
        Capability.UPDATE_CONTACT: yes(said("6", "PATCH /me/contacts/{id}")),
        Capability.RELATED_NOTES: yes(said("7", "personalNotes")),
        Capability.RELATED_TASKS: yes(_TASKS),
        Capability.RELATED_CALLS: yes(_EVENTS),
        Capability.RELATED_EVENTS: yes(_EVENTS),
        Capability.RELATED_CASES: no(_NOTHING, _NONE),
        Capability.RELATED_DEALS: no(_NOTHING, _NONE),
        Capability.CREATE_NOTE: yes(said("7", "personalNotes", "If-Match")),
        Capability.CREATE_TASK: yes(said("7", "POST /me/todo/lists/{listId}/tasks")),
        Capability.CREATE_CALL: yes(said("7", "POST /me/calendars/{cid}/events")),
        Capability.CREATE_EVENT: yes(said("7", "POST /me/events")),
        Capability.CREATE_CASE: no(_NOTHING, _NONE),
        Capability.UPDATE_ACTIVITY: yes(said("7", "PATCH task", "Event `PATCH`")),
        Capability.LIST_ACTIVITIES: yes(said("7", "GET /me/events?$filter=", "GET /me/todo/lists/{lid}/tasks")),
        Capability.LINK: yes(said("7", "linkedResources[/{id}]")),
        Capability.UNLINK: yes(said("7", "linkedResources[/{id}]")),
        Capability.DELTA: yes(said("8", "/contacts/delta?$select=")),
        Capability.RECORD_URL: no(
            "no web address of a contact is documented", said("4", "web link", "none documented")
        ),
    },
    creates={
        RelatedKind.NOTE: native(
            "appended only if the text is as it was read", said("12", "`native` in effect", "If-Match")
        ),
        RelatedKind.TASK: findable(
            "a linked resource with the key", said("12", "`linkedResources` entry with the key")
        ),
        RelatedKind.CALL: _event,
        RelatedKind.EVENT: _event,
        ContactKind.CONTACT: findable(
            "an extended property with the key", said("12", "extended property with the key")
        ),
    },
    phone=PhoneSearch.NONE,
    phone_how="the local index",
    phone_sources=said("5", "keep a local per-mailbox index"),
    bounds=Bounds(
        limits=Limits(page_size=999, batch_size=20, concurrent=4, per_window=(10_000, 600.0)),
        sources=said("9", "**10,000 requests / 10 min**", "**4 concurrent**")
        + said("8", "≤ **20** requests")
        + said("5", "max 999 for contacts"),
    ),
    variants=(
        Variant(
            name="China",
            settings={"cloud": "china"},
            sources=said("8", "not offered in the China cloud") + _NO_LINKED,
            able={
                Capability.RELATED_TASKS: no("no linked resources there", _NO_LINKED),
                Capability.DELTA: no("no delta there", said("8", "not offered in the China cloud")),
            },
            creates={RelatedKind.TASK: blind("no linked resources there", said("12", "`blind` in the China cloud"))},
        ),
        Variant(
            name="people not asked for",
            settings={"people": "no"},
            sources=said("2", "People.Read"),
            without=("person",),
        ),
        Variant(
            name="people",
            settings={"people": "yes"},
            sources=said("5", "GET /me/people?$search="),
            able={
                Capability.SEARCH_TEXT: yes(
                    said("5", "GET /me/people?$search="), under="people only: names and e-mail addresses"
                )
            },
        ),
    ),
    within=frozenset({RelatedKind.NOTE}),
)
