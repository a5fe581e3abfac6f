"""Checks one value for one field and gives what is stored (contract sections 3 and 9)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from customer360_testkit.fakes.salesforce import ids, times
from customer360_testkit.fakes.salesforce.errors import SalesforceError, bad, parser_error
from customer360_testkit.fakes.salesforce.fields import Field

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "BOOLEAN"),
    (int, "NUMBER_INT"),
    (float, "NUMBER_FLOAT"),
    (str, "STRING"),
    (list, "START_ARRAY"),
    (dict, "START_OBJECT"),
)


def stored(field: Field, value: Any) -> Any:
    """``value`` as the store keeps it; None for what is empty. Raises SalesforceError."""
    if value is None:
        if field.type == "boolean":
            raise bad(
                "INVALID_TYPE_ON_FIELD_IN_RECORD",
                f"{field.label or field.name}: value not of required type:",
                field.name,
            )
        return None
    match field.type:
        case "boolean":
            return _typed(field, value, bool, "boolean")
        case "int" | "long":
            return _integer(field, value)
        case "double" | "currency" | "percent":
            return _decimal(field, value)
        case "date":
            found = times.day(_typed(field, value, str, "date"))
            return _present(found, field, value, "date")
        case "datetime":
            instant = times.instant(_typed(field, value, str, "datetime"))
            return _present(instant, field, value, "datetime")
        case "base64":
            return _decoded(field, _typed(field, value, str, "base64"))
        case "id" | "reference":
            return _reference(field, _typed(field, value, str, "ID"))
    return _text(field, _typed(field, value, str, "string"))


def _typed(field: Field, value: Any, kind: type, name: str) -> Any:
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    told = next(word for each, word in _KINDS if isinstance(value, each))
    raise parser_error(f"Cannot deserialize instance of {name} from VALUE_{told} value at [field {field.name}]")


def _present(found: Any, field: Field, value: Any, name: str) -> Any:
    if found is None:
        raise parser_error(f"Cannot deserialize instance of {name} from VALUE_STRING value {value} [{field.name}]")
    return found


def _integer(field: Field, value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    found: int = _typed(field, value, int, "int")
    if abs(found) >= 10 ** (field.digits or 9):
        raise bad("NUMBER_OUTSIDE_VALID_RANGE", f"{field.name}: value outside of valid range: {found}", field.name)
    return found


def _decimal(field: Field, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _typed(field, value, float, "double")
    if abs(value) >= 10 ** (field.precision - field.scale):
        raise bad("NUMBER_OUTSIDE_VALID_RANGE", f"{field.name}: value outside of valid range: {value}", field.name)
    return round(float(value), field.scale)


def _decoded(field: Field, value: str) -> str:
    """Base64 of UTF-8 text."""
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as wrong:
        raise parser_error(f"Cannot deserialize instance of base64 from VALUE_STRING [{field.name}]") from wrong


def _reference(field: Field, value: str) -> str | None:
    if not value.strip():
        return None
    found = ids.canonical(value.strip())
    if found is None:
        raise wrong_type(field, value)
    return found


def wrong_type(field: Field, value: str) -> SalesforceError:
    """An id of something that the field cannot point to, or no id at all."""
    label = field.relationship or field.name
    return bad("MALFORMED_ID", f"{label} ID: id value of incorrect type: {value}", field.name)


def _text(field: Field, value: str) -> str | None:
    try:
        value.encode()
    except UnicodeEncodeError as wrong:
        raise parser_error(f"Illegal character in the text of {field.name}") from wrong
    value = value.strip()
    if not value:
        return None
    if len(value) > field.length:
        shown = value[:255]
        raise bad(
            "STRING_TOO_LONG",
            f"{field.label or field.name}: data value too large: {shown} (max length={field.length})",
            field.name,
        )
    if field.type == "email" and not _EMAIL.fullmatch(value):
        raise bad("INVALID_EMAIL_ADDRESS", f"{field.label or field.name}: invalid email address: {value}", field.name)
    if field.restricted:
        return _chosen(field, value)
    return value


def _chosen(field: Field, value: str) -> str:
    known = {each.casefold(): each for each in field.values}
    parts = value.split(";") if field.type == "multipicklist" else [value]
    for part in parts:
        if part.casefold() not in known:
            message = f"{field.label or field.name}: bad value for restricted picklist field: {part}"
            raise bad("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, field.name)
    chosen = {known[part.casefold()] for part in parts}
    return ";".join(each for each in field.values if each in chosen)
