"""HubSpot on paper."""

from __future__ import annotations

from tests.paper.paper import Bounds, Listed, Paper, Place, Variant, Way, blind, findable, native, refused, said, yes

from customer360.core.auth import Application, Grant, Keys, OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.effects import Request
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind

_API = "api.hubapi.com"
_SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
    "crm.objects.deals.read",
    "tickets",
    "crm.objects.owners.read",
    "crm.schemas.contacts.read",
)
_SIGN_IN = {"v3": "v3", "2026-09": "2026-09"}


def _token_url(facts: LinkFacts) -> str:
    return f"https://{_API}/oauth/{_SIGN_IN[facts.settings['api']]}/token"


def _revocation(facts: LinkFacts, application: Application, grant: Grant) -> Request:
    return Request(
        method="POST",
        path=f"{_token_url(facts)}/revoke",
        form=(
            ("client_id", application.client_id),
            ("client_secret", application.secret or ""),
            ("token", grant.refresh_token or grant.access_token),
            ("token_type_hint", "refresh_token"),
        ),
        purpose="login",
    )


_PERSON = {
    StandardField.GIVEN_NAME: "firstname",
    StandardField.FAMILY_NAME: "lastname",
    StandardField.PHONE: "phone",
    StandardField.MOBILE: "mobilephone",
    StandardField.EMAIL: "email",
    StandardField.COMPANY: "company",
    StandardField.TITLE: "jobtitle",
    StandardField.OWNER: "hubspot_owner_id",
}
_ACTIVITIES = (
    ("notes", "Notes", RelatedKind.NOTE, "note (`0-46`)", "hs_note_body"),
    ("tasks", "Tasks", RelatedKind.TASK, "task (`0-27`)", "hs_task_subject"),
    ("calls", "Calls", RelatedKind.CALL, "call (`0-48`)", "hs_call_direction"),
    ("meetings", "Meetings", RelatedKind.EVENT, "meeting (`0-47`)", "hs_meeting_title"),
    ("tickets", "Tickets", RelatedKind.CASE, "ticket (`0-5`)", "hs_pipeline_stage"),
    ("deals", "Deals", RelatedKind.DEAL, "deal (`0-3`)", "dealname"),
)
_SEARCH = said("5", "POST /crm/v3/objects/{type}/search")
_LIST = said("7", "GET /crm/v4/objects/contacts/{id}/associations/{type}", "consistent")
_CREATE = said("7", "POST /crm/v3/objects/{type}", "hs_timestamp")
_line = findable("the last line of the text, among the contact's records by their associations", _LIST, lag=0.0)
_stranger = blind("no unique property is set up; an upsert by e-mail may adopt a stranger", said("6", "Unique custom"))
_upsert = native("an upsert by a unique property of ours", said("6", "batch/upsert", "hasUniqueValue:true"))

