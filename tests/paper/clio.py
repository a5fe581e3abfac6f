"""Clio (Clio Manage) on paper."""

from __future__ import annotations

from tests.paper.paper import Bounds, Listed, Paper, Place, Variant, Way, blind, findable, no, refused, said, yes

from customer360.core.auth import OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind

_HOSTS = {"us": "app.clio.com", "eu": "eu.app.clio.com", "ca": "ca.app.clio.com", "au": "au.app.clio.com"}


def _host(facts: LinkFacts) -> str:
    return f"https://{_HOSTS[facts.settings['region']]}"


_LISTS = {
    RelatedKind.NOTE: said("7", "GET /notes?type=contact&contact_id={id}"),
    RelatedKind.CALL: said("7", "GET /communications?contact_id={id}&type=PhoneCommunication"),
    RelatedKind.TASK: said("7", "GET /tasks?client_id={id}"),
    RelatedKind.EVENT: said("7", "/calendar_entries?external_property_name=contact_id"),
    RelatedKind.CASE: said("7", "GET /matters?client_id={id}"),
}
_NO_DEALS = said("4", "Leads live in Clio Grow")
_PROPERTY = said("7", "external_property_name=call_id&external_property_value=", "max **5** per record")
_by_property = findable("an external property with the key, which can be asked for", _PROPERTY)
_no_field = blind("no custom field is set up for our keys", said("6", "no external id on contacts"))

