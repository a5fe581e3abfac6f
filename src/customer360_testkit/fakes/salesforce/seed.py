"""The organisation as it stands at the start: the shared cast, and what hangs off some of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.fakes.oauth import FakeUser
from customer360_testkit.fakes.salesforce.ids import full
from customer360_testkit.fakes.salesforce.places import lived
from customer360_testkit.fakes.salesforce.rules import RULES, person_contact
from customer360_testkit.fakes.salesforce.stock_parts import BUSINESS_TYPE, PERSON_TYPE
from customer360_testkit.fakes.salesforce.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

DAY = 86_400
USERS = (
    FakeUser("alex", full("0055e0000000A1x"), "Alex Admin", "alex@acme.example", "Europe/Berlin", administrator=True),
    FakeUser("kim", full("0055e0000000A2y"), "Kim Agent", "kim@acme.example", "Europe/London"),
    FakeUser("lee", full("0055e0000000A3z"), "Lee Agent", "lee@acme.example", "America/New_York"),
)
QUEUE = full("00G5e0000000Q1x")
_PHONES = {"work": "Phone", "main": "Phone", "mobile": "MobilePhone", "home": "HomePhone", "other": "OtherPhone"}


class Seeding:
    """Writes the cast into the fake's store, oldest first."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake
        self._now = fake.now
        self._then = self._now - 300 * DAY
        self._accounts: dict[str, str] = {}
        self._first: str | None = None
        self._persons = fake.switches["person_accounts"] == "on"
        self._chosen = fake.switches["places"] == "chosen"

    def fill(self, cast: Sequence[CastMember]) -> None:
        self._users()
        # A day lies between two members of a small cast; a large one, too, came in the course of a year.
        step = min(DAY, 280 * DAY // max(1, len(cast)))
        for member in cast:
            self._then += step
            match member.kind:
                case "company":
                    self._accounts[member.company] = self._company(member)
                case "lead":
                    self._lead(member)
                case _ if self._persons and member.number % 4 == 0:
                    self._history(self._person(member), member)
                case _:
                    self._history(self._contact(member), member)
        self._put("Membership__c", {"Name": "Founders", "Phone__c": "+44 20 7946 0998"})

    def _users(self) -> None:
        for user in USERS:
            given, _, family = user.name.partition(" ")
            names = {"FirstName": given, "LastName": family, "Name": user.name, "Username": user.email}
            more = {"Email": user.email, "IsActive": True, "TimeZoneSidKey": user.time_zone, "Id": user.id}
            self._put("User", {**names, **more})
        queue = {"Id": QUEUE, "Name": "Support", "DeveloperName": "Support", "Type": "Queue"}
        self._put("Group", queue)
        if self._persons:
            for record_id, name in ((BUSINESS_TYPE, "Organization"), (PERSON_TYPE, "PersonAccount")):
                person = {"IsPersonType": record_id == PERSON_TYPE, "IsActive": True, "SobjectType": "Account"}
                self._put("RecordType", {"Id": record_id, "Name": name, "DeveloperName": name, **person})

    def _contact(self, member: CastMember) -> str:
        account = self._accounts.get(member.company)
        if member.company and account is None:
            account = self._accounts[member.company] = self._put("Account", {"Name": member.company})
        # A country that some records lack, a level and whoever sent them that most lack: real data are like that.
        country = {} if member.number % 7 == 0 else self._place("Mailing", member)
        own: Row = {"Level__c": "Gold"} if member.number % 10 == 0 else {}
        own |= {"Referred_By__c": self._first} if member.number % 4 == 0 else {}
        own |= {"AccountId": account, "Customer_Number__c": f"C-{member.number:04d}", "Title": member.title or None}
        made = self._put("Contact", {**self._known(member), **country, **own})
        self._first = self._first or made
        return made

    def _lead(self, member: CastMember) -> str:
        fields = {**self._known(member), "Company": member.company or "Unknown"}
        place = {**self._place("", member), "Title": member.title or None}
        return self._put("Lead", {**fields, **place, "Status": "Open - Not Contacted"})

    def _company(self, member: CastMember) -> str:
        fields: Row = {"Name": member.company, **self._place("Billing", member)}
        numbers = zip(("Phone", "Fax"), (phone.spelled.strip() for phone in member.phones), strict=False)
        if self._persons:
            fields["RecordTypeId"] = BUSINESS_TYPE
        return self._put("Account", {**fields, **dict(numbers)})

    def _place(self, prefix: str, member: CastMember) -> Row:
        return lived(prefix, member.country, member.number // 10, chosen=self._chosen)

    def _person(self, member: CastMember) -> str:
        """A person account; its hidden contact is what activities hang off, and the answer."""
        known = self._known(member)
        renamed = {"MobilePhone": "PersonMobilePhone", "OtherPhone": "PersonOtherPhone", "Email": "PersonEmail"}
        account: Row = {renamed.get(name, name): value for name, value in known.items() if not name.endswith("__c")}
        account |= {"RecordTypeId": PERSON_TYPE, "IsPersonAccount": True, "PersonTitle": member.title or None}
        account |= {} if member.number % 7 == 0 else self._place("PersonMailing", member)
        contact = self._fake.store.new_id("003")
        record_id = self._put("Account", {**account, "PersonContactId": contact})
        row = self._fake.store.get("Account", record_id)
        assert row is not None
        blank = self._row("Contact", {"Id": contact}, None)
        self._fake.store.put("Contact", person_contact(row, blank), self._then, self._then)
        return contact

    def _history(self, contact: str, member: CastMember) -> None:
        """Every third person has a past; every sixth more of it."""
        if member.number % 3:
            return
        for number in range(4 if member.number % 9 == 0 else 1):
            self._moment(contact, number, self._then + number * 3600)
        if member.number % 6 == 0:
            self._business(contact, member)
        if member.number % 12 == 3:
            self._deals(contact, member)
        if member.number == 0:
            # Ended more than a year ago: archived, so only queryAll knows of it.
            past = self._now - 500 * DAY
            done = {"Status": "Completed", "ActivityDate": _day(past), "CompletedDateTime": past}
            self._put("Task", {"Subject": "Archived call", **done, "TaskSubtype": "Task", "WhoId": contact}, past)

    def _moment(self, contact: str, number: int, at: int) -> None:
        """A task, a call, an event and two kinds of note."""
        closed = number % 2 == 0
        status = "Completed" if closed else "Not Started"
        link = {"WhoId": contact, "ActivityDate": _day(at)}
        task = {"Subject": f"Send offer {number}", "Status": status, "Priority": "Normal", "TaskSubtype": "Task"}
        self._put("Task", {**task, **link, "CompletedDateTime": at if closed else None}, at)
        kind = ("Inbound", "Outbound")[number % 2]
        call = {
            "Subject": f"{kind} call {number}",
            "TaskSubtype": "Call",
            "Status": "Completed",
            "Priority": "Normal",
            "CallType": kind,
            "CallDurationInSeconds": 60 + number,
            "CallDisposition": "Resolved",
            "CallObject": f"c-{number}",
            "CompletedDateTime": at,
        }
        self._put("Task", {**call, **link}, at)
        event = {"Subject": f"Visit {number}", "StartDateTime": at, "EndDateTime": at + 3600, "ShowAs": "Busy"}
        self._put("Event", {**event, "WhoId": contact, "EventSubtype": "Event"}, at)
        self._put("Note", {"ParentId": contact, "Title": f"Classic {number}", "Body": "Prefers e-mail"}, at)
        if "ContentNote" in self._fake.schema.objects:
            self._note(contact, f"Note {number}", "<p>Prefers e-mail &amp; tea</p>", at)

    def _note(self, parent: str, title: str, content: str, at: int) -> None:
        store = self._fake.store
        note, version = store.new_id("069"), store.new_id("068")
        shared = {"Id": note, "Title": title, "FileType": "SNOTE", "LatestPublishedVersionId": version}
        row = self._row("ContentNote", {**shared, "Content": content}, at)
        row = RULES["ContentNote"](self._fake, row, None, set())
        store.put("ContentNote", row, at, at)
        self._put("ContentDocument", {**shared, "ContentSize": row["ContentSize"]}, at)
        data = {"ContentDocumentId": note, "Title": title, "VersionData": content, "IsLatest": True}
        data["TextPreview"] = row["TextPreview"]
        self._put("ContentVersion", {"Id": version, "FileType": "SNOTE", **data}, at)
        for entity, share in ((row["OwnerId"], "I"), (parent, "V")):
            link = {"ContentDocumentId": note, "LinkedEntityId": entity, "ShareType": share}
            self._put("ContentDocumentLink", {**link, "Visibility": "AllUsers"}, at)

    def _business(self, contact: str, member: CastMember) -> None:
        store = self._fake.store
        store.case_number += 1
        case = {"CaseNumber": f"{store.case_number:08d}", "Subject": "Delivery is late", "ContactId": contact}
        made = self._put("Case", {**case, "Status": "New", "Origin": "Phone", "Priority": "Medium"})
        self._put("CaseComment", {"ParentId": made, "CommentBody": "Called back"})
        worth = {"Amount": 1000.0 + member.number}
        self._deal(contact, f"Deal {member.number}", "Qualification", 30, worth, self._then)

    def _deals(self, contact: str, member: CastMember) -> None:
        """Three, the first of which was made last."""
        deals = (("Qualification", 40, 2), ("Closed Won", -20, 0), ("Negotiation/Review", 10, 1))
        for number, (stage, closing, made) in enumerate(deals):
            more = {"Amount": 1000.0 * (number + 1), "Description": f"Wants it delivered, part {number}"}
            at = self._then + made * DAY // 4
            self._deal(contact, f"Deal {member.number}.{number}", stage, closing, more, at)

    def _deal(self, contact: str, name: str, stage: str, closing: int, more: Row, at: int) -> None:
        """``closing`` days from now, made at that time."""
        account = (self._fake.store.get("Contact", contact) or {}).get("AccountId")
        deal: Row = {"Name": name, "StageName": stage, "AccountId": account, **more}
        opportunity = self._put("Opportunity", {**deal, "CloseDate": _day(self._now + closing * DAY)}, at)
        role = {"OpportunityId": opportunity, "ContactId": contact, "IsPrimary": True}
        self._put("OpportunityContactRole", role, at)

    def _known(self, member: CastMember) -> Row:
        """Names, numbers and addresses of a contact or lead."""
        values: Row = {"FirstName": member.given or None, "LastName": member.family}
        for phone in member.phones:
            name = _PHONES[phone.label]
            lead = member.kind == "lead" and name not in ("Phone", "MobilePhone")
            values["Fax" if lead else name] = phone.spelled.strip()
        # What is stored of a text has no blanks around it.
        for name, email in zip(("Email", "Second_Email__c"), member.emails, strict=False):
            values[name] = email
        return values

    def _put(self, name: str, values: dict[str, Any], at: int | None = None) -> str:
        row = self._row(name, values, at)
        rule = RULES.get(name)
        if rule is not None and name not in ("ContentNote", "ContentDocumentLink"):
            row = rule(self._fake, row, None, set(values))
        stamp = row.get("SystemModstamp") or self._then
        self._fake.store.put(name, row, stamp, stamp)
        return str(row["Id"])

    def _row(self, name: str, values: dict[str, Any], at: int | None) -> Row:
        place = self._fake.schema.objects[name]
        when = min(self._then if at is None else at, self._now - 3600)
        owner = USERS[when // DAY % len(USERS)]
        row = self._fake.blank(place, owner.login, when)
        row |= values
        if row["Id"] is None:
            row["Id"] = self._fake.store.new_id(str(place.prefix))
        return row


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
