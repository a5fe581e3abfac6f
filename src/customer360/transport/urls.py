"""From a connector's path and parameters to one absolute URL in ASCII."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from customer360.core.errors import InvalidValue

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|\Z)", re.IGNORECASE)
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^/?#\\\x00-\x20\x7f-\U0010ffff]*(?=[/?#]|\Z)")
# RFC 3986's unreserved and reserved characters (without "#") and "%": left as the connector wrote them.
_AS_WRITTEN = "%:/?[]@!$&'()*+,;=-._~"
_WRITABLE = re.compile(rf"(?:[0-9A-Za-z{re.escape(_AS_WRITTEN[1:])}]++|%[0-9A-Fa-f]{{2}})*+")
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def resolve(base: str, path: str, params: Iterable[tuple[str, str]] = ()) -> str:
    """The URL of a request: ``path`` under ``base``, or ``path`` itself if it is absolute; then ``params``.

    Characters that no URL may hold are percent-encoded as UTF-8; existing escapes stay. A relative path always stays
    below ``base``. Raises :class:`InvalidValue` for control characters in an absolute URL and for ``.`` and ``..``
    segments: a record's id must never choose another resource.
    """
    if _ABSOLUTE.match(path):
        if _CONTROL.search(path) or "\\" in path:
            raise InvalidValue("a URL that the CRM handed out holds characters that no URL may hold")
        url = path.split("#", 1)[0]
    else:
        # A path that begins with anything but "/" would continue the host's name ("https://api.example" + "@evil").
        url = base.rstrip("/") + (path if path.startswith("/") or not path else "/" + path).replace("#", "%23")
    if not _WRITABLE.fullmatch(url):
        url = _STRAY_PERCENT.sub("%25", quote(url, safe=_AS_WRITTEN))
    _refuse_dots(url)
    query = encode(params)
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _refuse_dots(url: str) -> None:
    _, _, path = url.partition("?")[0].partition("://")[2].partition("/")
    if _DOTS.search(f"/{path}"):
        raise InvalidValue("a path segment of a request is '.' or '..'", next_step="check the record's id")


def encode(pairs: Iterable[tuple[str, str]]) -> str:
    """``pairs`` as a query or form, in their order, repeats kept.

    Everything but RFC 3986's unreserved characters is percent-encoded: a space is ``%20`` and a plus ``%2B``, which
    every server reads alike.
    """
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def to_json(value: Any) -> bytes:
    """``value`` as JSON in UTF-8.

    Raises :class:`InvalidValue` for what JSON cannot say (NaN, a lone surrogate, an unknown type).
    """
    try:
        return _ENCODER.encode(value).encode()
    except (TypeError, ValueError, RecursionError):
        raise InvalidValue(
            "a request's body holds a value that JSON cannot express",
            next_step="take out half characters (lone surrogates) and numbers that are none (NaN)",
        ) from None


def place(url: str) -> str:
    """The beginning of an absolute URL, up to its path: what decides where it leads, and is the same for all requests
    to one host. All of it, where it is not written as plainly as that: then nothing is known but by reading it whole.
    """
    found = _PLACE.match(url)
    return url if found is None else found[0]


def target(url: str) -> str:
    """The path and the query of an absolute URL, as the first line of a request has them."""
    where = place(url)
    if where == url:
        parts = urlsplit(url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    rest = url[len(where) :].partition("#")[0]
    return rest if rest.startswith("/") else f"/{rest}"


def netloc(url: str) -> str:
    """Host and port of an absolute URL, as they stand there."""
    return urlsplit(url).netloc.rpartition("@")[2]


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an absolute URL."""
    return _origin(place(url))


@lru_cache(maxsize=256)
def _origin(where: str) -> tuple[str, str, int]:
    parts = urlsplit(where)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
