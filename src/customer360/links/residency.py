"""Nothing goes to a CRM account outside EMEA while residency is on (F151).

A link may leave EMEA under our hands: a token answer names another instance, a directory another data centre. So the
connector is asked before every request, with what is known at that moment, and refuses to name hosts for what is
elsewhere. Signing in is the exception, because only that tells where an organisation is; what it learnt is not kept.
"""

from __future__ import annotations

from typing import Any, cast

from customer360.core.connector import Connector
from customer360.core.linking import Hosts, LinkFacts, outside


def resident(connector: Connector) -> Connector:
    """The same connector, which names hosts in EMEA only."""
    return cast(Connector, _Resident(connector))


def check_place(connector: Connector, facts: LinkFacts) -> None:
    """Raise :class:`OutsideResidency` unless the link's data are known to be in EMEA."""
    if not connector.in_emea(facts):
        raise outside(f"the data of this link to {connector.info.key} are not known to be in EMEA")


class _Resident:
    """Stands for a connector; all but the hosts is the connector's own."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def __repr__(self) -> str:
        return f"<resident {self._connector!r}>"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def hosts(self, facts: LinkFacts) -> Hosts:
        check_place(self._connector, facts)
        return self._connector.hosts(facts)
