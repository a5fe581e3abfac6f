"""Nets over how people and records stand: whatever somebody marks them as in the CRM itself, they are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import partial
from typing import Any, Final

from customer360.core.capabilities import RELATED, Capability
from customer360.core.errors import Customer360Error, Gone, NotFound, Truncated, Unsupported
from customer360.core.metadata import FieldType, Resource
from customer360.core.records import Contact, ContactDraft, ContactKind, RecordRef, RelatedKind
from customer360.core.search import EmailIs, NameHas, PhoneIs, Query
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.lists import ListNets
from customer360_testkit.conformance.nets.told import as_seen
from customer360_testkit.conformance.newcomers import NUMBER, Newcomers, drafted

_CREATE: Final = Capability.CREATE_CONTACT
_MARKED: Final = 90
"""So many people at most: fewer than a search hands out."""


class StandingNets(ListNets, Newcomers):
    """See the module."""

    @nets("hides who is marked", _CREATE)
    def test_whatever_somebody_is_marked_as_they_are_there(self, link: Link) -> None:
        """Lost, inactive, opted out, of any type, with any choice and any switch: they ring all the same. Only who is
        archived, or became somebody else, counts as nobody (F008, F023)."""
        people = [each for each in self.connector.resources(link.facts) if each.contact_kind is not None]
        for place, resource in enumerate(people):
            cursor = self._cursor(link, resource)
            marked = dict(self._marked(link, resource, place * 2 * _MARKED))
            link.wait(LAG)
            there = dict[RecordRef, Contact]()
            for ref, mark in marked.items():
                with suppress(Gone, NotFound):  # that they count as deleted may be what it means
                    there[ref] = self.get(link, ref)
                    told = {name: there[ref].fields.get(name) for name in mark}
                    assert told in (mark, dict.fromkeys(mark, None)), (resource.name, mark, told)
            assert not marked or there, (resource.name, "nobody whom somebody marked is there")
            hits = self._all(link, resource, NameHas("Quillmarked"))
            for ref, contact in there.items():
                what = (resource.name, marked[ref], "is not found")
                assert hits is None or ref in hits, (*what, "by name")
                for email in contact.emails[:1]:
                    found = self._all(link, resource, EmailIs(email.address))
                    assert found is None or ref in found, (*what, "by address")
                for phone in contact.phones[:1] if self.can(link, Capability.SEARCH_PHONE) else ():
                    query = PhoneIs(phone.text, phone.text.removeprefix("+44"), "GB")
                    found = self._all(link, resource, query)
                    assert found is None or ref in found, (*what, "by number")
            if cursor is not None:
                changed, _, _ = link.everything(resource.name, cursor)
                lost = [marked[ref] for ref in there if ref.id not in changed]
                assert not lost, (resource.name, lost, "is not told as changed")

    def _marked(self, link: Link, resource: Resource, first: int) -> Iterator[tuple[RecordRef, dict[str, Any]]]:
        """Somebody for each mark that counts as no end."""
        ended = self._ended(link, resource, first + _MARKED)
        for number, mark in enumerate(self._marks(link, resource.name)):
            if number < _MARKED and not mark.items() <= ended:
                ref = self._one_marked(link, resource, first + number)
                if ref is not None and link.fake.edit(resource.name, ref.id, mark):
                    yield ref, mark

    def _one_marked(self, link: Link, resource: Resource, number: int) -> RecordRef | None:
        name, phone = f"Quillmarked{number}", f"+4420794{61000 + number}"
        if resource.name == self.people:
            return self.make(link, f"Quillmarked {number}", phone, f"{name.lower()}@conform.example")
        for fields in drafted(resource, name):
            apart = {
                field: value.replace(name, f"Quillmarked {number}").replace(NUMBER, phone)
                for field, value in fields.items()
                if isinstance(value, str)
            }
            with suppress(Customer360Error):
                ref: RecordRef = link.run(
                    self.connector.create(link.facts, ContactDraft(resource=resource.name, fields=apart))
                )
                return ref
        return None

    def _ended(self, link: Link, resource: Resource, first: int) -> AbstractSet[tuple[str, Any]]:
        """What is different of somebody who was archived, or went on as somebody else."""
        ended = set[tuple[str, Any]]()
        ends: list[Callable[[str], bool]] = [partial(link.fake.retire, resource.name)]
        if resource.contact_kind is ContactKind.LEAD:
            ends.append(lambda lead: bool(link.fake.convert_lead(lead)))
        for number, end in enumerate(ends):
            if (ref := self._one_marked(link, resource, first + number)) is not None:
                before = dict(self.held(link, ref))
                end(ref.id)
                after = self.held(link, ref).items()
                ended |= {(name, value) for name, value in after if before.get(name) != value and _is_plain(value)}
        return ended

    @nets("hides what is marked", _CREATE)
    def test_whatever_a_record_is_marked_as_it_is_listed(self, link: Link) -> None:
        """Put off, private, escalated, lost: with each choice and switch of each kind, as its page tells it (F040)."""
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            contact = self.make(link, f"Quillmarks{kind}")
            refs = dict[RecordRef, dict[str, Any]]()
            probe = self.written(link, self.draft(link, kind, contact, f"marks-{kind}"))
            for number, mark in enumerate(self._marks(link, probe.resource)):
                ref = self.written(link, self.draft(link, kind, contact, f"mark{number}-{kind}", text="Quillmarked"))
                if link.fake.edit(ref.resource, ref.id, mark):
                    refs[ref] = mark
            link.wait(LAG)
            seen = self.theirs(link, kind, contact, probe)
            for name, way in self.listings(link, kind, contact).items():
                listed = self.walked(link, way, 200, (kind.value, name))
                missing = [mark for ref, mark in refs.items() if ref.id in seen and ref not in [r.ref for r in listed]]
                assert not missing, (kind.value, name, missing, "is not listed")
                as_seen([each for each in listed if each.ref.id in seen], [probe], seen, (kind.value, name, "marked"))

    @nets("hides deals that are marked", _CREATE)
    def test_whatever_a_deal_is_marked_as_it_is_listed(self, link: Link) -> None:
        """Won, lost, refused, closed: nobody offers again what was refused (F041)."""
        kind = RelatedKind.DEAL
        held = self._by_deals(link) if self.can(link, RELATED[kind]) else {}
        some = {(contact.resource, module): (contact, key) for contact, rows in held.items() for module, key in rows}
        for (_, module), (contact, key) in some.items():
            for mark in self._marks(link, module):
                if link.fake.edit(module, key, mark):
                    link.wait(LAG)
                    with suppress(Unsupported):
                        page = link.run(self.connector.related(link.facts, contact, kind, limit=200))
                        listed = {(record.ref.resource, record.ref.id) for record in page.items}
                        assert (module, key) in listed, (contact.resource, module, mark, "is not listed")

    def _marks(self, link: Link, resource: str) -> Iterator[dict[str, Any]]:
        """What somebody may mark a record as: each choice of each field, and each switch."""
        with suppress(Unsupported):
            for field in self.schema(link, resource).fields:
                if field.editable and field.type is FieldType.CHOICE:
                    yield from ({field.name: choice.value} for choice in field.choices if choice.value)
                elif field.editable and field.type is FieldType.BOOLEAN:
                    yield from ({field.name: on} for on in (True, False))

    def _all(self, link: Link, resource: Resource, query: Query) -> set[RecordRef] | None:
        """Whom a search finds; None where it is not searched, or says that it was cut off."""
        try:
            page = link.run(self.connector.search(link.facts, resource.name, query, limit=200))
        except (Unsupported, Truncated):
            return None
        return {contact.ref for contact in page.items} if page.next is None else None

    def _cursor(self, link: Link, resource: Resource) -> str | None:
        """Where a sync stands that has told of everybody; None where these people are not followed."""
        if self.can(link, Capability.DELTA):
            with suppress(Unsupported):
                return link.everything(resource.name)[-1]
        return None


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | bool)
