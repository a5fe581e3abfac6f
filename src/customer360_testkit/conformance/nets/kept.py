"""What of a draft is kept: learned from usual ones, where it stands, demanded of all others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import attrs

from customer360.core.activities import CallOutcome, TaskStatus
from customer360.core.interactions import Direction
from customer360.core.records import RecordRef
from customer360_testkit.conformance.traces import Trace, leaves, moments, texts
from customer360_testkit.fakes.screen import NO_SUCH, Screen

_STAMP: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d| UTC)?")
MISSED: Final = re.compile(r"(?i)\b(missed|unanswered|no(?:t|body)? (?:answer|response|took|reached))")
_TOLD: Final = ("customer", "dialled", "disposition", "recording_url", "location")
_FACETS: Final = (
    *("state", "channel", "priority", "direction", "outcome", "all_day", "reminds", "busy", "in_view", "private"),
)
"""What is to be seen of a record besides what is written of it freely."""
_MINOR: Final = frozenset({"reminds", "private", "busy", "in_view"})
"""Of that, what a field of the CRM's own may make another without making another of what a draft says."""


@attrs.frozen
class Written:
    """A draft, what it became, and all that is new by it.

    ``before`` is what was to be seen there before, where every draft is appended to one text; ``me`` the id of who
    wrote it.
    """

    draft: Any
    ref: RecordRef
    seen: Screen
    before: Screen | None
    trace: Trace
    at: datetime
    me: str

    @property
    def text(self) -> str:
        """The text that came with it."""
        now, old = lines(self.seen.text), lines(self.before.text) if self.before else ""
        assert old in now, f"the {self.draft.kind.value} text that was there is another one: {old!r} became {now!r}"
        return now.replace(old, "", 1) if old else now

    @property
    def row(self) -> Mapping[str, Any]:
        """What the record's own row says; nothing where it is part of another."""
        own = [
            (table == self.ref.resource, len(held), held)
            for (table, key), held in self.trace.came.items()
            if key == self.ref.id
        ]
        found = max(own, key=lambda each: each[:2])[2] if own else {}
        return {name: value for name, value in found.items() if value not in (None, "", [], {}, ())}

    @property
    def shape(self) -> Mapping[str, Any]:
        """The same, with what the draft and its writer are called by instead of their ids."""
        names = {self.ref.id: "itself", self.me: "me", self.draft.contact.id: "contact"}
        names |= {ref.id: ref.resource for ref in self.draft.related}
        names |= {self.draft.owner.id: "owner"} if self.draft.owner and self.draft.owner.id != self.me else {}
        return {way: _named(value, names) for way, value in self.row.items()}

    @property
    def told(self) -> set[str]:
        """All that the rows say which came with it."""
        return {text for held in self.trace.came.values() for text in texts(held)}

    @property
    def form(self) -> tuple[Any, ...]:
        """What a draft says that is one of a few."""
        form = (getattr(self.draft, name, None) for name in ("direction", "outcome", "status", "priority"))
        return (*form, bool(getattr(self.draft, "disposition", None)))

    @property
    def facets(self) -> dict[str, Any]:
        return {name: getattr(self.seen, name) for name in _FACETS}

    @property
    def beside(self) -> set[tuple[str, bool, str]]:
        """Values that are not what they were, and rows that came and are nobody's here, or went: of which table, and
        whether of what the draft names."""
        own = (self.ref.id, self.draft.contact.id, *(ref.id for ref in self.draft.related))
        strange = self.trace.of_others(*own)
        found = {(table, key in own, way) for table, key, way in self.trace.changed}
        found |= {(table, False, "came") for table, key in self.trace.came if (table, key) in strange}
        return found | {(table, False, "went") for table, _ in self.trace.went}

    @property
    def count(self) -> int:
        """How many records of its own kind came."""
        tables = [table for table, key in self.trace.came if key == self.ref.id]
        return max((sum(table == each for table, _ in self.trace.came) for each in tables), default=0)

    @property
    def words(self) -> set[str]:
        """Those of the text that are nobody's: not of the draft, nor times, nor lengths."""
        draft, left = self.draft, self.rest
        said = [draft.key, *(() if self.seen.subject in forms(draft.subject) else forms(draft.subject))]
        said += [getattr(draft, name, None) or "" for name in _TOLD]
        for value in sorted(filter(None, map(lines, said)), key=len, reverse=True):
            left = re.sub(rf"(?<!\S){re.escape(value)}(?!\S)", " ", left)
        return {word for word in _STAMP.sub(" ", left).split() if not word[0].isdigit()}

    @property
    def rest(self) -> str:
        """The text without what the draft's text says: as lines of its own, or wherever it stands first."""
        typed, whole = lines(self.draft.text), f"\n{self.text}\n"
        own = f"\n{typed}\n" if f"\n{typed}\n" in whole else typed
        return whole.replace(own, "\n", 1).strip() if typed else self.text

    def says(self, value: str) -> bool:
        """Whether the text holds it, or a row does."""
        return lines(value) in self.text or any(lines(value) in lines(each) for each in self.told)

    def before_it(self, token: str) -> str | None:
        """The text before the first place where it stands by itself; None where it does not."""
        found = re.search(rf"(?<!\S){re.escape(token)}(?!\S)", self.text)
        return None if found is None else self.text[: found.start()]

    def among(self, token: str) -> bool:
        """Whether it stands in the text by itself."""
        return self.before_it(token) is not None

    @property
    def moments(self) -> set[datetime]:
        """Those that stand in the text, of which no word is the agent's own."""
        return {moment for stamp in _STAMP.findall(self.rest) for moment in moments(stamp.replace(" UTC", "+00:00"))}


