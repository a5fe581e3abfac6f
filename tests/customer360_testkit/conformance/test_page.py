"""The suite's page of the docs is what the suite says."""

from __future__ import annotations

from tools import conformance

from customer360_testkit.conformance import ConnectorConformance
from customer360_testkit.conformance.bench import MUTANT, checks_of


def test_the_page_tells_every_check() -> None:
    """With what it demands, and the connector that it catches."""
    told = conformance.PAGE.read_text(encoding="utf-8")
    assert told == conformance.page(), "run python -m tools.conformance"
    for name, check in checks_of(ConnectorConformance).items():
        assert f"| {name.removeprefix('test_').replace('_', ' ')} | " in told
        assert getattr(check, MUTANT) in told
        assert (check.__doc__ or "").strip(), name
