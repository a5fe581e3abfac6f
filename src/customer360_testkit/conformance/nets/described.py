"""What is described is what the CRM tells, of every resource: of activities, and of the customer's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error
from customer360.core.metadata import FieldInfo, FieldType, Resource, StandardField
from customer360.core.records import RecordRef
from customer360.core.search import FieldIs
from customer360_testkit.conformance.bench import Link, nets
from customer360_testkit.conformance.nets.adding import MANY, adding, choosable
from customer360_testkit.conformance.nets.drawn import Drawing
from customer360_testkit.conformance.nets.entries import (
    Entry,
    Marks,
    Told,
    entries_of,
    lists_of,
    marks_of,
    told,
    told_of,
)
from customer360_testkit.conformance.verbs import Verbs

_PROPERTIES: Final[Mapping[str, Callable[[FieldInfo], Any]]] = {
    **{"type": lambda field: field.type, "required": lambda field: field.required},
    **{"creatable": lambda field: field.creatable, "editable": lambda field: field.editable},
    **{"searchable": lambda field: field.searchable, "custom": lambda field: field.custom},
    **{"choices": lambda field: bool(field.choices), "refers_to": lambda field: bool(field.refers_to)},
}
_SPARE: Final = 0.1
"""So many of a resource's fields may differ from others of the same marks, where already people's do: some vendors have
exceptions that no answer tells."""
_WORDS: Final = {"textarea": FieldType.LONG_TEXT, "phone": FieldType.PHONE, "email": FieldType.EMAIL} | {
    **{"url": FieldType.URL, "website": FieldType.URL, "date": FieldType.DATE, "datetime": FieldType.DATETIME},
    **{"boolean": FieldType.BOOLEAN, "reference": FieldType.REFERENCE, "userlookup": FieldType.REFERENCE},
    **dict.fromkeys(("integer", "int", "double", "currency", "percent"), FieldType.NUMBER),
    **{"multipicklist": FieldType.CHOICES, "multiselectpicklist": FieldType.CHOICES},
}
"""What forms everywhere call a type."""
_REQUIRED: Final = ("required", "isRequired", "mandatory")
"""What forms everywhere call a field that must be filled."""
_TEXTS: Final = {FieldType.TEXT, FieldType.PHONE, FieldType.EMAIL, FieldType.URL}


class DescribedNets(Verbs):
    """See the module."""

    @nets("describes something else than it is told", once=True)
    def test_what_is_described_is_what_the_crm_tells(self, link: Link) -> None:
        """Choices in their order, all that a field leads to, how long it may be, and resources by the names that people
        read; fields of which the same is told are described the same (F115, F116).

        Where no answer tells it, it is the connector's own knowledge, and looked at by other checks.
        """
        resources, answers = self.heard(link, self.connector.list_resources(link.facts))
        entries = [each for answer in answers for each in entries_of(told(answer.content))]
        names = {each.name for each in resources}
        for each in resources:
            _called_as_told(each, entries)
        some = list[Told]()
        for resource in resources:
            with suppress(Customer360Error):  # that each is described is a check of its own
                schema, answers = self.heard(link, self.connector.describe(link.facts, resource.name))
                for kind, ways in ((FieldType.PHONE, resource.phones), (FieldType.EMAIL, resource.emails)):
                    own = {field.name for field in schema.fields if field.type is kind}
                    assert not resource.contact_kind or own <= {*ways}, (resource.name, kind, own - {*ways})
                if (found := told_of(schema, answers)) is not None:
                    some.append(found)
                    for field, rows in found.each():
                        _as_told(field, rows, names, (resource.name, field.name))
                        _wanted_as_told(resource, field, rows)
        _alike(some, {each.name for each in resources if each.contact_kind})

    @nets("describes less where there is more", once=True)
    def test_what_a_customer_adds_is_described(self, link: Link) -> None:
        """Field after field and choice after choice, under labels as people type them (F115, F116)."""
        for resource in link.run(self.connector.list_resources(link.facts)):
            found = None
            with suppress(Customer360Error):
                found = told_of(*self.heard(link, self.connector.describe(link.facts, resource.name)))
            model = found and _model(found)
            if not found or not model:
                continue
            drawing = Drawing(resource.name)
            labels = {f"{model.name}Quill{number}": drawing.line(60) for number in range(MANY)}
            alter = adding(found, model, labels)
            schema, _ = self.heard(link, self.connector.describe(link.facts, resource.name), alter)
            described = {field.name: field for field in schema.fields}
            for name, label in labels.items():
                field = described.get(name)
                assert field is not None, (resource.name, f"of {MANY} fields more, {name} is not described")
                assert field.label == label, (resource.name, name, f"label {label!r} became {field.label!r}")
                alike = all(told(field) == told(model) for told in _PROPERTIES.values())
                assert alike, (resource.name, "two fields of which the same is told", model, field)
            for before in found.schema.fields:
                now = described.get(before.name)
                assert now is not None, (resource.name, before.name, "is gone")
                more = [choice.value for choice in now.choices if choice.value not in {c.value for c in before.choices}]
                grown = {value for value in more if value.startswith("Quillchoice")}
                assert len(grown) in (0, MANY), (resource.name, before.name, f"{len(grown)} of {MANY} choices more")
                assert grown or len(before.choices) < 2 or not _lists(found, before), (resource.name, before.name)

    @nets("searches what it describes as not searchable", Capability.SEARCH_FIELD, once=True)
    def test_whatever_is_searched_is_described_so(self, link: Link) -> None:
        """Of everybody and by every text: a rule is offered nothing else to compare (F118)."""
        for resource in link.run(self.connector.list_resources(link.facts)):
            if not resource.contact_kind or resource.name not in link.fake.modules:
                continue
            rows = link.fake.records(resource.name)
            for field in self.schema(link, resource.name).fields:
                held = [row for row in rows if isinstance(row.get(field.name), str) and row[field.name].strip()]
                if field.searchable or field.type not in _TEXTS or not held:
                    continue
                with suppress(Customer360Error):  # it is not searched, as is described
                    query = FieldIs(field.name, held[0][field.name])
                    page = link.run(self.connector.search(link.facts, resource.name, query, limit=20))
                    ids = {str(held[0].get("id")), str(held[0].get("Id"))}
                    assert not ids & {each.ref.id for each in page.items}, (resource.name, field.name, query)

    @nets("tells the organisation in letters of its own", once=True)
    def test_who_is_signed_in_is_told_in_their_own_letters(self, link: Link) -> None:
        """Each time, by every object, and the organisation by the name that stands beside its id (F103)."""
        first, answers = self.heard(link, self.connector.identify(link.facts))
        user, content = link.fake.users[link.user], b"".join(answer.content for answer in answers)
        for what, text, passed in (("name", user.name, first.name), ("email", user.email, first.email)):
            assert text.encode() not in content or passed == text, (what, text, passed)
        owners = [each for answer in answers for each in entries_of(told(answer.content))]
        beside = [each for each in owners if first.organisation_id in each.values() and user.id not in each.values()]
        names = {text for each in beside for name, text in each.items() if "name" in name.lower()}
        assert not names or first.organisation in names, ("organisation", first.organisation, names)
        for connector in (self.connector, type(self.connector)(), self.connector):
            again = link.run(connector.identify(link.facts))
            assert again == first, ("identified again", first, again)
            assert again.name == first.name, ("identified again", first.name, again.name)
        for resource in self.connector.resources(link.facts):
            rows = link.fake.records(resource.name) if resource.name in link.fake.modules else []
            ref = RecordRef(link.fake.key, resource.name, str(rows[0].get("id") or rows[0].get("Id")) if rows else "71")
            page = self.connector.record_url(link.facts, ref) or ""
            who = [text for text in (link.facts.user, user.id, user.email) if text and text in page]
            assert not who, (resource.name, "its address tells whose browser it is", page)


def _called_as_told(resource: Resource, entries: list[Entry]) -> None:
    """By a label that the CRM tells, by that of many where there is one; a place of the customer's own by its name."""
    own = [entry for entry in entries if resource.name in entry.values()]
    labels = {text for entry in own for text in _labels(entry)}
    assert resource.label != resource.name or not labels or resource.name in labels, (resource.name, "is for programs")
    many = {text for entry in own for name, text in entry.items() if "plural" in name.lower() and text}
    assert not many or resource.label in many, (resource.name, f"is called {resource.label!r}", many)
    place = [entry for entry in entries if len(f := str(entry.get("id"))) > 10 and f in resource.name]
    for entry in place:
        assert resource.label in entry.values(), (resource.name, f"is called {resource.label!r}", entry)


