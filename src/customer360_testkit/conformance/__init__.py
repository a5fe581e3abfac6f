"""The conformance suite: what every connector must do, as one class to subclass; see :class:`ConnectorConformance`.

Needs the extra ``conformance``, which is pytest.
"""

from customer360_testkit.conformance.bench import Link
from customer360_testkit.conformance.suite import ConnectorConformance

__all__ = ["ConnectorConformance", "Link"]
