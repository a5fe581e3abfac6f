"""What all desks of one client share."""

from __future__ import annotations

import attrs

from customer360.core.errors import AuthError, SetupError
from customer360.core.matching import MatchPolicy
from customer360.desk.deadlines import Deadlines
from customer360.index.phone_index import PhoneIndex
from customer360.links.links import Links
from customer360.links.tables import ACCOUNT
from customer360.outbox.delivery import Delivery
from customer360.outbox.rows import NOT_KNOWN, AcceptedFor


@attrs.frozen(kw_only=True)
class Office:
    """One account's rooms: its links, its phone index, its outbox, and how it matches."""

    tenant_id: str
    links: Links
    index: PhoneIndex
    delivery: Delivery
    policy: MatchPolicy
    deadlines: Deadlines

    async def accepted_for(self, crm: str, agent_id: str) -> AcceptedFor:
        """For whom an activity is accepted now: where the link leads, and who has signed in; not known without a link.

        The account's own sign-in tells the organisation, too, if this agent has not signed in.
        """
        for whose in dict.fromkeys((agent_id, ACCOUNT)):
            try:
                connection = await self.links.connection(self.tenant_id, crm, whose)
            except (SetupError, AuthError):
                continue
            return AcceptedFor(connection.organisation, connection.user if whose == agent_id else "")
        return NOT_KNOWN
