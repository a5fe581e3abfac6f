"""Several requests in one (contract section 8): composite, graph, batch."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, WireRequest, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce.collections import Collections
from customer360_testkit.fakes.salesforce.errors import SalesforceError, parser_error, refused
from customer360_testkit.fakes.salesforce.records import json_body
from customer360_testkit.fakes.salesforce.tree import Tree

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

MAX_PARTS = 25
MAX_HEAVY = 5
"""Queries and collections among them."""
MAX_NODES = 500
_REFERENCE = re.compile(r"@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}")
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+)\]")
_HEAVY = re.compile(r"/services/data/v\d+\.0/(?:query|queryAll|search|parameterizedSearch|composite/sobjects)\b")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")


class Composite:
    """The endpoints below ``/composite``."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        base = "/services/data/{v}/composite"
        yield Route("POST", base, self.composite)
        yield Route("POST", f"{base}/graph", self.graph)
        yield Route("POST", f"{base}/batch", self.batch)
        yield from Collections(self._fake).routes()
        yield from Tree(self._fake).routes()

    # --- composite and graph -------------------------------------------------------------------------------------

    def composite(self, call: Call) -> WireAnswer:
        body = _object(json_body(call))
        parts = _parts(body, "compositeRequest")
        heavy = sum(bool(_HEAVY.match(str(part.get("url")))) for part in parts)
        if len(parts) > MAX_PARTS or heavy > MAX_HEAVY:
            most = MAX_PARTS if len(parts) > MAX_PARTS else MAX_HEAVY
            error = refused("LIMIT_EXCEEDED", f"The request can't contain more than {most} operations.")
            told = {"body": error.body(), "httpHeaders": {}, "httpStatusCode": 400, "referenceId": None}
            return json_answer(200, {"compositeResponse": [told]})
        results, _ = self._run(call, parts, all_or_none=body.get("allOrNone") is True)
        return json_answer(200, {"compositeResponse": results})

    def graph(self, call: Call) -> WireAnswer:
        """Each graph is all or nothing, whatever becomes of the others."""
        graphs = _parts(_object(json_body(call)), "graphs")
        if sum(len(_parts(graph, "compositeRequest")) for graph in graphs) > MAX_NODES:
            raise refused("LIMIT_EXCEEDED", f"The request can't contain more than {MAX_NODES} nodes.")
        told = []
        for graph in graphs:
            results, good = self._run(call, _parts(graph, "compositeRequest"), all_or_none=True)
            response = {"compositeResponse": results}
            told.append({"graphId": graph.get("graphId"), "graphResponse": response, "isSuccessful": good})
        return json_answer(200, {"graphs": told})

    def _run(self, call: Call, parts: list[Mapping[str, Any]], *, all_or_none: bool) -> tuple[list[Any], bool]:
        names = [part.get("referenceId") for part in parts]
        if any(not isinstance(name, str) or not _NAME.fullmatch(name) for name in names):
            raise parser_error("every part needs a referenceId of letters, digits and _")
        if len(set(names)) < len(names):
            raise refused("INVALID_INPUT", "the referenceIds must differ")
        before = self._fake.store.copy()
        answers: dict[str, Any] = {}
        results: list[dict[str, Any]] = []
        failed: int | None = None
        for place, (name, part) in enumerate(zip(names, parts, strict=True)):
            answer = self._part(call, part, answers, place)
            content = json.loads(answer.content) if answer.content else None
            headers = {key.title(): value for key, value in answer.headers if key in ("location", "etag")}
            results.append(
                {"body": content, "httpHeaders": headers, "httpStatusCode": answer.status, "referenceId": name}
            )
            if answer.status < 400:
                answers[str(name)] = content
            elif failed is None:
                failed = place
                if all_or_none:
                    break
        if failed is not None and all_or_none:
            self._fake.store.restore(before)
            halted: dict[str, Any] = {"body": _halted().body(), "httpHeaders": {}, "httpStatusCode": 400}
            results = [
                results[place] if place == failed else {**halted, "referenceId": name}
                for place, name in enumerate(names)
            ]
        return results, failed is None

    def _part(self, call: Call, part: Mapping[str, Any], answers: Mapping[str, Any], place: int) -> WireAnswer:
        if call.fault is not None and place in call.fault.partial:
            return refused("UNKNOWN_EXCEPTION", "An unexpected error occurred.").answer()
        try:
            url = _filled(str(part.get("url", "")), answers)
            body = _deep(part.get("body"), answers)
        except SalesforceError as wrong:
            return wrong.answer()
        except RecursionError:
            return parser_error("The body is nested too deeply").answer()
        if not str(url).startswith("/services/data/") or str(url).split("?")[0].rstrip("/").endswith("/composite"):
            return refused(
                "INVALID_INPUT", "the url of a part begins with /services/data/ and is no composite"
            ).answer()
        headers = part.get("httpHeaders")
        pairs = [(str(key), str(value)) for key, value in headers.items()] if isinstance(headers, Mapping) else []
        return inner(self._fake, call, str(part.get("method", "")), str(url), body, pairs)

    # --- batch ---------------------------------------------------------------------------------------------------

    def batch(self, call: Call) -> WireAnswer:
        body = _object(json_body(call))
        parts = _parts(body, "batchRequests")
        if len(parts) > MAX_PARTS:
            raise refused("LIMIT_EXCEEDED", f"The batch can't contain more than {MAX_PARTS} operations.")
        halt = body.get("haltOnError") is True
        halted = False
        results: list[dict[str, Any]] = []
        for place, part in enumerate(parts):
            if halted:
                error = refused("BATCH_PROCESSING_HALTED", "Batch processing halted per request")
                results.append({"statusCode": 412, "result": error.body()})
                continue
            if call.fault is not None and place in call.fault.partial:
                answer = refused("UNKNOWN_EXCEPTION", "An unexpected error occurred.").answer()
            else:
                url = f"/services/data/{str(part.get('url', '')).lstrip('/')}"
                answer = inner(self._fake, call, str(part.get("method", "")), url, part.get("richInput"), [])
            halted = halt and answer.status >= 400
            told = json.loads(answer.content) if answer.content else None
            results.append({"statusCode": answer.status, "result": told})
        wrong = any(result["statusCode"] >= 400 for result in results)
        return json_answer(200, {"hasErrors": wrong, "results": results})


