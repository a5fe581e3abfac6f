"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.belonging`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityFilter
from customer360.core.connector import Connector
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import Page, RecordRef, RelatedKind, RelatedRecord
from customer360_bullhorn import BullhornConnector
from customer360_salesforce import SalesforceConnector

Left: TypeAlias = Callable[[RecordRef, RelatedRecord], bool]


def _without(left: Left, base: type[Connector] = BullhornConnector) -> type[Connector]:
    """What is ``left`` out of a contact's lists."""

    class Without(base):  # type: ignore[misc, valid-type]  # one of two
        async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
            page = await super().related(facts, contact, kind, **more)
            return Page(tuple(each for each in page.items if not left(contact, each)), page.next)

    return Without


_LEAVES = "leaves out what names somebody"
_DEAL = RelatedKind.DEAL
mutant(_LEAVES)(_without(lambda contact, each: each.kind is _DEAL and contact.resource == "ClientCorporation"))
mutant(_LEAVES, "deals of people of another resource")(
    _without(lambda contact, each: each.kind is _DEAL and contact.resource == "ClientContact")
)
mutant(_LEAVES, "deals of anybody")(_without(lambda contact, each: each.kind is _DEAL, SalesforceConnector))


@mutant("lists what was deleted")
class Nostalgic(BullhornConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        return await hearing(super().related(facts, contact, kind, **more), send=_deleted_or_not)


@mutant("lists what was deleted", "where lists are filtered")
class Archivist(BullhornConnector):
    async def activities(self, facts: LinkFacts, query: ActivityFilter) -> Page[RelatedRecord]:
        page: Page[RelatedRecord] = await hearing(super().activities(facts, query), send=_deleted_or_not)
        return page


def _deleted_or_not(request: Request) -> Request:
    asked = request.json
    if not isinstance(asked, dict) or "where" not in asked:
        return request
    return attrs.evolve(request, json={**asked, "where": asked["where"].replace(" AND isDeleted = false", "")})


def _of(place: str) -> Left:
    return lambda contact, each: each.ref.resource == place


for name in ("JobSubmission", "Placement", "JobOrder", "Opportunity"):
    mutant(_LEAVES, name)(_without(_of(name)))
