"""Faults on this side of the wire: the store (X17), the master key (X18) and the plugins (X19) fail under a client."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
import keyring
import sqlalchemy as sa
from keyring.backends.null import Keyring as KeepsNothing
from tests.faults.scenes import Scene
from tests.faults.stack import LONG, Face, Hands, Stack, client, everywhere, stack

from customer360.core.activities import CallDraft
from customer360.core.effects import Tx
from customer360.core.errors import Customer360Error, StoreError, StoreFull
from customer360.vault import MasterKey
from customer360_testkit.fakes.faults import status
from customer360_testkit.fakes.serving import Served

PRAGMA: Final = {"full": "max_page_count = 1", "read-only": "query_only = ON"}
"""What SQLite is told: no more pages than there are; no writing."""


@contextmanager
def store_file() -> Iterator[Path]:
    """Where a store can be."""
    with tempfile.TemporaryDirectory(prefix="customer360-faults-") as folder:
        yield Path(folder) / "c360.db"


@contextmanager
def ill(running: Stack, what: str) -> Iterator[None]:
    """The store cannot be written meanwhile."""
    engine = running.opened.store.engine

    def tell(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA {PRAGMA[what]}")

    sa.event.listen(engine, "connect", tell)
    engine.dispose()
    try:
        if what == "full":
            _to_the_brim(running)
        yield
    finally:
        sa.event.remove(engine, "connect", tell)
        engine.dispose()


def _to_the_brim(running: Stack) -> None:
    """No free page is left in the file either."""

    def more(connection: sa.Connection) -> None:
        row = "INSERT INTO interaction VALUES ('another', hex(randomblob(8)), 'a', 0, 0, hex(zeroblob(3000)), '{}', 0)"
        connection.execute(sa.text(row))

    for _ in range(1000):
        try:
            running.opened.store.run(Tx(more))
        except StoreFull:
            return
    raise AssertionError("a full store takes a thousand rows")


def long_call(running: Stack) -> CallDraft:
    """One that needs pages of its own."""
    draft = running.draft()
    return attrs.evolve(draft, text=f"{draft.text} {'and so on ' * 1500}")


# X17: the store ------------------------------------------------------------------------------------------------------


def _cannot_be_written(what: str) -> Callable[[Served, Hands, Face], str]:
    def play(served: Served, hands: Hands, face: Face) -> str:
        with store_file() as file, stack(served, hands, face, store=f"sqlite:///{file}") as running:
            running.call("get", LONG)
            draft = long_call(running)
            with ill(running, what):
                outcome = running.call("activity", LONG, draft)
                assert isinstance(outcome.error, StoreError)
                assert outcome.error.next_step
                popped = running.popped()
            assert outcome.applied == 0
            running.call("activity", LONG, draft)
            return f"{outcome}, {popped}, {running.fake.count_holding(draft.text[:40])} once it can be written"

    return play


def _token_cannot_be_kept(served: Served, hands: Hands, face: Face) -> str:
    """The vendor rotates: a token that is used and not kept would end the sign-in."""
    with store_file() as file, stack(served, hands, face, store=f"sqlite:///{file}") as running:
        oauth = running.fake.oauth
        oauth.policy = attrs.evolve(oauth.policy, rotate=True, revoke_on_reuse=True)
        oauth.expire_access_tokens()
        with ill(running, "read-only"):
            outcome = running.call("get", LONG)
        assert not any(grant.revoked for grant in oauth.grants)
        return f"{outcome}, then {running.call('get', LONG)}"


def _damaged(served: Served, hands: Hands, face: Face) -> str:
    """From its second page on, as after a bad block; then a copy from before is put back."""
    with store_file() as file:
        store, text = f"sqlite:///{file}", MasterKey.new_text()
        with stack(served, hands, face, store=store, key=MasterKey.from_text(text)) as running:
            running.opened.store.close()
            good = file.read_bytes()
            file.write_bytes(good[:4096] + b"\xff" * (len(good) - 4096))
            given: dict[str, Any] = {"store": store, "key": MasterKey.from_text(text), "signed_in": running}
            try:
                with client(served, running.wire, hands, face, **given) as second:
                    said = str(second.call("get", LONG))
            except StoreError as error:
                said = type(error).__name__
            for beside in file.parent.iterdir():
                beside.unlink()
            file.write_bytes(good)
            with client(served, running.wire, hands, face, **given) as third:
                return f"{said} at the start, then {third.call('get', LONG)}"


# X18: the master key -------------------------------------------------------------------------------------------------


class Source:
    """Where a master key comes from, as a test has it come."""

    def __init__(self) -> None:
        self.key = MasterKey.from_text(MasterKey.new_text()).get()
        self.error: Exception | None = None
        self.blocks = threading.Event()
        self.blocks.set()

    def load(self) -> bytes:
        self.blocks.wait(60.0)
        if self.error is not None:
            raise self.error
        return self.key

    def master(self) -> MasterKey:
        """A client's own."""
        return MasterKey("the keyring", self.load)


