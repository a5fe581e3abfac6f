"""Text becomes a :class:`PhoneNumber`, and a number the keys and spellings that it is looked up by."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from types import ModuleType
from typing import TYPE_CHECKING

import attrs

from customer360.core.numbering import Reading, has_trunk_zero, quickly
from customer360.core.phones.text import CONTEXT, LONGEST, PLUS, address, is_withheld, main_digits

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber as LibraryNumber

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_EXIT_CODE = re.compile(r"(?:00|011|0011|810|010)(?=[1-9])")
_LONGEST_INTERNAL = 6  # digits; what a switchboard dials without leaving the house
_SHORTEST_KEY = 4  # digits; fewer are no subscriber's number anywhere
TAIL_DIGITS = 8


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
    if not text or len(text) > LONGEST:
        return None
    return remembered(text, tuple(regions))


def usable(text: str | None, regions: Sequence[str] = (), own: frozenset[int] = frozenset()) -> PhoneNumber | Unusable:
    """The number to search for, or why there is none.

    ``own`` are the keys of the centre's own numbers.
    """
    if text is None or not text.strip():
        return Unusable.MISSING
    bare = address(text)
    if is_withheld(bare):
        return Unusable.WITHHELD
    number = read(text, regions)
    if number is not None and (number.valid or len(number.national) > _LONGEST_INTERNAL):
        return Unusable.OWN if number.key in own else number
    internal = 0 < len(main_digits(text)) <= _LONGEST_INTERNAL and not any(c.isalpha() for c in bare)
    return Unusable.INTERNAL if internal else Unusable.INVALID


def keys_of(text: str, regions: Sequence[str] = ()) -> tuple[int, ...]:
    """The tails under which an index keeps a stored text: of the number it spells, and of its bare digits.

    Whatever :func:`~customer360.core.phones.comparing.compare` grades above ``NONE`` is found under one of
    :func:`keys_for` the number it means. Nothing of it is remembered: whoever fills an index reads each text once, and
    the numbers that agents need keep their place.
    """
    usual = text and len(text) <= LONGEST
    number, digits = (_reading(text, tuple(regions), _nativity), main_digits(text)) if usual else (None, "")
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
    library = plans()
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
def plans() -> ModuleType:
    """libphonenumber, which knows the numbering plans."""
    import phonenumbers  # 17 ms: paid at the first number, not at import (P5)

    return phonenumbers


@lru_cache(maxsize=65_536)
def remembered(text: str, regions: tuple[str, ...]) -> PhoneNumber | None:
    """The number that a text of usual length means, remembered."""
    return _reading(text, regions, natively)


def _reading(
    text: str, regions: tuple[str, ...], native_of: Callable[[str, tuple[str, ...]], PhoneNumber | None]
) -> PhoneNumber | None:
    """The number that a text means: as it stands, as its regions dial it, or with its country code without a plus."""
    if _E164.fullmatch(text):
        quick = quickly(text, None)
        if quick is not None:
            return _of(quick)
        parsed = parse(text, None)
        return None if parsed is None else _number(parsed, valid=plans().is_valid_number(parsed))
    native = native_of(text, regions)
    if native is not None and (native.valid or address(text).startswith(PLUS)):
        return native
    return _repaired(text) or native


@lru_cache(maxsize=65_536)
def natively(text: str, regions: tuple[str, ...]) -> PhoneNumber | None:
    """The number that the text is in the regions, as it stands; remembered."""
    return _nativity(text, regions)


def _nativity(text: str, regions: tuple[str, ...]) -> PhoneNumber | None:
    """What libphonenumber makes of the text: the first region in which it is valid, else the first where possible."""
    bare = address(text)
    if bare.startswith(PLUS) or CONTEXT in bare:
        regions = ("ZZ",)  # no region is needed, and none may interfere
    first: LibraryNumber | None = None
    for region in regions:
        quick = quickly(bare, region)
        if quick is not None:
            return _or_with_its_code(_of(quick), bare, region)
        parsed = parse(bare, region)
        if parsed is not None and plans().is_valid_number(parsed):
            return _or_with_its_code(_number(parsed, valid=True), bare, region)
        first = first or parsed
    return None if first is None else _number(first, valid=False)


def _or_with_its_code(number: PhoneNumber, text: str, region: str) -> PhoneNumber:
    """The number, or the shorter one that the text is with the same country's code written out, without a plus.

    ``4915112345678`` in Germany: the plan also has numbers of thirteen digits that begin with 49, but where a zero is
    written before national numbers, digits without one are more likely a country code. Whole mobile networks are so.
    """
    code = number.country_code
    if not number.national.startswith(code) or not has_trunk_zero(region) or text.startswith(PLUS):
        return number
    shorter = remembered("+" + number.national, ())
    return shorter if shorter is not None and shorter.valid and main_digits(text) == number.national else number


def _repaired(text: str) -> PhoneNumber | None:
    """Text that carries its country code without a plus: ``0044 20 ...`` typed in America, ``34 912 ...``."""
    digits = main_digits(text)
    exit_code = _EXIT_CODE.match(digits)
    for candidate in (digits[exit_code.end() :] if exit_code else None, digits):
        if candidate and len(candidate) > TAIL_DIGITS and not candidate.startswith("0"):
            quick = quickly("+" + candidate, None)
            if quick is not None:
                return _of(quick)
            parsed = parse("+" + candidate, None)
            if parsed is not None and plans().is_valid_number(parsed):
                return _number(parsed, valid=True)
    return None


def parse(text: str, region: str | None) -> LibraryNumber | None:
    """What libphonenumber reads, if there may be such a number."""
    library = plans()
    try:
        parsed: LibraryNumber = library.parse(text, region)
    except library.NumberParseException:
        return None
    return parsed if library.is_possible_number(parsed) else None


def _of(reading: Reading) -> PhoneNumber:
    code, national, region, extension = reading
    return PhoneNumber(f"+{code}{national}", national, region, True, extension)


def _number(parsed: LibraryNumber, *, valid: bool) -> PhoneNumber:
    library = plans()
    national = library.national_significant_number(parsed)
    return PhoneNumber(
        e164=f"+{parsed.country_code}{national}",
        national=national,
        region=library.region_code_for_number(parsed),
        valid=valid,
        extension=parsed.extension or None,
    )
