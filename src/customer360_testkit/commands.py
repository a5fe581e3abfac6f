"""The verb that the testkit adds to the command ``customer360``: ``sandbox``."""

from __future__ import annotations

import argparse
import threading
from typing import TYPE_CHECKING

from customer360.core.errors import InvalidSettings, SetupError

if TYPE_CHECKING:
    from typing import TypeAlias

    from customer360_testkit.sandbox import Sandbox, SandboxedCrm

    Verbs: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]


def sandbox(verbs: Verbs) -> None:
    """Add ``customer360 sandbox CRM...``."""
    parser = verbs.add_parser("sandbox", help="serve fake CRMs on loopback, until Ctrl-C")
    parser.add_argument("crms", nargs="+", metavar="CRM", help="zoho, microsoft365, ... or another installed fake")
    parser.add_argument(
        "--port", type=_port, default=0, help="of the first CRM, the others follow it (default: free ones)"
    )
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="[CRM.]NAME=READING",
        help="choose how an uncertain fact of the vendor reads; may be repeated",
    )
    parser.set_defaults(run=_serve)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError("a number from 0 to 65535")
    return port


def _serve(arguments: argparse.Namespace) -> int:
    from customer360_testkit.fakes.registry import NoSuchFake
    from customer360_testkit.sandbox import Sandbox

    try:
        served = Sandbox(*arguments.crms, port=arguments.port, switches=_switches(arguments.crms, arguments.switch))
    except (NoSuchFake, ValueError) as wrong:
        raise InvalidSettings(str(wrong)) from wrong
    try:
        with served:
            _print(served)
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                return 0
    except RuntimeError as unserved:
        raise SetupError(
            str(unserved), next_step="is the port taken? leave --port out to have a free one"
        ) from unserved
    raise AssertionError("nothing sets the event that is waited for")


def _switches(crms: list[str], given: list[str]) -> dict[str, dict[str, str]]:
    """``crm.name=reading``; the CRM may be left out where only one is served."""
    chosen: dict[str, dict[str, str]] = {}
    for text in given:
        name, equals, reading = text.partition("=")
        crm, dot, switch = name.rpartition(".")
        if not equals or (not dot and len(crms) > 1):
            wanted = "CRM.NAME=READING" if len(crms) > 1 else "NAME=READING"
            raise InvalidSettings(f"--switch {text!r} is not {wanted}")
        chosen.setdefault(crm if dot else crms[0], {})[switch] = reading
    return chosen


def _print(served: Sandbox) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.syntax import Syntax
    from rich.table import Table

    console = Console()
    for crm in served.values():
        console.print(f"\n[bold]{escape(crm.key)}[/bold] at {crm.url}")
        table = Table(show_header=False)
        table.add_row("client id", escape(crm.client_id))
        table.add_row("client secret", escape(crm.client_secret))
        table.add_row("users", escape(", ".join(crm.users)))
        for name, reading in crm.fake.switches.items():
            readings = crm.fake.switches.known[name].readings
            table.add_row(f"switch {name}", escape(f"{reading}  (of {', '.join(readings)})"))
        console.print(table)
    console.print(Syntax(_snippet(served), "python", background_color="default"))
    console.print(
        "To sign in, open the address that the SDK gives with its https://HOST replaced by the URL above: the first "
        "user consents at once. Ctrl-C ends it."
    )


def _snippet(served: Sandbox) -> str:
    """What to paste into a script or notebook that uses these CRMs."""
    hosts = "\n".join(f"        {host!r}: {url!r}," for host, url in served.endpoints.items())
    return "\n".join(
        [
            "from customer360 import Application, Customer360, MasterKey",
            "",
            "client = Customer360(",
            '    store="sqlite://", key=MasterKey.in_memory(),  # a store of its own, gone with the process',
            f"    endpoints={{\n{hosts}\n    }},",
            ")",
            *(_linking(crm) for crm in served.values()),
        ]
    )


def _linking(crm: SandboxedCrm) -> str:
    application = f"Application({crm.client_id!r}, {crm.client_secret!r})"
    return f"client.link({crm.key!r}, settings={dict(crm.fake.link_settings)!r}, application={application})"
