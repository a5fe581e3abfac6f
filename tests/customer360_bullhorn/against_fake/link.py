"""A signed-in link to the fake Bullhorn, and what tests do with it."""

from __future__ import annotations

from typing import Any

from tests.readings import readings

from customer360.core.effects import Request
from customer360.core.records import ContactDraft, RecordRef
from customer360_bullhorn import BullhornConnector
from customer360_testkit.by_hand import ByHand, signed_in
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named

FAKE = fake_named("bullhorn")
READINGS = readings(FAKE, but={"leads"})  # no doubt: some tenants have not bought them, and these tests ask for leads
BH = BullhornConnector()
PEOPLE = ("Candidate", "ClientContact", "Lead")
COMPANY = RecordRef("bullhorn", "ClientCorporation", "1")


class Link(ByHand[BullhornConnector]):
    """A signed-in link to the fake."""

    def index_caught_up(self) -> None:
        """Past the worst lag there is."""
        self.wait(600)


def sign_in(fake: FakeCrm, user: str | None = None) -> Link:
    """Signed in as the administrator, unless said otherwise."""
    link = signed_in(BH, fake, user=user)
    return Link(link.connector, link.fake, link.facts, link.grant, link.user)


def as_they_are(link: Link) -> bool:
    """Whether every switch has its default."""
    return all(link.fake.switches[switch.name] == switch.default for switch in FAKE.known_switches)


def make(link: Link, resource: str = "Candidate", **fields: Any) -> RecordRef:
    if resource in PEOPLE:
        company = {"clientCorporation": COMPANY} if resource == "ClientContact" else {}
        fields = {"firstName": "A", "lastName": "B", "status": "Active", **company, **fields}
    ref: RecordRef = link.run(BH.create(link.facts, ContactDraft(resource=resource, fields=fields)))
    return ref


def found(link: Link, resource: str, query: Any, limit: int = 200) -> set[str]:
    return {hit.ref.id for hit in link.run(BH.search(link.facts, resource, query, limit=limit)).items}


def delete(link: Link, ref: RecordRef) -> None:
    link.send(Request(method="DELETE", path=f"/entity/{ref.resource}/{ref.id}"))
