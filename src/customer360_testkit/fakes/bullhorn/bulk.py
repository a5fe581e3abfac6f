"""massUpdate (contract section 8): one change for many records, all or those that X12 spares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from customer360_testkit.fakes.bullhorn.errors import bad
from customer360_testkit.fakes.bullhorn.fields import Entity
from customer360_testkit.fakes.bullhorn.writing import body
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

MOST_IDS = 10_000


class Bulk:
    """``massUpdate/{Entity}``."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        place = f"{self._fake.root}/massUpdate/{{entity}}"
        yield Route("GET", place, self.fields)
        yield Route("POST", place, self.update)

    def fields(self, call: Call) -> WireAnswer:
        """The names that one change may hold."""
        entity = self._place(call)
        names = [one.name for one in entity.fields.values() if one.kind in ("SCALAR", "TO_ONE") and not one.read_only]
        return json_answer(200, names)

    def update(self, call: Call) -> WireAnswer:
        """How many records are changed. Ids that do not exist are passed over."""
        fake, entity, sent = self._fake, self._place(call), body(call)
        ids = sent.pop("ids", None)
        if not isinstance(ids, list) or not 0 < len(ids) <= MOST_IDS or not sent:
            raise bad("ids, at most 10000, and a property are expected.")
        fake.guard.may(call, entity.name, "DELETE" if sent.get("isDeleted") is True else "UPDATE")
        spared = call.fault.partial if call.fault is not None else frozenset[int]()
        rows = [fake.store.get(entity.name, number) for number in ids if isinstance(number, int)]
        count = 0
        for place, row in enumerate(rows):
            if row is not None and place not in spared:
                fake.writing.change(entity, row, sent)
                count += 1
        return json_answer(200, {"count": count})

    def _place(self, call: Call) -> Entity:
        entity = self._fake.entity(call)
        if not entity.mass:
            raise bad(f"massUpdate is not supported for {entity.name}.")
        return entity
