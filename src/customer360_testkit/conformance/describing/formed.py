"""What a CRM says of its fields and of who is signed in is passed on, all of it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from importlib.metadata import entry_points
from itertools import pairwise
from typing import Any

import pytest

from customer360.core.capabilities import Capability
from customer360.core.connector import Connector, Identity
from customer360.core.errors import Customer360Error, UnexpectedAnswer, Unsupported
from customer360.core.metadata import FieldInfo, Schema
from customer360.core.wire import Response
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.verbs import Verbs
from customer360_testkit.fakes.faults import status

_JSON = (("content-type", "application/json"),)
_CUSTOM = re.compile(rb'"(?:custom|custom_field|is_?custom)"\s*:\s*true', re.IGNORECASE)
_ORGANISATION = re.compile(rb'"(?:org|organi[sz]ation|tenant|company|corporation)[a-z_]*"\s*:', re.IGNORECASE)


class FormedChecks(Verbs):
    """See the module."""

    def described(self, link: Link, alter: Any = bytes) -> tuple[Schema, list[Response]]:
        """The fields of people, and the answers that tell of them. Skips where the connector knows them by itself."""
        schema, answers = self.heard(link, self.connector.describe(link.facts, self.people), alter)
        if not answers:
            pytest.skip("the connector knows the fields by itself")
        return schema, answers

    def every_described(self, link: Link) -> Iterator[tuple[Schema, list[Any]]]:
        """The fields of each resource, and the answers that tell of them: none where the connector knows them."""
        for resource in link.run(self.connector.list_resources(link.facts)):
            with suppress(Customer360Error):  # that each is described is a check of its own
                schema, answers = self.heard(link, self.connector.describe(link.facts, resource.name))
                yield schema, [json.loads(answer.content) for answer in answers]

    @catches("shows names that are meant for programs")
    def test_a_field_is_called_as_the_crm_calls_it(self, link: Link) -> None:
        """By the label that its users know (F115)."""
        for schema, answers in self.every_described(link):
            told = {text for answer in answers for text in _texts(answer)}
            labels = [pair for answer in answers for pair in _labelled(answer)]
            for field in schema.fields:
                own = {label for texts, label in labels if field.name in texts} or told
                assert not answers or field.label in own, (schema.resource, field.name)

    @catches("takes the customer's own fields for the vendor's")
    def test_own_fields_are_marked_as_own(self, link: Link) -> None:
        """A layout shows them together (F115)."""
        schema, answers = self.described(link)
        if not any(_CUSTOM.search(answer.content) for answer in answers):
            pytest.skip("the CRM does not mark fields of the customer's own")
        assert any(field.custom for field in schema.fields)

    @catches("describes fields in an order of its own")
    def test_fields_come_in_the_order_of_the_crm(self, link: Link) -> None:
        """As its users know their form (F115)."""
        schema, answers = self.described(link)
        told = [text for answer in answers for text in _texts(json.loads(answer.content))]
        places = [told.index(field.name) for field in schema.fields if field.name in told]
        assert len(places) < 4 or sum(a < b for a, b in pairwise(places)) > len(places) / 2

    @catches("describes one CRM by another's fields")
    def test_fields_are_those_of_the_link(self, link: Link) -> None:
        """What one customer called a field is shown to no other, who has called it otherwise."""
        fresh = type(self.connector)()  # what one object keeps is a check of its own; this one is of all of them
        schema, answers = self.heard(link, fresh.describe(link.facts, self.people))
        if not answers:
            _, asked = self.heard(link, _anew(self.connector).describe(link.facts, self.people))
            assert asked == [], "it remembers the fields of another link"
            pytest.skip("the connector knows the fields by itself")
        told = b"".join(answer.content for answer in answers)
        field = next((each for each in schema.fields if _apart(each, schema, told)), None)
        if field is None:
            pytest.skip("no label stands for itself")
        label = json.dumps(field.label).encode()
        other, _ = self.described(link, lambda content: content.replace(label, b'"Quillabel"'))
        assert next(each.label for each in other.fields if each.name == field.name) == "Quillabel"

    @catches("hides a field that it reads", Capability.CREATE_CONTACT)
    def test_what_is_read_is_described(self, link: Link) -> None:
        """The customer's own fields, too: what no form knows nobody can lay out (F115)."""
        resource = self.resource(link)
        own = {field.name for field in self.schema(link).fields} | {*resource.phones, *resource.emails}
        read = self.get(link, self.make(link, "Quillhidden", "+442079460123", "quillhidden@conform.example")).fields
        assert [name for name in read if name not in own and re.fullmatch(r"[A-Za-z]\w*(?:__c)?", name)] == []

    @catches("does not say who is signed in")
    def test_all_that_is_told_of_the_agent_is_passed_on(self, link: Link) -> None:
        """Name, address and zone, where the CRM answers them (F103)."""
        identity, told = self._identity(link)
        user = link.fake.users[link.user]
        for text, passed in ((user.name, identity.name), (user.email, identity.email), (user.time_zone, identity.zone)):
            if json.dumps(text).encode() in told or text.encode() in told:
                assert passed, text

    @catches("does not know the organisation")
    def test_which_organisation_was_linked_is_told(self, link: Link) -> None:
        """By its own id, so that a link to another one is noticed (F103)."""
        identity, told = self._identity(link)
        if identity.organisation_id is None and not _ORGANISATION.search(told):
            pytest.skip("the CRM tells nothing of the organisation")
        user = link.fake.users[link.user]
        assert identity.organisation not in {user.name, user.email, user.login}
        assert identity.organisation_id
        if identity.organisation_id.encode() not in told:
            pytest.skip("the organisation is known from signing in")
        other = identity.organisation_id[:-1] + ("7" if identity.organisation_id[-1] != "7" else "8")
        old, new = identity.organisation_id.encode(), other.encode()
        moved, _ = self.heard(link, self.connector.identify(link.facts), lambda content: content.replace(old, new))
        assert moved.organisation_id == other

    def _identity(self, link: Link) -> tuple[Identity, bytes]:
        identity, answers = self.heard(link, self.connector.identify(link.facts))
        return identity, b"".join(answer.content for answer in answers)

    @catches("takes an answer of another shape for a resource without fields")
    def test_a_description_of_another_shape_is_no_description(self, link: Link) -> None:
        """A form without fields would be shown, and kept (X10)."""
        for resource in self.connector.resources(link.facts):
            for body in (b"null", b"[2]", b'"x"', b"{}", b'{"fields": null}', b'{"fields": [1]}'):
                before = len(link.asked)
                link.fake.faults.add(status(200, headers=_JSON, content=body), times=None)
                try:
                    described = link.run(self.connector.describe(link.facts, resource.name)).fields
                except (UnexpectedAnswer, Unsupported):  # whether it can be described is another check's matter
                    continue
                finally:
                    link.fake.faults.clear()
                assert described, (resource.name, body)
                assert len(link.asked) == before, "it said nothing, and was believed"


