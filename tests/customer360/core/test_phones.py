"""Numbers are read in any spelling and compared as numbers, never as text."""

from __future__ import annotations

import phonenumbers as plans
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.phones import Grade, PhoneNumber, Unusable, compare, keys_for, keys_of, read, spellings, usable

COUNTRIES = {
    "US": "00", "GB": "00", "DE": "00", "ES": "00", "FR": "00", "IT": "00", "IN": "00", "MX": "00", "AR": "00",
    "NL": "00", "SE": "00", "NO": "00", "DK": "00", "AU": "0011", "JP": "010", "SG": "001", "BR": "00",
}  # fmt: skip
"""Country and the prefix that its people dial before a foreign country code ("00" in the US: typed by a visitor)."""

KINDS = (plans.PhoneNumberType.FIXED_LINE, plans.PhoneNumberType.MOBILE)


def written(country: str, kind: int) -> tuple[str, dict[str, str]]:
    """A number's truth and its spellings, made from the numbering plan alone."""
    number = plans.example_number_for_type(country, kind)
    assert number is not None
    e164 = plans.format_number(number, plans.PhoneNumberFormat.E164)
    at_home = plans.format_number(number, plans.PhoneNumberFormat.NATIONAL)
    abroad = plans.format_number(number, plans.PhoneNumberFormat.INTERNATIONAL)
    return e164, {
        "E.164": e164,
        "international": abroad,
        "national": at_home,
        "digits": "".join(filter(str.isdigit, at_home)),
        "exit code": COUNTRIES[country] + e164[1:],
        "dots": at_home.replace(" ", ".").replace("-", "."),
        "slashes": abroad.replace(" ", "/"),
        "URI": plans.format_number(number, plans.PhoneNumberFormat.RFC3966),
        "extension": f"{abroad} ext. 42",
        "short extension": f"{at_home} x42",
        "full width": "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in abroad),
        "Arabic digits": "".join(chr(0x660 + int(c)) if c.isdigit() else c for c in abroad),
        "padded": f"  {at_home}\t",
    }


CASES = [
    pytest.param(country, e164, text, id=f"{country} {style} {kind}")
    for country in COUNTRIES
    for kind in KINDS
    for e164, texts in [written(country, kind)]
    for style, text in texts.items()
    if not (country == "BR" and style == "exit code")  # Brazil has none of its own: carriers are dialled
]


@pytest.mark.feature("D1")
@pytest.mark.feature("F025")
@pytest.mark.parametrize(("country", "e164", "text"), CASES)
def test_every_spelling_is_the_number(country: str, e164: str, text: str) -> None:
    """With the record's own country known, each spelling means exactly this number and is found under its key."""
    number = read(e164)
    assert number is not None
    assert compare(number, text, own=country) is Grade.EXACT
    assert set(keys_of(text, (country,))) & set(keys_for(number))


@pytest.mark.feature("D1")
@pytest.mark.parametrize("country", COUNTRIES)
def test_national_text_is_recognised_without_its_country(country: str) -> None:
    """Read with a wrong guess, national text still matches, and says that the country was guessed."""
    e164, texts = written(country, KINDS[1])
    number = read(e164)
    assert number is not None
    guess = "ES" if country != "ES" else "DE"
    assert compare(number, texts["national"], (guess,)) in (Grade.NATIONAL, Grade.EXACT)
    assert compare(number, texts["international"], (guess,)) is Grade.EXACT
    assert set(keys_of(texts["national"], (guess,))) & set(keys_for(number))


@pytest.mark.feature("D1")
@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("+1 207 946 0018", None),
        ("+49 20 7946 0018", None),
        ("0049 20 7946 0018", None),
        ("020 7946 0018", "IT"),
        ("7946 0018", "DE"),
        ("946 0018", "GB"),
        ("020 7946 0019", "GB"),
        ("1", None),
        ("", None),
    ],
)
def test_look_alikes_are_other_numbers(text: str, own: str | None) -> None:
    """Sharing seven digits, or the national digits in another country, is not being the same."""
    number = read("+442079460018")
    assert number is not None
    assert compare(number, text, ("GB",), own=own) is Grade.NONE


@pytest.mark.feature("D1")
def test_a_short_number_is_not_the_end_of_a_longer_one() -> None:
    """Seven digits of Iceland are not the seven digits behind an American area code."""
    iceland = read("+3545551234")
    assert iceland is not None
    assert compare(iceland, "(202) 555-1234") is Grade.NONE
    assert compare(iceland, "555 1234") is not Grade.NONE
    assert compare(iceland, "3545551234") is not Grade.NONE


