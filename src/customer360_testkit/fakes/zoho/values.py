"""What may be written into a field (contract section 6, "Values"), by data type."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.errors import RowError
from customer360_testkit.fakes.zoho.fields import NUMERIC, Field

_EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\.]+(?:\.[^\s@<>(),;:\"\[\]\\.]+)+")
# "An optional leading +, then letters/digits with single - . space or parentheses between."
_PHONE_SINGLE = re.compile(r"\+?[0-9A-Za-z]+(?:[-. ()][0-9A-Za-z]+)*\)?", re.ASCII)
_PHONE_LOOSE = re.compile(r"\+?[ (]{0,2}[0-9A-Za-z]+\)?(?:[-. ()]{1,2}[0-9A-Za-z]+\)?)*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Resolve = Callable[[str, str], bool]
"""``(module, id)`` -> whether there is such a record."""


class Checker:
    """Turns JSON values into raw values, or says as Zoho does why not.

    Args:
        phone_rule: reading of the switch of that name.
        resolve: whether a record exists.
        is_user: whether a user id exists.
    """

    def __init__(self, phone_rule: str, resolve: Resolve, is_user: Callable[[str], bool]) -> None:
        self._phone = _PHONE_SINGLE if phone_rule == "single" else _PHONE_LOOSE
        self._resolve = resolve
        self._is_user = is_user

    def raw(self, field: Field, value: Any, path: str) -> Any:
        """The raw value; ``path`` is the json_path of the field. Raises RowError."""
        if value is None:
            return None
        kind = field.data_type
        if kind in ("text", "textarea", "email", "phone", "website", "picklist", "autonumber"):
            return self._text(field, value, path)
        if kind == "boolean":
            if not isinstance(value, bool):
                raise self._invalid(field, path)
            return value
        if kind in NUMERIC:
            wanted: tuple[type, ...] = (int,) if field.json_type == "integer" else (int, float)
            if isinstance(value, bool) or not isinstance(value, wanted):
                raise self._invalid(field, path)
            return value
        if kind == "datetime":
            return self._some(times.read(value), field, path)
        if kind == "date":
            return self._some(times.read_date(value), field, path)
        if kind == "multiselectpicklist":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise self._invalid(field, path)
            return value
        if kind in ("lookup", "ownerlookup", "userlookup"):
            return self._lookup(field, value, path)
        return value

    def _text(self, field: Field, value: Any, path: str) -> str | None:
        if not isinstance(value, str) or _CONTROL.search(value):
            raise self._invalid(field, path)
        text = value.strip()
        if not text:
            return None
        if len(text) > field.length:
            raise self._invalid(field, path, maximum_length=field.length)
        if field.data_type == "email" and not _EMAIL.fullmatch(text):
            raise self._invalid(field, path)
        if field.data_type == "phone" and not self._phone.fullmatch(text):
            raise self._invalid(field, path)
        return text

    def _lookup(self, field: Field, value: Any, path: str) -> str:
        found = value.get("id") if isinstance(value, dict) else None
        if isinstance(found, int) and not isinstance(found, bool):
            found = str(found)  # the vendor's own clients send numbers
        if not isinstance(found, str):
            raise self._invalid(field, path, expected_data_type="jsonobject")
        known = (
            self._is_user(found)
            if field.data_type != "lookup"
            else field.target in (None, "*") or self._resolve(str(field.target), found)
        )
        if not known:
            details = {"api_name": field.name, "json_path": f"{path}.id"}
            raise RowError("INVALID_DATA", "the id given seems to be invalid", details)
        return found

    def _some(self, found: Any, field: Field, path: str) -> Any:
        if found is None:
            raise self._invalid(field, path)
        return found

    @staticmethod
    def _invalid(field: Field, path: str, **more: Any) -> RowError:
        return invalid(field.name, path, **{"expected_data_type": field.data_type, **more})


def invalid(api_name: str, path: str, **more: Any) -> RowError:
    """INVALID_DATA for a field."""
    return RowError("INVALID_DATA", "invalid data", {**more, "api_name": api_name, "json_path": path})


def mandatory(api_name: str, path: str) -> RowError:
    """MANDATORY_NOT_FOUND for a field."""
    return RowError("MANDATORY_NOT_FOUND", "required field not found", {"api_name": api_name, "json_path": path})


def not_an_object(path: str) -> RowError:
    """INVALID_DATA for a record that is no JSON object."""
    return RowError("INVALID_DATA", "invalid data", {"expected_data_type": "jsonobject", "json_path": path})
