"""Where a link's API is by now, for CRMs that move it under a link (ConnectWise with each upgrade of its cloud)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from customer360.core.effects import Handler, Now, Operation, Shared, handling

PAUSE: Final = 60.0
"""Seconds in which it is not looked for again after it was found unmoved: most of what is not found does not exist."""


class Whereabouts:
    """What :meth:`customer360.core.connector.Connector.locate` has said since an exchange was made.

    ``key`` names the link among all shared work; ``remember(found)`` keeps what was found for everybody else.
    """

    def __init__(self, key: str, remember: Callable[[Mapping[str, str]], Operation[None]] | None = None) -> None:
        self.found: Mapping[str, str] = {}
        self._key = f"locate:{key}"
        self._remember = remember
        self._not_before = 0.0

    async def look(
        self, locate: Callable[[], Operation[Mapping[str, str]]], moved: Callable[[], bool], *, exchange: Handler
    ) -> bool:
        """Whether the API has moved since the caller sent its request.

        ``moved()`` compares where that request went with where it would go now. Asked once however many wonder. Raises
        what keeps it from being known: until then nobody may conclude that a record does not exist.
        """
        if moved():  # somebody else has found it meanwhile
            return True
        if await Now() < self._not_before:
            return False
        await Shared(self._key, lambda: self._ask(locate, exchange))
        if moved():
            return True
        self._not_before = await Now() + PAUSE
        return False

    async def _ask(self, locate: Callable[[], Operation[Mapping[str, str]]], exchange: Handler) -> None:
        found = await handling(exchange, locate())
        if dict(found) == dict(self.found):
            return
        self.found = found
        if self._remember is not None:
            await self._remember(found)
