"""What every check works with: the author's samples, a signed-in link, and how a check is marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar, TypeVar

import attrs
import pytest

from customer360.core.activities import DRAFTS, ActivityDraft
from customer360.core.capabilities import CREATE, RELATED, Capability, Repeat, Support, cannot
from customer360.core.connector import Connector
from customer360.core.effects import Operation, Request
from customer360.core.errors import InvalidSettings, Unsupported, ValidationFailed
from customer360.core.metadata import Resource, Schema
from customer360.core.records import (
    Contact,
    ContactChange,
    ContactDraft,
    ContactKind,
    Fields,
    RecordRef,
    RelatedKind,
    RelatedRecord,
)
from customer360.core.wire import Response
from customer360_testkit.by_hand import ByHand, signed_in
from customer360_testkit.fakes.clock import EPOCH, FakeClock
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named
from customer360_testkit.fakes.switches import World

F = TypeVar("F", bound=Callable[..., None])

MUTANT = "__mutant__"
NEEDS = "__needs__"
NET = "__net__"
ONCE = "__once__"
LAG = 1200.0
"""Seconds until whatever a vendor indexes is indexed."""
LONGEST_KEY = 64
TURN_OF_YEAR = datetime(2026, 12, 31, 21, 10, tzinfo=UTC).timestamp()
"""When nets begin, where checks by name begin in a morning of May: in winter, and east of there it is the next year."""
ENDLESS = 2500
"""No check needs as many requests: a connector that sends more goes in circles."""


def catches(mutant: str, *needs: Capability) -> Callable[[F], F]:
    """Marks a check: the deliberately wrong connector that it alone catches, and the capabilities that it needs."""

    def mark(check: F) -> F:
        setattr(check, MUTANT, mutant)
        setattr(check, NEEDS, needs)
        return check

    return mark


def nets(mutant: str, *needs: Capability, once: bool = False) -> Callable[[F], F]:
    """Marks a net: a check that compares everything at once, on values drawn for it.

    It is for what no check by name looks at, and the wrong connector that it tells of is one that passes all of those;
    many that they catch fail here, too. ``once``: what it looks at is the same of all people, so one class of a CRM's
    runs it.
    """

    def mark(check: F) -> F:
        setattr(check, NET, True)
        setattr(check, ONCE, once)
        return catches(mutant, *needs)(check)

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
    refused: list[tuple[Request, Response]] = attrs.field(factory=list)
    """What was answered with an error, and how."""

    def carry(self, request: Request) -> Response:
        self.asked.append(request)
        if len(self.asked) > ENDLESS:
            raise AssertionError(f"more than {ENDLESS} requests: it goes in circles")
        response = super().carry(request)
        if response.status >= 400:
            self.refused.append((request, response))
        return response

    @property
    def now(self) -> datetime:
        """The fake's time, in whole seconds."""
        return self.fake.clock.now().replace(microsecond=0)

    @property
    def writes(self) -> int:
        """How many requests were no reads."""
        return sum(request.method != "GET" and not request.repeatable for request in self.asked)

    def removed(self, ref: RecordRef) -> bool:
        """Whether somebody could delete a record in the CRM itself, and did."""
        with suppress(Exception):  # the vendor refuses, each in its own way
            return self.fake.remove(ref.resource, ref.id)
        return False


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
    settings: ClassVar[Mapping[str, str]] = {}
    """What the link is made with besides the fake's own ``link_settings``."""
    world: ClassVar[World] = World({})
    """The kind of organisation, one of the fake's ``worlds``: its ``settings`` go under the class's own."""
    withheld: ClassVar[frozenset[str]] = frozenset()
    """Permissions that are left out at the consent page."""
    without: ClassVar[Mapping[Capability, str]] = {}
    """What is declared and cannot be done with ``people``, each with the reason: it is refused, and not checked."""
    waived: ClassVar[Mapping[str, str]] = {}

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Fields:
        """What makes a contact of that name, with that number and that address."""
        raise NotImplementedError

    def delete(self, link: Link, ref: RecordRef) -> None:
        """Delete a contact of the resource that ``ref`` names, as somebody does in the CRM itself.

        Needed where changes can be read.
        """
        raise NotImplementedError

    # The link ---------------------------------------------------------------------------------------------------------

    @pytest.fixture(scope="class")
    @classmethod
    def fake(cls) -> FakeCrm:
        """One fake for the suite; each check finds it as it was at the start."""
        return cls.made()

    @classmethod
    def made(cls, **more: Any) -> FakeCrm:
        """A fake of this class's CRM and world."""
        return fake_named(cls.connector.info.key)(switches=dict(cls.world.switches), **more)

    @pytest.fixture
    def link(self, fake: FakeCrm, request: pytest.FixtureRequest) -> Link:
        """Signed in as the fake's first user."""
        if (reason := self.waived.get(request.function.__name__)) is not None:
            pytest.skip(f"waived: {reason}")
        return self.linked(fake, request.function)

    def linked(self, fake: FakeCrm, check: Callable[..., None], user: str | None = None) -> Link:
        """A fresh link. Skips where the link cannot do what the check needs: that is another check's matter."""
        if isinstance(fake.clock, FakeClock):  # of what happened long ago a CRM may not tell
            fake.clock.set(TURN_OF_YEAR if hasattr(check, NET) else EPOCH)
        fake.reset()
        link = self.signed_in(fake, user)
        for capability in getattr(check, NEEDS, ()):
            support = self.support(link, capability)
            if not support.can:
                pytest.skip(f"{capability.value}: {support.reason}")
        return link

    @property
    def chosen(self) -> Mapping[str, str]:
        """What the link is made with besides the fake's own ``link_settings``, in this world."""
        return {**self.world.settings, **self.settings}

    def signed_in(self, fake: FakeCrm, user: str | None = None) -> Link:
        """Signed in as that user."""
        return self._signed_in(fake, user, self.chosen)

    def entered(self, link: Link, crm: FakeCrm, **settings: str) -> Link:
        """A link of the same user with these settings besides, signed in by itself to that fake."""
        return self._signed_in(crm, link.user, {**self.chosen, **settings})

    def settled(self, link: Link, world: World, **made: Any) -> Link:
        """A link of the same user to an organisation of another world, as a fake of its own."""
        crm = type(link.fake)(switches=dict(world.switches), **made)
        return self._signed_in(crm, link.user, {**self.settings, **world.settings})

    def elsewhere(self, link: Link) -> Iterator[tuple[str, World, Link]]:
        """Organisations of the other worlds that can be linked and keep such people, each by its name. Skips where all
        organisations are of a kind; that each can be linked is a check of its own."""
        for name, world in link.fake.worlds.items() or pytest.skip("organisations are all of a kind"):
            try:
                other = self.settled(link, world, cast=link.fake.cast)
            except InvalidSettings:
                continue
            if self.has_them(other):
                yield name, world, other

    def _signed_in(self, crm: FakeCrm, user: str | None, settings: Mapping[str, str]) -> Link:
        held = None
        if self.withheld:  # what would be granted is asked of another one: some count who signs in
            asked = signed_in(self.connector, _another(crm), user=user, settings=settings)
            held = sorted(asked.grant.scopes - self.withheld)
        found = signed_in(self.connector, crm, user=user, settings=settings, scopes=held)
        return Link(found.connector, found.fake, found.facts, found.grant, found.user, scopes=found.scopes)

    def links(self, link: Link) -> Iterator[Link]:
        """The link, and one with each setting besides that may be given, as the fake's organisation knows it."""
        yield link
        for name, value in link.fake.optional_settings.items():
            if name not in self.chosen:
                yield self.entered(link, link.fake, **{name: value})

    # Verbs that checks share ------------------------------------------------------------------------------------------

    def can(self, link: Link, capability: Capability) -> bool:
        return self.support(link, capability).can

    def support(self, link: Link, capability: Capability) -> Support:
        """What is declared, as far as ``people`` are such as it is about."""
        if capability in self.without:
            return cannot(self.without[capability])
        if capability is Capability.SEARCH_EMAIL and not self.resource(link).emails:
            return cannot(f"{self.people} have no addresses")
        return self.connector.capabilities(link.facts)[capability]

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

    # What happened ----------------------------------------------------------------------------------------------------

    def draft(self, link: Link, kind: RelatedKind, contact: RecordRef, key: str, **given: Any) -> Any:
        """A draft of that kind: of now, called after its key unless ``given`` says else.

        Names of resources may be of any length, keys may not: one that is made of these gets another end.
        """
        if len(key) > LONGEST_KEY:
            key = key[: LONGEST_KEY - 16] + sha256(key.encode()).hexdigest()[:16]
        times: dict[str, Any] = {}
        if kind is RelatedKind.CALL:
            times = {"started_at": link.now - timedelta(minutes=5), "duration": timedelta(minutes=2)}
        elif kind is RelatedKind.EVENT:
            times = {"starts_at": link.now, "ends_at": link.now + timedelta(minutes=30)}
        return DRAFTS[kind](**{"contact": contact, "key": key, "subject": f"About {key}", **times, **given})

    def written(self, link: Link, draft: ActivityDraft) -> RecordRef:
        ref: RecordRef = link.run(self.connector.create_activity(link.facts, draft))
        return ref

    def look(self, link: Link, draft: ActivityDraft, since: datetime | None = None) -> RecordRef | None:
        since = since if since is not None else link.fake.clock.now() - timedelta(hours=1)
        found: RecordRef | None = link.run(self.connector.find_created(link.facts, draft, since=since))
        return found

    def sought(self, link: Link, kind: RelatedKind | ContactKind) -> bool:
        """Whether what was created can be looked for: where the CRM itself makes one of two, nobody needs to."""
        declared = self.connector.creates(link.facts).get(kind)
        if declared is None or declared.repeat is Repeat.BLIND:
            return False
        return declared.repeat is Repeat.FINDABLE or type(self.connector).find_created is not Connector.find_created

    def findable(self, link: Link, kind: RelatedKind) -> None:
        """Skips where what was created cannot be looked for."""
        if not self.sought(link, kind):
            pytest.skip("what was created is not looked for")

    def listed(self, link: Link, contact: RecordRef, kind: RelatedKind) -> tuple[RelatedRecord, ...]:
        """A contact's records of a kind, from the contact itself where they are part of it."""
        if kind in self.connector.within_contact:
            return self.connector.related_within(link.facts, self.get(link, contact), kind)
        records: tuple[RelatedRecord, ...] = link.run(self.connector.related(link.facts, contact, kind)).items
        return records

    def leaves(
        self, link: Link, contact: RecordRef, kind: RelatedKind, limit: int, *, most: int = 4
    ) -> list[RelatedRecord]:
        """A contact's list, page by page: so many pages at most."""
        seen, cursor = list[RelatedRecord](), None
        for _ in range(most):
            page = link.run(self.connector.related(link.facts, contact, kind, limit=limit, cursor=cursor))
            seen += page.items
            if (cursor := page.next) is None:
                break
        return seen

    def held(self, link: Link, ref: RecordRef, saying: str = "") -> Mapping[str, Any]:
        """What the fake holds of a record, by the CRM's names; nothing where it is part of another, or says nothing of
        the kind."""
        own_first = sorted(link.fake.modules, key=lambda module: module != ref.resource)
        rows = (row for module in own_first for row in link.fake.records(module))
        own = (row for row in rows if ref.id in (str(row.get("id")), str(row.get("Id"))))
        return next((row for row in own if not saying or saying in repr(row)), {})

    def kinds(self, link: Link, *, apart: bool = False) -> Iterator[RelatedKind]:
        """The kinds, calls aside, that can be created and listed; ``apart``: each as a record of its own."""
        for kind, capability in CREATE.items():
            both = self.can(link, capability) and self.can(link, RELATED[kind])
            if both and kind is not RelatedKind.CALL and not (apart and kind in self.connector.within_contact):
                yield kind

    def every_kind(self, link: Link) -> tuple[RelatedKind, ...]:
        """All that can be created and listed, calls last."""
        calls = self.can(link, Capability.CREATE_CALL) and self.can(link, Capability.RELATED_CALLS)
        return (*self.kinds(link), *((RelatedKind.CALL,) if calls else ()))

    def tied(self, link: Link, contact: RecordRef, ref: RecordRef) -> None:
        """Tie a record to somebody. Skips where the CRM ties others only."""
        asked = link.requests
        try:
            link.run(self.connector.link(link.facts, contact, ref))
        except Unsupported as refused:
            assert link.requests == asked, "it was refused after a request"
            pytest.skip(refused.what)

    # What it declares of people ---------------------------------------------------------------------------------------

    def resource(self, link: Link) -> Resource:
        """The declared resource of ``people``."""
        for each in self.connector.resources(link.facts):
            if each.name == self.people:
                return each
        raise AssertionError(
            f"{self.people} is no resource here: it stays one, and capabilities say what cannot be done"
        )

    def has_them(self, link: Link) -> bool:
        """Whether an organisation keeps ``people`` at all: a module may not be bought."""
        return any(each.name == self.people for each in self.connector.resources(link.facts))

    def addressed(self, link: Link) -> None:
        """Skips where these people have no addresses."""
        if not self.resource(link).emails:
            pytest.skip(f"{self.people} have no addresses")

    def schema(self, link: Link, resource: str | None = None) -> Schema:
        schema: Schema = link.run(self.connector.describe(link.facts, resource or self.people))
        return schema

    def writable(self, link: Link, names: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the fields that can be written, as described."""
        fields = {field.name: field for field in self.schema(link).fields}
        return tuple(name for name in names if name in fields and fields[name].creatable and fields[name].editable)

    def ways(self, link: Link, number: str, address: str) -> dict[str, Any]:
        """All numbers and addresses by which these people can be reached, as two texts that count their places."""
        resource = self.resource(link)
        phones, emails = self.writable(link, resource.phones), self.writable(link, resource.emails)
        given = {field: number.format(place) for place, field in enumerate(phones)}
        return given | {field: address.format(place) for place, field in enumerate(emails)}

    def made_as_allowed(self, link: Link, name: str, given: Mapping[str, Any]) -> tuple[RecordRef, dict[str, Any]]:
        """A contact with these fields but for those that the CRM refuses by a rule of its own, and what was given."""
        left = dict(given)
        while True:
            try:
                return self.made_with(link, name, left), left
            except ValidationFailed as refused:
                named = {problem.field for problem in refused.problems} & left.keys()
                if not named:
                    raise
                left = {field: value for field, value in left.items() if field not in named}

    def made_with(self, link: Link, name: str, fields: Mapping[str, Any]) -> RecordRef:
        """A contact of that name that has these fields, too."""
        given = {field: value for field, value in self.fields(name).items() if value is not None}
        draft = ContactDraft(resource=self.people, fields={**given, **fields})
        ref: RecordRef = link.run(self.connector.create(link.facts, draft))
        return ref


def _another(crm: FakeCrm) -> FakeCrm:
    """A fake of the same world, without people."""
    return type(crm)(cast=(), switches=dict(crm.switches))
