"""Creates, changes and deletes records: checks, then rules, then what follows from them (contract sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from customer360_testkit.fakes.besides import Quiet, caused
from customer360_testkit.fakes.exchange import Call
from customer360_testkit.fakes.salesforce import checking, ids
from customer360_testkit.fakes.salesforce.duplicates import WATCHED, DuplicateHeader
from customer360_testkit.fakes.salesforce.errors import SalesforceError, bad, not_found, parser_error, refused
from customer360_testkit.fakes.salesforce.fields import Field, SObject
from customer360_testkit.fakes.salesforce.rules import RULES, person_contact
from customer360_testkit.fakes.salesforce.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.salesforce.fake import SalesforceFake

_RESTRICTS = {("Account", "Case"), ("Contact", "Case")}
"""A record with such children cannot be deleted."""
_REMINDER: Quiet = {"IsReminderSet": (False, "set a reminder")}
_CAUSED: Mapping[str, Quiet] = {
    "Task": _REMINDER,
    "Event": {
        **_REMINDER,
        "IsPrivate": (False, "hid an event from others"),
        "ShowAs": ("Busy", "said another thing of its owner than that they are busy"),
    },
    "Note": {"IsPrivate": (False, "hid a note from others")},
    "Opportunity": {"IsPrivate": (False, "hid an opportunity from others")},
    "CaseComment": {"IsPublished": (False, "showed a comment to customers")},
    "OpportunityContactRole": {"IsPrimary": (False, "made somebody the primary contact")},
}
_ASSIGNED = ("Case", "Lead")
"""What assignment rules give to somebody."""


@attrs.frozen
class Writer:
    """On whose behalf a record is written, and what the request's headers allow."""

    login: str
    version: str
    duplicates: DuplicateHeader
    call: Call


