"""Ways of getting the outbox wrong, each the smallest change that somebody might well make.

The simulation must find every one of them; what it cannot find, it does not prove.
"""

from __future__ import annotations

from typing import Any

import attrs

from customer360.connections import Connection
from customer360.core.activities import ActivityDraft
from customer360.core.capabilities import CreateClass
from customer360.core.effects import Now, Random, Tx, tx
from customer360.core.records import RecordRef
from customer360.outbox import wrap_up
from customer360.outbox.delivery import Delivered, Delivery
from customer360.outbox.rows import DeliveryState, Row
from customer360.outbox.tables import outbox
from customer360.outbox.wrap_up import Accepted, Ending


class NoIntentRecord(Delivery):
    """Sends without having written down that it will."""

    async def _mark(self, row: Row) -> Row | None:
        until = await Now() + self.timing.lease
        held = await self._change(row, state=row.state.value, leased_until=until)
        return attrs.evolve(row, leased_until=until) if held else None


class NoFence(Delivery):
    """Changes the row by its key alone, whoever holds it by now."""

    async def _change(self, row: Row, **values: Any) -> bool:
        statement = outbox.update().where(outbox.c.tenant_id == row.tenant_id, outbox.c.key == row.key).values(**values)
        return await Tx(lambda c: bool(c.execute(statement).rowcount == 1), f"change to {values['state']}")


class ResendsBeforeTheLag(Delivery):
    """Takes "not found" for "not there"."""

    def _may_resend_from(self, row: Row, create_class: CreateClass) -> float:
        return row.sent_until or 0.0


class ForgetsTheLongestRun(Delivery):
    """Waits for the index, not for a server that is still at work."""

    def _may_resend_from(self, row: Row, create_class: CreateClass) -> float:
        return (row.sent_until or 0.0) + create_class.lag


class DoneBeforeTheAnswer(Delivery):
    """Trusts that what is sent arrives."""

    async def _send(
        self, row: Row, marked: Row, connection: Connection, draft: ActivityDraft, *rest: Any
    ) -> Delivered | None:
        await self._done(row, RecordRef(row.crm, row.kind, "0"), *rest)
        return await super()._send(row, marked, connection, draft, *rest)

    async def _failed(self, row: Row, error: Exception, *, creates: Connection | None = None, **more: Any) -> Any:
        return await super()._failed(row, error, **more) if creates is None else None


class KeyMadePerAttempt(Delivery):
    """Makes a fresh key for every request."""

    async def _send(
        self, row: Row, marked: Row, connection: Connection, draft: ActivityDraft, *rest: Any
    ) -> Delivered | None:
        fresh = attrs.evolve(draft, key=f"{draft.key}{await Random()}")
        return await super()._send(row, marked, connection, fresh, *rest)


class DoubtIsDue(Delivery):
    """Sends again what may have arrived."""

    def _in_doubt(self, row: Row) -> bool:
        return False


class LeaseNotChecked(Delivery):
    """Sends however late it has become."""

    async def _time_left(self, marked: Row) -> bool:
        return True


class LostAnswerIsNothingSent(Delivery):
    """Puts the row back as if the request had never left."""

    async def _doubt(self, row: Row, error: Exception, connection: Connection | None) -> Delivered | None:
        return await self._later(row, await self._when_again(row, error), error)


class FailedLookIsNotFound(Delivery):
    """Reads an error of the search as an empty result."""

    async def _find(self, row: Row, connection: Connection, draft: ActivityDraft) -> RecordRef | None:
        try:
            return await super()._find(row, connection, draft)
        except Exception:
            return None


class CountsFromTheMark(Delivery):
    """Forgets that a request may leave long after it was announced, and arrive long after it left."""

    async def _mark(self, row: Row) -> Row | None:
        marked = await super()._mark(row)
        if marked is not None:
            await self._change(row, state=DeliveryState.DOUBT.value, sent_until=marked.leased_until - self.timing.lease)
        return marked

    def _may_resend_from(self, row: Row, create_class: CreateClass) -> float:
        return super()._may_resend_from(row, create_class) - self.timing.transit


async def wrap_up_in_two_transactions(ending: Ending) -> Accepted:
    """The interaction first, what was promised afterwards."""
    now = await Now()
    await tx(wrap_up.store_ending, attrs.evolve(ending, drafts=()), now)
    return await tx(wrap_up.store_ending, ending, now)


DELIVERIES: tuple[type[Delivery], ...] = (
    NoIntentRecord,
    NoFence,
    ResendsBeforeTheLag,
    ForgetsTheLongestRun,
    DoneBeforeTheAnswer,
    KeyMadePerAttempt,
    DoubtIsDue,
    LeaseNotChecked,
    LostAnswerIsNothingSent,
    FailedLookIsNotFound,
    CountsFromTheMark,
)

RARE: tuple[type[Delivery], ...] = (LeaseNotChecked, CountsFromTheMark)
"""Those that take several things at once to show."""
