"""Whoever is created, changed and read is whole: every field that can be written, in every resource, several times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import attrs

from customer360.core.capabilities import Capability
from customer360.core.countries import country_of
from customer360.core.errors import ValidationFailed
from customer360.core.metadata import FieldType
from customer360.core.records import Contact, ContactDraft, RecordRef
from customer360_testkit.conformance.bench import Link, nets
from customer360_testkit.conformance.nets.drawn import Drawing
from customer360_testkit.conformance.nets.saying import contradictions, countries, empty
from customer360_testkit.conformance.nets.somebody import Played, Somebodies, called
from customer360_testkit.conformance.traces import Rows, Trace, trace

_CREATE, _UPDATE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_ROUNDS: Final = 20
_SOON: Final = timedelta(seconds=2)


@attrs.define
class Somebody:
    """Somebody who was made, what must be held of them, when that was, and what was read at last."""

    ref: RecordRef
    held: dict[str, Any]
    made: datetime
    written: datetime
    read: Contact | None = None


class PeopleNets(Somebodies):
    """See the module."""

    @nets("caps large numbers of somebody new", _CREATE, _UPDATE)
    def test_whoever_is_written_is_whole(self, link: Link) -> None:
        """All fields at once, some, two, none again, of everybody: the fields that were read say what was given, the
        attributes beside them say the same, and so does the CRM, where nothing else was touched (F011, F012)."""
        link.fake.allow_doubles()
        for played in self.somebodies(link):
            link.asked.clear()  # so many people are many requests
            drawing, people = Drawing(f"{self.connector.info.key} {played.resource.name} rounds"), list[Somebody]()
            for number, values in enumerate(islice(drawing.rounds(played.pools), _ROUNDS)):
                some = dict(drawing.some([*values.items()], len(values)))
                who = self._created(link, played, f"round {number}", values if number % 2 else some)
                people += [who]
                for change in _changes(drawing, played):
                    self._changed_too(link, played, who, change)
            fresh = type(self.connector)()
            for who in people:
                assert link.run(fresh.get(link.facts, who.ref)) == who.read, f"{who.ref.resource}: not as read before"

    def _created(self, link: Link, played: Played, word: str, given: Mapping[str, Any]) -> Somebody:
        """Somebody new with all of that which is not refused, and found whole."""
        needed, before = called(played.needed, word), link.fake.snapshot()
        fields = {**needed, **given}
        try:
            ref = self._drafted_as(link, played, fields)
        except ValidationFailed:  # long names may make one that is too long
            fields |= needed
            ref = self._drafted_as(link, played, fields)
        came = {key for _, key in link.fake.snapshot().keys() - before.keys()}
        if ref.id not in came and any(key == ref.id for _, key in before):
            # The CRM knows people by a field, and there was one of this value.
            row = self.held(link, ref)
            fields = {name: value for name, value in fields.items() if name in needed or row.get(name) != value}
            ref = self._drafted_as(link, played, fields)
        who, rows = Somebody(ref, played.kept({}, fields), link.now, link.now), link.fake.snapshot()
        found = trace(before, rows)
        assert not found.of_others(ref.id), f"{ref.resource}: more was made than was asked for"
        assert not found.changed or ref.id in {row for _, row in found.rows}
        self._read_whole(link, played, who, fields, rows)
        return who

    def _drafted_as(self, link: Link, played: Played, fields: Mapping[str, Any]) -> RecordRef:
        draft = ContactDraft(resource=played.resource.name, fields=dict(fields))
        ref: RecordRef = link.run(self.connector.create(link.facts, draft))
        return ref

    def _changed_too(self, link: Link, played: Played, who: Somebody, change: Mapping[str, Any]) -> None:
        link.wait(3600.0)
        before = link.fake.snapshot()
        try:
            self.change(link, who.ref, change)
        except ValidationFailed:
            change = {name: value for name, value in change.items() if name not in played.resource.standard.values()}
            if not change:
                return
            self.change(link, who.ref, change)
        who.held, who.written = played.kept(who.held, change), link.now
        rows = link.fake.snapshot()
        found = trace(before, rows)
        assert found.came.keys() | found.went.keys() | found.of_others(who.ref.id) == set(), who.ref.resource
        self._touched_alone(played, found, change)
        self._read_whole(link, played, who, change, rows)

    def _touched_alone(self, played: Played, found: Trace, change: Mapping[str, Any]) -> None:
        """Nothing that can be written differs but what was to be changed, and what is made of it, like a whole name."""
        for (_, _, way), (_, now) in found.changed.items():
            name = way.lstrip(".").partition(".")[0].partition("[")[0]
            if name in played.pools and name not in change:
                assert _made_of(now, change, played), (
                    f"{played.resource.name}.{name} was changed by a change of {sorted(change)}"
                )

    def _read_whole(self, link: Link, played: Played, who: Somebody, change: Mapping[str, Any], rows: Rows) -> None:
        """Somebody is read as the model says, and nothing that is said of them is another thing in another place."""
        contact, before = self.get(link, who.ref), who.read
        who.read = contact
        for name, value in who.held.items():
            read, told = contact.fields.get(name), f"{who.ref.resource}.{name}: {value!r} was given"
            void = value in (None, "") and self._nothing_known(played, contact, name)
            assert void or played.same(name, value, read), f"{told}, {read!r} is read"
        for name in played.pools.keys() - who.held.keys():
            known = self._nothing_known(played, contact, name) or _made_of(contact.fields[name], who.held, played)
            as_before = before is not None and before.fields.get(name) == contact.fields.get(name)
            assert known or as_before, f"{who.ref.resource}.{name} was made up"
        wrong = [
            *self._misplaced(played, who, contact, before),
            *contradictions(contact, played.resource, played.schema, rows),
        ]
        assert wrong == [], f"{who.ref.resource}: {wrong}, after {dict(change)}"

    def _misplaced(self, played: Played, who: Somebody, contact: Contact, before: Contact | None) -> Iterator[str]:
        """What is said of when and where somebody was written, and where they live."""
        for name, then in (("created_at", who.made), ("modified_at", who.written)):
            bare, told = getattr(played.bare, name), getattr(contact, name)
            if (told is None) != (bare is None) or (told is not None and abs(told - then) > _SOON):
                yield name
        if (contact.version is None) != (played.bare.version is None) or (
            before is not None and contact.version is not None and contact.version == before.version
        ):
            yield "version"
        if contact.url != (played.bare.url and played.bare.url.replace(played.bare.ref.id, contact.ref.id)):
            yield "url"
        if contact.last_activity_at not in (played.bare.last_activity_at, played.bare.created_at, contact.created_at):
            yield "last_activity_at"
        told = [each for name in played.places for each in countries({f"country {name}": contact.fields.get(name)})]
        if told and contact.region not in {*map(country_of, told)}:
            yield "region"
        if any(part and part not in contact.name for part in (contact.given_name, contact.family_name)):
            yield "name"

    def _nothing_known(self, played: Played, contact: Contact, name: str) -> bool:
        """Whether a field of which nothing is known holds what it holds of anybody."""
        read = contact.fields.get(name)
        return empty(read) or read is False or read == played.bare.fields.get(name) or read == "None"


def _made_of(read: Any, held: Mapping[str, Any], played: Played) -> bool:
    """Whether it is made of what somebody is called."""
    parts = [held.get(name) for name in played.resource.standard.values()]
    return any(isinstance(each, str) and each and each in str(read) for each in parts)


def _changes(drawing: Drawing, played: Played) -> Iterator[dict[str, Any]]:
    """Changes of somebody, one after the other: of all, of some, of two, of some away, and of all again."""

    def drawn() -> dict[str, Any]:
        return {name: drawing.some(pool, 1)[0] for name, pool in played.pools.items()}

    optional = played.optional
    yield dict(drawing.some([*drawn().items()], len(played.pools)))
    yield dict(drawing.some([*drawn().items()], 2))
    gone = dict.fromkeys(drawing.some(optional, len(optional)) if optional else ())
    yield {**dict(drawing.some([*drawn().items()], 4)), **gone}
    texts = [each.name for each in played.schema.fields if each.type is FieldType.TEXT and each.name in optional]
    yield {**dict(drawing.some([*drawn().items()], 4)), **dict.fromkeys(drawing.some(texts, 3) if texts else (), "")}
    yield drawn()
