"""What all desks of one client share."""

from __future__ import annotations

import attrs

from customer360.core.matching import MatchPolicy
from customer360.desk.deadlines import Deadlines
from customer360.index.phone_index import PhoneIndex
from customer360.links.links import Links
from customer360.outbox.delivery import Delivery


@attrs.frozen(kw_only=True)
class Office:
    """One account's rooms: its links, its phone index, its outbox, and how it matches."""

    tenant_id: str
    links: Links
    index: PhoneIndex
    delivery: Delivery
    policy: MatchPolicy
    deadlines: Deadlines
