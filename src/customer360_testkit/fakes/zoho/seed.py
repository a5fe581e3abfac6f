"""The organisation as it stands at the start: the shared cast, and what hangs off some of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.fakes.oauth import FakeUser
from customer360_testkit.fakes.zoho.fields import Field, Layout
from customer360_testkit.fakes.zoho.schema import Schema
from customer360_testkit.fakes.zoho.store import Row, Store

DAY = 86_400
USERS = (
    FakeUser("alex", "6100000000000050001", "Alex Admin", "alex@acme.example", "Europe/Berlin", administrator=True),
    FakeUser("kim", "6100000000000050002", "Kim Agent", "kim@acme.example", "Europe/London"),
    FakeUser("lee", "6100000000000050003", "Lee Agent", "lee@acme.example", "America/New_York"),
)
ZONES = {
    "whole hours": ("Europe/Berlin", *(user.time_zone for user in USERS)),
    "half hours": ("Asia/Kolkata", "Asia/Kolkata", "Australia/Adelaide", "America/St_Johns"),
}
"""The time zones of the organisation and of each user."""
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
_PHONES = {"work": "Phone", "main": "Phone", "mobile": "Mobile", "home": "Home_Phone", "other": "Other_Phone"}


_OWN_FIELDS = (
    Field("Interests", "multiselectpicklist", values=("Garden", "Music", "Travel, far away"), searchable=False),
    Field("Satisfaction", "double", searchable=False),
    Field("Discount", "percent", searchable=False),
    Field("Next_Review", "datetime", searchable=False),
    Field("Account_Manager", "userlookup", searchable=False),
    Field("Devices", "subform", read_only=True, searchable=False),
    Field("Worth", "formula", read_only=True, searchable=False, comes_as="double"),
)


def customise(schema: Schema) -> None:
    """What administrators of this organisation have added: fields of many types, a form for partners, modules."""
    schema.put_field("Contacts", Field("Customer_Number", length=40, custom=True))
    schema.put_field("Contacts", Field("Priority_Level", "picklist", values=("-None-", "Gold", "Silver"), custom=True))
    schema.put_field("Contacts", Field("Referred_By", "lookup", target="Contacts", custom=True))
    for field in _OWN_FIELDS:
        schema.put_field("Contacts", attrs.evolve(field, custom=True))
    # A direct line. Zoho makes API names of ASCII letters alone: of a label in another script comes a numbered one.
    schema.put_field("Contacts", Field("field1", "phone", "直通電話", length=30, custom=True))
    # Partners want to know where somebody sits: nobody else need fill it.
    schema.add_layout("Contacts", Layout("Partners", frozenset({"Department"})))
    # The first module that somebody made holds nobody's number.
    schema.add_module("Buildings", [Field("Street", length=120), Field("Floors", "integer")])
    schema.add_module("Memberships", [Field("Phone", "phone", length=30), Field("Email", "email", length=100)])


class Seeding:
    """Writes the cast into a store, oldest first."""

    def __init__(self, store: Store, schema: Schema, now: int) -> None:
        self._store = store
        self._schema = schema
        self._now = now
        self._then = now - 400 * DAY
        self._accounts: dict[str, str] = {}
        self._first: str | None = None

    def fill(self, cast: Sequence[CastMember]) -> None:
        # A day lies between two members of a small cast; a large one, too, came in the course of a year.
        step = min(DAY, 365 * DAY // max(1, len(cast)))
        for member in cast:
            self._then += step
            match member.kind:
                case "company":
                    self._accounts[member.company] = self._company(member)
                case "lead":
                    self._lead(member)
                case _:
                    self._history(self._contact(member), member)
        self._put(
            "Vendors", {"Vendor_Name": "Paper & Co.", "Phone": "+44 20 7946 0999", "Email": "sales@paper.example"}
        )
        self._put("Buildings", {"Name": "Harbour House", "Street": "1 Quay Lane", "Floors": 4})
        self._put("Memberships", {"Name": "Founders", "Phone": "+44 20 7946 0998"})

    def _contact(self, member: CastMember) -> str:
        account = self._accounts.get(member.company)
        if member.company and account is None:
            account = self._accounts[member.company] = self._put("Accounts", {"Account_Name": member.company})
        # A title that no picklist knows, a country that some records lack: real data are like that.
        country = {} if member.number % 7 == 0 else {"Mailing_Country": _COUNTRIES[member.country]}
        made = self._put(
            "Contacts",
            {
                **_person(member),
                **country,
                "Title": member.title or None,
                "Account_Name": account,
                "Customer_Number": f"C-{member.number:04d}",
                "Referred_By": self._first if member.number % 4 == 0 else None,
                **(self._more() if member.number % 4 == 1 else {}),
            },
        )
        self._first = self._first or made
        return made

    def _more(self) -> Row:
        """What a customer's own fields hold, and a tag."""
        return {
            "Interests": ["Garden", "Travel, far away"],
            "Satisfaction": 4.5,
            "Discount": 12.5,
            "Next_Review": self._then,
            "Account_Manager": USERS[1].id,
            "Devices": [{"id": self._store.new_id(), "Kind": kind} for kind in ("Router", "Telephone")],
            "Worth": 1250.75,
            "Tag": [{"name": name, "id": self._store.new_id(), "color_code": None} for name in ("VIP", "Fair")],
        }

    def _lead(self, member: CastMember) -> str:
        company = member.company or "Unknown"
        fields = {**_person(member), "Company": company, "Country": _COUNTRIES[member.country]}
        return self._put("Leads", {**fields, "Designation": member.title or None, "Converted__s": False})

    def _company(self, member: CastMember) -> str:
        fields: Row = {"Account_Name": member.company, "Billing_Country": _COUNTRIES[member.country]}
        numbers = zip(("Phone", "Fax"), (phone.spelled for phone in member.phones), strict=False)
        return self._put("Accounts", {**fields, **dict(numbers)})

    def _history(self, contact: str, member: CastMember) -> None:
        """Every third person has a past; every ninth more of it."""
        if member.number % 3:
            return
        for number in range(4 if member.number % 9 == 0 else 1):
            at = self._then + number * 3600
            link: Row = {"Who_Id": contact, "$se_module": "Contacts"}
            self._put(
                "Notes", {"Note_Title": f"Note {number}", "Note_Content": "Prefers e-mail", **_below(contact)}, at
            )
            closed = number % 2 == 0
            status = {"Status": "Completed" if closed else "Not Started", "Closed_Time": at if closed else None}
            self._put("Tasks", {"Subject": f"Send offer {number}", **status, **link}, at)
            self._put("Calls", {**_call(at, number), **link}, at)
            event = {"Event_Title": f"Visit {number}", "Start_DateTime": at, "End_DateTime": at + 3600}
            self._put("Events", {**event, **link}, at)
        if member.number % 6 == 0:
            self._store.case_number += 1
            case = {"Subject": "Delivery is late", "Status": "New", "Case_Origin": "Phone", "Related_To": contact}
            self._put("Cases", {**case, "Case_Number": f"CASE-{self._store.case_number:05d}"})
            deal = {"Deal_Name": f"Deal {member.number}", "Stage": "Qualification", "Contact_Name": contact}
            self._put("Deals", {**deal, "Amount": 1000.0 + member.number})
        if member.number % 12 == 3:
            self._deals(contact, member)

    def _deals(self, contact: str, member: CastMember) -> None:
        """Three, the first of which was made last."""
        deals = (("Qualification", 40, 2), ("Closed Won", -20, 0), ("Negotiation/Review", 10, 1))
        for number, (stage, closing, made) in enumerate(deals):
            deal = {"Deal_Name": f"Deal {member.number}.{number}", "Stage": stage, "Contact_Name": contact}
            day = datetime.fromtimestamp(self._now + closing * DAY, UTC).date().isoformat()
            worth = {"Amount": 1000.0 * (number + 1), "Closing_Date": day}
            text = f"Wants it delivered, part {number}"
            self._put("Deals", {**deal, **worth, "Description": text}, self._then + made * DAY // 4)

    def _put(self, module: str, values: dict[str, Any], at: int | None = None) -> str:
        when = min(self._then if at is None else at, self._now - 3600)
        owner = USERS[int(when // DAY) % len(USERS)].id
        row: Row = dict.fromkeys(self._schema.modules[module].fields)
        row |= {"Owner": owner, "Created_By": owner, "Modified_By": owner, "Created_Time": when, "Modified_Time": when}
        row |= {**values, "id": self._store.new_id()}
        self._store.put(module, row, when, when)
        return str(row["id"])


def _person(member: CastMember) -> Row:
    values: Row = {"First_Name": member.given or None, "Last_Name": member.family, "Full_Name": member.name}
    for phone in member.phones:
        name = _PHONES[phone.label]
        values[name if member.kind != "lead" or name in ("Phone", "Mobile") else "Fax"] = phone.spelled
    for name, email in zip(("Email", "Secondary_Email"), member.emails, strict=False):
        values[name] = email
    return values


def _below(contact: str) -> Row:
    return {"Parent_Id": contact, "$se_module": "Contacts"}


def _call(at: int, number: int) -> Row:
    kind = ("Inbound", "Outbound", "Missed")[number % 3]
    seconds = None if kind == "Missed" else 60 + number
    return {
        "Subject": f"{kind} call {number}",
        "Call_Type": kind,
        "Call_Start_Time": at,
        "Call_Duration": None if seconds is None else f"{seconds // 60:02d}:{seconds % 60:02d}",
        "Call_Duration_in_seconds": seconds,
        "Call_Status": {"Inbound": "Received", "Missed": "Missed"}.get(kind, "Completed"),
        "Outgoing_Call_Status": "Completed" if kind == "Outbound" else None,
    }
