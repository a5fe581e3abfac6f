"""Fields and modules, as plain data (contract section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

_JSON_TYPES = {
    "integer": "integer",
    "bigint": "string",
    "double": "double",
    "currency": "double",
    "percent": "double",
    "boolean": "boolean",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "userlookup": "jsonobject",
    "multiselectpicklist": "jsonarray",
    "subform": "jsonarray",
}
TEXTUAL = frozenset({"text", "email", "phone", "website"})
NUMERIC = frozenset({"integer", "bigint", "double", "currency", "percent"})
TEMPORAL = frozenset({"date", "datetime"})
LOOKUPS = frozenset({"lookup", "ownerlookup", "userlookup"})


@attrs.frozen
class Field:
    """A field.

    Attributes:
        name: api_name.
        data_type: Zoho's, like ``text``, ``phone``, ``picklist``, ``lookup``.
        label: display label.
        length: longest text.
        mandatory: ``system_mandatory``.
        layout_mandatory: ``required`` in the standard layout only.
        read_only: neither ``api_create`` nor ``api_update``.
        values: actual values of a picklist, first the blank one if there is one.
        labels: value -> what is displayed for it, where that differs.
        unused: values that the list once had; metadata still names them, as unused.
        target: module of a lookup; ``"*"`` for a lookup over several modules.
        searchable: whether ``word=`` looks here.
        unique: whether two records may not share a value.
        external: whether records can be named by its value (``X-EXTERNAL``).
        hidden: not shown to the user; listed with ``type=all`` only.
        custom: made by an administrator.
        comes_as: its ``json_type``, where that does not follow from the data type.
    """

    name: str
    data_type: str = "text"
    label: str = ""
    length: int = 255
    mandatory: bool = False
    layout_mandatory: bool = False
    read_only: bool = False
    values: tuple[str, ...] = ()
    labels: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    unused: tuple[str, ...] = ()
    target: str | None = None
    searchable: bool = True
    unique: bool = False
    external: bool = False
    hidden: bool = False
    custom: bool = False
    comes_as: str = ""

    @property
    def json_type(self) -> str:
        return self.comes_as or _JSON_TYPES.get(self.data_type, "string")


@attrs.frozen
class Layout:
    """A form of a module: the fields that it, and not the system, wants filled."""

    name: str
    required: frozenset[str] = frozenset()

    def requires(self, field: Field) -> bool:
        return field.mandatory or field.name in self.required


@attrs.frozen
class Module:
    """A module. ``module_name`` is the internal name of web URLs; ``name_field`` is what lookups show."""

    name: str
    fields: Mapping[str, Field]
    singular: str
    plural: str
    module_name: str
    name_field: str
    number: int
    generated_type: str = "default"
    searchable: bool = True
    check_fields: tuple[str, ...] = ()
    upsertable: bool = True
    related: tuple[tuple[str, str, str], ...] = ()
    """Related lists: api_name, module listed, lookup field there that points here."""
    own_layouts: tuple[Layout, ...] = ()
    """Layouts that administrators made beside the standard one."""

    @property
    def id(self) -> str:
        return f"61000000000000{self.number:05d}"

    def part_id(self, kind: int, number: int) -> str:
        """The id of something that belongs to the module; every ``kind`` of thing has numbers of its own."""
        return f"6100000{self.number:05d}{kind:02d}{number:05d}"

    @property
    def layouts(self) -> dict[str, Layout]:
        """All layouts by their ids, the standard one first."""
        wanted = frozenset(field.name for field in self.fields.values() if field.layout_mandatory)
        every = (Layout("Standard", wanted), *self.own_layouts)
        return {self.part_id(1, number): layout for number, layout in enumerate(every, 1)}

    def field_id(self, name: str) -> str:
        return self.part_id(0, list(self.fields).index(name))

    def of_type(self, *types: str) -> list[str]:
        """Names of the fields of these data types."""
        return [field.name for field in self.fields.values() if field.data_type in types]


_FIRST = [Field("id", "bigint", "Id", read_only=True, searchable=False)]
_LAST = [
    Field("Owner", "ownerlookup", searchable=False),
    Field("Created_By", "ownerlookup", read_only=True, searchable=False),
    Field("Modified_By", "ownerlookup", read_only=True, searchable=False),
    Field("Created_Time", "datetime", read_only=True, searchable=False),
    Field("Modified_Time", "datetime", read_only=True, searchable=False),
    Field("Last_Activity_Time", "datetime", read_only=True, searchable=False),
]


def new_module(number: int, name: str, fields: Iterable[Field], **more: Any) -> Module:
    every = {field.name: field for field in (*_FIRST, *fields, *_LAST)}
    singular = more.pop("singular", name[:-1])
    return Module(
        name=name,
        fields=every,
        singular=singular,
        plural=more.pop("plural", name),
        module_name=more.pop("module_name", name),
        name_field=more.pop("name_field", "Subject"),
        number=number,
        **more,
    )
