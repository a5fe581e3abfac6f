"""A connector keeps to itself: to its hosts, to effects, to nothing of its own, and customers out of every log."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from functools import _lru_cache_wrapper
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import attrs
import pytest

from customer360.core.activities import ActivityChange, ActivityFilter
from customer360.core.auth import Application
from customer360.core.capabilities import CREATE, RELATED, Capability
from customer360.core.connector import Connector
from customer360.core.effects import Operation
from customer360.core.errors import Customer360Error, NeedsAuthorization, Unsupported
from customer360.core.records import ContactChange, ContactDraft, RecordRef, RelatedKind
from customer360.core.search import EmailIs, NameHas
from customer360_testkit.by_hand import play, signed_in
from customer360_testkit.conformance.bench import Bench, Link, catches
from customer360_testkit.fakes.exchange import WireAnswer, WireRequest

_CREATE = Capability.CREATE_CONTACT
_TOKEN = re.compile(rb'"[^"]*token[^"]*"\s*:\s*"([^"]{8,})"', re.IGNORECASE)
_DOING = frozenset({"socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"})
_seen: list[str] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _seen is not None and event in _DOING:
        _seen.append(event)


@contextmanager
def _watched() -> Iterator[list[str]]:
    """What is done to the outside world meanwhile; an audit hook stays for good, so there is one."""
    global _seen
    if not getattr(_watch, "installed", False):
        sys.addaudithook(_watch)
        _watch.installed = True  # type: ignore[attr-defined]
    _seen = seen = []
    sleep = time.sleep
    time.sleep = lambda seconds: seen.append("time.sleep")  # before 3.13 it is not audited
    try:
        yield seen
    finally:
        _seen, time.sleep = None, sleep


def _clocks(zone: str) -> list[timedelta | None]:
    """What clocks show there beyond UTC, month by month: of two names of one zone it is the same."""
    return [datetime(2026, month, 15, tzinfo=ZoneInfo(zone)).utcoffset() for month in range(1, 13)]


class KeepingChecks(Bench):
    """See the module."""

    def tour(self, link: Link) -> Iterator[tuple[str, int]]:
        """Every reading verb that is declared, and how many requests each takes; a contact and a call are made."""
        connector, facts = link.connector, link.facts
        ref = self.made_with(link, "Quilltour", {})
        contact = self.draft(link, RelatedKind.CALL, ref, "tour", text="Quilltour")
        verbs: list[tuple[str, Callable[[], Operation[Any]], Capability | None]] = [
            ("create_activity", lambda: connector.create_activity(facts, contact), Capability.CREATE_CALL),
            ("identify", lambda: connector.identify(facts), None),
            ("list_resources", lambda: connector.list_resources(facts), None),
            ("describe", lambda: connector.describe(facts, self.people), None),
            ("get", lambda: connector.get(facts, ref), None),
            ("update", lambda: connector.update(facts, self._spare(ref)), Capability.UPDATE_CONTACT),
            ("name", lambda: connector.search(facts, self.people, NameHas("Quilltour")), Capability.SEARCH_NAME),
            ("email", lambda: connector.search(facts, self.people, EmailIs("q@q.example")), Capability.SEARCH_EMAIL),
            ("calls", lambda: connector.related(facts, ref, RelatedKind.CALL), Capability.RELATED_CALLS),
            ("tasks", lambda: connector.related(facts, ref, RelatedKind.TASK), Capability.RELATED_TASKS),
            ("events", lambda: connector.related(facts, ref, RelatedKind.EVENT), Capability.RELATED_EVENTS),
            ("changes", lambda: connector.changes(facts, self.people), Capability.DELTA),
        ]
        for name, verb, capability in verbs:
            if capability is None or self.can(link, capability):
                before = len(link.asked)
                link.run(verb())
                yield name, len(link.asked) - before

    def _spare(self, ref: RecordRef) -> ContactChange:
        return ContactChange(ref=ref, fields={self.spare_field: "Quilltour"})

    @catches("asks a foreign host for a list", _CREATE)
    def test_no_verb_asks_another_host(self, link: Link) -> None:
        """A token goes nowhere else (R15)."""
        hosts, base = self.connector.hosts(link.facts), self.connector.api_base(link.facts)
        for name, _ in self.tour(link):
            if name != "identify":
                for request in link.asked:
                    hosts.check(request.path if "://" in request.path else base + request.path)
            link.asked.clear()

    @catches("declares a host that is not the vendor's")
    def test_declared_hosts_are_the_vendors(self, link: Link) -> None:
        """By the fake, which was written from the vendor's pages (R15)."""
        declared = self.connector.hosts(link.facts)
        for host in (*declared.api, *declared.login):
            suffix = host.removeprefix("*")
            known = [each for each in link.fake.vendor_hosts if each == host or each.endswith(suffix)]
            assert known, host
            assert suffix.count(".") > 1 or host in link.fake.vendor_hosts, host

    @catches("asks once and remembers", _CREATE)
    def test_nothing_is_kept_from_one_link_to_the_next(self, link: Link) -> None:
        """One object serves every account: what one may see, the next must ask for."""
        link.connector = type(self.connector)()  # the suite's own may remember from another check
        _forget(link.connector)
        first = list(self.tour(link))
        other = self.signed_in(self.made(cast=link.fake.cast))
        other.connector = link.connector
        assert list(self.tour(other)) == first

    @catches("writes into the facts", _CREATE)
    def test_facts_are_left_as_they_were(self, link: Link) -> None:
        """They are the link's, and shared."""
        before = deepcopy(link.facts)
        for _ in self.tour(link):
            assert link.facts == before
            assert (dict(link.facts.extra), dict(link.facts.settings)) == (dict(before.extra), dict(before.settings))

    @catches("logs whom it reads", _CREATE)
    def test_nothing_is_logged(self, link: Link) -> None:
        """The transport logs what it must; customers are in no log."""
        with _logged() as lines:
            for _ in self.tour(link):
                pass
        assert lines == []

    @catches("waits by itself", _CREATE)
    def test_nothing_is_done_but_by_effects(self, link: Link) -> None:
        """No socket, no sleep, no process: a thread would hang, and a deadline not be kept."""
        with _watched() as seen:
            for _ in self.tour(link):
                pass
        assert seen == []

    @catches("keeps the token with the facts")
    def test_facts_hold_no_token(self, link: Link) -> None:
        """They are stored as they are, and shown."""
        heard, answer = list[bytes](), link.fake.answer

        def listening(request: WireRequest) -> WireAnswer:
            heard.append((answered := answer(request)).content)
            return answered

        link.fake.answer = listening  # type: ignore[method-assign]  # signing in asks nobody else
        try:
            first = signed_in(self.connector, link.fake, settings=self.chosen)
        finally:
            del link.fake.answer
        told = repr((dict(first.facts.extra), dict(first.facts.settings), first.facts))
        spent = [each.decode() for content in heard for each in _TOKEN.findall(content)]
        tokens = (first.grant.access_token, first.grant.refresh_token, *spent)
        assert [token for token in tokens if token and token in told] == []

    @catches("takes anybody's answer for its own")
    def test_a_sign_in_that_was_not_begun_here_is_refused(self, link: Link) -> None:
        """Whoever forges the way back signs an agent in as somebody else (R15)."""
        scheme, facts, now = self.connector.auth_for(link.facts), link.facts, link.fake.clock.time
        application = Application(link.fake.client_id, link.fake.client_secret or None)
        pending = scheme.begin(
            facts, application, redirect_uri="http://localhost/back", state="s" * 32, verifier="v" * 64, now=now()
        )
        back = dict(parse_qsl(urlsplit(link.fake.authorize(pending.url, link.user)).query))
        for forged in ({**back, "state": "x" * 32}, {"state": back.get("state", ""), "error": "access_denied"}):
            with pytest.raises(NeedsAuthorization):
                play(scheme.complete(facts, application, pending, forged), _nobody, now=now)

    @catches("shows its secret")
    def test_what_a_browser_shows_holds_no_secret(self, link: Link) -> None:
        """The address of the sign-in page is in every history."""
        application = Application(link.fake.client_id, "quill-client-secret")
        pending = self.connector.auth_for(link.facts).begin(
            link.facts, application, redirect_uri="http://localhost/", state="s" * 32, verifier="v" * 64, now=0.0
        )
        assert urlsplit(pending.url).scheme == "https"
        assert "quill-client-secret" not in pending.url
        assert "v" * 64 not in pending.url

    @catches("says that everybody lives in one zone")
    def test_who_is_signed_in_is_who_the_crm_says(self, link: Link) -> None:
        """Name, address and zone: times are shown by it, in summer and in winter, of everybody or of nobody."""
        placed = set[bool]()
        for login, user in list(link.fake.users.items())[:2]:
            other = self.signed_in(link.fake, login)
            identity = other.run(self.connector.identify(other.facts))
            assert identity.name in ("", user.name)
            assert identity.email in (None, user.email)
            assert identity.zone is None or _clocks(identity.zone) == _clocks(user.time_zone), identity.zone
            placed.add(identity.zone is not None)
        assert len(placed) <= 1

    @catches("gives an address where it says that there is none")
    def test_what_is_not_declared_is_refused(self, link: Link) -> None:
        """Every verb, before any request: an empty answer would be believed (F095)."""
        nobody = RecordRef(self.connector.info.key, self.people, "1")
        for capability, op in self._verbs(link.facts, link, nobody):
            if self.can(link, capability) or capability in {*RELATED.values(), *CREATE.values()}:
                op.close()  # those that are declared, or looked at by checks of their own
            else:
                self.refusal(link, op, Unsupported)
        assert link.asked == []
        if not self.can(link, Capability.RECORD_URL):
            assert self.connector.record_url(link.facts, nobody) is None

    @catches("goes on where it was not allowed to")
    def test_what_was_not_granted_is_refused(self, link: Link) -> None:
        """With the reason, before any request: without each permission in turn (F095)."""
        nobody = RecordRef(self.connector.info.key, self.people, "1")
        for left_out in sorted(link.grant.scopes):
            facts = attrs.evolve(link.facts, scopes=link.facts.scopes - {left_out})
            before, declared = self.connector.capabilities(link.facts), self.connector.capabilities(facts)
            for capability, op in self._verbs(facts, link, nobody):
                if before[capability].can and not declared[capability].can:
                    link.asked.clear()
                    self.refusal(link, op, Unsupported)
                    assert link.asked == [], capability
                else:
                    op.close()

    def _verbs(self, facts: Any, link: Link, nobody: RecordRef) -> Iterator[tuple[Capability, Operation[Any]]]:
        """Every verb that has a capability, of somebody."""
        connector, change = self.connector, ActivityChange(ref=nobody, kind=RelatedKind.TASK, subject="x")
        yield (
            Capability.CREATE_CONTACT,
            connector.create(facts, ContactDraft(resource=self.people, fields={self.name_field: "x"})),
        )
        yield Capability.UPDATE_CONTACT, connector.update(facts, self._spare(nobody))
        yield Capability.UPDATE_ACTIVITY, connector.update_activity(facts, change)
        yield Capability.LIST_ACTIVITIES, connector.activities(facts, ActivityFilter(resource=self.people))
        yield Capability.LINK, connector.link(facts, nobody, nobody)
        yield Capability.UNLINK, connector.unlink(facts, nobody, nobody)
        yield Capability.DELTA, connector.changes(facts, self.people)
        yield Capability.SEARCH_NAME, connector.search(facts, self.people, NameHas("x"))
        for kind, capability in RELATED.items():
            yield capability, connector.related(facts, nobody, kind)
        for kind, capability in CREATE.items():
            yield capability, connector.create_activity(facts, self.draft(link, kind, nobody, "k"))


def _forget(connector: Connector) -> None:
    """Empties the caches of functions in the connector's package."""
    package = type(connector).__module__.partition(".")[0]
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == package:
            for value in list(vars(module).values()):
                if isinstance(value, _lru_cache_wrapper):
                    value.cache_clear()


def _nobody(request: Any) -> Any:
    raise Customer360Error("a forged sign-in went on to the vendor")


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Everything that is logged meanwhile, by whatever logger, at whatever level."""
    lines: list[str] = []

    class Catcher(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    root, catcher = logging.getLogger(), Catcher(level=0)
    level = root.level
    root.addHandler(catcher)
    root.setLevel(1)
    try:
        yield lines
    finally:
        root.removeHandler(catcher)
        root.setLevel(level)
