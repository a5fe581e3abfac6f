"""The key by which a repeated create is recognised (D11)."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable, Mapping
from hashlib import sha256

import attrs

from customer360.core.activities import ActivityDraft
from customer360.outbox.promises import digest


def activity_key(*, tenant_id: str, interaction_id: str, agent_id: str, crm: str, source: str) -> str:
    """The same 26 letters and digits for the same activity, always: interaction x agent x what it stems from.

    ``source`` names a rule (``"rule:missed-call"``) or counts what the agent made by hand (``"hand:1"``). The key is
    made before the first attempt and stands in the CRM, so it is a digest: it tells nobody who spoke to whom.
    """
    parts = (tenant_id, interaction_id, agent_id, crm, source)
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    told = "".join(f"{len(part.encode())}:{part}" for part in parts)
    return b32encode(sha256(told.encode()).digest()[:16]).decode().rstrip("=").lower()


def numbered(
    drafts: tuple[ActivityDraft, ...], key_of: Callable[[int, ActivityDraft], str], earlier: Mapping[str, str | None]
) -> tuple[ActivityDraft, ...]:
    """The drafts of a list with keys: those that have none are told by their place in it, ``key_of(place, draft)``.

    A draft that stood elsewhere in an ``earlier`` list (digests by key) keeps the key that it had there: the same
    activities in another order are the same.
    """
    given, taken = list(drafts), set[str]()
    for place, draft in enumerate(drafts):
        for number in () if draft.key else range(max(len(drafts), len(earlier))):
            key = key_of(number, draft)
            if key in earlier and key not in taken and earlier[key] == digest(attrs.evolve(draft, key=key)):
                given[place] = attrs.evolve(draft, key=key)
                taken.add(key)
                break
    new = [place for place, draft in enumerate(given) if not draft.key]
    new.sort(key=lambda place: key_of(place, drafts[place]) in taken)  # first those whose place is free
    for place in new:
        keys = (key_of(number, drafts[place]) for number in (place, *range(len(drafts))))
        key = next(key for key in keys if key not in taken)
        given[place] = attrs.evolve(drafts[place], key=key)
        taken.add(key)
    return tuple(given)
