"""A key is compared sign by sign, and is nobody's to read."""

from __future__ import annotations

import attrs

from customer360.core.capabilities import Capability, Repeat
from customer360.core.records import ContactDraft, ContactKind
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.newcomers import Newcomers

_CREATE = Capability.CREATE_CONTACT


class KeyedChecks(Newcomers):
    """See the module."""

    @catches("takes two keys for one", _CREATE)
    def test_keys_that_differ_in_a_capital_are_two(self, link: Link) -> None:
        """What was written under one was not written under the other: it would be lost (R2)."""
        contact = self.make(link, "Quillcapital")
        for kind in self.every_kind(link):
            one, other = (
                self.draft(link, kind, contact, key, subject="Quill") for key in (f"Quill-{kind}", f"quill-{kind}")
            )
            first = self.written(link, one)
            if self.sought(link, kind):
                link.wait(LAG)
                assert self.look(link, other) is None, kind
            elif self.connector.creates(link.facts)[kind].repeat is Repeat.NATIVE:
                assert self.written(link, other) != first, kind

    @catches("takes two keys of people for one", _CREATE)
    def test_keys_of_people_that_differ_in_a_capital_are_two(self, link: Link) -> None:
        """Of two callers one would not be created (R2)."""
        kind = self.resource(link).contact_kind or ContactKind.CONTACT
        declared, since = self.connector.creates(link.facts).get(kind), link.now
        fields = {name: value for name, value in self.fields("Quillcapital").items() if value is not None}
        one, other = (ContactDraft(resource=self.people, fields=fields, key=key) for key in ("Quill-1", "quill-1"))
        if self.sought(link, kind):
            link.run(self.connector.create(link.facts, one))
            link.wait(LAG)
            assert link.run(self.connector.find_created(link.facts, other, since=since)) is None
        elif declared is not None and declared.repeat is Repeat.NATIVE:
            first, second = (link.run(self.connector.create(link.facts, each)) for each in (one, other))
            assert first != second

    @catches("makes two leads under one key", _CREATE)
    def test_whoever_is_created_again_is_one(self, link: Link) -> None:
        """Leads and companies, as it is said of each: with every setting that may be given, too (R1, R2)."""
        for number, each in enumerate(self.links(link)):
            since = each.now
            for resource, draft, ref in self.newcomers(each, f"Quillonce{number}", key=f"quillonce{number}"):
                kind = resource.contact_kind or ContactKind.CONTACT
                if self.sought(each, kind):
                    each.wait(LAG)
                    drafts = (draft, attrs.evolve(draft, key="quillother"))
                    looks = [self.connector.find_created(each.facts, one, since=since) for one in drafts]
                    assert [each.run(look) for look in looks] == [ref, None], resource.name
                declared = self.connector.creates(each.facts).get(kind)
                if declared is not None and declared.repeat is Repeat.NATIVE:
                    assert each.run(self.connector.create(each.facts, draft)) == ref, resource.name

    @catches("takes the key for a title", _CREATE)
    def test_a_key_is_no_title(self, link: Link) -> None:
        """It is for programs; what has no subject is called by its text, or by its kind (F050)."""
        contact = self.make(link, "Quilltitle")
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, contact, "quillkey", subject="", text="Quillonly"))
            link.wait(LAG)
            assert [record.title for record in self.listed(link, contact, kind) if "quillkey" in record.title] == []

    @catches("adds words of its own to a text", _CREATE)
    def test_a_text_ends_with_what_was_typed(self, link: Link) -> None:
        """But for the line of its key; only a call tells more, where the CRM has no field for it (F050)."""
        contact = self.make(link, "Quillended")
        for kind in self.kinds(link):
            self.written(link, self.draft(link, kind, contact, "quillkey", subject="", text="Quillonly"))
            link.wait(LAG)
            for record in self.listed(link, contact, kind):
                after = record.text.partition("Quillonly")[2].splitlines()
                assert [line for line in after if line.strip() and "quillkey" not in line] == [], kind

    @catches("calls what has no subject by words of its own", _CREATE)
    def test_what_has_no_subject_gets_none_from_elsewhere(self, link: Link) -> None:
        """It is called by its text, by its kind, or not at all (F050)."""
        contact = self.make(link, "Quillnameless")
        words = {each.label.casefold() for each in link.run(self.connector.list_resources(link.facts))}
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, contact, f"nameless-{kind}", subject="", text="Quillonly"))
            link.wait(LAG)
            titles = [record.title.strip() for record in self.listed(link, contact, kind)]
            others = [title for title in titles if title not in "Quillonly" and title.casefold() not in words]
            assert [title for title in others if kind.value not in title.casefold()] == [], kind
