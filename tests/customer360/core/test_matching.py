"""Ranking, merging, evidence and the explanation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.errors import InvalidSettings
from customer360.core.interactions import Channel, Interaction
from customer360.core.matching import (
    INTERACTION,
    ByEmail,
    ByField,
    ByName,
    ByPhone,
    Evidence,
    Found,
    Match,
    MatchPolicy,
    MatchResult,
    MatchSource,
    MatchStep,
    MatchStepKind,
    rank,
    verify,
    wanted,
)
from customer360.core.phones import Grade
from customer360.core.records import Contact, Email, Phone, RecordRef
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
RESOURCES = {"Contacts": 0, "Leads": 1}


@st.composite
def matches(draw: st.DrawFn) -> Match:
    age = draw(st.none() | st.integers(0, 3))
    contact = Contact(
        ref=RecordRef("zoho", draw(st.sampled_from(["Contacts", "Leads", "Other"])), str(draw(st.integers(0, 4)))),
        modified_at=None if age is None else BEGAN - timedelta(days=age),
    )
    grades = sorted(draw(st.lists(st.sampled_from(list(Grade)[1:]), min_size=1, max_size=3)), reverse=True)
    criteria = st.sampled_from(["phone", "name"])
    evidence = tuple(Evidence(draw(criteria), "Phone", grade) for grade in grades)
    return Match(contact, evidence, draw(st.sampled_from(MatchSource)))


@pytest.mark.feature("F025")
@given(st.text("0123456789٣3+-(). x\n²①", max_size=20), st.text("0123456789", max_size=10), st.text("0123456789"))
def test_where_a_number_may_stand(text: str, national: str, code: str) -> None:
    """By its last seven digits, or as many as it has; signs, line ends and another script's digits do not hide it."""
    asked = PhoneIs(f"+{code}", national)
    digits = "".join(str(int(sign)) for sign in text if sign.isdecimal())
    end = (national or code)[-7:]
    assert asked.may_stand_in(text) == (end != "" and end in digits)
    assert asked == PhoneIs(f"+{code}", national)


@pytest.mark.feature("M1")
@given(st.lists(matches(), max_size=8))
def test_ranking_is_total_and_merges(found: list[Match]) -> None:
    """Each contact once; live before indexed, the merely similar last; whatever the order in which they were found."""
    ranked = rank(found, RESOURCES)
    assert {match.contact.ref for match in ranked} == {match.contact.ref for match in found}
    assert len(ranked) == len({match.contact.ref for match in ranked})
    places = [(match.source is not MatchSource.CRM, match.grade is Grade.WEAK) for match in ranked]
    assert places == sorted(places)
    for match in ranked:
        every = {each for one in found if one.contact.ref == match.contact.ref for each in one.evidence}
        assert set(match.evidence) == every
        assert match.grade is max(each.grade for each in every)
    once = {match.contact.ref: match for match in found}
    assert rank([*once.values()], RESOURCES) == rank([*reversed(once.values())], RESOURCES)


@pytest.mark.feature("M1")
@pytest.mark.parametrize(
    ("kinds", "matched", "found"),
    [
        ((), 0, Found.NONE),
        ((MatchStepKind.LEFT_OUT,), 0, Found.FAILED),
        ((MatchStepKind.LEFT_OUT, MatchStepKind.MISSED), 0, Found.NONE),
        ((MatchStepKind.MISSED,), 0, Found.NONE),
        ((MatchStepKind.HIT,), 1, Found.ONE),
        ((MatchStepKind.HIT,), 2, Found.SEVERAL),
        ((MatchStepKind.FAILED,), 0, Found.FAILED),
        ((MatchStepKind.FAILED, MatchStepKind.LEFT_OUT), 0, Found.FAILED),
        ((MatchStepKind.FAILED, MatchStepKind.MISSED), 0, Found.PARTLY_FAILED),
        ((MatchStepKind.FAILED, MatchStepKind.HIT), 1, Found.PARTLY_FAILED),
    ],
)
def test_five_answers(kinds: tuple[MatchStepKind, ...], matched: int, found: Found) -> None:
    """Which answer it is follows from what was tried; each reads as a sentence that ends."""
    result = MatchResult(
        matches=tuple(one(str(at)) for at in range(matched)),
        steps=tuple(MatchStep(kind, "phone", "Leads") for kind in kinds),
    )
    assert result.found is found
    assert (result.best is not None) == (found is Found.ONE)
    assert result.sentence().endswith(".")
    assert "1 contacts" not in result.sentence()


def test_nothing_to_ask_for_is_nobody() -> None:
    """A withheld number is no failure."""
    assert MatchResult(steps=(MatchStep(MatchStepKind.LEFT_OUT, "phone", INTERACTION, "withheld"),)).found is Found.NONE


def one(record: str, grade: Grade = Grade.EXACT, source: MatchSource = MatchSource.CRM) -> Match:
    return Match(Contact(ref=RecordRef("zoho", "Leads", record)), (Evidence("phone", "Phone", grade),), source)


