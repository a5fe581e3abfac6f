"""Whatever way somebody is come by, the same is told: of each hit of any question what reading tells, and of all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

import attrs
import pytest

from customer360.core.capabilities import Capability
from customer360.core.connector import SEARCHES
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import Contact, Page, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, Query, TextHas
from customer360_testkit.conformance.bench import Link, nets
from customer360_testkit.conformance.nets.drawn import Drawing
from customer360_testkit.conformance.nets.peopled import (
    ADDRESS,
    FAMILIES,
    FAMILY,
    GIVEN,
    NUMBERS,
    VALUE,
    VALUES,
    Peopled,
    Person,
    folded,
)
from customer360_testkit.conformance.newcomers import Newcomers

_LIMITS: Final = (1, 2, 3, 20, 25, 50, 100, 200)
_LONGEST: Final = 200
"""As many as a host may ask for."""
_ALL: Final = 1200
"""More than there are."""
_SOME, _FEW = 12, 6
_FORMS: Final = 60
"""Among so many people of a crowd are addresses of every form."""
_HOSTS: Final = {"gmail.com": "googlemail.com", "googlemail.com": "gmail.com"}
"""Two names of one mail host."""
_LONG_AGO: Final = 7200.0
"""Seconds after which nobody counts as new."""
_TOLD: Final = tuple(
    name for name in attrs.fields_dict(Contact) if name not in ("ref", "fields", "partial", "last_activity_at")
)
"""What a part of a record tells like the whole; when somebody was last met, it may not know."""


@attrs.frozen
class Question:
    """Something asked, who must be found by it, and who may: None for whomever the CRM's search finds."""

    query: Query
    whose: frozenset[RecordRef]
    may: frozenset[RecordRef] | None

    def __str__(self) -> str:
        return f"{type(self.query).__name__}({', '.join(map(repr, attrs.astuple(self.query)))})"


