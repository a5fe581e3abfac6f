"""The administrator's and the worker's side, on both faces."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from customer360.core.activities import NoteDraft
from customer360.core.errors import InvalidValue, NeedsAuthorization, NotLinked, PluginMissing
from customer360.core.interactions import WrapUp
from customer360.desk.account import IfPending
from customer360.outbox.rows import DeliveryState
from customer360_testkit.fakes.faults import status


def held_back(world: Any) -> str:
    """A note that could not be delivered yet; its key."""
    conversation = world.session().begin(world.call(world.person().e164[0]))
    world.crm.fake.faults.add(status(429, headers=(("retry-after", "600"),)), method="POST", path=r".*/Notes$")
    note = conversation.create_activity(NoteDraft(contact=conversation.panel.contact.ref, text="held back"))
    conversation.end()
    assert note.state is DeliveryState.DUE
    return str(note.key)


@pytest.mark.feature("F093")
@pytest.mark.feature("F101")
def test_the_installed_crms_and_the_form_of_each(world: Any) -> None:
    """In the order of their keys; a CRM that is not there has no form."""
    keys = [info.key for info in world.client.crms()]
    assert keys == sorted(keys)
    assert {"data_centre", "environment"} == {setting.name for setting in world.client.link_asks("zoho")}
    with pytest.raises(PluginMissing):
        world.client.link_asks("nosuchcrm")


@pytest.mark.feature("F108")
@pytest.mark.feature("F109")
def test_unlinking_takes_the_crm_from_running_sessions_at_once(own_world: Any) -> None:
    """It must be confirmed; then the next call of an open session says so."""
    conversation = own_world.session().begin(own_world.call(own_world.person().e164[0]))
    with pytest.raises(InvalidValue, match="confirm=True"):
        own_world.client.unlink("zoho")
    own_world.client.unlink("zoho", confirm=True)
    with pytest.raises(NotLinked):
        conversation.edit({"Title": "x"})
    with pytest.raises(NotLinked):
        own_world.session()
    assert own_world.client.links() == ()
    wrapped = conversation.wrap_up(WrapUp(ended_at=datetime.now(UTC)))
    assert [each.state for each in wrapped.activities] == [DeliveryState.HELD]  # kept until there is a link again
    conversation.end()


@pytest.mark.feature("M4")
@pytest.mark.parametrize(
    ("choice", "state"), [(IfPending.HOLD, DeliveryState.HELD), (IfPending.DROP, None)], ids=["hold", "drop"]
)
def test_the_administrator_decides_what_becomes_of_pending_activities(
    own_world: Any, choice: IfPending, state: DeliveryState | None
) -> None:
    """They wait for a new link, or are given up; never silently lost."""
    key = held_back(own_world)
    own_world.client.unlink("zoho", confirm=True, if_pending=choice)
    left = {each.key: each.state for each in own_world.client.pending()}
    assert left.get(key) is state


@pytest.mark.feature("F106")
def test_what_was_held_goes_on_after_a_new_link(own_world: Any) -> None:
    """Linked again, signed in again: the worker delivers it."""
    key = held_back(own_world)
    own_world.client.unlink("zoho", confirm=True)
    own_world.crm.fake.faults.clear()
    settings, application = own_world.crm.fake.link_settings, own_world.crm.application
    own_world.client.link("zoho", settings=settings, application=application)
    own_world.sign_in(user="alex")
    own_world.sign_in("kim")
    own_world.client.deliver()
    assert key not in [each.key for each in own_world.client.pending()]
    assert own_world.crm.fake.count_holding("held back") == 1


@pytest.mark.feature("F146")
def test_a_logged_out_agent_must_sign_in_again(own_world: Any) -> None:
    """Their tokens are forgotten here and at the vendor; others go on."""
    assert own_world.client.log_out("zoho", "kim") is True
    with pytest.raises(NeedsAuthorization):
        own_world.session()
    own_world.sign_in("kim")
    assert own_world.session().search_contacts("Ada").contacts


@pytest.mark.feature("F115")
@pytest.mark.feature("F116")
@pytest.mark.feature("F120")
def test_agents_meet_the_configured_resources_only(own_world: Any) -> None:
    """A contact in another one is not found, and cannot be opened; at once."""
    found = {resource.name for resource in own_world.client.sync_resources("zoho")}
    assert {"Contacts", "Leads", "Accounts", "Memberships"} <= found
    own_world.client.configure_resources("zoho", ("Leads", "Tasks"))
    session = own_world.session()
    assert [resource.name for resource in session.resources()] == ["Leads", "Tasks"]
    person = own_world.person()
    assert session.find_contacts(phone=person.e164[0]).matches == ()
    with pytest.raises(InvalidValue, match="no resource"):
        own_world.client.configure_resources("zoho", ("Nonsense",))
    with pytest.raises(InvalidValue, match=r"holds contacts.*: Accounts, Contacts, Leads"):
        own_world.client.configure_resources("zoho", ("Notes", "Tasks"))


@pytest.mark.feature("M4")
def test_the_background_ends_when_it_is_told_to(own_world: Any) -> None:
    """It is asked about once a second."""
    began = time.monotonic()
    own_world.client.run_background(stop=lambda: time.monotonic() - began > 0.2, poll=30)
    assert own_world.client.pending() == ()
    for never in (0.0, -1.0):
        with pytest.raises(InvalidValue, match="cannot rest"):
            own_world.client.run_background(stop=lambda: True, poll=never)
