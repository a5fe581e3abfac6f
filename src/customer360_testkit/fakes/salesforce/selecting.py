"""Runs queries: which rows, in what order, shown how (contract section 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

import attrs

from customer360_testkit.fakes.salesforce import meaning
from customer360_testkit.fakes.salesforce.errors import refused
from customer360_testkit.fakes.salesforce.fields import LONG_TEXT, Child, Field, SObject
from customer360_testkit.fakes.salesforce.grouping import is_aggregate, run_aggregate
from customer360_testkit.fakes.salesforce.meaning import Column, Getter, Step, Test, compile_condition, resolve
from customer360_testkit.fakes.salesforce.soql import Children, Invoked, Key, Name, Plain, Query, malformed
from customer360_testkit.fakes.salesforce.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

MAX_LIMIT = 50_000
MAX_OFFSET = 2_000
MAX_TIMELINE = 499
TIMELINES = ("ActivityHistory", "OpenActivity")
Render = Callable[[Row], dict[str, Any]]


@attrs.frozen
class Result:
    """What a query gives: rendered lazily, a page at a time. ``wide``: rows hold long text."""

    rows: list[Row]
    render: Render
    wide: bool = False
    total: int | None = None
    """Of ``SELECT COUNT()``, which gives a number and no rows."""


class Asking:
    """A query's world: the organisation as one user sees it, deleted records included or not."""

    def __init__(self, fake: SalesforceFake, login: str, version: str, *, everything: bool = False) -> None:
        self._fake = fake
        self._login = login
        self._everything = everything
        self.version = version
        self.zone = fake.users[login].time_zone
        self.now = fake.now
        self.the_name = fake.schema.the_name

    # --- what conditions ask ---------------------------------------------------------------------------------------

    def object(self, name: str) -> SObject | None:
        return self._fake.visible(self._login, name)

    def follow(self, record_id: str, target: str | None) -> Row | None:
        return self._fake.follow(record_id, target)

    def named(self, record_id: str) -> Row | None:
        return self._fake.shown.named(record_id)

    def may_semi_join(self, query: Query) -> bool:
        accepted = self._fake.switches["task_relation_semijoin"] == "accepted"
        return accepted or query.object.text.lower() not in ("taskrelation", "eventrelation")

    def inner(self, query: Query) -> frozenset[str]:
        if len(query.selected) != 1 or not isinstance(query.selected[0], Plain):
            raise malformed("An inner select must select exactly one column")
        if query.order or query.limit is not None or query.offset:
            raise malformed("An inner select takes neither ORDER BY nor LIMIT nor OFFSET")
        place = self.place(query.object)
        column = resolve(self, place, query.selected[0].name)
        if not column.field.is_id:
            raise malformed("The inner select field must be an ID or a reference")
        found = (column.get(row) for row in self._matching(place, query))
        return frozenset(one for one in found if one is not None)

    # --- queries ---------------------------------------------------------------------------------------------------

    def place(self, name: Name) -> SObject:
        """The object of a FROM. Raises SalesforceError INVALID_TYPE and its like."""
        found = self.object(name.text)
        if found is None or found.name == "Name":
            message = (
                f"ERROR at Row:1:Column:{name.at}\nsObject type '{name.text}' is not supported. If you are attempting "
                "to use a custom object, be sure to append the '__c' after the entity name."
            )
            raise refused("INVALID_TYPE", message)
        if not found.flags["queryable"]:
            message = f"entity type {found.name} does not support query"
            raise refused("INVALID_TYPE_FOR_OPERATION", message)
        return found

    def run(self, query: Query) -> Result:
        """Raises SalesforceError."""
        place = self.place(query.object)
        self._check_window(query)
        _check_restrictions(place, query)
        if is_aggregate(query):
            rows = self._matching(place, query)
            rendered, total = run_aggregate(self, place, query, rows)
            return Result(self._window(query, rendered), lambda row: row, total=total)
        render, wide = self.rendering(place, self._expanded(place, query))
        rows = self.sorted(place, query.order, self._matching(place, query))
        return Result(self._window(query, rows), render, wide)

    def condition(self, place: SObject, tree: Any) -> Test:
        return compile_condition(self, place, tree)

    def rows(self, place: SObject) -> Iterable[Row]:
        """Live rows; with ``queryAll`` also deleted and archived ones."""
        return self._fake.rows(place.name, everything=self._everything)

    def _matching(self, place: SObject, query: Query) -> list[Row]:
        rows = self.rows(place)
        if query.where is None:
            return list(rows)
        test = self.condition(place, query.where)
        return [row for row in rows if test(row)]

    def _check_window(self, query: Query) -> None:
        if query.offset > MAX_OFFSET:
            raise refused("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
        if query.limit is not None and query.limit > MAX_LIMIT and self._fake.switches["soql_limit"] == "capped":
            raise malformed(f"LIMIT may be at most {MAX_LIMIT}")

    @staticmethod
    def _window(query: Query, rows: list[Any]) -> list[Any]:
        end = None if query.limit is None else query.offset + query.limit
        return rows[query.offset : end]

    def sorted(self, place: SObject, order: tuple[Key, ...], rows: list[Row]) -> list[Row]:
        keys: list[tuple[Getter, Key]] = []
        for key in order:
            column = resolve(self, place, key.name)
            if not column.field.sortable:
                message = f"field '{column.field.name}' can not be sorted in a query call"
                raise refused("INVALID_FIELD", message)
            keys.append((_sortable(column), key))
        return ordered(rows, keys)

    # --- showing -----------------------------------------------------------------------------------------------------

    def _expanded(self, place: SObject, query: Query) -> tuple[Any, ...]:
        """``FIELDS(ALL)`` spelled out, functions that only change the look of a field undone."""
        found: list[Any] = []
        for one in query.selected:
            if isinstance(one, Invoked) and one.function.upper() == "FIELDS":
                group = one.argument.text.upper() if one.argument is not None else ""
                if group not in ("ALL", "CUSTOM", "STANDARD"):
                    raise malformed(f"unexpected token: '{group}'")
                if group != "STANDARD" and (query.limit is None or query.limit > 200):
                    raise malformed("The SOQL FIELDS function must have a LIMIT of at most 200")
                found += [
                    Plain(Name((field.name,), one.at))
                    for field in place.fields.values()
                    if not field.write_only and (group == "ALL" or field.custom == (group == "CUSTOM"))
                ]
            elif isinstance(one, Invoked):
                if one.function.upper() not in ("TOLABEL", "FORMAT") or one.argument is None:
                    raise malformed(f"ERROR at Row:1:Column:{one.at}\nunknown function: {one.function}")
                found.append(Plain(one.argument, one.alias))
            else:
                found.append(one)
        return tuple(found)

    def rendering(self, place: SObject, selected: tuple[Any, ...]) -> tuple[Render, bool]:
        """A function that shows the selected columns of a row, and whether there is long text among them."""
        columns: list[Column] = []
        parts: list[tuple[str, Callable[[Row], Any]]] = []
        seen: set[str] = set()
        for one in selected:
            if isinstance(one, Children):
                child = self._child(place, one.query)
                parts.append((str(child[0].name), child[1]))
                continue
            text = one.name.text.lower()
            if text in seen:
                raise malformed(f"duplicate field selected: {one.name.text}")
            seen.add(text)
            if one.alias is not None:
                raise malformed("only aggregate expressions use field aliasing")
            columns.append(resolve(self, place, one.name))
        tree = _tree(columns)
        wide = any(column.field.length > LONG_TEXT for column in columns)
        return self._shower(place, tree, parts), wide

    def _shower(self, place: SObject, tree: list[Any], parts: list[tuple[str, Callable[[Row], Any]]]) -> Render:
        base = f"/services/data/{self.version}/sobjects/"
        pieces: list[tuple[str, Callable[[Row], Any]]] = []
        for node in tree:
            if isinstance(node, Column):
                pieces.append((node.field.name, self._fake.shown.reader(node.field, place, self.version)))
            else:
                step, inner = node
                pieces.append((step.shown, self._parent(step, self._shower(step.target, inner, []))))
        pieces += parts
        generic = place.name == "Name"

        def show(row: Row) -> dict[str, Any]:
            kind = self._fake.schema.owner_of(row["Id"]) if generic else place.name
            told: dict[str, Any] = {"attributes": {"type": place.name, "url": f"{base}{kind}/{row['Id']}"}}
            for name, read in pieces:
                told[name] = read(row)
            return told

        return show

    def _parent(self, step: Step, show: Render) -> Callable[[Row], Any]:
        name = step.field.name
        target = None if step.field.polymorphic else step.target.name

        def read(row: Row) -> Any:
            reference = row.get(name)
            if reference is None:
                return None
            found = self.named(reference) if target is None else self.follow(reference, target)
            return None if found is None else show(found)

        return read

    def _child(self, place: SObject, query: Query) -> tuple[Child, Callable[[Row], Any]]:
        child = place.child(query.object.text)
        below = None if child is None else self.object(child.object)
        if child is None or below is None:
            message = f"Didn't understand relationship '{query.object.text}' in FROM part of query call."
            raise refused("INVALID_TYPE", f"ERROR at Row:1:Column:{query.object.at}\n{message}")
        if query.offset or query.group or any(isinstance(one, Children) for one in query.selected):
            raise malformed("a sub-query takes neither OFFSET nor GROUP BY nor a sub-query of its own")
        timeline = below.name in TIMELINES
        if timeline:
            self._check_timeline(query)
        show, _ = self.rendering(below, self._expanded(below, query))
        test = self.condition(below, query.where) if query.where is not None else None
        self.sorted(below, query.order, [])

        def read(row: Row) -> Any:
            if timeline:
                rows = self._fake.timeline(below.name, child.field, row["Id"])
            else:
                rows = [one for one in self.rows(below) if one[child.field] == row["Id"]]
            if test is not None:
                rows = [one for one in rows if test(one)]
            found = self._window(query, self.sorted(below, query.order, rows))
            if not found:
                return None
            return {"totalSize": len(found), "done": True, "records": [show(one) for one in found]}

        return child, read

    def _check_timeline(self, query: Query) -> None:
        """Administrators may read it as they like (section 7)."""
        if self._fake.users[self._login].administrator:
            return
        keys = [(key.name.text.lower(), key.descending, key.nulls_last) for key in query.order]
        if keys != [("activitydate", True, True), ("lastmodifieddate", True, False)]:
            raise malformed(
                "Implementation restriction: activities must be ordered by ActivityDate DESC NULLS LAST, "
                "LastModifiedDate DESC"
            )
        if query.limit is None or query.limit > MAX_TIMELINE:
            raise malformed(f"Implementation restriction: a LIMIT of at most {MAX_TIMELINE} is needed")


def _check_restrictions(place: SObject, query: Query) -> None:
    if place.name != "ContentDocumentLink":
        return
    narrowed = {name.lower() for operator, name in meaning.filters(query.where) if operator in ("=", "in")}
    if not narrowed & {"contentdocumentid", "linkedentityid", "id"}:
        raise malformed(
            "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or "
            "LinkedEntityId using the equals operator or multiple Id's using the IN operator."
        )


def _tree(columns: list[Column]) -> list[Any]:
    """Columns below one parent go together, where the first of them stood: ``Column`` or ``(Step, [...])``."""
    found: list[Any] = []
    below: dict[str, tuple[Step, list[Column]]] = {}
    for column in columns:
        if not column.steps:
            found.append(column)
            continue
        step = column.steps[0]
        if step.shown not in below:
            below[step.shown] = step, []
            found.append(step.shown)
        below[step.shown][1].append(attrs.evolve(column, steps=column.steps[1:]))
    return [one if isinstance(one, Column) else (below[one][0], _tree(below[one][1])) for one in found]


def _sortable(column: Column) -> Getter:
    get, field = column.get, column.field
    if field.is_text:
        return lambda row: (found := get(row)) and found.casefold()
    return get


def ordered(rows: list[Row], keys: list[tuple[Getter, Key]]) -> list[Row]:
    """Empty values come first unless told otherwise, also when descending they come last by asking only."""
    if not keys:
        return rows

    def compare(left: Row, right: Row) -> int:
        for get, key in keys:
            one, other = get(left), get(right)
            if one == other:
                continue
            if one is None or other is None:
                first = (one is None) != key.nulls_last
                return -1 if first else 1
            less = one < other
            return -1 if less != key.descending else 1
        return 0

    return sorted(rows, key=cmp_to_key(compare))


def field_names(names: Iterable[str]) -> tuple[Name, ...]:
    """Names that came from a list, not from a statement."""
    return tuple(Name(tuple(name.strip().split(".")), 1) for name in names)


def readable(place: SObject) -> list[Field]:
    return [field for field in place.fields.values() if not field.write_only]
