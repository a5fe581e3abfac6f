"""The command ``customer360``: a face of few verbs, to which installed packages add theirs.

A package adds a verb by an entry point of the group ``customer360.commands``: a callable that takes what
``ArgumentParser.add_subparsers`` returns, adds one parser, and sets its default ``run`` to a function from the parsed
arguments to the exit code.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, TypeAlias

from customer360.core.errors import Customer360Error

if TYPE_CHECKING:
    Verbs: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]

COMMANDS = "customer360.commands"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code is its own, 1 after an error of ours, 2 for a wrong command line."""
    parser = argparse.ArgumentParser(prog="customer360", description="Customer 360 for contact centres.")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in _BUILT_IN:
        add(verbs)
    for point in sorted(entry_points(group=COMMANDS), key=lambda point: point.name):
        try:
            point.load()(verbs)
        except Exception as failure:  # whatever a package raises on import is that package's: the other verbs stay
            print(f"customer360: the command {point.name!r} is broken ({type(failure).__name__})", file=sys.stderr)
    arguments = parser.parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except Customer360Error as error:
        print(f"customer360: {error}", file=sys.stderr)
        return 1
    return code


def _crms(verbs: Verbs) -> None:
    verbs.add_parser("crms", help="list the CRMs that installed plugins speak to").set_defaults(run=_list_crms)


def _list_crms(_: argparse.Namespace) -> int:
    from customer360.plugins import PACKAGES, installed

    plugins = installed()
    for key, connector in sorted(plugins.connectors.items()):
        print(f"{key:<14}{connector.info.name}, API {connector.info.api_version}")
    for name, error in sorted(plugins.broken.items()):
        print(f"{name:<14}broken: {error}")
    for key, package in sorted(PACKAGES.items()):
        if key not in plugins.connectors and key not in plugins.broken:
            print(f"{key:<14}not installed: pip install {package}")
    return 1 if plugins.broken else 0


_BUILT_IN: tuple[Callable[[Verbs], None], ...] = (_crms,)  # `worker` belongs here
