"""Who is signed in, modules, fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from customer360.core import errors as e
from customer360.core.effects import Request
from customer360.core.metadata import Choice, FieldType
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360_zoho.metadata import columns, known

FIELDS: list[dict[str, Any]] = [
    {
        "api_name": "Last_Name",
        "field_label": "Last Name",
        "data_type": "text",
        "length": 80,
        "system_mandatory": True,
        "operation_type": {"api_create": True, "api_update": True},
    },
    {
        "api_name": "Owner",
        "data_type": "ownerlookup",
        "field_read_only": True,
        "operation_type": {"api_create": True, "api_update": True},
    },
    {"api_name": "Created_Time", "data_type": "datetime", "operation_type": {"api_create": False, "api_update": False}},
    {"api_name": "Second_Line", "data_type": "phone", "custom_field": True, "filterable": True},
    {
        "api_name": "Lead_Source",
        "data_type": "picklist",
        "pick_list_values": [
            {"display_value": "-None-", "actual_value": "-None-", "type": "used"},
            {"display_value": "Trade show", "actual_value": "Trade Show", "type": "used"},
            {"display_value": "Old", "actual_value": "Old", "type": "unused"},
        ],
    },
    {"api_name": "Account_Name", "data_type": "lookup", "lookup": {"module": {"api_name": "Accounts"}}},
]
LAYOUTS = [{"name": "Standard", "sections": [{"fields": [{"api_name": "Lead_Source", "required": True}]}]}]
MODULES = [
    {
        "api_name": "Contacts",
        "module_name": "Contacts",
        "api_supported": True,
        "viewable": True,
        "plural_label": "People",
    },
    {"api_name": "Deals", "module_name": "Potentials", "api_supported": True, "viewable": True},
    {"api_name": "Leads", "module_name": "Leads", "api_supported": True, "viewable": False},
    {
        "api_name": "Members",
        "module_name": "CustomModule3",
        "api_supported": True,
        "viewable": True,
        "generated_type": "custom",
        "plural_label": "Club members",
    },
]


@pytest.fixture
def settings(reply: Callable[..., Response]) -> Callable[[Request], Response]:
    """An organisation with one custom module."""

    def answer(request: Request) -> Response:
        bodies: dict[str, object] = {
            "/settings/modules": {"modules": MODULES},
            "/settings/fields": {"fields": FIELDS},
            "/settings/layouts": {"layouts": LAYOUTS},
            "/users": {"users": [{"id": "5", "full_name": "A", "email": "a@x.org", "time_zone": "Europe/Berlin"}]},
            "/org": {"org": [{"id": "6", "zgid": "20061", "company_name": "Acme"}]},
        }
        return reply(bodies[request.path])

    return answer


@pytest.mark.feature("F118")
def test_describe(zoho: Any, settings: Callable[[Request], Response]) -> None:
    """Required by the system or the layout; writable as the vendor's marks say, and the owner all the same."""
    schema = zoho.run(zoho.connector.describe(zoho.facts, "Contacts"), settings, settings)
    fields = {field.name: field for field in schema.fields}
    assert list(fields) == [row["api_name"] for row in FIELDS]
    assert {name for name, field in fields.items() if field.required} == {"Last_Name", "Lead_Source"}
    assert {name for name, field in fields.items() if not field.creatable} == {"Created_Time"}
    assert fields["Lead_Source"].choices == (Choice("Trade Show", "Trade show"),)
    assert fields["Account_Name"].refers_to == ("Accounts",)
    assert fields["Owner"].refers_to == ("users",)
    assert (fields["Second_Line"].type, fields["Second_Line"].custom) == (FieldType.PHONE, True)
    assert (fields["Last_Name"].max_length, fields["Last_Name"].searchable) == (80, True)


@pytest.mark.feature("F115")
@pytest.mark.parametrize(
    ("kind", "form", "expected"),
    [
        ("text", "jsonarray", FieldType.STRUCTURE),  # tags
        ("formula", "double", FieldType.NUMBER),
        ("formula", "boolean", FieldType.BOOLEAN),
        ("formula", "string", FieldType.TEXT),
        ("integer", "integer", FieldType.NUMBER),
        ("bigint", "string", FieldType.NUMBER),
        ("double", "double", FieldType.NUMBER),
        ("currency", "double", FieldType.NUMBER),
        ("percent", "double", FieldType.NUMBER),
        ("rollup_summary", "double", FieldType.NUMBER),
        ("multiselectpicklist", "jsonarray", FieldType.CHOICES),
        ("userlookup", "jsonobject", FieldType.REFERENCE),
        ("subform", "jsonarray", FieldType.STRUCTURE),
        ("of tomorrow", "jsonobject", FieldType.STRUCTURE),
    ],
)
def test_types(zoho: Any, reply: Callable[..., Response], kind: str, form: str, expected: FieldType) -> None:
    """By Zoho's word for the type, and where that says little, by the form of the values."""
    fields = reply({"fields": [{"api_name": "X", "data_type": kind, "json_type": form}]})
    schema = zoho.run(zoho.connector.describe(zoho.facts, "Contacts"), fields, reply({"layouts": []}))
    assert schema.fields[0].type is expected


