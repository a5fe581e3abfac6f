"""What every check works with: the author's samples, a signed-in link, and how a check is marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

import attrs
import pytest

from customer360.core.capabilities import Capability
from customer360.core.connector import Connector
from customer360.core.effects import Operation, Request
from customer360.core.records import Contact, ContactChange, ContactDraft, Fields, RecordRef
from customer360.core.wire import Response
from customer360_testkit.by_hand import ByHand, signed_in
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named

F = TypeVar("F", bound=Callable[..., None])

MUTANT = "__mutant__"
NEEDS = "__needs__"
LAG = 1200.0
"""Seconds until whatever a vendor indexes is indexed."""


def catches(mutant: str, *needs: Capability) -> Callable[[F], F]:
    """Marks a check: the deliberately wrong connector that it alone catches, and the capabilities that it needs."""

    def mark(check: F) -> F:
        setattr(check, MUTANT, mutant)
        setattr(check, NEEDS, needs)
        return check

    return mark


def checks_of(suite: type) -> dict[str, Callable[..., None]]:
    """The checks of a suite by name, in the order of reading."""
    found: dict[str, Callable[..., None]] = {}
    for kind in reversed(suite.__mro__):
        found.update({name: value for name, value in vars(kind).items() if hasattr(value, MUTANT)})
    return found


@attrs.define
class Link(ByHand[Connector]):
    """A signed-in link that remembers what was asked."""

    asked: list[Request] = attrs.field(factory=list)

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        return super().send(request)

    @property
    def writes(self) -> int:
        """How many requests were no reads."""
        return sum(request.method != "GET" and not request.repeatable for request in self.asked)


class Bench:
    """The samples that an author gives, and the verbs that checks share.

    ``connector`` is under test; the fake is the installed one of its key. ``people`` is a contact resource that can be
    created, ``name_field`` a text field of it that is shown as (part of) the name, ``spare_field`` another text field.
    ``waived`` maps the name of a check to the reason for which it cannot hold here.
    """

    connector: ClassVar[Connector]
    people: ClassVar[str]
    name_field: ClassVar[str]
    spare_field: ClassVar[str]
    refused: ClassVar[tuple[str, Any]]
    """A field and a value that the CRM refuses there."""
    waived: ClassVar[Mapping[str, str]] = {}

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Fields:
        """What makes a contact of that name, with that number and that address."""
        raise NotImplementedError

    def delete(self, link: Link, ref: RecordRef) -> None:
        """Delete a contact, as somebody does in the CRM itself; needed where changes can be read."""
        raise NotImplementedError

    # The link ---------------------------------------------------------------------------------------------------------

    @pytest.fixture(scope="class")
    @classmethod
    def fake(cls) -> FakeCrm:
        """One fake for the suite; each check finds it as it was at the start."""
        return fake_named(cls.connector.info.key)()

    @pytest.fixture
    def link(self, fake: FakeCrm, request: pytest.FixtureRequest) -> Link:
        """Signed in as the fake's first user."""
        if (reason := self.waived.get(request.function.__name__)) is not None:
            pytest.skip(f"waived: {reason}")
        return self.linked(fake, request.function)

    def linked(self, fake: FakeCrm, check: Callable[..., None], user: str | None = None) -> Link:
        """A fresh link. Skips where the link cannot do what the check needs: that is another check's matter."""
        fake.reset()
        fake.faults.clear()
        link = self.signed_in(fake, user)
        for capability in getattr(check, NEEDS, ()):
            support = self.connector.capabilities(link.facts)[capability]
            if not support.can:
                pytest.skip(f"{capability.value}: {support.reason}")
        return link

    def signed_in(self, fake: FakeCrm, user: str | None = None) -> Link:
        """Signed in as that user."""
        by_hand = signed_in(self.connector, fake, user=user)
        return Link(by_hand.connector, by_hand.fake, by_hand.facts, by_hand.grant, by_hand.user)

    # Verbs that checks share ------------------------------------------------------------------------------------------

    def can(self, link: Link, capability: Capability) -> bool:
        return self.connector.capabilities(link.facts)[capability].can

    def make(self, link: Link, name: str, phone: str | None = None, email: str | None = None) -> RecordRef:
        given = {field: value for field, value in self.fields(name, phone, email).items() if value is not None}
        ref: RecordRef = link.run(self.connector.create(link.facts, ContactDraft(resource=self.people, fields=given)))
        return ref

    def get(self, link: Link, ref: RecordRef) -> Contact:
        contact: Contact = link.run(self.connector.get(link.facts, ref))
        return contact

    def change(self, link: Link, ref: RecordRef, fields: Mapping[str, Any], version: str | None = None) -> None:
        change = ContactChange(ref=ref, fields=fields, version=version)
        link.run(self.connector.update(link.facts, change))

    def found(self, link: Link, query: Any, limit: int = 200) -> tuple[Contact, ...]:
        items: tuple[Contact, ...] = link.run(self.connector.search(link.facts, self.people, query, limit=limit)).items
        return items

    def refusal(self, link: Link, op: Operation[Any], kind: type[Exception] | tuple[type[Exception], ...]) -> Any:
        """The error that ``op`` ends in."""
        with pytest.raises(kind) as refused:
            link.run(op)
        return refused.value
