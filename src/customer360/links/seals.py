"""Secrets of a link as bytes, sealed for their row."""

from __future__ import annotations

import json
from typing import Any

import attrs

from customer360.core.auth import Application, Grant, PendingLogin
from customer360.core.errors import VaultError
from customer360.links.tables import ACCOUNT
from customer360.vault import Vault


@attrs.frozen
class Seals:
    """Seals what belongs to one authorisation of one account; by default the account's own."""

    vault: Vault
    tenant_id: str
    crm: str
    agent_id: str = ACCOUNT

    def application(self, value: Application) -> bytes:
        """The vendor's registration of ours, sealed."""
        return self._seal("application", attrs.asdict(value))

    def open_application(self, sealed: bytes) -> Application:
        """What :meth:`application` sealed. Raises :class:`VaultError`."""
        data = self._open("application", sealed)
        return Application(**data)

    def grant(self, value: Grant) -> bytes:
        """A grant, sealed."""
        return self._seal("grant", attrs.asdict(value) | {"scopes": sorted(value.scopes), "extra": dict(value.extra)})

    def open_grant(self, sealed: bytes) -> Grant:
        """What :meth:`grant` sealed. Raises :class:`VaultError`."""
        data = self._open("grant", sealed)
        return Grant(**{**data, "scopes": frozenset(data["scopes"])})

    def pending(self, value: PendingLogin) -> bytes:
        """A sign-in under way, sealed."""
        return self._seal("pending login", attrs.asdict(value))

    def open_pending(self, sealed: bytes) -> PendingLogin:
        """What :meth:`pending` sealed. Raises :class:`VaultError`."""
        return PendingLogin(**self._open("pending login", sealed))

    def _seal(self, what: str, data: dict[str, Any]) -> bytes:
        text = json.dumps(data, separators=(",", ":")).encode()
        return self.vault.seal(text, tenant_id=self.tenant_id, crm=self.crm, agent_id=self.agent_id, what=what)

    def _open(self, what: str, sealed: bytes) -> dict[str, Any]:
        text = self.vault.open(sealed, tenant_id=self.tenant_id, crm=self.crm, agent_id=self.agent_id, what=what)
        try:
            data: dict[str, Any] = json.loads(text)
        except ValueError:
            raise VaultError(f"the stored {what} of {self.crm} cannot be read", next_step="sign in again") from None
        return data
