"""Bullhorn's errors in Bullhorn's shapes (contract sections 6 and 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from customer360_testkit.fakes.exchange import WireAnswer, json_answer


class BullhornError(Exception):
    """An answer ``{"errorMessage", "errorMessageKey"?, "errorCode"}``; ``code`` where it is not the status."""

    def __init__(self, status: int, message: str, key: str | None = None, code: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.key = key
        self.code = status if code is None else code

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {"errorMessage": self.message}
        if self.key is not None:
            told["errorMessageKey"] = self.key
        return {**told, "errorCode": self.code}

    def answer(self) -> WireAnswer:
        return json_answer(self.status, self.body())


class NotPersisted(BullhornError):
    """A write that validation refuses. ``problems`` are (property or None, type)."""

    def __init__(self, entity: str, reason: str, problems: Sequence[tuple[str | None, str]] = ()) -> None:
        detail = f" {reason}" if reason else ""
        super().__init__(400, f"error persisting an entity of type: {entity}{detail}")
        self.entity = entity
        self.problems = tuple(problems)

    def body(self) -> dict[str, Any]:
        rows = [{"propertyName": name, "severity": "ERROR", "type": kind} for name, kind in self.problems]
        return {"errorMessage": self.message, "errors": rows, "entityName": self.entity}


def bad(message: str, key: str | None = None) -> BullhornError:
    return BullhornError(400, message, key)


def invalid_field(name: str, position: int) -> BullhornError:
    """``position`` counts from 0 in the text of the parameter; the message counts from 1."""
    return bad(f"Invalid field '{name}' at position {position + 1}.")


def missing(entity: str) -> BullhornError:
    """No record of that id."""
    return BullhornError(404, f"The requested {entity} does not exist.", "errors.entityNotFound")


def not_allowed(operation: str, status: int) -> BullhornError:
    return BullhornError(status, f"Operation {operation} not allowed")


def no_such_page() -> BullhornError:
    return BullhornError(404, "The requested resource was not found.")


def wrong_method() -> BullhornError:
    return BullhornError(405, "The method is not allowed for this resource.")
