"""The wrong connectors of :mod:`customer360_testkit.conformance.linking.placing`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Reading, mutant

from customer360.core.capabilities import CreateClass, Repeat
from customer360.core.connector import Limits
from customer360.core.linking import LinkFacts, Linking
from customer360.core.records import (
    Contact,
    ContactKind,
    RecordRef,
    RelatedKind,
)
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


@mutant("takes every data centre for a European one")
class European(ZohoConnector):
    def in_emea(self, facts: LinkFacts) -> bool:
        return True


def _chosen(facts: LinkFacts, **settings: str) -> LinkFacts:
    return attrs.evolve(facts, settings={**facts.settings, **settings})


@mutant("leads to the same place whatever was chosen")
class OneTrack(ZohoConnector):
    def api_base(self, facts: LinkFacts) -> str:
        developing = facts.settings.get("environment") == "developer"
        return super().api_base(_chosen(facts, environment="sandbox") if developing else facts)


_ONE_LABEL = r"(?i:(?:https://)?(?:login|test|[a-z0-9-]+\.my)\.salesforce\.com/?)"


@mutant("links organisations of one kind")
class Productive(SalesforceConnector):
    linking: ClassVar[Linking] = Linking(
        tuple(
            attrs.evolve(each, pattern=_ONE_LABEL) if each.name == "login_host" else each
            for each in SalesforceConnector.linking.settings
        )
    )


@mutant("signs nobody out who must sign in anew")
class Staying(Microsoft365Connector):
    linking: ClassVar[Linking] = Linking(
        tuple(attrs.evolve(each, moves=each.name != "people") for each in Microsoft365Connector.linking.settings)
    )


@mutant("signs everybody out for nothing")
class Restless(BullhornConnector):
    linking: ClassVar[Linking] = Linking(
        tuple(attrs.evolve(each, moves=True) for each in BullhornConnector.linking.settings)
    )


@mutant("opens records in another data centre")
class Displacing(ZohoConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        return super().record_url(_chosen(facts, data_centre="eu"), ref)


@mutant("opens records of one kind of organisation")
class Sandless(SalesforceConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        known = super().record_url(facts, ref)
        return known and re.sub(r"//(\w+)[^/]*", r"//\1.lightning.force.com", known)


@mutant("brings no address of a contact")
class Unopened(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, url=None) if "Quillopened" in contact.name else contact


@mutant("declares limits that nobody can work with")
class Idle(ZohoConnector):
    limits: ClassVar[Limits] = attrs.evolve(ZohoConnector.limits, per_window=(1, 3600.0))


@mutant("declares limits that nobody can work with", "more at once than it may")
class Crowding(Microsoft365Connector):
    limits: ClassVar[Limits] = attrs.evolve(Microsoft365Connector.limits, concurrent=40)


@mutant("declares limits that nobody can work with", "more a minute than it may")
class Hurrying(BullhornConnector):
    limits: ClassVar[Limits] = attrs.evolve(BullhornConnector.limits, per_window=(15_000, 60.0))


@mutant("says that it cannot tell what it can")
class Forgetful(Microsoft365Connector):
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        return {kind: attrs.evolve(each, repeat=Repeat.BLIND) for kind, each in super().creates(facts).items()}
