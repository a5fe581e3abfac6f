"""The standard duplicate rules, which also look across objects (contract sections 9 and 10.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from customer360_testkit.fakes.salesforce.errors import SalesforceError
from customer360_testkit.fakes.salesforce.fields import SObject
from customer360_testkit.fakes.salesforce.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

_PEOPLE = ("Contact", "Lead")
_LOOKED_THROUGH = {"Contact": _PEOPLE, "Lead": ("Lead", "Contact"), "Account": ("Account",)}
WATCHED = {"Email", "FirstName", "LastName", "Name", "Phone", "MobilePhone", "HomePhone", "OtherPhone"}
"""A write that touches none of these is not compared."""


@attrs.frozen
class DuplicateHeader:
    """``Sforce-Duplicate-Rule-Header``, taken apart."""

    allow_save: bool = False
    include_details: bool = False

    @classmethod
    def parse(cls, header: str | None) -> DuplicateHeader:
        told: dict[str, bool] = {}
        for part in (header or "").split(";"):
            name, _, value = part.partition("=")
            told[name.strip().lower()] = value.strip().lower() == "true"
        return cls(told.get("allowsave", False), told.get("includerecorddetails", False))


class Duplicates:
    """Refuses a row that looks like others."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake
        self.active = True

    def looks_through(self, module: str) -> bool:
        """Whether a new record of the module is compared with those that are there."""
        return self.active and module in _LOOKED_THROUGH and self._fake.switches["duplicate_rules"] != "off"

    def check(self, place: SObject, row: Row, header: DuplicateHeader, version: str) -> None:
        """Raises SalesforceError DUPLICATES_DETECTED."""
        rule = self._fake.switches["duplicate_rules"]
        if not self.looks_through(place.name) or (rule == "alert" and header.allow_save):
            return
        results = [
            self._result(other, found, header, version)
            for other in _LOOKED_THROUGH[place.name]
            if (found := list(self._matches(other, row)))
        ]
        if not results:
            return
        if rule == "block":
            message = "You're creating a duplicate record. It cannot be saved."
        else:
            message = "You're creating a duplicate record. We recommend you use an existing record instead."
        told = {
            "allowSave": rule == "alert",
            "duplicateRule": f"Standard_{place.name}_Duplicate_Rule",
            "duplicateRuleEntityType": place.name,
            "errorMessage": message,
            "matchResults": results,
        }
        more = {self._fake.switches["duplicate_key"]: told}
        raise SalesforceError(400, "DUPLICATES_DETECTED", message, more=more)

    def _matches(self, other: str, row: Row) -> Iterator[Row]:
        mine = _traits(row)
        for found in self._fake.store.rows(other):
            if found["Id"] != row["Id"] and not found.get("IsConverted") and mine & _traits(found):
                yield found

    def _result(self, other: str, found: list[Row], header: DuplicateHeader, version: str) -> dict[str, Any]:
        place = self._fake.schema.objects[other]
        fields = [place.fields[name] for name in ("Id", "Name", "Phone", "Email") if name in place.fields]
        shown = fields if header.include_details else fields[:1]
        return {
            "entityType": other,
            "errors": [],
            "matchEngine": "FuzzyMatchEngine",
            "matchRecords": [
                {
                    "additionalInformation": [],
                    "fieldDiffs": [],
                    "matchConfidence": 100.0,
                    "record": self._fake.shown.record(place, row, shown, version),
                }
                for row in found
            ],
            "rule": f"Standard_{other}_Match_Rule_v1_1",
            "size": len(found),
            "success": True,
        }


def _traits(row: Row) -> set[tuple[str, ...]]:
    """Rows that share one of these are duplicates: the e-mail, or a name together with a number."""
    found: set[tuple[str, ...]] = set()
    if row.get("Email"):
        found.add(("email", row["Email"].casefold()))
    name = row["Name"].casefold() if row.get("Name") else None
    for field in ("Phone", "MobilePhone", "HomePhone", "OtherPhone"):
        digits = "".join(one for one in row.get(field) or "" if one.isdigit())
        if name and digits:
            found.add((name, digits))
    return found
