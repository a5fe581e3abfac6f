"""JSON batching: up to 20 requests, each answered and throttled on its own (contract section 8)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, WireRequest, json_answer
from customer360_testkit.fakes.microsoft365.errors import GraphError, bad_request

if TYPE_CHECKING:
    from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


def batch(fake: Microsoft365Fake, call: Call) -> WireAnswer:
    """Do each request in order; a batch that is malformed is refused whole."""
    requests = _checked(call)
    done: dict[str, int] = {}
    answers: list[dict[str, Any]] = []
    struck = call.fault.partial if call.fault is not None else frozenset()
    free = fake.guard.free_slots(call)
    for at, one in enumerate(requests):
        if any(done.get(name, 424) >= 400 for name in one.get("dependsOn") or ()):
            answer = fake.refusal(call, GraphError(424, "FailedDependency", "Failed Dependency"))
        elif at in struck:
            answer = fake.refusal(call, GraphError(503, "ServiceUnavailable", "Try again later."))
        elif at >= free:
            answer = fake.refusal(call, fake.guard.too_many())
        else:
            answer = fake.dispatch_part(_part(fake, call, one))
        done[one["id"]] = answer.status
        told: dict[str, Any] = {"id": one["id"], "status": answer.status, "headers": dict(answer.headers)}
        if answer.content:
            told["body"] = answer.json()
        answers.append(told)
    fake.random.shuffle(answers)  # they come in any order
    return json_answer(200, {"responses": answers})


def _checked(call: Call) -> list[dict[str, Any]]:
    try:
        requests = call.json()["requests"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise bad_request("Invalid batch payload format.") from None
    if not isinstance(requests, list) or not 1 <= len(requests) <= 20:
        raise bad_request("Number of batch request steps must be between 1 and 20.")
    seen: set[str] = set()
    for one in requests:
        if not isinstance(one, dict) or not isinstance(one.get("id"), str) or one["id"] in seen:
            raise bad_request("Each batch request needs an id of its own.")
        url, depends = one.get("url"), one.get("dependsOn") or []
        if one.get("method") not in _METHODS or not isinstance(url, str) or not url.startswith("/"):
            raise bad_request("Each batch request needs a method and a relative url.")
        if url.partition("?")[0].lower() == "/$batch":
            raise bad_request("A batch cannot be part of a batch.")
        if not isinstance(depends, list) or not all(isinstance(name, str) and name in seen for name in depends):
            raise bad_request("dependsOn names requests that come before.")
        if "body" in one and not isinstance(one.get("headers"), dict):
            raise bad_request("A request with a body needs a Content-Type header.")
        seen.add(one["id"])
    return requests


def _part(fake: Microsoft365Fake, call: Call, one: dict[str, Any]) -> Call:
    headers = tuple((str(name), str(value)) for name, value in (one.get("headers") or {}).items())
    headers += tuple(pair for pair in call.request.headers if pair[0].lower() == "authorization")
    content = json.dumps(one["body"]).encode() if "body" in one else b""
    return Call(WireRequest(one["method"], f"https://{call.host}/v1.0{one['url']}", headers, content), call.entry)
