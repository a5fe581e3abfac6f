"""``python -m tools.matrix``: write ``docs/reference/capabilities.md`` from what the installed connectors declare.

``--check`` writes nothing and ends with 1 when the page is out of date.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from customer360.core.capabilities import Capability, Support
from customer360.core.connector import Connector
from customer360.core.linking import LinkFacts
from customer360.plugins import installed
from customer360_testkit.by_hand import signed_in
from customer360_testkit.fakes.registry import fake_named

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "capabilities.md"
_HEAD = """# What each CRM can do

Made by `python -m tools.matrix` from what the connectors declare; a test fails when it is out of date. It shows the
best case: a link to the CRM's fake, every scope granted, by somebody who may do everything. At run time
`connector.capabilities(facts)` answers for the link at hand.
"""


def best_case(connector: Connector) -> LinkFacts:
    """The facts of a link that was given everything, as signing in to the CRM's fake tells them.

    Raises :class:`~customer360_testkit.fakes.registry.NoSuchFake` for a connector whose fake is not installed.
    """
    return signed_in(connector, fake_named(connector.info.key)()).facts


def page(connectors: Mapping[str, Connector]) -> str:
    """The whole page."""
    chosen = [connectors[key] for key in sorted(connectors)]
    facts = {connector.info.key: best_case(connector) for connector in chosen}
    lines = [_HEAD, _row("", *(connector.info.name for connector in chosen)), _row(*["---"] * (len(chosen) + 1))]
    lines += [
        _row(
            capability.value.replace("_", " "),
            *(_cell(connector.capabilities(facts[connector.info.key])[capability]) for connector in chosen),
        )
        for capability in Capability
    ]
    lines.append(
        _row("phone numbers", *(connector.phone_search(facts[connector.info.key]).value for connector in chosen))
    )
    lines.append("\n## How a repeated create is recognised\n")
    for connector in chosen:
        lines.append(f"### {connector.info.name}\n")
        lines += [
            _row("kind", "class", "why"),
            _row("---", "---", "---"),
            *_creates(connector, facts[connector.info.key]),
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _creates(connector: Connector, facts: LinkFacts) -> Iterator[str]:
    """A row for each kind, and one more wherever a setting that may be left out makes another class of it."""
    for kind, plain in connector.creates(facts).items():
        yield _row(kind.value, plain.repeat.value, plain.reason)
        for setting in connector.linking.settings:
            if not setting.required and setting.default is None and setting.name not in facts.settings:
                told = attrs.evolve(facts, settings={**facts.settings, setting.name: "example"})
                if (made := connector.creates(told)[kind]) != plain:
                    yield _row(f"{kind.value}, with `{setting.name}`", made.repeat.value, made.reason)


def _cell(support: Support) -> str:
    answer = "yes" if support.can else "no"
    return f"{answer}: {support.reason}" if support.reason else answer


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(argv: Sequence[str] | None = None) -> int:
    """Write or check the page."""
    parser = argparse.ArgumentParser(prog="python -m tools.matrix", description="The capability matrix of the docs.")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when the page is out of date")
    arguments = parser.parse_args(argv)
    plugins = installed()
    for error in plugins.broken.values():
        raise error
    text = page(plugins.connectors)
    if arguments.check:
        return 0 if PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
