"""What Bullhorn says of itself: who is signed in, entities, fields, note actions (contract, sections 2.6 and 3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import attrs

from customer360.core.connector import Identity
from customer360.core.countries import country_of
from customer360.core.effects import GET, gather
from customer360.core.errors import UnexpectedAnswer, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Choice, FieldInfo, FieldType, Resource, Schema
from customer360.core.records import RecordRef
from customer360.core.wire import Response, objects, objects_in
from customer360_bullhorn.asking import Row, read
from customer360_bullhorn.auth import KEY
from customer360_bullhorn.query import is_identifier, named
from customer360_bullhorn.records import CONTACTS, USERS, Shape, id_of, shape_of, text_of, usual_shape
from customer360_bullhorn.related import ACTIVITIES, entity_of

_SHAPE: Final = "shape."
_RIGHTS: Final = "rights"
_ACTIONS: Final = "actions"
_COUNTRIES: Final = "countries"
_ABSENT: Final = (400, 403, 404)
"""Statuses that say "not for this user", or that a tenant has no such module."""
_KEPT: Final = (*(each.name for each in CONTACTS), "Note", "Task", "Appointment")
"""The entities whose rights are asked for; what else is listed is only read."""
_MOST_COUNTRIES: Final = 300

_TYPES: Final = {
    "Integer": FieldType.NUMBER,
    "Long": FieldType.NUMBER,
    "BigDecimal": FieldType.NUMBER,
    "Double": FieldType.NUMBER,
    "Boolean": FieldType.BOOLEAN,
    "Timestamp": FieldType.DATETIME,
    "Date": FieldType.DATE,
}
_SPECIAL: Final = {
    "PHONE": FieldType.PHONE,
    "EMAIL": FieldType.EMAIL,
    "DATE": FieldType.DATE,
    "DATETIME": FieldType.DATETIME,
    "HTML": FieldType.LONG_TEXT,
}
_PEOPLE: Final = ("Candidate", "ClientContact", "Lead")
_NOT_OFFERED: Final = ("isDeleted",)
"""Fields that Bullhorn lets be written, and we do not: a record that sets it is deleted."""
_UNLIMITED: Final = 2_147_483_647


# Who ----------------------------------------------------------------------------------------------------------------


async def identify(facts: LinkFacts) -> Identity:
    """The signed-in user, the tenant, and what later requests are built from without asking again.

    Kept with the link: the fields of each contact entity that this user sees (custom phone and e-mail fields included,
    D4) and which of them the index holds, the user's rights, the tenant's note actions and its numbers of countries.
    """
    names = tuple(each.name for each in CONTACTS)
    settings, actions, countries, *answers = await gather(
        GET("/settings/userId,corporationId,corporationName"),
        GET("/settings/commentActionList", accept=_ABSENT),
        GET("/options/Country", {"start": "0", "count": str(_MOST_COUNTRIES)}, accept=_ABSENT),
        *(GET(f"/meta/{name}", {"fields": "*", "meta": "full"}, accept=_ABSENT) for name in names),
        *(GET(f"/search/{name}", accept=_ABSENT) for name in names),
        *(GET(f"/entitlements/{name}", accept=_ABSENT) for name in _KEPT),
    )
    told = settings.json()
    user = _number(told, "userId")
    if user is None:
        raise UnexpectedAnswer("Bullhorn does not say who is signed in", status=settings.status)
    count = len(names)
    described, indexed, rights = answers[:count], answers[count : 2 * count], answers[2 * count :]
    extra = {
        _RIGHTS: ",".join(_allowed(name, answer) for name, answer in zip(_KEPT, rights, strict=True)),
        _ACTIONS: json.dumps(_listed(_good(actions), "commentActionList")),
        _COUNTRIES: json.dumps(_coded(_good(countries)), separators=(",", ":")),
    }
    for name, description, probe in zip(names, described, indexed, strict=True):
        body = _good(description)
        extra[_SHAPE + name] = _kept(body, _good(probe)) if isinstance(body, dict) else ""
    person = await read(USERS, user, ("id", "name", "firstName", "lastName", "email"))
    organisation = told.get("corporationName")
    return Identity(
        user=RecordRef(KEY, USERS, user),
        name=text_of(person, "name") or f"{text_of(person, 'firstName')} {text_of(person, 'lastName')}".strip(),
        email=text_of(person, "email") or None,
        organisation=organisation if isinstance(organisation, str) else None,
        organisation_id=_number(told, "corporationId"),
        extra=extra,
    )


def _good(answer: Response) -> Any:
    return answer.json() if answer.status < 300 else None


def _number(row: Any, name: str) -> str | None:
    """An id among settings, whose shape is not documented: a number, its text, or a reference."""
    value = row.get(name) if isinstance(row, dict) else None
    value = id_of(value) if isinstance(value, dict) else str(value)
    return value if value is not None and is_identifier(value) else None


def _allowed(name: str, answer: Response) -> str:
    """``Task:cu``: whether the user may create and update; ``Task:-``: may not even see; ``Task:?``: not told."""
    if answer.status in (403, 404):
        return f"{name}:-"
    told = _good(answer)
    if not isinstance(told, list):
        return f"{name}:?"
    rights = {each.partition("_")[0] for each in told if isinstance(each, str)}
    return f"{name}:{'c' if 'CREATE' in rights else ''}{'u' if 'UPDATE' in rights else ''}" if rights else f"{name}:-"


def _listed(body: Any, name: str) -> list[str]:
    found = body.get(name) if isinstance(body, dict) else None
    if isinstance(found, str):
        found = found.split(",")
    return [each.strip() for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _coded(body: Any) -> dict[str, str]:
    rows = body.get("data") if isinstance(body, dict) else None
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else ():
        code = country_of(str(row.get("label"))) if isinstance(row, dict) else None
        if code:
            found[str(row.get("value"))] = code
    return found


# What the link knows ------------------------------------------------------------------------------------------------


def may(facts: LinkFacts, name: str, right: str = "") -> bool:
    """Whether the user sees an entity, and may create (``c``) or update (``u``) its records; true while unknown."""
    known = _rights(facts.extra.get(_RIGHTS, "")).get(name, "?")
    return known == "?" or (known != "-" and right in known)


@lru_cache(maxsize=256)
def _rights(kept: str) -> dict[str, str]:
    return dict(each.partition(":")[::2] for each in kept.split(",") if each)


def actions(facts: LinkFacts) -> tuple[str, ...]:
    """The tenant's note actions; none while unknown."""
    return _remembered_actions(facts.extra.get(_ACTIONS, "[]"))


