"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.tying`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Drafting, mutant


@mutant("says that it ties what it does not")
class Promising(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, related=()) if len(draft.related) == 1 and draft.key.startswith("tie-") else draft


@mutant("leaves out in silence what it cannot tie")
class Forgetful(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, related=draft.related[:1]) if len(draft.related) > 1 else draft
