"""What a draft says besides its text is kept apart: numbers, urgency, and what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from customer360.core.activities import Priority
from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.interactions import Direction
from customer360.core.records import RelatedKind
from customer360_testkit.conformance.activities.calls import CallChecks
from customer360_testkit.conformance.bench import Link, catches

_CREATE, _CALL, _DELTA = Capability.CREATE_CONTACT, Capability.CREATE_CALL, Capability.DELTA


class RecountingChecks(CallChecks):
    """See the module."""

    @catches("forgets which number was dialled", _CREATE, _CALL)
    def test_the_number_that_was_dialled_is_kept(self, link: Link) -> None:
        """Which line a customer rang says what they want."""
        contact = self.make(link, "Dialled")
        for number, direction in enumerate(Direction):
            given = {"direction": direction, "customer": "+442079460991", "dialled": f"+49309018207{number:02d}"}
            self.written(link, self.draft(link, RelatedKind.CALL, contact, f"dial{number}", **given))
            assert link.fake.count_holding(given["dialled"]) == 1, direction

    @catches("takes our number for the customer's", _CREATE, _CALL)
    def test_each_number_has_its_own_place(self, link: Link) -> None:
        """The customer's stands where it stands when it is the only one."""
        contact = self.make(link, "Placed")
        for direction in Direction:
            alone, both, ours = f"+4420794607{len(direction):02d}", f"+4420794606{len(direction):02d}", "+493090182099"
            for key, customer, dialled in ((f"p1{direction}", alone, ""), (f"p2{direction}", both, ours)):
                given = {"direction": direction, "customer": customer, "dialled": dialled}
                self.written(link, self.draft(link, RelatedKind.CALL, contact, key, text="Quill", **given))
            assert self.places(link, both) == self.places(link, alone), direction

    def places(self, link: Link, text: str) -> set[tuple[str, ...]]:
        """Where the CRM holds a text: the path of the field, and the word before it in its line."""
        rows = [row for name in link.fake.modules for row in link.fake.records(name)]
        lines = [(path, line) for path, value in _told(rows) for line in value.splitlines() if text in line]
        return {(path, *line.partition(text)[0].split()[-1:]) for path, line in lines}

    @catches("takes what may wait for what may not", _CREATE)
    def test_low_is_not_normal(self, link: Link) -> None:
        """Of tasks, and of cases."""
        contact = self.make(link, "Leisurely")
        for kind in (RelatedKind.TASK, RelatedKind.CASE):
            if self.can(link, CREATE[kind]) and self.can(link, RELATED[kind]):
                told = {
                    priority: self.told(link, kind, contact, f"{kind}-{priority}", priority=priority)
                    for priority in (Priority.NORMAL, Priority.LOW)
                }
                assert told[Priority.LOW] != told[Priority.NORMAL], kind


def _told(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in rows of records, with the path to it."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _told(each, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _told(each, path)
    elif isinstance(value, str):
        yield path, value