class Rule:
    """What usual drafts of a kind leave, to be compared with what others do."""

    def __init__(self, usual: Sequence[Written]) -> None:
        self.usual = usual
        kept = {name for name, keeps in _KEPT.items() if any(keeps(each) for each in usual if _is_said(each, name))}
        self._kept = kept | _WORDS
        self._lengths = dict[CallOutcome, set[tuple[str, str]]]()
        for each in usual if hasattr(usual[0].draft, "duration") else ():
            stands, outcome = _lengths(each), each.draft.outcome
            self._lengths[outcome] = self._lengths.get(outcome, stands) & stands
        self._forms = {each.form: each.facets for each in usual}
        self._words, self._counts = {word for each in usual for word in each.words}, {each.count for each in usual}
        self._beside = {place for each in usual for place in each.beside}
        rows = [each.shape for each in usual]
        self._ways = {way for row in rows for way in row}
        self._alike = {way: value for way, value in rows[0].items() if all(row.get(way) == value for row in rows)}
        self.effects = dict[str, set[str]]()
        """What further fields make of a record besides what they hold, by their names."""
        self._lined = set[int]()
        self._sides: dict[tuple[Direction, str], set[str]] = {}

    def way(self, name: str) -> str:
        """The name of the field that holds an attribute of a usual draft; empty where none does."""
        for each in self.usual:
            value = getattr(each.draft, name, None)
            for way, held in each.row.items():
                if value and held == value:
                    return way
        return ""

    def is_free(self, field: str) -> bool:
        """Whether no draft says anything there, or all of them that it is not so."""
        return field not in self._ways or self._alike.get(field) is False

    def takes(self, one: Written, field: str, value: Any) -> bool:
        """Whether a field holds what was given for it, and nothing else is another for it."""
        others = {way: each for way, each in one.shape.items() if way != field}
        alike = all(others.get(way) == each for way, each in self._alike.items() if way != field)
        new = {way for way in others if way not in self._ways}
        effects = {name for name, told in one.facets.items() if told != self.usual[0].facets[name]}
        taken = same(value, one.row.get(field)) and alike and not new and effects <= _MINOR
        if taken:
            self.effects[field] = effects
        return taken

    def check(self, one: Written) -> None:
        """What is kept of usual drafts is kept of this one; what all of them leave alike it leaves alike, too."""
        draft, kind = one.draft, one.draft.kind.value
        for name in sorted(self._kept):
            if _is_said(one, name):
                assert _KEPT[name](one), f"{kind}: {name} is not kept as given: {draft} became {one.seen}"
        for name, value in draft.extra.items():
            assert same(value, one.row.get(name)), f"{kind}: {name} holds {one.row.get(name)!r} for {value!r}: {draft}"
        if hasattr(draft, "duration"):
            stands = _lengths(one)
            kept = self._lengths[draft.outcome] <= stands or any(where == "text" for where, _ in stands)
            assert kept, f"{kind}: duration is not kept: {draft} became {one.seen}"
            assert _is_as_long(one), f"{kind}: it took {one.seen.length}: {draft}"
        assert one.beside <= self._beside, f"{kind}: {one.beside - self._beside} came or changed beside {draft}"
        again = (one.words - self._words) & {*draft.subject.split(), *draft.text.split()}
        assert not again, f"{kind}: {again} stand in the text again: {draft} became {one.seen}"
        assert one.count in self._counts, f"{kind}: {one.count} records came of {draft}"
        if len({*forms(draft.subject)}) > 1 and one.seen.subject in forms(draft.subject):
            self._lined.add(forms(draft.subject).index(one.seen.subject))
            assert len(self._lined) == 1, f"{kind}: of some subjects both lines are told as one: {draft}"
        self._look(one)
        self._hear(one)

    def _look(self, one: Written) -> None:
        """What no draft says is as usual, and no other moment stands in the text than the draft's, or when it came."""
        draft, kind = one.draft, one.draft.kind.value
        moved = set[str]().union(*(self.effects.get(name, ()) for name in draft.extra))
        usual = {"reminds": False, "private": False, "busy": hasattr(draft, "starts_at")}
        alike = self._forms.get(one.form, one.facets)
        for name, seen in one.facets.items():
            if name not in moved:
                wanted = usual[name] if name in usual and seen is not NO_SUCH else alike[name]
                assert seen == wanted, f"{kind}: {name} is {seen}, not {wanted}: {draft}"
        shape = one.shape
        for way in (self._alike.keys() | shape.keys()) - draft.extra.keys():
            if way in self._alike or way not in self._ways:
                assert shape.get(way) == self._alike.get(way), f"{kind}: {way} is {shape.get(way)!r}: {draft}"
        times = [getattr(draft, name, one.at) for name in ("started_at", "starts_at", "ends_at")]
        known = {each.replace(second=second) for each in (one.at, *times) for second in {0, each.second}}
        assert one.moments <= known, f"{kind}: {one.moments - known} in the text: {draft}"

    def _hear(self, one: Written) -> None:
        """The word before each number in a text."""
        draft = one.draft
        for name in ("customer", "dialled") if hasattr(draft, "customer") and draft.customer != draft.dialled else ():
            number, fields = getattr(draft, name), (one.seen.caller, one.seen.called)
            before = one.before_it(number) if number and number not in fields else None
            if before is not None:
                self._sides.setdefault((draft.direction, name), set()).add((before.split() or [""])[-1])

    def check_sides(self) -> None:
        """Whoever rang is told from whom they rang, in a text, too."""
        for direction in Direction:
            both = self._sides.get((direction, "customer"), set()) & self._sides.get((direction, "dialled"), set())
            assert not both, f"{direction.value} calls: {both} stands before either number"
        for one, other in (("customer", "dialled"), ("dialled", "customer")):
            words = self._sides.get((Direction.INTERNAL, one), set())
            words &= self._sides.get((Direction.INBOUND, other), set())
            assert not words, f"of internal calls {words} stands before {one}, of inbound ones before {other}"


