"""What a CRM says of its own fields (F115-F118)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from customer360.core.records import ContactKind, RelatedKind


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    REFERENCE = "reference"
    STRUCTURE = "structure"


@attrs.frozen
class Choice:
    """One entry of a picklist: the value that is sent, the text that is shown."""

    value: str
    label: str


@attrs.frozen(kw_only=True)
class FieldInfo:
    """One field: ``name`` is the CRM's, ``label`` what its users see.

    ``creatable`` and ``editable`` say when it can be written, ``required`` that a create without it is refused,
    ``searchable`` that ``search`` can compare it, ``refers_to`` the resources a reference may name.
    """

    name: str
    label: str
    type: FieldType
    required: bool = False
    creatable: bool = True
    editable: bool = True
    searchable: bool = False
    max_length: int | None = None
    choices: tuple[Choice, ...] = ()
    refers_to: tuple[str, ...] = ()
    custom: bool = False


class StandardField(StrEnum):
    """The fields that mean the same in every CRM; a resource maps them to its own names."""

    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    PHONE = "phone"
    MOBILE = "mobile"
    EMAIL = "email"
    COMPANY = "company"
    TITLE = "title"
    OWNER = "owner"


@attrs.frozen(kw_only=True)
class Resource:
    """A kind of record of one CRM: a contact resource has a ``contact_kind``, an activity resource a
    ``related_kind``.

    ``standard`` maps our standard fields to the CRM's names; ``phones`` and ``emails`` list every field that
    holds one, in order of preference. ``private`` marks data that belong to one user's mailbox.
    """

    name: str
    label: str
    contact_kind: ContactKind | None = None
    related_kind: RelatedKind | None = None
    standard: Mapping[StandardField, str] = attrs.field(factory=dict, hash=False)
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    private: bool = False


@attrs.frozen(kw_only=True)
class Schema:
    """A resource's fields in the CRM's own order, as read from the CRM."""

    resource: str
    fields: tuple[FieldInfo, ...]

    def field(self, name: str) -> FieldInfo | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)
