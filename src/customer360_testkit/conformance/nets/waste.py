"""Nothing is asked for that is not needed: requests are counted by the vendor, and somebody waits for each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from customer360.core.capabilities import Capability, Repeat
from customer360.core.effects import Request
from customer360.core.errors import Customer360Error
from customer360.core.records import Changes, Page, RecordRef
from customer360.core.wire import Response
from customer360_testkit.conformance.bench import Link, nets
from customer360_testkit.conformance.nets.playing import Heard, Playing
from customer360_testkit.conformance.nets.story import Story
from customer360_testkit.conformance.verbs import Verbs

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_WHOLE: Final = frozenset({"identify", "list_resources", "describe", "get"})
"""Verbs that are asked for their own sake."""
_LISTS: Final = frozenset({"related", "activities", "changes"})


class WasteNets(Verbs):
    """See the module."""

    @nets("reads what it has no use for", Capability.CREATE_CONTACT)
    def test_nothing_is_asked_for_that_is_not_needed(self, link: Link) -> None:
        """Nothing twice, unless it was refused, or something was written in between; nothing of each record of a list;
        and nothing that another verb is there for.

        What is of the customer's own may be looked up, a sync may ask where it begins, and a write may look before it
        writes.
        """
        story = Story(self, link, Playing(lambda: self.connector))
        story.begin()
        story.ask_all()
        story.write(0)
        story.write(1)
        heard = story.playing.heard
        refused = [request for request, _ in link.refused]
        others = self._others(link, heard)
        for each in heard:
            read = list[Request]()
            for at, request in enumerate(each.asked):
                told = (each.what, request, request.path)
                assert request not in read, (*told, "is read twice")
                assert _reads(request) or request not in each.asked[:at] or request in refused, (*told, "written twice")
                read = [*read, request] if _reads(request) else []
            assert self._borrowed(each, others) == [], f"{each.what} asks what another verb is there for"
            single = [ref.id for ref in _listed(each) if any(ref.id in request.path for request in each.asked)]
            assert single == [], f"{each.what} asks for each record by itself"

    def _others(self, link: Link, heard: Iterable[Heard]) -> dict[str, list[Request]]:
        """By verb: what it alone asks; of what is of the customer's own, whoever meets it may ask."""
        known = {each.name for each in self.connector.resources(link.facts)}
        found: dict[str, list[Request]] = {verb: [] for verb in _WHOLE}
        free = list[Request]()
        for each in heard:
            verb, *rest = each.what.replace(",", "").split()
            if verb == "describe" and rest and rest[0] not in {*known, "again"}:
                free += each.asked
            elif verb in _WHOLE:
                found[verb] += each.asked
        return {verb: [request for request in asked if request not in free] for verb, asked in found.items()}

    def _borrowed(self, heard: Heard, others: dict[str, list[Request]]) -> list[tuple[str, str]]:
        """What of a step is another verb's, and not let off."""
        verb = heard.what.replace(",", "").split()[0]
        if verb in _WHOLE:
            return []
        last = max((at for at, request in enumerate(heard.asked) if not _reads(request)), default=-1)
        found = list[tuple[str, str]]()
        for at, request in enumerate(heard.asked):
            of = [other for other, asked in others.items() if request in asked and (other != "get" or at > last)]
            found += [(other, request.path) for other in of[:1]]
        return found[1:] if verb == "changes" else found

    @nets("declares less than it may", Capability.DELTA, once=True)
    def test_limits_are_such_as_the_crm_keeps_to(self, link: Link) -> None:
        """Too small they make everything slow: as many come in an answer as are said to fit a page, two requests are
        under way where the CRM admits two. And a lost write is neither sent again at once, nor held back for a day: on
        slow days, and behind rules of the customer's, a server is at work on it for a minute.
        """
        limits, most = self.connector.limits_for(link.facts), link.fake.most_at_once
        assert limits.concurrent > 1 or most == 1, "it says that one request may be under way at a time"
        assert limits.per_window or not link.fake.most_within, "so many in a time are refused, and nobody counts them"
        for each in self.connector.resources(link.facts):
            if each.contact_kind is not None:
                answers = list[Response]()
                with suppress(Customer360Error):  # not of everybody
                    _, answers = self.heard(link, self.connector.changes(link.facts, each.name))
                longest = max((_longest(json.loads(answer.content or b"0")) for answer in answers), default=0)
                assert longest <= limits.page_size, (each.name, f"{longest} records came in one answer")
        for kind, declared in self.connector.creates(link.facts).items():
            if declared.repeat is Repeat.FINDABLE:
                assert _MINUTE <= declared.longest_run <= _HOUR, (
                    kind,
                    "the longest that a server is at work on a write",
                )


def _reads(request: Request) -> bool:
    return request.method == "GET" or request.repeatable


def _listed(heard: Heard) -> list[RecordRef]:
    """The records that a list told."""
    if heard.what.split()[0] not in _LISTS or heard.error is not None:
        return []
    page: Page[Any] | Changes = heard.value[0]
    return [each.ref for each in (page.items if isinstance(page, Page) else page.changed)]


def _longest(told: Any) -> int:
    """How many records the longest list of an answer holds."""
    if isinstance(told, list):
        return max((len(told) if told and isinstance(told[0], dict) else 0, *map(_longest, told)))
    return max(map(_longest, told.values()), default=0) if isinstance(told, dict) else 0
