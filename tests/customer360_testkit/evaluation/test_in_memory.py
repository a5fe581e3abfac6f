"""The matcher alone, on numbers whose truth is known: what it finds, and what it is not taken in by."""

from __future__ import annotations

import pytest

from customer360.core.phones import Grade, compare, keys_for, keys_of, read
from customer360_testkit.evaluation import COUNTRIES, Kind, World, judged, look_alikes, mistaken, samples

FEW = samples(2)
ALIKE = look_alikes(20)
RECALL = {World.RECORD: 99.5, World.ACCOUNT: 99.5, World.WRONG: 99.3}
"""Per cent, P7: a match, more than merely similar."""
MISTAKEN = 0.1
"""Per cent, P7: offered at all, as merely similar included."""


def graded(rings: str, text: str, regions: tuple[str, ...] = (), own: str | None = None) -> Grade:
    number = read(rings)
    assert number is not None
    return compare(number, text, regions, own=own)


@pytest.mark.perf("P7")
def test_the_set_is_what_it_says() -> None:
    """At least twelve spellings in each of at least seventeen countries; the same each time."""
    assert len(COUNTRIES) >= 17
    for country in COUNTRIES:
        assert len({sample.style for sample in FEW if sample.country == country}) >= 12
    assert samples(2) == FEW
    assert look_alikes(20) == ALIKE
    assert {pair.kind for pair in ALIKE} == set(Kind)
    assert all(pair.rings != pair.means for pair in ALIKE)


@pytest.mark.perf("P7")
@pytest.mark.feature("D1")
@pytest.mark.parametrize("world", RECALL)
def test_what_people_type_is_found(world: World) -> None:
    """With the country known from the record or the account, and with a wrong one."""
    tally = judged(FEW, world)
    assert tally.matches >= RECALL[world], (tally.missed, tally.similar)


@pytest.mark.perf("P7")
@pytest.mark.parametrize("world", World)
def test_no_look_alike_is_a_match(world: World) -> None:
    """Whatever is known of countries."""
    tally = mistaken([pair for pair in ALIKE if not pair.kind.twin], world)
    assert tally.found <= MISTAKEN, tally.similar.most_common()
    assert tally.matches == 0, tally.matched.most_common()


@pytest.mark.perf("P7")
@pytest.mark.parametrize("world", World)
def test_a_twin_is_never_certain(world: World) -> None:
    """The same digits in two countries: told apart by the record's country, else never certain."""
    tally = mistaken([pair for pair in ALIKE if pair.kind.twin], world)
    assert tally.certain == 0
    if world is World.RECORD:
        assert tally.found == 0


@pytest.mark.feature("D1")
@pytest.mark.parametrize("world", World)
def test_the_index_names_whatever_compares_as_similar(world: World) -> None:
    """Its keys lose nothing: what is graded at all is kept under a key that the number is looked up by."""
    told = [(each.e164, each.country, each.country, each.text) for each in FEW]
    told += [(each.rings, each.rings_from, each.country, each.text) for each in ALIKE]
    for rings, rings_from, country, text in told:
        number = read(rings)
        assert number is not None
        own, regions = world.known(country, rings_from)
        if compare(number, text, regions, own=own) is not Grade.NONE:
            kept = keys_of(text, (own, *regions) if own else regions)
            assert set(kept) & set(keys_for(number)), (rings, text)


@pytest.mark.slow
@pytest.mark.perf("P7")
def test_the_whole_set() -> None:
    """P7's figures on tens of thousands of spellings, in every world."""
    many, alike = samples(60), look_alikes(400)
    assert len(many) > 25_000
    for world, wanted in RECALL.items():
        tally = judged(many, world)
        assert tally.matches >= wanted, (world, tally.missed, tally.similar)
    for world in World:
        tally = mistaken([pair for pair in alike if not pair.kind.twin], world)
        assert tally.found <= MISTAKEN, (world, tally.similar.most_common(10))
        assert tally.matches == 0, (world, tally.matched.most_common(10))
        assert mistaken(alike, world).certain == 0, world


# Why what is missed is missed, and what is taken for a match ----------------------------------------------------------


@pytest.mark.perf("P7")
def test_001_is_the_way_out_of_singapore_and_00_before_north_america() -> None:
    """Nothing in the text tells them apart: both are offered to be looked at unless a country is known, neither is
    certain."""
    text = "0016562345678"
    assert graded("+6562345678", text, ("ES",)) is Grade.WEAK
    assert graded("+6562345678", text, own="SG") is Grade.EXACT
    assert graded("+16562345678", text, ("ES",)) is Grade.NATIONAL
    assert graded("+16562345678", text, own="US") is Grade.EXACT
    assert graded("+16562345678", text, own="SG") is Grade.NONE


