"""What Bullhorn's answers mean (contract, section 9).

The status tells most; a 400 is anything, and its text tells which. Some gateways say 200 and put the error into the
body. Bullhorn's own messages are read, and never passed on: they quote what a person typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from customer360.core.effects import Request
from customer360.core.errors import (
    TOOK_TOO_LONG,
    CrmUnavailable,
    Customer360Error,
    Duplicate,
    FieldProblem,
    Forbidden,
    NotFound,
    RateLimited,
    TokenExpired,
    UnexpectedAnswer,
    Unsupported,
    ValidationFailed,
)
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360_bullhorn.auth import sign_in_error

_RECORD = re.compile(r"/entity/([A-Za-z]\w*)(?:/([1-9][0-9]{0,11}))?(?:[/?]|$)", re.ASCII)
_KEY = re.compile(r"errors?\.[A-Za-z0-9.]{1,80}")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,100}", re.ASCII)
_NAMED_FIELD = re.compile(
    r"(?:[Ff]ield|[Pp]ropert(?:y|ies)|[Aa]ssociation)(?: name)?:? ['\"]?([A-Za-z][A-Za-z0-9_.]{0,60})['\"]?", re.ASCII
)
_CAMEL = re.compile(r"[a-z]+(?:[A-Z][a-z0-9]*|ID)+[0-9]*", re.ASCII)
_FORBIDDEN = re.compile(r"(?i)not allowed|permission|not authorized|not entitled|insufficient")
_NOT_OFFERED = re.compile(r"(?i)operation not supported|unknown ?entity|please use /search|not searchable")
_ALREADY = re.compile(r"(?i)already (?:exists|associated|linked|in)")
_SECOND: Final = 1.0
"""What the vendor asks to wait after a 429 that announces nothing, as is usual."""

_PROBLEMS: Final = {
    "MISSING_REQUIRED_FIELD": "is required",
    "REQUIRED": "is required",
    "MISSING_VALUE": "is required",
    "NULL_VALUE": "is required",
    "MAX_LENGTH": "is too long",
    "TOO_LONG": "is too long",
    "INVALID_TYPE": "has a value of another type",
    "INVALID_VALUE": "is refused",
    "INVALID_OPTION": "is none of the choices",
    "READ_ONLY": "cannot be written",
    "UNKNOWN_PROPERTY": "is no field",
    "NOT_FOUND": "refers to a record that is not there",
}

_WORDS: Final = (
    ("invalid field", "is no field, or this user may not see it"),
    ("invalid property", "is no field, or this user may not see it"),
    ("unknown", "is no field, or this user may not see it"),
    ("required", "is required"),
    ("exceed", "is too long"),
    ("too long", "is too long"),
)


def error_of(crm: str, request: Request, response: Response) -> Customer360Error | None:
    """The error that an answer means, or None if it is good. Never raises, whatever came."""
    status = response.status
    if request.purpose == "login":
        # The scheme reads token answers itself; here only what it did not ask to see.
        return None if 200 <= status < 300 or status in request.accept else sign_in_error(response)
    writes = not request.repeatable
    record = _RECORD.search(request.path)
    ref = RecordRef(crm, record[1], record[2]) if record and record[2] else None
    try:
        body = response.json() if response.content else None
    except UnexpectedAnswer as wrong:
        if status < 300:
            return UnexpectedAnswer(wrong.what, status=status, next_step=wrong.next_step, maybe_applied=writes, ref=ref)
        body = None
    told: Mapping[str, Any] = body if isinstance(body, dict) else {}
    if 200 <= status < 300:
        if not response.content:
            return UnexpectedAnswer("Bullhorn answered with nothing", status=status, maybe_applied=writes, ref=ref)
        code = told.get("errorCode")
        if not isinstance(code, int) or not 400 <= code < 600 or "errorMessage" not in told:
            return None
        status = code
    announced = response.header("retry-after") is not None  # the transport reads it
    return _meaning(request, status, told, ref, writes, on_record=record is not None, announced=announced)


def _meaning(
    request: Request,
    status: int,
    told: Mapping[str, Any],
    ref: RecordRef | None,
    writes: bool,
    *,
    on_record: bool,
    announced: bool,
) -> Customer360Error:
    key, message = told.get("errorMessageKey"), str(told.get("errorMessage") or "")
    named = key if isinstance(key, str) and _KEY.fullmatch(key) else None
    facts: Any = {"status": status, "vendor_code": named, "ref": ref}
    if status in (401, 412) or named == "errors.authentication.invalidRestToken":
        return TokenExpired("Bullhorn no longer knows the session", **facts)
    if status == 429 or told.get("errorCode") == 429:
        return RateLimited("Bullhorn refuses further requests for now", wait=None if announced else _SECOND, **facts)
    if status >= 500:
        return CrmUnavailable("Bullhorn is failing", maybe_applied=writes, **facts)
    if status == 403:
        return Forbidden("Bullhorn refuses: the user's rights do not allow it", **facts)
    if status == 404:
        if on_record:
            return NotFound("Bullhorn has no such record", **facts)
        return Unsupported("Bullhorn does not offer this, or not to this user", **facts)
    if status in (405, 406):
        return Unsupported("Bullhorn does not offer this", **facts)
    if status == 400:
        return _refusal(request, named, message, told, facts)
    doubtful = writes and status in TOOK_TOO_LONG
    return UnexpectedAnswer(
        "Bullhorn answered with an error that it does not document", maybe_applied=doubtful, **facts
    )


def _refusal(request: Request, key: str | None, message: str, told: Mapping[str, Any], facts: Any) -> Customer360Error:
    """What a 400 means: its text is the only thing that tells."""
    rows = [row for row in _list(told.get("errors")) if isinstance(row, dict)]
    types = {row.get("type") for row in rows}
    if "DUPLICATE_VALUE" in types or _ALREADY.search(message):
        return Duplicate("Bullhorn holds such a record already", **facts)
    if key == "errors.allFieldsNotAllowed" or (_FORBIDDEN.search(message) and not rows):
        return Forbidden("Bullhorn refuses: the user's rights do not allow it", **facts)
    if key == "errors.searchUnknownEntity" or _NOT_OFFERED.search(message):
        return Unsupported("Bullhorn does not offer this, or not to this user", **facts)
    sent = request.json if isinstance(request.json, Mapping) else {}
    problems = tuple(_problems(rows, message, sent))
    if problems or (request.method in ("PUT", "POST") and not request.repeatable):
        nameless = (FieldProblem("the record", "is refused"),)
        return ValidationFailed("Bullhorn refuses the values", problems=problems or nameless, **facts)
    return UnexpectedAnswer("Bullhorn does not understand what it was asked", **facts)


def _problems(rows: Sequence[Mapping[str, Any]], message: str, sent: Mapping[str, Any]) -> Iterator[FieldProblem]:
    """The fields that an error names: in rows, or only in its text."""
    named = _named_in(message, sent)
    for row in rows:
        field, kind = row.get("propertyName"), row.get("type")
        told = field if isinstance(field, str) and _FIELD.fullmatch(field) else named or "the record"
        yield FieldProblem(told, _PROBLEMS.get(kind, "is refused") if isinstance(kind, str) else "is refused")
    if not rows and named:
        yield FieldProblem(named, next((says for word, says in _WORDS if word in message.casefold()), "is refused"))


def _named_in(message: str, sent: Mapping[str, Any]) -> str | None:
    """The field that a text is about: said to be one, or sent, or written as only fields are."""
    if found := _NAMED_FIELD.search(message):
        return found[1]
    words = re.findall(r"[A-Za-z][A-Za-z0-9]*", message.partition("entity of type:")[2] or message)
    return next((word for word in words if word in sent or _CAMEL.fullmatch(word)), None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
