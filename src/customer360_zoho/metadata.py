"""What Zoho says of itself: who is signed in, modules, fields, layouts (contract, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import attrs

from customer360.core.connector import Identity
from customer360.core.effects import GET, Ok, Operation, gather, settle
from customer360.core.errors import Customer360Error, UnexpectedAnswer
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Choice, FieldInfo, FieldType, Resource, Schema
from customer360.core.records import RecordRef
from customer360.core.wire import Response, identified, objects, objects_in
from customer360_zoho.asking import Row
from customer360_zoho.auth import data_centre, environment
from customer360_zoho.query import named
from customer360_zoho.records import (
    CONTACTS,
    COUNTRIES,
    KEY,
    USERS,
    columns_of,
    custom_resource,
    resource_named,
)
from customer360_zoho.related import ACTIVITIES

_PHONES: Final = "phones."
_COUNTRY: Final = "country."
_HAVE_A_COUNTRY: Final = ("Contacts", "Leads", "Accounts")
_WEB_NAME: Final = "web_name."
_ON_THE_WEB: Final = frozenset(each.name for each in (*CONTACTS, *ACTIVITIES)) - {"Notes"}
"""Modules whose address on the web is known without asking."""

_TYPES: Final = {
    "textarea": FieldType.LONG_TEXT,
    "email": FieldType.EMAIL,
    "phone": FieldType.PHONE,
    "website": FieldType.URL,
    "picklist": FieldType.CHOICE,
    "multiselectpicklist": FieldType.CHOICES,
    "boolean": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    **dict.fromkeys(
        ("integer", "bigint", "double", "currency", "percent", "rollup_summary"),
        FieldType.NUMBER,
    ),
    **dict.fromkeys(("lookup", "ownerlookup", "userlookup"), FieldType.REFERENCE),
    **dict.fromkeys(
        (
            *("multiselectlookup", "multiuserlookup", "subform", "fileupload", "imageupload", "profileimage", "layout"),
            *("territories", "multireminder", "ALARM", "RRULE", "consent_lookup"),
        ),
        FieldType.STRUCTURE,
    ),
}
_FORMS: Final = {
    **dict.fromkeys(("jsonarray", "jsonobject"), FieldType.STRUCTURE),
    **dict.fromkeys(("integer", "double"), FieldType.NUMBER),
    "boolean": FieldType.BOOLEAN,
}
"""What a field of any other type is by the form of its values: tags are texts by name, and come as lists; formulas may
be numbers."""
_COMPARABLE: Final = frozenset({"text", "email", "phone", "website", "picklist", "autonumber", "bigint"})


async def identify(facts: LinkFacts) -> Identity:
    """The signed-in user, the organisation, and what later requests are built from without asking again.

    Kept with the link: ``zgid`` and the modules' names on the web (record addresses), and the fields that this
    organisation holds phone numbers and countries in, custom ones too, so that one request can search them all (D4).
    All but ``zgid`` are a help only: a user who may not read the settings signs in without them.
    """
    who, organisation, listed, *fields = await settle(
        _rows("/users", "users", type="CurrentUser"),
        _rows("/org", "org"),
        _rows("/settings/modules", "modules"),
        *[_rows("/settings/fields", "fields", module=resource.name) for resource in CONTACTS],
    )
    for essential in (who, organisation):
        if not isinstance(essential, Ok):
            raise essential.error
    (user,) = identified([_first(_value(who), "users")])
    org = _first(_value(organisation), "org")
    extra = {"zgid": zgid} if (zgid := _text(org, "zgid")) else {}
    for module in _value(listed):
        name, web = _text(module, "api_name"), _text(module, "module_name")
        if name and web and name != web:
            extra[_WEB_NAME + name] = web
    for resource, answer in zip(CONTACTS, fields, strict=True):
        phones = _of_type(_value(answer), "phone")
        if phones:
            extra[_PHONES + resource.name] = ",".join(phones)
        if there := {_text(row, "api_name") for row in _value(answer)}:
            extra[_COUNTRY + resource.name] = next((name for name in COUNTRIES if name in there), "")
    return Identity(
        user=RecordRef(KEY, USERS, _text(user, "id")),
        name=_text(user, "full_name"),
        email=_text(user, "email") or None,
        organisation=_text(org, "company_name") or None,
        organisation_id=_text(org, "zgid") or _text(org, "id") or None,
        zone=_text(user, "time_zone") or _text(org, "time_zone") or None,
        extra=extra,
    )


def _value(outcome: Any) -> tuple[Row, ...]:
    """What was read, or nothing where the reading failed for a reason that the CRM gave."""
    if isinstance(outcome, Ok):
        rows: tuple[Row, ...] = outcome.value
        return rows
    if isinstance(outcome.error, Customer360Error):
        return ()
    raise outcome.error


def known(facts: LinkFacts, name: str) -> Resource:
    """A contact resource with all phone fields that this organisation's link knows of."""
    return _with_phones(name, facts.extra.get(_PHONES + name, ""))


