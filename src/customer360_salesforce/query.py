"""Salesforce's two query languages, built so that no text of a user is ever read as anything but a value (section 5).

* **SOQL** (``/query``) reads the records themselves: exact, at once consistent, text compared whatever its case.
* **SOSL** (``/search``) reads an index: finds phone numbers in any spelling and words anywhere, lags behind writes.

Their escapes differ. Every value goes through :func:`quoted`, :func:`pattern` or :func:`word`, every field name through
:func:`named`. What cannot be said raises :class:`Unsupported` before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from math import isfinite
from string import punctuation

import attrs

from customer360.core.activities import Condition, Operator
from customer360.core.errors import InvalidValue, Unsupported

LONGEST_LITERAL = 4000
LONGEST_STATEMENT = 100_000
REACHABLE_BY_OFFSET = 2000
REACHABLE_BY_SEARCH = 2000

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*){0,5}", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", re.ASCII)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def named(name: str) -> str:
    """An object's or field's API name, unchanged; :class:`Unsupported` for anything that cannot be one."""
    if not _NAME.fullmatch(name):
        raise Unsupported(f"{name!r} is no API name of Salesforce", next_step="use a name from describe()")
    return name


def is_identifier(text: str) -> bool:
    """Whether Salesforce can have made this id."""
    return _IDENTIFIER.fullmatch(text) is not None


def sayable(text: str) -> str:
    """Text that can be asked for at all, unchanged: not empty (an empty field is null), and of whole characters."""
    if not text:
        raise Unsupported("Salesforce keeps no empty text, so none can be searched for")
    if _SURROGATE.search(text):
        raise Unsupported("half a character cannot be written to Salesforce")
    return text


# SOQL ---------------------------------------------------------------------------------------------------------------

_ESCAPES = {"\\": r"\\", "'": r"\'", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"}
_ESCAPED = re.compile(r"[\\'\"\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _written(text: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}", sayable(text))


def _literal(written: str) -> str:
    if len(written) > LONGEST_LITERAL:
        raise Unsupported(f"Salesforce compares with at most {LONGEST_LITERAL} characters")
    return f"'{written}'"


def quoted(text: str) -> str:
    """A string literal: single quotes, backslash escapes; a doubled quote would be no escape."""
    return _literal(_written(text))


def pattern(text: str) -> str:
    """The inside of a LIKE pattern that matches the text itself.

    Whether a backslash must be escaped twice there is not documented, so it is written as "any one character": what was
    found with one must be compared again. A text of nothing else would find everybody, and is refused.
    """
    if not sayable(text).strip("\\"):
        raise Unsupported(
            "Salesforce's search needs more than a backslash", next_step="ask for a letter or a digit, too"
        )
    return "_".join(re.sub(r"([%_])", r"\\\1", _written(part)) if part else "" for part in sayable(text).split("\\"))


@attrs.frozen
class Clause:
    """A condition as SOQL text; made by the functions of this module only."""

    text: str = attrs.field(repr=False)


def literal(value: str | int | float | bool | datetime | date) -> str:
    """A value as SOQL writes it: only text stands in quotes."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return when(value)
        case date():
            return value.isoformat()
        case str():
            return quoted(value)
        case int():
            return str(value)
        case float() if isfinite(value):
            return format(value, "f")
    raise Unsupported("SOQL cannot compare with a number that is not finite")


def when(value: datetime) -> str:
    """A point in time as Salesforce reads it: UTC, to the millisecond where there are any."""
    if value.tzinfo is None:
        raise InvalidValue("a datetime without a time zone", next_step="give it one")
    moment = value.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def compared(field: str, sign: str, value: str | int | float | bool | datetime | date) -> Clause:
    return Clause(f"{named(field)} {sign} {literal(value)}")


def equals(field: str, value: str | int | float | bool | datetime | date) -> Clause:
    return compared(field, "=", value)


def one_of(field: str, values: Iterable[str | int | float | bool | datetime | date]) -> Clause:
    """Any of the values, of which there is one at least."""
    written = [literal(value) for value in dict.fromkeys(values)]
    return Clause(f"{named(field)} IN ({', '.join(written)})")


def begins(field: str, text: str) -> Clause:
    return Clause(f"{named(field)} LIKE {_literal(pattern(text) + '%')}")


def digits_within(field: str, digits: str) -> Clause:
    """The digits in this order, whatever stands between them."""
    if not (digits.isascii() and digits.isdecimal()):
        raise Unsupported("there is no number to compare")
    return Clause(f"{named(field)} LIKE {_literal('%' + '%'.join(digits) + '%')}")


def within(field: str, inner: str, source: str, where: Clause) -> Clause:
    """The field is among the ``inner`` of other records."""
    return Clause(f"{named(field)} IN (SELECT {named(inner)} FROM {named(source)} WHERE {where.text})")


def is_null(field: str) -> Clause:
    return Clause(f"{named(field)} = null")


def all_of(*clauses: Clause) -> Clause:
    """Every one holds."""
    return _joined(clauses, "AND")


def any_of(*clauses: Clause) -> Clause:
    """At least one holds."""
    return _joined(clauses, "OR")


