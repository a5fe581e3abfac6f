"""A row of the faults: one call, what meets it, and what must become of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs
from tests.faults.stack import FACES, LONG, Face, Hands, Outcome, Stack, Verb, stack

from customer360.desk.deadlines import Deadlines
from customer360_testkit.fakes.serving import Served

SHORT: Final = 0.3


@attrs.frozen
class Row:
    """``outcome``: what is shown of it (see :meth:`Outcome.__str__`), of each CRM where they differ; the number before
    the arrow is of requests that the CRM worked on, those to its sign-in server included. ``applied`` is how many
    records are there when the call has ended. ``peers`` is what other clients do, by the figures of
    docs/reliability.md."""

    fault: str
    title: str
    verb: Verb
    arrange: Callable[[Stack], None]
    outcome: str | Mapping[str, str]
    applied: int = 0
    deadline: float = LONG
    least: float = 0.0
    """Seconds that the call must take: an announced pause."""
    peers: str = ""

    @property
    def id(self) -> str:
        return f"{self.fault} {self.title}"

    @property
    def faces(self) -> tuple[Face, ...]:
        """Where it is played: on every face."""
        return FACES

    def expected(self, crm: str) -> str:
        """The outcome at one CRM."""
        return self.outcome if isinstance(self.outcome, str) else self.outcome[crm]

    def play(self, served: Served, hands: Hands, face: Face) -> Outcome:
        """The call, on a connection that has served before. An activity is followed until the worker has settled it."""
        deadlines = Deadlines(write=self.deadline if self.deadline < 10.0 else 10.0)
        with stack(served, hands, face, deadlines=deadlines) as running:
            running.call("get", LONG)
            running.wire.reset()
            if self.verb in ("create", "activity"):
                running.aim_at_writes()
            self.arrange(running)
            outcome = running.call(self.verb, LONG if self.verb == "activity" else self.deadline)
            if self.verb != "activity":
                return outcome
            running.wire.reset()
            running.fake.faults.clear()
            return attrs.evolve(outcome, settled=running.worked())
