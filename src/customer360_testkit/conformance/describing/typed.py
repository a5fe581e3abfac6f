"""Whatever type a field is of, its values are kept: given to a create, to a change, and taken away again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, ValidationFailed
from customer360.core.metadata import FieldInfo, FieldType, Resource
from customer360.core.records import ContactDraft, Fields, RecordRef
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.newcomers import Newcomers

_CREATE, _UPDATE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_NEPAL = timezone(timedelta(hours=5, minutes=45))
_TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)
_ALWAYS = frozenset({FieldType.TEXT, FieldType.CHOICE, FieldType.BOOLEAN, FieldType.DATE, FieldType.STRUCTURE})
"""Types of which a CRM that has such fields to write takes one: the rest may have rules, or targets, of their own."""


_WORDS = ("first", "second", "third", "fourth")


def samples(field: FieldInfo, number: int) -> tuple[Any, ...]:
    """Three values or more that a field of that type may hold; nothing where it is not known what."""
    choices = [choice.value for choice in field.choices]
    match field.type:
        case FieldType.TEXT | FieldType.LONG_TEXT if not choices:
            return tuple(f"Qu{number} {each}"[: field.max_length] for each in _WORDS)
        case FieldType.URL:
            return tuple(f"https://conform.example/{number}/{each}" for each in _WORDS)
        case FieldType.CHOICE if choices:
            return choices[0], choices[-1], choices[len(choices) // 2]
        case FieldType.CHOICES:
            several = tuple(choices[:3]) or ("Quill, A", "Quill B", "Quill C")
            return several[:1], several, ()
        case FieldType.BOOLEAN:
            return True, False, True
        case FieldType.NUMBER:
            return 7, 0, 12
        case FieldType.DATE:
            return date(1960, 2, 29), date(2019, 12, 31), date(2000, 1, 1)
        case FieldType.DATETIME:
            summer = datetime(2019, 7, 14, 0, 30, 37, tzinfo=_NEPAL)
            return datetime(2019, 1, 14, 12, tzinfo=UTC), summer, datetime(2020, 1, 31, 23, 30, tzinfo=UTC)
    return ()


class TypedChecks(Newcomers):
    """See the module."""

    @catches("loses values of some type", _CREATE, _UPDATE)
    def test_values_of_every_type_are_kept(self, link: Link) -> None:
        """Of everybody, in a create and in a change, and an empty one empties: no and zero are values (F011, F012)."""
        for resource, needed in self.needing(link):
            fields = self._typed_fields(link, resource, needed)
            values = {each.name: self._typed_values(link, resource, needed, each, n) for n, each in enumerate(fields)}
            values = {name: each for name, each in values.items() if each}
            others = {name: each[3:] or each[1:2] for name, each in values.items()}
            others = {name: each for name, (each,) in others.items() if not isinstance(each, Mapping)}
            first = {name: each[0] for name, each in values.items()}
            took = list[set[str]]()
            for word, given in (("Feather", others), ("Plume", first)):
                ref, kept = self._made_typed(link, resource, _called(needed, word), given)
                took.append(kept.keys() & others.keys())
                if ref.resource == resource.name:  # what it is made as is another check's matter
                    self._reads_typed(link, ref, fields, kept)
            for turn in (1, 2):
                changed = self._changed_typed(link, ref, {name: values[name][turn] for name in kept})
                took.append(changed.keys() & others.keys())
                self._reads_typed(link, ref, fields, changed)
            assert [each ^ took[0] for each in took] == [set()] * 4, resource.name  # refused is a field, not a value
            types = {each.type for each in fields if each.name in kept}
            missed = {each.type for each in fields if each.name in values} & _ALWAYS - types
            assert missed == set() or ref.resource != resource.name
            required = {each.name for each in fields if each.required}
            empty = self._changed_typed(link, ref, dict.fromkeys(kept.keys() - required))
            read = self.get(link, ref).fields
            assert [name for name in empty if _something(read.get(name)) and read[name] != "None"] == []

    def _typed_fields(self, link: Link, resource: Resource, needed: Fields) -> list[FieldInfo]:
        standard = {*resource.standard.values(), *resource.phones, *resource.emails, *needed}
        fields = [each for each in self.schema(link, resource.name).fields if each.creatable and each.editable]
        return [each for each in fields if each.name not in standard or each.type is FieldType.REFERENCE]

    def _typed_values(
        self, link: Link, resource: Resource, needed: Fields, field: FieldInfo, number: int
    ) -> tuple[Any, ...]:
        """Three values for a field, one after the other; nothing where none is known."""
        match field.type:
            case FieldType.REFERENCE:
                refs = next((found for each in field.refers_to if len(found := self.some_of(link, each)) > 1), ())
                return (*refs[:2], *refs[:1])
            case FieldType.STRUCTURE:
                first, second = self._typed_parts(link, resource, needed, field)
                return {first: "Quillfirst", second: "Quillsecond"}, {second: "Quillthird"}, {first: "Quillfourth"}
        return samples(field, number)

    def _typed_parts(self, link: Link, resource: Resource, needed: Fields, field: FieldInfo) -> tuple[str, str]:
        """Two parts of a structure that hold texts: of those that CRMs call an address' street and city."""
        for street in ("street", "address1", "line1", "street1", "address"):
            given = {field.name: {street: "Quillfirst", "city": "Quillsecond"}}
            named = _called(needed, f"{field.name}{street}")
            with suppress(Customer360Error):
                link.run(self.connector.create(link.facts, _draft(resource, named, given)))
                return street, "city"
        raise AssertionError(f"{resource.name}.{field.name} takes neither street nor city")

    def _made_typed(self, link: Link, resource: Resource, needed: Fields, given: Fields) -> tuple[RecordRef, Fields]:
        """Somebody with these values but for those that the CRM refuses by a rule of its own, and what was given."""
        left = dict(given)
        while True:
            try:
                return link.run(self.connector.create(link.facts, _draft(resource, needed, left))), left
            except ValidationFailed as refused:
                left = _without(left, refused)

    def _changed_typed(self, link: Link, ref: RecordRef, given: Fields) -> Fields:
        """What of it was changed."""
        left = dict(given)
        while left:
            link.wait(60.0)
            try:
                self.change(link, ref, left)
                break
            except ValidationFailed as refused:
                left = _without(left, refused)
        return left

    def _reads_typed(self, link: Link, ref: RecordRef, fields: list[FieldInfo], given: Fields) -> None:
        """Each value is read as it was given, and of a structure each part."""
        read = self.get(link, ref).fields
        for field in [each for each in fields if each.name in given]:
            value, told = given[field.name], read.get(field.name)
            if isinstance(value, datetime):
                assert isinstance(told, datetime), (ref.resource, field.name)
                days = {each.astimezone(UTC).date() for each in (value, told)}
                assert told == value or (len(days) == 1 and _hourless(told)), (ref.resource, field.name)
            elif isinstance(value, Mapping):
                assert isinstance(told, Mapping), (ref.resource, field.name)
                whole = {"Quillfirst", "Quillsecond"} if len(value) == 2 else {*value.values()}
                texts = {each for each in told.values() if str(each).startswith("Quill")}
                assert whole <= texts, (ref.resource, field.name)
                assert len(texts) == 2, (ref.resource, field.name)
            elif isinstance(value, RecordRef):
                assert value.id in repr(told), (ref.resource, field.name)
            else:
                assert told == value or (not value and not told and value == ()), (ref.resource, field.name, value)


def _draft(resource: Resource, needed: Fields, given: Fields) -> ContactDraft:
    return ContactDraft(resource=resource.name, fields={**needed, **given})


def _without(given: Fields, refused: ValidationFailed) -> dict[str, Any]:
    """What is left of it when the fields are taken out that were refused."""
    named = {problem.field.partition(".")[0] for problem in refused.problems}
    if not named & given.keys():
        raise refused
    return {name: value for name, value in given.items() if name not in named}


def _called(needed: Fields, word: str) -> Fields:
    """The same of somebody else: of another name, and at another address."""
    texts = {name: value for name, value in needed.items() if isinstance(value, str)}
    others = {name: re.sub("(?i)quilltypes", word, value) for name, value in texts.items()}
    return {**needed, **others}


def _hourless(told: datetime) -> bool:
    """Whether it may stand for a day."""
    return told.minute == 0


def _something(value: Any) -> bool:
    """Whether a field holds anything, in one of its parts at least."""
    return any(map(_something, value.values())) if isinstance(value, Mapping) else bool(value)
