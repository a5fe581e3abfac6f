"""The wrong connectors of :mod:`customer360_testkit.conformance.describing.typed`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Reading, mutant

from customer360.core.connector import Connector
from customer360.core.linking import LinkFacts
from customer360.core.records import Contact, ContactChange, ContactDraft, RecordRef
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_microsoft365.records import wire_of
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

Values: TypeAlias = dict[str, Any]
_WRONG = "loses values of some type"


def writing(
    base: type[Connector], alter: Callable[[Values], Values], *, new: bool = True, changed: bool = True, of: str = ""
) -> type[Connector]:
    """Wrong in the values that it writes, of everybody but those of a resource."""

    class Writing(base):  # type: ignore[misc, valid-type]  # one of four
        if new:

            async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
                fields = alter(dict(draft.fields)) if draft.resource != of else draft.fields
                ref: RecordRef = await super().create(facts, attrs.evolve(draft, fields=fields))
                return ref

        if changed:

            async def update(self, facts: LinkFacts, change: ContactChange) -> None:
                fields = alter(dict(change.fields)) if change.ref.resource != of else change.fields
                if fields or not change.fields:
                    await super().update(facts, attrs.evolve(change, fields=fields))

    return Writing


def _but(*types: type) -> Callable[[Values], Values]:
    return lambda fields: {name: each for name, each in fields.items() if not isinstance(each, types)}


def _unreferring(crm: str, text: str) -> Callable[[Values], Values]:
    """But for what stands in that field for texts."""
    return lambda fields: {
        name: each
        for name, each in fields.items()
        if not (isinstance(each, RecordRef) and each.crm == crm and name != text)
    }


def _unplaced(fields: Values) -> Values:
    return {name: each for name, each in fields.items() if not isinstance(each, Mapping) or "Quill" not in repr(each)}


def _true(fields: Values) -> Values:
    return {name: each for name, each in fields.items() if each or each is None or isinstance(each, str | tuple)}


def _filled(fields: Values) -> Values:
    return {name: each for name, each in fields.items() if each != () or len(fields) == 1}


def _moved(fields: Values) -> Values:
    days = {name: each - timedelta(days=1) for name, each in fields.items() if type(each) is date}
    return {**fields, **days}


def _unzoned(fields: Values) -> Values:
    times = {name: each.replace(tzinfo=UTC) for name, each in fields.items() if isinstance(each, datetime)}
    return {**fields, **times}


def _late(fields: Values) -> Values:
    times = {name: each + timedelta(hours=5) for name, each in fields.items() if isinstance(each, datetime)}
    return {**fields, **times}


def _joined(fields: Values) -> Values:
    return {name: ",".join(each) if isinstance(each, tuple) else each for name, each in fields.items()}


def _cityless(fields: Values) -> Values:
    return {name: each for name, each in fields.items() if name != "City"}


def _given(fields: Values) -> Values:
    return {name: each for name, each in fields.items() if each is not None}


mutant(_WRONG)(writing(ZohoConnector, _unreferring("zoho", "Title")))
mutant(_WRONG, "references of somebody new")(
    writing(SalesforceConnector, _unreferring("salesforce", "Title"), changed=False)
)
mutant(_WRONG, "references in a change")(writing(BullhornConnector, _unreferring("bullhorn", "occupation"), new=False))
mutant(_WRONG, "days of somebody new")(writing(ZohoConnector, _but(date), changed=False))
mutant(_WRONG, "a day that is shifted")(writing(ZohoConnector, _moved, new=False))
mutant(_WRONG, "a time that is shifted")(writing(SalesforceConnector, _late, new=False))
mutant(_WRONG, "a time of another zone")(writing(BullhornConnector, _unzoned, new=False))
mutant(_WRONG, "a time of another zone, of somebody new")(writing(Microsoft365Connector, _unzoned, changed=False))
mutant(_WRONG, "several choices of somebody new")(writing(SalesforceConnector, _joined, changed=False))
mutant(_WRONG, "no and zero of somebody new")(writing(ZohoConnector, _true, changed=False))
mutant(_WRONG, "no and zero in a change")(writing(BullhornConnector, _true, new=False))
mutant(_WRONG, "that all are taken away")(writing(Microsoft365Connector, _filled, new=False))
mutant(_WRONG, "structures of somebody new")(writing(BullhornConnector, _but(Mapping), changed=False))
mutant(_WRONG, "structures in a change")(writing(Microsoft365Connector, _unplaced, new=False))
mutant(_WRONG, "a city of a lead")(writing(ZohoConnector, _cityless, changed=False, of="Contacts"))
mutant(_WRONG, "that a lead's are taken away")(writing(ZohoConnector, _given, new=False, of="Contacts"))


def _pairs(fields: Values) -> Values:
    return {name: each[:2] if isinstance(each, tuple) else each for name, each in fields.items()}


def _to_the_minute(fields: Values) -> Values:
    return {name: each.replace(second=0) if isinstance(each, datetime) else each for name, each in fields.items()}


mutant(_WRONG, "the third of several choices")(writing(Microsoft365Connector, _pairs))
mutant(_WRONG, "the seconds of a time")(writing(SalesforceConnector, _to_the_minute))


@mutant(_WRONG, "the other parts of an address")
class PartOnly(Microsoft365Connector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        parts = {name for name, value in change.fields.items() if isinstance(value, Mapping) and len(value) == 1}
        whole = {name: {**wire_of(name, None), **change.fields[name]} for name in parts}  # type: ignore[dict-item]
        await super().update(facts, attrs.evolve(change, fields={**change.fields, **whole}))


@mutant(_WRONG, "the value of a choice, for its label")
class Labelling(Reading):
    def read(self, contact: Contact) -> Contact:
        return self.with_field(contact, "Salutation", f"{contact.fields['Salutation'] or ''}".rstrip("."))


@mutant(_WRONG, "that choices are several")
class FlatChoices(Microsoft365Connector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        flat = {"categories": contact.fields.get("categories")}
        if isinstance(flat["categories"], tuple):
            flat["categories"] = ", ".join(flat["categories"])
        return attrs.evolve(contact, fields={**contact.fields, **flat})


@mutant(_WRONG, "that no is no text")
class Wording(Reading):
    def read(self, contact: Contact) -> Contact:
        if contact.name != "Quilltyped":
            return contact
        return self.with_field(contact, "Email_Opt_Out", str(contact.fields["Email_Opt_Out"] or "").lower())


@mutant(_WRONG, "a field of the customer's own")
class Customless(Reading):
    def read(self, contact: Contact) -> Contact:
        if contact.name != "Quilltyped":
            return contact
        fields = {name: value for name, value in contact.fields.items() if name != "Customer_Number"}
        return attrs.evolve(contact, fields=fields)
