"""What a record brings with it: where it opens, when it was made, whose it is, and all that it holds."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from customer360.core.capabilities import Capability
from customer360.core.metadata import FieldType
from customer360.core.records import ContactKind, RecordRef, RelatedKind
from customer360.core.search import NameHas
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.newcomers import Newcomers
from customer360_testkit.conformance.verbs import Verbs

_CREATE, _NAME, _URL = Capability.CREATE_CONTACT, Capability.SEARCH_NAME, Capability.RECORD_URL


class PlacedChecks(Newcomers, Verbs):
    """See the module."""

    @catches("lists what cannot be opened", _CREATE, _URL)
    def test_what_is_listed_opens_where_it_should(self, link: Link) -> None:
        """Where its reference has an address (F040)."""
        contact = self.make(link, "Quillopens")
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, contact, f"open-{kind}"))
            link.wait(LAG)
            for record in self.listed(link, contact, kind):
                known = self.connector.record_url(link.facts, record.ref)
                assert known is None or record.url is not None, kind

    @catches("finds whom it cannot open", _CREATE, _NAME, _URL)
    def test_who_is_found_opens_where_they_should(self, link: Link) -> None:
        """As when they are read."""
        ref = self.make(link, "Quillopener")
        link.wait(LAG)
        (hit,) = [hit for hit in self.found(link, NameHas("Quillopener")) if hit.ref == ref]
        assert (hit.url is None) == (self.get(link, ref).url is None)

    @catches("opens another page than the record's", _CREATE, _URL)
    def test_a_record_opens_at_the_vendors_address(self, link: Link) -> None:
        """As the fake knows it from the vendor's pages (F005)."""
        refs = [self.make(link, "Quillpage")]
        with suppress(pytest.skip.Exception):  # there is one resource of people
            refs += [ref for _, _, ref in self.newcomers(link, "Quillpages")]
        kinds = [kind for kind in self.every_kind(link) if kind not in self.connector.within_contact]
        refs += [self.written(link, self.draft(link, kind, refs[0], f"page-{kind}")) for kind in kinds]
        for ref in [each for each in refs if each.resource in link.fake.modules]:
            known = link.fake.web_address(ref.resource, ref.id) or ""
            told = self.connector.record_url(link.facts, ref) or ""
            host = urlsplit(known).hostname
            if (
                told.endswith(ref.id) == known.endswith(ref.id) and urlsplit(told).hostname == host
            ):  # scheme, host and id are checks of their own
                assert told.partition("://")[2] == known.partition("://")[2], ref.resource

    @catches("gives numbers in an order of its own", _CREATE)
    def test_numbers_come_in_the_order_that_is_declared(self, link: Link) -> None:
        """The first is dialled, and the first address written to, of a hit, too (D4)."""
        resource = self.resource(link)
        given = self.ways(link, "+4420794609{:02d}", "quillordered{}@conform.example")
        ref = self.made_with(link, "Quillordered", given)
        link.wait(LAG)
        hits = self.found(link, NameHas("Quillordered")) if self.can(link, _NAME) else ()
        for contact in (self.get(link, ref), *(hit for hit in hits if hit.ref == ref)):
            phones, addresses = [each.field for each in contact.phones], [each.field for each in contact.emails]
            for declared, read in ((resource.phones, phones), (resource.emails, addresses)):
                known = [field for field in declared if field in read]
                if len({*read}) == len(read) == len(given.keys() & {*declared}):  # that each is read is another check's
                    assert [field for field in read if field in declared] == known

    @catches("takes the start of a call for the time of writing")
    def test_what_was_written_today_was_not_written_then(self, link: Link) -> None:
        """A call of the day before yesterday may be written down today (F041)."""
        contact, then = self.make(link, "Quillthen"), link.now - timedelta(days=2)
        given: dict[RelatedKind, dict[str, Any]] = {
            RelatedKind.CALL: {"started_at": then},
            RelatedKind.EVENT: {"starts_at": then, "ends_at": then + timedelta(hours=1)},
        }
        for kind in [kind for kind in self.every_kind(link) if kind in given]:
            self.written(link, self.draft(link, kind, contact, f"then-{kind}", **given[kind]))
            link.wait(LAG)
            for record in self.listed(link, contact, kind):
                assert record.created_at is None or abs(record.created_at - then) > timedelta(days=1), kind

    @catches("takes the first day for the last", _CREATE, Capability.CREATE_CALL)
    def test_the_last_activity_is_the_last(self, link: Link) -> None:
        """Where it is told: who was spoken to yesterday is not rung again as forgotten."""
        ref = self.make(link, "Quilllately")
        link.wait(7200.0)
        self.written(link, self.draft(link, RelatedKind.CALL, ref, "lately"))
        link.wait(LAG)
        told = self.get(link, ref).last_activity_at
        assert told is None or abs(told - link.now) < timedelta(hours=1)

    @catches("does not lead to the company")
    def test_where_somebody_works_can_be_opened(self, link: Link) -> None:
        """Where the record holds a reference to it (F011)."""
        resources = link.run(self.connector.list_resources(link.facts))
        companies = {each.name for each in resources if each.contact_kind is ContactKind.COMPANY}
        for contact in self.everybody(link):
            held = [value for value in contact.fields.values() if isinstance(value, RecordRef)]
            if contact.company and any(ref.resource in companies for ref in held):
                assert contact.company_ref in held, contact.ref

    @catches("does not say what a field leads to")
    def test_what_a_field_leads_to_is_described(self, link: Link) -> None:
        """A form looks there for whom to choose (F116)."""
        fields = [each for each in self.schema(link).fields if each.type is FieldType.REFERENCE]
        assert [each.name for each in fields if each.editable and not each.refers_to] == []
        led = {each.name: each.refers_to for each in fields}
        for contact in self.everybody(link):
            held = {name: value for name, value in contact.fields.items() if isinstance(value, RecordRef)}
            assert [name for name, ref in held.items() if ref.resource not in led.get(name, (ref.resource,))] == []

    def everybody(self, link: Link) -> list[Any]:
        """Some of the people whom the fake holds, each as read by itself. Skips where there is no telling who."""
        if not self.can(link, Capability.DELTA):
            pytest.skip("who there is cannot be told")
        changed = link.run(self.connector.changes(link.facts, self.people)).changed[:12]
        return [self.get(link, contact.ref) for contact in changed]
