"""Fields hold what they are described to hold: forms are built from it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Unsupported, ValidationFailed
from customer360.core.metadata import FieldInfo, FieldType
from customer360.core.records import Contact, RecordRef
from customer360.core.search import FieldIs
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.newcomers import Newcomers

_CREATE, _UPDATE, _FIELD = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT, Capability.SEARCH_FIELD
_SAID = {
    FieldType.TEXT: "Quillsaid", FieldType.LONG_TEXT: "Quillsaid", FieldType.PHONE: "+442079460708",
    FieldType.EMAIL: "quillsaid@conform.example", FieldType.CHOICE: "Quillsaid",
}  # fmt: skip
_DELTA, _FEW, _LONG = Capability.DELTA, 4, 300
_SUMMER = datetime(2019, 7, 15, 4, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))


class DescribingChecks(Newcomers):
    """See the module."""

    def typed(self, link: Link, *types: FieldType) -> list[FieldInfo]:
        """The fields of people of these types that can be written. Skips where there are none."""
        fields = [each for each in self.schema(link).fields if each.creatable and each.editable and each.type in types]
        if not fields:
            pytest.skip(f"people have no {types[0].value} to write")
        return fields

    def kept(self, link: Link, name: str, values: Mapping[str, Any]) -> None:
        """A contact that is changed to have these values has them."""
        ref = self.make(link, name)
        self.change(link, ref, values)
        fields = self.get(link, ref).fields
        assert {field: fields.get(field) for field in values} == dict(values)

    @catches("maps a standard field to none")
    def test_standard_fields_are_described(self, link: Link) -> None:
        """Agents edit by these names (F011)."""
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.standard:
                names = {field.name for field in self.schema(link, resource.name).fields}
                assert set(resource.standard.values()) <= names, resource.name

    @catches("describes a field twice")
    def test_each_field_is_described_once(self, link: Link) -> None:
        """Under its name, with a label that people can read."""
        fields = self.schema(link).fields
        assert len({field.name for field in fields}) == len(fields)
        assert [field.name for field in fields if not field.label.strip()] == []

    @catches("offers a choice twice")
    def test_a_choice_says_what_can_be_chosen(self, link: Link) -> None:
        """Values and labels, each value once (F116)."""
        for field in self.schema(link).fields:
            if field.type is FieldType.CHOICE and field.editable:
                values = [choice.value for choice in field.choices]
                assert values, field.name
                assert len(set(values)) == len(values), field.name
                assert all(choice.label.strip() for choice in field.choices), field.name

    @catches("describes a field as read only that is not")
    def test_what_can_be_written_is_described_so(self, link: Link) -> None:
        """A form shows no field for what it takes for read only."""
        needed = {*self.fields("Quill", "+442079460991", "quill@conform.example"), self.name_field, self.spare_field}
        assert set(self.writable(link, tuple(sorted(needed)))) == needed

    @catches("asks for more than the CRM does")
    def test_what_is_required_suffices(self, link: Link) -> None:
        """A form would not let a caller through without it."""
        given = {name for name, value in self.fields("Quill").items() if value is not None}
        assert {field.name for field in self.schema(link).fields if field.required and field.creatable} <= given

    @catches("cannot describe an activity")
    def test_each_resource_is_described(self, link: Link) -> None:
        """Layouts of activities are chosen from their fields (F115)."""
        for resource in link.run(self.connector.list_resources(link.facts)):
            assert self.schema(link, resource.name).fields, resource.name

    @catches("does not list what it declares")
    def test_what_is_declared_is_listed(self, link: Link) -> None:
        """By the same names, and once (F115)."""
        names = [resource.name for resource in link.run(self.connector.list_resources(link.facts))]
        assert len(set(names)) == len(names)
        kinds = [each.contact_kind or each.related_kind for each in self.connector.resources(link.facts)]
        listed = [
            each.contact_kind or each.related_kind for each in link.run(self.connector.list_resources(link.facts))
        ]
        assert set(kinds) <= set(listed)
        assert self.people in names

    @catches("calls a field searchable that is not", _FIELD)
    def test_what_is_described_as_searchable_is_searched(self, link: Link) -> None:
        """Whoever holds something there is found by it, of every resource: rules compare by it (F118)."""
        fields = [each for each in self.schema(link).fields if each.searchable and each.editable]
        texts = [each for each in fields if each.type in (FieldType.TEXT, FieldType.EMAIL)]
        assert self.name_field in {field.name for field in texts}
        for field in texts:
            value = "quill@conform.example" if field.type is FieldType.EMAIL else "Quillnobody"
            assert self.found(link, FieldIs(field.name, value)) == (), field.name
        link.wait(LAG)
        for resource in link.run(self.connector.list_resources(link.facts)) if self.can(link, _DELTA) else ():
            if resource.contact_kind is not None:
                searchable = {each.name for each in self.schema(link, resource.name).fields if each.searchable}
                tried = dict[str, bool]()
                for contact in self._some(link, resource.name):
                    for name, held in contact.fields.items():
                        if name in searchable and not tried.get(name) and (text := _compared(held)):
                            tried[name] = self._found_by(link, contact.ref, FieldIs(name, text))
                assert [name for name, found in tried.items() if not found] == [], resource.name

    def _some(self, link: Link, resource: str) -> list[Contact]:
        """A few whom the fake holds."""
        with suppress(Unsupported):  # it says that it cannot
            changed = link.run(self.connector.changes(link.facts, resource)).changed
            return [self.get(link, each.ref) for each in changed if each.ref.resource == resource][:_FEW]
        return []

    def _found_by(self, link: Link, ref: RecordRef, query: FieldIs) -> bool:
        """True where it is found; False where that text cannot be compared, which another's may be."""
        with suppress(Unsupported):
            page = link.run(self.connector.search(link.facts, ref.resource, query, limit=200))
            assert page.next is not None or ref in {hit.ref for hit in page.items}, query.field
            return True
        return False

    @catches("searches a field that nobody knows", _FIELD)
    def test_a_field_that_is_not_there_is_not_searched(self, link: Link) -> None:
        """Nobody found would be a wrong answer."""
        for name in ("Quill no such field", "QuillNoSuchField"):
            with pytest.raises(Customer360Error):
                self.found(link, FieldIs(name, "x"))

    @catches("shortens what fits", _CREATE, _UPDATE)
    def test_a_text_may_be_as_long_as_described(self, link: Link) -> None:
        """To the last letter."""
        longest = [field for field in self.typed(link, FieldType.TEXT) if field.name == self.spare_field]
        if not longest or longest[0].max_length is None:
            pytest.skip("the spare field has no described length")
        self.kept(link, "Longest", {self.spare_field: "x" * (longest[0].max_length - 1) + "z"})

    @catches("does not tell how long a text may be", _CREATE)
    def test_a_text_may_be_no_longer_than_described(self, link: Link) -> None:
        """A form stops typing there: one sign more is refused, and where no limit is told there is none (F012)."""
        texts = [each for each in self.typed(link, FieldType.TEXT) if not each.choices]
        _, taken = self.made_as_allowed(link, "Quilltexts", {each.name: "Qu" for each in texts})
        texts = [each for each in texts if each.name in taken]  # no rule of their own stands in the way
        long = {each.name: "x" * ((each.max_length or _LONG) + bool(each.max_length)) for each in texts}
        try:
            _, taken = self.made_as_allowed(link, "Quilltexts", long)
        except ValidationFailed:
            pytest.skip("it does not say which is too long, which is another check's matter")
        assert {*taken} == {each.name for each in texts if each.max_length is None}

    @catches("rounds a number", _CREATE, _UPDATE)
    def test_a_number_is_kept(self, link: Link) -> None:
        """To its cents, in a create and in a change; a debt and a fortune, too, where the field takes them."""
        for field in self.typed(link, FieldType.NUMBER):
            number = 12.25
            try:
                ref = self.made_with(link, "Numeral", {field.name: number})
            except ValidationFailed:  # it takes whole ones only, and says so
                number = 1225
                ref = self.made_with(link, "Numeral", {field.name: number})
            self._holds_number(link, ref, field.name, number)
            self.change(link, ref, {field.name: number * 3})
            self._holds_number(link, ref, field.name, number * 3)
            for rare in (-1225, 3_000_000_000):
                with suppress(ValidationFailed):
                    self._holds_number(link, self.made_with(link, "Numeral", {field.name: rare}), field.name, rare)
                with suppress(ValidationFailed):
                    self.change(link, ref, {field.name: rare})
                    self._holds_number(link, ref, field.name, rare)

    def _holds_number(self, link: Link, ref: RecordRef, name: str, number: float) -> None:
        """Or what the CRM itself made of it: some fields hold no cents."""
        sent = [value for request in link.asked[-3:] for value in values_of(request.json)]
        read, held = self.get(link, ref).fields[name], self.held(link, ref).get(name)
        assert read == number or (read == held == round(number) and number in sent), name

    @catches("forgets a field of numbers")
    def test_every_field_of_a_number_is_declared(self, link: Link) -> None:
        """What is described as a phone is searched and indexed as one, custom ones too (D4)."""
        resources = link.run(self.connector.list_resources(link.facts))
        declared = next(each for each in resources if each.name == self.people)
        phones = {field.name for field in self.schema(link).fields if field.type is FieldType.PHONE}
        assert phones <= set(declared.phones)

    @catches("describes the fields of a lead as read only", _CREATE, _UPDATE)
    def test_what_can_be_written_of_anybody_is_described_so(self, link: Link) -> None:
        """Of leads and companies, too: a form shows no field for what it takes for read only."""
        for resource, draft, ref in self.newcomers(link, "Quilldescribed"):
            fields = {each.name: each for each in self.schema(link, resource.name).fields}
            assert [name for name in draft.fields if name in fields and not fields[name].creatable] == [], resource.name
            link.wait(60.0)
            for name in draft.fields.keys() & fields.keys():
                self.change(link, ref, {name: draft.fields[name]})
                assert fields[name].editable, (resource.name, name)

    @catches("describes the customer's own fields as read only", _CREATE, _UPDATE)
    def test_what_is_described_as_read_only_is(self, link: Link) -> None:
        """The CRM takes no change of it: else an agent would be kept from making one."""
        ref = self.make(link, "Quillreadonly")
        known = {*self.fields("Quill"), self.name_field, self.spare_field}
        for field in [each for each in self.schema(link).fields if each.type in _SAID and not each.editable]:
            value = field.choices[-1].value if field.choices else _SAID[field.type][: field.max_length]
            if field.name not in known:
                link.wait(60.0)
                with suppress(Customer360Error):
                    self.change(link, ref, {field.name: value})
                assert self.get(link, ref).fields.get(field.name) != value, field.name

    @catches("describes the name as all that is searched", _CREATE, _FIELD)
    def test_what_can_be_searched_is_described_so(self, link: Link) -> None:
        """A rule is offered nothing else to compare (F118)."""
        known = {*self.resource(link).standard.values(), *self.resource(link).emails, self.spare_field}
        fields = [each for each in self.typed(link, FieldType.TEXT, FieldType.EMAIL) if each.name in known]
        given = {each.name: _SAID[each.type][: each.max_length] for each in fields if not each.searchable}
        ref, given = self.made_as_allowed(link, "Quillsearched", given)
        link.wait(LAG)
        for name, value in given.items():
            hits: tuple[Contact, ...] = ()
            with suppress(Customer360Error):
                hits = self.found(link, FieldIs(name, value))
            assert ref not in {hit.ref for hit in hits}, name


def _compared(value: Any) -> str:
    """What a field that holds it is compared with; nothing where there is nothing."""
    match value:
        case bool():
            return str(value).lower()
        case RecordRef():
            return value.id
        case tuple():
            return _compared(value[0]) if value else ""
        case date():
            return value.isoformat()
        case None:
            return ""
    return str(value)
