"""What an answer means: the connector's word first, then what every HTTP client must see for itself."""

from __future__ import annotations

import logging

from customer360.core.connector import Connector
from customer360.core.effects import Request
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    Forbidden,
    NotFound,
    PluginBroken,
    RateLimited,
    TokenExpired,
    UnexpectedAnswer,
)
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response, request_id
from customer360.transport.retry_after import announced

log = logging.getLogger("customer360.transport")


def error_of(
    connector: Connector, facts: LinkFacts, request: Request, response: Response, now: float
) -> Customer360Error | None:
    """The error that ``response`` means, completed with status, request id and announced wait; None if it is good."""
    if response.status in request.accept:
        return None
    error = _said_by(connector, facts, request, response) or _plain(request, response)
    if error is None:
        return None
    error.status = response.status if error.status is None else error.status
    error.request_id = error.request_id or request_id(response)
    if isinstance(error, RateLimited | CrmUnavailable):
        header = announced(response, now)
        waits = [wait for wait in (error.wait, header) if wait is not None]
        error.wait = max(waits) if waits else None
    # The CRM took the request and failed on the way, or said something that nobody understands: a write may stand (X3).
    if isinstance(error, CrmUnavailable | UnexpectedAnswer | PluginBroken) and is_write(request):
        error.maybe_applied = True
    return error


def is_write(request: Request) -> bool:
    """Whether it matters if the request was applied; a repeatable one is simply sent again."""
    return request.method not in ("GET", "HEAD") and not request.repeatable


def _said_by(connector: Connector, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
    try:
        return connector.error(facts, request, response)
    except UnexpectedAnswer as unreadable:
        # The body is not what error() expected (HTML, nothing): above 400 the status says more than that.
        return None if response.status >= 400 else unreadable
    except Exception as failure:
        log.error("the connector %s failed to read an error (%s)", connector.info.key, type(failure).__name__)
        if response.status >= 400:
            return None
        return PluginBroken(f"the connector {connector.info.key} failed to read an answer", status=response.status)


def _plain(request: Request, response: Response) -> Customer360Error | None:
    status = response.status
    if 200 <= status < 300:
        return _unless_html(request, response) or _unless_unreadable(request, response)
    if status == 401:
        return TokenExpired("the CRM does not accept the access token")
    if status == 403:
        return Forbidden("the CRM forbids this")
    if status == 404:
        return NotFound("the CRM knows nothing under this address")
    if status == 429:
        return RateLimited("the CRM asks for fewer requests")
    if status >= 500:
        return CrmUnavailable("the CRM failed")
    return UnexpectedAnswer("the CRM answered with a status that its connector does not know")


def _unless_unreadable(request: Request, response: Response) -> Customer360Error | None:
    """A write whose JSON is broken: found here, where it is still known that the write may stand."""
    if not is_write(request) or "json" not in (response.header("content-type") or "").lower() or not response.content:
        return None
    try:
        response.json()
    except UnexpectedAnswer as unreadable:
        return unreadable
    return None


def _unless_html(request: Request, response: Response) -> Customer360Error | None:
    kind = (response.header("content-type") or "").split(";")[0].strip().lower()
    wanted = any(name.lower() == "accept" and "html" in value.lower() for name, value in request.headers)
    if kind not in ("text/html", "application/xhtml+xml") or wanted or not response.content:
        return None
    return UnexpectedAnswer(
        f"a page for people ({len(response.content)} bytes of HTML) came where data was due",
        next_step="check that no proxy or sign-in page stands between this machine and the CRM",
    )
