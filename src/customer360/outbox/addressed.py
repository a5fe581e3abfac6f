"""Whether a link still leads where an activity was accepted for: ids are the same in an organisation and its copies."""

from __future__ import annotations

from customer360.connections import Connection
from customer360.core.activities import ActivityDraft
from customer360.core.errors import OtherOrganisation
from customer360.outbox.rows import Row


def must_be_of(connection: Connection, row: Row, draft: ActivityDraft) -> None:
    """Raise :class:`OtherOrganisation` unless ``connection`` leads to the records that ``row`` was accepted for.

    What is of an unknown organisation is of another one until a person says that it is not; what is about a private
    record is of one user as well.
    """
    if row.organisation != connection.organisation:
        if not row.organisation:
            raise OtherOrganisation(
                f"nobody knows for which organisation of {row.crm} this was accepted",
                next_step="make sure that it is the linked one, then resolve(key, SendAgain()); or give it up: "
                "resolve(key, Drop())",
            )
        raise OtherOrganisation(f"{row.crm} is linked to another organisation than this was accepted for")
    if draft.contact.resource in connection.private and row.crm_user != connection.user:
        raise OtherOrganisation(
            f"this agent has signed in to {row.crm} as another user than this was accepted for",
            next_step="sign in as the former user, or give it up: resolve(key, Drop())",
        )
