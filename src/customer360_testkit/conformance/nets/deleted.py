"""What was deleted in the CRM itself is there no more: not in a list, and not under its key."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from customer360.core.activities import ActivityFilter
from customer360.core.capabilities import RELATED, Capability
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.histories import Histories, Way

_CREATE: Final = Capability.CREATE_CONTACT


class DeletedNets(Histories):
    """See the module."""

    @nets("finds what was deleted", _CREATE)
    def test_what_was_deleted_is_there_no_more(self, link: Link) -> None:
        """A note, a task, a call: neither in the list of whom it was about nor of everybody, nor found by its key; what
        stayed is. And of somebody who was deleted what is there is listed, and nothing else (F040, D6, R1)."""
        self._as_gone(link)
        for kind in self.every_kind(link):
            contact = self.make(link, f"Quilldeleted{kind}")
            drafts = [self.draft(link, kind, contact, f"deleted-{kind}-{number}") for number in range(3)]
            since, refs = link.now, [self.written(link, draft) for draft in drafts]
            link.wait(LAG)
            self._listed_anyhow(link, kind, contact)
            if self.sought(link, kind):
                assert [self.look(link, draft, since) for draft in drafts] == refs, (
                    kind.value,
                    "is not found by its key",
                )
            if kind in self.connector.within_contact or not link.removed(refs[1]):
                continue
            link.wait(LAG)
            for way, listed in self._listed_anyhow(link, kind, contact).items():
                assert refs[1] not in listed, (kind.value, way, "what was deleted is listed")
                assert {refs[0], refs[2]} <= listed, (kind.value, way, "what was not is not listed")
            if self.sought(link, kind):
                found = [self.look(link, draft, since) for draft in drafts]
                assert found == [refs[0], None, refs[2]], (kind.value, "found by their keys", found)

    def _as_gone(self, link: Link) -> None:
        """Of who is gone: what the CRM still holds of them, or that they are, whether one looked before or not."""
        for kind in self.every_kind(link):
            contact = self.make(link, f"Quillgone{kind}")
            self.written(link, self.draft(link, kind, contact, f"gone-{kind}"))
            link.wait(LAG)
            before = self.listings(link, kind, contact)
            after = self.listings(link, kind, contact, type(self.connector)())
            for name, way in before.items():
                assert self._outcome_of(link, way), (kind.value, name, "nothing is listed of who is there")
            with suppress(Customer360Error):  # not everybody can be deleted
                self.delete(link, contact)
                link.wait(LAG)
            for name, way in before.items():
                told, fresh = self._outcome_of(link, way), self._outcome_of(link, after[name])
                assert told == fresh, (kind.value, name, told, fresh)
                lost = told - {key for _, key in link.fake.snapshot()} if isinstance(told, set) else set()
                assert not lost, (kind.value, name, lost, "is there no more")

    def _outcome_of(self, link: Link, way: Way) -> set[str] | type[Customer360Error]:
        """The ids that a listing tells, or what it is refused with."""
        try:
            return {record.ref.id for record in link.run(way(50, None)).items}
        except Customer360Error as error:
            return type(error)

    def _listed_anyhow(self, link: Link, kind: RelatedKind, contact: RecordRef) -> dict[str, set[RecordRef]]:
        """By way: what is listed of a kind."""
        found = dict[str, set[RecordRef]]()
        if self.can(link, RELATED[kind]):
            found["related"] = {each.ref for each in self.listed(link, contact, kind)}
        for resource in [each.name for each in self.connector.resources(link.facts) if each.related_kind is kind]:
            for somebody in (contact, None):
                query = ActivityFilter(resource=resource, contact=somebody, limit=200)
                if self.can(link, Capability.LIST_ACTIVITIES):
                    with suppress(Unsupported):
                        page = link.run(self.connector.activities(link.facts, query))
                        if page.next is None:
                            found[f"{resource} of {somebody}"] = {each.ref for each in page.items}
        return found
