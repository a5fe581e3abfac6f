"""Connectors that are wrong in one way each, as a user would notice, by the name under which a check catches them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs
from tests.customer360_testkit.conformance.registry import mutant

from customer360.core.activities import ActivityDraft, CaseDraft, NoteDraft
from customer360.core.capabilities import Capabilities, Capability, CreateClass, Support
from customer360.core.connector import Identity
from customer360.core.effects import GET, Request
from customer360.core.errors import (
    AuthError,
    CrmUnavailable,
    Customer360Error,
    Gone,
    NotFound,
    TokenExpired,
    UnexpectedAnswer,
    Unsupported,
    ValidationFailed,
)
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Schema
from customer360.core.records import (
    Changes,
    Contact,
    ContactChange,
    ContactDraft,
    ContactKind,
    Page,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.search import EmailIs, FieldIs, NameHas, Query
from customer360.core.wire import Response
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector

# Declaring ------------------------------------------------------------------------------------------------------------


@mutant("refuses without a reason")
class Silent(Microsoft365Connector):
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        supports = super().capabilities(facts)
        return Capabilities({each: Support(supports[each].can) for each in Capability})


@mutant("answers nothing for what it cannot list")
class Empty(Microsoft365Connector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        if kind is RelatedKind.CASE:
            return Page(())
        return await super().related(facts, contact, kind, **more)


@mutant("pretends to create what it cannot")
class Pretending(Microsoft365Connector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if isinstance(draft, CaseDraft):
            return RecordRef(self.info.key, "case", "1")
        return await super().create_activity(facts, draft)


@mutant("declares a list that it refuses")
class Boasting(ZohoConnector):
    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        if kind is RelatedKind.DEAL:
            raise Unsupported("not yet")
        return await super().related(facts, contact, kind, **more)


@mutant("does not say how a repeated create is recognised")
class Unclassed(ZohoConnector):
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        classes = dict(super().creates(facts))
        classes[RelatedKind.EVENT] = attrs.evolve(classes[RelatedKind.EVENT], reason="")
        return classes


@mutant("hides a phone field")
class Hiding(ZohoConnector):
    async def describe(self, facts: LinkFacts, resource: str) -> Schema:
        schema = await super().describe(facts, resource)
        return attrs.evolve(schema, fields=tuple(field for field in schema.fields if field.name != "Fax"))


@mutant("leads to a page without encryption")
class Bare(ZohoConnector):
    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        url = super().record_url(facts, ref)
        return url.replace("https:", "http:") if url else url


@mutant("leads every record to one page")
class Homeward(ZohoConnector):
    def __init__(self) -> None:
        self.last = 0

    def record_url(self, facts: LinkFacts, ref: RecordRef) -> str | None:
        first = ref if int(ref.id) != self.last + 1 else attrs.evolve(ref, id=str(self.last))
        self.last = int(ref.id)
        return super().record_url(facts, first)


@mutant("says that everybody is one person")
class Everybody(ZohoConnector):
    async def identify(self, facts: LinkFacts) -> Identity:
        return attrs.evolve(await super().identify(facts), user=RecordRef("zoho", "users", "6100000000000050001"))


# Reading --------------------------------------------------------------------------------------------------------------


class _Reading(ZohoConnector):
    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        return self.read(contact) if ref.resource == "Contacts" else contact

    def read(self, contact: Contact) -> Contact:
        raise NotImplementedError


@mutant("loses a field")
class Losing(_Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, name="") if contact.name == "Reader" else contact


@mutant("takes a whole record for a part")
class Partial(_Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, partial=True)


@mutant("mangles names beyond ASCII")
class Mangling(_Reading):
    def read(self, contact: Contact) -> Contact:
        name = str(contact.fields.get("Last_Name", ""))
        if "\u0308" not in name:
            return contact
        return attrs.evolve(contact, fields={**contact.fields, "Last_Name": name.replace("u\u0308", "ü")})


@mutant("loses the numbers of a contact")
class Numberless(_Reading):
    def read(self, contact: Contact) -> Contact:
        return attrs.evolve(contact, phones=()) if contact.name == "Phoned" else contact


@mutant("makes up who is not there")
class Inventing(ZohoConnector):
    def __init__(self) -> None:
        self.doomed: RecordRef | None = None

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        self.doomed = ref if draft.fields.get("Last_Name") == "Doomed" else None
        return ref

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        try:
            return await super().get(facts, ref)
        except (NotFound, Gone):
            if ref != self.doomed:
                raise
            return Contact(ref=ref, kind=ContactKind.CONTACT, name="")


@mutant("mixes up two links")
class Remembering(ZohoConnector):
    def __init__(self) -> None:
        self.read: dict[RecordRef, Contact] = {}

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        return self.read.setdefault(ref, contact) if contact.name in ("First", "Second") else contact


# Searching ------------------------------------------------------------------------------------------------------------


class _Searching(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        return self.hits(await super().search(facts, resource, self.asked(query), limit=limit))

    def asked(self, query: Query) -> Query:
        return query

    def hits(self, page: Page[Contact]) -> Page[Contact]:
        return page


@mutant("knows one spelling of a number")
class OneSpelling(_Searching):
    def hits(self, page: Page[Contact]) -> Page[Contact]:
        spelled = [hit for hit in page.items if hit.name.startswith("Speller")]
        other = {hit.ref for hit in spelled if any(phone.text.startswith("0") for phone in hit.phones)}
        return Page(tuple(hit for hit in page.items if hit.ref not in other), page.next)


@mutant("finds people without their numbers")
class Bald(_Searching):
    def hits(self, page: Page[Contact]) -> Page[Contact]:
        bald = (attrs.evolve(hit, phones=()) if hit.name == "Bringer" else hit for hit in page.items)
        return Page(tuple(bald), page.next)


@mutant("takes a like address for the same")
class Like(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, EmailIs):
            return page
        near = await super().search(facts, resource, EmailIs(f"a{query.address}"), limit=limit)
        return Page((*page.items, *near.items), page.next)


@mutant("compares addresses letter by letter")
class Literal(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, EmailIs):
            return page
        return Page(
            tuple(hit for hit in page.items if query.address in [each.address for each in hit.emails]), page.next
        )


@mutant("drops quotes from what it asks")
class Unquoting(_Searching):
    def asked(self, query: Query) -> Query:
        return FieldIs(query.field, query.value.replace("'", "")) if isinstance(query, FieldIs) else query


@mutant("takes the beginning of a value for the value")
class Beginning(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, FieldIs) or query.field != "Last_Name" or query.value[:5] != "Quill":
            return page
        return await super().search(facts, resource, NameHas(query.value), limit=limit)


@mutant("does not find a name")
class Nameless(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, NameHas):
            return page
        return Page(tuple(hit for hit in page.items if hit.name != "Quillington"), page.next)


@mutant("finds somebody for a name that nobody has")
class Obliging(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if page.items or not isinstance(query, NameHas):
            return page
        return await super().search(facts, resource, NameHas("a"), limit=limit)


@mutant("hands out more than was asked for")
class Generous(_Searching):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        page = await super().search(facts, resource, query, limit=limit)
        if not isinstance(query, NameHas):
            return page
        whole = await super().search(facts, resource, query, limit=200)
        return Page(whole.items, page.next)


@mutant("hides that there are more")
class Modest(_Searching):
    def hits(self, page: Page[Contact]) -> Page[Contact]:
        return Page(page.items, None if page.items and page.items[0].name.startswith("Quillmore") else page.next)


@mutant("finds who was asked for under another resource")
class Misplacing(_Searching):
    def hits(self, page: Page[Contact]) -> Page[Contact]:
        lost = [hit for hit in page.items if hit.name == "Quillplace"]
        moved = (attrs.evolve(hit, ref=attrs.evolve(hit.ref, resource="Leads")) for hit in lost)
        return Page((*(hit for hit in page.items if hit not in lost), *moved), page.next)


# Writing --------------------------------------------------------------------------------------------------------------


@mutant("writes the whole record back")
class Whole(ZohoConnector):
    def __init__(self) -> None:
        self.read: dict[RecordRef, str] = {}

    async def get(self, facts: LinkFacts, ref: RecordRef) -> Contact:
        contact = await super().get(facts, ref)
        self.read[ref] = str(contact.fields.get("Last_Name"))
        return contact

    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        whole = {"Last_Name": "Before"} if self.read.get(change.ref) == "Before" else {}
        await super().update(facts, attrs.evolve(change, fields={**whole, **change.fields}))


@mutant("cannot clear a field")
class Clinging(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        if [*change.fields.values()] != [None]:
            await super().update(facts, change)


@mutant("overwrites a newer version")
class Overwriting(ZohoConnector):
    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        one = len(change.fields) == 1 and change.ref.resource == "Contacts"
        await super().update(facts, attrs.evolve(change, version=None) if one else change)


class _Refusing(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        try:
            return await super().create(facts, draft)
        except ValidationFailed as refused:
            raise self.said(draft, refused) from None

    def said(self, draft: ContactDraft, refused: ValidationFailed) -> Exception:
        raise NotImplementedError


@mutant("does not say which field is wrong")
class Vague(_Refusing):
    def said(self, draft: ContactDraft, refused: ValidationFailed) -> Exception:
        return ValidationFailed("something is wrong")


@mutant("quotes the customer in an error")
class Gossiping(_Refusing):
    def said(self, draft: ContactDraft, refused: ValidationFailed) -> Exception:
        return ValidationFailed(f"{draft.fields.get('Last_Name')} is refused", problems=refused.problems)


@mutant("creates twice")
class Twice(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        if draft.fields.get("Last_Name") == "Once":
            await super().create(facts, draft)
        return ref


@mutant("changes the draft that it is given")
class Scribbling(ZohoConnector):
    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        draft.fields["Description"] = "seen"  # type: ignore[index]  # that is what is wrong
        return ref


# Activities -----------------------------------------------------------------------------------------------------------


@mutant("never finds what it has created")
class Blind(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        return None if draft.key == "k1" else await super().find_created(facts, draft, since=since)


@mutant("finds what was never created")
class Hasty(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        found = await super().find_created(facts, draft, since=since)
        if found is not None:
            return found
        return await super().find_created(facts, attrs.evolve(draft, key=f"{draft.key}2"), since=since)


@mutant("takes a draft's key for its own")
class Constant(ZohoConnector):
    async def find_created(self, facts: LinkFacts, draft: Any, *, since: datetime) -> RecordRef | None:
        key = "a1" if draft.key == "b2" else draft.key
        return await super().find_created(facts, attrs.evolve(draft, key=key), since=since)


@mutant("writes an activity down twice")
class Doubling(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        ref = await super().create_activity(facts, draft)
        contact = await self.get(facts, draft.contact)
        if contact.name == "Single":
            await super().create_activity(facts, draft)
        return ref


class _Listing(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        return self.listed(await super().related(facts, contact, kind, limit=limit, cursor=cursor))

    def listed(self, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        raise NotImplementedError


@mutant("lists the oldest first")
class Backward(_Listing):
    def listed(self, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        return Page(page.items[::-1] if any(each.title == "Call k0" for each in page.items) else page.items, page.next)


@mutant("gives the first page again and again")
class Repeating(ZohoConnector):
    async def related(
        self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, *, limit: int = 20, cursor: str | None = None
    ) -> Page[RelatedRecord]:
        page = await super().related(facts, contact, kind, limit=limit, cursor=cursor)
        again = limit == 2 and (await self.get(facts, contact)).name == "Paged"
        return await super().related(facts, contact, kind, limit=limit) if again else page


@mutant("lists what belongs to others")
class Promiscuous(ZohoConnector):
    def __init__(self) -> None:
        self.last: RecordRef | None = None

    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        self.last = draft.contact if draft.key == "k1" else None
        return await super().create_activity(facts, draft)

    async def related(self, facts: LinkFacts, contact: RecordRef, kind: RelatedKind, **more: Any) -> Any:
        other = self.last if kind is RelatedKind.CALL and self.last is not None else contact
        return await super().related(facts, other, kind, **more)


@mutant("takes a call for a task")
class Mislabelling(_Listing):
    def listed(self, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        items = (
            attrs.evolve(record, kind=RelatedKind.TASK) if record.kind is RelatedKind.CALL else record
            for record in page.items
        )
        return Page(tuple(items), page.next)


@mutant("loses the lines of a text")
class Flattening(_Listing):
    def listed(self, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        firsts = (record.text.startswith("First line") for record in page.items)
        texts = (
            " ".join(record.text.split()) if first else record.text
            for record, first in zip(page.items, firsts, strict=True)
        )
        return Page(
            tuple(attrs.evolve(record, text=text) for record, text in zip(page.items, texts, strict=True)), page.next
        )


@mutant("shifts a call by an hour")
class Shifting(_Listing):
    def listed(self, page: Page[RelatedRecord]) -> Page[RelatedRecord]:
        return Page(tuple(self.shifted(record) for record in page.items), page.next)

    def shifted(self, record: RelatedRecord) -> RelatedRecord:
        if record.at is None or record.kind is not RelatedKind.CALL:
            return record
        return attrs.evolve(record, at=record.at - timedelta(hours=1))


@mutant("forgets the subject of a note")
class Forgetful(ZohoConnector):
    async def create_activity(self, facts: LinkFacts, draft: ActivityDraft) -> RecordRef:
        if isinstance(draft, NoteDraft) and draft.key == "k1":
            draft = attrs.evolve(draft, subject="")
        return await super().create_activity(facts, draft)


@mutant("does not link")
class Loose(ZohoConnector):
    async def link(self, facts: LinkFacts, contact: RecordRef, record: RecordRef) -> None:
        self._require(facts, Capability.LINK)
        if (await self.get(facts, contact)).name != "Borrower":
            await super().link(facts, contact, record)


# Syncing --------------------------------------------------------------------------------------------------------------


class _Syncing(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        return self.page(cursor, await super().changes(facts, resource, cursor))

    def page(self, cursor: str | None, changes: Changes) -> Changes:
        raise NotImplementedError


@mutant("stops after the first page")
class Stopping(_Syncing):
    def page(self, cursor: str | None, changes: Changes) -> Changes:
        kept = tuple(contact for contact in changes.changed if not contact.name.startswith("Everybody"))
        return attrs.evolve(changes, changed=kept)


@mutant("reads changes without their numbers")
class Unnumbered(_Syncing):
    def page(self, cursor: str | None, changes: Changes) -> Changes:
        bare = (attrs.evolve(each, phones=()) if each.name == "Numbered" else each for each in changes.changed)
        return attrs.evolve(changes, changed=tuple(bare))


@mutant("reads everybody again")
class Again(ZohoConnector):
    def __init__(self) -> None:
        self.rounds = 0

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        first = await super().changes(facts, resource, None) if cursor is not None and ":" in cursor else None
        changes = await super().changes(facts, resource, cursor)
        if changes.more or first is None:
            return changes
        return attrs.evolve(changes, changed=(*changes.changed, *first.changed))


@mutant("misses what changed since")
class Missing(_Syncing):
    def page(self, cursor: str | None, changes: Changes) -> Changes:
        return attrs.evolve(changes, changed=tuple(each for each in changes.changed if each.name != "Later"))


@mutant("does not tell who is gone")
class Haunted(ZohoConnector):
    def __init__(self) -> None:
        self.dear: RecordRef | None = None

    async def create(self, facts: LinkFacts, draft: ContactDraft) -> RecordRef:
        ref = await super().create(facts, draft)
        self.dear = ref if draft.fields.get("Last_Name") == "Leaver" else None
        return ref

    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        changes = await super().changes(facts, resource, cursor)
        return attrs.evolve(changes, gone=tuple(ref for ref in changes.gone if ref != self.dear))


@mutant("goes on from a cursor that means nothing")
class Credulous(ZohoConnector):
    async def changes(self, facts: LinkFacts, resource: str, cursor: str | None = None) -> Changes:
        try:
            return await super().changes(facts, resource, cursor)
        except Gone:
            if cursor is None or cursor[:1] == "{":
                raise
            return await super().changes(facts, resource, None)


# Failing --------------------------------------------------------------------------------------------------------------


class _Failing(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return self.said(response, super().error(facts, request, response))

    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        raise NotImplementedError


@mutant("does not wait as long as it is told")
class Impatient(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        if response.status == 429 and error is not None:
            error.wait = 0.1 if error.wait == 7.0 else error.wait
        return error


@mutant("does not renew a token that ran out")
class Stale(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return AuthError("sign in again") if isinstance(error, TokenExpired) and len(response.content) > 4 else error


@mutant("takes a refusal to sign in for a bug")
class Confused(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return UnexpectedAnswer("what?") if response.status == 401 and len(response.content) < 5 else error


@mutant("does not try again when the CRM is down")
class Desperate(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return UnexpectedAnswer("what?", maybe_applied=True) if response.status == 504 else error


@mutant("takes a page of HTML for data")
class Gullible(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return None if response.content.startswith(b"<!doctype") else error


@mutant("crashes on an answer that it does not know")
class Crashing(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return ValidationFailed(response.json()["x"]) if response.content == b"[1]" else error


@mutant("takes an unknown status for success")
class Optimistic(_Failing):
    def said(self, response: Response, error: Customer360Error | None) -> Customer360Error | None:
        return None if response.status == 451 else error


@mutant("swallows the CRM's failure")
class Swallowing(ZohoConnector):
    async def search(self, facts: LinkFacts, resource: str, query: Query, *, limit: int = 20) -> Page[Contact]:
        try:
            return await super().search(facts, resource, query, limit=limit)
        except CrmUnavailable:
            return Page(())


@mutant("asks a host that the link does not declare")
class Straying(ZohoConnector):
    async def identify(self, facts: LinkFacts) -> Identity:
        identity = await super().identify(facts)
        await GET("https://collector.example/crm/v7/org", accept=(400, 401, 404))
        return identity
