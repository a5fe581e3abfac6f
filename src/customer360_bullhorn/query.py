"""Bullhorn's two query languages, built so that no text of a user is ever read as anything but a value (section 5).

* **Lucene** (``/search``) reads an index: finds phone numbers by their digits and words anywhere, lags behind writes. A
  clause that it cannot read may match *everything*, and a quoted text matches whatever contains it: so each clause is
  made here, and whoever asks compares the rows again.
* **JPQL** (``/query``) reads the database: exact, at once consistent. How it escapes a quote is not documented, so text
  with a quote or a backslash is refused.

Every value goes through :func:`quoted`, :func:`beginning` or :func:`literal`, every field name through :func:`named`.
What cannot be said raises :class:`Unsupported` before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from math import isfinite

import attrs

from customer360.core.activities import Condition, Operator
from customer360.core.errors import InvalidValue, Unsupported
from customer360.core.phones import read, spellings

LONGEST_TEXT = 1000
REACHABLE = 20_000
"""Rows that Bullhorn hands out of one listing, in all."""
PAGE = 500

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*){0,3}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def named(name: str) -> str:
    """An entity's or field's name, unchanged; :class:`Unsupported` for anything that cannot be one."""
    if not _NAME.fullmatch(name):
        raise Unsupported(f"{name!r} is no name of Bullhorn's", next_step="use a name from describe()")
    return name


def sayable(text: str) -> str:
    """Text that can be asked for at all, unchanged: not empty, one line of whole characters, not endless."""
    if not text.strip() or _CONTROL.search(text):
        raise Unsupported("Bullhorn cannot be asked for empty text, line ends or half characters")
    if len(text) > LONGEST_TEXT:
        raise Unsupported(f"Bullhorn cannot be asked for more than {LONGEST_TEXT} characters")
    return text


# Lucene -------------------------------------------------------------------------------------------------------------

_RESERVED = re.compile(r"[+\-&|!(){}\[\]^\"~*?:\\/]")


@attrs.frozen
class Lucene:
    """A condition on the index; made by the functions of this module only."""

    text: str = attrs.field(repr=False)


def quoted(text: str) -> str:
    """A phrase: within quotes nothing but a quote and a backslash means anything.

    The index holds words, so a text without a letter or a digit cannot be looked for.
    """
    if not any(map(str.isalnum, sayable(text))):
        raise Unsupported("Bullhorn's index holds no signs: a search needs a letter or a digit")
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def beginning(word: str) -> str:
    """Words that begin so: each reserved character behind a backslash, and no operator (they are in capitals)."""
    if any(map(str.isspace, sayable(word))) or not any(map(str.isalnum, word)):
        raise Unsupported("a search by the beginning of a word needs one word with a letter or a digit")
    return _RESERVED.sub(r"\\\g<0>", word.lower()) + "*"


def holds(field: str, text: str) -> Lucene:
    """The field contains the text, as a phrase."""
    return Lucene(f"{named(field)}:{quoted(text)}")


def holds_beginning(field: str, word: str) -> Lucene:
    """The field contains a word that begins so."""
    return Lucene(f"{named(field)}:{beginning(word)}")


def holds_flag(field: str, value: bool) -> Lucene:
    return Lucene(f"{named(field)}:{'true' if value else 'false'}")


def holds_id(field: str, identifier: str) -> Lucene:
    if not is_identifier(identifier):
        raise Unsupported("Bullhorn's ids are whole numbers")
    return Lucene(f"{named(field)}:{identifier}")


def since(field: str, moment: datetime) -> Lucene:
    """Not before this second; the index reads times as fourteen digits (section 5.2)."""
    return Lucene(f"{named(field)}:[{_aware(moment).astimezone(UTC):%Y%m%d%H%M%S} TO *]")


def every(*clauses: Lucene) -> Lucene:
    """Each of them holds."""
    return clauses[0] if len(clauses) == 1 else Lucene("(" + " AND ".join(each.text for each in clauses) + ")")


def either(*clauses: Lucene) -> Lucene:
    """At least one holds."""
    return clauses[0] if len(clauses) == 1 else Lucene("(" + " OR ".join(each.text for each in clauses) + ")")


def but_not(clause: Lucene, *excluded: Lucene) -> Lucene:
    return Lucene(clause.text + "".join(f" NOT {each.text}" for each in excluded))


def words(fields: Iterable[str], text: str) -> Lucene:
    """Each word of the text begins a word of one of the fields.

    How the index cuts ``O'Neil`` and ``Smith-Jones`` is not documented: whole, or at the sign.
    """
    kept = [word for word in sayable(text).split() if any(map(str.isalnum, word))]
    if not kept:
        raise Unsupported("Bullhorn's index holds no signs: a search needs a letter or a digit")
    names = tuple(fields)
    return every(*(either(*(each for name in names for each in _word(name, word))) for word in kept))


def _word(field: str, word: str) -> list[Lucene]:
    parts = ["".join(run) for run in re.findall(r"[^\W_]+", word)]
    ways = [holds_beginning(field, word)]
    if parts and parts != [word]:
        ways += [holds(field, word), every(*(holds_beginning(field, part) for part in parts))]
    return ways


# Phone numbers ------------------------------------------------------------------------------------------------------

_TAILS = range(7, 11)
"""Lengths of a number's end that are looked for too: people store numbers without their area code."""
_EXIT_CODES = ("00", "011", "0011", "010", "001")
"""What is dialled before a country code: in most of the world, North America, Australia, Japan, Singapore."""


