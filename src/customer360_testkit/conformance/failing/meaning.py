"""What became of a request is said for what it is: a double, an allowance, a survivor, a write that took too long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import attrs
import pytest

from customer360.core.capabilities import Capability
from customer360.core.effects import Operation, Request
from customer360.core.errors import (
    Conflict,
    Customer360Error,
    Duplicate,
    Forbidden,
    Gone,
    NotFound,
    QuotaExceeded,
    RateLimited,
    ValidationFailed,
)
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactChange, ContactDraft, RecordRef
from customer360.core.search import FieldIs
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.newcomers import Newcomers
from customer360_testkit.conformance.syncing.changes import SyncingChecks
from customer360_testkit.conformance.verbs import Verbs

_DELTA, _CREATE, _UPDATE = Capability.DELTA, Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_WRITE = Request(method="POST", path="/x", json={"a": 1})


class MeaningChecks(SyncingChecks, Newcomers, Verbs):
    """See the module."""

    @catches("is sure that what took too long was not written")
    def test_a_write_that_took_too_long_is_a_doubt(self, link: Link) -> None:
        """The server, or one before it, gave up waiting for the other: nobody knows what was done by then (X9)."""
        for code in (408, 499):
            for body in (b"", b"{}", b"<html>"):
                error = self.connector.error(link.facts, _WRITE, Response(code, body))
                assert error is not None
                assert error.maybe_applied, (code, body)

    @catches("gives up a change that somebody else was faster with")
    def test_a_conflict_may_be_tried_again(self, link: Link) -> None:
        """With what stands there now: a desktop offers to read it again (R2)."""
        for code in (409, 412):
            error = self.connector.error(link.facts, _WRITE, Response(code, b"{}"))
            assert not isinstance(error, Conflict) or error.retryable, code

    @catches("tries again what is used up", _CREATE)
    def test_a_used_up_allowance_is_said(self, link: Link) -> None:
        """Calls come back tomorrow, room perhaps never: trying every few seconds is in vain (X4)."""
        ref = self.make(link, "Quillspent")
        if not link.fake.use_up():
            pytest.skip("there is no allowance, or no answer tells that it is used up")
        ops = [self.connector.get(link.facts, ref), *(verb() for _, verb in self.writing(link, ref, "Quillspent"))]
        told = [error for op in ops if (error := self.failure(link, op)) is not None]
        assert {(type(error), error.retryable) for error in told} == {(QuotaExceeded, False)}

    @catches("takes a moment for a day", _CREATE)
    def test_too_many_at_once_is_no_used_up_allowance(self, link: Link) -> None:
        """In the CRM's own words, and wherever it says them: a second later there is room again (X4)."""
        ref = self.make(link, "Quillbusy")
        if not link.fake.throttle():
            pytest.skip("the CRM admits any number of requests")
        self.refusal(link, self.connector.get(link.facts, ref), RateLimited)

    @catches("takes a lock for a change of somebody else", _CREATE, _UPDATE)
    def test_a_locked_record_is_no_conflict(self, link: Link) -> None:
        """Reading it again does not help: an agent is told that it may not be changed (F147)."""
        ref = self.make(link, "Quilllocked")
        if not link.fake.lock(self.people, ref.id):
            pytest.skip("no record waits for an approval")
        change = ContactChange(ref=ref, fields={self.spare_field: "Quillkey"})
        error = self.refusal(link, self.connector.update(link.facts, change), (Forbidden, ValidationFailed))
        assert not error.retryable

    @catches("leads from a double to somebody else", _CREATE)
    def test_a_double_is_led_to_who_is_there(self, link: Link) -> None:
        """Where the CRM refuses a second one nobody insists, and it tells the first: an agent opens that one (D5)."""
        tried = 0
        for place, draft, first in self._firsts(link):
            field = place.standard.get(StandardField.EMAIL)
            if field is None or draft.fields.get(field) not in {each.address for each in self.get(link, first).emails}:
                continue
            unique = link.fake.keep_unique(place.name, field)
            link.wait(LAG)
            for op in self._doubling(link, draft, place):
                link.refused.clear()
                refused = self.failure(link, op)
                if not unique and not isinstance(refused, Duplicate):
                    break
                tried += 1
                assert isinstance(refused, Duplicate), place.name
                told = b"".join(answer.content for _, answer in link.refused)
                assert refused.existing == first if first.id.encode() in told else refused.existing is None
        if not tried:
            pytest.skip("two may have one address")

    def _firsts(self, link: Link) -> Iterator[tuple[Resource, ContactDraft, RecordRef]]:
        """Somebody of each resource, and what made them."""
        email = "quillsingle@conform.example"
        given = {name: value for name, value in self.fields("Quillsingle", email=email).items() if value is not None}
        draft = ContactDraft(resource=self.people, fields=given)
        yield self.resource(link), draft, link.run(self.connector.create(link.facts, draft))
        with suppress(pytest.skip.Exception):
            yield from self.newcomers(link, "Quillfirst")

    def _doubling(self, link: Link, draft: ContactDraft, place: Resource) -> Iterator[Operation[Any]]:
        """A second one is made: anew, under a key, and out of somebody else."""
        yield self.connector.create(link.facts, draft)
        yield self.connector.create(link.facts, attrs.evolve(draft, key="quilldouble"))
        told = [place.standard[each] for each in (StandardField.EMAIL, StandardField.PHONE) if each in place.standard]
        other = {name: value for name, value in draft.fields.items() if name not in told}
        ref = link.run(self.connector.create(link.facts, ContactDraft(resource=place.name, fields=other)))
        link.wait(LAG)
        yield self.connector.update(link.facts, ContactChange(ref=ref, fields={told[0]: draft.fields[told[0]]}))

    @catches("does not say who a lead became", _DELTA)
    def test_who_somebody_became_is_said(self, link: Link) -> None:
        """Where the answer tells it: whoever opens the lead is led on (D6)."""
        convert, leads = self.converting(link)
        lead = next(iter(link.run(self.connector.changes(link.facts, leads.name)).changed))
        became, told = convert(lead.ref.id), list[bytes]()
        link.wait(LAG)

        def answered(request: Request) -> Response:
            told.append((response := link.send(request)).content)
            return response

        error = None
        try:
            play(self.connector.get(link.facts, lead.ref), answered, now=link.fake.clock.time)
        except Customer360Error as refused:
            error = refused
        if not any(became.encode() in content for content in told):
            pytest.skip("the CRM does not say who a lead became")
        assert isinstance(error, Gone)
        assert error.merged_into is not None
        assert error.merged_into.id == became

    @catches("finds who a lead was", _DELTA, Capability.SEARCH_FIELD)
    def test_who_became_somebody_else_is_no_hit(self, link: Link) -> None:
        """Whatever field is compared: what an agent writes to who is gone is lost (D6)."""
        convert, leads = self.converting(link)
        lead = next(iter(link.run(self.connector.changes(link.facts, leads.name)).changed))
        field = leads.standard.get(StandardField.FAMILY_NAME)
        if field is None or not lead.family_name:
            pytest.skip("leads have no family name")
        look = FieldIs(field, lead.family_name)
        for found in (True, False):
            link.wait(LAG)
            hits = link.run(self.connector.search(link.facts, leads.name, look, limit=50)).items
            assert (lead.ref in {hit.ref for hit in hits}) is found
            if found:
                convert(lead.ref.id)

    @catches("keeps who was merged away", _DELTA, _CREATE)
    def test_who_was_merged_away_is_gone(self, link: Link) -> None:
        """Not read, told as gone for good; and what happened to them happened to the survivor (D6)."""
        kept, lost = self.make(link, "Quillkept"), self.make(link, "Quilllost")
        link.wait(LAG)
        _, _, cursor = self.sync(link)
        written = [
            (kind, self.written(link, self.draft(link, kind, lost, f"merged-{kind}")))
            for kind in self.kinds(link, apart=True)
        ]
        if not link.fake.merge(self.people, kept.id, lost.id):
            pytest.skip("no two people are merged")
        link.wait(LAG)
        error = self.refusal(link, self.connector.get(link.facts, lost), (Gone, NotFound))
        assert getattr(error, "merged_into", None) in (None, kept)
        changed, gone, _ = self.sync(link, cursor)
        assert (lost.id in changed, lost.id in gone) == (False, True)
        for kind, ref in written:
            assert ref in {record.ref for record in self.listed(link, kept, kind)}, kind
