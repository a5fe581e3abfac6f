"""``POST /__composite_requests``: up to five requests in one (contract section 8).

The shape of the answer is that of the vendor's own page about it. References wait for what they refer to; without
``parallel_execution`` they may only look back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import attrs

from customer360_testkit.fakes.exchange import Call, WireAnswer, WireRequest, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho import asking
from customer360_testkit.fakes.zoho.errors import ZohoError

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

KEY = "__composite_requests"
SCOPE = "ZohoCRM.composite_requests.CUSTOM"
MOST = 5
_ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_]*", re.ASCII)
_URI = re.compile(r"/crm/v8/[^?#]+", re.ASCII)
_REFERENCE = re.compile(r"@\{([a-zA-Z0-9][a-zA-Z0-9_]*):\$((?:\.[A-Za-z_$][\w$]*|\[\d+\])*)\}", re.ASCII)
_ANY_REFERENCE = re.compile(r"@\{[^}]*\}")
_STEP = re.compile(r"\.([A-Za-z_$][\w$]*)|\[(\d+)\]", re.ASCII)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_RESTRICTED = frozenset({"authorization", "x-crm-org"})


@attrs.frozen
class _Part:
    """One request of the five."""

    place: int
    id: str
    method: str
    uri: str
    rest: dict[str, Any]
    """``params``, ``headers`` and ``body``."""

    def references(self) -> set[str]:
        """The ids of the requests whose answers it needs."""
        return {match[1] for match in _REFERENCE.finditer(json.dumps([self.uri, self.rest]))}


class _Wrong(Exception):
    """What is wrong with one request before it is carried out."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(code)
        self.item = {"code": code, "details": details, "message": message, "status": "error"}


class Composite:
    """Runs requests inside a request, through ``run``: the same endpoints, the same token."""

    def __init__(self, fake: ZohoFake, run: Callable[[Call], WireAnswer]) -> None:
        self._fake = fake
        self._run = run

    def routes(self) -> Iterable[Route]:
        yield Route("POST", f"/crm/v8/{KEY}", self.composite)

    def composite(self, call: Call) -> WireAnswer:
        fake = self._fake
        fake.guard.need(call, SCOPE)
        fake.guard.composite(call)
        rollback, parallel, sent = _read(asking.body(call))
        parts, items = _parts(sent)
        before = fake.store.copy() if rollback else None
        order, looping = _ordered(parts) if parallel else (parts, [])
        for part in looping:
            circle = [one.place for one in looping]
            wrong = _Wrong("LOOPING_FOUND", "the references go round in a circle", sub_request_indexes=circle)
            items[part.place] = wrong.item
        bodies: dict[str, Any] = {}
        for part in order:
            items[part.place] = self._one(call, part, bodies)
        failed = next((place for place, item in sorted(items.items()) if _failed(item)), None)
        if before is not None and failed is None:
            fake.guard.spend(1)  # one that could have been rolled back costs one credit more
        elif before is not None:
            fake.store.restore(before)
            for place, item in items.items():
                if not _failed(item):
                    text = "the request was rolled back"
                    items[place] = _Wrong("ROLLBACK_PERFORMED", text, rollbacked_by_sub_request_index=failed).item
        ordered = [items[place] for place in range(len(sent))]
        bad = sum(_failed(item) for item in ordered)
        return json_answer(200 if not bad else 400 if bad == len(ordered) else 207, {KEY: ordered})

    def _one(self, call: Call, part: _Part, bodies: dict[str, Any]) -> dict[str, Any]:
        """Carry one request out; its body is kept in ``bodies`` for those that refer to it."""
        try:
            uri, rest = _filled(part.uri, bodies), _filled(part.rest, bodies)
        except _Wrong as wrong:
            return wrong.item
        params = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in rest["params"].items()
        }
        authorization = call.header("authorization") or ""
        headers = (("authorization", authorization), *((name, str(value)) for name, value in rest["headers"].items()))
        content = json.dumps(rest["body"]).encode() if rest["body"] is not None else b""
        url = f"https://{call.host}{uri}{'?' + urlencode(params) if params else ''}"
        inner = Call(WireRequest(part.method, url, headers, content), call.entry, call.fault)
        inner.state |= {"grant": call.state["grant"], "composite": True}
        try:
            answer = self._run(inner)
        except ZohoError as error:
            answer = error.answer()
        told = answer.json() if answer.content else None
        bodies[part.id] = told
        response = {"headers": dict(answer.headers), "status_code": answer.status, "body": told}
        if answer.status >= 400 and self._fake.switches["composite_failure"] == "failed":
            text = "composite sub request failed"
            return _Wrong("EXECUTION_FAILED", text, response=response).item
        text = "composite sub request executed successfully"
        return {"code": "SUCCESS", "details": {"response": response}, "message": text, "status": "success"}


