"""What is not the CRM's own is refused, and what is almost somebody is not them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from customer360.core.capabilities import Capability
from customer360.core.effects import Operation
from customer360.core.errors import Customer360Error
from customer360.core.records import ContactChange, ContactDraft, RecordRef
from customer360.core.search import EmailIs, NameHas
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_CREATE, _EMAIL = Capability.CREATE_CONTACT, Capability.SEARCH_EMAIL
_NOWHERE = "Quillnosuch"


class StrangeChecks(Bench):
    """See the module."""

    @catches("finds nobody where there is nothing", _CREATE)
    def test_what_there_is_not_is_refused(self, link: Link) -> None:
        """A resource that the CRM has not is a mistake, and no empty one: nobody would notice (F095)."""
        connector, facts = self.connector, link.facts
        given = {field: value for field, value in self.fields("Quillnowhere").items() if value is not None}
        ref = RecordRef(connector.info.key, _NOWHERE, self.make(link, "Quillnowhere").id)
        verbs: list[tuple[bool, Callable[[], Operation[object]]]] = [
            (True, lambda: connector.describe(facts, _NOWHERE)),
            (True, lambda: connector.get(facts, ref)),
            (True, lambda: connector.create(facts, ContactDraft(resource=_NOWHERE, fields=given))),
            (self.can(link, Capability.UPDATE_CONTACT), lambda: connector.update(facts, self._tried(ref))),
            (self.can(link, Capability.SEARCH_NAME), lambda: connector.search(facts, _NOWHERE, NameHas("Quill"))),
            (self.can(link, Capability.DELTA), lambda: connector.changes(facts, _NOWHERE)),
        ]
        for can, verb in verbs:
            if can:
                self.refusal(link, verb(), Customer360Error)

    def _tried(self, ref: RecordRef) -> ContactChange:
        return ContactChange(ref=ref, fields={self.spare_field: "Quill"})

    @catches("takes two addresses for one", _CREATE, _EMAIL)
    def test_addresses_that_differ_in_a_sign_are_two(self, link: Link) -> None:
        """By a dot, or by what follows a plus: whose mail it is, only their server knows (F009)."""
        names = ("ada.quill", "adaquill", "ada.quill+bills")
        made = {name: self.make(link, f"Quillmail{n}", email=f"{name}@conform.example") for n, name in enumerate(names)}
        link.wait(LAG)
        for name, ref in made.items():
            assert {hit.ref for hit in self.found(link, EmailIs(f"{name}@conform.example"))} == {ref}, name

    @catches("takes whoever looks for the owner", _CREATE)
    def test_a_contact_of_a_colleague_is_the_colleagues(self, link: Link) -> None:
        """Calls are routed by it."""
        others = [name for name in link.fake.users if name != link.user]
        if not others:
            pytest.skip("the fake has one user")
        colleague = self.signed_in(link.fake, others[0])
        ref = self.make(colleague, "Quillcolleague")
        owner = self.get(colleague, ref).owner
        try:
            read = self.get(link, ref).owner
        except Customer360Error:
            pytest.skip("everybody has contacts of their own")
        assert owner == read
        me = link.run(self.connector.identify(link.facts)).user
        assert owner is None or owner != me

    @catches("does not say whose a contact is", _CREATE)
    def test_whose_a_contact_is_is_read(self, link: Link) -> None:
        """Where the CRM holds it: as its users are referred to."""
        me = link.run(self.connector.identify(link.facts)).user
        ref = self.make(link, "Quillowned")
        contact = self.get(link, ref)
        held = {name for name, value in contact.fields.items() if "owner" in name.casefold() and me.id in repr(value)}
        assert contact.owner == me or not held
