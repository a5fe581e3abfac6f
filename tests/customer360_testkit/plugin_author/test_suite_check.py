"""``customer360 plugin check`` runs the suite itself: nothing that a project holds leaves a check out in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.customer360_testkit.plugin_author.conftest import Author
from tests.customer360_zoho.test_conformance import TestZoho as Zoho

from customer360.core.linking import LinkFacts
from customer360.core.records import ContactChange
from customer360_testkit.conformance import ConnectorConformance, Link
from customer360_testkit.conformance.suite import CHECKS
from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named
from customer360_testkit.plugin_author.inspection.conformance.driving import driven
from customer360_testkit.plugin_author.inspection.conformance.honesty import faults
from customer360_testkit.plugin_author.inspection.outcome import Case, Played, told_of
from customer360_testkit.plugin_author.inspection.subject import Note, Problem, find
from customer360_testkit.plugin_author.inspection.suite import conforms
from customer360_zoho import ZohoConnector

GOOD = find("zoho")
FAKE = fake_named("zoho")
_NAMES = (
    "none_clears",
    "who_is_signed_in",
    "whoever_is_kept_like_these_people_is_written_about_like_them",
    "a_name_that_nobody_has_finds_nobody",
)
SOME = {name: CHECKS[name] for name in (f"test_{each}" for each in _NAMES)}


class Wrong(ZohoConnector):
    """Clears nothing."""

    async def update(self, facts: LinkFacts, change: ContactChange) -> None:
        kept = {name: value for name, value in change.fields.items() if value is not None}
        await super().update(facts, attrs.evolve(change, fields=kept or {"Description": "kept"}))


RIGHT, WRONG = ZohoConnector(), Wrong()


def came_of(kind: type[ConnectorConformance], connector: ZohoConnector = RIGHT) -> dict[str, Case]:
    """What came of a few checks, by their names."""
    return {case.name: case for case in driven([kind], connector, SOME).cases}


def problems(kind: type[ConnectorConformance], connector: ZohoConnector = RIGHT) -> list[str]:
    """What is to mend of a class, by what comes before the colon."""
    cases = driven([kind], connector, SOME).cases
    found = told_of(kind.__name__, cases, SOME, "pytest")
    return [each.what for each in found if isinstance(each, Problem)]


# Where it runs --------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F094")
def test_a_project_without_the_suite_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes an unproved connector for a proved one: away from its project, too."""
    package = tmp_path / "src" / "customer360_zoho"
    package.mkdir(parents=True)
    subject = attrs.evolve(GOOD, package=package)
    monkeypatch.chdir(tmp_path)
    (away,) = conforms(subject)
    assert isinstance(away, Problem)
    assert "did not run" in away.what
    assert "--project" in away.next_step
    (missing,) = conforms(attrs.evolve(subject, project=tmp_path))
    assert isinstance(missing, Problem)
    assert missing.what == "there is no tests/test_conformance.py"
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    assert list(conforms(subject)) == [missing]
    (tmp_path / "tests").mkdir()
    for text, said in (
        ("import pytest\npytest.skip('later', allow_module_level=True)\n", "later"),
        ("import os\nos._exit(0)\n", "without a word"),
    ):
        (tmp_path / "tests" / "test_conformance.py").write_text(text, encoding="utf-8")
        (broken,) = conforms(subject)
        assert isinstance(broken, Problem)
        assert broken.what == "test_conformance.py runs none of the checks"
        assert said in broken.next_step


# What a project says --------------------------------------------------------------------------------------------------


@pytest.mark.feature("F094")
def test_what_is_waived_or_does_not_apply_is_told() -> None:
    """With its reason; both are said, and neither is to mend."""
    kind = type("TestKept", (Zoho,), {"waived": {"test_none_clears": "Zoho keeps what was there"}})
    found = list(told_of("TestKept", driven([kind], RIGHT, SOME).cases, SOME, "pytest"))
    assert [each.text for each in found if isinstance(each, Note)] == [
        "TestKept, 4 checks: 2 hold; waived: 1; left out as what they need is declared as not possible: 0; as they do "
        "not apply: 1",
        "waived: none clears: Zoho keeps what was there",
        "left out, 1: nobody is kept in another place like these people",
    ]
    assert not [each for each in found if isinstance(each, Problem)]


def test_where_most_does_not_apply_too_little_is_proved() -> None:
    """The fake and the samples decide what does."""
    cases = [Case("TestBare", name, left_out="people have nothing") for name in list(SOME)[:2]]
    cases += [Case("TestBare", name, held=True) for name in list(SOME)[2:]]
    found = told_of("TestBare", cases, SOME, "pytest")
    assert "2 of 4 checks do not apply" in next(each.what for each in found if isinstance(each, Problem))


def skipping(self: object, *given: object) -> Any:
    """Of the project's own."""
    pytest.skip("people have no such thing")


@pytest.mark.feature("F094")
@pytest.mark.parametrize("name", ["fields", "signed_in"])
def test_a_sample_that_skips_is_left_out_by_the_project(name: str) -> None:
    """Whatever it says."""
    kind = type("TestShy", (Zoho,), {name: skipping})
    lost = sum(not case.by_suite for case in came_of(kind).values())
    assert lost
    assert problems(kind)[0].startswith(f"TestShy: {lost} of 4 checks left out by the project itself")


