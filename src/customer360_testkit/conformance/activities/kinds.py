"""What holds of calls holds of notes, tasks, events and cases, too."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from customer360.core.capabilities import Capability, Repeat
from customer360.core.errors import Unsupported
from customer360.core.records import ContactDraft, ContactKind, RecordRef, RelatedKind
from customer360.core.search import NameHas
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_CREATE, _CALL, _CALLS = Capability.CREATE_CONTACT, Capability.CREATE_CALL, Capability.RELATED_CALLS
_MARKUP = 'a < b & c > d, <b>bold</b>, R&amp;D, &#38;, "quoted", שלום مرحبا, Käse, 日本 😀, <script>x</script>'
_WRITTEN = re.compile(r"(?i)created|added")


class KindChecks(Bench):
    """See the module."""

    @catches("finds its calls only", _CREATE)
    def test_each_kind_is_found_by_its_key(self, link: Link) -> None:
        """Once it was created, and not before (R2)."""
        contact = self.make(link, "Keykinds")
        for kind in self.kinds(link):
            if self.sought(link, kind):
                draft = self.draft(link, kind, contact, f"key-{kind}", text="Quill")
                assert self.look(link, draft) is None, kind
                ref = self.written(link, draft)
                link.wait(LAG)
                assert self.look(link, draft) == ref, kind

    @catches("sorts its calls only", _CREATE)
    def test_the_newest_of_each_kind_comes_first(self, link: Link) -> None:
        """What happened last is what an agent needs (F040)."""
        contact = self.make(link, "Sortkinds")
        for kind in self.kinds(link, apart=True):
            refs = list[RecordRef]()
            for number in range(3):
                refs.insert(0, self.written(link, self.draft(link, kind, contact, f"{kind}-{number}")))
                link.wait(3600.0)
            assert [record.ref for record in self.listed(link, contact, kind)] == refs, kind

    @catches("lists what others are to do", _CREATE)
    def test_each_kind_is_of_one_contact(self, link: Link) -> None:
        """Nobody sees another customer's notes."""
        mine, other = self.make(link, "Kindowner"), self.make(link, "Kindstranger")
        for kind in self.kinds(link):
            ref = self.written(link, self.draft(link, kind, mine, f"own-{kind}"))
            link.wait(LAG)
            assert [record.ref for record in self.listed(link, mine, kind)] == [ref], kind
            assert self.listed(link, other, kind) == (), kind

    @catches("says of a task that it is a note", _CREATE)
    def test_each_record_is_of_the_kind_that_was_asked_for(self, link: Link) -> None:
        """With the reference that creating it gave."""
        contact = self.make(link, "Kindlabels")
        for kind in self.kinds(link):
            self.written(link, self.draft(link, kind, contact, f"kind-{kind}"))
        link.wait(LAG)
        for kind in self.kinds(link):
            assert [record.kind for record in self.listed(link, contact, kind)] == [kind]

    @catches("writes a task down twice", _CREATE)
    def test_each_kind_is_one_request_that_writes(self, link: Link) -> None:
        """Repeating it is the outbox' to decide (R1)."""
        contact = self.make(link, "Kindwriter")
        link.wait(60.0)  # some CRMs are busy with a new record for a moment
        for kind in self.kinds(link):
            before = link.writes
            self.written(link, self.draft(link, kind, contact, f"one-{kind}"))
            assert link.writes - before == 1, kind

    @catches("reads a text as markup", _CREATE)
    def test_a_text_is_no_markup(self, link: Link) -> None:
        """Neither taken for HTML nor escaped as such, in any script."""
        contact = self.make(link, "Markup")
        for kind in (*self.kinds(link), *self._calls(link)):
            self.written(link, self.draft(link, kind, contact, f"m-{kind}", text=_MARKUP))
            link.wait(LAG)
            assert _MARKUP in " ".join(record.text for record in self.listed(link, contact, kind)), kind

    @catches("cuts a long text", _CREATE)
    def test_a_long_text_is_written_whole(self, link: Link) -> None:
        """To its end; a list may show its beginning."""
        contact = self.make(link, "Longwinded")
        for kind in (*self.kinds(link), *self._calls(link)):
            text = "Quill asked about the invoice. " * 60 + f"Quillend{kind}"
            self.written(link, self.draft(link, kind, contact, f"l-{kind}", text=text))
            assert link.fake.count_holding(f"Quillend{kind}") > 0, kind

    @catches("wants a subject", _CREATE)
    def test_a_subject_is_not_needed(self, link: Link) -> None:
        """An agent who writes two words wrote enough."""
        contact = self.make(link, "Terse")
        for kind in (*self.kinds(link), *self._calls(link)):
            ref = self.written(link, self.draft(link, kind, contact, f"s-{kind}", subject="", text="Quillonly"))
            link.wait(LAG)
            assert ref in {record.ref for record in self.listed(link, contact, kind)}, kind

    @catches("wants a text", _CREATE)
    def test_a_text_is_not_needed(self, link: Link) -> None:
        """A call that nobody wrote about is still a call."""
        contact = self.make(link, "Speechless")
        for kind in (*self.kinds(link), *self._calls(link)):
            ref = self.written(link, self.draft(link, kind, contact, f"n-{kind}", subject="Quill"))
            link.wait(LAG)
            assert ref in {record.ref for record in self.listed(link, contact, kind)}, kind

    @catches("takes a key in a text for the key", _CREATE, _CALL)
    def test_a_text_that_names_a_key_is_not_of_that_key(self, link: Link) -> None:
        """Agents paste what they see (R2)."""
        contact = self.make(link, "Quoting")
        for kind in (RelatedKind.CALL, *self.kinds(link)):
            if self.sought(link, kind):
                sought = self.draft(link, kind, contact, f"sought-{kind}")
                told = f"See sought-{kind}, as agreed.\nsought-{kind}"
                self.written(link, self.draft(link, kind, contact, f"other-{kind}", text=told))
                link.wait(LAG)
                assert self.look(link, sought) is None, kind

    @catches("declares less lag than there is", _CREATE, _CALL)
    def test_it_is_found_as_soon_as_declared(self, link: Link) -> None:
        """After ``lag`` it is sent again, and would be there twice (R1)."""
        contact = self.make(link, "Laggard")
        for kind in (RelatedKind.CALL, *self.kinds(link)):
            declared = self.connector.creates(link.facts)[kind]
            if self.sought(link, kind):
                draft, since = self.draft(link, kind, contact, f"lag-{kind}"), link.now
                ref = self.written(link, draft)
                link.wait(declared.lag)
                assert self.look(link, draft, since) == ref, kind

    @catches("makes two of one", _CREATE)
    def test_a_native_repeat_makes_one(self, link: Link) -> None:
        """The outbox sends it again without looking (R1)."""
        contact = self.make(link, "Native")
        kinds = [kind for kind in (RelatedKind.CALL, *self.kinds(link)) if self._native(link, kind)]
        if not kinds:
            pytest.skip("no create is native")
        for kind in kinds:
            draft = self.draft(link, kind, contact, f"native-{kind}", text="Quillnative")
            first, second = self.written(link, draft), self.written(link, draft)
            link.wait(LAG)
            assert first == second, kind
            records = self.listed(link, contact, kind)
            assert len(records) == 1, kind
            assert " ".join(record.text for record in records).count("Quillnative") <= 1, kind

    @catches("forgets the key of a contact", _CREATE)
    def test_a_contact_is_found_by_its_key(self, link: Link) -> None:
        """Where it is declared that it can be (R2)."""
        kind = self.resource(link).contact_kind or ContactKind.CONTACT
        declared = self.connector.creates(link.facts).get(kind)
        if declared is None or declared.repeat is Repeat.BLIND:
            pytest.skip("a repeated create is not recognised")
        fields = {name: value for name, value in self.fields("Keyperson").items() if value is not None}
        drafts = [ContactDraft(resource=self.people, fields=fields, key=key) for key in ("person-1", "person-12")]
        since = link.now
        if self.sought(link, kind):
            assert link.run(self.connector.find_created(link.facts, drafts[0], since=since)) is None
        ref = link.run(self.connector.create(link.facts, drafts[1]))
        link.wait(LAG)
        if self.sought(link, kind):
            found = [link.run(self.connector.find_created(link.facts, draft, since=since)) for draft in drafts]
            assert found == [None, ref]
        if declared.repeat is Repeat.NATIVE:
            assert link.run(self.connector.create(link.facts, drafts[1])) == ref

    @catches("ties to its first resource only", _CALL, _CALLS, Capability.SEARCH_NAME)
    def test_people_of_every_resource_have_their_calls(self, link: Link) -> None:
        """Leads ring, too, or it is said that they cannot (F044)."""
        tried = 0
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is None or resource.name == self.people:
                continue
            hits = link.run(self.connector.search(link.facts, resource.name, NameHas("A"), limit=1)).items
            for hit in hits:
                draft = self.draft(link, RelatedKind.CALL, hit.ref, f"of-{tried}", subject="Quill")
                try:
                    ref = self.written(link, draft)
                except Unsupported:
                    continue
                link.wait(LAG)
                assert ref in {each.ref for each in self.listed(link, hit.ref, RelatedKind.CALL)}, resource.name
                tried += 1
        if not tried:
            pytest.skip("there is one resource of people")

    @catches("loses the lines of a note", _CREATE)
    def test_the_lines_of_each_text_are_kept(self, link: Link) -> None:
        """In the CRM itself, whatever ends a line there (F050)."""
        contact = self.make(link, "Liner")
        for kind in (*self.kinds(link), *self._calls(link)):
            self.written(link, self.draft(link, kind, contact, f"line-{kind}", text=f"Quillone{kind}\nQuilltwo"))
            rows = [row for each in link.fake.modules for row in link.fake.records(each)]
            texts = [text for text in values_of(rows) if isinstance(text, str) and f"Quillone{kind}" in text]
            ends = [text.partition(f"Quillone{kind}")[2].partition("Quilltwo")[0] for text in texts]
            assert any(re.search(r"[\r\n]|<br|</p>|</div>", end) for end in ends), kind

    @catches("cuts a subject", _CREATE)
    def test_a_subject_of_a_line_is_kept(self, link: Link) -> None:
        """Of a hundred letters, no markup (F050)."""
        contact = self.make(link, "Subjects")
        for kind in (*self.kinds(link), *self._calls(link)):
            subject = f"R&D: a < b & {'quill ' * 13}{kind}"
            self.written(link, self.draft(link, kind, contact, f"c-{kind}", subject=subject))
            link.wait(LAG)
            told = " ".join(f"{record.title} {record.text}" for record in self.listed(link, contact, kind))
            assert subject in told, kind

    @catches("dates what it lists by another clock", _CREATE)
    def test_it_is_told_when_each_was_written(self, link: Link) -> None:
        """Where the CRM keeps it, in whatever zone it is told, at an address that is its own."""
        contact = self.make(link, "Clocked")
        for kind in (*self.kinds(link), *self._calls(link)):
            written = link.now
            self.written(link, self.draft(link, kind, contact, f"clock-{kind}"))
            link.wait(LAG)
            for record in self.listed(link, contact, kind):
                kept = [name for name in self.held(link, record.ref) if _WRITTEN.search(name)]
                assert record.created_at is not None or not kept or kind is RelatedKind.CALL, kind
                if record.created_at is not None and kind not in self.connector.within_contact:
                    late = abs(record.created_at - written)
                    assert record.created_at == record.at or late < timedelta(minutes=2), kind

    def _native(self, link: Link, kind: RelatedKind) -> bool:
        declared = self.connector.creates(link.facts).get(kind)
        return declared is not None and declared.repeat is Repeat.NATIVE

    def _calls(self, link: Link) -> tuple[RelatedKind, ...]:
        return (RelatedKind.CALL,) if self.can(link, _CALL) and self.can(link, _CALLS) else ()
