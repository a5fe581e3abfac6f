"""What is described is what the CRM tells, of every resource: of activities, and of the customer's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from customer360.core.errors import Customer360Error
from customer360.core.metadata import FieldType
from customer360_testkit.conformance.bench import Link, nets
from customer360_testkit.conformance.verbs import Verbs


class DescribedNets(Verbs):
    """See the module."""

    @nets("describes something else than it is told")
    def test_what_is_described_is_what_the_crm_tells(self, link: Link) -> None:
        """Choices in their order, all that a field leads to, and resources by the names that people read (F115, F116).

        Where no answer tells it, it is the connector's own knowledge, and looked at by other checks.
        """
        resources, answers = self.heard(link, self.connector.list_resources(link.facts))
        entries = [each for answer in answers for each in _entries(_told(answer.content))]
        for each in resources:
            labels = {text for entry in entries if each.name in entry.values() for text in _labels(entry)}
            assert each.label != each.name or not labels or each.name in labels, (each.name, "is no name for people")
        names = {each.name for each in resources}
        for resource in resources:
            with suppress(Customer360Error):  # that each is described is a check of its own
                schema, answers = self.heard(link, self.connector.describe(link.facts, resource.name))
                entries = [each for answer in answers for each in _entries(_told(answer.content))]
                for field in schema.fields:
                    own = [entry for entry in entries if field.name in entry.values()]
                    given = [choice.value for choice in field.choices]
                    lists = [[text for text in told if text in given] for entry in own for told in _columns(entry)]
                    told = [each for each in lists if {*each} == {*given}]
                    where = (resource.name, field.name)
                    assert not told or given in told, (*where, "its choices are in another order", given[:5])
                    if field.type is FieldType.REFERENCE:
                        leads = {text for entry in own for told in _columns(entry) for text in told} & names
                        assert leads <= {*field.refers_to}, (*where, "leads to others, too", leads)


def _told(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _entries(told: Any) -> Iterator[dict[str, Any]]:
    """Every entry of an answer that has texts of its own."""
    if isinstance(told, dict):
        yield told
    for each in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _entries(each)


def _labels(entry: dict[str, Any]) -> list[str]:
    return [text for name, text in entry.items() if "label" in name.lower() and isinstance(text, str) and text]


def _columns(entry: dict[str, Any]) -> Iterator[list[str]]:
    """The texts of each list of an entry, by what they are called there."""
    for rows in (each for each in entry.values() if isinstance(each, list)):
        names = dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row)
        yield [row for row in rows if isinstance(row, str)]
        for name in names:
            yield list(dict.fromkeys(str(row.get(name)) for row in rows if isinstance(row, dict)))
