"""However records come and go, every way of reading tells the same story."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from customer360_testkit.fakes.bullhorn.fake import BullhornFake
from customer360_testkit.fakes.clock import FakeClock
from customer360_testkit.fakes.exchange import WireRequest

PICK = st.integers(0, 1000)
NAMES = st.text("abc", min_size=2, max_size=4)
ROOT = "https://rest99.bullhornstaffing.com/rest-services/abc123"


class Mirror(RuleBasedStateMachine):
    """A client that keeps a copy by events, while others write."""

    @initialize()
    def begin(self) -> None:
        self.clock = FakeClock()
        self.fake = BullhornFake(clock=self.clock)
        self.company = next(iter(self.fake.store.rows("ClientCorporation")))["id"]
        for row in list(self.fake.store.rows("ClientContact")):
            self.fake.erase("ClientContact", row["id"])
        self.fake.store.table("ClientContact").index.clear()
        self.clock.advance(61)
        self.truth: dict[int, str] = {}
        self.copy: dict[int, str] = {}
        kinds = {"type": "entity", "names": "ClientContact", "eventTypes": "INSERTED,UPDATED,DELETED"}
        self.send("PUT", "/event/subscription/mirror", **kinds)

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        token = self.fake.oauth.issue("kim", ()).access_token
        content = b"" if body is None else json.dumps(body).encode()
        url = f"{ROOT}{path}{'?' + urlencode(query) if query else ''}"
        answer = self.fake.answer(WireRequest(method, url, (("BhRestToken", token),), content))
        self.fake.oauth.logout(token)
        assert answer.status == 200, answer.content
        return answer.json() if answer.content else None

    def some(self, pick: int) -> int | None:
        return sorted(self.truth)[pick % len(self.truth)] if self.truth else None

    @rule(name=NAMES)
    def create(self, name: str) -> None:
        sent = {"firstName": "A", "lastName": name, "name": f"A {name}", "clientCorporation": {"id": self.company}}
        self.truth[self.send("PUT", "/entity/ClientContact", sent)["changedEntityId"]] = name

    @rule(pick=PICK, name=NAMES)
    def change(self, pick: int, name: str) -> None:
        record = self.some(pick)
        if record is not None:
            self.send("POST", f"/entity/ClientContact/{record}", {"lastName": name})
            self.truth[record] = name

    @rule(pick=PICK)
    def remove(self, pick: int) -> None:
        record = self.some(pick)
        if record is not None:
            self.send("DELETE", f"/entity/ClientContact/{record}")
            del self.truth[record]

    @rule(seconds=st.sampled_from([1, 30, 61]))
    def pass_time(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def sync(self) -> None:
        """Until nothing is new."""
        while batch := self.send("GET", "/event/subscription/mirror", maxEvents=3):
            for event in batch["events"]:
                record = event["entityId"]
                row = self.send("GET", f"/entity/ClientContact/{record}", fields="lastName,isDeleted")["data"]
                self.copy.pop(record, None)
                if not row["isDeleted"]:
                    self.copy[record] = row["lastName"]
        assert self.copy == self.truth

    @invariant()
    def live_records_are_the_truth(self) -> None:
        """Pages of /query have each record once, and agree with the fake's own list."""
        listed: list[Any] = []
        while True:
            asked = {"where": "isDeleted=false", "fields": "lastName", "orderBy": "id"}
            page = self.send("GET", "/query/ClientContact", **asked, start=len(listed), count=2)
            listed += page["data"]
            if page["count"] < 2:
                break
        assert {row["id"]: row["lastName"] for row in listed} == self.truth
        assert len(listed) == len(self.truth)
        assert {row["id"]: row["lastName"] for row in self.fake.records("ClientContact")} == self.truth

    @rule()
    def the_index_comes_after(self) -> None:
        """After its lag it finds what the database holds."""
        self.clock.advance(61)
        found = self.send("GET", "/search/ClientContact", query="isDeleted:false", count=500)
        assert set(found["data"]) == set(self.truth)


TestMirror = Mirror.TestCase
TestMirror.settings = settings(max_examples=15, stateful_step_count=20)
