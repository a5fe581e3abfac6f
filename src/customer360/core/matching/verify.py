"""Every hit is verified: a CRM's search only has to find, being right is our part (F025, D1)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from customer360.core.matching.criteria import Wanted
from customer360.core.matching.result import Evidence, Match, MatchSource, merged
from customer360.core.phones import Grade, compare
from customer360.core.records import Contact
from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, TextHas

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def verify(
    contact: Contact, wanted: Wanted, regions: Sequence[str], *, source: MatchSource = MatchSource.CRM
) -> Match | None:
    """The candidate with its evidence, or None if the record does not hold what was asked for."""
    found = [each for each in _graded(contact, wanted, regions) if each[1] is not Grade.NONE]
    if not found:
        return None
    if len(found) > 1:
        found.sort(key=_surest)
    criterion = str(wanted.criterion)
    return Match(contact, tuple([Evidence(criterion, field, grade) for field, grade in found]), source)


def _surest(graded: tuple[str, Grade]) -> int:
    return -graded[1]


def _graded(contact: Contact, wanted: Wanted, regions: Sequence[str]) -> list[tuple[str, Grade]]:
    match wanted.query:
        case PhoneIs():
            assert wanted.number is not None  # made together in criteria.wanted
            number, own = wanted.number, contact.region
            return [(phone.field, compare(number, phone.text, regions, own=own)) for phone in contact.phones]
        case EmailIs(address):
            return [
                (email.field, _same(email.address.strip().casefold() == address.casefold())) for email in contact.emails
            ]
        case NameHas(text):
            return [("name", _same(folded(contact.name) == folded(text)))]
        case FieldIs(field, value):
            stored = contact.fields.get(field)
            addresses = [email.address for email in contact.emails if email.field == field]
            if addresses:
                return [(field, _same(any(address.casefold() == value.casefold() for address in addresses)))]
            return [(field, _same(stored is not None and str(stored) == value))]
        case TextHas() | None:
            return []


def _same(equal: bool) -> Grade:
    return Grade.EXACT if equal else Grade.NONE


def folded(name: str) -> str:
    """A name without case, accents and double spaces, for comparing names that people typed."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def rank(matches: Sequence[Match], resources: Mapping[str, int]) -> tuple[Match, ...]:
    """Candidates, best first: live before indexed, the merely similar last, by the order of resources, then by the
    latest activity.

    Whether a country code was typed says nothing about who of several calls, so ``EXACT`` does not outrank
    ``NATIONAL``. ``resources`` gives each resource's place in the administrator's order. The order is total: equal
    input in any order gives equal output.
    """

    def place(match: Match) -> tuple[bool, bool, int, float, tuple[str, str, str]]:
        contact, ref = match.contact, match.contact.ref
        latest = contact.last_activity_at or contact.modified_at or contact.created_at or _LONG_AGO
        return (
            match.source is not MatchSource.CRM,
            match.grade < Grade.NATIONAL,
            resources.get(ref.resource, len(resources)),
            -latest.timestamp(),
            (ref.crm, ref.resource, ref.id),
        )

    return tuple(sorted(merged(matches), key=place))
