"""The key by which a repeated create is recognised (D11)."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256


def activity_key(*, tenant_id: str, interaction_id: str, agent_id: str, crm: str, source: str) -> str:
    """The same 26 letters and digits for the same activity, always: interaction x agent x what it stems from.

    ``source`` names a rule (``"rule:missed-call"``) or counts what the agent made by hand (``"hand:1"``). The key is
    made before the first attempt and stands in the CRM, so it is a digest: it tells nobody who spoke to whom.
    """
    parts = (tenant_id, interaction_id, agent_id, crm, source)
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    told = "".join(f"{len(part.encode())}:{part}" for part in parts)
    return b32encode(sha256(told.encode()).digest()[:16]).decode().rstrip("=").lower()
