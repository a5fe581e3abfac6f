"""The outcome table of docs/reliability.md, measured."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.faults.rows import ROWS

PAGE: Final = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN: Final = "<!-- outcomes: begin -->\n"
END: Final = "<!-- outcomes: end -->\n"


def lines(faces: Iterable[str] = ("blocking", "asyncio")) -> list[str]:
    """The table in Markdown. A row whose faces differ shows both."""
    table = ["| fault | situation | customer360 | other clients |", "| --- | --- | --- | --- |"]
    for row in ROWS:
        outcomes = dict.fromkeys(str(row.play(face)) for face in faces)
        table.append(f"| {row.fault} | {row.title} | {' / '.join(outcomes)} | {row.peers} |")
    return table


def written() -> list[str]:
    """The table as the page has it."""
    return PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].splitlines()


def write() -> None:
    """Measure, and put the table into the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    table = "\n".join(lines())
    PAGE.write_text(f"{before}{BEGIN}{table}\n{END}{rest.partition(END)[2]}", "utf-8")
