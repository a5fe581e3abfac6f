"""Every verb that a link declares, each ready to be run on people of the check's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

import pytest

from customer360.core.activities import ActivityChange
from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.connector import SEARCHES
from customer360.core.effects import Operation, Request
from customer360.core.errors import Customer360Error
from customer360.core.metadata import Resource
from customer360.core.records import ContactChange, ContactDraft, ContactKind, RecordRef, RelatedKind
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import Bench, Link

Verb: TypeAlias = Callable[[], Operation[Any]]


class Verbs(Bench):
    """See the module."""

    def asking(self, name: str) -> tuple[Query, ...]:
        """A question of each kind, each holding that one word."""
        address = f"{name.lower()}@conform.example"
        return NameHas(name), EmailIs(address), FieldIs(self.name_field, name)

    def searching(self, link: Link, name: str) -> Iterator[tuple[str, Verb]]:
        for query in self.asking(name):
            if self.can(link, SEARCHES[type(query)]):
                yield f"search {type(query).__name__}", self._search(link, query)

    def reading(self, link: Link, ref: RecordRef, name: str) -> Iterator[tuple[str, Verb]]:
        """Reads of that contact, and searches for that word."""
        connector, facts = self.connector, link.facts
        yield "identify", lambda: connector.identify(facts)
        yield "describe", lambda: connector.describe(facts, self.people)
        yield "get", lambda: connector.get(facts, ref)
        yield from self.searching(link, name)
        number = PhoneIs("+442079460123", "2079460123", "GB")
        if self.can(link, Capability.SEARCH_PHONE):
            yield "search PhoneIs", self._search(link, number)
        for kind, capability in RELATED.items():
            if self.can(link, capability) and kind not in connector.within_contact:
                yield f"related {kind}", self._related(link, ref, kind)

    def writing(self, link: Link, ref: RecordRef, name: str) -> Iterator[tuple[str, Verb]]:
        """Writes of that contact, each of which holds that word."""
        connector, facts = self.connector, link.facts
        given = {field: value for field, value in self.fields(name).items() if value is not None}
        if self.can(link, Capability.CREATE_CONTACT):
            yield "create", lambda: connector.create(facts, ContactDraft(resource=self.people, fields=given))
        if self.can(link, Capability.UPDATE_CONTACT):
            change = ContactChange(ref=ref, fields={self.spare_field: name})
            yield "update", lambda: connector.update(facts, change)
        for kind, capability in CREATE.items():
            if self.can(link, capability):
                yield f"create {kind}", self._written(link, kind, ref, name)

    def correcting(self, link: Link, ref: RecordRef, name: str) -> Iterator[tuple[str, Verb]]:
        """Writes of what is written down of that contact: its text becomes that word, its ties come and go."""
        connector, facts, other = self.connector, link.facts, self.make(link, name)
        for kind in self.every_kind(link):
            record = self.written(link, self.draft(link, kind, ref, f"correct-{kind}"))
            change = ActivityChange(ref=record, kind=kind, text=name)
            if self.can(link, Capability.UPDATE_ACTIVITY):
                yield f"correct {kind}", partial(connector.update_activity, facts, change)
            for capability, verb in ((Capability.LINK, connector.link), (Capability.UNLINK, connector.unlink)):
                if self.can(link, capability):
                    yield f"{capability.value} {kind}", partial(verb, facts, other, record)

    def converting(self, link: Link) -> tuple[Callable[[str], str], Resource]:
        """What turns a lead (its id) into a contact in the CRM, and the resource of leads. Skips where nothing does."""
        leads = [each for each in self.connector.resources(link.facts) if each.contact_kind is ContactKind.LEAD]
        if not leads:
            pytest.skip("there are no leads")

        def convert(lead: str) -> str:
            return link.fake.convert_lead(lead) or pytest.skip("no lead becomes a contact")

        return convert, leads[0]

    def failure(self, link: Link, op: Operation[Any]) -> Customer360Error | None:
        """The error that an operation ends in, if it does."""
        try:
            link.run(op)
        except Customer360Error as error:
            return error
        return None

    def heard(
        self, link: Link, op: Operation[Any], alter: Callable[[bytes], bytes] = bytes
    ) -> tuple[Any, list[Response]]:
        """What an operation comes to, and what it was answered; ``alter`` makes another answer of each good one."""
        answers = list[Response]()

        def answered(request: Request) -> Response:
            response = link.send(request)
            answers.append(Response(response.status, alter(response.content), response.headers))
            altered = answers[-1].content != response.content and response.status not in request.accept
            if altered and (error := self.connector.error(link.facts, request, answers[-1])):
                raise error
            return answers[-1]

        return play(op, answered, now=link.fake.clock.time), answers

    def _search(self, link: Link, query: Query) -> Verb:
        return lambda: self.connector.search(link.facts, self.people, query, limit=20)

    def _related(self, link: Link, ref: RecordRef, kind: RelatedKind) -> Verb:
        return lambda: self.connector.related(link.facts, ref, kind)

    def _written(self, link: Link, kind: RelatedKind, ref: RecordRef, name: str) -> Verb:
        draft = self.draft(link, kind, ref, f"verb-{kind}-{name}", subject=name, text=name)
        return lambda: self.connector.create_activity(link.facts, draft)
