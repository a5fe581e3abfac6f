"""P7: what is found of what people type, what is mistaken for it, and how fast numbers are read.

Run: python -m benchmarks phones   (or: python benchmarks/phones.py [--quick])
In memory on tens of thousands of spellings; then stored in and found again, over HTTP, in the fake of every installed
CRM. The set and what it knows are ``customer360_testkit.evaluation``.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import phonenumbers as plans

from customer360.core import phones
from customer360.core.phones import compare, read
from customer360.plugins import installed
from customer360_testkit.evaluation import (
    COUNTRIES,
    Tally,
    World,
    evaluate,
    hits,
    judged,
    look_alikes,
    mistaken,
    rows,
    samples,
)
from customer360_testkit.fakes.registry import fake_names

QUICK = "--quick" in sys.argv
GOALS = {World.RECORD: 99.5, World.ACCOUNT: 99.5, World.WRONG: 99.3}
MISTAKEN = 0.1


def main() -> None:
    in_memory()
    for crm in sorted(installed().connectors.keys() & set(fake_names())):
        over_http(crm)
    speed()


def in_memory() -> None:
    many, alike = samples(2 if QUICK else 150), look_alikes(5 if QUICK else 1_000)
    print(
        f"In memory: {len(many)} spellings of numbers of {len(COUNTRIES)} countries, {len(alike)} look-alikes and twins"
    )
    for world in World:
        goal = f" (>= {GOALS[world]})" if world in GOALS else ""
        print(f"  {world.value}")
        told(f"found{goal}", judged(many, world))
        told(f"look-alikes mistaken (<= {MISTAKEN})", mistaken([each for each in alike if not each.kind.twin], world))
        told("twins", mistaken([each for each in alike if each.kind.twin], world))


def told(title: str, tally: Tally) -> None:
    print(
        f"    {title}: {tally.found:.2f} % of {tally.total}; as a match {tally.matches:.2f},"
        f" certain {100 * tally.certain / max(1, tally.total):.2f}"
    )


def over_http(crm: str) -> None:
    report = evaluate(crm, rows(1, 1, countries=COUNTRIES[:2]) if QUICK else rows(1, 10))
    calls = len(report.calls)
    print(f"{crm}, over HTTP: {len(report.stored)} records, {calls} calls, {report.requests():.1f} requests a call")
    if report.refused:
        print(f"  texts that it does not take: {report.refused.total()}, most {report.refused.most_common(4)}")
    for world in (World.ACCOUNT, World.WRONG):
        print(f"  {world.value}")
        recall = report.recall(world)
        told(f"found (>= {GOALS[world]})", recall)
        if recall.missed:
            print(f"      not: {recall.missed.most_common(6)}")
        told(f"look-alikes mistaken (<= {MISTAKEN})", report.mistaken(world))
        told("twins", report.mistaken(world, twins=True))
        print(f"    precision {report.precision(world):.2f} % beside {len(report.stored)} records full of twins;")
        opened = [len(report.wrongly_opened(world, twins=twins)) for twins in (False, True)]
        print(f"    opened by itself and somebody else: {opened[0]}; twins: {opened[1]}")
    print("  found by: " + ", ".join(f"{name} {count}" for name, count in hits(report).most_common()))


def forget() -> None:
    """As in a fresh process, but for the tables of the plans."""
    for cached in (phones._read, phones._native, phones._compared):
        cached.cache_clear()


def speed() -> None:
    chance = random.Random(360)
    made = samples(2 if QUICK else 60)
    chance.shuffle(made)
    texts = [(sample.text, (sample.country,)) for sample in made[:20_000]]
    numbers = [(read(sample.e164), sample.text, (sample.country,)) for sample in made[:20_000]]

    def bare() -> None:
        for text, regions in texts:
            with suppress(plans.NumberParseException):
                plans.parse(text, *regions)

    def reading() -> None:
        for text, regions in texts:
            read(text, regions)

    def comparing() -> None:
        for number, text, regions in numbers:
            if number is not None:
                compare(number, text, regions)

    rates: dict[str, float] = {}

    def rate(title: str, what: Callable[[], None], goal: str = "") -> None:
        begun = time.process_time()
        what()
        rates[title] = len(texts) / (time.process_time() - begun)
        print(f"  {title}: {rates[title]:,.0f} a second{goal}, {rates[title] / rates[BARE]:.1f} x the library's parse")

    print(f"Speed, {len(texts)} texts in all spellings, by this process's own time:")
    rate(BARE, bare)
    forget()
    rate("read, new texts", reading, " (>= 65,000)")
    rate("read, repeated texts", reading, " (>= 500,000)")
    forget()
    rate("compared, new texts", comparing, " (>= 65,000)")
    rate("compared, repeated texts", comparing, " (>= 500,000)")
    print(json.dumps({"speed": {title: round(each) for title, each in rates.items()}}))


BARE = "the library's bare parse"

if __name__ == "__main__":
    main()
