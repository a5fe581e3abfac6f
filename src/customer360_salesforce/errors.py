"""What Salesforce's answers mean (contract, section 9).

The status alone means little: 403 is "no permission" and "quota used up", the identity endpoint says 403 in plain text
for an expired token, a composite says 200 whatever happened inside. So the code is read first, and inside batches the
code of each part. Salesforce's own messages are never passed on: they quote what a person typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

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
    NeedsAuthorization,
    NotFound,
    QuotaExceeded,
    RateLimited,
    TokenExpired,
    UnexpectedAnswer,
    Unsupported,
    ValidationFailed,
)
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360_salesforce.auth import KEY, token_error

_RECORD = re.compile(
    r"(?:.*?/services/data)?(?:/?v\d+\.\d)?/sobjects/([A-Za-z]\w*)(?:/([A-Za-z0-9]{15,18}))?(?:[/?]|$)"
)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,80}")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,100}", re.ASCII)
_ID_IN_TEXT = re.compile(r"\bwith id: ([A-Za-z0-9]{15,18})\b", re.ASCII)
_HOURS, _SECONDS = 3600.0, 5.0

NO_SUCH_REFERENCE: Final = "INVALID_CROSS_REFERENCE_KEY"
"""What a create is refused with whose contact is not there any more, too."""

_PROBLEMS = {
    "REQUIRED_FIELD_MISSING": "is required",
    "STRING_TOO_LONG": "is too long",
    "INVALID_EMAIL_ADDRESS": "is no e-mail address",
    "NUMBER_OUTSIDE_VALID_RANGE": "is out of range",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "is none of the choices",
    NO_SUCH_REFERENCE: "refers to a record that is not there",
    "MALFORMED_ID": "refers to no record",
    "INVALID_QUERY_FILTER_OPERATOR": "cannot be compared with this value, or not in this way",
    "FIELD_INTEGRITY_EXCEPTION": "does not fit the record's other fields",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "is refused by a rule of the organisation",
    "INVALID_FIELD": "is no field, or this user may not see it",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "cannot be written by this user",
    "INVALID_TYPE_ON_FIELD_IN_RECORD": "has a value of another type",
    "JSON_PARSER_ERROR": "has a value of another type, or is no field",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "is refused by an automation of the organisation",
    "CANNOT_EXECUTE_FLOW_TRIGGER": "is refused by an automation of the organisation",
}
_FORBIDDEN = frozenset(
    {
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INSUFFICIENT_FIELD_ACCESS",
        "API_DISABLED_FOR_ORG",
        "API_CURRENTLY_DISABLED",
        "CANNOT_UPDATE_CONVERTED_LEAD",
    }
)
_NAMED_FIELDS = re.compile(r"(?:No such column '([A-Za-z][\w.]*)'|Unable to create/update fields: ([\w., ]+?)\.)")


def error_of(crm: str, request: Request, response: Response) -> Customer360Error | None:
    """The error that an answer means, or None if it is good.

    Never raises, whatever came. Of a batch's independent reads only what concerns them all is an error here; each
    other part is its reader's to judge, with :func:`part_error`.
    """
    status = response.status
    if request.purpose == "login":
        # The scheme reads token answers itself; here only what it did not ask to see.
        return None if 200 <= status < 300 or status in request.accept else token_error(response)
    if 200 <= status < 300:
        return _good(crm, request, response)
    return _bad(crm, request.method, request.path, response, writes=not request.repeatable)


def _good(crm: str, request: Request, response: Response) -> Customer360Error | None:
    """An answer with a good status: it must be what it claims to be, and all its parts good."""
    writes = not request.repeatable
    if not response.content:
        if response.status == 204 or request.method not in ("GET", "POST"):
            return None
        return UnexpectedAnswer("Salesforce answered with nothing", status=response.status, maybe_applied=writes)
    if request.path.endswith("/Content"):
        return None  # a note's own text, which is no JSON
    try:
        body = response.json()
    except UnexpectedAnswer as wrong:
        return UnexpectedAnswer(wrong.what, status=response.status, next_step=wrong.next_step, maybe_applied=writes)
    halted: Customer360Error | None = None
    for method, path, part in _parts(request, body):
        if 200 <= part.status < 300:
            continue
        error = _bad(crm, method, path, part, writes=writes)
        if request.path == "/composite/batch" and not isinstance(error, _CONCERN_ALL):
            continue
        if error.vendor_code != "PROCESSING_HALTED":
            return error
        halted = error
    if halted is None and isinstance(body, dict) and body.get("success") is False:
        errors = json.dumps(body.get("errors") or []).encode()
        return _bad(crm, request.method, request.path, Response(400, errors), writes=writes)
    return halted


_CONCERN_ALL = (AuthError, QuotaExceeded, RateLimited, CrmUnavailable)


def part_error(path: str, status: int, result: object) -> Customer360Error:
    """What the failure of one read of a batch means."""
    return _bad(KEY, "GET", path, Response(status, json.dumps(result).encode()), writes=False)


def _parts(request: Request, body: Any) -> Iterator[tuple[str, str, Response]]:
    """Method, path and answer of each part of a composite or a batch."""
    if not isinstance(body, dict) or not isinstance(request.json, Mapping):
        return
    for asked, told, status, content, address in (
        ("compositeRequest", "compositeResponse", "httpStatusCode", "body", "url"),
        ("batchRequests", "results", "statusCode", "result", "url"),
    ):
        questions, answers = request.json.get(asked), body.get(told)
        if not isinstance(questions, Sequence) or not isinstance(answers, list):
            continue
        for question, answer in zip(questions, answers, strict=False):
            code = answer.get(status) if isinstance(answer, dict) else None
            made = json.dumps(answer.get(content)).encode() if isinstance(answer, dict) else b""
            yield (
                str(question["method"]),
                str(question[address]),
                Response(code if type(code) is int and 100 <= code < 600 else 599, made),
            )


def _bad(crm: str, method: str, path: str, response: Response, *, writes: bool) -> Customer360Error:
    status, record = response.status, _RECORD.match(path)
    name = record[1] if record else ""
    ref = RecordRef(crm, name, record[2]) if record and record[2] else None
    text = response.content[:200].decode("utf-8", "replace")
    if status in (401, 403) and any(word in text for word in ("Bad_OAuth_Token", "Missing_OAuth_Token")):
        # Both identity endpoints say it so, in plain text (section 2.3).
        return TokenExpired("Salesforce no longer accepts the access token", status=status)
    if status == 403 and any(word in text for word in ("Wrong_Org", "Bad_Id")):
        return NeedsAuthorization("the sign-in belongs to another organisation of Salesforce", status=status)
    try:
        body = response.json() if response.content else None
    except UnexpectedAnswer as error:
        if status >= 500:
            return CrmUnavailable("Salesforce is failing", status=status, maybe_applied=writes, ref=ref)
        if status == 429:
            return RateLimited("Salesforce refuses further requests for now", status=status, wait=response.retry_after)
        if status == 401:
            return TokenExpired("Salesforce does not accept the access token", status=status)
        doubtful = writes and status in TOOK_TOO_LONG
        return UnexpectedAnswer(error.what, status=status, next_step=error.next_step, maybe_applied=doubtful, ref=ref)
    rows = _errors(body)
    code = next((_code(row) for row in rows if _code(row)), "")
    return _meaning(crm, method, name, ref, response, code, rows, writes)


def _errors(body: Any) -> list[Mapping[str, Any]]:
    """An error answer is a list of objects; sign-in and some proxies send one object alone."""
    return [row for row in (body if isinstance(body, list) else [body]) if isinstance(row, dict)]


def _code(row: Mapping[str, Any]) -> str:
    code = row.get("errorCode") or row.get("statusCode")
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def _meaning(
    crm: str,
    method: str,
    name: str,
    ref: RecordRef | None,
    response: Response,
    code: str,
    rows: Sequence[Mapping[str, Any]],
    writes: bool,
) -> Customer360Error:
    status = response.status
    facts: Any = {"status": status, "vendor_code": code or None, "ref": ref}
    if code in ("INVALID_SESSION_ID", "INVALID_AUTH_HEADER") or (status == 401 and not code):
        return TokenExpired("Salesforce no longer accepts the access token", **facts)
    if code == "REQUEST_LIMIT_EXCEEDED":
        # The same code and status for "today's requests are used up" and "too many at once": the text tells.
        if any("Concurrent" in str(row.get("message")) for row in rows):
            return RateLimited("too many long requests to Salesforce run at once", wait=_SECONDS, **facts)
        return QuotaExceeded("the organisation's Salesforce API requests are used up", wait=_HOURS, **facts)
    if status == 429:
        return RateLimited("Salesforce refuses further requests for now", wait=response.retry_after, **facts)
    if status == 412:
        return Conflict("somebody else changed the record since it was read", **facts)
    if code == "UNABLE_TO_LOCK_ROW":
        # Refused before anything was written, as often happens to tasks of one busy account.
        return RateLimited("another change of the record is under way in Salesforce", wait=1.0, **facts)
    if code == "QUERY_TIMEOUT" or status >= 500:
        return CrmUnavailable("Salesforce is failing", maybe_applied=writes, **facts)
    if status == 401:
        return AuthError("Salesforce refuses the sign-in", next_step="sign in again", **facts)
    if code in _FORBIDDEN:
        return Forbidden("Salesforce refuses: the user's rights do not allow it", **facts)
    if code == "ENTITY_IS_DELETED":
        return Gone(**facts)
    if code == "INVALID_QUERY_LOCATOR":
        return Gone("Salesforce no longer knows this page", next_step="start over", **facts)
    if code == "DUPLICATES_DETECTED":
        return Duplicate("Salesforce holds such a record already", existing=_existing(crm, name, rows), **facts)
    if code == "DUPLICATE_VALUE":
        return Duplicate(
            "Salesforce holds a record with the same value", existing=_same_value(crm, name, rows), **facts
        )
    if code in ("INVALID_TYPE", "QUERY_TOO_COMPLICATED", "INVALID_SEARCH_SCOPE"):
        return Unsupported("Salesforce does not offer this, or not to this user", **facts)
    if status == 404 or (code == "MALFORMED_ID" and method == "GET"):
        return NotFound("Salesforce has no such record", **facts)
    if code in _PROBLEMS:
        return ValidationFailed("Salesforce refuses the values", problems=tuple(_problems(rows)), **facts)
    if status == 403:
        return Forbidden("Salesforce refuses", **facts)
    if status == 300:
        return Duplicate("several records hold this external id", **facts)
    doubtful = writes and status in TOOK_TOO_LONG
    return UnexpectedAnswer(
        "Salesforce answered with an error that it does not document", maybe_applied=doubtful, **facts
    )


def _problems(rows: Sequence[Mapping[str, Any]]) -> Iterator[FieldProblem]:
    for row in rows:
        problem = _PROBLEMS.get(_code(row), "is refused")
        yield from (FieldProblem(field, problem) for field in _fields(row) or ("the record",))


def _fields(row: Mapping[str, Any]) -> list[str]:
    """The fields that an error names: in a list, or only in its text."""
    listed = row.get("fields")
    named = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    if not named and (found := _NAMED_FIELDS.search(str(row.get("message")))):
        named = [each.strip() for each in (found[1] or found[2]).split(",")]
    return [each for each in named if _FIELD.fullmatch(each)]


def _existing(crm: str, name: str, rows: Sequence[Mapping[str, Any]]) -> RecordRef | None:
    """The first record that a duplicate rule found, of whatever object; the vendor misspells the key (gotcha 1)."""
    for row in rows:
        result = row.get("duplicateResut") or row.get("duplicateResult")
        matches = result.get("matchResults") if isinstance(result, dict) else None
        for match in matches if isinstance(matches, list) else ():
            records = match.get("matchRecords") if isinstance(match, dict) else None
            for found in records if isinstance(records, list) else ():
                record = found.get("record") if isinstance(found, dict) else None
                if isinstance(record, dict) and isinstance(record.get("Id"), str):
                    attributes = record.get("attributes")
                    told = attributes.get("type") if isinstance(attributes, dict) else match.get("entityType")
                    return RecordRef(crm, told if isinstance(told, str) else name, record["Id"])
    return None


def _same_value(crm: str, name: str, rows: Sequence[Mapping[str, Any]]) -> RecordRef | None:
    found = next((each for row in rows if (each := _ID_IN_TEXT.search(str(row.get("message"))))), None)
    return RecordRef(crm, name, found[1]) if found and name else None
