"""What is said of fields holds of every resource: of leads, companies and activities as of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from customer360.core.capabilities import RELATED, Capability
from customer360.core.errors import Customer360Error, Unsupported, ValidationFailed
from customer360.core.metadata import FieldInfo, FieldType, Resource
from customer360.core.records import ContactDraft, Fields, RecordRef
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.describing.typed import TypedChecks, samples

_CREATE, _UPDATE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_SOME = 6
"""Of those whom the fake holds."""
_NO_TEXTS = frozenset({FieldType.BOOLEAN, FieldType.DATE, FieldType.DATETIME, FieldType.CHOICES, FieldType.STRUCTURE})


class EverywhereChecks(TypedChecks):
    """See the module."""

    @catches("describes another type than it reads")
    def test_a_field_is_of_the_type_of_its_values(self, link: Link) -> None:
        """Of every resource: a form and a rule are made of it (F115)."""
        for resource, fields, phones, emails in self._read_everywhere(link):
            described = dict[str, FieldInfo]()
            with suppress(Unsupported):  # that each is described is another check's matter
                described = {each.name: each for each in self.schema(link, resource.name).fields}
            for name, value in fields:
                if name in described:
                    assert described[name].type in _types(value), (resource.name, name)
            for wanted, names in ((FieldType.PHONE, phones), (FieldType.EMAIL, emails)):
                types = {described[name].type for name in names if name in described}
                assert types <= {wanted, FieldType.STRUCTURE}, (resource.name, wanted)

    def _read_everywhere(
        self, link: Link
    ) -> Iterator[tuple[Resource, list[tuple[str, Any]], tuple[str, ...], tuple[str, ...]]]:
        """Each listed resource, the values that are read of some of its records, and its fields of numbers and mail."""
        contact = self.make(link, "Quilldescribed")
        written = {kind: self.written(link, self.draft(link, kind, contact, f"d-{kind}")) for kind in self.kinds(link)}
        link.wait(LAG)
        for resource in link.run(self.connector.list_resources(link.facts)):
            fields = list[tuple[str, Any]]()
            if resource.contact_kind is not None and self.can(link, Capability.DELTA):
                with suppress(Customer360Error):
                    changed = link.run(self.connector.changes(link.facts, resource.name)).changed[:_SOME]
                    found = [self.get(link, each.ref) for each in changed if each.ref.resource == resource.name]
                    fields = [pair for each in found for pair in each.fields.items()]
            elif (kind := resource.related_kind) in written and self.can(link, RELATED[kind]):
                found_too = [each for each in self.listed(link, contact, kind) if each.ref.resource == resource.name]
                fields = [pair for each in found_too for pair in each.fields.items()]
            yield resource, fields, resource.phones, resource.emails

    @catches("offers for editing what cannot be changed", _CREATE, _UPDATE)
    def test_what_is_described_as_editable_is(self, link: Link) -> None:
        """Of everybody: a field that follows from others, or that the CRM fills, is none (F116)."""
        for resource, needed in self.needing(link):
            ref, _ = self._made_typed(link, resource, _other(needed), {})
            fields = [each for each in self.schema(link, resource.name).fields if each.editable]
            for number, field in enumerate(fields if ref.resource == resource.name else ()):
                values = () if field.name in needed else samples(field, number)
                if values:
                    link.asked.clear()
                    link.wait(60.0)
                    before = self.get(link, ref).fields.get(field.name)
                    self.change(link, ref, {field.name: values[0]})  # that it is kept well is another check's matter
                    assert self.get(link, ref).fields.get(field.name) != before or before == values[0], field.name

    @catches("does not say what is required", _CREATE)
    def test_what_anybody_needs_is_described_as_required(self, link: Link) -> None:
        """A form asks for it before the CRM does: of everybody (F116)."""
        for resource, needed in self.needing(link):
            described = {each.name: each for each in self.schema(link, resource.name).fields}
            for number, name in enumerate(needed):
                rest = {other: value for other, value in _other(needed, str(number)).items() if other != name}
                if self._misses(link, resource, rest, name) and name in described:
                    assert described[name].required, (resource.name, name)

    def _misses(self, link: Link, resource: Resource, given: Fields, name: str) -> bool:
        """Whether the CRM refuses somebody for want of that field."""
        try:
            link.run(self.connector.create(link.facts, ContactDraft(resource=resource.name, fields=given)))
        except ValidationFailed as refused:
            return name in {problem.field for problem in refused.problems}
        except Customer360Error:
            return False
        return False


def _other(needed: Fields, word: str = "") -> dict[str, Any]:
    """The same of somebody else of that name."""
    texts = {name: value for name, value in needed.items() if isinstance(value, str)}
    return {**needed, **{name: value.replace("uilltype", f"uillelse{word}") for name, value in texts.items()}}


def _types(value: Any) -> frozenset[FieldType]:
    """Of what a field may be that holds such a value: of texts that too of which some are ids, or numbers too long to
    be written as such; of nothing, anything."""
    chosen = {FieldType.CHOICE, FieldType.CHOICES}
    match value:
        case bool():
            return frozenset({FieldType.BOOLEAN})
        case int() | float():
            return frozenset({FieldType.NUMBER, *chosen})
        case datetime():
            return frozenset({FieldType.DATETIME, FieldType.DATE})
        case date():
            return frozenset({FieldType.DATE})
        case RecordRef():
            return frozenset({FieldType.REFERENCE})
        case Mapping():
            return frozenset({FieldType.STRUCTURE, FieldType.REFERENCE})
        case str() if value:
            return frozenset(FieldType) - _NO_TEXTS - (set() if value.isdecimal() else {FieldType.NUMBER})
        case tuple() if value:
            return frozenset({FieldType.CHOICES, FieldType.PHONE, FieldType.EMAIL})
    return frozenset(FieldType)
