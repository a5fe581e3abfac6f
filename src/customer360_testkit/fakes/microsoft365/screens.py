"""What Outlook and To Do tell of notes, tasks, calls and events, as they are kept there (contract, section 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

from customer360_testkit.fakes.microsoft365.mailboxes import CALLS_NAME
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox
from customer360_testkit.fakes.screen import NO_SUCH, ActivityKind, NoSuch, Screen, plain

if TYPE_CHECKING:
    from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

_PRIVATE = frozenset({"private", "confidential"})
_WAITING = frozenset({"waitingOnOthers", "deferred"})


def screen(fake: Microsoft365Fake, kind: ActivityKind, record_id: str, user: str) -> Screen | None:
    """A mailbox is its own user's: nobody else sees what is in it."""
    box = fake.boxes[user]
    item = box.by_id.get(record_id)
    if item is None:
        return None
    owner = fake.users[box.login].id
    match kind, item.kind:
        case "note", "contact":
            return Screen(text=item.data.get("personalNotes"), owner=owner, ties=frozenset({item.fixed}))
        case "task", "todoTask":
            return _task(box, item, owner)
        case (("call" | "event"), "event"):
            address = box.items[item.container].data["owner"]["address"]
            return _event(box, item, next(each.id for each in fake.users.values() if each.email == address))
    return None


def _task(box: Mailbox, item: Item, owner: str) -> Screen:
    data, status = item.data, item.data["status"]
    due = data.get("dueDateTime")
    return Screen(
        subject=data["title"],
        text=_text(data),
        state="done" if status == "completed" else "waiting" if status in _WAITING else "open",
        priority=data["importance"],
        due=date.fromisoformat(due["dateTime"][:10]) if due else None,
        reminds=data["isReminderOn"],
        owner=owner,
        in_view=box.items[item.container].data["wellknownListName"] == "defaultList",
        ties=frozenset(link["externalId"] for link in item.linked.values() if link.get("externalId")),
    )


def _event(box: Mailbox, item: Item, owner: str) -> Screen:
    """A call is an event that says which way it went, and stands in any calendar. It is whose calendar that is."""
    data = item.data
    contact, direction = _property(item, "c360Contact"), _property(item, "c360Direction")
    call: dict[str, Any] = {"direction": direction, "outcome": _property(item, "c360Outcome")} if direction else {}
    return Screen(
        **call,
        subject=data.get("subject"),
        text=_text(data),
        starts=_moment(data, "start"),
        ends=_moment(data, "end"),
        all_day=data["isAllDay"],
        place=(data.get("location") or {}).get("displayName") or None,
        reminds=data["isReminderOn"],
        busy={"free": False, "busy": True}.get(data["showAs"]),
        private=data["sensitivity"] in _PRIVATE,
        owner=owner,
        in_view=_looked_at(box, item, call=direction is not None),
        ties=frozenset({contact} if contact in box.by_id else ()),
    )


def _looked_at(box: Mailbox, item: Item, *, call: bool) -> bool | NoSuch:
    """Calls are looked for in the user's own calendar for them; where there is none they may stand anywhere."""
    default = box.items[box.defaults["calendar"]]
    if not call:
        return item.container == default.fixed
    made = [each for each in box.of_kind("calendar") if each.data["name"] == CALLS_NAME]
    own = [each.fixed for each in made if each.data["owner"] == default.data["owner"]]
    return item.container in own if own else NO_SUCH


def _property(item: Item, name: str) -> str | None:
    return next((value for told, value in item.extended.values() if told.endswith(f" Name {name}")), None)


def _text(data: dict[str, Any]) -> str:
    body = data.get("body") or {}
    content: str = body.get("content") or ""
    kind: Literal["text", "html"] = body.get("contentType", "text")
    return plain(content) if kind == "html" else content


def _moment(data: dict[str, Any], name: str) -> datetime:
    """It is kept in UTC."""
    return datetime.fromisoformat(data[name]["dateTime"][:19]).replace(tzinfo=UTC)
