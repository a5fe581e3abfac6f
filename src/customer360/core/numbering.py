"""The numbering plans, read quickly: what libphonenumber says of plain text, at a fifth of its price (P7).

Most texts are digits with a few signs between them, and whole numbers of the country that is asked first. For those
the library's rules come down to a handful of steps over its own tables, done here. Whatever is not as plain gets None,
which means: ask the library. A test holds both to the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from phonenumbers import PhoneMetadata

_PLAIN = re.compile(
    r"[^+0-9;=]*(\+?)([0-9][0-9 ().\-/]{4,30}[0-9)])(?: *|(?:;ext=|[ ,]*(?:ext\.?|x) ?)([0-9]{1,6}))?", re.ASCII
)
_SIGNS = str.maketrans("", "", " ().-/")
_ASCII = {
    **{zero + digit: ord("0") + digit for zero in (0x660, 0x6F0, 0xFF10) for digit in range(10)},
    0xFF0B: ord("+"),
    0xA0: ord(" "),
}
"""Digits of other scripts, the wide plus, the space that does not break."""
_LONGEST_CODE = 3
_KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip"),
    *("personal_number", "pager", "uan", "voicemail"),
)

_Test: TypeAlias = Callable[[str], object]


class Reading(NamedTuple):
    """A whole, valid number: its country code, national digits, region and extension."""

    code: str
    national: str
    region: str
    extension: str | None


class _Plan:
    """One country's plan, as the library's tables have it; ``region`` is the first of those that share its code."""

    __slots__ = (
        "_general",
        "_kinds",
        "_ours",
        "_tests",
        "code",
        "exit_code",
        "lengths",
        "longest",
        "prefix",
        "region",
        "rewrites",
    )

    def __init__(self, region: str, code: int, tables: PhoneMetadata, *, alone: bool) -> None:
        general: Any = tables.general_desc
        self.region = region
        self.code = str(code)
        self.lengths = frozenset(general.possible_length)
        self.longest = max(self.lengths)
        self._general = re.compile(general.national_number_pattern).fullmatch
        self._kinds = [kind for name in _KINDS if (kind := getattr(tables, name)) is not None]
        self._tests: dict[int, _Test | None] = {}
        self.prefix = (
            re.compile(tables.national_prefix_for_parsing).match if tables.national_prefix_for_parsing else None
        )
        # Where several share a code, some are told by how their numbers begin.
        self._ours = re.compile(tables.leading_digits).match if tables.leading_digits and not alone else None
        self.rewrites = bool(tables.national_prefix_transform_rule)
        self.exit_code = re.compile(tables.international_prefix).match if tables.international_prefix else None

    def looks_national(self, digits: str) -> bool:
        """Whether the digits are built like a number of the country, whatever their length."""
        return self._general(digits) is not None

    def valid(self, national: str) -> bool:
        """Whether the plan has such numbers, of any kind, and of this region."""
        length = len(national)
        if length not in self._tests:
            self._tests[length] = self._test(length)
        test = self._tests[length]
        if test is None or test(national) is None or self._general(national) is None:
            return False
        return self._ours is None or self._ours(national) is not None

    def _test(self, length: int) -> _Test | None:
        """Any of the kinds that have numbers of this length."""
        patterns = [
            kind.national_number_pattern
            for kind in self._kinds
            if kind.national_number_pattern and (not kind.possible_length or length in kind.possible_length)
        ]
        if length not in self.lengths or not patterns:
            return None
        return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)).fullmatch

    def bare(self, digits: str) -> str | None:
        """Without the prefix that is dialled within the country; None where the plan rewrites more than that."""
        found = self.prefix(digits) if self.prefix is not None else None
        if found is None:
            return digits
        if self.rewrites and found.groups()[-1] is not None:
            return None
        rest = digits[found.end() :]
        return digits if self.looks_national(digits) and not self.looks_national(rest) else rest


def quickly(text: str, region: str | None) -> Reading | None:
    """The whole, valid number that a plain text spells, read in ``region``; None where the library must be asked."""
    if not text.isascii():
        text = text.translate(_ASCII)
        if not text.isascii():
            return None
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        return None
    plus, body, extension = plain.groups()
    digits = body.translate(_SIGNS)
    if plus:
        return _abroad(digits, extension)
    plan = _plan_of(region) if region is not None else None
    if plan is None:
        return None
    dialled = plan.exit_code(digits) if plan.exit_code is not None else None
    if dialled is not None and digits[dialled.end() : dialled.end() + 1] != "0":
        return _abroad(digits[dialled.end() :], extension)
    if digits.startswith(plan.code):
        rest = plan.bare(digits[len(plan.code) :])
        if rest is None:
            return None
        if len(digits) > plan.longest or (plan.looks_national(rest) and not plan.looks_national(digits)):
            digits = rest
    return _within(plan, digits, extension)


def _abroad(digits: str, extension: str | None) -> Reading | None:
    """Digits that begin with a country code."""
    for length in range(1, _LONGEST_CODE + 1):
        plan = _plan_for(digits[:length])
        if plan is not None:
            return _within(plan, digits[length:], extension)
    return None


def _within(plan: _Plan, digits: str, extension: str | None) -> Reading | None:
    rest = plan.bare(digits)
    if rest is None or len(rest) > plan.longest:
        return None
    # A prefix is not stripped where too little would be left.
    national = rest if len(rest) in plan.lengths else digits
    if len(national) < 2 or not plan.valid(national):
        return None
    return Reading(plan.code, national, plan.region, extension)


@lru_cache(maxsize=512)
def _plan_of(region: str) -> _Plan | None:
    """The plan of a region that is the first of its country code."""
    from phonenumbers import country_code_for_region

    plan = _plan_for(str(country_code_for_region(region.upper())))
    return plan if plan is not None and plan.region == region.upper() else None


@lru_cache(maxsize=2048)
def _plan_for(code: str) -> _Plan | None:
    """The plan of the first region with this country code; None if there is none, or if it is no country's."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code), ()) if code.isdecimal() and not code.startswith("0") else ()
    tables = PhoneMetadata.metadata_for_region(regions[0], None) if regions and regions[0] != "001" else None
    if tables is None or tables.general_desc is None:
        return None
    return _Plan(regions[0], int(code), tables, alone=len(regions) == 1)


@cache
def has_trunk_zero(region: str) -> bool:
    """Whether a zero is written before national numbers there: in Germany, not in Brazil, where it is only dialled."""
    from phonenumbers import PhoneMetadata, PhoneNumberFormat, example_number, format_number

    tables = PhoneMetadata.metadata_for_region(region.upper(), None)
    known = example_number(region.upper()) if tables is not None and tables.national_prefix == "0" else None
    return known is not None and format_number(known, PhoneNumberFormat.NATIONAL).lstrip("(").startswith("0")
