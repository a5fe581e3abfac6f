"""Zendesk Support on paper."""

from __future__ import annotations

from base64 import b64encode

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

from customer360.core.addresses import LABEL, label_under
from customer360.core.auth import Application, Grant, Keys, OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.effects import Request
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind


def _host(facts: LinkFacts) -> str:
    return f"https://{facts.settings['subdomain']}.zendesk.com"


def _revocation(facts: LinkFacts, application: Application, grant: Grant) -> Request:
    return Request(
        method="DELETE",
        path=f"{_host(facts)}/api/v2/oauth/tokens/current",
        headers=(("Authorization", f"Bearer {grant.access_token}"),),
        purpose="login",
    )


_LIST = said("7", "GET /api/v2/users/{id}/tickets/requested?sort_by=created_at", "strongly consistent")
_COMMENTS = said("7", "GET /api/v2/tickets/{id}/comments?sort_order=desc")
_TICKET = said("7", "`POST /api/v2/tickets`", '"external_id":"c360-8f1e"')
_NO_EVENTS = said("7", "event / meeting | none")
_NO_DEALS = said("7", "out of scope")
_ticket = findable("external_id, among the requester's tickets, which are strongly consistent", _TICKET, _LIST, lag=0.0)
_upsert = native("an upsert by external_id makes one of two", said("6", "create_or_update", "external_id"))