def _key_at_the_start(arrange: Callable[[Source], None]) -> Callable[[Served, Hands, Face], str]:
    """A client is started on the store of another one, and its key does not come; the other one goes on."""

    def play(served: Served, hands: Hands, face: Face) -> str:
        source = Source()
        with store_file() as file:
            store = f"sqlite:///{file}"
            with stack(served, hands, face, store=store, key=source.master()) as running:
                arrange(source)
                master = source.master()
                with client(served, running.wire, hands, face, store=store, key=master, signed_in=running) as second:
                    outcome = second.call("get", LONG)
                    assert outcome.error is None or "secret" not in str(outcome.error)
                    beside = running.call("get", LONG)
                    source.error = None
                    source.blocks.set()
                    return f"{outcome}, another client {beside}, in the end {second.call('get', LONG)}"

    return play


def _raises(source: Source) -> None:
    source.error = RuntimeError("no such object path: secret")


def _blocks(source: Source) -> None:
    source.blocks.clear()


def _key_goes(served: Served, hands: Hands, face: Face) -> str:
    """The keyring is locked again while clients run: the key is in memory, a renewed token is sealed all the same."""
    source = Source()
    with stack(served, hands, face, key=source.master()) as running:
        _raises(source)
        running.fake.oauth.expire_access_tokens()
        return str(running.call("get", LONG))


def _keeps_nothing(served: Served, hands: Hands, face: Face) -> str:
    """As on a server without a desktop: an administrator is told before anything is stored or sent."""
    before = keyring.get_keyring()
    keyring.set_keyring(KeepsNothing())  # type: ignore[no-untyped-call]
    try:
        with stack(served, hands, face, key=MasterKey.from_keyring()) as running:
            return f"signed in with {running.crm}"
    except Customer360Error as error:
        return f"linking: {type(error).__name__}"
    finally:
        keyring.set_keyring(before)


def _workers_key(served: Served, hands: Hands, face: Face) -> str:
    """A worker without its key leaves what was promised as it is."""
    source = Source()
    with store_file() as file:
        store = f"sqlite:///{file}"
        with stack(served, hands, face, store=store, key=source.master()) as running:
            draft = running.draft()
            running.fake.faults.add(status(429, headers=(("retry-after", "600"),)))
            kept = running.call("activity", LONG, draft)
            _raises(source)
            worker: Any = client(served, running.wire, hands, face, store=store, key=source.master(), signed_in=running)
            with worker as second:
                hands.ahead += 1200.0
                second.run(second.opened.office.delivery.deliver_due())
                assert running.fake.count_holding(draft.text) == 0
                source.error = None
                hands.ahead += 1200.0
                second.run(second.opened.office.delivery.deliver_due())
            return f"{kept}, {running.fake.count_holding(draft.text)} in the end"


AT_HOME: Final = (
    Scene(
        "X17",
        "R13",
        "activity on a full disk",
        _cannot_be_written("full"),
        "0 → StoreFull, a pop shows the contact, 1 once it can be written",
    ),
    Scene(
        "X17",
        "R13",
        "activity, the store is read-only",
        _cannot_be_written("read-only"),
        "0 → StoreError, a pop shows the contact, 1 once it can be written",
    ),
    Scene(
        "X17",
        "R3",
        "a renewed token cannot be kept",
        _token_cannot_be_kept,
        everywhere("1 → StoreError, then 3 → ok", bullhorn="1 → StoreError, then 4 → ok"),
    ),
    Scene("X17", "R13", "the store is damaged", _damaged, "StoreError at the start, then 1 → ok"),
    Scene(
        "X18",
        "R14",
        "the key store blocks",
        _key_at_the_start(_blocks),
        "0 → VaultError, retryable, another client 1 → ok, in the end 1 → ok",
        waits=True,
    ),
    Scene(
        "X18",
        "R14",
        "the key store raises",
        _key_at_the_start(_raises),
        "0 → VaultError, another client 1 → ok, in the end 1 → ok",
    ),
    Scene(
        "X18", "R14", "the key store is locked while clients run", _key_goes, everywhere("3 → ok", bullhorn="4 → ok")
    ),
    Scene("X18", "R14", "the key store keeps nothing", _keeps_nothing, "linking: VaultError"),
    Scene("X18", "R2", "activity, the worker's key store raises", _workers_key, "1 → kept, due, 1 in the end"),
)
