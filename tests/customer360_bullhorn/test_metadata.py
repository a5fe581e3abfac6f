"""What Bullhorn says of itself, read as the rest of the connector needs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from tests.customer360_bullhorn.conftest import FACTS, Bullhorn

from customer360.core import errors as e
from customer360.core.capabilities import Capability
from customer360.core.connector import Identity
from customer360.core.effects import Request
from customer360.core.metadata import FieldType
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector
from customer360_bullhorn.metadata import actions, may, record_url, shape
from customer360_testkit.by_hand import play

BH = BullhornConnector()
META = {
    "entity": "ClientContact",
    "fields": [
        {"name": "id", "type": "ID", "dataType": "Integer", "label": "ID"},
        {
            "name": "firstName",
            "type": "SCALAR",
            "dataType": "String",
            "maxLength": 50,
            "label": "First",
            "required": True,
        },
        {"name": "name", "type": "SCALAR", "dataType": "String", "maxLength": 100, "label": "Name", "required": True},
        {
            **{"name": "status", "type": "SCALAR", "dataType": "String", "inputType": "SELECT", "required": True},
            "options": [{"value": "Active", "label": "Active"}, {"value": 7, "label": "Seven"}, {"value": True}, 4],
        },
        {"name": "phone", "type": "SCALAR", "dataType": "String", "dataSpecialization": "PHONE", "maxLength": 20},
        {"name": "email2", "type": "SCALAR", "dataType": "String", "maxLength": 100, "label": "Email 2"},
        {"name": "customText5", "type": "SCALAR", "dataType": "String", "dataSpecialization": "PHONE", "label": "Desk"},
        {"name": "customText6", "type": "SCALAR", "dataType": "String", "label": "customText6"},
        {
            **{"name": "skills", "type": "SCALAR", "dataType": "String", "multiValue": True},
            "options": [{"value": "a", "label": "A"}],
        },
        {"name": "description", "type": "SCALAR", "dataType": "String", "maxLength": 2147483647, "label": "Text"},
        {"name": "dateAdded", "type": "SCALAR", "dataType": "Timestamp", "dataSpecialization": "SYSTEM"},
        {"name": "isDeleted", "type": "SCALAR", "dataType": "Boolean", "label": "Deleted"},
        {"name": "smsOptIn", "type": "SCALAR", "dataType": "Boolean", "label": "SMS"},
        {"name": "address", "type": "COMPOSITE", "dataType": "Address", "label": "Address"},
        {
            **{"name": "clientCorporation", "type": "TO_ONE", "required": True, "label": "Company"},
            "associatedEntity": {"entity": "ClientCorporation"},
        },
        {"name": "notes", "type": "TO_MANY", "label": "Notes", "readOnly": True},
        {},
    ],
}


def test_fields(bh: Bullhorn, reply: Callable[..., Response]) -> None:
    """Types, choices, limits; custom columns that no label of the tenant's names are left out."""
    schema = bh.run(BH.describe(FACTS, "ClientContact"), reply(META))
    assert bh.params == {"fields": "*", "meta": "full"}
    told = {field.name: field for field in schema.fields}
    assert {name: field.type for name, field in told.items()} == {
        "id": FieldType.NUMBER,
        "firstName": FieldType.TEXT,
        "name": FieldType.TEXT,
        "status": FieldType.CHOICE,
        "phone": FieldType.PHONE,
        "email2": FieldType.EMAIL,
        "customText5": FieldType.PHONE,
        "skills": FieldType.CHOICES,
        "description": FieldType.LONG_TEXT,
        "dateAdded": FieldType.DATETIME,
        "isDeleted": FieldType.BOOLEAN,
        "smsOptIn": FieldType.BOOLEAN,
        "address": FieldType.STRUCTURE,
        "clientCorporation": FieldType.REFERENCE,
    }
    assert [(choice.value, choice.label) for choice in told["status"].choices] == [
        ("Active", "Active"),
        ("7", "Seven"),
        ("true", "true"),
    ]
    assert {name for name, field in told.items() if field.required} == {"firstName", "status", "clientCorporation"}
    assert {name for name, field in told.items() if not field.editable} == {"id", "dateAdded", "isDeleted", "smsOptIn"}
    assert told["smsOptIn"].creatable
    assert told["clientCorporation"].refers_to == ("ClientCorporation",)
    assert (told["firstName"].max_length, told["description"].max_length) == (50, None)
    assert told["customText5"].custom


def test_fields_of_a_call(bh: Bullhorn, reply: Callable[..., Response]) -> None:
    """Those of a note; its actions are a setting of the tenant's, its external id is ours."""
    meta = {
        "fields": [
            {"name": "action", "type": "SCALAR", "dataType": "String", "label": "Action"},
            {"name": "externalID", "type": "SCALAR", "dataType": "String", "label": "External"},
        ]
    }
    schema = bh.run(BH.describe(FACTS, "Call"), reply(meta), reply({"commentActionList": ["Call", "Email"]}))
    assert [request.path for request in bh.asked] == ["/meta/Note", "/settings/commentActionList"]
    action, key = schema.fields
    assert [choice.value for choice in action.choices] == ["Call", "Email"]
    assert not key.creatable


