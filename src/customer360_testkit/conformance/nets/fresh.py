"""A connector that has worked for long tells, asks and writes the same as one that was just made."""

from __future__ import annotations

from customer360.core.capabilities import Capability
from customer360_testkit.conformance.bench import Bench, Link, nets
from customer360_testkit.conformance.nets.anew import Anew
from customer360_testkit.conformance.nets.playing import Playing
from customer360_testkit.conformance.nets.story import Story


class FreshNets(Bench):
    """See the module."""

    @nets("remembers what it was told", Capability.CREATE_CONTACT)
    def test_a_connector_that_has_worked_for_long_is_as_a_fresh_one(self, link: Link) -> None:
        """One object serves every account for months: a story is played by one, and by another one at each step.

        Each step comes to the same, asks the same and leaves the same in the world: reads, writes, what was refused,
        what never came back and what was given up, while the world is changed by the connector and in the CRM itself.
        """
        anew = Anew(type(self.connector))
        fresh = Playing(anew)
        Story(self, link, fresh).tell()
        again = self.linked(link.fake, type(self).test_a_connector_that_has_worked_for_long_is_as_a_fresh_one)
        used = anew()
        Story(self, again, Playing(lambda: used, fresh.heard)).tell()
