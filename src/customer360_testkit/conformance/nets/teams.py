"""An owner who is no user is told, and not for a user; what a queue or a team owns is there as all else is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error, Unsupported
from customer360.core.records import Contact, ContactDraft, RecordRef
from customer360.core.search import NameHas
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.histories import Histories
from customer360_testkit.conformance.newcomers import drafted

_CREATE = Capability.CREATE_CONTACT


class TeamNets(Histories):
    """See the module."""

    @nets("takes a team for a user", _CREATE)
    def test_who_is_no_user_is_told_for_none(self, link: Link) -> None:
        """Of people and of what is written down of them: the owner is who the CRM says, in whatever resource those are,
        and nothing is left out that they own (F040, R15)."""
        user = link.run(self.connector.identify(link.facts)).user.resource
        owned = list[tuple[str, RecordRef | None, str]]()
        for ref in self._anybody(link):
            if (team := self._left_to_a_team(link, ref)) is not None:
                link.wait(LAG)
                for where, each in self._told_of(link, ref):
                    owned.append((where, None if each is None else each.owner, team))
                    fields = each.fields.items() if each is not None else ()
                    led = [(name, value) for name, value in fields if isinstance(value, RecordRef)]
                    owned += [(f"{where} {name}", value, team) for name, value in led if value.id == team]
        contact = self.make(link, "Quillteam")
        for kind in self.every_kind(link):
            refs = [self.written(link, self.draft(link, kind, contact, f"team-{kind}-{number}")) for number in range(3)]
            team = self._left_to_a_team(link, refs[1]) if kind not in self.connector.within_contact else None
            link.wait(LAG)
            for name, way in self.listings(link, kind, contact).items() if team else ():
                told = {record.ref: record.owner for record in self.walked(link, way, 50, name)}
                assert {*refs} <= told.keys(), (kind.value, name, "what a team owns is not listed")
                owned.append((f"{kind.value} {name}", told[refs[1]], team or ""))
        for where, owner, team in owned:
            assert owner is not None, (where, "a team owns it, and nobody is told")
            assert (owner.id, owner.resource == user) == (team, False), (where, owner, "and it is of a team")
        if not owned:
            pytest.skip("nothing belongs to anybody but users")

    def _left_to_a_team(self, link: Link, ref: RecordRef) -> str | None:
        return link.fake.hand_over(ref.resource, ref.id) if ref.resource in link.fake.modules else None

    def _anybody(self, link: Link) -> Iterator[RecordRef]:
        """Somebody of each resource of people."""
        for resource in self.connector.resources(link.facts):
            if resource.name == self.people:
                yield self.make(link, "Quillteamed")
                continue
            for fields in drafted(resource, "Quillteamed"):
                with suppress(Customer360Error):  # they need more than these
                    yield link.run(
                        self.connector.create(link.facts, ContactDraft(resource=resource.name, fields=fields))
                    )

    def _told_of(self, link: Link, ref: RecordRef) -> Iterator[tuple[str, Contact | None]]:
        """Somebody wherever they are told; nobody where they should be and are not."""
        yield f"get {ref.resource}", self.get(link, ref)
        try:
            hits = link.run(self.connector.search(link.facts, ref.resource, NameHas("Quillteamed"))).items
            yield f"search {ref.resource}", next((each for each in hits if each.ref == ref), None)
            if self.can(link, Capability.DELTA):
                changed, _, _ = link.everything(ref.resource)
                yield f"changes {ref.resource}", changed.get(ref.id)
        except Unsupported:  # they are not searched, or followed
            return
