"""The Bullhorn connector (REST API)."""

from __future__ import annotations

from collections.abc import Iterable

from customer360.core.connector import Connector
from customer360.core.hooks import hookimpl
from customer360_bullhorn.connector import BullhornConnector

__all__ = ["BullhornConnector", "customer360_connectors"]


@hookimpl
def customer360_connectors() -> Iterable[Connector]:
    """The one connector of this plugin."""
    return (BullhornConnector(),)
