"""What is known of one exchange on the wire: how much time is left, and whether a byte went out or came in."""

from __future__ import annotations

import time

from customer360.core.errors import DeadlineExceeded
from customer360.transport.engine import writes

_TAIL = 8


class WireState:
    """Begun anew for each exchange on a connection; read and written by that connection's stream only."""

    def __init__(self) -> None:
        self.begin("GET", 0.0, reused=False)

    def begin(self, method: str, timeout: float, *, reused: bool) -> None:
        """A new exchange; ``timeout`` in seconds for all of it."""
        self._method = method
        self._until = time.monotonic() + timeout
        self.reused = reused
        self.sent = False
        self.answered = False
        self.tail = b""

    def connected(self) -> None:
        """A new connection stands, or a tunnel through a proxy: what went before was not the request."""
        self.reused = self.sent = self.answered = False

    def received(self, chunk: bytes) -> None:
        """Bytes came in."""
        if chunk:
            self.answered = True
            self.tail = (self.tail + chunk)[-_TAIL:]

    def remaining(self) -> float:
        """Seconds left; raises :class:`DeadlineExceeded` when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise self.too_late()
        return left

    def left(self) -> float:
        """Seconds left, zero at least."""
        return max(0.0, self._until - time.monotonic())

    def too_late(self) -> DeadlineExceeded:
        """The error for a deadline that has passed."""
        if not self.sent:
            return DeadlineExceeded("the time allowed was over before the request was sent; nothing was sent")
        return DeadlineExceeded("the CRM did not answer in the time allowed", maybe_applied=writes(self._method))

    def ended_with(self, body: bytes, *, chunked: bool) -> bool:
        """Whether the last bytes that came are the end of the answer.

        If not, something follows that would be taken for the start of the next answer: such a connection is not used
        again.
        """
        if chunked:
            return self.tail.endswith(b"\r\n\r\n") or self.tail == b""
        return not body or self.tail.endswith(body[-_TAIL:])
