"""What Salesforce itself derives and demands when a record is saved (contract sections 4 and 7).

A rule is called with the row about to be saved, the row before (None for a new one) and the names that were sent; it
gives the row to save. What a save brings about elsewhere is in :class:`.writing.Writing`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.salesforce.errors import bad
from customer360_testkit.fakes.salesforce.stock_parts import BUSINESS_TYPE, PERSON_TYPE
from customer360_testkit.fakes.salesforce.store import Row
from customer360_testkit.fakes.salesforce.times import instant

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

Rule = Callable[["SalesforceFake", Row, Row | None, set[str]], Row]
MAX_EVENT_MINUTES = 14 * 24 * 60
_SAFE_TAGS = "a|b|br|div|em|h1|h2|h3|i|li|ol|p|s|span|strike|strong|u|ul"
_UNSAFE = re.compile(rf"<(?!/?(?:{_SAFE_TAGS})\b)[^>]*>?", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^>]*>")


def person_name(row: Row) -> str | None:
    return " ".join(filter(None, (row.get("FirstName"), row.get("LastName")))) or None


def _contact(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    if before is not None and before.get("IsPersonAccount"):
        message = "A person account is changed as an Account."
        raise bad("INVALID_FIELD_FOR_INSERT_UPDATE", message, *sorted(sent))
    return {**row, "Name": person_name(row)}


def _lead(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    if before is not None and before["IsConverted"]:
        raise bad("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    return {**row, "Name": person_name(row)}


def _account(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    if "RecordTypeId" not in row:
        return row
    kind = row["RecordTypeId"] or BUSINESS_TYPE
    if kind not in (BUSINESS_TYPE, PERSON_TYPE):
        raise bad(
            "INVALID_CROSS_REFERENCE_KEY", "Record Type ID: this ID value isn't valid for the user", "RecordTypeId"
        )
    person = kind == PERSON_TYPE
    if before is not None and before["IsPersonAccount"] != person:
        raise bad("INVALID_FIELD_FOR_INSERT_UPDATE", "The kind of an account cannot be changed", "RecordTypeId")
    own = {"FirstName", "LastName", "Salutation"} | {name for name in sent if name.startswith("Person")}
    wrong = sent & ({"Name"} if person else own)
    if wrong:
        names = ", ".join(sorted(wrong))
        raise bad("INVALID_FIELD_FOR_INSERT_UPDATE", f"bad field names on insert/update call: {names}", *sorted(wrong))
    needed = "LastName" if person else "Name"
    if row[needed] is None:
        raise bad("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{needed}]", needed)
    row = {**row, "RecordTypeId": kind, "IsPersonAccount": person}
    return {**row, "Name": person_name(row)} if person else row


def _linked(fake: SalesforceFake, row: Row) -> Row:
    """WhoId and WhatId of an activity, and the account that follows from them."""
    who, what = row["WhoId"], row["WhatId"]
    if who and what and fake.schema.owner_of(who) == "Lead":
        raise bad("FIELD_INTEGRITY_EXCEPTION", "Cannot specify a What ID if the Who ID is a Lead", "WhatId")
    account = None
    if what is not None:
        thing = fake.follow(what, None) or {}
        account = what if fake.schema.owner_of(what) == "Account" else thing.get("AccountId")
    if account is None and who is not None:
        account = (fake.follow(who, None) or {}).get("AccountId")
    return {**row, "AccountId": account}


def _task(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    row = _linked(fake, row)
    closed = row["Status"] == "Completed"
    done = row["CompletedDateTime"] if closed else None
    if closed and done is None:
        done = fake.now
    return {**row, "IsClosed": closed, "CompletedDateTime": done, "IsHighPriority": row["Priority"] == "High"}


def _event(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    row = _linked(fake, row)
    if row["IsAllDayEvent"]:
        return _all_day(row, sent)
    start = row["StartDateTime"]
    if "ActivityDateTime" in sent:
        twin = row["ActivityDateTime"]
        if "StartDateTime" in sent and start != twin:
            raise bad(
                "FIELD_INTEGRITY_EXCEPTION", "StartDateTime and ActivityDateTime must be the same", "StartDateTime"
            )
        start = twin
    end, minutes = row["EndDateTime"], row["DurationInMinutes"]
    missing = [] if start is not None else ["StartDateTime"]
    if end is None and minutes is None:
        missing.append("EndDateTime")
    if missing:
        raise bad("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)
    if "EndDateTime" in sent and "DurationInMinutes" in sent and end is not None and minutes is not None:
        if end - start != minutes * 60:
            raise bad("FIELD_INTEGRITY_EXCEPTION", "EndDateTime and DurationInMinutes contradict", "DurationInMinutes")
    elif "DurationInMinutes" in sent or end is None:
        end = start + minutes * 60
    minutes = (end - start) // 60
    _check_length(minutes)
    day = datetime.fromtimestamp(start, UTC).date().isoformat()
    last = datetime.fromtimestamp(end, UTC).date().isoformat()
    return {
        **row,
        "StartDateTime": start,
        "ActivityDateTime": start,
        "EndDateTime": end,
        "DurationInMinutes": minutes,
        "ActivityDate": day,
        "EndDate": last,
    }


def _all_day(row: Row, sent: set[str]) -> Row:
    day = row["ActivityDate"]
    if day is None and row["StartDateTime"] is not None:
        day = datetime.fromtimestamp(row["StartDateTime"], UTC).date().isoformat()
    if day is None:
        raise bad("REQUIRED_FIELD_MISSING", "Required fields are missing: [ActivityDate]", "ActivityDate")
    start = instant(f"{day}T00:00:00Z")
    assert start is not None
    minutes = row["DurationInMinutes"] if "DurationInMinutes" in sent and row["DurationInMinutes"] else 1440
    if "EndDateTime" in sent and row["EndDateTime"] is not None:
        minutes = (row["EndDateTime"] - start) // 60 + 1440
    _check_length(minutes)
    end = start + (minutes - 1440) * 60
    return {
        **row,
        "ActivityDate": day,
        "StartDateTime": start,
        "ActivityDateTime": start,
        "EndDateTime": end,
        "EndDate": datetime.fromtimestamp(end, UTC).date().isoformat(),
        "DurationInMinutes": minutes,
    }


def _check_length(minutes: int) -> None:
    if minutes < 0:
        raise bad("FIELD_INTEGRITY_EXCEPTION", "The end of an event must not be before its start", "EndDateTime")
    if minutes > MAX_EVENT_MINUTES:
        raise bad("FIELD_INTEGRITY_EXCEPTION", "An event must not be longer than 14 days", "DurationInMinutes")


def _case(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    closed = row["Status"] == "Closed"
    account = row["AccountId"]
    if account is None and row["ContactId"] is not None and "AccountId" not in sent:
        account = (fake.follow(row["ContactId"], "Contact") or {}).get("AccountId")
    ended = (row["ClosedDate"] or fake.now) if closed else None
    return {**row, "IsClosed": closed, "ClosedDate": ended, "AccountId": account}


def _opportunity(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    return {**row, "IsClosed": row["StageName"].startswith("Closed"), "IsWon": row["StageName"] == "Closed Won"}


def sanitized(text: str) -> str:
    """What is left of the HTML of a note: no line ends, no tags but harmless ones."""
    return _UNSAFE.sub("", text.replace("\r", "").replace("\n", ""))


def _content_note(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    content = sanitized(row["Content"])
    preview = html.unescape(_ANY_TAG.sub(" ", content)).strip()[:255]
    return {
        **row,
        "Content": content,
        "TextPreview": preview or None,
        "ContentSize": len(content.encode()),
        "FileType": "SNOTE",
    }


def _content_link(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    pair = row["ContentDocumentId"], row["LinkedEntityId"]
    for other in fake.store.rows("ContentDocumentLink"):
        if other["Id"] != row["Id"] and (other["ContentDocumentId"], other["LinkedEntityId"]) == pair:
            message = f"duplicate value found: LinkedEntityId duplicates value on record with id: {other['Id']}"
            raise bad("DUPLICATE_VALUE", message)
    return row


def _case_comment(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
    return {**row, "CreatorId": row["CreatedById"]}


def _relation(name: str) -> Rule:
    def rule(fake: SalesforceFake, row: Row, before: Row | None, sent: set[str]) -> Row:
        """Up to 50 contacts, or one lead."""
        if row["RelationId"] is None:
            raise bad("REQUIRED_FIELD_MISSING", "Required fields are missing: [RelationId]", "RelationId")
        activity = fake.follow(row[f"{name}Id"], name) or {}
        others = [one for one in fake.store.rows(f"{name}Relation") if one[f"{name}Id"] == row[f"{name}Id"]]
        people = {one["RelationId"] for one in others if not one["IsWhat"]} | {activity.get("WhoId")} - {None}
        kinds = {fake.schema.owner_of(one) for one in {*people, row["RelationId"]} if one}
        if row["RelationId"] in people:
            raise bad("DUPLICATE_VALUE", "duplicate value found: RelationId", "RelationId")
        if not row["IsWhat"] and ("Lead" in kinds and people):
            raise bad("FIELD_INTEGRITY_EXCEPTION", "An activity has one lead or contacts", "RelationId")
        if len(people) >= 50:
            raise bad("FIELD_INTEGRITY_EXCEPTION", "An activity has at most 50 contacts", "RelationId")
        return row

    return rule


RULES: dict[str, Rule] = {
    "Contact": _contact,
    "Lead": _lead,
    "Account": _account,
    "Task": _task,
    "Event": _event,
    "Case": _case,
    "Opportunity": _opportunity,
    "ContentNote": _content_note,
    "ContentDocumentLink": _content_link,
    "CaseComment": _case_comment,
    "TaskRelation": _relation("Task"),
    "EventRelation": _relation("Event"),
}


def person_contact(account: Row, contact: Row) -> Row:
    """The hidden contact of a person account, as the account says it."""
    found: dict[str, Any] = {
        **contact,
        "IsPersonAccount": True,
        "AccountId": account["Id"],
        "FirstName": account["FirstName"],
        "LastName": account["LastName"],
        "Salutation": account["Salutation"],
        "Name": account["Name"],
        "Phone": account["Phone"],
        "Fax": account["Fax"],
        "OwnerId": account["OwnerId"],
    }
    for name, value in account.items():
        bare = name.removeprefix("Person")
        if bare != name and bare in contact and bare not in ("AccountId",):
            found[bare] = value
        elif name.endswith("__pc") and f"{name[:-4]}__c" in contact:
            found[f"{name[:-4]}__c"] = value
    return found
