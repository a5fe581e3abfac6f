"""The conformance suite: what every connector must do, as one class to subclass; see :class:`ConnectorConformance`."""

from customer360_testkit.conformance.bench import Link
from customer360_testkit.conformance.suite import ConnectorConformance

__all__ = ["ConnectorConformance", "Link"]
