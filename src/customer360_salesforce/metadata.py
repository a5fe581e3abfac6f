"""What Salesforce says of itself: who is signed in, objects, fields (contract, sections 2.3 and 3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import attrs

from customer360.core.connector import Identity
from customer360.core.effects import GET, gather
from customer360.core.errors import Forbidden, NotFound, UnexpectedAnswer, Unsupported, ValidationFailed
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Choice, FieldInfo, FieldType, Resource, Schema
from customer360.core.records import RecordRef
from customer360.core.wire import objects_in
from customer360_salesforce.asking import Part, Row, batch, soql
from customer360_salesforce.auth import KEY, instance_host, instance_url, key_field
from customer360_salesforce.query import is_identifier, named, select
from customer360_salesforce.records import CONTACTS, MANY, USERS, Shape, shape_of, usual_shape
from customer360_salesforce.related import ACTIVITIES, object_of

_SHAPE: Final = "shape."
_OBJECTS: Final = "objects"
_KEYED: Final = "keyed:"
_ABSENT: Final = (Forbidden, NotFound, Unsupported, ValidationFailed)
"""What a part of a batch means that says "not for this user": it then counts as not there. Any other failure of it is
one of all: what this user may use is kept for as long as the link."""

_KEPT: Final = ("Contact", "Lead", "Account", "Task", "Event", "Case", "Opportunity", "ContentNote", "Note")
_CAN_BE_KEYED: Final = ("Contact", "Lead", "Account", "Task", "Event", "Case")

_TYPES: Final = {
    "textarea": FieldType.LONG_TEXT,
    "email": FieldType.EMAIL,
    "phone": FieldType.PHONE,
    "url": FieldType.URL,
    "picklist": FieldType.CHOICE,
    MANY: FieldType.CHOICES,
    "boolean": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "reference": FieldType.REFERENCE,
    **dict.fromkeys(("int", "double", "long", "currency", "percent"), FieldType.NUMBER),
    **dict.fromkeys(("address", "location", "complexvalue", "base64", "anyType"), FieldType.STRUCTURE),
}
_COMPARABLE: Final = frozenset(
    {"id", "string", "email", "phone", "url", "picklist", "combobox", "reference", "textarea"}
)


# Who ----------------------------------------------------------------------------------------------------------------


async def identify(facts: LinkFacts) -> Identity:
    """The signed-in user, the organisation, and what later requests are built from without asking again.

    Two requests side by side. Kept with the link: the objects this user may use, the columns of the three contact
    objects that it may see (custom phone and e-mail fields included, D4), where the external id field is, and the
    instance's name, which tells the region.
    """
    field = key_field(facts)
    keyed = tuple(name for name in _CAN_BE_KEYED if name not in _names(CONTACTS)) if field else ()
    described = (*_names(CONTACTS), *keyed)
    organisation = soql(select(("Id", "Name", "InstanceName"), "Organization", limit=1))
    told, (listed, owner, *descriptions) = await gather(
        GET(f"{instance_url(facts)}/services/oauth2/userinfo"),
        batch(Part("/sobjects"), organisation, *map(_description, described), accept=_ABSENT),
    )
    who = told.json()
    user = _text(who, "user_id")
    if not user:
        raise UnexpectedAnswer("Salesforce does not say who is signed in", status=told.status)
    extra = {_OBJECTS: ",".join(_usable(listed))}
    found = {name: each for name, each in zip(described, descriptions, strict=True) if each}
    extra |= {_SHAPE + name: _kept(_shape(found[name])) for name in _names(CONTACTS) if name in found}
    if field:
        extra[_KEYED + field] = ",".join(name for name, each in found.items() if _is_key(each, field))
    row = _first(owner)
    if instance := _text(row, "InstanceName"):
        extra["instance"] = instance
    return Identity(
        user=RecordRef(KEY, USERS, user),
        name=_text(who, "name"),
        email=_text(who, "email") or None,
        organisation=_text(row, "Name") or None,
        organisation_id=_text(who, "organization_id") or None,
        zone=_text(who, "zoneinfo") or None,
        extra=extra,
    )


def _names(resources: tuple[Resource, ...]) -> tuple[str, ...]:
    return tuple(each.name for each in resources)


def _first(body: Any) -> Row:
    rows = body.get("records") if isinstance(body, dict) else None
    return rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}


def _usable(listed: Any) -> list[str]:
    """``Task:cu``: of each object that we use and the user sees, whether records may be created and updated."""
    return [
        f"{name}:{'c' if each.get('createable') is True else ''}{'u' if each.get('updateable') is True else ''}"
        for each in objects_in(listed, "sobjects")
        if (name := _text(each, "name")) in _KEPT and each.get("queryable") is not False
    ]


def _is_key(description: Row, field: str) -> bool:
    return any(
        _text(each, "name") == field and each.get("externalId") is True and each.get("createable") is True
        for each in objects_in(description, "fields")
    )


# What the link knows ------------------------------------------------------------------------------------------------


def may(facts: LinkFacts, name: str, right: str = "") -> bool:
    """Whether the user sees an object, and may create (``c``) or update (``u``) its records; true while unknown."""
    known = _rights(facts.extra.get(_OBJECTS, ""))
    return not known or (name in known and right in known[name])


@lru_cache(maxsize=256)
def _rights(kept: str) -> dict[str, str]:
    return dict(each.partition(":")[::2] for each in kept.split(",") if each)


def keyed(facts: LinkFacts, name: str) -> str | None:
    """The field by which records of this object are created once, or None.

    Where an administrator named another field since the user signed in, nobody has looked yet which objects have it.
    """
    if (field := key_field(facts)) is None:
        return None
    told = facts.extra.get(_KEYED + field, "" if _OBJECTS in facts.extra else ",".join(_CAN_BE_KEYED))
    return field if name in told.split(",") else None


def notes_object(facts: LinkFacts) -> str:
    """Enhanced notes where the organisation has them, else the classic ones."""
    return "ContentNote" if may(facts, "ContentNote") else "Note"


def known_shape(facts: LinkFacts, name: str) -> Shape | None:
    """A contact resource as sign-in found it, or as every organisation has it; None for a custom object."""
    kept = facts.extra.get(_SHAPE + name)
    return usual_shape(name) if kept is None else _remembered(name, kept)


@lru_cache(maxsize=256)
def _remembered(name: str, kept: str) -> Shape:
    return shape_of(name, name, json.loads(kept))


async def shape(facts: LinkFacts, name: str) -> Shape:
    """The same, custom objects included: those are described first, one request more."""
    known = known_shape(facts, named(name))
    return known or _shape((await GET(f"/sobjects/{name}/describe")).json())


async def narrowed(known: Shape) -> Shape | None:
    """A resource without the fields that were hidden from the user since sign-in; None where none was.

    A query that names one is refused, whatever else it asks for.
    """
    now = _shape((await GET(f"/sobjects/{known.name}/describe")).json())
    return now if set(known.columns) - set(now.columns) else None


def _kept(shape: Shape) -> str:
    """The fields of a shape and their types, as one fact: what :func:`known_shape` reads back."""
    types = {**dict.fromkeys(shape.columns, ""), **dict.fromkeys(shape.resource.phones, "phone")}
    types |= {**dict.fromkeys(shape.resource.emails, "email"), **dict.fromkeys(shape.choices, MANY)}
    roots = {f"{name.partition('.')[0]}Id" if "." in name else name: kind for name, kind in types.items()}
    return json.dumps(roots, separators=(",", ":"))


def _shape(description: Any) -> Shape:
    if not isinstance(description, dict) or not _text(description, "name"):
        raise UnexpectedAnswer("Salesforce described an object without its name")
    types = {_text(each, "name"): _text(each, "type") for each in objects_in(description, "fields")}
    name, label = _text(description, "name"), _text(description, "labelPlural")
    return shape_of(name, label or name, types, searchable=description.get("searchable") is not False)


# Resources ----------------------------------------------------------------------------------------------------------


def declared(facts: LinkFacts) -> tuple[Resource, ...]:
    """The resources that every organisation has, contacts first, as far as the user may see them."""
    contacts = [known.resource for each in CONTACTS if (known := known_shape(facts, each.name)) is not None]
    notes = notes_object(facts)
    activities = [attrs.evolve(each, name=notes) if each.name == "ContentNote" else each for each in ACTIVITIES]
    return tuple(each for each in (*contacts, *activities) if may(facts, object_or_self(each)))


def object_or_self(resource: Resource) -> str:
    return object_of(resource.name) if resource.related_kind else resource.name


async def list_resources(facts: LinkFacts) -> tuple[Resource, ...]:
    """The declared resources that this user may see, and every custom object with a phone field (F115).

    One request for the objects, and one for the descriptions of every 25 custom ones.
    """
    seen = {_text(each, "name"): each for each in objects_in((await GET("/sobjects")).json(), "sobjects")}
    custom = [name for name, each in seen.items() if _offered(each)]
    parts = [batch(*map(_description, custom[at : at + 25]), accept=_ABSENT) for at in range(0, len(custom), 25)]
    described = [each for answers in await gather(*parts) for each in answers if each]
    found = [shape.resource for shape in map(_shape, described) if shape.resource.phones]
    usual = [
        attrs.evolve(each, label=_text(seen[object_or_self(each)], "labelPlural") or each.label)
        if each.name != "Call"
        else each
        for each in declared(facts)
        if object_or_self(each) in seen
    ]
    contacts = [each for each in usual if each.contact_kind]
    return (*contacts, *found, *(each for each in usual if not each.contact_kind))


def _offered(each: Row) -> bool:
    hidden = each.get("customSetting") is True or each.get("deprecatedAndHidden") is True
    return not hidden and all(each.get(name) is True for name in ("custom", "queryable", "createable", "layoutable"))


def _description(name: str) -> Part:
    return Part(f"/sobjects/{named(name)}/describe")


# Fields -------------------------------------------------------------------------------------------------------------


async def describe(resource: str) -> Schema:
    """An object's fields in the vendor's order.

    What a layout or a rule of the organisation demands besides is not in the description.
    """
    name = "Task" if resource == "Call" else named(resource)
    described = (await GET(f"/sobjects/{name}/describe")).json()
    fields = [each for each in objects_in(described, "fields") if _text(each, "name")]
    if not fields:
        raise UnexpectedAnswer("Salesforce described an object without its fields")
    return Schema(resource=resource, fields=tuple(map(_field, fields)))


def _field(row: Row) -> FieldInfo:
    name, kind = _text(row, "name"), _text(row, "type")
    creatable = row.get("createable") is True
    length = row.get("length")
    targets = row.get("referenceTo")
    return FieldInfo(
        name=name,
        label=_text(row, "label") or name,
        type=_TYPES.get(kind, FieldType.TEXT),
        required=creatable and row.get("nillable") is False and row.get("defaultedOnCreate") is False,
        creatable=creatable,
        editable=row.get("updateable") is True,
        searchable=kind in _COMPARABLE and row.get("filterable") is not False,
        max_length=length if type(length) is int and length > 0 else None,
        choices=tuple(_choices(row)),
        refers_to=tuple(each for each in targets if isinstance(each, str)) if isinstance(targets, list) else (),
        custom=row.get("custom") is True,
    )


def _choices(row: Row) -> list[Choice]:
    return [
        Choice(value, _text(entry, "label") or value)
        for entry in objects_in(row, "picklistValues")
        if entry.get("active") is True and (value := _text(entry, "value"))
    ]


def _text(row: Any, key: str) -> str:
    value = row.get(key) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


def record_url(facts: LinkFacts, ref: RecordRef) -> str | None:
    """Where a person opens the record: the Lightning form of a My Domain, else the instance's own short form."""
    return record_urls(facts, ref.resource)(ref.id)


def record_urls(facts: LinkFacts, resource: str) -> Callable[[str], str | None]:
    """The same for many records of one object: from a record's id to its address."""
    host = instance_host(facts)
    if host is None:
        return lambda identifier: None
    before, behind = f"https://{host}/", ""
    if host.endswith(".my.salesforce.com"):
        lightning = host.removesuffix(".my.salesforce.com") + ".lightning.force.com"
        before, behind = f"https://{lightning}/lightning/r/{resource}/", "/view"
        named(resource)
    return lambda identifier: f"{before}{identifier}{behind}" if is_identifier(identifier) else None
