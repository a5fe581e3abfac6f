"""Connectors that are sure where nobody can be, fall over what is odd, or know no strangers."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.registry import Drafting, Reading, Searching, mutant

from customer360.core.activities import ActivityDraft, CallDraft, CallOutcome
from customer360.core.effects import Request
from customer360.core.errors import CrmUnavailable, Customer360Error, UnexpectedAnswer
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, ContactChange, Page, RecordRef
from customer360.core.search import EmailIs, Query
from customer360.core.wire import Response
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


@mutant("finds nobody where there is nothing")
class Vacant(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if resource == "Quillnosuch":
            return Page(())
        return await super().search(facts, resource, query, limit=limit)


@mutant("takes another CRM's record for its own")
class Unquestioning(ZohoConnector):
    def _ours(self, *refs: RecordRef) -> None:
        return None


@mutant("takes two addresses for one")
class Untagging(Searching):
    def asked(self, query: Query) -> Query:
        return EmailIs(query.address.replace("+bills", "")) if isinstance(query, EmailIs) else query


@mutant("takes whoever looks for the owner")
class Possessive(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        mine = RecordRef("zoho", "users", facts.user or "")
        return attrs.evolve(contact, owner=mine) if contact.name == "Quillcolleague" else contact


@mutant("does not say whose a contact is")
class Ownerless(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, owner=None) if contact.name == "Quillowned" else contact


@mutant("keeps the details of some calls only")
class Untaped(Drafting):
    def sent(self, draft: Any) -> Any:
        out = isinstance(draft, CallDraft) and draft.direction is Direction.OUTBOUND
        return attrs.evolve(draft, recording_url=None) if out and draft.outcome is CallOutcome.MISSED else draft


@mutant("cuts the code of a call")
class Coding(Drafting):
    def sent(self, draft: Any) -> Any:
        code = isinstance(draft, CallDraft) and draft.disposition
        return attrs.evolve(draft, disposition=code.split(" ")[0]) if code else draft


@mutant("keeps the first of what a rule adds")
class Singular(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, extra=dict(list(draft.extra.items())[:1]))


@mutant("keeps a number that was taken away")
class Retaining(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        kept = {name: value for name, value in change.fields.items() if name != "Phone" or value is not None}
        await super().update(facts, attrs.evolve(change, fields=kept))


@mutant("changes lines that were typed")
class Doubling(Drafting):
    def sent(self, draft: Any) -> Any:
        return attrs.evolve(draft, text=draft.text.replace("\r", "\n"))


@mutant("cuts the address of a tape")
class Winding(Drafting):
    def sent(self, draft: Any) -> Any:
        tape = isinstance(draft, CallDraft) and draft.recording_url
        return attrs.evolve(draft, recording_url=tape.partition("&")[0]) if tape and "of=" in tape else draft


@mutant("lets a rule take the key away")
class Overruled(Drafting):
    def sent(self, draft: Any) -> Any:
        ruled = "Quillrule" in draft.extra.values()
        return attrs.evolve(draft, key="quillrule") if ruled else draft
