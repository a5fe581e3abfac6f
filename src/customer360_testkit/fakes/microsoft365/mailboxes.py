"""Who has a mailbox, and what is in it at the start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.fakes.microsoft365.contacts import derived
from customer360_testkit.fakes.microsoft365.schema import CONTACT_DEFAULTS
from customer360_testkit.fakes.microsoft365.store import Mailbox
from customer360_testkit.fakes.oauth import FakeUser

USERS = (
    FakeUser(
        "kim",
        "6265f0d1-3c1c-4a7e-9a30-0d5b8f1c2a01",
        "Kim Akers",
        "kim@contoso.example",
        "Europe/London",
        details={
            "businessPhones": ("+44 20 7946 0981",),
            "mobilePhone": "+44 7700 900981",
            "userPrincipalName": "k.akers@contoso.onmicrosoft.example",
        },
    ),
    FakeUser(
        "lee",
        "6265f0d1-3c1c-4a7e-9a30-0d5b8f1c2a02",
        "Lee Gu",
        "lee@contoso.example",
        "Europe/Berlin",
        details={"businessPhones": ("+49 30 23125 982",)},
    ),
)
"""Numbers of ranges kept for drama. Kim signs in by a name that nobody has ever written to."""
_OVERSEAS = {"kim": "Australia/Adelaide", "lee": "America/Denver"}
CALLS_NAME = "Customer calls"
"""Of a calendar for calls (section 7)."""
_COUNTRIES = {
    "GB": "United Kingdom",
    "US": "United States",
    "DE": "Germany",
    "FR": "France",
    "AU": "Australia",
    "IT": "Italy",
    "ES": "Spain",
    "PL": "Poland",
    "BR": "Brazil",
    "JP": "Japan",
}
"""As people type them."""
_TASK_LISTS = {
    "kim": (("Groceries", "none"), ("Tasks", "defaultList"), ("Flagged Emails", "flaggedEmails")),
    "lee": (("Aufgaben", "defaultList"), ("Tasks", "none")),
}
"""The system's are called as the user's language has it; the others as the user likes."""


def users_in(zones: str) -> tuple[FakeUser, ...]:
    """Who they are where they live, by the switch of that name."""
    if zones == "europe":
        return USERS
    return tuple(attrs.evolve(user, time_zone=_OVERSEAS[user.login]) for user in USERS)


def principal_name(user: FakeUser) -> str:
    """What a user signs in with: the address, unless it is another name."""
    return str(user.details.get("userPrincipalName", user.email))


def held_by(login: str, cast: Sequence[CastMember]) -> Sequence[CastMember]:
    """Kim has six of seven, Lee a third and the rest: some are in both mailboxes."""
    if login == "kim":
        return [one for one in cast if one.number % 7 != 3]
    return [one for one in cast if one.number % 3 == 0 or one.number % 7 == 3]


def new_mailbox(user: FakeUser, members: Sequence[CastMember], now: float, *, calls: bool = False) -> Mailbox:
    """Two contact folders, some calendars, some task lists, and the members as contacts.

    Of the calendars one or two are the user's (one for ``calls``). Another is a colleague's, who lets the user read it
    or, where there is one for calls, write there, too; nobody but herself can share it. Then there are the holidays of
    more countries than a page holds, and what the user makes comes after them.
    """
    box = Mailbox(user.login)
    box.defaults["root"] = "AAMkroot" + "A" * 40
    default = box.add("contactFolder", "hidden", {"displayName": "Contacts"}, now)
    box.defaults["contacts"] = default.fixed
    box.add("contactFolder", box.defaults["root"], {"displayName": "Suppliers"}, now)
    own = box.add("calendar", "", calendar_data(user, default=True, name="Calendar"), now)
    box.defaults["calendar"] = own.fixed
    box.add("calendar", "", calendar_data(user, name="Birthdays", editable=False), now)
    colleague = next(each for each in USERS if each.login != user.login)
    box.add("calendar", "", {**calendar_data(colleague, name=CALLS_NAME, editable=calls), "canShare": False}, now)
    for country in _COUNTRIES.values():
        box.add("calendar", "", calendar_data(user, name=f"Holidays in {country}", editable=False), now)
    if calls:
        box.add("calendar", "", calendar_data(user, name=CALLS_NAME), now)
    for name, known in _TASK_LISTS[user.login]:
        box.add("todoTaskList", "", task_list(name, known), now)
    box.add("outlookCategory", "", {"displayName": "Red category", "color": "preset0"}, now)
    for member in members:
        box.add("contact", default.fixed, _contact(member), now)
    return box


def task_list(name: str, known: str = "none") -> dict[str, Any]:
    return {"displayName": name, "isOwner": True, "isShared": False, "wellknownListName": known}


def calendar_data(
    user: FakeUser, *, name: str, color: str = "auto", default: bool = False, editable: bool = True
) -> dict[str, Any]:
    return {
        "name": name,
        "color": color,
        "hexColor": "",
        "isDefaultCalendar": default,
        "canEdit": editable,
        "canShare": editable,
        "owner": {"name": user.name, "address": user.email},
    }


def _contact(member: CastMember) -> dict[str, Any]:
    """A customer as somebody typed it into Outlook: numbers as spelled, in three members."""
    data: dict[str, Any] = {
        **CONTACT_DEFAULTS,
        "givenName": member.given or None,
        "surname": member.family or None,
        "companyName": member.company or None,
        "jobTitle": member.title or None,
        "emailAddresses": [{"name": member.name, "address": address} for address in member.emails],
        "businessPhones": [],
        "homePhones": [],
    }
    for phone in member.phones:
        if phone.label == "mobile":
            data["mobilePhone"] = phone.spelled
        elif phone.label in ("work", "main") and member.number % 8 != 4:
            data["businessPhones"].append(phone.spelled)
        else:
            data["homePhones"].append(phone.spelled)
    return derived({**data, **_places(member)})


def _places(member: CastMember) -> dict[str, Any]:
    """Where a customer lives, as somebody typed it into one of three addresses (section 4); some records lack it."""
    if member.number % 7 == 0:
        return {}
    country = {"countryOrRegion": _COUNTRIES[member.country]}
    if member.number % 4 == 2:
        return {"businessAddress": {"city": "Springfield"}, "otherAddress": country}
    return {"homeAddress" if member.number % 8 == 4 else "businessAddress": country}
