"""JobDiva on paper."""

from __future__ import annotations

from collections.abc import Mapping

from tests.paper.paper import RESIDENCY, Bounds, Listed, Paper, Place, Variant, Way, blind, findable, no, said, yes

from customer360.core.addresses import host_of
from customer360.core.auth import Application, Password
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.effects import Request
from customer360.core.errors import CrmUnavailable, Customer360Error, NeedsAuthorization
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind
from customer360.core.wire import Response

_API = "api.jobdiva.com"
_WRONG = "Invalid username/password"


def _sign_in(facts: LinkFacts, application: Application, typed: Mapping[str, str]) -> Request:
    return Request(
        method="GET",
        path=f"https://{facts.settings['host']}/apiv2/v2/authenticate",
        params=(
            ("clientid", application.client_id),
            ("username", application.secrets["username"]),
            ("password", application.secrets["password"]),
        ),
        purpose="login",
    )


def _again(facts: LinkFacts, application: Application, refresh_token: str) -> Request:
    return Request(
        method="GET",
        path=f"https://{facts.settings['host']}/apiv2/v2/refreshToken",
        headers=(("Authorization", f"Bearer {refresh_token}"),),
        purpose="login",
    )


def _meant(response: Response) -> Customer360Error | None:
    """A wrong password comes with 500: what failed is in the text."""
    body = response.json() if response.status >= 400 else {}
    if isinstance(body, dict) and _WRONG in str(body.get("message")):
        return NeedsAuthorization("JobDiva does not accept this user name and password", status=response.status)
    if response.status == 401:
        return NeedsAuthorization("JobDiva no longer accepts this sign-in", status=401)
    return CrmUnavailable("JobDiva is failing", status=response.status) if response.status >= 400 else None


def _answer(response: Response) -> Mapping[str, object]:
    body = response.json()
    return {"access_token": body["token"], "refresh_token": body["refreshtoken"]}


_CONTACT = {
    StandardField.GIVEN_NAME: "FIRSTNAME",
    StandardField.FAMILY_NAME: "LASTNAME",
    StandardField.PHONE: "WORKPHONE",
    StandardField.MOBILE: "CELLPHONE",
    StandardField.EMAIL: "EMAIL",
    StandardField.COMPANY: "COMPANYNAME",
    StandardField.TITLE: "TITLE",
    StandardField.OWNER: "USERID",
}
_CANDIDATE = {
    StandardField.GIVEN_NAME: "FIRSTNAME",
    StandardField.FAMILY_NAME: "LASTNAME",
    StandardField.PHONE: "PHONE1",
    StandardField.MOBILE: "CELLPHONE",
    StandardField.EMAIL: "EMAIL",
}
_NO_CASES = said("Cases — none", "Job", "Submittal")
_NOTES = said(
    "Notes (also the call log)", "GetContactNotes?contactId={id}", "CandidateNotesListDetail?candidateIds={id}"
)
_TASKS = said("Task [21]", "bi/UsersTasksDetail?fromDate=")
_EVENTS = said("Event [21]", "bi/EventDetail?eventId=` (unsure)")
_note = findable("the last line of the text, among the person's notes", _NOTES)
_no_field = blind("no user-defined field is set up for our keys", said("6", "no external-id column"))

