"""What can go wrong at each effect, chosen by chance or by plan, and which of it was tried."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol


class Fate(StrEnum):
    """What becomes of one leaf.

    A transaction commits or does not, a request is applied, not applied, applied without an answer, or applied later;
    and the process may die before or after either.
    """

    FINE = "fine"
    NOT_APPLIED = "not applied"
    UNANSWERED = "applied, unanswered"
    LATER = "applied later"
    KILL_BEFORE = "killed before"
    KILL_AFTER = "killed after"


TX_FATES = (Fate.FINE, Fate.NOT_APPLIED, Fate.KILL_BEFORE, Fate.KILL_AFTER)
SEND_FATES = (*TX_FATES, Fate.UNANSWERED, Fate.LATER)


class Plan(Protocol):
    """Decides the fate of the next leaf."""

    def fate(self, site: str, fates: tuple[Fate, ...], *, calm: bool) -> Fate: ...

    def pause(self) -> float:
        """Seconds that pass around a leaf: a slow disk, a stopped process, a slow network."""
        ...


class Chance:
    """Each leaf may fail, with a budget, so that every run comes to an end."""

    def __init__(self, seed: int, *, kills: int = 3, failures: int = 8) -> None:
        self.random = random.Random(seed)
        self.kills, self.failures = kills, failures
        self.hurry = self.random.choice((0.0, 0.0, 0.5))

    def fate(self, site: str, fates: tuple[Fate, ...], *, calm: bool) -> Fate:
        if calm or self.random.random() > 0.3:
            return Fate.FINE
        fate = self.random.choice(fates)
        if fate in (Fate.KILL_BEFORE, Fate.KILL_AFTER):
            self.kills -= 1
            return fate if self.kills >= 0 else Fate.FINE
        if fate is not Fate.FINE:
            self.failures -= 1
            return fate if self.failures >= 0 else Fate.FINE
        return fate

    def pause(self) -> float:
        return self.random.choice((0.0, 0.001, 0.05, 1.0, 15.0, 45.0)) if self.random.random() < 0.15 else 0.001


class Single:
    """Exactly one leaf, the ``number``-th, meets ``wanted``; for going through a path exhaustively."""

    def __init__(self, number: int, wanted: Fate) -> None:
        self.number, self.wanted = number, wanted
        self.met: str | None = None
        self.seen = 0

    def fate(self, site: str, fates: tuple[Fate, ...], *, calm: bool) -> Fate:
        self.seen += 1
        if self.seen - 1 != self.number or self.wanted not in fates:
            return Fate.FINE
        self.met = site
        return self.wanted

    def pause(self) -> float:
        return 0.001


class Coverage:
    """Which fates were met at which effects of the path."""

    def __init__(self) -> None:
        self.met: Counter[tuple[str, Fate]] = Counter()

    def note(self, site: str, fate: Fate) -> None:
        self.met[site, fate] += 1

    def missing(self, expected: Mapping[str, tuple[Fate, ...]]) -> list[str]:
        """The pairs of effect and fate that no run has met."""
        return [f"{site}: {fate}" for site, fates in expected.items() for fate in fates if not self.met[site, fate]]

    def table(self) -> str:
        """One line per effect, one column per fate."""
        lines = [" " * 28 + "".join(f"{fate.value:>21}" for fate in Fate)]
        for site in sorted({site for site, _ in self.met}):
            lines.append(f"{site:28}" + "".join(f"{self.met[site, fate] or '-':>21}" for fate in Fate))
        return "\n".join(lines)
