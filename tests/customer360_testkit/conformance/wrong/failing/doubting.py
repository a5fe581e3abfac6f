"""The wrong connectors of :mod:`customer360_testkit.conformance.failing.doubting`."""

from __future__ import annotations

from tests.customer360_testkit.conformance.wrong.registry import Reading, mutant

from customer360.core.activities import (
    ActivityDraft,
)
from customer360.core.effects import POST, Request
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    RateLimited,
    UnexpectedAnswer,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    RecordRef,
    RelatedKind,
)
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector
from customer360_salesforce import SalesforceConnector
from customer360_salesforce.notes import content
from customer360_zoho import ZohoConnector


class _Misreading(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return self.misread(request, response, super().error(facts, request, response))

    def misread(self, request: Request, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        raise NotImplementedError


@mutant("is sure that a page for people is no write")
class Surmising(_Misreading):
    def misread(self, request: Request, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        if isinstance(error, UnexpectedAnswer) and response.status == 200 and response.content[:1] == b"<":
            return UnexpectedAnswer(error.what, status=200)
        return error


@mutant("is sure that what has no name was not written")
class Unwitnessed(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        try:
            return await super().create_activity(facts, draft)
        except UnexpectedAnswer as error:
            raise UnexpectedAnswer(error.what, status=error.status) from None


_REFUSED = "takes what was refused in a good answer for done"


@mutant(_REFUSED)
class Assured(BullhornConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        known = isinstance(error, RateLimited) and response.status < 300 and request.method == "POST"
        return None if known and not request.repeatable else error


@mutant(_REFUSED, "a part of it")
class Halved(SalesforceConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        try:
            return await super().create_activity(facts, draft)
        except Customer360Error as error:
            if draft.kind is not RelatedKind.NOTE or error.vendor_code != "UNKNOWN_EXCEPTION":
                raise
        note = (await POST("/sobjects/ContentNote", {"Title": draft.subject, "Content": content(draft.text)})).json()
        return RecordRef("salesforce", "ContentNote", note["id"])


@mutant("gives up where it may pass")
class Resigned(_Misreading):
    def misread(self, request: Request, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        if isinstance(error, CrmUnavailable) and request.method == "GET":
            return CrmUnavailable(error.what, status=error.status, retryable=False)
        return error


@mutant("stumbles over a member that it does not know")
class Conservative(_Misreading):
    def misread(self, request: Request, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        if error is None and b'"quillmember"' in response.content:
            return UnexpectedAnswer("that is no answer of Zoho's", status=response.status)
        return error


@mutant("falls over what is empty")
class Brittle(Reading):
    def read(self, contact: Contact) -> Contact:
        if contact.name == "Quillempty":
            str(contact.emails[0].address).lower()
        return contact
