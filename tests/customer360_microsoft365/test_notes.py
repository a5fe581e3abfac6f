"""A contact's note: appended to, once per key, losing nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.activities import ActivityChange, NoteDraft, carries_key
from customer360.core.effects import Request
from customer360.core.records import RecordRef, RelatedKind
from customer360.core.wire import Response
from customer360_microsoft365.notes import appended, entry
from customer360_microsoft365.writing import subject_of

ANN = RecordRef("microsoft365", "contact", "AAMk")
AT = datetime(2025, 11, 21, 15, 4, tzinfo=UTC)
DRAFT = NoteDraft(contact=ANN, key="k1", subject="Wrap-up", text="All well.\n")
TEXT = st.text(max_size=30) | st.text(alphabet="a \r\n\u2028ref: k1", max_size=30)


@given(TEXT, TEXT, TEXT, st.from_regex(r"[a-z0-9]{26}", fullmatch=True))
def test_appending(notes: str, subject: str, text: str, key: str) -> None:
    """What was there stays as it was, the key is found afterwards, however line ends are rewritten; not before."""
    after = appended(notes, entry(NoteDraft(contact=ANN, key=key, subject=subject, text=text), AT))
    assert after.startswith(notes)
    assert not carries_key(notes, key)
    assert carries_key(after, key)
    assert carries_key(after.replace("\r\n", "\n").replace("\n", "\r\n"), key)
    assert not carries_key(after, key[:-1])


def test_an_entry() -> None:
    """When and what about, the text, the key."""
    assert entry(DRAFT, AT) == "2025-11-21 15:04 UTC: Wrap-up\nAll well.\nref: k1"
    assert appended("Likes tea", "x") == "Likes tea\n\nx"


def test_a_subject_is_one_line_as_it_was_typed() -> None:
    """Of an entry, and of an event; spaces within it stay."""
    draft = NoteDraft(contact=ANN, key="k1", subject=" 10\xa0000  EUR\r\n\n soon ")
    assert entry(draft, AT) == "2025-11-21 15:04 UTC: 10\xa0000  EUR soon\nref: k1"
    assert subject_of(draft) == "10\xa0000  EUR soon"


@pytest.mark.parametrize("key", ["", " ", "a\nb", "a\u2028b", " a"])
def test_a_key_is_one_line(graph: Any, key: str) -> None:
    """Another could never be found again: it is refused before anything is read."""
    with pytest.raises(e.InvalidValue):
        graph.run(graph.connector.create_activity(graph.facts, NoteDraft(contact=ANN, key=key, text="x")))


def contact(notes: str | None, etag: str = 'W/"1"') -> dict[str, Any]:
    return {"id": "AAMk", "@odata.etag": etag, "personalNotes": notes}


@pytest.mark.feature("F050")
def test_a_note_is_compared_and_set(graph: Any, reply: Callable[..., Response]) -> None:
    """Read, then written only if it is still as it was read."""
    op = graph.connector.create_activity(graph.facts, DRAFT)
    ref = graph.run(op, reply(contact("Likes tea")), reply(contact("")))
    assert ref == RecordRef("microsoft365", "personalNotes", "AAMk")
    assert graph.asked[0].method == "GET"
    assert graph.headers == {"Prefer": 'IdType="ImmutableId"', "If-Match": 'W/"1"'}
    assert graph.last.json == {"personalNotes": "Likes tea\n\n2026-05-28 20:26 UTC: Wrap-up\nAll well.\nref: k1"}


@pytest.mark.promise("R2")
def test_a_note_that_is_there_is_not_written_again(graph: Any, reply: Callable[..., Response]) -> None:
    """One read tells."""
    graph.run(graph.connector.create_activity(graph.facts, DRAFT), reply(contact("x\r\nref: k1\r\n")))
    assert len(graph.asked) == 1


def test_a_conflict_is_read_again(graph: Any, reply: Callable[..., Response], refusal: Callable[..., Response]) -> None:
    """Somebody else's words are kept; if they are our own, of an attempt that came late, we are done."""
    lost = refusal(412, "ErrorIrresolvableConflict")
    op = graph.connector.create_activity(graph.facts, DRAFT)
    graph.run(op, reply(contact("a")), lost, reply(contact("a\nb", 'W/"2"')), reply(contact("")))
    assert graph.headers["If-Match"] == 'W/"2"'
    assert graph.last.json["personalNotes"].startswith("a\nb\n\n")
    graph.asked.clear()
    op = graph.connector.create_activity(graph.facts, DRAFT)
    graph.run(op, reply(contact("a")), lost, reply(contact("a\n\nref: k1", 'W/"2"')))
    assert [request.method for request in graph.asked] == ["GET", "PATCH", "GET"]


def test_endless_conflicts(graph: Any, reply: Callable[..., Response], refusal: Callable[..., Response]) -> None:
    """They end, as a conflict that says so."""
    answers = [reply(contact("a")), refusal(412, "ErrorIrresolvableConflict")] * 5
    with pytest.raises(e.Conflict):
        graph.run(graph.connector.create_activity(graph.facts, DRAFT), *answers)


def test_notes_of_a_further_folder(graph: Any, reply: Callable[..., Response]) -> None:
    """Are found and changed where the contact is."""
    ann = RecordRef("microsoft365", "contactFolder/F=", "AAMk")
    page = graph.run(graph.connector.related(graph.facts, ann, RelatedKind.NOTE), reply(contact("Hello")))
    (note,) = page.items
    assert (note.text, note.ref.resource) == ("Hello", "personalNotes/F=")
    change = ActivityChange(ref=note.ref, kind=RelatedKind.NOTE, text=None)
    graph.run(graph.connector.update_activity(graph.facts, change), reply(contact("")))
    assert (graph.last.path, graph.last.json) == ("/me/contactFolders/F%3D/contacts/AAMk", {"personalNotes": ""})


def test_an_empty_note_is_none(graph: Any, reply: Callable[..., Response]) -> None:
    """In one request, and nothing is shown."""
    assert graph.run(graph.connector.related(graph.facts, ANN, RelatedKind.NOTE), reply(contact(" \n"))).items == ()
    assert isinstance(graph.last, Request)


def test_a_contact_that_was_read_brings_its_note(graph: Any, reply: Callable[..., Response]) -> None:
    """Without another request, and the same as is listed."""
    row = contact("Hello")
    read = graph.run(graph.connector.get(graph.facts, ANN), reply(row))
    listed = graph.run(graph.connector.related(graph.facts, ANN, RelatedKind.NOTE), reply(row))
    assert graph.connector.related_within(graph.facts, read, RelatedKind.NOTE) == listed.items
    assert graph.connector.related_within(graph.facts, read, RelatedKind.TASK) == ()


def test_a_note_has_no_title(graph: Any) -> None:
    """What a note cannot hold is refused before any request."""
    note = RecordRef("microsoft365", "personalNotes", "AAMk")
    with pytest.raises(e.Unsupported):
        graph.run(
            graph.connector.update_activity(graph.facts, ActivityChange(ref=note, kind=RelatedKind.NOTE, subject="x"))
        )
