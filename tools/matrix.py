"""``python -m tools.matrix``: write ``docs/reference/capabilities.md`` from what the installed connectors declare.

``--check`` writes nothing and ends with 1 when the page is out of date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from customer360.core.capabilities import Capability, Support
from customer360.core.connector import Connector
from customer360.core.linking import LinkFacts
from customer360.plugins import installed
from customer360_testkit.by_hand import signed_in
from customer360_testkit.fakes.registry import fake_named
from tools.pages import REFERENCE, command, row

PAGE = REFERENCE / "capabilities.md"
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
    lines = [_HEAD, row("", *(connector.info.name for connector in chosen)), row(*["---"] * (len(chosen) + 1))]
    lines += [
        row(
            capability.value.replace("_", " "),
            *(_cell(connector.capabilities(facts[connector.info.key])[capability]) for connector in chosen),
        )
        for capability in Capability
    ]
    lines.append(
        row("phone numbers", *(connector.phone_search(facts[connector.info.key]).value for connector in chosen))
    )
    lines.append("\n## How a repeated create is recognised\n")
    for connector in chosen:
        lines.append(f"### {connector.info.name}\n")
        lines += [row("kind", "class", "why"), row(*["---"] * 3), *_creates(connector, facts[connector.info.key])]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _creates(connector: Connector, facts: LinkFacts) -> Iterator[str]:
    """A row for each kind, and one more wherever a setting that may be left out makes another class of it."""
    for kind, plain in connector.creates(facts).items():
        yield row(kind.value, plain.repeat.value, plain.reason)
        for setting in connector.linking.settings:
            if not setting.required and setting.default is None and setting.name not in facts.settings:
                given = {**facts.settings, setting.name: "example"}
                told = attrs.evolve(facts, settings=given, extra={})  # what was looked for at sign-in was without it
                if (made := connector.creates(told)[kind]) != plain:
                    yield row(f"{kind.value}, with `{setting.name}`", made.repeat.value, made.reason)


def _cell(support: Support) -> str:
    answer = "yes" if support.can else "no"
    return f"{answer}: {support.reason}" if support.reason else answer


def _of_the_installed() -> str:
    """Raises what kept a plugin from being loaded: a page without it would be a lie."""
    plugins = installed()
    for error in plugins.broken.values():
        raise error
    return page(plugins.connectors)


def main(argv: Sequence[str] | None = None) -> int:
    """Write or check the page."""
    return command("matrix", "The capability matrix of the docs.", PAGE, _of_the_installed, argv)


if __name__ == "__main__":
    raise SystemExit(main())
