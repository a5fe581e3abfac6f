"""Rows as Bullhorn tells them: the fields that were asked for, and ``id``, which always comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.bullhorn import jpql
from customer360_testkit.fakes.bullhorn.errors import BullhornError, bad, invalid_field
from customer360_testkit.fakes.bullhorn.fields import PERSON, Entity, Field
from customer360_testkit.fakes.bullhorn.selecting import DEFAULT_MANY, Pick, parse

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake
    from customer360_testkit.fakes.bullhorn.store import Row
    from customer360_testkit.fakes.exchange import Call

CONFIDENTIAL = "**CONFIDENTIAL**"
_LAYOUT = ("id", "firstName", "lastName", "name", "title", "subject", "status", "dateAdded")


class Shown:
    """Checks what is asked for, and shows rows so."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def picks(self, call: Call, entity: Entity) -> tuple[Pick, ...] | None:
        """What ``fields`` or ``layout`` ask for; None when there is neither. Raises BullhornError 400."""
        text = call.query.get("fields")
        if text:
            found = parse(text)
            self._check(call, entity, found, top=True)
            return found
        if call.query.get("layout"):
            return tuple(Pick(name, 0) for name in _LAYOUT if name in entity.fields)
        return None

    def needed(self, call: Call, entity: Entity) -> tuple[Pick, ...]:
        found = self.picks(call, entity)
        if found is None:
            raise bad("fields or layout must be specified", "errors.fieldsRequired")
        return found

    def row(self, call: Call, entity: Entity, row: Row, picks: tuple[Pick, ...]) -> dict[str, Any]:
        told: dict[str, Any] = {"id": row["id"]}
        hidden = self._fake.guard.confidential
        for pick in picks:
            if pick.name == "*":
                told |= self.everything(entity, row)
                continue
            value = self._value(call, entity, row, pick)
            if hidden and value is not None and (call.entry.account, entity.name, pick.name) in hidden:
                value = CONFIDENTIAL
            told[pick.name] = value
        return told

    def everything(self, entity: Entity, row: Row) -> dict[str, Any]:
        """All that is no to-many list: what ``fields=*`` gives, and the fake's own ``records``."""
        names = [one.name for one in entity.fields.values() if one.kind != "TO_MANY"]
        return {name: self._plain(entity.fields[name], row[name]) for name in names}

    def reference(self, field: Field, raw: Any) -> dict[str, Any] | None:
        """A to-one link without sub-fields."""
        if raw is None:
            return None
        return {"id": raw[1], "_subtype": raw[0]} if field.target == PERSON else {"id": raw}

    # --- inside ------------------------------------------------------------------------------------------------

    def _plain(self, field: Field, raw: Any) -> Any:
        if field.kind == "TO_ONE":
            return self.reference(field, raw)
        return dict(raw) if isinstance(raw, dict) else list(raw) if isinstance(raw, tuple) else raw

    def _check(self, call: Call, entity: Entity, picks: tuple[Pick, ...], *, top: bool) -> None:
        for pick in picks:
            if pick.name == "*":
                self._check_all(call)
                continue
            field = self._fake.field(entity, pick.name)
            if field is None or (field.kind == "TO_MANY" and not top):
                raise invalid_field(pick.name, pick.at)
            if (pick.count is not None or pick.condition is not None) and field.kind != "TO_MANY":
                raise invalid_field(pick.name, pick.at)
            self._check_parts(call, field, pick)
            if pick.condition is not None:
                target = self._fake.schema.entities[str(field.target)]
                self._fake.comparing.test(target, jpql.parse(pick.condition))

    def _check_parts(self, call: Call, field: Field, pick: Pick) -> None:
        if pick.parts is None:
            return
        if field.kind in ("ID", "SCALAR"):
            raise invalid_field(pick.name, pick.at)
        if field.kind == "COMPOSITE":
            known = dict(field.parts)
            for part in pick.parts:
                if part.name not in known:
                    raise invalid_field(part.name, part.at)
            return
        for target in self._fake.targets(field):
            self._check(call, target, pick.parts, top=False)

    def _check_all(self, call: Call) -> None:
        fake = self._fake
        allowed = fake.switches["all_fields"] == "administrators"
        if not (allowed and call.entry.account and fake.users[call.entry.account].administrator):
            raise BullhornError(400, "You are not authorized to request all fields.", "errors.allFieldsNotAllowed")

    def _value(self, call: Call, entity: Entity, row: Row, pick: Pick) -> Any:
        field = entity.fields[pick.name]
        if field.kind == "TO_MANY":
            return self._many(call, entity, field, row, pick)
        raw = row[pick.name]
        if field.kind == "COMPOSITE" and raw is not None and pick.parts is not None:
            return {part.name: raw.get(part.name) for part in pick.parts}
        if field.kind != "TO_ONE" or raw is None or pick.parts is None:
            return self._plain(field, raw)
        place, number = raw if field.target == PERSON else (str(field.target), raw)
        there = self._fake.store.get(place, number)
        target = self._fake.schema.entities.get(place)
        if there is None or target is None:
            return self.reference(field, raw)
        told = self.row(call, target, there, pick.parts)
        return {**told, "_subtype": place} if field.target == PERSON else told

    def _many(self, call: Call, entity: Entity, field: Field, row: Row, pick: Pick) -> dict[str, Any]:
        target = self._fake.schema.entities[str(field.target)]
        rows = self._fake.associations.rows(entity, field, row)
        if pick.condition is not None:
            fits = self._fake.comparing.test(target, jpql.parse(pick.condition))
            rows = [one for one in rows if fits(one)]
        parts = pick.parts or (Pick("id", 0),)
        count = DEFAULT_MANY if pick.count is None else pick.count
        return {"total": len(rows), "data": [self.row(call, target, one, parts) for one in rows[:count]]}
