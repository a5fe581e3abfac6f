"""Tasks, events and what shows them (contract section 7)."""

from __future__ import annotations

from customer360_testkit.fakes.salesforce.fields import (
    CREATE_ONLY,
    READ_ONLY,
    REQUIRED,
    Child,
    Field,
    SObject,
    audit,
    date,
    flag,
    identity,
    integer,
    long_text,
    moment,
    owner,
    pick,
    reference,
    text,
)
from customer360_testkit.fakes.salesforce.stock_parts import FIXED, WHAT, WHO


def _activity_links() -> list[Field]:
    return [reference("WhoId", WHO), reference("WhatId", WHAT), reference("AccountId", "Account", **READ_ONLY)]


def task(shared: bool) -> SObject:
    return SObject(
        "Task",
        "00T",
        [
            *identity(),
            *_activity_links(),
            pick(
                "Subject",
                "Call|Email|Send Letter|Send Quote|Other",
                type="combobox",
                name_field=True,
                groupable=False,
            ),
            date("ActivityDate"),
            pick(
                "Status",
                "Not Started*|In Progress|Completed|Waiting on someone else|Deferred",
                length=40,
                **REQUIRED,
            ),
            pick("Priority", "High|Normal*|Low", length=40, **REQUIRED),
            flag("IsHighPriority", **READ_ONLY),
            owner("Group User"),
            long_text("Description"),
            flag("IsClosed", **READ_ONLY),
            flag("IsArchived", **READ_ONLY),
            *audit(),
            pick("CallType", "Internal|Inbound|Outbound", length=40, restricted=True),
            integer("CallDurationInSeconds"),
            text("CallDisposition", 255),
            text("CallObject", 255),
            moment("ReminderDateTime"),
            flag("IsReminderSet"),
            pick(
                "TaskSubtype",
                "Task*|Call|Email|ListEmail|Cadence|LinkedIn",
                length=40,
                restricted=True,
                **CREATE_ONLY,
            ),
            moment("CompletedDateTime", **READ_ONLY),
        ],
        children=[
            Child("ContentDocumentLink", "LinkedEntityId", "ContentDocumentLinks", True),
            *([Child("TaskRelation", "TaskId", "TaskRelations", True)] if shared else []),
        ],
    )


def event(shared: bool) -> SObject:
    return SObject(
        "Event",
        "00U",
        [
            *identity(),
            *_activity_links(),
            pick(
                "Subject",
                "Call|Email|Meeting|Send Letter/Quote|Other",
                type="combobox",
                name_field=True,
                groupable=False,
            ),
            text("Location", 255),
            flag("IsAllDayEvent"),
            moment("ActivityDateTime"),
            date("ActivityDate"),
            integer("DurationInMinutes"),
            moment("StartDateTime"),
            moment("EndDateTime"),
            date("EndDate", **READ_ONLY),
            long_text("Description"),
            owner(),
            flag("IsPrivate"),
            pick("ShowAs", "Busy*|OutOfOffice|Free", length=40, restricted=True),
            flag("IsChild", **READ_ONLY),
            flag("IsGroupEvent", **READ_ONLY),
            *audit(),
            flag("IsArchived", **READ_ONLY),
            moment("ReminderDateTime"),
            flag("IsReminderSet"),
            Field("EventSubtype", "picklist", 40, values=("Event",), default="Event", restricted=True, **CREATE_ONLY),
        ],
        children=[
            Child("ContentDocumentLink", "LinkedEntityId", "ContentDocumentLinks", True),
            *([Child("EventRelation", "EventId", "EventRelations", True)] if shared else []),
        ],
    )


def relation(kind: str, prefix: str) -> SObject:
    """TaskRelation or EventRelation: a further person of an activity. Created and deleted, never changed."""
    return SObject(
        f"{kind}Relation",
        prefix,
        [
            *identity(),
            reference("RelationId", f"{WHO} {WHAT}", **CREATE_ONLY),
            reference(f"{kind}Id", kind, nillable=False, **CREATE_ONLY),
            flag("IsWhat", **CREATE_ONLY),
            *audit(),
        ],
        flags={"updateable": False, "searchable": False, "layoutable": False},
    )


def timeline(name: str, plural: str) -> SObject:
    """ActivityHistory or OpenActivity: activities as their person shows them, readable in sub-queries only."""
    return SObject(
        name,
        None,
        [
            *identity(),
            reference("WhoId", WHO),
            reference("WhatId", WHAT),
            reference("AccountId", "Account"),
            text("Subject", 255),
            flag("IsTask"),
            date("ActivityDate"),
            pick("ActivityType", "Call|Email|Event|Task", length=40),
            pick("Status", "Not Started|Completed", length=40),
            pick("Priority", "High|Normal|Low", length=40),
            pick("CallType", "Internal|Inbound|Outbound", length=40),
            integer("CallDurationInSeconds"),
            text("CallDisposition", 255),
            long_text("Description"),
            flag("IsClosed"),
            owner("Group User"),
            *audit(),
        ],
        plural=plural,
        flags={**FIXED, "searchable": False, "queryable": False, "layoutable": False},
    )