def signed_in(answers: dict[str, Any]) -> Identity:
    """``identify``, with an answer for each path; 404 for those without."""

    def answer(request: Request) -> Response:
        status, body = answers.get(request.path, (404, {"errorCode": 404}))
        return Response(status, json.dumps(body).encode())

    identity: Identity = play(BH.identify(FACTS), answer)
    return identity


SETTINGS = {"userId": "1314", "corporationId": "25184", "corporationName": "Acme"}
LEAST = {
    "/settings/userId,corporationId,corporationName": (200, SETTINGS),
    "/entity/CorporateUser/1314": (200, {"data": {"id": 1314, "firstName": "Jane", "lastName": "Api"}}),
}


@pytest.mark.feature("F146")
@pytest.mark.parametrize("user", ["1314", 1314, {"id": 1314}])
def test_a_tenant_that_tells_little(user: object) -> None:
    """Settings in whatever shape; nothing else is needed, and what is not told is not forbidden."""
    answers = {**LEAST, "/settings/userId,corporationId,corporationName": (200, {**SETTINGS, "userId": user})}
    identity = signed_in(answers)
    assert (identity.user, identity.name) == (RecordRef("bullhorn", "CorporateUser", "1314"), "Jane Api")
    assert (identity.organisation, identity.organisation_id) == ("Acme", "25184")


@pytest.mark.parametrize("settings", [{}, [], {"userId": None}, {"userId": "x"}, {"userId": 0}])
def test_nobody_is_signed_in(settings: object) -> None:
    """Bullhorn does not say who: nothing could be written in their name."""
    with pytest.raises(e.UnexpectedAnswer):
        signed_in({**LEAST, "/settings/userId,corporationId,corporationName": (200, settings)})


@pytest.mark.feature("F095")
@pytest.mark.feature("D4")
def test_what_is_kept_with_the_link() -> None:
    """Fields, custom numbers among them, and which of them the index holds; rights; actions; countries."""
    identity = signed_in(
        {
            **LEAST,
            "/meta/ClientContact": (200, META),
            "/search/ClientContact": (200, ["id", "phone", "customText5"]),
            "/settings/commentActionList": (200, {"commentActionList": ["Call", "Email"]}),
            "/options/Country": (
                200,
                {"data": [{"value": 2359, "label": "United Kingdom"}, {"value": 1, "label": "X"}]},
            ),
            "/entitlements/ClientContact": (200, ["READ_CORPORATE", "UPDATE"]),
            "/entitlements/Note": (403, {}),
            "/entitlements/Task": (400, {}),
            "/entitlements/Candidate": (200, []),
        }
    )
    facts = attrs.evolve(FACTS, extra={**FACTS.extra, **identity.extra})
    form = shape(facts, "ClientContact")
    assert form.resource.phones == ("phone", "customText5") == form.searched
    assert form.kinds["clientCorporation"] == "one:ClientCorporation"
    assert actions(facts) == ("Call", "Email")
    told = {
        name: (may(facts, name), may(facts, name, "c"), may(facts, name, "u")) for name in ("ClientContact", "Note")
    }
    assert told == {"ClientContact": (True, False, True), "Note": (False, False, False)}
    assert may(facts, "Task", "c")  # not told
    able = BH.capabilities(facts)
    assert not able[Capability.RELATED_NOTES].can
    assert able[Capability.RELATED_TASKS].can
    assert not able[Capability.RELATED_CASES].can
    assert not may(facts, "Candidate")
    with pytest.raises(e.Unsupported):
        shape(facts, "Lead")  # a module that this tenant has not


def test_resources_that_there_are(bh: Bullhorn, reply: Callable[..., Response]) -> None:
    """Among the entities that Bullhorn lists for this user."""
    listed = [{"entity": name} for name in ("Candidate", "Note", "JobOrder", "Tearsheet")]
    resources = bh.run(BH.list_resources(FACTS), reply(listed))
    assert [each.name for each in resources] == ["Candidate", "Note", "Call", "JobOrder"]
    nothings: tuple[Any, ...] = ([], {}, None)
    for nothing in nothings:
        with pytest.raises(e.UnexpectedAnswer):
            bh.run(BH.list_resources(FACTS), Response(200, json.dumps(nothing).encode()))


@pytest.mark.parametrize(
    ("resource", "identifier", "there"),
    [("Candidate", "42", True), ("JobOrder", "7", True), ("Note", "42", False), ("Candidate", "4&x=2", False)],
)
def test_pages_of_records(resource: str, identifier: str, there: bool) -> None:
    """Those that have one; an id is a number."""
    url = record_url(FACTS, RecordRef("bullhorn", resource, identifier))
    wanted = f"https://app.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm?entity={resource}&id={identifier}&view=Overview"
    assert url == (wanted if there else None)
