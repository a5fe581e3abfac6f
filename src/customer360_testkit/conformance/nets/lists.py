"""Nets over a contact's lists: every page of every length, beside what the CRM itself holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final, cast

import attrs

from customer360.core.activities import ActivityChange, TaskStatus
from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.errors import Conflict, Customer360Error, NotFound, Unsupported, ValidationFailed
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.histories import Histories
from customer360_testkit.conformance.nets.told import as_held, as_seen, same_told
from customer360_testkit.conformance.traces import SHORT, Row, texts
from customer360_testkit.fakes.screen import NO_SUCH, ActivityKind, Screen, Tie

_CREATE: Final = Capability.CREATE_CONTACT
_LENGTHS: Final[Mapping[int, tuple[int, ...]]] = {
    23: (1, 2, 3, 7),
    205: (20, 50, 100),
}
"""By how many records there are: how long pages are asked for."""
_REFUSED: Final[tuple[type[Exception], ...]] = (Unsupported, ValidationFailed, Conflict)
_CORRECTIONS: Final[tuple[dict[str, Any], ...]] = (
    {"subject": "Quillcorrected"},
    {"text": "Quillcorrected\n\nin lines"},
    {"subject": "Quillagain", "text": "Quillagain"},
    {"status": TaskStatus.DONE},
    {"status": TaskStatus.OPEN, "due_on": date(2046, 12, 31)},
    {"due_on": None},
    {"text": None},
    {"subject": ""},
)


def _fullest(held: Mapping[RecordRef, set[Row]]) -> list[tuple[RecordRef, set[Row]]]:
    """Of each resource: the two of whom there is most, and two of whom there is least."""
    found = list[tuple[RecordRef, set[Row]]]()
    for resource in sorted({ref.resource for ref in held}):
        own = sorted(
            ((ref, ids) for ref, ids in held.items() if ref.resource == resource), key=lambda each: -len(each[1])
        )
        found += own[:2] + own[2:][-2:]
    return found


def _deleted(link: Link, records: Sequence[RelatedRecord]) -> Row | None:
    """The first of them that somebody could delete in the CRM itself, and did."""
    gone = next((record.ref for record in records if link.removed(record.ref)), None)
    return None if gone is None else (gone.resource, gone.id)


class ListNets(Histories):
    """See the module."""

    @nets("tells less on a later page of a list", _CREATE)
    def test_each_page_of_a_list_is_a_piece_of_the_whole(self, link: Link) -> None:
        """However long pages are, in each way of listing: all that hangs off somebody, each once, the newest first,
        told wherever it stands as the CRM holds it (F040, F055)."""
        for count, limits in _LENGTHS.items():
            contact = self.make(link, f"Quillhistory{count}")
            for kind in self.every_kind(link):
                if kind not in self.connector.within_contact:
                    refs = [*self.happen(link, kind, contact, count), *self.by_colleagues(link, kind, contact, 2)]
                    link.wait(LAG)
                    self._all_told(link, kind, contact, refs, limits)

    @nets("tells of a list as it was when it was looked at", _CREATE)
    def test_a_list_is_as_the_crm_is_now(self, link: Link) -> None:
        """Whatever is written, corrected, tied, untied, deleted and merged: those lists change, as they do for whoever
        looks for the first time, and no other (F040, F044, F045)."""
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                self._within_now(link, kind)
                continue
            one, other = (self.make(link, f"Quillfollowed{number}{kind}") for number in range(2))
            refs = [*self.happen(link, kind, one, 9), *self.happen(link, kind, other, 4)]
            prompt = self._as_now(link, kind, (one, other), refs[:3], "written", at_once=None)
            link.wait(LAG)
            self._as_now(link, kind, (one, other), refs[:3], "written", at_once=True)
            self._tied_once(link, kind, one, other)
            untied, done = {refs[4].id, refs[5].id}, set[str]()
            for doing, op in self._doings(link, kind, one, other, refs[3:9]):
                before = self._pages(link, kind, refs)
                again = doing.endswith(" again") and doing.removesuffix(" again") in done  # it stays as it is
                with suppress(*(() if again else _REFUSED)):
                    op()
                    done.add(doing)
                spared = {refs[3]} if doing.startswith("corrected") else {refs[6]} if doing == "deleted" else set()
                for ref, page in self._pages(link, kind, refs).items():
                    assert ref in spared or page == before[ref], (kind.value, doing, "something else is changed", page)
                self._as_now(link, kind, (one, other), refs[:3], doing, at_once=prompt, untied=untied)
                link.wait(LAG)
                self._as_now(link, kind, (one, other), refs[:3], doing, at_once=True, untied=untied)

    def _within_now(self, link: Link, kind: RelatedKind) -> None:
        """What is part of somebody is told with them as it is without, and as its page tells it."""
        contact = self.make(link, f"Quillwithin{kind}")
        for number in range(8):
            self.happen(link, kind, contact, 1, usual=number % 2, first=number)
            link.wait(LAG)
            told = list(self.listed(link, contact, kind))
            for name, way in self.listings(link, kind, contact).items():
                same_told(self.walked(link, way, 200, name), told, (kind.value, contact.resource, name, number))
            seen = {each.ref.id: self._page(link, kind, each.ref) for each in told}
            as_seen(told, [each.ref for each in told], seen, (kind.value, contact.resource))
            assert told, (kind.value, contact.resource, number, "it is not told with the contact")

    def _pages(self, link: Link, kind: RelatedKind, refs: Collection[RecordRef]) -> dict[RecordRef, Screen | None]:
        """What the CRM's own pages tell of each, whomever it hangs off."""
        seen = {ref: link.fake.screen(cast(ActivityKind, kind.value), ref.id, link.user) for ref in refs}
        return {ref: page and attrs.evolve(page, ties=frozenset(), people=NO_SUCH) for ref, page in seen.items()}

    def _page(self, link: Link, kind: RelatedKind, ref: RecordRef) -> Screen:
        seen = link.fake.screen(cast(ActivityKind, kind.value), ref.id, link.user)
        assert seen is not None, f"FakeCrm.screen knows no such {kind.value}"
        return seen

    def _tied_once(self, link: Link, kind: RelatedKind, *people: RecordRef) -> None:
        """What a draft says that it will be about it is about, each named once, and nothing else of what was given."""
        table = {each.name for each in self.connector.resources(link.facts) if each.related_kind is RelatedKind.DEAL}
        deals = [RecordRef(self.connector.info.key, *row) for row in link.fake.snapshot() if row[0] in table][:2]
        draft = self.draft(link, kind, people[0], f"about-{kind}-{people[0].id}", related=(*deals, *people, *deals))
        tied = link.run(self.connector.tied(link.facts, draft))
        assert len({*tied}) == len(tied), (kind.value, "tied() names one twice", tied)
        assert {*tied} <= {*draft.related}, (kind.value, "tied() names what was not given", tied)
        ref = self.written(link, attrs.evolve(draft, related=tied))
        seen = self.theirs(link, kind, people[0], ref)[ref.id]
        assert all(seen.names(each.resource, each.id) for each in tied), (
            kind.value,
            "it is not tied to what tied() names",
            tied,
        )

    @nets("leaves out some of what was there before", _CREATE)
    def test_what_was_there_before_is_listed_whole(self, link: Link) -> None:
        """Of those whom most things hang off, and of some others, of each resource of people: what salespeople, callers
        and colleagues made of each kind, on every page (F040, F041)."""
        kinds = {kind: self._probe(link, kind) for kind in self.every_kind(link)} | {RelatedKind.DEAL: None}
        for contact in {ref.resource: ref for ref in self._people(link)}.values():
            for kind, probe in kinds.items():
                if probe is not None and contact.resource != self.people:
                    with suppress(Customer360Error):  # nothing of the sort is written about them
                        self.happen(link, kind, contact, 6)
        link.wait(LAG)
        for kind, probe in kinds.items():
            if kind in self.connector.within_contact or not self.can(link, RELATED[kind]):
                continue
            held = self._by_deals(link) if probe is None else self._by_pages(link, kind, probe)
            for contact, rows in _fullest(held):
                self._held_whole(link, kind, contact, rows)
            if probe is None:
                self._deals_now(link, held)

    def _probe(self, link: Link, kind: RelatedKind) -> RecordRef:
        contact = self.make(link, f"Quillprobe{kind}")
        return self.written(link, self.draft(link, kind, contact, f"probe-{kind}"))

    def _people(self, link: Link) -> list[RecordRef]:
        """All whom the fake holds, by the resources that it calls as the connector does."""
        places = [each.name for each in self.connector.resources(link.facts) if each.contact_kind is not None]
        return [RecordRef(self.connector.info.key, *row) for row in link.fake.snapshot() if row[0] in places]

    def _by_pages(self, link: Link, kind: RelatedKind, probe: RecordRef) -> dict[RecordRef, set[Row]]:
        """By somebody: what of a kind their page in the CRM shows."""
        held, rows = dict[Tie, set[Row]](), [row for row in link.fake.snapshot() if row[0] == probe.resource]
        for row in rows:
            seen = link.fake.screen(cast(ActivityKind, kind.value), row[1], link.user)
            if seen is not None and (seen.direction is not NO_SUCH) is (kind is RelatedKind.CALL):
                for tie in seen.ties:
                    held.setdefault(tie, set()).add(row)
        found = {ref: held.get(ref.id, set()) | held.get((ref.resource, ref.id), set()) for ref in self._people(link)}
        return {contact: ids for contact, ids in found.items() if ids}

    def _by_deals(self, link: Link) -> dict[RecordRef, set[Row]]:
        """By somebody: the deals that name them, in a field that leads to such people, or in a table of ties."""
        crm, resources, rows = self.connector.info.key, self.connector.resources(link.facts), link.fake.snapshot()
        places = {each.name for each in resources if each.related_kind is RelatedKind.DEAL}
        people, held = {*self._people(link)}, dict[RecordRef, set[Row]]()
        for place in places:
            fields = {each.name: each.refers_to for each in self.schema(link, place).fields if each.refers_to}
            for (table, key), row in rows.items():
                for name, targets in fields.items() if table == place else ():
                    for ref in [RecordRef(crm, each, str(row.get(name))) for each in targets]:
                        held.setdefault(ref, set()).add((table, key))
        known = {each.name for each in resources}
        deals = {key: (table, key) for table, key in rows if table in places and len(key) > SHORT}
        by_id = {ref.id: ref for ref in people if len(ref.id) > SHORT}
        for (table, _), row in rows.items():
            told = texts(row) if table not in known else set()
            for key in told & deals.keys():
                for somebody in told & by_id.keys():
                    held.setdefault(by_id[somebody], set()).add(deals[key])
        return {ref: ids for ref, ids in held.items() if ref in people}

    def _held_whole(
        self, link: Link, kind: RelatedKind, contact: RecordRef, rows: Collection[Row], *, done: str = "held"
    ) -> list[RelatedRecord]:
        """All of them, and nothing else, each as it is held, on every page."""
        whole = list[RelatedRecord]()
        for name, way in self.listings(link, kind, contact).items():
            what = (kind.value, contact.resource, contact.id, name, done)
            try:
                whole = self.walked(link, way, 200, what)
            except Unsupported:  # what is declared is another check's matter
                continue
            listed = [(record.ref.resource, record.ref.id) for record in whole]
            assert sorted(listed) == sorted(rows), (*what, "it does not hold just what names them")
            times = [record.at for record in whole if record.at is not None]
            assert times == sorted(times, reverse=True), (*what, "not the newest first")
            for resource in sorted({record.ref.resource for record in whole}):
                some = [record for record in whole if record.ref.resource == resource]
                as_held(some, [some[0].ref], self.rows_like(link, some[0].ref), what)
                pages = self._pages(link, kind, [record.ref for record in some]) if kind in CREATE else {}
                seen = {ref.id: page for ref, page in pages.items() if page is not None}
                if seen:
                    as_seen(some, [some[0].ref], seen, what)
                self._own_addresses(link, some, what)
            for limit in (1, 2, 7):
                same_told(self.walked(link, way, limit, what), whole, (*what, f"{limit} at a time"))
        return whole

    def _deals_now(self, link: Link, held: Mapping[RecordRef, set[Row]]) -> None:
        """As they are when one is deleted, and when one is tied to somebody else."""
        kind = RelatedKind.DEAL
        for contact, _ in _fullest(held):
            rows = self._by_deals(link).get(contact, set())
            deals = self._held_whole(link, kind, contact, rows)
            if not deals:
                continue
            if (gone := _deleted(link, deals)) is not None:
                rows -= {gone}
                link.wait(LAG)
                deals = self._held_whole(link, kind, contact, rows, done="one was deleted")
            other = next((each for each in held if each.resource == contact.resource and not held[each] & rows), None)
            if deals and other and self.can(link, Capability.LINK):
                self._held_whole(link, kind, other, self._by_deals(link).get(other, set()))
                with suppress(Unsupported, ValidationFailed):
                    link.run(self.connector.link(link.facts, other, deals[0].ref))
                    link.wait(LAG)
                    now = self._by_deals(link)
                    for each in (contact, other):
                        self._held_whole(link, kind, each, now.get(each, set()), done="one was tied to another")

    def _doings(
        self, link: Link, kind: RelatedKind, one: RecordRef, other: RecordRef, refs: Sequence[RecordRef]
    ) -> Iterator[tuple[str, Callable[[], Any]]]:
        """What is done to some records of the one, by name; each of those is hardly touched before."""
        connector, facts = self.connector, link.facts

        def corrected(ref: RecordRef, **given: Any) -> Callable[[], Any]:
            return lambda: link.run(connector.update_activity(facts, ActivityChange(ref=ref, kind=kind, **given)))

        def doing(verb: Any, contact: RecordRef, ref: RecordRef) -> Callable[[], Any]:
            return lambda: link.run(verb(facts, contact, ref))

        yield "one more written", lambda: self.written(link, self.draft(link, kind, other, f"more-{kind}-{other.id}"))
        yield "a colleague's", lambda: self.by_colleagues(link, kind, one, 1)
        if self.can(link, Capability.UPDATE_ACTIVITY):
            for given in _CORRECTIONS:
                yield f"corrected {[*given]}", corrected(refs[0], **given)
        if self.can(link, Capability.LINK):
            for again in ("tied", "tied again"):
                yield again, doing(connector.link, other, refs[1])
        if self.can(link, Capability.UNLINK):
            for again in ("untied", "untied again"):
                yield again, doing(connector.unlink, one, refs[2])
            yield "untied of whom it was tied to", doing(connector.unlink, other, refs[1])
        yield "deleted", lambda: link.fake.remove(refs[3].resource, refs[3].id)
        yield "merged", lambda: link.fake.merge(self.people, one.id, other.id)

    def _as_now(
        self,
        link: Link,
        kind: RelatedKind,
        people: Sequence[RecordRef],
        usual: Sequence[RecordRef],
        done: str,
        *,
        at_once: bool | None,
        untied: Collection[str] = (),
    ) -> bool:
        """Whether each list is what hangs off somebody now, which it has to be if ``at_once``; it is at any rate what
        another connector tells, which never asked before, and so on shorter pages.

        Of what was ``untied`` a page in the CRM may still say whom it was written about.
        """
        right = True
        for contact in people:
            seen = self.theirs(link, kind, contact, usual[0])
            fresh = self.listings(link, kind, contact, type(self.connector)())
            for name, way in self.listings(link, kind, contact).items():
                what = (kind.value, contact.resource, name, done)
                try:
                    told = self.walked(link, fresh[name], 200, what)
                except NotFound:  # merged away
                    continue
                whole = self.walked(link, way, 200, what)
                same_told(whole, told, (*what, "beside another connector"))
                same_told(self.walked(link, way, 3, what), told, (*what, "3 at a time"))
                listed = {record.ref.id for record in whole}
                right &= listed <= seen.keys() and seen.keys() - listed <= {*untied}
                assert right or not at_once, (*what, "it does not hold just what hangs off the contact")
                if at_once and set(usual) <= {record.ref for record in whole}:
                    as_seen(whole, usual, seen, what)
        return right

    def _all_told(
        self, link: Link, kind: RelatedKind, contact: RecordRef, refs: Sequence[RecordRef], limits: Sequence[int]
    ) -> None:
        """The list is whole, as its records are, and so are its pages."""
        seen, first = self.theirs(link, kind, contact, refs[0]), list[RelatedRecord]()
        for name, way in self.listings(link, kind, contact).items():
            what = (kind.value, contact.resource, name)
            whole = self.walked(link, way, 200, what)
            listed = [record.ref.id for record in whole]
            assert len(set(listed)) == len(listed), (*what, "a record is listed twice")
            assert set(listed) == seen.keys(), (*what, "it does not hold just what hangs off the contact")
            times = [record.at for record in whole if record.at is not None]
            assert times == sorted(times, reverse=True), (*what, "not the newest first")
            if not first:
                first = whole
                as_seen(whole, refs[:3], seen, what)
                as_held(whole, refs[:3], self.rows_like(link, refs[0]), what)
                self._own_addresses(link, whole, what)
            same_told(whole, first, (*what, "beside the other way of listing"))
            for limit in limits:
                same_told(self.walked(link, way, limit, what), whole, (*what, f"{limit} at a time"))

    def _own_addresses(self, link: Link, records: Sequence[RelatedRecord], what: Any) -> None:
        """Each has an address of its own where the first has one: the vendor's, where it tells of such."""
        urls = [record.url for record in records]
        assert len({*urls}) == len(urls) or urls == [None] * len(urls), (what, "url", "missing, or another's")
        for record in records:
            address = link.fake.web_address(record.ref.resource, record.ref.id)
            assert record.url is None or address in (None, record.url), (what, "url", record.url, address)
