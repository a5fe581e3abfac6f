"""A contact's list is whole: nothing in it is taken for something else, and who is gone has none."""

from __future__ import annotations

import pytest

from customer360.core.activities import TaskStatus
from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.errors import Customer360Error, Gone, NotFound
from customer360.core.metadata import FieldType
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.activities.wording import WordingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.verbs import Verbs
from customer360_testkit.fakes.faults import status

_CREATE = Capability.CREATE_CONTACT
_SEVERAL = 12
"""Notes: more than a first glance shows."""


class ListingChecks(WordingChecks, Verbs):
    """See the module."""

    @catches("lists the same words once", _CREATE)
    def test_the_same_words_twice_are_two_records(self, link: Link) -> None:
        """Nobody answered, and again nobody answered (F040)."""
        contact = self.make(link, "Repetitive")
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            given = {"subject": "No answer", "text": "Nobody answered."}
            refs = {self.written(link, self.draft(link, kind, contact, f"same{n}-{kind}", **given)) for n in range(2)}
            link.wait(LAG)
            assert {record.ref for record in self.listed(link, contact, kind)} == refs, kind
            assert len(refs) == 2, kind

    @catches("keeps the newest five notes", _CREATE)
    def test_every_note_is_kept(self, link: Link) -> None:
        """Of every kind, in one text or in several: who rang last month said something, too (F040)."""
        contact = self.make(link, "Quillnoted")
        for kind in self.kinds(link):
            for number in range(_SEVERAL):
                self.written(link, self.draft(link, kind, contact, f"kept-{kind}-{number}", text=f"Quillnote{number}."))
                link.wait(60.0)
            link.wait(LAG)
            told = " ".join(record.text for record in self.listed(link, contact, kind))
            assert [number for number in range(_SEVERAL) if f"Quillnote{number}." not in told] == [], kind

    @catches("writes a note over what stands there", _CREATE)
    def test_a_note_takes_nobodys_place(self, link: Link) -> None:
        """What people typed into the contact itself stays (F050)."""
        texts = [each.name for each in self.schema(link).fields if each.type is FieldType.LONG_TEXT]
        given = {name: f"Quilltyped{number}" for number, name in enumerate(self.writable(link, tuple(texts)))}
        contact = self.made_with(link, "Quilltyper", given)
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, contact, f"beside-{kind}", text="Quillbeside"))
        for text in given.values():
            assert link.fake.count_holding(text) == 1, text

    @catches("takes a list that is not there for an empty one", _CREATE)
    def test_what_is_not_found_is_no_empty_list(self, link: Link) -> None:
        """It would say that nothing ever happened: whoever is gone has no list (F040)."""
        contact = self.make(link, "Nolist")
        for kind, capability in RELATED.items():
            if self.can(link, capability) and kind not in self.connector.within_contact:
                for code in (404, 410):
                    link.fake.faults.add(status(code), times=None)
                    self.refusal(link, self.connector.related(link.facts, contact, kind), Customer360Error)
                    link.fake.faults.clear()

    @catches("writes down of who is gone", _CREATE, Capability.DELTA)
    def test_nothing_is_written_about_who_is_gone(self, link: Link) -> None:
        """Deleted or merged away: nobody would look for it there, and whoever wrote it must know why (D6).

        Nor is anything tied to them that was written about somebody else.
        """
        kinds = [kind for kind, capability in CREATE.items() if self.can(link, capability)]
        if not kinds:
            pytest.skip("nothing is written down")
        others = self._of_another(link)
        for number, merged in enumerate((False, True)):
            lost = self.make(link, f"Quilllost{number}")
            if not merged:
                self.delete(link, lost)
            elif not link.fake.merge(self.people, self.make(link, "Quillsurvivor").id, lost.id):
                continue
            for kind in kinds:
                draft = self.draft(link, kind, lost, f"gone{number}-{kind}", text=f"Quillgone{number}{kind}.")
                error = self.refusal(link, self.connector.create_activity(link.facts, draft), Gone)
                assert (error.ref, "deleted" in error.what) == (lost, True), kind
                assert link.fake.count_holding(draft.text) == 0, kind
            for kind, record in others.items():
                before = link.fake.snapshot()
                self.refusal(link, self.connector.link(link.facts, lost, record), (Gone, NotFound))
                assert link.fake.snapshot() == before, kind

    def _of_another(self, link: Link) -> dict[RelatedKind, RecordRef]:
        """A record of each kind that is about somebody who is there, and can be tied to others."""
        contact, other, found = self.make(link, "Quillthere"), self.make(link, "Quillbeside"), {}
        for kind in self.kinds(link, apart=True) if self.can(link, Capability.LINK) else ():
            record = self.written(link, self.draft(link, kind, contact, f"there-{kind}"))
            before = link.fake.snapshot()
            self.failure(link, self.connector.link(link.facts, other, record))
            if link.fake.snapshot() != before:
                found[kind] = record
        return found

    @catches("hides cases that are closed", _CREATE)
    def test_whatever_became_of_it_it_is_listed(self, link: Link) -> None:
        """Closed, on hold, handed on: it happened to the customer all the same (F040)."""
        contact = self.make(link, "Quillclosed")
        for kind in self.kinds(link, apart=True):
            probe = self.written(link, self.draft(link, kind, contact, f"state-{kind}"))
            link.wait(LAG)
            (record,) = [each for each in self.listed(link, contact, kind) if each.ref == probe]
            if kind is RelatedKind.TASK:  # of tasks that are done there is a check of its own
                continue
            names = [name for name, value in record.fields.items() if record.status and value == record.status]
            fields = [each for each in self.schema(link, probe.resource).fields if each.name in names and each.choices]
            for choice in [choice for field in fields[:1] for choice in field.choices]:
                extra = {fields[0].name: choice.value}
                try:
                    ref = self.written(link, self.draft(link, kind, contact, f"{kind}-{choice.value}", extra=extra))
                except Customer360Error:  # a rule of the CRM's own
                    continue
                link.wait(LAG)
                states = {each.ref: each.status for each in self.listed(link, contact, kind)}
                assert states.get(ref) == choice.value, (kind, choice.value)

    @catches("says of what is done that it is open", _CREATE, Capability.CREATE_TASK, Capability.RELATED_TASKS)
    def test_how_far_a_task_is_is_as_the_crm_holds_it(self, link: Link) -> None:
        """In its own words: nobody does again what is done (F040)."""
        contact = self.make(link, "Quillstate")
        for far in TaskStatus:
            self.written(link, self.draft(link, RelatedKind.TASK, contact, f"far-{far}", status=far))
        link.wait(LAG)
        records = self.listed(link, contact, RelatedKind.TASK)
        for record in records:
            rows = [row for name in link.fake.modules for row in link.fake.records(name)]
            own = [row for row in rows if record.ref.id in map(str, row.values())]
            held = {each.status for each in records} & {each for each in values_of(own) if isinstance(each, str)}
            assert not held or record.status in held
