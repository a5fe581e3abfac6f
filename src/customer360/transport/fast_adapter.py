"""The fast ports: our own streams under llhttp, without an HTTP client in between. Needs the extra ``fast``.

A program chooses them itself: ``AsyncCustomer360(http=AsyncFastPort())``. They keep every promise of the default and
pass the same suite. Why httptools and no whole client: `docs/how-to/make-it-fast.md`.
"""

from __future__ import annotations

from customer360.core.errors import SetupError
from customer360.transport.ports import KEEP, PER_HOST, AsyncioPort, BlockingPort
from customer360.transport.proxies import proxy_of
from customer360.transport.resolving import Lookup, Resolver, system_lookup
from customer360.transport.tls import tls_context

try:
    from customer360.transport.fast_shards import FastAsyncioShard, FastBlockingShard, Wiring
except ModuleNotFoundError as missing:
    if missing.name != "httptools":
        raise
    raise SetupError("the fast ports need httptools", next_step="pip install httptools") from None


class FastPort(BlockingPort):
    """Carries requests on the caller's thread; any number of threads may share it.

    ``ca``: PEM file or directory, then the only authority trusted. ``proxy``: ``http://user:password@host:port``. The
    environment is never read (R15). ``per_host`` connections at most to one host, each idle for ``keep`` seconds at
    most. ``lookup`` replaces the system's name resolution.
    """

    def __init__(
        self,
        *,
        ca: str | None = None,
        proxy: str | None = None,
        per_host: int = PER_HOST,
        keep: float = KEEP,
        lookup: Lookup = system_lookup,
    ) -> None:
        wiring = _wiring(ca, proxy, lookup)
        super().__init__(
            lambda where: FastBlockingShard(wiring, where), per_host=per_host, keep=keep, warms=wiring.proxy is None
        )


class AsyncFastPort(AsyncioPort):
    """The same for asyncio; connections belong to the loop that made them."""

    def __init__(
        self,
        *,
        ca: str | None = None,
        proxy: str | None = None,
        per_host: int = PER_HOST,
        keep: float = KEEP,
        lookup: Lookup = system_lookup,
    ) -> None:
        wiring = _wiring(ca, proxy, lookup)
        super().__init__(
            lambda where: FastAsyncioShard(wiring, where), per_host=per_host, keep=keep, warms=wiring.proxy is None
        )


def _wiring(ca: str | None, proxy: str | None, lookup: Lookup) -> Wiring:
    return Wiring(tls=tls_context(ca), resolver=Resolver(lookup), proxy=None if proxy is None else proxy_of(proxy))
