"""What changed in a contact folder since the last time: the vendor's delta (contract, section 8).

The cursor is the whole URL that the vendor hands out, with the resource as its fragment (which is never sent); it is
followed only to the link's Graph host, and only for that resource.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from customer360.core.effects import GET
from customer360.core.errors import Gone, HostRefused, PageLoop, UnexpectedAnswer, Unsupported
from customer360.core.linking import LinkFacts
from customer360.core.records import Changes, RecordRef
from customer360_microsoft365.auth import API_PATH, hosts
from customer360_microsoft365.graph import Row, link_of, listed, page_of, prefer
from customer360_microsoft365.places import CONTACT, DEFAULT_FOLDER, FOLDER, KEY, PERSON, contacts_in
from customer360_microsoft365.records import contact_of, text_of

NO_DELTA: Final = "the China cloud offers no delta of contacts"

_HEADERS: Final = prefer("odata.maxpagesize=200")
_SELECT: Final = (
    "id,displayName,givenName,surname,companyName,jobTitle,emailAddresses,businessPhones,mobilePhone,homePhones,"
    "businessAddress,homeAddress,otherAddress,createdDateTime,lastModifiedDateTime"
)


async def changes(facts: LinkFacts, resource: str, cursor: str | None) -> Changes:
    """One page; see :meth:`customer360.core.connector.Connector.changes`."""
    if resource == PERSON:
        raise Unsupported("Microsoft 365 tells no changes of people", next_step="sync the contact folders")
    contacts_in(resource)
    here = None if cursor is None else _checked(facts, resource, cursor)
    if here is None:
        answer = await GET(f"{await _folder(facts, resource)}/delta", {"$select": _SELECT}, _HEADERS)
    else:
        answer = await GET(here, (), _HEADERS)
    rows, following = page_of(facts, answer)
    later = link_of(facts, answer.json(), "@odata.deltaLink")
    if following is None and later is None:
        raise UnexpectedAnswer("Microsoft 365 ended a sync without saying where the next one begins")
    if following is not None and following == here:
        raise PageLoop("the cursor of a page of Microsoft 365's changes leads back to that page")
    last: dict[str, Row] = {identifier: row for row in rows if (identifier := text_of(row, "id"))}
    return Changes(
        changed=tuple(contact_of(resource, row, partial=True) for row in last.values() if "@removed" not in row),
        gone=tuple(RecordRef(KEY, resource, identifier) for identifier, row in last.items() if "@removed" in row),
        cursor=f"{following or later}#{quote(resource, safe='')}",
        more=following is not None,
    )


def _checked(facts: LinkFacts, resource: str, cursor: str) -> str:
    """Where a cursor leads, if it is a delta's of that resource and leads to the link's Graph host."""
    url, _, of = cursor.partition("#")
    base = f"https://{hosts(facts).api[0]}{API_PATH}/"
    try:
        hosts(facts).check(url)
    except (HostRefused, ValueError):
        raise Gone("this cursor is none of this link's", next_step="start over without a cursor") from None
    if "/delta" not in url.partition("?")[0] or not url.startswith(base) or of != quote(resource, safe=""):
        raise Gone(
            "this cursor does not continue a sync of this folder with Microsoft 365",
            next_step="start over without a cursor",
        )
    return url


async def _folder(facts: LinkFacts, resource: str) -> str:
    """The folder's contacts by its id, the form that is documented; of an empty default folder the id is not told."""
    if resource != CONTACT:
        return contacts_in(resource)
    known = facts.extra.get(DEFAULT_FOLDER)
    if not known:
        rows = await listed(facts, "/me/contacts", (("$select", "id,parentFolderId"), ("$top", "1")), enough=1)
        known = text_of(rows[0], "parentFolderId") if rows else ""
    return contacts_in(FOLDER + known) if known else contacts_in(resource)