@lru_cache(maxsize=256)
def _with_phones(name: str, fields: str) -> Resource:
    resource = resource_named(named(name))
    told = tuple(field for field in fields.split(",") if field)
    if not told:
        return resource
    declared = tuple(field for field in resource.phones if field in told)
    phones = (*declared, *(field for field in told if field not in declared))
    return attrs.evolve(resource, phones=phones)


def columns(facts: LinkFacts, resource: Resource) -> tuple[str, ...]:
    """The fields to ask COQL for: one that is not there would fail the whole query, so a country's only if it is."""
    return _with_country(columns_of(resource), resource.name, facts.extra.get(_COUNTRY + resource.name))


async def narrowed(facts: LinkFacts, resource: Resource) -> tuple[Resource, tuple[str, ...]] | None:
    """A resource and its columns without the fields that were taken away since sign-in; None where none was.

    A query that names one is refused, whatever else it asks for.
    """
    _, _, there = await columns_by_type(resource.name)
    known_columns = columns(facts, resource)
    kept = tuple(name for name in known_columns if name == "id" or name.partition(".")[0] in there)
    if not there or kept == known_columns:
        return None
    phones, emails = (tuple(name for name in names if name in there) for names in (resource.phones, resource.emails))
    standard = {what: name for what, name in resource.standard.items() if name in there}
    return attrs.evolve(resource, standard=standard, phones=phones, emails=emails), kept


@lru_cache(maxsize=256)
def _with_country(usual: tuple[str, ...], module: str, there: str | None) -> tuple[str, ...]:
    if there is None:  # not read at sign-in: those modules have one, unless somebody removed it
        there = next((name for name in usual if name in COUNTRIES and module in _HAVE_A_COUNTRY), "")
    return tuple([name for name in usual if name not in COUNTRIES or name == there])


def declared(facts: LinkFacts) -> tuple[Resource, ...]:
    """The resources that every organisation has, contacts first."""
    return (*(known(facts, resource.name) for resource in CONTACTS), *ACTIVITIES)


async def list_resources(facts: LinkFacts) -> tuple[Resource, ...]:
    """The declared resources that this user may see, and every custom module with a phone field (F115)."""
    modules = await _rows("/settings/modules", "modules")
    seen = {_text(module, "api_name"): module for module in modules if _usable(module)}
    custom = [name for name, module in seen.items() if module.get("generated_type") == "custom"]
    fields = await gather(*[_rows("/settings/fields", "fields", module=name) for name in custom])
    found = [
        custom_resource(name, _text(seen[name], "plural_label") or name, phones, _of_type(rows, "email"))
        for name, rows in zip(custom, fields, strict=True)
        if (phones := _of_type(rows, "phone"))
    ]
    usual = [_labelled(each, seen[each.name]) for each in declared(facts) if each.name in seen]
    contacts = [each for each in usual if each.contact_kind]
    return (*contacts, *found, *(each for each in usual if not each.contact_kind))


def _usable(module: Row) -> bool:
    return module.get("api_supported") is True and module.get("viewable") is True


def _labelled(resource: Resource, module: Row) -> Resource:
    return attrs.evolve(resource, label=_text(module, "plural_label") or resource.label)


async def describe(resource: str) -> Schema:
    """A module's fields in the vendor's order; required where the system says so, or every layout in use does."""
    name = named(resource)
    fields, layouts = await gather(
        _rows("/settings/fields", "fields", module=name), _rows("/settings/layouts", "layouts", module=name)
    )
    mandatory = _mandatory(layouts)
    return Schema(resource=name, fields=tuple(_field(row, mandatory) for row in fields if _text(row, "api_name")))


def _mandatory(layouts: Sequence[Row]) -> frozenset[str]:
    """Fields that no layout in use lets a person leave out."""
    used = [layout for layout in layouts if layout.get("visible") is not False and layout.get("status") != "inactive"]
    required = [
        {
            _text(field, "api_name")
            for section in objects_in(layout, "sections")
            for field in objects_in(section, "fields")
            if field.get("required") is True
        }
        for layout in used
    ]
    return frozenset(set.intersection(*required)) if required else frozenset()


