"""Phone numbers: read any spelling once, compare numbers, never text (F020, F025, D1, D4).

:func:`read` turns text into a :class:`PhoneNumber`; :func:`compare` says how surely a stored text means a number. Both
take the regions to read national text with, best first: the record's own country, the account's, the installation's.
Rules that libphonenumber leaves to its callers are here: international prefixes typed in the wrong country, ``tel:``
and ``sip:`` URIs, and what is no number at all (withheld, internal).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import IntEnum, StrEnum
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import unquote

import attrs

from customer360.core.numbering import Reading, has_trunk_zero, quickly

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as LibraryNumber

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_EXIT_CODE = re.compile(r"(?:00|011|0011|810|010)(?=[1-9])")
_OUTSIDE = "9"  # what a switchboard dials for a line
_DIALLED = ("", "9", "1", "11", "10", "91", "911")  # for a line and for another country; zeros apart
_EXTENSION = re.compile(r"(?i)\s*(?:e?xt|x|#|;|,|dw|durchwahl)")
_NO_DIGIT = re.compile(r"[^0-9]+")
_PLUS = ("+", "\uff0b")
_CONTEXT = ";phone-context=+"  # a local number whose country stands behind it (RFC 3966)
_WITHHELD = frozenset(
    (
        *(
            "anonymous",
            "private",
            "unknown",
            "withheld",
            "restricted",
            "unavailable",
            "blocked",
            "hidden",
            "none",
            "null",
        ),
        *("privatenumber", "unknowncaller", "nocallerid", "anonym", "privat", "unbekannt", "unterdrückt", "anonyme"),
        *("masqué", "privé", "oculto", "desconocido", "privado", "sconosciuto", "onbekend"),
    )
)
_LONGEST_TEXT = 250  # libphonenumber's own limit; longer text is no number
_LONGEST_INTERNAL = 6  # digits; what a switchboard dials without leaving the house
_SHORTEST_KEY = 4  # digits; fewer are no subscriber's number anywhere
TAIL_DIGITS = 8


class Grade(IntEnum):
    """How surely a stored text means a number; higher is surer."""

    NONE = 0
    WEAK = 1
    """The same subscriber digits, but one of the two is no complete number."""

    NATIONAL = 2
    """The same national number, while the stored text's country had to be guessed."""

    EXACT = 3
    """The same number, country included."""


class Unusable(StrEnum):
    """Why an address is not searched by."""

    MISSING = "missing"
    WITHHELD = "withheld"
    INVALID = "invalid"
    INTERNAL = "internal"
    OWN = "own"


@attrs.frozen
class PhoneNumber:
    """A number read from text.

    ``e164`` has its ``+``; ``national`` are the digits without country code and trunk prefix; ``region`` the ISO
    country if known; ``valid`` whether the numbering plan knows such numbers (else merely possible). Numbers that
    differ in ``extension`` only are equal.
    """

    e164: str = attrs.field(repr=False)
    national: str = attrs.field(repr=False)
    region: str | None = None
    valid: bool = True
    extension: str | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def key(self) -> int:
        """The number as an integer: country code and national digits.

        What an index stores.
        """
        return int(self.e164[1:])

    @property
    def country_code(self) -> str:
        """The country code's digits."""
        return self.e164[1 : len(self.e164) - len(self.national)]

    @property
    def tail(self) -> int:
        """The last eight national digits: equal for all readings of the same number in different countries."""
        return tail_of(self.national)


def tail_of(digits: str) -> int:
    """The last ``TAIL_DIGITS`` of some digits, as an integer."""
    return int(digits[-TAIL_DIGITS:])


def read(text: str | None, regions: Sequence[str] = ()) -> PhoneNumber | None:
    """The number that ``text`` spells, or None.

    Reads extensions, URIs, any script's digits, vanity letters.
    """
    if not text or len(text) > _LONGEST_TEXT:
        return None
    return _read(text, tuple(regions))


