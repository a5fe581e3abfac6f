"""The wrong connectors of :mod:`customer360_testkit.conformance.syncing.becoming`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import Reading, Searching, mutant

from customer360.core.effects import Request
from customer360.core.errors import (
    Gone,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Changes,
    Contact,
    ContactChange,
    Page,
    RecordRef,
)
from customer360.core.search import NameHas, PhoneIs, Query
from customer360_bullhorn import BullhornConnector
from customer360_zoho import ZohoConnector


@mutant("leads from a lead to somebody else")
class Misdirecting(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        try:
            return await super().get(facts, ref)
        except Gone as gone:
            if ref.resource != "Leads" or gone.merged_into is None:
                raise
            elsewhere = RecordRef("zoho", "Accounts", gone.merged_into.id)
            raise Gone(gone.what, ref=ref, merged_into=elsewhere) from None


@mutant("goes on calling people by the name that they had")
class Unmarried(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, name="Quillada Quillmaiden") if "Quillmarried" in contact.name else contact


@mutant("goes on calling people by the name that they had", "with a new first name")
class HalfMarried(BullhornConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        if "firstName" in change.fields:
            whole = (await self.get(facts, change.ref)).name
            change = attrs.evolve(change, fields={"name": whole, **change.fields})
        await super().update(facts, change)


@mutant("finds everybody of the same first name")
class Familiar(Searching):
    def asked(self, query: Query) -> Query:
        return NameHas("Quillanna") if isinstance(query, NameHas) and query.text[:9] == "Quillanna" else query


@mutant("answers with who a lead was")
class Ringing(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        found = super().search(facts, resource, query, limit=limit)
        page: Page[Contact] = await (hearing(found, _as_leads) if isinstance(query, PhoneIs) else found)
        return page


_PUT_AWAY = "answers with who was put away"


@mutant(_PUT_AWAY)
class Hoarding(BullhornConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        found = super().search(facts, resource, query, limit=limit)
        page: Page[Contact] = await hearing(found, _as_if_active, _whatever_the_status)
        return page


@mutant(_PUT_AWAY, "in a sync")
class Keeping(BullhornConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes: Changes = await hearing(super().changes(facts, resource, cursor), _as_if_active)
        return changes


def _as_if_active(request: Request, told: Any) -> Any:
    for row in told["data"] if isinstance(told, dict) and isinstance(told.get("data"), list) else ():
        if row.get("status") == "Archived":
            row["status"] = "Active"
    return told


def _whatever_the_status(request: Request) -> Request:
    asked = request.json
    if not isinstance(asked, dict) or "query" not in asked:
        return request
    return attrs.evolve(request, json={**asked, "query": asked["query"].replace(' NOT status:"Archived"', "")})


def _as_leads(request: Request, told: Any) -> Any:
    """As if nobody in an answer had become somebody else."""
    for row in told.get("data", ()):
        row.update({name: False for name in ("Converted__s", "$converted") if name in row})
    return told
