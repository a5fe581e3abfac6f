"""What is corrected of what was written down is as it was given; whatever is not named stays as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final, TypeAlias

import attrs

from customer360.core.activities import ActivityChange, TaskStatus
from customer360.core.capabilities import CREATE, Capability
from customer360.core.errors import Unsupported
from customer360.core.records import UNSET, FieldValue, RecordRef, RelatedKind
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.drafts import (
    HONEST,
    LONG,
    SUBJECTS,
    TEXTS,
    DraftNets,
    by_itself,
    in_company,
    told,
)
from customer360_testkit.conformance.nets.drawn import DAYS, Drawing
from customer360_testkit.conformance.nets.kept import Rule, lines, same
from customer360_testkit.conformance.traces import Trace, trace

_CREATE, _CHANGE = Capability.CREATE_CONTACT, Capability.UPDATE_ACTIVITY
_RECORDS: Final = 3
"""So many records are corrected in turn, round after round."""
_USUAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "subject": ("Quillusual",),
    "text": ("Quillusual\n\nsecond", None, "Quill"),
    "status": (TaskStatus.DONE, TaskStatus.OPEN),
    "due_on": (date(2026, 8, 3), None, date(2026, 8, 4)),
}
_SEEN: Final = {"subject": "subject", "text": "text", "status": "state", "due_on": "due"}
"""What a correction names, and where it is to be seen."""
_PAGE: Final = "the CRM's own page"
Place: TypeAlias = tuple[str, bool, str]
"""A table, whether the row is the corrected record's own, and the way to a value."""


class CorrectionNets(DraftNets):
    """See the module."""

    @nets("corrects what usual corrections name", _CREATE, _CHANGE)
    def test_all_that_is_corrected_is_there(self, link: Link) -> None:
        """Correction after correction of the same records: each is as given, to the letter, and the rest stays,
        whatever is corrected beside it (F051)."""
        contact = self.make(link, "Quillcorrected")
        for kind in (kind for kind, capability in CREATE.items() if self.can(link, capability)):
            if kind in self.connector.within_contact:
                continue
            link.asked.clear()
            rule, things = Rule(self.usual(link, kind, contact)), self.things(link, contact)
            refs = [self.full(link, kind, contact, things, f"whole-{kind}-{n}")[1] for n in range(_RECORDS)]
            extras = self.extras(link, kind, contact, rule)
            places = self._places(link, kind, refs[0], extras)
            self._all_at_once(link, kind, refs[0], extras, places)
            pools = _pools(kind, {name: values for name, values in extras.items() if name in places})
            for number, given in enumerate(Drawing(f"correcting {kind}").rounds(pools)):
                named = {name: value for name, value in given.items() if name == "extra" or name in places}
                self._takes(link, kind, refs[number % _RECORDS], _said(named), places)
            self._are_listed_as_seen(link, kind, contact, refs)

    def _places(
        self, link: Link, kind: RelatedKind, ref: RecordRef, extras: Mapping[str, Sequence[FieldValue]]
    ) -> dict[str, set[Place]]:
        """The values of rows that are other ones by each correction that can be made, by what it names."""
        found = dict[str, set[Place]]()
        changes = [(name, {name: value}, value == values[0]) for name, values in _USUAL.items() for value in values]
        for name, values in extras.items():
            changes += [(name, {"extra": {name: values[0]}}, True), (name, {"extra": {name: None}}, False)]
        for name, change, first in changes:
            before, was = link.fake.snapshot(), self._seen(link, kind, ref)
            with suppress(*HONEST):
                if not (first or name in found):
                    continue  # it takes no usual value
                self._correct(link, kind, ref, change)
                found.setdefault(name, set()).update(_where(ref, trace(before, link.fake.snapshot())))
                seen = self._seen(link, kind, ref)
                found[name] |= {(_PAGE, True, each) for each in seen if seen[each] != was[each]}
        return found

    def _correct(self, link: Link, kind: RelatedKind, ref: RecordRef, change: Mapping[str, Any]) -> None:
        link.wait(1.0)
        link.run(self.connector.update_activity(link.facts, ActivityChange(ref=ref, kind=kind, **change)))

    def _all_at_once(
        self,
        link: Link,
        kind: RelatedKind,
        ref: RecordRef,
        extras: Mapping[str, Sequence[FieldValue]],
        places: Mapping[str, set[Place]],
    ) -> None:
        """What can be corrected by itself, with usual values, can be together."""
        change = {name: values[0] for name, values in _USUAL.items() if name in places}
        change |= {"extra": {name: values[0] for name, values in extras.items() if name in places}}
        self._one(link, kind, ref, change, places)

    def _takes(
        self, link: Link, kind: RelatedKind, ref: RecordRef, change: Mapping[str, Any], places: Mapping[str, set[Place]]
    ) -> None:
        """It is made; or it is refused, changes nothing, and what it names is corrected one by one as far as it is
        taken."""
        before, heard = link.fake.snapshot(), len(link.refused)
        try:
            self._one(link, kind, ref, change, places)
        except HONEST as refused:
            own = by_itself(link, heard, refused) and not isinstance(refused, Unsupported)
            assert not own, f"nobody refuses {change}"
            assert link.fake.snapshot() == before, f"a correction of a {kind.value} was refused, and made: {change}"
            for part in _parts(change):
                with suppress(*HONEST):
                    self._one(link, kind, ref, part, places)

    def _one(
        self, link: Link, kind: RelatedKind, ref: RecordRef, change: Mapping[str, Any], places: Mapping[str, set[Place]]
    ) -> None:
        """One correction: what it names is as given, and nothing else is another."""
        before, was = link.fake.snapshot(), self._seen(link, kind, ref)
        self._correct(link, kind, ref, change)
        named, seen = [name for name in change if name in _SEEN], self._seen(link, kind, ref)
        wanted = {**was, **{_SEEN[name]: _shown(change[name]) for name in named}}
        moved = {way for name in change.get("extra", {}) for table, _, way in places[name] if table == _PAGE}
        moved -= {_SEEN[name] for name in named}
        wrong = {
            name: (value, seen[name]) for name, value in wanted.items() if value != seen[name] and name not in moved
        }
        assert not wrong, f"a {kind.value} is wanted and seen otherwise: {wrong} after {change}"
        after = link.fake.snapshot()
        left = trace(before, after)
        for name, value in change.get("extra", {}).items():
            held = [row.get(name) for (_, key), row in after.items() if key == ref.id and name in row]
            assert any(same(value, each) for each in held), f"{kind.value}: {name} holds {held} after {change}"
        allowed = set[Place]().union(*(places[name] for name in (*named, *change.get("extra", {}))))
        strange = _where(ref, left) - allowed
        assert not strange, f"a correction of a {kind.value} left {strange}: {change}"

    def _seen(self, link: Link, kind: RelatedKind, ref: RecordRef) -> dict[str, Any]:
        seen = attrs.asdict(self.screen(link, kind, ref), recurse=False)
        return {name: _shown(value) if name in ("subject", "text") else value for name, value in seen.items()}

    def _are_listed_as_seen(self, link: Link, kind: RelatedKind, contact: RecordRef, refs: Sequence[RecordRef]) -> None:
        link.wait(LAG)
        link.asked.clear()
        if kind in self.every_kind(link):
            listed = {each.ref: each for each in self.leaves(link, contact, kind, 50, most=20)}
            for ref in refs:
                assert ref in listed, f"a corrected {kind.value} is not listed"
                told(listed[ref], self.screen(link, kind, ref), ref)


