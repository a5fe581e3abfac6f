"""What Graph's answers mean (contract, section 9).

The code decides, the innermost that is known: services behind Graph wrap each other's errors. The vendor's message
texts are never passed on: they may quote what a person typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
    MissingScope,
    NeedsAuthorization,
    NotFound,
    QuotaExceeded,
    RateLimited,
    TokenExpired,
    UnexpectedAnswer,
    Unsupported,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360_microsoft365 import auth
from customer360_microsoft365.places import EVENT, KEY, ref_of

_QUERY: Final = frozenset(
    {
        "ErrorInvalidUrlQueryFilter",
        "ErrorInvalidUrlQuery",
        "ErrorInvalidProperty",
        "InefficientFilter",
        "RequestBroker--ParseUri",
        "Request_UnsupportedQuery",
        "Request_BadRequest",
        "BadRequest",
    }
)
_BODY: Final = frozenset(
    {
        "RequestBodyRead",
        "UnableToDeserializePostBody",
        "ErrorInvalidRequest",
        "invalidRequest",
        "ErrorInvalidArgument",
        "ErrorInvalidPropertySet",
        "ErrorPropertyValidationFailure",
    }
)
_NO_RECORD: Final = frozenset(
    {"ErrorItemNotFound", "Request_ResourceNotFound", "itemNotFound", "ResourceNotFound", "ErrorInvalidIdMalformed"}
)
_DENIED: Final = frozenset({"ErrorAccessDenied", "Authorization_RequestDenied", "accessDenied"})
_DEAD_CURSOR: Final = frozenset({"SyncStateNotFound", "resyncRequired", "syncStateNotFound"})
_THROTTLED: Final = frozenset({"ApplicationThrottled", "TooManyRequests", "activityLimitReached"})
_TAKEN: Final = frozenset({"ErrorFolderExists", "nameAlreadyExists"})
_FAILING: Final = frozenset({"ErrorInternalServerError", "ServiceUnavailable", "UnknownError", "ErrorServerBusy"})
_SINGLE: Final = frozenset(
    {
        "InvalidAuthenticationToken",
        "unauthenticated",
        "ErrorAccountSuspend",
        "MailboxNotEnabledForRESTAPI",
        "ErrorDuplicateTransactionId",
        "ErrorIrresolvableConflict",
        "ErrorQuotaExceeded",
    }
)
_KNOWN: Final = _QUERY | _BODY | _NO_RECORD | _DENIED | _DEAD_CURSOR | _THROTTLED | _TAKEN | _FAILING | _SINGLE

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,80}")
_SCOPES: Final = (
    (re.compile(r"/me/(?:contacts|contactFolders)\b"), auth.CONTACTS),
    (re.compile(r"/me/todo\b"), auth.TASKS),
    (re.compile(r"/me/(?:events|calendars?|calendarView)\b"), auth.CALENDARS),
    (re.compile(r"/me/people\b"), auth.PEOPLE),
    (re.compile(r"/me/mailboxSettings\b"), auth.SETTINGS),
)


def error_of(facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
    """The error that an answer means, or None if it is good.

    Never raises, whatever came.
    """
    status = response.status
    if request.purpose == "login":
        # The scheme reads token answers itself; here only what it did not ask to see.
        return None if 200 <= status < 300 or status in request.accept else auth.token_error(response)
    if status in request.accept:
        return None
    writes = not request.repeatable
    ref = ref_of(request.path)
    try:
        body = response.json() if response.content else None
    except UnexpectedAnswer as unreadable:
        if 200 <= status < 300:
            return UnexpectedAnswer(
                unreadable.what, status=status, next_step=unreadable.next_step, maybe_applied=writes, ref=ref
            )
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if 200 <= status < 300 and not isinstance(error, dict):
        if isinstance(body, dict) or status in (202, 204):
            return None
        return UnexpectedAnswer(
            "Microsoft 365 answered without an object", status=status, maybe_applied=writes, ref=ref
        )
    return _error(facts, request, response, error if isinstance(error, dict) else {}, ref)


def _codes(error: Mapping[str, Any]) -> Iterator[str]:
    """The codes, from the outermost inwards; an error that contains itself a hundred times is enough."""
    inner: Any = error
    for _ in range(100):
        if not isinstance(inner, dict):
            return
        code = inner.get("code")
        if isinstance(code, str) and _CODE.fullmatch(code):
            yield code
        inner = inner.get("innerError", inner.get("innererror"))


def _error(
    facts: LinkFacts, request: Request, response: Response, error: Mapping[str, Any], ref: RecordRef | None
) -> Customer360Error:
    status, writes = response.status, not request.repeatable
    codes = list(_codes(error))
    code = next((each for each in reversed(codes) if each in _KNOWN), codes[0] if codes else "")
    more: Any = {"status": status, "vendor_code": code or None, "ref": ref}
    if status == 401:
        return _refused_sign_in(response, code, more)
    if status == 429 or code in _THROTTLED:
        return RateLimited("Microsoft 365 asks for fewer requests", wait=response.retry_after, **more)
    if code == "ErrorDuplicateTransactionId":
        return Duplicate("the event was created before", existing=_existing(error), **more)
    if code == "ErrorIrresolvableConflict" or status in (412, 423) or (status == 409 and code not in _TAKEN):
        return Conflict("somebody else changed the record since it was read", **more)
    if code == "ErrorQuotaExceeded" or status == 507:
        return QuotaExceeded("the mailbox is full", next_step="make room in it, or let its administrator", **more)
    if code in _DEAD_CURSOR or status == 410:
        return Gone("Microsoft 365 no longer knows where this sync stood", next_step="start over", **more)
    if status >= 500 or code in _FAILING:
        return CrmUnavailable("Microsoft 365 is failing", wait=response.retry_after, maybe_applied=writes, **more)
    if code == "ErrorAccountSuspend":
        return Forbidden("Microsoft has suspended the mailbox", next_step="let the user sign in to Outlook", **more)
    if code == "MailboxNotEnabledForRESTAPI":
        return Forbidden("the user has no mailbox in Exchange Online", next_step="use an account that has one", **more)
    if code in _NO_RECORD or status == 404:
        return NotFound("Microsoft 365 has no such record", **more)
    if code in _DENIED or status == 403:
        return _denied(facts, request, more)
    if code in _TAKEN:
        return Duplicate("Microsoft 365 holds one of that name already", **more)
    if writes and (code in _BODY or code in _QUERY):
        return ValidationFailed("Microsoft 365 refuses the values", problems=_problems(request, error), **more)
    if code in _QUERY or code in _BODY:
        return Unsupported("Microsoft 365 does not answer this query", **more)
    doubtful = writes and status in TOOK_TOO_LONG
    return UnexpectedAnswer(
        "Microsoft 365 answered with an error that it does not document", maybe_applied=doubtful, **more
    )


def _refused_sign_in(response: Response, code: str, more: Any) -> Customer360Error:
    """A claims challenge comes with the same code as an expired token; refreshing would not help it."""
    challenge = response.header("www-authenticate") or ""
    if "insufficient_claims" in challenge or re.search(r"\bclaims=", challenge):
        return NeedsAuthorization("Microsoft asks the user to prove more before it goes on", **more)
    if code in ("", "InvalidAuthenticationToken"):  # gateways do not say why; a fresh token is the one thing to try
        return TokenExpired("Microsoft 365 no longer accepts the access token", **more)
    return AuthError("Microsoft 365 refuses the sign-in", next_step="sign in again", **more)


def _denied(facts: LinkFacts, request: Request, more: Any) -> Customer360Error:
    """The vendor says the same for a permission that was not granted and for a right the user lacks."""
    scope = next((scope for path, scope in _SCOPES if path.search(request.path)), None)
    if scope is not None and not auth.granted(facts, scope):
        return MissingScope(f"the permission {scope} was not granted", scope=scope, **more)
    return Forbidden("Microsoft 365 does not allow this user to do that", **more)


def _problems(request: Request, error: Mapping[str, Any]) -> tuple[FieldProblem, ...]:
    """The fields of the request that the vendor's message quotes; or the record as a whole."""
    message = error.get("message")
    quoted = re.findall(r"'([A-Za-z@.]{1,100})'", message) if isinstance(message, str) else []
    sent = request.json if isinstance(request.json, dict) else {}
    named = [name for name in dict.fromkeys(quoted) if name in sent]
    if not named and len(sent) == 1:
        named = list(sent)
    problem = "Microsoft 365 does not accept it"
    return tuple(FieldProblem(name, problem) for name in named) or (FieldProblem("the record", problem),)


def _existing(error: Mapping[str, Any]) -> RecordRef | None:
    identifier = error.get("@event.existingEventId")
    return RecordRef(KEY, EVENT, identifier) if isinstance(identifier, str) and identifier else None
