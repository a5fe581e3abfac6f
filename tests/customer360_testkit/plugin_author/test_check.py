"""``customer360 plugin check``: each check catches a plugin that no other catches, and a good one passes them all."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, PathDistribution
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import attrs
import pytest

from customer360.cli import main
from customer360.core.auth import AuthScheme
from customer360.core.capabilities import Capabilities, Capability, CreateClass, PhoneSearch, Repeat, cannot
from customer360.core.connector import Connector, ConnectorInfo, Limits
from customer360.core.effects import Request
from customer360.core.errors import Customer360Error, PluginBroken, PluginMissing
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.metadata import Resource, StandardField
from customer360.core.records import ContactKind, RelatedKind
from customer360.core.wire import Response
from customer360.plugins import installed
from customer360_testkit.fakes.registry import fake_named
from customer360_testkit.plugin_author.inspection import answers, calls, declarations, fakes, source
from customer360_testkit.plugin_author.inspection.report import DECLARED, SEEN, inspect_plugin, title
from customer360_testkit.plugin_author.inspection.subject import Check, Subject, find
from customer360_zoho import ZohoConnector, auth

GOOD = find("zoho")
FAKE = fake_named("zoho")
INFO, LIMITS = ZohoConnector.info, ZohoConnector.limits


def caught(subject: Subject) -> set[str]:
    """The checks that find something."""
    return {finding.title for finding in inspect_plugin(subject) if not finding.good}


@pytest.mark.feature("F094")
@pytest.mark.parametrize("key", ["bullhorn", "microsoft365", "salesforce", "zoho"])
def test_our_own_plugins_pass(key: str) -> None:
    """What is asked of others is asked of us."""
    assert caught(find(key)) == set()


# Declarations -------------------------------------------------------------------------------------------------------


class Renamed(ZohoConnector):
    info: ClassVar[ConnectorInfo] = attrs.evolve(INFO, docs_url="http://www.zoho.com/", vendor=" ")


class TwoSettings(ZohoConnector):
    linking: ClassVar[Linking] = Linking(
        (*ZohoConnector.linking.settings, Setting(name="Environment", label="", required=False, pattern="("))
    )


class NoPages(ZohoConnector):
    limits: ClassVar[Limits] = attrs.evolve(LIMITS, page_size=0)


class WideHosts(ZohoConnector):
    def hosts(self, facts: LinkFacts) -> Hosts:
        good = super().hosts(facts)
        return Hosts(api=(*good.api, "*.*.zohoapis.eu"), login=good.login)


class RaisesInJapan(ZohoConnector):
    def hosts(self, facts: LinkFacts) -> Hosts:
        return {"eu": super().hosts(facts)}[facts.settings["data_centre"]]


class BaseElsewhere(ZohoConnector):
    def api_base(self, facts: LinkFacts) -> str:
        return super().api_base(facts).replace("www.zohoapis.eu", "zohoapis.eu")


class SecretsElsewhere(ZohoConnector):
    auth: ClassVar[AuthScheme] = attrs.evolve(auth.AUTH, revoke_url=lambda facts: "https://collector.example/revoke")


class NoPhones(ZohoConnector):
    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        return tuple(attrs.evolve(each, phones=()) for each in super().resources(facts))


class NoEmailField(ZohoConnector):
    def resources(self, facts: LinkFacts) -> tuple[Resource, ...]:
        first, *others = super().resources(facts)
        return (attrs.evolve(first, standard={**first.standard, StandardField.EMAIL: "Other"}), *others)


class Silent(ZohoConnector):
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        return Capabilities({**super().capabilities(facts).supports, Capability.LINK: cannot(" ")})


class Forgetful(ZohoConnector):
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        supports = dict(super().capabilities(facts).supports)
        del supports[Capability.UNLINK]
        return Capabilities(supports)


class Boastful(ZohoConnector):
    changes = Connector.changes  # declared, and not written


class Contradictory(ZohoConnector):
    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return PhoneSearch.NONE


class Unrepeatable(ZohoConnector):
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        return {kind: how for kind, how in super().creates(facts).items() if kind is not RelatedKind.CALL}


class Unfindable(ZohoConnector):
    find_created = Connector.find_created


class NoReasons(ZohoConnector):
    def creates(self, facts: LinkFacts) -> Mapping[RelatedKind | ContactKind, CreateClass]:
        return {**super().creates(facts), RelatedKind.NOTE: CreateClass(repeat=Repeat.BLIND, reason="")}


class Raising(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        if response.status == 418:
            response.json()
        return super().error(facts, request, response)


class Optimistic(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return None if response.status == 301 else super().error(facts, request, response)


class Impatient(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return super().error(
            facts, request, attrs.evolve(response, status=400 if response.status == 429 else response.status)
        )


class Believing(ZohoConnector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        return None if response.content.startswith(b"<html>") else super().error(facts, request, response)


@pytest.mark.feature("F094")
@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (Renamed, declarations.label),
        (TwoSettings, declarations.linking),
        (NoPages, declarations.limits),
        (WideHosts, declarations.hosts),
        (RaisesInJapan, declarations.hosts),
        (SecretsElsewhere, declarations.signs_in),
        (NoPhones, declarations.resources),
        (NoEmailField, declarations.resources),
        (Silent, declarations.capabilities),
        (Forgetful, declarations.capabilities),
        (Boastful, declarations.capabilities),
        (Contradictory, declarations.capabilities),
        (Unrepeatable, declarations.creates),
        (Unfindable, declarations.creates),
        (NoReasons, declarations.creates),
        (Raising, answers.errors),
        (Optimistic, answers.errors),
        (Impatient, answers.errors),
        (Believing, answers.errors),
    ],
)
def test_a_wrong_declaration_is_caught_by_one_check(wrong: type[Connector], check: Check) -> None:
    """By the one that says what to mend, and by no other."""
    module = ModuleType("wrong")
    module.__dict__.update({wrong.__name__: wrong, "customer360_connectors": lambda: (wrong(),)})
    module.__dict__["__all__"] = [wrong.__name__, "customer360_connectors"]
    assert caught(attrs.evolve(GOOD, connector=wrong(), module=module)) == {title(check)}


def test_an_address_that_no_host_allows_is_caught_though_nobody_can_sign_in() -> None:
    """The check that says why comes after the one that says that."""
    assert caught(attrs.evolve(GOOD, connector=BaseElsewhere(), module=GOOD.module)) >= {
        "a link to look at",
        title(declarations.signs_in),
    }


# Packages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the package, to be spoilt."""
    copy = tmp_path / "customer360_zoho"
    shutil.copytree(GOOD.package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def without_sync(house: Path) -> None:
    (house / "sync.py").unlink()


def with_a_room_nobody_names(house: Path) -> None:
    (house / "tricks.py").write_text("", encoding="utf-8")


def untyped(house: Path) -> None:
    (house / "py.typed").unlink()


def crowded_hook(house: Path) -> None:
    hook = house / "__init__.py"
    hook.write_text(hook.read_text(encoding="utf-8") + "X = 1\n" * 30, encoding="utf-8")


def importing(line: str) -> Callable[[Path], None]:
    def spoil(house: Path) -> None:
        room = house / "query.py"
        room.write_text(f"{room.read_text(encoding='utf-8')}\n\ndef late() -> None:\n    {line}\n", encoding="utf-8")

    return spoil


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (without_sync, source.rooms),
        (with_a_room_nobody_names, source.rooms),
        (untyped, source.typed),
        (crowded_hook, source.exported),
        (importing("import httpx"), source.imports),
        (importing("from urllib import request"), source.imports),
        (importing("import logging"), source.imports),
        (importing("from customer360 import Customer360"), source.imports),
        (importing("from customer360.transport import exchange"), source.imports),
        (importing("import customer360_microsoft365"), source.imports),
        (importing("from customer360_testkit.fakes.cast import shared_cast"), source.imports),
        (importing("import os"), source.imports),
        (importing("from subprocess import run"), source.imports),
        (importing("print('Ada')"), calls.calls),
        (importing("return open('/tmp/people')"), calls.calls),
        (importing("list(map(print, ()))"), calls.calls),
        (importing("import io; io.open('people')"), calls.calls),
        (importing("import sys; sys.stderr.write('Ada')"), calls.calls),
        (importing("from sys import stdout as told; told.write('Ada')"), calls.calls),
        (importing("import sys as s; s.__stdout__.write('Ada')"), calls.calls),
        (importing("from pathlib import Path"), calls.calls),
        (importing("import pathlib; pathlib.Path('people')"), calls.calls),
        (importing("Filter('a').write_text('Ada')"), calls.calls),
        (importing("import importlib; importlib.import_module('socket')"), calls.calls),
        (importing("eval('1')"), calls.calls),
        (importing("import sys; 'pytest' in sys.modules"), calls.calls),
        (importing("from sys import modules"), calls.calls),
        (importing("import sys; sys._getframe(1)"), calls.calls),
        (importing("Filter.f_back"), calls.calls),
        (importing("import inspect"), source.imports),
        (importing("import pytest"), source.imports),
        (importing("import warnings; warnings.warn(f'no {Filter}')"), calls.calls),
        (importing("from warnings import warn as tell; tell(str(Filter))"), calls.calls),
    ],
)
def test_a_wrong_package_is_caught_by_one_check(spoil: Callable[[Path], None], check: Check, house: Path) -> None:
    """Whether a room is missing, or one line in it says too much."""
    assert caught(attrs.evolve(GOOD, package=house)) == set()
    spoil(house)
    assert caught(attrs.evolve(GOOD, package=house)) == {title(check)}


