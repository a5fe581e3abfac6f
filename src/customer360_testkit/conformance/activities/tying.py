"""What an activity is about besides its contact is tied, or refused: nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import attrs
import pytest

from customer360.core.activities import ActivityDraft
from customer360.core.capabilities import Capability
from customer360.core.effects import Request
from customer360.core.errors import Unsupported
from customer360.core.records import ContactKind, RecordRef, RelatedKind
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.activities.deals import DealChecks
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.newcomers import Newcomers

_CREATE = Capability.CREATE_CONTACT


class TyingChecks(DealChecks, Newcomers):
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

    def tying(self, link: Link) -> Iterator[tuple[RecordRef, tuple[RecordRef, ...]]]:
        """Somebody of each resource, and what may be tied beside them."""
        contact, others = self.make(link, "Quilltied"), dict[str, RecordRef]()
        with suppress(pytest.skip.Exception):
            others |= {place.name: ref for place, _, ref in self.newcomers(link, "Quillbesides")}
        people = (contact, *others.values())
        things = self.things(link, contact)
        yield from ((each, (*things, *(other for other in people if other != each))) for each in people)

    @catches("says that it ties what it does not", _CREATE)
    def test_what_is_declared_as_tied_is_tied(self, link: Link) -> None:
        """Whomever it is about: an agent was told so, and does not look; a call about a case names it (F050, F053)."""
        resources = link.run(self.connector.list_resources(link.facts))
        cases = {each.name for each in resources if each.related_kind is RelatedKind.CASE}
        company = self.resource(link).contact_kind is ContactKind.COMPANY  # it may stand where a case would
        for place, (contact, things) in enumerate(self.tying(link)):
            for kind in self.every_kind(link):
                word = f"{place}-{kind}"
                with suppress(Unsupported):  # of them nothing of that kind can be written
                    self.written(link, self.draft(link, kind, contact, f"alone-{word}"))
                    for number, related in enumerate((things, *((each,) for each in things))):
                        tied = self._tied(link, self.draft(link, kind, contact, f"tie{number}-{word}", related=related))
                        alone = kind is RelatedKind.CALL and contact.resource == self.people and not company
                        assert tied or not alone or {each.resource for each in related} - cases, (
                            contact.resource,
                            kind,
                        )

    def _tied(self, link: Link, draft: ActivityDraft) -> tuple[RecordRef, ...]:
        """What is declared as tied to a draft, and is."""
        tied: tuple[RecordRef, ...] = link.run(self.connector.tied(link.facts, draft))
        assert set(tied) <= set(draft.related), draft.kind
        if tied:
            link.asked.clear()
            try:
                self.written(link, attrs.evolve(draft, related=tied))
            except Unsupported as refused:
                pytest.fail(f"{draft.kind} of {draft.contact.resource}: {refused}")
            sent = {str(value) for request in link.asked for value in values_of(_body(request))}
            assert [ref for ref in tied if ref.id not in sent] == [], (draft.contact.resource, draft.kind)
        return tied

    @catches("leaves out in silence what it cannot tie", _CREATE)
    def test_what_cannot_be_tied_is_refused(self, link: Link) -> None:
        """Whomever it is about, before anything is written: the core leaves it out, and says so (F050)."""
        for place, (contact, things) in enumerate(self.tying(link)):
            for kind in self.every_kind(link):
                draft = self.draft(link, kind, contact, f"untie{place}-{kind}", related=things)
                if set(things) - set(link.run(self.connector.tied(link.facts, draft))):
                    before = link.writes
                    self.refusal(link, self.connector.create_activity(link.facts, draft), Unsupported)
                    assert link.writes == before, (contact.resource, kind)


def _body(request: Request) -> object:
    return request.json if request.json is not None else request.form
