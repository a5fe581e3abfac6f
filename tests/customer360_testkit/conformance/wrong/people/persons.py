"""The wrong connectors of :mod:`customer360_testkit.conformance.people.persons`."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Creating, Reading, Searching, Telling, mutant

from customer360.core.errors import (
    Gone,
    NotFound,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.records import (
    Contact,
    ContactChange,
    ContactDraft,
    ContactKind,
    RecordRef,
)
from customer360.core.search import Query
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector


@mutant("swaps two numbers")
class SwappingNumbers(Reading):
    def read(self, contact: Contact) -> Contact:
        if contact.name != "Manyphones":
            return contact
        one, two, *others = contact.phones
        swapped = (attrs.evolve(one, text=two.text), attrs.evolve(two, text=one.text))
        return attrs.evolve(contact, phones=(*swapped, *others))


@mutant("drops the second address")
class OneAddress(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, emails=contact.emails[:1]) if contact.name == "Manymails" else contact


@mutant("writes addresses in small letters")
class SmallLetters(Creating):
    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        email = fields.get("Email")
        return {**fields, "Email": email.lower()} if isinstance(email, str) else fields


@mutant("swaps first and last name")
class SwappingNames(Reading):
    def read(self, contact: Contact) -> Contact:
        if contact.given_name is None:
            return contact
        return attrs.evolve(contact, given_name=contact.family_name, family_name=contact.given_name)


@mutant("reads a contact as somebody else")
class Leading(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, kind=ContactKind.LEAD)


@mutant("shifts when a contact was made")
class Aging(Reading):
    def read(self, contact: Contact) -> Contact:
        if contact.created_at is None:
            return contact
        return attrs.evolve(contact, created_at=contact.created_at.astimezone() - timedelta(hours=1))


@mutant("shifts when a contact was made", "and tells of nobody")
class Undated(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, created_at=None)


@mutant("shifts when a contact was made", "and does not tell when it was changed")
class Unchanged(Reading, Searching):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, modified_at=None)

    def hits(self, query: Query, hits: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(map(self.read, hits))


@mutant("shifts when a contact was made", "and takes the last change for the first day")
class Unaging(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, modified_at=contact.created_at)


@mutant("shifts when a contact was made", "a lead with each change")
class Reborn(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        return attrs.evolve(contact, created_at=contact.modified_at) if ref.resource == "Leads" else contact


@mutant("says None where there is nothing")
class Wordy(Reading):
    def read(self, contact: Contact) -> Contact:
        told = contact.name == "Bareperson"
        return self.with_field(contact, "Department", str(contact.fields["Department"])) if told else contact


@mutant("reads a name as markup")
class Unescaping(Reading):
    def read(self, contact: Contact) -> Contact:
        return self.with_field(contact, "Last_Name", unescape(str(contact.fields["Last_Name"])))


@mutant("takes digits for a number")
class Counting(Reading):
    def read(self, contact: Contact) -> Contact:
        title = contact.fields.get("Title")
        return self.with_field(contact, "Title", int(title) if isinstance(title, str) and title.isdecimal() else title)


@mutant("gives a contact to another owner")
class Disowning(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, owner=RecordRef("zoho", "users", "1")) if contact.name == "Owned" else contact


@mutant("takes part of an id for the id")
class Parting(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        return await super().get(facts, attrs.evolve(ref, id=ref.id.partition("?")[0]))


@mutant("changes one field after the other")
class Stepping(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        for name, value in change.fields.items():
            await super().update(facts, attrs.evolve(change, fields={name: value}))


@mutant("changes the change that it is given")
class Rewriting(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await super().update(facts, change)
        if change.fields == {"Title": "Spare"}:
            change.fields["Description"] = "seen"  # type: ignore[index]  # that is what is wrong


@mutant("drops a field that it does not know")
class Dropping(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        fields = {name: value for name, value in draft.fields.items() if not name.startswith("Quill")}
        return await super().create(facts, attrs.evolve(draft, fields=fields))


@mutant("drops a field that it does not know", "and a reference")
class Unreferring(Microsoft365Connector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        fields = {name: value for name, value in draft.fields.items() if not isinstance(value, RecordRef)}
        return await super().create(facts, attrs.evolve(draft, fields=fields))


@mutant("drops a field that it does not know", "and a reference in a change")
class Unreferred(Microsoft365Connector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        fields = {name: value for name, value in change.fields.items() if not isinstance(value, RecordRef)}
        await super().update(facts, attrs.evolve(change, fields=fields))


@mutant("takes a change of who is gone for done")
class Shrugging(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        self._ours(change.ref, *(each for each in change.fields.values() if isinstance(each, RecordRef)))
        try:
            await super().update(facts, change)
        except (NotFound, Gone):
            if change.ref.resource != "Contacts":
                raise


@mutant("calls people by their address")
class Addressing(Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, name=contact.emails[0].address) if contact.emails and contact.phones else contact


@mutant("leads from a contact to the start page")
class StartPage(Telling):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, url="https://crm.zoho.eu/")


@mutant("forgets where people work")
class Unemployed(Telling):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, company=None)


class _Changing(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await super().update(facts, attrs.evolve(change, fields=self.sent(dict(change.fields))))

    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


@mutant("clears nothing while it sets something")
class HalfClearing(_Changing):
    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if value is not None} or fields


@mutant("changes addresses to small letters")
class Lowering(_Changing):
    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value.lower() if name == "Email" and value else value for name, value in fields.items()}


@mutant("reads the first of several texts only")
class FirstText(Microsoft365Connector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        if "Severaltexts" not in contact.name:
            return contact
        firsts = {phone.field: phone for phone in reversed(contact.phones)}
        return attrs.evolve(contact, phones=tuple(each for each in contact.phones if firsts[each.field] is each))


@mutant("takes a refused change for done")
class Unrefusing(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        try:
            await super().update(facts, change)
        except ValidationFailed:
            misfit = any(isinstance(value, RecordRef) for value in change.fields.values())
            if misfit or change.ref.resource != "Contacts":
                raise
