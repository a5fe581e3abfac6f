"""Whether a fake is one to prove a connector by: it counts what it holds, knows strangers, and has people in it.

What is asked of it is asked through its own HTTP, by the connector where something is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from customer360.core.capabilities import Capability
from customer360_testkit.by_hand import carried
from customer360_testkit.conformance.linking.covering import suites
from customer360_testkit.fakes.fake import FakeCrm

if TYPE_CHECKING:
    from customer360_testkit.conformance import ConnectorConformance, Link

_WORD = "Quillcounted"
_USERS = 2
_CAST = 3


def faults(bench: ConnectorConformance, fake: FakeCrm) -> Iterator[tuple[str, str]]:
    """What is wrong with a fake of the connector under test, each with what to do."""
    if len(fake.users) < _USERS:
        yield "the fake has one user", "give it two in make_oauth: whose a record is, shows only with a colleague"
    proved = [each.world for each in suites(bench.connector)]
    for name in [name for name, world in fake.worlds.items() if world not in proved]:
        yield (
            f"no class of the suite is of the fake's world {name!r}",
            f"add one: world = {type(fake).__name__}.worlds[{name!r}]",
        )
    fake.reset()
    yield from _empty(fake)
    try:
        link = bench.linked(fake, lambda: None)
        yield from _strangers(bench, link)
        yield from _counts(bench, link)
    except (Exception, pytest.skip.Exception) as raised:  # the connector's, the fake's or a sample's doing
        why = f"{type(raised).__name__}: {raised}"
        yield f"the fake cannot be looked at [{why}]", "mend what the checks tell; then it can"


def _empty(fake: FakeCrm) -> Iterator[tuple[str, str]]:
    seen = fake.customers_of(next(iter(fake.users)))
    names = [each.family or each.company for each in seen][:_CAST]
    if not names:
        yield "the fake holds none of the cast", "fill it in seed(), and leave customers_of() to say whom a user sees"
    for name in names:
        if not _holding(fake, name):
            yield f"the fake holds no {name!r} of its cast", "fill it in seed(), and give it all in records()"


def _strangers(bench: ConnectorConformance, link: Link) -> Iterator[tuple[str, str]]:
    """A request that is answered is repeated without a token, and with one that nobody was given."""
    link.run(bench.connector.identify(link.facts))
    request, base = link.asked[-1], bench.connector.api_base(link.facts)
    signed = bench.connector.auth_for(link.facts).sign(link.grant)
    unknown = tuple((name, f"{value}quill") for name, value in signed)
    for signature, what in (((), "no token"), (unknown, "a token that it never gave")):
        if carried(link.fake, request, base, signature).status < 400:
            yield f"the fake answers whoever brings {what}", "refuse it as the vendor does, before every endpoint"


def _counts(bench: ConnectorConformance, link: Link) -> Iterator[tuple[str, str]]:
    """Nothing, one and two: as the fake says, and as its records do."""
    for written in range(3):
        if written:
            if not bench.can(link, Capability.CREATE_CONTACT):
                return
            bench.made_with(link, f"Quillhonest{written}", {bench.spare_field: _WORD})
        for told in (link.fake.count_holding(_WORD), _holding(link.fake, _WORD)):
            if told != written:
                yield (
                    f"the fake counts {told} of what was written {written} times",
                    "leave count_holding() to FakeCrm, and give every record of each of the modules in records()",
                )
                return


def _holding(fake: FakeCrm, text: str) -> int:
    """By its records, whatever it says itself."""
    return FakeCrm.count_holding(fake, text)
