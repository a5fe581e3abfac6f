"""The Zoho CRM connector (REST v8)."""

from __future__ import annotations

from collections.abc import Iterable

from customer360.core.connector import Connector
from customer360.core.hooks import hookimpl
from customer360_zoho.connector import ZohoConnector

__all__ = ["ZohoConnector", "customer360_connectors"]


@hookimpl
def customer360_connectors() -> Iterable[Connector]:
    """The one connector of this plugin."""
    return (ZohoConnector(),)
