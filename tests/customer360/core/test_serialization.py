"""Models survive JSON, whatever they hold."""

import json
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.activities import (
    DRAFTS,
    LONGEST_CALL,
    ActivityChange,
    ActivityDraft,
    CallDraft,
    EventDraft,
    TaskDraft,
)
from customer360.core.errors import InvalidValue
from customer360.core.interactions import Disposition, Interaction, WrapUp
from customer360.core.records import UNSET, Contact, ContactChange, Email, Phone, RecordRef, RelatedKind
from customer360.core.serialization import draft_from_json, dumps, from_json, loads, to_json

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
refs = st.builds(RecordRef, crm=texts, resource=texts, id=texts)
zones = st.builds(
    timezone,
    st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(
        lambda t: timedelta(minutes=t // timedelta(minutes=1))
    ),
)
times = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=zones | st.just(UTC))
days = st.dates(date(1900, 1, 1), date(2200, 1, 1))
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
json_data = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)
values = scalars | times | days | refs | st.tuples(texts, texts) | st.dictionaries(texts, json_data, max_size=3)
fields = st.dictionaries(texts, values, max_size=4)

contacts = st.builds(
    Contact,
    ref=refs,
    name=texts,
    phones=st.tuples(st.builds(Phone, texts, texts)),
    emails=st.tuples(st.builds(Email, texts, texts)),
    created_at=st.none() | times,
    fields=fields,
)
changes = st.builds(ContactChange, ref=refs, fields=fields)
interactions = st.builds(
    Interaction,
    id=st.text("ab1", min_size=1),
    started_at=times,
    answered_at=st.none() | times,
    routing=st.dictionaries(texts, texts),
    pop=st.none() | refs,
)
wrap_ups = st.builds(WrapUp, ended_at=times, disposition=st.none() | st.builds(Disposition, texts, texts))
head: dict[str, Any] = {
    "contact": refs,
    "key": texts.map(lambda text: " ".join(text.split())),  # one line
    "subject": texts,
    "text": texts,
    "extra": fields,
    "related": st.tuples(refs),
}
drafts = st.one_of(
    st.builds(DRAFTS[RelatedKind.NOTE], **head),
    st.builds(TaskDraft, due_on=st.none() | days, **head),
    st.builds(
        CallDraft,
        started_at=times,
        duration=st.timedeltas(timedelta(0), timedelta(days=1)).map(
            lambda t: timedelta(seconds=t // timedelta(seconds=1))
        ),
        **head,
    ),
    times.flatmap(
        lambda start: st.builds(
            EventDraft, starts_at=st.just(start), ends_at=st.just(start + timedelta(hours=1)), **head
        )
    ),
    st.builds(DRAFTS[RelatedKind.CASE], **head),
)
activity_changes = st.builds(
    ActivityChange,
    ref=refs,
    kind=st.sampled_from(RelatedKind),
    text=st.none() | texts | st.just(UNSET),
    due_on=st.none() | days | st.just(UNSET),
    extra=fields,
)


@given(st.one_of(contacts, changes, interactions, wrap_ups, activity_changes))
def test_every_model_survives_json(model: object) -> None:
    """Through JSON text and back, each model equals itself."""
    assert loads(type(model), dumps(model)) == model


@given(drafts)
def test_a_draft_is_known_by_its_kind(draft: ActivityDraft) -> None:
    """The union of drafts needs no hint of the class."""
    again = draft_from_json(json.loads(json.dumps(to_json(draft))))
    assert again == draft
    assert type(again) is type(draft)


def test_unset_is_not_null() -> None:
    """An untouched field is absent from JSON, a cleared one is null."""
    ref = RecordRef("acme", "Notes", "1")
    data = to_json(ActivityChange(ref=ref, kind=RelatedKind.NOTE, text=None))
    assert "text" in data
    assert "due_on" not in data
    assert data["text"] is None


@pytest.mark.parametrize("wrong", [{"customer": 442079460000}, {"dialled": b"1"}, {"id": 7}, {"id": " "}])
def test_an_address_that_is_no_text_is_refused(wrong: dict[str, Any]) -> None:
    """A number read as an integer has lost its zeros already."""
    values: dict[str, Any] = {"id": "call-1", "started_at": datetime(2026, 5, 14, tzinfo=UTC), **wrong}
    with pytest.raises(InvalidValue) as refused:
        Interaction(**values)
    assert "442079460000" not in str(refused.value)


REF = RecordRef("zoho", "Contacts", "1")


@pytest.mark.parametrize(
    "make",
    [
        lambda: TaskDraft(contact=REF, priority="urgent"),  # type: ignore[arg-type]
        lambda: TaskDraft(contact=REF, due_on="tomorrow"),  # type: ignore[arg-type]
        lambda: TaskDraft(contact=REF, text=None),  # type: ignore[arg-type]
        lambda: CallDraft(contact=REF, started_at="2026-05-14T08:00:00Z"),  # type: ignore[arg-type]
        lambda: WrapUp(ended_at=datetime(2026, 5, 14, tzinfo=UTC), disposition="sale"),  # type: ignore[arg-type]
        lambda: WrapUp(ended_at=datetime(2026, 5, 14, tzinfo=UTC), notes=None),  # type: ignore[arg-type]
    ],
)
def test_what_is_of_another_type_is_refused_when_it_is_made(make: Any) -> None:
    """Not when it is stored, sent or shown; None is no text "None"."""
    with pytest.raises(InvalidValue, match=r"give a|parse it"):
        make()


@pytest.mark.feature("D12")
def test_naive_datetimes_are_refused() -> None:
    """A time without a zone is an error that names the attribute."""
    with pytest.raises(InvalidValue, match=r"Interaction\.started_at"):
        Interaction(id="1", started_at=datetime(2026, 1, 1))
    with pytest.raises(InvalidValue, match="'Due'"):
        ContactChange(ref=RecordRef("acme", "Contacts", "1"), fields={"Due": datetime(2026, 1, 1)})


@given(json_data)
def test_foreign_json_is_refused_without_showing_it(data: object) -> None:
    """Whatever is not a contact raises InvalidValue."""
    with pytest.raises(InvalidValue):
        from_json(Contact, data)


def test_a_refusal_shows_no_value() -> None:
    """The text of the error names the place only."""
    with pytest.raises(InvalidValue) as refused:
        from_json(Contact, {"ref": {"crm": "a", "resource": "b", "id": "c"}, "created_at": "+49 30 1234567"})
    assert "1234567" not in str(refused.value)
    assert "created_at" in str(refused.value)


class Nowhere(tzinfo):
    """A zone that does not say where it is: a time in it is as naive as one without."""

    def utcoffset(self, when: datetime | None) -> None:
        """Not known."""

    dst = tzname = utcoffset


odd_texts = st.text(st.characters(), max_size=5) | st.sampled_from(["", "\x00", "\ud800", "x" * 300])
odd_times: st.SearchStrategy[datetime] = st.one_of(
    times,
    st.datetimes() | st.datetimes(timezones=zones) | st.datetimes().map(lambda time: time.replace(tzinfo=Nowhere())),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=timezone(timedelta(hours=-23)))]),
)
odd_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | odd_texts
    | st.builds(pow, st.just(10), st.just(5000))
    | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(odd_texts | st.integers(), inner, max_size=3)
        | st.tuples(inner)
        | st.sets(st.integers(), max_size=2)
    ),
    max_leaves=6,
)
odd_refs = st.builds(RecordRef, crm=odd_texts | st.none(), resource=odd_texts, id=odd_texts | st.integers() | st.none())
odd = st.one_of(odd_json, odd_times, odd_refs, days, st.timedeltas(), st.just(object()), st.lists(odd_refs, max_size=2))
"""What a host's event may well hold where a text, a time or a record is meant."""