def forms(subject: str) -> tuple[str, str]:
    """A subject whole, and in one line, as some CRMs tell titles."""
    whole = subject.strip()
    return whole, " ".join(whole.splitlines())


def lines(text: Any) -> str:
    """A text without what the ends of its lines look like."""
    return "\n".join(text.splitlines()).strip() if isinstance(text, str) else ""


def _named(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case Mapping():
            return {way: _named(each, names) for way, each in value.items()}
        case list() | tuple():
            return [_named(each, names) for each in value]
        case bool():
            return value
        case _:
            return names.get(str(value), value)


def same(given: Any, held: Any) -> bool:
    """Whether a row holds what was given, in whatever form it keeps days, moments and numbers."""
    match given:
        case bool():
            return held is given
        case int() | float():
            return not isinstance(held, bool) and _number(held) == given
        case datetime():
            return given in _moments(held)
        case date():
            return str(held)[:10] == given.isoformat() or any(moment.date() == given for moment in _moments(held))
        case None:
            return held in (None, "", [], {})
        case _:
            return lines(given) == lines(held)


def _number(held: Any) -> float | None:
    try:
        return float(held)
    except (TypeError, ValueError):
        return None


def _moments(held: Any) -> Iterator[datetime]:
    """A moment that a row holds, by itself or as a part of a structure."""
    if isinstance(held, Mapping):
        for each in held.values():
            yield from _moments(each)
    else:
        yield from moments(held)


def _lengths(one: Written) -> set[tuple[str, str]]:
    """In which forms the length of a call stands where; a CRM may take no less than a second for one."""
    given: timedelta = one.draft.duration
    found = {("span", "")} if NO_SUCH not in (one.seen.starts, one.seen.ends) and _span(one.seen) == given else set()
    told = [leaf for held in one.trace.came.values() for leaf in leaves(held)]
    for seconds in {round(given.total_seconds()), max(1, round(given.total_seconds()))}:
        minutes, rest = divmod(seconds, 60)
        hours, over = divmod(minutes, 60)
        clock = f"{hours}:{over:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
        forms = {"seconds": str(seconds), "minutes": f"{minutes:02}:{rest:02}", "clock": clock}
        forms |= {"words": str(timedelta(seconds=seconds))}
        found |= {(way, name) for name, form in forms.items() for way, value in told if str(value) == form}
        found |= {("text", name) for name, form in forms.items() if one.among(form)}
    return found


def _span(seen: Any) -> timedelta:
    length: timedelta = seen.ends - seen.starts
    return length


def _is_said(one: Written, name: str) -> bool:
    """Whether a draft says something there; of what its name calls none, whether it says nothing."""
    if name in ("owner", "contact"):
        return True
    said = getattr(one.draft, name.removeprefix("no "), "-") not in (None, "", (), "-")
    return said is not name.startswith("no ") and hasattr(one.draft, name.removeprefix("no "))


def _is_called(one: Written) -> bool:
    return one.seen.subject in forms(one.draft.subject) or any(form in one.text for form in forms(one.draft.subject))


def _is_rung(name: str) -> Callable[[Written], bool]:
    def rung(one: Written) -> bool:
        number, outbound = getattr(one.draft, name), one.draft.direction is Direction.OUTBOUND
        return number == (one.seen.called if (name == "customer") is outbound else one.seen.caller) or one.among(number)

    return rung


def _is_placed(one: Written) -> bool:
    return lines(one.draft.location) == lines(one.seen.place) or lines(one.draft.location) in one.text


def _unsaid(one: Written) -> str:
    """What is to be seen of a call that nobody typed."""
    draft, words = one.draft, f"{one.seen.result} {one.text}"
    for typed in filter(None, map(lines, (draft.text, draft.disposition, draft.subject, draft.key))):
        words = words.replace(typed, "")
    return words


def _is_as_long(one: Written) -> bool:
    """Whether it is seen as long as it was."""
    missed, told = one.draft.outcome is CallOutcome.MISSED, any(where == "text" for where, _ in _lengths(one))
    return one.seen.lasts(one.draft.duration, missed=missed, told=told)


def _is_internal(one: Written) -> bool:
    words = _unsaid(one)
    told = one.seen.direction == "internal" or "internal" in words.casefold()
    if one.draft.direction is Direction.INTERNAL:
        return told
    return one.seen.direction in (one.draft.direction.value, NO_SUCH)


def _is_missed(one: Written) -> bool:
    words = _unsaid(one)
    told = one.seen.outcome == "missed" or MISSED.search(words) is not None
    return told is (one.draft.outcome is CallOutcome.MISSED)


_WORDS: Final = {"subject", "text"}
"""What somebody typed: no CRM has no place for it."""
_KEPT: Final[Mapping[str, Callable[[Written], bool]]] = {
    "subject": _is_called,
    "text": lambda one: lines(one.draft.text) in one.text,
    "owner": lambda one: one.seen.owner == (one.draft.owner.id if one.draft.owner else one.me),
    "contact": lambda one: one.seen.names(one.draft.contact.resource, one.draft.contact.id),
    "related": lambda one: all(one.seen.names(ref.resource, ref.id) for ref in one.draft.related),
    "status": lambda one: one.seen.state == ("done" if one.draft.status is TaskStatus.DONE else "open"),
    "priority": lambda one: one.seen.priority == one.draft.priority.value,
    "due_on": lambda one: one.seen.due == one.draft.due_on,
    "no due_on": lambda one: one.seen.due is None,
    "direction": _is_internal,
    "outcome": _is_missed,
    "started_at": lambda one: one.draft.started_at in (one.seen.starts, *one.moments),
    "customer": _is_rung("customer"),
    "dialled": _is_rung("dialled"),
    "disposition": lambda one: one.seen.result == one.draft.disposition or one.says(one.draft.disposition),
    "recording_url": lambda one: one.says(one.draft.recording_url),
    "starts_at": lambda one: one.seen.starts == one.draft.starts_at,
    "ends_at": lambda one: one.seen.ends == one.draft.ends_at,
    "location": _is_placed,
    "no location": lambda one: not one.seen.place,
}
"""How it is told that a record keeps what a draft says, by the attribute's name."""
