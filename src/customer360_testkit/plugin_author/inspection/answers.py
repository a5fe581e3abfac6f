"""What a connector makes of answers, good and bad, without a CRM behind them."""

from __future__ import annotations

from collections.abc import Iterator

from customer360.core.effects import Request
from customer360.core.errors import AuthError, Customer360Error, QuotaExceeded, RateLimited
from customer360.core.wire import Response
from customer360_testkit.plugin_author.inspection.subject import Problem, Subject, explained

_JSON = (b"", b"{}", b"[]", b"null", b'{"error": null}', b'"text"')
_NO_JSON = (b"<!doctype html><title>Sign in</title>", b"\xff{")
_STATUSES = (301, 400, 401, 403, 404, 405, 409, 410, 412, 415, 418, 422, 429, 500, 502, 503, 504, 599)
_REQUESTS = (Request(method="GET", path="/x/1"), Request(method="POST", path="/x", json={"a": 1}))


def errors(subject: Subject) -> Iterator[Problem]:
    """error(): reads every answer, and raises nothing"""
    seen: set[str] = set()
    for problem in _errors(subject):
        if problem.what not in seen:  # one body or verb is enough of an example
            seen.add(problem.what)
            yield problem


def _errors(subject: Subject) -> Iterator[Problem]:
    connector, facts = subject.connector, subject.facts
    for request in _REQUESTS:
        for body in (*_JSON, *_NO_JSON):
            for status in (200, 204, *_STATUSES):
                try:
                    error = connector.error(facts, request, Response(status, body))
                except Exception as raised:
                    yield Problem(
                        f"error() raises {explained(raised)} for a {status}", "it must return, whatever comes"
                    )
                    continue
                yield from _verdict(status, error, body in _JSON)
        if connector.error(facts, request, Response(200, b"<html>")) is None:
            yield Problem(
                "error() takes a page of HTML with status 200 for a good answer",
                "a proxy's sign-in page looks so: UnexpectedAnswer",
            )


def _verdict(status: int, error: object, json: bool) -> Iterator[Problem]:
    if error is not None and not isinstance(error, Customer360Error):
        yield Problem(f"error() returns a {type(error).__name__} for a {status}", "use customer360.core.errors")
    elif error is None and status >= 300:
        yield Problem(
            f"error() takes a {status} for a good answer", "return UnexpectedAnswer for what is not documented"
        )
    elif status == 429 and not isinstance(error, RateLimited | QuotaExceeded):
        yield Problem("error() does not read 429 as RateLimited", "only then does the transport wait and try again")
    elif status == 401 and json and not isinstance(error, AuthError):
        yield Problem(
            "error() does not read 401 as an AuthError", "TokenExpired has the transport renew the token once"
        )
    elif status >= 500 and isinstance(error, Customer360Error) and not error.retryable:
        yield Problem(f"error() does not read {status} as something that may pass", "CrmUnavailable")
