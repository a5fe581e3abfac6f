"""How the demo looks: one line per step that truly happened, and panels that are a pleasure to read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.panel import Panel as Box
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from customer360.core.panel import RELATED_PARTS, Panel, PartState
from customer360.core.records import RelatedKind


class StepFailed(Exception):
    """A step did not happen; it has been printed."""


class Stage:
    """Prints the demo."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps = 0

    def act(self, title: str, subtitle: str) -> None:
        """The beginning of one CRM's call."""
        self._console.print()
        self._console.print(Rule(Text.assemble((title, "bold cyan"), ("  " + subtitle, "dim")), align="left"))

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """One step: printed with what it yields and the time it took once it happened, or with why it did not."""
        details: list[str] = []
        began = time.perf_counter()
        try:
            yield details
        except Exception as error:
            self._console.print(
                Text.assemble(("  ✗ ", "bold red"), (what, "bold"), f": {type(error).__name__}: {error}")
            )
            raise StepFailed from error
        took = (time.perf_counter() - began) * 1000
        self._steps += 1
        line = Text.assemble(("  ✓ ", "bold green"), (what, "bold"), (f"  {took:.0f} ms", "dim"))
        self._console.print(line)
        for detail in details:
            self._console.print(Text("      " + detail, style="default"))

    def panel(self, panel: Panel) -> None:
        """What the agent sees."""
        parts: list[Table | Text] = []
        contact = panel.contact
        if contact is not None:
            facts = Table.grid(padding=(0, 2))
            facts.add_row(Text("name", style="dim"), Text(contact.name, style="bold"))
            for label, values in (
                ("company", [contact.company or ""]),
                ("phones", [f"{phone.text.strip()} ({phone.field})" for phone in contact.phones]),
                ("e-mails", [f"{email.address} ({email.field})" for email in contact.emails]),
                ("in the CRM", [contact.url or ""]),
            ):
                if any(values):
                    facts.add_row(Text(label, style="dim"), Text("\n".join(values)))
            parts.append(facts)
        parts.append(self._related(panel))
        box = Box(Group(*parts), title="the agent's panel", title_align="left", border_style="cyan", padding=(0, 1))
        self._console.print(box)

    def _related(self, panel: Panel) -> Table:
        table = Table(box=None, padding=(0, 2), header_style="dim")
        for heading in ("part", "newest first", ""):
            table.add_column(heading)
        for kind in RelatedKind:
            part = panel.parts.get(RELATED_PARTS[kind])
            if part is None:
                continue
            if part.state is PartState.READY:
                titles = [record.title or record.text or record.ref.resource for record in panel.related(kind)[:3]]
                more = len(panel.related(kind)) - len(titles)
                shown = "\n".join(_cut(title) for title in titles) or "none"
                table.add_row(part.name.value, shown, f"+{more} more" if more else "")
            else:
                table.add_row(
                    part.name.value, Text(_cut(part.why), style="dim"), Text(part.state.value, style="yellow")
                )
        return table

    def failed(self, why: str) -> None:
        """Nothing could be played."""
        self._console.print(Text.assemble(("✗ ", "bold red"), why))

    def closing(self, names: Sequence[str]) -> None:
        """The end: every step happened."""
        self._console.print()
        told = Text.assemble(("All of it happened: ", "bold green"), f"{self._steps} steps on {' and '.join(names)}.")
        self._console.print(told)


def _cut(text: str, width: int = 72) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