def usable(text: str | None, regions: Sequence[str] = (), own: frozenset[int] = frozenset()) -> PhoneNumber | Unusable:
    """The number to search for, or why there is none.

    ``own`` are the keys of the centre's own numbers.
    """
    if text is None or not text.strip():
        return Unusable.MISSING
    bare = _address(text)
    if not bare or "".join(c for c in bare.casefold() if c.isalpha()) in _WITHHELD or bare.endswith(".invalid"):
        return Unusable.WITHHELD
    number = read(text, regions)
    if number is not None and (number.valid or len(number.national) > _LONGEST_INTERNAL):
        return Unusable.OWN if number.key in own else number
    internal = 0 < len(_main_digits(text)) <= _LONGEST_INTERNAL and not any(c.isalpha() for c in bare)
    return Unusable.INTERNAL if internal else Unusable.INVALID


def compare(number: PhoneNumber, text: str, regions: Sequence[str] = (), *, own: str | None = None) -> Grade:
    """How surely the stored ``text`` means ``number``.

    ``own`` is the record's own country, if it has one: what is a whole number there is that number and no other.
    ``regions`` are guesses, best first, as for :func:`read`: what only they make the same is ``NATIONAL``, never
    ``EXACT``, because the same digits may be a number of another country.
    """
    if not text or len(text) > _LONGEST_TEXT:
        return Grade.NONE
    return _compared(number, text, tuple(regions), own)


@lru_cache(maxsize=65_536)
def _compared(number: PhoneNumber, text: str, regions: tuple[str, ...], own: str | None) -> Grade:
    stored = _read(text, (own, *regions) if own else regions)
    if stored is not None and stored.e164 == number.e164:
        return Grade.EXACT if _certainly(number, text, own) else Grade.NATIONAL
    at_home = _native(text, (own,)) if own else None
    digits = _main_digits(text)
    if stored is not None and _is_international(text):
        dialled = digits.removesuffix(number.e164[1:]) if at_home is None or not at_home.valid else ""
        if dialled == "00":
            return Grade.NATIONAL  # read in a country that dials something longer than 00
        if dialled == "001":
            return Grade.WEAK  # 00 and a number of North America, or 001 as in Singapore and another country's
        if stored.valid or stored.country_code != number.country_code:
            return Grade.NONE  # a full, different number is never a match, nor what says that it is of another country
    abroad = stored is not None and stored.country_code != number.country_code
    if digits == number.e164[1:] and not (at_home is not None and at_home.valid and abroad):
        # It may also be a whole number without its country code; in one country that is the rarer way to write.
        return Grade.WEAK if abroad else Grade.NATIONAL
    if stored is not None and not abroad and digits == number.national:
        return Grade.NATIONAL
    if at_home is not None and at_home.valid:
        return Grade.NONE
    native = _native(text, regions)
    if any(guess is not None and guess.national == number.national for guess in (at_home, native)):
        return Grade.NATIONAL  # rarely it is another country's number with the same digits: hence not EXACT
    if native is not None and native.valid:
        return Grade.NONE  # a different number by the plan of a country it may well be from
    elsewhere = _native(text, (number.region,)) if number.region else None
    if elsewhere is not None and elsewhere.e164 == number.e164:
        return Grade.NATIONAL
    return Grade.WEAK if _same_end(digits, number) else Grade.NONE


def _certainly(number: PhoneNumber, text: str, own: str | None) -> bool:
    """Whether nothing was guessed when ``text`` was read as ``number``.

    A country is written with a plus or an exit code, or known of the record. Digits that begin with the country's code
    but have no plus may be a national number all the same.
    """
    bare = _address(text)
    if bare.startswith(_PLUS) or _CONTEXT in bare:
        return True
    if bare.startswith("00") and (own == number.region or not _may_begin_with_001(text)):
        code, _, rest = _main_digits(text)[2:].partition(number.country_code)
        if not code and rest.lstrip("0") == number.national.lstrip("0"):
            return True
    at_home = _native(text, (own,)) if own else None
    return at_home is not None and at_home.e164 == number.e164 and _main_digits(text) != number.e164[1:]


