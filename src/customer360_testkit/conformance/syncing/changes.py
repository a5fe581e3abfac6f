"""Reading what changed: everything once, then what is new, and who is gone."""

from __future__ import annotations

from customer360.core.capabilities import Capability
from customer360.core.errors import Gone
from customer360.core.metadata import Resource
from customer360.core.records import Contact, ContactKind, RecordRef
from customer360_testkit.conformance.bench import Bench, Link, catches

_DELTA, _CREATE = Capability.DELTA, Capability.CREATE_CONTACT
_MOST_PAGES = 500


def kinds_in(resource: Resource) -> set[ContactKind | None]:
    """What the records of a resource may be: where companies are, people may be kept, too, as some CRMs keep consumers.

    Who is which, the cast tells: see :meth:`.resources.ResourceChecks.test_people_are_no_companies`.
    """
    company = resource.contact_kind is ContactKind.COMPANY
    return {resource.contact_kind} | ({ContactKind.CONTACT} if company else set())


class SyncingChecks(Bench):
    """See the module."""

    def sync(
        self, link: Link, cursor: str | None = None, *, of: str | None = None
    ) -> tuple[dict[str, Contact], set[str], str | None]:
        """All that changed ``of`` a resource (people), by id, who is gone, and where to go on."""
        changed, gone = dict[str, Contact](), set[str]()
        for _ in range(_MOST_PAGES):
            page = link.run(self.connector.changes(link.facts, of or self.people, cursor))
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
        """Not the whole CRM each time; the last of the round before may be told again."""
        link.wait(120.0)
        if self.can(link, _CREATE):
            self.make(link, "Quillformer")
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

    @catches("reads who is new only", _DELTA, _CREATE, Capability.UPDATE_CONTACT)
    def test_what_changed_since_is_read(self, link: Link) -> None:
        """A new number of an old customer."""
        ref = self.make(link, "Renumbered", phone="+442079460991")
        (field,) = {phone.field for phone in self.get(link, ref).phones}
        link.wait(7200.0)
        _, _, cursor = self.sync(link)
        link.wait(120.0)
        self.change(link, ref, {field: "+442079460992"})
        link.wait(120.0)
        changed, _, _ = self.sync(link, cursor)
        assert ref.id in changed
        assert "+442079460992" in [phone.text for phone in changed[ref.id].phones]

    @catches("reads changes without their addresses", _DELTA, _CREATE)
    def test_a_change_brings_its_addresses(self, link: Link) -> None:
        """Mails are matched by the index, too."""
        self.addressed(link)
        ref = self.make(link, "Addressed", email="addressed@conform.example")
        link.wait(120.0)
        changed, _, _ = self.sync(link)
        assert "addressed@conform.example" in [email.address for email in changed[ref.id].emails]

    @catches("skips what changed as it read", _DELTA, _CREATE)
    def test_who_comes_while_a_sync_reads_is_read_by_the_next(self, link: Link) -> None:
        """In the same second, too: no change falls between two rounds."""
        self.make(link, "Beforehand")
        changed, _, cursor = self.sync(link)
        at_once = self.make(link, "Meanwhile")
        link.wait(120.0)
        later, _, _ = self.sync(link, cursor)
        assert at_once.id in {*changed, *later}

    @catches("reads its first resource for every other", _DELTA, _CREATE)
    def test_a_sync_is_of_its_resource(self, link: Link) -> None:
        """Leads are not contacts."""
        self.make(link, "Resourced")
        link.wait(120.0)
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is None or resource.name == self.people or resource.private:
                continue
            page = link.run(self.connector.changes(link.facts, resource.name))
            assert {contact.ref.resource for contact in page.changed} <= {resource.name}
            assert {contact.kind for contact in page.changed} <= kinds_in(resource)
            assert not any("Resourced" in contact.name for contact in page.changed), resource.name

    @catches("tells of who is gone as if they were there", _DELTA, _CREATE)
    def test_who_is_gone_is_not_there(self, link: Link) -> None:
        """Neither new nor changed, in a sync that begins afterwards either."""
        ref = self.make(link, "Vanished")
        link.wait(120.0)
        self.delete(link, ref)
        link.wait(120.0)
        changed, _, _ = self.sync(link)
        assert ref.id not in changed

    @catches("reads changes with one of their numbers", _DELTA, _CREATE)
    def test_a_change_brings_all_its_numbers(self, link: Link) -> None:
        """The one that rings may be the last of them."""
        fields = self.writable(link, self.resource(link).phones)
        given = {field: f"+4420794606{number:02d}" for number, field in enumerate(fields)}
        ref = self.made_with(link, "Syncnumbers", given)
        link.wait(120.0)
        changed, _, _ = self.sync(link)
        assert {phone.text for phone in changed[ref.id].phones} == set(given.values())

    @catches("reads changes without their names", _DELTA, _CREATE)
    def test_a_change_says_who_it_is(self, link: Link) -> None:
        """By its name, and by the reference that creating it gave."""
        ref = self.make(link, "Syncnamed")
        link.wait(120.0)
        changed, _, _ = self.sync(link)
        assert (changed[ref.id].ref, "Syncnamed" in changed[ref.id].name) == (ref, True)

    @catches("tells who is gone from elsewhere", _DELTA, _CREATE)
    def test_who_is_gone_is_told_by_the_same_reference(self, link: Link) -> None:
        """The index forgets whom it knows by it."""
        ref = self.make(link, "Syncleaver")
        link.wait(120.0)
        _, _, cursor = self.sync(link)
        self.delete(link, ref)
        link.wait(120.0)
        gone, more = list[RecordRef](), True
        while more:
            page = link.run(self.connector.changes(link.facts, self.people, cursor))
            gone, cursor, more = [*gone, *page.gone], page.cursor, page.more
        assert ref in gone

    @catches("promises fewer than there are", _DELTA)
    def test_progress_does_not_go_beyond_its_end(self, link: Link) -> None:
        """How many are expected is said, or not said; not too few."""
        total, seen, cursor, more = list[int](), 0, None, True
        while more:
            page = link.run(self.connector.changes(link.facts, self.people, cursor))
            seen, cursor, more = seen + len(page.changed), page.cursor, page.more
            total += [page.total] if page.total is not None else []
        assert not total or max(total) >= seen
