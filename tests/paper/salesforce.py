"""Salesforce on paper."""

from __future__ import annotations

from tests.paper.paper import Bounds, Listed, Paper, Place, Variant, Way, blind, findable, native, refused, said, yes

from customer360.core.auth import OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind

_VERSION = "v62.0"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?"
_KINDS = ("sandbox", "develop", "scratch", "trailblaze", "demo", "patch", "free")
_GENERIC = ("login.salesforce.com", "test.salesforce.com")
_HOST = "|".join(
    (
        r"(?:login|test)\.salesforce\.com",
        rf"{_LABEL}(?:\.(?:{'|'.join(_KINDS)}|cs[0-9]{{1,3}}))?\.my\.salesforce\.com",
        r"(?:emea|(?:na|eu|ap|cs|um|[a-z]{3})[0-9]{1,3}(?:-api)?)\.salesforce\.com",
    )
)


def _login(facts: LinkFacts) -> str:
    return f"https://{facts.settings['login_host']}/services/oauth2"


def _place(name: str, login: str, instance: str, *, emea: bool = False, **extra: str) -> Place:
    return Place(
        name=name,
        settings={"login_host": login},
        extra={"instance_url": f"https://{instance}", **extra},
        hosts=Hosts(api=(instance,), login=(login,)),
        api_base=f"https://{instance}/services/data/{_VERSION}",
        emea=emea,
        sources=said(
            "1",
            *_GENERIC,
            "{MyDomain}.my.salesforce.com",
            "{name}--{sandbox}.sandbox.my.salesforce.com",
            "instance_url",
            f"**{_VERSION}**",
            "eu1.salesforce.com",
            "emea.salesforce.com",
        ),
    )


def _person(**more: str) -> dict[StandardField, str]:
    return {
        StandardField.NAME: "Name",
        StandardField.GIVEN_NAME: "FirstName",
        StandardField.FAMILY_NAME: "LastName",
        StandardField.PHONE: "Phone",
        StandardField.MOBILE: "MobilePhone",
        StandardField.EMAIL: "Email",
        StandardField.TITLE: "Title",
        StandardField.OWNER: "OwnerId",
        **{StandardField(name): field for name, field in more.items()},
    }


_ACTIVITIES = (
    ("ContentNote", RelatedKind.NOTE, said("Note", "**ContentNote**")),
    ("Task", RelatedKind.TASK, said("Task", "FROM Task WHERE WhoId")),
    ("Call", RelatedKind.CALL, said("Task", "TaskSubtype = 'Call'")),
    ("Event", RelatedKind.EVENT, said("Event", "ORDER BY StartDateTime DESC")),
    ("Case", RelatedKind.CASE, said("Case", "FROM Case WHERE ContactId")),
    ("Opportunity", RelatedKind.DEAL, said("Others agents expect", "OpportunityContactRole")),
)
_UPSERT = said("6", "sobjects/Contact/{ExtField}/{value}", "No idempotency key for POST")
_SOQL = said("5", "immediately consistent")
_line = findable("the last line of the text, by SOQL, which reads the records", _SOQL, lag=0.0)
_stranger = blind(
    "no external id field is set up; an upsert by e-mail may adopt a stranger", said("6", "`Contact.Email`")
)
_once = native("an upsert by the external id field makes one of two", _UPSERT)
_PEOPLE = (ContactKind.CONTACT, ContactKind.LEAD, ContactKind.COMPANY)
_KEYED = (RelatedKind.TASK, RelatedKind.CALL, RelatedKind.EVENT, RelatedKind.CASE)

