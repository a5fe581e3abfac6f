"""What is known of one exchange on the wire: how much time is left, and whether a byte went out or came in."""

from __future__ import annotations

import re
import time
from typing import Any

from customer360.core.errors import Customer360Error, DeadlineExceeded
from customer360.transport.engine import failure, writes

_EMPTY_LINE = re.compile(rb"\n\r?\n")
_OVERLAP = 2  # bytes of an empty line that may have been handed over already


class WireState:
    """Begun anew for each exchange on a connection; read and written by that connection's stream only."""

    def __init__(self) -> None:
        self.begin("GET", 0.0, reused=False)

    def begin(self, method: str, timeout: float, *, reused: bool, tunnel: bool = False) -> None:
        """A new exchange; ``timeout`` in seconds for all of it.

        ``tunnel``: whether a proxy stands between, to which what is written before TLS is addressed.
        """
        self._to_proxy = tunnel and not reused
        self._method = method
        self._until = time.monotonic() + timeout
        self.reused = reused
        self.sent = False
        self.answered = False
        self.delivered = 0
        self._last = b""
        self._cut = True

    def connected(self, *, secured: bool = False) -> None:
        """A new connection stands, or a tunnel through a proxy: what went before was not the request."""
        self.reused = self.sent = self.answered = False
        self._to_proxy = self._to_proxy and not secured

    def wrote(self) -> None:
        """Bytes are on their way; those that ask a proxy for a tunnel are no part of the request."""
        self.sent = not self._to_proxy

    def deliver(self, received: bytearray, most: int) -> bytes:
        """Take from ``received`` what HTTP's parser may see next: never past an empty line, unless in a plain body.

        Heads, trailers and chunked bodies end with one, so what follows an answer stays in ``received``, where it can
        be seen: inside the parser it would be taken for the answer to the next request.
        """
        end = self._empty_line(received, most) if self._cut else 0
        size = end or min(most, len(received))
        chunk = bytes(received[:size])
        del received[:size]
        self._last = b"" if end else (self._last + chunk[-_OVERLAP:])[-_OVERLAP:]
        self.answered = self.answered or bool(chunk)
        self.delivered += size
        return chunk

    def in_body(self, *, chunked: bool) -> None:
        """The head is over; a body that is not chunked is told by its length instead."""
        self._cut = chunked

    def _empty_line(self, received: bytearray, most: int) -> int:
        across = _EMPTY_LINE.search(self._last + received[:_OVERLAP])
        if across is not None:
            return across.end() - len(self._last)
        found = _EMPTY_LINE.search(received, 0, most)
        return 0 if found is None else found.end()

    def remaining(self) -> float:
        """Seconds left; raises :class:`DeadlineExceeded` when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise self.too_late()
        return left

    def left(self) -> float:
        """Seconds left, zero at least."""
        return max(0.0, self._until - time.monotonic())

    def meaning(self, core: Any, error: Exception) -> Customer360Error:
        """What an ``error`` that ended the exchange says of the request (R1, R11); ``core`` names the library's own.

        An answer that is refused while it comes in (too large, say) tells nothing of what the CRM did.
        """
        if not isinstance(error, Customer360Error):
            return failure(core, error, method=self._method, sent=self.sent, reused=self.reused, answered=self.answered)
        error.maybe_applied = self.writes and (error.maybe_applied or (self.sent and self.answered))
        return error

    def too_late(self) -> DeadlineExceeded:
        """The error for a deadline that has passed."""
        if not self.sent:
            return DeadlineExceeded("the time allowed was over before the request was sent; nothing was sent")
        return DeadlineExceeded("the CRM did not answer in the time allowed", maybe_applied=self.writes)

    @property
    def writes(self) -> bool:
        """Whether the request may have changed something."""
        return writes(self._method)
