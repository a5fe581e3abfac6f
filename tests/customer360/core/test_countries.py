"""What people type where a country is asked for."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.countries import country_of
from customer360.core.phones import read

_WITHOUT_A_NAME = {"AC", "TA"}
"""Islands that belong to Saint Helena, which has the code."""


@pytest.mark.feature("D1")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"),
        ("Germany", "DE"),
        ("deutschland", "DE"),
        (" UNITED KINGDOM ", "GB"),
        ("UK", "GB"),
        ("U.K.", "GB"),
        ("The Netherlands", "NL"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("Österreich", "AT"),
        ("O\u0308sterreich", "AT"),
        ("Türkiye", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("Côte d\u2019Ivoire", "CI"),
        ("Guinea-Bissau", "GW"),
        ("Trinidad & Tobago", "TT"),
        ("St. Lucia", "LC"),
        ("Czech Rep.", "CZ"),
    ],
)
def test_a_country_is_understood(text: str, code: str) -> None:
    """By its code, or its name in English or the country's own language, however it is spelt."""
    assert country_of(text) == code


@pytest.mark.parametrize("text", ["", " ", "ZZ", "EU", "de", "Congo", "Bavaria", "Germany, France", "49", "the", "!"])
def test_what_is_no_country_or_may_be_two_is_none(text: str) -> None:
    """A wrong one would make other numbers of the record's; without one they are read as the account's."""
    assert country_of(text) is None


def test_every_country_that_has_numbers_is_known() -> None:
    """Each by its code; and no code is none that numbers could be read with."""
    for code in sorted(set(phonenumbers.SUPPORTED_REGIONS) - _WITHOUT_A_NAME):
        assert country_of(code) == code
        example = phonenumbers.example_number(code)
        if example is not None:
            national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
            assert read(national, (code,)) is not None, code


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    """It answers a code or none."""
    found = country_of(text)
    assert found is None or len(found) == 2
