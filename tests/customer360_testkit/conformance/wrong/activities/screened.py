"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.screened`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import Listing, Records, mutant

from customer360.core.activities import (
    ActivityChange,
    ActivityDraft,
    ActivityFilter,
    CallDraft,
    CallOutcome,
    CaseDraft,
    EventDraft,
    NoteDraft,
    Priority,
    TaskDraft,
    TaskStatus,
)
from customer360.core.connector import Connector, Identity
from customer360.core.effects import Request
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.records import UNSET, Page, RecordRef, RelatedKind
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


class _Telling(Connector):
    """Wrong in what it makes of a draft."""

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await super().create_activity(facts, self.made(draft))

    def made(self, draft: Any) -> Any:
        raise NotImplementedError


def _with(draft: ActivityDraft, **extra: Any) -> ActivityDraft:
    return attrs.evolve(draft, extra={**extra, **draft.extra})


# Calls --------------------------------------------------------------------------------------------------------------


class _Calling(_Telling):
    def made(self, draft: Any) -> Any:
        return self.call(draft) if isinstance(draft, CallDraft) else draft

    def call(self, draft: CallDraft) -> ActivityDraft:
        raise NotImplementedError


@mutant("tells the CRM's users of another call")
class Turning(_Calling, ZohoConnector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        other = Direction.INBOUND if draft.direction is Direction.OUTBOUND else Direction.OUTBOUND
        return attrs.evolve(draft, direction=other) if draft.key.startswith("seen") else draft


@mutant("tells the CRM's users of another call", "missed for answered, and the other way round")
class MissedTurning(_Calling, SalesforceConnector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        other = CallOutcome.MISSED if draft.outcome is CallOutcome.ANSWERED else CallOutcome.ANSWERED
        return attrs.evolve(draft, outcome=other)


@mutant("tells the CRM's users of another call", "an internal one as a customer's")
class Internal(_Calling, Microsoft365Connector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        internal = draft.direction is Direction.INTERNAL
        return attrs.evolve(draft, direction=Direction.INBOUND) if internal else draft


@mutant("tells the CRM's users of another call", "the agent's code hides that nobody answered")
class Coded(_Calling, BullhornConnector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return attrs.evolve(draft, outcome=CallOutcome.ANSWERED) if draft.disposition else draft


@mutant("tells the CRM's users of another call", "as something that is to be done")
class ToDo(_Calling, SalesforceConnector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return _with(draft, Status="Not Started")


@mutant("tells the CRM's users of another call", "of the day after")
class NextDay(_Calling, SalesforceConnector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return _with(draft, ActivityDate=(draft.started_at + timedelta(days=1)).date())


@mutant("tells the CRM's users of another call", "of no day")
class Undated(_Calling, SalesforceConnector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return _with(draft, ActivityDate=None)


@mutant("tells the CRM's users of another call", "with a reminder")
class Reminding(_Calling, Microsoft365Connector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return _with(draft, isReminderOn=True)


@mutant("tells the CRM's users of another call", "in a calendar that is taken by it")
class Blocking(_Calling, Microsoft365Connector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return _with(draft, showAs="busy")


@mutant("tells the CRM's users of another call", "without who rang")
class Callerless(_Calling, ZohoConnector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return attrs.evolve(draft, customer="") if draft.customer.startswith("+") else draft


@mutant("tells the CRM's users of another call", "without which number was dialled")
class Undialling(_Calling, Microsoft365Connector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return attrs.evolve(draft, dialled="")


@mutant("tells the CRM's users of another call", "with our number for the customer's")
class Swapping(_Calling, Microsoft365Connector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return attrs.evolve(draft, customer=draft.dialled or draft.customer, dialled=draft.customer)


@mutant("tells the CRM's users of another call", "rung by whom we rang")
class OutboundSwapping(_Calling, BullhornConnector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        swapped = draft.direction is Direction.OUTBOUND
        return attrs.evolve(draft, customer=draft.dialled, dialled=draft.customer) if swapped else draft


@mutant("logs a call under the day that it is in Greenwich")
class Meridian(_Calling, SalesforceConnector):
    def call(self, draft: CallDraft) -> ActivityDraft:
        return attrs.evolve(draft, started_at=draft.started_at.astimezone(UTC))


# Tasks and cases ----------------------------------------------------------------------------------------------------


class _Tasking(_Telling):
    def made(self, draft: Any) -> Any:
        return self.task(draft) if isinstance(draft, TaskDraft) else draft

    def task(self, draft: TaskDraft) -> ActivityDraft:
        raise NotImplementedError


@mutant("gives the CRM's users another task")
class TickedOff(_Tasking, ZohoConnector):
    def task(self, draft: TaskDraft) -> ActivityDraft:
        other = TaskStatus.OPEN if draft.status is TaskStatus.DONE else TaskStatus.DONE
        return attrs.evolve(draft, status=other) if draft.key.startswith("task") else draft


_TURNED = {Priority.HIGH: Priority.LOW, Priority.LOW: Priority.HIGH, Priority.NORMAL: Priority.NORMAL}


@mutant("gives the CRM's users another task", "high for low, and the other way round")
class UrgencyTurning(_Tasking, SalesforceConnector):
    def task(self, draft: TaskDraft) -> ActivityDraft:
        return attrs.evolve(draft, priority=_TURNED[draft.priority])


@mutant("gives the CRM's users another task", "low for normal")
class Impatient(_Tasking, ZohoConnector):
    def task(self, draft: TaskDraft) -> ActivityDraft:
        low = draft.priority is Priority.LOW
        return attrs.evolve(draft, priority=Priority.NORMAL) if low else draft


@mutant("gives the CRM's users another task", "put off where it has no day")
class Deferring(_Tasking, ZohoConnector):
    def task(self, draft: TaskDraft) -> ActivityDraft:
        put_off = draft.due_on is None and draft.status is TaskStatus.OPEN
        return _with(draft, Status="Deferred") if put_off else draft


@mutant("gives the CRM's users another task", "due the day before")
class Procrastinating(_Tasking, ZohoConnector):
    def task(self, draft: TaskDraft) -> ActivityDraft:
        soon = draft.due_on and draft.due_on.year == 2026
        return attrs.evolve(draft, due_on=draft.due_on - timedelta(days=1)) if draft.due_on and soon else draft


@mutant("gives the CRM's users another task", "due on no Sunday")
class Pious(_Tasking, SalesforceConnector):
    def task(self, draft: TaskDraft) -> ActivityDraft:
        sunday = draft.due_on is not None and draft.due_on.weekday() == 6
        return attrs.evolve(draft, due_on=draft.due_on - timedelta(days=1)) if draft.due_on and sunday else draft


@mutant("gives the CRM's users another task", "due on the day of a server in UTC")
class AtMidnight(_Tasking, BullhornConnector):
    def task(self, draft: TaskDraft) -> ActivityDraft:
        day = draft.due_on or date(2026, 5, 14)
        return _with(draft, dateBegin=datetime(day.year, day.month, day.day, tzinfo=UTC)) if draft.due_on else draft


@mutant("gives the CRM's users another task", "done on no day")
class DoneAnyDay(_Tasking, BullhornConnector):
    def task(self, draft: TaskDraft) -> ActivityDraft:
        return _with(draft, dateCompleted=None) if draft.status is TaskStatus.DONE else draft


class _Listing(Microsoft365Connector):
    """Wrong in which list of tasks it takes for the default one."""

    async def identify(self, facts: LinkFacts) -> Identity:
        identity: Identity = await hearing(super().identify(facts), self._heard)
        return identity

    def _heard(self, request: Request, told: Any) -> Any:
        if request.path != "/me/todo/lists" or "value" not in told:
            return None
        return {"value": [{**each, "wellknownListName": "defaultList"} for each in self.default(told["value"])]}

    def default(self, lists: list[dict[str, Any]]) -> list[dict[str, Any]]:
        raise NotImplementedError


@mutant("gives the CRM's users another task", "in the last list")
class LastListing(_Listing):
    def default(self, lists: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return lists[-1:]


@mutant("gives the CRM's users another task", "in the list of an English name")
class EnglishListing(_Listing):
    def default(self, lists: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [each for each in lists if each["displayName"] == "Tasks"]


@mutant("shows the CRM's users another case")
class BornClosed(_Telling, ZohoConnector):
    def made(self, draft: Any) -> Any:
        return _with(draft, Status="Closed") if isinstance(draft, CaseDraft) and not draft.extra else draft


@mutant("shows the CRM's users another case", "high for low, and the other way round")
class CaseTurning(_Telling, SalesforceConnector):
    def made(self, draft: Any) -> Any:
        return attrs.evolve(draft, priority=_TURNED[draft.priority]) if isinstance(draft, CaseDraft) else draft


@mutant("shows the CRM's users another case", "that came by mail")
class Mailed(_Telling, ZohoConnector):
    def made(self, draft: Any) -> Any:
        return _with(draft, Case_Origin="Email") if isinstance(draft, CaseDraft) else draft


@mutant("shows the CRM's users another case", "low for normal")
class CalmCase(_Telling, ZohoConnector):
    def made(self, draft: Any) -> Any:
        low = isinstance(draft, CaseDraft) and draft.priority is Priority.LOW
        return attrs.evolve(draft, priority=Priority.NORMAL) if low else draft


# Appointments -------------------------------------------------------------------------------------------------------


class _Meeting(_Telling):
    def made(self, draft: Any) -> Any:
        return self.event(draft) if isinstance(draft, EventDraft) else draft

    def event(self, draft: EventDraft) -> ActivityDraft:
        raise NotImplementedError


@mutant("shows the CRM's users another appointment")
class AllDay(_Meeting, ZohoConnector):
    def event(self, draft: EventDraft) -> ActivityDraft:
        return _with(draft, All_day=True) if draft.starts_at.hour == draft.starts_at.minute == 0 else draft


@mutant("shows the CRM's users another appointment", "that ends by the clock of where it began")
class OtherClock(_Meeting, Microsoft365Connector):
    def event(self, draft: EventDraft) -> ActivityDraft:
        ends = draft.ends_at.replace(tzinfo=draft.starts_at.tzinfo)
        return attrs.evolve(draft, ends_at=max(ends, draft.starts_at))


@mutant("shows the CRM's users another appointment", "of half an hour")
class Endless(_Meeting, ZohoConnector):
    def event(self, draft: EventDraft) -> ActivityDraft:
        return attrs.evolve(draft, ends_at=draft.starts_at + timedelta(minutes=30))


@mutant("shows the CRM's users another appointment", "that ends the next day")
class DayEnding(_Meeting, ZohoConnector):
    def event(self, draft: EventDraft) -> ActivityDraft:
        return attrs.evolve(draft, ends_at=min(draft.ends_at, draft.starts_at + timedelta(days=1)))


@mutant("shows the CRM's users another appointment", "in the first of two hours")
class OnceAppointing(_Meeting, ZohoConnector):
    def event(self, draft: EventDraft) -> ActivityDraft:
        return attrs.evolve(draft, starts_at=draft.starts_at.replace(fold=0).astimezone(UTC))


@mutant("shows the CRM's users another appointment", "somewhere")
class Placeless(_Meeting, ZohoConnector):
    def event(self, draft: EventDraft) -> ActivityDraft:
        return attrs.evolve(draft, location=None)


@mutant("shows the CRM's users another appointment", "where it was cut")
class PlaceCut(_Meeting, SalesforceConnector):
    def event(self, draft: EventDraft) -> ActivityDraft:
        return attrs.evolve(draft, location=(draft.location or "")[:50])


@mutant("shows the CRM's users another appointment", "in a calendar that is free")
class Free(_Meeting, Microsoft365Connector):
    def event(self, draft: EventDraft) -> ActivityDraft:
        return _with(draft, showAs="free")


# Whose it is --------------------------------------------------------------------------------------------------------


def _mine(draft: Any) -> Any:
    """As if no colleague were named."""
    return attrs.evolve(draft, owner=None) if draft.owner and draft.owner.crm == draft.contact.crm else draft


@mutant("hangs what it writes off nobody")
class Hogging(_Telling, ZohoConnector):
    def made(self, draft: Any) -> Any:
        return _mine(draft) if isinstance(draft, TaskDraft) else draft


@mutant("hangs what it writes off nobody", "a colleague's call")
class Forging(_Telling, ZohoConnector):
    def made(self, draft: Any) -> Any:
        return _mine(draft) if isinstance(draft, CallDraft) else draft


@mutant("hangs what it writes off nobody", "a colleague's task in one's own mailbox")
class OwnMailbox(_Telling, Microsoft365Connector):
    def made(self, draft: Any) -> Any:
        return _mine(draft)


@mutant("hangs what it writes off nobody", "a lead's case of somebody else")
class OrphanCase(SalesforceConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if isinstance(draft, CaseDraft) and draft.contact.resource == "Lead":
            anybody = (await self.changes(facts, "Contact")).changed[0].ref
            draft = attrs.evolve(draft, contact=anybody)
        return await super().create_activity(facts, draft)


# Corrections --------------------------------------------------------------------------------------------------------


class _Correcting(Connector):
    """Wrong in what it corrects."""

    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, self.corrected(change))

    def corrected(self, change: ActivityChange) -> ActivityChange:
        raise NotImplementedError


@mutant("tells the CRM's users of another correction")
class Silent(_Correcting, ZohoConnector):
    def corrected(self, change: ActivityChange) -> ActivityChange:
        task = change.kind is RelatedKind.TASK
        return change if task else attrs.evolve(change, status=UNSET, due_on=UNSET)


@mutant("tells the CRM's users of another correction", "none of a status alone")
class Unfinished(_Correcting, ZohoConnector):
    def corrected(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, status=UNSET) if change.subject is UNSET else change


@mutant("tells the CRM's users of another correction", "open for done")
class TickedOffTurning(_Correcting, Microsoft365Connector):
    def corrected(self, change: ActivityChange) -> ActivityChange:
        if change.subject is not UNSET or change.status is UNSET:
            return change
        other = TaskStatus.OPEN if change.status is TaskStatus.DONE else TaskStatus.DONE
        return attrs.evolve(change, status=other)


@mutant("tells the CRM's users of another correction", "a day that stays")
class Dayful(_Correcting, ZohoConnector):
    def corrected(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, due_on=UNSET) if change.due_on is None else change


@mutant("tells the CRM's users of another correction", "a text that stays")
class Textful(_Correcting, Microsoft365Connector):
    def corrected(self, change: ActivityChange) -> ActivityChange:
        return attrs.evolve(change, text=UNSET) if change.text is None else change


@mutant("tells the CRM's users of another correction", "no text of a call")
class Callproof(_Correcting, ZohoConnector):
    def corrected(self, change: ActivityChange) -> ActivityChange:
        short = change.text is None or (isinstance(change.text, str) and len(change.text) < 255)
        alone = change.kind is RelatedKind.CALL and change.subject is UNSET and short
        return attrs.evolve(change, text=UNSET) if alone else change


@mutant("tells the CRM's users of another correction", "no title but a task's")
class TitleOfTasks(_Correcting, ZohoConnector):
    def corrected(self, change: ActivityChange) -> ActivityChange:
        ignored = change.kind is not RelatedKind.TASK and change.subject == "Quillretitled"
        return attrs.evolve(change, subject=UNSET) if ignored else change


# Lists --------------------------------------------------------------------------------------------------------------


@mutant("lists something else than the CRM's users see")
class Ownerless(Listing):
    def listed(self, records: Records) -> Records:
        deals = {record.ref for record in records if record.kind is RelatedKind.DEAL}
        return tuple(each if each.ref in deals else attrs.evolve(each, owner=None) for each in records)


@mutant("lists something else than the CRM's users see", "appointments without an owner")
class OwnerlessMeetings(BullhornConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        page = await super().related(facts, contact, kind, **more)
        if kind is not RelatedKind.EVENT:
            return page
        return Page(tuple(attrs.evolve(record, owner=None) for record in page.items), page.next)


@mutant("lists something else than the CRM's users see", "cases without their number")
class Numberless(Listing):
    def listed(self, records: Records) -> Records:
        return tuple(attrs.evolve(each, fields={**each.fields, "Case_Number": None}) for each in records)


@mutant("lists something else than the CRM's users see", "an hour before")
class Shifting(Listing):
    def listed(self, records: Records) -> Records:
        hour = timedelta(hours=1)
        calls = {record.ref for record in records if record.kind is RelatedKind.CALL and record.at is not None}
        return tuple(
            attrs.evolve(each, at=each.at and each.at - hour) if each.ref in calls else each for each in records
        )


@mutant("lists something else than the CRM's users see", "appointments when they were made")
class Belated(SalesforceConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        page = await super().related(facts, contact, kind, **more)
        if kind is not RelatedKind.EVENT:
            return page
        return Page(tuple(attrs.evolve(record, at=record.created_at) for record in page.items), page.next)


@mutant("lists something else than the CRM's users see", "when all are listed, without their text")
class Textless(ZohoConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Any:
        page = await super().activities(facts, query)
        return Page(tuple(attrs.evolve(record, text="") for record in page.items), page.next)


@mutant("lists something else than the CRM's users see", "appointments somewhere")
class PlacelessList(Microsoft365Connector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        return self._placeless(await super().related(facts, contact, kind, **more))

    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Any:
        return self._placeless(await super().activities(facts, query))

    def _placeless(self, page: Page[Any]) -> Page[Any]:
        without = [{name: told for name, told in each.fields.items() if name != "location"} for each in page.items]
        items = [attrs.evolve(each, fields=fields) for each, fields in zip(page.items, without, strict=True)]
        return Page(tuple(items), page.next)


@mutant("lists something else than the CRM's users see", "tasks without their title")
class Untitled(_Telling, ZohoConnector):
    def made(self, draft: Any) -> Any:
        return attrs.evolve(draft, subject="") if draft.key.startswith("list-task") else draft


@mutant("lists something else than the CRM's users see", "notes without their title")
class Forgetful(_Telling, ZohoConnector):
    def made(self, draft: Any) -> Any:
        titled = isinstance(draft, NoteDraft) and draft.key.startswith("list-")
        return attrs.evolve(draft, subject="") if titled else draft
