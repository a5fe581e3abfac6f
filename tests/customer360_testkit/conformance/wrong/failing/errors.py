"""The wrong connectors of :mod:`customer360_testkit.conformance.failing.errors`."""

from __future__ import annotations

from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import (
    ActivityDraft,
)
from customer360.core.connector import Identity
from customer360.core.effects import GET, Request
from customer360.core.errors import (
    AuthError,
    CrmUnavailable,
    Customer360Error,
    NotFound,
    QuotaExceeded,
    RateLimited,
    TokenExpired,
    UnexpectedAnswer,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    ContactChange,
    ContactDraft,
    Page,
    RecordRef,
)
from customer360.core.search import NameHas, Query
from customer360.core.wire import Response
from customer360_zoho import ZohoConnector


class _Failing(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return self.said(response, super().error(facts, request, response))

    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        raise NotImplementedError


@mutant("does not wait as long as it is told")
class Impatient(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        if response.status == 429 and error is not None:
            error.wait = 0.1 if error.wait == 7.0 else error.wait
        return error


@mutant("does not renew a token that ran out")
class Stale(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return AuthError("sign in again") if isinstance(error, TokenExpired) and len(response.content) > 4 else error


@mutant("takes a refusal to sign in for a bug")
class Confused(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return UnexpectedAnswer("what?") if response.status == 401 and len(response.content) < 5 else error


@mutant("does not try again when the CRM is down")
class Desperate(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return UnexpectedAnswer("what?", maybe_applied=True) if response.status == 504 else error


@mutant("takes a page of HTML for data")
class Gullible(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return None if response.content.startswith(b"<!doctype") else error


@mutant("crashes on an answer that it does not know")
class Crashing(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return ValidationFailed(response.json()["x"]) if response.content == b"[1]" else error


@mutant("takes an unknown status for success")
class Optimistic(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return None if response.status == 451 else error


@mutant("swallows the CRM's failure")
class Swallowing(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        try:
            return await super().search(facts, resource, query, limit=limit)
        except CrmUnavailable:
            if query != NameHas("Quill"):
                raise
            return Page(())


@mutant("asks a host that the link does not declare")
class Straying(ZohoConnector):
    async def identify(self, facts: LinkFacts) -> Identity:
        identity = await super().identify(facts)
        await GET("https://collector.example/crm/v7/org", accept=(400, 401, 404))
        return identity


class _Judging(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        return None if error is None else self.judged(request, response, error)

    def judged(self, request: Request, response: Response, error: Customer360Error) -> Customer360Error:
        raise NotImplementedError


@mutant("is sure that nothing was written")
class Certain(_Judging):
    def judged(self, request: Request, response: Response, error: Customer360Error) -> Customer360Error:
        error.maybe_applied = error.maybe_applied and response.status < 500
        return error


@mutant("is never sure")
class Uncertain(_Judging):
    def judged(self, request: Request, response: Response, error: Customer360Error) -> Customer360Error:
        error.maybe_applied = not request.repeatable
        return error


@mutant("tries again what was refused")
class Persistent(_Judging):
    def judged(self, request: Request, response: Response, error: Customer360Error) -> Customer360Error:
        refused = request.method == "GET" and response.status in (400, 403, 404, 405, 415, 422)
        error.retryable = error.retryable or refused
        return error


@mutant("takes what is forbidden for what is not there")
class Forbidding(_Judging):
    def judged(self, request: Request, response: Response, error: Customer360Error) -> Customer360Error:
        return NotFound("there is no such record", status=403) if response.status == 403 else error


@mutant("retries a create")
class Retrying(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        try:
            return await super().create(facts, draft)
        except CrmUnavailable:
            if draft.resource != "Contacts":
                raise
            return await super().create(facts, draft)


@mutant("retries an activity")
class Insisting(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        try:
            return await super().create_activity(facts, draft)
        except CrmUnavailable:
            return await super().create_activity(facts, draft)


@mutant("passes on the vendor's words")
class Parroting(_Judging):
    def judged(self, request: Request, response: Response, error: Customer360Error) -> Customer360Error:
        error.what += f": {response.content.decode(errors='replace')}"
        return error


class _Answering(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return self.judged(response, super().error(facts, request, response))

    def judged(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        raise NotImplementedError


@mutant("reads half an answer")
class Halving(_Answering):
    def judged(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return None if response.status == 200 and response.content[:1] == b"{" else error


@mutant("does not say with which status it was refused")
class Statusless(_Answering):
    def judged(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        if error is not None:
            error.status = None
        return error


@mutant("waits for hours where seconds will do")
class Pessimistic(_Answering):
    def judged(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        silent = isinstance(error, RateLimited) and response.header("retry-after") is None and not response.content
        return QuotaExceeded("all used up", status=429) if silent else error


@mutant("retries a change")
class Rechanging(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        try:
            await super().update(facts, change)
        except CrmUnavailable:
            await super().update(facts, change)


@mutant("takes a refused activity for written")
class Denying(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        try:
            return await super().create_activity(facts, draft)
        except UnexpectedAnswer:
            return RecordRef("zoho", "Calls", "1")
