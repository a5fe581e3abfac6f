"""What a host may report of an interaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from customer360.core.errors import InvalidValue
from customer360.core.interactions import Channel, Disposition, Interaction, WrapUp
from customer360.core.matching import ByEmail, ByPhone, MatchPolicy, wanted
from customer360.core.search import EmailIs, PhoneIs

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POLICY = MatchPolicy(regions=("GB",))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", " "),
        ("id", 7),
        ("id", "call\ud800"),
        ("id", "call\x00"),
        ("id", "c" * 256),
        ("channel", "voice"),
        ("direction", "sideways"),
        ("customer", 442079460018),
        ("customer", b"+442079460018"),
        ("customer_name", ["Ann"]),
        ("dialled", 100),
        ("queue", 3),
        ("started_at", "2026-01-01T00:00:00Z"),
        ("started_at", datetime(2026, 1, 1)),
        ("answered_at", 1_767_225_600),
        ("routing", None),
        ("routing", "customer_no=4711"),
        ("routing", {"customer_no": 4711}),
        ("routing", {4711: "customer_no"}),
        ("pop", "zoho:Contacts/1"),
    ],
)
def test_what_is_of_another_kind_is_refused_where_it_is_reported(field: str, value: Any) -> None:
    """By the field's name, before any flow meets it; the value itself may be the customer's and is not told."""
    with pytest.raises(InvalidValue) as refused:
        Interaction(**{"id": "1", "started_at": NOW, field: value})
    assert "4711" not in str(refused.value).partition(";")[0]
    assert "442079460018" not in str(refused.value)


@pytest.mark.parametrize(
    "made",
    [
        lambda: Disposition(7),  # type: ignore[arg-type]
        lambda: Disposition("done", 7),  # type: ignore[arg-type]
        lambda: WrapUp(ended_at=NOW, disposition="done"),  # type: ignore[arg-type]
        lambda: WrapUp(ended_at=NOW, notes=None),  # type: ignore[arg-type]
        lambda: WrapUp(ended_at=NOW, notes="Wants an offer \ud83d"),
        lambda: Disposition("done", "Done \ud83d"),
        lambda: WrapUp(ended_at=NOW, recording_url=b"https://rec.example/1"),  # type: ignore[arg-type]
    ],
)
def test_an_ending_of_another_kind_is_refused_too(made: Any) -> None:
    """While the agent is there, and not when it is stored."""
    with pytest.raises(InvalidValue):
        made()


@pytest.mark.feature("F024")
@pytest.mark.parametrize(
    "address",
    [
        "ann@example.com",
        "Ann Lee <ann@example.com>",
        "mailto:ann.442079460018@example.com",
        "ann.442079460018@example.com",
        "Ann <ann+442079460018@example.com>",
    ],
)
def test_an_e_mail_address_is_no_number(address: str) -> None:
    """On a voice channel there is nothing to ask for, whatever digits the address has."""
    found = wanted(ByPhone(), Interaction(id="1", customer=address, started_at=NOW), POLICY)
    assert (found.query, found.why) == (None, "the address is an e-mail address")


@pytest.mark.feature("F020")
@pytest.mark.parametrize(
    "address", ["442079460018@s.whatsapp.net", "+442079460018@pbx.example", "sip:+442079460018@pbx.example"]
)
def test_a_number_at_a_host_is_a_number(address: str) -> None:
    """As messengers and switchboards write them."""
    found = wanted(ByPhone(), Interaction(id="1", customer=address, started_at=NOW), POLICY)
    assert isinstance(found.query, PhoneIs)
    assert found.query.e164 == "+442079460018"


@pytest.mark.feature("F023")
def test_a_channel_may_be_given_both_criteria() -> None:
    """What a number cannot say the address does: an account that expects both names both."""
    policy = MatchPolicy(regions=("GB",), criteria={Channel.VOICE: (ByPhone(), ByEmail())})
    asked = Interaction(id="1", customer="Ann@Example.com", started_at=NOW)
    by_number, by_address = (wanted(each, asked, policy) for each in policy.criteria_of(Channel.VOICE))
    assert by_number.query is None
    assert by_address.query == EmailIs("Ann@Example.com")


@pytest.mark.feature("F024")
@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "\ud800", "@", "+", "\N{WAVING HAND SIGN}", "x" * 9_999, "4" * 9_999],
    ids=["empty", "space", "nul", "surrogate", "at", "plus", "emoji", "letters", "digits"],
)
@pytest.mark.parametrize("channel", Channel)
def test_nonsense_is_nothing_to_ask_for(channel: Channel, text: str) -> None:
    """No exception, no request, and a reason."""
    asked = Interaction(id="1", channel=channel, customer=text, started_at=NOW)
    for criterion in POLICY.criteria_of(channel):
        found = wanted(criterion, asked, POLICY)
        assert found.query is None
        assert found.why
