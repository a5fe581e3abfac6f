"""Phone numbers with the truth known: drawn from the numbering plans, and written as people write them."""

from __future__ import annotations

import random
from collections.abc import Iterator

import attrs
import phonenumbers as plans

COUNTRIES = ("US", "GB", "DE", "ES", "FR", "IT", "BR", "IN", "MX", "AR", "NL", "SE", "NO", "DK", "AU", "JP", "SG")
_EXIT_CODES = {"US": "011", "AU": "0011", "BR": "00", "JP": "010", "SG": "001"}


@attrs.frozen
class Written:
    """A number and one way of writing it; ``style`` names the way."""

    country: str
    e164: str
    style: str
    text: str


def drawn(country: str, count: int, random_: random.Random) -> Iterator[plans.PhoneNumber]:
    """``count`` distinct valid numbers of a country, fixed and mobile in turn."""
    kinds = (plans.PhoneNumberType.FIXED_LINE, plans.PhoneNumberType.MOBILE)
    seeds = [plans.national_significant_number(plans.example_number_for_type(country, kind)) for kind in kinds]
    code = plans.country_code_for_region(country)
    seen: set[str] = set()
    while len(seen) < count:
        seed = seeds[len(seen) % 2]
        kept = random_.randint(2, 4)
        text = f"+{code}{seed[:kept]}" + "".join(random_.choice("0123456789") for _ in seed[kept:])
        number = plans.parse(text)
        if text not in seen and plans.is_valid_number(number) and plans.region_code_for_number(number) == country:
            seen.add(text)
            yield number


def written(number: plans.PhoneNumber, country: str, random_: random.Random) -> Iterator[Written]:
    """One number in twelve styles and, where a country has more habits, in those."""
    e164 = plans.format_number(number, plans.PhoneNumberFormat.E164)
    abroad = plans.format_number(number, plans.PhoneNumberFormat.INTERNATIONAL)
    at_home = plans.format_number(number, plans.PhoneNumberFormat.NATIONAL)
    bare = plans.national_significant_number(number)
    digits = "".join(filter(str.isdigit, at_home))
    code = str(number.country_code)
    half = len(bare) // 2
    extension = random_.randint(1, 9999)
    texts = {
        "E.164": e164,
        "international": abroad,
        "national": at_home,
        "national digits": digits,
        "without trunk prefix": bare,
        "exit code": _EXIT_CODES.get(country, "00") + e164[1:],
        "country code without plus": e164[1:],
        "dots": at_home.replace(" ", ".").replace("-", "."),
        "tel URI": plans.format_number(number, plans.PhoneNumberFormat.RFC3966),
        "extension": f"{abroad} ext. {extension}",
        "short extension": f"{at_home} x{extension}",
        "full width digits": "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in abroad),
    }
    if digits == "0" + bare:
        texts["bracketed trunk zero"] = f"+{code} (0) {bare[:half]} {bare[half:]}"
    if country == "US":
        texts["one in front"] = f"1-{bare[:3]}-{bare[3:6]}-{bare[6:]}"
        texts["brackets"] = f"({bare[:3]}) {bare[3:6]}-{bare[6:]}"
    for style, text in texts.items():
        yield Written(country, e164, style, text)


def look_alikes(count: int, random_: random.Random) -> Iterator[tuple[str, str, str]]:
    """Pairs of different valid numbers that share their last seven digits: (number, other number, its country)."""
    last = {country: list(drawn(country, 40, random_)) for country in COUNTRIES}
    made = 0
    while made < count:
        one = random_.choice(last[random_.choice(COUNTRIES)])
        country = random_.choice(COUNTRIES)
        pattern = plans.national_significant_number(random_.choice(last[country]))
        tail = plans.national_significant_number(one)[-7:]
        other = plans.parse(f"+{plans.country_code_for_region(country)}{pattern[:-7]}{tail}")
        if other == one or not plans.is_valid_number(other) or plans.region_code_for_number(other) != country:
            continue
        made += 1
        e164 = plans.PhoneNumberFormat.E164
        yield plans.format_number(one, e164), plans.format_number(other, e164), country
