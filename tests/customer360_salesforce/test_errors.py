"""What answers mean: by their code, and by the code of each part of a batch."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.effects import GET, PATCH, POST, Request
from customer360.core.errors import FieldProblem
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360_salesforce.errors import error_of

ID = "0035e00000AbCdEAAV"
READ, WRITE = GET(f"/sobjects/Contact/{ID}"), POST("/sobjects/Contact", {"LastName": "x"})
IDENTITY = GET("https://acme.my.salesforce.com/services/oauth2/userinfo")


def meaning(request: Request, response: Response) -> Any:
    """The connector's own reading of an answer."""
    return error_of("salesforce", request, response)


@pytest.mark.parametrize(
    ("status", "code", "message", "expected"),
    [
        (401, "INVALID_SESSION_ID", "Session expired or invalid", e.TokenExpired),
        (401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE", e.TokenExpired),
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", e.QuotaExceeded),
        (403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", e.RateLimited),
        (403, "API_DISABLED_FOR_ORG", "x", e.Forbidden),
        (403, "INSUFFICIENT_ACCESS_OR_READONLY", "x", e.Forbidden),
        (400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "x", e.Forbidden),
        (404, "NOT_FOUND", "x", e.NotFound),
        (404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", e.NotFound),
        (404, "ENTITY_IS_DELETED", "entity is deleted", e.Gone),
        (400, "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nobody", e.ValidationFailed),
        (400, "ENTITY_IS_DELETED", "entity is deleted", e.Gone),
        (400, "INVALID_QUERY_LOCATOR", "x", e.Gone),
        (400, "INVALID_TYPE", "sObject type 'X' is not supported", e.Unsupported),
        (400, "MALFORMED_QUERY", "unexpected token", e.UnexpectedAnswer),
        (400, "QUERY_TIMEOUT", "x", e.CrmUnavailable),
        (400, "UNABLE_TO_LOCK_ROW", "x", e.RateLimited),
        (412, "PRECONDITION_FAILED", "x", e.Conflict),
        (503, "SERVER_UNAVAILABLE", "x", e.CrmUnavailable),
        (500, "UNKNOWN_EXCEPTION", "x", e.CrmUnavailable),
        (418, "MADE_UP", "x", e.UnexpectedAnswer),
    ],
)
def test_an_error_is_read_by_its_code(
    reply: Callable[..., Response], status: int, code: str, message: str, expected: type[e.Customer360Error]
) -> None:
    """The status alone means little: 403 is quota and rights."""
    error: Any = meaning(READ, reply([{"message": message, "errorCode": code}], status))
    assert isinstance(error, expected)
    assert (error.status, error.vendor_code) == (status, code)
    assert error.ref == RecordRef("salesforce", "Contact", ID)


@pytest.mark.fault("X5")
@pytest.mark.parametrize("text", [b"Bad_OAuth_Token", b"Missing_OAuth_Token"])
def test_the_identity_endpoint_says_403_for_an_expired_token(text: bytes) -> None:
    """In plain text; read as "forbidden" it would never be renewed (gotcha 3)."""
    assert type(meaning(IDENTITY, Response(403, text))) is e.TokenExpired
    assert type(meaning(IDENTITY, Response(403, b"Wrong_Org"))) is e.NeedsAuthorization


@pytest.mark.feature("F012")
@pytest.mark.parametrize(
    ("row", "problems"),
    [
        (
            {"errorCode": "REQUIRED_FIELD_MISSING", "message": "x", "fields": ["LastName", "Company"]},
            [("LastName", "is required"), ("Company", "is required")],
        ),
        ({"errorCode": "STRING_TOO_LONG", "message": "Ada", "fields": ["Phone"]}, [("Phone", "is too long")]),
        (
            {"errorCode": "INVALID_FIELD", "message": "No such column 'foo__c' on sobject of type Contact"},
            [("foo__c", "is no field, or this user may not see it")],
        ),
        (
            {
                "errorCode": "INVALID_FIELD_FOR_INSERT_UPDATE",
                "message": "Unable to create/update fields: Name, X__c. Please check the security settings",
            },
            [("Name", "cannot be written by this user"), ("X__c", "cannot be written by this user")],
        ),
        (
            {"errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Ada is barred", "fields": []},
            [("the record", "is refused by a rule of the organisation")],
        ),
        ({"errorCode": "MALFORMED_ID", "message": "x", "fields": ["<b>"]}, [("the record", "refers to no record")]),
    ],
)  # fmt: skip
def test_refused_values_name_their_fields(
    reply: Callable[..., Response], row: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    """The fields, and what is wrong, without the value; the vendor's own text quotes people."""
    error = meaning(WRITE, reply([row], 400))
    assert isinstance(error, e.ValidationFailed)
    assert error.problems == tuple(FieldProblem(*each) for each in problems)
    assert "Ada" not in str(error)


@pytest.mark.parametrize("key", ["duplicateResut", "duplicateResult"])
def test_a_duplicate_names_the_record_that_is_there(reply: Callable[..., Response], key: str) -> None:
    """Of whatever object; the vendor misspells the key (gotchas 1 and 2)."""
    record = {"attributes": {"type": "Lead", "url": "/x"}, "Id": "00Q5e00000AbCdEAAV"}
    result = {"allowSave": True, "matchResults": [{"entityType": "Lead", "matchRecords": [{"record": record}]}]}
    error = meaning(WRITE, reply([{key: result, "errorCode": "DUPLICATES_DETECTED", "message": "x"}], 400))
    assert isinstance(error, e.Duplicate)
    assert error.existing == RecordRef("salesforce", "Lead", "00Q5e00000AbCdEAAV")


def test_a_value_that_is_taken(reply: Callable[..., Response]) -> None:
    """The text names the record."""
    told = f"duplicate value found: Ext__c duplicates value on record with id: {ID}"
    error = meaning(WRITE, reply([{"errorCode": "DUPLICATE_VALUE", "message": told}], 400))
    assert error.existing == RecordRef("salesforce", "Contact", ID)


COMPOSITE = POST(
    "/composite",
    {
        "compositeRequest": [
            {"method": "POST", "url": "/services/data/v62.0/sobjects/ContentNote", "referenceId": "note"},
            {"method": "POST", "url": "/services/data/v62.0/sobjects/ContentDocumentLink", "referenceId": "link"},
        ]
    },
)


def test_a_composite_says_200_whatever_happened(reply: Callable[..., Response]) -> None:
    """The part that failed is the error, not those that were halted for it."""
    halted = {"httpStatusCode": 400, "body": [{"errorCode": "PROCESSING_HALTED", "message": "x"}]}
    failed = {"httpStatusCode": 403, "body": [{"errorCode": "INSUFFICIENT_ACCESS", "message": "x"}]}
    for parts in ([halted, failed], [failed, halted]):
        assert type(meaning(COMPOSITE, reply({"compositeResponse": parts}))) is e.Forbidden
    good = {"httpStatusCode": 201, "body": {"id": ID, "success": True, "errors": []}}
    assert meaning(COMPOSITE, reply({"compositeResponse": [good, good]})) is None
    assert meaning(COMPOSITE, reply({"compositeResponse": [halted, halted]})) is not None


@pytest.mark.parametrize("status", [None, "201", 7, -1, True, 10**20])
def test_a_part_without_a_status(reply: Callable[..., Response], status: Any) -> None:
    """Nobody knows what became of it."""
    error = meaning(COMPOSITE, reply({"compositeResponse": [{"httpStatusCode": status, "body": {"id": ID}}]}))
    assert error is not None
    assert error.maybe_applied


def test_a_batch_may_hold_a_spent_quota(reply: Callable[..., Response]) -> None:
    """What concerns the whole link is an error of the whole; any other part is its reader's to judge."""
    parts = {"batchRequests": [{"method": "GET", "url": "v62.0/sobjects/Lead/describe"}]}
    refused = {"results": [{"statusCode": 403, "result": [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "x"}]}]}
    assert type(meaning(POST("/composite/batch", parts), reply(refused))) is e.QuotaExceeded
    missing = {"results": [{"statusCode": 404, "result": [{"errorCode": "NOT_FOUND", "message": "x"}]}]}
    assert meaning(POST("/composite/batch", parts), reply(missing)) is None
    assert type(meaning(POST("/composite/batch", parts), reply([], 404))) is e.NotFound


def test_a_write_that_says_it_failed(reply: Callable[..., Response]) -> None:
    """A good status and ``success: false``."""
    body = {"success": False, "errors": [{"statusCode": "REQUIRED_FIELD_MISSING", "message": "x", "fields": ["Name"]}]}
    assert type(meaning(WRITE, reply(body))) is e.ValidationFailed


@pytest.mark.fault("X4")
@pytest.mark.parametrize(
    ("request_", "response", "expected", "maybe"),
    [
        (READ, Response(200, b"<html>", (("content-type", "text/html"),)), e.UnexpectedAnswer, False),
        (WRITE, Response(200, b"<html>"), e.UnexpectedAnswer, True),
        (WRITE, Response(201, b""), e.UnexpectedAnswer, True),
        (READ, Response(200, b""), e.UnexpectedAnswer, False),
        (WRITE, Response(502, b"<html>"), e.CrmUnavailable, True),
        (WRITE, Response(400, b"<html>"), e.UnexpectedAnswer, False),
        (READ, Response(429, b"slow down", (("Retry-After", "7"),)), e.RateLimited, False),
    ],
)
def test_what_is_no_answer(
    request_: Request, response: Response, expected: type[e.Customer360Error], maybe: bool
) -> None:
    """Pages of proxies, empty bodies; a write may have been applied."""
    error = meaning(request_, response)
    assert isinstance(error, expected)
    assert error.maybe_applied is maybe


def test_an_update_answers_with_nothing() -> None:
    """That is its success (gotcha 6); a note's own text is no JSON."""
    assert meaning(PATCH(f"/sobjects/Contact/{ID}", {}), Response(204)) is None
    assert meaning(GET("/sobjects/ContentNote/0695e00000AbCdEAAV/Content"), Response(200, b"<p>Hi</p>")) is None


def test_the_wait_is_passed_on() -> None:
    """Should the vendor ever say one."""
    assert meaning(READ, Response(429, b"[]", (("Retry-After", "7"),))).wait == 7.0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(
            ["errorCode", "message", "fields", "results", "statusCode", "result", "compositeResponse", "body",
             "success", "errors", "duplicateResut", "matchResults", "matchRecords", "record", "httpStatusCode"]
        ), inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.fault("X5")
@pytest.mark.parametrize("content", [b"", b"[]", b"<html>no</html>"])
def test_a_401_that_does_not_say_why_renews_the_token(content: bytes) -> None:
    """A proxy's, for example; what Salesforce says with another code is no matter of the token."""
    assert isinstance(meaning(READ, Response(401, content)), e.TokenExpired)
    said = meaning(READ, Response(401, b'[{"errorCode": "INVALID_LOGIN", "message": "x"}]'))
    assert type(said) is e.AuthError


@given(JSON, st.sampled_from([200, 201, 204, 300, 400, 401, 403, 404, 412, 500, 503]), st.booleans())
def test_never_raises(body: object, status: int, many: bool) -> None:
    """Whatever comes, it is an error of the family or none."""
    answer = Response(status, json.dumps(body).encode())
    batch = POST("/composite/batch", {"batchRequests": [{"method": "GET", "url": "v62.0/query?q=x"}]})
    for request in (READ, WRITE, COMPOSITE, batch):
        error = meaning(request, answer)
        assert error is None or isinstance(error, e.Customer360Error)
