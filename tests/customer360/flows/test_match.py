"""Who is this? Every way to find, every kind of answer, and how many requests it takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from tests.customer360.flows.stand_in import LEADS, MAILBOX, PEOPLE, Card, Player, StandIn

from customer360.core.interactions import Channel, Interaction
from customer360.core.matching import (
    ByEmail,
    ByField,
    ByName,
    ByPhone,
    Found,
    MatchPolicy,
    MatchResult,
    MatchSource,
    MatchStepKind,
)
from customer360.core.metadata import Resource
from customer360.core.phones import Grade
from customer360.flows.match import find
from customer360.index.phone_index import PhoneIndex
from customer360.store.engine import open_store

POLICY = MatchPolicy(regions=("GB",))
INDEX = PhoneIndex()
NUMBER = "+44 20 7946 0018"


@pytest.fixture
def player() -> Iterator[Player]:
    with open_store() as store:
        yield Player(StandIn(), store)


def call(customer: str | None = NUMBER, **more: Any) -> Interaction:
    return Interaction(id="1", customer=customer, started_at=datetime(2026, 1, 1, tzinfo=UTC), **more)


def who(
    player: Player,
    interaction: Interaction,
    policy: MatchPolicy = POLICY,
    *resources: Resource,
    index: PhoneIndex | None = None,
) -> MatchResult:
    player.crm.asked.clear()
    return player.run(find(player.connection(*resources), interaction, policy, index=index))


def ids(result: MatchResult) -> list[str]:
    return [match.contact.ref.id for match in result.matches]


@pytest.mark.feature("F020")
@pytest.mark.feature("F025")
@pytest.mark.parametrize(
    "stored", ["020 7946 0018", "+44 (0)20 7946 0018", "0044 20 79460018 x12", "tel:+442079460018", "02079460018"]
)
def test_a_call_is_matched_on_its_number(player: Player, stored: str) -> None:
    """With no configuration at all, in one request per resource, whatever the spelling."""
    player.crm.put(Card("1", phone=stored), Card("2", phone="020 7946 0019"))
    result = who(player, call())
    assert (result.found, ids(result)) == (Found.ONE, ["1"])
    country_written = not stored.startswith("02")
    assert result.matches[0].grade is (Grade.EXACT if country_written else Grade.NATIONAL)
    assert player.crm.asked == ["/search/people", "/search/leads"]


@pytest.mark.feature("D1")
def test_look_alikes_are_dropped_and_counted(player: Player) -> None:
    """The CRM's search hands out what shares seven digits; only the same number is shown."""
    player.crm.put(Card("1", phone="+1 207 946 0018"), Card("2", phone="+49 20 7946 0018"))
    result = who(player, call(), POLICY, PEOPLE)
    assert result.found is Found.NONE
    assert result.steps[0].kind is MatchStepKind.MISSED
    assert result.steps[0].detail == "2 look-alikes dropped"


@pytest.mark.feature("M1")
@pytest.mark.promise("R9")
def test_a_page_full_of_look_alikes_is_not_nobody(player: Player) -> None:
    """The contact may be behind what the CRM handed out: the answer is that it is not known."""
    player.crm.put(*(Card(str(at), phone=f"+1 207 946 0018{at}") for at in range(3)), Card("9", phone=NUMBER))
    policy = MatchPolicy(regions=("GB",), limit=2)
    result = who(player, call(), policy, PEOPLE)
    assert (result.found, result.truncated) == (Found.FAILED, True)
    assert "2 look-alikes dropped, more were not looked at" in result.sentence()


@pytest.mark.feature("F024")
@pytest.mark.feature("D4")
@pytest.mark.parametrize(
    ("customer", "why"),
    [
        (None, "the interaction brings no customer address"),
        ("  ", "the interaction brings no customer address"),
        ("anonymous", "the number is withheld"),
        ("sip:anonymous@anonymous.invalid", "the number is withheld"),
        ("hello", "the address is no phone number"),
        ("4711", "the number is internal"),
        ("020 7946 0000", "the number is one of the centre's own"),
    ],
)
def test_what_identifies_nobody_is_never_searched(player: Player, customer: str | None, why: str) -> None:
    """No request, no candidate, no exception: a reason."""
    player.crm.put(Card("1", phone="4711"))
    policy = MatchPolicy(regions=("GB",), own_numbers=("+44 20 7946 0000",))
    result = who(player, call(customer), policy)
    assert result.found is Found.NONE
    assert [(step.kind, step.detail) for step in result.steps] == [(MatchStepKind.LEFT_OUT, why)]
    assert player.crm.asked == []


