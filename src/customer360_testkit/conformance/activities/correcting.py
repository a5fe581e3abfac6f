"""A correction of what was written down changes what it names, of every kind, and leaves the rest as it was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from customer360.core.activities import ActivityChange, ActivityDraft, Priority, TaskStatus
from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.errors import Unsupported
from customer360.core.interactions import Direction
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.activities.calls import says_day
from customer360_testkit.conformance.activities.tying import TyingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches

_CREATE, _CHANGE = Capability.CREATE_CONTACT, Capability.UPDATE_ACTIVITY
_FULL: dict[RelatedKind, dict[str, Any]] = {
    RelatedKind.TASK: {"priority": Priority.HIGH, "status": TaskStatus.DONE, "due_on": date(2046, 7, 1)},
    RelatedKind.CALL: {
        "direction": Direction.OUTBOUND,
        "duration": timedelta(seconds=75),
        "customer": "+442079460861",
        "dialled": "+442079460862",
        "disposition": "Quillcode",
        "recording_url": "https://rec.conform.example/quill",
    },
    RelatedKind.EVENT: {"location": "Quillplace"},
    RelatedKind.CASE: {"priority": Priority.HIGH},
}


class CorrectingChecks(TyingChecks):
    """See the module."""

    def full(
        self, link: Link, kind: RelatedKind, contact: RecordRef, things: tuple[RecordRef, ...], key: str
    ) -> tuple[ActivityDraft, RecordRef]:
        """All that a draft of its kind can say (urgent, done, a colleague's, about a case), and what it became."""
        given = {"text": "Quillfirst", **_FULL.get(kind, {})}
        about = self.draft(link, kind, contact, key, **given, related=things)
        draft: ActivityDraft = attrs.evolve(about, related=link.run(self.connector.tied(link.facts, about)))
        for login in [name for name in link.fake.users if name != link.user][:1]:
            other = self.signed_in(link.fake, login)
            owned = attrs.evolve(draft, owner=other.run(self.connector.identify(other.facts)).user)
            try:
                return owned, self.written(link, owned)
            except Unsupported:  # everything is of whoever writes it
                pass
        return draft, self.written(link, draft)

    def corrected(self, link: Link, ref: RecordRef, kind: RelatedKind, **change: Any) -> bool:
        """Whether it can be corrected, and was."""
        link.wait(60.0)
        try:
            link.run(self.connector.update_activity(link.facts, ActivityChange(ref=ref, kind=kind, **change)))
        except Unsupported:
            return False
        return True

    def stored(self, link: Link, ref: RecordRef) -> dict[tuple[int, str], str]:
        """What the fake holds of a record, value by value."""
        own = list[dict[str, Any]]()
        for module in sorted(link.fake.modules, key=lambda module: module != ref.resource):
            rows = link.fake.records(module)[::-1]
            own = [row for row in rows if ref.id in row.values() or str(row.get("id")) == ref.id]
            if own:
                break
        return {(place, name): repr(value) for place, row in enumerate(own) for name, value in row.items()}

    @catches("makes the first of several corrections", _CREATE, _CHANGE, CREATE[RelatedKind.TASK])
    def test_several_things_are_corrected_at_once(self, link: Link) -> None:
        """An agent ticks a task off, and writes why (F051)."""
        if not self.can(link, RELATED[RelatedKind.TASK]):
            pytest.skip("tasks are not listed")
        contact = self.make(link, "Quillatonce")
        for status in (TaskStatus.DONE, TaskStatus.OPEN):
            _, ref = self.full(link, RelatedKind.TASK, contact, (), f"once-{status}")
            ((before, _),) = self._told(link, contact, ref)
            change = {"subject": "Quillall", "text": "Quillwhy", "due_on": date(2047, 3, 31), "status": status}
            if self.corrected(link, ref, RelatedKind.TASK, **change):
                ((after, words),) = self._told(link, contact, ref)
                assert ("Quillall" in words, "Quillwhy" in words) == (True, True)
                assert (after.status != before.status) is (status is TaskStatus.OPEN)
                assert says_day(after, date(2047, 3, 31))

    @catches("writes a title for a text", _CREATE, _CHANGE)
    def test_a_title_and_a_text_are_corrected_at_once(self, link: Link) -> None:
        """Of every kind, each in its own place (F051)."""
        contact = self.make(link, "Quillcrossed")
        for kind in self.every_kind(link):
            if kind not in self.connector.within_contact:
                ref = self.written(link, self.draft(link, kind, contact, f"cross-{kind}", text="Quill"))
                if self.corrected(link, ref, kind, subject="Quilltitle", text="Quillbody"):
                    link.wait(LAG)
                    (told,) = [each for each in self.listed(link, contact, kind) if each.ref == ref]
                    assert ("Quilltitle" in told.title) is ("Quillbody" in told.text), kind
                    assert "Quillbody" not in told.title, kind

    def _told(self, link: Link, contact: RecordRef, ref: RecordRef) -> list[tuple[Any, str]]:
        link.wait(LAG)
        records = [each for each in self.listed(link, contact, RelatedKind.TASK) if each.ref == ref]
        return [(each, f"{each.title} {each.text}") for each in records]
