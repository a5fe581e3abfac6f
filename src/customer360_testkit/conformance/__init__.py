"""The conformance suite: what every connector must do, as one class to subclass; see :class:`ConnectorConformance`.

Needs the extra ``conformance``, which is pytest.
"""

import pkgutil

import pytest

# Before they are imported: so a check that fails shows the values that it compared.
pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__)))

from customer360_testkit.conformance.bench import Link  # noqa: E402
from customer360_testkit.conformance.suite import ConnectorConformance, unplayed  # noqa: E402

__all__ = ["ConnectorConformance", "Link", "unplayed"]
