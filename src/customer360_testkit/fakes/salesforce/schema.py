"""The organisation's objects as they stand: the stock, and what administrators have added."""

from __future__ import annotations

import attrs

from customer360_testkit.fakes.salesforce import stock, stock_people
from customer360_testkit.fakes.salesforce.fields import Field, SObject, reference
from customer360_testkit.fakes.salesforce.places import pick_places
from customer360_testkit.fakes.switches import Switches

PLACED = ("Contact", "Lead", "Account")
DESCRIBED_AT = -400 * 86_400
"""When the stock objects were last changed, in seconds from the start."""


class Schema:
    """Objects by name, whatever its case, and by the first three characters of an id."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self.version = 0
        """Grows with every change: what compiled queries depend on."""
        self.the_name = stock_people.the_name()
        self.reset(0)

    def reset(self, now: int) -> None:
        """Back to the stock, customised."""
        persons = self._switches["person_accounts"] == "on"
        found = stock.objects(
            persons=persons,
            shared=self._switches["shared_activities"] == "on",
            enhanced_notes=self._switches["enhanced_notes"] == "on",
        )
        self.objects: dict[str, SObject] = {}
        self._lower: dict[str, SObject] = {}
        self._prefixes: dict[str, str] = {}
        self.changed_at: dict[str, int] = {}
        for each in found:
            if self._switches["places"] == "chosen" and each.name in PLACED:
                pick_places(each)
            self.add(each, now + DESCRIBED_AT)
        customise(self, now + DESCRIBED_AT, persons)

    def add(self, described: SObject, now: int) -> None:
        self.objects[described.name] = described
        self._lower[described.name.lower()] = described
        # A ContentNote and its ContentDocument share ids; the document is what the prefix stands for.
        if described.prefix is not None and described.name != "ContentNote":
            self._prefixes[described.prefix] = described.name
        self.changed_at[described.name] = now
        self.version += 1

    def put_field(self, name: str, field: Field, now: int) -> None:
        """What an administrator does: a new field, or a field changed."""
        self.objects[name].put(field)
        self.changed_at[name] = now
        self.version += 1

    def drop_field(self, name: str, field: str, now: int) -> None:
        self.objects[name].drop(field)
        self.changed_at[name] = now
        self.version += 1

    def find(self, name: str) -> SObject | None:
        return self.objects.get(name) or self._lower.get(name.lower())

    def owner_of(self, record_id: str) -> str | None:
        """The object that an id belongs to."""
        return self._prefixes.get(record_id[:3])


def customise(schema: Schema, now: int, persons: bool) -> None:
    """What administrators here have added: numbers, a level, phones (one a package's), who sent whom."""
    number = Field(
        "Customer_Number__c", "string", 40, label="Customer Number", external_id=True, unique=True, custom=True
    )
    level = Field(
        "Level__c",
        "picklist",
        255,
        label="Level",
        values=("Gold", "Silver"),
        labels={"Silver": "Silver (from 2020)"},
        restricted=True,
        custom=True,
    )
    interests = Field(
        "Interests__c",
        "multipicklist",
        4099,
        label="Interests",
        values=("Bread", "Cake", "Tea"),
        restricted=True,
        sortable=False,
        groupable=False,
        custom=True,
    )
    direct = Field("Direct_Line__c", "phone", 40, label="Direct Line", custom=True)
    second = Field("Second_Email__c", "email", 80, label="Second Email", custom=True)
    referred = reference("Referred_By__c", "Contact", "Referred_By__r", label="Referred By", custom=True)
    # A package that was installed has its namespace in front of its fields' names.
    packaged = Field("acme__Dealer_Line__c", "phone", 40, label="Dealer Line", custom=True)
    for field in (number, level, interests, direct, second, referred, packaged):
        schema.put_field("Contact", field, now)
        if persons and field in (direct, packaged):
            schema.put_field("Account", attrs.evolve(field, name=f"{field.name[:-3]}__pc"), now)
    schema.put_field("Lead", second, now)
    external = Field("External_Key__c", "string", 80, label="External Key", external_id=True, unique=True, custom=True)
    for name in ("Account", "Lead", "Task", "Event", "Case", "Opportunity"):
        schema.put_field(name, external, now)
