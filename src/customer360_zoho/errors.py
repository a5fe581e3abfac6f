"""What Zoho's answers mean (contract, section 9).

The status alone means little: a missing privilege is 400, a refused single record hides inside ``data[0]``, nothing
found is 204. So the whole answer is read, code first. Zoho's own message texts are never passed on: they may quote what
a person typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from customer360.core.effects import Request
from customer360.core.errors import (
    TOOK_TOO_LONG,
    AuthError,
    Conflict,
    CrmUnavailable,
    Customer360Error,
    Duplicate,
    FieldProblem,
    Forbidden,
    Gone,
    MissingScope,
    NeedsAuthorization,
    NotFound,
    QuotaExceeded,
    RateLimited,
    TokenExpired,
    Truncated,
    UnexpectedAnswer,
    Unsupported,
    ValidationFailed,
)
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360_zoho.auth import token_error

_RECORD_PATH = re.compile(r"/([A-Za-z][A-Za-z0-9_]*)(?:/([0-9]{1,25}))?(?:/|$)")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}")
_HOURS = 3600.0

_PROBLEMS = {
    "MANDATORY_NOT_FOUND": "is required",
    "DUPLICATE_DATA": "is already used by another record",
    "DEPENDENT_MISMATCH": "does not fit another field",
    "INVALID_DATA": "has a value that Zoho does not accept",
    "INVALID_QUERY": "cannot be compared in this way",
}
_FORBIDDEN = {
    "AUTHORIZATION_FAILED": "the user may not use this module's data",
    "NO_PERMISSION": "the user's profile lacks the permission",
    "RECORD_LOCKED": "the record is locked",
    "NOT_APPROVED": "the record waits for approval",
    "RECORD_IN_BLUEPRINT": "a blueprint governs the record",
}
_TRUNCATED = frozenset({"LIMIT_REACHED", "DISCRETE_PAGINATION_LIMIT_EXCEEDED", "PAGINATION_LIMIT_EXCEEDED"})
_DEAD_CURSOR = frozenset({"EXPIRED_VALUE", "TOKEN_BOUND_DATA_MISMATCH"})


def error_of(crm: str, request: Request, response: Response) -> Customer360Error | None:
    """The error that an answer means, or None if it is good.

    Never raises, whatever came.
    """
    status = response.status
    if request.purpose == "login":
        # The scheme reads token answers itself; here only what it did not ask to see.
        return None if 200 <= status < 300 or status in request.accept else token_error(response)
    if status in request.accept or status == 204:
        return None
    path = _RECORD_PATH.match(request.path)
    module = path[1] if path else ""
    ref = RecordRef(crm, module, path[2]) if path and path[2] else None
    writes = not request.repeatable
    try:
        body = response.json() if response.content else None
    except UnexpectedAnswer as error:
        if status >= 500:
            return CrmUnavailable("Zoho is failing", status=status, maybe_applied=writes, ref=ref)
        if status == 429:
            return RateLimited("Zoho refuses further requests for now", status=status, wait=response.retry_after)
        if status == 401:
            return _refused_token(status=status, ref=ref)
        doubtful = writes and (status < 400 or status in TOOK_TOO_LONG)
        return UnexpectedAnswer(error.what, status=status, next_step=error.next_step, maybe_applied=doubtful, ref=ref)
    found = _problem(body, writes)
    if 200 <= status < 300 and found is None:
        if isinstance(body, dict):
            return None
        return UnexpectedAnswer("Zoho answered without an object", status=status, maybe_applied=writes, ref=ref)
    # An error with a good status is read by its code like any other.
    code, details, errors = found or ("", {}, ())
    return _error(crm, module, ref, response, code, details, errors, writes)


def _problem(body: object, writes: bool) -> tuple[str, Mapping[str, Any], tuple[Any, ...]] | None:
    """The code, the details and the several errors of the first thing that went wrong, or None."""
    if not isinstance(body, dict):
        return None
    rows = body.get("data")
    if writes and isinstance(rows, list):
        for row in rows:
            if isinstance(row, dict) and row.get("status") == "error":
                return _parts(row)
    if body.get("status") == "error" or (isinstance(body.get("code"), str) and not isinstance(rows, list)):
        return None if body.get("code") == "SUCCESS" else _parts(body)
    return None


def _parts(row: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], tuple[Any, ...]]:
    code, details, errors = row.get("code"), row.get("details"), row.get("errors")
    if not isinstance(errors, list) and isinstance(details, dict):
        errors = details.get("errors")
    return (
        code if isinstance(code, str) and _CODE.fullmatch(code) else "",
        details if isinstance(details, dict) else {},
        tuple(errors) if isinstance(errors, list) else (),
    )


def _error(
    crm: str,
    module: str,
    ref: RecordRef | None,
    response: Response,
    code: str,
    details: Mapping[str, Any],
    errors: Sequence[Any],
    writes: bool,
) -> Customer360Error:
    status = response.status
    facts: Any = {"status": status, "vendor_code": code or None, "ref": ref}
    if code == "INVALID_TOKEN" or (status == 401 and not code):
        return _refused_token(**facts)
    if code == "OAUTH_SCOPE_MISMATCH":
        return MissingScope("Zoho says that a permission for this was not granted", **facts)
    if code == "AUTHENTICATION_FAILURE":
        return NeedsAuthorization("the sign-in was revoked, or belongs to another data centre", **facts)
    if status == 429:
        spent = response.header("x-api-credits-remaining") == "0" or any(
            word in code for word in ("LIMIT_EXCEEDED", "CREDIT", "QUOTA", "DAILY")
        )
        wait = response.retry_after
        if spent:
            return QuotaExceeded("the organisation's Zoho API credits are used up", wait=wait or _HOURS, **facts)
        return RateLimited("Zoho refuses further requests for now", wait=wait, **facts)
    if code == "ALREADY_MODIFIED" or status in (409, 412):
        return Conflict("somebody else changed the record since it was read", **facts)
    if status >= 500 or code == "INTERNAL_ERROR":
        return CrmUnavailable("Zoho is failing", maybe_applied=writes, **facts)
    if status == 401:
        return AuthError("Zoho refuses the sign-in", next_step="sign in again", **facts)
    if code in _FORBIDDEN:
        return Forbidden(f"Zoho refuses: {_FORBIDDEN[code]}", **facts)
    if code == "NOT_SUPPORTED":
        if status == 403:
            return Forbidden("Zoho refuses: only an administrator may do this", **facts)
        return Unsupported("Zoho does not offer this for the module", **facts)
    if code in _TRUNCATED:
        return Truncated("Zoho hands out no more results", **facts)
    if code in _DEAD_CURSOR:
        return Gone("Zoho no longer knows this page", next_step="start over", **facts)
    if code == "INVALID_MODULE":
        return NotFound("Zoho has no such module", **facts)
    if code in ("DUPLICATE_DATA", "MULTIPLE_OR_MULTI_ERRORS", *_PROBLEMS):
        return _refused(crm, module, code, details, errors, facts)
    if status == 404 and code != "INVALID_URL_PATTERN":
        return NotFound("Zoho has no such record", **facts)
    if status == 403:
        return Forbidden("Zoho refuses", **facts)
    doubtful = writes and status in TOOK_TOO_LONG
    return UnexpectedAnswer("Zoho answered with an error that it does not document", maybe_applied=doubtful, **facts)


def _refused_token(**facts: Any) -> TokenExpired:
    """Also for a 401 that does not say why, as gateways send it: a fresh token is the one thing to try, once."""
    return TokenExpired("Zoho no longer accepts the access token", **facts)


def _refused(
    crm: str, module: str, code: str, details: Mapping[str, Any], errors: Sequence[Any], facts: Any
) -> Customer360Error:
    """Values that were refused: which fields, and for a duplicate, which record holds them."""
    rows = [(code, details)] if code != "MULTIPLE_OR_MULTI_ERRORS" else []
    rows += [(each, more) for each, more, _ in (_parts(row) for row in errors if isinstance(row, dict))]
    field = details.get("api_name")
    unknown_id = facts["status"] == 404 or (facts["ref"] is not None and field in (None, "id"))
    if code == "INVALID_DATA" and not errors and unknown_id:
        return NotFound("Zoho has no such record", **facts)
    problems = tuple(_field_problem(each, more) for each, more in rows)
    if rows and all(each == "DUPLICATE_DATA" for each, _ in rows):
        existing = next((found for found in (_existing(crm, module, more) for _, more in rows) if found), None)
        fields = ", ".join(problem.field for problem in problems)
        return Duplicate(f"Zoho holds a record with the same {fields or 'value'}", existing=existing, **facts)
    return ValidationFailed("Zoho refuses the values", problems=problems, **facts)


def _field_problem(code: str, details: Mapping[str, Any]) -> FieldProblem:
    field = details.get("api_name")
    text = _PROBLEMS.get(code, "is refused")
    wanted, longest = details.get("expected_data_type"), details.get("maximum_length")
    if isinstance(wanted, str) and re.fullmatch(r"[a-z_]{1,40}", wanted):
        text += f" (expected: {wanted})"
    if isinstance(longest, int | str) and re.fullmatch(r"[0-9]{1,9}", str(longest)):
        text += f" (at most {longest} characters)"
    named = isinstance(field, str) and re.fullmatch(r"[$\w.]{1,100}", field)
    return FieldProblem(str(field) if named else "the record", text)


def _existing(crm: str, module: str, details: Mapping[str, Any]) -> RecordRef | None:
    """The record that is there already; older answers give its id alone."""
    record = details.get("duplicate_record")
    record = record if isinstance(record, dict) else details
    identifier, named = record.get("id"), record.get("module")
    name = named.get("api_name") if isinstance(named, dict) else None
    if not isinstance(identifier, str) or not re.fullmatch(r"[0-9]{1,25}", identifier):
        return None
    return RecordRef(crm, name if isinstance(name, str) else module, identifier)
