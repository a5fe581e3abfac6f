"""Countries and states, which are typed, or chosen where an organisation has switched that on.

The contract's tables leave these choices out; they are as the vendor's help has them ("State and Country/Territory
Picklists"): beside each country and each state, which hold names, stands a field for its code, and the two follow each
other. This organisation's users may write neither (field-level security): another program of theirs keeps addresses.
"""

from __future__ import annotations

import attrs

from customer360_testkit.fakes.salesforce.fields import READ_ONLY, Field, SObject
from customer360_testkit.fakes.salesforce.store import Row

COUNTRIES = {
    "GB": "United Kingdom", "US": "United States", "DE": "Germany", "FR": "France", "AU": "Australia", "IT": "Italy",
    "ES": "Spain", "PL": "Poland", "BR": "Brazil", "JP": "Japan", "CA": "Canada", "IN": "India",
}  # fmt: skip
STATES = {
    "US": {"CA": "California", "DE": "Delaware", "IN": "Indiana", "GA": "Georgia"},
    "AU": {"SA": "South Australia", "WA": "Western Australia"},
    "BR": {"PA": "Pará", "AL": "Alagoas"},
    "IT": {"MI": "Milano", "PA": "Palermo"},
    "CA": {"PE": "Prince Edward Island", "NL": "Newfoundland and Labrador"},
    "IN": {"GA": "Goa", "TN": "Tamil Nadu"},
}
"""Country -> its states: many of their codes are those of countries elsewhere."""
_LENGTH = 10


def pick_places(place: SObject) -> None:
    """Beside each country and state of an object comes its code."""
    states = {code: name for each in STATES.values() for code, name in each.items()}
    for name, field in list(place.fields.items()):
        if field.compound and name.endswith(("State", "Country")):
            known = COUNTRIES if name.endswith("Country") else states
            place.put(attrs.evolve(field, **READ_ONLY))
            more = {**READ_ONLY, "restricted": True, "compound": field.compound, "labels": known}
            place.put(Field(f"{name}Code", "picklist", _LENGTH, values=tuple(known), **more))


def lived(prefix: str, country: str, number: int, *, chosen: bool) -> Row:
    """An address in that country, and in one of its states if any are known: those who type one type its code."""
    states = [*STATES.get(country, {}).items()]
    code, state = states[number % len(states)] if states else (None, None)
    if not chosen:
        return {f"{prefix}Country": COUNTRIES[country], f"{prefix}State": code}
    names = {f"{prefix}Country": COUNTRIES[country], f"{prefix}State": state}
    return {**names, f"{prefix}CountryCode": country, f"{prefix}StateCode": code}