@pytest.mark.feature("F026")
def test_what_is_merely_similar_does_not_open_by_itself() -> None:
    """A stranger's record on the screen is worse than a click."""
    assert MatchResult(matches=(one("1", Grade.WEAK),)).best is None
    assert MatchResult(matches=(one("1", Grade.NATIONAL),)).best is not None
    assert MatchResult(matches=(one("1"),), truncated=True).best is None


def interaction(**given: object) -> Interaction:
    return Interaction(id="1", started_at=BEGAN, **given)  # type: ignore[arg-type] # each test gives fields by name


@pytest.mark.feature("F022")
@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@example.com", "ann@example.com"),
        (" Ann Lee <ann@example.com> ", "ann@example.com"),
        ("mailto:ann@example.com?subject=Hi", "ann@example.com"),
        ('"Lee, Ann" <ann@example.com>', "ann@example.com"),
        ("ann@localhost", None),
        ("@example.com", None),
        ("ann example.com", None),
        ("a@b.example, c@d.example", None),
        ("+442079460018", None),
        ("", None),
    ],
)
def test_addresses_in_the_wild(text: str, address: str | None) -> None:
    """The bare address, or the reason why there is none."""
    want = wanted(ByEmail(), interaction(customer=text, channel=Channel.EMAIL), MatchPolicy())
    assert want.query == (None if address is None else EmailIs(address))
    assert bool(want.why) == (address is None)


@pytest.mark.feature("F021")
def test_routing_data_that_are_missing_ask_nothing() -> None:
    """An empty value would match every record without one."""
    policy = MatchPolicy()
    assert wanted(ByField("No", "key"), interaction(routing={"key": " "}), policy).query is None
    assert wanted(ByField("No", "key"), interaction(), policy).why == "routing brings no 'key'"
    assert wanted(ByField("No", "key"), interaction(routing={"key": "7 "}), policy).query == FieldIs("No", "7 ")
    assert wanted(ByName(), interaction(customer_name="A"), policy).query is None
    assert wanted(ByName(), interaction(customer_name=" Ann  Lee "), policy).query == NameHas("Ann Lee")


@pytest.mark.feature("D4")
def test_an_own_number_that_is_none_is_a_wrong_setting() -> None:
    """It is named by its place, never by its text."""
    with pytest.raises(InvalidSettings, match=r"own_numbers\[1\]") as refused:
        MatchPolicy(own_numbers=("+442079460000", "reception"))
    assert "reception" not in str(refused.value)


@pytest.mark.parametrize(("stored", "hit"), [("ANN  lée", True), ("Ann Lee", True), ("Ann Leeds", False)])
def test_names_are_compared_whole(stored: str, hit: bool) -> None:
    """Case, accents and spaces do not count; a beginning is not the name."""
    contact = Contact(ref=RecordRef("zoho", "Leads", "1"), name=stored)
    want = wanted(ByName(), interaction(customer_name="Ann Lee"), MatchPolicy())
    assert (verify(contact, want, ()) is not None) == hit


@pytest.mark.feature("D1")
def test_the_records_own_country_decides() -> None:
    """National text of a German record is a German number, whatever the account's country."""
    policy = MatchPolicy(regions=("US",))
    want = wanted(policy.criteria_of(Channel.VOICE)[0], interaction(customer="+13023125001"), policy)
    phones = (Phone("Phone", "302 312 5001"),)
    german = Contact(ref=RecordRef("zoho", "Leads", "1"), phones=phones, region="DE")
    unknown = Contact(ref=RecordRef("zoho", "Leads", "1"), phones=phones, emails=(Email("Email", "a@b.example"),))
    assert verify(german, want, policy.regions) is None
    found = verify(unknown, want, policy.regions)
    assert found is not None
    assert found.grade is Grade.NATIONAL


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"regions": ("UK",)}, "UK.*the code is GB"),
        ({"regions": ("ZZ",)}, "ZZ.*as in GB or DE"),
        ({"regions": ("",)}, "regions"),
        ({"regions": "GB"}, "regions"),
        ({"regions": ("gb",)}, "regions"),
        ({"own_numbers": "+442079460000"}, "own_numbers"),
        ({"own_numbers": ("4711",)}, r"own_numbers\[0\]"),
        ({"limit": 0}, "from 1 to 200"),
        ({"limit": 60_000}, "from 1 to 200"),
        ({"limit": 2.5}, "from 1 to 200"),
        ({"combine": "no"}, "combine"),
        ({"criteria": {"voice": (ByPhone(),)}}, "criteria"),
        ({"criteria": {Channel.VOICE: ByPhone()}}, "criteria"),
        ({"criteria": (ByPhone(),)}, "criteria"),
        ({"index_age": float("nan")}, "index_age"),
        ({"index_age": "1 day"}, "index_age"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(wrong: dict[str, Any], said: str) -> None:
    """A country that is none would silently read no national number at all."""
    with pytest.raises(InvalidSettings, match=said):
        MatchPolicy(**wrong)
