"""The whole wrap-up path under simulated faults and kills: nothing lost, nothing doubled, or said so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.simulation import bugs
from tests.simulation.campaign import at_random, one_by_one, seeds_to_find
from tests.simulation.crms import CRMS
from tests.simulation.fake_vendors import FakeVendor
from tests.simulation.universe import sites
from tests.simulation.vendors import ModelVendor

from customer360.outbox.delivery import Delivery
from customer360.store.engine import Store, open_store

MANY = 10_000
PLANTED = 2_000


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with open_store() as store:
        yield store


@pytest.mark.feature("M4")
@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
@pytest.mark.fault("X1")
@pytest.mark.fault("X3")
@pytest.mark.fault("X20")
@pytest.mark.fault("X22")
@pytest.mark.fault("X23")
def test_nothing_is_lost_or_doubled_in_a_few_hundred_universes(store: Store) -> None:
    """Random faults and kills; every fate of every effect is met."""
    campaign = at_random(store, ModelVendor, range(300))
    assert campaign.broken == []
    assert campaign.coverage.missing(sites(ModelVendor())) == []


@pytest.mark.slow
@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
def test_nothing_is_lost_or_doubled_in_ten_thousand_universes(store: Store) -> None:
    """The slower tier's size; the coverage is printed."""
    campaign = at_random(store, ModelVendor, range(MANY))
    print(f"{campaign.runs} universes, {campaign.leaves} effects", campaign.coverage.table(), sep="\n")
    assert campaign.broken == []
    assert campaign.coverage.missing(sites(ModelVendor())) == []


@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
def test_every_single_fault_on_the_undisturbed_path_is_survived(store: Store) -> None:
    """Each effect from the wrap-up to the last delivery, with each of its fates, one per run."""
    campaign = one_by_one(store, ModelVendor, farthest=40)
    assert campaign.runs >= 100
    assert campaign.broken == []


def test_the_same_seed_gives_the_same_universe(store: Store) -> None:
    """A failure that is found can be found again."""
    first, second = at_random(store, ModelVendor, [7]), at_random(store, ModelVendor, [7])
    assert (first.leaves, first.coverage.met) == (second.leaves, second.coverage.met)


@pytest.mark.parametrize("bug", [bug for bug in bugs.DELIVERIES if bug not in bugs.RARE], ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_found(store: Store, bug: type[Delivery]) -> None:
    """What the simulation cannot find it does not prove."""
    assert seeds_to_find(store, ModelVendor, PLANTED, delivery=bug) is not None


@pytest.mark.slow
@pytest.mark.parametrize("bug", bugs.RARE, ids=lambda bug: bug.__name__)
def test_a_planted_bug_that_shows_rarely_is_found(store: Store, bug: type[Delivery]) -> None:
    """Those that need several things to coincide take more seeds, within the same bound."""
    assert seeds_to_find(store, ModelVendor, PLANTED, delivery=bug) is not None


def test_a_wrap_up_in_two_transactions_is_found(store: Store) -> None:
    """A crash between the two loses what was promised; the simulation sees it."""
    assert seeds_to_find(store, ModelVendor, PLANTED, flow=bugs.wrap_up_in_two_transactions) is not None


# Against the fakes: the real connectors, the real exchange ----------------------------------------------------------

FEW = 100 // len(CRMS)
THOUSANDS = 7_500 // len(CRMS)


@pytest.mark.feature("M4")
@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
@pytest.mark.fault("X22")
@pytest.mark.fault("X23")
@pytest.mark.parametrize("vendor", CRMS)
def test_nothing_is_lost_or_doubled_on_a_fake(store: Store, vendor: type[FakeVendor]) -> None:
    """A few universes in the fast tier; the slower one has thousands."""
    campaign = at_random(store, vendor, range(FEW))
    assert campaign.broken == []


@pytest.mark.slow
@pytest.mark.feature("M4")
@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
@pytest.mark.parametrize("vendor", CRMS)
def test_nothing_is_lost_or_doubled_on_a_fake_in_thousands_of_universes(store: Store, vendor: type[FakeVendor]) -> None:
    """Every fate of every request and transaction of the wrap-up path is met; the coverage is printed."""
    campaign = at_random(store, vendor, range(THOUSANDS))
    print(f"{campaign.runs} universes, {campaign.leaves} effects", campaign.coverage.table(), sep="\n")
    assert campaign.broken == []
    assert campaign.coverage.missing(sites(vendor())) == []


@pytest.mark.slow
@pytest.mark.promise("R1")
@pytest.mark.promise("R2")
@pytest.mark.parametrize("vendor", CRMS)
def test_every_single_fault_is_survived_on_a_fake(store: Store, vendor: type[FakeVendor]) -> None:
    """Each effect from the wrap-up to the last delivery, with each of its fates, one per run."""
    campaign = one_by_one(store, vendor, farthest=60)
    assert campaign.runs >= 100
    assert campaign.broken == []


FOUND_EVERYWHERE = [
    *(bugs.NoIntentRecord, bugs.NoFence, bugs.ResendsBeforeTheLag, bugs.DoneBeforeTheAnswer, bugs.KeyMadePerAttempt),
    *(bugs.DoubtIsDue, bugs.LostAnswerIsNothingSent),
]


@pytest.mark.slow
@pytest.mark.parametrize("bug", FOUND_EVERYWHERE, ids=lambda bug: bug.__name__)
@pytest.mark.parametrize("vendor", CRMS)
def test_a_planted_bug_is_found_on_a_fake(store: Store, vendor: type[FakeVendor], bug: type[Delivery]) -> None:
    """Those that harm at every CRM: a connector or a fake that hid them would prove nothing."""
    assert seeds_to_find(store, vendor, FEW * 25, delivery=bug) is not None
