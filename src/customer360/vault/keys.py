"""Where the master key comes from. It is never written beside the store, whose file it protects.

A source is asked once, on first use, on a thread of its own: one that blocks (a locked keyring) costs ``PATIENCE``
seconds and a typed error, never a hang (X18, R14). Once there, the key stays in memory.
"""

from __future__ import annotations

import logging
import os
import secrets
import stat
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Final

from customer360.core.errors import VaultError

log = logging.getLogger("customer360.vault")

LENGTH: Final = 32
PATIENCE: Final = 2.0
_USER: Final = "master-key"
_VARIABLE: Final = "CUSTOMER360_MASTER_KEY"


class MasterKey:
    """A source of the master key: 32 bytes, loaded when first needed.

    In files, the environment and the keyring the key is text, base64: ``MasterKey.new_text()`` makes one.
    """

    def __init__(self, where: str, load: Callable[[], bytes]) -> None:
        self._where = where
        self._load = load
        self._mutex = threading.Lock()
        self._loading: _Loading | None = None

    def __repr__(self) -> str:
        return f"<MasterKey from {self._where}>"

    def get(self) -> bytes:
        """The key, from memory after the first time. Safe in threads.

        Raises :class:`VaultError` if there is none, or if its source takes longer than ``PATIENCE``.
        """
        with self._mutex:
            # A source that still blocks is waited for again rather than asked again; one that failed is asked again.
            if self._loading is None or self._loading.failed:
                self._loading = _Loading(self._load, self._where)
            loading = self._loading
        return loading.key()

    @classmethod
    def usual(cls) -> MasterKey:
        """The environment's where it holds one, else the operating system's keyring."""
        return cls.from_environment() if os.environ.get(_VARIABLE) else cls.from_keyring()

    @staticmethod
    def new_text() -> str:
        """A fresh random key as text, to be put into a file, the environment or a secret manager."""
        return b64encode(secrets.token_bytes(LENGTH)).decode()

    @classmethod
    def in_memory(cls) -> MasterKey:
        """A key of this object's own, gone with the process: for tests and demonstrations."""
        key = secrets.token_bytes(LENGTH)
        return cls("memory", lambda: key)

    @classmethod
    def from_text(cls, text: str) -> MasterKey:
        """A key that the host application fetched itself, from a secret manager for instance."""
        return cls("the application", lambda: _decoded(text, "the application"))

    @classmethod
    def from_environment(cls, variable: str = _VARIABLE) -> MasterKey:
        """A key in an environment variable; every child process sees it, and a warning says so."""

        def load() -> bytes:
            text = os.environ.get(variable)
            if not text:
                raise VaultError(f"the environment variable {variable} holds no master key", next_step="set it")
            log.warning("the master key comes from the environment, which other processes may read")
            return _decoded(text, f"the environment variable {variable}")

        return cls(f"the environment variable {variable}", load)

    @classmethod
    def from_file(cls, path: str | Path) -> MasterKey:
        """A key in a file that its owner alone may read; it is never created here."""
        file = Path(path)

        def load() -> bytes:
            try:
                with file.open("rb") as opened:
                    mode = os.fstat(opened.fileno()).st_mode
                    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                        raise VaultError(
                            "the file of the master key is open to other users", next_step="chmod 600 the file"
                        )
                    text = opened.read(1024)
            except OSError as cannot:
                raise VaultError(
                    f"the file of the master key cannot be read ({cannot.strerror})",
                    next_step="create it with MasterKey.new_text(), outside the store's folder and its backups",
                ) from None
            return _decoded(text.decode("ascii", "replace"), "the file of the master key")

        return cls("a file", load)

    @classmethod
    def from_keyring(cls, service: str = "customer360") -> MasterKey:
        """The key in the operating system's keyring, made there the first time."""
        return cls("the keyring", lambda: _from_keyring(service))


class _Loading:
    """One attempt to load the key, on a thread that nobody has to wait for."""

    def __init__(self, load: Callable[[], bytes], where: str) -> None:
        self._where = where
        self._done = threading.Event()
        self._key: bytes | None = None
        self._error: BaseException | None = None
        # A daemon: a keyring that blocks for ever must not keep the process from ending.
        threading.Thread(target=self._run, args=(load,), name="customer360 master key", daemon=True).start()

    def _run(self, load: Callable[[], bytes]) -> None:
        try:
            self._key = load()
        except BaseException as error:  # told to everybody who waits
            self._error = error
        self._done.set()

    @property
    def failed(self) -> bool:
        return self._done.is_set() and self._key is None

    def key(self) -> bytes:
        if not self._done.wait(PATIENCE):
            raise VaultError(
                f"the master key did not come from {self._where} within {PATIENCE:g} s",
                next_step="unlock the keyring and try again",
                retryable=True,
            )
        if self._key is not None:
            return self._key
        # A fresh error for each who waits: one that many raise would collect all their tracebacks.
        if isinstance(self._error, VaultError):
            raise VaultError(self._error.what, next_step=self._error.next_step)
        raise VaultError(f"the master key's source fails ({type(self._error).__name__})")


def _from_keyring(service: str) -> bytes:
    # On first use: looking for a backend costs tenths of a second and may talk to other processes.
    import keyring
    from keyring.errors import KeyringError

    help_out = "unlock or install a keyring, or give Customer360(key=MasterKey.from_file(...))"
    try:
        text = keyring.get_password(service, _USER)
        if text is None:
            keyring.set_password(service, _USER, MasterKey.new_text())
            # What another process wrote in the same moment counts as well as ours: what stands there is the key.
            text = keyring.get_password(service, _USER)
    except KeyringError as failed:
        raise VaultError(f"the keyring does not answer ({type(failed).__name__})", next_step=help_out) from None
    except Exception as broken:  # backends raise whatever their libraries raise
        raise VaultError(f"the keyring fails ({type(broken).__name__})", next_step=help_out) from None
    if text is None:
        raise VaultError("the keyring keeps nothing that is put into it", next_step=help_out)
    return _decoded(text, "the keyring")


def _decoded(text: str, where: str) -> bytes:
    try:
        key = b64decode(text.strip().encode("ascii"), validate=True)
    except ValueError:
        key = b""
    if len(key) != LENGTH:
        raise VaultError(
            f"{where} holds something that is no master key", next_step="32 bytes in base64 are due; see MasterKey"
        )
    return key
