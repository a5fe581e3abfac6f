"""What a Lucene query means (contract sections 5.2 and 10): analysed text, digits of phones, times as digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.bullhorn import times
from customer360_testkit.fakes.bullhorn.errors import bad
from customer360_testkit.fakes.bullhorn.fields import PERSON, Entity, Field
from customer360_testkit.fakes.bullhorn.lucene import Clauses, Everything, Node, Pattern, Range, Word, refused

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake
    from customer360_testkit.fakes.bullhorn.store import Row

Test = Callable[["Row"], bool]
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_NATIONAL = 10
"""How many digits are left of a number where the country code is no part of the term."""
_NOTES = frozenset({"action", "comments", "dateAdded", "id", "minutesSpent"})


@lru_cache(65_536)
def tokens(text: str) -> tuple[str, ...]:
    """What the index keeps of a text: its words, in lower case."""
    return tuple(_TOKEN.findall(text.casefold()))


@lru_cache(65_536)
def digits(text: str) -> str:
    return "".join(one for one in text if one.isascii() and one.isdigit())


class Matching:
    """Makes tests of rows out of queries."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def test(self, entity: Entity, node: Node) -> Test:
        """Raises BullhornError 400 for a field that does not exist. A dotted path that leads nowhere finds nothing."""
        match node:
            case Everything():
                return _always
            case Clauses(parts):
                kinds: dict[str, list[Test]] = {"must": [], "should": [], "not": []}
                for occurs, part in parts:
                    kinds[occurs].append(self.test(entity, part))
                return _combined(kinds["must"], kinds["should"], kinds["not"])
            case Word(field=None) | Pattern(field=None) | Range(field=None):
                return self._anywhere(entity, node)
        assert node.field is not None
        found = self._values(entity, node.field)
        if found is None:
            return _never
        field, values = found
        fits = self._fits(field, node)
        return lambda row: any(fits(value) for value in values(row) if value is not None)

    def sort_value(self, entity: Entity, name: str) -> Callable[[Row], Any]:
        found = self._values(entity, name)
        if found is None:
            raise bad(f"Invalid sort field '{name}'.")
        _, values = found
        return lambda row: next(iter(values(row)), None)

    def indexed_fields(self, entity: Entity) -> list[str]:
        return [one.name for one in entity.fields.values() if one.kind in ("ID", "SCALAR") and not one.hidden]

    def _anywhere(self, entity: Entity, node: Word | Pattern | Range) -> Test:
        if self._fake.switches["clause_without_field"] == "matches_everything":
            return _always
        tests = [(one.name, self._fits(one, node)) for one in entity.fields.values() if one.textual and not one.phone]
        return lambda row: any(fits(held) for name, fits in tests for held in _each(row[name]))

    def _values(self, entity: Entity, path: str) -> tuple[Field, Callable[[Row], Iterable[Any]]] | None:
        name, dot, rest = path.partition(".")
        field = entity.fields.get(name)
        if not dot:
            if field is None or field.kind not in ("ID", "SCALAR"):
                raise bad(f"Invalid field '{path}' in the search query.")
            return field, lambda row: _each(row[name])
        if field is None:
            return None
        store, schema = self._fake.store, self._fake.schema
        if field.kind == "COMPOSITE":
            parts = dict(field.parts)
            if rest not in parts:
                return None
            inner = Field(rest) if parts[rest] else Field(rest, data_type="Integer")
            return inner, lambda row: ((row[name] or {}).get(rest),)
        if name == "notes" and field.kind == "TO_MANY":
            return self._of_notes(entity, rest)
        if field.kind != "TO_ONE" or "." in rest:
            return None
        person = field.target == PERSON
        target = schema.entities.get("Candidate" if person else str(field.target))
        if target is None or rest not in target.fields or target.fields[rest].kind not in ("ID", "SCALAR"):
            return None

        def of(row: Row) -> Iterable[Any]:
            link = row[name]
            if link is None:
                return ()
            place, number = link if person else (str(field.target), link)
            there = store.get(place, number)
            return () if there is None else (there.get(rest),)

        return target.fields[rest], of

    def _of_notes(self, entity: Entity, rest: str) -> tuple[Field, Callable[[Row], Iterable[Any]]] | None:
        """``notes.action`` and the like; not ``notes.isDeleted``."""
        notes, note = self._fake.notes, self._fake.schema.entities["Note"]
        if rest == "commentingPerson.id":
            by = note.fields["id"]
            return by, lambda row: [one["commentingPerson"][1] for one in notes.of(entity.name, row["id"])]
        if rest not in _NOTES:
            return None
        return note.fields[rest], lambda row: [one[rest] for one in notes.of(entity.name, row["id"])]

    # --- one value -------------------------------------------------------------------------------------------

    def _fits(self, field: Field, node: Word | Pattern | Range) -> Callable[[Any], bool]:
        if field.phone:
            return self._phone(node)
        if field.data_type == "Boolean":
            wanted = {"true": True, "1": True, "false": False, "0": False}.get(_text(node).lower())
            return lambda value: value is wanted
        if field.data_type == "Timestamp":
            return _instant(node)
        if field.textual:
            return _textual(node)
        return _numeric(node)

    def _phone(self, node: Word | Pattern | Range) -> Callable[[Any], bool]:
        national = self._fake.switches["phone_index"] == "national"

        def kept(text: str) -> str:
            found = digits(text)
            return found[-_NATIONAL:] if national else found

        if isinstance(node, Word):
            wanted = kept(node.text)
            return lambda value: bool(wanted) and kept(value) == wanted
        if isinstance(node, Pattern):
            pattern = _pattern(node)
            return lambda value: pattern.fullmatch(kept(value)) is not None
        return lambda value: _between(kept(value), node)


