"""A suite proves what it runs on: each resource of people that takes new ones, and each setting, has a class of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from customer360.core.capabilities import CREATE, Capability, Repeat
from customer360.core.connector import Connector
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.linking import Setting
from customer360.core.metadata import Resource
from customer360.core.records import ContactDraft, ContactKind
from customer360_testkit.conformance.bench import Bench, Link, catches
from customer360_testkit.conformance.linking.granting import GrantingChecks


class CoveringChecks(GrantingChecks):
    """See the module."""

    @catches("takes people whom no suite looks at", Capability.CREATE_CONTACT)
    def test_all_people_who_can_be_made_have_a_suite(self, link: Link) -> None:
        """A connector that is right for contacts may be wrong for leads: a class with that name in ``people``."""
        proved = {each.people for each in suites(self.connector) if not each.withheld}
        assert [each.name for each in self._taking(link) if each.name not in proved] == []

    @catches("has a setting that no suite is run with")
    def test_every_setting_has_a_suite(self, link: Link) -> None:
        """Which changes what a link is: a class with it in ``settings``, and a value for it in the fake's."""
        proved = [{**link.fake.link_settings, **each().chosen} for each in suites(self.connector)]
        known = {*link.fake.link_settings, *link.fake.optional_settings}
        given = [name for name in link.fake.optional_settings if not any(name in each for each in proved)]
        free = [each.name for each in self.connector.linking.settings if not each.choices and each.default is None]
        assert (given, [name for name in free if name not in known]) == ([], [])
        for setting in self.connector.linking.settings:
            told = self._promised_by(link, setting)
            looked_at = [told[value] for each in proved if (value := each.get(setting.name, setting.default)) in told]
            assert [value for value, declared in told.items() if declared not in looked_at] == [], setting.name

    @catches("promises otherwise where a permission was left out")
    def test_what_a_link_with_fewer_permissions_promises_has_a_suite(self, link: Link) -> None:
        """Where what was granted decides how a repeat is recognised: a class with the permission in ``withheld``."""
        proved = {scope for each in suites(self.connector) for scope in each.withheld}
        usual = self._recognised(link)
        other = [left_out for left_out, less in self.narrowed(link) if not self._recognised(less) <= usual]
        assert [each for each in other if each not in proved] == []

    def _recognised(self, link: Link) -> set[tuple[str, Repeat]]:
        """How a repeat of each kind is, of those that can be created."""
        able = {kind for kind, capability in CREATE.items() if self.can(link, capability)}
        able |= set(ContactKind) if self.can(link, Capability.CREATE_CONTACT) else set()
        return {(kind.value, how.repeat) for kind, how in self.connector.creates(link.facts).items() if kind in able}

    def _taking(self, link: Link) -> Iterator[Resource]:
        """The declared resources of people that take new ones."""
        for resource in self.connector.resources(link.facts):
            if resource.contact_kind is not None:
                nobody = ContactDraft(resource=resource.name, fields={})
                if not isinstance(self.failure(link, self.connector.create(link.facts, nobody)), Unsupported):
                    yield resource

    def _promised_by(self, link: Link, setting: Setting) -> dict[str, tuple[Any, ...]]:
        """What a link declares by each choice, of those that the fake can be signed in to."""
        told = {}
        for value in setting.choices:
            with suppress(Customer360Error, ValueError):  # nobody lives there
                told[value] = self._promised(self.entered(link, link.fake, **{setting.name: value}))
        return told

    def _promised(self, link: Link) -> tuple[Any, ...]:
        connector, facts = self.connector, link.facts
        can = [connector.capabilities(facts)[each].can for each in Capability]
        repeats = {kind: how.repeat for kind, how in connector.creates(facts).items()}
        return can, repeats, connector.phone_search(facts), [each.name for each in connector.resources(facts)]


def suites(connector: Connector) -> list[type[Bench]]:
    """The classes of that connector's suite that a run of the tests collects, as far as their modules are loaded."""
    found = dict.fromkeys(each for each in _below(Bench) if _collected(each))
    return [each for each in found if isinstance(connector, type(each.connector))]


def _below(kind: type[Bench]) -> Iterator[type[Bench]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _collected(kind: type[Bench]) -> bool:
    module: Mapping[str, Any] = vars(sys.modules.get(kind.__module__, sys))
    named = kind.__name__.startswith("Test") and module.get(kind.__name__) is kind
    return named and isinstance(getattr(kind, "connector", None), Connector)
