"""What Zoho's answers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.effects import GET, POST, PUT, Request
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360_zoho.errors import error_of

READ = GET("/Contacts/4150")
WRITE = POST("/Contacts", {"data": [{}]})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["code", "status", "data", "details", "errors", "api_name", "duplicate_record", "id", "module"]
            ),
            inner | st.sampled_from(["error", "INVALID_DATA", "DUPLICATE_DATA", "MULTIPLE_OR_MULTI_ERRORS"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


def top(status: int, code: str, details: dict[str, Any] | None = None, **headers: str) -> Response:
    body = {"code": code, "details": details or {}, "message": "text with +49 30 1234", "status": "error"}
    return Response(status, json.dumps(body).encode(), tuple((k.replace("_", "-"), v) for k, v in headers.items()))


def in_row(status: int, code: str, details: dict[str, Any] | None = None, **more: Any) -> Response:
    row = {"code": code, "details": details or {}, "message": "m", "status": "error", **more}
    return Response(status, json.dumps({"data": [row]}).encode())


@pytest.mark.parametrize(
    ("request_", "response", "expected"),
    [
        (READ, top(401, "INVALID_TOKEN"), e.TokenExpired),
        (READ, Response(401), e.TokenExpired),
        (READ, Response(401, b'["expired"]'), e.TokenExpired),
        (READ, Response(401, b"<h1>401</h1>"), e.TokenExpired),
        (READ, top(401, "AUTHENTICATION_FAILURE"), e.NeedsAuthorization),
        (READ, top(401, "OAUTH_SCOPE_MISMATCH"), e.MissingScope),
        (READ, top(400, "AUTHORIZATION_FAILED"), e.Forbidden),
        (READ, top(403, "NO_PERMISSION"), e.Forbidden),
        (READ, top(403, "NOT_SUPPORTED"), e.Forbidden),
        (READ, top(400, "NOT_SUPPORTED"), e.Unsupported),
        (READ, top(404, "INVALID_MODULE"), e.NotFound),
        (READ, top(400, "INVALID_DATA"), e.NotFound),
        (READ, top(404, "INVALID_DATA", {"api_name": "id"}), e.NotFound),
        (READ, Response(404), e.NotFound),
        (GET("/Contacts/search"), top(400, "INVALID_DATA", {"api_name": "word"}), e.ValidationFailed),
        (READ, top(400, "LIMIT_REACHED", {"limit": "2000"}), e.Truncated),
        (READ, top(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED"), e.Truncated),
        (READ, top(400, "EXPIRED_VALUE"), e.Gone),
        (READ, top(400, "INVALID_QUERY"), e.ValidationFailed),
        (READ, top(400, "SYNTAX_ERROR"), e.UnexpectedAnswer),
        (READ, top(404, "INVALID_URL_PATTERN"), e.UnexpectedAnswer),
        (READ, top(400, "RECORD_LOCKED"), e.Forbidden),
        (READ, top(500, "INTERNAL_ERROR"), e.CrmUnavailable),
        (READ, Response(502, b"<html>"), e.CrmUnavailable),
        (READ, Response(200, b"<html>"), e.UnexpectedAnswer),
        (READ, Response(429, b"<html>"), e.RateLimited),
        (READ, top(429, "TOO_MANY_REQUESTS"), e.RateLimited),
        (READ, top(429, "LIMIT_EXCEEDED"), e.QuotaExceeded),
        (READ, top(429, "TOO_MANY_REQUESTS", X_API_CREDITS_REMAINING="0"), e.QuotaExceeded),
        (PUT("/Contacts/4150"), in_row(412, "ALREADY_MODIFIED"), e.Conflict),
        (WRITE, in_row(400, "MANDATORY_NOT_FOUND", {"api_name": "Last_Name"}), e.ValidationFailed),
        (WRITE, in_row(200, "INVALID_DATA", {"api_name": "Email", "expected_data_type": "email"}), e.ValidationFailed),
        (WRITE, in_row(202, "DUPLICATE_DATA", {"api_name": "Email"}), e.Duplicate),
        (WRITE, in_row(400, "DEPENDENT_MISMATCH", {"api_name": "Call_Duration"}), e.ValidationFailed),
    ],
)
def test_what_an_answer_means(request_: Request, response: Response, expected: type[Exception]) -> None:
    """The code decides before the status."""
    error = error_of("zoho", request_, response)
    assert type(error) is expected
    assert "1234" not in str(error)


@pytest.mark.parametrize(
    "response", [Response(204), Response(200, b'{"data": []}'), Response(201, b'{"data": [{"status": "success"}]}')]
)
def test_good_answers(response: Response) -> None:
    """Nothing found is good, and so is a row that says success."""
    assert error_of("zoho", WRITE, response) is None


def test_a_record_may_have_a_status_of_its_own() -> None:
    """Only a write's rows report; a record that was read may hold any text in a field called status."""
    body = b'{"data": [{"id": "1", "status": "error", "code": "INVALID_TOKEN"}]}'
    assert error_of("zoho", READ, Response(200, body)) is None


