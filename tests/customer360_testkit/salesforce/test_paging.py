"""Pages, cursors, deltas, faults of paginators (contract section 8)."""

from __future__ import annotations

import pytest
from tests.customer360_testkit.salesforce.by_hand import Client, Make, code, wait

from customer360_testkit.fakes.exchange import WireAnswer
from customer360_testkit.fakes.faults import PageLoop, page_loop

ALL = "SELECT Id FROM Contact ORDER BY Id"
SMALL = {"sforce-query-options": "batchSize=200"}


def fill(client: Client, count: int) -> None:
    """More contacts than fit on a page."""
    place = client.fake.schema.objects["Contact"]
    for number in range(count):
        row = client.fake.blank(place, "kim")
        client.fake.put("Contact", {**row, "Id": client.fake.store.new_id("003"), "LastName": f"Bulk {number}"})


def following(client: Client, answer: WireAnswer) -> WireAnswer:
    return client.get(answer.json()["nextRecordsUrl"].removeprefix("/services/data/v62.0"))


def test_two_thousand_rows_are_a_page(client: Client) -> None:
    """The next one is at the locator, which ends in where it begins."""
    fill(client, 4001 - len(client.fake.records("Contact")))
    first = client.soql(ALL)
    told = first.json()
    assert (told["totalSize"], told["done"], len(told["records"])) == (4001, False, 2000)
    assert told["nextRecordsUrl"].endswith("-2000")
    second = following(client, first)
    third = following(client, second)
    assert (third.json()["done"], len(third.json()["records"])) == (True, 1)
    assert "nextRecordsUrl" not in third.json()
    seen = [row["Id"] for page in (first, second, third) for row in page.json()["records"]]
    assert len(set(seen)) == 4001
    assert client.soql("SELECT Id FROM Contact LIMIT 2000").json()["done"]


def test_pages_can_be_smaller(client: Client) -> None:
    """From 200 rows on; what is asked for below that is 200."""
    fill(client, 300)
    for size, rows in (("batchSize=250", 250), ("batchSize=1", 200), ("batchSize=9000", None)):
        told = client("GET", "/query", headers={"sforce-query-options": size}, q=ALL).json()
        assert len(told["records"]) == (rows or told["totalSize"])


def test_pages_may_be_as_short_as_any(client: Client) -> None:
    """Whatever is asked for, until the fake is as it was at the start."""
    fill(client, 300)
    assert client.fake.shorten_pages() == 200
    for options in ({}, {"sforce-query-options": "batchSize=250"}):
        assert len(client("GET", "/query", headers=options, q=ALL).json()["records"]) == 200
    client.fake.querying.reset()
    assert client.soql(ALL).json()["done"]


@pytest.mark.parametrize(("reading", "rows"), [("1000", 1000), ("2000", 2000)])
def test_wide_rows_make_short_pages(make: Make, reading: str, rows: int) -> None:
    """With long text in it a page may be half as long."""
    client = make(wide_rows=reading)
    fill(client, 2100)
    assert len(client.soql("SELECT Id, Description FROM Contact").json()["records"]) == rows
    assert len(client.soql("SELECT Id FROM Contact").json()["records"]) == 2000


@pytest.mark.parametrize(("reading", "start"), [("0r8", "0r8"), ("01g", "01g")])
def test_locators_look_old_or_new(make: Make, reading: str, start: str) -> None:
    """Both are opaque."""
    client = make(locator=reading)
    fill(client, 300)
    url = client("GET", "/query", headers=SMALL, q=ALL).json()["nextRecordsUrl"]
    assert url.startswith(f"/services/data/v62.0/query/{start}")


@pytest.mark.fault("X11")
def test_locators_die(make: Make) -> None:
    """By time, by too many, at another user, and when they never were."""
    client = make()
    fill(client, 300)
    first = client("GET", "/query", headers=SMALL, q=ALL)
    wait(client.fake, 900)
    assert following(client, first).status == 200
    wait(client.fake, 1)
    assert code(following(client, first)) == (400, "INVALID_QUERY_LOCATOR")
    pages = [client("GET", "/query", headers=SMALL, q=ALL) for _ in range(11)]
    assert code(following(client, pages[0])) == (400, "INVALID_QUERY_LOCATOR")
    assert following(client, pages[1]).status == 200
    client.token = client.fake.oauth.issue("lee", ("api",)).access_token
    assert code(following(client, pages[1])) == (400, "INVALID_QUERY_LOCATOR")
    assert code(client.get("/query/0r8nonsense-2000")) == (400, "INVALID_QUERY_LOCATOR")


