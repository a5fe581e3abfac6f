"""What people type, or paste out of their browser, where a name or a host is asked for (``Setting.normal``).

Each function answers what it understood, or what was typed if it did not: the setting's ``pattern`` decides, and must
refuse what is no name or host. Nothing here makes a host allowed; :class:`customer360.core.linking.Hosts` does.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

HOST = r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
"""The pattern of a host name with a dot, lower case."""

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""The pattern of one label of a host name."""

SITE = rf"{HOST}(?::[1-9][0-9]{{0,4}})?(?:/[A-Za-z0-9._~-]+)*"
"""The pattern of an installation of a customer's own: host, perhaps a port, perhaps a path."""


def label_under(*suffixes: str) -> Callable[[str], str]:
    """For a tenant's name: ``https://Acme.zendesk.com/agent`` is ``acme`` under ``zendesk.com``, as is ``Acme``."""

    def normal(text: str) -> str:
        host = host_of(text)
        for suffix in suffixes:
            if host.endswith(f".{suffix}"):
                return host.removesuffix(f".{suffix}")
        return host

    return normal


def host_of(text: str) -> str:
    """The host of an address, lower case: of ``https://EU.myconnectwise.net/v4_6/`` it is ``eu.myconnectwise.net``."""
    parts = _parts(text)
    if parts is None or parts.port not in (None, 443):
        return text
    return (parts.hostname or "").rstrip(".") or text


def site_of(text: str) -> str:
    """An installation's own address without scheme, query and final slash: ``crm.acme.com:8443/sugar``.

    Plain http is not understood: a password would travel in the clear.
    """
    parts = _parts(text)
    if parts is None or parts.scheme == "http":
        return text
    return parts.netloc.lower().removesuffix(":443") + parts.path.rstrip("/")


def _parts(text: str) -> SplitResult | None:
    bare = text.strip()
    try:
        parts = urlsplit(bare if "://" in bare else f"https://{bare}")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or "@" in parts.netloc or "[" in parts.netloc or port == 0:
        return None
    return parts if parts.hostname else None
