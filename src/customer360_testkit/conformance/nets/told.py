"""Whether a record is told as another time, and as the CRM's own row holds it, whatever its fields are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import attrs

from customer360.core.records import RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.traces import moments, texts, values
from customer360_testkit.fakes.screen import NO_SUCH, Screen, plain

_STANDARD: Final = ("title", "text", "at", "created_at", "status", "owner", "url")
_FAR: Final = (RelatedKind.TASK, RelatedKind.CASE)
"""Of whose records the status says how far they are."""


def same_told(some: Sequence[RelatedRecord], others: Sequence[RelatedRecord], what: Any) -> None:
    """The same records in the same order, each as it is among the others."""
    one, two = [record.ref for record in some], [record.ref for record in others]
    place = next((at for at, (left, right) in enumerate(zip(one, two, strict=False)) if left != right), None)
    assert one == two, (what, f"{len(one)} records against {len(two)}, which differ from place {place}")
    for number, (record, other) in enumerate(zip(some, others, strict=True)):
        left, right = _said(record), _said(other)
        for name in left:
            assert left[name] == right[name], (what, f"record {number}", name, left[name], right[name])


def _said(record: RelatedRecord) -> dict[str, Any]:
    """All that it tells but for its version, which is the answer's."""
    told = {name: value for name, value in record.fields.items() if not name.startswith("@")}
    return {**attrs.asdict(record, recurse=False), "fields": told}


def as_held(
    records: Iterable[RelatedRecord], usual: Sequence[RecordRef], rows: Mapping[str, Mapping[str, Any]], what: Any
) -> None:
    """Each field is what the row holds under its name; where a usual record's title, text, times and so on stand in its
    row, there they stand for each."""
    told = {record.ref: record for record in records}
    for record in told.values():
        row = rows.get(record.ref.id, {})
        for name in record.fields.keys() & row.keys():
            value, held = record.fields[name], row[name]
            assert agree(value, held), (what, name, f"told {value!r}, held {held!r}")
    for name in _STANDARD:
        some = [(getattr(told[ref], name), rows.get(ref.id, {})) for ref in usual]
        if any(value in (None, "") for value, _ in some):
            continue
        places = {place for place in some[0][1] if all(agree(value, row.get(place)) for value, row in some)}
        for record in told.values() if places else ():
            value, row = getattr(record, name), rows.get(record.ref.id, {})
            heads = name == "title"  # a text may be called by its beginning
            fit = {each for each in places if agree(value, row.get(each)) or (heads and _heads(value, row.get(each)))}
            assert fit, (what, name, f"told {value!r}, held {[row.get(place) for place in sorted(places)]}")
            places = fit


def as_seen(
    records: Iterable[RelatedRecord], usual: Sequence[RecordRef], seen: Mapping[str, Screen], what: Any
) -> None:
    """Each record tells what its page in the CRM does, as far as usual ones do."""
    told = {record.ref: record for record in records}
    whole = all(_lines(told[ref].text) == _lines(seen[ref.id].text) for ref in usual)
    owned = all(_owner(told[ref]) == seen[ref.id].owner for ref in usual)
    states = dict[str | None, Any]()
    for record in told.values():
        page = seen[record.ref.id]
        assert page.subject is NO_SUCH or (page.subject or "") == record.title, (
            what,
            "title",
            record.title,
            page.subject,
        )
        text = _lines(page.text)
        fits = text == _lines(record.text) if whole else _inline(text).startswith(_inline(_lines(record.text)))
        assert fits, (what, "text", record.text, page.text)
        assert page.starts in (record.at, NO_SUCH), (what, "at", record.at, page.starts)
        assert not owned or _owner(record) == page.owner, (what, "owner", record.owner, page.owner)
        assert page.number is NO_SUCH or page.number in record.fields.values(), (what, "number", page.number)
        place = page.place if isinstance(page.place, str) else ""
        assert not place or place in record.text or place in texts(record.fields), (what, "location", place)
        if record.kind in _FAR and page.state is not NO_SUCH and record.status is not None:
            held = states.setdefault(record.status, page.state)
            assert held == page.state, (what, "status", f"{record.status!r} is told of what is {held} and {page.state}")


def _owner(record: RelatedRecord) -> str | None:
    return record.owner.id if record.owner else None


def _lines(text: Any) -> str:
    """Without what cannot be seen: where a text ends, and which of its spaces part no line."""
    return text.replace("\xa0", " ").strip() if isinstance(text, str) else ""


def _inline(text: str) -> str:
    """With one space where lines end, for previews have none."""
    return " ".join(part for part in text.replace("\n", " ").split(" ") if part)


def agree(told: Any, held: Any) -> bool:
    """Whether a value that is told is what the CRM holds, in whatever form."""
    if told in (None, "", ()) or told == {}:
        return held in (None, [], {}) or "" in values(held)
    match told:
        case bool() | int() | float():
            return held == told or str(held) == str(told)
        case datetime():
            return any(told in moments(each) for each in values(held))
        case date():
            return any(told in _days(each) for each in values(held))
        case RecordRef():
            return told.id in map(str, values(held))
        case str():
            return any(str(each) == told or _lines(plain(str(each))) == _lines(told) for each in values(held))
        case tuple():
            return {str(each) for each in told} <= {str(each) for each in values(held)}
    return {str(each) for each in values(told)} <= {str(each) for each in values(held)}


def _heads(title: str, held: Any) -> bool:
    """Whether a text that the CRM holds begins so."""
    return any(_lines(plain(str(each))).startswith(_lines(title)) for each in values(held))


def _days(held: Any) -> list[date]:
    return [moment.date() for moment in moments(held)]
