"""Creating, changing and deleting (contract sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.besides import Quiet, caused
from customer360_testkit.fakes.bullhorn.associations import USER
from customer360_testkit.fakes.bullhorn.errors import BullhornError, bad, missing, not_allowed
from customer360_testkit.fakes.bullhorn.fields import Entity
from customer360_testkit.fakes.bullhorn.store import Row
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

_CAUSED: Quiet = {
    "isPrivate": (False, "hid a record from others"),
    "notificationMinutes": (0, "set a reminder"),
}


class Writing:
    """The endpoints below ``entity`` that change something."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        root = self._fake.root
        yield Route("PUT", f"{root}/entity/{{entity}}", self.create)
        yield Route("POST", f"{root}/entity/{{entity}}/{{id}}", self.update)
        yield Route("DELETE", f"{root}/entity/{{entity}}/{{id}}", self.delete)
        yield Route("PUT", f"{root}/entity/{{entity}}/{{id}}/{{field}}/{{ids}}", self.link)
        yield Route("DELETE", f"{root}/entity/{{entity}}/{{id}}/{{field}}/{{ids}}", self.unlink)

    # --- endpoints -------------------------------------------------------------------------------------------------

    def create(self, call: Call) -> WireAnswer:
        entity = self._place(call, "CREATE")
        sent = body(call)
        row = self.insert(entity, sent, call.state["session"].grant.user)
        self._tell(call, entity, row, None)
        return self._changed(entity, row["id"], "INSERT", sent)

    def update(self, call: Call) -> WireAnswer:
        entity = self._place(call, "UPDATE")
        row = self._fake.live(entity, call.params["id"])
        sent = body(call)
        if sent.get("isDeleted") is True:
            self._fake.guard.may(call, entity.name, "DELETE")
        self.change(entity, row, sent)
        self._tell(call, entity, self._fake.store.get(entity.name, row["id"]) or row, row)
        return self._changed(entity, row["id"], "UPDATE", sent)

    def delete(self, call: Call) -> WireAnswer:
        entity = self._place(call, "DELETE")
        row = self._fake.live(entity, call.params["id"])
        self.remove(entity, row)
        return self._changed(entity, row["id"], "DELETE", None)

    def link(self, call: Call) -> WireAnswer:
        return self._associate(call, adding=True)

    def unlink(self, call: Call) -> WireAnswer:
        return self._associate(call, adding=False)

    # --- what they do, for other rooms too -----------------------------------------------------------------------

    def insert(self, entity: Entity, sent: Mapping[str, Any], user: Any) -> Row:
        """A new row, and what comes with it. Raises BullhornError."""
        fake, now = self._fake, self._fake.now
        raw = fake.checking.values(entity, sent, creating=True)
        row = fake.blank(entity)
        row |= raw
        fake.rules.before(entity, row, raw, None, user)
        fake.checking.complete(entity, row)
        row |= {"id": fake.new_id(entity)}
        row |= {name: now for name in ("dateAdded", "dateLastModified") if name in row and row[name] is None}
        fake.put(entity, row, "INSERTED", sorted(raw))
        fake.rules.created(entity, row, user)
        return row

    def change(self, entity: Entity, row: Row, sent: Mapping[str, Any]) -> None:
        """Change a row. Raises BullhornError."""
        fake = self._fake
        raw = fake.checking.values(entity, sent, creating=False)
        changed = {**row, **raw}
        fake.rules.before(entity, changed, raw, row, None)
        fake.checking.complete(entity, changed)
        if "dateLastModified" in row:
            changed["dateLastModified"] = fake.now
        gone = bool(changed.get("isDeleted")) and not row.get("isDeleted")
        fake.put(entity, changed, "DELETED" if gone else "UPDATED", sorted(raw))

    def remove(self, entity: Entity, row: Row) -> None:
        """Delete softly where the entity can, else for good. Raises BullhornError."""
        if entity.deletes == "refused":
            raise not_allowed("DELETE", 400)
        if entity.soft:
            self._fake.put(
                entity, {**row, "isDeleted": True, "dateLastModified": self._fake.now}, "DELETED", ["isDeleted"]
            )
        else:
            self._fake.drop(entity, row)

    def _tell(self, call: Call, entity: Entity, row: Row, before: Row | None) -> None:
        """What a write causes besides."""
        told = [*caused(_CAUSED, row, before)]
        told += ["invited somebody"] if entity.name == "AppointmentAttendee" and before is None else []
        told += ["ran form triggers"] if call.query.get("executeFormTriggers", "").lower() == "true" else []
        self._fake.besides += told

    # --- inside ------------------------------------------------------------------------------------------------------

    def _place(self, call: Call, action: str) -> Entity:
        entity = self._fake.entity(call)
        self._fake.guard.may(call, entity.name, action)
        if not entity.writable:
            raise not_allowed({"CREATE": "INSERT"}.get(action, action), 400)
        return entity

    def _changed(self, entity: Entity, record_id: int, kind: str, sent: Mapping[str, Any] | None) -> WireAnswer:
        switches = self._fake.switches
        told: dict[str, Any] = {}
        if switches["changed_entity_type"] == "present":
            told["changedEntityType"] = entity.name
        told |= {"changedEntityId": record_id, "changeType": kind}
        if sent is not None and switches["write_echo"] == "present":
            told["data"] = dict(sent)
        return json_answer(200, told)

    def _associate(self, call: Call, *, adding: bool) -> WireAnswer:
        fake, entity = self._fake, self._place(call, "UPDATE")
        row = fake.live(entity, call.params["id"])
        ids = numbers(call.params["ids"])
        name = call.params["field"]
        if (entity.name, name) == ("Note", "candidates"):
            return self._note_candidates(entity, row, ids, adding=adding)
        field = fake.field(entity, name)
        if field is None or field.kind != "TO_MANY" or field.via is not None:
            raise bad(f"Invalid association '{name}' for entity {entity.name}.")
        held = tuple(row[name] or ())
        for number in ids:
            if fake.store.get(str(field.target), number) is None:
                raise missing(str(field.target))
            if adding == (number in held):
                raise bad("The association exists already." if adding else "The association does not exist.")
        kept = (*held, *ids) if adding else tuple(one for one in held if one not in ids)
        fake.put(entity, {**row, name: kept, "dateLastModified": fake.now}, "UPDATED", [name])
        return self._changed(entity, row["id"], "ASSOCIATE" if adding else "DISASSOCIATE", None)

    def _note_candidates(self, entity: Entity, row: Row, ids: list[int], *, adding: bool) -> WireAnswer:
        fake = self._fake
        if fake.switches["note_candidates"] == "refused":
            raise bad("Invalid association 'candidates' for entity Note.")
        for number in ids:
            if fake.store.get("Candidate", number) is None:
                raise missing("Candidate")
            if adding:
                fake.rules.link(row["id"], USER, number)
            else:
                fake.rules.unlink(row["id"], USER, number)
        return self._changed(entity, row["id"], "ASSOCIATE" if adding else "DISASSOCIATE", None)


def body(call: Call) -> dict[str, Any]:
    """The object that was sent. Raises BullhornError 400."""
    try:
        sent = call.json()
    except (ValueError, RecursionError) as wrong:
        raise BullhornError(400, "Malformed JSON in the request body.") from wrong
    if not isinstance(sent, dict):
        raise bad("A JSON object is expected.")
    return sent


def numbers(text: str) -> list[int]:
    """``1,2,3``. Raises BullhornError 400."""
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise bad(f"Invalid id '{text[:20]}'.")
    return [int(part) for part in parts]
