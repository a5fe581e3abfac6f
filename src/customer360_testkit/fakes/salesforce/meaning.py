"""What conditions and dotted names mean: they become functions of a row (contract section 5.1).

Refused here, with SalesforceError, is what parses and yet makes no sense for the object: fields it has not, operators
and values that do not go with a field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import attrs

from customer360_testkit.fakes.salesforce import ids, literals, times
from customer360_testkit.fakes.salesforce.errors import SalesforceError, refused
from customer360_testkit.fakes.salesforce.fields import Field, SObject
from customer360_testkit.fakes.salesforce.soql import Name, Query, Value, like_pattern, malformed
from customer360_testkit.fakes.salesforce.store import Row

Getter = Callable[[Row], Any]
Test = Callable[[Row], bool]
MAX_STEPS = 5


class World(Protocol):
    """What a query is asked in."""

    def object(self, name: str) -> SObject | None: ...
    def follow(self, record_id: str, target: str | None) -> Row | None:
        """The row of an id, deleted ones included; ``target`` None leaves it to the id what it is of."""
        ...

    def named(self, record_id: str) -> Row | None:
        """The same as a row of the object Name."""
        ...

    def inner(self, query: Query) -> frozenset[str]:
        """The ids that the query of a semi-join gives."""
        ...

    def may_semi_join(self, query: Query) -> bool: ...

    @property
    def the_name(self) -> SObject: ...
    @property
    def zone(self) -> str: ...
    @property
    def now(self) -> int: ...


@attrs.frozen
class Step:
    """One step of a path: the reference, where it leads, the name it is shown under."""

    field: Field
    target: SObject
    shown: str


@attrs.frozen
class Column:
    """A dotted name that has been found: its value in a row, and what it is made of."""

    field: Field
    get: Getter
    steps: tuple[Step, ...] = ()


def no_such_column(name: str, place: SObject, at: int) -> SalesforceError:
    message = f"ERROR at Row:1:Column:{at}\nNo such column '{name}' on sobject of type {place.name}"
    return refused("INVALID_FIELD", message)


def resolve(world: World, place: SObject, name: Name) -> Column:
    """Find a dotted name. Raises SalesforceError INVALID_FIELD."""
    parts = name.parts
    if len(parts) > 1 and parts[0].lower() == place.name.lower() and place.step(parts[0]) is None:
        parts = parts[1:]  # Contact.Name, asked of Contact
    if len(parts) > MAX_STEPS + 1:
        raise malformed("a path may have at most five steps")
    steps: list[Step] = []
    here = place
    for part in parts[:-1]:
        through = here.step(part)
        target = None if through is None else _target(world, through)
        if through is None or target is None:
            message = f"Didn't understand relationship '{part}' in field path."
            raise refused("INVALID_FIELD", f"ERROR at Row:1:Column:{name.at}\n{message}")
        steps.append(Step(through, target, str(through.relationship)))
        here = target
    field = here.field(parts[-1])
    if field is None or field.write_only:
        raise no_such_column(parts[-1], here, name.at)
    return Column(field, _getter(world, steps, field), tuple(steps))


def _target(world: World, through: Field) -> SObject | None:
    return world.the_name if through.polymorphic else world.object(through.targets[0])


def _getter(world: World, steps: list[Step], field: Field) -> Getter:
    read = _reader(world, field)
    for step in reversed(steps):
        read = _through(world, step, read)
    return read


def _reader(world: World, field: Field) -> Getter:
    name = field.name
    if field.mirror is not None:
        reference, _, wanted = field.mirror.partition(".")

        def mirrored(row: Row) -> Any:
            found = row.get(reference)
            target = None if found is None else world.follow(found, None)
            return None if target is None else target.get(wanted)

        return mirrored
    return lambda row: row.get(name)


def _through(world: World, step: Step, read: Getter) -> Getter:
    name = step.field.name
    target = None if step.field.polymorphic else step.target.name

    def followed(row: Row) -> Any:
        reference = row.get(name)
        if reference is None:
            return None
        found = world.named(reference) if target is None else world.follow(reference, target)
        return None if found is None else read(found)

    return followed


# --- conditions ----------------------------------------------------------------------------------------------------


def compile_condition(world: World, place: SObject, tree: Any) -> Test:
    """A test of rows. Raises SalesforceError."""
    match tree:
        case ("and", parts):
            tests = [compile_condition(world, place, part) for part in parts]
            return lambda row: all(test(row) for test in tests)
        case ("or", parts):
            tests = [compile_condition(world, place, part) for part in parts]
            return lambda row: any(test(row) for test in tests)
        case ("not", part):
            test = compile_condition(world, place, part)
            return lambda row: not test(row)
        case (operator, name, values):
            return _leaf(world, place, operator, name, values)
    raise AssertionError(tree)


def filters(tree: Any) -> Iterator[tuple[str, str]]:
    """``(operator, dotted name)`` of every comparison that all rows must meet."""
    match tree:
        case ("and", parts):
            for part in parts:
                yield from filters(part)
        case ("or" | "not", _) | None:
            return
        case (operator, name, _):
            yield operator, name.text


def _leaf(world: World, place: SObject, operator: str, name: Name, values: Any) -> Test:
    column = resolve(world, place, name)
    field, get = column.field, column.get
    if not field.filterable:
        raise refused("INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
    if operator in ("semi", "anti"):
        return _joined(world, field, get, operator, values)
    if operator in ("includes", "excludes"):
        return _choices(field, get, operator, values)
    if field.type == "multipicklist" and operator not in ("=", "!=", "in", "not in"):
        raise _wrong_operator(field)
    if operator == "like":
        return _like(field, get, values[0])
    if field.is_id:
        return _ids(field, get, operator, values)
    relative = [value for value in values if value.kind == "relative"]
    if relative:
        return _days(world, field, get, operator, values)
    wanted = [_literal(field, value) for value in values]
    if operator in ("in", "not in"):
        return _among(get if not field.is_text else _folded(get), operator, wanted)
    return _compared(_folded(get) if field.is_text else get, field, operator, wanted[0])


def _folded(get: Getter) -> Getter:
    def read(row: Row) -> Any:
        found = get(row)
        return found.casefold() if isinstance(found, str) else found

    return read


def _wrong_operator(field: Field) -> SalesforceError:
    return refused("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.type} field")


def _literal(field: Field, value: Value) -> Any:
    """The value as a field of that type holds it. Raises SalesforceError INVALID_FIELD."""
    if value.kind == "word" and value.value is None:
        return None
    match field.type:
        case "boolean":
            if value.kind == "word":
                return value.value
        case "int" | "double" | "currency" | "percent" | "long":
            if value.kind == "number":
                return value.value
        case "date":
            if value.kind == "date":
                if times.day(value.value) is None:
                    raise malformed(f"invalid date: {value.value}")
                return value.value
        case "datetime":
            if value.kind == "instant":
                found = times.instant(value.value)
                if found is None:
                    raise malformed(f"invalid dateTime: {value.value}")
                return found
        case _:
            if value.kind == "string":
                return _text(value).casefold() or None
    shape = "enclosed in quotes" if field.is_text else "not be enclosed in quotes"
    message = f"value of filter criterion for field '{field.name}' must be of type {field.type} and should be {shape}"
    raise refused("INVALID_FIELD", message)


def _text(value: Value) -> str:
    """``\\%`` and ``\\_`` are escapes of LIKE alone."""
    bare = value.like.replace("\\\\", "")
    if "\\%" in bare or "\\_" in bare:
        raise malformed("Invalid string literal. Illegal character sequence in string literal.")
    return str(value.value)


def _compared(get: Getter, field: Field, operator: str, wanted: Any) -> Test:
    match operator:
        case "=":
            return lambda row: bool(get(row) == wanted)
        case "!=":
            return lambda row: bool(get(row) != wanted)
    if field.type == "boolean" or wanted is None:
        raise _wrong_operator(field)
    match operator:
        case "<":
            return lambda row: (found := get(row)) is not None and found < wanted
        case "<=":
            return lambda row: (found := get(row)) is not None and found <= wanted
        case ">":
            return lambda row: (found := get(row)) is not None and found > wanted
    return lambda row: (found := get(row)) is not None and found >= wanted


def _among(get: Getter, operator: str, wanted: list[Any]) -> Test:
    held = frozenset(wanted)
    if operator == "in":
        return lambda row: get(row) in held
    return lambda row: get(row) not in held


def _like(field: Field, get: Getter, value: Value) -> Test:
    if not field.is_text:
        raise _wrong_operator(field)
    if value.kind != "string":
        raise refused("INVALID_FIELD", f"value of filter criterion for field '{field.name}' must be of type string")
    matches = like_pattern(value.like).fullmatch
    return lambda row: (found := get(row)) is not None and matches(found.casefold()) is not None


def _ids(field: Field, get: Getter, operator: str, values: tuple[Value, ...]) -> Test:
    wanted: list[str | None] = []
    for value in values:
        if value.kind == "word" and value.value is None:
            wanted.append(None)
            continue
        if value.kind != "string":
            message = f"value of filter criterion for field '{field.name}' must be of type ID"
            raise refused("INVALID_FIELD", message)
        text = _text(value)
        found = ids.canonical(text)
        if found is None and text:
            raise refused("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
        wanted.append(found)
    if operator in ("=", "!=", "in", "not in"):
        return _among(get, "in" if operator in ("=", "in") else "not in", wanted)
    return _compared(get, field, operator, wanted[0])


def _days(world: World, field: Field, get: Getter, operator: str, values: tuple[Value, ...]) -> Test:
    if field.type not in ("date", "datetime"):
        raise refused("INVALID_FIELD", f"value of filter criterion for field '{field.name}' must be of another type")
    if len(values) > 1 or operator in ("in", "not in"):
        raise _wrong_operator(field)
    today = literals.today(world.now, world.zone)
    first, after = literals.run(values[0].value, today)
    start: Any
    end: Any
    if field.type == "date":
        start, end = first.isoformat(), after.isoformat()
    else:
        start, end = literals.midnight(first, world.zone), literals.midnight(after, world.zone)
    match operator:
        case "=":
            return lambda row: (found := get(row)) is not None and start <= found < end
        case "!=":
            return lambda row: (found := get(row)) is None or not start <= found < end
        case "<":
            return lambda row: (found := get(row)) is not None and found < start
        case "<=":
            return lambda row: (found := get(row)) is not None and found < end
        case ">":
            return lambda row: (found := get(row)) is not None and found >= end
    return lambda row: (found := get(row)) is not None and found >= start


def _choices(field: Field, get: Getter, operator: str, values: tuple[Value, ...]) -> Test:
    """``INCLUDES ('a;b', 'c')``: a and b, or c."""
    if field.type != "multipicklist":
        raise _wrong_operator(field)
    if any(value.kind != "string" for value in values):
        raise refused("INVALID_FIELD", f"value of filter criterion for field '{field.name}' must be of type string")
    wanted = [frozenset(_text(value).casefold().split(";")) for value in values]

    def chosen(row: Row) -> bool:
        held = frozenset((get(row) or "").casefold().split(";"))
        return any(each <= held for each in wanted)

    return chosen if operator == "includes" else lambda row: not chosen(row)


def _joined(world: World, field: Field, get: Getter, operator: str, query: Query) -> Test:
    if not field.is_id:
        raise malformed(f"The left operand of a semi-join must be an ID or a reference, not '{field.name}'")
    if not world.may_semi_join(query):
        raise malformed(f"Entity '{query.object.text}' is not supported for semi join inner selects")
    wanted = world.inner(query)
    if operator == "semi":
        return lambda row: get(row) in wanted
    return lambda row: get(row) not in wanted
