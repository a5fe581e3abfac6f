"""What changed, page by page: nothing is skipped, whatever shares a moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.customer360_bullhorn.conftest import FACTS, Bullhorn

from customer360.core import errors as e
from customer360.core.records import Changes, ContactDraft
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector
from customer360_bullhorn.query import PAGE
from customer360_testkit.by_hand import signed_in
from customer360_testkit.fakes.registry import fake_named

AT = 1_784_714_400_000
Rows = Callable[..., Response]


def row(number: int, at: int = AT, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": f"N{number}", "dateLastModified": at, "isDeleted": False, **more}


def changes(bh: Bullhorn, entity: str, cursor: str | None, *answers: Response) -> Changes:
    made: Changes = bh.run(bh.connector.changes(FACTS, entity, cursor), *answers)
    return made


def test_the_database_is_read_behind_the_last_record(bh: Bullhorn, rows: Rows) -> None:
    """In the order of time and id, so that those of one moment are all met."""
    first = changes(bh, "Lead", None, rows(*(row(number) for number in range(1, PAGE + 1))))
    assert (bh.asked_for, bh.params["orderBy"], bh.params["count"]) == ("id > 0", "dateLastModified,id", str(PAGE))
    assert (len(first.changed), first.more) == (PAGE, True)
    second = changes(bh, "Lead", first.cursor, rows(row(PAGE + 1), row(7, AT + 1)))
    assert bh.asked_for == (f"((dateLastModified > {AT}) OR (dateLastModified = {AT} AND id > {PAGE}))")
    assert [contact.ref.id for contact in second.changed] == [str(PAGE + 1), "7"]
    assert not second.more
    changes(bh, "Lead", second.cursor, rows())
    assert bh.asked_for == f"dateLastModified >= {AT + 1 - 300_000}"


def test_who_is_nobody_any_more_is_gone(bh: Bullhorn, rows: Rows) -> None:
    """Deleted, archived, or somebody else by now."""
    told = changes(bh, "Lead", None, rows(row(1), row(2, isDeleted=True), row(3, status="Converted")))
    assert [contact.ref.id for contact in told.changed] == ["1"]
    assert {ref.id for ref in told.gone} == {"2", "3"}


def test_the_index_is_read_by_seconds(bh: Bullhorn, rows: Rows) -> None:
    """A page goes on from the second of the last record, and by counting while a second holds more than a page."""
    page = [row(number) for number in range(1, PAGE + 1)]
    first = changes(bh, "Candidate", None, rows(*page, total=3 * PAGE))
    assert bh.asked_for == "dateLastModified:[19700101000000 TO *]"
    assert (first.total, first.more) == (3 * PAGE, True)
    second = changes(bh, "Candidate", first.cursor, rows(*page, total=2 * PAGE))
    assert (bh.asked_for, bh.params["start"]) == ("dateLastModified:[20260722100000 TO *]", "0")
    later = [*page[:-1], row(9999, AT + 2000)]
    third = changes(bh, "Candidate", second.cursor, rows(*later, total=2 * PAGE + 1))
    assert (bh.asked_for, bh.params["start"]) == ("dateLastModified:[20260722100000 TO *]", str(PAGE))
    last = changes(bh, "Candidate", third.cursor, rows(row(9999, AT + 2000), row(8, AT + 3000), total=2))
    assert (bh.asked_for, bh.params["start"]) == ("dateLastModified:[20260722100002 TO *]", "0")
    assert not last.more
    changes(bh, "Candidate", last.cursor, rows(total=0))
    assert bh.asked_for == "dateLastModified:[20260722094003 TO *]"  # the index lags: 20 minutes before the last


@pytest.mark.promise("R9")
def test_a_second_that_holds_more_than_can_be_listed(bh: Bullhorn, rows: Rows) -> None:
    """It is said."""
    cursor = json.dumps({"of": "Candidate", "since": AT, "last": 0, "done": 20_000, "old_since": None})
    with pytest.raises(e.Truncated):
        changes(bh, "Candidate", cursor)


def test_a_page_that_brings_nothing_new(bh: Bullhorn, rows: Rows) -> None:
    """It ends (X11)."""
    page = [row(number) for number in range(1, PAGE + 1)]
    first = changes(bh, "Lead", None, rows(*page))
    with pytest.raises(e.PageLoop):
        changes(bh, "Lead", first.cursor, rows(*page))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "{}x",
        "[]",
        "7",
        "null",
        '{"of": "Lead", "since": "now"}',
        '{"of": "Lead", "since": 1, "last": -1}',
        '{"of": "Candidate", "since": 1}',
        '{"x": 1}',
        "[" * 9999,
    ],
)
def test_a_cursor_of_somebody_else(bh: Bullhorn, cursor: str) -> None:
    """The index starts over."""
    with pytest.raises(e.Gone):
        changes(bh, "Lead", cursor)


@pytest.mark.parametrize("wrong", [{"id": 1}, {"id": None, "dateLastModified": AT}, {"id": 1, "dateLastModified": "x"}])
def test_a_record_without_its_time(bh: Bullhorn, rows: Rows, wrong: dict[str, Any]) -> None:
    """Nothing could follow it."""
    with pytest.raises(e.UnexpectedAnswer):
        changes(bh, "Lead", None, rows(wrong))


@pytest.mark.slow
@pytest.mark.parametrize("resource", ["Candidate", "Lead"])
def test_an_import_of_one_moment(resource: str) -> None:
    """A few pages of people who were all made within one second are all met."""
    connector = BullhornConnector()
    link = signed_in(connector, fake_named("bullhorn")(cast=()))
    made = set()
    for number in range(PAGE + 120):
        fields = {"firstName": "A", "lastName": f"Import{number}", "status": "Active"}
        ref = link.run(connector.create(link.facts, ContactDraft(resource=resource, fields=fields)))
        made.add(ref.id)
    link.wait(600)
    seen, cursor, pages = set[str](), None, 0
    while True:
        told = link.run(connector.changes(link.facts, resource, cursor))
        seen |= {contact.ref.id for contact in told.changed}
        cursor, pages = told.cursor, pages + 1
        if not told.more:
            break
    assert made <= seen
    assert pages > 1
