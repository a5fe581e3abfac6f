"""The ports over httpx and httpx2: one code for both, connections managed by ourselves."""

from __future__ import annotations

from types import ModuleType

from customer360.transport.engine import engine
from customer360.transport.ports import KEEP, PER_HOST, AsyncioPort, BlockingPort
from customer360.transport.proxies import proxy_of
from customer360.transport.resolving import Lookup, Resolver, system_lookup
from customer360.transport.shards import AsyncioShard, BlockingShard, Wiring
from customer360.transport.tls import tls_context


class HttpxPort(BlockingPort):
    """Carries requests on the caller's thread; any number of threads may share it.

    ``module``: httpx or httpx2 (default: whichever is installed, httpx2 first). ``ca``: PEM file or directory, then the
    only authority trusted. ``proxy``: ``http://user:password@host:port``. The environment is never read (R15).
    ``per_host`` connections at most to one host, each idle for ``keep`` seconds at most. ``lookup`` replaces the
    system's name resolution.
    """

    def __init__(
        self,
        module: ModuleType | None = None,
        *,
        ca: str | None = None,
        proxy: str | None = None,
        per_host: int = PER_HOST,
        keep: float = KEEP,
        lookup: Lookup = system_lookup,
    ) -> None:
        wiring = _wiring(module, ca, proxy, lookup)
        super().__init__(
            lambda where: BlockingShard(wiring, where), per_host=per_host, keep=keep, warms=wiring.proxy is None
        )


class AsyncHttpxPort(AsyncioPort):
    """The same for asyncio; connections belong to the loop that made them."""

    def __init__(
        self,
        module: ModuleType | None = None,
        *,
        ca: str | None = None,
        proxy: str | None = None,
        per_host: int = PER_HOST,
        keep: float = KEEP,
        lookup: Lookup = system_lookup,
    ) -> None:
        wiring = _wiring(module, ca, proxy, lookup)
        super().__init__(
            lambda where: AsyncioShard(wiring, where), per_host=per_host, keep=keep, warms=wiring.proxy is None
        )


def _wiring(module: ModuleType | None, ca: str | None, proxy: str | None, lookup: Lookup) -> Wiring:
    return Wiring(
        core=engine(module),
        tls=tls_context(ca),
        resolver=Resolver(lookup),
        proxy=None if proxy is None else proxy_of(proxy),
    )
