"""What Bullhorn's answers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.effects import GET, POST, PUT, Request
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector

BH = BullhornConnector()
READ = GET("/entity/Candidate/42", {"fields": "id"})
SEARCH = POST("/search/Candidate", {"query": "x"}, repeatable=True)
CREATE = PUT("/entity/Candidate", {"firstName": "Quillsecret", "phone": "1"})
CHANGE = POST("/entity/Candidate/42", {"phone": "1"})


def error(request: Request, status: int, body: Any = None, **headers: str) -> e.Customer360Error | None:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return BH.error(LinkFacts(crm="bullhorn"), request, Response(status, content, pairs))


def persisting(text: str = "", *rows: dict[str, Any]) -> dict[str, Any]:
    message = f"error persisting an entity of type: Candidate {text}".strip()
    return {"errorMessage": message, "errors": list(rows), "entityName": "Candidate"}


EXPIRED = {
    "errorMessage": "Bad 'BhRestToken' or timed-out.",
    "errorMessageKey": "errors.authentication.invalidRestToken",
    "errorCode": 401,
}


@pytest.mark.parametrize(
    ("request_", "status", "body", "kind"),
    [
        (READ, 200, {"data": {"id": 42}}, None),
        (SEARCH, 200, {"total": 0, "data": []}, None),
        (READ, 401, EXPIRED, e.TokenExpired),
        (READ, 401, None, e.TokenExpired),
        (READ, 412, None, e.TokenExpired),
        (READ, 200, EXPIRED, e.TokenExpired),
        (READ, 429, None, e.RateLimited),
        (SEARCH, 200, {"errorMessage": "Too many requests", "errorCode": 429}, e.RateLimited),
        (READ, 403, {"errorMessage": "no", "errorCode": 403}, e.Forbidden),
        (CHANGE, 400, {"errorMessage": "Operation UPDATE not allowed", "errorCode": 400}, e.Forbidden),
        (CREATE, 400, persisting("Update Failed: You do not have permission for it"), e.Forbidden),
        (
            READ,
            400,
            {
                "errorMessage": "You are not authorized to request all fields.",
                "errorMessageKey": "errors.allFieldsNotAllowed",
            },
            e.Forbidden,
        ),
        (READ, 404, {"errorCode": 404}, e.NotFound),
        (SEARCH, 404, {"errorCode": 404}, e.Unsupported),
        (SEARCH, 400, {"errorMessage": "x", "errorMessageKey": "errors.searchUnknownEntity"}, e.Unsupported),
        (
            GET("/query/Note"),
            400,
            {"errorMessage": "Query operation not supported for Note, please use /search call instead."},
            e.Unsupported,
        ),
        (READ, 405, None, e.Unsupported),
        (READ, 500, b"<html>", e.CrmUnavailable),
        (READ, 503, {}, e.CrmUnavailable),
        (READ, 200, b"<html>", e.UnexpectedAnswer),
        (READ, 200, None, e.UnexpectedAnswer),
        (SEARCH, 400, {"errorMessage": "malformed where clause"}, e.UnexpectedAnswer),
        (READ, 307, None, e.UnexpectedAnswer),
        (CREATE, 400, persisting(), e.ValidationFailed),
        (CREATE, 400, persisting("", {"propertyName": None, "type": "DUPLICATE_VALUE"}), e.Duplicate),
    ],
)
def test_each_answer_has_its_meaning(request_: Request, status: int, body: Any, kind: type[Exception] | None) -> None:
    """By status, key and text, in that order; some gateways put the error into the body of a 200."""
    found = error(request_, status, body)
    assert found is None if kind is None else type(found) is kind


@pytest.mark.feature("F012")
@pytest.mark.parametrize(
    ("body", "field", "problem"),
    [
        (persisting("", {"propertyName": "email", "type": "INVALID_VALUE"}), "email", "is refused"),
        (persisting("lastName is required"), "lastName", "is required"),
        (persisting("lastName exceeds 50 characters"), "lastName", "is too long"),
        (persisting("phone exceeds 20 characters"), "phone", "is too long"),
        (persisting("lastName is required", {"propertyName": None, "type": "X"}), "lastName", "is refused"),
        ({"errorMessage": "Invalid field 'title' at position 23.", "errorCode": 400}, "title", "is no field"),
        ({"errorMessage": "Invalid property 'title' for entity Candidate."}, "title", "is no field"),
        (persisting("something else"), "the record", "is refused"),
    ],
)
def test_a_refused_value_names_its_field(body: Any, field: str, problem: str) -> None:
    """In rows, or only in the text."""
    found = error(CREATE, 400, body)
    assert isinstance(found, e.ValidationFailed)
    ((told,), says) = ([each.field for each in found.problems], found.problems[0].problem)
    assert told == field
    assert says.startswith(problem)


def test_how_long_to_wait() -> None:
    """A second where nothing is announced; else the transport reads it."""
    quiet, told = error(READ, 429), error(READ, 429, None, retry_after="7")
    assert quiet is not None
    assert told is not None
    assert (quiet.wait, told.wait) == (1.0, None)


@pytest.mark.fault("X3")
def test_a_write_that_failed_on_the_way_may_stand() -> None:
    """A read and a search have changed nothing."""
    for request, may in ((CREATE, True), (CHANGE, True), (READ, False), (SEARCH, False)):
        for status, body in ((500, b""), (200, b"<html>"), (200, b"")):
            found = error(request, status, body)
            assert found is not None
            assert found.maybe_applied is may, (request, status)


def test_which_record() -> None:
    """It is in the error; nothing that a person typed is."""
    found = error(CHANGE, 404, {"errorMessage": "Quillsecret is not there"})
    assert found is not None
    assert str(found.ref) == "bullhorn:Candidate/42"
    assert "Quillsecret" not in f"{found} {vars(found)}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(["errorMessage", "errorMessageKey", "errorCode", "errors", "data"])


@given(
    st.sampled_from([READ, SEARCH, CREATE, CHANGE]),
    st.sampled_from([200, 204, 301, 400, 401, 403, 404, 409, 412, 418, 429, 500]),
    st.dictionaries(MEMBERS, JSON) | JSON,
)
def test_any_answer_is_read(request: Request, status: int, body: Any) -> None:
    """An error of the family, or none; what is not good is always an error."""
    found = error(request, status, body)
    assert found is None or isinstance(found, e.Customer360Error)
    assert found is not None or status < 300
