"""Many universes: random ones, and one for each single fault of the undisturbed path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs
from tests.simulation.faults import SEND_FATES, Chance, Coverage, Fate, Single
from tests.simulation.universe import Universe, WrapUpFlow
from tests.simulation.vendors import Vendor

from customer360.outbox.delivery import Delivery
from customer360.outbox.wrap_up import wrap_up
from customer360.store.engine import Store


@attrs.define
class Campaign:
    """What a number of runs came to."""

    coverage: Coverage = attrs.field(factory=Coverage)
    runs: int = 0
    leaves: int = 0
    broken: list[tuple[str, tuple[str, ...]]] = attrs.field(factory=list)


def at_random(store: Store, make_vendor: Callable[[], Vendor], seeds: Iterable[int]) -> Campaign:
    """One universe per seed, with whatever its dice say."""
    campaign = Campaign()
    for seed in seeds:
        verdict = Universe(store, make_vendor(), seed, Chance(seed), campaign.coverage).run()
        campaign.runs += 1
        campaign.leaves += verdict.leaves
        if verdict.wrong:
            campaign.broken.append((f"seed {seed}", verdict.wrong))
    return campaign


def one_by_one(store: Store, make_vendor: Callable[[], Vendor], seed: int = 0, *, farthest: int = 200) -> Campaign:
    """Every fate at every effect of the path from the wrap-up to the last delivery, one per run."""
    campaign = Campaign()
    for number, fate in _until_nothing_is_left(farthest):
        plan = Single(number, fate)
        verdict = Universe(store, make_vendor(), seed, plan, campaign.coverage).run()
        if plan.seen <= number:
            break
        campaign.runs += 1
        campaign.leaves += verdict.leaves
        if verdict.wrong:
            campaign.broken.append((f"{fate} at effect {number} ({plan.met})", verdict.wrong))
    return campaign


def _until_nothing_is_left(farthest: int) -> Iterator[tuple[int, Fate]]:
    for number in range(farthest):
        for fate in SEND_FATES:
            if fate is not Fate.FINE:
                yield number, fate


def seeds_to_find(
    store: Store,
    make_vendor: Callable[[], Vendor],
    seeds: int,
    *,
    delivery: type[Delivery] = Delivery,
    flow: WrapUpFlow = wrap_up,
) -> int | None:
    """How many seeds it takes to see a promise broken; None if ``seeds`` are not enough."""
    coverage = Coverage()
    for seed in range(seeds):
        if Universe(store, make_vendor(), seed, Chance(seed), coverage, delivery=delivery, flow=flow).run().wrong:
            return seed + 1
    return None