@pytest.mark.feature("F022")
def test_each_channel_has_its_criteria(player: Player) -> None:
    """A mail is matched on the address, a call still on the number."""
    player.crm.put(Card("1", email="Ann@Example.com"), Card("2", phone="020 7946 0018"))
    mail = call("Ann Lee <ann@example.com>", channel=Channel.EMAIL)
    assert ids(who(player, mail)) == ["1"]
    assert ids(who(player, call())) == ["2"]


@pytest.mark.feature("F021")
@pytest.mark.feature("F023")
def test_criteria_are_tried_in_order_until_one_hits(player: Player) -> None:
    """The result names the criterion that hit; those after it cost no request."""
    player.crm.put(Card("1", name="Ann Lee", fields={"Account_No": "A-7"}))
    criteria = (ByPhone(), ByField("Account_No", "account"), ByName(), ByEmail("mail"))
    policy = MatchPolicy(regions=("GB",), criteria={Channel.VOICE: criteria})
    result = who(player, call(routing={"account": "A-7"}, customer_name="Ann Lee"), policy, PEOPLE)
    assert ids(result) == ["1"]
    assert result.matches[0].evidence[0].criterion == "Account_No = routing 'account'"
    assert [step.kind for step in result.steps] == [
        MatchStepKind.MISSED,
        MatchStepKind.HIT,
        MatchStepKind.LEFT_OUT,
        MatchStepKind.LEFT_OUT,
    ]
    assert len(player.crm.asked) == 2


@pytest.mark.feature("F021")
def test_a_field_must_hold_exactly_the_value(player: Player) -> None:
    """A CRM that compares without case does not decide."""
    player.crm.put(Card("1", fields={"Account_No": "a-7"}))
    policy = MatchPolicy(criteria={Channel.VOICE: (ByField("Account_No", "account"),)})
    assert who(player, call(routing={"account": "A-7"}), policy).found is Found.NONE


@pytest.mark.feature("F023")
def test_combined_criteria_give_one_candidate_with_all_evidence(player: Player) -> None:
    """The same contact found by number and by name is one candidate, the stronger evidence first."""
    player.crm.put(Card("1", name="Ann Lee", phone="20 7946 0018"))
    policy = MatchPolicy(regions=("US",), combine=True, criteria={Channel.VOICE: (ByPhone(), ByName())})
    result = who(player, call(customer_name="ann  LEE"), policy)
    assert ids(result) == ["1"]
    assert [each.grade for each in result.matches[0].evidence] == [Grade.EXACT, Grade.NATIONAL]


@pytest.mark.feature("D2")
@pytest.mark.feature("F026")
def test_a_shared_number_is_never_decided_by_itself(player: Player) -> None:
    """Several contacts are several; none of them is opened."""
    player.crm.put(Card("1", phone="020 7946 0018"), Card("2", "leads", phone="+442079460018"))
    result = who(player, call())
    assert (result.found, result.best) == (Found.SEVERAL, None)
    assert ids(result) == ["1", "2"], "in the administrator's order of resources"


@pytest.mark.feature("D2")
@pytest.mark.promise("R9")
def test_more_than_can_be_shown_is_not_one(player: Player) -> None:
    """Cut off at the limit, the result says so and opens nothing."""
    player.crm.put(*(Card(str(at), phone="020 7946 0018") for at in range(3)))
    result = who(player, call(), MatchPolicy(regions=("GB",), limit=1))
    assert (result.found, len(result.matches), result.truncated, result.best) == (Found.SEVERAL, 1, True, None)
    assert result.sentence().startswith("One contact matches and more exist")


