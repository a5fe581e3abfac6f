"""What a request asks for: its body, its fields, its instants; shared by the endpoints."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.zoho import times
from customer360_testkit.fakes.zoho.errors import ZohoError, bad_id, invalid_param, missing_param
from customer360_testkit.fakes.zoho.fields import Module
from customer360_testkit.fakes.zoho.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

NOTHING = WireAnswer(204)
UNCHANGED = WireAnswer(304)
MOST_FIELDS = 50


def body(call: Call) -> dict[str, Any]:
    """The JSON object that was sent."""
    try:
        sent = call.json()
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise ZohoError(400, "INVALID_DATA", "body", expected_data_type="jsonobject")
    return sent


def fields(call: Call) -> list[str] | None:
    """``fields``, or None when all are wanted."""
    text = call.query.get("fields")
    if not text:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    if len(names) > MOST_FIELDS:
        raise ZohoError(400, "LIMIT_EXCEEDED", "the fields limit is exceeded", param_name="fields", limit=MOST_FIELDS)
    return names


def needed_fields(call: Call) -> list[str]:
    """``fields``, which lists and related lists demand."""
    names = fields(call)
    if not names:
        raise missing_param("fields")
    return names


def instant(call: Call, header: str) -> int | None:
    """A header's instant in seconds, or None when it was not sent."""
    text = call.header(header)
    if text is None:
        return None
    moment = times.read(text)
    if moment is None:
        try:
            moment = int(parsedate_to_datetime(text).timestamp())
        except (ValueError, TypeError):
            raise ZohoError(400, "INVALID_DATA", "invalid data", header=header) from None
    return moment


def converted(call: Call, module: Module, row: Row) -> bool:
    """Whether a row is wanted: leads that were converted are left out unless asked for."""
    if module.name != "Leads":
        return True
    wanted = call.query.get("converted", "false")
    return wanted == "both" or bool(row.get("Converted__s")) is (wanted == "true")


def check_states(call: Call) -> None:
    """``converted`` and ``approved`` know three words."""
    for name in ("converted", "approved"):
        if call.query.get(name, "both") not in ("true", "false", "both"):
            raise invalid_param(name)


def record_id(fake: ZohoFake, call: Call, module: Module) -> str:
    """The id that the path names, itself or (``X-EXTERNAL: Module.Field``) by the value of an external field.

    An external value that no record has gives an id that none has. Raises ZohoError for what is no id.
    """
    given, external = call.params["id"], call.header("x-external")
    if external is None:
        if not (given.isascii() and given.isdigit()):
            raise bad_id(fake.switches["bad_id_status"])
        return given
    place, _, name = external.partition(".")
    field = module.fields.get(name)
    if place != module.name or field is None or not field.external:
        raise ZohoError(400, "INVALID_DATA", "invalid data", header="X-EXTERNAL")
    held = next((row for row in fake.store.rows(module.name) if row.get(name) == given), None)
    return "0" if held is None else str(held["id"])
