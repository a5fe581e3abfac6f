"""A contact is read whole, and what is not there is said to be not there."""

from __future__ import annotations

from customer360.core.capabilities import Capability
from customer360.core.errors import Gone, NotFound
from customer360_testkit.conformance.bench import Bench, Link, catches

_WRITES = Capability.CREATE_CONTACT


class ReadingChecks(Bench):
    """See the module."""

    @catches("loses a field", _WRITES)
    def test_a_contact_is_read_as_it_was_written(self, link: Link) -> None:
        """Every field that was given (F011)."""
        contact = self.get(link, self.make(link, "Reader"))
        assert contact.fields[self.name_field] == "Reader"
        assert "Reader" in contact.name

    @catches("takes a whole record for a part", _WRITES)
    def test_a_contact_that_was_read_is_whole(self, link: Link) -> None:
        """``partial`` makes the desktop read it again."""
        assert not self.get(link, self.make(link, "Whole")).partial

    @catches("mangles names beyond ASCII", _WRITES)
    def test_a_name_beyond_ascii(self, link: Link) -> None:
        """In any script, composed or not."""
        for name in ("Zoë Müller", "Mu\u0308ller", "山田", "D\u2019Angelo"):
            assert self.get(link, self.make(link, name)).fields[self.name_field] == name

    @catches("loses the numbers of a contact", _WRITES)
    def test_the_numbers_are_read_as_they_were_typed(self, link: Link) -> None:
        """Matching compares them itself; a desktop shows them."""
        contact = self.get(link, self.make(link, "Phoned", phone="+44 20 7946 0991"))
        assert [phone.text for phone in contact.phones] == ["+44 20 7946 0991"]

    @catches("makes up who is not there", _WRITES)
    def test_a_deleted_contact_is_not_found(self, link: Link) -> None:
        """Neither an empty contact nor a crash (F011)."""
        ref = self.make(link, "Doomed")
        self.delete(link, ref)
        link.wait(1.0)
        self.refusal(link, self.connector.get(link.facts, ref), (NotFound, Gone))

    @catches("mixes up two links", _WRITES)
    def test_two_links_do_not_share_what_they_read(self, link: Link) -> None:
        """A connector keeps nothing: one object serves every account."""
        ref = self.make(link, "First")
        assert self.get(link, ref).fields[self.name_field] == "First"
        self.change(link, ref, {self.name_field: "Second"})
        assert self.get(link, ref).fields[self.name_field] == "Second"