@pytest.mark.feature("M1")
def test_none_failed_and_partly_failed_are_different(player: Player) -> None:
    """What was not answered is not "nobody"; and whom a failed search might have missed is not ruled out."""
    assert who(player, call()).found is Found.NONE
    player.crm.failing["/search/leads"] = 503
    missed = who(player, call())
    assert missed.found is Found.PARTLY_FAILED
    player.crm.put(Card("1", phone="020 7946 0018"))
    partly = who(player, call())
    assert (partly.found, ids(partly), partly.best) == (Found.PARTLY_FAILED, ["1"], None)
    player.crm.failing["/search"] = 503
    failed = who(player, call())
    assert (failed.found, failed.matches) == (Found.FAILED, ())
    assert "CrmUnavailable" in failed.sentence()


@pytest.mark.feature("M1")
def test_what_the_agent_may_not_search_is_left_out(player: Player) -> None:
    """A module closed to this agent hides nobody he could open; all closed is a failure."""
    player.crm.put(Card("1", phone="020 7946 0018"))
    player.crm.failing["/search/leads"] = 403
    result = who(player, call())
    assert (result.found, result.best is not None) == (Found.ONE, True)
    assert result.steps[1].kind is MatchStepKind.LEFT_OUT
    player.crm.failing["/search"] = 403
    assert who(player, call()).found is Found.FAILED


@pytest.mark.feature("M1")
def test_the_explanation_names_no_person(player: Player) -> None:
    """Criteria, places, counts and reasons; never a number, a name or an address."""
    player.crm.put(Card("1", name="Ann Lee", phone=NUMBER, email="ann@example.com"))
    player.crm.failing["/search/leads"] = 503
    criteria = (ByPhone(), ByEmail("mail"), ByName())
    policy = MatchPolicy(regions=("GB",), combine=True, criteria={Channel.VOICE: criteria})
    result = who(player, call(customer_name="Ann Lee", routing={"mail": "ann@example.com"}), policy)
    told = result.sentence() + repr(result.steps) + repr(result)
    for private in ("7946", "Ann", "Lee", "ann@"):
        assert private not in told
    assert result.sentence() == (
        "The search failed in part; one contact matches so far, by phone in phone (exact). "
        "phone in People hit; phone in Leads failed: CrmUnavailable, the stand-in is down; "
        "e-mail in People hit; e-mail in Leads failed: CrmUnavailable, the stand-in is down; "
        "name in People hit; name in Leads failed: CrmUnavailable, the stand-in is down."
    )


# With the index -----------------------------------------------------------------------------------------------------


def indexed(player: Player, *resources: Resource) -> None:
    assert player.run(INDEX.sync(player.connection(*resources), ("GB",))).complete


def test_an_indexed_contact_is_read_live_in_one_request(player: Player) -> None:
    """No search: the candidate's record itself, whole."""
    player.crm.put(Card("1", phone=NUMBER), Card("2", phone="+1 207 946 0018"))
    indexed(player)
    player.crm.cards["people", "1"].name = "Ann, just renamed"
    result = who(player, call(), index=INDEX)
    assert player.crm.asked == ["/records/people/1"], "the look-alike costs nothing"
    best = result.best
    assert best is not None
    assert (best.source, best.certain, best.contact.partial) == (MatchSource.CRM, True, False)
    assert best.contact.name == "Ann, just renamed"


@pytest.mark.parametrize("change", ["other number", "deleted"])
def test_a_stale_entry_is_never_shown(player: Player, change: str) -> None:
    """What no longer holds the number is dropped, and the CRM is searched for who does now."""
    player.crm.put(Card("1", phone="020 7946 0018"))
    indexed(player)
    if change == "deleted":
        player.crm.delete("people", "1")
    else:
        player.crm.put(Card("1", phone="020 7946 0077"))
    player.crm.put(Card("2", phone="020 7946 0018"))
    result = who(player, call(), index=INDEX)
    assert ids(result) == ["2"]
    assert result.steps[0].detail == "1 contact changed or gone"


def test_a_merged_contact_leads_to_its_survivor(player: Player) -> None:
    """The index knows the old record; the CRM says into which it went."""
    player.crm.put(Card("1", phone="020 7946 0018"), Card("2", mobile="020 7946 0018"))
    indexed(player)
    player.crm.delete("people", "1")
    player.crm.merged["people", "1"] = "2"
    assert ids(who(player, call(), index=INDEX)) == ["2"]


