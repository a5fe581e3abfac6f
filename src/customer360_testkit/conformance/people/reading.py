"""A contact is read whole, and what is not there is said to be not there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.connector import SEARCHES
from customer360.core.errors import Gone, NotFound, Unsupported
from customer360.core.records import Contact
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_WRITES = Capability.CREATE_CONTACT
_NUMBER, _ADDRESS = "+442079460891", "quillseen@conform.example"


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
        """In any script, composed or not, with all that joins or parts its letters, and as it is shown, too."""
        for name in ("Zoë Müller", "Mu\u0308ller", "山田", "D\u2019Angelo", "Quill \U0001f600", "گل\u200cریز"):
            contact = self.get(link, self.make(link, name))
            assert (contact.fields[self.name_field], name in contact.name) == (name, True)

    @catches("loses the numbers of a contact", _WRITES)
    def test_the_numbers_are_read_as_they_were_typed(self, link: Link) -> None:
        """Matching compares them itself; a desktop shows them."""
        contact = self.get(link, self.make(link, "Phoned", phone="+44 20 7946 0991"))
        assert [phone.text for phone in contact.phones] == ["+44 20 7946 0991"]
        fields = self.writable(link, self.resource(link).phones)
        shared = self.get(link, self.made_with(link, "Phonedtwice", dict.fromkeys(fields, "+44 20 7946 0991")))
        assert {phone.field for phone in shared.phones} >= {*fields}, "one number may stand in several places"

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

    @catches("falls over what somebody may not see", _WRITES, Capability.SEARCH_NAME)
    def test_what_somebody_may_not_see_is_left_out(self, link: Link) -> None:
        """An administrator hid a number, an address and a text, or took them away, of late or long ago: all else is
        there (F147)."""
        hides = [self._still_read(link, lambda field: link.fake.hide(self.people, field, link.user))]
        link.fake.reset()
        link = self.signed_in(link.fake)
        hides.append(self._still_read(link, lambda field: link.fake.take_away(self.people, field)))
        if not any(hides):
            pytest.skip("no field is hidden from anybody, and none is taken away")

    def _still_read(self, link: Link, away: Callable[[str], bool]) -> bool:
        """Somebody of whom a number, an address and a text go away: as far as they did, is the rest there?"""
        resource = self.resource(link)
        phone, email = self.writable(link, resource.phones)[-1:], self.writable(link, resource.emails)[-1:]
        given = {**dict.fromkeys(phone, _NUMBER), **dict.fromkeys(email, _ADDRESS), self.spare_field: "Quillsecret"}
        stands = self.fields("Quillseen", "+442079460892", "quillopen@conform.example")
        ref = self.made_with(link, "Quillseen", {**{k: v for k, v in stands.items() if v is not None}, **given})
        link.wait(LAG)
        cursor = self.caught_up(link) if self.can(link, Capability.DELTA) else None
        gone = {value for field, value in given.items() if away(field)}
        for seen in (link, self.entered(link, link.fake)) if gone else ():
            contact = self.get(seen, ref)
            if cursor is not None:
                seen.run(self.connector.changes(seen.facts, self.people, cursor))
                assert seen.run(self.connector.changes(seen.facts, self.people)).changed
            with suppress(Unsupported):  # what is declared is another check's matter
                self.found(seen, TextHas("Quillseen"))
            for query in _by_what_stands(contact, self.name_field):
                if self.can(seen, SEARCHES[type(query)]):
                    (hit,) = [hit for hit in self.found(seen, query) if hit.ref == ref]
                    assert not _told(hit) & gone, type(query)
            assert contact.fields[self.name_field] == "Quillseen"
            assert not _told(contact) & gone
        return bool(gone)

    def caught_up(self, link: Link) -> str:
        """Where a reading of the changes of these people ends."""
        changes = link.run(self.connector.changes(link.facts, self.people))
        while changes.more:
            changes = link.run(self.connector.changes(link.facts, self.people, changes.cursor))
        cursor: str = changes.cursor
        return cursor


def _told(contact: Contact) -> set[str]:
    return {*(each.text for each in contact.phones), *(each.address for each in contact.emails)}


def _by_what_stands(contact: Contact, name_field: str) -> list[Query]:
    """Questions whose answer is that contact."""
    phones = [PhoneIs(each.text, each.text[3:], "GB") for each in contact.phones]
    emails = [EmailIs(each.address) for each in contact.emails]
    return [NameHas("Quillseen"), FieldIs(name_field, "Quillseen"), *phones, *emails]
