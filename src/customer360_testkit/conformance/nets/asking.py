"""Whatever can be asked of a link, of people and records of the asker's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import attrs

from customer360.core.activities import ActivityDraft, ActivityFilter, Condition, Operator
from customer360.core.capabilities import RELATED
from customer360.core.metadata import Resource
from customer360.core.records import ContactDraft, RecordRef, RelatedKind
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360_testkit.conformance.bench import Bench, Link
from customer360_testkit.conformance.nets import operations
from customer360_testkit.conformance.nets.playing import Asked
from customer360_testkit.conformance.newcomers import NUMBER

Listed: TypeAlias = tuple[str, Callable[[str | None], Asked]]
"""A list, and what asks for the page of it behind a cursor."""
NUMBERS = ("+442079460171", "+442079460172", "+442079460173", "+442079460174")


class Asking:
    """See the module."""

    def __init__(self, bench: Bench, link: Link) -> None:
        self.bench, self.link = bench, link
        self.people = list[RecordRef]()
        self.others = list[RecordRef]()
        """People of other resources."""
        self.records = list[tuple[RelatedKind, RecordRef]]()
        self.drafts = list[ActivityDraft | ContactDraft]()
        self.cursors = dict[str, list[str | None]]()
        self.titles = dict[str, str]()
        """By resource of activities: the field that holds what they are called."""
        self.since = link.now - timedelta(hours=1)
        self.resources: tuple[Resource, ...] = tuple(bench.connector.resources(link.facts))

    def asked(self) -> Iterator[tuple[str, Asked]]:
        """What is told in one piece."""
        refs = (*self.people[:4], *self.people[-2:], *self.others[-4:])
        yield "what is declared", partial(operations.declared, refs=refs)
        yield "identify", lambda connector, facts: connector.identify(facts)
        yield "list_resources", lambda connector, facts: connector.list_resources(facts)
        for ref in refs:
            yield f"get {ref.resource} {ref.id}", partial(operations.get, ref=ref)
        for each in self.resources:
            yield f"describe {each.name}", partial(operations.describe, resource=each.name)
            for query in self._queries(each) if each.contact_kind is not None else ():
                yield (
                    f"search {type(query).__name__} {each.name} {query!r}",
                    partial(operations.search, resource=each.name, query=query),
                )
            for cursor in self.cursors.get(each.name, ())[-1:]:
                yield f"changes {each.name}", partial(operations.changes, resource=each.name, cursor=cursor)
        for number, draft in enumerate(self.drafts):
            kind = f"{type(draft).__name__} {number}"
            yield f"find_created {kind}", partial(operations.find, draft=draft, since=self.since)
            if not isinstance(draft, ContactDraft):
                yield f"tied {kind}", partial(operations.tied, draft=draft)

    def _queries(self, resource: Resource) -> Iterator[Query]:
        """Everything of people, and a little of others."""
        yield NameHas("Quill")
        yield PhoneIs(NUMBER, NUMBER[3:], "GB")
        if resource.name == self.bench.people:
            yield PhoneIs(NUMBERS[0], NUMBERS[0][3:], "GB")
            yield from (NameHas("Quillone"), TextHas("Quillone"), EmailIs("quillone@conform.example"))
            yield PhoneIs(NUMBERS[1], NUMBERS[1][3:], "GB")
            yield from (FieldIs(self.bench.name_field, "Quillone"), FieldIs(self.bench.spare_field, "Quillspare0"))

    def listed(self) -> Iterator[Listed]:
        """What is told page by page."""
        for ref in (*self.people[:2], *self.others[:1]):
            for kind in RELATED:
                if kind not in self.bench.connector.within_contact:
                    yield f"related {kind} of {ref.resource} {ref.id}", partial(_related, ref, kind)
        for each in self.resources:
            for query in self._filters(each) if each.related_kind is not None else ():
                yield f"activities {each.name} {query}", partial(_activities, query)

    def _filters(self, resource: Resource) -> Iterator[ActivityFilter]:
        every = ActivityFilter(resource=resource.name, limit=2)
        yield every
        yield attrs.evolve(every, contact=self.people[0])
        if name := self.titles.get(resource.name):
            yield attrs.evolve(every, conditions=(Condition(name, Operator.EQUALS, ("Quill 1",)),))
            yield attrs.evolve(every, contact=self.people[0], sort=(name, True))

    def verbs(self) -> list[tuple[str, Asked]]:
        """All that is asked, of lists their first pages."""
        return [*self.asked(), *((what, asked(None)) for what, asked in self.listed())]


def _related(ref: RecordRef, kind: RelatedKind, cursor: str | None) -> Asked:
    return partial(operations.related, ref=ref, kind=kind, cursor=cursor)


def _activities(query: ActivityFilter, cursor: str | None) -> Asked:
    return partial(operations.activities, query=attrs.evolve(query, cursor=cursor))
