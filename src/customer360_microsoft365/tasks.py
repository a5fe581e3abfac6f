"""Tasks: To Do's default list (contract, section 7).

A task bears its contact's id, and its own key, as linked resources. To Do lists nothing by them for certain, so the
list is read and compared here. The China cloud has no linked resources: tasks there belong to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from customer360.core.activities import ActivityChange, Priority, TaskDraft, TaskStatus
from customer360.core.effects import DELETE, POST
from customer360.core.errors import UnexpectedAnswer, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.records import UNSET, RecordRef, RelatedRecord
from customer360_microsoft365.auth import in_china
from customer360_microsoft365.contacts import created, must_stand
from customer360_microsoft365.graph import PLAIN, Row, listed
from customer360_microsoft365.graph import change as patch
from customer360_microsoft365.places import TASK, TASK_FILTER, TODO_LIST, contacts_in, segment
from customer360_microsoft365.query import linked_to
from customer360_microsoft365.records import day, task_related, text_of
from customer360_microsoft365.writing import extra_fields, subject_of, text_body

APPLICATION: Final = "customer360"
NO_LINKS: Final = "the China cloud has no linked resources, so a task cannot be tied to a contact"

_PAGE: Final = "100"
_STATUSES: Final = {TaskStatus.OPEN: "notStarted", TaskStatus.DONE: "completed"}
_IMPORTANCE: Final = {Priority.LOW: "low", Priority.NORMAL: "normal", Priority.HIGH: "high"}


async def related(facts: LinkFacts, contact: RecordRef) -> list[RelatedRecord]:
    """The contact's tasks, in the list's order: by a filter where the mailbox was seen to answer it, else the whole
    list."""
    contacts_in(contact.resource)

    def wanted(row: Row) -> bool:
        return contact.id in _externals(row)

    if facts.extra.get(TASK_FILTER):
        try:
            rows = await _linked(facts, wanted, ("$filter", linked_to(contact.id).text))
        except Unsupported:
            rows = await _linked(facts, wanted)  # no longer
    else:
        rows = await _linked(facts, wanted)
    return [task_related(TASK, row) for row in rows]


async def everything(facts: LinkFacts) -> list[RelatedRecord]:
    """All tasks of the list."""
    rows = await listed(facts, f"{await _list(facts)}/tasks", (("$top", _PAGE),))
    return [task_related(TASK, row) for row in rows]


async def create(facts: LinkFacts, draft: TaskDraft) -> RecordRef:
    contacts_in(draft.contact.resource)
    body: dict[str, Any] = {
        "title": subject_of(draft),
        "body": text_body(draft.text),
        "importance": _IMPORTANCE[draft.priority],
        "status": _STATUSES[draft.status],
    }
    if draft.due_on:
        body["dueDateTime"] = day(draft.due_on)
    body |= extra_fields(draft.extra)
    if not in_china(facts):
        body["linkedResources"] = [_link(draft.contact.id, "Customer"), _link(draft.key, "Reference")]
    tasks = f"{await _list(facts)}/tasks"
    await must_stand(facts, draft.contact)
    return created(TASK, await POST(tasks, body, headers=PLAIN))


async def find_created(facts: LinkFacts, draft: TaskDraft) -> RecordRef | None:
    """The task that bears the draft's key: the whole list is read, for an undocumented filter must not decide this."""
    rows = await _linked(facts, lambda row: draft.key in _externals(row))
    return task_related(TASK, rows[0]).ref if rows else None


async def update(facts: LinkFacts, change: ActivityChange) -> None:
    body = extra_fields(change.extra)
    if change.subject is not UNSET:
        body["title"] = change.subject
    if change.text is not UNSET:
        body["body"] = text_body(change.text or "")
    if change.status is not UNSET:
        body["status"] = _STATUSES[change.status]
    if change.due_on is not UNSET:
        body["dueDateTime"] = day(change.due_on) if change.due_on else None
    if body:
        await patch(await _task(facts, change.ref), body)


async def link(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
    """Add the contact's id, unless the task bears it."""
    await must_stand(facts, contact)
    path = f"{await _task(facts, record)}/linkedResources"
    if not await _links(facts, path, contact):
        await POST(path, _link(contact.id, "Customer"), headers=PLAIN)


async def unlink(facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
    """Take every link to the contact away; others stay."""
    path = f"{await _task(facts, record)}/linkedResources"
    for each in await _links(facts, path, contact):
        await DELETE(f"{path}/{segment(text_of(each, 'id'), record)}", headers=PLAIN)


async def _links(facts: LinkFacts, path: str, contact: RecordRef) -> list[Row]:
    return await listed(facts, path, (), wanted=lambda row: row.get("externalId") == contact.id)


def _link(external: str, label: str) -> dict[str, str]:
    return {
        "applicationName": APPLICATION,
        "displayName": label,
        "externalId": external,
        "webUrl": "https://outlook.office.com/people/",
    }


def _externals(row: Row) -> list[str]:
    links = row.get("linkedResources")
    return [text_of(each, "externalId") for each in links if isinstance(each, dict)] if isinstance(links, list) else []


async def _linked(facts: LinkFacts, wanted: Callable[[Row], bool], *more: tuple[str, str]) -> list[Row]:
    params = (*more, ("$expand", "linkedResources"), ("$top", _PAGE))
    return await listed(facts, f"{await _list(facts)}/tasks", params, wanted=wanted)


async def _list(facts: LinkFacts) -> str:
    """The default list: known since sign-in, else asked for."""
    known = facts.extra.get(TODO_LIST)
    if not known:
        rows = await listed(facts, "/me/todo/lists", (("$top", _PAGE),))
        known = next((text_of(row, "id") for row in rows if row.get("wellknownListName") == "defaultList"), "")
        if not known:
            raise UnexpectedAnswer("To Do has no default list", next_step="let the user open To Do once")
    return f"/me/todo/lists/{segment(known)}"


async def _task(facts: LinkFacts, ref: RecordRef) -> str:
    return f"{await _list(facts)}/tasks/{segment(ref.id, ref)}"
