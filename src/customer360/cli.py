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

from customer360.core.errors import Customer360Error, StoreError, VaultError

if TYPE_CHECKING:
    from customer360.client import Customer360

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
    from customer360.plugins import PACKAGES, PLANNED, how_to_install, installed

    plugins = installed()
    for key, connector in sorted(plugins.connectors.items()):
        print(f"{key:<14}{connector.info.name}, API {connector.info.api_version}")
    for name, error in sorted(plugins.broken.items()):
        print(f"{name:<14}broken: {error}")
    for key in sorted(PACKAGES):
        if key not in plugins.connectors and key not in plugins.broken:
            print(f"{key:<14}not installed: {how_to_install(key)}")
    for key in sorted(PLANNED - plugins.connectors.keys() - plugins.broken.keys()):
        print(f"{key:<14}not published yet")
    return 1 if plugins.broken else 0


def _worker(verbs: Verbs) -> None:
    worker = verbs.add_parser("worker", help="deliver what was promised, until it is stopped")
    _takes_a_store(worker)
    worker.add_argument("--once", action="store_true", help="deliver what is due now, then end")
    worker.set_defaults(run=_run_worker)


def _run_worker(arguments: argparse.Namespace) -> int:
    import signal

    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    with _opened(arguments) as client:
        if arguments.once:
            report = client.deliver()
            print(f"{len(report.activities)} activities tried, {len(report.in_doubt)} for a person to look at")
            return 0
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, stop)
        print("customer360: the worker runs", file=sys.stderr, flush=True)
        client.run_background(stop=lambda: stopped)
    return 0


def _index(verbs: Verbs) -> None:
    index = verbs.add_parser("index", help="keep the local phone index")
    actions = index.add_subparsers(title="actions", metavar="ACTION", required=True)
    sync = actions.add_parser("sync", help="bring the index of a CRM up to date")
    sync.add_argument("crm", metavar="CRM", help="zoho, microsoft365, ... or another linked one")
    sync.add_argument(
        "--agent",
        action="append",
        default=[],
        metavar="ID",
        help="whose own contacts, where they are private; may be repeated (default: the account's)",
    )
    sync.add_argument(
        "--region",
        action="append",
        default=[],
        metavar="CODE",
        help="your match policy's countries, best first; may be repeated",
    )
    sync.add_argument("--every", type=_seconds, metavar="SECONDS", help="go on, so often, until it is stopped")
    _takes_a_store(sync)
    sync.set_defaults(run=_run_index)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError("between a second and a day")
    return seconds


def _run_index(arguments: argparse.Namespace) -> int:
    import signal
    import time

    # As Ctrl-C does, also where a shell has its background jobs ignore that: what is being stored is stored, and the
    # lease given back.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with _opened(arguments) as client:
        try:
            code = sync_index(client, arguments.crm, arguments.agent)
            while arguments.every:
                time.sleep(arguments.every)
                code = sync_index(client, arguments.crm, arguments.agent)
        except KeyboardInterrupt:
            print("customer360: stopped; the next sync goes on where this one came to", file=sys.stderr)
            return 0 if arguments.every else 1
    return code


def sync_index(client: Customer360, crm: str, agents: Sequence[str]) -> int:
    """Bring the account's index up to date, or these agents' own, and say what came of it; 0 if nothing failed.

    An agent whose sign-in has ended keeps the others from nothing. What the store or the vault cannot do is raised.
    """
    failed = False
    for agent in agents or ("",):
        whose = f" of {agent}" if agent else ""
        try:
            report = client.sync_index(crm, agent)
        except (StoreError, VaultError):
            raise
        except Customer360Error as error:
            failed = True
            print(f"{crm}{whose}: {error}", file=sys.stderr)
            continue
        for each in report.resources:
            came = f"{each.changed} read, {each.gone} gone" + (" (from the beginning)" if each.whole else "")
            print(f"{each.resource}{whose}: {came}", flush=True)
            if each.problem is not None:
                failed = True
                print(f"{each.resource}{whose}: {each.problem}", file=sys.stderr)
        for busy in report.busy:
            print(f"{busy}{whose}: somebody else is at it", flush=True)
    return int(failed)


def _takes_a_store(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--store", help="database URL (default: the file in the user's data folder)")
    verb.add_argument("--tenant", default="default", help="whose links and activities (default: %(default)s)")
    verb.add_argument("--key-file", help="the master key's file (default: environment or keyring)")
    verb.add_argument("--emea", action="store_true", help="hold data in EMEA, where the account and the store are")


def _opened(arguments: argparse.Namespace) -> Customer360:
    """The client that the arguments name. Raises :class:`StoreError`, :class:`VaultError`."""
    from customer360.client import Customer360
    from customer360.core.linking import Region, Residency
    from customer360.core.matching import MatchPolicy
    from customer360.store.engine import stands
    from customer360.vault import MasterKey

    if arguments.store is not None and not stands(arguments.store):
        raise StoreError("there is no store at this URL", next_step="give the URL that your application opens")
    policy = MatchPolicy(regions=tuple(getattr(arguments, "region", ())))
    key = MasterKey.usual() if arguments.key_file is None else MasterKey.from_file(arguments.key_file)
    try:
        key.get()  # without it nothing can be done at the CRM, which should be seen now
    except VaultError as missing:
        if arguments.key_file is not None:
            raise
        unlock = "give your application's key: its file as --key-file, or the key as CUSTOMER360_MASTER_KEY"
        raise VaultError(missing.what, next_step=f"{unlock}; or unlock the keyring that has it") from None
    held = Residency(account=Region.EMEA, store=Region.EMEA) if arguments.emea else None
    client = Customer360(tenant_id=arguments.tenant, store=arguments.store, key=key, match=policy, residency=held)
    try:
        client.check_key()
    except BaseException:
        client.close()
        raise
    return client


_BUILT_IN: tuple[Callable[[Verbs], None], ...] = (_crms, _worker, _index)
