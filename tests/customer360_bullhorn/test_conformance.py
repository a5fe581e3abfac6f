"""Bullhorn by the suite that every connector must pass: the people of its index, and those of its database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from customer360.core.capabilities import Capability
from customer360.core.effects import Request
from customer360.core.records import RecordRef
from customer360_bullhorn import BullhornConnector
from customer360_testkit.conformance import ConnectorConformance, Link
from customer360_testkit.fakes.bullhorn.fake import BullhornFake

_WAIVED = {
    "test_an_untied_record_is_not_listed": "a task stays with its person in the hardest reading, and it is said",
}

_NOT_DELETED = dict.fromkeys(
    (
        "test_who_came_in_between_is_found",
        "test_who_is_gone_is_told",
        "test_who_is_gone_is_not_there",
        "test_who_is_gone_is_told_by_the_same_reference",
        "test_no_deletion_is_forgotten",
        "test_who_is_gone_is_told_once",
        "test_all_who_are_gone_are_told",
        "test_who_was_deleted_in_the_crm_is_not_read",
        "test_who_was_merged_away_is_gone",
        "test_who_was_deleted_is_not_found",
        "test_a_change_of_who_is_gone_is_refused",
        "test_a_deleted_contact_is_not_found",
    ),
    "Bullhorn deletes no company, it is archived",
)


class TestCandidates(ConnectorConformance):
    connector = BullhornConnector()
    people, name_field, spare_field = "Candidate", "lastName", "occupation"
    refused = ("lastName", "x" * 51)
    waived: ClassVar[Mapping[str, str]] = _WAIVED

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"firstName": "A", "lastName": name, "status": "Active", "phone": phone, "email": email}

    def delete(self, link: Link, ref: RecordRef) -> None:
        link.send(Request(method="DELETE", path=f"/entity/{ref.resource}/{ref.id}"))


@pytest.mark.slow
class TestClientContacts(TestCandidates):
    """Whatever the contract leaves open is otherwise here than elsewhere."""

    people = "ClientContact"
    world = BullhornFake.worlds["otherwise"]
    settings: ClassVar[Mapping[str, str]] = {"placeholder_company": "2"}

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        company = RecordRef("bullhorn", "ClientCorporation", "1")
        return {**super().fields(name, phone, email), "clientCorporation": company}


@pytest.mark.slow
class TestLeads(TestCandidates):
    people = "Lead"
    without: ClassVar[Mapping[Capability, str]] = {
        Capability.RELATED_DEALS: "a lead becomes a contact when it has a deal"
    }


@pytest.mark.slow
class TestCompanies(TestCandidates):
    people, name_field, spare_field = "ClientCorporation", "name", "companyURL"
    refused = ("name", "x" * 101)
    waived: ClassVar[Mapping[str, str]] = {**_WAIVED, **_NOT_DELETED}
    without: ClassVar[Mapping[Capability, str]] = dict.fromkeys(
        (Capability.CREATE_NOTE, Capability.CREATE_CALL, Capability.CREATE_TASK, Capability.CREATE_EVENT),
        "what Bullhorn writes down is about a person: one of the company's people",
    )

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"name": name, "status": "Prospect", "phone": phone}
