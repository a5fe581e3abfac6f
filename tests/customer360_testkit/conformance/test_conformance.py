"""The suite bites: each check catches its wrong connector, and no other check does."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from tests.customer360_testkit.conformance.mutants import MUTANTS
from tests.customer360_zoho.test_conformance import TestZoho as Zoho

from customer360_testkit.conformance import ConnectorConformance
from customer360_testkit.conformance.bench import MUTANT, checks_of
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named

CHECKS = checks_of(ConnectorConformance)


@cache
def fake(key: str) -> FakeCrm:
    return fake_named(key)()


def caught(suite: type[ConnectorConformance], check: Callable[..., None]) -> bool:
    """Whether a check fails."""
    bench = suite()
    try:
        check(bench, bench.linked(fake(bench.connector.info.key), check))
    except pytest.skip.Exception:
        return False
    except (Exception, pytest.fail.Exception):
        return True
    return False


def test_each_check_has_a_wrong_connector_and_each_of_those_a_check() -> None:
    """A check that nothing fails does not count."""
    assert sorted(getattr(check, MUTANT) for check in CHECKS.values()) == sorted(MUTANTS)
    assert len(CHECKS) >= 60


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_connector_is_caught_by_its_check_alone(name: str) -> None:
    """So a failure says what is wrong."""
    base, kind = MUTANTS[name]
    suite = type(f"Test{kind.__name__}", (base,), {"connector": kind()})
    assert {getattr(check, MUTANT) for check in CHECKS.values() if caught(suite, check)} == {name}


def test_a_check_cannot_be_overridden() -> None:
    """Nor dropped, nor waived without a reason, nor under a name that is none."""
    with pytest.raises(TypeError, match="overrides a check"):
        type("TestQuiet", (Zoho,), {"test_none_clears": lambda self, link: None})
    with pytest.raises(TypeError, match="overrides a check"):
        type("TestDropped", (Zoho,), {"test_none_clears": None})
    with pytest.raises(TypeError, match="without a reason"):
        type("TestWaived", (Zoho,), {"waived": {"test_none_clears": " "}})
    with pytest.raises(TypeError, match="no check"):
        type("TestMisspelt", (Zoho,), {"waived": {"test_none_cleers": "it cannot"}})
