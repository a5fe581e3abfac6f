"""What a write may hold (contract section 6): names, types, lengths, references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.bullhorn.errors import BullhornError, NotPersisted, bad
from customer360_testkit.fakes.bullhorn.fields import PEOPLE, PERSON, Entity, Field

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

_SUBTYPES = {"Candidate": "Candidate", "Contact": "ClientContact", "ClientContact": "ClientContact", "Lead": "Lead"}
_SUBTYPES |= {"CorporateUser": "CorporateUser"}
_REFERENCE = frozenset({"id", "_subtype", "personSubtype"})
_NUMBERS: dict[str, Any] = {"Integer": int, "Long": int, "BigDecimal": (int, float), "Double": (int, float)}
_LARGEST = 2**63


class Checking:
    """Turns what was sent into raw values, or refuses."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def values(self, entity: Entity, sent: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
        """Raw values by field name. Raises BullhornError 400."""
        raw: dict[str, Any] = {}
        for name, value in sent.items():
            field = self._fake.field(entity, name)
            if field is None:
                raise bad(f"Invalid property '{name}' for entity {entity.name}.")
            if field.kind == "ID" or field.read_only or (field.once and not creating):
                self.refuse(entity, name, "READ_ONLY", f"{name} cannot be written")
            if field.kind == "TO_MANY":
                self.refuse(entity, name, "TO_MANY", f"{name} is a to-many association and needs a call of its own")
            raw[name] = self._value(entity, field, value)
        return raw

    def refuse(self, entity: Entity, name: str | None, kind: str, reason: str) -> None:
        """Raise the answer of a validation that failed."""
        rows = ((name, kind),) if self._fake.switches["validation_rows"] == "rows" else ()
        raise NotPersisted(entity.name, reason, rows)

    def complete(self, entity: Entity, row: Mapping[str, Any]) -> None:
        """Refuse a new row, or a changed one, that lacks what the database or the tenant's form requires."""
        form = self._fake.switches["form_rules"] == "enforced"
        for field in entity.fields.values():
            needed = not field.optional or (form and field.required)
            # Marked not-null, and yet production connectors create people without it (contract section 10.14).
            excused = field.name == "email" or field.kind == "ID" or field.specialization == "SYSTEM"
            if needed and not excused and row[field.name] in (None, ""):
                self.refuse(entity, field.name, "FIELD_REQUIRED", f"{field.name} is required")

    # --- one value -------------------------------------------------------------------------------------------------

    def _value(self, entity: Entity, field: Field, value: Any) -> Any:
        if value is None:
            return None
        if field.kind == "TO_ONE":
            return self._link(entity, field, value)
        if field.kind == "COMPOSITE":
            return self._composite(entity, field, value)
        if field.several:
            return self._several(entity, field, value)
        if field.data_type == "String":
            if not isinstance(value, str):
                raise self._wrong_type(field)
            if len(value) > field.max_length:
                self.refuse(entity, field.name, "TOO_LONG", f"{field.name} exceeds {field.max_length} characters")
            return value
        if field.data_type == "Boolean":
            if not isinstance(value, bool):
                raise self._wrong_type(field)
            return value
        kinds: Any = int if field.data_type == "Timestamp" else _NUMBERS[field.data_type]
        if isinstance(value, bool) or not isinstance(value, kinds) or abs(value) >= _LARGEST:
            raise self._wrong_type(field)
        return value

    def _several(self, entity: Entity, field: Field, value: Any) -> tuple[str, ...] | None:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong_type(field)
        if len(", ".join(value)) > field.max_length:
            self.refuse(entity, field.name, "TOO_LONG", f"{field.name} exceeds {field.max_length} characters")
        return tuple(value) or None

    def _composite(self, entity: Entity, field: Field, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong_type(field)
        told: dict[str, Any] = {}
        for name, length in field.parts:
            part: Any = value.get(name)
            if part is not None and type(part) is not (str if length else int):
                raise self._wrong_type(field)
            if isinstance(part, str) and len(part) > length:
                self.refuse(entity, field.name, "TOO_LONG", f"{name} exceeds {length} characters")
            told[name] = part
        unknown = value.keys() - told.keys()
        if unknown:
            raise bad(f"Invalid property '{min(unknown)}' for {field.name}.")
        return told

    def _link(self, entity: Entity, field: Field, value: Any) -> Any:
        number = value.get("id") if isinstance(value, dict) else None
        if not isinstance(number, int) or isinstance(number, bool):
            raise self._wrong_type(field)
        unknown = value.keys() - _REFERENCE
        if unknown:
            raise bad(f"Invalid property '{min(unknown)}' for {field.name}.")
        if field.target != PERSON:
            if self._fake.store.get(str(field.target), number) is None:
                self.refuse(entity, field.name, "INVALID_REFERENCE", f"{field.name} does not exist")
            return number
        subtype = value.get("personSubtype", value.get("_subtype"))
        if subtype is not None and subtype not in _SUBTYPES:
            self.refuse(entity, field.name, "INVALID_REFERENCE", f"{field.name} is of no type that exists")
        return self._person(entity, field, number, None if subtype is None else _SUBTYPES[subtype])

    def _person(self, entity: Entity, field: Field, number: int, subtype: str | None) -> tuple[str, int] | None:
        for place in PEOPLE if subtype is None else (subtype,):
            if self._fake.store.get(place, number) is None:
                continue
            if place == "Lead" and subtype is None and self._fake.switches["lead_in_note"] == "subtype_needed":
                continue
            return place, number
        self.refuse(entity, None, "INVALID_REFERENCE", "")
        return None

    @staticmethod
    def _wrong_type(field: Field) -> BullhornError:
        return bad(f"Invalid value for property '{field.name}'.")
