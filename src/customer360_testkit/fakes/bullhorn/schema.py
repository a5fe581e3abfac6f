"""The tenant's entities and fields, which its administrators change."""

from __future__ import annotations

from typing import Any

import attrs

from customer360_testkit.fakes.bullhorn.fields import Entity, Field
from customer360_testkit.fakes.bullhorn.stock_business import BUSINESS
from customer360_testkit.fakes.bullhorn.stock_people import PEOPLE_AND_COMPANIES

STOCK: dict[str, Entity] = {one.name: one for one in (*PEOPLE_AND_COMPANIES, *BUSINESS)}
ACTIONS = ("Inbound Call", "Outbound Call", "Email", "Meeting", "Other")
OWN_ACTIONS = ("BD Call", "Call - Left Message", "Phone Call Inbound", "Phone Call Outbound", "Prescreen", "General")
"""As another tenant has them: the values are each tenant's own."""
CERTIFICATES = ("ACLS", "BLS, adult", "RN")
"""What a field of the tenant's own offers, of which somebody may have several."""


class Schema:
    """What the metadata tell (F117, F118)."""

    def __init__(self, actions: tuple[str, ...] = ACTIONS, without: tuple[str, ...] = ()) -> None:
        self._actions, self._without = actions, without
        self.reset()

    def reset(self) -> None:
        self.entities: dict[str, Entity] = dict(STOCK)
        self.actions: tuple[str, ...] = self._actions
        """Categories of notes: the tenant's setting ``commentActionList``."""
        # What administrators of this tenant have labelled.
        self.change_field("Candidate", "customText1", label="Customer Number", hidden=False)
        self.change_field("ClientContact", "customText1", label="Customer Number", hidden=False)
        shifts = (("D", "Day"), ("N", "Night"))
        self.change_field("Candidate", "customText3", label="Shift", hidden=False, options=shifts)
        gold = (("Gold", "Gold"), ("Silver", "Silver"))
        self.change_field("ClientContact", "customText2", label="Priority Level", hidden=False, options=gold)
        several = {"label": "Certificates", "hidden": False, "several": True}
        for entity in ("Candidate", "ClientContact"):
            options = tuple((each, each) for each in CERTIFICATES)
            self.change_field(entity, "customText4", **several, options=options)
        for entity in self._without:
            self.remove_entity(entity)

    def put_field(self, entity: str, field: Field) -> None:
        """Add a field, or replace the one of that name."""
        self.entities[entity] = self.entities[entity].with_fields((field,))

    def change_field(self, entity: str, name: str, **changes: Any) -> None:
        """Change some properties of a field, like ``required=True`` or ``label="..."``."""
        self.put_field(entity, attrs.evolve(self.entities[entity].fields[name], **changes))

    def remove_field(self, entity: str, name: str) -> None:
        fields = {key: one for key, one in self.entities[entity].fields.items() if key != name}
        self.entities[entity] = attrs.evolve(self.entities[entity], fields=fields)

    def remove_entity(self, name: str) -> None:
        """A module that the tenant does not have, like Lead."""
        del self.entities[name]
