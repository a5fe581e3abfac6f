"""``python -m tests.simulation [seeds]``: run the campaign and print what was covered.

``python -m tests.simulation crms [seeds]``: at each of the four CRMs. ``python -m tests.simulation sigkill [kills
[seconds]]``: real processes, each killed after so many seconds at most.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.simulation import bugs
from tests.simulation.campaign import at_random, one_by_one, seeds_to_find
from tests.simulation.crms import CRMS
from tests.simulation.test_sigkill import killed_again_and_again
from tests.simulation.universe import sites
from tests.simulation.vendors import ModelVendor

from customer360.store.engine import open_store


def main(seeds: int) -> int:
    """0 if no promise was broken, everything was met, and every planted bug was found."""
    with open_store() as store:
        began = time.perf_counter()
        campaign = at_random(store, ModelVendor, range(seeds))
        took = time.perf_counter() - began
        print(
            f"{campaign.runs} universes, {campaign.leaves} effects, {took:.0f} s", campaign.coverage.table(), sep="\n"
        )
        single = one_by_one(store, ModelVendor)
        print(f"{single.runs} universes with one fault each")
        missing = campaign.coverage.missing(sites(ModelVendor()))
        for where, wrong in campaign.broken + single.broken:
            print(f"BROKEN {where}: {'; '.join(wrong)}")
        for each in missing:
            print(f"NOT MET {each}")
        found = {bug.__name__: seeds_to_find(store, ModelVendor, 2000, delivery=bug) for bug in bugs.DELIVERIES}
        found["wrap_up_in_two_transactions"] = seeds_to_find(
            store, ModelVendor, 2000, flow=bugs.wrap_up_in_two_transactions
        )
        for name, number in found.items():
            print(f"planted {name}: {'NOT FOUND' if number is None else f'found with seed {number - 1}'}")
    return 1 if campaign.broken or single.broken or missing or None in found.values() else 0


def crms(seeds: int) -> int:
    """0 if no promise was broken at any CRM."""
    broken = 0
    with open_store() as store:
        for vendor in CRMS:
            began = time.perf_counter()
            campaign = at_random(store, vendor, range(seeds))
            took, missing = time.perf_counter() - began, campaign.coverage.missing(sites(vendor()))
            print(f"{vendor.__name__}: {campaign.runs} universes, {campaign.leaves} effects, {took:.0f} s", flush=True)
            for where, wrong in campaign.broken:
                print(f"BROKEN {where}: {'; '.join(wrong)}")
            for each in missing:
                print(f"NOT MET {each}")
            broken += bool(campaign.broken)
    return min(broken, 1)


def sigkill(kills: int, longest: float) -> int:
    """0 if every wrap-up that was stored stands in the CRM once."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="customer360-sigkill-") as folder:
        toll = killed_again_and_again(Path(folder), kills, longest=longest)
    print(f"{toll}, {time.perf_counter() - began:.0f} s")
    return 1 if toll.broken else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["sigkill", *more]:
            sys.exit(sigkill(int(more[0]) if more else 200, float(more[1]) if len(more) > 1 else 0.9))
        case ["crms", *more]:
            sys.exit(crms(int(more[0]) if more else 1_500))
        case more:
            sys.exit(main(int(more[0]) if more else 10_000))
