"""P7: what is found of what people type, what is mistaken for it, and how fast numbers are read.

Run: python -m benchmarks phones
In memory on tens of thousands of spellings; then stored in and found again, over HTTP, in the fake of every installed
CRM. The set and what it knows are ``customer360_testkit.evaluation``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress

import phonenumbers as plans
from benchmarks.stage.figures import Table, sized

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

GOALS = {World.RECORD: 99.5, World.ACCOUNT: 99.5, World.WRONG: 99.3}
MISTAKEN = 0.1


FOUND = Table("P7: found of what is typed", "%")
ALIKE = Table("P7: look-alikes mistaken for it", "%")
RATES = Table("P7: read", "1000/s")


def main() -> None:
    in_memory()
    for crm in sorted(installed().connectors.keys() & set(fake_names())):
        over_http(crm)
    speed()
    for table in (FOUND, ALIKE, RATES):
        table.tell()


def in_memory() -> None:
    many, alike = samples(sized(150, 2)), look_alikes(sized(1_000, 5))
    print(
        f"In memory: {len(many)} spellings of numbers of {len(COUNTRIES)} countries, {len(alike)} look-alikes and twins"
    )
    for world in World:
        print(f"  {world.value}")
        recall = judged(many, world)
        wrong = mistaken([each for each in alike if not each.kind.twin], world)
        held("in memory", world, recall, wrong)
        told("found", recall)
        told("look-alikes mistaken", wrong)
        told("twins", mistaken([each for each in alike if each.kind.twin], world))


def held(where: str, world: World, recall: Tally, wrong: Tally) -> None:
    """Into the tables."""
    case = f"{where}, {world.value}"
    FOUND.add(case, recall.found)
    ALIKE.add(case, wrong.found)
    ALIKE.targets[case] = f"<= {MISTAKEN}"
    if world in GOALS:
        FOUND.targets[case] = f">= {GOALS[world]}"


def told(title: str, tally: Tally) -> None:
    print(
        f"    {title}: {tally.found:.2f} % of {tally.total}; as a match {tally.matches:.2f},"
        f" certain {100 * tally.certain / max(1, tally.total):.2f}"
    )


def over_http(crm: str) -> None:
    report = evaluate(crm, rows(1, sized(10, 1), countries=COUNTRIES[: sized(len(COUNTRIES), 2)]))
    calls = len(report.calls)
    print(f"{crm}, over HTTP: {len(report.stored)} records, {calls} calls, {report.requests():.1f} requests a call")
    if report.refused:
        print(f"  texts that it does not take: {report.refused.total()}, most {report.refused.most_common(4)}")
    for world in (World.ACCOUNT, World.WRONG):
        print(f"  {world.value}")
        recall, wrong = report.recall(world), report.mistaken(world)
        held(crm, world, recall, wrong)
        told("found", recall)
        if recall.missed:
            print(f"      not: {recall.missed.most_common(6)}")
        told("look-alikes mistaken", wrong)
        told("twins", report.mistaken(world, twins=True))
        print(f"    precision {report.precision(world):.2f} % beside {len(report.stored)} records full of twins;")
        opened = [len(report.wrongly_opened(world, twins=twins)) for twins in (False, True)]
        print(f"    opened by itself and somebody else: {opened[0]}; twins: {opened[1]}")
    print("  found by: " + ", ".join(f"{name} {count}" for name, count in hits(report).most_common()))


def forget() -> None:
    """As in a fresh process, but for the tables of the plans."""
    for cached in (phones.reading.remembered, phones.reading.natively, phones.comparing._compared):
        cached.cache_clear()


def speed() -> None:
    chance = random.Random(360)
    made = samples(sized(60, 2))
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

    def rate(title: str, what: Callable[[], None], goal: str = "") -> None:
        begun = time.process_time()
        what()
        RATES.add(title, len(texts) / max(time.process_time() - begun, 1e-6) / 1e3)
        RATES.targets[title] = goal

    print(f"Speed: {len(texts)} texts in all spellings, by this process's own time")
    for _ in range(ROUNDS):
        rate(BARE, bare)
        forget()
        rate("read, new texts", reading, ">= 65")
        rate("read, repeated texts", reading, ">= 500")
        forget()
        rate("compared, new texts", comparing, ">= 65")
        rate("compared, repeated texts", comparing, ">= 500")


ROUNDS = sized(5, 2)
BARE = "the library's bare parse"
RATES.base = BARE

if __name__ == "__main__":
    main()
