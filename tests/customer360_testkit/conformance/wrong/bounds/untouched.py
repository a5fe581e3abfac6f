"""The wrong connectors of :mod:`customer360_testkit.conformance.bounds.untouched`."""

from __future__ import annotations

from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityChange, ActivityDraft, NoteDraft
from customer360.core.connector import Connector
from customer360.core.effects import DELETE, GET, POST, PUT, Request
from customer360.core.linking import LinkFacts
from customer360.core.records import UNSET, ContactChange, ContactDraft, Fields, RecordRef, RelatedKind
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

# People -------------------------------------------------------------------------------------------------------------

_SOMEBODY = "changes of somebody what it was not told to change"


class _Changing(Connector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        also = self.also(facts, change)
        await super().update(facts, attrs.evolve(change, fields={**also, **change.fields}))

    def also(self, facts: LinkFacts, change: ContactChange) -> Fields:
        raise NotImplementedError


@mutant(_SOMEBODY)
class Sweeping(_Changing, ZohoConnector):
    def also(self, facts: LinkFacts, change: ContactChange) -> Fields:
        return {"Phone": None} if set(change.fields) == {"Mobile"} else {}


@mutant(_SOMEBODY, "a box that was not ticked")
class Unticking(_Changing, ZohoConnector):
    def also(self, facts: LinkFacts, change: ContactChange) -> Fields:
        return {"Email_Opt_Out": False} if change.ref.resource == "Contacts" and len(change.fields) == 1 else {}


@mutant(_SOMEBODY, "a birthday")
class Undating(_Changing, Microsoft365Connector):
    def also(self, facts: LinkFacts, change: ContactChange) -> Fields:
        return {"birthday": None} if len(change.fields) == 1 else {}


def _nameless(request: Request) -> Request:
    body = request.json
    if request.method != "PATCH" or not isinstance(body, dict) or not body.get("emailAddresses"):
        return request
    addresses = [{"address": each["address"]} for each in body["emailAddresses"]]
    return attrs.evolve(request, json={**body, "emailAddresses": addresses})


@mutant(_SOMEBODY, "the names beside addresses")
class Unnaming(Microsoft365Connector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        await hearing(super().update(facts, change), send=_nameless)


@mutant(_SOMEBODY, "whose it is")
class Taking(_Changing, ZohoConnector):
    def also(self, facts: LinkFacts, change: ContactChange) -> Fields:
        mine = RecordRef("zoho", "users", facts.user or "")
        return {"Owner": mine} if change.ref.resource == "Contacts" and "Mobile" in change.fields else {}


@mutant(_SOMEBODY, "a lead's text")
class Emptying(_Changing, ZohoConnector):
    def also(self, facts: LinkFacts, change: ContactChange) -> Fields:
        return {"Designation": None} if change.ref.resource == "Leads" and set(change.fields) == {"Mobile"} else {}


# Activities ---------------------------------------------------------------------------------------------------------


class _Correcting(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        await super().update_activity(facts, attrs.evolve(change, extra={**self.reset(facts, change), **change.extra}))

    def reset(self, facts: LinkFacts, change: ActivityChange) -> dict[str, Any]:
        raise NotImplementedError


@mutant("resets what is not being corrected")
class Resetting(_Correcting):
    def reset(self, facts: LinkFacts, change: ActivityChange) -> dict[str, Any]:
        return {"Priority": "Normal"} if change.kind is RelatedKind.TASK else {}


@mutant("resets what is not being corrected", "what a call is about")
class Forgetting(_Correcting):
    def reset(self, facts: LinkFacts, change: ActivityChange) -> dict[str, Any]:
        return {"What_Id": None} if change.kind is RelatedKind.CALL else {}


@mutant("resets what is not being corrected", "whose an appointment is")
class Reassigning(_Correcting):
    def reset(self, facts: LinkFacts, change: ActivityChange) -> dict[str, Any]:
        return {"Owner": RecordRef("zoho", "users", facts.user or "")} if change.kind is RelatedKind.EVENT else {}


@mutant("resets what is not being corrected", "the text with the title")
class Wiping(ZohoConnector):
    async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
        wiped = change.text is UNSET and change.subject == "Quillsecond" and change.kind is RelatedKind.TASK
        await super().update_activity(facts, attrs.evolve(change, text=None) if wiped else change)


# Creating -----------------------------------------------------------------------------------------------------------

_BESIDE = "writes something beside what it creates"


@mutant(_BESIDE)
class Companion(BullhornConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        if draft.fields.get("lastName") == "Quillapart":
            await PUT("/entity/ClientCorporation", {"name": "Quillfirm"})
        return ref


@mutant(_BESIDE, "for somebody else")
class Copying(SalesforceConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        ref = await super().create_activity(facts, draft)
        if isinstance(draft, NoteDraft) and draft.key.startswith("apart"):
            await POST("/sobjects/Account", {"Name": "Quillfirm"})
        return ref


@mutant("takes a namesake's record for its own")
class Upserting(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        if draft.resource == "Leads" and draft.fields.get("Email") == "quilltwin@conform.example":
            body = {"data": [dict(draft.fields)], "duplicate_check_fields": ["Email"]}
            (row,) = (await POST("/Leads/upsert", body)).json()["data"]
            return RecordRef("zoho", "Leads", row["details"]["id"])
        return await super().create(facts, draft)


# Tying --------------------------------------------------------------------------------------------------------------

_TIES = "ties or unties more than it was told to"


async def _also(
    ref: RecordRef, fields: dict[str, Any], modules: tuple[str, ...] = ("Tasks", "Calls", "Events")
) -> None:
    if ref.resource in modules:
        await PUT(f"/{ref.resource}/{ref.id}", {"data": [fields]})


@mutant(_TIES)
class UntyingAll(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._ours(contact, record)
        await _also(record, {"Who_Id": None})
        await super().unlink(facts, contact, record)


@mutant(_TIES, "and loses the case")
class Losing(ZohoConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().link(facts, contact, record)
        if contact.resource == "Contacts":
            await _also(record, {"What_Id": None, "$se_module": None})


@mutant(_TIES, "and loses the case with the contact")
class LosingBoth(ZohoConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().unlink(facts, contact, record)
        await _also(record, {"What_Id": None, "$se_module": None})


@mutant(_TIES, "and takes what a colleague had")
class Grabbing(ZohoConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().link(facts, contact, record)
        await _also(record, {"Owner": {"id": facts.user}})


@mutant(_TIES, "and takes a note from everybody")
class Withdrawing(SalesforceConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().unlink(facts, contact, record)
        if record.resource == "ContentNote":
            where = f"ContentDocumentId = '{record.id}'"
            asked = {"q": f"SELECT Id, LinkedEntityId FROM ContentDocumentLink WHERE {where}"}
            for row in (await GET("/query", asked)).json()["records"]:
                if not row["LinkedEntityId"].startswith("005"):
                    await DELETE(f"/sobjects/ContentDocumentLink/{row['Id']}")


@mutant(_TIES, "and deletes a note")
class DeletingNotes(SalesforceConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().unlink(facts, contact, record)
        if record.resource == "ContentNote":
            await DELETE(f"/sobjects/ContentNote/{record.id}")


@mutant(_TIES, "and deletes a deal")
class DeletingDeals(SalesforceConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().unlink(facts, contact, record)
        if record.resource == "Opportunity" and (await self.get(facts, contact)).name.startswith("Quilldealt"):
            await DELETE(f"/sobjects/Opportunity/{record.id}")


@mutant(_TIES, "and takes a deal from everybody")
class DealWithdrawing(SalesforceConnector):
    async def unlink(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().unlink(facts, contact, record)
        if record.resource == "Opportunity":
            asked = {"q": f"SELECT Id FROM OpportunityContactRole WHERE OpportunityId = '{record.id}'"}
            for row in (await GET("/query", asked)).json()["records"]:
                await DELETE(f"/sobjects/OpportunityContactRole/{row['Id']}")


def _untold(request: Request, told: Any) -> Any:
    return {"value": []} if request.method == "GET" and request.path.endswith("/linkedResources") else None


@mutant(_TIES, "a task twice")
class Redoubling(Microsoft365Connector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await hearing(super().link(facts, contact, record), _untold)


@mutant(_TIES, "twice")
class Doubling(BullhornConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await super().link(facts, contact, record)
        if record.resource == "Note" and contact.resource == "Candidate":
            await PUT(
                "/entity/Note", {"comments": "Linked", "action": "Other", "personReference": {"id": int(contact.id)}}
            )
