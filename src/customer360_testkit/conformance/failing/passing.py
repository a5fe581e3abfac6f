"""A failure passes, and leaves nothing behind: the next try is as good as the first."""

from __future__ import annotations

from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.effects import Cancelled, Request
from customer360.core.errors import Customer360Error, Gone, NotFound
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.verbs import Verbs
from customer360_testkit.fakes.faults import status

_CREATE = Capability.CREATE_CONTACT


class PassingChecks(Verbs):
    """See the module."""

    @catches("remembers a failure", _CREATE)
    def test_what_failed_once_works_again(self, link: Link) -> None:
        """On the same link: a second later the CRM is back, and so is everybody (X3)."""
        ref = self.make(link, "Quillagain", "+442079460123", "quillagain@conform.example")
        link.wait(LAG)
        for name, verb in self.reading(link, ref, "Quillagain"):
            if self.failure(link, verb()) is not None:  # what is declared is another check's matter
                continue
            before = link.run(verb())
            for code in (503, 429):
                link.fake.faults.add(status(code, content=b"{}"), times=None)
                self.failure(link, verb())
                link.fake.faults.clear()
                assert link.run(verb()) == before, (name, code)

    @catches("remembers who was deleted", _CREATE, Capability.DELTA)
    def test_who_was_deleted_in_the_crm_is_not_read(self, link: Link) -> None:
        """However lately they were read: what one object knows is not what the CRM knows."""
        ref = self.make(link, "Quilldeleted")
        self.get(link, ref)
        self.delete(link, ref)
        link.wait(LAG)
        self.refusal(link, self.connector.get(link.facts, ref), (NotFound, Gone))

    @catches("takes what was given up for done", _CREATE)
    def test_what_was_given_up_is_written_by_the_next_try(self, link: Link) -> None:
        """The outbox sends it again, under the same key (R1)."""
        contact, kinds = self.make(link, "Quillgivenup"), self.every_kind(link)
        if not kinds:
            pytest.skip("nothing is written down")
        for kind in kinds:
            draft = self.draft(link, kind, contact, f"up-{kind}", text=f"Quillup{kind}")
            with suppress(Cancelled, Customer360Error):
                play(self.connector.create_activity(link.facts, draft), _cancelled, now=link.fake.clock.time)
            self.written(link, draft)
            assert link.fake.count_holding(f"Quillup{kind}") == 1, kind

    @catches("hides what colleagues wrote", _CREATE)
    def test_what_a_colleague_wrote_is_listed(self, link: Link) -> None:
        """Of every kind: what was agreed is agreed (F040)."""
        others = [name for name in link.fake.users if name != link.user]
        if not others:
            pytest.skip("the fake has one user")
        if link.fake.customers_of(link.user) != link.fake.customers_of(others[0]):
            pytest.skip("everybody has customers of their own")
        contact = self.make(link, "Quillshared")
        for kind in self.every_kind(link):
            if kind not in self.connector.within_contact:
                mine = self.written(link, self.draft(link, kind, contact, f"mine-{kind}"))
                link.wait(60.0)
                colleague = self.signed_in(link.fake, others[0])
                theirs = self.written(colleague, self.draft(colleague, kind, contact, f"theirs-{kind}"))
                link.wait(LAG)
                assert {mine, theirs} == {record.ref for record in self.listed(link, contact, kind)}, kind


def _cancelled(request: Request) -> Response:
    raise Cancelled
