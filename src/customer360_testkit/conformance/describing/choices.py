"""What can be chosen in a field: all that the CRM offers and nothing else, each by its value and under its label."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TypeAlias

import pytest

from customer360.core.errors import Customer360Error
from customer360.core.metadata import FieldInfo
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.verbs import Verbs

Entry: TypeAlias = dict[str, str]
"""The texts of an entry of a list in an answer, by their names; of one that is a text, that text."""
_LABEL = re.compile(r"(?i)\w*(?:label|caption|display[_ ]?(?:name|value|text))")
"""What CRMs call that which people read."""
_OFF = "switched off"


class ChoiceChecks(Verbs):
    """See the module."""

    def choosing(self, link: Link) -> Iterator[tuple[FieldInfo, list[Entry]]]:
        """Each field of any resource that can be chosen in, and the list of the answers that tells its choices.

        The list is empty where none does: then the choices are the vendor's own for everybody. Skips where no answer
        tells of any field.
        """
        told = 0
        for resource in link.run(self.connector.list_resources(link.facts)):
            with suppress(Customer360Error):  # that each is described is a check of its own
                schema, answers = self.heard(link, self.connector.describe(link.facts, resource.name))
                lists = [each for answer in answers for each in _lists(json.loads(answer.content))]
                told += len(answers)
                for field in [each for each in schema.fields if each.choices and answers]:
                    values = {choice.value for choice in field.choices}
                    longer = [each for each in lists if values <= {text for entry in each for text in entry.values()}]
                    yield field, min(longer, key=len, default=[])
        if not told:
            pytest.skip("the connector knows the fields by itself")

    @catches("offers the first choice only")
    def test_every_choice_is_offered(self, link: Link) -> None:
        """All that the CRM lists and has not switched off (F116)."""
        for field, entries in self.choosing(link):
            values = {choice.value for choice in field.choices}
            missing = [each for each in entries if _OFF not in each and not values & {*each.values()}]
            assert [each for each in missing if not any(map(_nothing, each.values()))] == [], field.name

    @catches("offers half of what the vendor's pages tell")
    def test_what_the_vendors_pages_tell_can_be_chosen(self, link: Link) -> None:
        """Where no answer tells it, as the fake has it from there (F116)."""
        for resource in link.run(self.connector.list_resources(link.facts)):
            with suppress(Customer360Error):  # that each is described is a check of its own
                for field in self.schema(link, resource.name).fields:
                    told = link.fake.choices.get(field.name, ()) if field.choices else ()
                    assert {*told} <= {choice.value for choice in field.choices}, (resource.name, field.name)

    @catches("offers what is switched off")
    def test_what_is_switched_off_is_not_offered(self, link: Link) -> None:
        """Nobody can choose it any more (F116)."""
        for field, entries in self.choosing(link):
            on = {text for entry in entries if _OFF not in entry for text in entry.values()}
            off = {text for entry in entries if _OFF in entry for text in entry.values()} - on
            assert [choice.value for choice in field.choices if choice.value in off] == [], field.name

    @catches("offers nothing as a choice")
    def test_nothing_is_no_choice(self, link: Link) -> None:
        """An empty field is None, and no text that would be written (F116)."""
        for field, _ in self.choosing(link):
            values = [choice.value for choice in field.choices]
            assert [value for value in values if _nothing(value) and value.casefold() != "none"] == [], field.name

    @catches("takes the label of a choice for its value")
    def test_a_choice_is_sent_by_its_value(self, link: Link) -> None:
        """Which need not be what its users read: the CRM would not know it (F116)."""
        for field, entries in self.choosing(link):
            known = {text for entry in entries for text in _values(entry)}
            labels = {text for entry in entries for text in _labels(entry)}
            values = {choice.value for choice in field.choices}
            assert not known or not labels or values <= known, field.name

    @catches("shows one choice for another")
    def test_a_choice_is_called_as_the_crm_calls_it(self, link: Link) -> None:
        """By the label that stands beside its value (F116)."""
        for field, entries in self.choosing(link):
            for choice in field.choices:
                beside = [entry for entry in entries if choice.value in entry.values()]
                labels = {text for entry in beside for text in _labels(entry) or [*entry.values()]}
                assert not beside or choice.label in labels, (field.name, choice.value)


def _lists(value: Any) -> Iterator[list[Entry]]:
    """Every list of an answer."""
    if isinstance(value, list):
        yield [_entry(each) for each in value]
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _lists(each)


def _entry(told: Any) -> Entry:
    """With a text of its own where it is switched off."""
    if not isinstance(told, dict):
        return {"": str(told)}
    texts = {name: str(each) for name, each in told.items() if isinstance(each, str | int)}
    off = told.get("active") is False or "unused" in texts.values()
    return {**texts, _OFF: _OFF} if off else texts


def _labels(entry: Entry) -> list[str]:
    return [text for name, text in entry.items() if _LABEL.fullmatch(name)]


def _values(entry: Entry) -> list[str]:
    return [text for name, text in entry.items() if not _LABEL.fullmatch(name)]


def _nothing(text: str) -> bool:
    """Whether a text stands for no choice at all."""
    return text.strip("- ").casefold() in ("", "none")
