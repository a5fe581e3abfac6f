"""What became of a write is known or in doubt, never guessed; and an answer that is odd is no reason to fall over."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import attrs

from customer360.core.capabilities import Capability
from customer360.core.effects import Operation, Request
from customer360.core.errors import CrmUnavailable, Customer360Error, RateLimited
from customer360.core.records import Changes, Contact, Page, RecordRef
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import LAG, Link, catches
from customer360_testkit.conformance.verbs import Verb, Verbs
from customer360_testkit.fakes.faults import partial as partial_of
from customer360_testkit.fakes.faults import status

_READ, _WRITE = Request(method="GET", path="/x/1"), Request(method="POST", path="/x", json={"a": 1})
_CREATE = Capability.CREATE_CONTACT
_MEMBERS = 20
_PARTS = 25
"""No request of several parts has more."""
_ODD = (b"<!doctype html>", b"{", b'"x"', b"[1]", b"{}", b"[]")


class DoubtingChecks(Verbs):
    """See the module."""

    @catches("is sure that a page for people is no write", _CREATE)
    def test_an_odd_answer_to_a_write_is_a_doubt(self, link: Link) -> None:
        """Something may have been written before the answer was lost: the outbox looks (X9, X10)."""
        for body in _ODD[:3]:
            error = self.connector.error(link.facts, _WRITE, Response(200, body))
            assert error is None or error.maybe_applied, body
        for code in (408, 499):
            error = self.connector.error(link.facts, _WRITE, Response(code, b"{}"))
            assert error is None or error.maybe_applied or not error.retryable, code

    @catches("is sure that what has no name was not written", _CREATE)
    def test_an_answer_that_names_no_record_is_a_doubt(self, link: Link) -> None:
        """It may stand there all the same (R1)."""
        ref = self.make(link, "Quillunnamed")
        link.wait(60.0)
        for body in (b"{}", b"[]"):
            for name, verb in self.writing(link, ref, "Quillunnamed"):
                error, _ = self._met(link, verb(), partial(attrs.evolve, content=body))
                assert error is None or error.maybe_applied, (name, body)

    @catches("takes what was refused in a good answer for done", _CREATE)
    def test_a_refusal_in_a_good_answer_is_raised(self, link: Link) -> None:
        """A limit that is reached, and a part of several that fails: some vendors say 200 all the same (X4, X12)."""
        busy = self._when_busy(link)
        link.fake.reset()
        link = self.signed_in(link.fake)
        ref = self.make(link, "Quillgood")
        for name, verb in (*self.writing(link, ref, "Quillgood"), *self.correcting(link, ref, "Quillgood")):
            if busy is not None:
                error, writes = self._met(link, verb(), lambda _: busy)
                assert error is not None or not writes, name
        whole = self._effects(link, ref)
        for places in ((0,), (1,), range(_PARTS)):
            for name, effect in self._effects(link, ref, *places).items():
                assert effect in (None, whole[name]), (name, places)

    def _when_busy(self, link: Link) -> Response | None:
        """How the CRM answers when it admits no more; None where it always does."""
        if not link.fake.throttle():
            return None
        answers = list[Response]()

        def answered(request: Request) -> Response:
            answers.append(link.carry(request))
            raise CrmUnavailable("it is enough")

        with suppress(CrmUnavailable):
            play(dict(self.writing(link, RecordRef("", "", ""), "Quillbusy"))["create"](), answered)
        return answers[0]

    def _effects(self, link: Link, ref: RecordRef, *failing: int) -> dict[str, Counter[str] | None]:
        """By each write that creates: of which tables how many rows it touched, or None where it failed; ``failing``
        are the parts of a request of several parts that the CRM fails."""
        found = dict[str, Counter[str] | None]()
        creating = dict(self.writing(link, ref, f"Quillparts{len(failing)}{sum(failing)}"))
        creating.pop("update", None)
        for name, verb in creating.items():
            before = link.fake.snapshot()
            link.fake.faults.add(partial_of(*failing), times=None)
            error = self.failure(link, verb())
            link.fake.faults.clear()
            touched = Counter(key[0] for key, row in link.fake.snapshot().items() if before.get(key) != row)
            found[name] = None if error is not None else touched
        return found

    def _met(
        self, link: Link, op: Operation[Any], alter: Callable[[Response], Response]
    ) -> tuple[Customer360Error | None, int]:
        """The error of a write whose good answer was altered, and how many were."""
        writes = 0

        def answer(request: Request) -> Response:
            nonlocal writes
            response = link.send(request)
            if request.method == "GET" or request.repeatable:
                return response
            writes += 1
            wrong = alter(response)
            if error := self.connector.error(link.facts, request, wrong):
                raise error
            return wrong

        try:
            play(op, answer, now=link.fake.clock.time)
        except Customer360Error as error:
            return error, writes
        return None, writes

    @catches("gives up where it may pass")
    def test_what_may_pass_is_tried_again(self, link: Link) -> None:
        """A reading of the CRM that is down, or busy, for a moment (X3, X4)."""
        for code in (429, 500, 502, 503, 504):
            error = self.connector.error(link.facts, _READ, Response(code, b"{}"))
            assert error is None or type(error) not in (CrmUnavailable, RateLimited) or error.retryable, code

    @catches("stumbles over a member that it does not know", _CREATE)
    def test_a_member_that_nobody_knows_changes_nothing(self, link: Link) -> None:
        """Vendors add some with every release."""
        ref = self.make(link, "Quillreleased", "+442079460123", "quillreleased@conform.example")
        link.wait(LAG)
        for name, verb in self.reading(link, ref, "Quillreleased"):
            if self.failure(link, verb()) is not None:  # what is declared is another check's matter
                continue
            before = _gist(link.run(verb()))
            for strange in ("Quill", None, {"quill": 1}, [1]):
                met, _ = self.heard(link, verb(), _altered(partial(_with, strange)))
                assert _gist(met) == before, (name, strange)

    @catches("falls over what is empty", _CREATE)
    def test_an_answer_that_is_empty_is_read(self, link: Link) -> None:
        """Or refused as one of our errors: nobody can do anything with a KeyError (X9)."""
        ref = self.make(link, "Quillempty", "+442079460123", "quillempty@conform.example")
        link.wait(LAG)
        verbs = dict(self.reading(link, ref, "Quillempty"))
        for verb in verbs.values():
            for code in (204, 200):
                link.fake.faults.add(status(code, content=b""), times=None)
                self.failure(link, verb())
                link.fake.faults.clear()
        for verb in (verbs["get"], verbs["identify"]):
            _, answers = self.heard(link, verb())
            told = [json.loads(answer.content or b"null") for answer in answers]
            longest = max((row for each in told for row in rows_of(each)), key=len)
            described = [field.name for field in self.schema(link).fields if field.name not in longest]
            for name in (*sorted(longest)[:_MEMBERS], *described[:_MEMBERS]):
                with suppress(Customer360Error):
                    self.heard(link, verb(), _altered(partial(_without, name, ref.id)))
        for verb in verbs.values():
            if self.failure(link, verb()) is None:
                self._without_each_member(link, verb)

    def _without_each_member(self, link: Link, verb: Verb) -> None:
        """What stands around the records, like the way to the next page, is left out where there is none."""
        _, answers = self.heard(link, verb())
        told = [json.loads(answer.content or b"null") for answer in answers]
        for name in sorted({name for each in told if isinstance(each, dict) for name in each})[:_MEMBERS]:
            link.asked.clear()  # of each by itself it is told whether it goes in circles
            with suppress(Customer360Error):
                self.heard(link, verb(), partial(_left_out, name))


def _left_out(name: str, content: bytes) -> bytes:
    """An answer without a member of its own."""
    told = json.loads(content or b"null")
    kept = {each: value for each, value in told.items() if each != name} if isinstance(told, dict) else told
    return content if kept == told else json.dumps(kept).encode()


def _without(name: str, record: str, row: dict[str, Any]) -> dict[str, Any]:
    """With nothing under that name, where it is there, or where the row is that record."""
    return {**row, name: None} if name in row or record in row.values() else row


def _with(value: Any, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "quillmember": value}


def _altered(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[bytes], bytes]:
    """Makes an answer of an answer: with every object in it changed."""

    def deep(value: Any) -> Any:
        match value:
            case dict():
                return change({name: deep(each) for name, each in value.items()})
            case list():
                return [deep(each) for each in value]
        return value

    def alter(content: bytes) -> bytes:
        try:
            return json.dumps(deep(json.loads(content))).encode()
        except ValueError:
            return content

    return alter


def rows_of(value: object) -> Iterator[dict[str, Any]]:
    """Every object in an answer."""
    match value:
        case dict():
            yield value
            for each in value.values():
                yield from rows_of(each)
        case list():
            for each in value:
                yield from rows_of(each)


def _gist(value: Any) -> Any:
    """Who or what was answered."""
    match value:
        case Contact():
            return value.ref, value.name, value.phones, value.emails, value.company
        case Page():
            return [(each.ref, getattr(each, "name", None) or getattr(each, "title", None)) for each in value.items]
        case Changes():
            return [_gist(each) for each in value.changed]
    return getattr(value, "user", None) or [field.name for field in getattr(value, "fields", ())]
