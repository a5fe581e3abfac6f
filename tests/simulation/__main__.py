"""``python -m tests.simulation [seeds]``: run the campaign and print what was covered."""

from __future__ import annotations

import sys
import time

from tests.simulation import bugs
from tests.simulation.campaign import at_random, one_by_one, seeds_to_find
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


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
