"""The four CRMs in the simulation: where each keeps what was written, and what its requests are called.

Between them they have the ways in which a repeated create is told: Microsoft 365 has native notes and calls, Salesforce
native tasks and calls by an external id, or else finds them by a query; Zoho and Bullhorn find all, by a query or in a
list. What is blind is the model's (:mod:`tests.simulation.model_crm`): of what these four write down, nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from tests.simulation.fake_vendors import FakeVendor, in_text
from tests.simulation.faults import SEND_FATES, Fate
from tests.simulation.vendors import BEGAN

from customer360.core.activities import ActivityDraft, EventDraft
from customer360.core.effects import Send
from customer360.core.records import RecordRef


class ZohoVendor(FakeVendor):
    """Zoho CRM: everything is findable, notes by a list that may lag."""

    crm = "zoho"
    settings: ClassVar[Mapping[str, str]] = {"data_centre": "eu", "environment": "production"}
    scopes = (
        *("ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.users.READ", "ZohoCRM.org.READ"),
        *("ZohoSearch.securesearch.READ", "ZohoCRM.coql.READ"),
    )
    sends: ClassVar[Mapping[str, tuple[Fate, ...]]] = dict.fromkeys(
        ("create Notes", "create Tasks", "create Calls", "find by COQL", "find Notes"), SEND_FATES
    )

    def contact(self) -> RecordRef:
        return RecordRef("zoho", "Contacts", str(self.fake.records("Contacts")[0]["id"]))

    def site(self, send: Send) -> str:
        place = send.url.partition("?")[0].rsplit("/", 1)[-1]
        if send.method == "GET":
            return f"find {place}"
        return "find by COQL" if place == "coql" else f"create {place}"

    def written(self) -> Mapping[str, tuple[str, ...]]:
        notes = self.held(lambda note: in_text(note["Note_Content"]), "Notes")
        return notes | self.held(lambda activity: in_text(activity["Description"]), "Tasks", "Calls")


class Microsoft365Vendor(FakeVendor):
    """Microsoft 365: notes and calls are native, tasks findable in the list they were put into."""

    crm = "microsoft365"
    settings: ClassVar[Mapping[str, str]] = {"cloud": "global", "directory": "organizations"}
    scopes = (
        *("offline_access", "openid", "profile", "email", "User.Read"),
        *("Contacts.ReadWrite", "Tasks.ReadWrite", "Calendars.ReadWrite"),
    )
    sends: ClassVar[Mapping[str, tuple[Fate, ...]]] = dict.fromkeys(
        (
            *("read note", "append note", "create tasks", "find tasks", "create events"),
            *("find events", "find calendarView"),
        ),
        SEND_FATES,
    )

    def contact(self) -> RecordRef:
        mine = next(record for record in self.fake.records("contacts") if record["mailbox"] == self.user)
        return RecordRef("microsoft365", "contact", str(mine["id"]))

    def site(self, send: Send) -> str:
        place = send.url.partition("?")[0].rsplit("/", 1)[-1]
        if "/contacts/" in send.url:
            return "read note" if send.method == "GET" else "append note"
        return f"find {place}" if send.method == "GET" else f"create {place}"

    def written(self) -> Mapping[str, tuple[str, ...]]:
        return {
            **self.held(lambda contact: in_text(contact["personalNotes"]), "contacts"),
            **self.held(lambda task: [each["externalId"] for each in task["linkedResources"][1:]], "tasks"),
            **self.held(lambda event: [event["transactionId"].rpartition("-")[2]], "events"),
        }


class SalesforceVendor(FakeVendor):
    """Salesforce with an external id field on tasks, calls and events: they are native, notes found by their text."""

    crm = "salesforce"
    settings: ClassVar[Mapping[str, str]] = {"login_host": "acme.my.salesforce.com", "key_field": "External_Key__c"}
    scopes = ("api", "refresh_token", "id")
    sends: ClassVar[Mapping[str, tuple[Fate, ...]]] = dict.fromkeys(
        ("upsert Task", "upsert Event", "create note", "find note", "read note"), SEND_FATES
    )

    def told(self) -> Mapping[str, str]:
        return {"instance_url": "https://acme.my.salesforce.com"}

    def contact(self) -> RecordRef:
        return RecordRef("salesforce", "Contact", str(self.fake.records("Contact")[0]["Id"]))

    def promised(self, contact: RecordRef) -> tuple[ActivityDraft, ...]:
        visit = EventDraft(
            contact=contact,
            key=self.activity_key("hand:3"),
            subject="a visit",
            starts_at=BEGAN + timedelta(days=1),
            ends_at=BEGAN + timedelta(days=1, hours=1),
        )
        return (*super().promised(contact), visit)

    def site(self, send: Send) -> str:
        path = send.url.partition("?")[0]
        if path.endswith(("/query", "/queryAll")):
            return "find note" if "ContentDocumentLink" in send.url else "find Task"
        if path.endswith("/composite"):
            return "create note"
        if path.endswith("/Content"):
            return "read note"
        return f"{'upsert' if send.method == 'PATCH' else 'create'} {path.partition('/sobjects/')[2].partition('/')[0]}"

    def written(self) -> Mapping[str, tuple[str, ...]]:
        keys = self.held(self.keys_of, "Task", "Event")
        return {**keys, **self.held(lambda note: in_text(_lines(note["Content"])), "ContentNote")}

    def keys_of(self, activity: Mapping[str, Any]) -> list[str]:
        """The keys in a task or an event."""
        return [str(activity["External_Key__c"])] if activity["External_Key__c"] else []


class PlainSalesforceVendor(SalesforceVendor):
    """Salesforce as it comes: everything is found by the last line of its text."""

    settings: ClassVar[Mapping[str, str]] = {"login_host": "acme.my.salesforce.com"}
    sends: ClassVar[Mapping[str, tuple[Fate, ...]]] = dict.fromkeys(
        ("create Task", "find Task", "create note", "find note", "read note"), SEND_FATES
    )

    def promised(self, contact: RecordRef) -> tuple[ActivityDraft, ...]:
        return FakeVendor.promised(self, contact)

    def keys_of(self, activity: Mapping[str, Any]) -> list[str]:
        return in_text(activity["Description"])


def _lines(content: str) -> str:
    """A note's HTML as lines of text."""
    return re.sub(r"<[^>]*>", "", content.replace("<br>", "\n"))


