"""One cast of customers for all fakes, the same every time, each with the truth that tests compare with.

The numbers are of ranges kept for drama or of the form 555; the people do not exist.
"""

from __future__ import annotations

import random
from functools import cache
from typing import Literal

import attrs

Kind = Literal["person", "lead", "company"]


@attrs.frozen
class CastPhone:
    """``label`` is ``work``, ``mobile``, ``home``, ``other`` or ``main``; ``spelled`` as a CRM's user typed it;
    ``e164`` the truth, or None when what was typed is no number."""

    label: str
    spelled: str
    e164: str | None


@attrs.frozen
class CastMember:
    """A customer.

    Attributes:
        number: 0, 1, 2, ... in the cast.
        kind: which contact resource holds the customer.
        given, family: names; a company has neither.
        company: whom a person or lead works for ("" for none), or the company's own name.
        country: ISO 3166 code of where the numbers without a country code belong.
        phones, emails: as typed; ``emails`` may have capitals and plus signs.
        title: job title or "".
        twin: number of the member this one is a duplicate of, or None.
    """

    number: int
    kind: Kind
    given: str
    family: str
    company: str
    country: str
    phones: tuple[CastPhone, ...] = ()
    emails: tuple[str, ...] = ()
    title: str = ""
    twin: int | None = None

    @property
    def name(self) -> str:
        return self.company if self.kind == "company" else f"{self.given} {self.family}".strip()

    @property
    def e164(self) -> tuple[str, ...]:
        """The true numbers, each once, in the order of ``phones``."""
        return tuple(dict.fromkeys(phone.e164 for phone in self.phones if phone.e164 is not None))


def _split(names: str, separator: str) -> list[str]:
    return names.split(separator)


_GIVEN = _split(
    "Ada Grace Zoë José Bjørn Siobhán François Ana Łukasz Müşerref Chloé Noël D'Arcy Mary-Jane Åsa Jürgen Nguyễn "
    "Renée Søren Tomáš Ewa Íñigo Pál Ștefan Γιώργος Ольга 花子 伟 محمد דוד 지우 प्रिया Tom Ruth Ivan Leïla Māris "
    "Kūlsoom Oisín Petra",
    " ",
)
_FAMILY = _split(
    "Lovelace,O'Brien,Müller,Núñez,Dvořák,Ångström,Smith-Jones,D'Angelo,Þórsson,Łęcki,Papadopoulou,Nguyễn,García,"
    "van der Berg,Mac Giolla Íosa,O\u2019Neill,Çelik,Sørensen,Ibáñez,Lefèvre,Παππάς,Иванова,山田,王,الأحمد,כהן,김,शर्मा,"
    "Null,Test,St. John,Ó Súilleabháin,Kovács,Popescu,Björk,Ferrāri,Öztürk,Weiß,Ruiz,Blake",
    ",",
)
_COMPANIES = (
    "Acme (Holdings), Ltd.",
    "Müller & Söhne GmbH",
    "O'Brien's Bakery",
    "Société Générale du Pain",
    '"Quoted" Industries',
    "50% Off, Inc.",
    "Back\\slash Systems",
    "株式会社サンプル",
    "\u041e\u041e\u041e Ромашка",
    "Under_score Labs",
    "Café Ñandú S.L.",
    "A",
)
_TITLES = ("", "Buyer", "Head of Support", "CTO", "Einkäufer:in", "Chief, Operations (EMEA)")

# Country -> (country code, national number with {} for the member's digits, how many, trunk prefix, prefix abroad).
_PLANS: dict[str, tuple[str, str, int, str, str]] = {
    "GB": ("44", "2079460{}", 3, "0", "00"),
    "US": ("1", "202555{}", 4, "", "011"),
    "DE": ("49", "3023125{}", 3, "0", "00"),
    "FR": ("33", "19900{}", 4, "0", "00"),
    "AU": ("61", "25550{}", 4, "0", "0011"),
    "IT": ("39", "0655551{}", 4, "", "00"),
    "ES": ("34", "91555{}", 4, "", "00"),
    "PL": ("48", "22555{}", 4, "", "00"),
    "BR": ("55", "113234{}", 4, "0", ""),
    "JP": ("81", "33555{}", 4, "0", "010"),
}