PAPER = Paper(
    info=ConnectorInfo(
        key="salesforce",
        name="Salesforce",
        vendor="Salesforce, Inc.",
        docs_url="https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/",
        icon="salesforce",
        api_version=_VERSION,
    ),
    linking=Linking(
        (
            Setting(
                name="login_host",
                label="Sign-in host",
                help="login.salesforce.com, test.salesforce.com or the organisation's own My Domain",
                required=False,
                default=_GENERIC[0],
                pattern=rf"(?i:(?:https://)?(?:{_HOST})/?)",
            ),
            Setting(
                name="key_field",
                label="External id field",
                help="a custom text field marked as unique external id",
                required=False,
                pattern=r"[A-Za-z](?:_?[A-Za-z0-9]){0,39}__c",
                moves=False,
            ),
        )
    ),
    linking_sources=said("1", "Login host", *_GENERIC, *(f".{kind}.my." for kind in _KINDS[3:]), "My Domain forms")
    + said("6", "`externalId`"),
    ways=(
        Way(
            name="OAuth 2 code with PKCE",
            auth=OAuth2Code(
                authorize_url=lambda facts: f"{_login(facts)}/authorize",
                token_url=lambda facts: f"{_login(facts)}/token",
                revoke_url=lambda facts: f"{_login(facts)}/revoke",
                scopes=lambda facts: ("api", "refresh_token", "id"),
                token_error=refused,
            ),
            sources=said(
                "2",
                "{login}/services/oauth2/authorize",
                "{login}/services/oauth2/token",
                "/services/oauth2/revoke",
                "refresh-token rotation",
                "`api`",
                "`id`",
            ),
            remark="the refresh token rotates, and dies after 30 days without use; the answer names the instance anew",
        ),
    ),
    places=(
        _place("production", "login.salesforce.com", "acme.my.salesforce.com"),
        _place("sandbox", "test.salesforce.com", "acme--uat.sandbox.my.salesforce.com"),
        _place("My Domain", "acme.my.salesforce.com", "acme.my.salesforce.com"),
        _place("European instance", "eu1.salesforce.com", "eu1.salesforce.com", emea=True),
        _place("EMEA, the oldest name", "emea.salesforce.com", "emea.salesforce.com", emea=True),
    ),
    resources=(
        Listed(
            resource=Resource(
                name="Contact",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard=_person(company="AccountId"),
                phones=("Phone", "MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone", "Fax"),
                emails=("Email",),
            ),
            sources=said("4", "**Contact**"),
        ),
        Listed(
            resource=Resource(
                name="Lead",
                label="Leads",
                contact_kind=ContactKind.LEAD,
                standard=_person(company="Company"),
                phones=("Phone", "MobilePhone", "Fax"),
                emails=("Email",),
            ),
            sources=said("4", "**Lead**"),
        ),
        Listed(
            resource=Resource(
                name="Account",
                label="Accounts",
                contact_kind=ContactKind.COMPANY,
                standard={StandardField.NAME: "Name", StandardField.PHONE: "Phone", StandardField.OWNER: "OwnerId"},
                phones=("Phone", "Fax"),
            ),
            sources=said("4", "**Account**"),
        ),
        *(
            Listed(resource=Resource(name=name, label=name, related_kind=kind), sources=sources)
            for name, kind, sources in _ACTIVITIES
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5.2", "IN PHONE FIELDS")),
        Capability.SEARCH_EMAIL: yes(said("5.2", "IN EMAIL FIELDS")),
        Capability.SEARCH_NAME: yes(said("5.3", "IN NAME FIELDS")),
        Capability.SEARCH_TEXT: yes(said("5.3", "IN ALL FIELDS")),
        Capability.SEARCH_FIELD: yes(said("5.1", "/query?q=")),
        Capability.CREATE_CONTACT: yes(said("6", "POST …/sobjects/Contact")),
        Capability.UPDATE_CONTACT: yes(said("6", "PATCH …/sobjects/Contact/{id}")),
        Capability.RELATED_NOTES: yes(said("Note", "FROM ContentDocumentLink WHERE LinkedEntityId")),
        Capability.RELATED_TASKS: yes(said("Task", "FROM Task WHERE WhoId")),
        Capability.RELATED_CALLS: yes(said("Task", "TaskSubtype = 'Call'")),
        Capability.RELATED_EVENTS: yes(said("Event", "ORDER BY StartDateTime DESC")),
        Capability.RELATED_CASES: yes(said("Case", "FROM Case WHERE ContactId")),
        Capability.RELATED_DEALS: yes(said("Others agents expect", "OpportunityContactRole")),
        Capability.CREATE_NOTE: yes(said("Note", "POST …/sobjects/ContentNote")),
        Capability.CREATE_TASK: yes(said("Task", "POST …/sobjects/Task")),
        Capability.CREATE_CALL: yes(said("Task", '"TaskSubtype":"Call"')),
        Capability.CREATE_EVENT: yes(said("Event", "StartDateTime")),
        Capability.CREATE_CASE: yes(said("Case", "ContactId")),
        Capability.UPDATE_ACTIVITY: yes(said("6", "PATCH …/sobjects/Contact/{id}")),
        Capability.LIST_ACTIVITIES: yes(said("Task", "FROM Task WHERE WhoId")),
        Capability.LINK: yes(said("Link / unlink", "WhoId", "TaskRelation")),
        Capability.UNLINK: yes(said("Link / unlink", '{"WhoId":null}')),
        Capability.DELTA: yes(said("8", "SystemModstamp >=", "/deleted/?start&end")),
        Capability.RECORD_URL: yes(said("4", "{inst}/{id}")),
    },
    creates={RelatedKind.NOTE: _line, **dict.fromkeys(_KEYED, _line), **dict.fromkeys(_PEOPLE, _stranger)},
    phone=PhoneSearch.NORMALISED,
    phone_how="SOSL compares digits; country codes and trunk zeros are varied within one request",
    phone_sources=said("5.2", "IN PHONE FIELDS", "**digits only**"),
    bounds=Bounds(
        limits=Limits(page_size=2000, batch_size=200, concurrent=25, shared=True),
        sources=said("8", "max 2,000 rows", "≤ 200 rows") + said("9", "Concurrency: 25"),
    ),
    variants=(
        Variant(
            name="with an external id field",
            settings={"key_field": "Customer360_Key__c"},
            sources=_UPSERT,
            creates={**dict.fromkeys(_KEYED, _once), **dict.fromkeys(_PEOPLE, _once)},
        ),
    ),
)