@pytest.mark.parametrize(
    "line",
    [
        "import warnings; warnings.warn('Zoho will end this version', DeprecationWarning)",
        "import io; io.BytesIO(b'')",
        "import sys; sys.intern('Ada')",
        "from pathlib import PurePosixPath",
        "Filter('a').open()",
    ],
)
def test_what_does_nothing_elsewhere_is_let_be(line: str, house: Path) -> None:
    """A warning that stands in the code as it is quotes nobody; memory is no file."""
    importing(line)(house)
    assert caught(attrs.evolve(GOOD, package=house)) == set()


def test_a_name_of_ones_own_is_not_pythons() -> None:
    """A room may have its own ``open``."""
    assert calls.done(ast.parse("def open(): ...\nopen()")) == []
    assert calls.done(ast.parse("from .records import open\nopen()")) == []
    assert calls.done(ast.parse("\nopen()")) == [(2, "uses open")]


def test_a_connector_that_knows_its_fake_is_caught(house: Path) -> None:
    """By two: it is an import from elsewhere, too."""
    importing("from customer360_testkit.fakes.zoho import store")(house)
    assert caught(attrs.evolve(GOOD, package=house)) == {title(source.imports), title(fakes.strangers)}


def test_names_that_are_exported_wrongly_are_caught() -> None:
    """None, one that is not there, one that is neither hook nor connector."""
    for names in (None, [*GOOD.module.__all__, "missing"], [*GOOD.module.__all__, "Iterable"], GOOD.module.__all__[:1]):
        module = ModuleType("wrong")
        module.__dict__.update(GOOD.module.__dict__)
        module.__dict__["__all__"] = names
        assert caught(attrs.evolve(GOOD, module=module)) == {title(source.exported)}


