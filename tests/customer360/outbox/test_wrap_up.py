"""The one transaction of a wrap-up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import attrs
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.activities import CallDraft, NoteDraft
from customer360.core.effects import Tx
from customer360.core.errors import InvalidValue
from customer360.core.interactions import Disposition, Interaction, WrapUp
from customer360.core.records import RecordRef
from customer360.core.serialization import draft_from_json, from_json
from customer360.outbox.keys import activity_key
from customer360.outbox.tables import interaction, interaction_contact, outbox
from customer360.outbox.wrap_up import Accepted, Ending, store_ending
from customer360.store.engine import Store, open_store

BEGAN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
MARIA = RecordRef("zoho", "Contacts", "42")


def key(source: str) -> str:
    return activity_key(tenant_id="acme", interaction_id="call-1", agent_id="kim", crm="zoho", source=source)


CALL = CallDraft(contact=MARIA, key=key("rule:log"), subject="Inbound call", started_at=BEGAN)
NOTE = NoteDraft(contact=MARIA, key=key("hand:1"), text="wants a call back")
ENDING = Ending(
    tenant_id="acme",
    agent_id="kim",
    interaction=Interaction(id="call-1", started_at=BEGAN, customer="+442079460958"),
    wrap_up=WrapUp(ended_at=BEGAN + timedelta(minutes=3), disposition=Disposition("sold")),
    contacts=(MARIA,),
    drafts=(CALL, NOTE),
)


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store() as store:
        yield store


def commit(store: Store, ending: Ending, now: float = 1000.0) -> Accepted:
    return store.run(Tx(lambda connection: store_ending(connection, ending, now)))


def rows_of(store: Store, table: sa.Table) -> list[dict[str, object]]:
    return [dict(row) for row in store.run(Tx(lambda c: c.execute(sa.select(table)).mappings().all()))]


@pytest.mark.feature("F036")
def test_interaction_contact_and_activities_are_stored_together(store: Store) -> None:
    """All that the agent was promised is there after one commit, and reads back as it was."""
    assert commit(store, ENDING) == Accepted(repeated=False, promised=(CALL.key, NOTE.key))
    (stored,) = rows_of(store, interaction)
    assert from_json(Interaction, stored["interaction"]) == ENDING.interaction
    assert from_json(WrapUp, stored["wrap_up"]) == ENDING.wrap_up
    (contact,) = rows_of(store, interaction_contact)
    assert (contact["crm"], contact["resource"], contact["record_id"]) == ("zoho", "Contacts", "42")
    promised = {row["key"]: draft_from_json(row["draft"]) for row in rows_of(store, outbox)}
    assert promised == {CALL.key: CALL, NOTE.key: NOTE}


@pytest.mark.fault("X20")
def test_the_same_wrap_up_twice_changes_nothing(store: Store) -> None:
    """An agent who clicks twice, or a desktop that repeats itself, writes nothing twice."""
    commit(store, ENDING)
    before = [rows_of(store, table) for table in (interaction, interaction_contact, outbox)]
    assert commit(store, ENDING, now=2000.0) == Accepted(repeated=True, promised=())
    assert [rows_of(store, table) for table in (interaction, interaction_contact, outbox)] == before


@pytest.mark.feature("F051")
def test_an_activity_named_only_by_the_second_wrap_up_is_promised_too(store: Store) -> None:
    """The agent added a note and sent again: the note is not dropped, the first wrap-up stands."""
    commit(store, attrs.evolve(ENDING, drafts=(CALL,)))
    assert commit(store, ENDING) == Accepted(repeated=True, promised=(NOTE.key,))
    assert len(rows_of(store, interaction)) == 1


def test_a_failure_on_the_way_stores_nothing(store: Store) -> None:
    """There is no interaction without its activities (R2)."""

    def work(connection: sa.Connection) -> None:
        store_ending(connection, ENDING, 1000.0)
        raise LookupError

    with pytest.raises(LookupError):
        store.run(Tx(work))
    assert [rows_of(store, table) for table in (interaction, interaction_contact, outbox)] == [[], [], []]


def test_each_agent_of_a_transferred_call_wraps_up(store: Store) -> None:
    """One activity per agent involved (B5): the keys differ, and so do the rows."""
    commit(store, ENDING)
    other = attrs.evolve(
        ENDING,
        agent_id="lee",
        drafts=(
            attrs.evolve(
                CALL,
                key=activity_key(
                    tenant_id="acme", interaction_id="call-1", agent_id="lee", crm="zoho", source="rule:log"
                ),
            ),
        ),
    )
    assert len(commit(store, other).promised) == 1
    assert len(rows_of(store, interaction)) == 2


def test_tenants_do_not_see_each_others_keys(store: Store) -> None:
    """The same ids in two accounts are two wrap-ups."""
    commit(store, ENDING)
    assert commit(store, attrs.evolve(ENDING, tenant_id="other")).promised == (CALL.key, NOTE.key)


def test_two_contacts_of_one_crm_or_one_key_twice_are_refused() -> None:
    """An ending that could not be delivered as meant is refused before anything is stored."""
    with pytest.raises(InvalidValue):
        attrs.evolve(ENDING, contacts=(MARIA, RecordRef("zoho", "Contacts", "43")))
    with pytest.raises(InvalidValue):
        attrs.evolve(ENDING, drafts=(NOTE, NOTE))


PARTS = st.tuples(*[st.text(max_size=8)] * 5)


@given(PARTS, PARTS)
def test_keys_are_the_same_for_the_same_and_differ_for_others(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Deterministic, and no two activities share one, however their ids run together (D11)."""
    names = ("tenant_id", "interaction_id", "agent_id", "crm", "source")

    def made(parts: tuple[str, ...]) -> str:
        return activity_key(**dict(zip(names, parts, strict=True)))

    assert (made(one) == made(other)) is (one == other)
    assert len(made(one)) == 26
    assert made(one).isalnum()
