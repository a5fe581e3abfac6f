"""What two people change of one record at the same moment is both there: nobody writes again what he only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any, Final, cast

from customer360.core.activities import ActivityChange, TaskStatus
from customer360.core.capabilities import Capability
from customer360.core.effects import Operation, Request
from customer360.core.errors import Conflict, Customer360Error, Unsupported
from customer360.core.records import ContactChange, RecordRef, RelatedKind
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import LAG, Bench, Link, nets
from customer360_testkit.conformance.describing.typed import samples
from customer360_testkit.fakes.screen import NO_SUCH, ActivityKind

_CREATE, _UPDATE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT
_PLACES: Final = (1, 2, 3)
"""Requests of a change before which a colleague changes something."""
_PAIRS: Final[tuple[tuple[dict[str, Any], dict[str, Any]], ...]] = (
    ({"subject": "Quillours"}, {"text": "Quilltheirs"}),
    ({"text": "Quillours"}, {"subject": "Quilltheirs"}),
    ({"text": "Quillours"}, {"status": TaskStatus.DONE}),
    ({"status": TaskStatus.DONE}, {"due_on": date(2031, 7, 2)}),
    ({"due_on": date(2031, 7, 2)}, {"subject": "Quilltheirs", "text": "Quillthis"}),
)
_SEEN: Final = {"subject": "subject", "text": "text", "status": "state", "due_on": "due"}
"""By attribute of a change: what of the CRM's own page shows it."""


class MeanwhileNets(Bench):
    """See the module."""

    @nets("writes again what it read of somebody", _CREATE, _UPDATE)
    def test_what_a_colleague_changes_of_somebody_meanwhile_stays(self, link: Link) -> None:
        """Before any request of a change: all other fields are as the colleague left them, or it is refused (R2)."""
        pools = {name: pool for name, pool in self._may_hold(link) if len(pool) > 1}
        ref, had = self.made_as_allowed(link, "Quillboth", {name: pool[0] for name, pool in pools.items()})
        theirs = {name: pools[name][1] for name in had if self._is_kept(link, ref, name, pools[name][1])}
        for place in _PLACES:
            self.change(link, ref, {name: had[name] for name in theirs})
            link.wait(LAG)
            ours = ContactChange(ref=ref, fields={self.spare_field: f"Quillours {place}"})
            other = type(self.connector)().update(link.facts, ContactChange(ref=ref, fields=theirs))
            refused = self._meanwhile(link, self.connector.update(link.facts, ours), other, place)
            read = self.get(link, ref).fields
            assert refused is None or isinstance(refused, Conflict), f"{refused!r}"
            for name, value in theirs.items():
                assert read.get(name) == value, (name, f"a colleague wrote {value!r} meanwhile", read.get(name))
            assert refused is not None or read[self.spare_field] == f"Quillours {place}"

    def _may_hold(self, link: Link) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """By field, but for the spare one and what people are called: what it may hold."""
        resource = self.resource(link)
        for number, field in enumerate(self.schema(link).fields):
            if field.creatable and field.editable and field.name not in {self.spare_field, *resource.standard.values()}:
                yield field.name, samples(field, number)
        for number, name in enumerate(self.writable(link, resource.phones)):
            yield name, (f"+4420794681{number:02d}", f"+4420794682{number:02d}")

    def _is_kept(self, link: Link, ref: RecordRef, name: str, value: Any) -> bool:
        """Whether it may be changed to that, and is read so."""
        with suppress(Customer360Error):
            self.change(link, ref, {name: value})
            return bool(self.get(link, ref).fields.get(name) == value)
        return False

    @nets("writes again what it read of a record", _CREATE, Capability.UPDATE_ACTIVITY)
    def test_what_a_colleague_corrects_meanwhile_stays(self, link: Link) -> None:
        """Subject, text, state and day: each of two corrections is there, or refused (F043, R2)."""
        contact = self.make(link, "Quillboth")
        for kind in self.every_kind(link):
            for number, (mine, theirs) in enumerate(_PAIRS if kind is RelatedKind.TASK else _PAIRS[:2]):
                for place in _PLACES:
                    ref = self.written(link, self.draft(link, kind, contact, f"both-{kind}-{number}-{place}"))
                    link.wait(LAG)
                    op, other = (
                        connector.update_activity(link.facts, ActivityChange(ref=ref, kind=kind, **given))
                        for connector, given in ((self.connector, mine), (type(self.connector)(), theirs))
                    )
                    refused = self._meanwhile(link, op, other, place)
                    page = link.fake.screen(cast(ActivityKind, kind.value), ref.id, link.user)
                    if isinstance(refused, Unsupported) or page is None:
                        continue
                    assert refused is None or isinstance(refused, Conflict), (kind.value, mine, f"{refused!r}")
                    for name, value in {**theirs, **({} if refused else mine)}.items():
                        seen = getattr(page, _SEEN[name])
                        told = (kind.value, [*mine], [*theirs], place, name, seen)
                        assert seen is NO_SUCH or (value in seen if name == "text" else value == seen), told

    def _meanwhile(self, link: Link, op: Operation[Any], other: Operation[Any], place: int) -> Customer360Error | None:
        """The error that an operation ends in while another one is run whole before its request of that number, or
        thereafter if it has none."""
        number, theirs = 0, list[Any]()

        def answer(request: Request) -> Response:
            nonlocal number
            number += 1
            if number == place:
                theirs.append(link.run(other))
            return link.send(request)

        try:
            play(op, answer, now=link.fake.clock.time)
        except Customer360Error as error:
            return error
        finally:
            if number < place:
                with suppress(Unsupported):
                    link.run(other)
        return None
