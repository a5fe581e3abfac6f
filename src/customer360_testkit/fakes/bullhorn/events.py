"""Event subscriptions (contract section 8): queues that are pulled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from customer360_testkit.fakes.bullhorn.errors import BullhornError, bad
from customer360_testkit.fakes.exchange import JSON_HEADERS, Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

_KINDS = frozenset({"INSERTED", "UPDATED", "DELETED"})
_UNUSED = 30 * 86_400.0
_MOST_EVENTS = 500


@attrs.define
class Subscription:
    """A queue. ``batches`` are those handed out, by request id, for whoever asks again."""

    name: str
    names: frozenset[str]
    kinds: frozenset[str]
    created: int
    used: float
    waiting: list[dict[str, Any]] = attrs.field(factory=list)
    batches: dict[int, list[dict[str, Any]]] = attrs.field(factory=dict)


class Events:
    """The endpoints below ``event/subscription``."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake
        self.reset()

    def reset(self) -> None:
        self._subscriptions: dict[str, Subscription] = {}
        self._count = 0

    def routes(self) -> Iterable[Route]:
        place = f"{self._fake.root}/event/subscription/{{name}}"
        yield Route("PUT", place, self.subscribe)
        yield Route("GET", place, self.pull)
        yield Route("DELETE", place, self.unsubscribe)
        yield Route("GET", f"{place}/lastRequestId", self.last_request)

    def note(self, entity: str, record_id: int, kind: str, changed: Sequence[str], user: str | None) -> None:
        """Something has happened to a record."""
        if not self._subscriptions:
            return
        self._count += 1
        event = {
            "eventId": f"ID:JBM-{self._count}",
            "eventType": "ENTITY",
            "eventTimestamp": self._fake.now,
            "entityName": entity,
            "entityId": record_id,
            "entityEventType": kind,
            **({"updatedProperties": list(changed)} if kind == "UPDATED" else {}),
            "eventMetadata": {"PERSON_ID": user or "0", "TRANSACTION_ID": f"t-{self._count}"},
        }
        for queue in self._live().values():
            if entity in queue.names and kind in queue.kinds:
                queue.waiting.append(event)

    def subscribe(self, call: Call) -> WireAnswer:
        name, asked = call.params["name"], call.query
        names = frozenset(filter(None, asked.get("names", "").split(",")))
        kinds = frozenset(filter(None, asked.get("eventTypes", "").split(",")))
        if asked.get("type") != "entity" or not names or not kinds or not kinds <= _KINDS:
            raise bad("Invalid event subscription.")
        for entity in names - self._fake.schema.entities.keys():
            raise bad(f"Unknown entity {entity}.")
        held = self._live()
        if name not in held and self._fake.switches["subscriptions"] == "50" and len(held) >= 50:
            raise bad("Too many event subscriptions.")
        fresh = Subscription(name, names, kinds, self._fake.now, self._fake.clock.time())
        self._subscriptions[name] = fresh
        selector = f"JMSType='ENTITY' AND BhEntityName IN ({','.join(sorted(names))})"
        told = {"lastRequestId": 0, "subscriptionId": name, "createdOn": fresh.created, "jmsSelector": selector}
        return json_answer(200, told)

    def pull(self, call: Call) -> WireAnswer:
        queue = self._named(call)
        queue.used = self._fake.clock.time()
        again = call.query.get("requestId")
        if again is not None:
            number = int(again) if again.isascii() and again.isdigit() and len(again) < 10 else 0
            if number not in queue.batches:
                raise bad("Invalid requestId.")
            return json_answer(200, {"requestId": number, "events": queue.batches[number]})
        most = call.query.get("maxEvents", "100")
        if not (most.isascii() and most.isdigit()) or int(most[:9]) == 0:
            raise bad("Invalid maxEvents.")
        count = min(int(most[:9]), _MOST_EVENTS)
        batch, queue.waiting = queue.waiting[:count], queue.waiting[count:]
        if not batch:
            empty = self._fake.switches["no_events"] == "empty_body"
            return WireAnswer(200, JSON_HEADERS) if empty else json_answer(200, {})
        number = len(queue.batches) + 1
        queue.batches[number] = batch
        return json_answer(200, {"requestId": number, "events": batch})

    def last_request(self, call: Call) -> WireAnswer:
        return json_answer(200, {"result": len(self._named(call).batches)})

    def unsubscribe(self, call: Call) -> WireAnswer:
        queue = self._named(call)
        del self._subscriptions[queue.name]
        return json_answer(200, {"result": True})

    def _named(self, call: Call) -> Subscription:
        found = self._live().get(call.params["name"])
        if found is None:
            raise BullhornError(404, "There is no such event subscription.")
        return found

    def _live(self) -> dict[str, Subscription]:
        if self._fake.switches["subscription_life"] == "30_days":
            since = self._fake.clock.time() - _UNUSED
            self._subscriptions = {name: one for name, one in self._subscriptions.items() if one.used > since}
        return self._subscriptions
