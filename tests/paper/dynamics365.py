"""Microsoft Dynamics 365 (Dataverse) on paper."""

from __future__ import annotations

from tests.paper.paper import Bounds, Listed, Paper, Place, Variant, Way, native, no, refused, said, yes

from customer360.core.addresses import host_of
from customer360.core.auth import OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.effects import Request
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind

_VERSION = "v9.2"
_LOGIN = "login.microsoftonline.com"
# crm{N} of the address: region, and whether it counts as EMEA.
_REGIONS = {
    "crm": ("North America", False),
    "crm2": ("South America", False),
    "crm3": ("Canada", False),
    "crm4": ("EMEA", True),
    "crm5": ("APAC", False),
    "crm6": ("Oceania", False),
    "crm7": ("Japan", False),
    "crm8": ("India", False),
    "crm9": ("US Gov (GCC)", False),
    "crm11": ("UK", True),
    "crm12": ("France", True),
    "crm14": ("South Africa", True),
    "crm15": ("UAE", True),
    "crm16": ("Germany", True),
    "crm17": ("Switzerland", True),
    "crm19": ("Norway", True),
    "crm20": ("Singapore", False),
    "crm21": ("Korea", False),
}


def _org(facts: LinkFacts) -> str:
    return f"https://{facts.settings['environment']}"


def _directory(facts: LinkFacts) -> str:
    tenant = facts.settings.get("directory") or facts.extra.get("tenant", "organizations")
    return f"https://{_LOGIN}/{tenant}/oauth2/v2.0"


def _scopes(facts: LinkFacts) -> tuple[str, ...]:
    return (f"{_org(facts)}/user_impersonation", "offline_access", "openid", "profile")


def _place(part: str) -> Place:
    host = f"contoso.{part}.dynamics.com"
    region, emea = _REGIONS[part]
    return Place(
        name=f"{part}: {region}",
        settings={"environment": host},
        hosts=Hosts(api=(host,), login=(_LOGIN, host)),
        api_base=f"https://{host}/api/data/{_VERSION}",
        emea=emea,
        sources=said("1", f"`{part}`", region, "{name}.crm*.dynamics.com", _LOGIN, f"/api/data/{_VERSION}/")
        if part != "crm4"
        else said("1", "**`crm4` EMEA**", "{name}.crm4.dynamics.com", _LOGIN, f"/api/data/{_VERSION}/"),
    )


_PERSON = {
    StandardField.NAME: "fullname",
    StandardField.GIVEN_NAME: "firstname",
    StandardField.FAMILY_NAME: "lastname",
    StandardField.PHONE: "telephone1",
    StandardField.MOBILE: "mobilephone",
    StandardField.EMAIL: "emailaddress1",
}
_EMAILS = ("emailaddress1", "emailaddress2", "emailaddress3")
_ADDRESS = ("address1_telephone1", "address1_telephone2", "address1_telephone3")
_OPTIONAL = said("1", "only with the Sales app", "only with Customer Service")
_LIST = said("7", "GET activitypointers?$select=")
_own_id = native(
    "the row's id is ours: a second insert under it is refused",
    said("6", "generate the GUID yourself", "If-None-Match: *"),
)

