"""The delta of a contact folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from customer360.core import errors as e
from customer360.core.records import RecordRef
from customer360.core.wire import Response

BASE = "https://graph.microsoft.com/v1.0/me/contactFolders/FOLDER/contacts/delta"


def test_everything_then_what_changed(graph: Any, rows: Callable[..., Response]) -> None:
    """Page by page, each with the same preferences; removed ones are gone; the last page says where to go on."""
    first = rows({"id": "A", "mobilePhone": "+1"}, next=f"{BASE}?$skiptoken=1")
    page = graph.run(graph.connector.changes(graph.facts, "contact"), first)
    assert graph.last.path == "/me/contactFolders/FOLDER/contacts/delta"
    assert (page.more, page.changed[0].phones[0].text, page.changed[0].partial) == (True, "+1", True)
    last = rows({"id": "B"}, {"id": "A", "@removed": {"reason": "deleted"}}, delta=f"{BASE}?$deltatoken=2")
    page = graph.run(graph.connector.changes(graph.facts, "contact", page.cursor), last)
    assert graph.last.path == f"{BASE}?$skiptoken=1"
    assert graph.headers["Prefer"] == 'IdType="ImmutableId", odata.maxpagesize=200'
    assert page.gone == (RecordRef("microsoft365", "contact", "A"),)
    assert ([each.ref.id for each in page.changed], page.more) == (["B"], False)
    assert page.cursor == f"{BASE}?$deltatoken=2#contact"


def test_a_record_that_a_page_names_twice(graph: Any, rows: Callable[..., Response]) -> None:
    """Counts as it is named last."""
    row = rows({"id": "A"}, {"id": "A", "@removed": {}}, {"id": "B", "@removed": {}}, {"id": "B"}, delta=BASE)
    page = graph.run(graph.connector.changes(graph.facts, "contact"), row)
    assert ([each.id for each in page.gone], [each.ref.id for each in page.changed]) == (["A"], ["B"])


def test_the_default_folder_is_asked_for_where_it_is_not_known(graph: Any, rows: Callable[..., Response]) -> None:
    """By any contact in it; an empty book has none to tell."""
    graph.facts = attrs.evolve(graph.facts, extra={})
    op = graph.connector.changes(graph.facts, "contact")
    graph.run(op, rows({"id": "A", "parentFolderId": "F="}), rows(delta=BASE))
    assert graph.last.path == "/me/contactFolders/F%3D/contacts/delta"
    graph.run(graph.connector.changes(graph.facts, "contact"), rows(), rows(delta=BASE))
    assert graph.last.path == "/me/contacts/delta"


def test_a_further_folder(graph: Any, rows: Callable[..., Response]) -> None:
    """Its records are its own."""
    page = graph.run(graph.connector.changes(graph.facts, "contactFolder/F2"), rows({"id": "A"}, delta=BASE))
    assert graph.last.path == "/me/contactFolders/F2/contacts/delta"
    assert page.changed[0].ref.resource == "contactFolder/F2"


@pytest.mark.parametrize("code", ["SyncStateNotFound", "resyncRequired"])
def test_an_expired_cursor(graph: Any, refusal: Callable[..., Response], code: str) -> None:
    """Start over."""
    with pytest.raises(e.Gone):
        graph.run(graph.connector.changes(graph.facts, "contact", f"{BASE}#contact"), refusal(410, code))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "https://evil.example/v1.0/me/contacts/delta",
        "http://graph.microsoft.com/v1.0/me/contacts/delta",
        "https://graph.microsoft.us/v1.0/me/contacts/delta",
        "https://graph.microsoft.com/v1.0/me/messages?/delta",
        "https://graph.microsoft.com@evil.example/v1.0/me/contacts/delta",
        "https://[",
        f"{BASE}#contactFolder%2FF2",
        BASE,
    ],
)
def test_a_cursor_that_leads_elsewhere(graph: Any, cursor: str) -> None:
    """Is followed nowhere: start over."""
    for each in (cursor, f"{cursor}#contact" if "#" not in cursor and cursor != BASE else cursor):
        with pytest.raises(e.Gone):
            graph.run(graph.connector.changes(graph.facts, "contact", each))


def test_a_page_that_leads_elsewhere(graph: Any, rows: Callable[..., Response]) -> None:
    """Is refused, and so is one that leads nowhere."""
    with pytest.raises(e.HostRefused):
        graph.run(graph.connector.changes(graph.facts, "contact"), rows(next="https://evil.example/delta"))
    with pytest.raises(e.UnexpectedAnswer):
        graph.run(graph.connector.changes(graph.facts, "contact"), rows())


def test_what_has_no_delta(graph: Any) -> None:
    """People, other records, the China cloud: refused before any request."""
    china = attrs.evolve(graph.facts, settings={"cloud": "china"})
    for facts, resource in ((graph.facts, "person"), (graph.facts, "event"), (china, "contact")):
        with pytest.raises(e.Unsupported):
            graph.run(graph.connector.changes(facts, resource))
