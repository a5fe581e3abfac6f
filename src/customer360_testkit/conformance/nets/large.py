"""Nets over the sizes that customers have: a first sync of thousands, lists of hundreds, texts as long as chats are."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final, cast

import attrs

from customer360.core.activities import ActivityFilter
from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Unsupported, ValidationFailed
from customer360.core.records import RecordRef, RelatedKind
from customer360.core.search import NameHas
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.histories import Histories
from customer360_testkit.conformance.nets.told import same_told
from customer360_testkit.fakes.clock import EPOCH, FakeClock
from customer360_testkit.fakes.crowd import crowd
from customer360_testkit.fakes.screen import ActivityKind

_CREATE, _DELTA = Capability.CREATE_CONTACT, Capability.DELTA
_CUSTOMERS: Final = 12_000
_PAGES: Final = 500
_YEARS: Final = 5 * 366 * 86_400.0
_CLEARED: Final = 2_300
"""So many are deleted at once: more than some vendors list by page number."""
_STEP: Final = 397
"""Every so-manieth customer is read by itself, too."""
_RECORDS: Final = (620, 440)
"""Of one person, and of another: more than a thousand of both."""
_HITS: Final = 250
_ENTRIES, _ENTRY = 24, 1_800
_CHAT: Final = 100_000


class LargeNets(Histories):
    """See the module."""

    @nets("leaves those out of a first sync who slept", _DELTA)
    def test_a_first_sync_tells_every_customer(self, link: Link) -> None:
        """Thousands whom nobody touched for five years, each told, with number and address, as whoever reads them; and
        after it whoever changed, and nobody else; and of a great clean-up whoever is gone (F022)."""
        crm = self.made(cast=crowd(_CUSTOMERS), clock=FakeClock(EPOCH - _YEARS))
        cast(FakeClock, crm.clock).set(EPOCH)
        own = self.signed_in(crm)
        told, _, cursor = self._synced(own, None)
        held = {key for table, key in crm.snapshot() if table == self.people}
        missed = held - told.keys()
        assert not missed, f"{len(missed)} of {len(held)} are never told"
        fresh = type(self.connector)()
        refs = [told[key].ref for key in list(told)[::_STEP]]
        for ref in (*refs, *[each.ref for each in [*told.values()][-1:]]):
            one, read = told[ref.id], own.run(fresh.get(own.facts, ref))
            for name in ("name", "given_name", "family_name", "phones", "emails", "company", "kind", "url"):
                assert getattr(one, name) == getattr(read, name), (ref, name, "told otherwise than it is read")
        own.asked.clear()
        for number in range(4):
            own.wait(LAG)
            expected = set[str]()
            with suppress(Customer360Error):  # whom nobody can make where there are no companies
                expected.add(self.make(own, f"Quilllater{number}").id)
            if self.can(own, Capability.UPDATE_CONTACT) and number < len(refs):
                self.change(own, refs[number], {self.spare_field: f"Quill {number}"})
                expected.add(refs[number].id)
            own.wait(LAG)
            later, _, cursor = self._synced(own, cursor)
            assert expected <= later.keys(), (f"round {number} after the first", "who changed is not told")
            assert len(later) < _STEP, (f"round {number} after the first", "everybody is told again")
        cleared = {each.ref.id for each in [*told.values()][:_CLEARED] if own.removed(each.ref)}
        own.wait(LAG)
        _, gone, _ = self._synced(own, cursor)
        assert cleared <= gone, f"{len(cleared - gone)} of {len(cleared)} who were deleted are not told"

    def _synced(self, link: Link, cursor: str | None) -> tuple[dict[str, Any], set[str], str | None]:
        """Who changed, who is gone, and from where to go on."""
        changed, gone = dict[str, Any](), set[str]()
        for _ in range(_PAGES):
            page = link.run(self.connector.changes(link.facts, self.people, cursor))
            changed |= {each.ref.id: each for each in page.changed}
            gone |= {ref.id for ref in page.gone}
            cursor = page.cursor
            link.asked.clear()
            if not page.more:
                return changed, gone, cursor
        raise AssertionError("the sync does not end")

    @nets("ends lists after five hundred", _CREATE)
    def test_a_long_list_is_told_to_its_end(self, link: Link) -> None:
        """Hundreds that hang off somebody, a thousand that hang off all, hundreds of one name: each once, however long
        pages are (F030, F040, F055)."""
        for kind in self.every_kind(link):
            if kind not in self.connector.within_contact:
                self._listed_whole(link, kind)
        self._found_whole(link)

    def _listed_whole(self, link: Link, kind: RelatedKind) -> None:
        written = list[RecordRef]()
        for number, count in enumerate(_RECORDS):
            contact, own = self.make(link, f"Quilllong{number}{kind}"), list[RecordRef]()
            for at in range(count):
                link.wait(1.0)
                own.append(self.written(link, self.draft(link, kind, contact, f"long-{kind}-{number}-{at}")))
                link.asked.clear()
            written += own
            link.wait(LAG)
            for name, way in self.listings(link, kind, contact).items():
                what = (kind.value, name, count)
                whole = self.walked(link, way, 200, what)
                assert sorted(each.ref.id for each in whole) == sorted(each.id for each in own), what
                if number == 0:
                    same_told(self.walked(link, way, 50, what), whole, (*what, "50 at a time"))
        places = [each.name for each in self.connector.resources(link.facts) if each.related_kind is kind]
        if self.can(link, Capability.LIST_ACTIVITIES) and len(places) == 1:
            every = ActivityFilter(resource=places[0])
            everybody = (kind.value, "of everybody")
            for limit in (200, 100):
                try:
                    listed = self.walked(
                        link,
                        lambda most, cursor: self.connector.activities(
                            link.facts, attrs.evolve(every, limit=most, cursor=cursor)
                        ),
                        limit,
                        everybody,
                    )
                except (Unsupported, ValidationFailed):  # of everybody nothing is listed
                    break
                ids = [each.ref.id for each in listed]
                assert len({*ids}) == len(ids), (*everybody, limit, "a record is listed twice")
                missed = {each.id for each in written} - {*ids}
                assert not missed, (*everybody, limit, f"{len(missed)} of {len(written)} are missing")

    def _found_whole(self, link: Link) -> None:
        if not self.can(link, Capability.SEARCH_NAME):
            return
        made = set[str]()
        for number in range(_HITS):
            made.add(self.make(link, f"Quillcommon{number}").id)
            link.asked.clear()
        link.wait(LAG)
        usual = {each.ref.id: each for each in self.found(link, NameHas("Quillcommon"), limit=20)}
        for limit in (1, 20, 99, 100, 101, 199, 200):
            page = link.run(self.connector.search(link.facts, self.people, NameHas("Quillcommon"), limit=limit))
            what = f"{len(page.items)} of {_HITS} of a name are told where {limit} are asked for"
            ids = [each.ref.id for each in page.items]
            assert len({*ids}) == limit == len(ids), what
            assert {*ids} <= made, what
            for each in page.items:
                assert each.ref.id not in usual or each == usual[each.ref.id], (limit, "told otherwise", each)

    @nets("cuts what is longer than a chat", _CREATE)
    def test_what_is_long_is_kept_to_its_end(self, link: Link) -> None:
        """A text as long as a day's chat is kept, or refused in the vendor's words; a contact of whom much is noted
        keeps the first note as the last (F043)."""
        for kind in self.every_kind(link):
            contact = self.make(link, f"Quillchat{kind}")
            text = "".join(f"Line {number} of a chat, Quill\n" for number in range(_CHAT // 24))[:_CHAT] + "Quillend"
            self._kept_or_refused(link, kind, contact, text)
            marks = list[str]()
            for number in range(_ENTRIES):
                link.wait(60.0)
                mark = f"Quillentry{number:03d}{kind}."
                lines = f"{mark} " + "words " * (_ENTRY // 6)
                try:
                    self.written(link, self.draft(link, kind, contact, f"entry-{kind}-{number}", text=lines))
                except Customer360Error:  # it is full
                    break
                marks.append(mark)
            for mark in marks:
                assert link.fake.count_holding(mark), (kind.value, mark, f"is lost after {len(marks)} entries")

    def _kept_or_refused(self, link: Link, kind: RelatedKind, contact: RecordRef, text: str) -> None:
        draft = self.draft(link, kind, contact, f"chat-{kind}", text=text)
        try:
            ref = self.written(link, draft)
        except Customer360Error:
            return
        page = link.fake.screen(cast(ActivityKind, kind.value), ref.id, link.user)
        assert page is not None, kind.value
        held = page.text if isinstance(page.text, str) else ""
        for part in ("Line 0 of", "Quillend"):
            assert part in held, (kind.value, f"{len(text)} signs were given", part, f"{len(held)} are held")
