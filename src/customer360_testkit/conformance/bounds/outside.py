"""Nobody outside hears of a customer: not the terminal, not a file, not who sees the headers of a request."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

from customer360.core.capabilities import Capability
from customer360.core.effects import Operation
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.verbs import Verbs

_CREATE = Capability.CREATE_CONTACT
_WRITING = frozenset("wax+")
_BUSY = 0.015
"""Seconds of the processor that reading one answer may cost: far above what any needs, and felt by whoever waits."""
_hears: Callable[[str], None] | None = None


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _hears is not None and event == "open" and isinstance(arguments[1], str) and _WRITING & set(arguments[1]):
        _hears(f"wrote {arguments[0]}")


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What is printed, warned of and written to files meanwhile; an audit hook stays for good, so there is one."""
    global _hears
    if not getattr(_listen, "installed", False):
        sys.addaudithook(_listen)
        _listen.installed = True  # type: ignore[attr-defined]
    lines, out = list[str](), StringIO()
    _hears = lines.append
    try:
        with redirect_stdout(out), redirect_stderr(out), warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield lines
        lines += [out.getvalue()] if out.getvalue() else []
        lines += [str(each.message) for each in warned]
    finally:
        _hears = None


class OutsideChecks(Verbs):
    """See the module."""

    @catches("prints whom it reads", _CREATE)
    def test_nothing_is_printed_or_kept_in_files(self, link: Link) -> None:
        """What a service prints is its log; what it writes outlives the customer's wish to be forgotten (R15)."""
        ref = self.make(link, "Quillprinted", "+442079460123", "quillprinted@conform.example")
        self.make(link, "Quillprinted")  # of whom several are found more may be said
        verbs = [*self.reading(link, ref, "Quillprinted"), *self.writing(link, ref, "Quillprinted")]
        link.wait(60.0)
        with _heard() as lines:
            for _, verb in verbs:
                self.failure(link, verb())
        assert lines == []

    @catches("puts customers into headers", _CREATE)
    def test_no_header_holds_a_customer(self, link: Link) -> None:
        """Every proxy on the way logs those."""
        ref = self.make(link, "Quillheader")
        link.wait(60.0)
        for name, verb in (*self.reading(link, ref, "Quillheader"), *self.writing(link, ref, "Quillheader")):
            self.failure(link, verb())
            told = repr([request.headers for request in link.asked]).lower()
            assert "quillheader" not in told, name
            assert "2079460123" not in told, name
        if self.can(link, Capability.UPDATE_CONTACT):
            version = self.get(link, ref).version
            link.asked.clear()
            self.change(link, ref, {self.spare_field: "Quillheading"}, version)
            assert "quillheading" not in repr([request.headers for request in link.asked]).lower()

    @catches("keeps the processor busy", _CREATE)
    def test_reading_an_answer_is_quick(self, link: Link) -> None:
        """While one agent's answer is read, all others wait."""
        ref = self.make(link, "Quillquick")
        link.wait(60.0)
        for name, verb in self.reading(link, ref, "Quillquick"):
            assert min(self._seconds(link, verb()) for _ in range(3)) < _BUSY, name

    def _seconds(self, link: Link, op: Operation[Any]) -> float:
        """What the operation itself cost the processor, for each of its requests."""
        answering, requests, began = 0.0, 0, time.thread_time()
        send = link.carry

        def carry(request: Any) -> Any:
            nonlocal answering, requests
            start = time.thread_time()
            answer = send(request)
            answering += time.thread_time() - start
            requests += 1
            return answer

        with_clock = type("Timed", (Link,), {"carry": lambda self, request: carry(request)})
        timed = with_clock(link.connector, link.fake, link.facts, link.grant, link.user)
        self.failure(timed, op)
        return (time.thread_time() - began - answering) / max(requests, 1)
