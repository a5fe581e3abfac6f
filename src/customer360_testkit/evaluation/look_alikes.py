"""Numbers that look like another and are not: what a match must never be taken in by.

Two kinds are told apart, because nothing but the record's country can tell the second from the truth:

* *Look-alikes* differ in the digits that people write: they share seven, or all but one.
* *Twins* are written with the same digits in two countries: ``020 1234567`` is a number of Amsterdam and one of France.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from enum import StrEnum

import attrs
import phonenumbers as plans

from customer360_testkit.evaluation.spellings import COUNTRIES, at_home, belongs, digits_of, drawn, e164_of, exit_code


class Kind(StrEnum):
    """In what they are alike."""

    SAME_COUNTRY = "last seven digits, same country"
    OTHER_COUNTRY = "last seven digits, other country"
    ONE_OFF = "one digit off"
    SWAPPED = "two digits swapped"
    SHORT = "the end of the number alone"
    TWIN = "same digits in another country"
    CODE_TWIN = "area code reads as a country code"

    @property
    def twin(self) -> bool:
        """Whether only the record's country can tell them apart."""
        return self in (Kind.TWIN, Kind.CODE_TWIN)


@attrs.frozen
class LookAlike:
    """What is stored (``text``, of somebody in ``country``) while ``rings`` calls: not the same number.

    ``means`` is the number that the text truly is, None for the few digits of a house.
    """

    rings: str
    rings_from: str
    country: str
    means: str | None
    kind: Kind
    style: str
    text: str


_Number = plans.PhoneNumber
_Maker = Callable[[random.Random, dict[str, list[_Number]]], tuple[_Number, _Number] | None]


def look_alikes(count: int, seed: int = 360) -> list[LookAlike]:
    """``count`` pairs of each kind, each stored in seven styles (the short ones: in four lengths)."""
    chance = random.Random(seed)
    pool = {country: list(drawn(country, 40, chance)) for country in COUNTRIES}
    found: list[LookAlike] = []
    for kind, make in _MAKERS.items():
        pairs: dict[tuple[str, str], tuple[_Number, _Number]] = {}
        while len(pairs) < count:
            pair = make(chance, pool)
            if pair is not None and _alike(kind, *pair):
                pairs[e164_of(pair[0]), e164_of(pair[1])] = pair
        for one, other in pairs.values():
            found.extend(_stored(kind, one, other))
    for one in _some(chance, pool, count):
        found.extend(_ends(one))
    return found


def _stored(kind: Kind, one: _Number, other: _Number) -> Iterator[LookAlike]:
    home = at_home(other)
    texts = {
        "E.164": e164_of(other),
        "international": plans.format_number(other, plans.PhoneNumberFormat.INTERNATIONAL),
        "national": home,
        "national digits": digits_of(home),
        "without trunk prefix": plans.national_significant_number(other),
        "exit code": exit_code(_country(other)) + e164_of(other)[1:],
        "country code without plus": e164_of(other)[1:],
    }
    for style, text in texts.items():
        yield LookAlike(e164_of(one), _country(one), _country(other), e164_of(other), kind, style, text)


def _ends(one: _Number) -> Iterator[LookAlike]:
    """The last four to seven digits: somebody's extension, or a number of another town."""
    whole = plans.national_significant_number(one)
    for length in range(4, min(8, len(whole))):
        text = whole[-length:]
        yield LookAlike(e164_of(one), _country(one), _country(one), None, Kind.SHORT, f"{length} digits", text)


def _country(number: _Number) -> str:
    return str(plans.region_code_for_number(number))


def _some(chance: random.Random, pool: dict[str, list[_Number]], count: int) -> Iterator[_Number]:
    for _ in range(count):
        yield chance.choice(pool[chance.choice(COUNTRIES)])


def _alike(kind: Kind, one: _Number, other: _Number) -> bool:
    """Both whole numbers of our countries, different, and twins exactly where twins are wanted."""
    known = all(_country(each) in COUNTRIES and belongs(each, _country(each)) for each in (one, other))
    return known and one != other and kind.twin == bool(_ways(one) & _ways(other))


def _ways(number: _Number) -> set[str]:
    """The digits with which a number is written."""
    return {digits_of(at_home(number)), plans.national_significant_number(number), e164_of(number)[1:]}


def _with(country: str, national: str) -> _Number | None:
    number = plans.parse(f"+{plans.country_code_for_region(country)}{national}")
    return number if belongs(number, country) else None


def _same_end(chance: random.Random, pool: dict[str, list[_Number]], *, abroad: bool) -> tuple[_Number, _Number] | None:
    (one,) = _some(chance, pool, 1)
    home = _country(one)
    country = chance.choice([each for each in COUNTRIES if each != home]) if abroad else home
    pattern = plans.national_significant_number(chance.choice(pool[country]))
    other = _with(country, pattern[:-7] + plans.national_significant_number(one)[-7:])
    return None if other is None else (one, other)


def _one_off(chance: random.Random, pool: dict[str, list[_Number]]) -> tuple[_Number, _Number] | None:
    (one,) = _some(chance, pool, 1)
    national = plans.national_significant_number(one)
    at = chance.randrange(len(national))
    other = _with(_country(one), national[:at] + chance.choice("0123456789") + national[at + 1 :])
    return None if other is None else (one, other)


def _swapped(chance: random.Random, pool: dict[str, list[_Number]]) -> tuple[_Number, _Number] | None:
    (one,) = _some(chance, pool, 1)
    national = plans.national_significant_number(one)
    at = chance.randrange(len(national) - 1)
    other = _with(_country(one), national[:at] + national[at + 1] + national[at] + national[at + 2 :])
    return None if other is None else (one, other)


def _twin(chance: random.Random, pool: dict[str, list[_Number]]) -> tuple[_Number, _Number] | None:
    (one,) = _some(chance, pool, 1)
    other = _with(chance.choice(COUNTRIES), plans.national_significant_number(one))
    return None if other is None else (one, other)


def _code_twin(chance: random.Random, pool: dict[str, list[_Number]]) -> tuple[_Number, _Number] | None:
    """Ten digits of a number with its country code are an American number."""
    one = _with(chance.choice(("DK", "NO", "SG")), str(chance.randrange(20_000_000, 100_000_000)))
    other = None if one is None else _with("US", e164_of(one)[1:])
    if one is None or other is None:
        return None
    return (one, other) if chance.random() < 0.5 else (other, one)


_MAKERS: dict[Kind, _Maker] = {
    Kind.SAME_COUNTRY: lambda chance, pool: _same_end(chance, pool, abroad=False),
    Kind.OTHER_COUNTRY: lambda chance, pool: _same_end(chance, pool, abroad=True),
    Kind.ONE_OFF: _one_off,
    Kind.SWAPPED: _swapped,
    Kind.TWIN: _twin,
    Kind.CODE_TWIN: _code_twin,
}
