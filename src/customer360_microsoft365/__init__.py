"""The Microsoft 365 connector (Microsoft Graph v1.0: Outlook contacts, To Do, calendar)."""

from __future__ import annotations

from collections.abc import Iterable

from customer360.core.connector import Connector
from customer360.core.hooks import hookimpl
from customer360_microsoft365.connector import Microsoft365Connector

__all__ = ["Microsoft365Connector", "customer360_connectors"]


@hookimpl
def customer360_connectors() -> Iterable[Connector]:
    """The one connector of this plugin."""
    return (Microsoft365Connector(),)
