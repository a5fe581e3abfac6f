"""A connector that has worked for long tells, asks and writes the same as one that was just made."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import attrs

from customer360.core.capabilities import Capability
from customer360.core.connector import Connector
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import Bench, Link, nets
from customer360_testkit.conformance.nets import operations
from customer360_testkit.conformance.nets.anew import Anew
from customer360_testkit.conformance.nets.playing import Playing
from customer360_testkit.conformance.nets.story import Story

_WORDS: Final = 6


class FreshNets(Bench):
    """See the module."""

    @nets("remembers what it was told", Capability.CREATE_CONTACT)
    def test_a_connector_that_has_worked_for_long_is_as_a_fresh_one(self, link: Link) -> None:
        """One object serves every account for months: a story is played by one, and by another one at each step.

        Each step comes to the same, asks the same and leaves the same in the world: reads, writes, what was refused,
        what never came back and what was given up, while the world is changed by the connector and in the CRM itself.
        """
        anew = Anew(type(self.connector))
        fresh = Playing(anew)
        Story(self, link, fresh).tell()
        again = self.linked(link.fake, type(self).test_a_connector_that_has_worked_for_long_is_as_a_fresh_one)
        used = anew()
        Story(self, again, Playing(lambda: used, fresh.heard)).tell()

    @nets("says of a link what it said of another", once=True)
    def test_what_is_said_of_a_link_is_said_of_no_other(self, link: Link) -> None:
        """Of other settings, permissions, users and places of which the sign-in told: each time as one says it that
        nobody has used (R15)."""
        anew, used = Anew(type(self.connector)), type(self.connector)()
        told = list[tuple[LinkFacts, Any]]()
        refs = tuple(RecordRef(link.facts.crm, each.name, "71") for each in self.connector.resources(link.facts))
        for facts in _others(link.facts, self.connector):
            with suppress(LookupError, TypeError, ValueError):  # no sign-in ever told that
                told.append((facts, play(operations.declared(anew(), facts, refs), _nobody)))
        for facts, fresh in [*told, *reversed(told)]:
            now = play(operations.declared(used, facts, refs), _nobody)
            assert now == fresh, f"{facts}: {now}, and {fresh} if it is asked of nothing else"


def _others(facts: LinkFacts, connector: Connector) -> Iterator[LinkFacts]:
    """The same, and with one thing different each: what a sign-in learnt is missing, or leads elsewhere."""
    yield facts
    yield attrs.evolve(facts, user="another")
    for scope in sorted(facts.scopes):
        yield attrs.evolve(facts, scopes=facts.scopes - {scope})
    for name, value in facts.extra.items():
        yield attrs.evolve(facts, extra={each: text for each, text in facts.extra.items() if each != name})
        for one, other in itertools.pairwise((*re.findall(r"[a-z0-9]+", value)[:_WORDS], "")):
            yield attrs.evolve(facts, extra={**facts.extra, name: value.replace(one, other or f"{one}2", 1)})
    for setting in connector.linking.settings:
        for choice in setting.choices:
            yield attrs.evolve(facts, settings={**facts.settings, setting.name: choice})


def _nobody(request: Request) -> Any:
    raise AssertionError(f"what is declared asks for {request.path}")