def _text(node: Word | Pattern | Range) -> str:
    return node.text if isinstance(node, Word) else ""


def _textual(node: Word | Pattern | Range) -> Callable[[Any], bool]:
    if isinstance(node, Range):
        return lambda value: any(_between(token, node) for token in tokens(value))
    if isinstance(node, Pattern):
        pattern = _pattern(node)
        return lambda value: any(pattern.fullmatch(token) for token in tokens(value))
    wanted = tokens(node.text)
    if not wanted:
        return lambda value: False
    if node.fuzzy and not node.phrase:
        return lambda value: any(_distance(token, node.text.casefold()) <= node.fuzzy for token in tokens(value))
    width = len(wanted)

    def contains(value: Any) -> bool:
        held = tokens(value)
        if node.fuzzy:
            window = width + node.fuzzy
            return any(set(wanted) <= set(held[at : at + window]) for at in range(len(held)))
        return any(held[at : at + width] == wanted for at in range(len(held) - width + 1))

    return contains


def _instant(node: Word | Pattern | Range) -> Callable[[Any], bool]:
    """Times are compared as digits: an epoch in a range is no error, and wrong."""
    if isinstance(node, Pattern):
        pattern = _pattern(node)
        return lambda value: pattern.fullmatch(times.indexed(value)) is not None
    if isinstance(node, Word):
        return lambda value: times.indexed(value) == node.text
    for bound in (node.low, node.high):
        if bound is not None and not (bound.isascii() and bound.isdigit()):
            raise refused("a date is yyyyMMdd or yyyyMMddHHmmss")
    return lambda value: _between(times.indexed(value), node)


def _numeric(node: Word | Pattern | Range) -> Callable[[Any], bool]:
    if isinstance(node, Pattern):
        pattern = _pattern(node)
        return lambda value: pattern.fullmatch(str(value)) is not None
    if isinstance(node, Word):
        wanted = _number(node.text)
        return lambda value: bool(value == wanted)
    low, high = (None if bound is None else _number(bound) for bound in (node.low, node.high))

    def between(value: Any) -> bool:
        above = low is None or value > low or (node.with_low and value == low)
        return bool(above and (high is None or value < high or (node.with_high and value == high)))

    return between


def _number(text: str) -> float:
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        raise refused(f"'{text[:20]}' is not a number") from None


def _between(value: str, node: Range) -> bool:
    low = None if node.low is None else node.low.casefold()
    high = None if node.high is None else node.high.casefold()
    if low is not None and not (value > low or (node.with_low and value == low)):
        return False
    return high is None or value < high or (node.with_high and value == high)


def _pattern(node: Pattern) -> re.Pattern[str]:
    """Terms with wildcards are not analysed, only put in lower case."""
    wild = {"*": ".*", "?": "."}
    return re.compile(
        "".join(re.escape(one.casefold()) if isinstance(one, str) else wild[one[0]] for one in node.pieces)
    )


@lru_cache(65_536)
def _distance(one: str, other: str) -> int:
    """Edits between two words."""
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        line = [row]
        for column, right in enumerate(other, 1):
            line.append(min(last[column] + 1, line[-1] + 1, last[column - 1] + (left != right)))
        last = line
    return last[-1]


def _each(value: Any) -> Iterable[Any]:
    return () if value is None else value if isinstance(value, tuple) else (value,)


def _always(row: Row) -> bool:
    return True


def _never(row: Row) -> bool:
    return False


def _combined(must: list[Test], should: list[Test], without: list[Test]) -> Test:
    def fits(row: Row) -> bool:
        if any(test(row) for test in without) or not all(test(row) for test in must):
            return False
        return bool(must) or any(test(row) for test in should)

    return fits
