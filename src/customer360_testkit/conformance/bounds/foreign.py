"""A reference of another CRM is none of this one's, in whatever verb it comes: ids collide."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import attrs

from customer360.core.activities import ActivityChange, ActivityDraft, ActivityFilter
from customer360.core.capabilities import RELATED, Capability
from customer360.core.effects import Operation
from customer360.core.errors import Customer360Error
from customer360.core.metadata import FieldType
from customer360.core.records import ContactChange, ContactDraft, RecordRef, RelatedKind
from customer360_testkit.conformance.bench import Bench, Link, catches

_CREATE, _ELSEWHERE = Capability.CREATE_CONTACT, "elsewhere"


class ForeignChecks(Bench):
    """See the module."""

    @catches("takes another CRM's record for its own", _CREATE)
    def test_a_record_of_another_crm_is_none_of_these(self, link: Link) -> None:
        """Whoever is read, changed, written about, tied, listed, looked for or made an owner would be another (R15)."""
        ref = self.make(link, "Quillalien")
        alien = attrs.evolve(ref, crm=_ELSEWHERE)
        assert self.connector.record_url(link.facts, alien) is None
        for name, verb in chain(self._of_people(link, ref, alien), self._of_activities(link, ref, alien)):
            link.asked.clear()
            self.refusal(link, verb, Customer360Error)
            assert link.asked == [], name

    def _of_people(self, link: Link, ref: RecordRef, alien: RecordRef) -> Iterator[tuple[str, Operation[Any]]]:
        connector, facts = self.connector, link.facts
        yield "get", connector.get(facts, alien)
        for kind, capability in RELATED.items():
            if self.can(link, capability) and kind not in connector.within_contact:
                yield f"related {kind}", connector.related(facts, alien, kind)
        if self.can(link, Capability.UPDATE_CONTACT):
            yield "update", connector.update(facts, ContactChange(ref=alien, fields={self.spare_field: "Quill"}))
            for name in self._references(link, self.people):
                change = ContactChange(ref=ref, fields={name: self._user(link)})
                yield f"update {name}", connector.update(facts, change)
        for name in self._references(link, self.people):
            given = {field: value for field, value in self.fields("Quillowned").items() if value is not None}
            draft = ContactDraft(resource=self.people, fields={**given, name: self._user(link)})
            yield f"create {name}", connector.create(facts, draft)

    def _of_activities(self, link: Link, contact: RecordRef, alien: RecordRef) -> Iterator[tuple[str, Operation[Any]]]:
        for kind in self.every_kind(link):
            draft = self.draft(link, kind, contact, f"alien-{kind}", text="Quill")
            yield from self._of_activity(link, draft, self.written(link, draft), alien)

    def _of_activity(
        self, link: Link, draft: ActivityDraft, ref: RecordRef, alien: RecordRef
    ) -> Iterator[tuple[str, Operation[Any]]]:
        connector, facts, kind = self.connector, link.facts, draft.kind
        stray, theirs = attrs.evolve(draft, contact=alien), attrs.evolve(ref, crm=_ELSEWHERE)
        yield f"create {kind}", connector.create_activity(facts, stray)
        yield (
            f"create {kind} for somebody",
            connector.create_activity(facts, attrs.evolve(draft, owner=self._user(link))),
        )
        if self.sought(link, kind):
            yield f"find {kind}", connector.find_created(facts, stray, since=link.now)
        if self.can(link, Capability.UPDATE_ACTIVITY):
            change = ActivityChange(ref=theirs, kind=kind, text="Quill")
            yield f"correct {kind}", connector.update_activity(facts, change)
        for verb, capability in ((connector.link, Capability.LINK), (connector.unlink, Capability.UNLINK)):
            if self.can(link, capability):
                yield f"{capability} {kind}", verb(facts, draft.contact, theirs)
                yield f"{capability} somebody's {kind}", verb(facts, alien, ref)
        if self.can(link, Capability.LIST_ACTIVITIES) and kind not in connector.within_contact:
            asked = ActivityFilter(resource=self._resource(link, kind), contact=alien)
            yield f"list {kind}", connector.activities(facts, asked)

    def _resource(self, link: Link, kind: RelatedKind) -> str:
        return next(each.name for each in self.connector.resources(link.facts) if each.related_kind is kind)

    def _user(self, link: Link) -> RecordRef:
        """Who has the id of whoever is signed in here, elsewhere."""
        me: RecordRef = link.run(self.connector.identify(link.facts)).user
        return attrs.evolve(me, crm=_ELSEWHERE)

    def _references(self, link: Link, resource: str) -> list[str]:
        fields = self.schema(link, resource).fields
        return [each.name for each in fields if each.type is FieldType.REFERENCE and each.creatable and each.editable]
