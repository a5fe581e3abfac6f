"""What an activity is about besides its contact is tied, or refused: nothing is left out in silence."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice

import attrs

from customer360.core.capabilities import Capability
from customer360.core.effects import Request
from customer360.core.errors import Unsupported
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.activities.deals import DealChecks
from customer360_testkit.conformance.bench import Link, catches

_CREATE = Capability.CREATE_CONTACT


class TyingChecks(DealChecks):
    """See the module."""

    def things(self, link: Link, contact: RecordRef) -> tuple[RecordRef, ...]:
        """Two cases, two deals and another contact, as far as there are any."""
        found = list[RecordRef]()
        if self.can(link, Capability.CREATE_CASE):
            with suppress(Unsupported):
                found += [self.written(link, self.draft(link, RelatedKind.CASE, contact, f"t{n}")) for n in range(2)]
        found += islice(self.some_deals(link), 2)
        return (*found, self.make(link, "Quillbeside"))

    def some_deals(self, link: Link) -> list[RecordRef]:
        """Those of some of whom the fake holds, each once."""
        if not (self.can(link, Capability.RELATED_DEALS) and self.can(link, Capability.DELTA)):
            return []
        return list(dict.fromkeys(deal.ref for _, deal in self.listed_deals(link)))

    @catches("says that it ties what it does not", _CREATE)
    def test_what_is_declared_as_tied_is_tied(self, link: Link) -> None:
        """An agent was told so, and does not look (F050)."""
        contact = self.make(link, "Quilltied")
        things = self.things(link, contact)
        for kind in self.kinds(link):
            draft = self.draft(link, kind, contact, f"tie-{kind}", related=things)
            tied = link.run(self.connector.tied(link.facts, draft))
            assert set(tied) <= set(things), kind
            link.asked.clear()
            self.written(link, attrs.evolve(draft, related=tied))
            sent = {str(value) for request in link.asked for value in values_of(_body(request))}
            assert [ref for ref in tied if ref.id not in sent] == [], kind

    @catches("leaves out in silence what it cannot tie", _CREATE)
    def test_what_cannot_be_tied_is_refused(self, link: Link) -> None:
        """Before anything is written: the core leaves it out, and says so (F050)."""
        contact = self.make(link, "Quilluntied")
        things = self.things(link, contact)
        for kind in self.every_kind(link):
            draft = self.draft(link, kind, contact, f"untie-{kind}", related=things)
            if set(things) - set(link.run(self.connector.tied(link.facts, draft))):
                before = link.writes
                self.refusal(link, self.connector.create_activity(link.facts, draft), Unsupported)
                assert link.writes == before, kind


def _body(request: Request) -> object:
    return request.json if request.json is not None else request.form
