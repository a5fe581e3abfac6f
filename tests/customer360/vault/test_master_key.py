"""The master key: where it comes from, and what happens when it does not come."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from customer360.core.errors import VaultError
from customer360.vault import MasterKey, Vault, keys


class FakeKeyring(KeyringBackend):
    """A keyring in memory that can lose, refuse or block."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None
        self.loses = False
        self.go = threading.Event()
        self.go.set()
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        self.go.wait(20)
        if self.error is not None:
            raise self.error
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.loses:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[FakeKeyring]:
    """The machine's keyring, replaced."""
    before, fake = keyring.get_keyring(), FakeKeyring()
    keyring.set_keyring(fake)
    yield fake
    fake.go.set()
    keyring.set_keyring(before)


def test_the_keyring_keeps_one_key_for_all(ring: FakeKeyring) -> None:
    """The first use makes a key, every later one finds it."""
    assert MasterKey.from_keyring().get() == MasterKey.from_keyring().get()
    assert len(ring.kept) == 1


def test_the_keyring_is_not_touched_before_it_is_needed(ring: FakeKeyring) -> None:
    """Making a vault asks nothing, and a loaded key is never asked for again."""
    key = MasterKey.from_keyring()
    Vault(key)
    assert ring.asked == 0
    key.get()
    asked = ring.asked
    key.get()
    assert ring.asked == asked


@pytest.mark.fault("X18")
@pytest.mark.promise("R14")
def test_a_keyring_that_blocks_is_a_typed_error_and_recovers(
    ring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blocked keyring ends in an error that may be tried again; it is asked once, and used when it answers."""
    monkeypatch.setattr(keys, "PATIENCE", 0.05)
    ring.go.clear()
    key = MasterKey.from_keyring()
    for _ in range(3):
        with pytest.raises(VaultError, match="did not come") as failed:
            key.get()
        assert failed.value.retryable
    assert ring.asked == 1
    ring.go.set()
    monkeypatch.setattr(keys, "PATIENCE", 20.0)
    assert len(key.get()) == 32


@pytest.mark.fault("X18")
@pytest.mark.parametrize("error", [KeyringLocked("locked"), RuntimeError("dbus is away: secret"), OSError(5, "I/O")])
def test_a_keyring_that_raises_is_a_typed_error(ring: FakeKeyring, error: Exception) -> None:
    """Whatever a backend raises is a VaultError that repeats none of its text; the next use asks again."""
    key = MasterKey.from_keyring()
    ring.error = error
    with pytest.raises(VaultError, match="keyring") as failed:
        key.get()
    assert "secret" not in str(failed.value)
    ring.error = None
    assert len(key.get()) == 32


@pytest.mark.fault("X18")
def test_a_keyring_that_keeps_nothing_is_noticed(ring: FakeKeyring) -> None:
    """A key that nobody could ever read again is not used."""
    ring.loses = True
    with pytest.raises(VaultError, match="keeps nothing"):
        MasterKey.from_keyring().get()


def test_a_damaged_key_is_refused_and_kept(ring: FakeKeyring) -> None:
    """What stands in the keyring is not overwritten: it may be the key of an existing store, cut by accident."""
    key = MasterKey.from_keyring()
    key.get()
    (place,) = ring.kept
    ring.kept[place] = "c2hvcnQ="
    with pytest.raises(VaultError, match="no master key"):
        MasterKey.from_keyring().get()
    assert ring.kept[place] == "c2hvcnQ="


def test_a_file_holds_the_key(tmp_path: Path) -> None:
    """Two processes with the same file have the same key."""
    file = tmp_path / "key"
    file.write_text(MasterKey.new_text() + "\n")
    file.chmod(0o600)
    assert MasterKey.from_file(file).get() == MasterKey.from_file(file).get()


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """A key that every user of the machine can read protects nothing."""
    file = tmp_path / "key"
    file.write_text(MasterKey.new_text())
    file.chmod(0o640)
    with pytest.raises(VaultError, match="open to other users"):
        MasterKey.from_file(file).get()


def test_a_missing_file_is_not_created(tmp_path: Path) -> None:
    """Without a key there is an error, and nothing is written anywhere."""
    with pytest.raises(VaultError, match="cannot be read"):
        MasterKey.from_file(tmp_path / "key").get()
    assert list(tmp_path.iterdir()) == []


def test_the_environment_is_said_loudly(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A key in the environment works, with a warning; without one it is a typed error."""
    monkeypatch.delenv("CUSTOMER360_MASTER_KEY", raising=False)
    with pytest.raises(VaultError, match="CUSTOMER360_MASTER_KEY"):
        MasterKey.from_environment().get()
    text = MasterKey.new_text()
    monkeypatch.setenv("CUSTOMER360_MASTER_KEY", text)
    assert MasterKey.usual().get() == MasterKey.from_text(text).get()
    assert "environment" in caplog.text
    assert text not in caplog.text


def test_no_repr_shows_a_key() -> None:
    """Neither a key nor a vault shows itself, loaded or not."""
    text = MasterKey.new_text()
    key = MasterKey.from_text(text)
    loaded = key.get()
    shown = repr(key) + repr(Vault(key)) + str(vars(key))
    assert text not in shown
    assert repr(loaded) not in shown
    assert loaded.hex() not in shown
