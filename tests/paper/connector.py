"""A paper as a connector: the declarations are the paper's, the verbs are not written yet.

So whatever reads declarations (the runtime's links, the checks for plugin authors) can read a paper. Three verbs do the
least that a runtime needs to link it: ``locate`` asks where the paper says and is told its example, ``identify``
believes what was typed in, and ``get`` sends one request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from tests.paper.paper import Paper, Place

from customer360.core.auth import AuthScheme
from customer360.core.capabilities import Capabilities, CreateClass, PhoneSearch
from customer360.core.connector import Connector, Identity, Limits
from customer360.core.effects import GET, Request
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.linking import Hosts, LinkFacts
from customer360.core.metadata import Resource
from customer360.core.records import Contact, ContactKind, RecordRef, RelatedKind
from customer360.core.wire import Response


class PaperConnector(Connector):
    """The connector that a paper describes, as far as one can be described."""

    paper: Paper

    def hosts(self, facts: LinkFacts) -> Hosts:
        return self._place(facts).hosts

    def api_base(self, facts: LinkFacts) -> str:
        return self._place(facts).api_base

    def in_emea(self, facts: LinkFacts) -> bool:
        return self._place(facts).emea

    def _place(self, facts: LinkFacts) -> Place:
        """The place whose settings are this link's, and whose facts are those that the link was told already."""
        told = dict(facts.extra)
        fits = [
            place
            for place in self.paper.places
            if all(facts.settings.get(name) == value for name, value in self._normal(place).items())
            and all(told.get(name, value) == value for name, value in place.extra.items())
        ]
        if not fits:
            raise Unsupported("the paper does not name this place")
        return max(fits, key=lambda place: len(place.settings) + len(place.extra.items() & told.items()))

    def _normal(self, place: Place) -> dict[str, str]:
        known = self.paper.facts(place).settings
        return {name: known[name] for name in place.settings if name in known}

    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return self.paper.resources_of(facts)

    def capabilities(self, facts: LinkFacts) -> Capabilities:
        return self.paper.capabilities_of(facts)

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return self.paper.phone_of(facts)

    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        return self.paper.creates_of(facts)

    def limits_for(self, facts: LinkFacts) -> Limits:
        return self.paper.limits_of(facts)

    def auth_for(self, facts: LinkFacts) -> AuthScheme:
        """The way whose settings the link has."""
        told = dict(facts.settings).items()
        return max(
            (way for way in self.paper.ways if way.settings.items() <= told), key=lambda way: len(way.settings)
        ).auth

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return None

    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        return None

    async def locate(self, facts: LinkFacts) -> Mapping[str, str]:
        if self.paper.locate is None:
            return {}
        await self.paper.locate(facts)
        return self._place(facts).extra

    async def warm_up(self, facts: LinkFacts) -> None:
        if self.paper.warm_up is not None:
            await self.paper.warm_up

    async def identify(self, facts: LinkFacts) -> Identity:
        names = (each.name for each in self.auth_for(facts).asks if not each.secret)
        told = next((facts.extra[name] for name in names if name in facts.extra), "1")
        return Identity(user=RecordRef(self.info.key, "users", told))

    async def describe(self, facts: LinkFacts, resource: str) -> NoReturn:
        raise self._unwritten()

    async def search(self, facts: LinkFacts, *_: Any, **__: Any) -> NoReturn:
        raise self._unwritten()

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        await GET(f"/one/{ref.id}")
        return Contact(ref=ref)

    create = update = related = activities = create_activity = search
    update_activity = find_created = link = unlink = changes = search

    def _unwritten(self) -> Unsupported:
        return Unsupported(f"{self.info.name} is on paper only")


def connector_of(paper: Paper) -> PaperConnector:
    """The connector of a paper: a class of its own, as a plugin's is."""
    made: type[PaperConnector] = type(
        "OnPaper",
        (PaperConnector,),
        {
            "paper": paper,
            "info": paper.info,
            "linking": paper.linking,
            "auth": paper.ways[0].auth,
            "limits": paper.bounds.limits,
            "may_have_moved": paper.moved,
            "warm_for": paper.warm_for,
            "within_contact": paper.within,
        },
    )
    return made()
