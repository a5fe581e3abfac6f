"""Google (People, Tasks, Calendar) on paper."""

from __future__ import annotations

from tests.paper.paper import (
    RESIDENCY,
    Bounds,
    Listed,
    Paper,
    Place,
    Variant,
    Way,
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
from customer360.core.effects import GET
from customer360.core.linking import Hosts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind

_API = ("people.googleapis.com", "tasks.googleapis.com", "www.googleapis.com", "openidconnect.googleapis.com")
_OTHERS = "https://www.googleapis.com/auth/contacts.other.readonly"
_SCOPES = (
    "https://www.googleapis.com/auth/contacts",
    _OTHERS,
    "https://www.googleapis.com/auth/tasks",
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.app.created",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    "openid",
    "email",
    "profile",
)
_CONTACT = {
    StandardField.NAME: "names.displayName",
    StandardField.GIVEN_NAME: "names.givenName",
    StandardField.FAMILY_NAME: "names.familyName",
    StandardField.PHONE: "phoneNumbers",
    StandardField.EMAIL: "emailAddresses",
    StandardField.COMPANY: "organizations.name",
    StandardField.TITLE: "organizations.title",
}
_PERSON = {name: field for name, field in _CONTACT.items() if not field.startswith("organizations")}
_NOTHING = "Google has neither cases nor deals"
_NONE = said("7", "case/ticket, deal")
_BY_PROPERTY = said("7", "privateExtendedProperty=c360_contact", "**ascending only**")
_BY_MARKER = said("7", "[c360:<source id>]", "list the tasks and match the marker")
_event = native(
    "its id is ours: a second one is refused", said("7", "choose `id` yourself", "`409` reason `duplicate`")
)

PAPER = Paper(
    info=ConnectorInfo(
        key="google",
        name="Google",
        vendor="Google LLC",
        docs_url="https://developers.google.com/people",
        icon="google",
        api_version="v1",
    ),
    linking=Linking(
        (
            Setting(
                name="domain",
                label="Workspace domain",
                help="people of this domain are asked to sign in; nothing for any account",
                required=False,
                pattern=r"[a-z0-9.-]{1,253}",
                moves=False,
            ),
            RESIDENCY,
        )
    ),
    linking_sources=said("1", "no tenant domain, no region choice", "`hd` hint"),
    ways=(
        Way(
            name="OAuth 2 code with PKCE",
            auth=OAuth2Code(
                authorize_url=lambda facts: "https://accounts.google.com/o/oauth2/v2/auth",
                token_url=lambda facts: "https://oauth2.googleapis.com/token",
                revoke_url=lambda facts: "https://oauth2.googleapis.com/revoke",
                scopes=lambda facts: _SCOPES,
                authorize_params={"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"},
                authorize_hints=lambda facts: {"hd": facts.settings["domain"]} if "domain" in facts.settings else {},
                token_error=refused,
            ),
            sources=said("1", "accounts.google.com/o/oauth2/v2/auth", "oauth2.googleapis.com/token")
            + said("1", "oauth2.googleapis.com/revoke")
            + said("2", ".../tasks", ".../calendar.events", ".../calendar.app.created", "openid email profile")
            + said("2", "https://www.googleapis.com/auth/contacts", "access_type=offline", "not rotated")
            + said("2", ".../calendar.calendarlist.readonly", "*/calendar.calendarlist.readonly")
            + said("2", "*/tasks", "*/calendar.events", "*/calendar.app.created", "*/contacts.other.readonly"),
            remark="the refresh token does not rotate; it dies after 6 months without use, or with 100 newer ones",
        ),
    ),
    places=tuple(
        Place(
            name=name,
            settings={"residency": residency},
            hosts=Hosts(api=_API, login=("oauth2.googleapis.com",)),
            api_base="https://people.googleapis.com/v1",
            emea=residency == "emea",
            sources=said("1", *_API, "oauth2.googleapis.com", "One global service"),
        )
        for name, residency in (("everywhere", "elsewhere"), ("in EMEA, as told", "emea"))
    ),
    resources=(
        Listed(
            resource=Resource(
                name="contact",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard=_CONTACT,
                phones=("phoneNumbers",),
                emails=("emailAddresses",),
                private=True,
            ),
            sources=said("4", "metadata.sources[type=CONTACT].id", "may change!") + said("3", "`contact` (people in"),
        ),
        Listed(
            resource=Resource(
                name="otherContact",
                label="Other contacts",
                contact_kind=ContactKind.CONTACT,
                standard=_PERSON,
                phones=("phoneNumbers",),
                emails=("emailAddresses",),
                private=True,
            ),
            sources=said("4", "**otherContacts**"),
        ),
        *(
            Listed(
                resource=Resource(name=name, label=label, related_kind=kind, private=True), sources=said("7", literal)
            )
            for name, label, kind, literal in (
                ("note", "Notes", RelatedKind.NOTE, "biographies[0].value"),
                ("task", "Tasks", RelatedKind.TASK, "Google Task in a chosen list"),
                ("call", "Calls", RelatedKind.CALL, '("Customer activity")'),
                ("event", "Events", RelatedKind.EVENT, "event in `primary`"),
            )
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(
            said("5", "people:searchContacts?query="), under="prefixes; the local index first"
        ),
        Capability.SEARCH_EMAIL: yes(said("5", "full address as query")),
        Capability.SEARCH_NAME: yes(said("5", "people:searchContacts?query=")),
        Capability.SEARCH_TEXT: yes(said("5", "people:searchContacts?query="), under="prefixes of words, 30 at most"),
        Capability.SEARCH_FIELD: no("a query names no field", said("5", "Field-scoped or OR queries: none")),
        Capability.CREATE_CONTACT: yes(said("6", "POST /v1/people:createContact")),
        Capability.UPDATE_CONTACT: yes(said("6", ":updateContact?updatePersonFields=")),
        Capability.RELATED_NOTES: yes(said("7", "parse the blocks")),
        Capability.RELATED_TASKS: yes(_BY_MARKER),
        Capability.RELATED_CALLS: yes(_BY_PROPERTY),
        Capability.RELATED_EVENTS: yes(_BY_PROPERTY),
        Capability.RELATED_CASES: no(_NOTHING, _NONE),
        Capability.RELATED_DEALS: no(_NOTHING, _NONE),
        Capability.CREATE_NOTE: yes(said("7", "biographies[0].value")),
        Capability.CREATE_TASK: yes(said("7", "`POST /lists/{tasklist}/tasks`")),
        Capability.CREATE_CALL: yes(said("7", "POST /calendars/{calendarId}/events?sendUpdates=none")),
        Capability.CREATE_EVENT: yes(said("7", "POST /calendars/{calendarId}/events?sendUpdates=none")),
        Capability.CREATE_CASE: no(_NOTHING, _NONE),
        Capability.UPDATE_ACTIVITY: yes(said("7", "PATCH /calendars/{c}/events/{e}", "PATCH `/lists/{l}/tasks/{t}`")),
        Capability.LIST_ACTIVITIES: yes(said("7", "GET /calendars/{id}/events?", "GET /lists/{tasklist}/tasks?")),
        Capability.LINK: yes(said("7", "extendedProperties.private.c360_contact")),
        Capability.UNLINK: yes(said("7", "remove the property or marker")),
        Capability.DELTA: yes(said("8", "nextSyncToken", "EXPIRED_SYNC_TOKEN")),
        Capability.RECORD_URL: yes(said("4", "https://contacts.google.com/person/")),
    },
    creates={
        RelatedKind.NOTE: native("appended only if the contact is as it was read", said("6", "Stale etag")),
        RelatedKind.TASK: findable("the last line of the notes, in the list of tasks", _BY_MARKER),
        RelatedKind.CALL: _event,
        RelatedKind.EVENT: _event,
        ContactKind.CONTACT: findable(
            "client data with the key, in the list of contacts",
            said("6", '"clientData":[{"key":"c360_id"') + said("8", "after several minutes"),
        ),
    },
    phone=PhoneSearch.EXACT,
    phone_how="prefixes of what is stored, each spelling a request; the local index answers first",
    phone_sources=said("5", "Prefix semantics", "keep a local index"),
    bounds=Bounds(
        limits=Limits(page_size=1000, batch_size=200, per_window=(90, 60.0)),
        sources=said("8", "pageSize=1000&requestSyncToken=true", "≤ 200")
        + said("9", "around 90 reads and 90 writes per minute per user")
        + said("6", "**sequential**"),
        unstated=frozenset({"concurrent"}),
    ),
    warm_up=GET("/people:searchContacts", {"query": "", "readMask": "names"}),
    warm_for=600.0,
    warm_sources=said("5", "**Warm-up**", "empty `query=`"),
    within=frozenset({RelatedKind.NOTE}),
    variants=(
        Variant(
            name="other contacts not granted",
            lacks=frozenset({_OTHERS}),
            sources=said("2", ".../contacts.other.readonly", "may grant only some scopes"),
            without=("otherContact",),
        ),
    ),
)