@pytest.mark.parametrize(
    ("text", "regions", "e164"),
    [
        ("+44 (0)20 7946 0018", (), "+442079460018"),
        ("1-800-FLOWERS", ("US",), "+18003569377"),
        ("tel:7946-0018;phone-context=+4420", (), "+442079460018"),
        ("tel:+44-20-7946-0018;ext=7", (), "+442079460018"),
        ("sip:+442079460018@carrier.example;user=phone", (), "+442079460018"),
        ("0044 20 7946 0018", ("US",), "+442079460018"),
        ("011 44 20 7946 0018", ("DE",), "+442079460018"),
        ("442079460018", ("US",), "+442079460018"),
        ("06 5555 1234", ("IT",), "+390655551234"),
    ],
)
@pytest.mark.feature("D4")
def test_what_people_and_switches_write(text: str, regions: tuple[str, ...], e164: str) -> None:
    """Trunk zeros, vanity letters, URIs, prefixes of the wrong country, Italy's zero that stays."""
    number = read(text, regions)
    assert number is not None
    assert number.e164 == e164


def test_the_extension_is_kept_apart() -> None:
    """It is known, and takes no part in equality."""
    with_extension, without = read("+44 20 7946 0018 ext. 7"), read("+442079460018")
    assert with_extension is not None
    assert with_extension.extension == "7"
    assert with_extension == without


def test_a_number_shows_itself_in_no_log() -> None:
    """Its repr holds country and validity only."""
    assert "7946" not in repr(read("+442079460018 ext. 7946"))


@pytest.mark.feature("F024")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, Unusable.MISSING),
        ("", Unusable.MISSING),
        ("Anonymous", Unusable.WITHHELD),
        ("Unknown Caller", Unusable.WITHHELD),
        ("unterdrückt", Unusable.WITHHELD),
        ("sip:anonymous@anonymous.invalid", Unusable.WITHHELD),
        ("tel:", Unusable.WITHHELD),
        ("4711", Unusable.INTERNAL),
        ("sip:4711@pbx.example", Unusable.INTERNAL),
        ("call me", Unusable.INVALID),
        ("+44", Unusable.INTERNAL),
        ("9" * 40, Unusable.INVALID),
        ("020 7946 0000", Unusable.OWN),
    ],
)
@pytest.mark.feature("D4")
def test_what_is_never_searched(text: str | None, why: Unusable) -> None:
    """Nothing, withheld, internal, invalid, one of our own."""
    own = read("+442079460000")
    assert own is not None
    assert usable(text, ("GB",), frozenset({own.key})) is why


texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="+0123456789 ()-./x#;,:@\uff0b\u0660\uff11telsip%ABC", max_size=40),
    st.text(min_size=240, max_size=300),
)
regions = st.lists(st.sampled_from([*COUNTRIES, "ZZ", "", "gb"]), max_size=3).map(tuple)


@given(texts, regions, st.sampled_from([None, *COUNTRIES]))
def test_no_text_is_too_strange(text: str, regions: tuple[str, ...], own: str | None) -> None:
    """Reading, comparing, keys: any text has an answer, none an exception."""
    number = read(text, regions)
    usable(text, regions)
    keys = keys_of(text, regions)
    other = read("+442079460018")
    assert other is not None
    compare(other, text, regions, own=own)
    if number is not None:
        assert set(keys) & set(keys_for(number))
        assert read(number.e164) == number
        assert number.key > 0
        assert number.e164 == f"+{number.country_code}{number.national}"


@st.composite
def numbers(draw: st.DrawFn) -> PhoneNumber:
    """Numbers of the plans' own patterns, their last digits drawn."""
    country = draw(st.sampled_from(sorted(COUNTRIES)))
    kind = draw(st.sampled_from(KINDS))
    e164, _ = written(country, kind)
    number = read(e164[:-4] + draw(st.text(alphabet="0123456789", min_size=4, max_size=4)))
    assert number is not None
    return number


@pytest.mark.feature("D1")
@given(numbers())
def test_a_number_is_each_of_its_spellings(number: PhoneNumber) -> None:
    """What is written out for a text-only CRM reads back as the same number."""
    for text in spellings(number):
        assert compare(number, text, own=number.region) >= Grade.WEAK
        assert set(keys_of(text, (number.region or "ZZ",))) & set(keys_for(number))
    assert read(spellings(number)[0]) == number


@given(numbers(), numbers())
def test_full_numbers_compare_alike_from_both_sides(one: PhoneNumber, other: PhoneNumber) -> None:
    """With both countries written out there is no guess: equal or not, whichever is stored."""
    there, back = compare(one, other.e164), compare(other, one.e164)
    assert there is back
    assert there is (Grade.EXACT if one == other else Grade.NONE)
