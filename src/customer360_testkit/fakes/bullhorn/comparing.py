"""What a condition of /query means (contract section 5.3): types are checked, text is compared as it is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs

from customer360_testkit.fakes.bullhorn import times
from customer360_testkit.fakes.bullhorn.fields import PEOPLE, PERSON, Entity, Field
from customer360_testkit.fakes.bullhorn.jpql import Condition, Literal, Logic, Path, Tree, malformed

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake
    from customer360_testkit.fakes.bullhorn.store import Row

Test = Callable[["Row"], bool | None]
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


class Comparing:
    """Makes tests of rows out of conditions; a comparison with null is neither true nor false, as in SQL."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def test(self, entity: Entity, tree: Tree) -> Test:
        """Raises BullhornError 400 for paths and types that do not fit."""
        if isinstance(tree, Logic):
            tests = [self.test(entity, part) for part in tree.parts]
            return {"and": _all, "or": _any, "not": _not}[tree.operator](tests)
        return self._condition(entity, tree)

    def value(self, entity: Entity, path: Path) -> tuple[Field, Callable[[Row], Any]]:
        """The field at the end of a path, and how to read it: for conditions and for orders."""
        field = self._fake.field(entity, path.parts[0])
        if field is None:
            raise malformed(f"unknown field '{path}'")
        name, rest = path.parts[0], Path(path.parts[1:])
        if not rest.parts:
            # The column of several values is one text.
            return field, lambda row: ", ".join(row[name]) if field.several and row[name] else row[name]
        if field.kind == "COMPOSITE":
            parts = dict(field.parts)
            member = rest.parts[0]
            if len(rest.parts) > 1 or member not in parts:
                raise malformed(f"unknown field '{path}'")
            inner = Field(member) if parts[member] else Field(member, data_type="Integer")
            return inner, lambda row: (row[name] or {}).get(member)
        if field.kind != "TO_ONE":
            raise malformed(f"'{path}' does not lead through a to-one association")
        person = field.target == PERSON
        places = PEOPLE if person else (str(field.target),)
        known = self._fake.schema.entities
        ends = {place: self.value(known[place], rest) for place in places if place in known}
        if not ends:
            raise malformed(f"unknown field '{path}'")
        store = self._fake.store

        def read(row: Row) -> Any:
            link = row[name]
            if link is None:
                return None
            place, number = link if person else (places[0], link)
            there = store.get(place, number)
            return None if there is None or place not in ends else ends[place][1](there)

        return next(iter(ends.values()))[0], read

    def _condition(self, entity: Entity, asked: Condition) -> Test:
        field, read = self.value(entity, asked.path)
        match asked.operator:
            case "null":
                if field.kind == "TO_MANY":
                    raise malformed(f"'{asked.path}' is a collection")
                return lambda row: read(row) is None
            case "empty" | "member":
                return self._collection(entity, field, asked)
        if field.kind not in ("ID", "SCALAR"):
            raise malformed(f"'{asked.path}' cannot be compared; name a field of it")
        if asked.operator == "like":
            return self._like(field, read, asked.values[0])
        wanted = [self._wanted(field, literal) for literal in asked.values]
        if asked.operator == "in":
            return lambda row: None if (value := read(row)) is None else value in wanted
        if field.data_type == "Boolean" and asked.operator not in ("=", "<>"):
            raise malformed("a Boolean has no order")
        compare = _ORDERED[asked.operator]
        return lambda row: None if (value := read(row)) is None else compare(value, wanted[0])

    def _wanted(self, field: Field, literal: Literal) -> Any:
        if literal.quotes and self._fake.switches["quotes_in_text"] == "refused":
            raise malformed("unexpected quote or backslash in a string")
        if field.data_type == "Timestamp" and literal.kind == "string":
            found = times.from_text(literal.value)
            if found is None:
                raise malformed("a date is milliseconds, or 'yyyy-MM-dd HH:mm:ss.SSS'")
            return found
        kind = "string" if field.textual else "boolean" if field.data_type == "Boolean" else "number"
        if literal.kind != kind:
            raise malformed(f"a {literal.kind} is compared with a {field.data_type or 'number'}")
        return literal.value

    def _like(self, field: Field, read: Callable[[Row], Any], literal: Literal) -> Test:
        if self._fake.switches["like"] == "refused":
            raise malformed("unexpected token LIKE")
        if not field.textual:
            raise malformed("LIKE compares text")
        text = self._wanted(field, literal)
        wild = {"%": ".*", "_": "."}
        pattern = re.compile("".join(wild.get(one, re.escape(one)) for one in text), re.DOTALL | re.IGNORECASE)
        return lambda row: None if (value := read(row)) is None else pattern.fullmatch(value) is not None

    def _collection(self, entity: Entity, field: Field, asked: Condition) -> Test:
        if field.kind != "TO_MANY" or len(asked.path.parts) > 1:
            raise malformed(f"'{asked.path}' is no collection")
        ids = self._fake.associations.ids
        if asked.operator == "empty":
            return lambda row: not ids(entity, field, row)
        (one,) = asked.values
        if isinstance(one, Path):
            _, read = self.value(entity, one)
            return lambda row: read(row) in ids(entity, field, row)
        return lambda row: one.value in ids(entity, field, row)


def _all(tests: list[Test]) -> Test:
    def both(row: Row) -> bool | None:
        found = [test(row) for test in tests]
        return False if False in found else None if None in found else True

    return both


def _any(tests: list[Test]) -> Test:
    def either(row: Row) -> bool | None:
        found = [test(row) for test in tests]
        return True if True in found else None if None in found else False

    return either


def _not(tests: list[Test]) -> Test:
    (test,) = tests
    return lambda row: None if (found := test(row)) is None else not found


@attrs.frozen
class Order:
    """One key of ``sort`` or ``orderBy``."""

    path: Path
    descending: bool


def orders(text: str) -> tuple[Order, ...]:
    """``-dateAdded,name``. Raises BullhornError 400 for anything else."""
    found = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        name = part.removeprefix("-")
        if not re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", name, re.ASCII):
            raise malformed(f"'{part[:30]}' is no order")
        found.append(Order(Path(tuple(name.split("."))), part.startswith("-")))
    return tuple(found)


def in_order(rows: list[Row], keys: list[tuple[Callable[[Row], Any], bool]]) -> list[Row]:
    """Sorted by the keys, the first being the most important; empty values come first ascending."""
    for read, descending in reversed(keys):
        rows.sort(key=lambda row: _comparable(read(row)), reverse=descending)
    return rows


def _comparable(value: Any) -> tuple[Any, ...]:
    if value is None:
        return (0,)
    if isinstance(value, str):
        return 1, value.casefold()
    return (1, value) if isinstance(value, (int, float)) else (1, str(value))
