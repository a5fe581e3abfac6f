"""What the index keeps of a contact: enough to show and to rank it while the CRM is down, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from customer360.core.phones import keys_of
from customer360.core.records import Contact, ContactKind, Email, Phone, RecordRef

_KINDS = {kind.value: kind for kind in ContactKind}
_text_of = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pack(contact: Contact) -> str:
    """The contact as text. No field of the CRM's own but phones and addresses is kept."""
    times = (contact.created_at, contact.modified_at, contact.last_activity_at)
    return _text_of(
        [
            contact.kind.value,
            contact.name,
            contact.company,
            contact.region,
            contact.url,
            [None if time is None else time.timestamp() for time in times],
            [[phone.field, phone.text] for phone in contact.phones],
            [[email.field, email.address] for email in contact.emails],
        ]
    )


def unpack(ref: RecordRef, text: str) -> Contact:
    """The contact that :func:`pack` made the text of, marked as partial; times are in UTC."""
    kind, name, company, region, url, times, phones, emails = json.loads(text)
    created, modified, active = [None if time is None else datetime.fromtimestamp(time, UTC) for time in times]
    return Contact(
        ref=ref,
        kind=_KINDS[kind],
        name=name,
        company=company,
        region=region,
        url=url,
        created_at=created,
        modified_at=modified,
        last_activity_at=active,
        phones=tuple([Phone(field, spelt) for field, spelt in phones]),
        emails=tuple([Email(field, address) for field, address in emails]),
        partial=True,
    )


def tails(contact: Contact, regions: tuple[str, ...]) -> list[int]:
    """The keys by which the contact's numbers are found, each once; ``regions`` of the account and the installation."""
    own = (contact.region, *regions) if contact.region else regions
    return sorted({key for phone in contact.phones for key in keys_of(phone.text, own)})


def addresses(contact: Contact) -> list[str]:
    """The keys by which the contact's e-mail addresses are found, each once."""
    return sorted({folded for email in contact.emails if (folded := fold(email.address))})


def fold(address: str) -> str:
    """An address as it is compared; longer than any that can receive mail (RFC 5321) counts as none."""
    folded = address.strip().casefold()
    return folded if len(folded) <= 320 else ""
