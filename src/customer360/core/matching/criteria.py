"""What to search by: an administrator's ordered criteria per channel, and what an interaction offers for each
(F020-F024)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import attrs

from customer360.core.countries import country_of
from customer360.core.errors import InvalidSettings
from customer360.core.interactions import Channel, Interaction
from customer360.core.paging import LONGEST_PAGE
from customer360.core.phones import PhoneNumber, Unusable, read, usable
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query


@attrs.frozen
class ByPhone:
    """The customer's number (F020)."""

    def __str__(self) -> str:
        return "phone"


@attrs.frozen
class ByEmail:
    """The customer's e-mail address (F022); ``routing_key`` names routing data that hold it instead."""

    routing_key: str | None = None

    def __str__(self) -> str:
        return "e-mail"


@attrs.frozen
class ByName:
    """The customer's whole name as the interaction reports it."""

    def __str__(self) -> str:
        return "name"


@attrs.frozen
class ByField:
    """A field of the CRM against a value from routing data (F021)."""

    field: str
    routing_key: str

    def __str__(self) -> str:
        return f"{self.field} = routing {self.routing_key!r}"


Criterion: TypeAlias = ByPhone | ByEmail | ByName | ByField

_BY_DEFAULT: Mapping[Channel, tuple[Criterion, ...]] = {
    Channel.VOICE: (ByPhone(),),
    Channel.SMS: (ByPhone(),),
    Channel.WHATSAPP: (ByPhone(),),
    Channel.EMAIL: (ByEmail(),),
    Channel.CHAT: (ByEmail(),),
}


def _countries(_: object, field: attrs.Attribute[tuple[str, ...]], given: object) -> None:
    if not isinstance(given, tuple) or not all(isinstance(each, str) and _COUNTRY.fullmatch(each) for each in given):
        raise InvalidSettings(f"{field.name} are no ISO countries", next_step='give them as in ("GB", "DE")')
    for each in given:
        if each not in _REMOTE and country_of(each) != each:
            meant = country_of(each) or "one of ISO 3166, as in GB or DE"
            raise InvalidSettings(
                f"{field.name} hold {each!r}, which is no ISO country", next_step=f"the code is {meant}"
            )


def _numbers(policy: MatchPolicy, field: attrs.Attribute[tuple[str, ...]], given: object) -> None:
    if not isinstance(given, tuple) or not all(isinstance(each, str) for each in given):
        raise InvalidSettings(f"{field.name} is no tuple of texts", next_step='give it as in ("+441632960000",)')
    policy.own_keys()


def _by_channel(_: object, field: attrs.Attribute[Any], given: object) -> None:
    for channel, criteria in given.items() if isinstance(given, Mapping) else ((None, None),):
        listed = isinstance(criteria, tuple) and all(isinstance(each, Criterion) for each in criteria)
        if not isinstance(channel, Channel) or not listed:
            raise InvalidSettings(
                f"{field.name} are no criteria by channel",
                next_step="give them as in {Channel.VOICE: (ByPhone(), ByName())}",
            )


def _a_choice(_: object, field: attrs.Attribute[bool], given: object) -> None:
    if not isinstance(given, bool):
        raise InvalidSettings(f"{field.name} is a {type(given).__name__}", next_step="give True or False")


def _some(_: object, field: attrs.Attribute[int], given: object) -> None:
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= LONGEST_PAGE:
        raise InvalidSettings(
            f"{field.name} is no number of candidates", next_step=f"give a whole number from 1 to {LONGEST_PAGE}"
        )


def _some_seconds(_: object, field: attrs.Attribute[Any], given: object) -> None:
    if given is not None and not (isinstance(given, int | float) and not isinstance(given, bool) and given > 0):
        raise InvalidSettings(f"{field.name} is no time", next_step="give seconds above zero, or None for no limit")


_COUNTRY = re.compile(r"[A-Z]{2}")
_REMOTE = frozenset({"AC", "TA"})
"""Ascension and Tristan da Cunha: they have numbers of their own, and no record names them as a country."""


