"""What happens to somebody: many records of a kind with drawn attributes, every way of listing them, and which of them
the CRM's own pages say that they are theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias, cast

import attrs

from customer360.core.activities import ActivityDraft, ActivityFilter, CallOutcome, Priority, TaskStatus
from customer360.core.capabilities import RELATED, Capability
from customer360.core.connector import Connector
from customer360.core.effects import Operation
from customer360.core.errors import Customer360Error, Unsupported, ValidationFailed
from customer360.core.interactions import Direction
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.bench import Bench, Link
from customer360_testkit.conformance.nets.drawn import DAYS, LENGTHS, MOMENTS, Drawing
from customer360_testkit.fakes.screen import NO_SUCH, ActivityKind, Screen

Way: TypeAlias = Callable[[int, str | None], Operation[Page[RelatedRecord]]]
"""One of the ways of listing the same: ``way(limit, cursor)``."""

_SHORT: Final = 600
_PLAIN: Final = tuple(f"Quillplain {word}" for word in ("kiwi", "apple", "zucchini", "Melon", "banana", "10", "9"))
"""What any CRM sorts in one of two orders."""
_WAITS: Final = (0.0, 0.0, 0.0, 1.0, 60.0, 600.0, 3600.0, 90_000.0)
"""Seconds between two records: some are made in one moment."""
_PAGES: Final = 300


class Histories(Bench):
    """See the module."""

    def happen(
        self,
        link: Link,
        kind: RelatedKind,
        contact: RecordRef,
        count: int,
        *others: RecordRef,
        usual: int = 3,
        first: int = 0,
    ) -> dict[RecordRef, ActivityDraft]:
        """So many records of a kind about somebody, each with its draft: first some usual ones, then drawn ones.

        Some are about one of ``others``, too. What of a drawn one is refused is left out of it. Whoever asks once more
        for the same somebody says which is the ``first``.
        """
        found, rounds = dict[RecordRef, ActivityDraft](), self._draws(link, kind, contact, others, first)
        for number in range(first, first + count):
            given: dict[str, Any] = {"wait": 3600.0, "text": f"Quillusual {number}\nin two lines"}
            if number >= first + usual:
                given = next(rounds)
            link.wait(given.pop("wait"))
            if number < first + usual and kind is RelatedKind.EVENT:  # at another time than it is made
                starts = link.now + timedelta(hours=50 + number)
                given |= {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}
            draft = self.draft(link, kind, contact, f"happened-{kind}-{number}-{contact.id}", **given)
            ref, told = self.written_as_allowed(link, draft)
            found[ref] = told
        link.asked.clear()  # it is told of what follows whether it goes in circles
        return found

    def written_as_allowed(self, link: Link, draft: Any) -> tuple[RecordRef, ActivityDraft]:
        """The record, and its draft: without what else it is about, of whoever writes it, usual, where it is refused
        otherwise."""
        plain = {"related": (), "owner": None}
        for less in ({}, {"related": ()}, plain, {**plain, "subject": f"About {draft.key}", "text": "Quill"}):
            told = attrs.evolve(draft, **less)
            try:
                return self.written(link, told), told
            except (Unsupported, ValidationFailed):
                continue
        usual = self.draft(link, draft.kind, draft.contact, draft.key)
        return self.written(link, usual), usual

    def _draws(
        self, link: Link, kind: RelatedKind, contact: RecordRef, others: Sequence[RecordRef], first: int
    ) -> Iterator[dict[str, Any]]:
        """What is given beside contact and key, again and again, and how long it is waited before."""
        drawing = Drawing(f"history of {contact.resource} {kind} from {first}")
        hours = (-24 * 200, -24 * 40, -30, -1, 1, 30, 24 * 400)
        moments = [*MOMENTS, *(link.now + timedelta(hours=each) for each in hours)]
        pools: dict[str, Sequence[Any]] = {
            "wait": _WAITS,
            "subject": ["", *_PLAIN, *(drawing.line(70, f"Quill {number}") for number in range(15))],
            "text": ["", *(drawing.text(_SHORT, f"Quilltext{number}") for number in range(8)), _long(drawing)],
            "owner": [None, None, *self._writers(link)],
            "related": [(), *((each,) for each in others)],
        }
        match kind:
            case RelatedKind.TASK:
                pools |= {"due_on": [None, *DAYS], "priority": [*Priority], "status": [*TaskStatus]}
            case RelatedKind.CASE:
                pools |= {"priority": [*Priority]}
            case RelatedKind.CALL:
                pools |= {"started_at": moments, "duration": LENGTHS, "disposition": [None, "Quillcode"]}
                pools |= {"direction": [*Direction], "outcome": [*CallOutcome], "customer": ["", "+442079467001"]}
            case RelatedKind.EVENT:
                pools |= {"starts_at": moments, "ends_at": LENGTHS, "location": [None, "Quillplace 9", "Żółw"]}
        while True:
            for given in drawing.rounds(pools):
                if kind is RelatedKind.EVENT:
                    given["ends_at"] = given["starts_at"] + given["ends_at"]
                yield given

    def _writers(self, link: Link) -> Iterator[RecordRef]:
        """Who is signed in, and a colleague."""
        for login in (link.user, *[name for name in link.fake.users if name != link.user][:1]):
            own = link if login == link.user else self.signed_in(link.fake, login)
            yield own.run(self.connector.identify(own.facts)).user

    # Listing ----------------------------------------------------------------------------------------------------------

    def listings(
        self, link: Link, kind: RelatedKind, contact: RecordRef, connector: Connector | None = None
    ) -> dict[str, Way]:
        """By name: each way of listing somebody's records of a kind that there is; ``connector`` may be another one."""
        asked, ways = connector or self.connector, dict[str, Way]()
        if self.can(link, RELATED[kind]):
            ways["related"] = lambda limit, cursor: asked.related(link.facts, contact, kind, limit=limit, cursor=cursor)
        places = [each.name for each in self.connector.resources(link.facts) if each.related_kind is kind]
        if self.can(link, Capability.LIST_ACTIVITIES) and len(places) == 1:
            query = ActivityFilter(resource=places[0], contact=contact)
            ways[f"activities {places[0]}"] = lambda limit, cursor: asked.activities(
                link.facts, attrs.evolve(query, limit=limit, cursor=cursor)
            )
        return ways

    def walked(self, link: Link, way: Way, limit: int, what: Any, *, most: int = _PAGES) -> list[RelatedRecord]:
        """All pages of a listing, so many at most; each has no more than was asked for, and leads on only where there
        is more."""
        seen, cursor = list[RelatedRecord](), None
        for _ in range(most):
            asked = link.requests
            page: Page[RelatedRecord] = link.run(way(limit, cursor))
            assert link.requests > asked, (what, limit, "it is not asked for")
            assert len(page.items) <= limit, (what, limit, "a page is longer than was asked for")
            assert page.items or cursor is None, (what, limit, len(seen), "a page leads to where there is nothing more")
            seen += page.items
            if (cursor := page.next) is None:
                link.asked.clear()
                return seen
        assert most < _PAGES, (what, limit, "the list does not end")
        return seen

    def theirs(self, link: Link, kind: RelatedKind, contact: RecordRef, like: RecordRef) -> dict[str, Screen]:
        """By id: what of a kind hangs off somebody by the CRM's own pages; ``like`` is a record of the kind."""
        rows = link.fake.snapshot()
        tables = {table for table, key in rows if table == like.resource} or {
            table for table, key in rows if key == like.id
        }
        found = dict[str, Screen]()
        for table, key in rows:
            if table in tables:
                seen = link.fake.screen(cast(ActivityKind, kind.value), key, link.user)
                calls = seen is not None and seen.direction is not NO_SUCH
                if (
                    seen is not None
                    and seen.names(contact.resource, contact.id)
                    and calls is (kind is RelatedKind.CALL)
                ):
                    found[key] = seen
        return found

    def rows_like(self, link: Link, like: RecordRef) -> dict[str, dict[str, Any]]:
        """By id: what the fake holds of each record of a kind, as the vendor names it."""
        rows = dict[str, dict[str, Any]]()
        for module in [like.resource] if like.resource in link.fake.modules else link.fake.modules:
            for row in link.fake.records(module):
                rows[str(row.get("id") or row.get("Id"))] = row
        return rows

    def by_colleagues(self, link: Link, kind: RelatedKind, contact: RecordRef, count: int) -> list[RecordRef]:
        """What others write down about somebody, as far as they may."""
        found = list[RecordRef]()
        for login in [name for name in link.fake.users if name != link.user]:
            own = self.signed_in(link.fake, login)
            for number in range(count):
                try:
                    found.append(
                        self.written(own, self.draft(own, kind, contact, f"by-{number}-{login}-{kind}-{contact.id}"))
                    )
                except Customer360Error:  # it is not for them to see
                    break
        return found


def _long(drawing: Drawing) -> str:
    """More than a preview shows, and less than any CRM's text holds."""
    return "\n".join(drawing.text(_SHORT, f"Quilllong{number}") for number in range(12))
