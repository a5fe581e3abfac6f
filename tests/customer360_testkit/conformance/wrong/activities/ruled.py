"""The wrong connectors of :mod:`customer360_testkit.conformance.activities.ruled`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

import attrs
from tests.customer360_testkit.conformance.wrong.hearing import hearing
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.activities import ActivityChange, ActivityDraft, TaskDraft
from customer360.core.connector import Connector
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360_bullhorn import BullhornConnector
from customer360_microsoft365 import Microsoft365Connector
from customer360_salesforce import SalesforceConnector
from customer360_zoho import ZohoConnector

Extra: TypeAlias = dict[str, Any]
_WRONG = "loses what a rule sets"


def adding(base: type[Connector], alter: Callable[[Extra], Extra], *, tasks: bool = False) -> type[Connector]:
    """Wrong in what it makes of what a rule adds, to tasks alone or to everything."""

    class Adding(base):  # type: ignore[misc, valid-type]  # one of four
        async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
            wrong = isinstance(draft, TaskDraft) or not tasks
            altered = attrs.evolve(draft, extra=alter(dict(draft.extra))) if wrong else draft
            ref: RecordRef = await super().create_activity(facts, altered)
            return ref

    return Adding


def changing(base: type[Connector], alter: Callable[[Extra], Extra]) -> type[Connector]:
    """Wrong in what it makes of what a rule changes."""

    class Changing(base):  # type: ignore[misc, valid-type]  # one of four
        async def update_activity(self, facts: LinkFacts, change: ActivityChange) -> None:
            await super().update_activity(facts, attrs.evolve(change, extra=alter(dict(change.extra))))

    return Changing


def _nothing(extra: Extra) -> Extra:
    """But for what no connector may take, and what is of another CRM."""
    return {name: each for name, each in extra.items() if "Quill" in name or isinstance(each, RecordRef)}


def _first(extra: Extra) -> Extra:
    return dict([*extra.items()][:1])


def _but(*types: type) -> Callable[[Extra], Extra]:
    return lambda extra: {name: each for name, each in extra.items() if not isinstance(each, types)}


def _texts(extra: Extra) -> Extra:
    return {name: each for name, each in extra.items() if each is None or isinstance(each, str | RecordRef)}


def _true(extra: Extra) -> Extra:
    return {name: each for name, each in extra.items() if each or each is None or isinstance(each, str | tuple)}


def _worded(extra: Extra) -> Extra:
    numbers = {name: str(each) for name, each in extra.items() if type(each) is int}
    return {**extra, **numbers}


def _unzoned(extra: Extra) -> Extra:
    times = {name: each.replace(tzinfo=UTC) for name, each in extra.items() if isinstance(each, datetime)}
    return {**extra, **times}


def _given(extra: Extra) -> Extra:
    return {name: each for name, each in extra.items() if each is not None}


def _ours(extra: Extra) -> Extra:
    return {name: each for name, each in extra.items() if name not in ("Priority", "Origin")}


def _users(crm: str) -> Callable[[Extra], Extra]:
    return lambda extra: {
        name: each
        for name, each in extra.items()
        if not (isinstance(each, RecordRef) and each.crm == crm and name.endswith("Id"))
    }


mutant(_WRONG)(adding(ZohoConnector, _nothing, tasks=True))
mutant(_WRONG, "all but one of it")(adding(ZohoConnector, _first))
mutant(_WRONG, "all but texts")(adding(ZohoConnector, _texts))
mutant(_WRONG, "days and times")(adding(SalesforceConnector, _but(date)))
mutant(_WRONG, "no and zero")(adding(BullhornConnector, _true))
mutant(_WRONG, "several choices")(adding(Microsoft365Connector, _but(tuple)))
mutant(_WRONG, "whose it is")(adding(SalesforceConnector, _users("salesforce")))
mutant(_WRONG, "numbers, which it takes for texts")(adding(BullhornConnector, _worded))
mutant(_WRONG, "the zone of a time")(adding(SalesforceConnector, _unzoned))
mutant(_WRONG, "the zone of a time that stands beside it")(adding(Microsoft365Connector, _unzoned))
mutant(_WRONG, "what stands against its own words")(adding(SalesforceConnector, _ours))
mutant(_WRONG, "in a change")(changing(ZohoConnector, _nothing))
mutant(_WRONG, "all but texts, in a change")(changing(ZohoConnector, _texts))
mutant(_WRONG, "days and times, in a change")(changing(SalesforceConnector, _but(date)))
mutant(_WRONG, "no and zero, in a change")(changing(BullhornConnector, _true))
mutant(_WRONG, "several choices, in a change")(changing(Microsoft365Connector, _but(tuple)))
mutant(_WRONG, "the zone of a time, in a change")(changing(BullhornConnector, _unzoned))
mutant(_WRONG, "what is emptied, in a change")(changing(ZohoConnector, _given))


@mutant(_WRONG, "what it says itself")
class Insisting(SalesforceConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        said = {"Status": "Not Started", "Priority": "Normal"} if isinstance(draft, TaskDraft) else {}
        kept = {name: each for name, each in said.items() if name in draft.extra}

        def sent(request: Request) -> Request:
            return attrs.evolve(request, json={**request.json, **kept}) if isinstance(request.json, dict) else request

        ref: RecordRef = await hearing(super().create_activity(facts, draft), send=sent)
        return ref
