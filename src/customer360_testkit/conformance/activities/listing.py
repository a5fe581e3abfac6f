"""A contact's list is whole: nothing in it is taken for something else, and who is gone has none."""

from __future__ import annotations

from contextlib import suppress

from customer360.core.capabilities import RELATED, Capability
from customer360.core.errors import Customer360Error, Unsupported
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.activities.wording import WordingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.fakes.faults import status

_CREATE = Capability.CREATE_CONTACT


class ListingChecks(WordingChecks):
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

    @catches("cannot list many at once", _CREATE)
    def test_a_list_may_be_as_long_as_is_allowed(self, link: Link) -> None:
        """Two hundred at once; of somebody new there are none, and no page after none (F040)."""
        contact = self.make(link, "Longlist")
        for kind, capability in RELATED.items():
            if not self.can(link, capability) or kind in self.connector.within_contact:
                continue
            with suppress(Unsupported):  # what is declared is another check's matter
                page = link.run(self.connector.related(link.facts, contact, kind, limit=200))
                assert (page.items, page.next) == ((), None), kind

    @catches("forgets who wrote it", _CREATE)
    def test_it_is_told_whose_each_record_is(self, link: Link) -> None:
        """Where the CRM itself holds that it is of who signed in (F042)."""
        contact, me = self.make(link, "Whose"), link.run(self.connector.identify(link.facts)).user
        for kind in self.every_kind(link):
            ref = self.written(link, self.draft(link, kind, contact, f"whose-{kind}"))
            link.wait(LAG)
            owners = [record.owner for record in self.listed(link, contact, kind) if record.ref == ref]
            rows = [row for name in link.fake.modules for row in link.fake.records(name) if ref.id in row.values()]
            if me.id in values_of(rows):
                assert owners == [me], kind

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
