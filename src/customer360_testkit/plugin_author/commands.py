"""The verb ``customer360 plugin``: ``new`` and ``check``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

    Verbs: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


def plugin(verbs: Verbs) -> None:
    """Add ``customer360 plugin new KEY``."""
    parser = verbs.add_parser("plugin", help="start a connector for another CRM, and check one")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    new = actions.add_parser("new", help="write a project to start from: a connector, a fake CRM, tests")
    new.add_argument("key", metavar="KEY", help="the CRM's name in code, like acme")
    new.add_argument("--name", help="what people call it (default: the key with a capital)")
    new.add_argument("--into", type=Path, default=Path(), metavar="FOLDER", help="where (default: here)")
    new.set_defaults(run=_new)


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
  pip install -e . --group dev      # pip 25.1 or newer
  pytest
  customer360 plugin check {named.key}

and then make it speak of {named.name}, room by room, the fake first. docs/how-to/write-a-plugin.md leads the way."""
    )
    return 0
