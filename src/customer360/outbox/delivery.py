"""Delivering what was promised: never lost, never doubled, or said so (R1, R2, M4).

One activity's way, and why:

1. **Claim**: a lease and a new fence, so that of many workers one at a time works on the row.
2. If the row is in doubt (an earlier request may have left), it depends on how the CRM recognises a repeated create:
   ``native`` goes on to 4, the CRM makes one of two; ``findable`` looks for the key first, and goes on only if that
   look *began* after the last moment at which an earlier request could still show up: the end of its lease or attempt,
   plus the time on its way, plus the longest run of a server, plus the worst lag of the index (X22, X23); ``blind`` is
   handed to a person.
3. A find gives the record: done.
4. **In doubt, committed, before the request leaves**: whatever happens from here on, kill -9 included, is found as
   doubt.
5. Nothing is sent with less of the lease left than the request may take.
6. The answer settles it: done, refused, held, later; or it stays in doubt.

Every change from 2 on is a compare-and-set on the fence. The parts are methods so that a test can break each one of
them and show that the break is found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

import attrs

from customer360.connections import Connection
from customer360.core.activities import ActivityDraft
from customer360.core.capabilities import CreateClass, Repeat
from customer360.core.effects import Emit, Err, Now, Operation, Random, Request, Sleep, Tx, handling, settle, tx, within
from customer360.core.errors import Customer360Error, DeliveryInDoubt, Gone, StoreError
from customer360.core.records import RecordRef, RelatedKind
from customer360.core.serialization import draft_from_json, to_json
from customer360.core.wire import Response
from customer360.outbox import rows
from customer360.outbox.addressed import must_be_of
from customer360.outbox.rows import DeliveryState, Row
from customer360.outbox.untied import tied_only
from customer360.outbox.verdicts import DeliveryProblem, Verdict, delay, problem, verdict

Reach: TypeAlias = Callable[[str, str, str], Operation[Connection]]
"""``reach(tenant_id, crm, agent_id)``: the authorised link to deliver with.

