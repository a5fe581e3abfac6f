"""A mirror kept by delta holds what the mailbox holds, whatever happened in between."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

DEFAULT = "/me/contacts"


class Mirror(RuleBasedStateMachine):
    """Writes to two folders, read back by following the changes of one of them in pages of two."""

    contacts = Bundle("contacts")

    @initialize()
    def start(self) -> None:
        self.fake = Microsoft365Fake(cast=(), switches={"spurious_conflict": "never"})
        token = self.fake.oauth.issue("kim", ["Contacts.ReadWrite"]).access_token
        self.headers = (
            ("authorization", f"Bearer {token}"), ("content-type", "application/json"),
            ("prefer", 'IdType="ImmutableId", odata.maxpagesize=2'),
        )  # fmt: skip
        box = self.fake.boxes["kim"]
        self.folders = [box.defaults["contacts"], box.inside("contactFolder", box.defaults["root"])[0].fixed]
        self.held: dict[str, str] = {}
        self.url = f"{DEFAULT}/delta"

    def ask(self, method: str, url: str, body: Any = None) -> WireAnswer:
        whole = url if "://" in url else f"https://graph.microsoft.com/v1.0{url}"
        return self.fake.answer(
            WireRequest(method, whole, self.headers, b"" if body is None else json.dumps(body).encode())
        )

    @rule(target=contacts, name=st.text("ab", min_size=1, max_size=3))
    def create(self, name: str) -> str:
        return str(self.ask("POST", DEFAULT, {"givenName": name}).json()["id"])

    @rule(contact=contacts, name=st.text("cd", min_size=1, max_size=3))
    def change(self, contact: str, name: str) -> None:
        assert self.ask("PATCH", f"{DEFAULT}/{contact}", {"surname": name}).status == 200

    @rule(contact=consumes(contacts))
    def delete(self, contact: str) -> None:
        assert self.ask("DELETE", f"{DEFAULT}/{contact}").status == 204

    @rule(contact=contacts, folder=st.sampled_from([0, 1]))
    def move(self, contact: str, folder: int) -> None:
        if self.fake.boxes["kim"].by_id[contact].container != self.folders[folder]:
            self.fake.move_contact("kim", contact, self.folders[folder])

    @rule()
    def one_page(self) -> None:
        page = self.ask("GET", self.url).json()
        for row in page["value"]:
            if "@removed" in row:
                self.held.pop(row["id"], None)
            else:
                self.held[row["id"]] = row["@odata.etag"]
        self.url = page.get("@odata.nextLink") or page["@odata.deltaLink"]

    @rule()
    def expire(self) -> None:
        self.fake.expire_delta()
        if "token" in self.url:
            assert self.ask("GET", self.url).status == 410
        self.held, self.url = {}, f"{DEFAULT}/delta"

    @invariant()
    def caught_up(self) -> None:
        """After two rounds to the end (one may have begun before the last change) nothing is missing or too much."""
        if not hasattr(self, "fake"):
            return
        kept = dict(self.held), self.url
        for _ in range(2):
            self.one_page()
            while "deltatoken" not in self.url:
                self.one_page()
        rows = self.ask("GET", f"{DEFAULT}?$top=999").json()["value"]
        assert self.held == {row["id"]: row["@odata.etag"] for row in rows}
        self.held, self.url = kept


TestMirror = Mirror.TestCase
TestMirror.settings = settings(max_examples=40, stateful_step_count=25)
