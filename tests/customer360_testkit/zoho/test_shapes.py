"""Answers have exactly the shapes of the contract, by strict schemas.

The vendor's own OpenAPI file is not the judge, because it does not discriminate: read literally it rejects the right
answer of a search and accepts ``{"data": "no"}``. The last test shows it, where the file is at hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from tests.customer360_testkit.zoho.by_hand import Client

SPEC = Path(__file__).parents[4] / "shared" / "specs" / "zoho" / "openapi.json"
ID = {"type": "string", "pattern": r"^\d{15,19}$"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$"}
TEXT = {"type": "string"}
BOOLEAN = {"type": "boolean"}


def at_least(**properties: Any) -> dict[str, Any]:
    """An object with all these properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def exactly(**properties: Any) -> dict[str, Any]:
    """An object with all these properties and no others."""
    return {**at_least(**properties), "additionalProperties": False}


def rows(item: Any, least: int = 1) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": least}


def maybe(schema: Any) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


PERSON = exactly(name=TEXT, id=ID, email=TEXT)
SHORT = exactly(name=TEXT, id=ID)
PAGE: dict[str, Any] = {"per_page": {"type": "integer"}, "count": {"type": "integer"}, "page": {"type": "integer"}}
SORTED: dict[str, Any] = {"sort_by": TEXT, "sort_order": {"enum": ["asc", "desc"]}, "more_records": BOOLEAN}
TOKENS: dict[str, Any] = {
    "next_page_token": maybe(TEXT),
    "previous_page_token": maybe(TEXT),
    "page_token_expiry": maybe(TIME),
}
ERROR: dict[str, Any] = {
    "code": {"type": "string", "pattern": "^[A-Z_]+$"},
    "details": {"type": "object"},
    "message": TEXT,
}
REFUSAL = exactly(**ERROR, status={"const": "error"})
MISSING = exactly(
    code={"const": "MANDATORY_NOT_FOUND"},
    details=exactly(api_name=TEXT, json_path={"type": "string", "pattern": r"^\$\."}),
    message={"const": "required field not found"},
    status={"const": "error"},
)
SAVED = exactly(
    id=ID, Created_Time=TIME, Modified_Time=TIME, Created_By=SHORT, Modified_By=SHORT
)  # a create has $approval_state as well
CREATED = exactly(**SAVED["properties"], **{"$approval_state": {"const": "approved"}})
FIELD = at_least(
    id=ID,
    api_name=TEXT,
    field_label=TEXT,
    display_label=TEXT,
    data_type=TEXT,
    json_type=TEXT,
    length={"type": "integer"},
    system_mandatory=BOOLEAN,
    read_only=BOOLEAN,
    field_read_only=BOOLEAN,
    visible=BOOLEAN,
    custom_field=BOOLEAN,
    unique={"type": "object"},
    lookup={"type": "object"},
    multi_module_lookup={"type": "object"},
    pick_list_values=rows(
        exactly(
            id=ID,
            display_value=TEXT,
            actual_value=TEXT,
            reference_value=TEXT,
            sequence_number={"type": "integer"},
            type={"enum": ["used", "unused"]},
            colour_code={"type": "null"},
        ),
        0,
    ),
    operation_type=exactly(web_create=BOOLEAN, web_update=BOOLEAN, api_create=BOOLEAN, api_update=BOOLEAN),
    view_type=exactly(view=BOOLEAN, edit=BOOLEAN, quick_create=BOOLEAN, create=BOOLEAN),
)
CONTACT = at_least(
    id=ID,
    Last_Name=TEXT,
    Owner=PERSON,
    Created_By=PERSON,
    Created_Time=TIME,
    Modified_Time=TIME,
    Tag=rows({}, 0),
    Account_Name=maybe(SHORT),
    Phone=maybe(TEXT),
    **{"$approved": BOOLEAN},
)

