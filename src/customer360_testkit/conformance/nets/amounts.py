"""What deals are worth is compared to the cent."""

from __future__ import annotations

from typing import Final

import pytest

from customer360.core.capabilities import Capability
from customer360.core.metadata import FieldType
from customer360.core.records import RelatedKind
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.conditions import Asked, ConditionNets, compared

_DEAL: Final = RelatedKind.DEAL
_AMOUNTS: Final = (0.5, 12.25, 1000.01, 7, 12, 0, 999_999.99)


class AmountNets(ConditionNets):
    """See the module."""

    @nets("cuts off cents", Capability.LIST_ACTIVITIES, once=True)
    def test_what_a_deal_is_worth_is_compared_to_the_cent(self, link: Link) -> None:
        """This, other than this, more, less, between: of each number that can be changed (F055, F057)."""
        seen = 0
        for place in [each.name for each in self.connector.resources(link.facts) if each.related_kind is _DEAL]:
            if place not in link.fake.modules:
                continue
            fields = self.schema(link, place).fields
            numbers = [each.name for each in fields if each.type is FieldType.NUMBER and each.editable]
            for number, row in enumerate(link.fake.records(place)):
                amount = {name: _AMOUNTS[number % len(_AMOUNTS)] for name in numbers}
                link.fake.edit(place, str(row.get("id") or row.get("Id")), amount)
            link.wait(LAG)
            asked = Asked(self, link, place, None)
            whole = asked.records()
            held = self._held_by_field(link, place, whole) if whole else {}
            for name in held.keys() & {*numbers}:
                seen += bool(compared(asked, place, name, held[name]))
        if not seen:
            pytest.skip("no amounts are compared")
