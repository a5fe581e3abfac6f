"""A key that comes again: what is stored decides what the draft under it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from customer360.core.activities import ActivityDraft, NoteDraft
from customer360.core.effects import Tx
from customer360.core.records import RecordRef
from customer360.core.serialization import to_json
from customer360.outbox import rows
from customer360.outbox.promises import Promised, promise
from customer360.outbox.rows import AcceptedFor, DeliveryState, Row
from customer360.outbox.tables import outbox
from customer360.store.engine import Store, open_store

NOTE = NoteDraft(contact=RecordRef("zoho", "Contacts", "42"), key="K", text="first words")
OTHER = attrs.evolve(NOTE, text="other words")


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store() as store:
        yield store


def promised(store: Store, draft: ActivityDraft, organisation: str = "one") -> Promised:
    accepted = {"zoho": AcceptedFor(organisation)}
    return store.run(
        Tx(lambda c: promise(c, (draft,), tenant_id="t", interaction_id="", agent_id="kim", now=1.0, accepted=accepted))
    )


def stands(store: Store, **values: Any) -> None:
    """The note was promised, and the row holds ``values`` since."""
    assert promised(store, NOTE) == Promised(keys=("K",))
    store.run(Tx(lambda c: c.execute(outbox.update().values(**values))))


def row(store: Store) -> Row:
    found = store.run(Tx(lambda c: rows.read(c, "t", "K")))
    assert found is not None
    return found


def test_what_was_promised_before_digests_were_kept_is_repeated_by_any_draft(store: Store) -> None:
    """Nobody knows any more what its key was given for."""
    stands(store, digest=None, state="done")
    assert promised(store, OTHER) == Promised()


def test_what_was_promised_and_what_became_of_it_are_both_the_same_activity(store: Store) -> None:
    """A person corrected it, or its contact was merged: neither form is another activity."""
    stands(store, draft=to_json(OTHER), state="done")
    assert promised(store, NOTE) == promised(store, OTHER) == Promised()


def test_the_same_ids_in_another_organisation_are_another_activity(store: Store) -> None:
    """The CRM was linked to another one in the meantime: the contact may be anybody there."""
    stands(store, state="done")
    assert promised(store, NOTE, "two").clashes


def test_a_correction_of_what_may_have_been_written_is_looked_for_first(store: Store) -> None:
    """An earlier attempt is in doubt: the key is looked for before anything is sent (R1)."""
    stands(store, state="refused", sent_until=5.0, fence=3)
    assert promised(store, OTHER).keys == ("K",)
    assert (row(store).state, row(store).sent_until, row(store).fence) == (DeliveryState.DOUBT, 5.0, 4)
    assert row(store).draft == to_json(OTHER)


@pytest.mark.parametrize("values", [{"state": "dropped", "sent_until": 5.0}, {"state": "held"}, {"state": "due"}])
def test_what_may_be_written_or_will_be_is_not_replaced(store: Store, values: dict[str, Any]) -> None:
    """Its key is its own until it is certain that it does not stand in the CRM."""
    stands(store, **values)
    assert promised(store, OTHER).clashes
    assert row(store).draft == to_json(NOTE)