@pytest.mark.feature("F012")
def test_a_refused_value_names_its_field_and_what_was_expected() -> None:
    """The field is named; the value and the vendor's text are not repeated."""
    response = in_row(400, "INVALID_DATA", {"api_name": "Email", "expected_data_type": "email", "maximum_length": 100})
    error = error_of("zoho", WRITE, response)
    assert isinstance(error, e.ValidationFailed)
    assert [problem.field for problem in error.problems] == ["Email"]
    assert "expected: email" in str(error)
    assert "at most 100" in str(error)


@pytest.mark.parametrize(
    "details",
    [
        {"api_name": "Email", "duplicate_record": {"id": "77", "module": {"api_name": "Contacts"}}},
        {"api_name": "Email", "id": "77"},
    ],
)
def test_a_duplicate_is_named(details: dict[str, Any]) -> None:
    """In both shapes that the vendor has used (D5)."""
    error = error_of("zoho", WRITE, in_row(400, "DUPLICATE_DATA", details))
    assert isinstance(error, e.Duplicate)
    assert error.existing == RecordRef("zoho", "Contacts", "77")


def test_several_refused_fields() -> None:
    """All are named."""
    several = [
        {"code": "DUPLICATE_DATA", "details": {"api_name": "Email", "id": "77"}},
        {"code": "INVALID_DATA", "details": {"api_name": "Phone"}},
    ]
    error = error_of("zoho", WRITE, in_row(400, "MULTIPLE_OR_MULTI_ERRORS", errors=several))
    assert isinstance(error, e.ValidationFailed)
    assert [problem.field for problem in error.problems] == ["Email", "Phone"]


def test_the_error_names_the_record() -> None:
    """A read of one record that is not there says which."""
    error = error_of("zoho", READ, top(400, "INVALID_DATA"))
    assert error is not None
    assert error.ref == RecordRef("zoho", "Contacts", "4150")


def test_a_failed_write_may_have_been_applied() -> None:
    """A server that fails says nothing of what it did; nor does a page that stands where an answer was due."""
    for response in (Response(500, b"<html>"), top(500, "INTERNAL_ERROR"), Response(200, b"<html>")):
        error = error_of("zoho", WRITE, response)
        assert error is not None
        assert error.maybe_applied
        read = error_of("zoho", READ, response)
        assert read is not None
        assert not read.maybe_applied


@pytest.mark.fault("X4")
def test_waits() -> None:
    """The wait is the vendor's where it says one; used-up credits are hours."""
    limited = error_of("zoho", READ, top(429, "TOO_MANY_REQUESTS", Retry_After="7"))
    spent = error_of("zoho", READ, top(429, "LIMIT_EXCEEDED"))
    assert limited is not None
    assert limited.wait == 7
    assert spent is not None
    assert spent.wait == 3600


def test_a_login_answer_is_left_to_the_scheme() -> None:
    """It reads errors that come with status 200 itself."""
    request = Request(method="POST", path="https://accounts.zoho.eu/oauth/v2/token", purpose="login")
    assert error_of("zoho", request, Response(200, b'{"error": "invalid_code"}')) is None
    assert isinstance(error_of("zoho", request, Response(503)), e.CrmUnavailable)


@given(
    st.integers(100, 599),
    JSON.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=20),
    st.sampled_from([READ, WRITE, GET(""), PUT("/Contacts/12/Notes", {}), GET("https://x/y?z")]),
)
def test_classification_never_raises(status: int, content: bytes, request_: Request) -> None:
    """Whatever comes, the answer is an error of ours or none."""
    error = error_of("zoho", request_, Response(status, content))
    assert error is None or isinstance(error, e.Customer360Error)
    if error is None:
        assert 200 <= status < 300
    else:
        str(error)