def _same_end(digits: str, number: PhoneNumber) -> bool:
    """Whether the digits are the number's but for what is dialled before it, or a local number at its end."""
    bare, national = digits.lstrip("0"), number.national.lstrip("0")
    if len(bare) < min(TAIL_DIGITS, len(national)):
        return False
    if len(bare) <= len(national):
        # With a trunk zero it is a whole number, so not what is dialled within a town.
        return bare == national or (bare == digits and national.endswith(bare) and _local(number) == bare)
    # Before a short number anything but its own country code (seen by then) is another country's area code.
    before = bare.removesuffix(national).rstrip("0") if len(national) >= TAIL_DIGITS else bare
    return before in ("", _OUTSIDE) or before in {f"{dialled}{number.country_code}" for dialled in _DIALLED}


@lru_cache(maxsize=1024)
def _local(number: PhoneNumber) -> str:
    """The number without its area code; whole where there are none, as of mobiles."""
    parsed = _parse(number.e164, None)
    return number.national[_library().length_of_geographical_area_code(parsed) if parsed is not None else 0 :]


def keys_of(text: str, regions: Sequence[str] = ()) -> tuple[int, ...]:
    """The tails under which an index keeps a stored text: of the number it spells, and of its bare digits.

    Whatever :func:`compare` grades above ``NONE`` is found under one of :func:`keys_for` the number it means. Nothing
    of it is remembered: whoever fills an index reads each text once, and the numbers that agents need keep their place.
    """
    usual = text and len(text) <= _LONGEST_TEXT
    number, digits = (_reading(text, tuple(regions), _nativity), _main_digits(text)) if usual else (None, "")
    keys = [] if number is None else [number.tail]
    if len(digits) >= _SHORTEST_KEY:
        keys.append(tail_of(digits))
    return tuple(dict.fromkeys(keys))


def keys_for(number: PhoneNumber) -> tuple[int, ...]:
    """The tails to look a number up by: national, and with its country code, which differ where numbers are short."""
    return tuple(dict.fromkeys((number.tail, tail_of(number.e164[1:]))))


def spellings(number: PhoneNumber, patterns: Sequence[str] = ()) -> tuple[str, ...]:
    """How people write this number, most usual first; for systems that compare text only.

    ``patterns`` are an account's own habits, after the usual ones: each ``#`` is a digit of the national number, as in
    ``###.###.####``; one for numbers of another length is left out.
    """
    library = _library()
    parsed = library.parse(number.e164)
    forms = (
        number.e164,
        library.format_number(parsed, library.PhoneNumberFormat.NATIONAL),
        library.format_number(parsed, library.PhoneNumberFormat.INTERNATIONAL),
        number.national,
        number.e164[1:],
        *(_filled(pattern, number.national) for pattern in patterns if pattern.count("#") == len(number.national)),
    )
    return tuple(dict.fromkeys(forms))


def _filled(pattern: str, digits: str) -> str:
    rest = iter(digits)
    return "".join(next(rest) if each == "#" else each for each in pattern)


@cache
def _library() -> ModuleType:
    import phonenumbers  # 17 ms: paid at the first number, not at import (P5)

    return phonenumbers


@lru_cache(maxsize=65_536)
def _read(text: str, regions: tuple[str, ...]) -> PhoneNumber | None:
    """As :func:`_reading`, remembered."""
    return _reading(text, regions, _native)


def _reading(
    text: str, regions: tuple[str, ...], native_of: Callable[[str, tuple[str, ...]], PhoneNumber | None]
) -> PhoneNumber | None:
    """The number that a text means: as it stands, as its regions dial it, or with its country code without a plus."""
    if _E164.fullmatch(text):
        quick = quickly(text, None)
        if quick is not None:
            return _of(quick)
        parsed = _parse(text, None)
        return None if parsed is None else _number(parsed, valid=_library().is_valid_number(parsed))
    native = native_of(text, regions)
    if native is not None and (native.valid or _address(text).startswith(_PLUS)):
        return native
    return _repaired(text) or native


@lru_cache(maxsize=65_536)
def _native(text: str, regions: tuple[str, ...]) -> PhoneNumber | None:
    """As :func:`_nativity`, remembered."""
    return _nativity(text, regions)


