"""Phone numbers with the truth known: drawn from the numbering plans, and written as people write them.

The plans' patterns come from phonenumbers; what a text means is known because it was made from the number, never
because something read it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import attrs
import phonenumbers as plans

COUNTRIES = (
    *("GB", "DE", "FR", "ES", "IT", "NL", "BE", "CH", "AT", "IE", "PL", "SE", "NO", "DK", "AE", "SA", "ZA"),
    *("US", "BR", "MX", "AR", "IN", "JP", "AU", "SG"),
)
"""Seventeen of Europe, the Middle East and Africa, eight of elsewhere."""

_EXIT_CODES = {"US": "011", "AU": "0011", "JP": "010", "SG": "001"}
"""What is dialled before a country code; "00" in most of the world."""
_SCRIPTS = {
    "AE": ("Arabic digits", 0x660),
    "SA": ("Arabic digits", 0x660),
    "JP": ("full width digits", 0xFF10),
}
"""Whose keyboards have digits of their own: the style, and the code point of their zero."""


@attrs.frozen
class Written:
    """A number and one way of writing it; ``style`` names the way, ``country`` whose number it is."""

    country: str
    e164: str
    style: str
    text: str


def e164_of(number: plans.PhoneNumber) -> str:
    """With its plus."""
    return plans.format_number(number, plans.PhoneNumberFormat.E164)


def drawn(country: str, count: int, chance: random.Random, *, mobile: bool = False) -> Iterator[plans.PhoneNumber]:
    """``count`` distinct valid numbers of a country, fixed and mobile in turn; ``mobile`` says that one is first."""
    kinds = [plans.PhoneNumberType.FIXED_LINE, plans.PhoneNumberType.MOBILE]
    if mobile:
        kinds.reverse()
    examples = [plans.example_number_for_type(country, kind) for kind in kinds]
    seeds = [plans.national_significant_number(each) for each in examples if each is not None]
    code = plans.country_code_for_region(country)
    seen: set[str] = set()
    while len(seen) < count:
        seed = seeds[len(seen) % len(seeds)]
        kept = chance.randint(2, 4)
        text = f"+{code}{seed[:kept]}" + "".join(chance.choice("0123456789") for _ in seed[kept:])
        number = plans.parse(text)
        if text not in seen and belongs(number, country):
            seen.add(text)
            yield number


def exit_code(country: str) -> str:
    """What its people dial before a country code."""
    return _EXIT_CODES.get(country, "00")


def belongs(number: plans.PhoneNumber, country: str) -> bool:
    """Whether the country's plan knows such numbers."""
    return plans.is_valid_number(number) and plans.region_code_for_number(number) == country


def at_home(number: plans.PhoneNumber) -> str:
    """As it is written in its own country."""
    return plans.format_number(number, plans.PhoneNumberFormat.NATIONAL)


def digits_of(text: str) -> str:
    """The digits alone."""
    return "".join(filter(str.isdigit, text))


def written(number: plans.PhoneNumber, country: str, chance: random.Random) -> Iterator[Written]:
    """One number in nineteen styles and, where a country has more habits, in those."""
    e164 = e164_of(number)
    abroad = plans.format_number(number, plans.PhoneNumberFormat.INTERNATIONAL)
    home = at_home(number)
    bare = plans.national_significant_number(number)
    digits = digits_of(home)
    code = str(number.country_code)
    area = 3 if len(bare) > 8 else 2
    rest = digits[area:]
    texts = {
        "E.164": e164,
        "international": abroad,
        "national": home,
        "national digits": digits,
        "without trunk prefix": bare,
        "exit code": exit_code(country) + e164[1:],
        "country code without plus": e164[1:],
        "country code, spaces, no plus": abroad[1:],
        "dots": home.replace(" ", ".").replace("-", "."),
        "hyphens": home.replace(" ", "-"),
        "slash": f"{digits[:area]}/{rest}",
        "brackets": f"({digits[:area]}) {rest[: len(rest) // 2]} {rest[len(rest) // 2 :]}",
        "pairs": _in_pairs(digits),
        "threes": f"{digits[:3]}-{digits[3:6]}-{digits[6:]}",
        "no-break spaces": abroad.replace(" ", "\u00a0"),
        "tel URI": plans.format_number(number, plans.PhoneNumberFormat.RFC3966),
        "extension": f"{abroad} ext. {chance.randint(1, 9999)}",
        "short extension": f"{home} x{chance.randint(1, 9999)}",
        "label in front": f"Tel. {home}",
    }
    if digits == "0" + bare:
        half = len(bare) // 2
        texts["bracketed trunk zero"] = f"+{code} (0) {bare[:half]} {bare[half:]}"
    if country == "US":
        texts["one in front"] = f"1-{bare[:3]}-{bare[3:6]}-{bare[6:]}"
    if country in _SCRIPTS:
        style, zero = _SCRIPTS[country]
        texts[style] = "".join(chr(zero + int(c)) if c.isdigit() else c for c in home)
    for style, text in texts.items():
        yield Written(country, e164, style, text)


def _in_pairs(digits: str) -> str:
    """As people read numbers out: pairs from the end, an odd digit with the first."""
    first = 2 + len(digits) % 2
    return " ".join((digits[:first], *(digits[at : at + 2] for at in range(first, len(digits), 2))))


def samples(each: int, seed: int = 360, countries: Sequence[str] = COUNTRIES) -> list[Written]:
    """``each`` numbers of every country in every style; the same for the same seed."""
    chance = random.Random(seed)
    return [
        sample
        for position, country in enumerate(countries)
        for number in drawn(country, each, chance, mobile=position % 2 == 1)
        for sample in written(number, country, chance)
    ]
