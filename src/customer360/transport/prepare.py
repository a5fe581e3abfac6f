"""A connector's request, written out: where it goes and every byte of it, before any credential is added."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import attrs

from customer360.core.effects import Request
from customer360.core.errors import HostRefused, InvalidValue
from customer360.core.linking import Hosts
from customer360.transport.urls import encode, place, resolve, to_json

Headers = tuple[tuple[str, str], ...]

_OURS: Final = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "te", "cookie"}
)
_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?|")


@attrs.frozen(kw_only=True)
class Prepared:
    """What will be sent. ``url`` has the vendor's own host, which was checked."""

    method: str
    url: str = attrs.field(repr=False)
    host: str
    headers: Headers = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)


def prepare(request: Request, *, base: str, hosts: Hosts, user_agent: str) -> Prepared:
    """Resolve, encode and check.

    Raises :class:`HostRefused` for a host that the link does not declare and :class:`InvalidValue` for what cannot be
    written down.
    """
    url = resolve(base, request.path, request.params)
    content, kind = _body(request)
    headers = _with_ours(request.headers, kind, user_agent) if request.headers else _ours(kind, user_agent)
    return Prepared(
        method=request.method,
        url=url,
        host=allowed_host(url, hosts, login=request.purpose == "login"),
        headers=headers,
        content=content,
    )


def _with_ours(given: Headers, kind: str | None, user_agent: str) -> Headers:
    """The headers that were given, and of ours those that were not."""
    names = {name.lower() for name, _ in checked_headers(given)}
    if taken := names & _OURS:
        raise InvalidValue(f"the header {min(taken)!r} belongs to the transport")
    return (*given, *(pair for pair in _ours(kind, user_agent) if pair[0].lower() not in names))


@lru_cache(maxsize=64)
def _ours(kind: str | None, user_agent: str) -> Headers:
    """What every request says of itself; ``kind`` is its body's."""
    about = () if kind is None else (("Content-Type", kind),)
    agent = ("User-Agent", user_agent)
    return (("Accept", "application/json"), agent, *about, ("Accept-Encoding", "gzip, deflate"))


def allowed_host(url: str, hosts: Hosts, *, login: bool) -> str:
    """The host of ``url``, if the link declares it: the one gate, for requests, next pages and redirects alike."""
    try:
        return _allowed(hosts, place(url), login)
    except ValueError:  # what urlsplit cannot read has no host that could be allowed
        raise HostRefused("a URL is malformed") from None


@lru_cache(maxsize=256)
def _allowed(hosts: Hosts, where: str, login: bool) -> str:
    # What comes after the place has no say in it; a refusal is not remembered.
    return hosts.check(where, login=login)


def checked_headers(headers: Headers) -> Headers:
    """``headers``, if they can be sent: nothing may break out of its line."""
    for name, value in headers:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise InvalidValue("a header holds characters that no header may hold")
    return headers


def _body(request: Request) -> tuple[bytes, str | None]:
    given = [part for part in (request.json, request.form, request.content) if part is not None]
    if len(given) > 1:
        raise InvalidValue("a request has one body: json, form or content")
    if request.json is not None:
        return to_json(request.json), "application/json"
    if request.form is not None:
        return encode(request.form).encode("ascii"), "application/x-www-form-urlencoded"
    return request.content or b"", None
