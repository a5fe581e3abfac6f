"""An HTTP proxy, as the program names it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import attrs

from customer360.core.errors import InvalidSettings


@attrs.frozen
class Proxy:
    """An HTTP proxy."""

    url: str
    auth: tuple[str, str] | None = attrs.field(default=None, repr=False)


def proxy_of(url: str) -> Proxy:
    """The proxy of ``http://[user:password@]host[:port]``; raises :class:`InvalidSettings` for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port or 8080
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme != "http" or not parts.hostname:
        raise InvalidSettings("the proxy is not an http:// URL", next_step="give http://[user:password@]host:port")
    auth = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return Proxy(f"http://{host}:{port}", auth)
