"""What was written is found by its key, whatever it is, whoever it is about, and however much was written since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from customer360.core.activities import ActivityDraft, CallOutcome
from customer360.core.capabilities import CREATE, Capability
from customer360.core.errors import Unsupported
from customer360.core.interactions import Direction
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.activities.correcting import CorrectingChecks
from customer360_testkit.conformance.activities.untying import UntyingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.crowds import Crowds

_CREATE = Capability.CREATE_CONTACT
_CROWD = 505
"""More than most vendors hand out at once."""


class SoughtChecks(UntyingChecks, CorrectingChecks, Crowds):
    """See the module."""

    def sought_kinds(self, link: Link) -> tuple[RelatedKind, ...]:
        """All that can be created, listed or not. Skips where nothing is looked for."""
        made = (kind for kind, capability in CREATE.items() if self.can(link, capability))
        kinds = tuple(kind for kind in made if self.sought(link, kind))
        return kinds or pytest.skip("nothing is looked for")

    def saying(self, link: Link, kind: RelatedKind, contact: RecordRef) -> Iterator[ActivityDraft]:
        """Drafts of a kind that differ in what they say."""
        given: list[dict[str, Any]] = [{}]
        if kind is RelatedKind.CALL:
            both = product((Direction.INBOUND, Direction.OUTBOUND), CallOutcome)
            given = [{"direction": direction, "outcome": outcome, "text": "Quill"} for direction, outcome in both]
        if kind is RelatedKind.EVENT:
            start = link.now + timedelta(days=30)
            given = [{"starts_at": start, "ends_at": start + timedelta(hours=1)}]
        for number, each in enumerate(given):
            yield self.draft(link, kind, contact, f"said-{kind}-{number}", **each)

    @catches("does not find what a colleague is to do", _CREATE)
    def test_whatever_was_written_is_found_by_its_key(self, link: Link) -> None:
        """Done or urgent, a colleague's, about a case, missed or answered: else it is written twice (R2)."""
        contact = self.make(link, "Quillsought")
        things = self.things(link, contact)
        for kind in self.sought_kinds(link):
            written = [self.full(link, kind, contact, things, f"{kind} #12/7 o'quill&50%")]
            written += [(draft, self.written(link, draft)) for draft in self.saying(link, kind, contact)]
            link.wait(LAG)
            for draft, ref in written:
                assert self.look(link, draft) == ref, draft

    @catches("finds what was written about contacts only", _CREATE)
    def test_what_was_written_about_anybody_is_found_by_its_key(self, link: Link) -> None:
        """Leads and companies, too (R2)."""
        others = self.anybody(link)[1:]
        if not others:
            pytest.skip("there is one resource of people")
        for kind, (place, contact) in product(self.sought_kinds(link), enumerate(others)):
            draft = self.draft(link, kind, contact, f"about{place}-{kind}")
            with suppress(Unsupported):
                assert self.look(link, draft) is None, (kind, contact.resource)
                ref = self.written(link, draft)
                link.wait(LAG)
                assert self.look(link, draft) == ref, (kind, contact.resource)

    @catches("looks for a key on the first page", _CREATE)
    def test_what_was_written_among_many_is_found_by_its_key(self, link: Link) -> None:
        """Of a customer who is on everybody's mind (R2)."""
        for kind in self.sought_kinds(link):
            if kind in self.connector.within_contact:
                continue
            contact, since = self.make(link, f"Quillcrowded{kind}"), link.now
            written = self.many(link, kind, contact, _CROWD)
            link.wait(LAG)
            for draft, ref in (written[0], written[-1]):
                assert self.look(link, draft, since) == ref, kind
