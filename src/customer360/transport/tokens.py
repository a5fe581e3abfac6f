"""Where an exchange gets its grant from."""

from __future__ import annotations

from typing import Protocol

from customer360.core.auth import Grant
from customer360.core.effects import Operation


class Tokens(Protocol):
    """The grants of one authorisation; both verbs are operations."""

    def current(self) -> Operation[Grant]:
        """The grant to sign with.

        Raises :class:`NeedsAuthorization` when there is none.
        """
        ...

    def renewed(self, stale: Grant) -> Operation[Grant]:
        """A grant newer than ``stale``, which the CRM refused: refreshed once, however many ask."""
        ...
