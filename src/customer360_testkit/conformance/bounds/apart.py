"""What is asked at the same time is answered apart: lists, forms, feeds and people who sign in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.effects import Operation, Request
from customer360.core.errors import Customer360Error
from customer360.core.records import ContactDraft, RecordRef
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.bounds.interleaving import InterleavingChecks
from customer360_testkit.conformance.verbs import Verb

_CREATE = Capability.CREATE_CONTACT


class ApartChecks(InterleavingChecks):
    """See the module."""

    def between(self, link: Link, op: Operation[Any], other: Callable[[], Any]) -> Any:
        """What an operation comes to while ``other`` is called, before and after each of its answers."""

        def answer(request: Request) -> Response:
            with suppress(Customer360Error):
                other()
            try:
                return link.send(request)
            finally:
                with suppress(Customer360Error):
                    other()

        return play(op, answer, now=link.fake.clock.time)

    @catches("mixes up two lists", _CREATE)
    def test_two_lists_at_once_do_not_mix(self, link: Link) -> None:
        """Neither of two contacts, nor of two kinds, nor of two links (R15)."""
        refs = self.two(link)
        for kind, capability in CREATE.items():
            if self.can(link, capability) and self.can(link, RELATED[kind]):
                for number, ref in enumerate(refs):
                    self.written(link, self.draft(link, kind, ref, f"{kind}-{number}"))
        link.wait(LAG)
        for name, one, other in self.pairs(link, refs):
            if self.failure(link, one()) is not None:  # what is declared is another check's matter
                continue
            alone = link.run(one())
            assert self.between(link, one(), partial(_run, link, other)) == alone, name

    def pairs(self, link: Link, refs: list[RecordRef]) -> Iterator[tuple[str, Verb, Verb]]:
        """Two of each verb that lists, which come to different things."""
        connector, facts, elsewhere = self.connector, link.facts, self._other(link)
        resources = [each.name for each in link.run(connector.list_resources(facts))]
        mine = [kind for kind in RELATED if self.can(link, RELATED[kind]) and kind not in connector.within_contact]

        def listing(ref: RecordRef, kind: Any) -> Verb:
            return lambda: connector.related(facts, ref, kind)

        def describing(resource: str) -> Verb:
            return lambda: connector.describe(facts, resource)

        def following(told: Any) -> Verb:
            return lambda: connector.changes(told, self.people)

        for number, kind in enumerate(mine):
            yield f"{kind}s of two", listing(refs[0], kind), listing(refs[1], kind)
            yield f"{kind}s and others", listing(refs[0], kind), listing(refs[0], mine[number - 1])
        for resource in [each for each in resources if each != self.people][:3]:
            yield resource, describing(self.people), describing(resource)
        if self.can(link, Capability.DELTA):
            yield "changes", following(facts), following(elsewhere)

    @catches("takes who signs in at the same time for one")
    def test_two_who_sign_in_at_once_are_two(self, link: Link) -> None:
        """Each is who they are: calls are logged under it (F103)."""
        for login in [each for each in link.fake.users if each != link.user][:1]:
            other = self.signed_in(link.fake, login)
            alone = link.run(self.connector.identify(link.facts))
            op = self.connector.identify(link.facts)
            met = self.between(link, op, partial(_run, other, partial(self.connector.identify, other.facts)))
            assert met == alone

    @catches("takes another's contact for the one that it made", _CREATE)
    def test_two_who_are_created_at_once_are_two(self, link: Link) -> None:
        """Each reference leads to who was created under it (R2)."""
        given = [
            {field: value for field, value in self.fields(name).items() if value is not None}
            for name in ("Quillfirst", "Quillsecond")
        ]
        drafts = [ContactDraft(resource=self.people, fields=fields) for fields in given]
        ref = self.between(
            link,
            self.connector.create(link.facts, drafts[0]),
            partial(_run, link, partial(self.connector.create, link.facts, drafts[1])),
        )
        assert self.get(link, ref).fields[self.name_field] == "Quillfirst"


def _run(link: Link, verb: Verb) -> Any:
    return link.run(verb())
