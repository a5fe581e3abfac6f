"""Salesforce by the suite that every connector must pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from customer360.core.effects import Request
from customer360.core.records import RecordRef
from customer360_salesforce import SalesforceConnector
from customer360_testkit.conformance import ConnectorConformance, Link


class TestSalesforce(ConnectorConformance):
    connector = SalesforceConnector()
    people, name_field, spare_field = "Contact", "LastName", "Title"
    refused = ("Email", "no address")
    waived: ClassVar = {
        "test_a_call_of_long_ago_is_listed": "Salesforce archives what was done over a year ago; no list holds it",
        "test_a_record_opens_at_the_vendors": "pages are on force.com, which is Salesforce's too",
    }

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"LastName": name, "Phone": phone, "Email": email}

    def delete(self, link: Link, ref: RecordRef) -> None:
        link.send(Request(method="DELETE", path=f"/sobjects/{ref.resource}/{ref.id}"))