@lru_cache(maxsize=256)
def _remembered_actions(kept: str) -> tuple[str, ...]:
    return tuple(json.loads(kept))


def countries(facts: LinkFacts) -> Mapping[str, str]:
    """The tenant's ids of countries, with their codes."""
    return _remembered_countries(facts.extra.get(_COUNTRIES, "{}"))


@lru_cache(maxsize=256)
def _remembered_countries(kept: str) -> Mapping[str, str]:
    return dict(json.loads(kept))


def shape(facts: LinkFacts, name: str) -> Shape:
    """A contact resource as sign-in found it, or as every tenant has it."""
    known = known_shape(facts, named(name))
    if known is None:
        raise Unsupported(f"Bullhorn keeps no contacts in {name}, or shows this user none", next_step="use another")
    return known


def known_shape(facts: LinkFacts, name: str) -> Shape | None:
    """The same, or None where the user sees none."""
    kept = facts.extra.get(_SHAPE + name)
    if kept is None:
        return usual_shape(name)
    return _remembered(name, kept) if kept else None


@lru_cache(maxsize=256)
def _remembered(name: str, kept: str) -> Shape | None:
    told = json.loads(kept)
    return shape_of(name, told["kinds"], frozenset(told["indexed"]))


async def narrowed(form: Shape) -> Shape | None:
    """A resource without the fields that were taken away since sign-in; None where none was.

    A search that names one is refused, whatever else it asks for.
    """
    described = (await GET(f"/meta/{form.name}", {"fields": "*", "meta": "full"})).json()
    there = {_text(row, "name") for row in objects_in(described, "fields")}
    kinds = {name: kind for name, kind in form.kinds.items() if name in there}
    if not kinds or kinds == form.kinds:
        return None
    phones, emails, searched = (
        tuple(name for name in names if name in there)
        for names in (form.resource.phones, form.resource.emails, form.searched)
    )
    return Shape(attrs.evolve(form.resource, phones=phones, emails=emails), kinds, searched)


