"""The wrong connectors of :mod:`customer360_testkit.conformance.linking.covering`."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.capabilities import Capabilities, Capability, CreateClass, Repeat, cannot
from customer360.core.linking import LinkFacts, Setting
from customer360.core.metadata import Resource
from customer360.core.records import ContactKind, RelatedKind
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector
from customer360_zoho.records import custom_resource


@mutant("takes people whom no suite looks at")
class Members(ZohoConnector):
    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return (custom_resource("Memberships", "Memberships", ["Phone"], []), *super().resources(facts))


_SETTINGS = ZohoConnector.linking.settings
_OFFICE = Setting(name="office", label="Office", help="the office's number, as the CRM shows it", required=False)


@mutant("has a setting that no suite is run with")
class Office(ZohoConnector):
    linking = attrs.evolve(ZohoConnector.linking, settings=(*_SETTINGS, _OFFICE))


@mutant("has a setting that no suite is run with", "a choice")
class TiedElsewhere(Microsoft365Connector):
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        declared = super().capabilities(facts)
        if facts.settings.get("residency") != "emea":
            return declared
        return attrs.evolve(declared, supports={**declared.supports, Capability.LINK: cannot("not in EMEA")})


@mutant("promises otherwise where a permission was left out")
class SureOfSearch(ZohoConnector):
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        declared = super().creates(facts)
        if "ZohoSearch.securesearch.READ" in facts.scopes:
            return declared
        return {kind: attrs.evolve(how, repeat=Repeat.BLIND) for kind, how in declared.items()}