PAPER = Paper(
    info=ConnectorInfo(
        key="dynamics365",
        name="Microsoft Dynamics 365",
        vendor="Microsoft Corporation",
        docs_url="https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview",
        icon="dynamics365",
        api_version=_VERSION,
    ),
    linking=Linking(
        (
            Setting(
                name="environment",
                label="Environment",
                help="the address of your environment, for example contoso.crm4.dynamics.com",
                pattern=r"[a-z0-9-]+(?:\.api)?\.crm[0-9]{0,2}\.dynamics\.com",
                normal=host_of,
            ),
            Setting(
                name="directory",
                label="Directory (tenant)",
                help="its id or domain, if it cannot be found from the environment",
                required=False,
                pattern=r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?",
            ),
        )
    ),
    linking_sources=said("1", "https://{name}.crm{N}.dynamics.com", "Entra tenant id/domain", "(\\.api)?"),
    ways=(
        Way(
            name="OAuth 2 code with PKCE",
            auth=OAuth2Code(
                authorize_url=lambda facts: f"{_directory(facts)}/authorize",
                token_url=lambda facts: f"{_directory(facts)}/token",
                scopes=_scopes,
                authorize_params={"response_mode": "query"},
                token_params=lambda facts: {"scope": " ".join(_scopes(facts))},
                token_error=refused,
            ),
            sources=said(
                "2.1",
                "/{tenant}/oauth2/v2.0/authorize",
                "/{tenant}/oauth2/v2.0/token",
                "{org}/user_impersonation",
                "offline_access openid profile",
                "no OAuth revoke endpoint",
            ),
            remark="the scope names the environment; every answer brings a new refresh token; nothing to revoke with",
        ),
    ),
    places=tuple(_place(part) for part in ("crm4", *(part for part in _REGIONS if part != "crm4"))),
    resources=(
        Listed(
            resource=Resource(
                name="contacts",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard={
                    **_PERSON,
                    StandardField.COMPANY: "parentcustomerid",
                    StandardField.TITLE: "jobtitle",
                    StandardField.OWNER: "_ownerid_value",
                },
                phones=(
                    *("telephone1", "mobilephone", "telephone2", "telephone3", "business2", "home2", "company"),
                    *("assistantphone", "managerphone", "callback", *_ADDRESS, "fax", "pager"),
                ),
                emails=_EMAILS,
            ),
            sources=said("4", "`contacts`/`contactid`", "emailaddress*", "address1_telephone*"),
        ),
        Listed(
            resource=Resource(
                name="leads",
                label="Leads",
                contact_kind=ContactKind.LEAD,
                standard={**_PERSON, StandardField.COMPANY: "companyname"},
                phones=("telephone1", "mobilephone", "telephone2", "telephone3", "fax", "pager"),
                emails=_EMAILS,
            ),
            sources=said("4", "`leads`/`leadid`", "`telephone1..3`", "emailaddress*", "telephone*"),
        ),
        Listed(
            resource=Resource(
                name="accounts",
                label="Accounts",
                contact_kind=ContactKind.COMPANY,
                standard={
                    StandardField.NAME: "name",
                    StandardField.PHONE: "telephone1",
                    StandardField.EMAIL: "emailaddress1",
                },
                phones=("telephone1", "telephone2", "telephone3", *_ADDRESS, "fax"),
                emails=_EMAILS,
            ),
            sources=said("4", "`accounts`/`accountid`", "emailaddress*", "address1_telephone*"),
        ),
        *(
            Listed(resource=Resource(name=name, label=label, related_kind=kind), sources=sources)
            for name, label, kind, sources in (
                ("annotations", "Notes", RelatedKind.NOTE, said("annotation (note)", "`POST annotations`")),
                ("tasks", "Tasks", RelatedKind.TASK, said("task", "`POST tasks`")),
                ("phonecalls", "Phone calls", RelatedKind.CALL, said("phonecall (call log)", "`POST phonecalls`")),
                (
                    "appointments",
                    "Appointments",
                    RelatedKind.EVENT,
                    said("appointment (event/meeting)", "`POST appointments`"),
                ),
                ("incidents", "Cases", RelatedKind.CASE, said("incident (case)", "`POST incidents`")),
                ("opportunities", "Opportunities", RelatedKind.DEAL, said("others", "`opportunities`")),
            )
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5", 'operator="like" value="%512%757%6000"')),
        Capability.SEARCH_EMAIL: yes(said("5", "emailaddress1 eq")),
        Capability.SEARCH_NAME: yes(said("5", "contains(fullname,")),
        Capability.SEARCH_TEXT: yes(said("5", "searchquery"), under="where an administrator switched the search on"),
        Capability.SEARCH_FIELD: yes(said("5", "&$filter=")),
        Capability.CREATE_CONTACT: yes(said("6", "`POST contacts`")),
        Capability.UPDATE_CONTACT: yes(said("6", "`PATCH contacts({guid})`", "If-Match")),
        Capability.RELATED_NOTES: yes(said("annotation (note)", "_objectid_value eq")),
        Capability.RELATED_TASKS: yes(_LIST),
        Capability.RELATED_CALLS: yes(_LIST),
        Capability.RELATED_EVENTS: yes(_LIST),
        Capability.RELATED_CASES: yes(said("incident (case)", "_customerid_value eq"), _OPTIONAL),
        Capability.RELATED_DEALS: yes(said("others", "parentcontactid"), _OPTIONAL),
        Capability.CREATE_NOTE: yes(said("annotation (note)", "objectid_contact@odata.bind")),
        Capability.CREATE_TASK: yes(said("task", "regardingobjectid_contact_task@odata.bind")),
        Capability.CREATE_CALL: yes(said("phonecall (call log)", "regardingobjectid_contact_phonecall@odata.bind")),
        Capability.CREATE_EVENT: yes(
            said("appointment (event/meeting)", "regardingobjectid_contact_appointment@odata.bind")
        ),
        Capability.CREATE_CASE: yes(said("incident (case)", "customerid_contact@odata.bind"), _OPTIONAL),
        Capability.UPDATE_ACTIVITY: yes(said("phonecall (call log)", "PATCH phonecalls({id})")),
        Capability.LIST_ACTIVITIES: yes(_LIST),
        Capability.LINK: yes(said("link / unlink", "$ref")),
        Capability.UNLINK: yes(said("link / unlink", "DELETE tasks({id})/regardingobjectid_contact_task/$ref")),
        Capability.DELTA: yes(said("8", "odata.track-changes", "modifiedon ge")),
        Capability.RECORD_URL: yes(said("4", "{org}/main.aspx?pagetype=entityrecord&etn=contact&id={guid}")),
    },
    creates={
        **dict.fromkeys(
            (RelatedKind.NOTE, RelatedKind.TASK, RelatedKind.CALL, RelatedKind.EVENT, RelatedKind.CASE), _own_id
        ),
        **dict.fromkeys((ContactKind.CONTACT, ContactKind.LEAD, ContactKind.COMPANY), _own_id),
    },
    phone=PhoneSearch.SUBSTRING,
    phone_how="a pattern with the number's groups of digits in a row, over all phone fields, in one request",
    phone_sources=said("5", "**no normalisation**", '<filter type="or">'),
    bounds=Bounds(
        limits=Limits(page_size=5000, batch_size=1000, concurrent=52, per_window=(6_000, 300.0)),
        sources=said("5", "≤ 5,000 rows/page")
        + said("8", "≤ **1,000** requests")
        + said("9", "6,000 requests", "52+ concurrent", "5-min sliding window"),
    ),
    variants=(
        Variant(
            name="without Sales",
            extra={"sales": "no"},
            sources=_OPTIONAL,
            without=("leads", "opportunities"),
            able={Capability.RELATED_DEALS: no("Sales is not installed", _OPTIONAL)},
        ),
        Variant(
            name="without Customer Service",
            extra={"service": "no"},
            sources=_OPTIONAL,
            without=("incidents",),
            able={
                Capability.RELATED_CASES: no("Customer Service is not installed", _OPTIONAL),
                Capability.CREATE_CASE: no("Customer Service is not installed", _OPTIONAL),
            },
        ),
    ),
    locate=lambda facts: Request(method="GET", path=f"{_org(facts)}/api/data/{_VERSION}/", purpose="login"),
    locate_sources=said("2.3", "Unauthenticated `GET {org}/api/data/v9.2/`", "authorization_uri="),
)
