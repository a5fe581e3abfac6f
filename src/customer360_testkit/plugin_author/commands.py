"""The verb ``customer360 plugin``: ``new`` and ``check``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from customer360.core.errors import InvalidSettings, PluginMissing

if TYPE_CHECKING:
    from typing import TypeAlias

    Verbs: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


def plugin(verbs: Verbs) -> None:
    """Add ``customer360 plugin new KEY`` and ``customer360 plugin check [KEY...]``."""
    parser = verbs.add_parser("plugin", help="start a connector for another CRM, and check one")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    new = actions.add_parser("new", help="write a project to start from: a connector, a fake CRM, tests")
    new.add_argument("key", metavar="KEY", help="the CRM's name in code, like acme")
    new.add_argument("--name", help="what people call it (default: the key with a capital)")
    new.add_argument("--into", type=Path, default=Path(), metavar="FOLDER", help="where (default: here)")
    new.set_defaults(run=_new)

    check = actions.add_parser("check", help="is a plugin right? All that can be seen of it, and the conformance suite")
    check.add_argument("keys", metavar="KEY", nargs="*", help="CRMs (default: all that are installed)")
    check.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting to link with")
    check.add_argument(
        "--project", type=Path, metavar="FOLDER", help="where its tests are (default: around it, or here)"
    )
    check.add_argument("--quick", action="store_true", help="leave the conformance suite out")
    check.set_defaults(run=_check)


def _new(arguments: argparse.Namespace) -> int:
    from customer360_testkit.plugin_author.naming import naming
    from customer360_testkit.plugin_author.project import write_project

    named = naming(arguments.key, arguments.name)
    folder = write_project(named, arguments.into)
    print(
        f"""Written: {folder}

It is whole: a connector for a small imaginary CRM, a fake of that CRM, and tests, all of which work. Now

  cd {folder}
  python -m venv .venv && . .venv/bin/activate
  python -m pip install --upgrade pip      # 25.1 or newer, for --group
  pip install -e . --group dev             # before it, from a clone: pip install CLONE/ CLONE/src/customer360_testkit
  pytest
  customer360 plugin check {named.key}

and then make it speak of {named.name}, room by room, the fake first. docs/how-to/write-a-plugin.md leads the way."""
    )
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from customer360_testkit.plugin_author.inspection.report import Report
    from customer360_testkit.plugin_author.inspection.subject import installed_keys

    keys: Sequence[str] = arguments.keys or installed_keys()
    if not keys:
        raise PluginMissing("no plugin is installed", next_step="in a plugin's project: pip install -e .")
    settings, conformance = _settings(arguments.set), not arguments.quick
    report = Report(Console(highlight=False), settings, conformance=conformance, project=arguments.project)
    for key in keys:
        report.on(key)
    report.close()
    return 0 if report.good else 1


def _settings(given: Sequence[str]) -> dict[str, str]:
    settings = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InvalidSettings(f"--set {text!r} is not NAME=VALUE")
        settings[name] = value
    return settings
