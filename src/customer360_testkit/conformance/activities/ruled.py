"""What a rule or a layout adds to an activity, or changes in it, is kept: fields of every type, by the CRM's names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from customer360.core.capabilities import CREATE, Capability
from customer360.core.errors import Customer360Error
from customer360.core.metadata import FieldInfo, FieldType
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.activities.correcting import CorrectingChecks
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.describing.typed import samples

_CREATE = Capability.CREATE_CONTACT
_EMPTY = (None, False, "", 0)
_NEPAL = timezone(timedelta(hours=5, minutes=45))
_TIMES = (datetime(2046, 7, 2, 19, 30, tzinfo=UTC), datetime(2046, 7, 4, 0, 30, tzinfo=_NEPAL))


class RuledChecks(CorrectingChecks):
    """See the module."""

    @catches("loses what a rule sets", _CREATE)
    def test_what_a_rule_sets_is_kept(self, link: Link) -> None:
        """Of every type and kind, all of it: it wins over what follows from the draft, and None empties (F054)."""
        contact, users = self.make(link, "Quillruling"), self._users(link)
        for kind in self._apart(link):
            empty, values = self._settable(link, kind, contact, users)
            self._ruling(link, kind, contact, values)
            if not self.can(link, Capability.UPDATE_ACTIVITY):
                continue
            key = f"amend-{kind}"
            ref = self.written(link, self.draft(link, kind, contact, key))
            values = {name: each for name, each in values.items() if self._amends(link, ref, kind, name, *each)}
            first, second = self._ruling(link, kind, contact, values)
            for number, wanted in ((0, first), (1, second), (0, first)) if values else ():
                assert self.corrected(link, ref, kind, extra={name: each[number] for name, each in values.items()})
                row = self._kept_row(link, ref, key)
                assert [name for name in values if not _same(row.get(name), wanted.get(name))] == [], kind
            for name in [name for name in values if empty.get(name) in _EMPTY]:
                if self._amends(link, ref, kind, name, None):
                    assert self._kept_row(link, ref, key).get(name) in (*_EMPTY, empty.get(name)), (kind, name)

    def _amends(self, link: Link, ref: RecordRef, kind: RelatedKind, name: str, *values: Any) -> bool:
        """Whether a field can be given these values later, alone, one after the other."""
        try:
            return all(self.corrected(link, ref, kind, extra={name: value}) for value in values)
        except Customer360Error:  # a rule of the CRM's own
            return False

    def _apart(self, link: Link) -> list[RelatedKind]:
        kinds = [kind for kind, capability in CREATE.items() if self.can(link, capability)]
        return [kind for kind in kinds if kind not in self.connector.within_contact]

    def _ruling(
        self, link: Link, kind: RelatedKind, contact: RecordRef, values: Mapping[str, tuple[Any, Any]]
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The row of what was made with the first of the values, and of what was made with the second.

        The same moment in another zone is the same; two values are two.
        """
        rows = list[Mapping[str, Any]]()
        for number in (0, 1, 0):
            key = f"rule{len(rows)}-{kind}"
            extra = {name: each[number] for name, each in values.items()}
            if len(rows) == 2:
                times = {name: value for name, value in extra.items() if isinstance(value, datetime)}
                extra |= {name: value.astimezone(_NEPAL) for name, value in times.items()}
            ref = self.written(link, self.draft(link, kind, contact, key, extra=extra))
            rows.append(self._kept_row(link, ref, key))
        first, second, again = rows
        assert [name for name in values if _same(first.get(name), second.get(name))] == [], kind
        assert [name for name in values if not _same(first.get(name), again.get(name))] == [], kind
        return first, second

    def _settable(
        self, link: Link, kind: RelatedKind, contact: RecordRef, users: tuple[RecordRef, ...]
    ) -> tuple[Mapping[str, Any], dict[str, tuple[Any, Any]]]:
        """The row of a record of that kind, and its fields that a rule may set, each with two values.

        What the CRM refuses when it is set alone is left out; of each type that can be written something is taken.
        """
        key = f"unruled-{kind}"
        probe = self.written(link, self.draft(link, kind, contact, key))
        row = self._kept_row(link, probe, key)
        found, tried, taken = dict[str, tuple[Any, Any]](), set[FieldType](), set[FieldType]()
        for number, field in enumerate(self.schema(link, probe.resource).fields):
            values = self._rulings(field, number, row, users)
            if len(values) == 2 and field.creatable and field.editable and key not in repr(row.get(field.name)):
                link.asked.clear()
                tried.add(field.type)
                with suppress(Customer360Error):
                    rows = list[Mapping[str, Any]]()
                    for turn in (0, 1, 0):
                        one = f"try{number}-{len(link.asked)}-{kind}"
                        draft = self.draft(link, kind, contact, one, extra={field.name: values[turn]})
                        rows.append(self._kept_row(link, self.written(link, draft), one))
                    taken.add(field.type)
                    sent = {repr(each) for request in link.asked for each in _under(field.name, request.json)}
                    kept = not _same(rows[0].get(field.name), rows[1].get(field.name))
                    if kept or len(sent) < len(rows) - 1:  # what was sent, and is not there, the CRM does not keep
                        found[field.name] = values
        assert tried - taken <= {FieldType.STRUCTURE, FieldType.REFERENCE, FieldType.CHOICE}, kind
        return row, found

    def _users(self, link: Link) -> tuple[RecordRef, ...]:
        """A colleague, and who is signed in; nobody where there is one user."""
        me: RecordRef = link.run(self.connector.identify(link.facts)).user
        others = [self.signed_in(link.fake, name) for name in link.fake.users if name != link.user][:1]
        colleagues = [other.run(self.connector.identify(other.facts)).user for other in others]
        return tuple(ref for colleague in colleagues if colleague != me for ref in (colleague, me))

    def _rulings(
        self, field: FieldInfo, number: int, row: Mapping[str, Any], users: tuple[RecordRef, ...]
    ) -> tuple[Any, ...]:
        """Two values that a rule may give to a field."""
        match field.type:
            case FieldType.DATETIME | FieldType.STRUCTURE:
                return _TIMES
            case FieldType.REFERENCE:
                return users if users and users[0].resource in field.refers_to else ()
            case FieldType.CHOICE if len(field.choices) > 1:
                return tuple(each.value for each in field.choices if each.value != row.get(field.name))[-2:]
        return samples(field, number)[:2] if row.get(field.name) in (*_EMPTY, []) else ()

    def _kept_row(self, link: Link, ref: RecordRef, key: str) -> Mapping[str, Any]:
        """What the fake holds of a record that was called after its key."""
        own = self.held(link, ref, key)
        assert own, ref.resource
        return own


def _under(name: str, sent: object) -> Iterator[Any]:
    """Every value under that name, in structures too."""
    if isinstance(sent, Mapping):
        yield from (value for each, value in sent.items() if each == name)
        sent = tuple(sent.values())
    if isinstance(sent, tuple | list):
        for value in sent:
            yield from _under(name, value)


def _same(one: Any, other: Any) -> bool:
    """Whether two values of rows are the same: texts of one moment are, whatever zone they tell it in."""
    try:
        times = [datetime.fromisoformat(each) for each in (one, other)]
    except (TypeError, ValueError):
        return bool(one == other)
    return times[0] == times[1]