def _as_told(field: FieldInfo, rows: Any, names: set[str], where: tuple[str, str]) -> None:
    """A field as its own entries tell it."""
    given = [choice.value for choice in field.choices]
    lists = [[text for text in found if text in given] for row in rows for found in _columns(row)]
    same = [each for each in lists if {*each} == {*given}]
    assert not same or given in same, (*where, "its choices are in another order", given[:5])
    if field.type is FieldType.REFERENCE:
        leads = {text for row in rows for found in _columns(row) for text in found} & names
        assert leads <= {*field.refers_to}, (*where, "leads to others, too", leads)
        places = {text for row in rows for text in _places(row)} & names
        assert not places or places & {*field.refers_to}, (*where, "leads to one of these", places)
    labels = {text for row in rows for text in _labels(row)}
    assert not labels or field.label in labels, (*where, f"label {field.label!r}, told {labels}")
    for row in rows:
        lengths = {size for name, size in row.items() if "length" in name.lower() and isinstance(size, int) and size}
        if field.type in _TEXTS and lengths and max(lengths) < 2**31 - 1:
            assert field.max_length in lengths, (*where, f"max_length {field.max_length}, told {lengths}")
        for name, word in row.items():
            kind = _WORDS.get(word.lower()) if "type" in name.lower() and isinstance(word, str) else None
            chosen = field.choices and kind is FieldType.NUMBER  # some number what can be chosen
            assert chosen or kind in (None, field.type), (*where, f"is of type {field.type}, told {word!r}")
            if "custom" in name.lower() and isinstance(word, bool):
                assert field.custom == word, (*where, f"custom {field.custom}, told {word}")