@pytest.mark.perf("P7")
def test_00_is_not_the_way_out_everywhere() -> None:
    """003 dials abroad from Singapore, too: a French mobile typed with 00 is one, and there a Hungarian by guess."""
    text = "0033 6 12 34 56 78"
    assert graded("+33612345678", text, ("ES",)) is Grade.EXACT
    assert graded("+33612345678", "0033 (0)6 12 34 56 78", ("ES",)) is Grade.EXACT
    assert graded("+33612345678", text, ("SG",)) is Grade.NATIONAL
    assert graded("+3612345678", text, ("SG",)) is Grade.NATIONAL
    assert graded("+3612345678", text, ("ES",)) is Grade.NONE


@pytest.mark.perf("P7")
def test_a_country_code_without_plus_may_be_an_area_code() -> None:
    """German mobiles and Stockholm: the plan also knows such numbers with an area code of these digits."""
    for rings, own in (("+4915112345678", "DE"), ("+468123456", "SE")):
        assert graded(rings, rings[1:], own=own) >= Grade.NATIONAL
        assert graded(rings, rings[1:], (own,)) is Grade.NATIONAL
        assert graded(f"+{rings[1:3]}{rings[1:]}", rings[1:], (own,)) is Grade.NATIONAL


@pytest.mark.perf("P7")
def test_ten_american_digits_may_begin_with_a_country_code() -> None:
    """(656) in Florida is not Singapore: never certain, none at all where the record is American."""
    for text in ("(656) 234-5678", "6562345678"):
        assert graded("+6562345678", text, own="US") is Grade.NONE
        assert graded("+6562345678", text, ("US",)) is Grade.WEAK
        assert graded("+6562345678", text, ("ES",)) is Grade.NATIONAL


@pytest.mark.perf("P7")
def test_the_same_national_number_in_two_countries() -> None:
    """Read with the account's country only, it is either country's by guess: never certain."""
    text = "020 123 4567"
    assert graded("+31201234567", text, ("NL",)) is Grade.NATIONAL
    assert graded("+31201234567", text, own="NL") is Grade.EXACT
    assert graded("+31201234567", "+31 20 123 4567") is Grade.EXACT
    assert graded("+33201234567", text, own="NL") is Grade.NONE
    assert graded("+33201234567", text, ("NL",)) is Grade.NATIONAL
    assert graded("+33201234567", text, ("ES",)) is Grade.NATIONAL


@pytest.mark.perf("P7")
def test_a_local_number_is_merely_similar() -> None:
    """Without its area code it may be many numbers; with a trunk zero it is a whole one, and not the end of another."""
    assert graded("+442079460018", "7946 0018", ("GB",)) is Grade.WEAK
    assert graded("+551179460018", "7946 0018", ("ES",)) is Grade.WEAK
    assert graded("+551179460018", "07946 0018", ("ES",)) is Grade.NONE
    assert graded("+447700900123", "7009 00123", ("GB",)) is Grade.NONE, "mobiles have no area code to leave out"


@pytest.mark.perf("P7")
def test_what_stands_before_a_number_is_a_code_or_makes_it_another() -> None:
    """A line for outside, a country dialled from an unknown one; not another country's area code."""
    assert graded("+4722123456", "9 22 12 34 56", ("US",)) is Grade.WEAK
    assert graded("+4722123456", "011 2212-3456", ("ES",)) is Grade.NONE


@pytest.mark.perf("P7")
def test_digits_that_begin_with_a_third_countrys_code_are_no_national_number() -> None:
    """(203) 214-9272 in Connecticut would be Egyptian with a plus: no reason to call it Danish."""
    for text in ("(203) 214-9272", "2032149272"):
        assert graded("+4532149272", text, ("ES",)) is Grade.NONE
        assert graded("+4532149272", text, ("DK",)) is Grade.NONE


@pytest.mark.perf("P7")
def test_an_argentine_15_may_mark_a_mobile() -> None:
    """Or be the beginning of a number of Buenos Aires: read as a mobile, offered as similar to the other."""
    assert graded("+5491136551812", "011 15-3655-1812", own="AR") is Grade.EXACT
    assert graded("+541115365518", "011 1536-5518", ("AR",)) is Grade.WEAK
