"""A sync goes on where it stopped: with its own people, with those told late, and never as if nothing was missed."""

from __future__ import annotations

import re

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Gone, Unsupported
from customer360.core.metadata import Resource
from customer360.core.records import RecordRef
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.syncing.changes import SyncingChecks

_DELTA, _CREATE, _UPDATE = Capability.DELTA, Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_LATE = 240.0
"""Seconds by which a long import may be committed after what was written meanwhile."""
_DAY = 86_400.0
_HOLIDAYS = 4
_PAUSES = 1, 4, 8, 11, 14, 16, 21, 29, 31, 46, 61, 91, 120
"""Days: some more than a CRM may keep what was deleted, and nearly twice as many."""
_WEEKS, _FEW = 7, 4
_QUIET = 45
"""Days on which nobody changes."""


class ResumingChecks(SyncingChecks):
    """See the module."""

    def followed(self, link: Link) -> list[Resource]:
        """The contact resources that can be followed, as they are listed."""
        found = list[Resource]()
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is not None:
                try:
                    link.run(self.connector.changes(link.facts, resource.name))
                except Unsupported:
                    continue
                found.append(resource)
        return found

    @catches("goes on with people of another resource", _DELTA)
    def test_a_cursor_is_of_its_resource(self, link: Link) -> None:
        """Or all of the other one who did not change lately are never read; nor does a cursor lead elsewhere (R15)."""
        first = link.run(self.connector.changes(link.facts, self.people))
        _, _, last = self.sync(link)
        for cursor in filter(None, (first.cursor, last)):
            for resource in self.followed(link):
                if resource.name != self.people:
                    self.refusal(link, self.connector.changes(link.facts, resource.name, cursor), Gone)
            elsewhere = re.sub(r"https://[^/]+", "https://quill.example", cursor)
            if elsewhere != cursor:
                link.asked.clear()
                self.refusal(link, self.connector.changes(link.facts, self.people, elsewhere), Gone)
                assert link.asked == []

    @catches("misses what was written down late", _DELTA, _CREATE)
    def test_what_was_written_down_late_is_read(self, link: Link) -> None:
        """A long import is committed after what was written meanwhile, with an earlier time."""
        self.make(link, "Quillontime")
        link.wait(LAG)
        _, _, cursor = self.sync(link)
        link.wait(-LAG - _LATE)
        late = self.make(link, "Quilllate")
        link.wait(LAG + _LATE)
        changed, _, _ = self.sync(link, cursor)
        assert late.id in changed

    @catches("goes on after it slept for a season", _DELTA, _CREATE)
    def test_no_deletion_is_forgotten(self, link: Link) -> None:
        """However long nobody looked: it is told, or the sync begins anew (Gone), as CRMs forget deletions, too."""
        ref = self.make(link, "Quillforgotten")
        link.wait(LAG)
        _, _, cursor = self.sync(link)
        self.delete(link, ref)
        waited = 0
        for days in _PAUSES:
            link.wait((days - waited) * _DAY)
            waited = days
            try:
                _, gone, _ = self.sync(link, cursor)
            except Gone:
                assert days > _HOLIDAYS, "whoever syncs after some days off reads the whole CRM again"
                continue
            assert ref.id in gone, f"{days} days later"

    @catches("begins anew though it was never away", _DELTA, _CREATE)
    def test_who_looks_every_day_goes_on(self, link: Link) -> None:
        """For weeks: how long ago it first looked is no reason to read everybody again (P15)."""
        _, _, cursor = self.sync(link)
        for day in range(_WEEKS * 7):
            link.asked.clear()
            link.wait(_DAY)
            ref = self.make(link, f"Quilldaily{day}") if day in (0, _QUIET) else None
            link.wait(LAG)
            changed, _, cursor = self.sync(link, cursor)
            assert ref is None or ref.id in changed, day

    @catches("tells every night who was ever deleted", _DELTA, _CREATE)
    def test_who_is_gone_is_told_once(self, link: Link) -> None:
        """Or each sync reads every deletion that ever was (P15); the latest ones may be told again."""
        first, second = self.make(link, "Quillleft"), self.make(link, "Quillleaving")
        link.wait(LAG)
        _, _, cursor = self.sync(link)
        for ref in (first, second):
            link.wait(2 * LAG)
            self.delete(link, ref)
            self.make(link, f"Quillinstead{ref.id}")  # others change meanwhile
        link.wait(LAG)
        _, gone, cursor = self.sync(link, cursor)
        assert {first.id, second.id} <= gone
        link.wait(LAG)
        _, gone, _ = self.sync(link, cursor)
        assert first.id not in gone

    @catches("brings one number after the first round", _DELTA, _CREATE, _UPDATE)
    def test_every_round_brings_all_numbers(self, link: Link) -> None:
        """As the resource lists them, the customer's own fields included: each of them rings (D4)."""
        resource = next(
            each for each in link.run(self.connector.list_resources(link.facts)) if each.name == self.people
        )
        fields = self.writable(link, resource.phones)
        given = {field: f"+4420794605{number:02d}" for number, field in enumerate(fields)}
        ref = self.made_with(link, "Quillrounds", given)
        link.wait(LAG)
        changed, _, cursor = self.sync(link)
        for again in ("Quillone", "Quilltwo"):
            assert {phone.text for phone in changed[ref.id].phones} == set(given.values()), again
            self.change(link, ref, {self.spare_field: again})
            link.wait(LAG)
            changed, _, cursor = self.sync(link, cursor)
        assert {phone.text for phone in changed[ref.id].phones} == set(given.values())

    @catches("takes a few columns for the whole", _DELTA, _CREATE)
    def test_what_changes_call_whole_is_whole(self, link: Link) -> None:
        """A panel reads a part again, and shows a whole record as it is."""
        ref = self.made_with(link, "Quillwhole", {self.spare_field: "Quillspare"})
        link.wait(LAG)
        changed, _, _ = self.sync(link)
        for contact in (changed[ref.id], *list(changed.values())[:_FEW]):
            if contact.partial:
                continue
            read = self.get(link, RecordRef(link.facts.crm, self.people, contact.ref.id))
            assert contact.fields == read.fields, contact.ref
            return
        pytest.skip("changes are parts, and say so")

    @catches("promises many more than there are", _DELTA)
    def test_progress_comes_to_its_end(self, link: Link) -> None:
        """Where it is said how many are expected: a bar that stands at one per cent tells nothing."""
        total, seen, cursor, more = list[int](), 0, None, True
        while more:
            page = link.run(self.connector.changes(link.facts, self.people, cursor))
            seen, cursor, more = seen + len(page.changed) + len(page.gone), page.cursor, page.more
            total += [page.total] if page.total is not None else []
        assert not total or max(total) <= 2 * seen