def phone(fields: Iterable[str], e164: str, national: str) -> Lucene:
    """Some field holds this number, whichever way the index reads numbers (section 5.2, unsure).

    By its digits: then punctuation does not matter, but what stands before the national digits does (a country code, an
    exit code, a trunk zero, nothing, not even the area code), and an extension may follow. Or as the text that was
    typed: then the usual spellings are asked for.
    """
    whole = "".join(filter(str.isdecimal, e164))
    national = "".join(filter(str.isdecimal, national)) or whole
    if not (whole + national).isascii() or len(national) < 2:
        raise Unsupported("there is no number to search for")
    country = whole.removesuffix(national)
    heads = ("", country, "0", f"{country}0", *(f"{code}{country}" for code in _EXIT_CODES), f"00{country}0")
    tails = [national[-length:] for length in _TAILS if length < len(national)]
    terms = [f"{digits}*" for digits in dict.fromkeys((*(head + national for head in heads), *tails))]
    terms += [quoted(text) for text in phone_texts(e164, national)]
    return Lucene("(" + " OR ".join(f"{named(field)}:{term}" for field in fields for term in terms) + ")")


def phone_texts(e164: str, national: str) -> tuple[str, ...]:
    """How people type this number, signs and all."""
    number = read(e164)
    if number is None:
        return ()
    country, forms = number.e164[1:].removesuffix(number.national), spellings(number)
    texts = [text for text in forms if not text.isdecimal()]
    for text in forms[1:3]:  # national and international, as the country writes them
        bare = re.sub(r"[()]", "", text)
        texts += [bare, *(re.sub(r"[ \-.]+", sign, bare) for sign in ("-", ".", " "))]
        if text.startswith("0"):
            texts += [f"+{country} (0){text[1:]}", f"+{country} (0){text[1:]}".replace(" ", "-").replace("-(", " (")]
    if country == "1" and len(national) == 10:
        area, office, line = national[:3], national[3:6], national[6:]
        plain = [f"({area}) {office}-{line}", f"({area}){office}-{line}", f"{area}-{office}-{line}"]
        texts += [*plain, *(f"{head}{text}" for text in plain for head in ("1 ", "1-", "+1 ", "+1-"))]
        texts += [f"{area} {office}-{line}", f"{area}/{office}-{line}", f"1.{area}.{office}.{line}"]
    return tuple(dict.fromkeys(texts))


# JPQL ---------------------------------------------------------------------------------------------------------------


@attrs.frozen
class Jpql:
    """A condition on the database; made by the functions of this module only."""

    text: str = attrs.field(repr=False)


def is_identifier(text: str) -> bool:
    """Whether Bullhorn can have made this id."""
    return re.fullmatch(r"[1-9][0-9]{0,11}", text, re.ASCII) is not None


def literal(value: str | int | float | bool | datetime | date) -> str:
    """A value as JPQL writes it: times are bare milliseconds, only text stands in quotes."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return str(milliseconds(value))
        case date():
            return str(milliseconds(datetime(value.year, value.month, value.day, tzinfo=UTC)))
        case str():
            if "'" in sayable(value) or "\\" in value:
                raise Unsupported("Bullhorn's /query cannot be asked for text with a quote or a backslash")
            return f"'{value}'"
        case int():
            return str(value)
        case float() if isfinite(value):
            return format(value, "f")
    raise Unsupported("Bullhorn cannot compare with a number that is not finite")


def milliseconds(moment: datetime) -> int:
    """A point in time as Bullhorn counts it: milliseconds since the epoch, UTC."""
    since_epoch = _aware(moment) - EPOCH
    return (since_epoch.days * 86_400 + since_epoch.seconds) * 1000 + since_epoch.microseconds // 1000


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise InvalidValue("a datetime without a time zone", next_step="give it one")
    return moment


def compared(field: str, sign: str, value: str | int | float | bool | datetime | date) -> Jpql:
    return Jpql(f"{named(field)} {sign} {literal(value)}")


def equals(field: str, value: str | int | float | bool | datetime | date) -> Jpql:
    return compared(field, "=", value)


def one_of(field: str, values: Iterable[str | int | float | bool | datetime | date]) -> Jpql:
    """Any of the values, of which there is one at least."""
    written = [literal(value) for value in dict.fromkeys(values)]
    return Jpql(f"{named(field)} IN ({','.join(written)})")


def is_null(field: str) -> Jpql:
    return Jpql(f"{named(field)} IS NULL")


def all_of(*clauses: Jpql) -> Jpql:
    """Every one holds."""
    return clauses[0] if len(clauses) == 1 else Jpql(" AND ".join(each.text for each in clauses))


def any_of(*clauses: Jpql) -> Jpql:
    """At least one holds."""
    return Jpql("(" + " OR ".join(f"({each.text})" for each in clauses) + ")")


def condition(asked: Condition) -> Jpql:
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


_SIGNS = {Operator.EQUALS: "=", Operator.NOT_EQUALS: "<>", Operator.LESS: "<", Operator.GREATER: ">"}


def ordered(*keys: tuple[str, bool]) -> str:
    """An order: (field, descending)."""
    return ",".join(f"{'-' if down else ''}{named(field)}" for field, down in keys)
