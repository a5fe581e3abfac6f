"""A crowd for nets: people who share what is asked for, and differ in all else, beside those whom the fake holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import cycle, islice
from typing import Any, Final

import attrs

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Duplicate, ValidationFailed
from customer360.core.metadata import StandardField
from customer360.core.records import Contact, ContactDraft, RecordRef
from customer360.core.search import NameHas, PhoneIs
from customer360_testkit.conformance.bench import Link
from customer360_testkit.conformance.nets.drawn import Drawing
from customer360_testkit.conformance.nets.saying import contradictions, same
from customer360_testkit.conformance.traces import values
from customer360_testkit.conformance.verbs import Verbs

FAMILY: Final = "Quillkin"
VALUE: Final = "Quillvalue"
ADDRESS: Final = "quillkin@conform.example"
MANY: Final = 330
"""More than the longest page that a host may ask for."""
FAMILIES: Final = (
    *("van der Quillkin", "O'Quillkin", "O\u2019Quillkin", "Quillkin-Jones", "Żółwkin", "Zo\u0308lwkin", "Li", "Q"),
    *("Quillkin 4711", "Quillkin 4712", "Quillkin Anna Berta Cara", "Quillkin Anna Berta Dora", "007", "王"),
    *("Quillkinderheimverwaltungsgesellschaft", "Quillkinderheimverwaltungsrat", "Quillkin-Brown", "QUILLKIN"),
    *("Dr. Quillkin", "Prof. Dr. Quillkin", "Quillkin, Jr.", "Quillkin III", "Quillkin, PhD", "McQuillkin"),
    *("The Quillkin", "Quillkin (UK) Ltd", "Quillkin & Sons", "Quillkin and Sons", "Quillkin of the Isles"),
    *("Quillkin Isles", "Mcquillkin", "Quillweiß", "ﬁnkin"),
)
GIVEN: Final = (
    *("Ada", "Ada Maria", "Ada Maria Luisa", "Bo", "X", "Zoë", "Zoe\u0308", "D'Arcy", "Jean-Luc", "花子", "Anne 2"),
    *("Mary J.", "J. R. R.", "Robert", "Bob", "William", "Bill", "Elizabeth", "Liz", "Dr. Ada", "ADA"),
)
NUMBERS: Final[Mapping[PhoneIs, Sequence[str]]] = {
    PhoneIs("+442079460661", "2079460661", "GB"): (
        *("+442079460661", "020 7946 0661", "+44 (0)20 7946-0661", "00442079460661", "020 7946 0661 ext. 42"),
        *("020 7946 0661 (mobile)", "020 7946 0661 call after 5", "020 7946 0661 #42", "(020) 7946 0661 ext 42"),
        *("020/79460661", "02079460999 or 02079460661"),
    ),
    PhoneIs("+442079460662", "2079460662", "GB"): ("+442079460662", "+44 20 7946 0662 x7"),
    PhoneIs("+4930901820", "30901820", "DE"): ("+4930901820", "030 901820"),
    PhoneIs("+298201234", "201234", "FO"): ("+298201234", "+298 201234"),
    PhoneIs("+43512345678901", "512345678901", "AT"): ("+43512345678901", "+43 512 345678901"),
    PhoneIs("+12025550166", "2025550166", "US"): ("+12025550166", "(202) 555-0166"),
}
"""What is typed for each number: the first is of most of them, others have few digits or many."""
_SHARED: Final = next(iter(NUMBERS.values()))
_ADDRESSES: Final = (
    *("quill.{}@conform.example", "Quill+{}@Conform.example", "o'quill{}@conform.example", "q{}@bücher.example"),
    *("jörg{}@conform.example", "{}@quill.conform.example", "quillkin{}@conform.example", "q_{}-x@conform.example"),
    *("office@q{}.conform.example", "info@q{}.conform.example", "sales@q{}.conform.example", "noreply@q{}.example"),
    *("quill{}@googlemail.com", "q.u.ill{}@gmail.com", "Quill{}@CONFORM.EXAMPLE"),
    f"{'q' * 40}{{}}@{'quill' * 3}.conform.example",
)
VALUES: Final = (
    *("007", "0", "00042", "42", "O'Quill", 'Quill "Q"', "a\\b", "quillvalue", "Quillvalue 2", "Żółw", "Zo\u0308lw"),
    *("日本", "100%", "a_b", "(x)", "a, b", "null", "😀", "Quillvalu"),
)
_OWN: Final = (StandardField.NAME, StandardField.GIVEN_NAME, StandardField.FAMILY_NAME)
_TOLD: Final = (StandardField.OWNER, StandardField.COMPANY)
_EVERY, _SEVERAL, _FEW = 3, 6, 2


@attrs.frozen(eq=False, slots=False)
class Person:
    """Somebody as they are read, and as the fake holds them: a row by the CRM's names."""

    read: Contact
    row: Mapping[str, Any]

    @property
    def ref(self) -> RecordRef:
        return self.read.ref

    @cached_property
    def everything(self) -> str:
        """All that is said of them, folded; a search may know where they work by more than an id."""
        return folded(" ".join((self.read.name, self.read.company or "", *_texts(self.row))))

    def texts(self, fields: Iterable[str]) -> list[str]:
        """What stands in these fields of the row, wherever within."""
        return [text for field in fields for text in _texts(self.row.get(field))]


