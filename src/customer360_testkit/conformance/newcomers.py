"""Somebody new in every resource of people, made of its standard fields."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import attrs
import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactDraft, Fields, RecordRef
from customer360_testkit.conformance.bench import Bench, Link

NUMBER = "+442079460701"


class Newcomers(Bench):
    """See the module."""

    def newcomers(
        self, link: Link, name: str, key: str | None = None
    ) -> Iterator[tuple[Resource, ContactDraft, RecordRef]]:
        """Somebody of that name in each other resource that takes them, as drafted and as made. Skips where none does.

        In folders, too; with a number and an address, without a company and with one, as far as the CRM takes either.
        """
        tried = 0
        for resource in link.run(self.connector.list_resources(link.facts)):
            for number, fields in enumerate(drafted(resource, name) if resource.name != self.people else ()):
                own = key and f"{key}{number}"
                one, other = (ContactDraft(resource=resource.name, fields=dict(fields), key=own) for _ in range(2))
                try:
                    ref = link.run(self.connector.create(link.facts, one))
                except Customer360Error:
                    continue
                tried += 1
                yield resource, other, ref
        if not tried:
            pytest.skip("no people of another resource can be made of standard fields")

    def needing(self, link: Link) -> Iterator[tuple[Resource, Fields]]:
        """Each resource of people, and what makes somebody of it."""
        yield (
            self.resource(link),
            {name: value for name, value in self.fields("Quilltyped").items() if value is not None},
        )
        with suppress(pytest.skip.Exception):
            seen = set[str]()
            for resource, draft, _ in self.newcomers(link, "Quilltypes"):
                if resource.name not in seen:
                    seen.add(resource.name)
                    yield resource, draft.fields

    def some_of(self, link: Link, resource: str) -> tuple[RecordRef, ...]:
        """Two of a resource, if there are: users, people, or whom the fake holds."""
        me: RecordRef = link.run(self.connector.identify(link.facts)).user
        if resource == me.resource:
            other = next(name for name in link.fake.users if name != link.user)
            if me.id == link.fake.users[link.user].id:  # or who signs in tells, and some count how often
                return me, attrs.evolve(me, id=link.fake.users[other].id)
            colleague = self.signed_in(link.fake, other)
            return me, colleague.run(self.connector.identify(colleague.facts)).user
        if resource == self.people:
            return self.make(link, "Quillreferred"), self.make(link, "Quillsent")
        named = {each.name for each in self.connector.resources(link.facts) if each.contact_kind is not None}
        if resource not in named or not self.can(link, Capability.DELTA):
            return ()
        changed = link.run(self.connector.changes(link.facts, resource)).changed
        return tuple(each.ref for each in changed if each.ref.resource == resource)[:2]


def drafted(resource: Resource, name: str) -> Iterator[Fields]:
    """What may make somebody of that name there, and somebody who works somewhere."""
    standard = dict(resource.standard)
    for each, fields in ((StandardField.PHONE, resource.phones), (StandardField.EMAIL, resource.emails)):
        if fields:  # an object of the customer's own has none that every one has
            standard.setdefault(each, fields[0])
    called = standard.get(StandardField.FAMILY_NAME) or standard.get(StandardField.NAME)
    if resource.contact_kind is not None and called:
        for one, works in ((name, False), (f"{name}ltd", True)):
            told = {
                StandardField.GIVEN_NAME: "Ada",
                StandardField.PHONE: NUMBER,
                StandardField.EMAIL: f"{one.lower()}@conform.example",
                **({StandardField.COMPANY: one} if works else {}),
            }
            if not works or StandardField.COMPANY in standard:
                yield {called: one, **{standard[each]: text for each, text in told.items() if each in standard}}
