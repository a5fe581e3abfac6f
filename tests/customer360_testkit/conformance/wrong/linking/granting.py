"""The wrong connectors of :mod:`customer360_testkit.conformance.linking.granting`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityDraft
from customer360.core.auth import Application, AuthScheme, Grant, OAuth2Code
from customer360.core.capabilities import CAN, Capabilities, Capability, CreateClass, cannot
from customer360.core.linking import Hosts, LinkFacts
from customer360.core.records import (
    ContactDraft,
    ContactKind,
    RecordRef,
    RelatedKind,
)
from customer360_bullhorn import BullhornConnector
from customer360_bullhorn.session import SessionLogin
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector
from customer360_zoho.auth import AUTH


@mutant("sends secrets wherever a setting says")
class Credulous(Microsoft365Connector):
    def hosts(self, facts: LinkFacts) -> Hosts:
        hosts, named = super().hosts(facts), facts.settings.get("directory", "")
        return attrs.evolve(hosts, login=(*hosts.login, named)) if "quill.example" in named else hosts


@mutant("misspells the hosts of a choice")
class Misspelling(ZohoConnector):
    def hosts(self, facts: LinkFacts) -> Hosts:
        hosts = super().hosts(facts)
        api = tuple(host.replace("zohoapis.ca", "zohoapis.cloud.ca") for host in hosts.api)
        return attrs.evolve(hosts, api=api)


def _nothing(facts: LinkFacts, returned: Mapping[str, str]) -> dict[str, str]:
    return {}


@mutant("believes what a redirect says")
class Trusting(ZohoConnector):
    auth: ClassVar[AuthScheme] = attrs.evolve(AUTH, returned_facts=_nothing)


@mutant("offers what was not granted")
class Promising(ZohoConnector):
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        supports = super().capabilities(facts)
        given = {each: supports[each] for each in Capability}
        return Capabilities({**given, Capability.SEARCH_NAME: CAN})


@mutant("offers what was not granted", "what the user's profile forbids")
class Entitled(SalesforceConnector):
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        known = {name: each for name, each in facts.extra.items() if name != "objects"}
        return super().capabilities(attrs.evolve(facts, extra=known))


@mutant("withholds what nobody took away")
class Grudging(BullhornConnector):
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        supports = super().capabilities(facts)
        given = {each: supports[each] for each in Capability}
        if not facts.extra:
            return Capabilities(given)
        return Capabilities({**given, Capability.UPDATE_CONTACT: cannot("this user may change nothing")})


@mutant("ignores a setting")
class Deaf(SalesforceConnector):
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        settings = {name: value for name, value in facts.settings.items() if name != "key_field"}
        return super().creates(attrs.evolve(facts, settings=settings))


@mutant("says that data are where they are not")
class Continental(BullhornConnector):
    def in_emea(self, facts: LinkFacts) -> bool:
        return True


@attrs.frozen(kw_only=True)
class _Once(SessionLogin):
    async def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        renewed = await SessionLogin.refresh(self, facts, application, grant)
        if not renewed.access_token:
            self.sign(renewed)  # raises what failed, and the new token is lost
        return renewed


@mutant("loses a sign-in that was half renewed")
class Careless(BullhornConnector):
    auth: ClassVar[AuthScheme] = _Once(
        **{each.name: getattr(BullhornConnector.auth, each.name) for each in attrs.fields(OAuth2Code)}
    )


@mutant("puts its keys elsewhere than a setting says")
class Keyring(SalesforceConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if draft.key.startswith("installed-"):
            settings = {name: value for name, value in facts.settings.items() if name != "key_field"}
            facts = attrs.evolve(facts, settings=settings)
        return await super().create_activity(facts, draft)


@mutant("lets something else stand in than a setting says")
class Appointed(BullhornConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        first = {"placeholder_company": "1"} if facts.settings.get("placeholder_company") else {}
        return await super().create(attrs.evolve(facts, settings={**facts.settings, **first}), draft)