@pytest.mark.feature("F094")
def test_marks_and_setups_of_a_project_change_nothing() -> None:
    """The suite is called as it is written, whatever pytest would do of it."""

    def setup_method(self: Any) -> None:
        self.found = skipping

    for kind in (
        pytest.mark.skip(reason="later")(type("TestMarked", (Zoho,), {})),
        type("TestMarked", (Zoho,), {"setup_method": setup_method, "connector": WRONG}),
    ):
        assert [each.partition(":")[0] for each in problems(kind, WRONG)] == ["none clears"]


@pytest.mark.feature("F094")
def test_the_connector_is_the_one_that_is_installed() -> None:
    """Not a mended copy beside the tests, nor one that brings helpers of its own; another CRM's proves nothing."""

    class Bringing:
        def __get__(self, bench: Any, kind: type) -> ZohoConnector:
            if bench is not None:
                vars(bench)["change"] = skipping
            return WRONG

    mended, bringing = (type("TestMended", (Zoho,), {"connector": given}) for given in (RIGHT, Bringing()))
    told = driven([mended], WRONG, SOME)
    assert told.others == ["TestMended proves customer360_zoho.connector.ZohoConnector"]
    assert [case.name for case in told.cases if case.failed] == ["test_none_clears"]
    assert [each.partition(":")[0] for each in problems(bringing, WRONG)] == ["none clears"]
    elsewhere = type("Elsewhere", (ZohoConnector,), {"info": attrs.evolve(RIGHT.info, key="elsewhere")})
    assert driven([type("TestOther", (Zoho,), {"connector": elsewhere()})], RIGHT, SOME) == Played()


@pytest.mark.feature("F094")
def test_what_is_bent_afterwards_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is set late, and what checks work with."""
    late = type("TestLate", (Zoho,), {})
    late.test_who_is_signed_in = quiet  # type: ignore[attr-defined]
    (told,) = problems(late)
    assert told.startswith("TestLate: 4 checks cannot begin")
    assert "TestLate.test_who_is_signed_in overrides a check" in told
    monkeypatch.setattr(Link, "run", skipping, raising=False)
    (told,) = problems(Zoho)
    assert "Link.run replaces what the suite works with" in told


def quiet(self: object, link: object) -> None:
    """Proves nothing."""


# The fake -------------------------------------------------------------------------------------------------------------


class SaysOne(FAKE):  # type: ignore[misc, valid-type]  # the installed fake
    def count_holding(self, text: str) -> int:
        return 1


class Alone(FAKE):  # type: ignore[misc, valid-type]
    @property
    def users(self) -> Mapping[str, Any]:
        return dict(list(super().users.items())[:1])


class Empty(FAKE):  # type: ignore[misc, valid-type]
    def customers_of(self, user: str) -> Sequence[CastMember]:
        return ()


class Hollow(FAKE):  # type: ignore[misc, valid-type]
    def records(self, module: str) -> list[dict[str, Any]]:
        return []


class Open(FAKE):  # type: ignore[misc, valid-type]
    def dispatch(self, call: Call) -> WireAnswer:
        answer: WireAnswer = super().dispatch(call)
        return answer if answer.status != 401 else WireAnswer(200, (), b"{}")


@pytest.mark.feature("F094")
@pytest.mark.parametrize(
    ("fake", "told"),
    [
        (FAKE, []),
        (SaysOne, ["the fake counts 1 of what was written 0 times"]),
        (Alone, ["the fake has one user"]),
        (Empty, ["the fake holds none of the cast"]),
        (Hollow, ["the fake holds no ", "the fake holds no ", "the fake holds no ", "the fake counts 0 of"]),
        (Open, ["the fake answers whoever brings no token", "the fake answers whoever brings a token that"]),
    ],
)
def test_a_fake_that_proves_nothing_is_told(fake: type[FakeCrm], told: list[str]) -> None:
    """It would pass a connector that loses what it writes, or never asks who it is."""
    found = [what for what, _ in faults(Zoho(), fake())]
    assert len(found) == len(told)
    assert all(what.startswith(each) for what, each in zip(found, told, strict=True))


# All of it ------------------------------------------------------------------------------------------------------------

HOOKS = """
import pytest

def pytest_pyfunc_call(pyfuncitem):
    return True

def pytest_runtest_call(item):
    item.obj = lambda **given: None

def pytest_collection_modifyitems(items):
    items[:] = items[:3]
"""


def write(path: Path, right: str, wrong: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.feature("F094")
def test_no_configuration_of_a_project_hides_a_wrong_connector(
    new_author: Callable[..., Author], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hooks, plugins, options and the environment: pytest itself says that all is well, and the check does not."""
    author = new_author("acme", "Acme CRM")
    room = author.site / "customer360_acme" / "contacts.py"
    write(room, "(resource)\n    found", "(resource)\n    return Page(())\n    found")
    write(author.folder / "pyproject.toml", "addopts = [", 'addopts = ["-p", "evil", ')
    for path in (author.folder / "tests" / "conftest.py", author.site / "evil.py"):
        path.write_text(HOOKS, encoding="utf-8")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing_at_all")
    with monkeypatch.context() as optimized:
        optimized.setenv("PYTHONOPTIMIZE", "1")
        done = author.run("-m", "customer360", "plugin", "check", "acme")
        assert (done.returncode, "run it without -O" in done.stdout) == (1, True)
    done = author.run("-m", "customer360", "plugin", "check", "acme")
    assert done.returncode == 1
    assert "✗ conformance" in done.stdout
    assert "any spelling of a number is found" in done.stdout
    monkeypatch.delenv("PYTEST_ADDOPTS")
    assert author.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_conformance.py").returncode == 0
