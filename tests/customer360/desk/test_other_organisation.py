"""What was accepted for one organisation, or one mailbox, is not done to another, on both faces, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from customer360.core.activities import NoteDraft
from customer360.core.effects import Tx
from customer360.core.errors import NeedsAuthorization, NotLinked, OtherOrganisation
from customer360.core.interactions import WrapUp
from customer360.core.matching import MatchSource
from customer360.outbox.inbox import Drop, SendAgain
from customer360.outbox.promises import promise
from customer360.outbox.rows import DeliveryState

WORDS = "Of the first organisation"


def wrapped_up() -> WrapUp:
    return WrapUp(ended_at=datetime.now(UTC), notes=WORDS)


def opened(world: Any) -> Any:
    """A conversation with a customer on the panel."""
    conversation = world.session().begin(world.call(world.person().e164[0]))
    assert conversation.panel.contact is not None
    return conversation


def linked_to(world: Any, organisation: str, monkeypatch: pytest.MonkeyPatch, *, how: str = "relink") -> None:
    """The CRM is linked to another organisation, whose records have the same ids: a sandbox, for instance."""
    if how == "unlink":
        world.client.unlink("zoho", confirm=True)
    monkeypatch.setattr(world.crm.fake, "org_id", organisation)
    settings, application = world.crm.fake.link_settings, world.crm.application
    world.client.link("zoho", settings=settings, application=application, relink=how == "relink")
    world.sign_in(user=next(iter(world.crm.users)))
    world.sign_in("kim")


@pytest.mark.promise("R1")
@pytest.mark.feature("F109")
@pytest.mark.parametrize("how", ["unlink", "relink"])
def test_a_held_activity_waits_for_the_organisation_that_it_was_accepted_for(
    own_world: Any, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The same id is somebody else there: held, with what to do; delivered once its own is linked again."""
    conversation, first = opened(own_world), own_world.crm.fake.org_id
    own_world.client.log_out("zoho", "kim")
    assert [each.state for each in conversation.wrap_up(wrapped_up()).activities] == [DeliveryState.HELD]
    linked_to(own_world, "20099999999", monkeypatch, how=how)
    own_world.client.deliver()
    assert own_world.crm.fake.count_holding(WORDS) == 0
    (waiting,) = own_world.client.pending()
    assert (waiting.state, waiting.problem.code) == (DeliveryState.HELD, "other_organisation")
    assert "link the former organisation" in waiting.problem.next_step
    own_world.client.resolve(waiting.key, SendAgain())  # even then
    own_world.client.deliver()
    assert own_world.crm.fake.count_holding(WORDS) == 0
    linked_to(own_world, first, monkeypatch, how=how)
    assert own_world.client.deliver().count(DeliveryState.DONE) == 1
    assert own_world.crm.fake.count_holding(WORDS) == 1


