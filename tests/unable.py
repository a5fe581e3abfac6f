"""A connector that can do nothing, for tests which need one that is otherwise whole: what they look at, they add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from customer360.core.capabilities import Capabilities, CreateClass, PhoneSearch
from customer360.core.connector import Connector, Identity, Limits
from customer360.core.errors import Unsupported
from customer360.core.linking import LinkFacts, Linking
from customer360.core.metadata import Resource, Schema
from customer360.core.records import Contact, ContactKind, Page, RecordRef, RelatedKind
from customer360.core.search import Query


class Unable(Connector):
    """In EMEA, without resources; its name, its hosts and its errors are for whoever derives from it."""

    linking: ClassVar[Linking] = Linking()
    limits = Limits(page_size=10)

    def in_emea(self, facts: LinkFacts) -> bool:
        return True

    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return ()

    def capabilities(self, facts: LinkFacts) -> Capabilities:
        return Capabilities({})

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return PhoneSearch.NONE

    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        return {}

    async def identify(self, facts: LinkFacts) -> Identity:
        raise Unsupported("nobody signs in here")

    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        raise Unsupported("nothing is described here")

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        raise Unsupported("nothing is found here")

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        raise Unsupported("nothing is read here")
