"""A link is what it was made: with the hosts of its settings, the permissions that were granted, and no stranger's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest

from customer360.core.auth import Application
from customer360.core.capabilities import Capability
from customer360.core.errors import (
    AuthError,
    CrmUnavailable,
    Customer360Error,
    Forbidden,
    InvalidSettings,
    MissingScope,
)
from customer360.core.linking import LinkFacts
from customer360.core.metadata import StandardField
from customer360.core.records import ContactDraft, RecordRef
from customer360_testkit.by_hand import carried, play, signed_in
from customer360_testkit.conformance.activities.calls import values_of
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.linking.placing import PlacingChecks
from customer360_testkit.conformance.verbs import Verbs
from customer360_testkit.fakes.faults import status

_CREATE = Capability.CREATE_CONTACT
_STRANGER = "quill.example"
_NAMES = (StandardField.NAME, StandardField.GIVEN_NAME, StandardField.FAMILY_NAME)
_FREE = frozenset({"identify", "describe", "get"})
"""Verbs that no capability stands for."""


class GrantingChecks(PlacingChecks, Verbs):
    """See the module."""

    @catches("sends secrets wherever a setting says")
    def test_no_setting_makes_a_host_of_a_stranger(self, link: Link) -> None:
        """An administrator pastes what a mail told: it is refused, or leads to the vendor all the same (R15)."""
        known = [host for host in self.connector.hosts(link.facts).login if "*" not in host]
        for setting in self.connector.linking.settings:
            for host in ("", *known) if not setting.choices else ():
                for value in (_STRANGER, f"{host}.{_STRANGER}", f"{_STRANGER}/{host}", f"{host}@{_STRANGER}"):
                    for given in (value, f"https://{value}"):
                        assert _STRANGER not in self._hosts({**link.fake.link_settings, setting.name: given}), given

    def _hosts(self, settings: Mapping[str, str]) -> str:
        """Every host that a link with those settings has; none where they are refused."""
        try:
            facts = LinkFacts(crm=self.connector.info.key, settings=self.connector.linking.checked(settings))
            hosts = self.connector.hosts(facts)
            base = urlsplit(self.connector.api_base(facts)).netloc
        except (InvalidSettings, Customer360Error):
            return ""
        return " ".join((*hosts.api, *hosts.login, base))

    @catches("misspells the hosts of a choice")
    def test_the_hosts_of_every_choice_are_the_vendors(self, link: Link) -> None:
        """As the fake has them from the vendor's pages: whoever lives there could not sign in (F150)."""
        seen = 0
        for setting, facts in self.choices(link):
            for value, place in facts.items():
                declared = self.connector.hosts(place)
                for host in (*declared.api, *declared.login):
                    seen += 1
                    found = [each for each in link.fake.vendor_hosts if each == host or each.endswith(host.lstrip("*"))]
                    assert found, (setting.name, value, host)
        if not seen:
            pytest.skip("no setting has choices")

    @catches("believes what a redirect says")
    def test_a_redirect_is_not_believed(self, link: Link) -> None:
        """It comes through the browser: where it names a host, that is the link's own, or nobody is signed in (R15)."""
        scheme = self.connector.auth_for(link.facts)
        if not scheme.browser:
            pytest.skip("nobody is sent back")
        logins = self.connector.hosts(link.facts).login
        others = {
            host
            for _, facts in self.choices(link)
            for place in facts.values()
            for host in self.connector.hosts(place).login
        }
        elsewhere, seen = {_STRANGER, *others} - set(logins), 0
        facts = attrs.evolve(link.facts, scopes=frozenset(), user=None)
        application, redirect = Application(link.fake.client_id, link.fake.client_secret or None), "http://localhost/"
        now = link.fake.clock.time
        for host in sorted(elsewhere):
            pending = scheme.begin(
                facts, application, redirect_uri=redirect, state="s" * 32, verifier="v" * 64, now=now()
            )
            back = dict(parse_qsl(urlsplit(link.fake.authorize(pending.url, link.user)).query))
            named = [name for name, value in back.items() if any(each in value for each in logins)]
            for name in named:
                seen += 1
                op = scheme.complete(facts, application, pending, {**back, name: f"https://{host}"})
                with pytest.raises(Customer360Error):
                    play(op, lambda request: carried(link.fake, request, "", ()), now=now)
        if not seen:
            pytest.skip("no redirect names a host")

    def narrowed(self, link: Link) -> Iterator[tuple[str, Link]]:
        """A link for each permission that was left out at the consent page, as far as one can sign in then."""
        granted = sorted(link.grant.scopes)
        for left_out in granted if len(granted) > 1 else ():
            try:
                held = [each for each in granted if each != left_out]
                found = signed_in(self.connector, link.fake, user=link.user, settings=self.chosen, scopes=held)
            except (Customer360Error, ValueError):  # nobody signs in without it
                continue
            yield left_out, Link(found.connector, found.fake, found.facts, found.grant, found.user, scopes=found.scopes)

    def hampered(self, link: Link) -> Iterator[tuple[str, Link]]:
        """The same, and a link of the same user who may create nothing, and then change nothing either."""
        yield from self.narrowed(link)
        for doing in ("create", "update"):
            if link.fake.forbid(link.user, doing):
                found = signed_in(self.connector, link.fake, user=link.user, settings=self.chosen)
                yield doing, Link(found.connector, found.fake, found.facts, found.grant, found.user)

    @catches("offers what was not granted", _CREATE)
    def test_what_was_not_granted_is_not_offered(self, link: Link) -> None:
        """A button with a reason beside it, and no error when it is pressed (F095)."""
        ref, seen = self.make(link, "Quillgranted", "+442079460123", "quillgranted@conform.example"), 0
        link.wait(LAG)
        for left_out, less in self.hampered(link):
            seen += 1
            verbs = (*self.reading(less, ref, "Quillgranted"), *self.writing(less, ref, "Quillgranted"))
            for name, verb in [each for each in verbs if each[0] not in _FREE]:
                error = self.failure(less, verb())
                assert not isinstance(error, MissingScope | Forbidden | AuthError), (left_out, name)
        if not seen:
            pytest.skip("permissions are granted all together, or not at all, and no answer tells of a user's rights")

    @catches("withholds what nobody took away")
    def test_what_nobody_took_away_is_offered(self, link: Link) -> None:
        """Whoever was granted all and may do all is told no less than before anybody signed in: a right may be written
        in more than one way (F095)."""
        if self.withheld:
            pytest.skip("something was taken away")
        before = self.connector.capabilities(attrs.evolve(link.facts, extra={}))
        after = self.connector.capabilities(link.facts)
        assert [each.value for each in Capability if before[each].can and not after[each].can] == []

    @catches("ignores a setting")
    def test_a_setting_that_may_be_given_makes_a_difference(self, link: Link) -> None:
        """In what is declared, described, or written: an administrator was told so."""
        plain, *given = self.links(link)
        if not given:
            pytest.skip("no setting that may be left out is known to the fake")
        without = self._effect(plain)
        for other in given:
            assert self._effect(other) != without, other.facts.settings

    def _effect(self, link: Link) -> tuple[Any, ...]:
        """What a link declares and says of the agent, and what becomes of somebody of whom little is known, in each
        resource.
        """
        connector, facts = self.connector, link.facts
        declared = connector.creates(facts), [connector.capabilities(facts)[each] for each in Capability]
        given = {name: value for name, value in self.fields("Quillsetting").items() if isinstance(value, str) and value}
        became = list[str]()
        for resource in connector.resources(facts):
            if resource.contact_kind is not None:
                fields = {field.name for field in self.schema(link, resource.name).fields}
                called = {name: "Quillsetting" for part, name in resource.standard.items() if part in _NAMES}
                known = {name: value for name, value in {**called, **given}.items() if name in fields}
                error = self.failure(link, connector.create(facts, ContactDraft(resource=resource.name, fields=known)))
                became.append(type(error).__name__)
        return (*declared, became, link.run(connector.identify(facts)).zone)

    @catches("puts its keys elsewhere than a setting says", _CREATE)
    def test_keys_stand_where_a_setting_says(self, link: Link) -> None:
        """Another installation looks for them there: what one wrote the other does not write again (R1)."""
        contact, seen = self.make(link, "Quillinstalled"), 0
        for value, given in self._given(link):
            for kind in self.every_kind(given):
                draft = self.draft(given, kind, contact, f"installed-{kind}", text="Quill")
                ref = self.written(given, draft)
                if self.schema(given, ref.resource).field(value) is not None:
                    seen += 1
                    assert self.held(given, ref).get(value) == draft.key, (value, kind)
        if not seen:
            pytest.skip("no setting names a field")

    @catches("lets something else stand in than a setting says")
    def test_what_stands_in_is_what_a_setting_says(self, link: Link) -> None:
        """For what nobody named and the CRM wants: the customer chose where strays go (D14)."""
        without, seen = self._strays(link), 0
        for value, given in self._given(link):
            for resource, ref in self._strays(given).items():
                if resource not in without:
                    seen += 1
                    assert value in map(str, values_of(self.held(given, ref))), (value, resource)
        if not seen:
            pytest.skip("no setting says what stands in for anything")

    def _given(self, link: Link) -> Iterator[tuple[str, Link]]:
        """For each setting that may be left out, its value and a link that has it."""
        plain, *others = self.links(link)
        for given in others:
            yield from ((value, given) for _, value in given.facts.settings.items() - plain.facts.settings.items())

    def _strays(self, link: Link) -> dict[str, RecordRef]:
        """Who becomes of somebody of whom little is known, in each resource whose CRM wants no more."""
        given = {name: value for name, value in self.fields("Quillstray").items() if isinstance(value, str) and value}
        became = dict[str, RecordRef]()
        for resource in self.connector.resources(link.facts):
            if resource.contact_kind is not None:
                fields = {field.name for field in self.schema(link, resource.name).fields}
                known = {name: value for name, value in given.items() if name in fields}
                draft = ContactDraft(resource=resource.name, fields=known)
                with suppress(Customer360Error):
                    became[resource.name] = link.run(self.connector.create(link.facts, draft))
        return became

    @catches("says that data are where they are not")
    def test_where_data_are_is_read_where_it_is_told(self, link: Link) -> None:
        """Of an organisation in EMEA, and of one elsewhere, where signing in tells and no setting does (F150)."""
        moved = self.made(cast=())
        for emea in (True, False):
            if not moved.settle(emea=emea):
                pytest.skip("a setting says where data are, or nothing")
            other = signed_in(self.connector, moved, settings=self.chosen)
            assert self.connector.in_emea(other.facts) is emea

    @catches("loses a sign-in that was half renewed")
    def test_a_renewal_that_fails_half_way_is_made_again(self, link: Link) -> None:
        """The old token may be spent by then: whoever is signed in stays so (X6)."""
        scheme = self.connector.auth_for(link.facts)
        grant = signed_in(self.connector, link.fake, user=link.user, settings=self.chosen).grant
        if not scheme.renews(grant):
            pytest.skip("a sign-in is not renewed")
        application = Application(link.fake.client_id, link.fake.client_secret or None)

        def refreshed(grant: Any) -> Any:
            op = scheme.refresh(link.facts, application, grant)
            return play(op, lambda request: carried(link.fake, request, "", ()), now=link.fake.clock.time)

        before = len(link.fake.journal)
        refreshed(grant)
        requests = len(link.fake.journal) - before
        if requests < 2:
            pytest.skip("a renewal is one request")
        for rotate in (True, False):
            link.fake.oauth.policy = attrs.evolve(link.fake.oauth.policy, rotate=rotate)
            grant = signed_in(self.connector, link.fake, user=link.user, settings=self.chosen).grant
            for number in range(2, requests + 1):
                link.fake.faults.add(status(503), nth=number)
                with suppress(CrmUnavailable):
                    grant = refreshed(grant)
                link.fake.faults.clear()
                link.wait(60.0)
                grant = refreshed(grant)
            link.grant = grant
            link.run(self.connector.identify(link.facts))
