"""Numbers stored in every installed CRM's fake and found again, over HTTP, with the look-alikes beside them."""

from __future__ import annotations

import pytest

from customer360.core.phones import Grade
from customer360.plugins import installed
from customer360_testkit.evaluation import COUNTRIES, Report, World, evaluate, hits, rows
from customer360_testkit.evaluation.variants import INDEX, UNEXPLAINED
from customer360_testkit.fakes.registry import fake_names

CRMS = sorted(installed().connectors.keys() & set(fake_names()))
EXPECTED = {"bullhorn", "microsoft365", "salesforce", "zoho"}
WORLDS = {World.ACCOUNT: 99.5, World.WRONG: 99.3}
"""Recall in per cent, P7."""
MISTAKEN = 0.1
"""Per cent, P7: offered at all."""
MOST_REQUESTS = {"bullhorn": 4, "salesforce": 3, "zoho": 5}
"""For one call, side by side: one for each contact resource, and Zoho's contacts have more fields than fit in one."""

BEYOND = {
    "bullhorn": {
        "Arabic digits": "the index keeps ASCII digits only, and no text without them",
        "full width digits": "as above",
    }
}
"""Style -> why the CRM itself cannot find it. Everything else is found or is in the table of the docs."""

KNOWN = {
    "": {("exit code", "SG")},  # 001 65 ...: see test_in_memory
    "zoho": {
        ("dots", "NO"),
        ("dots", "AU"),
        ("hyphens", "AU"),
        ("hyphens", "NO"),
    },  # n.nnn: one statement holds no more
}
"""Other misses that are known: CRM (or all) -> style and country."""


def held_to_account(report: Report) -> None:
    """P7, less what the CRM cannot find; every miss is a known one."""
    beyond = BEYOND.get(report.crm, {})
    for world, wanted in WORLDS.items():
        tally = report.recall(world)
        below = tally.missed + tally.similar
        missed = {(style, country): n for (style, country), n in below.items() if style not in beyond}
        assert 100 * (1 - sum(missed.values()) / tally.total) >= wanted, (world, missed)
        assert missed.keys() <= KNOWN.get(report.crm, set()) | KNOWN[""], (world, missed)
        others = report.mistaken(world)
        assert others.total
        assert others.found <= MISTAKEN, (world, others.similar)
        assert others.matches == 0, (world, others.matched)
        assert report.mistaken(world, twins=True).certain == 0
        assert report.wrongly_opened(world) == []


def test_the_crms_are_all_there() -> None:
    """Those that this project ships are judged; one more joins by being installed."""
    assert set(CRMS) >= EXPECTED


@pytest.mark.perf("P7")
@pytest.mark.feature("D1")
@pytest.mark.feature("F010")
@pytest.mark.parametrize("crm", CRMS)
def test_one_country(crm: str) -> None:
    """Every spelling of one country, every kind of look-alike."""
    report = evaluate(crm, rows(each=1, alike=1, countries=("SE",)))
    held_to_account(report)
    if crm in MOST_REQUESTS:
        assert report.requests() <= MOST_REQUESTS[crm]
    found = hits(report)
    assert (INDEX in found) == (crm not in MOST_REQUESTS)
    assert found[UNEXPLAINED] == 0


@pytest.mark.slow
@pytest.mark.perf("P7")
@pytest.mark.feature("M1")
@pytest.mark.parametrize("crm", CRMS)
def test_every_country(crm: str) -> None:
    """All spellings of all countries, and more look-alikes."""
    report = evaluate(crm, rows(each=1, alike=5))
    assert {row.country for row in report.stored.values()} >= set(COUNTRIES)
    held_to_account(report)


@pytest.mark.perf("P7")
def test_what_cannot_be_found_is_not_found() -> None:
    """The reasons of the table hold: a connector that learns to find such text has its line taken out."""
    countries = ("AE", "JP")
    report = evaluate("bullhorn", [row for row in rows(1, 0, countries=countries) if row.what in BEYOND["bullhorn"]])
    assert report.recall(World.ACCOUNT).grades == {Grade.NONE: 2}
