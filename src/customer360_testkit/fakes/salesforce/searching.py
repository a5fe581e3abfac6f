"""``/search`` and ``/parameterizedSearch``: the index, which lags behind (contract sections 5.2 and 5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce import sosl
from customer360_testkit.fakes.salesforce.errors import parser_error, refused
from customer360_testkit.fakes.salesforce.fields import SObject
from customer360_testkit.fakes.salesforce.records import json_body
from customer360_testkit.fakes.salesforce.selecting import Asking, field_names
from customer360_testkit.fakes.salesforce.soql import Name, Plain, Query, parse_condition
from customer360_testkit.fakes.salesforce.sosl import Search, Term, malformed
from customer360_testkit.fakes.salesforce.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

MAX_ROWS = 2_000
SHORTEST_SUFFIX = 7
GROUPS = ("ALL", "NAME", "EMAIL", "PHONE", "SIDEBAR")
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]+|[;,/#]")
_NAMES = {
    "Contact": ("Name", "AssistantName", "AccountId.Name"),
    "Lead": ("Name", "Company"),
    "Case": ("Subject", "CaseNumber"),
    "Task": ("Subject",),
    "Event": ("Subject",),
    "ContentNote": ("Title",),
}
"""Fields of the group NAME, where it is more than the field of the name."""
_KEEP = 20_000


@attrs.frozen
class _Indexed:
    """What the index holds of a row for a group of fields: the words of each field, the numbers of all."""

    row: Row
    words: tuple[tuple[str, ...], ...]
    numbers: tuple[str, ...]


class Searching:
    """Searches the index, shows what the database has."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake
        self.reset()

    def reset(self) -> None:
        self._indexed: dict[tuple[str, int], _Indexed] = {}

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/services/data/{v}/search", self.search)
        yield Route("GET", "/services/data/{v}/parameterizedSearch", self.parameterized_get)
        yield Route("POST", "/services/data/{v}/parameterizedSearch", self.parameterized)

    def search(self, call: Call) -> WireAnswer:
        text = call.query.get("q")
        if text is None:
            raise malformed("No search term found. The search term must be enclosed in braces.")
        if len(text) > sosl.MAX_STATEMENT and self._fake.switches["sosl_length"] == "capped":
            raise malformed(f"a statement must not be longer than {sosl.MAX_STATEMENT} characters")
        statement = sosl.parse(text, self._fake.switches["phrase_escapes"])
        tail = statement.tail
        return self._answer(call, statement.search, tail.group, tail.sources, tail.limit)

    # --- parameterized -----------------------------------------------------------------------------------------

    def parameterized(self, call: Call) -> WireAnswer:
        body = json_body(call)
        if not isinstance(body, Mapping):
            raise parser_error("a JSON object is expected")
        known = {"q", "in", "fields", "sobjects", "overallLimit", "defaultLimit", "spellCorrection", "offset"}
        for name in body:
            if name not in known:
                raise parser_error(f'Unrecognized field "{name}"')
        return self._parameterized(call, body)

    def parameterized_get(self, call: Call) -> WireAnswer:
        """``?q=..&in=PHONE&sobject=Contact&Contact.fields=Id,Name&Contact.limit=20``."""
        asked = call.query
        sobjects: list[dict[str, Any]] = []
        for name in filter(None, asked.get("sobject", "").split(",")):
            one: dict[str, Any] = {"name": name}
            if f"{name}.fields" in asked:
                one["fields"] = asked[f"{name}.fields"].split(",")
            if f"{name}.where" in asked:
                one["where"] = asked[f"{name}.where"]
            if f"{name}.limit" in asked:
                one["limit"] = _number(asked[f"{name}.limit"])
            sobjects.append(one)
        body: dict[str, Any] = {"sobjects": sobjects} if sobjects else {}
        for name in ("q", "in"):
            if name in asked:
                body[name] = asked[name]
        if "fields" in asked:
            body["fields"] = asked["fields"].split(",")
        for name in ("overallLimit", "defaultLimit"):
            if name in asked:
                body[name] = _number(asked[name])
        return self._parameterized(call, body)

    def _parameterized(self, call: Call, body: Mapping[str, Any]) -> WireAnswer:
        text, group = body.get("q"), body.get("in", "ALL")
        if not isinstance(text, str):
            raise malformed("No search term found. q is needed.")
        if group not in GROUPS:
            raise parser_error(f"{group} is none of {', '.join(GROUPS)}")
        asked = body.get("sobjects", [])
        if not isinstance(asked, list) or not all(isinstance(one, Mapping) and "name" in one for one in asked):
            raise parser_error("sobjects is a list of objects with a name")
        default = _limit(body, "defaultLimit")
        if default is not None and not asked:
            raise malformed("defaultLimit needs sobjects")
        shared = body.get("fields", ["Id"])
        sources = tuple(_source(one, shared, default) for one in asked)
        return self._answer(call, sosl.plain_search(text), group, sources, _limit(body, "overallLimit"))

    # --- searching ---------------------------------------------------------------------------------------------

    def _answer(
        self, call: Call, search: Search, group: str, sources: tuple[Query, ...], limit: int | None
    ) -> WireAnswer:
        fake = self._fake
        login = call.state["grant"].user.login
        asking = Asking(fake, login, call.state["version"])
        if not sources:
            searchable = [name for name, place in fake.schema.objects.items() if place.flags["searchable"]]
            sources = tuple(
                Query((Plain(Name(("Id",), 1)),), Name((name,), 1)) for name in searchable if fake.visible(login, name)
            )
        room = MAX_ROWS if limit is None else min(limit, MAX_ROWS)
        found: list[dict[str, Any]] = []
        for source in sources:
            found += self._of(asking, search, group, source, room - len(found))
        return json_answer(200, {"searchRecords": found})

    def _of(self, asking: Asking, search: Search, group: str, source: Query, room: int) -> list[dict[str, Any]]:
        place = asking.place(source.object)
        if not place.flags["searchable"]:
            raise refused("INVALID_TYPE", f"sObject type '{place.name}' is not searchable")
        if source.limit is not None and source.limit > MAX_ROWS:
            raise malformed(f"LIMIT may be at most {MAX_ROWS}")
        render, _ = asking.rendering(place, source.selected)
        test = None if source.where is None else asking.condition(place, source.where)
        rows: list[Row] = []
        for record_id, indexed in self._fake.store.indexed(place.name, self._fake.clock.time()).items():
            if not search(self._finder(self._entry(place, indexed, group))):
                continue
            row = self._fake.store.get(place.name, record_id)
            if row is not None and (test is None or test(row)):
                rows.append(row)
        rows = asking.sorted(place, source.order, rows)
        end = None if source.limit is None else source.offset + source.limit
        return [render(row) for row in rows[source.offset : end][: max(room, 0)]]

    def _finder(self, entry: _Indexed) -> Any:
        suffix = self._fake.switches["phone_match"] == "suffix"

        def finds(term: Term) -> bool:
            if term.digits is not None:
                for number in entry.numbers:
                    if term.digits.fullmatch(number):
                        return True
                    digits = term.plain_digits
                    if suffix and digits and len(digits) >= SHORTEST_SUFFIX and number.endswith(digits):
                        return True
            return bool(term.words) and any(_side_by_side(term.words, words) for words in entry.words)

        return finds

    def _entry(self, place: SObject, row: Row, group: str) -> _Indexed:
        key = (f"{place.name} {group}", id(row))
        found = self._indexed.get(key)
        if found is None or found.row is not row:
            if len(self._indexed) > _KEEP:
                self._indexed.clear()
            found = self._indexed[key] = self._index(place, row, group)
        return found

    def _index(self, place: SObject, row: Row, group: str) -> _Indexed:
        words: list[tuple[str, ...]] = []
        numbers: list[str] = []
        for name, value in self._texts(place, row, group):
            field = place.fields.get(name)
            if field is not None and field.type == "phone":
                parts = ("".join(filter(str.isdecimal, part)) for part in _LETTERS.split(value))
                numbers += [part for part in parts if part]
            else:
                words.append(tuple(_WORD.findall(value.casefold())))
        return _Indexed(row, tuple(words), tuple(numbers))

    def _texts(self, place: SObject, row: Row, group: str) -> Iterable[tuple[str, str]]:
        """Name and text of every field of the group."""
        if group in ("NAME", "SIDEBAR", "ALL"):
            for path in _NAMES.get(place.name, (place.name_field or "Id",)):
                name, _, further = path.partition(".")
                value = row.get(name)
                if further and value is not None:
                    value = (self._fake.follow(value, None) or {}).get(further)
                if isinstance(value, str):
                    yield path, value
        for field in place.fields.values():
            value = row.get(field.name)
            if not isinstance(value, str) or not (field.is_text or field.type == "base64"):
                continue
            if (
                group == "ALL"
                or (group in ("PHONE", "SIDEBAR") and field.type == "phone")
                or (group in ("EMAIL", "SIDEBAR") and field.type == "email")
            ):
                yield field.name, value


