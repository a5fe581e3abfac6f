"""What there is, who is signed in and what they may do, under each reading."""

from __future__ import annotations

import pytest
from tests.customer360_bullhorn.against_fake.link import BH, Link

from customer360.core.capabilities import Capability
from customer360.core.records import RecordRef


@pytest.mark.feature("F115")
def test_resources_and_fields(link: Link) -> None:
    """Every declared resource is there, and every field that the connector names exists."""
    resources = link.run(BH.list_resources(link.facts))
    assert {"Candidate", "ClientContact", "Lead", "ClientCorporation", "Note", "Task"} <= {
        each.name for each in resources
    }
    for resource in resources:
        fields = {field.name for field in link.run(BH.describe(link.facts, resource.name)).fields}
        assert set(resource.phones) | set(resource.emails) | set(resource.standard.values()) <= fields
    contacts = link.run(BH.describe(link.facts, "ClientContact"))
    assert contacts.field("clientCorporation").required
    assert contacts.field("clientCorporation").refers_to == ("ClientCorporation",)
    assert not contacts.field("dateAdded").editable
    actions = link.run(BH.describe(link.facts, "Note")).field("action").choices
    wanted = "BD Call" if link.fake.switches["note_actions"] == "own" else "Inbound Call"
    assert wanted in {choice.value for choice in actions}


@pytest.mark.feature("F146")
def test_who_is_signed_in(link: Link) -> None:
    """Whatever the settings' values look like."""
    identity = link.run(BH.identify(link.facts))
    user = link.fake.users[link.user]
    assert (identity.user, identity.name, identity.email) == (
        RecordRef("bullhorn", "CorporateUser", user.id),
        user.name,
        user.email,
    )
    assert identity.organisation_id


@pytest.mark.feature("F147")
def test_what_a_user_may_not_do_is_declared(link: Link) -> None:
    """By the entitlements: the desktop shows it before anybody tries."""
    rights = link.facts.extra["rights"]
    assert "Candidate:cu" in rights
    told = {**link.facts.extra, "rights": rights.replace("Note:cu", "Note:").replace("Task:cu", "Task:-")}
    facts = type(link.facts)(crm="bullhorn", settings=link.facts.settings, extra=told, user=link.facts.user)
    able = BH.capabilities(facts)
    assert (able[Capability.RELATED_NOTES].can, able[Capability.CREATE_NOTE].can) == (True, False)
    assert (able[Capability.RELATED_TASKS].can, able[Capability.CREATE_TASK].can) == (False, False)
    assert "entitlements" in able[Capability.CREATE_CALL].reason
