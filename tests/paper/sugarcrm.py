"""SugarCRM on paper."""

from __future__ import annotations

from collections.abc import Mapping

from tests.paper.paper import RESIDENCY, Bounds, Listed, Paper, Place, Variant, Way, findable, refused, said, yes

from customer360.core.addresses import SITE, site_of
from customer360.core.auth import Application, Grant, Password
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.effects import Request
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind
from customer360.core.wire import Response


def _base(facts: LinkFacts) -> str:
    return f"https://{facts.settings['site']}/rest/{facts.settings['version']}"


def _platform(facts: LinkFacts) -> str:
    """A person has one session on each platform: the account's sign-in and an agent's must not be on the same."""
    return facts.settings["platform"] + ("_account" if facts.account else "")


def _token(facts: LinkFacts, application: Application, said: Mapping[str, str]) -> Request:
    return Request(
        method="POST",
        path=f"{_base(facts)}/oauth2/token",
        json={
            **said,
            "client_id": application.client_id,
            "client_secret": application.secret or "",
            "platform": _platform(facts),
        },
        purpose="login",
    )


def _sign_in(facts: LinkFacts, application: Application, typed: Mapping[str, str]) -> Request:
    return _token(facts, application, {"grant_type": "password", **typed})


def _again(facts: LinkFacts, application: Application, refresh_token: str) -> Request:
    return _token(facts, application, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def _answer(response: Response) -> Mapping[str, object]:
    members: Mapping[str, object] = response.json()
    return members


def _end(facts: LinkFacts, grant: Grant) -> Request:
    return Request(
        method="POST",
        path=f"{_base(facts)}/oauth2/logout",
        headers=(("OAuth-Token", grant.access_token),),
        json={"token": grant.access_token, "refresh_token": grant.refresh_token or ""},
        purpose="login",
    )


def _place(name: str, typed: str, site: str, *patterns: str, emea: bool = False) -> Place:
    host, _, path = site.partition("/")
    return Place(
        name=name,
        settings={"site": typed, **({"residency": "emea"} if emea and ".example" in host else {})},
        hosts=Hosts(api=(host,), login=(host,)),
        api_base=f"https://{site}/rest/v11_16",
        own="site" if host.endswith(".example:8443") else None,
        emea=emea,
        sources=said("1", *patterns, "/rest/v11_16/", "`v11_16`", *(["sub-path"] if path else [])),
    )


_PERSON = {
    StandardField.NAME: "full_name",
    StandardField.GIVEN_NAME: "first_name",
    StandardField.FAMILY_NAME: "last_name",
    StandardField.PHONE: "phone_work",
    StandardField.MOBILE: "phone_mobile",
    StandardField.EMAIL: "email",
    StandardField.COMPANY: "account_name",
    StandardField.TITLE: "title",
    StandardField.OWNER: "assigned_user_id",
}
_PHONES = ("phone_work", "phone_mobile", "phone_home", "phone_other", "phone_fax", "assistant_phone")
_KINDS = (
    ("Notes", RelatedKind.NOTE, "notes_parent"),
    ("Tasks", RelatedKind.TASK, "all_tasks"),
    ("Calls", RelatedKind.CALL, "calls_parent"),
    ("Meetings", RelatedKind.EVENT, "meetings_parent"),
    ("Cases", RelatedKind.CASE, "case_contact"),
    ("Opportunities", RelatedKind.DEAL, "`opportunities`"),
)
_FILTER = said("5", "`POST /Contacts/filter`", "SQL, immediate")
_LIST = said("7", "GET /Contacts/{id}/link/calls?order_by=")
_CREATE = said("7", "POST /Contacts/{id}/link/{link}")
_line = findable("the last line of the description, by the filter, which reads the records", _FILTER, lag=0.0)

PAPER = Paper(
    info=ConnectorInfo(
        key="sugarcrm",
        name="SugarCRM",
        vendor="SugarCRM Inc.",
        docs_url="https://support.sugarcrm.com/documentation/sugar_developer/",
        icon="sugarcrm",
        api_version="v11_16",
    ),
    linking=Linking(
        (
            Setting(
                name="site",
                label="Site",
                help="the address at which you open Sugar, for example acme.sugarondemand.com",
                pattern=SITE,
                normal=site_of,
            ),
            Setting(
                name="platform",
                label="Platform",
                help="as registered under Configure API Platforms, here and with _account behind it",
                required=False,
                default="customer360",
                pattern=r"[A-Za-z0-9_-]{1,40}",
            ),
            RESIDENCY,
            Setting(
                name="version",
                label="API version",
                help="v11_16, or what your server supports",
                required=False,
                default="v11_16",
                pattern=r"v1[01](?:_[0-9]{1,2})?",
                moves=False,
            ),
        )
    ),
    linking_sources=said("1", "site URL", "platform name", "optional API version", "let the admin override it"),
    ways=(
        Way(
            name="name and password",
            auth=Password(
                asks=(
                    Setting(name="username", label="User name", help="as you sign in to Sugar"),
                    Setting(name="password", label="Password", help="yours in Sugar", secret=True),
                ),
                sign_in=_sign_in,
                again=_again,
                token_error=refused,
                answer=_answer,
                refresh_lifetime="refresh_expires_in",
                header="OAuth-Token",
                header_prefix="",
                end=_end,
            ),
            typed={"username": "kim", "password": "x"},
            sources=said(
                "2",
                '"grant_type":"password"',
                "`POST /oauth2/token`",
                "`POST /oauth2/logout`",
                "OAuth-Token: <access_token>",
                "refresh_expires_in",
                "**One session per user and platform**",
                "**Rotating**",
            ),
            remark="one session for each person and platform; the refresh token rotates and lives 14 days",
        ),
    ),
    places=(
        _place(
            "SugarCloud",
            "https://acme.sugarondemand.com/",
            "acme.sugarondemand.com",
            "<tenant>.sugarondemand.com",
            "*.sugarondemand.com",
        ),
        _place("SugarCloud, EU", "acme.sugaropencloud.eu", "acme.sugaropencloud.eu", "*.sugaropencloud.eu", emea=True),
        _place("SugarCloud, EU, older", "acme.sugarcrm.eu", "acme.sugarcrm.eu", "*.sugarcrm.eu", emea=True),
        _place(
            "on-premise",
            "https://crm.acme.example:8443/sugar/",
            "crm.acme.example:8443/sugar",
            "https://<host>[/<path>]/rest/v11_16/",
            "exact origin (scheme+host+port)",
        ),
        _place(
            "on-premise, in EMEA, as told",
            "https://crm.acme.example:8443/sugar/",
            "crm.acme.example:8443/sugar",
            "https://<host>[/<path>]/rest/v11_16/",
            emea=True,
        ),
    ),
    resources=(
        Listed(
            resource=Resource(
                name="Contacts",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard=_PERSON,
                phones=_PHONES,
                emails=("email",),
            ),
            sources=said("4", "| Contacts |", "`email[]`", "assigned_user_id/_name"),
        ),
        Listed(
            resource=Resource(
                name="Leads",
                label="Leads",
                contact_kind=ContactKind.LEAD,
                standard=_PERSON,
                phones=_PHONES,
                emails=("email",),
            ),
            sources=said("4", "| Leads |", "same person fields"),
        ),
        Listed(
            resource=Resource(
                name="Accounts",
                label="Accounts",
                contact_kind=ContactKind.COMPANY,
                standard={
                    StandardField.NAME: "name",
                    StandardField.PHONE: "phone_office",
                    StandardField.EMAIL: "email",
                    StandardField.OWNER: "assigned_user_id",
                },
                phones=("phone_office", "phone_alternate", "phone_fax"),
                emails=("email",),
            ),
            sources=said("4", "| Accounts |"),
        ),
        *(
            Listed(resource=Resource(name=name, label=name, related_kind=kind), sources=said("7", f"| {name} |", link))
            for name, kind, link in _KINDS
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5", '"$contains":"617%555%0100"', '"$or":[{"phone_work"')),
        Capability.SEARCH_EMAIL: yes(said("5", "email_addresses.email_address")),
        Capability.SEARCH_NAME: yes(said("5", "$starts")),
        Capability.SEARCH_TEXT: yes(said("5", "/globalsearch?q="), under="where the index is switched on"),
        Capability.SEARCH_FIELD: yes(_FILTER),
        Capability.CREATE_CONTACT: yes(said("6", "`POST /Contacts`")),
        Capability.UPDATE_CONTACT: yes(said("6", "`PUT /Contacts/{id}`")),
        Capability.RELATED_NOTES: yes(_LIST),
        Capability.RELATED_TASKS: yes(_LIST),
        Capability.RELATED_CALLS: yes(_LIST),
        Capability.RELATED_EVENTS: yes(_LIST),
        Capability.RELATED_CASES: yes(_LIST),
        Capability.RELATED_DEALS: yes(_LIST),
        Capability.CREATE_NOTE: yes(_CREATE),
        Capability.CREATE_TASK: yes(_CREATE),
        Capability.CREATE_CALL: yes(said("7", "POST /Contacts/c1/link/calls")),
        Capability.CREATE_EVENT: yes(_CREATE),
        Capability.CREATE_CASE: yes(said("7", "`POST /Cases")),
        Capability.UPDATE_ACTIVITY: yes(said("6", "**PATCH semantics**")),
        Capability.LIST_ACTIVITIES: yes(_FILTER),
        Capability.LINK: yes(said("7", "POST /Contacts/{id}/link/{link}/{remote_id}")),
        Capability.UNLINK: yes(said("7", "DELETE /Contacts/{id}/link/{link}/{remote_id}")),
        Capability.DELTA: yes(said("8", "order_by=date_modified:asc,id:asc", "`deleted=true`")),
        Capability.RECORD_URL: yes(said("4", "https://<site>/#Contacts/<id>")),
    },
    creates={
        **dict.fromkeys(
            (RelatedKind.NOTE, RelatedKind.TASK, RelatedKind.CALL, RelatedKind.EVENT, RelatedKind.CASE), _line
        ),
        **dict.fromkeys((ContactKind.CONTACT, ContactKind.LEAD, ContactKind.COMPANY), _line),
    },
    phone=PhoneSearch.SUBSTRING,
    phone_how="a pattern with the number's groups of digits in a row, over all phone fields, in one request",
    phone_sources=said("5", '"$contains":"617%555%0100"', "plain text on the stored string"),
    bounds=Bounds(
        limits=Limits(page_size=20, batch_size=50),
        sources=said("8", "default 20", "keep ≤ 50") + said("9", "no API rate limit"),
        unstated=frozenset({"concurrent"}),
    ),
    variants=(
        Variant(
            name="with the search index",
            extra={"fts": "yes"},
            sources=said("5", "**B. Global search", "needs the index enabled"),
            phone=PhoneSearch.NORMALISED,
        ),
    ),
)
