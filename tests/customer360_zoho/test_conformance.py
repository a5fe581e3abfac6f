"""Zoho by the suite that every connector must pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from customer360.core.capabilities import Capability
from customer360.core.effects import Request
from customer360.core.records import RecordRef
from customer360_testkit.conformance import ConnectorConformance, Link
from customer360_testkit.fakes.zoho.fake import ZohoFake
from customer360_zoho import ZohoConnector

_NO_CASES = "Zoho's cases hang off contacts and companies"


class TestZoho(ConnectorConformance):
    connector = ZohoConnector()
    people, name_field, spare_field = "Contacts", "Last_Name", "Title"
    refused = ("Email", "no address")
    waived: ClassVar[Mapping[str, str]] = {
        "test_a_token_that_is_not_known_is_renewed": "Zoho answers AUTHENTICATION_FAILURE, which also means that the"
        " sign-in was revoked, or belongs to another data centre: a new token would be refused as well",
    }

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"Last_Name": name, "Phone": phone, "Email": email}

    def delete(self, link: Link, ref: RecordRef) -> None:
        link.send(Request(method="DELETE", path=f"/{ref.resource}/{ref.id}"))


@pytest.mark.slow
class TestWithoutCoql(TestZoho):
    """In a sandbox where whatever is not sure about Zoho is the other way round, and zones are half an hour off."""

    world = ZohoFake.worlds["otherwise"]
    withheld = frozenset({"ZohoCRM.coql.READ"})


@pytest.mark.slow
class TestLeads(TestZoho):
    people, spare_field = "Leads", "Designation"
    without: ClassVar[Mapping[Capability, str]] = {
        Capability.CREATE_CASE: _NO_CASES,
        Capability.RELATED_CASES: _NO_CASES,
        Capability.RELATED_DEALS: "a lead becomes a contact when it has a deal",
    }

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {**super().fields(name, phone, email), "Company": "Quill & Co"}


@pytest.mark.slow
class TestAccounts(TestZoho):
    people, name_field, spare_field = "Accounts", "Account_Name", "Industry"
    refused = ("Phone", "x" * 31)

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"Account_Name": name, "Phone": phone}


@pytest.mark.slow
class TestVendors(TestZoho):
    """In Canada, whose hosts are called otherwise, and likewise with what is not sure."""

    world = ZohoFake.worlds["otherwise, in Canada"]
    people, name_field, spare_field = "Vendors", "Vendor_Name", "Category"
    without: ClassVar[Mapping[Capability, str]] = {
        Capability.CREATE_CASE: _NO_CASES,
        Capability.RELATED_CASES: _NO_CASES,
        Capability.RELATED_DEALS: "nothing is sold to a vendor",
    }

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"Vendor_Name": name, "Phone": phone, "Email": email}
