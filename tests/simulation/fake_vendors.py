"""The fakes as vendors of the simulation: the real connector, the real exchange, the fake driven by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

import attrs
from tests.simulation.faults import SEND_FATES, Fate
from tests.simulation.vendors import BEGAN, Vendor

from customer360.core.activities import ActivityDraft, CallDraft, NoteDraft, TaskDraft
from customer360.core.auth import Grant
from customer360.core.effects import Handler, Send
from customer360.core.errors import AnswerLost
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360.plugins import installed
from customer360.transport.exchange import Exchange
from customer360_testkit.fakes import exchange as wire
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named


@attrs.define
class Wallet:
    """Tokens straight from the fake's sign-in server: getting them has a suite of its own."""

    issue: Callable[[], str]
    grant: Grant | None = None

    async def current(self) -> Grant:
        return self.grant or self._fresh(0)

    async def renewed(self, stale: Grant) -> Grant:
        return self._fresh(stale.generation + 1)

    def _fresh(self, generation: int) -> Grant:
        self.grant = Grant(access_token=self.issue(), received_at=0.0, generation=generation)
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
        self.facts = LinkFacts(
            crm=self.crm, settings=self.settings, scopes=frozenset(self.scopes), extra=self.extra(), user="1"
        )
        contact = self.contact()
        self.drafts: tuple[ActivityDraft, ...] = (
            NoteDraft(contact=contact, key=self.activity_key("hand:1"), text="a note"),
            TaskDraft(contact=contact, key=self.activity_key("hand:2"), subject="a task"),
            CallDraft(contact=contact, key=self.activity_key("rule:log"), subject="a call", started_at=BEGAN),
        )

    def extra(self) -> Mapping[str, str]:
        """What signing in would have told."""
        return {}

    def contact(self) -> RecordRef:
        """Whom the activities are written down for."""
        raise NotImplementedError

    def exchange(self) -> Handler:
        wallet = Wallet(lambda: self.fake.oauth.issue(self.user, self.scopes).access_token)
        return Exchange(connector=self.connector, facts=self.facts, tokens=wallet)

    def answer(self, send: Send, now: float) -> Response:
        self.fake.clock.set(now)  # type: ignore[attr-defined]  # as above
        try:
            answer = self.fake.answer(wire.WireRequest(send.method, send.url, send.headers, send.content))
        except wire.AnswerLost as lost:
            raise AnswerLost("the connection ended", maybe_applied=lost.applied) from None
        return Response(answer.status, answer.content, answer.headers)

    def held(self, text: Callable[[dict[str, Any]], str], *modules: str) -> dict[str, tuple[str, ...]]:
        """Ids by the key in a record's last ``ref:`` line, for records that have one."""
        found: dict[str, tuple[str, ...]] = {}
        for module in modules:
            for record in self.fake.records(module):
                for line in text(record).splitlines():
                    if line.startswith("ref: "):
                        key = line.removeprefix("ref: ")
                        found[key] = (*found.get(key, ()), str(record["id"]))
        return found


class ZohoVendor(FakeVendor):
    """Zoho CRM: everything is findable, notes by a list that may lag."""

    crm = "zoho"
    settings: ClassVar[Mapping[str, str]] = {"data_centre": "eu", "environment": "production"}
    scopes = (
        *("ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.users.READ", "ZohoCRM.org.READ"),
        *("ZohoSearch.securesearch.READ", "ZohoCRM.coql.READ"),
    )
    sends: ClassVar[Mapping[str, tuple[Fate, ...]]] = dict.fromkeys(
        ("create Notes", "create Tasks", "create Calls", "find by COQL", "find Notes"), SEND_FATES
    )

    def contact(self) -> RecordRef:
        return RecordRef("zoho", "Contacts", str(self.fake.records("Contacts")[0]["id"]))

    def site(self, send: Send) -> str:
        place = send.url.partition("?")[0].rsplit("/", 1)[-1]
        if send.method == "GET":
            return f"find {place}"
        return "find by COQL" if place == "coql" else f"create {place}"

    def written(self) -> Mapping[str, tuple[str, ...]]:
        notes = self.held(lambda note: note["Note_Content"] or "", "Notes")
        return notes | self.held(lambda activity: activity["Description"] or "", "Tasks", "Calls")