Raises ``NotLinked``, ``NeedsAuthorization``, ``PluginMissing``, ... when there is none.
"""


@attrs.frozen(kw_only=True)
class Timing:
    """Seconds.

    ``lease`` must exceed ``request``. ``transit`` is how long a request that we gave up may still be on its way, in a
    socket's or a proxy's buffer, before the CRM begins to work on it (X22). ``clock_skew`` is how far the CRM's clock
    may differ from ours (X8).
    """

    lease: float = 60.0
    request: float = 20.0
    transit: float = 60.0
    clock_skew: float = 7200.0
    look_again: float = 60.0


@attrs.frozen(kw_only=True)
class Delivered:
    """What one activity's attempt came to; ``state`` is what the row holds now.

    ``problem`` is what is stored of the error ``cause``, which itself is at hand only here and now, as is ``untied``:
    the records that it is about too (``draft.related``), and that the CRM could not tie it to.
    """

    tenant_id: str
    key: str
    state: DeliveryState
    record: RecordRef | None = None
    problem: DeliveryProblem | None = None
    cause: Exception | None = attrs.field(default=None, eq=False, repr=False)
    untied: tuple[RecordRef, ...] = ()

    def error(self) -> DeliveryInDoubt | None:
        """The error to show when only a person can tell whether the activity was written."""
        if self.state is not DeliveryState.UNKNOWN:
            return None
        return DeliveryInDoubt(f"activity {self.key} may or may not stand in the CRM", maybe_applied=True)


@attrs.frozen
class DeliveryReport:
    """What a round of deliveries came to, activity by activity; one that another worker took over is not in it."""

    activities: tuple[Delivered, ...] = ()

    def count(self, state: DeliveryState) -> int:
        """How many ended in ``state``."""
        return Counter(each.state for each in self.activities)[state]

    @property
    def in_doubt(self) -> tuple[DeliveryInDoubt, ...]:
        """What a person must look at now."""
        return tuple(error for each in self.activities if (error := each.error()) is not None)


@attrs.define
class _Watch:
    """Notes whether a request of an operation may have written, as far as the transport can tell."""

    wrote: bool = False

    async def __call__(self, request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            return await request
        before, self.wrote = self.wrote, True
        try:
            return await request
        except Customer360Error as error:
            # Refused, never sent, or refused and then no new token to be had. Of a repeatable one the transport keeps
            # no such account.
            self.wrote = before or error.maybe_applied or request.repeatable
            raise


class Delivery:
    """A worker's way of delivering; stateless, safe in many threads, tasks and processes at once.

    With a ``tenant_id`` it is that account's: another's links, endpoints and residency may be others.
    """

    def __init__(self, reach: Reach, timing: Timing | None = None, tenant_id: str | None = None) -> None:
        self.reach = reach
        self.timing = timing or Timing()
        self.tenant_id = tenant_id

    # Rounds ---------------------------------------------------------------------------------------------------------

    async def deliver_due(self, *, batch: int = 8, most: int = 1000) -> DeliveryReport:
        """Deliver what is due, ``batch`` side by side, until nothing is due or ``most`` were tried.

        Errors of the store are raised; whatever they interrupted is found again when its lease ends.
        """
        done: list[Delivered] = []
        tried = 0
        while tried < most:
            claimed = await self._claim(min(batch, most - tried), None)
            if not claimed:
                break
            tried += len(claimed)
            done += await self._deliver_all(claimed)
        return DeliveryReport(tuple(done))

    async def deliver_now(self, tenant_id: str, keys: tuple[str, ...]) -> DeliveryReport:
        """One attempt for each of ``keys`` that is due: what a wrap-up does within its caller's deadline."""
        if not keys:
            return DeliveryReport()
        return DeliveryReport(tuple(await self._deliver_all(await self._claim(len(keys), (tenant_id, keys)))))

    async def keep_delivering(self, *, poll: float = 30.0, stop: Callable[[], bool] | None = None) -> None:
        """A worker's life: deliver what is due, sleep until something is (``poll`` seconds at most).

        For ever, or until ``stop()``, which is asked about once a second. Emits each :class:`DeliveryReport` that is
        not empty, and the error while the store cannot be used.
        """
        while stop is None or not stop():
            wake = None
            try:
                report = await self.deliver_due()
                wake = await tx(rows.next_due, self.tenant_id)
            except StoreError as error:
                await Emit(error)
            else:
                if report.activities:
                    await Emit(report)
            await _rest(poll if wake is None else min(poll, max(1.0, wake - await Now())), stop)

    async def _claim(self, limit: int, only: tuple[str, tuple[str, ...]] | None) -> tuple[Row, ...]:
        return await tx(
            rows.claim, await Now(), lease=self.timing.lease, limit=limit, tenant_id=self.tenant_id, only=only
        )

    async def _deliver_all(self, claimed: tuple[Row, ...]) -> list[Delivered]:
        outcomes = await settle(*(self.deliver(row) for row in claimed))
        for outcome in outcomes:
            if isinstance(outcome, Err):
                raise outcome.error
        return [outcome.value for outcome in outcomes if not isinstance(outcome, Err) and outcome.value is not None]

    # One activity ---------------------------------------------------------------------------------------------------

    async def deliver(self, row: Row) -> Delivered | None:
        """One attempt for a claimed row; None if the lease was lost on the way."""
        try:
            draft = self._draft(row)
            connection = await self.reach(row.tenant_id, row.crm, row.deliver_as)
            must_be_of(connection, row, draft)
            create_class = connection.connector.creates(connection.facts).get(RelatedKind(row.kind), _UNDECLARED)
            draft, untied = await within(self.timing.request, tied_only(connection, draft))
        except Exception as error:
            return await self._failed(row, error, may_have_left=False)
        if self._in_doubt(row) and create_class.repeat is not Repeat.NATIVE:
            if create_class.repeat is Repeat.BLIND:
                return await self._unknown(row)
            began = await Now()
            try:
                found = await self._find(row, connection, draft)
            except Exception as error:
                return await self._look_failed(row, error)
            if found is not None:
                return await self._done(row, found, untied)
            if began < (resend := self._may_resend_from(row, create_class)):
                return await self._later(row, min(resend, began + self.timing.look_again))
        marked = await self._mark(row)
        if marked is None:
            return None
        if not await self._time_left(marked):
            return await self._give_back(row, marked)
        return await self._send(row, marked, connection, draft, untied)

    def _draft(self, row: Row) -> ActivityDraft:
        return draft_from_json(row.draft)

    def _in_doubt(self, row: Row) -> bool:
        return row.sent_until is not None

    def _may_resend_from(self, row: Row, create_class: CreateClass) -> float:
        return (row.sent_until or 0.0) + self.timing.transit + create_class.longest_run + create_class.lag

    async def _find(self, row: Row, connection: Connection, draft: ActivityDraft) -> RecordRef | None:
        first = row.first_sent_at if row.first_sent_at is not None else row.created_at
        since = datetime.fromtimestamp(first - self.timing.clock_skew, UTC)
        look = connection.connector.find_created(connection.facts, draft, since=since)
        return await within(self.timing.request, _through(connection, look))

    async def _mark(self, row: Row) -> Row | None:
        """In doubt from here on, with the lease renewed; None if it was lost."""
        now = await Now()
        until = now + self.timing.lease
        marked = attrs.evolve(
            row,
            state=DeliveryState.DOUBT,
            first_sent_at=now if row.first_sent_at is None else row.first_sent_at,
            sent_until=until,
            leased_until=until,
            due_at=until,
            attempts=row.attempts + 1,
        )
        held = await self._change(
            row,
            state=DeliveryState.DOUBT.value,
            first_sent_at=marked.first_sent_at,
            sent_until=until,
            leased_until=until,
            due_at=until,
            attempts=marked.attempts,
        )
        return marked if held else None

    async def _time_left(self, marked: Row) -> bool:
        return await Now() + self.timing.request <= marked.leased_until

    async def _send(
        self, row: Row, marked: Row, connection: Connection, draft: ActivityDraft, untied: tuple[RecordRef, ...]
    ) -> Delivered | None:
        watch = _Watch()
        create = connection.connector.create_activity(connection.facts, draft)
        try:
            record = await within(self.timing.request, _through(connection, _watched(watch, create)))
        except Exception as error:
            return await self._failed(row, error, may_have_left=watch.wrote, creates=connection)
        return await self._done(row, record, untied)

    # Outcomes -------------------------------------------------------------------------------------------------------

    async def _done(self, row: Row, record: RecordRef, untied: tuple[RecordRef, ...]) -> Delivered | None:
        done = await self._settle(
            row,
            DeliveryState.DONE,
            record=record,
            record_resource=record.resource,
            record_id=record.id,
            sent_until=None,
        )
        return None if done is None else attrs.evolve(done, untied=untied)

    async def _failed(
        self, row: Row, error: Exception, *, may_have_left: bool, creates: Connection | None = None
    ) -> Delivered | None:
        """Settle an attempt that raised; what is not in doubt now is as certain as it was before the attempt."""
        match verdict(error, may_have_left=may_have_left):
            case Verdict.DOUBT:
                return await self._doubt(row, error, creates)
            case Verdict.LATER:
                return await self._later(row, await self._when_again(row, error), error)
            case Verdict.HOLD:
                return await self._settle(row, DeliveryState.HELD, trouble=error, **_as_before(row))
            case Verdict.REFUSE if isinstance(error, Gone) and error.merged_into is not None and not _followed(row):
                return await self._follow(row, error, error.merged_into)
            case Verdict.REFUSE:
                return await self._settle(row, DeliveryState.REFUSED, trouble=error, **_as_before(row))

    async def _doubt(self, row: Row, error: Exception, connection: Connection | None) -> Delivered | None:
        create_class = _UNDECLARED
        if connection is not None:
            create_class = connection.connector.creates(connection.facts).get(RelatedKind(row.kind), _UNDECLARED)
        now = await Now()
        if create_class.repeat is Repeat.BLIND:
            return await self._unknown(row, error, sent_until=now)
        due_at = await self._when_again(row, error)
        return await self._settle(
            row, DeliveryState.DOUBT, trouble=error, sent_until=now, due_at=due_at, leased_until=now
        )

    async def _unknown(self, row: Row, error: Exception | None = None, **values: Any) -> Delivered | None:
        why = error or DeliveryInDoubt("an earlier attempt was interrupted, and this CRM cannot tell what became of it")
        return await self._settle(row, DeliveryState.UNKNOWN, trouble=why, **values)

    async def _look_failed(self, row: Row, error: Exception) -> Delivered | None:
        match verdict(error, may_have_left=False):
            case Verdict.HOLD:
                return await self._settle(row, DeliveryState.HELD, trouble=error)
            case Verdict.REFUSE:
                return await self._unknown(row, error)
            case _:
                return await self._later(row, await self._when_again(row, error), error)

    async def _later(self, row: Row, due_at: float, error: Exception | None = None) -> Delivered | None:
        return await self._settle(row, _moving(row), trouble=error, **_as_before(row, due_at=due_at))

    async def _give_back(self, row: Row, marked: Row) -> Delivered | None:
        """Nothing was sent: the row is as it was, and free for the next worker."""
        return await self._settle(row, _moving(row), **_as_before(row, attempts=row.attempts))

    async def _follow(self, row: Row, error: Gone, survivor: RecordRef) -> Delivered | None:
        """The contact was merged into another: once, the activity goes there instead (D6)."""
        moved = to_json(attrs.evolve(self._draft(row), contact=survivor))
        return await self._settle(row, _moving(row), trouble=error, **_as_before(row, draft=moved))

    async def _when_again(self, row: Row, error: Exception) -> float:
        return await Now() + delay(row.attempts, error, await Random())

    async def _settle(
        self,
        row: Row,
        state: DeliveryState,
        *,
        record: RecordRef | None = None,
        trouble: Exception | None = None,
        **values: Any,
    ) -> Delivered | None:
        """Write an outcome down and give the lease back; None if the row is no longer ours."""
        values.setdefault("leased_until", await Now())
        told = None if trouble is None else problem(trouble)
        stored = None if told is None else to_json(told)
        if not await self._change(row, state=state.value, problem=stored, **values):
            return None
        return Delivered(tenant_id=row.tenant_id, key=row.key, state=state, record=record, problem=told, cause=trouble)

    async def _change(self, row: Row, **values: Any) -> bool:
        # Named by what the row becomes: a trace, or a simulation's coverage, tells the changes apart.
        return await Tx(lambda connection: rows.change(connection, row, **values), f"change to {values['state']}")


_UNDECLARED = CreateClass(repeat=Repeat.BLIND, reason="the connector does not say how a repeated create is recognised")


def _moving(row: Row) -> DeliveryState:
    return DeliveryState.DUE if row.sent_until is None else DeliveryState.DOUBT


def _as_before(row: Row, **values: Any) -> Mapping[str, Any]:
    """The columns that :meth:`Delivery._mark` set, as they were: a clear answer adds no doubt and takes none away."""
    return {"sent_until": row.sent_until, "due_at": row.due_at, **values}


def _followed(row: Row) -> bool:
    return row.problem is not None and row.problem.get("code") == "gone"


async def _rest(seconds: float, stop: Callable[[], bool] | None) -> None:
    if stop is None:
        return await Sleep(seconds)
    until = await Now() + seconds
    while not stop() and (left := until - await Now()) > 0:
        await Sleep(min(left, 1.0))


async def _watched(watch: _Watch, op: Operation[RecordRef]) -> RecordRef:
    return await handling(watch, op)


async def _through(connection: Connection, op: Operation[Any]) -> Any:
    return await connection.run(op)
