"""P7: how many spellings are recognised, how many look-alikes are mistaken, how fast.

Run: python benchmarks/phones.py [numbers per country]
Prints recall with the record's own country known, and with one fixed wrong country; mistakes on pairs of different
numbers that share their last seven digits; and texts per second. Targets in brackets.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from contextlib import suppress

import phonenumbers as plans
from phone_spellings import COUNTRIES, drawn, look_alikes, written

from customer360.core import phones
from customer360.core.phones import Grade, compare, read


def main(each: int) -> None:
    chance = random.Random(360)
    samples = [
        sample
        for country in COUNTRIES
        for number in drawn(country, each, chance)
        for sample in written(number, country, chance)
    ]
    numbers = {sample.e164: read(sample.e164) for sample in samples}
    print(f"{len(numbers)} numbers of {len(COUNTRIES)} countries in {len(samples)} spellings")
    for title, goal, wrong in (("own country", 99.5, False), ("wrong country", 99.3, True)):
        grades: Counter[Grade] = Counter()
        missed: Counter[str] = Counter()
        for sample in samples:
            number = numbers[sample.e164]
            assert number is not None
            guessed = ("ES" if sample.country != "ES" else "US",)
            grade = compare(number, sample.text, guessed, own=None if wrong else sample.country)
            grades[grade] += 1
            if grade is Grade.NONE:
                missed[f"{sample.style} {sample.country}"] += 1
        recall = 100 * (1 - grades[Grade.NONE] / len(samples))
        shares = ", ".join(f"{grade.name.lower()} {100 * grades[grade] / len(samples):.2f}" for grade in Grade)
        print(f"recall, {title}: {recall:.2f} % (>= {goal}); {shares}; most missed: {missed.most_common(5)}")

    pairs = list(look_alikes(each * 40, chance))
    for title, form in (
        ("international", plans.PhoneNumberFormat.INTERNATIONAL),
        ("national", plans.PhoneNumberFormat.NATIONAL),
    ):
        for where in ("own country", "wrong country"):
            mistaken: Counter[Grade] = Counter()
            for one, other, country in pairs:
                number = read(one)
                assert number is not None
                text = plans.format_number(plans.parse(other), form)
                guessed = ("ES" if country != "ES" else "US",)
                own = country if where == "own country" else None
                mistaken[compare(number, text, guessed, own=own)] += 1
            wrong_count = len(pairs) - mistaken[Grade.NONE]
            shares = ", ".join(f"{g.name.lower()} {mistaken[g]}" for g in Grade if g is not Grade.NONE)
            print(
                f"mistaken, {title} text, {where}: {100 * wrong_count / len(pairs):.3f} % of {len(pairs)} look-alikes"
                f" (<= 0.1 with the own country); {shares}"
            )

    chance.shuffle(samples)
    texts = [(sample.text, (sample.country,)) for sample in samples[:20_000]]
    for cached in (phones._read, phones._native):
        cached.cache_clear()
    begun = time.perf_counter()
    for text, regions in texts:
        with suppress(plans.NumberParseException):
            plans.parse(text, *regions)
    print(f"the library's bare parse, same texts: {len(texts) / (time.perf_counter() - begun):,.0f} a second")
    for title, goal_rate in (("new", 65_000), ("repeated", 500_000)):
        begun = time.perf_counter()
        for text, regions in texts:
            read(text, regions)
        print(f"{title} texts: {len(texts) / (time.perf_counter() - begun):,.0f} a second (>= {goal_rate:,})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 150)