class Writing:
    """Every write goes through here. All of it raises SalesforceError, and nothing is changed then."""

    def __init__(self, fake: SalesforceFake) -> None:
        self._fake = fake

    def writer(self, call: Call) -> Writer:
        header = DuplicateHeader.parse(call.header("sforce-duplicate-rule-header"))
        return Writer(call.state["grant"].user.login, call.state["version"], header, call)

    # --- the verbs ---------------------------------------------------------------------------------------------

    def create(self, by: Writer, place: SObject, body: Any) -> str:
        """A new record's id."""
        self._need_flag(place, "createable", "create")
        self._fake.guard.may(by.call, place.name, "create")
        values = self._values(by, place, body, "createable")
        row = self._fake.blank(self._fake.schema.objects[place.name], by.login)
        row["Id"] = self._fake.store.new_id(str(place.prefix))
        if place.name == "Case":
            self._fake.store.case_number += 1
            row["CaseNumber"] = f"{self._fake.store.case_number:08d}"
        row |= {name: value for name, value in values.items() if value is not None or name not in row}
        self._save(by, place, row, None, set(values))
        return str(row["Id"])

    def update(self, by: Writer, place: SObject, record_id: str, body: Any) -> None:
        """Change the fields that the body names."""
        self._need_flag(place, "updateable", "update")
        before = self.existing(place, record_id)
        self._fake.guard.may(by.call, place.name, "update")
        self._check_lock(record_id)
        values = self._values(by, place, body, "updateable")
        me, now = self._fake.users[by.login].id, self._fake.now
        stamps: Row = {"LastModifiedDate": now, "LastModifiedById": me, "SystemModstamp": now}
        row = {**before, **values, **{name: value for name, value in stamps.items() if name in place.fields}}
        self._save(by, place, row, before, set(values))

    def upsert(
        self, by: Writer, place: SObject, field: Field, value: str, body: Any, *, update_only: bool = False
    ) -> tuple[str, bool]:
        """``(id, whether it was created)``. Several matches raise :class:`SeveralMatches`."""
        if isinstance(body, Mapping) and any(name.lower() == field.name.lower() for name in body):
            message = f"The {field.name} field should not be specified in the sobject data."
            raise refused("INVALID_FIELD", message)
        found = self.matching(place, field, value)
        if len(found) > 1:
            raise SeveralMatches(found)
        if found:
            self.update(by, place, found[0]["Id"], body)
            return str(found[0]["Id"]), False
        if update_only or field.type == "id":
            raise not_found("The requested resource does not exist")
        if not isinstance(body, Mapping):
            raise parser_error("a JSON object is expected")
        key = {} if field.auto_number else {field.name: value}
        return self.create(by, place, {**body, **key}), True

    def delete(self, by: Writer, place: SObject, record_id: str) -> None:
        """Into the recycle bin, together with what hangs off it."""
        self._need_flag(place, "deletable", "delete")
        row = self.existing(place, record_id)
        self._fake.guard.may(by.call, place.name, "delete")
        self._check_lock(record_id)
        if row.get("IsPersonAccount") and place.name == "Contact":
            raise bad("DELETE_FAILED", "A person account is deleted as an Account.")
        self.remove(place, row)

    # --- what others ask ---------------------------------------------------------------------------------------

    def existing(self, place: SObject, record_id: str, missing: str = "INVALID_CROSS_REFERENCE_KEY") -> Row:
        """The live row of that id; ``missing`` is the code for an id of nothing."""
        found = self._fake.store.get(place.name, self.checked_id(place, record_id))
        if found is not None:
            return found
        full = str(ids.canonical(record_id))
        if self._fake.store.gone(place.name, full) is not None:
            raise SalesforceError(404, "ENTITY_IS_DELETED", "entity is deleted", ())
        if missing == "NOT_FOUND":
            raise not_found()
        raise SalesforceError(404, missing, "invalid cross reference id", ())

    def checked_id(self, place: SObject, record_id: str) -> str:
        """The full form of an id that may be of that object."""
        found = ids.canonical(record_id)
        if found is None or found[:3] != place.prefix:
            raise refused("MALFORMED_ID", f"{place.label} ID: id value of incorrect type: {record_id}")
        return found

    def matching(self, place: SObject, field: Field, value: str) -> list[Row]:
        """Live rows whose external id is that value, whatever its case."""
        if field.type == "id":
            row = self._fake.store.get(place.name, ids.canonical(value) or "")
            return [] if row is None else [row]
        wanted = value.strip().casefold()
        rows = self._fake.store.rows(place.name)
        return [row for row in rows if str(row.get(field.name) or "").casefold() == wanted]

    def external(self, place: SObject, name: str) -> Field:
        """The field of an external id. Raises SalesforceError NOT_FOUND."""
        field = place.field(name)
        if field is None or not (field.external_id or field.id_lookup):
            raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
        return field

    def remove(self, place: SObject, row: Row) -> None:
        """Delete a row and what goes with it; lookups elsewhere are emptied."""
        fake = self._fake
        doomed: dict[tuple[str, str], SObject] = {}
        self._gather(place, row["Id"], doomed)
        for (name, record_id), each in doomed.items():
            fake.store.delete(name, record_id, fake.now, fake.indexed_at)
            for child in each.children:
                for one in [one for one in fake.store.rows(child.object) if one.get(child.field) == record_id]:
                    if (child.object, one["Id"]) not in doomed:
                        fake.put(child.object, {**one, child.field: None, "SystemModstamp": fake.now})

    def _gather(self, place: SObject, record_id: str, doomed: dict[tuple[str, str], SObject]) -> None:
        """Everything that goes when a record goes. Raises SalesforceError DELETE_FAILED."""
        fake = self._fake
        if (place.name, record_id) in doomed or fake.store.get(place.name, record_id) is None:
            return
        doomed[place.name, record_id] = place
        if place.name in ("ContentNote", "ContentDocument"):
            for twin in ("ContentNote", "ContentDocument"):
                if twin in fake.schema.objects:
                    self._gather(fake.schema.objects[twin], record_id, doomed)
        for child in place.children:
            below = [one for one in fake.store.rows(child.object) if one.get(child.field) == record_id]
            if below and (place.name, child.object) in _RESTRICTS:
                numbers = ", ".join(str(one["CaseNumber"]) for one in below)
                message = f"Your attempt to delete could not be completed: it is associated with cases: {numbers}"
                raise bad("DELETE_FAILED", message)
            if child.cascade or (place.name, child.object) == ("Account", "Contact"):
                for one in below:
                    self._gather(fake.schema.objects[child.object], one["Id"], doomed)

    # --- inside ------------------------------------------------------------------------------------------------

    def _need_flag(self, place: SObject, flag: str, verb: str) -> None:
        if not place.flags[flag]:
            message = f"entity type cannot be {verb}d: {place.name}"
            raise refused("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)

    def _check_lock(self, record_id: str) -> None:
        if ids.canonical(record_id) in self._fake.locked:
            raise bad("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")

    def _values(self, by: Writer, place: SObject, body: Any, right: str) -> Row:
        """The body as rows hold it: unknown names, read-only fields and wrong values are refused."""
        if not isinstance(body, Mapping):
            raise parser_error("a JSON object is expected")
        found: Row = {}
        read_only: list[str] = []
        for name, value in body.items():
            if name == "attributes":
                continue
            field, value = self._field(place, name, value)
            if field.type == "id":
                raise refused("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
            if not getattr(field, right):
                read_only.append(field.name)
                continue
            found[field.name] = self._stored(field, value)
        if read_only:
            message = (
                f"Unable to create/update fields: {', '.join(read_only)}. Please check the security settings of this "
                "field and verify that it is read/write for your profile or permission set."
            )
            raise bad("INVALID_FIELD_FOR_INSERT_UPDATE", message, *read_only)
        return found

    def _field(self, place: SObject, name: str, value: Any) -> tuple[Field, Any]:
        """A field, or a relationship that names its record by an external id."""
        step = place.step(name)
        if step is not None and isinstance(value, Mapping):
            return step, self._by_external_id(step, value)
        field = place.field(name)
        if field is None:
            raise refused("INVALID_FIELD", f"No such column '{name}' on sobject of type {place.name}")
        return field, value

    def _by_external_id(self, step: Field, told: Mapping[str, Any]) -> str:
        names = [name for name in told if name != "attributes"]
        if step.polymorphic and next(iter(told), None) != "attributes":
            message = "Nested object for polymorphic foreign key must have an attributes field before any other fields."
            raise parser_error(message)
        attributes = told.get("attributes")
        kind = attributes.get("type") if isinstance(attributes, Mapping) else step.targets[0]
        target = self._fake.schema.find(str(kind))
        field = target.field(names[0]) if target is not None and len(names) == 1 else None
        if target is None or field is None or not (field.external_id or field.id_lookup):
            raise refused("INVALID_FIELD", f"Field name provided, {', '.join(names)} is not an External ID")
        value = told[names[0]]
        found = self.matching(target, field, value) if isinstance(value, str) else []
        if len(found) != 1:
            message = f"Foreign key external ID: {value} not found for field {field.name} in entity {target.name}"
            raise refused("INVALID_FIELD", message)
        return str(found[0]["Id"])

    def _stored(self, field: Field, value: Any) -> Any:
        found = checking.stored(field, value)
        if field.type == "reference" and found is not None:
            kind = self._fake.schema.owner_of(found)
            if kind is None or kind not in field.targets:
                raise checking.wrong_type(field, str(value))
            if self._fake.store.get(kind, found) is None:
                raise bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field.name)
        return found

    def _save(self, by: Writer, place: SObject, row: Row, before: Row | None, sent: set[str]) -> None:
        fake = self._fake
        # What a user does not see is demanded, and kept apart from others, all the same.
        whole = fake.schema.objects[place.name]
        writable = "createable" if before is None else "updateable"
        missing = [
            field.name
            for field in whole.fields.values()
            if not field.nillable and row.get(field.name) is None and (getattr(field, writable) or field.name in sent)
        ]
        if missing:
            raise bad("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)
        rule = RULES.get(place.name)
        if rule is not None:
            row = rule(fake, row, before, sent)
        for validated in fake.validation_rules:
            message = validated.check(row) if validated.object == place.name else None
            if message is not None:
                raise bad("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, validated.field)
        self._check_unique(whole, row, before)
        if before is None or sent & WATCHED:
            fake.duplicates.check(place, row, by.duplicates, by.version)
        comment = row.get("Comments")
        if comment is not None:
            row = {**row, "Comments": None}
        self._follow_up(by, place, row, before)
        fake.put(place.name, row)
        self._tell(by, place, row, before, sent)
        if comment is not None:
            self.create(by, fake.schema.objects["CaseComment"], {"ParentId": row["Id"], "CommentBody": comment})

    def _tell(self, by: Writer, place: SObject, row: Row, before: Row | None, sent: set[str]) -> None:
        """What this row, or the headers of its request, cause besides."""
        told = [*caused(_CAUSED.get(place.name, {}), row, before)]
        if place.name in _ASSIGNED and (by.call.header("sforce-auto-assign") or "").strip().lower() == "false":
            told.append("did not run assignment rules")
        if place.name == "ContentDocumentLink" and row["ShareType"] == "C":
            told.append("shared a note with people who may change it")
        if by.duplicates.allow_save and self._fake.duplicates.looks_through(place.name):
            told += ["passed over duplicate rules"] if before is None or sent & WATCHED else []
        self._fake.besides += told

    def _check_unique(self, place: SObject, row: Row, before: Row | None) -> None:
        for field in place.fields.values():
            value = row.get(field.name)
            if not field.unique or value is None or (before is not None and before.get(field.name) == value):
                continue
            for other in self.matching(place, field, value):
                if other["Id"] != row["Id"]:
                    message = f"duplicate value found: {field.name} duplicates value on record with id: {other['Id']}"
                    raise bad("DUPLICATE_VALUE", message, field.name)

    def _follow_up(self, by: Writer, place: SObject, row: Row, before: Row | None) -> None:
        """What Salesforce writes elsewhere because of this row."""
        fake = self._fake
        if place.name == "Account" and row.get("IsPersonAccount"):
            people = fake.schema.objects["Contact"]
            hidden = None if before is None else fake.store.get("Contact", str(before["PersonContactId"]))
            if hidden is None:
                hidden = {**fake.blank(people, by.login), "Id": fake.store.new_id("003")}
            row["PersonContactId"] = hidden["Id"]
            changed = {"LastModifiedDate": row["LastModifiedDate"], "SystemModstamp": row["SystemModstamp"]}
            fake.put("Contact", {**person_contact(row, hidden), **changed})
        elif place.name == "ContentNote":
            self._put_document(by, row, before)

    def _put_document(self, by: Writer, note: Row, before: Row | None) -> None:
        """A note is a document with a version, and its owner is linked to it."""
        fake, record_id = self._fake, note["Id"]
        versions = fake.schema.objects["ContentVersion"]
        version = {**fake.blank(versions, by.login), "Id": fake.store.new_id("068"), "ContentDocumentId": record_id}
        version |= {"Title": note["Title"], "VersionData": note["Content"], "FileType": "SNOTE", "IsLatest": True}
        version["TextPreview"] = note["TextPreview"]
        fake.put("ContentVersion", version)
        note["LatestPublishedVersionId"] = version["Id"]
        documents = fake.schema.objects["ContentDocument"]
        fake.put("ContentDocument", {name: note.get(name) for name in documents.fields})
        if before is None:
            links = fake.schema.objects["ContentDocumentLink"]
            link = {**fake.blank(links, by.login), "Id": fake.store.new_id("06A"), "ContentDocumentId": record_id}
            link |= {"LinkedEntityId": note["OwnerId"], "ShareType": "I"}
            fake.put("ContentDocumentLink", link)


class SeveralMatches(Exception):
    """An external id that more than one record has."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__("several records match")
        self.rows = rows
