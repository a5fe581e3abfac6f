"""What a connector's own code names is written down like anything else: words, sizes and days that it knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, Final
from urllib.parse import quote

from customer360.core.capabilities import CREATE, Capability
from customer360.core.errors import Unsupported
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets import phrased
from customer360_testkit.conformance.nets.dictionary import Dictionary, dictionary
from customer360_testkit.conformance.nets.drafts import HONEST, LONG, DraftNets
from customer360_testkit.conformance.nets.kept import MISSED, Rule, Written
from customer360_testkit.fakes.cast import shared_cast

_CAST: Final = 12
"""Enough that there are companies where people must work somewhere."""
_TOGETHER: Final = 120
"""So many records are in a CRM: of few each is written soon."""
_FEW: Final = 3
"""One of so many is looked for by its key."""
_SINCE: Final = timedelta(minutes=1)
_NINE: Final = datetime(2026, 5, 2, 9, tzinfo=UTC)
_UNITS: Final = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1))
_LINES: Final = {
    RelatedKind.EVENT: ("location",),
    RelatedKind.CALL: ("disposition", "customer", "dialled", "recording_url"),
}
"""What drafts of a kind say besides a subject and a text."""


class NotedNets(DraftNets):
    """See the module."""

    @nets("minds a word that its code names where it is written down", Capability.CREATE_CONTACT, once=True)
    def test_a_word_of_its_own_is_written_down(self, link: Link) -> None:
        """Whatever says it, wherever: it is kept as usual drafts are, listed, and found by its key (F050, F053, R1)."""
        own = dictionary(self.connector)
        for kind in (kind for kind, capability in CREATE.items() if self.can(link, capability)):
            given = [*_drafted(own, kind, self._room(link, kind))]
            for start in range(0, len(given), _TOGETHER):
                crm = self.entered(link, self.made(cast=shared_cast()[:_CAST]))
                self._note(crm, kind, given[start : start + _TOGETHER], () if start else own.numbers)

    def _room(self, link: Link, kind: RelatedKind) -> dict[str, int]:
        """How many signs fit into a subject and a place of the kind."""
        return self._lengths(link, Rule(self.usual(link, kind, self.make(link, f"Quillroom{kind}"))))

    def _note(self, link: Link, kind: RelatedKind, given: Sequence[dict[str, Any]], limits: Sequence[int]) -> None:
        """Each is written as usual ones are, or refused, and not written."""
        contact, written = self.make(link, f"Quillnoted{kind}"), list[Written]()
        rule = Rule(self.usual(link, kind, contact))
        for said in given:
            link.asked.clear()
            draft = self.draft(link, kind, contact, **said)
            with suppress(*HONEST):
                written.append(self.became_of(link, draft, (*rule.usual, *written)))
                rule.check(written[-1])
                continue
            assert not link.fake.count_holding(draft.key), f"a {kind.value} was refused, and written: {said}"
        link.wait(LAG)
        for each in written[::_FEW] if self.sought(link, kind) else ():
            link.asked.clear()
            assert self.look(link, each.draft, each.at - _SINCE) == each.ref, f"{each.draft} is not found"
        if kind in self.every_kind(link):
            self._are_listed(link, kind, contact, written)
            if limits:
                self._as_long_as_asked(link, kind, contact, limits)

    def _as_long_as_asked(self, link: Link, kind: RelatedKind, contact: RecordRef, limits: Sequence[int]) -> None:
        """A list is as long as it is asked for, whatever that is."""
        if kind in self.connector.within_contact:
            return
        with suppress(Unsupported):
            whole = link.run(self.connector.related(link.facts, contact, kind, limit=200)).items
            for limit in [each for each in limits if each <= len(whole)]:
                link.asked.clear()
                some = link.run(self.connector.related(link.facts, contact, kind, limit=limit)).items
                assert some == whole[:limit], (
                    f"{len(some)} {kind.value}s are listed, or others, where {limit} are asked"
                )


def _drafted(own: Dictionary, kind: RelatedKind, room: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Two drafts for each word, which stands in all that a draft says, and three for each number."""
    fields, days = ("subject", "text", "key", *_LINES.get(kind, ())), cycle(own.days or (None,))
    for alone, all_words in ((False, own.words), (True, phrased.short(own.words))):
        for turn, words in enumerate(phrased.turns(all_words, fields)):
            given = {
                name: _said(name, some, f"Quill{turn}", room.get(name, LONG), alone) for name, some in words.items()
            }
            given["key"] = f"{phrased.single(words['key'][0])[:50]} {turn}{'a' if alone else ''}{kind}"[:64].strip()
            if given["text"] in given["subject"]:  # which of the two stands there could not be told
                given["text"] += f" Quill{turn}"
            yield {**given, **({"due_on": next(days)} if kind is RelatedKind.TASK else {})}
    for number in own.numbers:
        for signs, unit in zip((number - 1, number, number + 1), _UNITS, strict=True):
            given = {"text": phrased.long(signs), "subject": f"Quill {signs}", "key": f"{number}-{signs}{kind}"}
            if signs <= room.get("subject", 0):
                given["subject"] = phrased.long(signs)
            yield {**given, **_length(kind, number, unit)}


def _said(name: str, words: Sequence[str], mark: str, most: int, alone: bool) -> str:
    word = phrased.single(words[0])
    match name:
        case "text":
            return words[0].strip() if alone else phrased.text(words, mark).strip()
        case "customer" | "dialled":
            return phrased.number(word, int(mark.removeprefix("Quill")) % 10_000)
        case "recording_url":
            return f"https://rec.conform.example/{quote(word, safe='')}{'' if alone else mark}"
        case "disposition" if MISSED.search(word):  # a CRM may have this word for what nobody answered
            alone = False
    return word[:most].strip() if alone else phrased.line(words, mark, most)


def _length(kind: RelatedKind, number: int, unit: timedelta) -> dict[str, Any]:
    match kind:
        case RelatedKind.CALL:
            return {"duration": number * unit}
        case RelatedKind.EVENT:
            return {"starts_at": _NINE, "ends_at": _NINE + number * unit}
    return {}
