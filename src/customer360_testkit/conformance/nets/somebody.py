"""The people of one resource as a net plays with them: what their fields may hold, and what somebody must hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import attrs

from customer360.core.errors import Customer360Error, Duplicate, InvalidValue, ValidationFailed
from customer360.core.metadata import FieldInfo, FieldType, Resource, Schema, StandardField
from customer360.core.records import Contact, ContactDraft, ContactKind, Fields, FieldValue, RecordRef
from customer360_testkit.conformance.bench import Link
from customer360_testkit.conformance.nets.filling import Filling
from customer360_testkit.conformance.nets.saying import same
from customer360_testkit.conformance.newcomers import Newcomers

_PARTS: Final = (
    *("street", "address1", "line1", "address2", "city", "state", "zip", "postalCode"),
    *("countryOrRegion", "country", "countryName"),
)
_FIRMS: Final = ("q", "Żó", "😀 & Co", "Q\xa0Ltd", "Quill  GmbH", "007")
_SEVERAL, _HOURLESS = "holds several", "keeps days"
_MOMENT: Final = datetime(2019, 1, 14, 12, 34, 56, tzinfo=UTC)
_TWO: Final = {
    FieldType.PHONE: ("+442079460871", "+442079460872"),
    FieldType.EMAIL: ("quillone@conform.example", "quilltwo@conform.example"),
}


@attrs.frozen
class Played:
    """The people of one resource.

    Attributes:
        needed: what makes somebody of it.
        pools: values of each field that can be written.
        several: fields that hold several numbers or addresses.
        hourless: fields that keep no more than the days of their moments.
        optional: fields that may be emptied.
        places: fields that say by themselves in which country somebody is.
        bare: what is read of somebody of whom nothing else is known.
    """

    resource: Resource
    schema: Schema
    needed: Fields
    pools: Mapping[str, list[Any]]
    several: frozenset[str]
    hourless: frozenset[str]
    optional: tuple[str, ...]
    places: frozenset[str]
    bare: Contact

    def kept(self, held: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
        """What must be held after a change: a text takes the place of the first of several, parts that of parts."""
        found = dict(held)
        for name, value in change.items():
            before = held.get(name)
            if name in self.several and isinstance(value, str):
                before = before if isinstance(before, tuple) else (before,) if before else ()
                found[name] = (*((value,) if value else ()), *before[1:])
            elif isinstance(value, Mapping) and isinstance(before, Mapping):
                found[name] = {**before, **value}
            else:
                found[name] = value
        return found

    def same(self, name: str, given: Any, read: Any) -> bool:
        """Whether what is read of a field is what was given, but for what CRMs keep of it: the day of a moment, so many
        places of a number, choices in their own order."""
        field = self.schema.field(name)
        if isinstance(given, float) and isinstance(read, float | int) and not isinstance(read, bool):
            return abs(given - read) <= 0.5
        if isinstance(given, tuple) and isinstance(read, tuple) and field is not None and field.choices:
            return sorted(given) == sorted(read)
        return same(given, read, hourless=name in self.hourless)


class Somebodies(Newcomers):
    """See the module."""

    def somebodies(self, link: Link) -> Iterator[Played]:
        """Each resource of people that can be made, those of companies first: the others may work there."""
        needing = sorted(self.needing(link), key=lambda each: each[0].contact_kind is not ContactKind.COMPANY)
        companies = dict[str, list[RecordRef]]()
        for resource, needed in needing:
            name = resource.standard.get(StandardField.NAME)
            if resource.contact_kind is ContactKind.COMPANY and name is not None:
                made = [self.tried(link, resource, {**called(needed, firm), name: firm}) for firm in _FIRMS]
                companies[resource.name] = [each.ref for each in made if each is not None]
            yield self._played(link, resource, needed, companies)

    def _played(
        self, link: Link, resource: Resource, needed: Fields, companies: Mapping[str, list[RecordRef]]
    ) -> Played:
        schema, filling = self.schema(link, resource.name), Filling(f"{self.connector.info.key} {resource.name}")
        pools, kinds = dict[str, list[Any]](), dict[str, str]()
        whole = resource.standard.get(StandardField.NAME) if StandardField.FAMILY_NAME in resource.standard else None
        for field in [each for each in schema.fields if each.creatable and each.editable and each.name != whole]:
            kinds[field.name] = self._learnt(link, resource, needed, field)
            refs = [ref for each in field.refers_to for ref in (*self.some_of(link, each), *companies.get(each, ()))]
            parts = kinds[field.name].split() if field.type is FieldType.STRUCTURE else ()
            several = kinds[field.name] == _SEVERAL
            pool = filling.several(field) if several else filling.pool(field, refs, parts)
            pool = [each for each in pool if self._admits(link, resource, needed, {field.name: each})]
            alone = [
                {field.name: each} for each in pool[:1]
            ]  # of a field that tells records apart nobody has another's
            pools[field.name] = (
                pool if all(self._admits(link, resource, needed, each, " too") for each in alone) else []
            )
        pools = {name: pool for name, pool in pools.items() if pool}
        bare = self.tried(link, resource, called(needed, "bare"))
        assert bare is not None, f"{resource.name}: there can be one of them only"
        return Played(
            resource=resource,
            schema=schema,
            needed=needed,
            pools=pools,
            several=frozenset(name for name, kind in kinds.items() if kind == _SEVERAL),
            hourless=frozenset(name for name, kind in kinds.items() if kind == _HOURLESS),
            optional=tuple(self._clearable(link, bare.ref, schema, pools.keys() - needed.keys())),
            places=frozenset(name for name in pools if self._tells_country(link, resource, needed, name, kinds[name])),
            bare=bare,
        )

    def _learnt(self, link: Link, resource: Resource, needed: Fields, field: FieldInfo) -> str:
        """What is learnt of a field by a usual value: one of the words above, or the parts of a structure."""

        def read(value: Any) -> Contact | None:
            return self.tried(link, resource, {**called(needed, f"{field.name}{value}"), field.name: value})

        match field.type:
            case FieldType.PHONE | FieldType.EMAIL:
                found = read(_TWO[field.type])
                return _SEVERAL if found and found.fields.get(field.name) == _TWO[field.type] else ""
            case FieldType.DATETIME:
                found = read(_MOMENT)
                return _HOURLESS if found and found.fields.get(field.name) != _MOMENT else ""
            case FieldType.STRUCTURE:
                words = {part: "Germany" if "country" in part.lower() else "Quillpart" for part in _PARTS}
                held = {part: found for part, word in words.items() if (found := read({part: word})) is not None}
                return " ".join(part for part, found in held.items() if words[part] in repr(found.fields[field.name]))
        return ""

    def _tells_country(self, link: Link, resource: Resource, needed: Fields, name: str, kind: str) -> bool:
        """Whether a field says by itself, or by a part of it, in which country somebody is."""
        values: list[FieldValue] = [{part: "Germany"} for part in kind.split() if "country" in part.lower()]
        for value in values + (["Germany"] if "country" in name.lower() else []):
            found = self.tried(link, resource, {**called(needed, f"{name}{value}"), name: value})
            if found is not None and found.region == "DE":
                return True
        return False

    def _admits(self, link: Link, resource: Resource, needed: Fields, given: Fields, word: str = "") -> bool:
        """Whether a new one may have that; what a CRM has a rule against it need not hold."""
        fields = {**called(needed, f"{given!r}{word}"), **given}
        with suppress(ValidationFailed, InvalidValue, Duplicate):
            link.run(self.connector.create(link.facts, ContactDraft(resource=resource.name, fields=fields)))
            return True
        return False

    def _clearable(self, link: Link, ref: RecordRef, schema: Schema, names: AbstractSet[str]) -> Iterator[str]:
        """Those of the fields that a CRM lets be emptied."""
        for field in [each for each in schema.fields if each.name in names and not each.required]:
            with suppress(ValidationFailed):
                link.wait(60.0)
                self.change(link, ref, {field.name: None})
                yield field.name

    def tried(self, link: Link, resource: Resource, given: Fields) -> Contact | None:
        """Somebody with these values, as read; None where they are refused."""
        with suppress(Customer360Error):
            ref = link.run(self.connector.create(link.facts, ContactDraft(resource=resource.name, fields=given)))
            link.wait(60.0)
            return self.get(link, ref)
        return None


def called(needed: Fields, word: str) -> dict[str, Any]:
    """The same of somebody else: of another name, and at another address, which are made of that word."""
    own = f"Quill{sha256(word.encode()).hexdigest()[:10]}"
    texts = {name: value for name, value in needed.items() if isinstance(value, str)}
    return {**needed, **{name: re.sub("(?i)quilltype[ds]", own, value) for name, value in texts.items()}}
