"""Oracle NetSuite on paper."""

from __future__ import annotations

from collections.abc import Mapping

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
    refused,
    said,
    yes,
)

from customer360.core.addresses import label_under
from customer360.core.auth import ClientAssertion, OAuth1Keys, OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind

_VERSION = "v1"
_SUFFIXES = ("app.netsuite.com", "suitetalk.api.netsuite.com", "restlets.api.netsuite.com")
_SEVEN_DAYS = 7 * 86_400.0


def _account(text: str) -> str:
    """Host form of whatever is typed or pasted: ``1234567_SB1`` is ``1234567-sb1``."""
    return label_under(*_SUFFIXES)(text).strip().lower().replace("_", "-")


def _api(facts: LinkFacts) -> str:
    return f"https://{facts.settings['account']}.suitetalk.api.netsuite.com"


def _token_url(facts: LinkFacts) -> str:
    return f"{_api(facts)}/services/rest/auth/oauth2/v1/token"


def _realm(facts: LinkFacts) -> str:
    """Realm form: upper case, with an underscore."""
    return facts.settings["account"].upper().replace("-", "_")


def _came_back(facts: LinkFacts, returned: Mapping[str, str]) -> dict[str, str]:
    return {name: returned[name] for name in ("company", "entity", "role") if name in returned}


def _place(name: str, given: str, account: str, *, emea: bool = False) -> Place:
    api, restlets, app = (f"{account}.{suffix}" for suffix in (_SUFFIXES[1], _SUFFIXES[2], _SUFFIXES[0]))
    return Place(
        name=name,
        settings={"account": given, **({"residency": "emea"} if emea else {})},
        hosts=Hosts(api=(api, restlets), login=(api,)),
        api_base=f"https://{api}/services/rest",
        emea=emea,
        sources=said("1", "{acct}.suitetalk.api.netsuite.com", "{acct}.restlets.api.netsuite.com", account, app[-16:])
        + said(
            "1",
            "/services/rest/",
            "hides the data centre",
            given if "." not in given else "1234567-sb1.app.netsuite.com",
        ),
    )


_USER = Setting(
    name="entity",
    label="Your employee id",
    help="the internal id of your employee record",
    pattern=r"[0-9]{1,12}",
)
_PERSON = {
    StandardField.GIVEN_NAME: "firstName",
    StandardField.FAMILY_NAME: "lastName",
    StandardField.PHONE: "phone",
    StandardField.MOBILE: "mobilePhone",
    StandardField.EMAIL: "email",
}
_SUITEQL = said("5.1", "/services/rest/query/v1/suiteql?limit=50&offset=0")
_LIST = said("Listing a contact's activities, newest first", "FROM phonecall WHERE contact = ?")
_LIVE = said("5.1", "no index lag")
_once = native(
    "an upsert by an external id of ours makes one of two", said("6", "/contact/eid:{externalId}", "Idempotency")
)

