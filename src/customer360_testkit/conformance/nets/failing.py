"""Failures pass, and pauses are as told: of every verb, however often, however the CRM says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any, Final

from customer360.core.capabilities import Capability
from customer360.core.effects import Cancelled, Request
from customer360.core.errors import (
    AnswerLost,
    AuthError,
    CrmUnavailable,
    Customer360Error,
    QuotaExceeded,
    RateLimited,
    TransportError,
    UnexpectedAnswer,
)
from customer360.core.records import ContactDraft, RecordRef
from customer360.core.wire import Response
from customer360_testkit.by_hand import play
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.asking import Asking
from customer360_testkit.conformance.nets.playing import Asked
from customer360_testkit.conformance.verbs import Verb, Verbs
from customer360_testkit.fakes.exchange import AnswerLost as Broken
from customer360_testkit.fakes.faults import Fault, drop, status

_CREATE: Final = Capability.CREATE_CONTACT
_OFTEN: Final = 4
_JSON, _HTML = (("content-type", "application/json"),), (("content-type", "text/html"),)
_PASSING: Final[tuple[Fault, ...]] = (
    *(status(code, headers=_JSON, content=b"{}") for code in (400, 401, 403, 404, 409, 500, 503)),
    status(429, headers=(("retry-after", "7"),)),
    status(200, headers=_HTML, content=b"<html>Sign in</html>"),
    drop(applied=False),
)
"""What is over at the next request."""
_MINUTE: Final = 61.0
_LASTING: Final = (AuthError, CrmUnavailable, QuotaExceeded, RateLimited, TransportError, UnexpectedAnswer)
_PAUSES: Final = ("0", "7", "90", "3600", "2.5", 45, 5_400)
"""As a header says them; numbers are seconds until a date that it names."""


class FailingNets(Verbs):
    """See the module."""

    @nets("remembers failures", _CREATE, once=True)
    def test_failures_are_over_when_they_are(self, link: Link) -> None:
        """However often a verb failed, and however: the next request is sent, and tells the same as before, whoever
        sends it (X3)."""
        ref = self.make(link, "Quillfailing")
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, ref, f"failing-{kind}"))
        link.wait(LAG)
        both = [*self._both(link)]
        for what, asked in self._reads(link, ref).items():
            for each in both:
                each.wait(_MINUTE / len(both))  # so many in a minute are refused
            before = [self._outcome(each, asked) for each in both]
            for name, fail in self._failing(link):
                for _ in range(_OFTEN):
                    fail(asked)
                now = [self._outcome(each, asked) for each in reversed(both)][::-1]
                assert now == before, f"{what} after {_OFTEN} times {name}: {now}, and {before}"
        for what, verb in self._all_verbs(link, ref):
            for name, fail in self._failing(link):
                for _ in range(_OFTEN):
                    fail(_as_asked(verb))
                requests = link.requests
                error = self.failure(link, verb())
                assert not isinstance(error, _LASTING), f"{what} fails after {_OFTEN} times {name}: {error!r}"
                assert link.requests > requests, f"{what} asked nothing after {_OFTEN} times {name}"

    def _reads(self, link: Link, ref: RecordRef) -> dict[str, Asked]:
        """One of each that asks something."""
        asking, found = Asking(self, link), dict[str, Asked]()
        asking.people, asking.cursors = [ref], {self.people: [None]}
        for what, asked in asking.verbs():
            requests = link.requests
            self._outcome(link, asked)
            if link.requests > requests:
                found.setdefault(" ".join(what.split()[:2]), asked)
        return found

    def _both(self, link: Link) -> Iterator[Link]:
        """The link, and a colleague's."""
        yield link
        for login in [name for name in link.fake.users if name != link.user][:1]:
            yield self.signed_in(link.fake, login)

    def _outcome(self, link: Link, asked: Asked) -> Any:
        """What it comes to, or the kind of its error."""
        try:
            return link.run(asked(self.connector, link.facts))
        except Customer360Error as error:
            return type(error), error.vendor_code

    def _all_verbs(self, link: Link, ref: RecordRef) -> Iterator[tuple[str, Verb]]:
        """Those that ask something, and come to something, as long as all is well."""
        link.wait(LAG)
        verbs = (*self.reading(link, ref, "Quillfailing"), *self.writing(link, ref, "Quillfailed"))
        for what, verb in (*verbs, *self.correcting(link, ref, "Quillmended")):
            link.asked.clear()
            asked = link.requests
            if self.failure(link, verb()) is None and link.requests > asked:
                yield what, verb

    def _failing(self, link: Link) -> Iterator[tuple[str, Callable[[Asked], None]]]:
        """By name: each way to make an operation fail, once."""
        for fault in _PASSING:
            yield fault.name, partial(self._fails, link, fault)
        name, value = self.refused
        given = {field: value for field, value in self.fields("Quillrefused").items() if value is not None}
        refused = ContactDraft(resource=self.people, fields={**given, name: value})
        yield "refused values", lambda asked: self._fails(link, None, lambda c, f: c.create(f, refused))
        yield "giving up", lambda asked: self._fails(link, None, asked, given_up=True)

    def _fails(self, link: Link, fault: Fault | None, asked: Asked, *, given_up: bool = False) -> None:
        """A connection that broke is told as the transport tells it."""

        def answer(request: Request) -> Response:
            if given_up:
                raise Cancelled
            try:
                return link.send(request)
            except Broken as broken:
                raise AnswerLost("the answer was lost") from broken

        if fault is not None:
            link.fake.faults.add(fault, times=None)
        with suppress(Cancelled, Customer360Error):
            play(asked(self.connector, link.facts), answer, now=link.fake.clock.time)
        link.fake.faults.clear()
        link.asked.clear()  # it is told of what follows whether it goes in circles

    @nets("tells another pause", _CREATE, once=True)
    def test_a_pause_is_as_long_as_it_was_told(self, link: Link) -> None:
        """Seconds, parts of seconds, or until a moment: the error says so, or leaves it to the header (X4)."""
        ref = self.make(link, "Quillpausing")
        for what, verb in self._all_verbs(link, ref):
            for code in (429, 503):
                for pause in _PAUSES:
                    said = (
                        pause
                        if isinstance(pause, str)
                        else format_datetime(link.now + timedelta(seconds=pause), usegmt=True)
                    )
                    link.fake.faults.add(status(code, headers=(("retry-after", said),)), times=None)
                    error = self.failure(link, verb())
                    link.fake.faults.clear()
                    if error is not None and error.wait is not None:
                        told = f"{what} met {code} with a pause of {said!r}, and says {error.wait}"
                        assert abs(error.wait - float(pause)) <= 1.0, told


def _as_asked(verb: Verb) -> Asked:
    return lambda connector, facts: verb()