def _pools(kind: RelatedKind, extras: Mapping[str, Sequence[FieldValue]]) -> dict[str, Sequence[Any]]:
    """What each part of a correction is drawn from."""
    drawing = Drawing(f"corrected {kind}")
    cleared = {name: [*values, *((None,) if values != [True] else (False,))] for name, values in extras.items()}
    return {
        "subject": [UNSET, UNSET, "", *(drawing.line(LONG, f"Quill{n}") for n in range(9)), "Quill" * 60, *SUBJECTS],
        "text": [UNSET, UNSET, None, *(drawing.text(2000, f"Quilltext{n}") for n in range(6)), *TEXTS],
        "status": [UNSET, *TaskStatus],
        "due_on": [UNSET, UNSET, None, *DAYS],
        "extra": [{}, {}, *in_company(drawing, cleared)],
    }


def _said(change: Mapping[str, Any]) -> dict[str, Any]:
    """What it names."""
    return {name: value for name, value in change.items() if value is not UNSET and value != {}}


def _parts(change: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in change.items():
        yield from ({"extra": {each: one}} for each, one in value.items()) if name == "extra" else ({name: value},)


def _where(ref: RecordRef, left: Trace) -> set[Place]:
    """What is other than it was; a row that came or went counts as one value."""
    moved = {(table, key == ref.id, "") for table, key in (*left.came, *left.went)}
    return moved | {(table, key == ref.id, way) for table, key, way in left.changed}


def _shown(value: Any) -> Any:
    """As it is to be seen."""
    match value:
        case TaskStatus():
            return "done" if value is TaskStatus.DONE else "open"
        case str():
            return lines(value) or None
    return value