def _field(row: Row, mandatory: frozenset[str]) -> FieldInfo:
    name, kind = _text(row, "api_name"), _text(row, "data_type")
    operations = row.get("operation_type")
    operations = operations if isinstance(operations, dict) else {}
    # Owner is marked read-only and is writable all the same; for other fields the marks are believed (section 3).
    closed = name != "Owner" and (row.get("read_only") is True or row.get("field_read_only") is True)
    length = row.get("length")
    form = _FORMS.get(_text(row, "json_type"), FieldType.TEXT)
    return FieldInfo(
        name=name,
        label=_text(row, "display_label") or _text(row, "field_label") or name,
        type=_TYPES.get(kind, form),
        required=row.get("system_mandatory") is True or name in mandatory,
        creatable=operations.get("api_create") is not False and not closed,
        editable=operations.get("api_update") is not False and not closed,
        searchable=kind in _COMPARABLE and form is not FieldType.STRUCTURE and row.get("filterable") is not False,
        max_length=length if type(length) is int and length > 0 else None,
        choices=tuple(_choices(row)),
        refers_to=_targets(row, kind),
        custom=row.get("custom_field") is True,
    )


def _choices(row: Row) -> list[Choice]:
    """Entries in use, by the value that is sent; ``-None-`` means empty, which is null."""
    return [
        Choice(value, _text(entry, "display_value") or value)
        for entry in objects_in(row, "pick_list_values")
        if (value := _text(entry, "actual_value")) and value != "-None-" and entry.get("type") != "unused"
    ]


def _targets(row: Row, kind: str) -> tuple[str, ...]:
    if kind in ("ownerlookup", "userlookup"):
        return (USERS,)
    lookup, several = row.get("lookup"), row.get("multi_module_lookup")
    places = [lookup] if isinstance(lookup, dict) else []
    if isinstance(several, dict):
        places += [{"module": module} for module in objects_in(several, "modules")]
    modules = [place.get("module") for place in places]
    return tuple(
        _text(module, "api_name") for module in modules if isinstance(module, dict) and _text(module, "api_name")
    )


async def columns_by_type(module: str) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    """A module's phone fields, its e-mail fields and the names of all its fields."""
    rows = await _rows("/settings/fields", "fields", module=named(module))
    return _of_type(rows, "phone"), _of_type(rows, "email"), frozenset(_text(row, "api_name") for row in rows)


async def fields_there(module: str) -> frozenset[str]:
    """The names of all fields of a module, those too that this user does not see."""
    rows = await _rows("/settings/fields", "fields", module=named(module), type="all")
    return frozenset(_text(row, "api_name") for row in rows)


def record_url(facts: LinkFacts, ref: RecordRef) -> str | None:
    """Where a person opens the record; unknown for sandboxes and for custom modules whose web name was never read."""
    return record_urls(facts, ref.resource)(ref.id)


def record_urls(facts: LinkFacts, resource: str) -> Callable[[str], str | None]:
    """The same for many records of one resource: from a record's id to its address."""
    tab = facts.extra.get(_WEB_NAME + resource) or {"Deals": "Potentials"}.get(resource, resource)
    if environment(facts) != "production" or (resource not in _ON_THE_WEB and _WEB_NAME + resource not in facts.extra):
        return lambda identifier: None
    zgid = facts.extra.get("zgid")
    organisation = f"/org{zgid}" if zgid else ""
    before = f"https://{data_centre(facts).web}/crm{organisation}/tab/{tab}/"
    return lambda identifier: before + identifier if identifier.isascii() and identifier.isdecimal() else None


def _rows(path: str, key: str, **params: str) -> Operation[tuple[Row, ...]]:
    return _read(path, key, params)


async def _read(path: str, key: str, params: dict[str, str]) -> tuple[Row, ...]:
    answer = await GET(path, params)
    return _listed(answer, key)


def _listed(answer: Response, key: str) -> tuple[Row, ...]:
    if answer.status == 204:
        return ()
    body = answer.json()
    if not isinstance(body, dict) or not isinstance(body.get(key), list):
        raise UnexpectedAnswer(f"Zoho answered without a list of {key}", status=answer.status)
    return tuple(objects(body[key]))


def _first(rows: Sequence[Row], what: str) -> Row:
    if not rows:
        raise UnexpectedAnswer(f"Zoho answered without any {what}")
    return rows[0]


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _of_type(rows: Sequence[Row], kind: str) -> tuple[str, ...]:
    return tuple(_text(row, "api_name") for row in rows if row.get("data_type") == kind and _text(row, "api_name"))
