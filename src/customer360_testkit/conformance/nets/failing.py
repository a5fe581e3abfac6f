"""Failures pass, and pauses are as told: of every verb, however often, however the CRM says it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Final

from customer360.core.capabilities import Capability
from customer360.core.errors import AuthError, CrmUnavailable, QuotaExceeded, RateLimited, TransportError
from customer360.core.records import RecordRef
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.verbs import Verb, Verbs
from customer360_testkit.fakes.faults import Fault, status

_CREATE: Final = Capability.CREATE_CONTACT
_OFTEN: Final = 6
_PAUSES: Final = ("0", "7", "90", "3600", "2.5", 45, 5_400)
"""As a header says them; numbers are seconds until a date that it names."""


class FailingNets(Verbs):
    """See the module."""

    @nets("remembers failures", _CREATE)
    def test_failures_are_over_when_they_are(self, link: Link) -> None:
        """However often a verb failed: the next request is sent, and answered (X3)."""
        ref = self.make(link, "Quillfailing")
        for what, verb in self._all_verbs(link, ref):
            for fault in (status(503), status(500)):
                self._fails_often(link, what, verb, fault)
                asked = link.requests
                error = self.failure(link, verb())
                assert not isinstance(error, CrmUnavailable | RateLimited | QuotaExceeded | AuthError), (
                    f"{what} still fails after {_OFTEN} times {fault.name}: {error!r}"
                )
                assert link.requests > asked, f"{what} asked nothing after {_OFTEN} times {fault.name}"

    def _all_verbs(self, link: Link, ref: RecordRef) -> Iterator[tuple[str, Verb]]:
        """Those that ask something, and come to something, as long as all is well."""
        link.wait(LAG)
        verbs = (*self.reading(link, ref, "Quillfailing"), *self.writing(link, ref, "Quillfailed"))
        for what, verb in (*verbs, *self.correcting(link, ref, "Quillmended")):
            link.asked.clear()
            asked = link.requests
            if self.failure(link, verb()) is None and link.requests > asked:
                yield what, verb

    def _fails_often(self, link: Link, what: str, verb: Verb, fault: Fault) -> None:
        link.fake.faults.add(fault, times=None)
        for _ in range(_OFTEN):
            error = self.failure(link, verb())
            assert error is None or isinstance(error, CrmUnavailable | TransportError), (
                f"{what} met {fault.name}: {error!r}"
            )
        link.fake.faults.clear()

    @nets("tells another pause", _CREATE)
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
