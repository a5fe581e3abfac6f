"""Answers have exactly the shapes of the contract, by strict schemas: the vendor publishes no specification.

The last test shows that the schemas discriminate: they take the contract's examples and hardly any mutation of them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.customer360_testkit.bullhorn.by_hand import AUTH, BACK, REST, Client, Make

from customer360_testkit.fakes.exchange import WireRequest

TEXT = {"type": "string", "minLength": 1}
ID = {"type": "integer", "minimum": 1}
COUNT = {"type": "integer", "minimum": 0}
MILLISECONDS = {"type": "integer", "minimum": 1_000_000_000_000}
SCORE = {"type": "number"}


def exactly(*, optional: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """An object with all these properties, perhaps the optional ones, and no others."""
    known = {**properties, **(optional or {})}
    return {"type": "object", "properties": known, "required": list(properties), "additionalProperties": False}


def rows(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1}


def url(path: str) -> dict[str, Any]:
    return {"type": "string", "pattern": rf"^https://[a-z0-9.-]+\.bullhornstaffing\.com{path}$"}


ADDRESS = url(".*")
LOGIN_INFO = exactly(
    atsUrl=ADDRESS,
    billingSyncUrl=ADDRESS,
    coreUrl=ADDRESS,
    documentEditorUrl=ADDRESS,
    mobileUrl=ADDRESS,
    oauthUrl=url("/oauth"),
    restUrl=url("/rest-services"),
    samlUrl=ADDRESS,
    novoUrl=ADDRESS,
    dataCenterId=ID,
    superClusterId=ID,
)
TOKENS = exactly(
    access_token={"type": "string", "pattern": r"^\d+_\d+:[0-9a-f…]+$"},
    token_type={"const": "Bearer"},
    expires_in={"const": 600},
    refresh_token={"type": "string", "pattern": r"^\d+_\d+:[0-9a-f…]+$"},
)
SESSION = exactly(
    BhRestToken={"type": "string", "pattern": r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
    restUrl=url("/rest-services/[a-z0-9]+/"),
)
PING = exactly(sessionExpires=MILLISECONDS)
SEARCHED = exactly(
    total=COUNT,
    start=COUNT,
    count=COUNT,
    data=rows(exactly(id=ID, firstName=TEXT, lastName=TEXT, phone=TEXT, _score=SCORE)),
)
QUERIED = exactly(start=COUNT, count=COUNT, data=rows(exactly(id=ID)))
READ = exactly(data=exactly(id=ID, name=TEXT))
MANY = exactly(total=COUNT, data=rows(exactly(id=ID)))
WRITTEN = exactly(
    optional={"changedEntityType": TEXT},
    changedEntityId=ID,
    changeType={"enum": ["INSERT", "UPDATE", "DELETE"]},
)
REFUSED = exactly(
    errorMessage=TEXT,
    errorMessageKey={"type": "string", "pattern": r"^errors\."},
    errorCode={"minimum": 400, "type": "integer"},
)
UNKNOWN_FIELD = exactly(
    errorMessage={"type": "string", "pattern": r"^Invalid field '\w+' at position \d+\.$"}, errorCode={"const": 400}
)
NOT_PERSISTED = exactly(
    errorMessage={"type": "string", "pattern": "^error persisting an entity of type: "},
    errors=rows(
        exactly(
            propertyName={"type": ["string", "null"]},
            severity={"const": "ERROR"},
            type={"type": "string", "pattern": "^[A-Z_]+$"},
        )
    ),
    entityName=TEXT,
)
OAUTH_ERROR = exactly(error={"type": "string", "pattern": "^[a-z_]+$"}, error_description=TEXT)
OPTIONS = exactly(data=rows(exactly(value={"type": ["integer", "string", "boolean"]}, label=TEXT)))
EVENTS = exactly(
    requestId=ID,
    events=rows(
        exactly(
            optional={"updatedProperties": rows(TEXT)},
            eventId=TEXT,
            eventType={"const": "ENTITY"},
            eventTimestamp=MILLISECONDS,
            entityName=TEXT,
            entityId=ID,
            entityEventType={"enum": ["INSERTED", "UPDATED", "DELETED"]},
            eventMetadata=exactly(PERSON_ID=TEXT, TRANSACTION_ID=TEXT),
        )
    ),
)
SUBSCRIBED = exactly(lastRequestId=COUNT, subscriptionId=TEXT, createdOn=MILLISECONDS, jmsSelector=TEXT)
PAIRS = exactly(total=COUNT, data=rows({"type": "array", "items": ID, "minItems": 2, "maxItems": 2}))


def check(schema: dict[str, Any], body: Any) -> None:
    Draft202012Validator(schema).validate(body)


def test_signing_in(client: Client) -> None:
    """Discovery, tokens, session, ping."""
    info = client.at("rest.bullhornstaffing.com", "GET", "/rest-services/loginInfo?username=kim.acme").json()
    check(LOGIN_INFO, info)
    ask = f"{info['oauthUrl']}/authorize?client_id={client.fake.client_id}&response_type=code&redirect_uri={BACK}"
    code = client.fake.answer(WireRequest("GET", ask)).header("location")
    assert code is not None
    secrets = {"client_id": client.fake.client_id, "client_secret": client.fake.client_secret}
    form = {**secrets, "grant_type": "authorization_code", "redirect_uri": BACK}
    form["code"] = code.partition("code=")[2].partition("&")[0].replace("%3A", ":")
    tokens = client.at(AUTH, "POST", "/oauth/token", data=form).json()
    check(TOKENS, tokens)
    asked = {"version": "*", "access_token": tokens["access_token"]}
    check(SESSION, client.at(REST, "POST", "/rest-services/login", params=asked).json())
    check(REFUSED, client.at(REST, "POST", "/rest-services/login", params=asked).json())
    check(PING, client.get("/ping").json())
    check(OAUTH_ERROR, client.at(AUTH, "POST", "/oauth/token", data=form).json())


def test_records(make: Make) -> None:
    """Found, asked, read, written, refused."""
    client = make(validation_rows="rows")
    written = client("PUT", "/entity/Candidate", {"firstName": "A", "lastName": "B", "name": "A B", "phone": "1"})
    check(WRITTEN, written.json())
    mine = written.json()["changedEntityId"]
    client.settle()
    check(SEARCHED, client.search("phone:1", fields="firstName,lastName,phone").json())
    check(QUERIED, client.query("id > 0").json())
    check(READ, client.get(f"/entity/Candidate/{mine}", fields="name").json())
    client.note(mine)
    check(MANY, client.read("Candidate", mine, "notes")["notes"])
    check(WRITTEN, client("DELETE", f"/entity/Candidate/{mine}").json())
    check(NOT_PERSISTED, client("PUT", "/entity/Note", {"comments": "x"}).json())
    check(UNKNOWN_FIELD, client.search("*:*", fields="title").json())
    check(REFUSED, client.search("*:*", fields="*").json())
    check(OPTIONS, client.get("/options/Country").json())
    check(PAIRS, client("POST", "/association/Candidate/notes", {"ids": [mine], "showTotalMatched": True}).json())


def test_events(client: Client) -> None:
    """Subscribed to, and pulled."""
    asked = {"type": "entity", "names": "Candidate", "eventTypes": "INSERTED,UPDATED"}
    check(SUBSCRIBED, client("PUT", "/event/subscription/mine", **asked).json())
    mine = client.person()
    client("POST", f"/entity/Candidate/{mine}", {"phone": "1"})
    check(EVENTS, client.get("/event/subscription/mine").json())


STALE = "errors.authentication.invalidOAuthToken"
EVENT = {
    **{"eventId": "ID:JBM-1", "eventType": "ENTITY", "eventTimestamp": 1784714400000, "entityName": "ClientContact"},
    **{"entityId": 8592, "entityEventType": "UPDATED", "updatedProperties": ["phone"]},
    "eventMetadata": {"PERSON_ID": "1314", "TRANSACTION_ID": "…"},
}
FOUND = {"id": 5059165, "firstName": "Alanzo", "lastName": "Smith", "phone": "(617) 555-0134", "_score": 1.7}
EXAMPLES: list[tuple[str, dict[str, Any], Any]] = [
    (
        "tokens",
        TOKENS,
        {"access_token": "25184_7:0d9b…", "token_type": "Bearer", "expires_in": 600, "refresh_token": "25184_7:9a41…"},
    ),
    (
        "session",
        SESSION,
        {
            "BhRestToken": "5f1d2c0a-0000-4c7b-9a39-aaaaaaaaaaaa",
            "restUrl": "https://rest99.bullhornstaffing.com/rest-services/abc123/",
        },
    ),
    ("ping", PING, {"sessionExpires": 1784714400000}),
    (
        "stale",
        REFUSED,
        {"errorMessage": "Invalid or expired OAuth access token.", "errorMessageKey": STALE, "errorCode": 400},
    ),
    ("search", SEARCHED, {"total": 1, "start": 0, "count": 1, "data": [FOUND]}),
    ("many", MANY, {"total": 7, "data": [{"id": 1}]}),
    ("written", WRITTEN, {"changedEntityType": "Candidate", "changedEntityId": 1489, "changeType": "INSERT"}),
    ("field", UNKNOWN_FIELD, {"errorMessage": "Invalid field 'title' at position 23.", "errorCode": 400}),
    ("events", EVENTS, {"requestId": 1, "events": [EVENT]}),
    ("options", OPTIONS, {"data": [{"value": 2185, "label": "Afghanistan"}]}),
    ("pairs", PAIRS, {"total": 24, "data": [[1, 10115], [2, 19739]]}),
    ("refresh", OAUTH_ERROR, {"error": "invalid_grant", "error_description": "Invalid or expired refresh token."}),
    (
        "validation",
        NOT_PERSISTED,
        {
            "errorMessage": "error persisting an entity of type: NoteEntity",
            "errors": [{"propertyName": None, "severity": "ERROR", "type": "DUPLICATE_VALUE"}],
            "entityName": "NoteEntity",
        },
    ),
]


def mutations(body: Any) -> Iterator[Any]:
    """The body with one member left out, of another type, or with one too many: at every place."""
    if isinstance(body, dict):
        for name in body:
            yield {key: value for key, value in body.items() if key != name}
            yield {**body, name: {"wrong": []}}
            for inner in mutations(body[name]):
                yield {**body, name: inner}
        yield {**body, "surplus": 1}
    elif isinstance(body, list):
        yield []
        for place, item in enumerate(body):
            for inner in mutations(item):
                twin = copy.deepcopy(body)
                twin[place] = inner
                yield twin
    else:
        yield [body]


@pytest.mark.parametrize(("name", "schema", "body"), EXAMPLES, ids=[name for name, _, _ in EXAMPLES])
def test_the_schemas_discriminate(name: str, schema: dict[str, Any], body: Any) -> None:
    """The contract's example is taken, and at most one mutation of ten is."""
    validator = Draft202012Validator(schema)
    assert validator.is_valid(body)
    changed = list(mutations(body))
    assert sum(validator.is_valid(one) for one in changed) <= len(changed) // 10
