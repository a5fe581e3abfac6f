"""Salesforce by the suite that every connector must pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from customer360.core.capabilities import Capability
from customer360.core.effects import Request
from customer360.core.records import RecordRef
from customer360_salesforce import SalesforceConnector
from customer360_testkit.conformance import ConnectorConformance, Link
from customer360_testkit.fakes.salesforce.fake import SalesforceFake

_NO_CASES = "Salesforce's cases hang off contacts and accounts"


class TestSalesforce(ConnectorConformance):
    connector = SalesforceConnector()
    people, name_field, spare_field = "Contact", "LastName", "Title"
    refused = ("Email", "no address")
    waived: ClassVar = {
        "test_a_record_opens_at_the_vendors": "pages are on force.com, which is Salesforce's too",
    }

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"LastName": name, "Phone": phone, "Email": email}

    def delete(self, link: Link, ref: RecordRef) -> None:
        link.send(Request(method="DELETE", path=f"/sobjects/{ref.resource}/{ref.id}"))


@pytest.mark.slow
class TestLeads(TestSalesforce):
    """Of a developer's organisation."""

    world = SalesforceFake.worlds["developer"]
    people = "Lead"
    without: ClassVar[Mapping[Capability, str]] = {
        Capability.CREATE_CASE: _NO_CASES,
        Capability.RELATED_CASES: _NO_CASES,
        Capability.RELATED_DEALS: "a lead becomes a contact when it has an opportunity",
    }

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"LastName": name, "Company": "Quill & Co", "Phone": phone, "Email": email}


@pytest.mark.slow
class TestAccounts(TestSalesforce):
    people, name_field, spare_field = "Account", "Name", "Site"
    refused = ("Name", "x" * 256)

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"Name": name, "Phone": phone}


@pytest.mark.slow
class TestWithKeys(TestSalesforce):
    """Of the other kind of organisation: with person accounts, and each doubt read the other way."""

    world = SalesforceFake.worlds["otherwise"]
    settings: ClassVar[Mapping[str, str]] = {"key_field": "External_Key__c"}
