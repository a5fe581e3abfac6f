"""What the CRM refuses is told alike, whichever verb meets it, and as fully as the CRM tells it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import partial
from typing import Any, Final

import attrs

from customer360.core.capabilities import Capability
from customer360.core.effects import Operation, Request
from customer360.core.errors import (
    AuthError,
    CrmUnavailable,
    Customer360Error,
    QuotaExceeded,
    RateLimited,
    ValidationFailed,
)
from customer360.core.metadata import FieldType, Schema
from customer360.core.records import ContactChange, ContactDraft, RecordRef
from customer360.core.search import NameHas
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.describing.typed import samples
from customer360_testkit.conformance.nets.asking import Asking
from customer360_testkit.conformance.traces import leaves
from customer360_testkit.conformance.verbs import Verb, Verbs
from customer360_testkit.fakes.fake import FakeCrm

_SAME_FOR_ALL: Final = (AuthError, CrmUnavailable, QuotaExceeded, RateLimited)
"""What is no matter of what was asked: no verb makes another error of it."""
_MINUTE: Final = 61.0
_LONG: Final = "x" * 9_000
_ASKED: Final = "quill-request"
_JSON: Final = (("content-type", "application/json"),)
_USUAL: Final = tuple(
    Response(code, b"{}", headers) for code in (500, 503, 429) for headers in (_JSON, (*_JSON, ("retry-after", "41")))
)


class ErringNets(Verbs):
    """See the module."""

    @nets("tells less of some errors", Capability.CREATE_CONTACT, once=True)
    def test_an_error_says_the_same_whichever_verb_meets_it(self, link: Link) -> None:
        """The status, the vendor's code, the pause, the record, the fields, who is there instead, and what to do next:
        each verb tells what the answer itself means, and that is what the CRM said (F012, X4)."""
        ref = self.make(link, "Quillerring")
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, ref, f"erring-{kind}"))
        link.wait(LAG)
        kinds, names = dict[Any, Response](), {field.name for field in self.schema(link).fields}
        for request, answer in self._refused_here(link):
            error = self.connector.error(link.facts, request, answer)
            if error is not None:
                _as_answered(error, answer, names)
                kinds.setdefault(_kind(error), answer)
        answers = (*_USUAL, *kinds.values())
        for what, verb in self._each_verb(link, ref):
            link.wait(_MINUTE)  # so many in a minute are refused
            for answer in answers:
                for nth in (1, 2):
                    self._meets(link, what, verb, answer, nth)

    def _each_verb(self, link: Link, ref: RecordRef) -> Iterator[tuple[str, Verb]]:
        asking, found = Asking(self, link), dict[str, Verb]()
        asking.people, asking.cursors = [ref], {self.people: [None]}
        for what, asked in asking.verbs():
            found.setdefault(" ".join(what.split()[:2]), partial(asked, self.connector, link.facts))
        yield from found.items()
        yield from self.writing(link, ref, "Quillerred")
        yield from self.correcting(link, ref, "Quillmended")

    def _meets(self, link: Link, what: str, verb: Verb, answer: Response, nth: int) -> None:
        """What a verb makes of an answer to a request of its own."""
        struck, number = list[Request](), 0

        def answered(request: Request) -> Response:
            nonlocal number
            number += 1
            if number != nth or answer.status in request.accept:
                return link.send(request)
            struck.append(request)
            meant = self.connector.error(link.facts, request, answer)
            if meant is not None:
                meant.request_id = _ASKED  # as the transport does
                raise meant
            return answer

        try:
            play(verb(), answered, now=link.fake.clock.time)
        except Customer360Error as error:
            told = error
        except Exception:  # an answer of another kind than it asked for
            return
        else:
            return
        finally:
            link.asked.clear()  # it is told of what follows whether it goes in circles
        meant = type(self.connector)().error(link.facts, struck[0], answer) if struck else None
        if meant is None:
            return
        meant.request_id = _ASKED
        where = f"{what}, request {nth}, answered {answer.status} {answer.content[:80]!r}"
        assert type(told) is type(meant) or not isinstance(meant, _SAME_FOR_ALL), (
            f"{where}: {told!r}, and it means {meant!r}"
        )
        if type(told) is type(meant):
            for name, value in vars(meant).items():
                own = getattr(told, name)
                assert own == value or (name == "ref" and value is None), (
                    f"{where}: {name} {own!r}, and it means {value!r}"
                )

    def _refused_here(self, link: Link) -> Iterator[tuple[Request, Response]]:
        """What the CRM refuses, and how, in an organisation of its own."""
        for spends in (None, FakeCrm.use_up, FakeCrm.throttle):
            own = self.entered(link, self.made(cast=link.fake.cast[:12]))
            ref = self.make(own, "Quillrefused")
            own.wait(LAG)
            own.refused.clear()
            if spends is not None:
                getattr(own.fake, spends.__name__)()
            for op in self._refusable(own, ref) if spends is None else (self.connector.get(own.facts, ref),):
                self.failure(own, op)
            yield from own.refused

    def _refusable(self, link: Link, ref: RecordRef) -> Iterator[Operation[Any]]:
        """Nobody, values of each field, doubles, what is locked, forbidden, or not for who is signed in."""
        connector, facts = self.connector, link.facts
        given = {field: value for field, value in self.fields("Quillrefused").items() if value is not None}
        yield connector.get(facts, attrs.evolve(ref, id=ref.id[:-1] + ("1" if ref.id[-1] != "1" else "2")))
        for number, field in enumerate(self.schema(link).fields):
            for value in (_LONG, *samples(field, number)[1:2]):
                yield connector.create(facts, ContactDraft(resource=self.people, fields={**given, field.name: value}))
                yield connector.update(facts, ContactChange(ref=ref, fields={field.name: value}))
        name, value = self.refused
        for fields in (
            {**given, name: value},
            {**given, name: value} | dict.fromkeys(_texts(self.schema(link)), _LONG),
        ):
            yield connector.create(facts, ContactDraft(resource=self.people, fields=fields))
        yield connector.create(facts, ContactDraft(resource=self.people, fields={}))
        link.fake.keep_unique(self.people, self.spare_field)
        for _ in range(2):
            fields = {**given, self.spare_field: "Quilldouble"}
            yield connector.create(facts, ContactDraft(resource=self.people, fields=fields))
            link.wait(LAG)
        lost = self.make(link, "Quilllost")
        with suppress(Exception):  # the vendor refuses, each in its own way
            link.fake.merge(self.people, ref.id, lost.id)
        yield connector.get(facts, lost)
        link.fake.lock(self.people, ref.id)
        yield connector.update(facts, ContactChange(ref=ref, fields={self.spare_field: "Quill"}))
        link.fake.forbid(link.user, "create")
        yield connector.create(facts, ContactDraft(resource=self.people, fields=given))
        for left_out in sorted(link.grant.scopes):
            issued = link.fake.oauth.issue(link.user, link.grant.scopes - {left_out})
            link.grant = attrs.evolve(link.grant, access_token=issued.access_token)
            yield connector.get(facts, ref)
            yield connector.search(facts, self.people, NameHas("Quillrefused"))
        link.grant = attrs.evolve(link.grant, access_token="quill")
        yield connector.identify(facts)


def _texts(schema: Schema) -> Iterator[str]:
    return (field.name for field in schema.fields if field.type in (FieldType.TEXT, FieldType.PHONE, FieldType.EMAIL))


def _kind(error: Customer360Error) -> Any:
    """What makes two errors of one kind: the facts that they have, and how many fields they name."""
    filled = tuple(name for name, value in vars(error).items() if value)
    return type(error), error.vendor_code, filled, len(getattr(error, "problems", ()))


def _as_answered(error: Customer360Error, answer: Response, names: AbstractSet[str]) -> None:
    """That it says what the answer does: status and code, where it has one, and those of the fields that it names."""
    told = (error, answer.content[:200])
    assert error.status == answer.status, (*told, "status")
    assert error.next_step or not error.default_next_step, (*told, "next step")
    try:
        body = list(leaves(json.loads(answer.content)))
    except ValueError:
        return
    coded = any(way.lower().endswith("code") and str(value) != str(answer.status) for way, value in body)
    assert not coded or error.vendor_code in {str(value) for _, value in body}, (*told, "code", error.vendor_code)
    if isinstance(error, ValidationFailed):
        named = {str(value) for way, value in body if ".fields" in way or way.endswith(".api_name")}
        assert named & names <= {each.field for each in error.problems}, (*told, "fields", error.problems)
