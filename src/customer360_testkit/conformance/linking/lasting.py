"""A link works whichever way it was made, and when what it found at sign-in is no longer there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

import pytest

from customer360.core.capabilities import Capability, Repeat
from customer360.core.records import RecordRef, RelatedKind
from customer360.core.search import EmailIs, NameHas, PhoneIs
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches
from customer360_testkit.fakes.screen import NO_SUCH, ActivityKind, Screen

_CREATE = Capability.CREATE_CONTACT
_NUMBER, _ADDRESS = "+442079460123", "quillway@conform.example"
_QUERIES = (
    (Capability.SEARCH_NAME, NameHas("Quillway")),
    (Capability.SEARCH_EMAIL, EmailIs(_ADDRESS)),
    (Capability.SEARCH_PHONE, PhoneIs(_NUMBER, _NUMBER.removeprefix("+44"), "GB")),
)


class LastingChecks(Bench):
    """See the module."""

    @catches("works for those who came in one way", _CREATE)
    def test_a_link_works_whichever_way_it_was_made(self, link: Link) -> None:
        """By another directory or another cloud of the vendor's: the same user finds the same people (R15, F010)."""
        if not link.fake.ways_in:
            pytest.skip("there is one way in")
        contact = self.make(link, "Quillway", _NUMBER, _ADDRESS)
        link.wait(LAG)
        for number, way in enumerate(link.fake.ways_in):
            other = self.entered(link, link.fake, **way)
            assert other.facts.user == link.facts.user, way
            assert "Quillway" in self.get(other, contact).name, way
            for capability, query in _QUERIES:
                if self.can(other, capability):
                    assert contact in [each.ref for each in self.found(other, query)], (way, capability)
            self._works(other, contact, f"way-{number}")

    @catches("holds on to what is gone", _CREATE)
    def test_what_was_there_at_sign_in_may_be_deleted(self, link: Link) -> None:
        """A calendar of the user's own: activities are kept there, and elsewhere before it is made and once it is
        deleted; what is elsewhere is listed all the while (F040, F050).
        """
        if not self.made(cast=()).furnish(link.user):
            pytest.skip("users have no places of their own for activities")
        contact, kinds = self.make(link, "Quillfurnished"), self.every_kind(link)
        before = {kind: self.written(link, self.draft(link, kind, contact, f"before-{kind}")) for kind in kinds}
        shown = {kind for kind, ref in before.items() if self._in_view(link, kind, ref)}
        assert link.fake.furnish(link.user)
        furnished = self.entered(link, link.fake)
        self._works(furnished, contact, "kept", before, shown)
        known = set(furnished.facts.extra.values())
        kept = [(module, row["id"]) for module in link.fake.modules for row in link.fake.records(module)]
        for module, record in kept:
            if record in known and furnished.removed(RecordRef(link.fake.key, module, record)):
                self._works(furnished, contact, f"without-{module}", before, shown)

    def _works(
        self,
        link: Link,
        contact: RecordRef,
        key: str,
        before: Mapping[RelatedKind, RecordRef] | None = None,
        shown: Collection[RelatedKind] = (),
    ) -> None:
        """Whatever is written down is made once, found again, listed with what was there ``before``, and stands where
        people look, if it is of the kinds that were ``shown`` to them.
        """
        drafts = {kind: self.draft(link, kind, contact, f"{key}-{kind}") for kind in self.every_kind(link)}
        written = {kind: self.written(link, draft) for kind, draft in drafts.items()}
        for kind, ref in written.items():
            native = self.connector.creates(link.facts)[kind].repeat is Repeat.NATIVE
            assert not native or self.written(link, drafts[kind]) == ref, (key, kind)
        link.wait(LAG)
        for kind, ref in written.items():
            listed = [each.ref for each in self.listed(link, contact, kind)]
            old = (before or written)[kind]
            was = self._on_screen(link, kind, old)
            assert ref in listed, (key, kind)
            assert not self.sought(link, kind) or self.look(link, drafts[kind]) == ref, (key, kind)
            assert old in listed or was is None, (key, kind)
            assert kind not in shown or self._in_view(link, kind, ref), (key, kind)

    def _in_view(self, link: Link, kind: RelatedKind, ref: RecordRef) -> bool:
        seen = self._on_screen(link, kind, ref)
        return seen is None or seen.in_view in (True, NO_SUCH)

    def _on_screen(self, link: Link, kind: RelatedKind, ref: RecordRef) -> Screen | None:
        return link.fake.screen(cast(ActivityKind, kind.value), ref.id, link.user)
