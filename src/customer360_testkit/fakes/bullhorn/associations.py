"""To-many associations: what hangs off a record (contract sections 6 and 7). Soft-deleted records are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360_testkit.fakes.bullhorn.fields import PEOPLE, PERSON, Entity, Field

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake
    from customer360_testkit.fakes.bullhorn.store import Row

USER = "User"
"""What NoteEntity calls whoever is a person."""


def link_name(entity: str) -> str:
    """What ``targetEntityName`` says of a record of that entity."""
    return USER if entity in PEOPLE else entity


class Associations:
    """Reads the lists."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def rows(self, entity: Entity, field: Field, row: Row) -> list[Row]:
        """The records of a to-many field, oldest first."""
        store, target = self._fake.store, str(field.target)
        if field.name == "notes" and target == "Note":
            return self._fake.notes.of(entity.name, row["id"])
        if field.via is None:
            found = [store.get(target, number) for number in row[field.name] or ()]
            return [one for one in found if one is not None and not one.get("isDeleted")]
        by = field.via[1]
        person = self._fake.schema.entities[target].fields[by].target == PERSON
        wanted = (entity.name, row["id"]) if person else row["id"]
        return [one for one in store.rows(target) if one[by] == wanted and not one.get("isDeleted")]

    def ids(self, entity: Entity, field: Field, row: Row) -> list[int]:
        return [one["id"] for one in self.rows(entity, field, row)]


class Notes:
    """Notes by whom they are linked to, which NoteEntity says."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def of(self, entity: str, record_id: int) -> list[Row]:
        """Live notes of a record, oldest first, each once."""
        store, name = self._fake.store, link_name(entity)
        ids = {
            link["note"]: None
            for link in store.rows("NoteEntity")
            if link["targetEntityID"] == record_id and link["targetEntityName"] == name
        }
        found = (store.get("Note", number) for number in ids)
        return [note for note in found if note and not note["isDeleted"] and not _is_of_other(note, entity, record_id)]

    def linked(self, note: int, entity_name: str, record_id: int) -> bool:
        """Whether the note hangs off that record already."""
        return any(
            (link["note"], link["targetEntityName"], link["targetEntityID"]) == (note, entity_name, record_id)
            for link in self._fake.store.rows("NoteEntity")
        )


def _is_of_other(note: Row, entity: str, record_id: int) -> bool:
    """Whether it is about a person of another kind with the same number: links of notes do not tell kinds apart."""
    kind, number = note["personReference"]
    return entity in PEOPLE and number == record_id and kind != entity
