"""What a connector says of itself holds: capabilities, resources, fields, record addresses."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from customer360.core.capabilities import CREATE, RELATED, Capability, PhoneSearch
from customer360.core.effects import Operation
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.records import ContactKind, RecordRef
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_PLACES, _DEEP = 105, 4
_NUMBER = re.compile(r"\+?[\d ()./-]{8,}")


class DeclaringChecks(Bench):
    """See the module."""

    @catches("refuses without a reason")
    def test_what_cannot_be_done_has_a_reason(self, link: Link) -> None:
        """A desktop shows it where the button would be (F095)."""
        supports = self.connector.capabilities(link.facts)
        assert [each for each in Capability if not supports[each].can and not supports[each].reason.strip()] == []

    @catches("answers nothing for what it cannot list")
    def test_a_list_that_is_not_declared_is_refused(self, link: Link) -> None:
        """An empty answer would say that there is nothing (F095)."""
        nobody = self._nobody(link)
        before = len(link.asked)
        for kind, capability in RELATED.items():
            if not self.can(link, capability):
                self.refusal(link, self.connector.related(link.facts, nobody, kind), Unsupported)
        assert link.asked[before:] == []

    @catches("pretends to create what it cannot")
    def test_a_create_that_is_not_declared_is_refused(self, link: Link) -> None:
        """Nothing may seem to be written down that is not."""
        nobody = self._nobody(link)
        before = len(link.asked)
        for kind, capability in CREATE.items():
            if not self.can(link, capability):
                draft = self.draft(link, kind, nobody, "k")
                self.refusal(link, self.connector.create_activity(link.facts, draft), Unsupported)
        assert link.asked[before:] == []

    def _nobody(self, link: Link) -> RecordRef:
        """Whom nothing of the sort can be asked of; where it is only these people of whom it cannot, one of them."""
        return self.make(link, "Nobody") if self.without else RecordRef(self.connector.info.key, self.people, "1")

    @catches("declares a list that it refuses")
    def test_a_list_that_is_declared_is_answered(self, link: Link) -> None:
        """Of a contact that has nothing yet, it is empty."""
        ref = self.make(link, "Listless")
        for kind, capability in RELATED.items():
            if self.can(link, capability) and kind not in self.connector.within_contact:
                assert link.run(self.connector.related(link.facts, ref, kind)).items == (), kind

    @catches("does not say how a repeated create is recognised")
    def test_every_create_says_how_a_repeat_is_recognised(self, link: Link) -> None:
        """The outbox decides by it whether it may send again (R1)."""
        declared = self.connector.creates(link.facts)
        for kind, capability in CREATE.items():
            if self.can(link, capability):
                assert declared[kind].reason.strip(), kind

    @catches("hides a phone field")
    def test_the_fields_that_are_matched_are_described(self, link: Link) -> None:
        """Phones and e-mails of each contact resource, by the names that describe() gives (F115)."""
        for resource in link.run(self.connector.list_resources(link.facts)):
            if resource.contact_kind is not None:
                schema = link.run(self.connector.describe(link.facts, resource.name))
                names = {field.name for field in schema.fields}
                assert {*resource.phones, *resource.emails} <= names, resource.name

    @catches("leads to a page without encryption")
    def test_a_record_opens_over_https(self, link: Link) -> None:
        """The desktop opens it in a browser (F042)."""
        if not self.can(link, Capability.RECORD_URL):
            pytest.skip("records have no address")
        url = urlsplit(self.connector.record_url(link.facts, self.make(link, "Addressed")) or "")
        assert (url.scheme, bool(url.hostname)) == ("https", True)

    @catches("leads every record to one page")
    def test_two_records_have_two_addresses(self, link: Link) -> None:
        """An address that does not hold the id opens somebody else."""
        if not self.can(link, Capability.RECORD_URL):
            pytest.skip("records have no address")
        first, second = self.make(link, "One"), self.make(link, "Other")
        assert self.connector.record_url(link.facts, first) != self.connector.record_url(link.facts, second)

    @catches("says that everybody is one person")
    def test_who_is_signed_in(self, link: Link) -> None:
        """Two users are two; activities are written in their names."""
        users = list(link.fake.users)
        if len(users) < 2:
            pytest.skip("the fake has one user")
        told = [link.run(self.connector.identify(link.facts)).user]
        other = self.signed_in(link.fake, users[1])
        told.append(other.run(self.connector.identify(other.facts)).user)
        assert len({ref.id for ref in told}) == 2

    @catches("takes a mailbox for everybody's", Capability.CREATE_CONTACT)
    def test_what_is_one_users_own_is_said(self, link: Link) -> None:
        """Nobody else sees it: in an index of all, strangers would read it (F147)."""
        others = [login for login in link.fake.users if login != link.user]
        if not others:
            pytest.skip("the fake has one user")
        contact, other = self.make(link, "Quillprivate"), self.signed_in(link.fake, others[0])
        resources = {each.name: each for each in link.run(self.connector.list_resources(link.facts))}
        own = self._hidden(other, self.connector.get(other.facts, contact))
        assert resources[self.people].private is own
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, contact, f"private-{kind}"))
            link.wait(LAG)
            if own or not self._hidden(other, self.connector.related(other.facts, contact, kind)):
                private = [each.private for each in resources.values() if each.related_kind is kind]
                assert private == [own], kind

    def _hidden(self, link: Link, op: Operation[Any]) -> bool:
        try:
            link.run(op)
        except Customer360Error:
            return True
        return False

    @catches("leads to a page beside the record")
    def test_the_address_of_a_record_holds_its_id(self, link: Link) -> None:
        """The whole of it, on a page of the vendor's (F042)."""
        if not self.can(link, Capability.RECORD_URL):
            pytest.skip("records have no address")
        ref = self.make(link, "Quilllocated")
        url = unquote(self.connector.record_url(link.facts, ref) or "")
        assert re.search(rf"(?<![0-9A-Za-z]){re.escape(ref.id)}(?![0-9A-Za-z])", url)

    @catches("leads to a stranger's page")
    def test_a_record_opens_at_the_vendors(self, link: Link) -> None:
        """Where people sign in, and nowhere else."""
        if not self.can(link, Capability.RECORD_URL):
            pytest.skip("records have no address")
        url = urlsplit(self.connector.record_url(link.facts, self.make(link, "Quillhome")) or "")
        hosts = self.connector.hosts(link.facts)
        known = {
            host.rpartition(".")[0].rpartition(".")[2] for host in (*link.fake.vendor_hosts, *hosts.api, *hosts.login)
        }
        assert known & set((url.hostname or "").split("."))

    @catches("says that numbers are not searched")
    def test_searching_numbers_is_declared_once(self, link: Link) -> None:
        """The capability and the way of searching say the same: else the index answers where it need not, or nobody."""
        way = self.connector.phone_search(link.facts)
        assert self.can(link, Capability.SEARCH_PHONE) == (way is not PhoneSearch.NONE)

    @catches("begins with companies")
    def test_people_come_first(self, link: Link) -> None:
        """Then companies, then what happened: a desktop looks in this order (F115)."""
        kinds = [each.contact_kind for each in self.connector.resources(link.facts)]
        places = [(kind is None, kind is ContactKind.COMPANY) for kind in kinds]
        assert places == sorted(places)

    @catches("hides where the customer keeps people besides")
    def test_every_place_that_holds_numbers_is_listed(self, link: Link) -> None:
        """The customer's own modules, too: whoever rings may be known there alone (F115)."""
        told = (*self.connector.resources(link.facts), *link.run(self.connector.list_resources(link.facts)))
        listed = [each.name.casefold() for each in told]
        for module in link.fake.modules:
            rows = link.fake.records(module)
            values = [value for row in rows for name, value in row.items() if "phone" in name.casefold()]
            numbers = [value for value in values if isinstance(value, str) and _NUMBER.fullmatch(value)]
            known = any(module.casefold().startswith(name) for name in listed)  # some say contact, and then contacts
            assert known or not numbers, module
        made = self._made_places(link)
        told = link.run(self.connector.list_resources(link.facts)) if made else ()
        assert sorted(each.label for each in told if each.label in made) == sorted(made)

    def _made_places(self, link: Link) -> list[str]:
        """The names of more places than a page holds, and of some within each other; none where nobody makes any."""
        within, names = None, [f"Quillplace{number}" for number in range(_PLACES)]
        if any(link.fake.make_place(link.user, name) is None for name in names):
            return []
        for depth in range(_DEEP):
            names.append(f"Quilldeep{depth}")
            within = link.fake.make_place(link.user, names[-1], within)
        return names