class BullhornVendor(FakeVendor):
    """Bullhorn: notes and calls are found in the contact's list of notes, tasks by a query."""

    crm = "bullhorn"
    settings: ClassVar[Mapping[str, str]] = {"username": "kim.acme"}
    scopes = ()
    sends: ClassVar[Mapping[str, tuple[Fate, ...]]] = dict.fromkeys(
        ("create Note", "create Task", "find notes", "find Task"), SEND_FATES
    )

    def told(self) -> Mapping[str, str]:
        return {"session": f"https://{self.fake.oauth.lane}/rest-services/abc123"}  # type: ignore[attr-defined]

    def contact(self) -> RecordRef:
        return RecordRef("bullhorn", "ClientContact", str(self.fake.records("ClientContact")[0]["id"]))

    def site(self, send: Send) -> str:
        place = send.url.partition("?")[0].rsplit("/", 1)[-1]
        return f"create {place}" if send.method == "PUT" else f"find {place}"

    def written(self) -> Mapping[str, tuple[str, ...]]:
        notes = self.held(lambda note: [note["externalID"]] if note["externalID"] else [], "Note")
        return notes | self.held(lambda task: in_text(task["description"]), "Task")


CRMS: tuple[type[FakeVendor], ...] = (
    ZohoVendor,
    Microsoft365Vendor,
    SalesforceVendor,
    PlainSalesforceVendor,
    BullhornVendor,
)
