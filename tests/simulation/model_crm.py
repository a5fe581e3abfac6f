"""A CRM in forty lines that has every kind of create: notes are native, tasks findable, calls blind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from tests.unable import Unable

from customer360.core.activities import ActivityDraft
from customer360.core.capabilities import CreateClass, Repeat
from customer360.core.connector import ConnectorInfo
from customer360.core.effects import GET, POST, Request, Send
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    NotFound,
    RateLimited,
    TokenExpired,
    UnexpectedAnswer,
    ValidationFailed,
)
from customer360.core.linking import Hosts, LinkFacts
from customer360.core.records import ContactDraft, ContactKind, RecordRef, RelatedKind
from customer360.core.wire import Response

LAG = 600.0
LONGEST_RUN = 300.0
NATIVE, FINDABLE, BLIND = RelatedKind.NOTE, RelatedKind.TASK, RelatedKind.CALL
CLASSES: Mapping[RelatedKind | ContactKind, CreateClass] = {
    NATIVE: CreateClass(repeat=Repeat.NATIVE, reason="the client chooses the id"),
    FINDABLE: CreateClass(repeat=Repeat.FINDABLE, reason="by search", lag=LAG, longest_run=LONGEST_RUN),
    BLIND: CreateClass(repeat=Repeat.BLIND, reason="no field takes a key"),
}


class ModelCrm:
    """The vendor's side: what it holds, when it was applied, and what its search shows by now."""

    def __init__(self) -> None:
        self.now = 0.0
        self.written: list[tuple[str, str, float]] = []
        """(kind, key, time applied) in order; the record's id is its place."""

    def answer(self, send: Send) -> Response:
        """Answer one exchange at time ``now``."""
        if send.method == "GET":
            key = send.url.rpartition("=")[2]
            found = [
                place for place, (_, written, at) in enumerate(self.written) if written == key and at + LAG <= self.now
            ]
            return _json(200, {"found": found[0] if found else None})
        body = json.loads(send.content)
        return _json(201, {"id": self._apply(body["kind"], body["key"])})

    def _apply(self, kind: str, key: str) -> int:
        for place, (_, written, _) in enumerate(self.written):
            if kind == NATIVE.value and written == key:
                return place
        self.written.append((kind, key, self.now))
        return len(self.written) - 1


def _json(status: int, data: object) -> Response:
    return Response(status, json.dumps(data).encode(), (("content-type", "application/json"),))


class ModelConnector(Unable):
    """The plugin for it: just enough to write activities down and find them again."""

    info = ConnectorInfo(
        key="model", name="Model", vendor="tests", docs_url="https://model.test", icon="model", api_version="1"
    )

    def hosts(self, facts: LinkFacts) -> Hosts:
        return Hosts(api=("model.test",), login=("model.test",))

    def api_base(self, facts: LinkFacts) -> str:
        return "https://model.test"

    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        return CLASSES

    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        kinds: dict[int, type[Customer360Error]] = {
            401: TokenExpired,
            404: NotFound,
            422: ValidationFailed,
            429: RateLimited,
            503: CrmUnavailable,
        }
        if response.status < 300:
            return None
        return kinds.get(response.status, UnexpectedAnswer)("the model refuses", status=response.status)

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        response = await POST("/activities", {"kind": draft.kind.value, "key": draft.key})
        return RecordRef("model", draft.kind.value, str(response.json()["id"]))

    async def find_created(
        self, facts: LinkFacts, draft: ActivityDraft | ContactDraft, *, since: datetime
    ) -> RecordRef | None:
        found = (await GET("/find", {"key": str(draft.key)})).json()["found"]
        kind = "contact" if isinstance(draft, ContactDraft) else draft.kind.value
        return None if found is None else RecordRef("model", kind, str(found))