NOON = datetime(2026, 5, 14, 12, tzinfo=UTC)
NEEDED: dict[type, dict[str, Any]] = {
    Interaction: {"id": "1", "started_at": NOON},
    WrapUp: {"ended_at": NOON},
    Disposition: {"code": "sale"},
    CallDraft: {"contact": REF, "started_at": NOON},
    EventDraft: {"contact": REF, "starts_at": NOON, "ends_at": NOON},
}
"""What each model cannot do without."""


@pytest.mark.promise("R1")
@given(st.data())
def test_what_can_be_made_can_be_stored(data: st.DataObject) -> None:
    """Any value in any field: refused when it is made, or the same after the way through the store."""
    kind = data.draw(st.sampled_from([Interaction, WrapUp, Disposition, *DRAFTS.values()]))
    good: dict[str, Any] = dict(NEEDED.get(kind, {"contact": REF}))
    names = sorted(each.name for each in attrs.fields(kind))
    # One or two odd fields at a time, each now and then of what is meant there, or in a container.
    for name in data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)):
        strategy = odd
        if name in ("routing", "extra"):
            strategy = odd | st.dictionaries(odd_texts, odd, max_size=2)
        if name == "related":
            strategy = odd | st.tuples(odd)
        good[name] = data.draw(strategy)
    try:
        made = kind(**good)
    except InvalidValue:
        return
    column = json.loads(json.dumps(to_json(made)))  # as the store's JSON columns do
    again = draft_from_json(column) if kind in DRAFTS.values() else from_json(kind, column)
    assert again == made
    for value in (getattr(made, "key", ""), *attrs.astuple(getattr(made, "contact", REF))):
        value.encode()  # these are columns of their own
    for name in ("started_at", "ended_at"):
        getattr(made, name, datetime.max.replace(tzinfo=UTC)).timestamp()


@pytest.mark.parametrize("duration", [LONGEST_CALL, -LONGEST_CALL, LONGEST_CALL - timedelta(microseconds=1)])
def test_a_duration_survives_to_the_microsecond(duration: timedelta) -> None:
    """Up to the longest; what is longer is refused."""
    call = CallDraft(contact=REF, started_at=NOON, duration=duration)
    assert draft_from_json(json.loads(json.dumps(to_json(call)))) == call
    with pytest.raises(InvalidValue, match="duration"):
        CallDraft(contact=REF, started_at=NOON, duration=duration * 2)