def _anew(connector: Connector) -> Connector:
    """The plugin's connector by modules of its own, which remember nothing yet."""
    package = next(each.module for each in entry_points(group="customer360", name=connector.info.key)).partition(".")[0]
    own = [each for each in type(connector).__mro__ if each.__module__.partition(".")[0] == package]
    if not own:  # not the one that is installed
        return connector
    before = dict(sys.modules)
    for name in before:
        if name.partition(".")[0] == package:
            del sys.modules[name]
    try:
        kind: type[Connector] = getattr(import_module(own[0].__module__), own[0].__name__)
        return kind()
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]
        sys.modules.update({name: module for name, module in before.items() if name.partition(".")[0] == package})


def _apart(field: FieldInfo, schema: Schema, told: bytes) -> bool:
    """Whether the label stands in an answer, and is called nothing else there: no name, and no choice."""
    others = {each.name for each in schema.fields} | {each.label for each in schema.fields if each is not field}
    others |= {text for each in schema.fields for choice in each.choices for text in (choice.value, choice.label)}
    return len(field.label) > 2 and field.label not in others and json.dumps(field.label).encode() in told


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, each in value.items():
                yield name
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)


def _labelled(value: Any) -> Iterator[tuple[set[str], str]]:
    """Every entry of an answer that has a label of its own: its texts, and that."""
    if isinstance(value, dict):
        texts = {name: each for name, each in value.items() if isinstance(each, str) and each}
        yield from (({*texts.values()}, label) for name, label in texts.items() if "label" in name.lower())
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _labelled(each)
