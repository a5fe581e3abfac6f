"""What was written down can be changed, untied and listed by what it says."""

from __future__ import annotations

from datetime import date

import pytest

from customer360.core.activities import ActivityChange, ActivityFilter, Condition, Operator
from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_CREATE, _TASK, _TASKS = Capability.CREATE_CONTACT, Capability.CREATE_TASK, Capability.RELATED_TASKS
_CHANGE, _LIST, _UNLINK = Capability.UPDATE_ACTIVITY, Capability.LIST_ACTIVITIES, Capability.UNLINK
_CALL, _CALLS = Capability.CREATE_CALL, Capability.RELATED_CALLS


class ChangingChecks(Bench):
    """See the module."""

    def task(self, link: Link, contact: RecordRef, key: str) -> RecordRef:
        draft = self.draft(link, RelatedKind.TASK, contact, key, text="Quilltext", due_on=date(2046, 7, 1))
        return self.written(link, draft)

    def changed(self, link: Link, contact: RecordRef, ref: RecordRef, **change: object) -> RelatedRecord:
        """The task as listed after the change."""
        op = self.connector.update_activity(link.facts, ActivityChange(ref=ref, kind=RelatedKind.TASK, **change))  # type: ignore[arg-type]
        link.run(op)
        link.wait(LAG)
        return next(each for each in self.listed(link, contact, RelatedKind.TASK) if each.ref == ref)

    @catches("does not untie", _CREATE, _TASK, _TASKS, Capability.LINK, _UNLINK)
    def test_an_untied_record_is_not_listed(self, link: Link) -> None:
        """And is still there for the others (F045)."""
        first, second = self.make(link, "Untied"), self.make(link, "Tied")
        ref = self.task(link, first, "tied")
        self.tied(link, second, ref)
        link.wait(LAG)
        link.run(self.connector.unlink(link.facts, second, ref))
        link.wait(LAG)
        assert self.listed(link, second, RelatedKind.TASK) == ()
        assert link.fake.count_holding("About tied") == 1

    @catches("lists calls of everybody", _CREATE, _CALL, _CALLS, _LIST)
    def test_a_listing_is_of_the_contact_that_was_asked_for(self, link: Link) -> None:
        """Newest first, page by page (F055)."""
        mine, other = self.make(link, "Filtered"), self.make(link, "Unfiltered")
        refs = list[RecordRef]()
        for number in range(3):
            refs.insert(0, self.written(link, self.draft(link, RelatedKind.CALL, mine, f"f{number}")))
            self.written(link, self.draft(link, RelatedKind.CALL, other, f"o{number}"))
            link.wait(3600.0)
        declared = self.connector.resources(link.facts)
        resource = next(each.name for each in declared if each.related_kind is RelatedKind.CALL)
        seen, cursor = list[RecordRef](), None
        for _ in range(4):
            asked = ActivityFilter(resource=resource, contact=mine, limit=2, cursor=cursor)
            page = link.run(self.connector.activities(link.facts, asked))
            assert len(page.items) <= 2
            seen += [record.ref for record in page.items]
            if (cursor := page.next) is None:
                break
        assert seen == refs

    @catches("lists a resource that is not there", _LIST)
    def test_a_listing_of_nothing_known_is_refused(self, link: Link) -> None:
        """No records would be a wrong answer (F055)."""
        asked = ActivityFilter(resource="Quillnosuch")
        self.refusal(link, self.connector.activities(link.facts, asked), Unsupported)

    @catches("goes on from a page that means nothing", _CREATE, _CALLS)
    def test_a_cursor_that_means_nothing_is_refused(self, link: Link) -> None:
        """The first page again would be a lie."""
        contact = self.make(link, "Cursed")
        look = self.connector.related(link.facts, contact, RelatedKind.CALL, cursor="no cursor of yours")
        self.refusal(link, look, Customer360Error)

    def titled(
        self, link: Link, contact: RecordRef, kinds: tuple[RelatedKind, ...] = (RelatedKind.CALL,)
    ) -> tuple[str, str]:
        """The activity resource of calls, and its field that holds the title; or of the first kind that has one.

        Three of that kind are written, an hour apart. Skips where none has such a field.
        """
        for kind in kinds:
            if kind is not RelatedKind.CALL and not (self.can(link, CREATE[kind]) and self.can(link, RELATED[kind])):
                continue
            for number in range(3):
                self.written(link, self.draft(link, kind, contact, f"t{number}-{kind}", subject=f"Quill {number}"))
                link.wait(3600.0)
            resource = next(each.name for each in self.connector.resources(link.facts) if each.related_kind is kind)
            record = self.listed(link, contact, kind)[0]
            if names := [name for name, value in record.fields.items() if value == "Quill 2"]:
                return resource, names[0]
        pytest.skip("the title is no field")

    def titles(self, link: Link, asked: ActivityFilter) -> list[str]:
        try:
            return [record.title for record in link.run(self.connector.activities(link.facts, asked)).items]
        except Unsupported:
            pytest.skip("not by its title")

    @catches("lists whatever was asked for", _CREATE, _CALL, _CALLS, _LIST)
    def test_a_listing_keeps_to_its_conditions(self, link: Link) -> None:
        """Or it is said that it cannot (F057)."""
        contact = self.make(link, "Conditional")
        resource, name = self.titled(link, contact, (RelatedKind.CALL, RelatedKind.TASK))
        condition = Condition(name, Operator.EQUALS, ("Quill 1",))
        asked = ActivityFilter(resource=resource, contact=contact, conditions=(condition,))
        assert self.titles(link, asked) == ["Quill 1"]
