"""What one CRM is on paper: the declarations of a connector, made of the core's own types, each with its source.

A source names a section of the CRM's sheet (``../shared/contracts/<crm>.md``, beside this checkout) and identifiers
that stand in it; ``test_paper.py`` looks them up. Whatever the types cannot hold is a bend of the contract
(``docs/explanation/contract.md``), not a note here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from customer360.core.auth import AuthScheme, OAuth2Code
from customer360.core.capabilities import (
    CAN,
    Capabilities,
    Capability,
    CreateClass,
    PhoneSearch,
    Repeat,
    Support,
    cannot,
)
from customer360.core.connector import ConnectorInfo, Limits
from customer360.core.effects import Request
from customer360.core.errors import Customer360Error, NeedsAuthorization
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource
from customer360.core.records import ContactKind, RelatedKind
from customer360.core.wire import Response

Kind = RelatedKind | ContactKind


@attrs.frozen
class Source:
    """Where in the sheet it stands: the number or the first words of a heading, and identifiers of its text.

    In an identifier ``{...}`` and ``*`` stand for whatever a link puts there.
    """

    section: str
    literals: tuple[str, ...]


RESIDENCY = Setting(
    name="residency",
    label="Where the account's data are kept",
    help="the vendor keeps it to itself: an administrator says it",
    required=False,
    default="elsewhere",
    choices={"elsewhere": "Elsewhere, or unknown", "emea": "In EMEA"},
)
"""For vendors with one address for the whole world."""


def said(section: str, *literals: str) -> tuple[Source, ...]:
    """One source; sources are added with ``+``."""
    return (Source(section, literals),)


@attrs.frozen(kw_only=True)
class Way:
    """One way of signing in: the scheme, the settings by which a link chooses it, an example of what is typed in.

    ``told``: the facts that an authorisation of this way holds, where later addresses need them. ``remark``: what a
    client must know of the tokens, for the matrix.
    """

    name: str
    auth: AuthScheme
    sources: tuple[Source, ...]
    settings: Mapping[str, str] = attrs.field(factory=dict)
    typed: Mapping[str, str] = attrs.field(factory=dict)
    remark: str = ""


@attrs.frozen(kw_only=True)
class Place:
    """Where a link may lead: settings and what is told later, and the hosts, API base and region that follow.

    ``own``: the name of the setting that holds the customer's own host, where the vendor names none.
    """

    name: str
    hosts: Hosts
    api_base: str
    sources: tuple[Source, ...]
    settings: Mapping[str, str] = attrs.field(factory=dict)
    extra: Mapping[str, str] = attrs.field(factory=dict)
    emea: bool = False
    own: str | None = None


@attrs.frozen(kw_only=True)
class Listed:
    """A resource, and where its name and fields stand. The test looks up every one of them."""

    resource: Resource
    sources: tuple[Source, ...]


@attrs.frozen
class Able:
    """Whether something can be done, and where that stands."""

    support: Support
    sources: tuple[Source, ...]


def yes(*sources: tuple[Source, ...], under: str = "") -> Able:
    """It can be done (``under`` a condition)."""
    return Able(Support(True, under) if under else CAN, sum(sources, ()))


def no(reason: str, *sources: tuple[Source, ...]) -> Able:
    """It cannot be done."""
    return Able(cannot(reason), sum(sources, ()))


@attrs.frozen
class Made:
    """How a repeated create is recognised, and where what it rests on stands."""

    how: CreateClass
    sources: tuple[Source, ...]


def native(reason: str, *sources: tuple[Source, ...]) -> Made:
    """The CRM makes one of two."""
    return Made(CreateClass(repeat=Repeat.NATIVE, reason=reason, lag=0.0), sum(sources, ()))


def findable(reason: str, *sources: tuple[Source, ...], lag: float = 600.0) -> Made:
    """It can be found again, ``lag`` seconds later at the latest."""
    return Made(CreateClass(repeat=Repeat.FINDABLE, reason=reason, lag=lag), sum(sources, ()))


def blind(reason: str, *sources: tuple[Source, ...]) -> Made:
    """Nobody can tell."""
    return Made(CreateClass(repeat=Repeat.BLIND, reason=reason), sum(sources, ()))


@attrs.frozen(kw_only=True)
class Bounds:
    """The limits. ``unstated`` names those of which the sheet says nothing, so that the core's default holds."""

    limits: Limits
    sources: tuple[Source, ...]
    unstated: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Variant:
    """What is otherwise for some links: those whose settings and told facts are these.

    ``without``: resources that are not there. ``lacks``: scopes that were not granted.
    """

    name: str
    sources: tuple[Source, ...]
    settings: Mapping[str, str] = attrs.field(factory=dict)
    extra: Mapping[str, str] = attrs.field(factory=dict)
    lacks: frozenset[str] = frozenset()
    without: tuple[str, ...] = ()
    able: Mapping[Capability, Able] = attrs.field(factory=dict)
    creates: Mapping[Kind, Made] = attrs.field(factory=dict)
    phone: PhoneSearch | None = None
    limits: Limits | None = None

    def holds(self, facts: LinkFacts) -> bool:
        """Whether it is about this link; nothing is known of scopes that no answer named."""
        chosen = (
            self.settings.items() <= dict(facts.settings).items() and self.extra.items() <= dict(facts.extra).items()
        )
        return chosen and not (self.lacks and (not facts.scopes or self.lacks <= facts.scopes))