PAPER = Paper(
    info=ConnectorInfo(
        key="clio",
        name="Clio",
        vendor="Clio",
        docs_url="https://docs.developers.clio.com/api-docs/",
        icon="clio",
        api_version="4.0.9",
    ),
    linking=Linking(
        (
            Setting(name="region", label="Region", choices={"us": "US", "eu": "EU", "ca": "Canada", "au": "Australia"}),
            Setting(
                name="spellings",
                label="How your people write numbers",
                help="patterns with # for each digit, separated by |",
                required=False,
                default="",
                pattern=r"[#0-9 ().+/|-]{0,200}",
                moves=False,
            ),
            Setting(
                name="key_field",
                label="Custom field for our keys",
                help="the id of a custom field of contacts, of type text_line",
                required=False,
                pattern=r"[0-9]{1,18}",
                moves=False,
            ),
        )
    ),
    linking_sources=said("1", '"Domain information" an admin supplies: region')
    + said("5", "admin-configurable list")
    + said("6", "`text_line` custom field as external id"),
    ways=(
        Way(
            name="OAuth 2 code",
            auth=OAuth2Code(
                authorize_url=lambda facts: f"{_host(facts)}/oauth/authorize",
                token_url=lambda facts: f"{_host(facts)}/oauth/token",
                scopes=lambda facts: (),
                pkce=False,
                authorize_params={"redirect_on_decline": "true"},
                token_error=refused,
            ),
            sources=said(
                "2",
                "https://<host>/oauth/authorize",
                "https://<host>/oauth/token",
                "/oauth/deauthorize",
                "redirect_on_decline=true",
                "No `scope` parameter is needed",
            ),
            remark="the refresh token neither ends nor rotates; rights are ticked in the developer portal",
        ),
    ),
    places=tuple(
        Place(
            name=region,
            settings={"region": region},
            hosts=Hosts(api=(host,), login=(host,)),
            api_base=f"https://{host}/api/v4",
            emea=region == "eu",
            sources=said("1", host, "/api/v4", "data never crosses regions"),
        )
        for region, host in _HOSTS.items()
    ),
    resources=(
        Listed(
            resource=Resource(
                name="Person",
                label="People",
                contact_kind=ContactKind.CONTACT,
                standard={
                    StandardField.NAME: "name",
                    StandardField.GIVEN_NAME: "first_name",
                    StandardField.FAMILY_NAME: "last_name",
                    StandardField.PHONE: "phone_numbers",
                    StandardField.EMAIL: "email_addresses",
                    StandardField.COMPANY: "company",
                    StandardField.TITLE: "title",
                },
                phones=("phone_numbers",),
                emails=("email_addresses",),
            ),
            sources=said("4", "`type` = `Person` or `Company`", "contacts have no owner"),
        ),
        Listed(
            resource=Resource(
                name="Company",
                label="Companies",
                contact_kind=ContactKind.COMPANY,
                standard={
                    StandardField.NAME: "name",
                    StandardField.PHONE: "phone_numbers",
                    StandardField.EMAIL: "email_addresses",
                },
                phones=("phone_numbers",),
                emails=("email_addresses",),
            ),
            sources=said("4", "`type` = `Person` or `Company`"),
        ),
        *(
            Listed(resource=Resource(name=name, label=label, related_kind=kind), sources=said("7", f"`{name}`"))
            for name, label, kind in (
                ("Note", "Notes", RelatedKind.NOTE),
                ("Task", "Tasks", RelatedKind.TASK),
                ("Communication", "Calls", RelatedKind.CALL),
                ("CalendarEntry", "Calendar entries", RelatedKind.EVENT),
                ("Matter", "Matters", RelatedKind.CASE),
            )
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5", "GET /contacts?query="), under="each spelling is a request"),
        Capability.SEARCH_EMAIL: yes(said("5", "query=<address>")),
        Capability.SEARCH_NAME: yes(said("5", "GET /contacts?query=")),
        Capability.SEARCH_TEXT: yes(said("5", "GET /contacts?query=")),
        Capability.SEARCH_FIELD: yes(said("5", "custom_field_values[<id>]="), under="custom fields"),
        Capability.CREATE_CONTACT: yes(said("6", "POST /contacts")),
        Capability.UPDATE_CONTACT: yes(said("6", "PATCH /contacts/{id}", "If-Match")),
        Capability.RELATED_NOTES: yes(_LISTS[RelatedKind.NOTE]),
        Capability.RELATED_TASKS: yes(_LISTS[RelatedKind.TASK], under="of the contact's matters, or assigned to it"),
        Capability.RELATED_CALLS: yes(_LISTS[RelatedKind.CALL]),
        Capability.RELATED_EVENTS: yes(_LISTS[RelatedKind.EVENT], under="those that bear the contact as a property"),
        Capability.RELATED_CASES: yes(_LISTS[RelatedKind.CASE]),
        Capability.RELATED_DEALS: no("Clio Manage has no deals", _NO_DEALS),
        Capability.CREATE_NOTE: yes(said("7", "`POST /notes`")),
        Capability.CREATE_TASK: yes(said("7", "`POST /tasks`")),
        Capability.CREATE_CALL: yes(said("7", "`POST /communications`")),
        Capability.CREATE_EVENT: yes(said("7", "`POST /calendar_entries`")),
        Capability.CREATE_CASE: yes(said("7", "`POST /matters`")),
        Capability.UPDATE_ACTIVITY: yes(said("7", "PATCH /communications/{id}", '"status":"complete"')),
        Capability.LIST_ACTIVITIES: yes(said("7", "received_since", "updated_since")),
        Capability.LINK: yes(said("7", "POST /relationships", "attendees")),
        Capability.UNLINK: yes(said("7", "DELETE /relationships/{id}", "_destroy")),
        Capability.DELTA: yes(said("8", "updated_since"), under="what was deleted is not told"),
        Capability.RECORD_URL: yes(said("4", "https://<host>/nc/#/contacts/{id}")),
    },
    creates={
        RelatedKind.NOTE: findable("the last line of the text, in the contact's notes", _LISTS[RelatedKind.NOTE]),
        RelatedKind.TASK: findable("the last line of the description, in the list of tasks", _LISTS[RelatedKind.TASK]),
        RelatedKind.CALL: _by_property,
        RelatedKind.EVENT: _by_property,
        RelatedKind.CASE: findable(
            "the last line of the description, in the client's matters", _LISTS[RelatedKind.CASE]
        ),
        ContactKind.CONTACT: _no_field,
        ContactKind.COMPANY: _no_field,
    },
    phone=PhoneSearch.EXACT,
    phone_how="the stored text, punctuation included; an account names its own spellings",
    phone_sources=said("5", "**literally on the stored text, punctuation included**"),
    bounds=Bounds(
        limits=Limits(page_size=200, per_window=(50, 60.0)),
        sources=said("5", "default 200") + said("9", "**50 requests / 60 s**", "Per access token"),
        unstated=frozenset({"concurrent"}),
    ),
    variants=(
        Variant(
            name="with a custom field for keys",
            settings={"key_field": "9002"},
            sources=said("6", "`text_line` custom field as external id"),
            creates=dict.fromkeys(
                (ContactKind.CONTACT, ContactKind.COMPANY),
                findable(
                    "a custom field with the key, which can be asked for", said("6", "custom_field_values[<field id>]")
                ),
            ),
        ),
    ),
)
