"""``/updated`` and ``/deleted`` (contract section 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce import times
from customer360_testkit.fakes.salesforce.errors import refused

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

WINDOW = 30 * 86_400
BIN = 15 * 86_400
"""How long the recycle bin keeps what was deleted."""


class Deltas:
    """What changed and what went, within a window of time."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/services/data/{v}/sobjects/{object}/updated", self.updated)
        yield Route("GET", "/services/data/{v}/sobjects/{object}/deleted", self.deleted)

    def updated(self, call: Call) -> WireAnswer:
        place = self._fake.place(call)
        start, end = self._window(call)
        rows = self._fake.store.rows(place.name)
        found = [row["Id"] for row in rows if start <= row["SystemModstamp"] < end]
        return json_answer(200, {"ids": found, "latestDateCovered": self._covered(end)})

    def deleted(self, call: Call) -> WireAnswer:
        place = self._fake.place(call)
        start, end = self._window(call)
        rows = self._fake.store.deleted(place.name)
        found = [
            {"id": row["Id"], "deletedDate": times.stamp(row["SystemModstamp"])}
            for row in rows
            if start <= row["SystemModstamp"] < end
        ]
        earliest = times.stamp(self._fake.now - BIN)
        told = {"earliestDateAvailable": earliest, "latestDateCovered": self._covered(end)}
        return json_answer(200, {"deletedRecords": found, **told})

    def _window(self, call: Call) -> tuple[int, int]:
        found = [times.instant(call.query.get(name, "")) for name in ("start", "end")]
        start, end = found
        if start is None or end is None:
            raise refused("INVALID_REPLICATION_DATE", "start and end are needed, with their offsets from UTC")
        # Seconds do not count.
        start, end = start // 60 * 60, end // 60 * 60
        if end - start < 60:
            raise refused("INVALID_REPLICATION_DATE", "end must be at least one minute after start")
        if start < self._fake.now - WINDOW:
            raise refused("INVALID_REPLICATION_DATE", "start must be within the last 30 days")
        return start, end

    def _covered(self, end: int) -> str:
        return times.stamp(min(end, self._fake.now // 60 * 60))
