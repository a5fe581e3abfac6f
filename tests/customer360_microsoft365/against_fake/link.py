"""A signed-in link to the fake Microsoft 365, and what tests do with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.readings import readings

from customer360.core import errors as e
from customer360.core.effects import Request
from customer360.core.records import Contact, ContactDraft, RecordRef
from customer360_microsoft365 import Microsoft365Connector
from customer360_testkit.by_hand import ByHand, signed_in
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named

FAKE = fake_named("microsoft365")
READINGS = readings(FAKE, but=["cloud"])  # it stands for loopback hosts; here are the vendor's own
GRAPH = Microsoft365Connector()


class Link(ByHand[Microsoft365Connector]):
    """A signed-in link to the fake."""

    def filters_caught_up(self) -> None:
        """Past the worst lag there is."""
        self.wait(601)


def sign_in(fake: FakeCrm, **chosen: str) -> Link:
    """Signed in as the first user, with these settings."""
    personal = {"directory": "consumers"} if fake.switches["account"] == "personal" else {}
    link = signed_in(GRAPH, fake, settings={**personal, **chosen})
    return Link(link.connector, link.fake, link.facts, link.grant, link.user)


def make(link: Link, resource: str = "contact", **fields: Any) -> RecordRef:
    ref: RecordRef = link.run(GRAPH.create(link.facts, ContactDraft(resource=resource, fields=fields)))
    return ref


def found(link: Link, query: Any, resource: str = "contact", limit: int = 200) -> set[str]:
    return {hit.ref.id for hit in link.run(GRAPH.search(link.facts, resource, query, limit=limit)).items}


def read(link: Link, ref: RecordRef) -> Contact:
    contact: Contact = link.run(GRAPH.get(link.facts, ref))
    return contact


def delete(link: Link, ref: RecordRef) -> None:
    """Another client deletes a contact; the first try may meet the conflict of a record that is busy."""
    request = Request(
        method="DELETE", path=f"/me/contacts/{quote(ref.id, safe='')}", headers=(("Prefer", 'IdType="ImmutableId"'),)
    )
    try:
        link.send(request)
    except e.Conflict:
        link.send(request)
