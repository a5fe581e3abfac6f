"""Sealing secrets: AES-256-GCM, bound to whose secret it is: a sealed one copied to another row does not open."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

from customer360.core.errors import VaultError
from customer360.vault.keys import MasterKey

_VERSION: Final = b"\x01"
_NONCE: Final = 12
_KEY_ID: Final = 8


class Vault:
    """Seals and opens with one master key. Safe in threads.

    A sealed secret is: version (1 byte), which key it is sealed with (8), nonce (12), ciphertext with its tag.
    """

    def __init__(self, key: MasterKey | None = None) -> None:
        self._master = key or MasterKey.usual()

    def __repr__(self) -> str:
        return f"Vault({self._master!r})"

    def seal(self, secret: bytes, *, tenant_id: str, crm: str, agent_id: str, what: str) -> bytes:
        """``secret`` sealed for one row: ``what`` of an agent (or of the account, "") at a CRM.

        Raises :class:`VaultError` when there is no key.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._master.get()
        nonce = secrets.token_bytes(_NONCE)
        head = _VERSION + _key_id(key)
        return head + nonce + AESGCM(key).encrypt(nonce, secret, _bound_to(head, tenant_id, crm, agent_id, what))

    def open(self, sealed: bytes, *, tenant_id: str, crm: str, agent_id: str, what: str) -> bytes:
        """The secret. Raises :class:`VaultError` if it was sealed for another row, with another key, or was changed."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._master.get()
        head, nonce, rest = sealed[: 1 + _KEY_ID], sealed[1 + _KEY_ID :][:_NONCE], sealed[1 + _KEY_ID + _NONCE :]
        if head[:1] != _VERSION or len(nonce) < _NONCE:
            raise VaultError("a stored secret is not one that this version can open")
        if head[1:] != _key_id(key):
            raise VaultError(
                "a stored secret was sealed with another master key",
                next_step="give the key that the store was made with",
            )
        try:
            return AESGCM(key).decrypt(nonce, rest, _bound_to(head, tenant_id, crm, agent_id, what))
        except InvalidTag:
            raise VaultError(
                "a stored secret does not open: it was changed, or copied from another row", next_step="sign in again"
            ) from None


def _key_id(key: bytes) -> bytes:
    return sha256(b"customer360 key id\x00" + key).digest()[:_KEY_ID]


def _bound_to(head: bytes, *parts: str) -> bytes:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    return head + b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
