"""The fakes as vendors of the simulation: the real connector, the real exchange, the fake driven by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar

import attrs
from tests.simulation.vendors import BEGAN, Vendor

from customer360.core.activities import ActivityDraft, CallDraft, NoteDraft, TaskDraft
from customer360.core.auth import Grant
from customer360.core.effects import Doable, Handler, Send, handling
from customer360.core.errors import AnswerLost
from customer360.core.kernel import Kernel
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360.plugins import installed
from customer360.transport.exchange import Exchange
from customer360_testkit.fakes import exchange as wire
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named

T = TypeVar("T")


@attrs.define
class Wallet:
    """Tokens straight from the fake's sign-in server, with the ``facts`` that a token answer of the CRM brings: getting
    them has a suite of its own."""

    issue: Callable[[], str]
    facts: Mapping[str, str] = attrs.field(factory=dict)
    grant: Grant | None = None

    async def current(self) -> Grant:
        return self.grant or self._fresh(0)

    async def renewed(self, stale: Grant) -> Grant:
        return self._fresh(stale.generation + 1)

    def _fresh(self, generation: int) -> Grant:
        self.grant = Grant(access_token=self.issue(), received_at=0.0, generation=generation, extra=dict(self.facts))
        return self.grant


@cache
def one_fake(key: str) -> FakeCrm:
    """One fake for all universes: putting it back to its start costs a thousandth of making it."""
    return fake_named(key)()


class FakeVendor(Vendor):
    """A CRM as its fake plays it. ``modules`` hold activities; ``text_of`` is where their key stands."""

    crm: ClassVar[str]
    scopes: ClassVar[tuple[str, ...]]
    user: ClassVar[str] = "kim"
    settings: ClassVar[Mapping[str, str]]

    def __init__(self) -> None:
        self.fake = one_fake(self.crm)
        self.fake.clock.set(BEGAN.timestamp())  # type: ignore[attr-defined]  # a fake clock: this fake has no other
        self.fake.reset()
        self.connector = installed().connectors[self.crm]
        told = self.told()
        self.facts = LinkFacts(
            crm=self.crm, settings=self.settings, scopes=frozenset(self.scopes), user="1", extra=told
        )
        identity = self.by_hand(handling(self.exchange(), self.connector.identify(self.facts)))
        self.facts = attrs.evolve(self.facts, extra={**told, **identity.extra}, user=identity.user.id)
        contact = self.contact()
        self.drafts: tuple[ActivityDraft, ...] = self.promised(contact)

    def by_hand(self, op: Doable[T]) -> T:
        """Run an operation now, outside the simulation's time."""

        async def run() -> T:
            return await op

        now = BEGAN.timestamp()
        kernel: Kernel[T] = Kernel(run(), now=lambda: now, monotonic=lambda: 0.0, random=lambda: 0.5)
        while not kernel.done:
            kernel.advance()
            starts, kernel.starts = kernel.starts, []
            for token, leaf in starts:
                kernel.answer(token, self.answer(leaf, now) if isinstance(leaf, Send) else None)
        return kernel.result()

    def contact(self) -> RecordRef:
        """Whom the activities are written down for."""
        raise NotImplementedError

    def told(self) -> Mapping[str, str]:
        """The facts that sign-in brings before anybody is asked who it is."""
        return {}

    def promised(self, contact: RecordRef) -> tuple[ActivityDraft, ...]:
        """What the wrap-up promises."""
        return (
            NoteDraft(contact=contact, key=self.activity_key("hand:1"), text="a note"),
            TaskDraft(contact=contact, key=self.activity_key("hand:2"), subject="a task"),
            CallDraft(contact=contact, key=self.activity_key("rule:log"), subject="a call", started_at=BEGAN),
        )

    def exchange(self) -> Handler:
        wallet = Wallet(lambda: self.fake.oauth.issue(self.user, self.scopes).access_token, self.told())
        return Exchange(connector=self.connector, facts=self.facts, tokens=wallet)

    def answer(self, send: Send, now: float) -> Response:
        self.fake.clock.set(now)  # type: ignore[attr-defined]  # as above
        try:
            answer = self.fake.answer(wire.WireRequest(send.method, send.url, send.headers, send.content))
        except wire.AnswerLost as lost:
            raise AnswerLost("the connection ended", maybe_applied=lost.applied) from None
        return Response(answer.status, answer.content, answer.headers)

    def held(self, keys: Callable[[dict[str, Any]], Iterable[str]], *modules: str) -> dict[str, tuple[str, ...]]:
        """The ids of the records that bear each key, as the CRM itself holds them."""
        found: dict[str, tuple[str, ...]] = {}
        for module in modules:
            for record in self.fake.records(module):
                for key in keys(record):
                    found[key] = (*found.get(key, ()), str(record.get("id") or record["Id"]))
        return found


def in_text(text: str | None) -> list[str]:
    """The keys in a text's ``ref:`` lines."""
    lines = (text or "").splitlines()
    return [line.strip().removeprefix("ref: ") for line in lines if line.strip().startswith("ref: ")]
