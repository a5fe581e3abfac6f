"""The wrong connectors of :mod:`customer360_testkit.conformance.syncing.becoming`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Reading, Searching, mutant

from customer360.core.errors import (
    Gone,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    ContactChange,
    RecordRef,
)
from customer360.core.search import NameHas, Query
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