def _national(country: str, number: int) -> str:
    _, pattern, width, _, _ = _PLANS[country]
    return pattern.format(f"{number % 10**width:0{width}d}")


def spellings(country: str, national: str) -> list[str]:
    """Ways in which people type one number: all of them mean the same in ``country``."""
    code, _, _, trunk, abroad = _PLANS[country]
    local = trunk + national
    half = len(national) // 2
    return [
        f"+{code}{national}",
        f"+{code} {national[:half]} {national[half:]}",
        f"{abroad}{code} {national}" if abroad else f"+{code} {national}",
        local,
        f"({local[:3]}) {local[3:6]}-{local[6:]}" if country == "US" else f"({local[:4]}) {local[4:]}",
        f"{local[:3]}-{local[3:6]}-{local[6:]}",
        f"{local[:3]}.{local[3:6]}.{local[6:]}",
        f"+{code} (0){national}" if trunk == "0" else f"1-{national}" if country == "US" else f"+{code} {national}",
        f"{local} ext. 42" if country in ("US", "GB") else f"+{code}-{national}",
        f"  {local[:3]} {local[3:]}",
    ]


_JUNK = ("n/a", "call office", "123", "-", "unknown number")


def _ascii(text: str) -> str:
    kept = "".join(one for one in text.lower() if one.isascii() and one.isalnum())
    return kept or "client"


@cache
def shared_cast(size: int = 240) -> tuple[CastMember, ...]:
    """The cast: ``size`` members, the same for the same size; the first ones are the same for every size.

    Every 20th has no phone, every 15th shares its main number with the member before, every 23rd is a duplicate of
    the member before, every 30th also holds something that is no number.
    """
    chance = random.Random(360)
    members: list[CastMember] = []
    for number in range(size):
        country = list(_PLANS)[number % len(_PLANS)]
        kind: Kind = "company" if number % 6 == 5 else "lead" if number % 4 == 2 else "person"
        given, family = _GIVEN[number % 40], _FAMILY[(number * 7 + number // 40) % 40]
        if kind == "company":
            given = family = ""
        company = _COMPANIES[(number // 6) % 12] + (f" {number}" if kind == "company" and number >= 72 else "")
        typed = spellings(country, _national(country, number))
        truth = f"+{_PLANS[country][0]}{_national(country, number)}"
        main = "main" if kind == "company" else "work"
        phones = [CastPhone(main, chance.choice(typed), truth)]
        if number % 3 == 1 and kind != "company":
            second = _national(country, number + 500)
            mobile = chance.choice(spellings(country, second))
            phones.append(CastPhone("mobile", mobile, f"+{_PLANS[country][0]}{second}"))
        if number % 30 == 29:
            phones.append(CastPhone("other", _JUNK[(number // 30) % 5], None))
        local = f"{_ascii(given)}.{_ascii(family)}{number}"
        emails: tuple[str, ...] = (f"{local}@example.com",)
        if number % 5 == 0:
            emails = (*emails, f"{local.title()}+Sales@Example.ORG")
        if kind == "company" or number % 11 == 10:
            emails = ()
        twin: int | None = None
        if number % 20 == 19:
            phones = []
        elif number % 15 == 14 and members[-1].phones:
            shared = members[-1]
            country = shared.country
            true_number = shared.phones[0].e164 or ""
            national = true_number[1 + len(_PLANS[country][0]) :]
            phones[0] = CastPhone(main, chance.choice(spellings(country, national)), true_number)
            phones[1:] = [phone for phone in phones[1:] if phone.e164 is None]
        elif number % 23 == 22 and members[-1].kind != "company":
            original = members[-1]
            kind, given, family, country, twin = "person", original.given, original.family, original.country, number - 1
            phones, emails = list(original.phones), original.emails
        title = _TITLES[number % 6] if kind != "company" else ""
        members.append(CastMember(number, kind, given, family, company, country, tuple(phones), emails, title, twin))
    return tuple(members)
