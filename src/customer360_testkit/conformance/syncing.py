"""Reading what changed: everything once, then what is new, and who is gone."""

from __future__ import annotations

from customer360.core.capabilities import Capability
from customer360.core.errors import Gone
from customer360.core.records import Contact
from customer360_testkit.conformance.bench import Bench, Link, catches

_DELTA, _CREATE = Capability.DELTA, Capability.CREATE_CONTACT
_MOST_PAGES = 500


class SyncingChecks(Bench):
    """See the module."""

    def sync(self, link: Link, cursor: str | None = None) -> tuple[dict[str, Contact], set[str], str | None]:
        """All that changed, by id, who is gone, and where to go on."""
        changed, gone = dict[str, Contact](), set[str]()
        for _ in range(_MOST_PAGES):
            page = link.run(self.connector.changes(link.facts, self.people, cursor))
            changed.update((contact.ref.id, contact) for contact in page.changed)
            gone.update(ref.id for ref in page.gone)
            cursor = page.cursor
            if not page.more:
                return changed, gone, cursor
        raise AssertionError("the sync does not end")

    @catches("stops after the first page", _DELTA, _CREATE)
    def test_a_sync_reads_everybody(self, link: Link) -> None:
        """However many pages there are."""
        made = {self.make(link, f"Everybody{number}").id for number in range(3)}
        link.wait(120.0)
        changed, _, _ = self.sync(link)
        assert made <= set(changed)
        assert len(changed) > len(made)

    @catches("reads changes without their numbers", _DELTA, _CREATE)
    def test_a_change_brings_its_numbers(self, link: Link) -> None:
        """The index lives on them."""
        ref = self.make(link, "Numbered", phone="+442079460991")
        link.wait(120.0)
        changed, _, _ = self.sync(link)
        assert "+442079460991" in [phone.text for phone in changed[ref.id].phones]

    @catches("reads everybody again", _DELTA, _CREATE)
    def test_a_second_sync_reads_what_is_new(self, link: Link) -> None:
        """Not the whole CRM each time."""
        link.wait(120.0)
        everybody, _, cursor = self.sync(link)
        link.wait(7200.0)
        changed, _, _ = self.sync(link, cursor)
        assert len(changed) < len(everybody)

    @catches("misses what changed since", _DELTA, _CREATE)
    def test_who_came_since_is_read(self, link: Link) -> None:
        """By the cursor of the round before."""
        _, _, cursor = self.sync(link)
        link.wait(120.0)
        ref = self.make(link, "Later")
        link.wait(120.0)
        changed, _, _ = self.sync(link, cursor)
        assert ref.id in changed

    @catches("does not tell who is gone", _DELTA, _CREATE)
    def test_who_is_gone_is_told(self, link: Link) -> None:
        """A match must not show who was deleted."""
        ref = self.make(link, "Leaver")
        link.wait(120.0)
        _, _, cursor = self.sync(link)
        link.wait(120.0)
        self.delete(link, ref)
        link.wait(120.0)
        _, gone, _ = self.sync(link, cursor)
        assert ref.id in gone

    @catches("goes on from a cursor that means nothing", _DELTA)
    def test_a_cursor_of_somebody_else_is_refused(self, link: Link) -> None:
        """Gone: the index starts over."""
        self.refusal(link, self.connector.changes(link.facts, self.people, "no-cursor-of-yours"), Gone)
