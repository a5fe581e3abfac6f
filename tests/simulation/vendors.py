"""What the simulation needs to know of a CRM: how it answers, and what it holds in the end."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from tests.simulation.faults import SEND_FATES, Fate
from tests.simulation.model_crm import LONGEST_RUN, ModelConnector, ModelCrm

from customer360.core.activities import ActivityDraft, CallDraft, NoteDraft, TaskDraft
from customer360.core.capabilities import Repeat
from customer360.core.connector import Connector
from customer360.core.effects import Handler, Now, Request, Send
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360.core.wire import Response
from customer360.outbox.keys import activity_key
from customer360.transport.answers import error_of

BEGAN = datetime(2027, 1, 15, 8, tzinfo=UTC)


class Vendor(ABC):
    """A CRM and its connector in one universe."""

    connector: Connector
    facts: LinkFacts
    drafts: tuple[ActivityDraft, ...]
    sends: ClassVar[Mapping[str, tuple[Fate, ...]]]
    """The requests that its connector makes on the way, by the name that :meth:`site` gives them."""
    longest_run: float = 300.0

    @property
    def key(self) -> str:
        """The CRM's key."""
        return self.connector.info.key

    def activity_key(self, source: str) -> str:
        """The key of one of the wrap-up's activities."""
        return activity_key(tenant_id="acme", interaction_id="call-1", agent_id="kim", crm=self.key, source=source)

    def blind(self, draft: ActivityDraft) -> bool:
        """Whether the CRM cannot tell if ``draft`` was written."""
        return self.connector.creates(self.facts)[draft.kind].repeat is Repeat.BLIND

    @abstractmethod
    def exchange(self) -> Handler:
        """What carries one process's requests; a process that dies takes it along."""

    @abstractmethod
    def site(self, send: Send) -> str:
        """What ``send`` is on the path, in words."""

    @abstractmethod
    def answer(self, send: Send, now: float) -> Response:
        """The CRM's answer at time ``now``; calls come in the order of time."""

    @abstractmethod
    def written(self) -> Mapping[str, tuple[str, ...]]:
        """Everything written since the beginning: the ids of the records that carry each key, "" for no key."""


class ModelVendor(Vendor):
    """The model: one activity of each class of create."""

    sends = dict.fromkeys(("create note", "create task", "create call", "find"), SEND_FATES)
    longest_run = LONGEST_RUN

    def __init__(self) -> None:
        self.connector = ModelConnector()
        self.facts = LinkFacts(crm="model")
        self.crm = ModelCrm()
        contact = RecordRef("model", "contacts", "42")
        self.drafts = (
            NoteDraft(contact=contact, key=self.activity_key("hand:1"), text="native"),
            TaskDraft(contact=contact, key=self.activity_key("hand:2"), subject="findable"),
            CallDraft(contact=contact, key=self.activity_key("rule:log"), subject="blind", started_at=BEGAN),
        )

    def exchange(self) -> Handler:
        async def exchange(request: Request) -> Response:
            query = "".join(f"?{name}={value}" for name, value in request.params)
            content = b"" if request.json is None else json.dumps(request.json).encode()
            url = f"https://model.test{request.path}{query}"
            response = await Send(method=request.method, url=url, content=content)
            error = error_of(self.connector, self.facts, request, response, await Now())
            if error is not None:
                raise error
            return response

        return exchange

    def site(self, send: Send) -> str:
        return "find" if send.method == "GET" else f"create {json.loads(send.content)['kind']}"

    def answer(self, send: Send, now: float) -> Response:
        self.crm.now = now
        return self.crm.answer(send)

    def written(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for place, (_, key, _) in enumerate(self.crm.written):
            found[key] = (*found.get(key, ()), str(place))
        return found