PAPER = Paper(
    info=ConnectorInfo(
        key="netsuite",
        name="NetSuite",
        vendor="Oracle Corporation",
        docs_url="https://docs.oracle.com/en/cloud/saas/netsuite/",
        icon="netsuite",
        api_version=_VERSION,
    ),
    linking=Linking(
        (
            Setting(
                name="account",
                label="Account id",
                help="for example 1234567 or 1234567_SB1, or the address at which you open NetSuite",
                pattern=r"[a-z0-9]{1,20}(?:-[a-z0-9]{1,10})?",
                normal=_account,
            ),
            Setting(
                name="sign_in",
                label="Sign in by",
                required=False,
                default="oauth",
                choices={
                    "oauth": "people, in the browser (again every 7 days)",
                    "m2m": "a certificate of the link",
                    "tba": "tokens (existing integrations)",
                },
            ),
            Setting(
                name="certificate_id",
                label="Certificate id",
                help="of the uploaded certificate, where the link has one",
                required=False,
                pattern=r"[A-Za-z0-9_-]{1,200}",
                moves=False,
            ),
            Setting(
                name="private_key",
                label="Private key",
                help="of the certificate, as PEM",
                required=False,
                secret=True,
            ),
            Setting(
                name="tier",
                label="Service tier",
                required=False,
                default="standard",
                choices={"standard": "Standard", "premium": "Premium", "enterprise": "Enterprise or Ultimate"},
                moves=False,
            ),
            RESIDENCY,
        )
    ),
    linking_sources=said("1", "account id (accept either form", "**Realm form**", "**Host form**")
    + said("2.2", "*certificate id*")
    + said("9", "Standard 5", "Premium 15"),
    ways=(
        Way(
            name="OAuth 2 code with PKCE",
            auth=OAuth2Code(
                authorize_url=lambda facts: (
                    f"https://{facts.settings['account']}.app.netsuite.com/app/login/oauth2/authorize.nl"
                ),
                token_url=_token_url,
                revoke_url=lambda facts: f"{_api(facts)}/services/rest/auth/oauth2/v1/revoke",
                scopes=lambda facts: ("rest_webservices", "restlets"),
                client_auth="basic",
                returned_facts=_came_back,
                token_error=refused,
                refresh_lifetime=_SEVEN_DAYS,
            ),
            settings={"sign_in": "oauth"},
            sources=said(
                "2.1",
                "/app/login/oauth2/authorize.nl",
                "/services/rest/auth/oauth2/v1/token",
                "/services/rest/auth/oauth2/v1/revoke",
                "Authorization: Basic",
                "Do not send both",
                "`company` = account id",
                "**7 days, not rotated**",
                "rest_webservices",
            ),
            remark="an hour; after 7 days a person must sign in again; the redirect names account, user and role",
        ),
        Way(
            name="machine to machine",
            auth=ClientAssertion(
                token_url=_token_url,
                scopes=lambda facts: ("rest_webservices",),
                token_error=refused,
                key_id=lambda facts: facts.settings["certificate_id"],
                asks=(_USER,),
            ),
            settings={"sign_in": "m2m", "certificate_id": "cert-9"},
            typed={"entity": "12"},
            sources=said(
                "2.2", "grant_type=client_credentials", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            )
            + said("2.2", "ES256", "PS256", "no refresh token", "RS256 is not accepted"),
            remark="the link's own key signs a statement for each token; nobody has to come back",
        ),
        Way(
            name="token-based",
            auth=OAuth1Keys(
                asks=(
                    Setting(name="token", label="Token id", help="of your user and role", secret=True),
                    Setting(name="token_secret", label="Token secret", help="of the same token", secret=True),
                    _USER,
                ),
                realm=_realm,
            ),
            settings={"sign_in": "tba"},
            typed={"token": "t1", "token_secret": "s1", "entity": "12"},
            sources=said(
                "2.3", 'OAuth realm="1234567_SB1"', 'oauth_signature_method="HMAC-SHA256"', "**Being retired**"
            ),
            remark="each request is signed; no new ones from 2027.1 on",
        ),
    ),
    places=(
        _place("production", "1234567", "1234567"),
        _place("in EMEA, as told", "1234567", "1234567", emea=True),
        _place("sandbox", "1234567_SB1", "1234567-sb1"),
        _place("an address", "https://1234567-sb1.app.netsuite.com/", "1234567-sb1"),
    ),
    resources=(
        Listed(
            resource=Resource(
                name="contact",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard={
                    **_PERSON,
                    StandardField.NAME: "entityId",
                    StandardField.COMPANY: "company",
                    StandardField.TITLE: "title",
                    StandardField.OWNER: "owner",
                },
                phones=("phone", "mobilePhone", "homePhone", "officePhone", "fax", "assistantPhone", "supervisorPhone"),
                emails=("email", "altEmail"),
            ),
            sources=said("4", "**contact**"),
        ),
        Listed(
            resource=Resource(
                name="customer",
                label="Customers, prospects and leads",
                contact_kind=ContactKind.COMPANY,
                standard={
                    **_PERSON,
                    StandardField.NAME: "companyName",
                    StandardField.OWNER: "salesRep",
                },
                phones=("phone", "altPhone", "mobilePhone", "homePhone", "fax"),
                emails=("email", "altEmail"),
            ),
            sources=said("4", "**customer**", "one record type"),
        ),
        *(
            Listed(resource=Resource(name=name, label=label, related_kind=kind), sources=sources)
            for name, label, kind, sources in (
                ("note", "Notes", RelatedKind.NOTE, said("note (user note)", "completed `task` or `phoneCall`")),
                ("task", "Tasks", RelatedKind.TASK, said("task", "`NOTSTART`")),
                (
                    "phoneCall",
                    "Phone calls",
                    RelatedKind.CALL,
                    said("phoneCall (call log)", "POST …/record/v1/phoneCall"),
                ),
                ("calendarEvent", "Events", RelatedKind.EVENT, said("calendarEvent (event/meeting)", "startDate")),
                ("supportCase", "Cases", RelatedKind.CASE, said("supportCase", "`POST …/supportCase")),
                ("opportunity", "Opportunities", RelatedKind.DEAL, said("others", "type = 'Opprtnty'")),
            )
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5.1", "REGEXP_REPLACE(phone,'[^0-9]','') LIKE ?")),
        Capability.SEARCH_EMAIL: yes(said("5.1", "LOWER(email) = LOWER(?)")),
        Capability.SEARCH_NAME: yes(said("5.1", "LOWER(entityid) LIKE LOWER(?)")),
        Capability.SEARCH_TEXT: yes(said("5.1", "no full-text search service"), under="names and companies"),
        Capability.SEARCH_FIELD: yes(_SUITEQL, said("5.2", "contact?q={expr}")),
        Capability.CREATE_CONTACT: yes(said("6", "`POST …/contact`")),
        Capability.UPDATE_CONTACT: yes(said("6", "`PATCH …/contact/{id}`")),
        Capability.RELATED_NOTES: yes(said("note (user note)", "FROM note WHERE entity = ?")),
        Capability.RELATED_TASKS: yes(_LIST),
        Capability.RELATED_CALLS: yes(_LIST),
        Capability.RELATED_EVENTS: yes(_LIST),
        Capability.RELATED_CASES: yes(_LIST),
        Capability.RELATED_DEALS: yes(said("others", "type = 'Opprtnty'")),
        Capability.CREATE_NOTE: yes(
            said("note (user note)", "completed `task` or `phoneCall`"), under="as a completed task"
        ),
        Capability.CREATE_TASK: yes(said("task", "`title` (required)")),
        Capability.CREATE_CALL: yes(said("phoneCall (call log)", "POST …/record/v1/phoneCall")),
        Capability.CREATE_EVENT: yes(said("calendarEvent (event/meeting)", "timedEvent:true")),
        Capability.CREATE_CASE: yes(said("supportCase", "`POST …/supportCase"), under="a title, no text"),
        Capability.UPDATE_ACTIVITY: yes(said("6", "PATCH changes only sent fields")),
        Capability.LIST_ACTIVITIES: yes(_LIST),
        Capability.LINK: yes(said("link / unlink", '{"contact":{"id":"973"}}')),
        Capability.UNLINK: yes(said("link / unlink", '{"contact":null}')),
        Capability.DELTA: yes(said("8", "lastmodifieddate >= TO_TIMESTAMP", "`deletedrecord`")),
        Capability.RECORD_URL: yes(said("4", "/app/common/entity/contact.nl?id={id}")),
    },
    creates={
        **dict.fromkeys((RelatedKind.NOTE, RelatedKind.TASK, RelatedKind.CALL, RelatedKind.EVENT), _once),
        RelatedKind.CASE: findable(
            "the last words of the title: its external id cannot be written",
            said("supportCase", "`externalId`", "**Not writable by REST:"),
            _LIVE,
            lag=0.0,
        ),
        ContactKind.CONTACT: _once,
        ContactKind.COMPANY: _once,
    },
    phone=PhoneSearch.NORMALISED,
    phone_how="SuiteQL compares the end of each phone column's digits; slow on large accounts",
    phone_sources=said("5.1", "REGEXP_REPLACE(phone,'[^0-9]','') LIKE ?", "%5127576000", "`phone, mobilephone"),
    bounds=Bounds(
        limits=Limits(page_size=1000, concurrent=4, shared=True),
        sources=said("5.1", "`limit` ≤ 1,000") + said("9", "4 in flight per link", "account-wide"),
    ),
    variants=tuple(
        Variant(
            name=f"{tier} tier",
            settings={"tier": tier},
            sources=said("9", told),
            limits=Limits(page_size=1000, concurrent=concurrent, shared=True),
        )
        for tier, concurrent, told in (("premium", 15, "Premium 15"), ("enterprise", 20, "Enterprise/Ultimate 20"))
    ),
)
