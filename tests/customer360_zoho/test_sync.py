"""The delta loses no record and comes to an end, whatever happens to the records meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import Changes
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_zoho import ZohoConnector

START = datetime(2026, 5, 1, tzinfo=UTC)
FACTS = LinkFacts(crm="zoho", settings={"data_centre": "eu"})
FIELDS = {
    "fields": [
        {"api_name": name, "data_type": kind}
        for name, kind in (("Last_Name", "text"), ("Line", "phone"), ("Mail", "email"), ("Modified_Time", "datetime"))
    ]
}


@attrs.define
class Org:
    """A vendor in memory that knows just enough COQL for the sync: times are whole seconds."""

    page: int = 200
    now: datetime = START
    records: dict[str, tuple[datetime, int]] = attrs.field(factory=dict)
    deleted: list[tuple[str, datetime]] = attrs.field(factory=list)
    requests: int = 0

    def touch(self, identifier: str) -> None:
        if any(identifier == gone for gone, _ in self.deleted):
            return  # ids are never used twice
        _, version = self.records.get(identifier, (self.now, 0))
        self.records[identifier] = (self.now, version + 1)

    def delete(self, identifier: str) -> None:
        if self.records.pop(identifier, None):
            self.deleted.insert(0, (identifier, self.now))

    def __call__(self, request: Request) -> Response:
        self.requests += 1
        if request.path == "/settings/fields":
            return Response(200, json.dumps(FIELDS).encode())
        if request.path == "/coql":
            return self._coql(request.json["select_query"])
        assert request.path == "/Contacts/deleted"
        since = dict(request.headers).get("If-Modified-Since")
        rows = [
            {"id": identifier, "deleted_time": at.isoformat()}
            for identifier, at in self.deleted
            if since is None or at >= datetime.fromisoformat(since)
        ]
        return self._cut(rows, (int(dict(request.params)["page"]) - 1) * self.page)

    def _coql(self, statement: str) -> Response:
        match = re.fullmatch(
            r"select id, .* from Contacts where (?:id is not null|Modified_Time >= '([^']+)') "
            r"order by Modified_Time asc, id asc limit (\d+), 200",
            statement,
        )
        assert match, statement
        since = datetime.fromisoformat(match[1]) if match[1] else START - timedelta(days=1)
        ordered = sorted((at, identifier, version) for identifier, (at, version) in self.records.items() if at >= since)
        rows = [
            {"id": identifier, "Modified_Time": at.isoformat(), "Last_Name": str(version)}
            for at, identifier, version in ordered
        ]
        return self._cut(rows, int(match[2]))

    def _cut(self, rows: list[dict[str, Any]], offset: int) -> Response:
        part = rows[offset : offset + self.page]
        if not part:
            return Response(204)
        body = {"data": part, "info": {"more_records": offset + self.page < len(rows)}}
        return Response(200, json.dumps(body).encode())


def step(org: Org, cursor: str | None) -> Changes:
    changes: Changes = play(ZohoConnector().changes(FACTS, "Contacts", cursor), org)
    return changes


@attrs.define
class Copy:
    """What a reader of the delta holds."""

    versions: dict[str, int] = attrs.field(factory=dict)

    def apply(self, changes: Changes) -> None:
        for contact in changes.changed:
            self.versions[contact.ref.id] = int(str(contact.fields["Last_Name"]))
        for ref in changes.gone:
            self.versions.pop(ref.id, None)


STORM = [[("touch", 10), ("delete", 0), ("delete", 2)], [], [], [("delete", 5)], [], [], [("delete", 1), ("delete", 3)]]
"""As many deletions between two pages as a page holds: the next page begins like the one before."""

EDITS = st.lists(st.tuples(st.sampled_from(["touch", "delete", "tick"]), st.integers(0, 12)), max_size=4)


@given(first=st.integers(0, 12), page=st.integers(2, 5), storms=st.lists(EDITS, max_size=12))
@example(first=8, page=2, storms=STORM)
@settings(max_examples=150)
def test_nothing_is_lost_and_every_sync_ends(first: int, page: int, storms: list[list[tuple[str, int]]]) -> None:
    """Records change between pages, many within one second; once they rest, one more sync holds them all."""
    org, copy, cursor, storms = Org(page=page), Copy(), None, list(storms)
    for number in range(first):
        org.touch(str(number))

    def sync() -> None:
        nonlocal cursor
        for _ in range(300):
            changes = step(org, cursor)
            copy.apply(changes)
            cursor = changes.cursor
            for what, number in storms.pop(0) if storms else []:
                if what == "tick":
                    org.now += timedelta(seconds=number)
                else:
                    getattr(org, what)(str(number))
            if not changes.more:
                return
        raise AssertionError("the sync does not end")

    while storms:
        sync()
    sync()
    sync()
    assert copy.versions == {identifier: version for identifier, (_, version) in org.records.items()}


def test_the_first_page_asks_for_the_fields_that_there_are() -> None:
    """Custom phone and e-mail fields are read, and fields that this organisation lacks are not asked for."""
    org = Org()
    org.touch("1")
    changes = step(org, None)
    assert json.loads(changes.cursor or "")["columns"] == ["id", "Last_Name", "Modified_Time", "Line", "Mail"]
    assert changes.more


def test_numbers_are_told_in_the_order_of_preference(zoho: Any, rows: Callable[..., Response]) -> None:
    """As reading tells them, in whatever order the organisation lists its fields."""
    fields = [{"api_name": name, "data_type": "phone"} for name in ("Fax", "Line", "Mobile", "Phone")]
    row = {"id": "1", "Modified_Time": START.isoformat(), "Fax": "1", "Line": "2", "Mobile": "3", "Phone": "4"}
    listed = Response(200, json.dumps({"fields": fields}).encode())
    changes = zoho.run(zoho.connector.changes(zoho.facts, "Contacts"), listed, rows(row))
    assert [phone.field for phone in changes.changed[0].phones] == ["Phone", "Mobile", "Fax", "Line"]


def test_a_quiet_sync_is_two_requests() -> None:
    """One for changes, one for deletions."""
    org, cursor, more = Org(), None, True
    org.touch("1")
    while more:
        changes = step(org, cursor)
        cursor, more = changes.cursor, changes.more
    before = org.requests
    while not more or changes.more:
        more = True
        changes = step(org, cursor)
        cursor = changes.cursor
    assert org.requests - before == 2


def test_a_converted_lead_is_gone(zoho: Any, reply: Callable[..., Response], rows: Callable[..., Response]) -> None:
    """It is no lead any more."""
    row = {"id": "7", "Modified_Time": "2026-05-01T00:00:00+00:00", "Converted__s": True}
    changes = zoho.run(zoho.connector.changes(zoho.facts, "Leads"), reply(FIELDS), rows(row))
    assert [ref.id for ref in changes.gone] == ["7"]
    assert not changes.changed


@pytest.mark.fault("X11")
def test_an_order_that_never_rests(zoho: Any, reply: Callable[..., Response], rows: Callable[..., Response]) -> None:
    """A vendor that shuffles equal times on every page ends the sync with an error, not in a loop."""
    shuffled = iter(range(1000))

    def page(request: Request) -> Response:
        row = {"id": str(next(shuffled)), "Modified_Time": "2026-05-01T00:00:00+00:00"}
        answer: Response = rows(row, more=True)
        return answer

    changes = zoho.run(zoho.connector.changes(zoho.facts, "Contacts"), reply(FIELDS), page)
    cursors = [changes.cursor]
    for _ in range(20):
        changes = zoho.run(zoho.connector.changes(zoho.facts, "Contacts", cursors[-1]), page, page)
        cursors.append(changes.cursor)
    with pytest.raises(e.PageLoop):
        zoho.run(zoho.connector.changes(zoho.facts, "Contacts", cursors[-1]), page)


@pytest.mark.promise("R9")
@pytest.mark.fault("X11")
def test_pages_in_a_circle(zoho: Any, reply: Callable[..., Response], rows: Callable[..., Response]) -> None:
    """The first page again, as the second: the sync stops there."""
    again = rows({"id": "1", "Modified_Time": "2026-05-01T00:00:00+00:00"}, more=True)
    first = zoho.run(zoho.connector.changes(zoho.facts, "Contacts"), reply(FIELDS), again)
    other = rows({"id": "9", "Modified_Time": "2026-05-01T00:00:00+00:00"}, more=True)
    with pytest.raises(e.PageLoop):
        zoho.run(zoho.connector.changes(zoho.facts, "Contacts", first.cursor), other, again)


@pytest.mark.parametrize("cursor", ["", "{}", "[]", "null", '{"columns": 3}', "x" * 100, '{"columns": ["a b"]}'])
def test_a_cursor_of_somebody_else(zoho: Any, cursor: str) -> None:
    """It asks to start over, before any request."""
    with pytest.raises(e.Gone):
        zoho.run(zoho.connector.changes(zoho.facts, "Contacts", cursor))


def test_nothing_deleted_since(zoho: Any, rows: Callable[..., Response], reply: Callable[..., Response]) -> None:
    """304 and 204 both say so."""
    row = {"id": "7", "Modified_Time": "2026-05-01T00:00:00+00:00"}
    changes = zoho.run(zoho.connector.changes(zoho.facts, "Contacts"), reply(FIELDS), rows(row))
    for answer in (Response(304), Response(204)):
        last = zoho.run(zoho.connector.changes(zoho.facts, "Contacts", changes.cursor), answer)
        assert (last.more, last.gone) == (False, ())


def test_pages_of_deletions(zoho: Any, rows: Callable[..., Response], reply: Callable[..., Response]) -> None:
    """Read to the end; the next sync asks from a little before the latest one."""
    changes = zoho.run(zoho.connector.changes(zoho.facts, "Contacts"), reply(FIELDS), Response(204))
    first = {"id": "1", "deleted_time": "2026-05-02T02:00:00+02:00"}
    second = {"id": "2", "deleted_time": "2026-05-01T02:00:00+02:00"}
    for row, more in ((first, True), (second, False)):
        changes = zoho.run(zoho.connector.changes(zoho.facts, "Contacts", changes.cursor), rows(row, more=more))
        assert [ref.id for ref in changes.gone] == [row["id"]]
        assert changes.more is more
    changes = zoho.run(zoho.connector.changes(zoho.facts, "Contacts", changes.cursor), Response(204))
    zoho.run(zoho.connector.changes(zoho.facts, "Contacts", changes.cursor), Response(204))
    assert zoho.last.headers == (("If-Modified-Since", "2026-05-02T01:55:00+02:00"),)


def test_deletions_beyond_two_thousand(
    zoho: Any, rows: Callable[..., Response], reply: Callable[..., Response]
) -> None:
    """By page token, which goes alone; where there is none nobody is passed over in silence: whoever follows starts
    over, and that ends, for who begins knows nobody who may be gone."""
    row = {"id": "7", "Modified_Time": "2026-05-01T00:00:00+00:00"}
    changes = zoho.run(zoho.connector.changes(zoho.facts, "Contacts"), reply(FIELDS), rows(row))
    begun = zoho.run(zoho.connector.changes(zoho.facts, "Contacts", changes.cursor), Response(204))
    first = [_page_of_deletions(number) for number in range(1, 11)]
    beyond = zoho.run(zoho.connector.changes(zoho.facts, "Contacts", begun.cursor), rows(row))
    for page in first:
        beyond = zoho.run(zoho.connector.changes(zoho.facts, "Contacts", beyond.cursor), reply(page))
    last = zoho.run(zoho.connector.changes(zoho.facts, "Contacts", beyond.cursor), reply(_page_of_deletions(11, False)))
    sent = dict(zoho.last.params)
    assert (sent.get("page_token"), "page" in sent, last.more) == ("t10", False, False)
    refused = reply({"code": "LIMIT_REACHED", "details": {"limit": "2000"}, "message": "x", "status": "error"}, 400)
    with pytest.raises(e.Gone):
        zoho.run(zoho.connector.changes(zoho.facts, "Contacts", beyond.cursor), refused)
    again = zoho.run(zoho.connector.changes(zoho.facts, "Contacts", changes.cursor), refused)
    assert (again.more, again.gone) == (False, ())


def _page_of_deletions(number: int, more: bool = True) -> dict[str, Any]:
    data = [{"id": f"9{number}", "deleted_time": "2026-05-02T02:00:00+02:00"}]
    return {"data": data, "info": {"more_records": more, "next_page_token": f"t{number}" if more else None}}
