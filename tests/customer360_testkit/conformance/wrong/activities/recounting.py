"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.recounting`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Calling, Drafting, mutant

from customer360.core.activities import (
    CallDraft,
    Priority,
    TaskDraft,
)


@mutant("forgets which number was dialled")
class Undialling(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, dialled="")


@mutant("takes our number for the customer's")
class NumberSwapping(Calling):
    def call(self, draft: CallDraft) -> CallDraft:
        return attrs.evolve(draft, customer=draft.dialled or draft.customer, dialled=draft.customer)


@mutant("takes what may wait for what may not")
class Impatient(Drafting):
    def sent(self, draft: Any) -> Any:
        low = isinstance(draft, TaskDraft) and draft.priority is Priority.LOW
        return attrs.evolve(draft, priority=Priority.NORMAL) if low else draft
