"""What refers to another record is told as one, wherever it is told, and described so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from customer360.core.capabilities import Capability
from customer360.core.metadata import FieldType, Resource
from customer360.core.records import Contact, RecordRef
from customer360.core.search import NameHas
from customer360_testkit.conformance.bench import Bench, Link, nets
from customer360_testkit.conformance.traces import SHORT, texts

_SOME: Final = 12
"""So many of each resource are looked at."""


class ReferringNets(Bench):
    """See the module."""

    @nets("tells some references as something else", once=True)
    def test_what_refers_is_told_as_a_record(self, link: Link) -> None:
        """Of whom the CRM itself holds, by fields of the customer's own, too: read, found and told as changed alike
        (F011, F115)."""
        rows = link.fake.snapshot()
        ids = {key for _, key in rows if len(key) > SHORT}
        for resource in [each for each in self.connector.resources(link.facts) if each.contact_kind is not None]:
            if resource.name not in link.fake.modules or not self.can(link, Capability.DELTA):
                continue
            fields = {field.name: field for field in self.schema(link, resource.name).fields}
            leading = {field.name for field in fields.values() if field.type is FieldType.REFERENCE}
            own = {name for name in leading if fields[name].custom}
            others = {field.name for field in fields.values() if field.custom}
            others -= {*own, *resource.phones, *resource.emails}
            for contact, told in self._some_told(link, resource):
                row = rows.get((resource.name, contact.ref.id), {})
                for name in row.keys() & contact.fields.keys():
                    what, value = (resource.name, name), contact.fields[name]
                    refers = str(row[name]) in ids and str(row[name]) != contact.ref.id
                    assert not refers or name in leading, (*what, "refers to a record, and is not described so")
                    if name in leading and texts({"": row[name]}):
                        led = value.id if isinstance(value, RecordRef) else None
                        assert led or name in own, (*what, f"{row[name]!r} is told as {value!r}")
                        assert texts({"": row[name]}) & {led, *texts({"": value})}, (*what, row[name], value)
                        if isinstance(value, RecordRef) and (targets := fields[name].refers_to):
                            assert value.resource in targets, (*what, value, targets)
                held = {name for name in own if texts({"": row.get(name)})}
                assert held <= contact.fields.keys(), (resource.name, held - contact.fields.keys(), "are not read")
                for where, each in told:
                    wrong = [name for name in leading & each.fields.keys() if each.fields[name] != contact.fields[name]]
                    assert wrong == [], (resource.name, where, {name: each.fields[name] for name in wrong})
                    if others & each.fields.keys():
                        assert held <= each.fields.keys(), (resource.name, where, held - each.fields.keys(), "hidden")

    def _some_told(self, link: Link, resource: Resource) -> Iterator[tuple[Contact, list[tuple[str, Contact]]]]:
        """Some people as they are read, and as they are told elsewhere."""
        changed = link.run(self.connector.changes(link.facts, resource.name)).changed
        own = [each for each in changed if any(isinstance(value, RecordRef) for value in each.fields.values())]
        for each in sorted(own, key=_references, reverse=True)[:_SOME]:
            told: list[tuple[str, Contact]] = [("changes", each)]
            word = max(each.name.split(), key=len, default="")
            hits: Any = link.run(self.connector.search(link.facts, resource.name, NameHas(word), limit=50))
            told += [("search", hit) for hit in hits.items if hit.ref == each.ref]
            yield self.get(link, each.ref), told


def _references(contact: Contact) -> int:
    return sum(isinstance(value, RecordRef) for value in contact.fields.values())
