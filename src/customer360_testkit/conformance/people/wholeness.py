"""A contact is read with every field that the CRM holds of it, whatever shape it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from customer360.core.capabilities import Capability
from customer360_testkit.conformance.bench import Bench, Link, catches

_SOME = 24
"""Of those whom the fake holds."""


class WholenessChecks(Bench):
    """See the module."""

    @catches("loses what leads to another record", Capability.DELTA)
    def test_every_field_that_is_held_is_read(self, link: Link) -> None:
        """Of those that are described: several choices, an address, a reference, too; of a list each entry (F011)."""
        described = [field.name for field in self.schema(link).fields]
        rows = {
            str(row.get(name)): row
            for each in sorted(link.fake.modules, key=lambda module: module == self.people)  # these count
            for row in link.fake.records(each)
            for name in ("id", "Id")
        }
        for contact in link.run(self.connector.changes(link.facts, self.people)).changed[:_SOME]:
            row, fields = rows.get(contact.ref.id, {}), self.get(link, contact.ref).fields
            held = {name for name in described if row.get(name) not in (None, "", [], {}, ())}
            assert [name for name in sorted(held) if fields.get(name) in (None, ())] == []
            for name in [name for name in held if isinstance(row[name], list)]:
                told = repr(fields[name])
                entries = [[*_texts(each)] for each in row[name]]
                assert [each for each in entries if each and not any(text in told for text in each)] == [], name


def _texts(value: Any) -> Iterator[str]:
    """The texts in an entry of a list of the CRM's, as a program prints them."""
    if isinstance(value, str):
        yield repr(value)[1:-1]
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(each)
