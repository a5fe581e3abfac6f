"""Zoho CRM on paper."""

from __future__ import annotations

from tests.paper.paper import Bounds, Listed, Paper, Place, Variant, Way, blind, findable, no, refused, said, yes

from customer360.core.auth import OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind

# Ending of the address: accounts host, ending of the API hosts, whether it counts as EMEA.
_CENTRES = {
    "com": ("accounts.zoho.com", "zohoapis.com", False),
    "eu": ("accounts.zoho.eu", "zohoapis.eu", True),
    "in": ("accounts.zoho.in", "zohoapis.in", False),
    "com.au": ("accounts.zoho.com.au", "zohoapis.com.au", False),
    "jp": ("accounts.zoho.jp", "zohoapis.jp", False),
    "ca": ("accounts.zohocloud.ca", "zohoapis.ca", False),
    "sa": ("accounts.zoho.sa", "zohoapis.sa", True),
    "com.cn": ("accounts.zoho.com.cn", "zohoapis.com.cn", False),
}
_API_HOST = {"production": "www", "sandbox": "sandbox", "developer": "developer"}
_DATA_CENTRES = "Data centres and host allow-list"
_COQL = "ZohoCRM.coql.READ"
_SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.READ",
    "ZohoCRM.org.READ",
    "ZohoSearch.securesearch.READ",
    _COQL,
)


def _accounts(facts: LinkFacts) -> str:
    return f"https://{_CENTRES[facts.settings['data_centre']][0]}"


def _place(centre: str, environment: str = "production") -> Place:
    accounts, api, emea = _CENTRES[centre]
    return Place(
        name=centre if environment == "production" else f"{centre} {environment}",
        settings={"data_centre": centre, "environment": environment},
        hosts=Hosts(api=tuple(f"{name}.{api}" for name in _API_HOST.values()), login=(accounts,)),
        api_base=f"https://{_API_HOST[environment]}.{api}/crm/v8",
        emea=emea,
        sources=said(_DATA_CENTRES, accounts, f"www.{api}", f"sandbox.{api}", "{www,sandbox,developer}.zohoapis.*")
        + said("1", "/crm/v8/"),
    )


def _contacts(name: str, kind: ContactKind, standard: dict[StandardField, str], *phones: str, **more: object) -> Listed:
    emails = tuple(str(each) for each in more.values())
    return Listed(
        resource=Resource(
            name=name,
            label=name,
            contact_kind=kind,
            standard={**standard, StandardField.OWNER: "Owner"},
            phones=phones,
            emails=emails,
        ),
        sources=said("4", name, "Fax"),
    )


_PERSON = {
    StandardField.NAME: "Full_Name",
    StandardField.GIVEN_NAME: "First_Name",
    StandardField.FAMILY_NAME: "Last_Name",
    StandardField.PHONE: "Phone",
    StandardField.MOBILE: "Mobile",
    StandardField.EMAIL: "Email",
}
_EMAILS = {"first": "Email", "second": "Secondary_Email"}
_ACTIVITIES = {
    "Notes": RelatedKind.NOTE,
    "Tasks": RelatedKind.TASK,
    "Calls": RelatedKind.CALL,
    "Events": RelatedKind.EVENT,
    "Cases": RelatedKind.CASE,
    "Deals": RelatedKind.DEAL,
}
_READ = said("7", "GET /crm/v8/Contacts/{id}/{related_list}")
_BY_COQL = said("7", "from Calls where Who_Id =") + said("12", "`findable`, lag 0")
_NO_COQL = f"the scope {_COQL} was not granted"

_recorded = findable("the last line of the description, by COQL, which reads the records", _BY_COQL, lag=0.0)
_person = blind(
    "no unique field of ours; an upsert by e-mail may adopt a stranger",
    said("12", "else `blind`", "Upsert on `Email`"),
)