def folded(text: str) -> str:
    """Letters and digits alone, without case and accents, and single spaces."""
    return " ".join("".join(each if each.isalnum() else " " for each in _bare(text)).split())


def _bare(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(each))


def _texts(held: object) -> Iterator[str]:
    return (value for value in values(held) if isinstance(value, str))


class Peopled(Verbs):
    """See the module."""

    def there(self, link: Link, refs: Iterable[RecordRef] = ()) -> dict[RecordRef, Person]:
        """Everybody of ``people`` whom this user can read, in the order of the fake's rows, but for those who are
        somebody else's shadows; ``refs`` are of them."""
        known = {ref.id for ref in (*refs, *(each.ref for each in self.some(link)))}
        link.wait(60.0)  # so many in a minute are refused
        found, own = dict[RecordRef, Person](), self.people in link.fake.modules
        shadows = {module: {*link.fake.shadows(module)} for module in link.fake.modules}
        for module in (self.people,) if own else link.fake.modules:
            rows = {str(row.get("id") or row.get("Id")): row for row in link.fake.records(module)}
            rows = {each: row for each, row in rows.items() if each not in shadows[module]}
            for identifier, row in rows.items() if own or known & rows.keys() else ():
                ref = RecordRef(link.facts.crm, self.people, identifier)
                with suppress(Customer360Error):  # of somebody else, or put away
                    found[ref] = Person(self.get(link, ref), row)
        link.asked.clear()  # it is told of what follows whether it goes in circles
        return found

    def crowd(self, link: Link, drawing: Drawing, count: int = MANY) -> dict[RecordRef, dict[str, Any]]:
        """So many drawn people with what was given, most of whom share a name, a value, a number and an address."""
        link.fake.allow_doubles()
        made = dict(self.somebody(link, given) for given in self.drawn(link, drawing, count))
        whole = sum(len(given) > _FEW for given in made.values())
        assert whole > count // 2, f"{count - whole} of {count} people whom the CRM could hold were refused"
        link.asked.clear()
        return made

    def somebody(self, link: Link, given: dict[str, Any]) -> tuple[RecordRef, dict[str, Any]]:
        """Made with as much of it as the CRM takes, and that."""
        link.wait(0.5)  # so many in a minute are refused
        emails, name = {*self.resource(link).emails}, str(given[self.name_field])
        try:
            return self.made_as_allowed(link, name, given)
        except Duplicate:
            apart = {field: value for field, value in given.items() if field not in emails}
            return self.made_as_allowed(link, name, apart)

    def become(self, link: Link, ref: RecordRef, had: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """Somebody with one number and address less than they had, and with as much of what is given as the CRM takes;
        what was asked for."""
        resource = self.resource(link)
        left = {name: None for name in had if name in (*resource.phones, *resource.emails)} | {**given}
        while True:
            try:
                self.change(link, ref, left)
            except ValidationFailed as refused:
                named = {problem.field for problem in refused.problems} & left.keys()
                if not named:
                    raise
                left = {name: value for name, value in left.items() if name not in named}
            else:
                return left

    def read_as_given(
        self, link: Link, people: Mapping[RecordRef, Person], written: Mapping[RecordRef, Mapping[str, Any]]
    ) -> None:
        """Each of them is read with all that was written, and nothing that is said of them is another thing in another
        place."""
        resource, schema, rows = self.resource(link), self.schema(link), link.fake.snapshot()
        for ref in written.keys() & people.keys():
            read = people[ref].read
            for name, value in written[ref].items():
                told = read.fields.get(name)
                assert same(value, told), f"{name} of {read.name}: {value!r} was given, {told!r} is read"
            wrong = [*contradictions(read, resource, schema, rows)]
            assert wrong == [], f"{read.name}: {wrong}"

    def drawn(self, link: Link, drawing: Drawing, count: int) -> Iterator[dict[str, Any]]:
        """What so many people are given."""
        resource, standard = self.resource(link), self.resource(link).standard
        known = [self.get(link, contact.ref) for contact in self.some(link)]
        fields = {field.name for field in self.schema(link).fields if field.creatable and field.editable}
        phones, emails = ([name for name in names if name in fields] for names in (resource.phones, resource.emails))
        own = {*phones, *emails, self.name_field, self.spare_field, *(standard.get(each) for each in _OWN)}
        held = {
            name: values
            for name, values in _held(known, sorted(fields - own)).items()
            if not self.failure(link, self.connector.create(link.facts, self._like(name, values[0])))
        }
        told = [standard[each] for each in _TOLD if standard.get(each) in held]
        typed = [text for texts in NUMBERS.values() for text in texts]
        pools: dict[str, Sequence[Any]] = {
            "family": [FAMILY] * 60 + [*FAMILIES],
            "given": (*GIVEN, None, None),
            "value": [VALUE] * 120 + [*VALUES],
            "ways": range(24),
            **held,
        }
        for number, turn in enumerate(islice(cycle(list(drawing.rounds(pools))), count)):
            person: dict[str, Any] = {self.name_field: turn["family"], self.spare_field: turn["value"]}
            if StandardField.GIVEN_NAME in standard:
                person[standard[StandardField.GIVEN_NAME]] = turn["given"]
            for name in (*told[: number % _EVERY], *(drawing.some(list(held), _EVERY) if held else ())):
                person[name] = turn[name]
            ways, several = turn["ways"], {name for each in known for name in each.fields if _is_list(each, name)}
            numbers = [_SHARED[number % len(_SHARED)], *drawing.some(typed, 3)] if ways % 8 else []
            addresses = [_ADDRESSES[number % len(_ADDRESSES)].format(number)] if ways % 4 else []
            addresses += [ADDRESS if number % 2 else ADDRESS.upper()] if ways % 4 and ways % 8 > 1 else []
            for names, texts in ((phones, numbers), (emails, addresses)):
                for name, text in zip(drawing.some(names, len(names)) if names else (), texts, strict=False):
                    person[name] = tuple(texts) if name in several else text
            yield {name: value for name, value in person.items() if value is not None}

    def _like(self, field: str, value: Any) -> ContactDraft:
        """Somebody who has the same there as somebody else: of some fields no two may."""
        given = {name: value for name, value in self.fields(FAMILY).items() if value is not None}
        return ContactDraft(resource=self.people, fields={**given, field: value})

    def some(self, link: Link) -> Sequence[Contact]:
        """Of those whom the fake holds."""
        if self.can(link, Capability.DELTA):
            told: Sequence[Contact] = link.run(self.connector.changes(link.facts, self.people)).changed
            return told
        return self.found(link, NameHas("A"), limit=50)


def _held(people: Iterable[Contact], names: Iterable[str]) -> dict[str, list[Any]]:
    """Values that people have in these fields: a country, a company, a choice."""
    held = {name: dict[str, Any]() for name in names}
    for person in people:
        for name, known in held.items():
            if (value := person.fields.get(name)) and len(known) < _SEVERAL:
                known.setdefault(repr(value), value)
    return {name: list(known.values()) for name, known in held.items() if known}


def _is_list(contact: Contact, name: str) -> bool:
    return isinstance(contact.fields[name], tuple)
