"""The wrong connectors of :mod:`customer360_testkit.conformance.people.writing`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.errors import (
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    ContactChange,
    ContactDraft,
    RecordRef,
)
from customer360_zoho import ZohoConnector


@mutant("writes the whole record back")
class Whole(ZohoConnector):
    def __init__(self) -> None:
        self.read: dict[RecordRef, str] = {}

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        self.read[ref] = str(contact.fields.get("Last_Name"))
        return contact

    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        whole = {"Last_Name": "Before"} if self.read.get(change.ref) == "Before" else {}
        await super().update(facts, attrs.evolve(change, fields={**whole, **change.fields}))


@mutant("cannot clear a field")
class Clinging(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        if change.ref.resource != "Contacts" or [*change.fields.values()] != [None]:
            await super().update(facts, change)


@mutant("overwrites a newer version")
class Overwriting(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        one = len(change.fields) == 1 and change.ref.resource == "Contacts"
        await super().update(facts, attrs.evolve(change, version=None) if one else change)


class _Refusing(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        try:
            return await super().create(facts, draft)
        except ValidationFailed as refused:
            raise self.said(draft, refused) from None

    def said(self, draft: ContactDraft, refused: ValidationFailed) -> Exception:
        raise NotImplementedError


@mutant("does not say which field is wrong")
class Vague(_Refusing):
    def said(self, draft: ContactDraft, refused: ValidationFailed) -> Exception:
        return ValidationFailed("something is wrong")


@mutant("quotes the customer in an error")
class Gossiping(_Refusing):
    def said(self, draft: ContactDraft, refused: ValidationFailed) -> Exception:
        return ValidationFailed(f"{draft.fields.get('Last_Name')} is refused", problems=refused.problems)


@mutant("creates twice")
class Twice(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        if draft.fields.get("Last_Name") == "Once":
            await super().create(facts, draft)
        return ref


@mutant("changes the draft that it is given")
class Scribbling(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        draft.fields["Description"] = "seen"  # type: ignore[index]  # that is what is wrong
        return ref
