"""One simulated day of a contact centre: a desktop, two workers, a CRM, one clock, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

import attrs
import sqlalchemy as sa
from tests.simulation.faults import SEND_FATES, TX_FATES, Coverage, Fate, Plan
from tests.simulation.vendors import BEGAN, Vendor

from customer360.connections import Connection
from customer360.core.activities import ActivityDraft
from customer360.core.effects import Handler, Operation, Send, Sleep, Tx, within
from customer360.core.errors import AnswerLost, ConnectFailed, DeadlineExceeded, StoreBusy, StoreError
from customer360.core.interactions import Interaction, WrapUp
from customer360.core.wire import Response
from customer360.drivers.simulation import Process, Simulation
from customer360.outbox.delivery import Delivery, Reach
from customer360.outbox.rows import DeliveryState, Row
from customer360.outbox.tables import interaction, outbox
from customer360.outbox.wrap_up import Accepted, Ending, wrap_up
from customer360.store.engine import Store

CALM_AFTER = 3600.0
"""Seconds after which nothing goes wrong any more: what is not settled a few hours later never will be."""

STILL_FOR = 1500.0
"""Seconds without anything to deliver after which a run ends: longer than any stopped process sleeps."""

WrapUpFlow: TypeAlias = Callable[[Ending], Operation[Accepted]]

TRANSACTIONS: Mapping[str, tuple[Fate, ...]] = dict.fromkeys(
    (
        "Tx store_ending",
        "Tx claim",
        "Tx change to doubt",
        "Tx change to done",
        "Tx change to due",
        "Tx change to unknown",
        "Tx next_due",
    ),
    TX_FATES,
)


def sites(vendor: Vendor) -> dict[str, tuple[Fate, ...]]:
    """Every effect of the wrap-up path that touches the world, with what may become of it."""
    expected = {**TRANSACTIONS, **{f"Send {name}": fates for name, fates in vendor.sends.items()}}
    if not any(vendor.blind(draft) for draft in vendor.drafts):
        del expected["Tx change to unknown"]
    return expected


@attrs.frozen
class Verdict:
    """What a run came to: ``wrong`` lists broken promises, in words."""

    wrong: tuple[str, ...]
    leaves: int


class Universe:
    """Runs one seed."""

    def __init__(
        self,
        store: Store,
        vendor: Vendor,
        seed: int,
        plan: Plan,
        coverage: Coverage,
        *,
        delivery: type[Delivery] = Delivery,
        flow: WrapUpFlow = wrap_up,
    ) -> None:
        self.store, self.vendor, self.plan, self.coverage = store, vendor, plan, coverage
        self.sim = Simulation(seed, self.leaf)
        self.random = self.sim.random
        self.make_delivery = delivery
        self.flow = flow
        self.ending = Ending(
            tenant_id="acme",
            agent_id="kim",
            interaction=Interaction(id="call-1", started_at=BEGAN),
            wrap_up=WrapUp(ended_at=BEGAN + timedelta(minutes=2)),
            contacts=(vendor.drafts[0].contact,),
            drafts=vendor.drafts,
        )
        self.began = self.sim.now
        self.leaves = 0
        self.acknowledged = False
        self.crashed: list[str] = []
        self.still_since: float | None = None
        self.repeats = self.random.random() < 0.8

    # The processes --------------------------------------------------------------------------------------------------

    async def desktop(self, delivery: Delivery) -> None:
        while True:
            try:
                accepted = await self.flow(self.ending)
                break
            except StoreBusy:
                await Sleep(1.0)
        self.acknowledged = True
        try:
            await within(10.0, delivery.deliver_now("acme", accepted.promised))
        except (DeadlineExceeded, StoreError):
            return  # the worker will do it

    def run(self) -> Verdict:
        """From the wrap-up until everything is settled."""
        empty(self.store)
        self.start("desktop")
        self.start("worker 1")
        self.start("worker 2")
        settled = self.sim.run(self.settled, self.began + 2 * 86_400)
        self.sim.close()
        return Verdict((*self.broken_promises(), *self.crashed, *(() if settled else ("never settled",))), self.leaves)

    def start(self, name: str) -> None:
        delivery = self.make_delivery(self.reach_with(self.vendor.exchange()))
        op = self.desktop(delivery) if name == "desktop" else delivery.keep_delivering(poll=300.0)
        self.sim.start(name, op)

    def kill(self, process: Process) -> None:
        process.dead = True
        if process.name == "desktop" and not self.repeats:
            return
        self.sim.at(self.sim.now + self.random.choice((0.1, 5.0, 200.0)), lambda: self.start(process.name))

    def settled(self) -> bool:
        return self.still_since is not None and self.sim.now > self.still_since + STILL_FOR

    # The world ------------------------------------------------------------------------------------------------------

    def reach_with(self, exchange: Handler) -> Reach:
        async def reach(tenant_id: str, crm: str, agent_id: str) -> Connection:
            return Connection(
                tenant_id=tenant_id,
                agent_id=agent_id,
                connector=self.vendor.connector,
                facts=self.vendor.facts,
                exchange=exchange,
                resources=(),
            )

        return reach

    def leaf(self, process: Process, leaf: Any, back: Callable[[Any, BaseException | None], None]) -> None:
        self.leaves += 1
        calm = self.sim.now > self.began + CALM_AFTER
        pause = 0.001 if calm else self.plan.pause()
        long = pause * (8 if isinstance(leaf, Tx) else 1)  # a stopped process: minutes; a network: less
        self.sim.at(self.sim.now + long, lambda: self.carry_out(process, leaf, back, calm))

    def carry_out(
        self, process: Process, leaf: Any, back: Callable[[Any, BaseException | None], None], calm: bool
    ) -> None:
        """The effect reaches the world now: what was sent by a process that has died since arrives all the same."""
        is_tx = isinstance(leaf, Tx)
        if is_tx and process.dead:
            return
        site = f"Tx {leaf.name}" if is_tx else f"Send {self.vendor.site(leaf)}"
        fate = self.plan.fate(site, TX_FATES if is_tx else SEND_FATES, calm=calm)
        if process.dead:
            fate = Fate.LATER if fate is Fate.LATER else Fate.FINE
        self.coverage.note(site, fate)
        if fate is Fate.KILL_BEFORE:
            return self.kill(process)
        value: Any = None
        error: BaseException | None = None
        if fate is Fate.NOT_APPLIED:
            error, value = self.not_applied(is_tx)
        elif is_tx:
            try:
                value = self.store.run(leaf)
                if leaf.name == "next_due":
                    self.still_since = (self.still_since or self.sim.now) if value is None else None
                elif leaf.name != "claim" or value:
                    self.still_since = None
            except Exception as raised:
                error = raised
        else:
            value, error = self.send(leaf, fate)
        if fate is Fate.KILL_AFTER:
            return self.kill(process)
        pause = 0.001 if calm else self.plan.pause() * (8 if is_tx else 1)
        self.sim.at(self.sim.now + pause, lambda: back(value, error))
        return None

    def not_applied(self, is_tx: bool) -> tuple[BaseException | None, Any]:
        if is_tx:
            return StoreBusy("another process holds the store locked"), None
        return self.random.choice(
            (
                (ConnectFailed("no route"), None),
                (AnswerLost("reset before it was read"), None),
                (None, Response(429)),
                (None, Response(503)),
            )
        )

    def send(self, send: Send, fate: Fate) -> tuple[Any, BaseException | None]:
        if fate is Fate.LATER:
            # The worst case is what the waiting is made for, so it comes up often.
            run = self.random.choice((2.0, 90.0, self.vendor.longest_run, self.vendor.longest_run))
            self.sim.at(self.sim.now + run, lambda: self.vendor.answer(send, self.sim.now))
            return None, AnswerLost("the answer did not come")
        answer = self.vendor.answer(send, self.sim.now)
        if fate is Fate.UNANSWERED:
            return self.random.choice(((None, AnswerLost("reset")), (Response(503), None), (Response(200, b"<"), None)))
        return answer, None

    # The promises ---------------------------------------------------------------------------------------------------

    def broken_promises(self) -> list[str]:
        """Nothing lost; one activity per key, or a reported doubt where the CRM cannot tell."""
        with self.store.engine.begin() as connection:
            rows = {row.key: row for row in (Row(**it) for it in connection.execute(sa.select(outbox)).mappings())}
            stored = connection.scalar(sa.select(sa.func.count()).select_from(interaction))
        written = self.vendor.written()
        if not stored:
            return [
                *(["an acknowledged wrap-up is lost"] if self.acknowledged else []),
                *(["activities without a wrap-up"] if rows or written else []),
            ]
        strangers = written.keys() - {draft.key for draft in self.vendor.drafts}
        return [
            *(f"an activity with a foreign key {stranger!r}" for stranger in strangers),
            *(
                f"{draft.kind.value}: {wrong}"
                for draft in self.vendor.drafts
                if (wrong := self.broken_promise(draft, rows.get(draft.key), written.get(draft.key, ())))
            ),
        ]

    def broken_promise(self, draft: ActivityDraft, row: Row | None, records: tuple[str, ...]) -> str | None:
        if row is None:
            return "the wrap-up is stored, its promise is lost"
        if len(records) > 1:
            return f"written {len(records)} times"
        if row.state is DeliveryState.DONE:
            if not records:
                return "lost, though it is called done"
            return None if row.record_id in (None, records[0]) else "names another record"
        if row.state is DeliveryState.UNKNOWN and self.vendor.blind(draft):
            return None
        return f"ends as {row.state.value}"


def empty(store: Store) -> None:
    """Forget everything; a new store costs a hundred times as much."""
    with store.engine.begin() as connection:
        for table in ("outbox", "interaction_contact", "interaction"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