PAPER = Paper(
    info=ConnectorInfo(
        key="zoho",
        name="Zoho CRM",
        vendor="Zoho Corporation",
        docs_url="https://www.zoho.com/crm/developer/docs/api/v8/",
        icon="zoho",
        api_version="v8",
    ),
    linking=Linking(
        (
            Setting(name="data_centre", label="Data centre", choices={key: key for key in _CENTRES}),
            Setting(
                name="environment",
                label="Environment",
                required=False,
                default="production",
                choices={key: key for key in _API_HOST},
            ),
        )
    ),
    linking_sources=said("1", *(f"`{key}`" for key in _CENTRES), *(f"`{key}`" for key in _API_HOST)),
    ways=(
        Way(
            name="OAuth 2 code",
            auth=OAuth2Code(
                authorize_url=lambda facts: f"{_accounts(facts)}/oauth/v2/auth",
                token_url=lambda facts: f"{_accounts(facts)}/oauth/v2/token",
                revoke_url=lambda facts: f"{_accounts(facts)}/oauth/v2/token/revoke",
                scopes=lambda facts: _SCOPES,
                scope_separator=",",
                pkce=False,
                authorize_params={"access_type": "offline", "prompt": "consent"},
                token_error=refused,
                revoke_in="query",
                header_prefix="Zoho-oauthtoken",
            ),
            sources=said(
                "2",
                "https://{accounts}/oauth/v2/auth?response_type=code",
                "https://{accounts}/oauth/v2/token",
                "/oauth/v2/token/revoke?token=",
                "access_type=offline",
                "**comma separated**",
            )
            + said("1", "Zoho-oauthtoken"),
            remark="the refresh token never ends and does not rotate; errors come with status 200",
        ),
    ),
    places=tuple(_place(centre, environment) for environment in _API_HOST for centre in _CENTRES),
    resources=(
        _contacts(
            "Contacts",
            ContactKind.CONTACT,
            {**_PERSON, StandardField.COMPANY: "Account_Name", StandardField.TITLE: "Title"},
            "Phone",
            "Mobile",
            "Home_Phone",
            "Other_Phone",
            "Asst_Phone",
            "Fax",
            **_EMAILS,
        ),
        _contacts(
            "Leads",
            ContactKind.LEAD,
            {**_PERSON, StandardField.COMPANY: "Company", StandardField.TITLE: "Designation"},
            "Phone",
            "Mobile",
            "Fax",
            **_EMAILS,
        ),
        _contacts(
            "Accounts",
            ContactKind.COMPANY,
            {StandardField.NAME: "Account_Name", StandardField.PHONE: "Phone"},
            "Phone",
            "Fax",
        ),
        _contacts(
            "Vendors",
            ContactKind.COMPANY,
            {StandardField.NAME: "Vendor_Name", StandardField.PHONE: "Phone", StandardField.EMAIL: "Email"},
            "Phone",
            first="Email",
        ),
        *(
            Listed(resource=Resource(name=name, label=name, related_kind=kind), sources=said("7", f"`{name}`"))
            for name, kind in _ACTIVITIES.items()
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5", "phone=", "POST /crm/v8/coql")),
        Capability.SEARCH_EMAIL: yes(said("5", "email=")),
        Capability.SEARCH_NAME: yes(said("5", "criteria=", "starts_with")),
        Capability.SEARCH_TEXT: yes(said("5", "word=")),
        Capability.SEARCH_FIELD: yes(said("5", "select_query")),
        Capability.CREATE_CONTACT: yes(said("6", "POST /crm/v8/Contacts")),
        Capability.UPDATE_CONTACT: yes(said("6", "PUT /crm/v8/Contacts/{id}")),
        Capability.RELATED_NOTES: yes(_READ),
        Capability.RELATED_TASKS: yes(_BY_COQL),
        Capability.RELATED_CALLS: yes(_BY_COQL),
        Capability.RELATED_EVENTS: yes(_BY_COQL),
        Capability.RELATED_CASES: yes(said("7", "where Related_To =")),
        Capability.RELATED_DEALS: yes(said("7", "`Deals`", "Contact_Name")),
        Capability.CREATE_NOTE: yes(said("7", "POST /crm/v8/Notes")),
        Capability.CREATE_TASK: yes(said("7", "`Tasks`", "`Subject`")),
        Capability.CREATE_CALL: yes(said("7", "POST /crm/v8/Calls")),
        Capability.CREATE_EVENT: yes(said("7", "`Events`", "Start_DateTime")),
        Capability.CREATE_CASE: yes(said("7", "`Cases`", "Case_Origin")),
        Capability.UPDATE_ACTIVITY: yes(said("7", "PUT /crm/v8/Calls/{id}", "PUT /crm/v8/Notes/{id}")),
        Capability.LIST_ACTIVITIES: yes(said("7", "by `Created_Time`", "`Start_DateTime`")),
        Capability.LINK: yes(said("7", "PUT /crm/v8/Calls/{id}", "Who_Id")),
        Capability.UNLINK: yes(said("7", "PUT /crm/v8/Calls/{id}", "Who_Id")),
        Capability.DELTA: yes(said("8", "COQL on `Modified_Time`", "{module}/deleted")),
        Capability.RECORD_URL: yes(said("4", "/crm/org{zgid}/tab/{module_name}/{id}")),
    },
    creates={
        RelatedKind.NOTE: findable(
            "the last line of the text, in the record's list of notes", said("12", "related list", "lag not stated")
        ),
        RelatedKind.TASK: _recorded,
        RelatedKind.CALL: _recorded,
        RelatedKind.EVENT: _recorded,
        RelatedKind.CASE: findable(
            "the last line of the description, by COQL, which reads the records",
            said("7", "where Related_To =") + said("5", "no index lag"),
            lag=0.0,
        ),
        ContactKind.CONTACT: _person,
        ContactKind.LEAD: _person,
        ContactKind.COMPANY: _person,
    },
    phone=PhoneSearch.NORMALISED,
    phone_how="COQL compares every phone field of a module with every spelling, in one request",
    phone_sources=said("5", "(Phone = '+4930123') or (Mobile = '+4930123')", "post-filter"),
    bounds=Bounds(
        limits=Limits(page_size=200, batch_size=100, concurrent=10, shared=True),
        sources=said("8", "`per_page`(200)", "100 records per insert") + said("9", "sub-concurrency 10"),
    ),
    variants=(
        Variant(
            name="without COQL",
            sources=said("2", _COQL) + said("12", "without the COQL scope `blind`"),
            lacks=frozenset({_COQL}),
            able={
                Capability.SEARCH_FIELD: no(_NO_COQL, said("5", "select_query")),
                Capability.LIST_ACTIVITIES: no(_NO_COQL, said("5", "select_query")),
                Capability.DELTA: no(_NO_COQL, said("8", "COQL on `Modified_Time`")),
                Capability.RELATED_TASKS: no(
                    "related lists hold open activities only", said("7", "**open ones only**")
                ),
                Capability.RELATED_CALLS: no(
                    "related lists hold open activities only", said("7", "**open ones only**")
                ),
                Capability.RELATED_EVENTS: no(
                    "related lists hold open activities only", said("7", "**open ones only**")
                ),
            },
            creates=dict.fromkeys(
                (RelatedKind.TASK, RelatedKind.CALL, RelatedKind.EVENT, RelatedKind.CASE),
                blind("closed activities cannot be listed", said("12", "without the COQL scope `blind`")),
            ),
            phone=PhoneSearch.SUBSTRING,
        ),
        Variant(
            name="sandbox",
            settings={"environment": "sandbox"},
            sources=said(_DATA_CENTRES, "sandbox.zohoapis.eu"),
            able={
                Capability.RECORD_URL: no("no web address of sandboxes is known", said(_DATA_CENTRES, "Web UI host"))
            },
        ),
        Variant(
            name="developer edition",
            settings={"environment": "developer"},
            sources=said(_DATA_CENTRES, "developer.zohoapis.eu"),
            able={
                Capability.RECORD_URL: no("no web address of sandboxes is known", said(_DATA_CENTRES, "Web UI host"))
            },
        ),
    ),
)