PAPER = Paper(
    info=ConnectorInfo(
        key="hubspot",
        name="HubSpot",
        vendor="HubSpot, Inc.",
        docs_url="https://developers.hubspot.com/docs/api-reference/",
        icon="hubspot",
        api_version="v3",
    ),
    linking=Linking(
        (
            Setting(
                name="api",
                label="API version",
                required=False,
                default="v3",
                choices={"v3": "v3", "2026-09": "2026-09"},
                moves=False,
            ),
            Setting(
                name="sign_in",
                label="Sign in by",
                required=False,
                default="oauth",
                choices={"oauth": "people, in the browser", "private_app": "the token of a private app"},
            ),
            Setting(
                name="private_app_token",
                label="Token of the private app",
                help="pat-..., from the private app's page",
                required=False,
                secret=True,
            ),
            Setting(
                name="key_property",
                label="Unique property for our keys",
                help="the internal name of a contact property that is unique",
                required=False,
                pattern=r"[a-z][a-z0-9_]{0,99}",
                moves=False,
            ),
        )
    ),
    linking_sources=said("1", "private-app / static token", "Version switch", "2026-09")
    + said("6", "hasUniqueValue:true"),
    ways=(
        Way(
            name="OAuth 2 code",
            auth=OAuth2Code(
                authorize_url=lambda facts: "https://app.hubspot.com/oauth/authorize",
                token_url=_token_url,
                scopes=lambda facts: _SCOPES,
                pkce=False,
                token_error=refused,
                end=_revocation,
            ),
            settings={"sign_in": "oauth"},
            sources=said(
                "2",
                "https://app.hubspot.com/oauth/authorize",
                "https://api.hubapi.com/oauth/v3/token",
                "POST /oauth/v3/token/revoke",
                "token_type_hint=refresh_token",
                "crm.objects.companies.*",
                "**space separated**",
            ),
            remark="30 minutes; the refresh token does not end by time; the token answer names portal and user",
        ),
        Way(
            name="private app",
            auth=Keys(
                asks=(
                    Setting(
                        name="owner_email",
                        label="Your e-mail address in HubSpot",
                        help="it tells which owner you are",
                        pattern=r"[^\s@]{1,64}@[^\s@]{1,253}",
                    ),
                ),
                headers=lambda secrets: (("Authorization", f"Bearer {secrets['private_app_token']}"),),
            ),
            settings={"sign_in": "private_app"},
            typed={"owner_email": "kim@acme.example"},
            sources=said("2", "Private app / static token", "pat-eu1-")
            + said("3", "GET /crm/v3/owners?limit=100&after=&email="),
            remark="the link holds the token, each agent names the owner; it is rotated by hand",
        ),
    ),
    places=tuple(
        Place(
            name=hublet,
            extra={} if hublet == "na1" else {"hublet": hublet},
            hosts=Hosts(api=(_API,), login=(_API,)),
            api_base=f"https://{_API}",
            emea=hublet == "eu1",
            sources=said("1", f"https://{_API}", "every region", "EU `eu1`", "na1/na2/na3", "`ap1`", "`ca1`")
            + said("2", "dataHostingLocation"),
        )
        for hublet in ("na1", "eu1", "ap1", "ca1")
    ),
    resources=(
        Listed(
            resource=Resource(
                name="contacts",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard=_PERSON,
                phones=("phone", "mobilephone", "fax", "hs_whatsapp_phone_number"),
                emails=("email", "hs_additional_emails", "work_email"),
            ),
            sources=said("4", "`contacts`"),
        ),
        Listed(
            resource=Resource(
                name="companies",
                label="Companies",
                contact_kind=ContactKind.COMPANY,
                standard={
                    StandardField.NAME: "name",
                    StandardField.PHONE: "phone",
                    StandardField.OWNER: "hubspot_owner_id",
                },
                phones=("phone",),
            ),
            sources=said("4", "`companies`"),
        ),
        Listed(
            resource=Resource(
                name="leads",
                label="Leads",
                contact_kind=ContactKind.LEAD,
                standard={StandardField.NAME: "hs_lead_name"},
            ),
            sources=said("4", "`leads`", "via associated contact"),
        ),
        *(
            Listed(resource=Resource(name=name, label=label, related_kind=kind), sources=said("7", *literals))
            for name, label, kind, *literals in _ACTIVITIES
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5", "hs_searchable_calculated_phone_number", "5 OR groups")),
        Capability.SEARCH_EMAIL: yes(said("5", "`email` EQ", "hs_additional_emails")),
        Capability.SEARCH_NAME: yes(_SEARCH, said("5", "CONTAINS_TOKEN")),
        Capability.SEARCH_TEXT: yes(said("5", "`query` (free text)")),
        Capability.SEARCH_FIELD: yes(_SEARCH),
        Capability.CREATE_CONTACT: yes(said("6", "POST /crm/v3/objects/contacts")),
        Capability.UPDATE_CONTACT: yes(said("6", "PATCH /crm/v3/objects/contacts/{id}")),
        Capability.RELATED_NOTES: yes(_LIST),
        Capability.RELATED_TASKS: yes(_LIST),
        Capability.RELATED_CALLS: yes(_LIST),
        Capability.RELATED_EVENTS: yes(_LIST),
        Capability.RELATED_CASES: yes(_LIST),
        Capability.RELATED_DEALS: yes(_LIST),
        Capability.CREATE_NOTE: yes(_CREATE),
        Capability.CREATE_TASK: yes(_CREATE),
        Capability.CREATE_CALL: yes(said("7", "POST /crm/v3/objects/calls")),
        Capability.CREATE_EVENT: yes(_CREATE),
        Capability.CREATE_CASE: yes(_CREATE),
        Capability.UPDATE_ACTIVITY: yes(
            said("6", "PATCH /crm/v3/objects/contacts/{id}") + said("7", "All activities are objects")
        ),
        Capability.LIST_ACTIVITIES: yes(said("7", "/search` with filter")),
        Capability.LINK: yes(said("7", "/associations/default/{to}/{toId}")),
        Capability.UNLINK: yes(said("7", "DELETE /crm/v4/objects/{from}/{id}/associations/{to}/{toId}")),
        Capability.DELTA: yes(said("8", "lastmodifieddate", "archived=true")),
        Capability.RECORD_URL: yes(said("4", "https://{uiDomain}/contacts/{portalId}/record/{objectTypeId}/{id}")),
    },
    creates={
        **dict.fromkeys(
            (RelatedKind.NOTE, RelatedKind.TASK, RelatedKind.CALL, RelatedKind.EVENT, RelatedKind.CASE), _line
        ),
        ContactKind.CONTACT: _stranger,
        ContactKind.COMPANY: _stranger,
        ContactKind.LEAD: blind("no unique property is set up", said("6", "Unique custom")),
    },
    phone=PhoneSearch.NORMALISED,
    phone_how="calculated properties with and without country code, five groups of one request",
    phone_sources=said("5", "hs_searchable_calculated_international_phone_number", "not to send the country code"),
    bounds=Bounds(
        limits=Limits(page_size=100, batch_size=100, per_window=(110, 10.0), shared=True),
        sources=said("8", "`limit` ≤ 100", "≤ **100** inputs") + said("9", "110 requests / 10 s"),
        unstated=frozenset({"concurrent"}),
    ),
    variants=(
        Variant(
            name="by a private app",
            settings={"sign_in": "private_app"},
            sources=said("9", "100/10 s (Free/Starter)"),
            limits=Limits(page_size=100, batch_size=100, per_window=(100, 10.0), shared=True),
        ),
        Variant(
            name="without Sales Hub",
            extra={"leads": "no"},
            sources=said("4", "Sales Hub only"),
            without=("leads",),
        ),
        Variant(
            name="with a unique property",
            settings={"key_property": "c360_key"},
            sources=said("6", "hasUniqueValue:true"),
            creates={ContactKind.CONTACT: _upsert, ContactKind.COMPANY: _upsert},
        ),
    ),
)
