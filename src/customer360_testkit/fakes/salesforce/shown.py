"""How stored values look on the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.salesforce.fields import Field, SObject
from customer360_testkit.fakes.salesforce.store import Row
from customer360_testkit.fakes.salesforce.times import stamp

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

_PARTS = ("City", "Country", "GeocodeAccuracy", "Latitude", "Longitude", "PostalCode", "State", "Street")


class Shown:
    """Shows rows, and rows of whatever a polymorphic reference points to."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def reader(self, field: Field, place: SObject, version: str) -> Callable[[Row], Any]:
        """A function that shows one field of a row."""
        name = field.name
        if field.mirror is not None:
            reference, _, wanted = field.mirror.partition(".")
            return lambda row: self._mirrored(row.get(reference), wanted)
        match field.type:
            case "datetime":
                return lambda row: None if (found := row.get(name)) is None else stamp(found)
            case "address":
                prefix = name.removesuffix("Address")
                return lambda row: _address(row, prefix)
            case "base64":
                path = f"/services/data/{version}/sobjects/{place.name}"
                return lambda row: f"{path}/{row['Id']}/{name}"
        return lambda row: row.get(name)

    def record(self, place: SObject, row: Row, fields: list[Field], version: str) -> dict[str, Any]:
        """A row with its ``attributes``."""
        url = f"/services/data/{version}/sobjects/{place.name}/{row['Id']}"
        told: dict[str, Any] = {"attributes": {"type": place.name, "url": url}}
        for field in fields:
            told[field.name] = self.reader(field, place, version)(row)
        return told

    def named(self, record_id: str) -> Row | None:
        """A record as the object Name has it."""
        row = self._fake.follow(record_id, None)
        if row is None:
            return None
        kind = self._fake.schema.owner_of(record_id)
        place = self._fake.schema.objects[str(kind)]
        return {
            "Id": record_id,
            "Name": row.get(place.name_field or "Id"),
            "FirstName": row.get("FirstName"),
            "LastName": row.get("LastName"),
            "Type": kind if kind != "Group" else "Queue",
            "Phone": row.get("Phone"),
            "Email": row.get("Email"),
            "Title": row.get("Title") if kind in ("Contact", "Lead", "User") else None,
        }

    def _mirrored(self, record_id: str | None, wanted: str) -> Any:
        row = None if record_id is None else self._fake.follow(record_id, None)
        return None if row is None else row.get(wanted)


def _address(row: Row, prefix: str) -> dict[str, Any] | None:
    parts = {part[0].lower() + part[1:]: row.get(prefix + part) for part in _PARTS}
    return parts if any(value is not None for value in parts.values()) else None
