"""What Bullhorn does by itself when some entities are written, and what it refuses then (contract section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.bullhorn.associations import USER
from customer360_testkit.fakes.bullhorn.errors import BullhornError
from customer360_testkit.fakes.bullhorn.fields import Entity

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake
    from customer360_testkit.fakes.bullhorn.store import Row
    from customer360_testkit.fakes.oauth import FakeUser

_MINUTE = 60_000
_TASK_LINKS = ("candidate", "clientContact", "lead")
_LINKED = {USER: ("Candidate", "ClientContact", "Lead", "CorporateUser"), "JobOrder": ("JobOrder",)}
_LINKED |= {"Placement": ("Placement",)}
_DOUBTFUL = {"Opportunity": ("Opportunity",), "Lead": ("Lead",)}


class Rules:
    """Hooks of :class:`.writing.Writing`."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def before(self, entity: Entity, row: Row, raw: Mapping[str, Any], old: Row | None, user: FakeUser | None) -> None:
        """Complete or refuse a row before it is written; ``old`` is None for a new one, ``user`` for an old one."""
        match entity.name:
            case "Note":
                self._note(entity, row, raw, old, user)
            case "NoteEntity":
                self._note_entity(entity, row, old)
            case "Task":
                self._task(entity, row, raw, old)
            case "Appointment" if old is None:
                half = 30 * _MINUTE
                begin = (self._fake.now // half + 1) * half
                row["dateBegin"] = begin if row["dateBegin"] is None else row["dateBegin"]
                row["dateEnd"] = row["dateBegin"] + 15 * _MINUTE if row["dateEnd"] is None else row["dateEnd"]
        if user is not None and "owner" in row and row["owner"] is None:
            row["owner"] = int(user.id)
        if entity.name == "ClientCorporation" and old is None and user is not None:
            row["owners"] = (int(user.id),)

    def created(self, entity: Entity, row: Row, user: FakeUser) -> None:
        """What comes with a new row."""
        fake = self._fake
        if entity.name == "Note":
            self.link(row["id"], USER, row["personReference"][1])
            if row["jobOrder"] is not None:
                self.link(row["id"], "JobOrder", row["jobOrder"])
            person, number = row["personReference"]
            owner = fake.store.get(person, number)
            if owner is not None and "dateLastComment" in owner:
                place = fake.schema.entities[person]
                fake.put(place, {**owner, "dateLastComment": row["dateAdded"]}, "UPDATED", ["dateLastComment"])
        if entity.name == "ClientCorporation":
            # A company brings a contact of its own, which is archived.
            people = fake.schema.entities["ClientContact"]
            names = {"firstName": "Default", "lastName": "Contact", "name": "Default Contact", "status": "Archive"}
            contact = {**fake.blank(people), **names, "clientCorporation": row["id"], "owner": int(user.id)}
            contact |= {"id": fake.new_id(people), "dateAdded": fake.now, "dateLastModified": fake.now}
            fake.put(people, contact, "INSERTED", [])

    def link(self, note: int, name: str, number: int) -> Row:
        """A NoteEntity; an existing one stays as it is."""
        fake = self._fake
        for held in fake.store.rows("NoteEntity"):
            if (held["note"], held["targetEntityName"], held["targetEntityID"]) == (note, name, number):
                return held
        place = fake.schema.entities["NoteEntity"]
        row = {"id": fake.new_id(place), "note": note, "targetEntityID": number, "targetEntityName": name}
        row["dateAdded"] = fake.now
        fake.put(place, row, "INSERTED", [])
        return row

    def unlink(self, note: int, name: str, number: int) -> None:
        place = self._fake.schema.entities["NoteEntity"]
        for held in list(self._fake.store.rows("NoteEntity")):
            if (held["note"], held["targetEntityName"], held["targetEntityID"]) == (note, name, number):
                self._fake.drop(place, held)

    # --- one entity each -------------------------------------------------------------------------------------------

    def _note(self, entity: Entity, row: Row, raw: Mapping[str, Any], old: Row | None, user: FakeUser | None) -> None:
        if old is None:
            if row["personReference"] is None or not row["comments"]:
                # It fails without any detail.
                self._fake.checking.refuse(entity, None, "REQUIRED", "")
            if row["commentingPerson"] is None and user is not None:
                row["commentingPerson"] = ("CorporateUser", int(user.id))
        elif "action" in raw and raw["action"] != old["action"] and not self._fake.guard.edit_notes:
            raise BullhornError(403, "You do not have permission to edit this note.")

    def _note_entity(self, entity: Entity, row: Row, old: Row | None) -> None:
        fake, name, number = self._fake, row["targetEntityName"], row["targetEntityID"]
        known = {**_LINKED, **(_DOUBTFUL if fake.switches["note_links"] == "accepted" else {})}
        if name not in known or not any(fake.store.get(place, number) for place in known[name]):
            fake.checking.refuse(entity, "targetEntityName", "INVALID_REFERENCE", "the target does not exist")
        if old is None and row["note"] is not None and fake.notes.linked(row["note"], name, number):
            fake.checking.refuse(entity, None, "DUPLICATE_VALUE", "")

    def _task(self, entity: Entity, row: Row, raw: Mapping[str, Any], old: Row | None) -> None:
        if old is not None and self._fake.switches["task_unlink"] == "ignored":
            row |= {name: old[name] for name in _TASK_LINKS if name in raw and raw[name] is None}
        if sum(row[name] is not None for name in _TASK_LINKS) > 1:
            reason = "a task has one link: candidate, clientContact or lead"
            self._fake.checking.refuse(entity, None, "INVALID_REFERENCE", reason)
