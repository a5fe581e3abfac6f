"""The outcome table of docs/reliability.md, measured."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.faults.at_home import AT_HOME
from tests.faults.over_tls import OVER_TLS
from tests.faults.row import Row
from tests.faults.rows import ROWS
from tests.faults.scenes import Scene
from tests.faults.sick_plugins import SICK_PLUGINS
from tests.faults.stack import CRMS, serving
from tests.faults.together import TOGETHER

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN: Final = "<!-- outcomes: begin -->\n"
END: Final = "<!-- outcomes: end -->\n"
HEAD: Final = (
    "| fault | situation | Zoho CRM | Microsoft 365 | Salesforce | Bullhorn | other clients |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


SCENES: Final = (*TOGETHER, *OVER_TLS, *AT_HOME, *SICK_PLUGINS)
EVERYTHING: Final[tuple[Row | Scene, ...]] = tuple(sorted((*ROWS, *SCENES), key=lambda row: int(row.fault[1:])))
"""The table's rows, by fault."""


def line(row: Row | Scene, outcomes: Mapping[str, str]) -> str:
    """A row in Markdown, given the outcome at each CRM."""
    return f"| {row.fault} | {row.title} | {' | '.join(outcomes[crm] for crm in CRMS)} | {row.peers} |"


def lines() -> list[str]:
    """The table in Markdown. A cell whose faces differ shows both."""
    table = list(HEAD)
    with ExitStack() as served:
        fakes = {crm: served.enter_context(serving(crm)) for crm in CRMS}
        for row in EVERYTHING:
            cells = {}
            for crm in CRMS:
                cells[crm] = " / ".join(dict.fromkeys(str(row.play(*fakes[crm], face)) for face in row.faces))
            table.append(line(row, cells))
    return table


def written() -> list[str]:
    """The table as the page has it."""
    return PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].splitlines()


def write() -> None:
    """Measure, and put the table into the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    table = "\n".join(lines())
    PAGE.write_text(f"{before}{BEGIN}{table}\n{END}{rest.partition(END)[2]}", "utf-8")