def test_locators_live_in_the_kinder_reading(make: Make) -> None:
    """Two days, any number of them."""
    client = make(locator_life="2d", open_cursors="any")
    fill(client, 300)
    pages = [client("GET", "/query", headers=SMALL, q=ALL) for _ in range(20)]
    wait(client.fake, 2 * 86_400)
    client.token = client.fake.oauth.issue("kim", ("api",)).access_token
    assert following(client, pages[0]).status == 200


@pytest.mark.fault("X11")
@pytest.mark.parametrize("kind", ["same", "cycle", "endless", "empty", "shrinks"])
def test_paginators_that_go_wrong(client: Client, kind: PageLoop) -> None:
    """A fault on the first page spoils those that follow."""
    fill(client, 900)
    client.fake.faults.add(page_loop(kind))
    answer = client("GET", "/query", headers=SMALL, q=ALL)
    pages = [answer]
    while len(pages) < 10 and not pages[-1].json()["done"]:
        pages.append(following(client, pages[-1]))
    rows = [len(page.json()["records"]) for page in pages]
    if kind == "shrinks":
        assert pages[-1].json()["done"]
        assert sum(rows) < answer.json()["totalSize"]
    else:
        assert not pages[-1].json()["done"]
    if kind == "empty":
        assert rows[1:] == [0] * 9
    if kind == "same":
        assert len({page.content for page in pages}) == 1


def test_deltas(client: Client) -> None:
    """What changed and what went within a window, to the minute."""
    wait(client.fake, 600)
    changed = client.add("Contact", LastName="Changed")
    gone = client.add("Contact", LastName="Gone")
    client("DELETE", f"/sobjects/Contact/{gone}")
    wait(client.fake, 90)
    window = {"start": "2026-05-14T09:05:00+00:00", "end": "2026-05-14T10:00:00Z"}
    told = client.get("/sobjects/Contact/updated/", **window).json()
    assert told == {"ids": [changed], "latestDateCovered": "2026-05-14T09:11:00.000+0000"}
    told = client.get("/sobjects/Contact/deleted", **window).json()
    assert told["deletedRecords"] == [{"id": gone, "deletedDate": "2026-05-14T09:10:00.000+0000"}]
    assert told["earliestDateAvailable"] < told["latestDateCovered"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-05-14T09:00:00Z", "2026-05-14T09:00:59Z"),
        ("2026-05-14T09:00:00Z", "2026-05-14T08:00:00Z"),
        ("2026-04-14T08:00:00Z", "2026-05-14T09:00:00Z"),
        ("2026-05-14T09:00:00", "2026-05-14T10:00:00Z"),
        ("yesterday", "today"),
    ],
)
def test_windows_are_narrow(client: Client, start: str, end: str) -> None:
    """At least a minute, at most 30 days back, with an offset."""
    for kind in ("updated", "deleted"):
        answer = client.get(f"/sobjects/Contact/{kind}", start=start, end=end)
        assert code(answer) == (400, "INVALID_REPLICATION_DATE")


def test_a_delta_by_query(client: Client) -> None:
    """SystemModstamp moves with every change, also with one that happens to a record."""
    wait(client.fake, 60)
    boss = client.add("Contact", LastName="Boss")
    mine = client.add("Contact", LastName="Clerk", ReportsToId=boss)
    wait(client.fake, 60)
    client.fake.remove("Contact", boss)
    condition = "SystemModstamp >= 2026-05-14T09:02:00Z ORDER BY SystemModstamp, Id"
    query = f"SELECT Id, SystemModstamp FROM Contact WHERE {condition}"
    assert client.ids(query) == [mine]
    assert client.rows(query)[0]["SystemModstamp"] == "2026-05-14T09:02:00.000+0000"
    assert {row["Id"] for row in client.rows(query, everything=True)} == {mine, boss}
