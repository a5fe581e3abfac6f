"""Salesforce's errors in Salesforce's shapes (contract section 9): an array, also for one error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from customer360_testkit.fakes.exchange import Headers, WireAnswer, json_answer


class SalesforceError(Exception):
    """One error. ``fields`` is left out of the body when it is None; ``more`` are further members of it."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        fields: Iterable[str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.fields = None if fields is None else list(fields)
        self.more = dict(more or {})

    def body(self) -> list[dict[str, Any]]:
        """As the answer to a request of its own."""
        told = {**self.more, "message": self.message, "errorCode": self.code}
        return [told if self.fields is None else {**told, "fields": self.fields}]

    def row(self) -> dict[str, Any]:
        """As a row of ``errors`` in an answer about several records."""
        return {**self.more, "statusCode": self.code, "message": self.message, "fields": self.fields or []}

    def answer(self, headers: Headers = ()) -> WireAnswer:
        return json_answer(self.status, self.body(), headers)


def bad(code: str, message: str, *fields: str) -> SalesforceError:
    """A 400 that is about fields, even if about none."""
    return SalesforceError(400, code, message, fields)


def refused(code: str, message: str) -> SalesforceError:
    """A 400 that is about the request."""
    return SalesforceError(400, code, message)


def not_found(message: str = "The requested resource does not exist") -> SalesforceError:
    return SalesforceError(404, "NOT_FOUND", message)


def parser_error(message: str) -> SalesforceError:
    return SalesforceError(400, "JSON_PARSER_ERROR", message)