def inner(
    fake: SalesforceFake, call: Call, method: str, url: str, body: Any, headers: list[tuple[str, str]]
) -> WireAnswer:
    """One part: in the name of the whole request's user, with its host."""
    content = b"" if body is None else json.dumps(body).encode()
    pairs = (("content-type", "application/json"), *headers)
    part = Call(WireRequest(method, f"https://{call.host}{url}", pairs, content), call.entry)
    part.state = {"grant": call.state["grant"]}
    return fake.inner(part)


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise parser_error("a JSON object is expected")
    return body


def _parts(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = body.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(part, Mapping) for part in found):
        raise parser_error(f"{name} is a list of objects")
    return found


def _halted() -> SalesforceError:
    message = "The transaction was rolled back since another operation in the same transaction failed."
    return refused("PROCESSING_HALTED", message)


def _deep(value: Any, answers: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return _filled(value, answers)
    if isinstance(value, Mapping):
        return {name: _deep(one, answers) for name, one in value.items()}
    if isinstance(value, list):
        return [_deep(one, answers) for one in value]
    return value


def _filled(text: str, answers: Mapping[str, Any]) -> Any:
    """References replaced by what earlier parts answered. Raises SalesforceError."""

    def value(found: re.Match[str]) -> Any:
        name, path = found.groups()
        if name not in answers:
            raise refused(
                "PROCESSING_HALTED", f"Invalid reference specified. No value for {name}{path} found in {name}"
            )
        here = answers[name]
        for step in _STEP.finditer(path):
            key, index = step.groups()
            try:
                here = here[key] if key is not None else here[int(index)]
            except (KeyError, IndexError, TypeError) as wrong:
                message = f"Invalid reference specified. No value for {name}{path} found in {name}"
                raise refused("PROCESSING_HALTED", message) from wrong
        return here

    whole = _REFERENCE.fullmatch(text)
    if whole is not None:
        return value(whole)
    return _REFERENCE.sub(lambda found: str(value(found)), text)
