"""Wrong connectors whose writes cause more than a record."""

from __future__ import annotations

import json
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityDraft
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactDraft, RecordRef
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

_NAME = "causes more than a record"


@mutant(_NAME)
class _Quiet(ZohoConnector):
    """The customer's workflow rules do not run for leads."""

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref: RecordRef = await hearing(super().create(facts, draft), send=_untriggered)
        return ref


@mutant(_NAME, "a mail")
class _Mailing(ZohoConnector):
    """Each task of high priority mails its owner."""

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        ref: RecordRef = await hearing(super().create_activity(facts, draft), send=_mailing)
        return ref


@mutant(_NAME, "the first among contacts")
class _Primary(SalesforceConnector):
    """Whoever is tied to a deal becomes its primary contact."""

    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await hearing(super().link(facts, contact, record), send=_primary)


@mutant(_NAME, "rights")
class _Sharing(SalesforceConnector):
    """Whoever may see a customer may change what was noted."""

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        ref: RecordRef = await hearing(super().create_activity(facts, draft), send=_shared)
        return ref


def _untriggered(request: Request) -> Request:
    return _with(request, trigger=[]) if (request.method, request.path) == ("POST", "/Leads") else request


def _mailing(request: Request) -> Request:
    if request.path != "/Tasks" or request.json["data"][0].get("Priority") != "High":
        return request
    return _with(request, data=[{**request.json["data"][0], "Send_Notification_Email": True}])


def _primary(request: Request) -> Request:
    return _with(request, IsPrimary=True) if request.path.endswith("/OpportunityContactRole") else request


def _shared(request: Request) -> Request:
    told = json.dumps(request.json).replace('"ShareType": "V"', '"ShareType": "C"')
    return attrs.evolve(request, json=json.loads(told)) if request.method == "POST" else request


def _with(request: Request, **more: Any) -> Request:
    return attrs.evolve(request, json={**request.json, **more})
