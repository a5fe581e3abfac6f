"""Wrong connectors whose writes cause more than a record."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityDraft
from customer360.core.effects import Operation, Request
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactDraft, RecordRef
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

R = TypeVar("R")
_NAME = "causes more than a record"


async def _sent(op: Operation[R], alter: Callable[[Request], Request]) -> R:
    """What an operation comes to whose requests are altered on the way."""
    answer: Any = None
    error: Exception | None = None
    while True:
        try:
            effect = op.send(answer) if error is None else op.throw(error)
        except StopIteration as end:
            value: R = end.value
            return value
        answer, error = None, None
        try:
            answer = await (alter(effect) if isinstance(effect, Request) else effect)
        except Exception as raised:
            error = raised


@mutant(_NAME)
class _Quiet(ZohoConnector):
    """The customer's workflow rules do not run for leads."""

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        return await _sent(super().create(facts, draft), _untriggered if draft.resource == "Leads" else _same)


@mutant(_NAME, "a mail")
class _Mailing(ZohoConnector):
    """Each task of high priority mails its owner."""

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await _sent(super().create_activity(facts, draft), _mailing)


@mutant(_NAME, "the first among contacts")
class _Primary(SalesforceConnector):
    """Whoever is tied to a deal becomes its primary contact."""

    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        await _sent(super().link(facts, contact, record), _primary)


@mutant(_NAME, "rights")
class _Sharing(SalesforceConnector):
    """Whoever may see a customer may change what was noted."""

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        return await _sent(super().create_activity(facts, draft), _shared)


def _same(request: Request) -> Request:
    return request


def _untriggered(request: Request) -> Request:
    return _with(request, trigger=[]) if request.method == "POST" else request


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
