"""Zoho's two query languages, built so that no text of a user is ever read as anything but a value (section 5).

* **Criteria** (``/search``): ``(field:operator:value)``. Token index, lags behind writes, ``equals`` means "contains".
* **COQL** (``/coql``): ``select ... where ...``. Reads the records themselves, compares text exactly.

Every value goes through :func:`quoted` or :func:`escaped`, every field name through :func:`named`. What cannot be said
raises :class:`Unsupported` before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from math import isfinite
from urllib.parse import quote

import attrs

from customer360.core.activities import Condition, Operator
from customer360.core.errors import InvalidValue, Unsupported
from customer360.core.search import NameHas

MAX_IN = 50
MAX_CONDITIONS = 25
"""In one COQL statement (zoho.com/crm/developer/docs/api/COQL-Limitations.html)."""

MAX_CRITERIA = 10
MAX_CRITERIA_LENGTH = 3000
REACHABLE_BY_COQL = 10_000

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def named(name: str) -> str:
    """A module's or field's API name, unchanged; :class:`Unsupported` for anything that cannot be one."""
    if not _NAME.fullmatch(name):
        raise Unsupported(f"{name!r} is no API name of Zoho", next_step="use a name from describe()")
    return name


def sayable(text: str) -> str:
    """Text that Zoho can be asked for at all, unchanged.

    Refused: control characters, line ends and lone surrogates (the vendor documents no way to write them) and empty
    text (Zoho keeps none: an empty field is null).
    """
    if not text:
        raise Unsupported("Zoho keeps no empty text, so none can be searched for", next_step="ask for is_empty instead")
    if _CONTROL.search(text):
        raise Unsupported("Zoho's queries cannot express control characters or line ends")
    return text


# COQL ---------------------------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """A string literal: single quotes, ``'`` doubled.

    A backslash is refused: the vendor does not say whether it escapes, so no way to write one is sure.
    """
    if "\\" in sayable(text):
        raise Unsupported("Zoho's COQL has no documented way to write a backslash")
    return "'" + text.replace("'", "''") + "'"


@attrs.frozen
class Clause:
    """A condition as COQL text, of ``size`` single ones; made by the functions of this module only."""

    text: str = attrs.field(repr=False)
    size: int = 1


def literal(value: str | int | float | bool | datetime | date) -> str:
    """A value as COQL writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return quoted(when(value))
        case date():
            return quoted(value.isoformat())
        case str():
            return quoted(value)
        case int():
            return str(value)
        case float() if isfinite(value):
            return format(value, "f")
    raise Unsupported("Zoho's COQL cannot compare with a number that is not finite")


def when(value: datetime) -> str:
    """A point in time as Zoho writes it: whole seconds, numeric offset."""
    if value.tzinfo is None:
        raise InvalidValue("a datetime without a time zone", next_step="give it one")
    return value.isoformat(timespec="seconds")


def equals(field: str, value: str | int | float | bool | datetime | date) -> Clause:
    return Clause(f"{named(field)} = {literal(value)}")


def at_least(field: str, value: datetime) -> Clause:
    return Clause(f"{named(field)} >= {literal(value)}")


def one_of(field: str, values: Sequence[str | int | float | bool | datetime | date]) -> Clause:
    """Any of 1 to 50 values."""
    if len(values) > MAX_IN:
        raise Unsupported(f"Zoho's COQL compares with at most {MAX_IN} values at once")
    return Clause(f"{named(field)} in ({', '.join(literal(value) for value in values)})")


def contains(field: str, text: str) -> Clause:
    """Text found anywhere in the field.

    ``%`` is the wildcard and cannot be escaped: refused. So is ``_``: in most dialects it stands for any character.
    """
    return Clause(f"{named(field)} like {quoted('%' + _plain(text) + '%')}")


def begins(field: str, text: str) -> Clause:
    return Clause(f"{named(field)} like {quoted(_plain(text) + '%')}")


def _plain(text: str) -> str:
    if "%" in text or "_" in text:
        raise Unsupported("Zoho's COQL has no way to write a wildcard as itself")
    return text


def is_null(field: str) -> Clause:
    return Clause(f"{named(field)} is null")


def is_not_null(field: str) -> Clause:
    return Clause(f"{named(field)} is not null")


def all_of(clauses: Sequence[Clause]) -> Clause:
    """Every one holds; :class:`Unsupported` if they are more than a statement takes."""
    return _paired(clauses, "and")


def any_of(clauses: Sequence[Clause]) -> Clause:
    """At least one holds; :class:`Unsupported` if they are more than a statement takes."""
    return _paired(clauses, "or")


def _paired(clauses: Sequence[Clause], word: str) -> Clause:
    # More than two conditions must be nested in pairs; halving keeps the nesting shallow.
    if len(clauses) == 1:
        return clauses[0]
    half, size = len(clauses) // 2, sum(clause.size for clause in clauses)
    if size > MAX_CONDITIONS:
        raise Unsupported(f"Zoho's COQL takes at most {MAX_CONDITIONS} conditions", next_step="ask for fewer")
    return Clause(f"({_paired(clauses[:half], word).text} {word} {_paired(clauses[half:], word).text})", size)


def holding(field: str, value: str) -> Clause:
    """Records whose field *may* be exactly ``value``: all that are, perhaps more; the caller compares.

    COQL compares exactly, so ``=`` does. Only a backslash cannot be written; then the longest stretch without one is
    asked for.
    """
    if "\\" not in sayable(value):
        return equals(field, value)
    stretch = max(re.split(r"[\\%_]", value), key=len)
    if not stretch.strip():
        raise Unsupported("Zoho's COQL has no documented way to write a backslash")
    return contains(field, stretch)


