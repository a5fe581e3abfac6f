"""What the CRM's own records say that somebody has is listed, of whomever and from every place; and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from customer360.core.activities import ActivityFilter
from customer360.core.capabilities import RELATED, Capability
from customer360.core.errors import Unsupported
from customer360.core.metadata import FieldType
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches
from customer360_testkit.conformance.traces import SHORT, Row, texts

_SOME = 2
"""So many people of each resource are looked at for each field, or table, that names them."""


class BelongingChecks(Bench):
    """See the module."""

    @catches("leaves out what names somebody")
    def test_whatever_names_somebody_is_listed(self, link: Link) -> None:
        """By a field that is described as leading to such people, or by a table of ties, or it is said that theirs
        cannot be; some of it at least, for a CRM puts away what is old (F040)."""
        named = [*self._named(link), *self._by_tables(link)] or pytest.skip("no record names anybody")
        listed = dict[RecordRef, dict[RelatedKind, set[Row]]]()
        for kind, contact, records in named:
            if contact not in listed:
                listed[contact] = dict(self._listed(link, contact))
            if kind in listed[contact]:
                assert records & set[Row]().union(*listed[contact].values()), (contact.resource, records)

    @catches("lists what was deleted", Capability.CREATE_CONTACT)
    def test_what_was_deleted_is_not_listed(self, link: Link) -> None:
        """Somebody threw it away in the CRM itself, which may keep the row (F040)."""
        contact = self.make(link, "Quillthrown")
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            kept, lost = (self.written(link, self.draft(link, kind, contact, f"thrown{n}-{kind}")) for n in range(2))
            link.wait(LAG)
            assert {kept, lost} <= self._refs(link, contact, kind)
            if not link.fake.remove(lost.resource, lost.id):
                pytest.skip("nothing is deleted")
            link.wait(LAG)
            refs = self._refs(link, contact, kind)
            assert (kept in refs, lost in refs) == (True, False), kind

    def _refs(self, link: Link, contact: RecordRef, kind: RelatedKind) -> set[RecordRef]:
        """Of a contact, by either way of listing."""
        found = {each.ref for each in self.listed(link, contact, kind)}
        for place in self.connector.resources(link.facts):
            if place.related_kind is kind and self.can(link, Capability.LIST_ACTIVITIES):
                with suppress(Unsupported):  # what is declared is another check's matter
                    query = ActivityFilter(resource=place.name, contact=contact, limit=100)
                    found |= {each.ref for each in link.run(self.connector.activities(link.facts, query)).items}
        return found

    def _named(self, link: Link) -> Iterator[tuple[RelatedKind, RecordRef, set[Row]]]:
        """Of each field of an activity that leads to people: some whom it names, and the records that do."""
        resources, rows = self.connector.resources(link.facts), link.fake.snapshot()
        people = {each.name for each in resources if each.contact_kind is not None}
        for place in resources:
            kind, fields = place.related_kind, dict[str, tuple[str, ...]]()
            if kind is None or kind in self.connector.within_contact:
                continue
            with suppress(Unsupported):  # that activities are described is another check's matter
                described = self.schema(link, place.name).fields
                fields = {each.name: each.refers_to for each in described if each.type is FieldType.REFERENCE}
            mine = [(row, held) for row, held in rows.items() if row[0] == place.name] if fields else []
            for name, target in ((name, target) for name, told in fields.items() for target in told):
                naming = dict[str, set[Row]]()
                for row, held in mine if target in people else ():
                    for key in texts({name: held.get(name)}):
                        naming.setdefault(key, set()).add(row)
                some = [key for key in naming if (target, key) in rows][:_SOME]
                for key in some:
                    yield kind, RecordRef(self.connector.info.key, target, key), naming[key]

    def _by_tables(self, link: Link) -> Iterator[tuple[RelatedKind, RecordRef, set[Row]]]:
        """Of each table that is neither of people nor of what they have: some rows that name one of both."""
        resources, rows = self.connector.resources(link.facts), link.fake.snapshot()
        known = {each.name: each for each in resources}
        long = {key: known[table] for table, key in rows if table in known and len(key) > SHORT}
        tables = dict[str, int]()
        for (table, _), held in rows.items():
            told = [(long[key], key) for key in texts(held) if key in long] if table not in known else []
            people = [(place.name, key) for place, key in told if place.contact_kind is not None]
            for place, key in told if people and tables.get(table, 0) < _SOME else ():
                if place.related_kind is not None:
                    tables[table] = tables.get(table, 0) + 1
                    yield place.related_kind, RecordRef(self.connector.info.key, *people[0]), {(place.name, key)}

    def _listed(self, link: Link, contact: RecordRef) -> Iterator[tuple[RelatedKind, set[Row]]]:
        """What is listed of somebody, by the kinds that can be."""
        for kind, capability in RELATED.items():
            if self.can(link, capability) and kind not in self.connector.within_contact:
                with suppress(Unsupported):
                    page = link.run(self.connector.related(link.facts, contact, kind, limit=100))
                    yield kind, {(each.ref.resource, each.ref.id) for each in page.items}
