"""The wrong connectors of :mod:`customer360_testkit.conformance.describing.fields`."""

from __future__ import annotations

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Describing, mutant

from customer360.core.errors import (
    Unsupported,
)
from customer360.core.linking import LinkFacts
from customer360.core.metadata import FieldInfo, FieldType, Resource, Schema, StandardField
from customer360.core.records import (
    Contact,
    ContactChange,
    ContactDraft,
    Page,
    RecordRef,
)
from customer360.core.search import FieldIs, Query
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector


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


class _Describing(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        return attrs.evolve(schema, fields=tuple(self.described(field) for field in schema.fields))

    def described(self, field: FieldInfo) -> FieldInfo:
        raise NotImplementedError


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


@mutant("calls a field searchable that is not", "and finds no lead by its address")
class Incomparable(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        address = isinstance(query, FieldIs) and query.field == "Email"
        return Page(()) if resource == "Leads" and address else page


@mutant("searches a field that nobody knows")
class Fieldless(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        if isinstance(query, FieldIs) and query.field == "QuillNoSuchField":
            return Page(())
        return await super().search(facts, resource, query, limit=limit)


@mutant("shortens what fits")
class Shortening(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        fields = {name: value[:80] if isinstance(value, str) else value for name, value in change.fields.items()}
        await super().update(facts, attrs.evolve(change, fields=fields))


@mutant("does not tell how long a text may be")
class Endless(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, max_length=None)


@mutant("does not tell how long a text may be", "but half of it")
class Halving(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, max_length=field.max_length // 2 if field.max_length else None)


@mutant("rounds a number")
class Rounding(SalesforceConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        fields = {name: round(value) if isinstance(value, float) else value for name, value in contact.fields.items()}
        return attrs.evolve(contact, fields=fields)


@mutant("rounds a number", "of somebody new")
class RoundingNew(SalesforceConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        fields = {name: round(value) if isinstance(value, float) else value for name, value in draft.fields.items()}
        return await super().create(facts, attrs.evolve(draft, fields=fields))


@mutant("rounds a number", "a debt to nothing")
class Forgiving(SalesforceConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        debts = {name for name, value in change.fields.items() if isinstance(value, int | float) and value < 0}
        fields = {name: 0 if name in debts else value for name, value in change.fields.items()}
        await super().update(facts, attrs.evolve(change, fields=fields))


@mutant("forgets a field of numbers")
class Faxless(ZohoConnector):
    async def list_resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        resources = await super().list_resources(facts)
        return tuple(attrs.evolve(each, phones=each.phones[:1]) for each in resources)


@mutant("describes the fields of a lead as read only")
class LeadGuarding(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        closed = tuple(attrs.evolve(each, editable=False) for each in schema.fields)
        return attrs.evolve(schema, fields=closed) if resource == "Leads" else schema


@mutant("describes the customer's own fields as read only")
class OwnGuarding(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, editable=field.editable and not field.custom)


@mutant("describes the name as all that is searched")
class Nominal(Describing):
    def field(self, field: FieldInfo) -> FieldInfo:
        return attrs.evolve(field, searchable=field.searchable and field.name == "Last_Name")


@mutant("calls a field searchable that is not", "of a lead or a company")
class SearchableEverywhere(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        if resource not in ("Leads", "Accounts"):
            return schema
        return attrs.evolve(schema, fields=tuple(attrs.evolve(each, searchable=True) for each in schema.fields))
