"""Drafts of what happened, and conditions on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.activities import (
    DRAFTS,
    LONGEST_CALL,
    ActivityChange,
    ActivityFilter,
    CallDraft,
    Condition,
    EventDraft,
    NoteDraft,
    Operator,
    carries_key,
    with_key,
)
from customer360.core.errors import InvalidValue
from customer360.core.records import ContactChange, ContactDraft, RecordRef, RelatedKind

_CONTACT = RecordRef("zoho", "Contacts", "1")


def _night(minute: int, fold: int) -> datetime:
    """After two in the night in which that hour comes twice."""
    return datetime(2025, 10, 26, 2, minute, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)


def test_an_appointment_may_end_in_the_hour_that_comes_again() -> None:
    """A quarter past two is later than a quarter to three, once the clocks were put back."""
    draft = EventDraft(contact=_CONTACT, starts_at=_night(45, fold=0), ends_at=_night(15, fold=1))
    assert draft.ends_at.timestamp() - draft.starts_at.timestamp() == 30 * 60


def test_an_appointment_does_not_end_before_it_starts() -> None:
    """Whatever the clock on the wall says."""
    with pytest.raises(InvalidValue, match="before starts_at"):
        EventDraft(contact=_CONTACT, starts_at=_night(15, fold=1), ends_at=_night(45, fold=0))


_ENDS = (
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime(9999, 1, 1, tzinfo=UTC),
)
_REAL = (
    datetime(1890, 4, 2, tzinfo=ZoneInfo("Europe/Amsterdam")),
    datetime.fromtimestamp(0, UTC),
    datetime(2126, 1, 1, tzinfo=UTC),
)


@pytest.mark.promise("R1")
@pytest.mark.parametrize("end", _ENDS)
def test_a_time_at_the_end_of_the_calendar_is_refused_where_it_is_given(end: datetime) -> None:
    """Not in the middle of a delivery, where no other zone has such a day."""
    made: tuple[Callable[[], object], ...] = (
        lambda: CallDraft(contact=_CONTACT, started_at=end),
        lambda: EventDraft(contact=_CONTACT, starts_at=_night(15, fold=0), ends_at=end),
        lambda: EventDraft(contact=_CONTACT, starts_at=end, ends_at=end),
        lambda: Condition("Due", Operator.LESS, (end,)),
        lambda: NoteDraft(contact=_CONTACT, extra={"Due": end}),
        lambda: ActivityChange(ref=_CONTACT, kind=RelatedKind.TASK, extra={"Due": end}),
        lambda: ContactChange(ref=_CONTACT, fields={"Due": end}),
        lambda: ContactDraft(resource="Contacts", fields={"Due": end}),
    )
    for make in made:
        with pytest.raises(InvalidValue, match="at the end of the calendar"):
            make()


@pytest.mark.parametrize("time", _REAL)
def test_a_time_that_somebody_may_mean_is_taken(time: datetime) -> None:
    """A birthday, the beginning of the epoch, a contract of a hundred years."""
    draft = CallDraft(contact=_CONTACT, started_at=time, duration=LONGEST_CALL, extra={"Born": time})
    assert (draft.started_at.astimezone(UTC) + draft.duration).tzinfo is UTC
    assert Condition("Born", Operator.EQUALS, (time,)).values == (time,)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("ref", "7", "no RecordRef"),
        ("kind", "task", "is a str"),
        ("subject", None, "is a NoneType"),
        ("text", 7, "is a int"),
        ("text", "a\ud800b", "half a character"),
        ("status", "done", "is a str"),
        ("due_on", datetime(2026, 5, 1, tzinfo=UTC), "give its .date()"),
        ("extra", {"Due": datetime(2026, 5, 1)}, "without a time zone"),
        ("extra", ["Due"], "no mapping"),
    ],
)
def test_a_change_is_made_of_what_it_takes(name: str, value: Any, why: str) -> None:
    """Refused where it is made, not in a connector."""
    with pytest.raises(InvalidValue, match=why):
        ActivityChange(**{"ref": _CONTACT, "kind": RelatedKind.TASK, name: value})


@pytest.mark.parametrize("key", [" ", " k", "k\n", "a\nb", "k" * 65, 7, "a\ud800"])
def test_a_key_is_one_line_of_text(key: Any) -> None:
    """Another could not be found again: refused where it is given, not when it is delivered."""
    with pytest.raises(InvalidValue, match=r"NoteDraft\.key"):
        NoteDraft(contact=_CONTACT, key=key)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [(ContactDraft, "key", 7), (ContactDraft, "resource", None), (ContactChange, "version", 7)],
)
def test_a_contact_is_written_by_texts(kind: type[Any], name: str, value: Any) -> None:
    """Refused where it is made, not in a connector."""
    needed = {"resource": "Contacts", "fields": {}} if kind is ContactDraft else {"ref": _CONTACT, "fields": {}}
    with pytest.raises(InvalidValue, match=f"{kind.__name__}.{name}"):
        kind(**{**needed, name: value})


_HALF = "a\ud800b"


@pytest.mark.promise("R1")
@pytest.mark.parametrize("kind", DRAFTS.values())
def test_a_draft_holds_whole_characters_only(kind: type[Any]) -> None:
    """Half of one is kept by no CRM as it is: refused where it is made, in every text, and not quoted."""
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    given = {"contact": _CONTACT, "started_at": noon, "starts_at": noon, "ends_at": noon}
    needed = {name: given[name] for name in attrs.fields_dict(kind) if name in given}
    texts = [name for name, hint in get_type_hints(kind).items() if hint in (str, str | None)]
    assert {"subject", "text", "key"} <= set(texts)
    for name, value in [(each, _HALF) for each in texts] + [
        ("extra", {"Title": _HALF}),
        ("extra", {_HALF: "x"}),
        ("extra", {"Tags": (_HALF,)}),
        ("extra", {"Address": {"street": [_HALF]}}),
    ]:
        with pytest.raises(InvalidValue, match=f"{kind.__name__}.{name}") as refused:
            kind(**{**needed, name: value})
        assert _HALF not in str(refused.value)


@pytest.mark.feature("F058")
@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("resource", None, "is a NoneType"),
        ("contact", "41", "no RecordRef"),
        ("conditions", ("Status",), "no tuple of Conditions"),
        ("conditions", Condition("Status", Operator.IS_EMPTY), "no tuple of Conditions"),
        ("sort", "Due_Date", "no field with a direction"),
        ("sort", ("Due_Date", "desc"), "no field with a direction"),
        ("limit", 201, "1 to 200"),
        ("limit", 0, "1 to 200"),
        ("limit", 2.5, "is a float"),
        ("cursor", 20, "is a int"),
        ("resource", "Tasks\ud800", "half a character"),
    ],
)
def test_a_filter_is_made_of_what_it_takes(name: str, value: Any, why: str) -> None:
    """Refused where it is made, not in a connector."""
    with pytest.raises(InvalidValue, match=why):
        ActivityFilter(**{"resource": "Tasks", name: value})


@pytest.mark.feature("F057")
@pytest.mark.parametrize(
    ("operator", "values"),
    [
        *((operator, ("a",)) for operator in Operator if operator not in (Operator.BETWEEN, Operator.IS_EMPTY)),
        (Operator.IN, ("a", "b", "c")),
        (Operator.BETWEEN, (1, 2.5)),
        (Operator.IS_EMPTY, ()),
        (Operator.EQUALS, (False,)),
        (Operator.LESS, (date(2026, 5, 1),)),
        (Operator.LESS, (_night(15, fold=0),)),
    ],
)
def test_an_operator_compares_with_as_many_values_as_it_has(operator: Operator, values: tuple[Any, ...]) -> None:
    """Two between, any number of those that may be, none for what is empty, else one."""
    assert Condition("Status", operator, values).values == values


@pytest.mark.feature("F057")
@pytest.mark.parametrize(
    ("operator", "values", "why"),
    [
        *((operator, (), "and 0 are given") for operator in Operator if operator is not Operator.IS_EMPTY),
        *(
            (operator, ("secret", "secret", "secret"), "and 3 are given")
            for operator in Operator
            if operator is not Operator.IN
        ),
        (Operator.BETWEEN, ("secret",), "with two values"),
        (Operator.EQUALS, ("secret", "secret"), "with one value"),
        (Operator.IS_EMPTY, ("secret",), "with no value"),
        (Operator.EQUALS, "secret", "no tuple"),
        (Operator.EQUALS, (None,), "no tuple"),
        (Operator.LESS, (datetime(2026, 5, 1),), "without a time zone"),
        (Operator.EQUALS, (float("nan"),), "no field can hold"),
        (Operator.EQUALS, (10**5000,), "no field can hold"),
        (Operator.EQUALS, ("secret\ud800",), "half a character"),
        ("equals", ("secret",), "operator is a str"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_when_it_is_made(operator: Any, values: Any, why: str) -> None:
    """No connector has to find out, and no value is quoted."""
    with pytest.raises(InvalidValue, match=why) as refused:
        Condition("Status", operator, values)
    assert "secret" not in str(refused.value)


_TEXT = st.text(max_size=40) | st.text(alphabet="a \t\r\n\u2028ref: k1", max_size=40)
_KEY = st.from_regex(r"[a-z0-9]([a-z0-9 :-]{0,20}[a-z0-9])?", fullmatch=True)
_BLANK = st.text(alphabet=" \t\u00a0", max_size=3)


@pytest.mark.promise("R1")
@given(_TEXT, _KEY, _BLANK, _BLANK, st.sampled_from(["\n", "\r\n", "\r", "\u2028"]))
def test_a_key_is_found_in_its_text(text: str, key: str, before: str, after: str, end: str) -> None:
    """However the CRM ends its lines and whatever white space it puts around them; a key that only begins so is not."""
    written = with_key(text, key)
    assert written.startswith(text.rstrip())
    kept = end.join(f"{before}{line}{after}" for line in written.splitlines())
    assert carries_key(kept, key)
    assert carries_key(kept, f"{key} ")  # a draft of before such keys were refused
    assert carries_key(kept, f"{key}1") == carries_key(text, f"{key}1")


@pytest.mark.promise("R1")
@pytest.mark.parametrize("key", ["", " ", "a\nb", "a\u2028b", " a", "a ", "a\n"])
def test_a_key_that_could_not_be_found_is_refused(key: str) -> None:
    """One line, and no white space that a CRM may trim; nothing carries what could not be written."""
    with pytest.raises(InvalidValue, match="one line"):
        with_key("x", key)
    assert not carries_key("x\nref:", key)
