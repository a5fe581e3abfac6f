"""Faults that take more than one call to bring about, or to see what became of them: what a scene is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs
from tests.faults.stack import FACES, Face, Hands

from customer360_testkit.fakes.serving import Served

Play: TypeAlias = Callable[[Served, Hands, Face], str]
"""Plays the scene and tells what became of it. What must hold whatever the CRM is, it asserts itself."""


@attrs.frozen
class Scene:
    """A row of the table that is played by a function. ``faces``: where it can happen at all."""

    fault: str
    promise: str
    title: str
    play: Play
    outcome: str | Mapping[str, str]
    faces: tuple[Face, ...] = FACES
    waits: bool = False
    """Whether it waits for something real, so that the fast tier plays it once."""
    peers: str = ""

    @property
    def id(self) -> str:
        return f"{self.fault} {self.title}"

    def expected(self, crm: str) -> str:
        """The outcome at one CRM."""
        return self.outcome if isinstance(self.outcome, str) else self.outcome[crm]
