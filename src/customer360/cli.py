"""The command ``customer360``: a face of few verbs, to which installed packages add theirs.

A package adds a verb by an entry point of the group ``customer360.commands``: a callable that takes what
``ArgumentParser.add_subparsers`` returns, adds one parser, and sets its default ``run`` to a function from the parsed
arguments to the exit code.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points, version
from typing import TYPE_CHECKING, TypeAlias

from customer360.core.errors import Customer360Error, StoreError

if TYPE_CHECKING:
    Verbs: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]

COMMANDS = "customer360.commands"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code is its own, 1 after an error of ours, 2 for a wrong command line."""
    parser = argparse.ArgumentParser(prog="customer360", description="Customer 360 for contact centres.")
    parser.add_argument("--version", action="version", version=f"customer360 {version('customer360')}")
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
    from customer360.plugins import PACKAGES, PLANNED, installed

    plugins = installed()
    for key, connector in sorted(plugins.connectors.items()):
        print(f"{key:<14}{connector.info.name}, API {connector.info.api_version}")
    for name, error in sorted(plugins.broken.items()):
        print(f"{name:<14}broken: {error}")
    for key, package in sorted(PACKAGES.items()):
        if key not in plugins.connectors and key not in plugins.broken:
            print(f"{key:<14}not installed: pip install {package}")
    for key in sorted(PLANNED - plugins.connectors.keys() - plugins.broken.keys()):
        print(f"{key:<14}not published yet")
    return 1 if plugins.broken else 0


def _worker(verbs: Verbs) -> None:
    worker = verbs.add_parser("worker", help="deliver what was promised, until it is stopped")
    worker.add_argument("--store", help="database URL (default: the file in the user's data folder)")
    worker.add_argument("--tenant", default="default", help="whose links to use")
    worker.add_argument("--key-file", help="the master key's file (default: environment or keyring)")
    worker.add_argument("--once", action="store_true", help="deliver what is due now, then end")
    worker.set_defaults(run=_run_worker)


def _run_worker(arguments: argparse.Namespace) -> int:
    import signal

    from customer360.client import Customer360
    from customer360.store.engine import stands
    from customer360.vault import MasterKey

    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    if arguments.store and not stands(arguments.store):
        raise StoreError("there is no store at this URL", next_step="give the URL that your application opens")
    key = MasterKey.from_file(arguments.key_file) if arguments.key_file else MasterKey.usual()
    key.get()  # without it nothing can be delivered, which should be seen now
    with Customer360(tenant_id=arguments.tenant, store=arguments.store, key=key) as client:
        if arguments.once:
            report = client.deliver()
            print(f"{len(report.activities)} activities tried, {len(report.in_doubt)} for a person to look at")
            return 0
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, stop)
        print("customer360: the worker runs", file=sys.stderr, flush=True)
        client.run_background(stop=lambda: stopped)
    return 0


_BUILT_IN: tuple[Callable[[Verbs], None], ...] = (_crms, _worker)