def _side_by_side(wanted: tuple[re.Pattern[str], ...], words: tuple[str, ...]) -> bool:
    count = len(wanted)
    return any(
        all(pattern.fullmatch(word) for pattern, word in zip(wanted, words[at : at + count], strict=True))
        for at in range(len(words) - count + 1)
    )


def _source(told: Mapping[str, Any], shared: Any, default: int | None) -> Query:
    fields = told.get("fields", shared)
    if not isinstance(told["name"], str) or not isinstance(fields, list) or not all(isinstance(f, str) for f in fields):
        raise parser_error("a name and a list of fields are expected")
    limit = _limit(told, "limit")
    where = told.get("where")
    if where is not None and not isinstance(where, str):
        raise parser_error("where is a text")
    return Query(
        tuple(Plain(name) for name in field_names(fields)),
        Name((told["name"],), 1),
        where=None if where is None else parse_condition(where),
        limit=default if limit is None else limit,
    )


def _limit(told: Mapping[str, Any], name: str) -> int | None:
    found = told.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int):
        raise parser_error(f"{name} is a number")
    if not 0 < found <= MAX_ROWS:
        raise malformed(f"{name} must be between 1 and {MAX_ROWS}")
    return found


def _number(text: str) -> int:
    if not text.isdecimal():
        raise malformed(f"{text} is no number")
    return int(text)
