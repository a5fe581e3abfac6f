"""Sending a vendor's host name to a server on this machine: for fakes and for recordings."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from customer360.core.errors import InvalidSettings
from customer360.transport.urls import origin, target


class Endpoints:
    """``{"www.zohoapis.eu": "http://127.0.0.1:8001"}``, applied after the host check: what is tested is what runs.

    Targets must be loopback addresses: this is no way to move a credential elsewhere. Raises
    :class:`InvalidSettings` for any other.
    """

    def __init__(self, mapping: Mapping[str, str] | None = None) -> None:
        self._targets = {host.lower(): _checked(host, target) for host, target in (mapping or {}).items()}

    def apply(self, url: str) -> str:
        """``url``, moved to its loopback target if its host has one; the path and the query stay."""
        moved = self._targets.get(origin(url)[1]) if self._targets else None
        return url if moved is None else moved + target(url)


def _checked(host: str, target: str) -> str:
    try:
        parts = urlsplit(target)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    plain = parts.scheme in ("http", "https") and not (
        parts.username or parts.password or parts.query or parts.fragment
    )
    if not plain or not is_loopback(parts.hostname or ""):
        raise InvalidSettings(
            f"the endpoint for {host} is not a loopback address",
            next_step="map hosts to http://127.0.0.1:PORT only",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether ``host`` is a loopback address; a name other than localhost is not, whatever it resolves to."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
