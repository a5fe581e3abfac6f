"""Connectors that are wrong about people: what they read, describe and change of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import attrs
from tests.customer360_testkit.conformance.registry import Creating, Reading, mutant

from customer360.core.errors import Gone, NotFound, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.metadata import FieldInfo, FieldType, Resource, Schema, StandardField
from customer360.core.records import Contact, ContactChange, ContactDraft, ContactKind, Page, RecordRef
from customer360.core.search import FieldIs, Query
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

# Persons --------------------------------------------------------------------------------------------------------------


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


@mutant("says None where there is nothing")
class Wordy(Reading):
    def read(self, contact: Contact) -> Contact:
        return self.with_field(contact, "Department", str(contact.fields["Department"]))


@mutant("reads a name as markup")
class Unescaping(Reading):
    def read(self, contact: Contact) -> Contact:
        return self.with_field(contact, "Last_Name", unescape(str(contact.fields["Last_Name"])))


@mutant("takes digits for a number")
class Counting(Reading):
    def read(self, contact: Contact) -> Contact:
        title = contact.fields["Title"]
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


@mutant("takes a change of who is gone for done")
class Shrugging(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        try:
            await super().update(facts, change)
        except (NotFound, Gone):
            if (change.ref.crm, change.ref.resource) != ("zoho", "Contacts"):
                raise


# Describing -----------------------------------------------------------------------------------------------------------


class _Describing(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        return attrs.evolve(schema, fields=tuple(self.described(field) for field in schema.fields))

    def described(self, field: FieldInfo) -> FieldInfo:
        raise NotImplementedError


@mutant("maps a standard field to none")
class Mapless(ZohoConnector):
    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        first, *others = await super().list_resources(facts)
        return (attrs.evolve(first, standard={**first.standard, StandardField.TITLE: "JobTitle"}), *others)


@mutant("describes a field twice")
class Stuttering(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        return attrs.evolve(schema, fields=(*schema.fields, *schema.fields[:1]))


@mutant("offers a choice twice")
class Repetitive(_Describing):
    def described(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, choices=(*field.choices, *field.choices[:1]))


@mutant("describes a field as read only that is not")
class Guarding(_Describing):
    def described(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, editable=field.editable and field.name != "Title")


@mutant("asks for more than the CRM does")
class Demanding(_Describing):
    def described(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, required=field.required or field.type is FieldType.EMAIL)


@mutant("cannot describe an activity")
class Inactive(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        if resource == "Deals":
            raise Unsupported("only people are described")
        return await super().describe(facts, resource)


@mutant("does not list what it declares")
class Leadless(ZohoConnector):
    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return tuple(each for each in await super().list_resources(facts) if each.name != "Leads")


@mutant("calls a field searchable that is not")
class Overpromising(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if isinstance(query, FieldIs) and query.field == "Department":
            raise Unsupported("not this one")
        return await super().search(facts, resource, query, limit=limit)


@mutant("searches a field that nobody knows")
class Fieldless(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if isinstance(query, FieldIs) and query.field == "QuillNoSuchField":
            return Page(())
        return await super().search(facts, resource, query, limit=limit)


@mutant("loses custom fields")
class Customless(Reading):
    def read(self, contact: Contact) -> Contact:
        if contact.name != "Texter":
            return contact
        fields = {name: value for name, value in contact.fields.items() if name != "Customer_Number"}
        return attrs.evolve(contact, fields=fields)


@mutant("shortens what fits")
class Shortening(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        fields = {name: value[:80] if isinstance(value, str) else value for name, value in change.fields.items()}
        await super().update(facts, attrs.evolve(change, fields=fields))


@mutant("reads the label of a choice")
class Labelling(Reading):
    def read(self, contact: Contact) -> Contact:
        return self.with_field(contact, "Salutation", f"{contact.fields['Salutation'] or ''}".rstrip("."))


@mutant("flattens several choices")
class FlatChoices(Microsoft365Connector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        flat = {"categories": contact.fields.get("categories")}
        if isinstance(flat["categories"], tuple):
            flat["categories"] = ", ".join(flat["categories"])
        return attrs.evolve(contact, fields={**contact.fields, **flat})


def _moved(fields: Mapping[str, Any], kind: Any, by: timedelta) -> dict[str, Any]:
    moved: dict[str, Any] = dict(fields)
    return {name: value + by if type(value) is kind else value for name, value in moved.items()}


@mutant("shifts a day")
class DayShifting(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await super().update(facts, attrs.evolve(change, fields=_moved(change.fields, date, timedelta(days=-1))))


@mutant("loses the zone of a time")
class Zoneless(Microsoft365Connector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await super().update(facts, attrs.evolve(change, fields=_moved(change.fields, datetime, timedelta(hours=2))))


@mutant("says false in a word")
class Wording(Reading):
    def read(self, contact: Contact) -> Contact:
        if contact.name != "Decided":
            return contact
        return self.with_field(contact, "Email_Opt_Out", str(contact.fields["Email_Opt_Out"] or "").lower())


@mutant("rounds a number")
class Rounding(SalesforceConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        fields = {name: round(value) if isinstance(value, float) else value for name, value in contact.fields.items()}
        return attrs.evolve(contact, fields=fields)
