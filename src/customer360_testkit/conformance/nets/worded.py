"""What a connector's own code names is nothing to it where people write it: words, sizes and days that it knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import attrs

from customer360.core.capabilities import Capability
from customer360.core.connector import SEARCHES
from customer360.core.errors import Unsupported
from customer360.core.metadata import FieldInfo, FieldType
from customer360.core.records import Contact, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets import phrased
from customer360_testkit.conformance.nets.dictionary import Dictionary, dictionary
from customer360_testkit.conformance.nets.drafts import HONEST, LONG
from customer360_testkit.conformance.nets.following import as_read, parts
from customer360_testkit.conformance.nets.saying import contradictions
from customer360_testkit.conformance.nets.somebody import Played, Somebodies
from customer360_testkit.fakes.cast import shared_cast

_CREATE, _UPDATE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_CAST: Final = 12
"""Enough that there are companies where people must work somewhere."""
_TOGETHER: Final = 30
"""So many people are in a CRM: of few each is found soon."""
_FEW, _MANY = 4, 8

_PAGES: Final = "www.conform.example", "https://conform.example/quill?a=%2Fb&c=d#e"
"""As people type them."""


class WordedNets(Somebodies):
    """See the module."""

    @nets("minds a word of somebody that its code names", _CREATE, _UPDATE, once=True)
    def test_a_word_of_its_own_is_a_word_of_anybody(self, link: Link) -> None:
        """Whoever has it in a name, a number, an address, in any field: they are kept, found, told and changed like all
        others (F008, F011, F012)."""
        played = next(each for each in self.somebodies(link) if each.resource.name == self.people)
        given = [*_people(dictionary(self.connector), played)]
        for start in range(0, len(given), _TOGETHER):
            crm = self.made(cast=shared_cast()[:_CAST])
            crm.allow_doubles()
            self._come_and_change(self.entered(link, crm), played, given[start : start + _TOGETHER])

    def _come_and_change(self, link: Link, played: Played, given: Sequence[Mapping[str, Any]]) -> None:
        """They come, are found, become others, and are told."""
        people, held, count = dict[RecordRef, Contact](), dict[RecordRef, dict[str, Any]](), 0
        for number, fields in enumerate(given):
            alone = not any("Quill" in str(each) for each in fields.values())
            with suppress(*HONEST):
                ref, taken = self._taken_in(link, f"Quillworded{number}", fields, alone)
                held[ref], count = played.kept({}, taken), count + 1  # whoever is given the same may be the same
        assert count > len(given) // 2, f"of {len(given)} people {count} are taken"
        self._read_as_given(link, played, people, held)
        link.wait(LAG)
        told = dict[str, set[str]]()
        for ref, contact in people.items():
            link.wait(5.0)  # so many in a minute are refused
            for query in self._their_questions(contact, held[ref]):
                self._found_alike(link, query, contact, told)
        for number, ref in enumerate(people):
            fields = dict([*given[number - 1].items()][number % _FEW :: _FEW])
            link.wait(1.0)
            with suppress(*HONEST):
                self.change(link, ref, fields)
                held[ref] = played.kept(held[ref], fields)
        self._read_as_given(link, played, people, held)
        link.wait(LAG)
        if self.can(link, Capability.DELTA):
            everybody = link.everything(self.people)[0]
            names = {name for each in everybody.values() for name in parts(each)}
            for ref, contact in people.items():
                as_read("of all", names, everybody[ref.id], contact)

    def _taken_in(
        self, link: Link, name: str, fields: Mapping[str, Any], alone: bool
    ) -> tuple[RecordRef, dict[str, Any]]:
        """Somebody with what the CRM takes of it, and that; whoever is refused is refused by it."""
        link.asked.clear()
        link.refused.clear()
        link.wait(1.0)
        before = link.fake.snapshot()
        try:
            ref, taken = self.made_as_allowed(link, name, fields)
        except HONEST:
            assert link.refused or alone, f"nobody refuses {fields}"
            assert link.fake.snapshot() == before, f"they are refused, and written: {fields}"
            raise
        assert link.refused or taken == fields, f"nobody refuses {fields}"
        return ref, taken

    def _read_as_given(
        self,
        link: Link,
        played: Played,
        people: dict[RecordRef, Contact],
        held: Mapping[RecordRef, Mapping[str, Any]],
    ) -> None:
        """Everybody is read as they are held, and nothing that is said of them is another thing in another place."""
        link.asked.clear()
        rows = link.fake.snapshot()
        for ref, fields in held.items():
            contact = people[ref] = self.get(link, ref)
            for name, value in fields.items():
                read = contact.fields.get(name)
                assert played.same(name, value, read), f"{ref.resource}.{name}: {value!r} was given, {read!r} is read"
            wrong = [*contradictions(contact, played.resource, played.schema, rows)]
            assert wrong == [], f"{ref.resource}: {wrong} of {fields}"

    def _their_questions(self, contact: Contact, held: Mapping[str, Any]) -> Iterator[Query]:
        """What they are found by: what says more than a word alone by everything, and whatever else by the field."""
        words, spare = contact.name.split(), held.get(self.spare_field, "")
        if "Quill" not in contact.name:
            if spare:
                yield FieldIs(self.spare_field, spare)
            return
        if len(words) < _MANY:
            yield NameHas(contact.name)
            if all(map(str.isalnum, words)) and min(map(len, words)) > 1:
                yield TextHas(contact.name)
        for email in [each for each in contact.emails[:1] if not each.address.startswith("quillquill")]:
            yield EmailIs(email.address)
        for phone in [each for each in contact.phones[:1] if each.text.startswith("+44")]:
            if not phone.text[-4:].startswith("0"):
                yield PhoneIs(phone.text, phone.text[3:], "GB")

    def _found_alike(self, link: Link, query: Query, contact: Contact, told: dict[str, set[str]]) -> None:
        kind = type(query)
        if not self.can(link, SEARCHES[kind]):
            return
        link.asked.clear()
        try:
            hits = {each.ref: each for each in self.found(link, query)}
        except Unsupported:  # of some fields, and of signs alone
            assert kind.__name__ not in told or "Quill" not in repr(attrs.astuple(query)), query
            return
        assert contact.ref in hits, f"{kind.__name__}{attrs.astuple(query)} does not find {contact.name!r}"
        names = told.setdefault(kind.__name__, {*parts(hits[contact.ref])})
        as_read(kind.__name__, names, hits[contact.ref], contact)


def _people(own: Dictionary, played: Played) -> Iterator[dict[str, Any]]:
    """What they are given: for each word two people, who have it in every field, and for each number three."""
    fields = [each for each in played.schema.fields if each.name in played.pools and _is_free(each)]
    for alone, all_words in ((False, own.words), (True, phrased.short(own.words))):
        for turn, words in enumerate(phrased.turns(all_words, [each.name for each in fields])):
            values = {each.name: _value(each, words[each.name], turn, own, alone) for each in fields}
            yield {name: value for name, value in values.items() if value is not None}
    for number in own.numbers:
        for signs in (number - 1, number, number + 1):
            texts = (each for each in fields if each.type in (FieldType.TEXT, FieldType.LONG_TEXT))
            sized = {each.name: phrased.long(signs) for each in texts if signs <= (each.max_length or 0)}
            yield {**sized, **{each.name: number for each in fields if each.type is FieldType.NUMBER}}


def _is_free(field: FieldInfo) -> bool:
    """Whether it takes what is written, and makes nothing of it."""
    return not field.choices and "country" not in field.name.lower()


def _value(field: FieldInfo, words: Sequence[str], turn: int, own: Dictionary, alone: bool) -> Any:
    most = field.max_length or LONG
    match field.type:
        case FieldType.TEXT | FieldType.LONG_TEXT if alone:
            return phrased.single(words[0])[:most].strip() or None
        case FieldType.TEXT:
            return phrased.line(words, f"Quill{turn}", most)
        case FieldType.LONG_TEXT:
            return phrased.text(words, f"Quill{turn}")[:most].strip()
        case FieldType.PHONE:
            return phrased.number(words[0], turn)
        case FieldType.EMAIL:
            return phrased.address(words[0], turn)
        case FieldType.URL:
            return _PAGES[turn % len(_PAGES)]
        case FieldType.DATE if own.days:
            return own.days[turn % len(own.days)]
    return None