def test_while_the_crm_is_down_the_index_answers_marked(player: Player) -> None:
    """One candidate, not certain, from the index; the failure is told."""
    player.crm.put(Card("1", name="Ann", phone="020 7946 0018"))
    indexed(player)
    player.crm.failing[""] = 503
    result = who(player, call(), index=INDEX)
    assert result.found is Found.PARTLY_FAILED
    best = result.best
    assert best is not None
    assert (best.source, best.certain, best.contact.name) == (MatchSource.INDEX, False, "Ann")
    assert "could not be read live" in result.sentence()


def test_what_the_crm_refuses_this_agent_is_not_shown_from_the_index(player: Player) -> None:
    """The index is no way around the user's rights in the CRM (F147)."""
    player.crm.put(Card("1", name="Ann", phone="020 7946 0018"))
    indexed(player)
    player.crm.failing["/records"] = player.crm.failing["/search"] = 403
    result = who(player, call(), index=INDEX)
    assert (result.found, result.matches) == (Found.FAILED, ())


def test_a_crm_without_phone_search_is_matched_by_the_index_alone(player: Player) -> None:
    """Ready, it finds; not ready, the result says why nothing could be asked."""
    player.crm.phones_in_search = False
    player.crm.put(Card("1", "mailbox", phone="020 7946 0018"))
    cold = who(player, call(), POLICY, MAILBOX, index=INDEX)
    assert (cold.found, player.crm.asked) == (Found.FAILED, [])
    assert [step.detail for step in cold.steps] == [
        "mailbox has not been read to the end yet (customer360 index sync stand-in --agent ID)",
        "it has no search by phone",
    ]
    indexed(player, MAILBOX)
    assert ids(who(player, call(), POLICY, MAILBOX, index=INDEX)) == ["1"]
    assert player.crm.asked == ["/records/mailbox/1"]


def test_an_index_that_nobody_fills_is_not_spoken_of(player: Player) -> None:
    """Where the CRM searches by itself, most accounts never fill one."""
    player.crm.put(Card("1", phone="020 7946 0018"))
    result = who(player, call(), index=INDEX)
    assert ids(result) == ["1"]
    assert "index" not in result.sentence()


def test_a_contact_newer_than_the_index_is_found_by_search(player: Player) -> None:
    """A miss in the index is no answer where the CRM can search."""
    indexed(player, LEADS)
    player.crm.put(Card("9", "leads", phone="020 7946 0018"))
    assert ids(who(player, call(), POLICY, LEADS, index=INDEX)) == ["9"]


@pytest.mark.feature("F024")
def test_an_e_mail_address_on_a_call_is_nobodys_number(player: Player) -> None:
    """Nobody is asked for the digits in it, though somebody has that number; by the address they are found."""
    player.crm.put(Card("1", phone="+44 20 7946 0018", email="ann.442079460018@example.com"))
    calling = call("ann.442079460018@example.com")
    result = who(player, calling)
    assert (result.found, player.crm.asked) == (Found.NONE, [])
    assert "e-mail address" in result.steps[0].detail
    both = attrs.evolve(POLICY, criteria={Channel.VOICE: (ByPhone(), ByEmail())})
    assert ids(who(player, calling, both)) == ["1"]


@pytest.mark.feature("F026")
@pytest.mark.feature("M1")
def test_a_guess_that_is_the_only_candidate_opens_and_is_shown_as_a_guess(player: Player) -> None:
    """0201234567 is a number of Amsterdam and one of France; the account's country decides, unless the record's is
    known."""
    dutch = MatchPolicy(regions=("NL",))
    player.crm.put(Card("1", phone="0201234567"))
    guessed = who(player, call("+31 20 123 4567"), dutch)
    assert guessed.best is not None
    assert (guessed.best.grade, guessed.best.certain) == (Grade.NATIONAL, False)
    assert "same national number" in guessed.sentence()
    player.crm.put(Card("1", phone="0201234567", region="FR"))
    assert who(player, call("+31 20 123 4567"), dutch).found is Found.NONE
    player.crm.put(Card("1", phone="0201234567", region="NL"))
    known = who(player, call("+31 20 123 4567"), dutch)
    assert known.best is not None
    assert known.best.certain
