"""Names to addresses, within a deadline: the system's resolver cannot be interrupted, so it runs aside."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, TypeAlias

Address: TypeAlias = tuple[socket.AddressFamily, tuple[Any, ...]]
"""A socket family and its address."""

Lookup: TypeAlias = Callable[[str, int], list[Address]]
"""Raises OSError."""

_FIRST_TRY = 0.3  # seconds, a little over RFC 8305's 250 ms: a dead first address must not cost a caller's deadline


def system_lookup(host: str, port: int) -> list[Address]:
    """What the operating system says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(socket.AddressFamily(family), address) for family, _, _, _, address in found]


class Resolver:
    """Looks names up in threads of its own, one look-up per name at a time.

    Daemon threads, not a pool: one that hangs in a dead name server must keep neither others nor the exit waiting.
    """

    def __init__(self, lookup: Lookup = system_lookup) -> None:
        self._lookup = lookup
        self._lock = threading.Lock()
        self._running: dict[tuple[str, int], Future[list[Address]]] = {}

    def literal(self, host: str, port: int) -> list[Address] | None:
        """The address that ``host`` is, or None if it is a name."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        return [(socket.AF_INET, (host, port)) if address.version == 4 else (socket.AF_INET6, (host, port, 0, 0))]

    def start(self, host: str, port: int) -> Future[list[Address]]:
        """A future of the addresses of ``host``; who waits for it may give up at any time."""
        key = (host, port)
        with self._lock:
            running = self._running.get(key)
            if running is not None:
                return running
            future: Future[list[Address]] = Future()
            future.set_running_or_notify_cancel()  # shared: nobody's giving up cancels it for the others
            self._running[key] = future
        threading.Thread(target=self._run, args=(key, future), name="customer360-dns", daemon=True).start()
        return future

    def _run(self, key: tuple[str, int], future: Future[list[Address]]) -> None:
        try:
            addresses = self._lookup(*key)
            if not addresses:
                raise OSError("no address")
        except BaseException as error:
            self._forget(key)
            future.set_exception(error)
        else:
            self._forget(key)
            future.set_result(addresses)

    def _forget(self, key: tuple[str, int]) -> None:
        with self._lock:
            self._running.pop(key, None)


def plan(
    addresses: list[Address], refused: set[Address], remaining: Callable[[], float]
) -> Iterator[tuple[Address, float]]:
    """Which address to try, for how many seconds.

    Each for a moment first, so that a dead one costs little; then each that did not refuse (the caller adds to
    ``refused``) with a fair share of what remains. One address gets it all.
    """
    if len(addresses) > 1:
        for address in addresses:
            yield address, min(_FIRST_TRY, max(0.0, remaining()))
    silent = [address for address in addresses if address not in refused]
    for index, address in enumerate(silent):
        yield address, max(0.0, remaining()) / (len(silent) - index)