SHAPES: dict[str, tuple[str, str, Any, Any]] = {
    "user": (
        "GET",
        "/users?type=CurrentUser",
        None,
        exactly(
            info={},
            users=rows(
                at_least(
                    id=ID,
                    full_name=TEXT,
                    email=TEXT,
                    status={"const": "active"},
                    zuid=TEXT,
                    profile=SHORT,
                    role=SHORT,
                    time_zone=TEXT,
                )
            ),
        ),
    ),
    "org": (
        "GET",
        "/org",
        None,
        exactly(
            org=rows(
                at_least(
                    id=ID,
                    zgid={"type": "string", "pattern": r"^\d+$"},
                    company_name=TEXT,
                    type=TEXT,
                    time_zone=TEXT,
                    primary_email=TEXT,
                )
            )
        ),
    ),
    "modules": (
        "GET",
        "/settings/modules",
        None,
        exactly(
            modules=rows(
                at_least(
                    api_name=TEXT,
                    module_name=TEXT,
                    singular_label=TEXT,
                    plural_label=TEXT,
                    generated_type=TEXT,
                    api_supported=BOOLEAN,
                    viewable=BOOLEAN,
                    id=ID,
                    visibility={"enum": [0, 1, -1]},
                )
            )
        ),
    ),
    "fields": ("GET", "/settings/fields?module=Contacts", None, exactly(fields=rows(FIELD))),
    "layouts": (
        "GET",
        "/settings/layouts?module=Contacts",
        None,
        exactly(
            layouts=rows(
                at_least(
                    id=ID,
                    name=TEXT,
                    sections=rows(
                        at_least(
                            fields=rows(
                                {
                                    **FIELD,
                                    "required": [*FIELD["required"], "required", "section_id", "sequence_number"],
                                }
                            )
                        )
                    ),
                )
            )
        ),
    ),
    "related_lists": (
        "GET",
        "/settings/related_lists?module=Contacts",
        None,
        exactly(
            related_lists=rows(
                at_least(
                    id=ID,
                    api_name=TEXT,
                    display_label=TEXT,
                    module=maybe(exactly(api_name=TEXT, id=ID)),
                    type={"enum": ["default", "grouped"]},
                    href=maybe(TEXT),
                    status=TEXT,
                )
            )
        ),
    ),
    "record": ("GET", "/Contacts/{contact}", None, exactly(data=rows(CONTACT))),
    "list": (
        "GET",
        "/Contacts?fields=Email&per_page=2",
        None,
        exactly(
            data=rows(exactly(Email=maybe(TEXT), id=ID)),
            info=exactly(**PAGE, **SORTED, **TOKENS),
        ),
    ),
    "search": (
        "GET",
        "/Contacts/search?email=ada%40own.example&fields=Phone,Owner",
        None,
        exactly(
            data=rows(exactly(Phone=TEXT, Owner=PERSON, id=ID)),
            info=exactly(**PAGE, **SORTED),
        ),
    ),
    "coql": (
        "POST",
        "/coql",
        {"select_query": "select Email, Owner from Contacts where id = '{contact}'"},
        exactly(
            data=rows(exactly(Email=maybe(TEXT), Owner=exactly(id=ID), id=ID)),
            info=exactly(count={"type": "integer"}, more_records=BOOLEAN),
        ),
    ),
    "create": (
        "POST",
        "/Contacts",
        {"data": [{"Last_Name": "L"}]},
        exactly(
            data=rows(
                exactly(
                    code={"const": "SUCCESS"},
                    details=CREATED,
                    message={"const": "record added"},
                    status={"const": "success"},
                )
            )
        ),
    ),
    "update": (
        "PUT",
        "/Contacts/{contact}",
        {"data": [{"Title": "T"}]},
        exactly(
            data=rows(
                exactly(
                    code={"const": "SUCCESS"},
                    details=SAVED,
                    message={"const": "record updated"},
                    status={"const": "success"},
                )
            )
        ),
    ),
    "delete": (
        "DELETE",
        "/Contacts/{contact}",
        None,
        exactly(
            data=rows(
                exactly(
                    code={"const": "SUCCESS"},
                    details=exactly(id=ID),
                    message={"const": "record deleted"},
                    status={"const": "success"},
                )
            )
        ),
    ),
    "refused record": ("POST", "/Contacts", {"data": [{}]}, exactly(data=rows(MISSING))),
    "refused call": ("GET", "/Contacts", None, REFUSAL),
    "composite": (
        "POST",
        "/__composite_requests",
        {"__composite_requests": [{"method": "GET", "uri": "/crm/v8/org"}]},
        exactly(
            __composite_requests=rows(
                exactly(
                    code={"const": "SUCCESS"},
                    message=TEXT,
                    status={"const": "success"},
                    details=exactly(
                        response=exactly(
                            headers={"type": "object"},
                            status_code={"type": "integer"},
                            body={"type": ["object", "null"]},
                        )
                    ),
                )
            )
        ),
    ),
}


def asked(client: Client, contact: str, name: str) -> Any:
    """The answer's body."""
    method, path, body, _ = SHAPES[name]
    if body is not None:
        body = json.loads(json.dumps(body).replace("{contact}", contact))
    return client(method, path.replace("{contact}", contact), body).json()


@pytest.mark.parametrize("name", SHAPES)
def test_an_answer_has_its_shape(client: Client, contact: str, name: str) -> None:
    """Nothing is missing, nothing is of another kind, and where the contract is exact nothing is added."""
    Draft202012Validator(SHAPES[name][3]).validate(asked(client, contact, name))


def mutations(value: Any) -> list[Any]:
    """The value with one thing wrong, in every place of its first branches."""
    found: list[Any] = ["no", 7] if not isinstance(value, (str, int)) else [{"no": 1}]
    if isinstance(value, dict):
        for key, inner in value.items():
            found.append({name: one for name, one in value.items() if name != key})
            found += [{**value, key: wrong} for wrong in mutations(inner)]
    elif isinstance(value, list) and value:
        found += [[wrong, *value[1:]] for wrong in mutations(value[0])]
    return found


@pytest.mark.parametrize("name", ["search", "create", "refused record", "coql"])
def test_the_schemas_discriminate(client: Client, contact: str, name: str) -> None:
    """Of all answers with one thing wrong they reject nine in ten at least."""
    validator = Draft202012Validator(SHAPES[name][3])
    wrong = mutations(asked(client, contact, name))
    rejected = sum(not validator.is_valid(one) for one in wrong)
    assert len(wrong) >= 20
    assert rejected >= 0.9 * len(wrong)


@pytest.mark.skipif(not SPEC.exists(), reason="the vendor's OpenAPI file is not beside the repository")
def test_the_vendors_file_does_not_discriminate() -> None:
    """Its schema of a search answer rejects the right one and takes a wrong one."""
    document = json.loads(SPEC.read_text())
    answer = document["paths"]["/crm/v8/{module_api_name}/search"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    right = {
        "data": [{"id": "6100000000000100001", "Last_Name": "L"}],
        "info": {"per_page": 200, "count": 1, "page": 1},
    }
    with pytest.raises(ValidationError):
        validator.validate(right)
    assert validator.is_valid({"data": "no"})
