"""One request and one answer, as plain data, and what an endpoint is handed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import attrs

if TYPE_CHECKING:
    from customer360_testkit.fakes.faults import Fault
    from customer360_testkit.fakes.journal import Entry

Headers = tuple[tuple[str, str], ...]


@attrs.frozen
class WireRequest:
    """A request as a client sends it. ``url`` is absolute; the host is the vendor's or a loopback one."""

    method: str
    url: str
    headers: Headers = attrs.field(default=(), repr=False)
    content: bytes = attrs.field(default=b"", repr=False)


@attrs.frozen
class WireAnswer:
    """An answer as the vendor sends it; header names are lower case.

    ``delay`` is how many seconds the vendor would take: over HTTP it is slept, a simulator adds it to its own clock.
    """

    status: int
    headers: Headers = ()
    content: bytes = attrs.field(default=b"", repr=False)
    delay: float = 0.0

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)

    def json(self) -> Any:
        """The body as JSON; ValueError when it is none."""
        return json.loads(self.content)


class AnswerLost(Exception):
    """The connection ended without an answer (X1, X2). ``applied`` says whether the vendor did the work."""

    def __init__(self, applied: bool) -> None:
        super().__init__("the connection ended without an answer")
        self.applied = applied


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
JSON_HEADERS: Headers = (("content-type", "application/json;charset=UTF-8"),)


def json_answer(status: int, payload: Any, headers: Headers = ()) -> WireAnswer:
    """``payload`` as a JSON answer. ``headers`` come after the content type."""
    return WireAnswer(status, JSON_HEADERS + headers if headers else JSON_HEADERS, _encode(payload).encode())


def as_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """Header pairs with lower-case names."""
    return tuple((name.lower(), value) for name, value in headers)


class Call:
    """What an endpoint is handed: the request taken apart, lazily.

    Attributes:
        request: the request itself.
        method: upper case.
        host: host of the URL, lower case, with a port if there is one.
        path: percent-encoded path; ``segments`` are its decoded parts.
        params: what the route's variables matched (decoded).
        entry: this exchange in the journal; an endpoint sets ``entry.account``.
        fault: the fault that a paginator or a batch endpoint must honour, or None.
        state: free room for the fake's own layers (the caller's user, scopes).
    """

    def __init__(self, request: WireRequest, entry: Entry, fault: Fault | None = None) -> None:
        self.request = request
        self.method = request.method.upper()
        self.entry = entry
        self.fault = fault
        self.params: dict[str, str] = {}
        self.state: dict[str, Any] = {}
        self.host, self.path, self.query_string = split_url(request.url)

    @cached_property
    def segments(self) -> tuple[str, ...]:
        return tuple(unquote(part) for part in self.path.strip("/").split("/"))

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters; of repeated ones the first."""
        if not self.query_string:
            return {}
        found: dict[str, str] = {}
        for name, value in parse_qsl(self.query_string, keep_blank_values=True):
            found.setdefault(name, value)
        return found

    @cached_property
    def form(self) -> dict[str, str]:
        """The body as ``application/x-www-form-urlencoded``; of repeated parameters the first."""
        found: dict[str, str] = {}
        for name, value in parse_qsl(self.request.content.decode("utf-8", "replace"), keep_blank_values=True):
            found.setdefault(name, value)
        return found

    def header(self, name: str) -> str | None:
        """The first request header of that name, whatever its case, or None."""
        wanted = name.lower()
        for key, value in self.request.headers:
            if key.lower() == wanted:
                return value
        return None

    def json(self) -> Any:
        """The request body as JSON; ValueError when it is none (NaN and broken UTF-8 included)."""
        return json.loads(self.request.content.decode("utf-8"), parse_constant=_refuse_constant)


Endpoint = Callable[[Call], WireAnswer]


def split_url(url: str) -> tuple[str, str, str]:
    """``(host with port, path, query)`` of an absolute URL; cheaper than urllib's and enough for a fake."""
    rest = url.partition("://")[2] or url
    rest = rest.partition("#")[0]
    before, _, query = rest.partition("?")
    host, slash, path = before.partition("/")
    return host.lower(), slash + path or "/", query


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
