"""One authorised link in use: a connector, its facts, and the handler that carries its requests."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

import attrs

from customer360.core.capabilities import Capabilities
from customer360.core.connector import Connector
from customer360.core.effects import Handle, Handler, Operation, handling
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Resource

T = TypeVar("T")


@attrs.frozen(kw_only=True, slots=False)
class Connection:
    """What flows work with.

    ``resources`` are the ones configured for agents, in the administrator's order (F116, F120). ``organisation`` tells
    the linked organisation from every other; ``private`` names the resources that are the signed-in user's alone.
    """

    tenant_id: str
    agent_id: str
    connector: Connector
    facts: LinkFacts
    exchange: Handler
    resources: tuple[Resource, ...]
    organisation: str = ""
    private: frozenset[str] = frozenset()

    @property
    def user(self) -> str:
        """The CRM's id of who signed in, if it is told."""
        return self.facts.user or ""

    def whose(self, *, private: bool) -> str:
        """Whose records these are: the organisation's, or, where they are private, those of one user of it."""
        return f"{self.organisation}/{self.user}" if private else self.organisation

    @property
    def crm(self) -> str:
        """The CRM's key."""
        return self.connector.info.key

    @cached_property
    def capabilities(self) -> Capabilities:
        """What this link can do: it follows from the facts, and another sign-in or link makes another connection."""
        return self.connector.capabilities(self.facts)

    @cached_property
    def contact_resources(self) -> tuple[Resource, ...]:
        """The configured resources that hold contacts."""
        return tuple(resource for resource in self.resources if resource.contact_kind is not None)

    def run(self, op: Operation[T]) -> Handle[T]:
        """``await connection.run(connection.connector.get(connection.facts, ref))``: with this link's requests
        answered."""
        return handling(self.exchange, op)
