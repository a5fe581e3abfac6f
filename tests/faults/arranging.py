"""How a fault is brought about on a stack that runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Final

import attrs
from tests.faults.stack import LONG, Stack

from customer360_testkit.fakes import wire
from customer360_testkit.fakes.faults import Fault, page_loop, status

TOKENS: Final = r".*/token$"
API: Final = r"(?!.*/token$)"
"""Every path but that of the token endpoint."""


def on_wire(*faults: wire.WireFault) -> Callable[[Stack], None]:
    def arrange(running: Stack) -> None:
        for number, fault in enumerate(faults, start=1):
            running.wire.fault(number, fault)

    return arrange


def always(fault: wire.WireFault) -> Callable[[Stack], None]:
    return lambda running: running.wire.always(fault)


def at(fault: Fault, path: str = API, times: int | None = 1) -> Callable[[Stack], None]:
    return lambda running: running.fake.faults.add(fault, path=path, times=times, when=running.strikes)


def answered(code: int, *headers: tuple[str, str], applied: bool = False) -> Callable[[Stack], None]:
    return at(status(code, headers=headers, applied=applied))


def dated(running: Stack) -> None:
    soon = formatdate(time.time() + 2, usegmt=True)
    running.fake.faults.add(status(429, headers=(("retry-after", soon),)))


def expired(running: Stack) -> None:
    running.fake.oauth.expire_access_tokens()


def with_expired(*more: Callable[[Stack], None]) -> Callable[[Stack], None]:
    def arrange(running: Stack) -> None:
        expired(running)
        for each in more:
            each(running)

    return arrange


def refused(content: bytes, kind: str) -> Callable[[Stack], None]:
    """A 401 whose body is not the vendor's."""
    return at(status(401, headers=(("content-type", kind),), content=content))


def revoked(running: Stack) -> None:
    running.fake.oauth.revoke_user("kim")


def _rotating(running: Stack) -> None:
    running.fake.oauth.policy = attrs.evolve(running.fake.oauth.policy, rotate=True, revoke_on_reuse=True)


def signed_in_to_rotate(running: Stack) -> None:
    """Two expiries: the second needs the refresh token that the first one gave."""
    _rotating(running)
    expired(running)
    running.call("get", LONG)
    expired(running)


def pages(kind: str) -> Callable[[Stack], None]:
    return at(page_loop(kind), times=None)  # type: ignore[arg-type]


def idle(running: Stack) -> None:
    running.wire.aim()
    running.wire.fault(1, wire.close_idle())
    running.call("get", LONG)
    time.sleep(0.05)