@attrs.frozen(kw_only=True)
class Paper:
    """One CRM. ``ways``, ``places`` and ``resources``: the most usual first.

    ``locate`` and ``warm_up`` are the requests of the verbs of those names; ``moved`` the errors after which the API
    may be elsewhere; ``within`` the kinds that are part of a contact.
    """

    info: ConnectorInfo
    linking: Linking
    linking_sources: tuple[Source, ...]
    ways: tuple[Way, ...]
    places: tuple[Place, ...]
    resources: tuple[Listed, ...]
    able: Mapping[Capability, Able]
    creates: Mapping[Kind, Made]
    phone: PhoneSearch
    phone_how: str
    phone_sources: tuple[Source, ...]
    bounds: Bounds
    variants: tuple[Variant, ...] = ()
    locate: Callable[[LinkFacts], Request] | None = None
    moved: tuple[type[Customer360Error], ...] = ()
    warm_up: Request | None = None
    warm_for: float | None = None
    within: frozenset[RelatedKind] = frozenset()
    locate_sources: tuple[Source, ...] = ()
    warm_sources: tuple[Source, ...] = ()

    @property
    def key(self) -> str:
        return self.info.key

    def facts(self, place: Place | None = None, way: Way | None = None, variant: Variant | None = None) -> LinkFacts:
        """The facts of a link to a place that signs in by a way: settings as the core checks them, secrets put away."""
        place, way = place or self.places[0], way or self.ways[0]
        given = {**place.settings, **way.settings, **(variant.settings if variant else {})}
        checked = self.linking.checked({**dict.fromkeys(self.linking.secrets, "example"), **given})
        settings = {name: value for name, value in checked.items() if name not in self.linking.secrets}
        extra = {**place.extra, **(variant.extra if variant else {})}
        facts = LinkFacts(crm=self.key, settings=settings, extra=extra, user="1")
        if variant is None or not variant.lacks or not isinstance(way.auth, OAuth2Code):
            return facts
        return attrs.evolve(facts, scopes=frozenset(way.auth.scopes(facts)) - variant.lacks)

    def _variants(self, facts: LinkFacts) -> tuple[Variant, ...]:
        return tuple(each for each in self.variants if each.holds(facts))

    def resources_of(self, facts: LinkFacts) -> tuple[Resource, ...]:
        """The resources of a link, contacts first."""
        absent = {name for each in self._variants(facts) for name in each.without}
        return tuple(each.resource for each in self.resources if each.resource.name not in absent)

    def capabilities_of(self, facts: LinkFacts) -> Capabilities:
        """What a link can do."""
        able = {name: each for one in ({}, *(v.able for v in self._variants(facts))) for name, each in one.items()}
        return Capabilities({name: each.support for name, each in {**self.able, **able}.items()})

    def creates_of(self, facts: LinkFacts) -> dict[Kind, CreateClass]:
        """How a link's repeated creates are recognised."""
        made = dict(self.creates)
        for each in self._variants(facts):
            made.update(each.creates)
        return {kind: each.how for kind, each in made.items()}

    def limits_of(self, facts: LinkFacts) -> Limits:
        """What a link may ask for."""
        return next((each.limits for each in self._variants(facts) if each.limits is not None), self.bounds.limits)

    def phone_of(self, facts: LinkFacts) -> PhoneSearch:
        """How a link's search treats phone numbers."""
        return next((each.phone for each in self._variants(facts) if each.phone is not None), self.phone)


def refused(response: Response) -> Customer360Error | None:
    """A sign-in server's answer, for schemes on paper: what each code means is the plugin's to say."""
    return (
        None if response.status < 300 else NeedsAuthorization("the vendor refuses the sign-in", status=response.status)
    )
