"""What depends on whose account it is: limits that were bought, and names that were typed in; one promise a bend.

Over HTTP through links and transport; what each is for is in docs/explanation/contract.md.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import attrs
from tests.customer360.links.bent import Answer, Asked, Bent, Room, Vendor

from customer360.core.auth import AuthScheme, Keys
from customer360.core.connector import Limits
from customer360.core.linking import LinkFacts, Linking, Setting

Rooms = Callable[[Bent], Room]


class Plans(Bent):
    """As Zendesk: how many requests an account has depends on what it bought."""

    linking: ClassVar[Linking] = Linking(
        (
            Setting(
                name="plan", label="Plan", default="team", choices={"team": "Team", "large": "Enterprise"}, moves=False
            ),
        )
    )
    limits: ClassVar[Limits] = Limits(page_size=10, concurrent=1, shared=True)

    def limits_for(self, facts: LinkFacts) -> Limits:
        return attrs.evolve(self.limits, concurrent=3) if facts.settings["plan"] == "large" else self.limits


def most_at_once(here: Room) -> int:
    """How many requests the vendor had at a time, of twelve that were due together."""
    flying, seen, lock = [0], [0], threading.Lock()

    def slow(asked: Asked) -> Answer:
        with lock:
            flying[0] += 1
            seen[0] = max(seen[0], flying[0])
        time.sleep(0.05)
        with lock:
            flying[0] -= 1
        return 200, {}

    here.vendor.routes["GET /contacts/7"] = slow
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: here.get("7"), range(12)))
    return seen[0]


def test_an_account_has_the_limits_that_it_bought(room: Rooms, vendor: Vendor) -> None:
    """Zendesk, NetSuite, HubSpot: a small plan is not overrun, a large one not held back; a new one holds at once."""
    vendor.routes["POST /token"] = (200, {"access_token": "a1", "refresh_token": "r1", "expires_in": 3600})
    here = room(Plans())
    here.link(plan="team")
    here.sign_in()
    assert most_at_once(here) == 1
    here.link(relink=True, plan="large")
    here.sign_in()
    assert most_at_once(here) == 3


class Named(Bent):
    """As JobDiva: who it is was typed in, and is a fact of the sign-in."""

    auth: ClassVar[AuthScheme] = Keys(
        asks=(Setting(name="email", label="E-mail", help="yours"),), headers=lambda secrets: (("X-Key", "k"),)
    )


def test_who_it_is_stands_in_no_repr(room: Rooms, vendor: Vendor) -> None:
    """JobDiva, HubSpot, Zendesk: a fact that is a person's address shows neither in facts nor in a grant."""
    here = room(Named())
    here.link()
    here.sign_in(email="kim@acme.example")
    facts, grant = here.connection().facts, here.stored()
    assert facts.extra["email"] == grant.extra["email"] == "kim@acme.example"
    assert "kim@" not in repr(facts) + repr(grant) + repr(here.connection())
