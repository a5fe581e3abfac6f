"""What was given is there to the letter, and what the CRM tells is read to its end."""

from __future__ import annotations

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Unsupported
from customer360.core.records import RelatedKind
from customer360.core.search import FieldIs
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.verbs import Verbs

_CREATE, _UPDATE, _FIELD = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT, Capability.SEARCH_FIELD


class ExactChecks(Verbs):
    """See the module."""

    @catches("keeps what was emptied", _CREATE, _UPDATE)
    def test_an_empty_text_empties(self, link: Link) -> None:
        """A form gives one for a field that was wiped (F012)."""
        ref = self.made_with(link, "Quillwiped", {self.spare_field: "Quill"})
        link.wait(60.0)
        self.change(link, ref, {self.spare_field: ""})
        assert not self.get(link, ref).fields.get(self.spare_field)

    @catches("respells what is changed", _CREATE, _UPDATE)
    def test_a_number_is_changed_to_what_was_typed(self, link: Link) -> None:
        """Gaps included (F012)."""
        resource = self.resource(link)
        given = {field: f"+44 20 7946 06{n:02d}" for n, field in enumerate(self.writable(link, resource.phones))}
        ref = self.make(link, "Quillrespelt")
        link.wait(60.0)
        self.change(link, ref, given)
        contact = self.get(link, ref)
        read = {phone.field: phone.text for phone in contact.phones}
        assert {field: read.get(field) for field in given} == given

    @catches("asks for another spelling of a value", _CREATE, _FIELD)
    def test_a_value_is_asked_for_as_it_is_held(self, link: Link) -> None:
        """Sign by sign: what the CRM holds decomposed is not found by its composed form (F008)."""
        name = "Mu\u0308llerquill"
        ref = self.make(link, name)
        link.wait(LAG)
        try:
            hits = self.found(link, FieldIs(self.name_field, name))
        except Unsupported:
            pytest.skip("it is said that it cannot be asked for")
        assert ref in {hit.ref for hit in hits}

    @catches("asks for a value without its spaces", _CREATE, _FIELD)
    def test_a_value_with_spaces_is_another(self, link: Link) -> None:
        """Exactly that, or it is said that it cannot be asked for (F118)."""
        ref = self.make(link, "Quillspaced")
        link.wait(LAG)
        try:
            hits = self.found(link, FieldIs(self.name_field, " Quillspaced "))
        except Unsupported:
            pytest.skip("it is said that it cannot be asked for")
        assert ref not in {hit.ref for hit in hits}

    @catches("begins a subject with a capital", _CREATE)
    def test_a_subject_begins_as_it_was_typed(self, link: Link) -> None:
        """Small letters are names, too (F050)."""
        contact, subject = self.make(link, "Quillsmall"), "iPhone of quill"
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, contact, f"small-{kind}", subject=subject))
            link.wait(LAG)
            told = " ".join(f"{record.title} {record.text}" for record in self.listed(link, contact, kind))
            assert subject in told, kind

    @catches("cuts what the CRM tells whole", _CREATE)
    def test_a_listed_text_is_as_whole_as_the_answer(self, link: Link) -> None:
        """A CRM may list the beginning of a text only; a connector may not (F040)."""
        contact = self.make(link, "Quillwholetext")
        for kind in self.every_kind(link):
            end = f"Quillend{kind}"
            text = "Quill asked about the invoice. " * 100 + end
            self.written(link, self.draft(link, kind, contact, f"whole-{kind}", text=text))
            link.wait(LAG)
            if kind not in self.connector.within_contact:
                page, answers = self.heard(link, self.connector.related(link.facts, contact, kind))
                if any(end.encode() in answer.content for answer in answers):
                    assert any(end in record.text for record in page.items), kind

    @catches("ends a list too early", _CREATE)
    def test_a_list_goes_on_to_its_end(self, link: Link) -> None:
        """Page by page, as far back as it goes (F040)."""
        contact = self.make(link, "Quilllong")
        kind: RelatedKind | None = next(iter(self.every_kind(link)[::-1]), None)
        if kind is None or kind in self.connector.within_contact:
            pytest.skip("nothing is listed in pages")
        for number in range(14):
            self.written(link, self.draft(link, kind, contact, f"long{number}"))
            link.wait(60.0)
        link.wait(LAG)
        seen, cursor = 0, None
        for _ in range(7):
            page = link.run(self.connector.related(link.facts, contact, kind, limit=3, cursor=cursor))
            seen += len(page.items)
            if (cursor := page.next) is None:
                break
        assert (seen, cursor) == (14, None)
