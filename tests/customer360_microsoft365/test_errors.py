"""What Graph's answers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.effects import GET, PATCH, POST, Request
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360_microsoft365.errors import error_of

FACTS = LinkFacts(crm="microsoft365", scopes=frozenset({"User.Read", "Contacts.ReadWrite"}))
READ = GET("/me/contacts/AAMk%3D")
WRITE = PATCH("/me/contacts/AAMk%3D", {"surname": "x", "mobilePhone": "+49 30 1234"})
LIST = GET("/me/contacts")
EVENT = POST("/me/events", {})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "message", "innerError", "innererror", "value", "id"]),
            inner | st.sampled_from(["ErrorItemNotFound", "InvalidAuthenticationToken", "BadRequest"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


def said(status: int, code: str, inner: str | None = None, message: str = "+49 30 1234", **more: Any) -> Response:
    error = {"code": code, "message": message, "innerError": {"code": inner} if inner else {"request-id": "r"}}
    return Response(status, json.dumps({"error": {**error, **more}}).encode())


@pytest.mark.parametrize(
    ("request_", "response", "expected"),
    [
        (READ, said(401, "InvalidAuthenticationToken"), e.TokenExpired),
        (READ, Response(401), e.TokenExpired),
        (READ, Response(401, b'["expired"]'), e.TokenExpired),
        (READ, Response(401, b"<h1>401</h1>"), e.TokenExpired),
        (READ, said(401, "unauthenticated"), e.AuthError),
        (READ, said(403, "ErrorAccessDenied"), e.Forbidden),
        (READ, said(403, "ErrorAccountSuspend"), e.Forbidden),
        (GET("/me/todo/lists"), said(403, "accessDenied"), e.MissingScope),
        (GET("/me/calendars"), said(403, "ErrorAccessDenied"), e.MissingScope),
        (READ, said(404, "ErrorItemNotFound"), e.NotFound),
        (READ, said(400, "ErrorInvalidIdMalformed"), e.NotFound),
        (READ, said(400, "invalidRequest", "ErrorInvalidIdMalformed"), e.NotFound),
        (READ, said(404, "MailboxNotEnabledForRESTAPI"), e.Forbidden),
        (LIST, said(400, "ErrorInvalidUrlQueryFilter"), e.Unsupported),
        (LIST, said(400, "RequestBroker--ParseUri"), e.Unsupported),
        (LIST, said(410, "SyncStateNotFound"), e.Gone),
        (LIST, said(410, "resyncRequired"), e.Gone),
        (WRITE, said(400, "RequestBodyRead"), e.ValidationFailed),
        (WRITE, said(400, "ErrorInvalidProperty"), e.ValidationFailed),
        (WRITE, said(412, "ErrorIrresolvableConflict"), e.Conflict),
        (WRITE, Response(423), e.Conflict),
        (WRITE, said(409, "somethingElse"), e.Conflict),
        (WRITE, said(409, "ErrorFolderExists"), e.Duplicate),
        (EVENT, said(400, "ErrorDuplicateTransactionId"), e.Duplicate),
        (EVENT, said(409, "ErrorDuplicateTransactionId"), e.Duplicate),
        (EVENT, said(507, "ErrorQuotaExceeded"), e.QuotaExceeded),
        (READ, said(429, "ApplicationThrottled"), e.RateLimited),
        (READ, said(503, "TooManyRequests"), e.RateLimited),
        (READ, Response(429, b"<html>"), e.RateLimited),
        (READ, said(500, "ErrorInternalServerError"), e.CrmUnavailable),
        (READ, Response(502, b"<html>"), e.CrmUnavailable),
        (READ, Response(200, b"<html>"), e.UnexpectedAnswer),
        (READ, Response(200, b"[]"), e.UnexpectedAnswer),
        (READ, said(400, "somethingNew"), e.UnexpectedAnswer),
        (READ, said(200, "ErrorItemNotFound"), e.NotFound),
    ],
)
def test_every_documented_refusal_has_its_error(
    request_: Request, response: Response, expected: type[e.Customer360Error]
) -> None:
    """By its innermost known code; the vendor's text, which may quote a person, is never passed on."""
    found = error_of(FACTS, request_, response)
    assert type(found) is expected
    assert "1234" not in str(found)


@pytest.mark.parametrize(
    "response", [Response(204), Response(202), Response(200, b'{"value":[]}'), Response(201, b"{}")]
)
def test_good_answers(response: Response) -> None:
    """An object, or nothing where nothing is due."""
    assert error_of(FACTS, READ, response) is None


def test_a_claims_challenge_is_no_expired_token() -> None:
    """Refreshing would not help: the user must sign in, whatever the code says."""
    challenge = (("WWW-Authenticate", 'Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3M="'),)
    response = Response(401, said(401, "InvalidAuthenticationToken").content, challenge)
    assert type(error_of(FACTS, READ, response)) is e.NeedsAuthorization


def test_errors_name_the_record_the_scope_and_the_fields() -> None:
    """What happened, to which record, and what to correct."""
    missing = error_of(FACTS, GET("/me/contactFolders/F%3D/contacts/A%2Fb"), said(404, "ErrorItemNotFound"))
    assert missing is not None
    assert missing.ref == RecordRef("microsoft365", "contactFolder/F=", "A/b")
    denied = error_of(FACTS, GET("/me/todo/lists"), said(403, "accessDenied"))
    assert isinstance(denied, e.MissingScope)
    assert denied.scope == "Tasks.ReadWrite"
    text = "The property 'mobilePhone' has the value '+49 30 1234' of the wrong type"
    refused = error_of(FACTS, WRITE, said(400, "RequestBodyRead", message=text))
    assert isinstance(refused, e.ValidationFailed)
    assert [problem.field for problem in refused.problems] == ["mobilePhone"]


def test_a_repeated_event_names_the_first() -> None:
    """Where the vendor does."""
    named = said(400, "ErrorDuplicateTransactionId", **{"@event.existingEventId": "AAMk="})
    found = error_of(FACTS, EVENT, named)
    assert isinstance(found, e.Duplicate)
    assert found.existing == RecordRef("microsoft365", "event", "AAMk=")


@given(st.sampled_from([200, 201, 204, 400, 401, 403, 404, 409, 412, 429, 500, 507]), JSON)
def test_any_answer_at_all(status: int, body: Any) -> None:
    """Whatever comes, an error is returned and never raised; a bad status is never good."""
    found = error_of(FACTS, WRITE, Response(status, json.dumps(body).encode()))
    if status >= 400:
        assert found is not None