def condition(asked: Condition) -> Clause:
    """A filter's condition (F057)."""
    field, values = named(asked.field), asked.values
    match asked.operator:
        case Operator.IS_EMPTY:
            return is_null(field)
        case Operator.IN:
            return one_of(field, values)
        case Operator.BETWEEN:
            return Clause(f"{field} between {literal(values[0])} and {literal(values[1])}")
    return Clause(f"{field} {_SYMBOLS[asked.operator]} {literal(values[0])}")


_SYMBOLS = {Operator.EQUALS: "=", Operator.NOT_EQUALS: "!=", Operator.LESS: "<", Operator.GREATER: ">"}


def select(
    columns: Sequence[str],
    module: str,
    where: Clause,
    *,
    order: Sequence[tuple[str, bool]] = (("id", False),),
    offset: int = 0,
    count: int = 200,
) -> str:
    """A whole statement.

    ``order`` is (field, descending); ``id`` comes last where it is missing, so that pages do not overlap.
    """
    if offset + count > REACHABLE_BY_COQL:
        raise InvalidValue(f"COQL reaches {REACHABLE_BY_COQL} rows only")
    head, sorting = _around(tuple(columns), module, tuple(order))
    return f"{head} where {where.text} order by {sorting} limit {offset}, {count}"


@lru_cache(maxsize=256)
def _around(columns: tuple[str, ...], module: str, order: tuple[tuple[str, bool], ...]) -> tuple[str, str]:
    """What of a statement holds no value: a link asks for the same columns each time."""
    keys = list(order) if any(field == "id" for field, _ in order) else [*order, ("id", False)]
    sorting = ", ".join(f"{named(field)} {'desc' if down else 'asc'}" for field, down in keys)
    listed = ", ".join(named(column) for column in dict.fromkeys(columns))
    return f"select {listed} from {named(module)}", sorting


# Phone numbers ------------------------------------------------------------------------------------------------------


def phone_spellings(fields: Sequence[str], digits: str) -> tuple[Clause, ...]:
    """Records of which a phone field holds the last four digits in a row, or split as people split them.

    Zoho does not say how its phone search reads formats, so the records themselves are asked: whatever stands before
    the last four digits, and after them (an extension), is left to the caller's comparison. As many questions, to be
    asked side by side, as the module's fields make: a statement takes few conditions.
    """
    if not digits.isascii() or not digits.isdecimal() or not fields:
        raise Unsupported("there is no number, or no phone field, to compare")
    last = digits[-4:]
    if len(last) < 4:
        return _any_spelling(tuple(fields), (last,))
    return tuple([Clause(each.text.format(*last), each.size) for each in _questions(tuple(fields))])


@lru_cache(maxsize=256)
def _questions(fields: tuple[str, ...]) -> tuple[Clause, ...]:
    """What is asked of these fields about any number, with places for its last four digits."""
    places = "{0}", "{1}", "{2}", "{3}"
    splits = [(at, sign) for at in (2, 1) for sign in (" ", "-", ".")]  # 58 09 and 5-809: pairs, and threes
    spelt = ["".join(places), *["".join((*places[:at], sign, *places[at:])) for at, sign in splits]]
    return _any_spelling(fields, spelt)


def _any_spelling(fields: tuple[str, ...], spelt: Sequence[str]) -> tuple[Clause, ...]:
    asked = [contains(field, text) for text in spelt for field in fields]
    return tuple(any_of(asked[at : at + MAX_CONDITIONS]) for at in range(0, len(asked), MAX_CONDITIONS))


# Criteria -----------------------------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    """A criteria value: ``\\``, ``(``, ``)`` and ``,`` carry a backslash; the transport encodes the URL."""
    return re.sub(r"([\\(),])", r"\\\1", sayable(text))


def starts_with(field: str, text: str) -> Clause:
    return Clause(f"({named(field)}:starts_with:{escaped(text)})")


def criteria(*alternatives: Sequence[Clause]) -> str:
    """Any of the alternatives, each of which holds if all its conditions do; within the vendor's limits."""
    if sum(map(len, alternatives)) > MAX_CRITERIA:
        raise Unsupported(f"Zoho's search takes at most {MAX_CRITERIA} conditions")
    grouped = [_joined([clause.text for clause in clauses], "and") for clauses in alternatives]
    text = _joined(grouped, "or")
    if len(quote(text, safe="")) > MAX_CRITERIA_LENGTH:
        raise Unsupported(f"Zoho's search takes at most {MAX_CRITERIA_LENGTH} characters")
    return text


def _joined(parts: Sequence[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else "(" + word.join(parts) + ")"


def name_criteria(name: NameHas, given: str | None, family: str) -> tuple[str, ...]:
    """Records whose name begins with ``name``, or whose given and family names do where it is cut in two.

    ``given`` is None for resources with one name field. At most ten comparisons in one question (section 5): a name of
    four words and more takes two of them.
    """
    text = name.text.strip()
    if given is None:
        return (criteria([starts_with(family, text)]),)
    words = text.split()
    cuts = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))]
    cuts = [*cuts[: _MOST_CUTS - len(name.turned)], *name.turned]
    pairs = [[starts_with(given, head), starts_with(family, tail)] for head, tail in cuts]
    whole = [starts_with(family, text)], [starts_with(given, text)]
    first = MAX_CRITERIA // 2 - 1  # both whole ones count as much as a pair
    later = (criteria(*pairs[first:]),) if pairs[first:] else ()
    return (criteria(*whole, *pairs[:first]), *later)


_MOST_CUTS = MAX_CRITERIA - 1
"""Pairs in two questions."""


def word(text: str) -> str:
    """What ``word=`` may be asked: at least two characters."""
    if len(sayable(text).strip()) < 2:
        raise Unsupported("Zoho's free-text search needs at least two characters")
    return text.strip()