@pytest.mark.promise("R1")
@pytest.mark.feature("F107")
def test_an_open_conversation_stays_with_its_organisation(own_world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read or changed elsewhere; what is wrapped up is kept; a session that is opened now is at home."""
    assert own_world.client.sync_index("zoho", "kim").complete
    session = own_world.session()
    conversation = session.begin(own_world.call(own_world.person().e164[0]))
    contact = conversation.panel.contact.ref
    linked_to(own_world, "20099999999", monkeypatch)
    assert not any(state.ready for state in own_world.client.index_state("zoho", "kim"))
    verbs: tuple[Callable[[], Any], ...] = (
        lambda: conversation.edit({"Title": "x"}),
        lambda: conversation.open(contact),
        lambda: conversation.create_activity(NoteDraft(contact=contact, text=WORDS)),
        lambda: session.get_contact(contact),
        lambda: session.begin(own_world.call("020 7946 0000")),
    )
    for verb in verbs:
        with pytest.raises(OtherOrganisation, match="session"):
            verb()
    assert [each.state for each in conversation.wrap_up(wrapped_up()).activities] == [DeliveryState.HELD]
    assert own_world.crm.fake.count_holding(WORDS) == 0
    own_world.client.resolve(own_world.client.pending()[0].key, Drop())
    assert own_world.session().get_contact(contact).ref == contact


@pytest.mark.feature("F107")
def test_nobody_stays_signed_in_to_the_former_organisation(own_world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The administrator signs in to another one: an agent's token of the former is not used under the new link."""
    monkeypatch.setattr(own_world.crm.fake, "org_id", "20099999999")
    own_world.sign_in(user=next(iter(own_world.crm.users)))
    with pytest.raises(NeedsAuthorization):
        own_world.session()


@pytest.mark.promise("R1")
def test_what_nobody_knows_whose_it_is_waits_for_a_person(own_world: Any) -> None:
    """As a version before stored it: held until somebody says that the linked organisation is meant."""
    conversation = opened(own_world)
    note = NoteDraft(contact=conversation.panel.contact.ref, key="of-nobody", text=WORDS)
    store = own_world.client._opened.store
    store.run(
        Tx(
            lambda connection: promise(
                connection, [note], tenant_id="default", interaction_id="", agent_id="kim", now=1.0
            )
        )
    )
    own_world.client.deliver()
    (waiting,) = own_world.client.pending()
    assert (waiting.state, waiting.problem.code) == (DeliveryState.HELD, "other_organisation")
    assert "SendAgain" in waiting.problem.next_step
    own_world.client.resolve("of-nobody", SendAgain())
    assert own_world.client.deliver().count(DeliveryState.DONE) == 1


@pytest.mark.feature("M14")
def test_another_mailbox_under_the_same_agent_is_another_persons(outlook: Any) -> None:
    """Its index is its own, and so are conversations: what one has read, the next one is never shown."""
    mine = outlook.person()
    assert outlook.client.sync_index("microsoft365", "kim").complete
    conversation = outlook.session().begin(outlook.call(mine.e164[0]))
    found = conversation.panel.contact
    assert found is not None
    outlook.sign_in("kim", "lee")
    assert not any(state.ready for state in outlook.client.index_state("microsoft365", "kim"))
    with pytest.raises(OtherOrganisation, match="another user"):
        conversation.edit({"jobTitle": "x"})
    assert [each.state for each in conversation.wrap_up(wrapped_up()).activities] == [DeliveryState.HELD]
    (waiting,) = outlook.client.pending()
    assert waiting.problem.code == "other_organisation"
    assert "sign in as the former user" in waiting.problem.next_step
    session = outlook.session()
    assert session.find_contacts(phone=mine.e164[0]).matches == ()
    outlook.crm.fake.faults.clear()
    assert outlook.client.sync_index("microsoft365", "kim").complete
    again = session.find_contacts(phone=mine.e164[0])
    assert all(match.contact.ref != found.ref for match in again.matches if match.source is MatchSource.INDEX)
    outlook.sign_in("kim")
    assert not any(state.ready for state in outlook.client.index_state("microsoft365", "kim"))
    assert outlook.client.deliver().count(DeliveryState.DONE) == 1


@pytest.mark.feature("F050")
def test_a_note_by_hand_waits_for_a_sign_in_and_not_for_a_link(own_world: Any) -> None:
    """As those of a wrap-up do; without a link it is refused, for nobody could deliver it, and not kept."""
    session = own_world.session()
    conversation = session.begin(own_world.call(own_world.person().e164[0]))
    note = NoteDraft(contact=conversation.panel.contact.ref, text=WORDS)
    own_world.client.log_out("zoho", "kim")
    for verb in (session.create_activity, conversation.create_activity):
        held = verb(note)
        assert (held.state, held.problem.code) == (DeliveryState.HELD, "needs_authorization")
    own_world.client.unlink("zoho", confirm=True)
    with pytest.raises(NotLinked):
        session.create_activity(note)
    waiting = own_world.client.pending()
    assert [each.problem.code for each in waiting] == ["not_linked", "not_linked"]  # as it is now
    assert {each.problem.next_step for each in waiting} == {"link it again"}
