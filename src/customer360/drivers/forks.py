"""Whether this process was forked since: what a client holds, threads, locks and connections, is its parent's alone."""

from __future__ import annotations

import os

from customer360.core.errors import SetupError


class Birthplace:
    """The process in which it was made."""

    __slots__ = ("_forks",)

    def __init__(self) -> None:
        self._forks = _seen.count

    @property
    def left(self) -> bool:
        """Whether this is a child of that process."""
        return self._forks != _seen.count


def inherited() -> SetupError:
    """For whoever uses in a child what its parent opened: threads do not follow, and connections would be shared."""
    return SetupError(
        "this client was opened before the process was forked; nothing was done",
        next_step="open a client in each process, after the fork",
    )


class _Forks:
    """How many forks lie between this process and the one that imported this module."""

    count = 0

    def another(self) -> None:
        self.count += 1


_seen = _Forks()

if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(after_in_child=_seen.another)
