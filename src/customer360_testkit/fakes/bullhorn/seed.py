"""The tenant as it stands at the start: the shared cast, and what hangs off some of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.bullhorn.associations import USER
from customer360_testkit.fakes.bullhorn.countries import COUNTRIES
from customer360_testkit.fakes.bullhorn.schema import CERTIFICATES
from customer360_testkit.fakes.bullhorn.store import Row
from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.fakes.oauth import FakeUser

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

DAY = 86_400_000
HOUR = 3_600_000


def _user(
    login: str, number: str, name: str, zone: str, username: str = "", *, administrator: bool = False
) -> FakeUser:
    details = {"username": username or f"{login}.acme", "password": f"fake-password-of-{login}"}
    return FakeUser(login, number, name, f"{login}@acme.example", zone, administrator=administrator, details=details)


USERS = (
    _user("alex", "1314", "Alex Admin", "Europe/Berlin", "alex+api@acme.example", administrator=True),
    _user("kim", "1315", "Kim Agent", "Europe/London"),
    _user("lee", "1316", "Lee Agent", "America/New_York"),
)
_CANDIDATE = {"work": "workPhone", "mobile": "mobile", "home": "phone", "other": "phone3"}
_SAID = (
    "Prefers e-mail",
    "<p>Called&nbsp;back: can&#39;t start before June</p>\n\n<ul>\n\t<li>Wants &euro;600 a day</li>\n\t"
    "<li>Runs a caf&eacute; &amp; two bars</li>\n</ul>\n",
    "Left a message<div>Ring again <b>on</b> Monday</div><div>or later</div>",
    "Met at the fair<br />\nLooks for 3 &lt; 5 people",
)
"""Comments are HTML, as whatever editor they were written in leaves it."""
_CONTACT = {"work": "phone", "mobile": "mobile", "home": "phone2", "other": "phone3"}


class Seeding:
    """Writes the cast into the fake's store, oldest first."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake
        self._now = fake.now
        self._then = fake.now - 300 * DAY
        self._companies: dict[str, int] = {}
        self._open: dict[int, int] = {}
        """Jobs that nobody was sent to yet, each with its client contact."""

    def fill(self, cast: Sequence[CastMember]) -> None:
        self._tables()
        # A day lies between two members of a small cast; a large one, too, came in the course of a year.
        step = min(DAY, 280 * DAY // max(1, len(cast)))
        for member in cast:
            self._then += step
            match member.kind:
                case "company":
                    self._companies[member.company] = self._company(member)
                case "lead" if "Lead" in self._fake.schema.entities:
                    self._lead(member)
                case _:
                    self._person(member)
        for entity in ("Candidate", "ClientContact", "Lead"):
            self._erased(entity)

    def _tables(self) -> None:
        for user in USERS:
            given, _, family = user.name.partition(" ")
            names = {"firstName": given, "lastName": family, "name": user.name, "email": user.email}
            self._put("CorporateUser", {**names, "id": int(user.id), "username": user.details["username"]})
        for code, (number, name) in COUNTRIES.items():
            self._put("Country", {"id": number, "name": name, "code": code})
        for number, name in enumerate(("Engineering", "Finance", "Nursing"), 1001):
            self._put("Category", {"id": number, "name": name})

    # --- the cast ----------------------------------------------------------------------------------------------------

    def _person(self, member: CastMember) -> None:
        """Every other person seeks a job; the rest work at a client, or may: so may leads where there is no module."""
        common = {**_named(member), "occupation": member.title or None, "customText1": f"C-{member.number:04d}"}
        common |= {"customText4": CERTIFICATES[: member.number % 4] or None, "address": _address(member)}
        if member.number % 4 in (1, 2):
            phones = {_CANDIDATE[phone.label]: phone.spelled for phone in member.phones}
            seeker = {**common, **phones, "companyName": member.company or None, "status": "Active"}
            number = self._put("Candidate", seeker)
            self._send(number)
            self._history("Candidate", number, member)
            return
        company = self._companies.get(member.company)
        if company is None:
            company = self._companies[member.company] = self._put("ClientCorporation", {"name": member.company or "-"})
        phones = {_CONTACT[phone.label]: phone.spelled for phone in member.phones}
        number = self._put("ClientContact", {**common, **phones, "clientCorporation": company})
        self._history("ClientContact", number, member)

    def _lead(self, member: CastMember) -> None:
        phones = {_CONTACT[phone.label]: phone.spelled for phone in member.phones}
        more = {"companyName": member.company or None, "occupation": member.title or None}
        lead = {**_named(member), **phones, **more, "address": _address(member)}
        number = self._put("Lead", {**lead, "assignedTo": (int(USERS[1].id),)})
        if member.number % 12 == 2:
            self._note("Lead", number, self._then, member.number)

    def _company(self, member: CastMember) -> int:
        numbers = zip(("phone", "billingPhone"), (phone.spelled for phone in member.phones), strict=False)
        owners = {"owners": (int(USERS[0].id),), "status": "Active Account"}
        return self._put("ClientCorporation", {"name": member.company, **dict(numbers), **owners})

    def _erased(self, name: str) -> None:
        """Whom the index still knows, with all that the first of their kind has, and the database does no more."""
        fake = self._fake
        first = next(iter(fake.store.rows(name)), None)
        if first is not None:
            number = fake.new_id(fake.schema.entities[name])
            fake.store.table(name).index[number] = {**first, "id": number}

    # --- what hangs off them -------------------------------------------------------------------------------------

    def _history(self, entity: str, number: int, member: CastMember) -> None:
        """Every third person has a past; every ninth more of it."""
        if member.number % 3:
            return
        seeks = entity == "Candidate"
        for turn in range(4 if member.number % 9 == 0 else 1):
            at = self._then + turn * HOUR
            self._note(entity, number, at, member.number // 3 + turn)
            done = {"isCompleted": turn % 2 == 0, "dateCompleted": at if turn % 2 == 0 else None}
            link = {"candidate" if seeks else "clientContact": number}
            times = {"dateBegin": at, "dateEnd": at + HOUR, "dateAdded": at}
            self._put("Task", {"subject": f"Send offer {turn}", "type": "To-Do", **times, **done, **link})
            link = {"candidateReference" if seeks else "clientContactReference": number}
            meeting = self._put("Appointment", {"subject": f"Visit {turn}", "type": "Meeting", **times, **link})
            attendee = {"appointment": meeting, "attendee": (entity, number), "acceptanceStatus": 1}
            self._put("AppointmentAttendee", attendee)
            if turn == 1:  # a colleague was invited, and has a copy
                copy = {"subject": f"Visit {turn}", "type": "Meeting", "parentAppointment": meeting}
                self._put("Appointment", {**copy, **times, **link, "owner": int(USERS[2].id)})
        if member.number % 6 == 0:
            self._work(entity, number, member)
        if member.number % 12 == 3:
            self._deals(number, member)

    def _deals(self, number: int, member: CastMember) -> None:
        """Three, the first of which was made last, of a client's contact."""
        company = self._fake.store.tables["ClientContact"].rows[number]["clientCorporation"]
        link = {"clientContact": number, "clientCorporation": company, "type": "Contract"}
        for part, (status, made) in enumerate((("Open", 2), ("Closed-Won", 0), ("Qualifying", 1))):
            deal = {"title": f"Deal {member.number}.{part}", "status": status, "isOpen": status != "Closed-Won"}
            worth = {"dealValue": 1000.0 * (part + 1), "dateAdded": self._then + made * DAY // 4}
            self._put("Opportunity", {**link, **deal, **worth})

    def _work(self, entity: str, number: int, member: CastMember) -> None:
        if entity == "ClientContact":
            company = self._fake.store.tables["ClientContact"].rows[number]["clientCorporation"]
            link = {"clientContact": number, "clientCorporation": company}
            work = {"employmentType": "Contract", "status": "Accepting Candidates", "title": f"Nurse {member.number}"}
            job = self._put("JobOrder", {**link, **work})
            deal = {"title": f"Deal {member.number}", "type": "Contract", "status": "Open"}
            self._put("Opportunity", {**link, **deal, "dealValue": 1000.0 + member.number})
            self._open[job] = number
            seeker = next(iter(self._fake.store.rows("Candidate")), None)
            if seeker is not None:
                self._send(seeker["id"])

    def _send(self, seeker: int) -> None:
        """What becomes of the jobs for which there was nobody yet."""
        for job, contact in self._open.items():
            sent = {"candidate": seeker, "jobOrder": job, "status": "Submitted", "dateWebResponse": self._then}
            self._put("JobSubmission", {**sent, "sendingUser": int(USERS[1].id)})
            self._put("Placement", {"candidate": seeker, "jobOrder": job, "status": "Approved"})
            self._put("Sendout", {"candidate": seeker, "clientContact": contact, "jobOrder": job})
        self._open.clear()

    def _note(self, entity: str, number: int, at: int, turn: int) -> None:
        """Every other one is of a call, by one of the tenant's actions."""
        by, actions = ("CorporateUser", int(USERS[1].id)), self._fake.schema.actions
        calls = [each for each in actions if "Call" in each]
        action = calls[turn // 2 % len(calls)] if turn % 2 else actions[-1]
        note = {"action": action, "personReference": (entity, number), "commentingPerson": by}
        note |= {"comments": _SAID[turn % len(_SAID)]}
        made = self._put("Note", {**note, "dateAdded": at, "minutesSpent": 5})
        self._put("NoteEntity", {"note": made, "targetEntityID": number, "targetEntityName": USER, "dateAdded": at})

    def _put(self, name: str, values: dict[str, Any]) -> int:
        fake = self._fake
        place = fake.schema.entities[name]
        at = min(values.get("dateAdded") or self._then, self._now - HOUR)
        owner = int(USERS[(at // DAY) % len(USERS)].id)
        row: Row = {**fake.blank(place), "id": None}
        row |= {
            key: value for key, value in (("owner", owner), ("dateAdded", at), ("dateLastModified", at)) if key in row
        }
        row |= values
        if row["id"] is None:
            row["id"] = fake.new_id(place)
        now = fake.clock.time()
        fake.store.put(name, row, now, now)
        return int(row["id"])


def _named(member: CastMember) -> Row:
    values: Row = {"firstName": member.given, "lastName": member.family, "name": member.name}
    for name, email in zip(("email", "email2"), member.emails, strict=False):
        values[name] = email
    return values


def _address(member: CastMember) -> dict[str, Any] | None:
    """Some records lack it: real data are like that."""
    if member.number % 7 == 0:
        return None
    blank = dict.fromkeys(("address1", "address2", "city", "state", "zip"))
    return {**blank, "countryID": COUNTRIES[member.country][0]}