def _kept(description: Row, probe: Any) -> str:
    """The fields of an entity with their kinds, as one fact: what :func:`known_shape` reads back."""
    rows = [row for row in objects_in(description, "fields") if row.get("type") != "TO_MANY"]
    kinds = {_text(row, "name"): _kind(row) for row in rows}
    kinds.pop("id", None)
    indexed = sorted(_names_in(probe) & kinds.keys())
    return json.dumps({"kinds": kinds, "indexed": indexed}, separators=(",", ":"))


def _kind(row: Row) -> str:
    special = _text(row, "dataSpecialization")
    if special in ("PHONE", "EMAIL"):
        return special.lower()
    if _text(row, "dataType") == "Timestamp":
        return "time"
    if row.get("type") == "TO_ONE":
        return f"one:{_target(row)}"
    return "several" if row.get("type") == "SCALAR" and row.get("multiValue") is True else ""


def _names_in(probe: Any) -> set[str]:
    """The indexed fields that a probe lists; how it lists them is not documented, so any list of names will do."""
    if isinstance(probe, str):
        return {probe}
    if isinstance(probe, list):
        return {name for each in probe for name in _names_in(each)}
    if isinstance(probe, dict):
        name = probe.get("name")
        inner = {each for value in probe.values() if isinstance(value, list | dict) for each in _names_in(value)}
        return inner | ({name} if isinstance(name, str) else set())
    return set()


# Resources ----------------------------------------------------------------------------------------------------------


def declared(facts: LinkFacts) -> tuple[Resource, ...]:
    """The resources that every tenant has, contacts first, as far as the user may see them."""
    contacts = [known.resource for each in CONTACTS if (known := known_shape(facts, each.name)) is not None]
    return tuple(each for each in (*contacts, *ACTIVITIES) if may(facts, entity_or_self(each)))


def entity_or_self(resource: Resource) -> str:
    return entity_of(resource.name) if resource.related_kind else resource.name


async def list_resources(facts: LinkFacts) -> tuple[Resource, ...]:
    """The declared resources among the entities that Bullhorn lists for this user (F115)."""
    listed = (await GET("/meta")).json()
    seen = {_text(each, "entity") for each in objects(listed)}
    if not seen:
        raise UnexpectedAnswer("Bullhorn lists no entities")
    return tuple(each for each in declared(facts) if entity_or_self(each) in seen)


# Fields -------------------------------------------------------------------------------------------------------------


async def describe(resource: str) -> Schema:
    """An entity's fields in the vendor's order, as the tenant has named them.

    Custom columns exist on every tenant; those that have no label of the tenant's own mean nothing, and are left out.
    """
    name = "Note" if resource == "Call" else named(resource)
    ask = GET(f"/meta/{name}", {"fields": "*", "meta": "full"})
    choices: tuple[Choice, ...] = ()
    if name == "Note":
        described, told = await gather(ask, GET("/settings/commentActionList", accept=_ABSENT))
        choices = tuple(Choice(each, each) for each in _listed(_good(told), "commentActionList"))
    else:
        described = await ask
    body = described.json()
    fields = [_field(row) for row in objects_in(body, "fields") if _offered(row)]
    if not fields:
        raise UnexpectedAnswer("Bullhorn described an entity without its fields")
    return Schema(resource=resource, fields=tuple(_of(name, each, choices) for each in fields))