@attrs.frozen(kw_only=True)
class MatchPolicy:
    """How an account matches.

    ``criteria`` per channel, in order; a channel that is absent has its default (phone, or e-mail for mail and chat).
    ``combine`` tries them all instead of stopping at the first that hits. ``regions`` are ISO countries to read
    national numbers with, the account's first, the installation's last. ``own_numbers`` (any spelling) and internal
    ones are never searched. ``limit`` is the most candidates to show. ``index_age`` are the seconds for which the phone
    index's word counts after it was brought up to date, None for ever; two days by default, so that one nightly sync
    may fail. Raises :class:`InvalidSettings`.
    """

    criteria: Mapping[Channel, tuple[Criterion, ...]] = attrs.field(factory=dict, hash=False, validator=_by_channel)
    combine: bool = attrs.field(default=False, validator=_a_choice)
    regions: tuple[str, ...] = attrs.field(default=(), validator=_countries)
    own_numbers: tuple[str, ...] = attrs.field(default=(), repr=False, validator=_numbers)
    limit: int = attrs.field(default=20, validator=_some)
    index_age: float | None = attrs.field(default=2 * 86_400.0, validator=_some_seconds)

    def criteria_of(self, channel: Channel) -> tuple[Criterion, ...]:
        """The criteria of a channel, in order."""
        return self.criteria.get(channel, _BY_DEFAULT[channel])

    def own_keys(self) -> frozenset[int]:
        """The centre's own numbers as index keys.

        Raises :class:`InvalidSettings` for text that is no number.
        """
        keys = set()
        for position, text in enumerate(self.own_numbers):
            number = read(text, self.regions)
            if number is None:
                raise InvalidSettings(
                    f"own_numbers[{position}] is no phone number", next_step="write it with + and the country code"
                )
            keys.add(number.key)
        return frozenset(keys)


@attrs.frozen
class Wanted:
    """What to ask for one criterion: the query, and the number if it is one.

    Or ``why`` there is nothing to ask.
    """

    criterion: Criterion
    query: Query | None = None
    number: PhoneNumber | None = None
    why: str = ""


_REASONS: Mapping[Unusable, str] = {
    Unusable.MISSING: "the interaction brings no customer address",
    Unusable.WITHHELD: "the number is withheld",
    Unusable.INVALID: "the address is no phone number",
    Unusable.INTERNAL: "the number is internal",
    Unusable.OWN: "the number is one of the centre's own",
}


def wanted(criterion: Criterion, interaction: Interaction, policy: MatchPolicy) -> Wanted:
    """The query that a criterion makes of an interaction, or why it makes none."""
    match criterion:
        case ByPhone():
            if _names_a_mailbox(interaction.customer or ""):
                return Wanted(criterion, why="the address is an e-mail address")
            number = usable(interaction.customer, policy.regions, policy.own_keys())
            if isinstance(number, Unusable):
                return Wanted(criterion, why=_REASONS[number])
            query = PhoneIs(number.e164, number.national, number.region, (interaction.customer or "").strip())
            return Wanted(criterion, query, number)
        case ByEmail(routing_key):
            text = interaction.customer if routing_key is None else interaction.routing.get(routing_key)
            address = _mailbox(text or "")
            if address is None:
                return Wanted(criterion, why="the interaction brings no e-mail address")
            return Wanted(criterion, EmailIs(address))
        case ByName():
            name = " ".join((interaction.customer_name or "").split())
            if len(name) < 2:
                return Wanted(criterion, why="the interaction brings no name")
            return Wanted(criterion, NameHas(name))
        case ByField(field, routing_key):
            value = interaction.routing.get(routing_key, "")
            if not value.strip():
                return Wanted(criterion, why=f"routing brings no {routing_key!r}")
            return Wanted(criterion, FieldIs(field, value))


def _names_a_mailbox(text: str) -> bool:
    """Whether digits in the text are part of somebody's e-mail address, and no number that was dialled.

    ``442079460018@s.whatsapp.net`` is a number: that is how a messenger writes one.
    """
    if text.partition(":")[0].strip().casefold() in ("sip", "sips", "tel", "callto"):
        return False
    local = (_mailbox(text) or "").rpartition("@")[0]
    return any(each.isalpha() for each in local)


def _mailbox(text: str) -> str | None:
    """The bare address in ``Ann Lee <ann@example.com>``, ``mailto:ann@example.com`` or ``ann@example.com``."""
    bare = text.strip()
    if bare.endswith(">") and "<" in bare:
        bare = bare[bare.rindex("<") + 1 : -1]
    bare = bare.removeprefix("mailto:").partition("?")[0].strip()
    local, at, domain = bare.rpartition("@")
    plausible = at and local and "." in domain and not any(c.isspace() or c in "<>(),;" for c in bare)
    return bare if plausible else None
