"""However records come and go, every way of reading tells the same story."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.customer360_testkit.zoho.by_hand import SCOPES, Client, wait

from customer360_testkit.fakes.zoho.fake import ZohoFake

PICK = st.integers(0, 1000)
NAMES = st.text("abc", min_size=2, max_size=4)


class Mirror(RuleBasedStateMachine):
    """A client that keeps a copy by ``If-Modified-Since`` and ``deleted``, while others write."""

    @initialize()
    def begin(self) -> None:
        fake = ZohoFake(cast=())
        self.client = Client(fake, fake.oauth.issue("kim", SCOPES).access_token)
        self.copy: dict[str, str] = {}
        self.truth: dict[str, str] = {}
        self.synced: str | None = None

    def _some(self, pick: int) -> str | None:
        return sorted(self.truth)[pick % len(self.truth)] if self.truth else None

    @rule(name=NAMES)
    def create(self, name: str) -> None:
        self.truth[self.client.add("Contacts", Last_Name=name)] = name

    @rule(pick=PICK, name=NAMES)
    def change(self, pick: int, name: str) -> None:
        record = self._some(pick)
        if record is not None:
            self.client("PUT", f"/Contacts/{record}", {"data": [{"Last_Name": name}]})
            self.truth[record] = name

    @rule(pick=PICK)
    def remove(self, pick: int) -> None:
        record = self._some(pick)
        if record is not None:
            self.client("DELETE", f"/Contacts/{record}")
            del self.truth[record]

    @rule(one=PICK, other=PICK)
    def merge(self, one: int, other: int) -> None:
        master, lost = self._some(one), self._some(other)
        if master is not None and lost is not None and master != lost:
            self.client.fake.merge("Contacts", master, lost)
            del self.truth[lost]

    @rule(seconds=st.sampled_from([1, 30, 61]))
    def pass_time(self, seconds: int) -> None:
        wait(self.client.fake, seconds)

    @rule()
    def sync(self) -> None:
        """Changes since the last time; nobody writes in the rest of its second, for the wire knows no finer times."""
        headers = {"If-Modified-Since": self.synced} if self.synced else {}
        now = self.client.fake.clock.now()
        answer = self.client("GET", "/Contacts", fields="Last_Name", headers=headers)
        for row in answer.json()["data"] if answer.status == 200 else []:
            self.copy[row["id"]] = row["Last_Name"]
        answer = self.client("GET", "/Contacts/deleted", headers=headers)
        for row in answer.json()["data"] if answer.status == 200 else []:
            self.copy.pop(row["id"], None)
        wait(self.client.fake, 1)
        self.synced = now.isoformat()
        assert self.copy == self.truth

    @invariant()
    def live_records_are_the_truth(self) -> None:
        """Lists by token and COQL have every record, each once."""
        listed: list[dict[str, Any]] = []
        query: dict[str, str] = {}
        while True:
            answer = self.client.get("/Contacts", fields="Last_Name", per_page=3, **query)
            if answer.status == 204:
                break
            listed += answer.json()["data"]
            token = answer.json()["info"]["next_page_token"]
            if token is None:
                break
            query = {"page_token": token}
        found = self.client.coql("select Last_Name from Contacts where id is not null")
        asked = found.json()["data"] if found.status == 200 else []
        for rows in (listed, asked):
            assert len(rows) == len(self.truth)
            assert {row["id"]: row["Last_Name"] for row in rows} == self.truth

    @rule()
    def the_index_catches_up(self) -> None:
        """A lag after the last write, search finds exactly what is there."""
        self.client.settle()
        answer = self.client.get("/Contacts/search", criteria="(Created_Time:greater_than:2020-01-01T00:00:00+00:00)")
        rows = answer.json()["data"] if answer.status == 200 else []
        assert {row["id"]: row["Last_Name"] for row in rows} == self.truth


TestMirror = Mirror.TestCase
TestMirror.settings = settings(max_examples=30, stateful_step_count=25)
