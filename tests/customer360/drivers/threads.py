"""A port that answers as a test of the blocking driver says, and transactions that tell their thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import attrs

from customer360.core.effects import Send, tx
from customer360.core.wire import Response
from customer360.drivers.blocking import BlockingDriver

Answer = Callable[[Send], Response]
Drive = Callable[..., BlockingDriver]


@attrs.define(eq=False)
class Port:
    """Answers as ``answer`` says; ``sent`` names the requests and the threads they were sent on."""

    answer: Answer
    sent: list[tuple[str, str]] = attrs.field(factory=list)

    def send(self, send: Send) -> Response:
        self.sent.append((send.url, threading.current_thread().name))
        return self.answer(send)

    def warm(self, url: str, *, timeout: float = 5.0) -> None: ...

    def close(self) -> None: ...


def fine(send: Send) -> Response:
    return Response(200, send.url.encode())


def here(noted: list[str], what: str) -> Any:
    """A transaction that notes ``what`` and the thread it ran on."""

    def work(connection: Any) -> str:
        noted.append(what)
        return threading.current_thread().name

    return tx(work)