def _joined(clauses: Sequence[Clause], sign: str) -> Clause:
    return clauses[0] if len(clauses) == 1 else Clause("(" + f" {sign} ".join(each.text for each in clauses) + ")")


def condition(asked: Condition) -> Clause:
    """A filter's condition (F057)."""
    field, values = named(asked.field), asked.values
    match asked.operator:
        case Operator.IS_EMPTY:
            return is_null(field)
        case Operator.IN:
            return one_of(field, values)
        case Operator.BETWEEN:
            return all_of(compared(field, ">=", values[0]), compared(field, "<=", values[1]))
    return compared(field, _SIGNS[asked.operator], values[0])


_SIGNS = {Operator.EQUALS: "=", Operator.NOT_EQUALS: "!=", Operator.LESS: "<", Operator.GREATER: ">"}


def select(
    columns: Iterable[str],
    source: str,
    where: Clause | None = None,
    *,
    order: Sequence[tuple[str, bool]] = (),
    limit: int | None = None,
    offset: int = 0,
) -> str:
    """A whole statement; ``order`` is (field, descending), empty fields last."""
    text = f"SELECT {', '.join(named(each) for each in dict.fromkeys(columns))} FROM {named(source)}"
    if where is not None:
        text += f" WHERE {where.text}"
    if order:
        text += " ORDER BY " + ", ".join(
            f"{named(field)} {'DESC' if down else 'ASC'} NULLS LAST" for field, down in order
        )
    if limit is not None:
        text += f" LIMIT {limit}"
    if offset:
        text += f" OFFSET {offset}"
    if len(text) > LONGEST_STATEMENT:
        raise Unsupported(f"Salesforce takes queries of at most {LONGEST_STATEMENT} characters")
    return text


# SOSL ---------------------------------------------------------------------------------------------------------------

_RESERVED = re.compile(r"[?&|!{}\[\]()^~*:\\\"'+\-]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_TAILS = range(6, 11)
"""Lengths of a number's end that are looked for too: people store numbers without their area code, or behind a slash,
which parts two numbers for the index."""
_SCRIPTS = {
    0x660: ("20", "218", "249", "961", "962", "963", "964", "965", "966", "967", "968", "970", "971", "973", "974"),
    0xFF10: ("81", "82", "86", "852", "886"),
}
"""Zeros of the digits that some countries' keyboards have, Arabic and of full width, and the country codes there."""
_EXIT_CODES = ("00", "011", "0011", "010", "001")
"""What is dialled before a country code: in most of the world, North America, Australia, Japan, Singapore."""


def word(text: str) -> str:
    """One search term: each reserved character behind a backslash, an operator's word in quotes."""
    if _CONTROL.search(sayable(text)) or text != "".join(text.split()):
        raise Unsupported("a search term holds no spaces and no control characters")
    return f'"{text}"' if text.upper() in _OPERATORS else _RESERVED.sub(r"\\\g<0>", text)


def words(text: str) -> str:
    """Records that hold a word beginning with each word of the text.

    The index knows no words of one character, nor such of signs alone: they are left out, as are signs around a word,
    behind which another word would have to follow.
    """
    kept = [each.strip(punctuation) for each in sayable(text).split() if sum(map(str.isalnum, each)) >= 2]
    if not kept:
        raise Unsupported("Salesforce's search needs a word of at least two letters or digits")
    return " AND ".join(word(each) + ("" if each.upper() in _OPERATORS else "*") for each in kept)


def phone_terms(e164: str, national: str) -> str:
    """The digits under which the index may hold a number.

    Stored punctuation does not matter to it, what stands before the national digits does (section 5.2): a country code,
    an exit code, a trunk zero, nothing, or not even the area code. An extension may follow, hence the wildcard.
    """
    whole = "".join(filter(str.isdecimal, e164))
    national = "".join(filter(str.isdecimal, national)) or whole
    if not (whole + national).isascii() or len(national) < 2:
        raise Unsupported("there is no number to search for")
    country = whole.removesuffix(national)
    abroad = [f"{code}{country}" for code in _EXIT_CODES]
    heads = (country, "", "0", f"{country}0", *abroad, f"00{country}0")
    tails = [national[-length:] for length in _TAILS if length < len(national)]
    terms = [*(head + national for head in heads), *tails]
    for zero, countries in _SCRIPTS.items():
        if country in countries:
            script = {ord("0") + digit: zero + digit for digit in range(10)}
            terms += [term.translate(script) for term in terms[:3]]
    return " OR ".join(f"{term}*" for term in dict.fromkeys(terms))


def find(terms: str, group: str, columns: Iterable[str], source: str, where: Clause | None, *, limit: int) -> str:
    """A whole SOSL statement about one object."""
    condition = f" WHERE {where.text}" if where is not None else ""
    listed = ", ".join(named(each) for each in dict.fromkeys(columns))
    text = f"FIND {{{terms}}} IN {group} FIELDS RETURNING {named(source)}({listed}{condition} LIMIT {limit})"
    if len(terms) > 10_000 or len(text) > LONGEST_STATEMENT:
        raise Unsupported("Salesforce takes no search of this length")
    return text
