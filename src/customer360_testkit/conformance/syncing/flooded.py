"""More people change than a page holds: all of them are told, however many share a moment and whoever comes or goes."""

from __future__ import annotations

from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Gone
from customer360.core.records import RecordRef
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.crowds import Crowds
from customer360_testkit.conformance.syncing.changes import SyncingChecks

_DELTA, _CREATE = Capability.DELTA, Capability.CREATE_CONTACT
_MOST = 505
"""More than most vendors hand out at once."""
_FEW = 3


class FloodedChecks(SyncingChecks, Crowds):
    """See the module."""

    @catches("skips those who changed at the same time", _DELTA, _CREATE)
    def test_all_who_changed_at_once_are_read(self, link: Link) -> None:
        """An import writes hundreds within a second; pages begin in the middle of it, in the first round and later."""
        _, _, cursor = self.sync(link)
        refs = self.crowd_of_people(link, "Quillimported", email="quillimported@conform.example", most=_MOST)
        link.wait(LAG)
        addressed = bool(self.resource(link).emails)
        for begin in (None, cursor):
            changed, _, after = self.sync(link, begin)
            missed = [ref for ref in refs if ref.id not in changed]
            assert missed == [], begin
            for number, ref in enumerate(refs):
                address = [f"quillimported{number}@conform.example"] if addressed else []
                assert [email.address for email in changed[ref.id].emails] == address, begin
        gone = self.deleted(link, refs)
        link.wait(LAG)
        _, told, _ = self.sync(link, after)
        assert gone <= told, "of many who are gone some are told"

    @catches("counts its pages while people go", _DELTA, _CREATE)
    def test_nobody_is_skipped_while_others_go(self, link: Link) -> None:
        """Who is deleted between two pages moves the others up: one of them would never be read."""
        refs = self.crowd_of_people(link, "Quillmoving", most=_MOST)
        link.wait(LAG)
        first = link.run(self.connector.changes(link.facts, self.people))
        gone = self.deleted(link, [contact.ref for contact in first.changed], _FEW)
        changed, _, _ = self.sync(link, first.cursor)
        told = {contact.ref.id for contact in first.changed} | changed.keys()
        assert [ref for ref in refs if ref.id not in told | gone] == []

    @catches("goes on from where the CRM forgot", _DELTA, _CREATE)
    def test_what_the_crm_forgot_is_read_anew(self, link: Link) -> None:
        """Gone, within a round and after it: else the index stays as it was on that day."""
        self.crowd_of_people(link, "Quillforgotten", most=_MOST)
        first = link.run(self.connector.changes(link.facts, self.people))
        _, _, last = self.sync(link)
        if not link.fake.forget_cursors():
            pytest.skip("the CRM keeps no place in its changes")
        for cursor in (last, *((first.cursor,) if first.more else ())):
            self.refusal(link, self.connector.changes(link.facts, self.people, cursor), Gone)

    def deleted(self, link: Link, refs: list[RecordRef], most: int = _MOST) -> set[str]:
        """The first of them who could be deleted: not everybody can, as somebody with a case."""
        gone = set[str]()
        link.wait(60.0)
        for ref in refs:
            with suppress(Customer360Error):
                if len(gone) < most:
                    self.delete(link, ref)
                    gone.add(ref.id)
        link.asked.clear()  # it is told of what follows whether it goes in circles
        return gone
