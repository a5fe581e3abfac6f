"""Whoever becomes somebody else is found as who they are now."""

from __future__ import annotations

from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Gone, NotFound, Unsupported
from customer360.core.metadata import StandardField
from customer360.core.records import ContactKind, RecordRef
from customer360.core.search import EmailIs, NameHas, PhoneIs, Query, TextHas
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.newcomers import NUMBER, Newcomers
from customer360_testkit.conformance.syncing.changes import SyncingChecks
from customer360_testkit.conformance.verbs import Verbs

_CREATE, _UPDATE, _NAME = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT, Capability.SEARCH_NAME
_LONG_AGO = 7200.0
"""Seconds after which nobody counts as new."""
_LATER = ("Quillmarried", "Quilleva")


class BecomingChecks(SyncingChecks, Newcomers, Verbs):
    """See the module."""

    @catches("leads from a lead to somebody else", _NAME, Capability.DELTA)
    def test_a_lead_that_became_a_contact_is_gone(self, link: Link) -> None:
        """Not found, not read, told as gone; and it is said who it became (D6)."""
        convert, leads = self.converting(link)
        first = link.run(self.connector.changes(link.facts, leads.name)).changed
        lead = next(iter(first), None) or pytest.skip("there is no lead")
        _, _, cursor = self.sync(link, of=leads.name)
        link.wait(60.0)
        became = convert(lead.ref.id)
        link.wait(LAG)
        error = self.failure(link, self.connector.get(link.facts, lead.ref))
        if error is None:  # a CRM may keep the lead, and not say who it became
            _, answers = self.heard(link, self.connector.get(link.facts, lead.ref))
            assert not any(became.encode() in answer.content for answer in answers)
        else:
            assert isinstance(error, Gone | NotFound)
            assert getattr(error, "merged_into", None) in (None, RecordRef(lead.ref.crm, self.contacts(link), became))
        look = self.connector.search(link.facts, leads.name, NameHas(lead.name), limit=50)
        assert lead.ref not in {hit.ref for hit in link.run(look).items}
        changed, gone, _ = self.sync(link, cursor, of=leads.name)
        assert (lead.ref.id in changed, lead.ref.id in gone) == (False, True)

    @catches("answers with who a lead was", _CREATE)
    def test_who_became_somebody_else_does_not_ring(self, link: Link) -> None:
        """By number, address or word: what an agent writes to who is gone is lost (D6)."""
        convert, leads = self.converting(link)
        if leads.name == self.people:
            made = [self.make(link, "Quillconverted", NUMBER, "quillconverted@conform.example")]
        else:
            made = [ref for _, _, ref in self.newcomers(link, "Quillconverted") if ref.resource == leads.name]
        for ref in made:
            link.wait(_LONG_AGO)
            name = self.get(link, ref).family_name or "Quillconverted"
            asked = PhoneIs(NUMBER, NUMBER[3:], "GB"), EmailIs(f"{name.lower()}@conform.example"), TextHas(name)
            known = [query for query in asked if self._answers(link, ref, query)]
            convert(ref.id)
            link.wait(_LONG_AGO)
            assert [type(query) for query in known if self._answers(link, ref, query)] == []

    @catches("answers with who was put away", _CREATE, Capability.DELTA)
    def test_who_was_put_away_does_not_ring(self, link: Link) -> None:
        """The CRM keeps them, and its people do not meet them any more; they are told as gone (D6)."""
        name = "Quillarchived"
        ref, address = (
            self.make(link, name, NUMBER, f"{name.lower()}@conform.example"),
            f"{name.lower()}@conform.example",
        )
        link.wait(_LONG_AGO)
        asked = NameHas(name), PhoneIs(NUMBER, NUMBER[3:], "GB"), EmailIs(address), TextHas(name)
        known = [query for query in asked if self._answers(link, ref, query)]
        _, _, cursor = self.sync(link)
        link.wait(60.0)
        if not link.fake.retire(self.people, ref.id):
            pytest.skip("nobody is put away")
        link.wait(LAG)
        assert [type(query) for query in known if self._answers(link, ref, query)] == []
        changed, gone, _ = self.sync(link, cursor)
        assert (ref.id in changed, ref.id in gone) == (False, True)

    def _answers(self, link: Link, ref: RecordRef, query: Query) -> bool:
        with suppress(Unsupported):
            page = link.run(self.connector.search(link.facts, ref.resource, query, limit=50))
            return ref in {hit.ref for hit in page.items}
        return False

    def contacts(self, link: Link) -> str:
        """The resource that leads become records of."""
        kinds = {each.contact_kind: each.name for each in self.connector.resources(link.facts)}
        return kinds[ContactKind.CONTACT]

    @catches("goes on calling people by the name that they had", _CREATE, _UPDATE, _NAME)
    def test_a_changed_name_is_the_name(self, link: Link) -> None:
        """Read and found, whichever part of it was changed (F012)."""
        standard = self.resource(link).standard
        given, family = standard.get(StandardField.GIVEN_NAME), standard.get(StandardField.FAMILY_NAME)
        if given is None or family is None:
            pytest.skip("names have no parts")
        ref = self.made_with(link, "Quillmaiden", {given: "Quillada", family: "Quillmaiden"})
        called, ever = {given: "Quillada", family: "Quillmaiden"}, {"Quillada", "Quillmaiden", *_LATER}
        for field, value in zip((family, given), _LATER, strict=True):
            called[field] = value
            link.wait(60.0)
            self.change(link, ref, {field: value})
            link.wait(LAG)
            hits = [hit.name for hit in self.found(link, NameHas(value)) if hit.ref == ref]
            assert len(hits) == 1, field
            for name in (self.get(link, ref).name, *hits):
                assert ever & {*name.replace(",", " ").split()} == {*called.values()}, field

    @catches("finds everybody of the same first name", _CREATE, _NAME)
    def test_a_whole_name_is_of_one(self, link: Link) -> None:
        """Ada Lovelace is no other Ada (F008)."""
        standard = self.resource(link).standard
        given, family = standard.get(StandardField.GIVEN_NAME), standard.get(StandardField.FAMILY_NAME)
        if given is None or family is None:
            pytest.skip("names have no parts")
        names = ("Quillfirstly", "Quillsecondly")
        one, other = (self.made_with(link, name, {given: "Quillanna", family: name}) for name in names)
        link.wait(LAG)
        hits = {hit.ref for hit in self.found(link, NameHas("Quillanna Quillfirstly"))}
        assert (one in hits, other in hits) == (True, False)
