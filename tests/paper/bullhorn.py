"""Bullhorn on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from tests.paper.paper import Bounds, Listed, Paper, Place, Variant, Way, blind, findable, no, refused, said, yes

from customer360.core.auth import Application, Grant, OAuth2Code, PendingLogin
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.effects import Request
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind

_DISCOVERY = "rest.bullhornstaffing.com"


class SessionLogin(OAuth2Code):
    """The token is good for one REST login; the session that this opens is what requests carry."""

    async def complete(
        self, facts: LinkFacts, application: Application, pending: PendingLogin, returned: Mapping[str, str]
    ) -> Grant:
        return await self._session(facts, await super().complete(facts, application, pending, returned))

    async def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        return await self._session(facts, await super().refresh(facts, application, grant))

    async def _session(self, facts: LinkFacts, grant: Grant) -> Grant:
        answer: Any = (
            await Request(
                method="POST",
                path=f"{facts.extra['restUrl']}/login",
                params=(("version", "2.0"), ("access_token", grant.access_token)),
                purpose="login",
            )
        ).json()
        session = {"session": answer["restUrl"].rstrip("/")}
        return attrs.evolve(
            grant, access_token=answer["BhRestToken"], expires_at=None, extra={**grant.extra, **session}
        )

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        return (("BhRestToken", grant.access_token),)


def _place(name: str, part: str, *, emea: bool = False) -> Place:
    auth, rest, session = (f"{kind}.bullhornstaffing.com" for kind in (f"auth{part}", f"rest{part}", "rest99"))
    return Place(
        name=name,
        settings={"username": "acme.api"},
        extra={
            "oauthUrl": f"https://{auth}/oauth",
            "restUrl": f"https://{rest}/rest-services",
            "session": f"https://{session}/rest-services/abc123",
        },
        hosts=Hosts(api=(session,), login=("*.bullhornstaffing.com",)),  # a data centre may send on to another
        api_base=f"https://{session}/rest-services/abc123",
        emea=emea,
        sources=said("1", "rest99.bullhornstaffing.com/rest-services/abc123/", "auth*.bullhornstaffing.com")
        + said("1", "rest*.bullhornstaffing.com", "EMEA (UK, DE)")
        + said(
            "2.1",
            "inside `*.bullhornstaffing.com`",
            "`auth-emea.`",
            "`auth-apac.`",
            "`auth-west.`",
            "rest-emea.bullhornstaffing.com/rest-services",
        ),
    )


_PERSON = {
    StandardField.NAME: "name",
    StandardField.GIVEN_NAME: "firstName",
    StandardField.FAMILY_NAME: "lastName",
    StandardField.PHONE: "phone",
    StandardField.MOBILE: "mobile",
    StandardField.EMAIL: "email",
    StandardField.TITLE: "occupation",
    StandardField.OWNER: "owner",
}
_EMAILS = ("email", "email2", "email3")
_FAXES = ("fax", "fax2", "fax3")
_NOTES = said("Note", "entity/Candidate/{id}/notes?fields=")
_TASKS = said("Task", "query/Task?where=candidate.id={id}")
_EVENTS = said("Appointment", "query/Appointment?where=candidateReference.id={id}")
_NONE = said("Cases — none", "no ticket object")
_DATABASE = said("5.2", "Read-after-write", "`/query`")
_note = findable("externalID, in the person's list of notes, which reads the records", _NOTES, _DATABASE, lag=0.0)

PAPER = Paper(
    info=ConnectorInfo(
        key="bullhorn",
        name="Bullhorn",
        vendor="Bullhorn, Inc.",
        docs_url="https://bullhorn.github.io/rest-api-docs/",
        icon="bullhorn",
        api_version="2.0",
    ),
    linking=Linking(
        (
            Setting(
                name="username",
                label="API user name",
                help="a user of your Bullhorn: it tells in which data centre you are",
                pattern=r"[^\s@/?#]{1,100}(?:@[^\s@/?#]{1,100})?",
            ),
            Setting(
                name="placeholder_company",
                label="Company of unknown contacts",
                help="the id of the company of a new client contact who has none",
                required=False,
                pattern=r"[1-9][0-9]{0,11}",
                moves=False,
            ),
        )
    ),
    linking_sources=said("1", "needed to find the data centre", "**username**")
    + said("4", "clientCorporation (to-one, **required**)"),
    ways=(
        Way(
            name="OAuth 2 code, then a REST login",
            auth=SessionLogin(
                authorize_url=lambda facts: f"{facts.extra['oauthUrl']}/authorize",
                token_url=lambda facts: f"{facts.extra['oauthUrl']}/token",
                scopes=lambda facts: (),
                pkce=False,
                token_error=refused,
            ),
            sources=said("2.2", "{oauthUrl}/authorize", "**No scopes.**", "PKCE: not documented", "/authorize")
            + said("2.3", "{oauthUrl}/token", "**single use, rotates**", "/token")
            + said("2.4", "/login?version=2.0&access_token=", "BhRestToken")
            + said("2.1", "auth-emea.bullhornstaffing.com/oauth"),
            remark="the token lives 10 minutes and opens one session; the refresh token is good once",
        ),
    ),
    places=(
        _place("US East", ""),
        _place("US West", "-west"),
        _place("EMEA", "-emea", emea=True),
        _place("APAC", "-apac"),
    ),
    resources=(
        Listed(
            resource=Resource(
                name="Candidate",
                label="Candidates",
                contact_kind=ContactKind.CANDIDATE,
                standard={**_PERSON, StandardField.COMPANY: "companyName"},
                phones=("phone", "mobile", "phone2", "phone3", "workPhone", "pager", *_FAXES),
                emails=_EMAILS,
            ),
            sources=said("4", "`Candidate`"),
        ),
        Listed(
            resource=Resource(
                name="ClientContact",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard={**_PERSON, StandardField.COMPANY: "clientCorporation"},
                phones=("phone", "mobile", "phone2", "phone3", "pager", *_FAXES),
                emails=_EMAILS,
            ),
            sources=said("4", "`ClientContact`", "**No workPhone**"),
        ),
        Listed(
            resource=Resource(
                name="Lead",
                label="Leads",
                contact_kind=ContactKind.LEAD,
                standard={**_PERSON, StandardField.COMPANY: "companyName"},
                phones=("phone", "mobile", "phone2", "phone3", "pager"),
                emails=_EMAILS,
            ),
            sources=said("4", "`Lead`", "optional module"),
        ),
        Listed(
            resource=Resource(
                name="ClientCorporation",
                label="Companies",
                contact_kind=ContactKind.COMPANY,
                standard={StandardField.NAME: "name", StandardField.PHONE: "phone"},
                phones=("phone", "billingPhone", "fax"),
            ),
            sources=said("4", "`ClientCorporation`"),
        ),
        *(
            Listed(resource=Resource(name=name, label=label, related_kind=kind), sources=sources)
            for name, label, kind, sources in (
                ("Note", "Notes", RelatedKind.NOTE, said("Note", "PUT {restUrl}entity/Note")),
                ("Task", "Tasks", RelatedKind.TASK, said("Task", "`PUT entity/Task`")),
                ("Call", "Calls", RelatedKind.CALL, said("Note", "no Call object", '"action":"Inbound Call"')),
                ("Appointment", "Appointments", RelatedKind.EVENT, said("Appointment", "`PUT entity/Appointment`")),
                ("JobSubmission", "Submissions", RelatedKind.DEAL, said("Cases — none", "JobSubmission")),
                ("Opportunity", "Opportunities", RelatedKind.DEAL, said("Cases — none", "Opportunity")),
            )
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5.2", "phone:6175550134 OR mobile:6175550134")),
        Capability.SEARCH_EMAIL: yes(said("5.2", 'email:"jo@acme.test"')),
        Capability.SEARCH_NAME: yes(said("5.2", "firstName:jo* AND lastName:smi*")),
        Capability.SEARCH_TEXT: yes(said("5.2", "GET find?query=")),
        Capability.SEARCH_FIELD: yes(
            said("5.3", "query/{Entity}?where={jpql}") + said("5.2", "search/{Entity}?query=")
        ),
        Capability.CREATE_CONTACT: yes(said("6", "PUT {restUrl}entity/Candidate")),
        Capability.UPDATE_CONTACT: yes(said("6", "POST {restUrl}entity/Candidate/{id}")),
        Capability.RELATED_NOTES: yes(_NOTES),
        Capability.RELATED_TASKS: yes(_TASKS),
        Capability.RELATED_CALLS: yes(said("Note", "direction → `action`")),
        Capability.RELATED_EVENTS: yes(_EVENTS),
        Capability.RELATED_CASES: no("Bullhorn has no cases", _NONE),
        Capability.RELATED_DEALS: yes(said("Cases — none", "query/JobSubmission?where=candidate.id={id}")),
        Capability.CREATE_NOTE: yes(said("Note", "PUT {restUrl}entity/Note")),
        Capability.CREATE_TASK: yes(said("Task", "`PUT entity/Task`")),
        Capability.CREATE_CALL: yes(said("Note", "duration → `minutesSpent`")),
        Capability.CREATE_EVENT: yes(said("Appointment", "`PUT entity/Appointment`")),
        Capability.CREATE_CASE: no("Bullhorn has no cases", _NONE),
        Capability.UPDATE_ACTIVITY: yes(said("Note", "POST entity/Note/{id}") + said("Task", "isCompleted")),
        Capability.LIST_ACTIVITIES: yes(_TASKS, _EVENTS),
        Capability.LINK: yes(said("Note", "PUT entity/NoteEntity")),
        Capability.UNLINK: yes(said("Note", "DELETE entity/NoteEntity/{id}")),
        Capability.DELTA: yes(said("8", "dateLastModified:[20260721000000 TO *]")),
        Capability.RECORD_URL: yes(said("4", "OpenWindow.cfm?entity=Candidate&id={id}")),
    },
    creates={
        RelatedKind.NOTE: _note,
        RelatedKind.CALL: _note,
        RelatedKind.TASK: findable(
            "the last line of the description, by the query that reads the records", _TASKS, _DATABASE, lag=0.0
        ),
        RelatedKind.EVENT: findable(
            "the last line of the description, by the query that reads the records", _EVENTS, _DATABASE, lag=0.0
        ),
        ContactKind.CANDIDATE: findable(
            "externalID, in the index, which lags", said("6", 'externalID:"c360-81"') + said("5.2", "Index lag")
        ),
        ContactKind.CONTACT: findable(
            "externalID, by the query that reads the records", said("4", "ClientContact 30") + _DATABASE, lag=0.0
        ),
        ContactKind.LEAD: blind("a lead has no externalID", said("4", "Lead has none")),
        ContactKind.COMPANY: blind("a company has no externalID", said("4", "`externalID` (Candidate 50 chars")),
    },
    phone=PhoneSearch.NORMALISED,
    phone_how="the index compares digits; with and without country code are two terms of one request",
    phone_sources=said("5.2", "index normalises to digits", "query both forms"),
    bounds=Bounds(
        limits=Limits(page_size=500, per_window=(1_500, 60.0), shared=True),
        sources=said("8", "max 500 per page") + said("9", "1,500 calls per minute"),
        unstated=frozenset({"concurrent"}),
    ),
    variants=(
        Variant(
            name="without the Lead module",
            extra={"leads": "no"},
            sources=said("4", "optional module") + said("3", "{restUrl}meta`"),
            without=("Lead",),
        ),
    ),
    locate=lambda facts: Request(
        method="GET",
        path=f"https://{_DISCOVERY}/rest-services/loginInfo",
        params=(("username", facts.settings["username"]),),
        purpose="login",
    ),
    locate_sources=said("2.1", "loginInfo?username=", "oauthUrl", "restUrl"),
)
