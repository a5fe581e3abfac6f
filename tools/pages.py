"""What the pages that are made have in common: the row of a table, and a command that writes or checks the page."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"


def row(*cells: str) -> str:
    """One row of a Markdown table; a bar within a cell stays a bar."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def command(tool: str, what: str, page: Path, made: Callable[[], str], argv: Sequence[str] | None) -> int:
    """Run ``python -m tools.<tool>``: write ``page`` anew, or with ``--check`` only say whether it is as it is made.

    0 when it was written or is up to date, 1 when it is not.
    """
    parser = argparse.ArgumentParser(prog=f"python -m tools.{tool}", description=what)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when the page is out of date")
    arguments = parser.parse_args(argv)
    text = made()
    if arguments.check:
        return 0 if page.exists() and page.read_text(encoding="utf-8") == text else 1
    page.write_text(text, encoding="utf-8")
    return 0