@pytest.mark.parametrize(
    "missing", ["## Credentials", "## Capabilities", "## Limits", r"www\.zoho\.com", "`environment`", "data[_ ]centre"]
)
def test_a_readme_without_what_it_must_say_is_caught(missing: str) -> None:
    """And so is none at all."""
    assert re.search(missing, GOOD.readme)
    for text in (re.sub(missing, "", GOOD.readme, flags=re.IGNORECASE), ""):
        assert caught(attrs.evolve(GOOD, readme=text)) - {title(source.rooms)} == {title(source.readme)}


@pytest.mark.parametrize(
    "label",
    [
        "Name: zoho-connector\nRequires-Dist: customer360",
        "Name: customer360-zoho\nRequires-Dist: attrs",
        "Name: customer360-zoho\nRequires-Dist: customer360\nRequires-Dist: customer360-testkit>=0.1",
    ],
    ids=["name", "no SDK", "testkit"],
)
def test_a_label_that_misleads_is_caught(label: str, tmp_path: Path) -> None:
    """Under another name it is not found; without the SDK it does not run; users do not need the testkit."""
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.4\n{label}\nVersion: 1\n\n", encoding="utf-8")
    assert caught(attrs.evolve(GOOD, distribution=PathDistribution(tmp_path))) == {title(source.packaged)}


# Fakes --------------------------------------------------------------------------------------------------------------


def test_a_fake_that_answers_for_other_hosts_is_caught() -> None:
    """Its requests would go to the vendor."""
    elsewhere = type("Elsewhere", (FAKE,), {"vendor_hosts": FAKE.vendor_hosts[1:] and ("www.zohoapis.eu",)})
    assert caught(attrs.evolve(GOOD, fake=elsewhere)) == {title(fakes.agrees)}


