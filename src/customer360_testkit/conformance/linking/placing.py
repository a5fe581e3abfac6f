"""A link leads where its settings say, and a connector declares no more than is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from customer360.core.auth import Application
from customer360.core.capabilities import CREATE, Capability, Repeat
from customer360.core.linking import LinkFacts, Setting
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_EUROPE = re.compile(r"\b(?:eu|emea|europe|european|germany|ireland|france|united kingdom)\b", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"\b(?:us|usa|united states|america|canada|india|japan|china|australia|singapore|apac)\b", re.IGNORECASE
)


class PlacingChecks(Bench):
    """See the module."""

    def choices(self, link: Link) -> Iterator[tuple[Setting, dict[str, LinkFacts]]]:
        """Each setting with several choices, and the facts of a link for each of them."""
        for setting in self.connector.linking.settings:
            if len(setting.choices) > 1:
                facts = {}
                for value in setting.choices:
                    given = {**link.fake.link_settings, setting.name: value}
                    settings = self.connector.linking.checked(given)
                    facts[value] = LinkFacts(crm=link.facts.crm, settings=settings, user=link.facts.user)
                yield setting, facts

    @catches("takes every data centre for a European one")
    def test_where_data_are_kept_is_said(self, link: Link) -> None:
        """By what the choice itself is called: customers are promised that their data stay in EMEA (F150)."""
        seen = 0
        for setting, facts in self.choices(link):
            for value, place in facts.items():
                called = f"{value.replace('_', ' ')} {setting.choices[value]}"
                europe, elsewhere = bool(_EUROPE.search(called)), bool(_ELSEWHERE.search(called))
                if europe != elsewhere:
                    seen += 1
                    assert self.connector.in_emea(place) is europe, (setting.name, value)
        if not seen:
            pytest.skip("no setting says where data are kept")

    @catches("leads to the same place whatever was chosen")
    def test_a_choice_makes_a_difference(self, link: Link) -> None:
        """Else a customer's tokens go to somebody else's data centre (R15)."""
        seen = 0
        for setting, facts in self.choices(link):
            told = [self._place(place) for place in facts.values()]
            assert [one for one in told if told.count(one) > 1] == [], setting.name
            for one in facts.values():
                for other in facts.values():
                    base, hosts = urlsplit(self.connector.api_base(other)).netloc, self.connector.hosts(one).api
                    same = base == urlsplit(self.connector.api_base(one)).netloc
                    elsewhere = self.connector.in_emea(one) != self.connector.in_emea(other)
                    assert same or not elsewhere or base not in hosts, setting.name
            seen += 1
        if not seen:
            pytest.skip("no setting has choices")

    @catches("links organisations of one kind")
    def test_an_organisation_of_every_kind_is_linked(self, link: Link) -> None:
        """A sandbox above all: an administrator tries it there first (R15)."""
        for name, world in link.fake.worlds.items() or pytest.skip("organisations are all of a kind"):
            other = self.settled(link, world, cast=())
            assert other.facts.user, name

    @catches("opens records in another data centre", Capability.CREATE_CONTACT, Capability.RECORD_URL)
    def test_a_record_opens_where_it_is(self, link: Link) -> None:
        """Where the sign-in is another one, the pages are, too (F042)."""
        ref, seen = self.make(link, "Quillelsewhere"), 0
        for setting, facts in self.choices(link):
            places = list(facts.values())
            pages = [self.connector.record_url(place, ref) for place in places]
            hosts = [self.connector.hosts(place) for place in places]
            for one in range(len(places)):
                for other in range(one):
                    apart = not {*hosts[one].login} & {*hosts[other].login}
                    if apart and pages[one] is not None and pages[other] is not None:
                        seen += 1
                        assert pages[one] != pages[other], setting.name
        if not seen:
            pytest.skip("every link signs in at one place")

    @catches("opens records of one kind of organisation", Capability.CREATE_CONTACT, Capability.RECORD_URL)
    def test_a_record_opens_in_any_organisation(self, link: Link) -> None:
        """At the host of the vendor's page, or where the CRM answers itself: a sandbox has another (F042)."""
        for name, world, other in self.elsewhere(link):
            if world.settings:  # that a setting leads elsewhere is a check of its own
                continue
            ref = self.make(other, "Quillworldly")
            known = urlsplit(other.fake.web_address(ref.resource, ref.id) or "").hostname
            base = urlsplit(self.connector.api_base(other.facts)).hostname
            for url in (self.get(other, ref).url, self.connector.record_url(other.facts, ref)):
                assert known is None or url is None or urlsplit(url).hostname in (known, base), (name, url)

    @catches("brings no address of a contact", Capability.CREATE_CONTACT, Capability.RECORD_URL)
    def test_a_contact_that_was_read_can_be_opened(self, link: Link) -> None:
        """A desktop has the contact, and the button (F042)."""
        assert self.get(link, self.make(link, "Quillopened")).url is not None

    @catches("signs nobody out who must sign in anew")
    def test_whoever_must_permit_more_signs_in_anew(self, link: Link) -> None:
        """Where a setting leads to other hosts, or asks for other permissions, the link ``moves``: what was granted
        before would be taken for the whole (F101)."""
        given = list(self._set_besides(link)) or pytest.skip("nothing may be set besides")
        assert [each.name for each, leads_elsewhere in given if leads_elsewhere and not each.moves] == []

    @catches("signs everybody out for nothing")
    def test_a_setting_that_leads_nowhere_else_signs_nobody_out(self, link: Link) -> None:
        """An administrator sets it in the middle of the day: whoever is at work goes on (F101)."""
        given = [each for each, leads_elsewhere in self._set_besides(link) if not leads_elsewhere]
        if not given:
            pytest.skip("every setting that may be given leads elsewhere, or asks for more")
        assert [each.name for each in given if each.moves] == []

    def _set_besides(self, link: Link) -> Iterator[tuple[Setting, bool]]:
        """Each setting that may be given besides, and whether the link leads elsewhere with it."""
        known = {each.name: each for each in self.connector.linking.settings}
        for other in self.links(link):
            for name, _ in other.facts.settings.items() - link.facts.settings.items():
                yield known[name], self._leading(other) != self._leading(link)

    def _leading(self, link: Link) -> tuple[object, ...]:
        """Where a link leads, and what a user is asked to permit."""
        return self.connector.hosts(link.facts), self.connector.api_base(link.facts), link.grant.scopes

    @catches("declares limits that nobody can work with")
    def test_limits_are_those_of_a_crm(self, link: Link) -> None:
        """The transport keeps to them: none may stop a desktop, or have the account shut out (P15)."""
        limits = self.connector.limits_for(link.facts)
        assert 10 <= limits.page_size <= 5000
        assert 1 <= limits.batch_size <= 1000
        assert 1 <= limits.concurrent <= (link.fake.most_at_once or 100)
        if limits.per_window is not None:
            requests, seconds = limits.per_window
            assert requests / seconds >= 0.1, "more than ten seconds for a request"
            most, within = link.fake.most_within or limits.per_window
            assert requests <= most * max(1.0, seconds / within), "more than the CRM admits"

    @catches("says that it cannot tell what it can", Capability.CREATE_CONTACT)
    def test_what_is_made_once_is_declared_so(self, link: Link) -> None:
        """Or a person is asked about every answer that was lost (R1)."""
        contact, declared = self.make(link, "Quillblind"), self.connector.creates(link.facts)
        for kind, capability in CREATE.items():
            if self.can(link, capability) and declared[kind].repeat is Repeat.BLIND:
                draft = self.draft(link, kind, contact, f"blind-{kind}")
                first = self.written(link, draft)
                link.wait(LAG)
                assert self.written(link, draft) != first, kind

    def _place(self, facts: LinkFacts) -> tuple[Any, ...]:
        """All that a link's settings decide before anybody signs in."""
        connector, scheme = self.connector, self.connector.auth_for(facts)
        page = None
        if scheme.browser:
            page = scheme.begin(
                facts, Application("client"), redirect_uri="http://localhost/", state="s", verifier="v" * 64, now=0.0
            ).url
        can = [connector.capabilities(facts)[each] for each in Capability]
        hosts = (connector.hosts(facts), connector.api_base(facts), connector.in_emea(facts), page)
        return (*hosts, can, connector.resources(facts), connector.limits_for(facts))
