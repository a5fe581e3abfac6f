"""Enhanced notes: documents of HTML that hang off records by links (contract, section 7)."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from datetime import datetime

from customer360.core.activities import NoteDraft, carries_key
from customer360.core.effects import GET, POST, gather
from customer360.core.errors import InvalidValue, UnexpectedAnswer, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef
from customer360.core.wire import identified
from customer360_salesforce import query as q
from customer360_salesforce.asking import Row, collected
from customer360_salesforce.auth import API_PATH, KEY
from customer360_salesforce.query import Clause
from customer360_salesforce.records import identifier_of, text_of, wire_fields

_VERSION = "LatestPublishedVersion"
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)


async def listed(contact: RecordRef, *, limit: int, offset: int) -> list[Row]:
    """A record's notes, newest first, as rows of ContentNote.

    One request: the links know titles and times, and through the note's latest version how its text begins.
    """
    links = identified(await collected(_links(contact, limit=limit, offset=offset), enough=limit), "ContentDocumentId")
    return [
        {
            **{name: wire for name, wire in document.items() if name not in ("attributes", _VERSION)},
            "Id": link["ContentDocumentId"],
            "TextPreview": text_of(version, "TextPreview")
            if isinstance(version := document.get(_VERSION), dict)
            else "",
        }
        for link in links
        if isinstance(document := link.get("ContentDocument"), dict)
    ]


def _links(contact: RecordRef, *more: Clause, limit: int | None = None, offset: int = 0) -> str:
    where = q.all_of(
        q.equals("LinkedEntityId", identifier_of(contact)), q.equals("ContentDocument.FileType", "SNOTE"), *more
    )
    told = ("Title", "CreatedDate", "OwnerId", "ContentSize", f"{_VERSION}.TextPreview")
    columns = ("Id", "ContentDocumentId", *(f"ContentDocument.{name}" for name in told))
    order = (("ContentDocument.CreatedDate", True), ("ContentDocumentId", True))
    return q.select(columns, "ContentDocumentLink", where, order=order, limit=limit, offset=offset)


_MOST_PARTS = 25
_REFERENCE = "@{"
"""Begins what Salesforce puts the result of another part for, wherever it stands in a part."""


async def create(facts: LinkFacts, draft: NoteDraft, title: str, text: str) -> RecordRef:
    """The note and its links to the record and to what else it is about, all or none, in one request."""
    if draft.owner is not None and (draft.owner.crm, draft.owner.id) != (KEY, facts.user):
        raise Unsupported("an enhanced note of Salesforce belongs to whoever writes it", next_step="leave owner out")
    about = (draft.contact, *tied(draft))
    note = {"Title": title, **wire_fields(draft.extra), "Content": content(text)}
    if any(isinstance(value, str) and _REFERENCE in value for value in note.values()):
        raise InvalidValue(
            f"Salesforce takes {_REFERENCE} in a note's title for a part of the request", next_step="leave it out"
        )
    parts = [("note", "ContentNote", note)]
    for number, identifier in enumerate(dict.fromkeys(map(identifier_of, about))):
        parts.append((f"link{number}", "ContentDocumentLink", link_of("@{note.id}", identifier)))
    requests = [
        {"method": "POST", "url": f"{API_PATH}/sobjects/{name}", "referenceId": reference, "body": body}
        for reference, name, body in parts
    ]
    answer = await POST("/composite", {"allOrNone": True, "compositeRequest": requests})
    told = answer.json(wrote=True)
    results = told.get("compositeResponse") if isinstance(told, dict) else None
    first = results[0] if isinstance(results, list) and len(results) == len(requests) else None
    body = first.get("body") if isinstance(first, dict) else None
    if not isinstance(body, dict) or not q.is_identifier(str(body.get("id"))):
        raise UnexpectedAnswer("Salesforce does not name the note it wrote", maybe_applied=True)
    return RecordRef(KEY, "ContentNote", str(body["id"]))


def tied(draft: NoteDraft) -> tuple[RecordRef, ...]:
    """As many as one request has parts for, beside the note and its contact."""
    ours = dict.fromkeys(ref for ref in draft.related if ref.crm == KEY and ref != draft.contact)
    return tuple(ours)[: _MOST_PARTS - 2]


def link_of(document: str, entity: str) -> dict[str, str]:
    """What hangs a note off a record: whoever sees the record may read the note."""
    return {"ContentDocumentId": document, "LinkedEntityId": entity, "ShareType": "V", "Visibility": "AllUsers"}


def content(text: str) -> str:
    """A note's text as it is sent: HTML, for raw line ends vanish, in base64."""
    lines = "<br>".join(html.escape(line) for line in text.splitlines())
    return b64encode(f"<p>{lines}</p>".encode("utf-8", "replace")).decode()


async def carrying(contact: RecordRef, key: str, earliest: datetime) -> RecordRef | None:
    """The note that carries the key: each made since is read whole, for a query shows only how its text begins."""
    statement = _links(contact, q.compared("ContentDocument.CreatedDate", ">=", earliest))
    links = identified(await collected(statement), "ContentDocumentId")
    sizes = {link["ContentDocumentId"]: _size(link) for link in links}
    paths = {f"/sobjects/ContentNote/{each}/Content": size for each, size in sizes.items() if q.is_identifier(each)}
    answers = await gather(*(GET(path, (), {"Accept": "*/*"}) for path in paths))
    for (path, size), answer in zip(paths.items(), answers, strict=True):
        if size is not None and len(answer.content) != size:
            # Raw text has no form that tells it from a proxy's page, which taken for the note would hide the key.
            raise UnexpectedAnswer("Salesforce did not give a note as it stands there", status=answer.status)
        text = _BREAK.sub("\n", answer.content.decode("utf-8", "replace"))
        if carries_key(html.unescape(_TAG.sub("", text)), key):
            return RecordRef(KEY, "ContentNote", path.split("/")[3])
    return None


def _size(link: Row) -> int | None:
    """The bytes of a note, if its link tells them."""
    document = link.get("ContentDocument")
    size = document.get("ContentSize") if isinstance(document, dict) else None
    return size if isinstance(size, int) else None