PAPER = Paper(
    info=ConnectorInfo(
        key="zendesk",
        name="Zendesk",
        vendor="Zendesk, Inc.",
        docs_url="https://developer.zendesk.com/api-reference/",
        icon="zendesk",
        api_version="v2",
    ),
    linking=Linking(
        (
            Setting(
                name="subdomain",
                label="Subdomain",
                help="acme, if you open acme.zendesk.com",
                pattern=LABEL,
                normal=label_under("zendesk.com"),
            ),
            Setting(
                name="sign_in",
                label="Sign in by",
                required=False,
                default="oauth",
                choices={"oauth": "people, in the browser", "token": "an API token (until 30 April 2027)"},
            ),
            Setting(
                name="plan",
                label="Plan",
                required=False,
                default="team",
                choices={
                    "team": "Team",
                    "professional": "Growth or Professional",
                    "enterprise": "Enterprise",
                    "plus": "Enterprise Plus, or the High-Volume add-on",
                },
                moves=False,
            ),
            RESIDENCY,
        )
    ),
    linking_sources=said("1", "**subdomain**", "host mapped") + said("2", "API token (legacy)") + said("9", "Team 200"),
    ways=(
        Way(
            name="OAuth 2 code with PKCE",
            auth=OAuth2Code(
                authorize_url=lambda facts: f"{_host(facts)}/oauth/authorizations/new",
                token_url=lambda facts: f"{_host(facts)}/oauth/tokens",
                scopes=lambda facts: ("read", "write"),
                token_params=lambda facts: {
                    "scope": "read write",
                    "expires_in": "172800",
                    "refresh_token_expires_in": "7776000",
                },
                token_body="json",
                token_numbers=frozenset({"expires_in", "refresh_token_expires_in"}),
                token_error=refused,
                end=_revocation,
            ),
            settings={"sign_in": "oauth"},
            sources=said(
                "2",
                "{subdomain}.zendesk.com/oauth/authorizations/new",
                "/oauth/authorizations/new",
                "/oauth/tokens",
                "172 800 s",
                "7 776 000 s",
                "`read write`",
                "DELETE /api/v2/oauth/tokens/current",
                "stop working at once",
            ),
            remark="both tokens rotate and the old ones stop at once; the refresh token has an end",
        ),
        Way(
            name="API token",
            auth=Keys(
                asks=(
                    Setting(
                        name="email",
                        label="Your e-mail address",
                        help="as you sign in to Zendesk",
                        pattern=r"[^\s@:/]{1,64}@[^\s@:/]{1,253}",
                    ),
                    Setting(name="api_token", label="API token", help="from the admin centre", secret=True),
                ),
                headers=lambda secrets: (
                    (
                        "Authorization",
                        "Basic " + b64encode(f"{secrets['email']}/token:{secrets['api_token']}".encode()).decode(),
                    ),
                ),
            ),
            settings={"sign_in": "token"},
            typed={"email": "kim@acme.example", "api_token": "k"},
            sources=said("2", 'Basic base64("{agent_email}/token:{api_token}")', "**30 Apr 2027**"),
            remark="legacy: none can be made any more, and all stop on 30 April 2027",
        ),
    ),
    places=tuple(
        Place(
            name=name,
            settings={"subdomain": typed, **settings},
            hosts=Hosts(api=("acme.zendesk.com",), login=("acme.zendesk.com",)),
            api_base="https://acme.zendesk.com/api/v2",
            emea="residency" in settings,
            sources=said("1", "acme.zendesk.com", "https://{subdomain}.zendesk.com/api/v2/", "no regional API hosts"),
        )
        for name, typed, settings in (
            ("everywhere", "acme", dict[str, str]()),
            ("an address", "https://Acme.zendesk.com/agent", dict[str, str]()),
            ("in EMEA, as told", "acme", {"residency": "emea"}),
        )
    ),
    resources=(
        Listed(
            resource=Resource(
                name="users",
                label="Users",
                contact_kind=ContactKind.CONTACT,
                standard={
                    StandardField.NAME: "name",
                    StandardField.PHONE: "phone",
                    StandardField.EMAIL: "email",
                    StandardField.COMPANY: "organization_id",
                },
                phones=("phone",),
                emails=("email",),
            ),
            sources=said("4", "**users**", "no owner"),
        ),
        Listed(
            resource=Resource(
                name="organizations",
                label="Organizations",
                contact_kind=ContactKind.COMPANY,
                standard={StandardField.NAME: "name"},
            ),
            sources=said("4", "| organizations |"),
        ),
        *(
            Listed(resource=Resource(name=name, label=label, related_kind=kind), sources=said("7", literal))
            for name, label, kind, literal in (
                ("comments", "Notes", RelatedKind.NOTE, "**private comment** on a ticket"),
                ("tasks", "Tasks", RelatedKind.TASK, 'ticket with `type:"task"`'),
                ("calls", "Calls", RelatedKind.CALL, '`tags:["phone_call","inbound"]`'),
                ("tickets", "Tickets", RelatedKind.CASE, "**ticket** with `requester_id` = user"),
            )
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5", "type:user phone:*4155550123 phone:14155550123")),
        Capability.SEARCH_EMAIL: yes(said("5", 'type:user email:"ada@example.com"')),
        Capability.SEARCH_NAME: yes(said("5", 'type:user name:"ada lovelace"')),
        Capability.SEARCH_TEXT: yes(said("5", "type:user ada 4711")),
        Capability.SEARCH_FIELD: yes(said("5", "plan:plan_gold")),
        Capability.CREATE_CONTACT: yes(said("6", "`POST /api/v2/users`")),
        Capability.UPDATE_CONTACT: yes(said("6", "`PUT /api/v2/users/{id}`")),
        Capability.RELATED_NOTES: yes(_COMMENTS, under="of the contact's tickets"),
        Capability.RELATED_TASKS: yes(_LIST, said("7", "ticket_type:task requester:{id}")),
        Capability.RELATED_CALLS: yes(said("7", "`via:phone` / `type:ticket requester:{id}`")),
        Capability.RELATED_EVENTS: no("Zendesk has no events", _NO_EVENTS),
        Capability.RELATED_CASES: yes(_LIST),
        Capability.RELATED_DEALS: no("deals are another product", _NO_DEALS),
        Capability.CREATE_NOTE: yes(said("7", "PUT /api/v2/tickets/{id}", '"public":false'), under="on a ticket"),
        Capability.CREATE_TASK: yes(said("7", '{"ticket":{"type":"task"')),
        Capability.CREATE_CALL: yes(said("7", "*Plain ticket*")),
        Capability.CREATE_EVENT: no("Zendesk has no events", _NO_EVENTS),
        Capability.CREATE_CASE: yes(_TICKET),
        Capability.UPDATE_ACTIVITY: yes(said("7", "`PUT /api/v2/tickets/{id}")),
        Capability.LIST_ACTIVITIES: yes(said("7", "type:ticket requester:{id} status<solved")),
        Capability.LINK: yes(said("7", "`PUT` a new `requester_id`")),
        Capability.UNLINK: no("a ticket always has a requester", said("7", "unlinking is impossible")),
        Capability.DELTA: yes(
            said("8", "GET /incremental/users/cursor?start_time="), under="an administrator's sign-in"
        ),
        Capability.RECORD_URL: yes(said("4", "https://{subdomain}.zendesk.com/agent/users/{id}")),
    },
    creates={
        RelatedKind.NOTE: findable("the last line of the text, among the ticket's comments", _COMMENTS),
        RelatedKind.TASK: _ticket,
        RelatedKind.CALL: _ticket,
        RelatedKind.CASE: _ticket,
        ContactKind.CONTACT: _upsert,
        ContactKind.COMPANY: native(
            "an upsert by external_id makes one of two", said("6", "POST /organizations/create_or_update")
        ),
    },
    phone=PhoneSearch.NORMALISED,
    phone_how="digits only; the end of the number and all of it are two terms of one request",
    phone_sources=said("5", "**leading `*`**", "Same property twice is ORed"),
    bounds=Bounds(
        limits=Limits(page_size=100, batch_size=100, per_window=(200, 60.0), shared=True),
        sources=said("8", "`page[size]` ≤ 100", "≤ **100** items")
        + said("9", "Team 200", "Requests/minute per account"),
        unstated=frozenset({"concurrent"}),
    ),
    variants=tuple(
        Variant(
            name=f"{plan} plan",
            settings={"plan": plan},
            sources=said("9", told),
            limits=Limits(page_size=100, batch_size=100, per_window=(requests, 60.0), shared=True),
        )
        for plan, requests, told in (
            ("professional", 400, "Growth/Professional 400"),
            ("enterprise", 700, "Enterprise 700"),
            ("plus", 2_500, "Enterprise Plus or High-Volume add-on 2500"),
        )
    ),
)
