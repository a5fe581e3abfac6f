"""What may have been written is looked for, and only "it is not there" lets it be written again."""

from __future__ import annotations

from datetime import timedelta, timezone

import attrs
import pytest

from customer360.core.activities import ActivityChange
from customer360.core.capabilities import Capability
from customer360.core.effects import Operation
from customer360.core.errors import Customer360Error, Unsupported, ValidationFailed
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.activities.wording import WordingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.fakes.faults import status

_CREATE, _CALL = Capability.CREATE_CONTACT, Capability.CREATE_CALL
_TASK, _TASKS, _CHANGE = Capability.CREATE_TASK, Capability.RELATED_TASKS, Capability.UPDATE_ACTIVITY
_LINK, _UNLINK = Capability.LINK, Capability.UNLINK
_WEST, _EAST = timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=30))
_HTML = b"<!doctype html><title>Sign in</title>"


class RepeatingChecks(WordingChecks):
    """See the module."""

    @catches("takes a refusal to look for nothing there", _CREATE, _CALL)
    def test_whoever_may_not_look_does_not_know(self, link: Link) -> None:
        """It would be written twice (R1, R2)."""
        contact = self.make(link, "Lookingfor")
        for kind in (RelatedKind.CALL, *self.kinds(link)):
            if not self.sought(link, kind):
                continue
            draft = self.draft(link, kind, contact, f"may-{kind}")
            self.written(link, draft)
            link.wait(LAG)
            for fault in (*map(status, (400, 401, 403, 429, 500, 503)), status(200, content=_HTML)):
                link.fake.faults.add(fault, times=None)
                with pytest.raises(Customer360Error):
                    self.look(link, draft)
                link.fake.faults.clear()

    @catches("looks from a time of another zone", _CREATE, _CALL)
    def test_it_is_looked_for_since_the_same_moment(self, link: Link) -> None:
        """In whatever zone that is told (R2, D12)."""
        contact = self.make(link, "Lookingsince")
        for kind in (RelatedKind.CALL, *self.kinds(link)):
            if not self.sought(link, kind):
                continue
            draft, since = self.draft(link, kind, contact, f"zoned-{kind}"), link.now
            ref = self.written(link, draft)
            link.wait(LAG)
            assert [self.look(link, draft, since.astimezone(zone)) for zone in (_WEST, _EAST)] == [ref, ref], kind

    @catches("takes the beginning of a key for the key", _CREATE, _CALL)
    def test_keys_are_told_apart_by_their_last_letter(self, link: Link) -> None:
        """Sessions make them of 26 letters; a longer one is kept whole, or refused (D11, R2)."""
        contact = self.make(link, "Longkeys")
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            for length in (26, 48):
                begin = f"{kind}{'quillkeyquill' * 5}"[: length - 1]
                drafts = [self.draft(link, kind, contact, f"{begin}{end}", subject=end) for end in "xy"]
                try:
                    refs = [self.written(link, draft) for draft in drafts]
                except (ValidationFailed, Unsupported):
                    assert length > 26, kind
                    continue
                link.wait(LAG)
                assert refs[0] != refs[1], (kind, length)
                if self.sought(link, kind):
                    assert [self.look(link, draft) for draft in drafts] == refs, (kind, length)

    @catches("takes a refused tie for tied", _CREATE, _TASK, _TASKS, _LINK)
    def test_a_tie_that_failed_is_no_tie(self, link: Link) -> None:
        """Whoever looks at the other customer would miss it (F044)."""
        contact, other = self.make(link, "Tieable"), self.make(link, "Tiedto")
        ref = self.task(link, contact, "tieable")
        self.fails(link, self.connector.link, other, ref)

    @catches("takes a refused untying for untied", _CREATE, _TASK, _TASKS, _UNLINK)
    def test_an_untying_that_failed_is_no_untying(self, link: Link) -> None:
        """The record would stay with the wrong customer (F045)."""
        contact = self.make(link, "Untieable")
        ref = self.task(link, contact, "untieable")
        self.fails(link, self.connector.unlink, contact, ref)

    def fails(self, link: Link, verb: object, *given: RecordRef) -> None:
        """Whatever the CRM says instead of doing it."""
        for code in (400, 403, 404, 500, 503):
            link.fake.faults.add(status(code), times=None)
            op: Operation[None] = verb(link.facts, *given)  # type: ignore[operator]  # link or unlink
            self.refusal(link, op, Customer360Error)
            link.fake.faults.clear()

    @catches("takes a change of what is gone for done", _CREATE, _TASK, _TASKS, _CHANGE)
    def test_a_change_of_what_is_not_there_is_refused(self, link: Link) -> None:
        """An agent must know that it went nowhere (F051)."""
        ref = self.task(link, self.make(link, "Changegone"), "changegone")
        for gone in (attrs.evolve(ref, id=_other(ref.id)), attrs.evolve(ref, id="0")):
            change = ActivityChange(ref=gone, kind=RelatedKind.TASK, text="Quillnew")
            self.refusal(link, self.connector.update_activity(link.facts, change), Customer360Error)
        for code in (403, 404, 500):
            link.fake.faults.add(status(code), times=None)
            change = ActivityChange(ref=ref, kind=RelatedKind.TASK, text="Quillnew")
            self.refusal(link, self.connector.update_activity(link.facts, change), Customer360Error)
            link.fake.faults.clear()


def _other(identifier: str) -> str:
    """An id that looks alike and leads nowhere."""
    return "".join("9" if sign.isdecimal() else sign for sign in identifier)