def _wanted_as_told(resource: Resource, field: FieldInfo, rows: Sequence[Entry]) -> None:
    """What every entry, so every form of the CRM's, calls required is; but for a name that follows from its parts."""
    parts = StandardField.GIVEN_NAME in resource.standard and field.name == resource.standard.get(StandardField.NAME)
    flags = [[row[name] for row in rows if name in row] for name in _REQUIRED]
    if field.creatable and not parts and any(each and all(flag is True for flag in each) for each in flags):
        assert field.required, (resource.name, field.name, "is required wherever it is told of")


def _alike(some: list[Told], contacts: set[str]) -> None:
    """Fields of the same marks are described the same, whatever resource they are of."""
    marks, others = marks_of(some), dict[tuple[str, str], list[str]]()
    for name, told_by in _PROPERTIES.items():
        groups = dict[Any, Counter[Any]]()
        for each in some:
            for field, _ in each.each():
                groups.setdefault(marks[each.schema.resource, field.name], Counter())[told_by(field)] += 1
        for each in some:
            others[each.schema.resource, name] = [
                field.name
                for field, _ in each.each()
                for usual in [groups[marks[each.schema.resource, field.name]]]
                if usual[told_by(field)] < max(usual.values())
            ]
    exceptions = any(fields for (resource, _), fields in others.items() if resource in contacts)
    for each in some:
        for name in _PROPERTIES:
            found = others[each.schema.resource, name]
            spare = len(each.schema.fields) * _SPARE if exceptions else 0
            what = (each.schema.resource, name, "differs from fields of which the same is told", found)
            assert len(found) <= spare, what
    _required(some, marks, contacts)
    offered = {marks[each.schema.resource, field.name] for each in some for field, _ in each.each()}
    for each in some:
        hidden = each.entries.keys() - {field.name for field in each.schema.fields}
        left = [name for name in hidden if marks[each.schema.resource, name] in offered and _meant(each, name)]
        assert not left, (each.schema.resource, "is told of and not described, unlike others of its kind", left)


def _required(some: list[Told], marks: Mapping[tuple[str, str], Marks], contacts: set[str]) -> None:
    """What marks all that is required of people, and nothing else of them, marks it of activities, too."""
    fields = [(each.schema.resource, field) for each in some for field, _ in each.each()]
    needed = [marks[of, field.name] for of, field in fields if of in contacts and field.required]
    common = frozenset.intersection(*needed) if needed else frozenset()
    marked = [(of, field) for of, field in fields if common <= marks[of, field.name]]
    if common and all(field.required for of, field in marked if of in contacts):
        left = [(of, field.name) for of, field in marked if not field.required]
        assert not left, ("is told like what is required, and described as not required", left)


def _meant(each: Told, name: str) -> bool:
    """Whether people know the field by a label that is no name for programs."""
    return any(label != name for row in each.entries[name] for label in _labels(row))


def _model(found: Told) -> FieldInfo | None:
    """The last text field that can be written, and is called by a label of its own: such a one is added."""
    for field, rows in reversed([*found.each()]):
        usual = field.type is FieldType.TEXT and field.editable and field.creatable and field.custom
        bare = not field.choices and not field.required
        if usual and bare and all(field.label in _labels(row) for row in rows):
            return field
    return None


def _lists(found: Told, field: FieldInfo) -> bool:
    """Whether the field's own entry lists its choices, as texts."""
    own = [rows for row in found.entries.get(field.name, ()) for rows in lists_of(row) if choosable(rows)]
    values = {choice.value for choice in field.choices}
    return any(values <= {text for row in rows for text in row.values() if isinstance(text, str)} for rows in own)


def _labels(entry: Entry) -> list[str]:
    return [text for name, text in entry.items() if "label" in name.lower() and isinstance(text, str) and text]


def _columns(entry: Entry) -> Iterator[list[str]]:
    """The texts of each list of an entry, by what they are called there."""
    for rows in (each for each in entry.values() if isinstance(each, list)):
        names = dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row)
        yield [row for row in rows if isinstance(row, str)]
        for name in names:
            yield list(dict.fromkeys(str(row.get(name)) for row in rows if isinstance(row, dict)))


def _places(entry: Entry) -> list[str]:
    """What the entries within an entry are of, but for what people call it."""
    inner = [each for value in entry.values() if isinstance(value, dict) for each in entries_of(value)]
    return [
        text for each in inner for name, text in each.items() if isinstance(text, str) and "label" not in name.lower()
    ]
