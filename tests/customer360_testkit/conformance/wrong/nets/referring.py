"""A wrong connector that tells references as something else."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Hits, Searching, mutant

from customer360.core.search import Query


@mutant("tells some references as something else")
class _Named(Searching):
    """Whoever is found was sent by a name."""

    def hits(self, query: Query, hits: Hits) -> Hits:
        told = {each.ref: each.fields.get("Referred_By") for each in hits}
        names = {ref: sent.get("name") for ref, sent in told.items() if isinstance(sent, dict)}
        return tuple(
            attrs.evolve(each, fields={**each.fields, "Referred_By": names[each.ref]}) if each.ref in names else each
            for each in hits
        )
