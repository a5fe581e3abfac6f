"""What is read quickly is what the library reads."""

from __future__ import annotations

import phonenumbers as plans
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer360.core.numbering import Reading, has_trunk_zero, quickly
from customer360_testkit.evaluation import COUNTRIES, samples

REGIONS = sorted(plans.SUPPORTED_REGIONS)
SAMPLES = samples(2)


def slowly(text: str, region: str | None) -> Reading | None:
    """The library's own answer, if it is a whole, valid number."""
    try:
        number = plans.parse(text, region)
    except plans.NumberParseException:
        return None
    if not plans.is_possible_number(number) or not plans.is_valid_number(number):
        return None
    where = plans.region_code_for_number(number)
    assert where is not None
    national = plans.national_significant_number(number)
    return Reading(str(number.country_code), national, where, number.extension or None)


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """Digits as people write them: of a plan's own pattern or any, with what is dialled before, signs, an extension."""
    region = draw(st.sampled_from(REGIONS))
    kind = draw(st.sampled_from([plans.PhoneNumberType.FIXED_LINE, plans.PhoneNumberType.MOBILE]))
    known = plans.example_number_for_type(region, kind)
    digits = plans.national_significant_number(known) if known else draw(st.text("0123456789", min_size=4, max_size=12))
    kept = draw(st.integers(0, len(digits)))
    digits = digits[:kept] + draw(st.text("0123456789", min_size=len(digits) - kept, max_size=len(digits) - kept + 1))
    code = str(plans.country_code_for_region(region))
    head = draw(
        st.sampled_from(["", "0", "1", "8", code, f"+{code}", f"00{code}", f"011{code}", f"+{code}(0)", f"{code}0"])
    )
    text = head + digits
    for at in sorted(draw(st.sets(st.integers(0, len(text)), max_size=4)), reverse=True):
        text = text[:at] + draw(st.sampled_from([" ", "-", ".", "/", "(", ") ", "\u00a0"])) + text[at:]
    return text + draw(st.sampled_from(["", "", " ext. 12", " x7", ";ext=123", ", ext 9", "#5", " ", "a"]))


@pytest.mark.perf("P7")
@given(
    spelled() | st.text("+0123456789 ()-./x,;=#\u0661\uff15\uff0b", max_size=24), st.sampled_from([*REGIONS, "ZZ", ""])
)
@example("+44 (0)20 7946 0018", "GB")
@example("0044 20 7946 0018", "US")
@example("8 (495) 123-45-67", "RU")
@example("0912345600/ x7", "GB")
@example("01115 1234 5678", "AR")
def test_it_is_what_the_library_says_or_nothing(text: str, region: str) -> None:
    """Code, national digits, region and extension: the same, or no answer."""
    quick = quickly(text, region)
    if quick is not None:
        assert quick == slowly(text, region)


@pytest.mark.perf("P7")
@pytest.mark.parametrize("country", COUNTRIES)
def test_most_spellings_are_read_quickly(country: str) -> None:
    """Else it would be of no use: three of four, in their own country, each as the library reads it."""
    mine = [sample.text for sample in SAMPLES if sample.country == country]
    read = {text: quick for text in mine if (quick := quickly(text, country)) is not None}
    assert len(read) >= len(mine) * (0.75 if country not in ("AR", "BR", "MX") else 0.2)
    assert read == {text: slowly(text, country) for text in read}


def test_where_a_zero_is_written_before_national_numbers() -> None:
    """In Germany and Britain, not in Spain nor America, nor in Brazil; Italy's zero is part of the number."""
    asked = {region: has_trunk_zero(region) for region in ("DE", "GB", "ES", "US", "BR", "IT", "ZZ")}
    assert [region for region, zero in asked.items() if zero] == ["DE", "GB"]