PAPER = Paper(
    info=ConnectorInfo(
        key="jobdiva",
        name="JobDiva",
        vendor="JobDiva, Inc.",
        docs_url="https://api.jobdiva.com/swagger",
        icon="jobdiva",
        api_version="v2",
    ),
    linking=Linking(
        (
            Setting(
                name="host",
                label="API host",
                help="another than the usual one only if JobDiva told you so",
                required=False,
                default=_API,
                pattern=r"[a-z0-9-]+\.jobdiva\.com",
                normal=host_of,
            ),
            Setting(
                name="web",
                label="Web host",
                required=False,
                default="www1",
                choices={"www1": "www1.jobdiva.com", "www2": "www2.jobdiva.com"},
                moves=False,
            ),
            RESIDENCY,
            Setting(name="username", label="API user name", help="of a user for API calls", secret=True),
            Setting(name="password", label="Password", help="of the same user", secret=True),
            Setting(
                name="key_field",
                label="User-defined field for our keys",
                help="the name of a text field of contacts and candidates",
                required=False,
                pattern=r"[^\s][^\r\n]{0,99}",
                moves=False,
            ),
        )
    ),
    linking_sources=said(
        "1", "**client id**", "**API user name**", "**password**", "www2.jobdiva.com", "under `.jobdiva.com`"
    )
    + said("6", "use a UDF for your own key"),
    ways=(
        Way(
            name="name and password of an API user",
            auth=Password(
                asks=(
                    Setting(
                        name="user_email",
                        label="Your e-mail address in JobDiva",
                        help="it tells which recruiter you are",
                        pattern=r"[^\s@]{1,64}@[^\s@]{1,253}",
                    ),
                ),
                sign_in=_sign_in,
                again=_again,
                token_error=_meant,
                answer=_answer,
                keeps_password=True,
            ),
            typed={"user_email": "kim@acme.example"},
            sources=said("2", "GET /apiv2/v2/authenticate?clientid={n}&username={u}&password={p}")
            + said("2", "GET /apiv2/v2/refreshToken", _WRONG, "**500**", "bi/UserDetail?userEmail={user name}"),
            remark="a wrong password is status 500; 24 hours, the refresh token 30 days; the password signs in again",
        ),
    ),
    places=(
        Place(
            name="everywhere",
            hosts=Hosts(api=(_API,), login=(_API,)),
            api_base=f"https://{_API}/apiv2",
            sources=said("1", f"https://{_API}", "/apiv2/"),
        ),
        Place(
            name="in EMEA, as told",
            settings={"residency": "emea"},
            hosts=Hosts(api=(_API,), login=(_API,)),
            api_base=f"https://{_API}/apiv2",
            emea=True,
            sources=said("1", f"https://{_API}", "/apiv2/", "the same for all customers"),
        ),
        Place(
            name="a host that JobDiva names",
            settings={"host": "api-uk.jobdiva.com"},
            hosts=Hosts(api=("api-uk.jobdiva.com",), login=("api-uk.jobdiva.com",)),
            api_base="https://api-uk.jobdiva.com/apiv2",
            sources=said("1", "UK region", "its host is unknown", "*.jobdiva.com", "/apiv2/"),
        ),
    ),
    resources=(
        Listed(
            resource=Resource(
                name="Contact",
                label="Contacts",
                contact_kind=ContactKind.CONTACT,
                standard=_CONTACT,
                phones=("WORKPHONE", "CELLPHONE", "HOMEPHONE", "FAX"),
                emails=("EMAIL", "ALTERNATEEMAIL"),
            ),
            sources=said("4", "bi/ContactDetail?contactId={id}"),
        ),
        Listed(
            resource=Resource(
                name="Candidate",
                label="Candidates",
                contact_kind=ContactKind.CANDIDATE,
                standard=_CANDIDATE,
                phones=("PHONE1", "CELLPHONE", "PHONE2", "PHONE3", "PHONE4"),
                emails=("EMAIL",),
            ),
            sources=said("4", "bi/CandidateDetail?candidateId={id}", "PHONE1", "PHONE*"),
        ),
        Listed(
            resource=Resource(
                name="Company",
                label="Companies",
                contact_kind=ContactKind.COMPANY,
                standard={StandardField.NAME: "NAME", StandardField.PHONE: "PHONE"},
                phones=("PHONE",),
            ),
            sources=said("4", "bi/CompaniesDetail?companyIds="),
        ),
        *(
            Listed(resource=Resource(name=name, label=label, related_kind=kind), sources=sources)
            for name, label, kind, sources in (
                ("Note", "Notes", RelatedKind.NOTE, said("Notes (also the call log)", "createContactNote")),
                ("Task", "Tasks", RelatedKind.TASK, said("Task [21]", "createTask")),
                ("Call", "Calls", RelatedKind.CALL, said("Notes (also the call log)", "**No call object**")),
                ("Event", "Events", RelatedKind.EVENT, said("Event [21]", "createEvent")),
                ("Job", "Jobs", RelatedKind.DEAL, said("Cases — none", "OpenJobsListbyContact")),
                ("Submittal", "Submittals", RelatedKind.DEAL, said("Cases — none", "CandidateSubmittalsDetail")),
            )
        ),
    ),
    able={
        Capability.SEARCH_PHONE: yes(said("5.1", '{"phone":"6175550134"}', "**prefix of the stored digits**")),
        Capability.SEARCH_EMAIL: yes(said("5.1", "prefix of `email`")),
        Capability.SEARCH_NAME: yes(said("5.1", "case-insensitive **prefix**")),
        Capability.SEARCH_TEXT: no("there is no free text", said("5.1", "free text | none")),
        Capability.SEARCH_FIELD: yes(said("5.1", "searchForUdfs"), under="prefixes; user-defined fields"),
        Capability.CREATE_CONTACT: yes(said("6", "POST /apiv2/jobdiva/createContact")),
        Capability.UPDATE_CONTACT: yes(said("6", "POST /apiv2/jobdiva/updateContact")),
        Capability.RELATED_NOTES: yes(_NOTES),
        Capability.RELATED_TASKS: yes(_TASKS, under="the agents' own, by time"),
        Capability.RELATED_CALLS: yes(_NOTES, said("Notes (also the call log)", "Incoming / Outgoing Call")),
        Capability.RELATED_EVENTS: no("events are not listed by person", _EVENTS),
        Capability.RELATED_CASES: no("JobDiva has no cases", _NO_CASES),
        Capability.RELATED_DEALS: yes(said("Cases — none", "bi/OpenJobsListbyContact?customerId={contactId}")),
        Capability.CREATE_NOTE: yes(said("Notes (also the call log)", "createContactNote", "createCandidateNote")),
        Capability.CREATE_TASK: yes(said("Task [21]", "POST createTask")),
        Capability.CREATE_CALL: yes(said("Notes (also the call log)", "7 Incoming Call")),
        Capability.CREATE_EVENT: yes(said("Event [21]", "POST createEvent")),
        Capability.CREATE_CASE: no("JobDiva has no cases", _NO_CASES),
        Capability.UPDATE_ACTIVITY: yes(said("Task [21]", "POST updateTask"), under="tasks and events"),
        Capability.LIST_ACTIVITIES: yes(_TASKS, under="tasks"),
        Capability.LINK: yes(said("Cases — none", "other `contactid` in updateTask"), under="tasks"),
        Capability.UNLINK: no("a link stays, except that a task may be another's", said("Cases — none", "Link/unlink")),
        Capability.DELTA: yes(said("8", "bi/NewUpdatedContactRecords?fromDate=")),
        Capability.RECORD_URL: yes(said("4", "vieweditcustomerformV2.jsp?cid={id}")),
    },
    creates={
        RelatedKind.NOTE: _note,
        RelatedKind.CALL: _note,
        RelatedKind.TASK: findable("the last line of the description, among the agent's tasks", _TASKS),
        RelatedKind.EVENT: blind("events cannot be listed by person", _EVENTS),
        ContactKind.CONTACT: _no_field,
        ContactKind.CANDIDATE: _no_field,
        ContactKind.COMPANY: blind(
            "a company of that name may be another", said("6", "company **name that must exist**")
        ),
    },
    phone=PhoneSearch.PREFIX,
    phone_how="digits from the first stored one on: a request for each way in which a number may begin",
    phone_sources=said("5.1", "non-digits removed", "**prefix of the stored digits**"),
    bounds=Bounds(
        limits=Limits(page_size=300, batch_size=100, shared=True),
        sources=said("5.1", "300 rows") + said("8", "100 ids per call") + said("9", "not public"),
        unstated=frozenset({"concurrent"}),
    ),
    variants=(
        Variant(
            name="with a user-defined field for keys",
            settings={"key_field": "Preferred Contact Time"},
            sources=said("6", "searchForUdfs"),
            creates=dict.fromkeys(
                (ContactKind.CONTACT, ContactKind.CANDIDATE),
                findable("a user-defined field with the key", said("6", "`searchForUdfs`")),
            ),
        ),
    ),
)
