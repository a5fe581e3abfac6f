"""A create that comes twice, and a look for the first whose answer is none: against the fake, by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from customer360.core.activities import ActivityDraft, CallDraft, EventDraft, NoteDraft, TaskDraft
from customer360.core.connector import Connector
from customer360.core.errors import UnexpectedAnswer
from customer360.core.records import RecordRef
from customer360.plugins import installed
from customer360_testkit.by_hand import ByHand, signed_in
from customer360_testkit.fakes.faults import status
from customer360_testkit.fakes.registry import fake_named

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)


def link(**settings: str) -> tuple[ByHand[Connector], RecordRef]:
    fake = fake_named("salesforce")()
    here = signed_in(installed().connectors["salesforce"], fake, settings=settings)
    return here, RecordRef("salesforce", "Contact", str(fake.records("Contact")[0]["Id"]))


@pytest.mark.fault("X20")
@pytest.mark.promise("R1")
@pytest.mark.parametrize("kind", [TaskDraft, CallDraft, EventDraft])
def test_a_create_repeated_by_its_key_gives_the_record_of_the_first(kind: type[ActivityDraft]) -> None:
    """Of a call, too, part of which cannot be changed once it is there."""
    here, contact = link(key_field="External_Key__c")
    times = {CallDraft: {"started_at": NOW}, EventDraft: {"starts_at": NOW, "ends_at": NOW}}.get(kind, {})
    draft = kind(contact=contact, key="k-1", subject="once", **times)  # type: ignore[arg-type]
    first, second = (here.run(here.connector.create_activity(here.facts, draft)) for _ in range(2))
    assert first == second


@pytest.mark.fault("X10")
@pytest.mark.promise("R1")
@pytest.mark.parametrize("page", [b"<html>Please sign in to the proxy</html>", b"<", b""])
def test_a_page_that_is_not_the_note_proves_nothing_of_it(page: bytes) -> None:
    """Taken for the note, it would say that the note was never written, and it would be written again."""
    here, contact = link()
    draft = NoteDraft(contact=contact, key="k-2", text="a note")
    since = datetime.fromtimestamp(here.fake.clock.time(), UTC)
    written = here.run(here.connector.create_activity(here.facts, draft))
    assert here.run(here.connector.find_created(here.facts, draft, since=since)) == written
    here.fake.faults.add(status(200, content=page), path=r".*/Content$", times=None)
    with pytest.raises(UnexpectedAnswer):
        here.run(here.connector.find_created(here.facts, draft, since=since))