def _nativity(text: str, regions: tuple[str, ...]) -> PhoneNumber | None:
    """What libphonenumber makes of the text: the first region in which it is valid, else the first where possible."""
    bare = _address(text)
    if bare.startswith(_PLUS) or _CONTEXT in bare:
        regions = ("ZZ",)  # no region is needed, and none may interfere
    first: LibraryNumber | None = None
    for region in regions:
        quick = quickly(bare, region)
        if quick is not None:
            return _or_with_its_code(_of(quick), bare, region)
        parsed = _parse(bare, region)
        if parsed is not None and _library().is_valid_number(parsed):
            return _or_with_its_code(_number(parsed, valid=True), bare, region)
        first = first or parsed
    return None if first is None else _number(first, valid=False)


def _or_with_its_code(number: PhoneNumber, text: str, region: str) -> PhoneNumber:
    """The number, or the shorter one that the text is with the same country's code written out, without a plus.

    ``4915112345678`` in Germany: the plan also has numbers of thirteen digits that begin with 49, but where a zero is
    written before national numbers, digits without one are more likely a country code. Whole mobile networks are so.
    """
    code = number.country_code
    if not number.national.startswith(code) or not has_trunk_zero(region) or text.startswith(_PLUS):
        return number
    shorter = _read("+" + number.national, ())
    return shorter if shorter is not None and shorter.valid and _main_digits(text) == number.national else number


def _repaired(text: str) -> PhoneNumber | None:
    """Text that carries its country code without a plus: ``0044 20 ...`` typed in America, ``34 912 ...``."""
    digits = _main_digits(text)
    exit_code = _EXIT_CODE.match(digits)
    for candidate in (digits[exit_code.end() :] if exit_code else None, digits):
        if candidate and len(candidate) > TAIL_DIGITS and not candidate.startswith("0"):
            quick = quickly("+" + candidate, None)
            if quick is not None:
                return _of(quick)
            parsed = _parse("+" + candidate, None)
            if parsed is not None and _library().is_valid_number(parsed):
                return _number(parsed, valid=True)
    return None


def _parse(text: str, region: str | None) -> LibraryNumber | None:
    library = _library()
    try:
        parsed: LibraryNumber = library.parse(text, region)
    except library.NumberParseException:
        return None
    return parsed if library.is_possible_number(parsed) else None


def _of(reading: Reading) -> PhoneNumber:
    code, national, region, extension = reading
    return PhoneNumber(f"+{code}{national}", national, region, True, extension)


def _number(parsed: LibraryNumber, *, valid: bool) -> PhoneNumber:
    library = _library()
    national = library.national_significant_number(parsed)
    return PhoneNumber(
        e164=f"+{parsed.country_code}{national}",
        national=national,
        region=library.region_code_for_number(parsed),
        valid=valid,
        extension=parsed.extension or None,
    )


def _address(text: str) -> str:
    """The number part of a ``tel:`` or ``sip:`` URI (RFC 3966), else the text itself, stripped."""
    bare = text.strip()
    scheme, colon, rest = bare.partition(":")
    match scheme.casefold() if colon else "":
        case "tel" | "callto":
            return bare if _CONTEXT in rest else unquote(rest).partition(";phone-context")[0]
        case "sip" | "sips":
            user, at, host = unquote(rest).partition("@")
            return (user if not host.endswith(".invalid") else "") if at else user
    return bare


def _main_digits(text: str) -> str:
    """The digits before an extension, in ASCII."""
    main = _EXTENSION.split(_address(text), maxsplit=1)[0]
    if main.isascii():
        return _NO_DIGIT.sub("", main)
    return "".join(str(int(c)) for c in main if c.isdecimal())


def _is_international(text: str) -> bool:
    bare = _address(text)
    return bare.startswith((*_PLUS, "00")) or _CONTEXT in bare


def _may_begin_with_001(text: str) -> bool:
    """Whether what seems to be 00 and a number of North America may be 001, as in Singapore, and another country's."""
    digits = _main_digits(text)
    other = _parse("+" + digits[3:], None) if digits.startswith("001") else None
    return other is not None and bool(_library().is_valid_number(other))
