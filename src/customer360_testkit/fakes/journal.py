"""Every exchange of a fake, in order, for tests and judges: counts, overlap, what was applied. Never a token."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator


class Entry:
    """One exchange.

    Attributes:
        number: 1 for the first request since the last reset.
        at: seconds since 1970, by the fake's clock, when the request arrived.
        method, path, query: as sent, without host (``query`` still percent-encoded; ``secret`` parameters removed).
        status: the status sent, or None when no answer was sent.
        applied: whether the fake did what was asked; False while an X22 request waits for its time.
        started, finished: positions in one common order of all starts and ends.
        account: whose grant it was, when known.
        fault: name of the fault that struck, or "".
    """

    __slots__ = (
        "account",
        "applied",
        "at",
        "fault",
        "finished",
        "method",
        "number",
        "path",
        "query",
        "started",
        "status",
    )

    def __init__(self, number: int, at: float, method: str, path: str, query: str, started: int) -> None:
        self.number = number
        self.at = at
        self.method = method
        self.path = path
        self.query = query
        self.started = started
        self.finished: int | None = None
        self.status: int | None = None
        self.applied = False
        self.account: str | None = None
        self.fault = ""

    def __repr__(self) -> str:
        # The path only: a query may hold a phone number or, at a token endpoint, a secret.
        return f"<{self.number} {self.method} {self.path} -> {self.status}{' ' + self.fault if self.fault else ''}>"


_SECRETS = re.compile(r"(?:^|&)[^=&]*(?:token|secret|code|password|assertion)[^=&]*=[^&]*", re.IGNORECASE)


class Journal:
    """The last ``keep`` exchanges. Iterate it, or ask by method and path pattern (a regular expression)."""

    def __init__(self, keep: int = 100_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=keep)
        self._tick = 0
        self.count = 0

    def clear(self) -> None:
        self._entries.clear()
        self._tick = 0
        self.count = 0

    def open(self, at: float, method: str, path: str, query: str) -> Entry:
        """Note the start of an exchange."""
        self.count += 1
        self._tick += 1
        if query and _SECRETS.search(query):
            query = _SECRETS.sub("", query).lstrip("&")
        entry = Entry(self.count, at, method, path, query, self._tick)
        self._entries.append(entry)
        return entry

    def close(self, entry: Entry) -> None:
        """Note its end."""
        self._tick += 1
        entry.finished = self._tick

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<Journal of {self.count} exchanges>"

    def select(self, method: str | None = None, path: str | None = None) -> list[Entry]:
        """The entries of that method whose path matches the regular expression ``path`` from its start."""
        pattern = re.compile(path) if path is not None else None
        return [
            entry
            for entry in self._entries
            if (method is None or entry.method == method) and (pattern is None or pattern.match(entry.path))
        ]
