"""What an object is made of: fields, and the short ways in which :mod:`.stock` and its rooms write them down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

TEXTS = frozenset({"string", "textarea", "phone", "url", "email", "picklist", "multipicklist", "combobox"})
LONG_TEXT = 255
"""A textarea longer than this can be neither filtered nor sorted by."""


@attrs.frozen
class Field:
    """A field as describe tells it; what describe has and this has not is derived in :mod:`.describing`.

    Attributes:
        targets: objects that a reference may point to.
        relationship: name of the step to them in a dotted path; None when there is none.
        values: of a picklist; the first of ``default`` is preset.
        labels: value -> what is displayed for it, where that differs.
        mirror: ``Reference.Field``: shown, never stored.
        write_only: accepted and never shown.
    """

    name: str
    type: str = "string"
    length: int = 0
    label: str = ""
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    defaulted: bool = False
    filterable: bool = True
    sortable: bool = True
    groupable: bool = True
    restricted: bool = False
    id_lookup: bool = False
    external_id: bool = False
    unique: bool = False
    name_field: bool = False
    calculated: bool = False
    auto_number: bool = False
    compound: str | None = None
    targets: tuple[str, ...] = ()
    relationship: str | None = None
    values: tuple[str, ...] = ()
    labels: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    default: Any = None
    precision: int = 0
    scale: int = 0
    digits: int = 0
    custom: bool = False
    mirror: str | None = None
    write_only: bool = False

    @property
    def is_text(self) -> bool:
        return self.type in TEXTS

    @property
    def is_id(self) -> bool:
        return self.type in ("id", "reference")

    @property
    def polymorphic(self) -> bool:
        return len(self.targets) > 1


@attrs.frozen
class Child:
    """Records of ``object`` whose ``field`` points here, under the name of a sub-query (None: not to be queried)."""

    object: str
    field: str
    name: str | None
    cascade: bool = False


@attrs.frozen
class RecordType:
    id: str
    name: str
    default: bool = False


class SObject:
    """An object with its fields, in the order of describe."""

    def __init__(
        self,
        name: str,
        prefix: str | None,
        fields: Iterable[Field],
        *,
        label: str = "",
        plural: str = "",
        children: Iterable[Child] = (),
        record_types: Iterable[RecordType] = (),
        flags: Mapping[str, bool] | None = None,
        custom: bool = False,
    ) -> None:
        self.name = name
        self.prefix = prefix
        self.label = label or name
        self.plural = plural or f"{self.label}s"
        self.fields: dict[str, Field] = {}
        self.children = tuple(children)
        self.record_types = tuple(record_types)
        self.custom = custom
        self.flags = {
            **dict.fromkeys(("createable", "updateable", "deletable", "queryable", "searchable", "layoutable"), True),
            **(flags or {}),
        }
        for field in fields:
            self.put(field)

    def put(self, field: Field) -> None:
        """Add a field, or replace the one of that name."""
        self.fields[field.name] = field
        self._index()

    def drop(self, name: str) -> None:
        del self.fields[name]
        self._index()

    def copy(self) -> SObject:
        return SObject(
            self.name,
            self.prefix,
            self.fields.values(),
            label=self.label,
            plural=self.plural,
            children=self.children,
            record_types=self.record_types,
            flags=self.flags,
            custom=self.custom,
        )

    def field(self, name: str) -> Field | None:
        """By name, whatever its case."""
        return self.fields.get(name) or self._lower.get(name.lower())

    def step(self, name: str) -> Field | None:
        """The reference that a dotted path follows under that name, whatever its case."""
        return self._steps.get(name.lower())

    def child(self, name: str) -> Child | None:
        wanted = name.lower()
        return next((child for child in self.children if child.name and child.name.lower() == wanted), None)

    @property
    def name_field(self) -> str | None:
        return self._name_field

    def _index(self) -> None:
        self._lower = {name.lower(): field for name, field in self.fields.items()}
        self._steps = {
            field.relationship.lower(): field for field in self.fields.values() if field.relationship is not None
        }
        named = [field.name for field in self.fields.values() if field.name_field]
        # With person accounts Account has three of them, and the first is the one.
        self._name_field = named[0] if named else None


# --- short ways ----------------------------------------------------------------------------------------------------

READ_ONLY: Mapping[str, Any] = {"createable": False, "updateable": False}
CREATE_ONLY: Mapping[str, Any] = {"updateable": False}
REQUIRED: Mapping[str, Any] = {"nillable": False}
SHOWN: Mapping[str, Any] = {"createable": False, "updateable": False, "nillable": False, "defaulted": True}


def text(name: str, length: int, /, **more: Any) -> Field:
    return Field(name, "string", length, **more)


def long_text(name: str, length: int = 32_000, /, **more: Any) -> Field:
    return Field(name, "textarea", length, filterable=False, sortable=False, groupable=False, **more)


def phone(name: str, /, **more: Any) -> Field:
    return Field(name, "phone", 40, **more)


def email(name: str = "Email", /, **more: Any) -> Field:
    return Field(name, "email", 80, **more)


def url(name: str, /, **more: Any) -> Field:
    return Field(name, "url", 255, **more)


def pick(name: str, values: str, /, *, length: int = 255, **more: Any) -> Field:
    """``values`` are separated by ``|``; the one that ends in ``*`` is preset."""
    found = values.split("|")
    preset = next((value[:-1] for value in found if value.endswith("*")), None)
    plain = tuple(value.removesuffix("*") for value in found)
    kind = more.pop("type", "picklist")
    return Field(name, kind, length, values=plain, default=preset, defaulted=preset is not None, **more)


def reference(name: str, targets: str, relationship: str | None = "", /, **more: Any) -> Field:
    """``targets`` are separated by blanks; the relationship is the name without ``Id`` unless told otherwise."""
    step = name.removesuffix("Id") if relationship == "" else relationship
    return Field(name, "reference", 18, targets=tuple(targets.split()), relationship=step, **more)


def flag(name: str, /, **more: Any) -> Field:
    return Field(name, "boolean", nillable=False, defaulted=True, default=False, **more)


def moment(name: str, /, **more: Any) -> Field:
    return Field(name, "datetime", groupable=False, **more)


def date(name: str, /, **more: Any) -> Field:
    return Field(name, "date", **more)


def number(name: str, /, *, type: str = "double", precision: int = 18, scale: int = 2, **more: Any) -> Field:
    return Field(name, type, precision=precision, scale=scale, groupable=False, **more)


def integer(name: str, digits: int = 8, /, **more: Any) -> Field:
    return Field(name, "int", digits=digits, **more)


def address(prefix: str) -> list[Field]:
    """The parts, and the compound that shows them together."""
    whole = f"{prefix}Address"
    return [
        Field(f"{prefix}Street", "textarea", 255, compound=whole),
        text(f"{prefix}City", 40, compound=whole),
        text(f"{prefix}State", 80, compound=whole),
        text(f"{prefix}PostalCode", 20, compound=whole),
        text(f"{prefix}Country", 80, compound=whole),
        number(f"{prefix}Latitude", scale=15, compound=whole),
        number(f"{prefix}Longitude", scale=15, compound=whole),
        pick(
            f"{prefix}GeocodeAccuracy",
            "Address|NearAddress|Block|Street|ExtendedZip|Zip|Neighborhood|City|County|State|Unknown",
            length=40,
            restricted=True,
            compound=whole,
        ),
        Field(whole, "address", **READ_ONLY, sortable=False, groupable=False),
    ]


def identity() -> list[Field]:
    return [Field("Id", "id", 18, id_lookup=True, **SHOWN), flag("IsDeleted", createable=False, updateable=False)]


def owner(targets: str = "User") -> Field:
    return reference("OwnerId", targets, nillable=False, defaulted=True)


def audit() -> list[Field]:
    return [
        moment("CreatedDate", **SHOWN),
        reference("CreatedById", "User", **SHOWN),
        moment("LastModifiedDate", **SHOWN),
        reference("LastModifiedById", "User", **SHOWN),
        moment("SystemModstamp", **SHOWN),
    ]


def seen() -> list[Field]:
    return [moment("LastViewedDate", **READ_ONLY), moment("LastReferencedDate", **READ_ONLY)]
