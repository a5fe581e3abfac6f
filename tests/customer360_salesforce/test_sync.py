"""Delta: everything, once, in order; resumable; deletions too."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.customer360_salesforce.conftest import FACTS, query_body

from customer360.core import errors as e
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_salesforce import SalesforceConnector
from customer360_testkit.by_hand import NOW, play

CONNECTOR = SalesforceConnector()
START = datetime.fromisoformat("2026-05-01T07:00:00+00:00")
LOCATOR = "/services/data/v62.0/query/01g5e000001abcdAAA-2000"


def stamp(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def record(number: int, seconds: int, **more: Any) -> dict[str, Any]:
    return {"Id": f"0035e000{number:07}AAA", "SystemModstamp": stamp(seconds), "IsDeleted": False, **more}


def test_the_first_page_is_everything(sf: Any, rows: Any) -> None:
    """The bin included, oldest change first, with the whole count."""
    got = sf.run(
        sf.connector.changes(sf.facts, "Contact"),
        rows(record(1, 0, Phone="+1"), record(2, 0, IsDeleted=True), following=LOCATOR, total=5000),
    )
    assert sf.last.path == "/queryAll"
    assert sf.statement.endswith("FROM Contact ORDER BY SystemModstamp ASC NULLS LAST, Id ASC NULLS LAST")
    assert ([each.phones[0].text for each in got.changed], [each.id for each in got.gone]) == (
        ["+1"],
        [record(2, 0)["Id"]],
    )
    assert (got.more, got.total) == (True, 5000)
    sf.run(sf.connector.changes(sf.facts, "Contact", got.cursor), rows())
    assert (
        "WHERE (SystemModstamp > 2026-05-01T07:00:00Z OR "
        f"(SystemModstamp = 2026-05-01T07:00:00Z AND Id > '{record(2, 0)['Id']}'))" in sf.statement
    )
    assert sf.statement.endswith("LIMIT 2000")


def test_the_next_round_begins_a_little_before(sf: Any, rows: Any) -> None:
    """A record may be committed late; when nothing later was met, the mark stays."""
    first = sf.run(sf.connector.changes(sf.facts, "Contact"), rows(record(1, 600)))
    assert not first.more
    second = sf.run(sf.connector.changes(sf.facts, "Contact", first.cursor), rows(record(1, 600)))
    assert "WHERE SystemModstamp >= 2026-05-01T07:05:00Z" in sf.statement
    sf.run(sf.connector.changes(sf.facts, "Contact", second.cursor), rows())
    assert "SystemModstamp > 2026-05-01T07:10:00Z" in sf.statement


def test_converted_leads_and_hidden_contacts_are_gone(sf: Any, rows: Any, person_facts: LinkFacts) -> None:
    """They are other records by now."""
    lead = {**record(1, 0), "IsConverted": True}
    assert len(sf.run(sf.connector.changes(sf.facts, "Lead"), rows(lead)).gone) == 1
    hidden = record(1, 0, IsPersonAccount=True)
    assert len(sf.run(sf.connector.changes(person_facts, "Contact"), rows(hidden)).gone) == 1


def test_an_empty_organisation(sf: Any, rows: Any) -> None:
    """Nothing, and a cursor all the same."""
    got = sf.run(sf.connector.changes(sf.facts, "Contact"), rows())
    assert (got.changed, got.more) == ((), False)
    assert got.cursor


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "[]",
        "{}x",
        '{"of": "Contact", "since": "yesterday"}',
        '{"of": "Contact", "last": "\'"}',
        '{"of": "Contact", "at": "x"}',
        '{"of": "Lead"}',
        "[" * 9000,
    ],
)
def test_a_foreign_cursor(sf: Any, cursor: str) -> None:
    """Nothing is asked with it."""
    with pytest.raises(e.Gone):
        sf.run(sf.connector.changes(sf.facts, "Contact", cursor))


def test_after_two_weeks_it_begins_anew(sf: Any) -> None:
    """The bin may have been emptied of deletions that were never seen."""
    old = json.dumps({"of": "Contact", "since": stamp(0), "last": None, "old_since": None, "at": NOW - 15 * 86_400})
    with pytest.raises(e.Gone):
        sf.run(sf.connector.changes(sf.facts, "Contact", old))


@pytest.mark.fault("X11")
def test_pages_in_a_circle(sf: Any, rows: Any) -> None:
    """A page that brings nothing new and promises more ends the sync."""
    got = sf.run(sf.connector.changes(sf.facts, "Contact"), rows(record(1, 0), following=LOCATOR))
    for again in (rows(record(1, 0), following=LOCATOR), rows(following=LOCATOR)):
        with pytest.raises(e.PageLoop):
            sf.run(sf.connector.changes(sf.facts, "Contact", got.cursor), again)


@pytest.mark.parametrize("row", [{"Id": "x", "SystemModstamp": stamp(0)}, {"Id": record(1, 0)["Id"]}])
def test_a_record_without_its_place(sf: Any, rows: Any, row: dict[str, Any]) -> None:
    """The sync could not go on behind it."""
    with pytest.raises(e.UnexpectedAnswer):
        sf.run(sf.connector.changes(sf.facts, "Contact"), rows(row))


@settings(max_examples=60)
@given(st.lists(st.integers(0, 3), max_size=25), st.integers(1, 4), st.lists(st.integers(0, 24), max_size=6))
def test_nothing_is_lost(stamps: list[int], page: int, touched: list[int]) -> None:
    """However many records share a moment, and whichever are changed while the sync runs, all of them are met."""
    table = {number: record(number, at) for number, at in enumerate(stamps)}
    met: dict[str, str] = {}
    cursor, more, rounds = None, True, 0
    while more:
        rounds += 1
        assert rounds < 200
        got = play(
            CONNECTOR.changes(FACTS, "Contact", cursor), lambda asked: _answer(table, dict(asked.params)["q"], page)
        )
        met |= {each.ref.id: str(each.fields["SystemModstamp"]) for each in got.changed}
        cursor, more = got.cursor, got.more
        if touched and (number := touched.pop()) in table:
            table[number] = record(number, 10 + rounds)
    assert set(met) == {each["Id"] for each in table.values()}


def _answer(table: dict[int, dict[str, Any]], statement: str, page: int) -> Response:
    """A database of one table that understands the two forms of condition."""
    where = statement.partition(" WHERE ")[2].partition(" ORDER BY ")[0]
    ordered = sorted(table.values(), key=lambda each: (each["SystemModstamp"], each["Id"]))
    if where:
        since = datetime.fromisoformat(where.partition("SystemModstamp > ")[2].partition(" ")[0].replace("Z", "+00:00"))
        last = where.rpartition("Id > '")[2].partition("'")[0]
        mark = (since.strftime("%Y-%m-%dT%H:%M:%S.000+0000"), last)
        ordered = [each for each in ordered if (each["SystemModstamp"], each["Id"]) > mark]
    following = LOCATOR if len(ordered) > page else None
    return Response(200, json.dumps(query_body(*ordered[:page], following=following)).encode())