def test_a_fake_that_imports_the_connector_is_caught(tmp_path: Path) -> None:
    """Both would share the same mistakes."""
    (tmp_path / "fake.py").write_text("from customer360_zoho.records import KEY\n", encoding="utf-8")
    assert caught(attrs.evolve(GOOD, fake_package=tmp_path)) == {title(fakes.strangers)}


def test_without_a_fake_the_declarations_are_looked_at_all_the_same() -> None:
    """With the settings given, or the first choice of each."""
    alone = attrs.evolve(GOOD, fake=None, fake_package=None)
    assert caught(alone) == {title(fakes.installed)}
    assert alone.facts.settings["data_centre"] == "com"


def test_a_link_that_cannot_be_made_is_said_once() -> None:
    """And what needs it is left out, not blamed."""
    findings = list(inspect_plugin(attrs.evolve(GOOD, settings={"data_centre": "moon"})))
    assert [finding.title for finding in findings if finding.problems] == ["a link to look at"]
    assert sum(bool(finding.skipped) for finding in findings) == len(DECLARED)


# Entry points and the command ---------------------------------------------------------------------------------------


def test_an_entry_point_of_another_name_is_caught() -> None:
    """The key is what links and references are kept under."""
    other = attrs.evolve(GOOD, point=EntryPoint("zohocrm", GOOD.point.value, GOOD.point.group))
    assert caught(other) == {title(declarations.label)}


def test_every_check_has_a_name_of_its_own() -> None:
    """The report tells them apart."""
    names = [title(check) for check in (*SEEN, *DECLARED)]
    assert len(set(names)) == len(names)
    assert all(names)


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installed plugin that raises on import."""
    (tmp_path / "customer360_broken.py").write_text("raise RuntimeError('no such file: key.pem')\n", encoding="utf-8")
    info = tmp_path / "customer360_broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: customer360-broken\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[customer360]\nbroken = customer360_broken\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return "broken"


@pytest.mark.fault("X19")
def test_a_plugin_that_does_not_load_is_told_with_what_it_raised(
    broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The author reads the cause; the others are looked at all the same."""
    with pytest.raises(PluginBroken, match=r"key\.pem"):
        find(broken)
    assert main(["plugin", "check", "--quick"]) == 1
    told = capsys.readouterr().out
    assert "key.pem" in told
    assert "1 thing is to mend" in told
    assert told.count("✓ distribution") == len(installed().connectors)


def test_a_plugin_that_is_not_installed_is_told_how_to_install_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The usual stumble: written, and not yet installed."""
    with pytest.raises(PluginMissing, match="pip install -e"):
        find("nowhere")
    assert main(["plugin", "check", "nowhere"]) == 1
    assert "pip install -e ." in capsys.readouterr().out


def test_a_good_plugin_leaves_nothing_to_mend(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0; settings may be given."""
    assert main(["plugin", "check", "zoho", "--quick", "--set", "data_centre=eu"]) == 0
    assert "Nothing is left to mend" in capsys.readouterr().out
    assert main(["plugin", "check", "zoho", "--set", "data_centre"]) == 1
    assert "NAME=VALUE" in capsys.readouterr().err


class Withholding(ZohoConnector):
    def capabilities(self, facts: LinkFacts) -> Capabilities:
        supports = {**super().capabilities(facts).supports, Capability.CREATE_NOTE: cannot("not offered")}
        return Capabilities(supports)

    def phone_search(self, facts: LinkFacts) -> PhoneSearch:
        return PhoneSearch.SUBSTRING


@pytest.mark.feature("F095")
def test_what_is_withheld_is_noted() -> None:
    """No suite can tell it from what the CRM cannot do, and whoever reads the report can."""
    found = list(declarations.withheld(attrs.evolve(GOOD, connector=Withholding())))
    assert [note.text for note in found] == [
        "there are Notes, and CREATE_NOTE is declared as not possible: not offered",
        "numbers are searched as SUBSTRING: a match asks in every spelling, so be sure of it",
    ]
    assert list(declarations.withheld(GOOD)) == []


@pytest.mark.feature("F095")
def test_a_verb_that_is_written_in_silence_is_told() -> None:
    """Nobody is offered it, and whoever calls it gets what nobody declared."""

    class Sly(ZohoConnector):
        def capabilities(self, facts: LinkFacts) -> Capabilities:
            return Capabilities({**super().capabilities(facts).supports, Capability.DELTA: cannot("not yet")})

    told = [each.what for each in declarations.capabilities(attrs.evolve(GOOD, connector=Sly()))]
    assert told == ["changes() is written, but nothing that needs it is declared"]
