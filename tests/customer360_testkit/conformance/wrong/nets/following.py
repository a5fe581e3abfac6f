"""The wrong connectors of :mod:`customer360_testkit.conformance.nets.following`."""

from __future__ import annotations

from collections.abc import Callable

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.connector import Connector
from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, Contact
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

_NET = "loses its thread after the first rounds"


class Rounds(Connector):
    """Knows by its cursor in which round it is: the first is 0."""

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        at, _, inner = (cursor or "").partition("|")
        counted = at.isdecimal()
        changes = await super().changes(facts, resource, inner if counted else cursor)
        number = int(at) if counted else 0
        told = self.told(number, changes) if resource in ("Contacts", "Contact", "contact") else changes
        return attrs.evolve(told, cursor=f"{number + (not changes.more)}|{changes.cursor}")

    def told(self, number: int, changes: Changes) -> Changes:
        raise NotImplementedError


@mutant(_NET)
class Leaving(Rounds, SalesforceConnector):
    """From its fourth round on tells nobody who is gone."""

    def told(self, number: int, changes: Changes) -> Changes:
        return attrs.evolve(changes, gone=()) if number > 2 else changes


@mutant(_NET, "and who changed beside somebody who is gone")
class Either(Rounds, Microsoft365Connector):
    def told(self, number: int, changes: Changes) -> Changes:
        return attrs.evolve(changes, gone=()) if number > 1 and len(changes.changed) > 1 else changes


def _telling(form: str, tell: Callable[[Contact], Contact]) -> None:
    class Thinned(Rounds, ZohoConnector):
        def told(self, number: int, changes: Changes) -> Changes:
            return attrs.evolve(changes, changed=tuple(map(tell, changes.changed))) if number > 1 else changes

    mutant(_NET, form)(Thinned)


_telling("without a given name", lambda each: attrs.evolve(each, given_name=None))
_telling("without their fields", lambda each: attrs.evolve(each, fields={}))
_telling("with the last number first", lambda each: attrs.evolve(each, phones=each.phones[::-1]))


@mutant("loses its thread of others")
class Strangers(ZohoConnector):
    """Of others than contacts tells who came later without their owner."""

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        if cursor is None or resource == "Contacts":
            return changes
        return attrs.evolve(changes, changed=tuple(attrs.evolve(each, owner=None) for each in changes.changed))
