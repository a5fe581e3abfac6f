"""How surely a stored text means a number."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

from customer360.core.phones.reading import TAIL_DIGITS, PhoneNumber, natively, parse, plans, remembered
from customer360.core.phones.text import CONTEXT, LONGEST, PLUS, address, is_international, main_digits

_OUTSIDE = "9"  # what a switchboard dials for a line
_DIALLED = ("", "9", "1", "11", "10", "91", "911")  # for a line and for another country; zeros apart


class Grade(IntEnum):
    """How surely a stored text means a number; higher is surer."""

    NONE = 0
    WEAK = 1
    """The same subscriber digits, but one of the two is no complete number."""

    NATIONAL = 2
    """The same national number, while the stored text's country had to be guessed."""

    EXACT = 3
    """The same number, country included."""


def compare(number: PhoneNumber, text: str, regions: Sequence[str] = (), *, own: str | None = None) -> Grade:
    """How surely the stored ``text`` means ``number``.

    ``own`` is the record's own country, if it has one: what is a whole number there is that number and no other.
    ``regions`` are guesses, best first, as for reading: what only they make the same is ``NATIONAL``, never ``EXACT``,
    because the same digits may be a number of another country.
    """
    if not text or len(text) > LONGEST:
        return Grade.NONE
    return _compared(number, text, tuple(regions), own)


@lru_cache(maxsize=65_536)
def _compared(number: PhoneNumber, text: str, regions: tuple[str, ...], own: str | None) -> Grade:
    stored = remembered(text, (own, *regions) if own else regions)
    if stored is not None and stored.e164 == number.e164:
        return Grade.EXACT if _certainly(number, text, own) else Grade.NATIONAL
    at_home = natively(text, (own,)) if own else None
    digits = main_digits(text)
    if stored is not None and is_international(text):
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
    native = natively(text, regions)
    if any(guess is not None and guess.national == number.national for guess in (at_home, native)):
        return Grade.NATIONAL  # rarely it is another country's number with the same digits: hence not EXACT
    if native is not None and native.valid:
        return Grade.NONE  # a different number by the plan of a country it may well be from
    elsewhere = natively(text, (number.region,)) if number.region else None
    if elsewhere is not None and elsewhere.e164 == number.e164:
        return Grade.NATIONAL
    return Grade.WEAK if _same_end(digits, number) else Grade.NONE


def _certainly(number: PhoneNumber, text: str, own: str | None) -> bool:
    """Whether nothing was guessed when ``text`` was read as ``number``.

    A country is written with a plus or an exit code, or known of the record. Digits that begin with the country's code
    but have no plus may be a national number all the same.
    """
    bare = address(text)
    if bare.startswith(PLUS) or CONTEXT in bare:
        return True
    if bare.startswith("00") and (own == number.region or not _may_begin_with_001(text)):
        code, _, rest = main_digits(text)[2:].partition(number.country_code)
        if not code and rest.lstrip("0") == number.national.lstrip("0"):
            return True
    at_home = natively(text, (own,)) if own else None
    return at_home is not None and at_home.e164 == number.e164 and main_digits(text) != number.e164[1:]


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
    parsed = parse(number.e164, None)
    return number.national[plans().length_of_geographical_area_code(parsed) if parsed is not None else 0 :]


def _may_begin_with_001(text: str) -> bool:
    """Whether what seems to be 00 and a number of North America may be 001, as in Singapore, and another country's."""
    digits = main_digits(text)
    other = parse("+" + digits[3:], None) if digits.startswith("001") else None
    return other is not None and bool(plans().is_valid_number(other))
