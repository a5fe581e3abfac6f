"""Plugins are found through entry points; a bad one is named and takes nobody down (X19)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from customer360.core.errors import PluginBroken, PluginMissing
from customer360.plugins import PACKAGES, PLANNED, installed

GOOD = """
from customer360.core.hooks import hookimpl
from customer360_zoho import ZohoConnector

@hookimpl
def customer360_connectors():
    return [ZohoConnector()]
"""
BAD = {
    "raises": "raise RuntimeError('secret inside')",
    "syntax": "def (",
    "imports": "import no_such_module_at_all",
    "no_hook": "VALUE = 1",
    "nothing": GOOD.replace("[ZohoConnector()]", "[]"),
    "wrong_type": GOOD.replace("[ZohoConnector()]", "['a connector, honestly']"),
    "hook_raises": GOOD.replace("return [ZohoConnector()]", "raise KeyError('x')"),
}


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], EntryPoint]]:
    """Writes a plugin's module and gives its entry point."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made: list[str] = []

    def make(name: str, code: str) -> EntryPoint:
        (tmp_path / f"plugin_{name}.py").write_text(code, encoding="utf-8")
        made.append(f"plugin_{name}")
        return EntryPoint(name, f"plugin_{name}", "customer360")

    yield make
    for module in made:
        sys.modules.pop(module, None)


@pytest.mark.feature("F093")
def test_the_plugins_of_this_workspace_are_found() -> None:
    """Each brings the CRM that its package is named for."""
    plugins = installed()
    assert set(plugins.connectors) == set(PACKAGES)
    assert len(PACKAGES.keys() | PLANNED) == 13
    assert plugins.broken == {}


@pytest.mark.fault("X19")
@pytest.mark.promise("R12")
@pytest.mark.parametrize("fault", BAD)
def test_a_bad_plugin_leaves_the_others_alone(plugin: Callable[[str, str], EntryPoint], fault: str) -> None:
    """It is listed as broken, and asking for it says so; its own text may hold anything and stays inside."""
    plugins = installed([plugin(fault, BAD[fault]), plugin("good", GOOD)])
    assert list(plugins.connectors) == ["zoho"]
    assert list(plugins.broken) == [fault]
    with pytest.raises(PluginBroken, match=fault) as broken:
        plugins[fault]
    assert "secret inside" not in str(broken.value)


@pytest.mark.fault("X19")
def test_two_plugins_for_one_crm_are_a_mistake_of_the_second(plugin: Callable[[str, str], EntryPoint]) -> None:
    """The first stays; which one answers is never left to chance."""
    plugins = installed([plugin("first", GOOD), plugin("second", GOOD)])
    assert list(plugins.connectors) == ["zoho"]
    assert list(plugins.broken) == ["second"]


@pytest.mark.fault("X19")
@pytest.mark.parametrize("order", [("first", "zoho"), ("zoho", "first")])
@pytest.mark.parametrize("asked", [True, False])
def test_a_crm_belongs_to_the_plugin_that_is_named_like_it(
    plugin: Callable[[str, str], EntryPoint], order: tuple[str, str], asked: bool
) -> None:
    """Whatever is loaded first: the one that is asked for, or all of them."""
    plugins = installed([plugin(name, GOOD + f"BY = {name!r}\n") for name in order])
    if asked:
        assert plugins["zoho"].info.key == "zoho"
    assert list(plugins.connectors) == ["zoho"]
    assert list(plugins.broken) == ["first"]


@pytest.mark.perf("P5")
def test_only_the_plugin_that_is_asked_for_is_loaded(plugin: Callable[[str, str], EntryPoint]) -> None:
    """A desktop of one CRM does not wait for the others; listing them loads them."""
    plugins = installed([plugin("other", GOOD.replace("ZohoConnector()", "")), plugin("zoho", GOOD)])
    assert plugins["zoho"].info.key == "zoho"
    assert "plugin_other" not in sys.modules
    assert list(plugins.broken) == ["other"]
    assert "plugin_other" in sys.modules


def test_a_crm_is_found_whatever_its_plugin_is_called(plugin: Callable[[str, str], EntryPoint]) -> None:
    """A host may bundle plugins under names of its own, and one plugin may bring several."""
    assert installed([plugin("ours", GOOD)])["zoho"].info.key == "zoho"


@pytest.mark.feature("F094")
def test_a_missing_plugin_names_the_package_to_install() -> None:
    """For a CRM that has one; a name that nobody has published yet is never suggested; else what is installed."""
    plugins = installed([])
    with pytest.raises(PluginMissing, match=r"pip install ./src/customer360_salesforce"):
        plugins["salesforce"]
    with pytest.raises(PluginMissing) as planned:
        plugins["hubspot"]
    assert "pip install" not in str(planned.value)
    with pytest.raises(PluginMissing, match="installed: none"):
        plugins["unheard-of"]
