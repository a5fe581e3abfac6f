"""Zoho's errors in Zoho's shapes (contract section 9)."""

from __future__ import annotations

from typing import Any

import attrs

from customer360_testkit.fakes.exchange import WireAnswer, json_answer


class ZohoError(Exception):
    """An answer of the top-level shape ``{"code", "details", "message", "status": "error"}``."""

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def body(self) -> dict[str, Any]:
        return {"code": self.code, "details": self.details, "message": self.message, "status": "error"}

    def answer(self) -> WireAnswer:
        return json_answer(self.status, self.body())


@attrs.frozen(auto_exc=True)
class RowError(Exception):
    """What is wrong with one record of a write; sits inside ``data[]``. ``status`` is that of a lone record."""

    code: str
    message: str
    details: dict[str, Any] = attrs.field(factory=dict)
    status: int = 400
    others: tuple[RowError, ...] = ()

    def body(self) -> dict[str, Any]:
        if self.others:
            # Several fields clash: one row, each clash in `errors` (section 9).
            return {
                "code": "MULTIPLE_OR_MULTI_ERRORS",
                "details": {"errors": [one.body() for one in (attrs.evolve(self, others=()), *self.others)]},
                "message": "multiple errors",
                "status": "error",
            }
        return {"code": self.code, "details": self.details, "message": self.message, "status": "error"}


def missing_param(name: str) -> ZohoError:
    return ZohoError(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name=name)


def invalid_param(name: str, message: str = "invalid data", **more: Any) -> ZohoError:
    return ZohoError(400, "INVALID_DATA", message, param_name=name, **more)


def invalid_query(reason: str, **more: Any) -> ZohoError:
    return ZohoError(400, "INVALID_QUERY", "invalid query formed", reason=reason, **more)


def bad_id(status: str, **details: Any) -> ZohoError:
    return ZohoError(int(status), "INVALID_DATA", "the id given seems to be invalid", **details)


def invalid_url() -> ZohoError:
    return ZohoError(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")


def wrong_method() -> ZohoError:
    return ZohoError(400, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one")


def not_supported(status: int, message: str) -> ZohoError:
    return ZohoError(status, "NOT_SUPPORTED", message)
