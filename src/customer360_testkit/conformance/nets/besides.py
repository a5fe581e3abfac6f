"""A write saves what was given, and causes nothing that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Final

import pytest

from customer360.core.activities import ActivityChange, TaskStatus
from customer360.core.capabilities import CREATE, Capability
from customer360.core.effects import Operation
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.metadata import Resource
from customer360.core.records import ContactChange, ContactDraft, Fields, RecordRef, RelatedKind
from customer360_testkit.conformance.bench import Link, nets
from customer360_testkit.conformance.nets.drafts import DraftNets
from customer360_testkit.conformance.nets.drawn import DAYS, Drawing
from customer360_testkit.conformance.nets.filling import Filling
from customer360_testkit.conformance.nets.kept import Rule
from customer360_testkit.conformance.nets.somebody import called

_CREATE: Final = Capability.CREATE_CONTACT
_ROUNDS, _VALUES = 12, 4
_PAUSE: Final = 700.0
"""Colleagues sign in, and nobody may do so too often."""


class BesidesNets(DraftNets):
    """See the module."""

    @nets("causes more than a record", _CREATE)
    def test_a_write_causes_nothing_besides(self, link: Link) -> None:
        """Nobody is mailed, invited or reminded, no rule of the customer's is left out or run that would not be by
        itself, nothing is shared or hidden: by no write, of nobody, whatever is given (F050, F051, F012)."""
        link.fake.allow_doubles()
        for resource, needed in self.needing(link):
            self._people_quietly(link, resource, needed)
        contacts = [self.make(link, "Quillbesides")]
        with suppress(pytest.skip.Exception):  # there are no others
            contacts += [ref for _, _, ref in self.newcomers(link, "Quillbesideothers")]
        for contact in contacts:
            for kind in (kind for kind, capability in CREATE.items() if self.can(link, capability)):
                link.asked.clear()  # each kind has its own measure
                with suppress(Unsupported):
                    self._activities_quietly(link, kind, contact)
        for deal in islice(self.some_deals(link), 3):
            self._tied_quietly(link, contacts, deal, "a deal")

    def _done_quietly(self, link: Link, what: str, op: Operation[Any]) -> Any:
        """What a write comes to, None where it is refused; it causes nothing besides."""
        link.wait(1.0)
        link.fake.besides.clear()
        value = None
        with suppress(Customer360Error):
            value = link.run(op)
        assert link.fake.besides == [], f"{what} caused what nobody asked for: {link.fake.besides}"
        return value

    def _people_quietly(self, link: Link, resource: Resource, needed: Fields) -> None:
        """Somebody with each value of each field by itself, and changed to it."""
        link.asked.clear()
        filling = Filling(f"{self.connector.info.key} {resource.name} besides")
        bare = ContactDraft(resource=resource.name, fields=called(needed, "besides"))
        ref = self._done_quietly(link, f"to create {bare}", self.connector.create(link.facts, bare))
        assert ref is not None, f"{resource.name}: there can be one of them only"
        for field in self.schema(link, resource.name).fields:
            for number, value in enumerate(filling.pool(field)[:_VALUES] if field.creatable else ()):
                fields = {**called(needed, f"{field.name}{number}"), field.name: value}
                draft = ContactDraft(resource=resource.name, fields=fields)
                self._done_quietly(link, f"to create {draft}", self.connector.create(link.facts, draft))
                change = ContactChange(ref=ref, fields={field.name: value})
                if field.editable and self.can(link, Capability.UPDATE_CONTACT):
                    self._done_quietly(link, f"to change {change}", self.connector.update(link.facts, change))

    def _activities_quietly(self, link: Link, kind: RelatedKind, contact: RecordRef) -> None:
        """Usual drafts, and drawn ones; some of them are corrected and tied, too."""
        link.wait(_PAUSE)
        link.fake.besides.clear()
        usual = self.usual(link, kind, contact)
        assert link.fake.besides == [], f"usual {kind.value}s of {contact.resource} caused: {link.fake.besides}"
        drawing, others = Drawing(f"besides {kind} {contact.resource}"), [self.make(link, f"Quilltied{kind}")]
        pools = self._pools(link, kind, [contact], Rule(usual), drawing)
        for number, given in enumerate(islice(drawing.rounds(pools), _ROUNDS)):
            key, parts = f"{number}{given.pop('sign')}{kind}", {**given.pop("span", {}), **given.pop("way", {})}
            given = {**given, **parts, "key": f"{contact.resource[-8:]}-{key}", "extra": {}}
            draft = self.draft(link, kind, **given)
            ref = self._done_quietly(link, f"to create {draft}", self.connector.create_activity(link.facts, draft))
            if ref is None or kind in self.connector.within_contact or number > _ROUNDS // 2:
                continue
            for change in _changes(drawing, kind, ref) if self.can(link, Capability.UPDATE_ACTIVITY) else ():
                self._done_quietly(link, f"to correct {change}", self.connector.update_activity(link.facts, change))
            self._tied_quietly(link, others, ref, kind.value)

    def _tied_quietly(self, link: Link, people: list[RecordRef], record: RecordRef, what: str) -> None:
        for each in people:
            if self.can(link, Capability.LINK):
                told = f"to tie {what} to somebody of {each.resource}"
                self._done_quietly(link, told, self.connector.link(link.facts, each, record))
            if self.can(link, Capability.UNLINK):
                told = f"to untie {what} from somebody of {each.resource}"
                self._done_quietly(link, told, self.connector.unlink(link.facts, each, record))


def _changes(drawing: Drawing, kind: RelatedKind, ref: RecordRef) -> Iterator[ActivityChange]:
    yield ActivityChange(ref=ref, kind=kind, subject=drawing.line(80), text=drawing.text(500))
    yield ActivityChange(ref=ref, kind=kind, text=None)
    if kind is RelatedKind.TASK:
        due, status = drawing.some(DAYS, 1)[0], drawing.some([*TaskStatus], 1)[0]
        yield ActivityChange(ref=ref, kind=kind, due_on=due, status=status)