def _of(entity: str, field: FieldInfo, actions: tuple[Choice, ...]) -> FieldInfo:
    """A field as this connector writes it, where that differs from what Bullhorn says."""
    if entity == "Note" and field.name == "action" and actions:
        return attrs.evolve(field, type=FieldType.CHOICE, choices=actions)
    if entity == "Note" and field.name == "externalID":  # it holds our keys
        return attrs.evolve(field, creatable=False, editable=False)
    usual = usual_shape(entity)
    if usual is not None and field.type is FieldType.TEXT and field.name in usual.resource.emails:
        return attrs.evolve(field, type=FieldType.EMAIL)  # which Bullhorn's own description need not tell
    if entity in _PEOPLE and field.name == "name":  # made of the two names where nothing is given
        return attrs.evolve(field, required=False)
    return field


def _offered(row: Row) -> bool:
    name = _text(row, "name")
    custom = name.startswith("custom")
    return bool(name) and row.get("type") != "TO_MANY" and not (custom and _text(row, "label") in ("", name))


def _field(row: Row) -> FieldInfo:
    name, kind, wire = _text(row, "name"), _text(row, "type"), _text(row, "dataType")
    special, length = _text(row, "dataSpecialization"), row.get("maxLength")
    read_only = row.get("readOnly") is True or kind == "ID" or special in ("SYSTEM", "VIRTUAL") or name in _NOT_OFFERED
    choices, several = _choices(row), row.get("multiValue") is True
    known = _SPECIAL.get(special) or _TYPES.get(wire, FieldType.TEXT)
    if kind == "TO_ONE":
        known = FieldType.REFERENCE
    elif kind == "COMPOSITE":
        known = FieldType.STRUCTURE
    elif choices and known is not FieldType.BOOLEAN:
        known = FieldType.CHOICES if several else FieldType.CHOICE
    elif known is FieldType.TEXT and (row.get("inputType") == "TEXTAREA" or length == _UNLIMITED):
        known = FieldType.LONG_TEXT
    return FieldInfo(
        name=name,
        label=_text(row, "label") or name,
        type=known,
        required=row.get("required") is True and not read_only,
        creatable=not read_only,
        editable=not read_only and name != "smsOptIn",  # which can be set on create only (section 4)
        searchable=wire == "String" and kind == "SCALAR" and not several and row.get("hideFromSearch") is not True,
        max_length=length if type(length) is int and 0 < length < _UNLIMITED else None,
        choices=choices,
        refers_to=(_target(row),) if kind == "TO_ONE" and _target(row) else (),
        custom=name.startswith("custom"),
    )


def _choices(row: Row) -> tuple[Choice, ...]:
    """A value may be a text, a number or a boolean; it is sent as text that says the same."""
    options = row.get("options")
    found = []
    for each in options if isinstance(options, list) else ():
        value = each.get("value") if isinstance(each, dict) else None
        if isinstance(value, str | int | float):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            found.append(Choice(text, _text(each, "label") or text))
    return tuple(found)


def _target(row: Row) -> str:
    entity = row.get("associatedEntity")
    return (_text(entity, "entity") if isinstance(entity, dict) else "") or _text(row, "optionsType")


def _text(row: Any, key: str) -> str:
    value = row.get(key) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


# Pages --------------------------------------------------------------------------------------------------------------

_OPEN: Final = "https://app.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm"
_HAVE_A_PAGE: Final = (*(each.name for each in CONTACTS), "Opportunity", "JobOrder", "Placement")


def record_url(facts: LinkFacts, ref: RecordRef) -> str | None:
    """Where a person opens the record; notes, tasks and appointments have no page of their own."""
    if ref.resource not in _HAVE_A_PAGE or not is_identifier(ref.id):
        return None
    return f"{_OPEN}?entity={ref.resource}&id={ref.id}&view=Overview"