class TellingNets(Newcomers, Peopled):
    """See the module."""

    @nets("finds some of those who are meant, or tells less of them", Capability.CREATE_CONTACT)
    def test_whoever_is_found_is_told_as_they_are_read(self, link: Link) -> None:
        """By any question with any limit everybody who is meant is a hit, each is told as reading tells them, the order
        is one, and it is said whether there are more; so it is when they have changed, or gone."""
        drawing, resource = Drawing("telling"), self.resource(link)
        before = self.there(link)
        self._hits_of_all(link, resource, before, self._shared_questions(link, resource, before))
        made = self.crowd(link, drawing)
        link.wait(_LONG_AGO)
        people = self.there(link, made)
        assert {*made} <= {*people}, "who was made cannot be read"
        self.read_as_given(link, people, made)
        self._all_told_alike(link, people, self.drawn_questions(link, resource, people, drawing))
        if self.can(link, Capability.UPDATE_CONTACT):
            changed = list(made)[_FEW :: len(made) // _SOME]
            for ref, given in zip(changed, self.drawn(link, drawing, len(changed)), strict=True):
                made[ref] |= self.become(link, ref, made[ref], given)
        for ref in list(made)[:_FEW]:
            with suppress(Customer360Error):  # not everybody can be deleted
                self.delete(link, ref)
        self._companies_renamed(link, people)
        link.wait(_LONG_AGO)
        people = self.there(link, made)
        self.read_as_given(link, people, made)
        self._all_told_alike(link, people, self._shared_questions(link, resource, people))

    @nets("finds some of those who are meant among others, or tells less of them")
    def test_whoever_is_found_elsewhere_is_told_as_they_are_read(self, link: Link) -> None:
        """Leads, companies, a customer's own: whatever else holds people, as far as it can be searched."""
        with suppress(pytest.skip.Exception):
            for _ in self.newcomers(link, FAMILY):
                pass
        link.wait(_LONG_AGO)
        declared = {each.name for each in self.connector.resources(link.facts)}
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is None or resource.name == self.people:
                continue
            with suppress(Unsupported):  # nobody is told there
                told = [*link.everything(resource.name)[0].values()]
                people = {each.ref: Person(read, read.fields) for each in told if (read := self.get(link, each.ref))}
                drawing = Drawing(f"telling {resource.name}")
                hits = self._hits_of_all(link, resource, people, self.drawn_questions(link, resource, people, drawing))
                if resource.name in declared:  # of a customer's own each question may tell another part
                    self._told_alike(people, {**hits, "changes": told})

    def _companies_renamed(self, link: Link, people: Mapping[RecordRef, Person]) -> None:
        """Where they work is called something else from now on."""
        names = {each.name: each.standard.get(StandardField.NAME) for each in self.connector.resources(link.facts)}
        for number, ref in enumerate(dict.fromkeys(each.read.company_ref for each in people.values())):
            if ref is not None and (name := names.get(ref.resource)) and self.can(link, Capability.UPDATE_CONTACT):
                with suppress(Customer360Error):  # not everybody can be renamed
                    self.change(link, ref, {name: f"Larch {number}"})

    # What is asked ----------------------------------------------------------------------------------------------------

    def drawn_questions(
        self, link: Link, resource: Resource, people: Mapping[RecordRef, Person], drawing: Drawing
    ) -> Iterator[Question]:
        """Of every kind: about what many share, and about drawn people."""
        yield from self._shared_questions(link, resource, people)
        some = [people[ref] for ref in drawing.some(list(people), len(people))[:_SOME]]
        latest = [*people.values()][-_FORMS:]
        addresses = [email.address for each in (*some, *latest) for email in each.read.emails]
        yield from _addresses(resource, people, {re.sub(r"\d+", "", each): each for each in addresses}.values())
        asked = [text for each in some for text in _called(each.read)]
        asked += (*FAMILIES, *GIVEN, "7", "00", *(text[:end] for text in asked for end in (1, 2)))
        yield from _names(people, asked)
        yield from _words(people, [*FAMILIES, *(each.read.name for each in some)])
        if resource.name == self.people:
            yield from _values(resource, people, self.spare_field, VALUES)
            yield from _values(resource, people, self.name_field, FAMILIES)
        for field in self.schema(link, resource.name).fields:
            if field.searchable:
                values = [value for each in some if isinstance(value := each.read.fields.get(field.name), str)]
                yield from _values(resource, people, field.name, values[:2])

    def _shared_questions(
        self, link: Link, resource: Resource, people: Mapping[RecordRef, Person]
    ) -> Iterator[Question]:
        yield from _addresses(resource, people, [ADDRESS, ADDRESS.title()])
        yield from _numbers(resource, people)
        yield from _names(people, [FAMILY, FAMILY.lower(), FAMILY[:1], "An"])
        yield from _words(people, [FAMILY])
        if resource.name == self.people:
            yield from _values(resource, people, self.spare_field, [VALUE])
            yield from _values(resource, people, self.name_field, [FAMILY])

    # What is answered -------------------------------------------------------------------------------------------------

    def _hits_of_all(
        self, link: Link, resource: Resource, people: Mapping[RecordRef, Person], questions: Iterable[Question]
    ) -> dict[str, list[Contact]]:
        """The hits of every kind of question, of which each finds whom it should."""
        hits = dict[str, list[Contact]]()
        for number, question in enumerate(dict.fromkeys(questions)):
            kind = type(question.query)
            if self.can(link, SEARCHES[kind]):
                found = hits.setdefault(kind.__name__, [])
                with suppress(Unsupported):
                    limits = _LIMITS[number % len(_LIMITS) :][:1] if found else _LIMITS
                    found += self._hits_of_one(link, resource, people, question, limits)
        return hits

    def _hits_of_one(
        self,
        link: Link,
        resource: Resource,
        people: Mapping[RecordRef, Person],
        question: Question,
        limits: Sequence[int],
    ) -> Sequence[Contact]:
        """All whom a question finds, asked with several limits, among them just as many as they are."""
        link.asked.clear()
        link.wait(5.0)  # so many in a minute are refused
        page: Page[Contact] = link.run(self.connector.search(link.facts, resource.name, question.query, limit=_ALL))
        hits, refs = page.items, [hit.ref for hit in page.items]
        called = {ref: each.read.name for ref, each in people.items()}
        assert [ref for ref in refs if ref not in called] == [], f"{question} finds who is not there"
        assert len({*refs}) == len(refs), f"{question} finds somebody twice"
        missed = [called[ref] for ref in question.whose if ref not in refs]
        assert missed == [] or (page.next is not None and len(hits) >= _LONGEST), f"{question} misses {missed}"
        may = {*refs} if question.may is None else question.may | question.whose
        others = [called[ref] for ref in refs if ref not in may]
        assert others == [], f"{question} finds {others}"
        _whole(people, question, hits)
        for limit in [each for each in (*limits, len(hits) - 1, len(hits)) if 0 < each <= _LONGEST]:
            link.asked.clear()
            fresh = type(self.connector)()
            less = link.run(fresh.search(link.facts, resource.name, question.query, limit=limit))
            assert [hit.ref for hit in less.items] == refs[:limit], f"{question} finds others with the limit {limit}"
            assert less.items == hits[:limit], f"{question} tells another thing with the limit {limit}"
            more = page.next is not None or len(hits) > limit
            assert (less.next is not None) is more, f"{question}: {limit} of {len(hits)}, and more are said: {not more}"
        return hits

    def _all_told_alike(self, link: Link, people: Mapping[RecordRef, Person], questions: Iterable[Question]) -> None:
        """By each question, and of whoever changed."""
        hits = self._hits_of_all(link, self.resource(link), people, questions)
        if self.can(link, Capability.DELTA):
            hits["changes"] = [*link.everything(self.people)[0].values()]
        self._told_alike(people, hits)

    def _told_alike(self, people: Mapping[RecordRef, Person], hits: Mapping[str, Sequence[Contact]]) -> None:
        """What is told by any way is told by all, of all, and is what reading tells."""
        told = {name for ways in hits.values() for hit in ways for name in _TOLD if getattr(hit, name)}
        for way, found in hits.items():
            for hit in found:
                read = people[hit.ref].read
                wrong = {name: (getattr(hit, name), getattr(read, name)) for name in told}
                wrong = {name: pair for name, pair in wrong.items() if pair[0] != pair[1]}
                assert wrong == {}, f"{way} and reading of {read.name}: {wrong}"
                assert hit.last_activity_at in (None, read.last_activity_at), f"{way}: {read.name}"


def _whole(people: Mapping[RecordRef, Person], question: Question, hits: Sequence[Contact]) -> None:
    """Whatever field is told of any hit is told of all, as reading tells it; what is no part is all of it."""
    told = {name for hit in hits for name in hit.fields}
    for hit in hits:
        read = people[hit.ref].read
        told = told if hit.partial else told | read.fields.keys()
        wrong = [name for name in told if name in read.fields and hit.fields.get(name) != read.fields[name]]
        assert wrong == [], f"{question} tells other fields of {read.name} than reading"


def _called(contact: Contact) -> Iterator[str]:
    """How somebody is asked for."""
    given, family = contact.given_name or "", contact.family_name or ""
    turned: tuple[str, ...] = (f"{family}, {given}", f"{family} {given}")
    if "," in family:  # one of its own is as good as one between the names
        turned = ()
    elif " " in given and " " in family:  # where the one ends and the other begins only a comma tells
        turned = turned[:1]
    for text in (contact.name, given, family, *turned):
        if text.strip(" ,"):
            yield text.strip(" ,")


def _begins(contact: Contact, text: str) -> bool:
    """Whether somebody's name begins so: letters beyond ASCII count as they are written."""
    whole = [*_called(contact)]
    if text.isascii():
        text, whole = text.lower(), [each.lower() for each in whole]
    return text in whole or any(each.startswith(text) for each in whole[:3])


def _addresses(resource: Resource, people: Mapping[RecordRef, Person], asked: Iterable[str]) -> Iterator[Question]:
    held = {ref: {text.casefold() for text in each.texts(resource.emails)} for ref, each in people.items()}
    for address in (each for one in asked for each in _alike(one)) if resource.emails else ():
        whose = frozenset(ref for ref, texts in held.items() if address.casefold() in texts)
        yield Question(EmailIs(address), whose, whose)


def _alike(address: str) -> Iterator[str]:
    """The same, and others that some mail host may take for it."""
    local, _, domain = address.rpartition("@")
    yield address
    yield f"{local}+quilltag@{domain}"
    if local.replace(".", "").partition("+")[0] != local:
        yield f"{local.replace('.', '').partition('+')[0]}@{domain}"
    if domain in _HOSTS:
        yield f"{local}@{_HOSTS[domain]}"


def _numbers(resource: Resource, people: Mapping[RecordRef, Person]) -> Iterator[Question]:
    held = {ref: {*each.texts(resource.phones)} for ref, each in people.items()}
    for number, typed in NUMBERS.items() if resource.phones else ():
        whose = frozenset(ref for ref, texts in held.items() if texts & {*typed})
        yield Question(attrs.evolve(number, spelt=typed[-1]), whose, None)


def _names(people: Mapping[RecordRef, Person], asked: Iterable[str]) -> Iterator[Question]:
    for text in asked:
        whose = frozenset(ref for ref, each in people.items() if _begins(each.read, text))
        yield Question(NameHas(text), whose, _holding(people, text))


def _words(people: Mapping[RecordRef, Person], asked: Iterable[str]) -> Iterator[Question]:
    called = {ref: {*each.read.name.split()} for ref, each in people.items()}
    for text in asked:
        asked_for = {*text.split()}
        marked = any(unicodedata.category(word[-1])[0] == "M" for word in asked_for)  # an index may end it before
        whose = frozenset(ref for ref, words in called.items() if words >= asked_for and not marked)
        yield Question(TextHas(text), whose, _holding(people, text))


def _holding(people: Mapping[RecordRef, Person], text: str) -> frozenset[RecordRef]:
    """Who have every word of it anywhere: of one letter a search may know nothing."""
    words = [each for word in text.split() if sum(map(str.isalnum, word)) > 1 for each in folded(word).split()]
    return frozenset(ref for ref, each in people.items() if all(word in each.everything for word in words))


def _values(
    resource: Resource, people: Mapping[RecordRef, Person], field: str, asked: Iterable[str]
) -> Iterator[Question]:
    alike = str.casefold if field in resource.emails else str
    for value in filter(None, asked):
        whose = frozenset(ref for ref, each in people.items() if alike(value) in map(alike, each.texts([field])))
        yield Question(FieldIs(field, value), whose, whose)
