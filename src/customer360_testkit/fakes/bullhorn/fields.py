"""Fields and entities, as plain data (contract section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import attrs

Kind = Literal["ID", "SCALAR", "COMPOSITE", "TO_ONE", "TO_MANY"]
PERSON = "Person"
"""Target of links to a Candidate, ClientContact, Lead or CorporateUser; their raw values are ``(entity, id)``."""
PEOPLE = ("Candidate", "ClientContact", "Lead", "CorporateUser")
UNLIMITED = 2_147_483_647


@attrs.frozen
class Field:
    """A field.

    Attributes:
        name, kind, data_type, label, specialization: as the metadata tell them.
        max_length: of text.
        optional: whether the database column may be null.
        required: whether the tenant's form asks for it.
        default: what a new record has; a date may be ``now``.
        read_only: refused in every write. ``once``: may be given on create only.
        options: (value, label) of a pick list.
        several: whether a record may hold several of them. That the metadata say so is known; a list of texts is the
            one form of it that tells a comma in a value from one between two.
        target: entity of an association, or ``Person``.
        via: of a to-many: the other entity and its field that points here; None where the ids are stored here.
        parts: of a composite: its members with their lengths (0 for an integer).
        phone: whether the index holds digits only.
    """

    name: str
    kind: Kind = "SCALAR"
    data_type: str = "String"
    label: str = ""
    max_length: int = 100
    optional: bool = True
    required: bool = False
    default: Any = None
    read_only: bool = False
    once: bool = False
    options: tuple[tuple[Any, str], ...] = ()
    several: bool = False
    specialization: str | None = None
    target: str | None = None
    via: tuple[str, str] | None = None
    parts: tuple[tuple[str, int], ...] = ()
    hidden: bool = False
    custom: bool = False

    @property
    def phone(self) -> bool:
        return self.specialization == "PHONE"

    @property
    def textual(self) -> bool:
        return self.kind == "SCALAR" and self.data_type == "String"


@attrs.frozen
class Entity:
    """An entity.

    Attributes:
        search, query: which of the two languages finds its records.
        deletes: how DELETE works: soft, hard, or not at all.
        writable: whether the API creates and changes records.
        mass: whether massUpdate takes it.
        sequence: which sequence its ids are from, and the first of them.
    """

    name: str
    fields: Mapping[str, Field]
    label: str
    search: bool = False
    query: bool = True
    deletes: Literal["soft", "hard", "refused"] = "soft"
    writable: bool = True
    mass: bool = False
    sequence: tuple[str, int] = ("", 1)

    @property
    def soft(self) -> bool:
        return "isDeleted" in self.fields

    def with_fields(self, fields: Iterable[Field]) -> Entity:
        return attrs.evolve(self, fields={**self.fields, **{field.name: field for field in fields}})


def text(name: str, length: int = 100, **more: Any) -> Field:
    return Field(name, max_length=length, **more)


def phone(name: str, **more: Any) -> Field:
    return Field(name, max_length=20, specialization="PHONE", **more)


def pick(name: str, length: int, *values: str, **more: Any) -> Field:
    return Field(name, max_length=length, options=tuple((value, value) for value in values), **more)


def number(name: str, data_type: str = "Integer", **more: Any) -> Field:
    return Field(name, data_type=data_type, **more)


def flag(name: str, default: bool = False, **more: Any) -> Field:
    return Field(name, data_type="Boolean", default=default, **more)


def moment(name: str, **more: Any) -> Field:
    return Field(name, data_type="Timestamp", **more)


def system_moment(name: str, **more: Any) -> Field:
    return moment(name, specialization="SYSTEM", read_only=True, **more)


def one(name: str, target: str, **more: Any) -> Field:
    return Field(name, kind="TO_ONE", data_type="", target=target, **more)


def many(name: str, target: str, by: str | None = None, **more: Any) -> Field:
    """A to-many: the records of ``target`` whose field ``by`` points here, or ids that are stored here."""
    via = None if by is None else (target, by)
    return Field(name, kind="TO_MANY", data_type="", target=target, via=via, **more)


def address(name: str) -> Field:
    parts = (("address1", 100), ("address2", 100), ("city", 40), ("state", 50), ("zip", 15), ("countryID", 0))
    return Field(name, kind="COMPOSITE", data_type="Address", specialization="ADDRESS_BLOCK", parts=parts)


def entity(name: str, fields: Iterable[Field], **more: Any) -> Entity:
    """An entity with ``id`` before its fields. Labels are the names unless they are given."""
    every = (Field("id", kind="ID", data_type="Integer", label="ID", optional=False, read_only=True), *fields)
    label = more.pop("label", name)
    sequence = more.pop("sequence", (name, 1))
    named = {field.name: attrs.evolve(field, label=field.label or _label(field.name)) for field in every}
    return Entity(name, named, label, sequence=sequence, **more)


def _label(name: str) -> str:
    words = "".join(f" {one}" if one.isupper() else one for one in name)
    return words[:1].upper() + words[1:]
