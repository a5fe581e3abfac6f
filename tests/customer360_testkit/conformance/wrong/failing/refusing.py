"""The wrong connectors of :mod:`customer360_testkit.conformance.failing.refusing`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.effects import Request
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    Forbidden,
    MissingScope,
    NotFound,
    Unsupported,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    Page,
)
from customer360.core.search import Query
from customer360.core.wire import Response
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


class _Judging(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        if error is not None:
            self.judge(request, error)
        return error

    def judge(self, request: Request, error: Customer360Error) -> None:
        raise NotImplementedError


@mutant("quotes the request in an error")
class Reciting(_Judging):
    def judge(self, request: Request, error: Customer360Error) -> None:
        if request.method == "DELETE":
            error.next_step += f" {request.params}"


@mutant("quotes a caller when the CRM refuses")
class Repeating(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        try:
            return await super().search(facts, resource, query, limit=limit)
        except CrmUnavailable as failed:
            raise CrmUnavailable("Zoho is failing") from ValueError(attrs.astuple(query), failed.status)


@mutant("quotes what was asked for in the cause of an error")
class Whispering(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        try:
            return await super().search(facts, resource, query, limit=limit)
        except Unsupported as refused:
            raise refused from ValueError(attrs.astuple(query))


@mutant("takes a refused search for nobody")
class Resigned(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        try:
            return await super().search(facts, resource, query, limit=limit)
        except NotFound:
            if resource != "Contacts":
                raise
            return Page(())


@mutant("names one of the wrong fields only")
class Selective(SalesforceConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        if isinstance(error, ValidationFailed):
            error.problems = error.problems[:1]
        return error


@mutant("says the same of every wrong field")
class Monotone(_Judging):
    def judge(self, request: Request, error: Customer360Error) -> None:
        if isinstance(error, ValidationFailed):
            error.problems = tuple(attrs.evolve(each, problem="is refused") for each in error.problems)


@mutant("waits a minute where it is told an hour")
class Hurried(_Judging):
    def judge(self, request: Request, error: Customer360Error) -> None:
        error.wait = None if error.wait is None else min(error.wait, 60.0)


@mutant("takes a permission that is missing for a rule")
class Ruling(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        return Forbidden(error.what, status=error.status) if isinstance(error, MissingScope) else error
