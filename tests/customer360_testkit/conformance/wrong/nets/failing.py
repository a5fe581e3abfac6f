"""Wrong connectors that remember failures, or do not wait as they are told."""

from __future__ import annotations

from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.effects import Now, Request
from customer360.core.errors import CrmUnavailable, Customer360Error, RateLimited
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, Page, RecordRef
from customer360.core.search import Query
from customer360.core.wire import Response
from customer360_zoho import ZohoConnector


@mutant("remembers failures")
class _Fused(ZohoConnector):
    """After four failures in a row nobody is served for a minute."""

    def __init__(self) -> None:
        self._failed, self._since = 0, 0.0

    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        now = await Now()
        if self._failed > 3 and now - self._since < 60.0:
            raise CrmUnavailable("Zoho is failing", status=503)
        try:
            found = await super().search(facts, resource, query, limit=limit)
        except CrmUnavailable:
            self._failed, self._since = self._failed + 1, now
            raise
        self._failed = 0
        return found


@mutant("remembers failures", "and what a colleague was told")
class _Shy(ZohoConnector):
    """Whoever was told to wait thrice makes everybody else wait, too."""

    def __init__(self) -> None:
        self._told = dict[str | None, int]()

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        if any(times > 2 for user, times in self._told.items() if user != facts.user):
            raise RateLimited("Zoho refuses further requests for now")
        try:
            contact = await super().get(facts, ref)
        except RateLimited:
            self._told[facts.user] = self._told.get(facts.user, 0) + 1
            raise
        self._told.clear()
        return contact


@mutant("tells another pause")
class _Hurried(ZohoConnector):
    """Told a moment, it comes back after a second."""

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        if isinstance(error, RateLimited) and " " in (response.header("retry-after") or ""):
            error.wait = 1.0
        return error
