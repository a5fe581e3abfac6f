"""A change touches what it names, and a create gives what it was given: nothing beside it, and all of it."""

from __future__ import annotations

from typing import Any

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Conflict, Customer360Error, ValidationFailed
from customer360.core.metadata import FieldInfo, FieldType
from customer360.core.records import ContactChange, Fields, RecordRef
from customer360_testkit.conformance.bench import Bench, Link, catches

_CREATE, _UPDATE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_PLAIN = (FieldType.TEXT, FieldType.LONG_TEXT, FieldType.PHONE, FieldType.EMAIL, FieldType.CHOICE)


class TouchingChecks(Bench):
    """See the module."""

    def filled(self, link: Link, name: str) -> tuple[RecordRef, dict[str, Any]]:
        """A contact with a value in every plain field that can be written, and those values as they were read."""
        fields = [each for each in self.schema(link).fields if each.creatable and each.editable]
        given: dict[str, Any] = {
            each.name: value
            for number, each in enumerate(fields)
            if each.type in _PLAIN and (value := _value(each, number)) is not None
        }
        given |= {field: value for field, value in self.fields(name).items() if value is not None}
        ref, given = self.made_as_allowed(link, name, given)
        read = self.get(link, ref).fields
        return ref, {field: read.get(field) for field in given}

    @catches("loses the second number with the first", _CREATE, _UPDATE)
    def test_one_of_several_in_a_field_is_changed_alone(self, link: Link) -> None:
        """A text for a field of several takes the place of the first: the others stay (F012)."""
        resource, tried, several_of = self.resource(link), 0, dict[str, tuple[str, str, str]]()
        for field in self.writable(link, (*resource.phones, *resource.emails)):
            first, second, new = (f"quill{each}@conform.example" for each in ("one", "two", "new"))
            if field in resource.phones:
                first, second, new = "+442079460871", "+442079460872", "+442079460873"
            try:
                ref = self.made_with(link, "Quillseveral", {field: (first, second)})
                several = isinstance(self.get(link, ref).fields[field], tuple)
                self.change(link, ref, {field: new})
            except Customer360Error:
                continue  # it takes one
            contact = self.get(link, ref)
            read = [each.text for each in contact.phones] + [each.address for each in contact.emails]
            if not several or not any(new in each for each in read):
                continue  # one text, whatever stood in it
            tried += 1
            assert second in read, field
            several_of[field] = (first, second, new)
            self.change(link, ref, {field: ()})
            assert not self.get(link, ref).fields.get(field), "none of several are none"
        if len(several_of) > 1:
            given = {field: each[:2] for field, each in several_of.items()}
            ref = self.made_with(link, "Quillseverally", given)
            self.change(link, ref, {field: new for field, (_, _, new) in several_of.items()})
            fields = self.get(link, ref).fields
            wanted = {field: (new, second) for field, (_, second, new) in several_of.items()}
            assert {field: fields[field] for field in wanted} == wanted
        if not tried:
            pytest.skip("no field holds several")

    @catches("keeps a number that was taken away", _CREATE, _UPDATE)
    def test_everything_can_be_taken_away(self, link: Link) -> None:
        """Numbers, addresses, choices: whoever asks to be forgotten there is (F012)."""
        ref, before = self.filled(link, "Quillcleared")
        needed = {name for name, value in self.fields("Quillcleared").items() if value is not None}
        required = {each.name for each in self.schema(link).fields if each.required}
        cleared = dict.fromkeys(before.keys() - needed - required - {self.name_field})
        link.wait(60.0)
        while cleared:
            try:
                self.change(link, ref, cleared)
            except ValidationFailed as refused:  # a field with a rule of its own
                named = {problem.field for problem in refused.problems} & cleared.keys()
                if not named:
                    raise
                cleared = {name: None for name in cleared if name not in named}
            else:
                read = self.get(link, ref).fields
                phones = {*self.resource(link).phones, *self.resource(link).emails}
                assert [name for name in cleared if name in phones and read.get(name)] == []
                return

    @catches("guards a change of one field only", _CREATE, _UPDATE)
    def test_a_lost_update_of_several_fields_is_refused(self, link: Link) -> None:
        """Whatever was changed, a colleague's newer change stays (R2)."""
        ref = self.make(link, "Quillguarded")
        version = self.get(link, ref).version
        if version is None:
            pytest.skip("a contact has no version")
        link.wait(2.0)
        self.change(link, ref, {self.spare_field: "Quillfirst"}, version)
        link.wait(2.0)
        texts = [each for each in self.schema(link).fields if each.type is FieldType.TEXT and not each.choices]
        more = [each.name for each in texts if each.editable and each.creatable and (each.max_length or 255) > 9][:5]
        fields: Fields = dict.fromkeys((self.spare_field, self.name_field, *more), "Quillother")
        late = ContactChange(ref=ref, fields=fields, version=version)
        self.refusal(link, self.connector.update(link.facts, late), Conflict)
        read = self.get(link, ref).fields
        assert (read[self.spare_field], read[self.name_field]) == ("Quillfirst", "Quillguarded")

    @catches("rewrites what is written", _CREATE, _UPDATE)
    def test_a_text_is_changed_to_what_was_typed(self, link: Link) -> None:
        """Sign by sign: rare letters are in names, two spaces may be meant, and what is composed is the CRM's own."""
        long = [each.name for each in self.schema(link).fields if each.type is FieldType.LONG_TEXT and each.editable]
        texts = [(self.spare_field, text) for text in ("\U00020bb7 \U0001f600", "Mu\u0308ller", "a  b", "Quill & Co")]
        texts += [(name, "first\n\n  second\nthird") for name in long[:1]]
        for field, text in texts:
            ref = self.made_with(link, "Quilltyped", {field: text})
            assert self._lines(link, ref, field) == text, field
            link.wait(60.0)
            self.change(link, ref, {field: f"{text}, too"})
            assert self._lines(link, ref, field) == f"{text}, too", field

    def _lines(self, link: Link, ref: RecordRef, field: str) -> str:
        """The text as it is read; vendors end lines in one way or the other."""
        return str(self.get(link, ref).fields.get(field)).replace("\r\n", "\n")

    @catches("creates more than it was given", _CREATE)
    def test_a_contact_holds_what_it_was_given(self, link: Link) -> None:
        """Every other text is empty, or the vendor's own default for all: a choice (F012)."""
        given = {name for name, value in self.fields("Quillgiven").items() if value is not None}
        read = self.get(link, self.make(link, "Quillgiven")).fields
        standard = {*self.resource(link).standard.values()}
        texts = [each for each in self.schema(link).fields if each.type in _PLAIN and each.type is not FieldType.CHOICE]
        others = [each.name for each in texts if each.creatable and each.editable and each.name not in given]
        full = {name: str(read[name]) for name in others if read.get(name) and name not in standard}
        for name, value in full.items():
            assert "Quillgiven" in value or value in (link.facts.user, "None"), name


def _value(field: FieldInfo, number: int) -> Any:
    match field.type:
        case FieldType.PHONE:
            return f"+4420794609{number % 100:02d}"
        case FieldType.EMAIL:
            return f"quill{number}@conform.example"
        case FieldType.CHOICE:
            return field.choices[-1].value if field.choices else None
    return f"Qu{number}"[: field.max_length]
