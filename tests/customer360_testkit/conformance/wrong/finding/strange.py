"""The wrong connectors of :mod:`customer360_testkit.conformance.finding.strange`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Reading, Searching, mutant

from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    Page,
    RecordRef,
)
from customer360.core.search import EmailIs, Query
from customer360_zoho import ZohoConnector


@mutant("finds nobody where there is nothing")
class Vacant(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if resource == "Quillnosuch":
            return Page(())
        return await super().search(facts, resource, query, limit=limit)


@mutant("takes two addresses for one")
class Untagging(Searching):
    def asked(self, query: Query) -> Query:
        return EmailIs(query.address.replace("+bills", "")) if isinstance(query, EmailIs) else query


@mutant("takes whoever looks for the owner")
class Possessive(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        mine = RecordRef("zoho", "users", facts.user or "")
        return attrs.evolve(contact, owner=mine) if contact.name == "Quillcolleague" else contact


@mutant("does not say whose a contact is")
class Ownerless(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, owner=None) if contact.name == "Quillowned" else contact