def _read(body: dict[str, Any]) -> tuple[bool, bool, list[Any]]:
    """``(rollback_on_fail, parallel_execution, requests)`` of what was sent. Raises ZohoError."""
    for name in ("rollback_on_fail", "parallel_execution"):
        if not isinstance(body.get(name, False), bool):
            details = {"api_name": name, "json_path": f"$.{name}", "expected_data_type": "boolean"}
            raise ZohoError(400, "INVALID_DATA", "invalid data", **details)
    rollback = body.get("rollback_on_fail", False)
    parallel = body.get("parallel_execution", not rollback)
    if rollback and parallel:
        both = [{"api_name": name, "json_path": f"$.{name}"} for name in ("rollback_on_fail", "parallel_execution")]
        raise ZohoError(400, "AMBIGUITY_DURING_PROCESSING", "both cannot be true", ambiguity_due_to=both)
    sent, place = body.get(KEY), {"api_name": KEY, "json_path": f"$.{KEY}"}
    if sent is None:
        raise ZohoError(400, "MANDATORY_NOT_FOUND", "required field not found", **place)
    if not isinstance(sent, list) or not sent:
        raise ZohoError(400, "INVALID_DATA", "invalid data", **place, expected_data_type="jsonarray")
    if len(sent) > MOST:
        raise ZohoError(400, "INVALID_DATA", "invalid data", **place, maximum_length=MOST)
    return rollback, parallel, sent


def _parts(sent: list[Any]) -> tuple[list[_Part], dict[int, dict[str, Any]]]:
    """The requests that can be carried out, and by place what is wrong with the others."""
    parts: list[_Part] = []
    items: dict[int, dict[str, Any]] = {}
    for place, one in enumerate(sent):
        try:
            part = _part(place, one)
            if any(other.id == part.id for other in parts):
                raise _Wrong("DUPLICATE_DATA", "duplicate data", **_at(place, "sub_request_id"))
            parts.append(part)
        except _Wrong as wrong:
            items[place] = wrong.item
    return parts, items


def _part(place: int, one: Any) -> _Part:
    if not isinstance(one, dict):
        raise _Wrong("INVALID_DATA", "invalid data", **_at(place, KEY), expected_data_type="jsonobject")
    for name in ("method", "uri"):
        if one.get(name) is None:
            raise _Wrong("MANDATORY_NOT_FOUND", "required field not found", **_at(place, name))
    given, method, uri = one.get("sub_request_id"), one["method"], one["uri"]
    if given is not None and not (isinstance(given, str) and _ID.fullmatch(given)):
        raise _Wrong("INVALID_DATA", "invalid data", **_at(place, "sub_request_id"), regex=_ID.pattern)
    if method not in _METHODS:
        raise _Wrong("INVALID_DATA", "invalid data", **_at(place, "method"))
    if not isinstance(uri, str) or not _URI.fullmatch(uri):
        raise _Wrong("INVALID_DATA", "invalid data", **_at(place, "uri"), regex=_URI.pattern)
    if KEY in uri or ("/users" in uri and method != "GET"):
        raise _Wrong("NOT_SUPPORTED", "not supported in a composite request", **_at(place, "uri"))
    rest: dict[str, Any] = {
        "params": one.get("params") or {},
        "headers": one.get("headers") or {},
        "body": one.get("body"),
    }
    for key, value in rest.items():
        if not isinstance(value, dict) and (key != "body" or value is not None):
            raise _Wrong("INVALID_DATA", "invalid data", **_at(place, key), expected_data_type="jsonobject")
    restricted = [header for header in rest["headers"] if header.lower() in _RESTRICTED]
    if restricted:
        raise _Wrong("NOT_SUPPORTED", "restricted headers", **_at(place, "headers"), restricted_headers=restricted)
    # One without an id cannot be referred to; its place stands for it, which no reference can name.
    return _Part(place, given or f"#{place}", method, uri, rest)


def _at(place: int, name: str) -> dict[str, Any]:
    return {"api_name": name, "json_path": f"$.{KEY}[{place}].{name}"}


def _ordered(parts: list[_Part]) -> tuple[list[_Part], list[_Part]]:
    """The requests so that each comes after those it refers to, and those that refer to each other in a circle."""
    known = {part.id for part in parts}
    order: list[_Part] = []
    waiting = list(parts)
    while waiting:
        done = {part.id for part in order}
        ready = [part for part in waiting if not (part.references() & known) - done]
        if not ready:
            break
        order += ready
        waiting = [part for part in waiting if part not in ready]
    return order, waiting


def _filled(value: Any, bodies: dict[str, Any]) -> Any:
    """``value`` with what its references refer to. Raises _Wrong INVALID_REFERENCE."""
    if isinstance(value, dict):
        return {key: _filled(one, bodies) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, bodies) for one in value]
    if not isinstance(value, str):
        return value

    def found(match: re.Match[str]) -> str:
        told = _told(match[0], bodies)
        return told if isinstance(told, str) else json.dumps(told)

    whole = _ANY_REFERENCE.fullmatch(value)
    return _told(value, bodies) if whole else _ANY_REFERENCE.sub(found, value)


def _told(reference: str, bodies: dict[str, Any]) -> Any:
    match = _REFERENCE.fullmatch(reference)
    at = bodies.get(match[1]) if match else None
    for step in _STEP.finditer(match[2] if match else ""):
        name, place = step[1], step[2]
        if name is not None:
            at = at.get(name) if isinstance(at, dict) else None
        else:
            at = at[int(place)] if isinstance(at, list) and int(place) < len(at) else None
    if at is None:
        raise _Wrong("INVALID_REFERENCE", "the reference has no value", reference=reference)
    return at


def _failed(item: dict[str, Any]) -> bool:
    """Whether a request failed; it says SUCCESS also when it was merely carried out."""
    status = item["details"].get("response", {}).get("status_code", 400)
    return bool(item["status"] == "error" or status >= 400)
