"""The Salesforce connector (REST API v62.0)."""

from __future__ import annotations

from collections.abc import Iterable

from customer360.core.connector import Connector
from customer360.core.hooks import hookimpl
from customer360_salesforce.connector import SalesforceConnector

__all__ = ["SalesforceConnector", "customer360_connectors"]


@hookimpl
def customer360_connectors() -> Iterable[Connector]:
    """The one connector of this plugin."""
    return (SalesforceConnector(),)
