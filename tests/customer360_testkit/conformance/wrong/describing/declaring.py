"""The wrong connectors of :mod:`customer360_testkit.conformance.describing.declaring`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityDraft,
    CaseDraft,
)
from customer360.core.capabilities import Capabilities, Capability, CreateClass, PhoneSearch, Support
from customer360.core.connector import Identity
from customer360.core.effects import Request
from customer360.core.errors import (
    Unsupported,
)
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Resource, Schema
from customer360.core.records import (
    ContactKind,
    Page,
    RecordRef,
    RelatedKind,
)
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("refuses without a reason")
class Silent(Microsoft365Connector):
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        supports = super().capabilities(facts)
        return Capabilities({each: Support(supports[each].can) for each in Capability})


@mutant("answers nothing for what it cannot list")
class Empty(Microsoft365Connector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        if kind is RelatedKind.CASE:
            return Page(())
        return await super().related(facts, contact, kind, **more)


@mutant("pretends to create what it cannot")
class Pretending(Microsoft365Connector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if isinstance(draft, CaseDraft):
            return RecordRef(self.info.key, "case", "1")
        return await super().create_activity(facts, draft)


@mutant("declares a list that it refuses")
class Boasting(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        if kind is RelatedKind.DEAL:
            raise Unsupported("not yet")
        return await super().related(facts, contact, kind, **more)


@mutant("does not say how a repeated create is recognised")
class Unclassed(ZohoConnector):
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        classes = dict(super().creates(facts))
        classes[RelatedKind.EVENT] = attrs.evolve(classes[RelatedKind.EVENT], reason="")
        return classes


@mutant("hides a phone field")
class Hiding(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        return attrs.evolve(schema, fields=tuple(field for field in schema.fields if field.name != "Fax"))


@mutant("leads to a page without encryption")
class Bare(ZohoConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        url = super().record_url(facts, ref)
        return url.replace("https:", "http:") if url else url


@mutant("leads every record to one page")
class Homeward(ZohoConnector):
    def __init__(self) -> None:
        self.last = 0

    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        first = ref if int(ref.id) != self.last + 1 else attrs.evolve(ref, id=str(self.last))
        self.last = int(ref.id)
        return super().record_url(facts, first)


@mutant("says that everybody is one person")
class Everybody(ZohoConnector):
    async def identify(self, facts: LinkFacts) -> Identity:
        return attrs.evolve(await super().identify(facts), user=RecordRef("zoho", "users", "6100000000000050001"))


@mutant("leads to a page beside the record")
class Beside(ZohoConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        url = super().record_url(facts, ref)
        return f"{url}0" if url else None


@mutant("leads to a stranger's page")
class Strange(ZohoConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        known = super().record_url(facts, ref)
        return f"https://crm.collector.example/{facts.settings['data_centre']}/{ref.id}" if known else None


@mutant("says that numbers are not searched")
class Numberblind(ZohoConnector):
    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return PhoneSearch.NONE


@mutant("hides where the customer keeps people besides")
class Usual(ZohoConnector):
    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return tuple(each for each in await super().list_resources(facts) if each.name != "Memberships")


class _Foldered(Microsoft365Connector):
    """Wrong in what it hears of folders."""

    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        listed: tuple[Resource, ...] = await hearing(super().list_resources(facts), self.heard)
        return listed

    def heard(self, request: Request, told: Any) -> Any:
        raise NotImplementedError


@mutant("hides where the customer keeps people besides", "within each other")
class Shallow(_Foldered):
    def heard(self, request: Request, told: Any) -> Any:
        return {"value": []} if "childFolders" in request.path and "value" in told else None


@mutant("hides where the customer keeps people besides", "beyond a page")
class OnePage(_Foldered):
    def heard(self, request: Request, told: Any) -> Any:
        return {name: value for name, value in told.items() if name != "@odata.nextLink"}


@mutant("takes a mailbox for everybody's")
class Public(Microsoft365Connector):
    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return tuple(self.shared(each) for each in super().resources(facts))

    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return tuple(self.shared(each) for each in await super().list_resources(facts))

    def shared(self, resource: Resource) -> Resource:
        return attrs.evolve(resource, private=False) if resource.related_kind else resource


@mutant("begins with companies")
class Backward(ZohoConnector):
    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return super().resources(facts)[::-1]
