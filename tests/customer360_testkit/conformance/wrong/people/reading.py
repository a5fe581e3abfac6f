"""The wrong connectors of :mod:`customer360_testkit.conformance.people.reading`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.effects import Request
from customer360.core.errors import (
    Customer360Error,
    Gone,
    NotFound,
    UnexpectedAnswer,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Changes,
    Contact,
    ContactDraft,
    ContactKind,
    RecordRef,
)
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector
from customer360_zoho import ZohoConnector


class _Reading(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        return self.read(contact) if ref.resource == "Contacts" else contact

    def read(self, contact: Contact) -> Contact:
        raise NotImplementedError


@mutant("loses a field")
class Losing(_Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, name="") if contact.name == "Reader" else contact


@mutant("takes a whole record for a part")
class Partial(_Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, partial=True)


@mutant("mangles names beyond ASCII")
class Mangling(_Reading):
    def read(self, contact: Contact) -> Contact:
        name = str(contact.fields.get("Last_Name", ""))
        if "\u0308" not in name:
            return contact
        return attrs.evolve(contact, fields={**contact.fields, "Last_Name": name.replace("u\u0308", "ü")})


@mutant("mangles names beyond ASCII", "where they are shown")
class Plain(_Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, name=contact.name.replace("\u200c", ""))


@mutant("loses the numbers of a contact")
class Numberless(_Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, phones=()) if contact.name == "Phoned" else contact


@mutant("loses the numbers of a contact", "but the first of those that are alike")
class Sparing(_Reading):
    def read(self, contact: Contact) -> Contact:
        firsts = {each.text: each for each in reversed(contact.phones)}
        return attrs.evolve(contact, phones=tuple(each for each in contact.phones if firsts[each.text] is each))


@mutant("makes up who is not there")
class Inventing(ZohoConnector):
    def __init__(self) -> None:
        self.doomed: RecordRef | None = None

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        self.doomed = ref if draft.fields.get("Last_Name") == "Doomed" else None
        return ref

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        try:
            return await super().get(facts, ref)
        except (NotFound, Gone):
            if ref != self.doomed:
                raise
            return Contact(ref=ref, kind=ContactKind.CONTACT, name="")


@mutant("mixes up two links")
class Remembering(ZohoConnector):
    def __init__(self) -> None:
        self.read: dict[RecordRef, Contact] = {}

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        return self.read.setdefault(ref, contact) if contact.name in ("First", "Second") else contact


@mutant("falls over what somebody may not see")
class Curious(BullhornConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        if "**CONFIDENTIAL**" in contact.fields.values():
            raise UnexpectedAnswer("Bullhorn answered with a field that cannot be read")
        return contact


@mutant("falls over what somebody may not see", "that was taken away, in a search")
class Insistent(BullhornConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        known = isinstance(error, ValidationFailed) and request.repeatable and request.path.startswith("/search/")
        return UnexpectedAnswer("Bullhorn does not understand what it was asked", status=400) if known else error


@mutant("falls over what somebody may not see", "that was taken away, in a sync")
class Faithful(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes: Changes = await hearing(super().changes(facts, resource, cursor), send=_asking if cursor else _same)
        return changes


def _same(request: Request) -> Request:
    return request


def _asking(request: Request) -> Request:
    """No fields are asked for again."""
    if request.path == "/settings/fields":
        raise UnexpectedAnswer("Zoho refuses the query")
    return request
