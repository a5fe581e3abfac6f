"""``python -m tools.conformance``: write ``docs/reference/conformance.md`` from the checks of the conformance suite.

``--check`` writes nothing and ends with 1 when the page is out of date.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType

from customer360_testkit.conformance import ConnectorConformance, nets
from customer360_testkit.conformance.bench import MUTANT, NEEDS, NET, checks_of
from tools.pages import REFERENCE, command, row

PAGE = REFERENCE / "conformance.md"
_HEAD = """# What the conformance suite demands

Made by `python -m tools.conformance` from the suite itself; a test fails when it is out of date. Every connector passes
these {named} checks and {nets} nets, or waives one by its name with the reason; [](../how-to/write-a-plugin.md) shows
the class to subclass, says what it sets, and how a check is waived. A check runs where the connector declares what the
check needs; `customer360 plugin check` tells how many did not, and why. The last column is the deliberately wrong
connector that this check catches, and no other does: our tests hold the suite to that. Beneath the checks are nets,
which compare everything at once, on values drawn for it: what a check by name catches may fail there, too, so read its
failure first; the wrong connector of a net passes every check by name.
"""

_UNSEEN = """## What no suite can see

Each of these was tried as a wrong connector, and passed. Some are no mistakes; the others show only at the vendor:

- **Less is declared than the CRM can.** A capability that is declared as not possible is not looked at, for the suite
  cannot tell it from one that the CRM lacks. `customer360 plugin check` fails where a verb is written and nothing
  that needs it is declared, and notes each kind of record that there is and cannot be listed or created, with its
  reason; and a search by phone that is declared as less than `NORMALISED`, which costs requests and no match.
- **Errors that the fake never gives.** A status that stands in the vendor's pages and in no test of the fake, such as
  a 409 that means a double, may be read as anything of its family. Give it in the fake, by a switch or a rule.
- **What code does that no check reaches.** The suite tries what people do and what vendors answer, not every value
  there is. `customer360 plugin check` watches the connector's code meanwhile, and tells each function, branch and
  condition that it has not seen both ways, for whoever reads the code to look there first.
- **What a 401 means, as long as it is one of signing in.** Whoever takes a revoked sign-in for an expired token costs
  one renewal, which the vendor refuses; then the agent is asked all the same.
- **White space at the ends of a text.** Vendors trim it as they like, so a connector may: it is no content. Within a
  text every sign counts, in the values that are searched for, too.
- **What stands in for a missing subject**, as long as it is made of the text, or is the CRM's word for the kind.
- **How much of a long text a list shows.** A CRM may list its beginning; what the answer holds whole is passed on
  whole, and the record's own page has the rest.
- **What is cached inside the repr of a connector's own objects.** Errors, logs, the terminal and files are watched; a
  traceback of a debugger is not. Give fields that hold what people typed `repr=False`.
- **Code that means to deceive.** A plugin's tests run beside the suite, and no code guards itself against whoever has
  the interpreter. `customer360 plugin check` runs the suite by itself, without what a project configures, and tells a
  connector that looks who runs it, or a fake that proves nothing: that catches what is hidden, not whoever forges.
- **What an error advises.** `next_step` is a sentence for people: that it is there, and quotes nobody, is looked at;
  whether it helps is not.
- **More permissions are asked for than are used.** Which ones a link needs depends on what a customer does with it;
  the consent page shows them all, and administrators ask.
- **Where data are kept, where no fake tells.** A setting's choices are compared by what they are called, and so is
  what a fake answers that has `settle`; a region that only a record tells which no page describes is yours to test.
- **What happens beyond thousands of matches of a name or a word.** By number they are tried. A vendor that hands out
  2,000 of a name and no more is not filled by a check: whether the rest is `Truncated` is your own test.
- **Whether a fake is like its vendor.** A fake that is as wrong as its connector hides both; that is why it is
  written from the vendor's pages, by somebody else, with a test for each refusal.
"""


def page() -> str:
    """The whole page: a chapter for each room of the suite and a table for each part, in its order; nets come last."""
    checks = checks_of(ConnectorConformance)
    count = sum(hasattr(check, NET) for check in checks.values())
    lines = [_HEAD.format(named=len(checks) - count, nets=count)]
    rooms = dict.fromkeys(part.__module__.rpartition(".")[0] for part in ConnectorConformance.__bases__)
    for room in sorted(rooms, key=lambda each: each == nets.__name__):
        parts = [part for part in ConnectorConformance.__bases__ if part.__module__.rpartition(".")[0] == room]
        tables = [(part, [check for name, check in checks.items() if name in vars(part)]) for part in parts]
        if any(own for _, own in tables):
            lines.append(f"## {_title(import_module(room))}\n")
        for part, own in tables:
            if own:
                lines += [f"### {_title(import_module(part.__module__))}\n"]
                lines += [row("check", "demands", "needs", "catches the connector that"), row(*["---"] * 4)]
                lines += [*(row(*_cells(check)) for check in own), ""]
    return "\n".join([*lines, _UNSEEN]).rstrip() + "\n"


def _title(module: ModuleType) -> str:
    return (inspect.getdoc(module) or "").splitlines()[0].rstrip(".")


def _cells(check: Callable[..., None]) -> tuple[str, ...]:
    title = check.__name__.removeprefix("test_").replace("_", " ")
    told = re.sub(r"\s+", " ", inspect.getdoc(check) or "")
    needs = ", ".join(need.value.replace("_", " ") for need in getattr(check, NEEDS))
    return title, told, needs, str(getattr(check, MUTANT))


def main(argv: Sequence[str] | None = None) -> int:
    """Write or check the page."""
    return command("conformance", "The suite's page of the docs.", PAGE, page, argv)


if __name__ == "__main__":
    raise SystemExit(main())
