"""Which process it was, and whether it has ended: so that nobody waits for the lease of one that was killed.

Known of processes on this machine since it was started, in this container if there are several, where the system tells
such things under ``/proc`` (Linux). Of all others nothing is known, and their leases run out by time.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_NOWHERE: Final = ""
_OVER: Final = frozenset("ZX")
"""Of a process's states: killed, and not yet asked about by its parent; gone."""


def this() -> str:
    """A mark of this process, that no other ever has: at most 44 characters; empty where nothing can be known."""
    return _mark(os.getpid())


@lru_cache(maxsize=2)  # a child that was forked asks for its own
def _mark(pid: int) -> str:
    here, told = _here(), _told(pid)
    return f"{here}-{pid}-{told[1]}" if here and told is not None else _NOWHERE


def ended(mark: str) -> bool:
    """Whether the process of ``mark`` is known to have ended."""
    here, _, rest = mark.rpartition("-")[0].rpartition("-")
    if not here or here != _here():
        return False
    told = _told(int(rest))
    return told is None or told[0] in _OVER or told[1] != mark.rpartition("-")[2]


@lru_cache(maxsize=1)
def _here() -> str:
    """This start of this machine, and which of its process tables is ours."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot.partition('-')[0]}:{(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return _NOWHERE


def _told(pid: int) -> tuple[str, str] | None:
    """State and start of a process (ticks since the machine was started), or None if there is none."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], fields[19]