@pytest.mark.feature("F118")
def test_what_one_form_wants_is_not_required(zoho: Any, reply: Callable[..., Response]) -> None:
    """A caller may be entered by another form; what every form in use wants is required."""

    def layout(*wanted: str, **more: Any) -> dict[str, Any]:
        return {**more, "sections": [{"fields": [{"api_name": name, "required": True} for name in wanted]}]}

    fields = reply({"fields": [{"api_name": name, "data_type": "text"} for name in ("A", "B", "C")]})
    forms = (layout("A", "B"), layout("B", "C"), layout(status="inactive"), layout(visible=False))
    described = zoho.connector.describe(zoho.facts, "Contacts")
    schema = zoho.run(described, fields, reply({"layouts": [*forms]}))
    assert [field.name for field in schema.fields if field.required] == ["B"]


@pytest.mark.feature("F115")
def test_resources(zoho: Any, settings: Callable[[Request], Response]) -> None:
    """What this user may see, by the organisation's words; custom modules that hold phones among the contacts."""
    resources = zoho.run(zoho.connector.list_resources(zoho.facts), settings, settings)
    assert [(each.name, each.label) for each in resources] == [
        ("Contacts", "People"),
        ("Members", "Club members"),
        ("Deals", "Deals"),
    ]
    assert resources[1].phones == ("Second_Line",)


def test_identify(zoho: Any, settings: Callable[[Request], Response]) -> None:
    """The user, and what later requests are built from."""
    identity = zoho.run(zoho.connector.identify(zoho.facts), *[settings] * 7)
    assert identity.user == RecordRef("zoho", "users", "5")
    assert (identity.organisation, identity.organisation_id, identity.zone) == ("Acme", "20061", "Europe/Berlin")
    assert identity.extra["zgid"] == "20061"
    assert identity.extra["phones.Contacts"] == "Second_Line"
    assert identity.extra["web_name.Members"] == "CustomModule3"


@pytest.mark.feature("D1")
@pytest.mark.parametrize(
    ("name", "there", "asked"),
    [
        ("Contacts", None, "Mailing_Country"),
        ("Contacts", "Mailing_Country", "Mailing_Country"),
        ("Contacts", "", None),
        ("Vendors", None, None),
        ("Vendors", "Country", "Country"),
        ("Members", None, None),
    ],
)
def test_a_country_is_asked_for_where_there_is_one(zoho: Any, name: str, there: str | None, asked: str | None) -> None:
    """By it a record's numbers are read; asked for where it was removed, the whole query would fail."""
    extra = {} if there is None else {f"country.{name}": there}
    resource = known(attrs.evolve(zoho.facts, extra=extra), name)
    listed = columns(attrs.evolve(zoho.facts, extra=extra), resource)
    assert [each for each in listed if each.endswith("Country")] == ([asked] if asked else [])


def test_the_country_of_vendors_is_learnt_at_sign_in(zoho: Any, settings: Callable[[Request], Response]) -> None:
    """From the fields of the module; one that has none is remembered to have none."""

    def answer(request: Request) -> Response:
        vendors = ("module", "Vendors") in request.params
        fields = b'{"fields": [{"api_name": "Country", "data_type": "text"}]}'
        return Response(200, fields) if vendors else settings(request)

    extra = zoho.run(zoho.connector.identify(zoho.facts), *[answer] * 7).extra
    assert {name: field for name, field in extra.items() if name.startswith("country.")} == {
        "country.Contacts": "",
        "country.Leads": "",
        "country.Accounts": "",
        "country.Vendors": "Country",
    }


def test_identify_without_the_settings(
    zoho: Any, settings: Callable[[Request], Response], reply: Callable[..., Response]
) -> None:
    """A user who may not read them signs in all the same."""

    def poor(request: Request) -> Response:
        if request.path.startswith("/settings"):
            return reply({"code": "OAUTH_SCOPE_MISMATCH", "status": "error"}, 401)
        return settings(request)

    assert zoho.run(zoho.connector.identify(zoho.facts), *[poor] * 7).extra == {"zgid": "20061"}


def test_identify_without_an_organisation(
    zoho: Any, settings: Callable[[Request], Response], reply: Callable[..., Response]
) -> None:
    """What is essential is not left out in silence."""

    def poor(request: Request) -> Response:
        return reply({"code": "NO_PERMISSION", "status": "error"}, 403) if request.path == "/org" else settings(request)

    with pytest.raises(e.Forbidden):
        zoho.run(zoho.connector.identify(zoho.facts), *[poor] * 7)


def test_what_is_no_module(zoho: Any) -> None:
    """It never reaches a path."""
    with pytest.raises(e.Unsupported):
        zoho.run(zoho.connector.describe(zoho.facts, "../users"))
