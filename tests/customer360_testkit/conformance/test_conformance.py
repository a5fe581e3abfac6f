"""The suite bites: each check catches its wrong connector, and no other check does."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from zlib import crc32

import attrs
import pytest
from tests.customer360_bullhorn.test_conformance import TestCandidates as Candidates
from tests.customer360_testkit.conformance.wrong.registry import MUTANTS, SUITES, base_of, wrong_in
from tests.customer360_zoho.test_conformance import TestZoho as Zoho

from customer360.core.connector import Connector
from customer360_testkit.conformance import ConnectorConformance, Link
from customer360_testkit.conformance.bench import MUTANT, NET, checks_of
from customer360_testkit.fakes.cast import shared_cast
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named

CHECKS = checks_of(ConnectorConformance)
NAMED = {name: check for name, check in CHECKS.items() if not hasattr(check, NET)}
NETS = {getattr(check, MUTANT): (name, check) for name, check in CHECKS.items() if hasattr(check, NET)}
for each in sorted(Path(__file__).with_name("wrong").glob("*/*.py")):  # each registers its own
    import_module(".".join(each.with_suffix("").parts[-6:]))

SOME = 5
"""Of so many checks that stand elsewhere, one is tried with a wrong connector."""
EVERY_PAIR = os.environ.get("CUSTOMER360_PAIRS") == "all"
FAKES: dict[tuple[str, int], FakeCrm] = {}  # no caches of functions: a check empties those near a connector
TOUCHED: dict[tuple[type[Connector], str], frozenset[str]] = {}
SIGNING_IN: dict[type[Connector], frozenset[str]] = {}
WATCHED: dict[type[Connector], tuple[type[ConnectorConformance], set[str]]] = {}


def fake(key: str, members: int = 12) -> FakeCrm:
    """One for each number of members of the cast."""
    if (key, members) not in FAKES:
        FAKES[key, members] = fake_named(key)(cast=shared_cast()[:members])
    return FAKES[key, members]


def suite_of(connector: Connector) -> type[ConnectorConformance]:
    """The suite of a connector like that, for this very one, whose sign-in is played once for each user."""
    links: dict[str | None, Link] = {}
    extras: dict[str | None, Mapping[str, Any]] = {}
    usual = SUITES[base_of(type(connector))]

    class Quick(usual):  # type: ignore[misc, valid-type]  # one of three
        def signed_in(self, crm: FakeCrm, user: str | None = None) -> Link:
            if usual is Candidates:  # its tokens open sessions: nobody else can hand those out
                links[user] = super().signed_in(crm, user)
                return links[user]
            if user not in links:
                entrance = fake(crm.key, 0)  # another one, as this one must be signed in to at any time
                entrance.reset()
                links[user] = super().signed_in(entrance, user)
                extras[user] = entrance.oauth.extra_of(links[user].grant.access_token)
            link = links[user]
            facts = attrs.evolve(link.facts, extra=dict(link.facts.extra), settings=dict(link.facts.settings))
            token = crm.oauth.issue(link.user, link.grant.scopes, extra=extras[user]).access_token
            ends = crm.clock.time() + 3000.0
            grant = attrs.evolve(link.grant, access_token=token, expires_at=ends)
            return Link(self.connector, crm, facts, grant, link.user)

    Quick.connector = connector
    return Quick


def failure(suite: type[ConnectorConformance], check: Callable[..., None]) -> str | None:
    """How a check fails; None if it passes, or cannot be made."""
    bench = suite()
    if check.__name__ in bench.waived:
        return None
    try:
        check(bench, bench.linked(fake(bench.connector.info.key), check))
    except pytest.skip.Exception:
        return None
    except (Exception, pytest.fail.Exception) as raised:
        return f"{type(raised).__name__}: {raised}"
    return None


def touched(base: type[Connector], name: str) -> frozenset[str]:
    """What of a right connector a check comes by. Where none of that is wrong, nothing can come out wrong."""
    if (base, name) not in TOUCHED:
        suite, seen = watched(base)
        seen.clear()
        assert failure(suite, CHECKS[name]) is None, name
        TOUCHED[base, name] = SIGNING_IN[base] | seen
    return TOUCHED[base, name]


def watched(base: type[Connector]) -> tuple[type[ConnectorConformance], set[str]]:
    """A suite of a right connector, and what of that is asked for, as it is asked for."""
    if base not in WATCHED:
        seen = set[str]()

        def watch(connector: Any, name: str) -> Any:
            seen.add(name)
            return object.__getattribute__(connector, name)

        suite = suite_of(type(f"Watched{base.__name__}", (base,), {"__getattribute__": watch})())
        suite().signed_in(fake(base.info.key))
        SIGNING_IN[base], WATCHED[base] = frozenset(seen), (suite, seen)
    return WATCHED[base]


def catchers(kind: type[Connector], checks: Mapping[str, Callable[..., None]] = NAMED) -> set[str]:
    """What those of the checks that fail for a wrong connector say that they catch."""
    base = base_of(kind)
    wrong = {name for each in kind.__mro__[: kind.__mro__.index(base)] for name in vars(each) if name[:2] != "__"}
    suite = suite_of(kind())
    reached = [check for name, check in checks.items() if touched(base, name) & wrong]
    return {getattr(check, MUTANT) for check in reached if failure(suite, check) is not None}


def test_each_check_has_a_wrong_connector_and_each_of_those_a_check() -> None:
    """A check that nothing fails does not count."""
    assert sorted(getattr(check, MUTANT) for check in CHECKS.values()) == sorted(
        name for name in MUTANTS if wrong_in(name) == name
    )
    assert {wrong_in(name) for name in MUTANTS} <= MUTANTS.keys()
    assert len(CHECKS) >= 200


def test_a_wrong_connector_stands_where_its_check_does() -> None:
    """Whoever reads the one finds the other."""
    checks = {getattr(check, MUTANT): check for check in CHECKS.values()}
    for name, (_, wrong) in MUTANTS.items():
        right = checks[wrong_in(name)]
        assert wrong.__module__.rpartition(".wrong.")[2] == right.__module__.rpartition(".conformance.")[2]


def played(name: str) -> dict[str, Callable[..., None]]:
    """The checks by name that a wrong connector is tried with: its own, those beside it, and of the others some, always
    the same; all of them for ``make pairs``, which takes long."""
    beside = MUTANTS[name][1].__module__.rpartition(".wrong.")[2]
    return {
        check: each
        for check, each in NAMED.items()
        if EVERY_PAIR
        or each.__module__.rpartition(".conformance.")[2] == beside
        or crc32(f"{name} {check}".encode()) % SOME == 0
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_connector_is_caught_by_its_check_alone(name: str) -> None:
    """By that one, and by no other, so that a failure says what is wrong.

    Nets are wide: what a check by name catches may fail there, too; what is a net's own passes every other check.
    """
    wrong = MUTANTS[name][1]
    assert catchers(wrong, played(name)) == {wrong_in(name)} - NETS.keys()
    assert wrong_in(name) not in NETS or catchers(wrong, dict([NETS[wrong_in(name)]])) == {wrong_in(name)}


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
