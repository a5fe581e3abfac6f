"""An answer that is an error is the right error: the transport, the outbox and the desktop decide by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from customer360.core.capabilities import Capability
from customer360.core.effects import Request
from customer360.core.errors import (
    AuthError,
    CrmUnavailable,
    Customer360Error,
    Forbidden,
    NotFound,
    QuotaExceeded,
    RateLimited,
    TokenExpired,
    UnexpectedAnswer,
)
from customer360.core.records import ContactChange, ContactDraft, RelatedKind
from customer360.core.search import NameHas
from customer360.core.wire import Response
from customer360_testkit.conformance.bench import Bench, Link, catches
from customer360_testkit.fakes.faults import status

_READ, _WRITE = Request(method="GET", path="/x/1"), Request(method="POST", path="/x", json={"a": 1})


class FailingChecks(Bench):
    """See the module."""

    def error(self, link: Link, request: Request, response: Response) -> Customer360Error | None:
        return self.connector.error(link.facts, request, response)

    @catches("does not wait as long as it is told")
    def test_a_limit_says_how_long(self, link: Link) -> None:
        """The transport waits; the connector, or the header, says for how long (X4)."""
        error = self.error(link, _READ, Response(429, b"", (("retry-after", "7"),)))
        assert isinstance(error, RateLimited)
        assert error.wait in (None, 7.0)  # None: the transport reads the header itself

    @catches("does not renew a token that ran out")
    def test_an_expired_token_is_renewed(self, link: Link) -> None:
        """401 by the vendor itself, in its own words (X5)."""
        link.fake.clock.advance(90_000.0)  # type: ignore[attr-defined]  # a FakeClock, here always
        self.refusal(link, self.connector.identify(link.facts), TokenExpired)

    @catches("takes a refusal to sign in for a bug")
    def test_a_401_is_a_matter_of_signing_in(self, link: Link) -> None:
        """Whatever its body."""
        for body in (b"", b"{}", b"[]", b"null"):
            assert isinstance(self.error(link, _READ, Response(401, body)), AuthError), body

    @catches("does not try again when the CRM is down")
    def test_a_5xx_may_pass(self, link: Link) -> None:
        """On every verb (X3)."""
        for code in (500, 502, 503, 504):
            for body in (b"", b"<html>", b"{}"):
                error = self.error(link, _READ, Response(code, body))
                assert isinstance(error, CrmUnavailable), (code, body)

    @catches("takes a page of HTML for data")
    def test_a_page_for_people_is_no_data(self, link: Link) -> None:
        """A proxy's sign-in page comes with 200 (X10)."""
        assert isinstance(self.error(link, _READ, Response(200, b"<!doctype html>")), UnexpectedAnswer)

    @catches("crashes on an answer that it does not know")
    def test_reading_an_error_never_fails(self, link: Link) -> None:
        """Whatever came, it is an error of the family or none."""
        for code in (200, 204, 301, 400, 403, 404, 409, 418, 422, 599):
            for body in (b"", b"null", b"[]", b"[1]", b'{"error": 1}', b'"x"', b"{", b"\xff\xfe"):
                for request in (_READ, _WRITE):
                    error = self.error(link, request, Response(code, body))
                    assert error is None or isinstance(error, Customer360Error), (code, body)

    @catches("takes an unknown status for success")
    def test_what_is_not_good_is_an_error(self, link: Link) -> None:
        """Every status from 300 on."""
        for code in (300, 301, 304, 400, 402, 405, 408, 409, 410, 415, 418, 423, 428, 431, 451, 501):
            assert self.error(link, _READ, Response(code, b"{}")) is not None, code

    @catches("swallows the CRM's failure")
    def test_a_failure_is_raised(self, link: Link) -> None:
        """No results are something else (F023)."""
        link.fake.faults.add(status(503), times=None)
        self.refusal(link, self.connector.search(link.facts, self.people, NameHas("Quill")), CrmUnavailable)

    @catches("asks a host that the link does not declare")
    def test_only_declared_hosts_are_asked(self, link: Link) -> None:
        """A token goes nowhere else (R15)."""
        link.run(self.connector.identify(link.facts))
        hosts = self.connector.hosts(link.facts)
        base = self.connector.api_base(link.facts)
        for request in link.asked:
            url = request.path if request.path.startswith("https://") else base + request.path
            hosts.check(url)

    @catches("is sure that nothing was written")
    def test_a_write_that_failed_may_have_been_applied(self, link: Link) -> None:
        """The outbox looks before it sends again, or there are two (X3)."""
        for code in (500, 502, 503, 504):
            for body in (b"", b"<html>", b"{}"):
                error = self.error(link, _WRITE, Response(code, body))
                assert error is not None
                assert error.maybe_applied, (code, body)

    @catches("is never sure")
    def test_a_write_that_was_refused_was_not_applied(self, link: Link) -> None:
        """An agent corrects it, and nobody looks for it in vain."""
        for code in (400, 403, 404, 422, 429):
            error = self.error(link, _WRITE, Response(code, b"{}"))
            assert error is not None
            assert not error.maybe_applied, code

    @catches("tries again what was refused")
    def test_what_was_refused_is_not_tried_again(self, link: Link) -> None:
        """It would be refused for ever."""
        for code in (400, 403, 404, 405, 415, 422):
            error = self.error(link, _READ, Response(code, b"{}"))
            assert error is not None
            assert not error.retryable, code

    @catches("takes what is forbidden for what is not there")
    def test_a_403_is_a_matter_of_rights(self, link: Link) -> None:
        """An administrator can help; searching on cannot (F147)."""
        error = self.error(link, _READ, Response(403, b"{}"))
        assert isinstance(error, Forbidden | AuthError | QuotaExceeded | RateLimited)
        assert not isinstance(error, NotFound)

    @catches("retries a create", Capability.CREATE_CONTACT)
    def test_a_create_that_failed_is_not_repeated(self, link: Link) -> None:
        """It may have been applied; the outbox decides (R1)."""
        fields = {name: value for name, value in self.fields("Retried").items() if value is not None}
        draft = ContactDraft(resource=self.people, fields=fields)
        self._fails_once(link, self.connector.create(link.facts, draft))

    @catches("retries an activity", Capability.CREATE_CONTACT, Capability.CREATE_CALL)
    def test_an_activity_that_failed_is_not_repeated(self, link: Link) -> None:
        """It may have been applied; the outbox decides (R1)."""
        contact = self.make(link, "Retriedcall")
        draft = self.draft(link, RelatedKind.CALL, contact, "retry")
        self._fails_once(link, self.connector.create_activity(link.facts, draft))

    @catches("passes on the vendor's words", Capability.CREATE_CONTACT)
    def test_the_vendors_words_are_not_passed_on(self, link: Link) -> None:
        """They quote customers, and errors are logged: no text of an answer stands in one."""
        field, value = self.refused
        fields = {name: given for name, given in self.fields("Worded").items() if given is not None}
        draft = ContactDraft(resource=self.people, fields={**fields, field: value})
        self.refusal(link, self.connector.create(link.facts, draft), Customer360Error)
        request, answer = link.refused[-1]
        for body in _with_words(json.loads(answer.content), "Quill secret!"):
            error = self.error(link, request, Response(answer.status, json.dumps(body).encode(), answer.headers))
            assert "Quill secret!" not in f"{error} {error!r} {getattr(error, 'problems', '')}", body

    @catches("reads half an answer")
    def test_half_an_answer_is_none(self, link: Link) -> None:
        """A connection that broke off is no record (X9)."""
        for body in (b"{", b'{"data": [', b'"text'):
            assert isinstance(self.error(link, _READ, Response(200, body)), UnexpectedAnswer), body

    @catches("does not say with which status it was refused")
    def test_an_error_carries_its_status(self, link: Link) -> None:
        """Support looks for it in the vendor's pages."""
        for code in (400, 403, 404, 422, 429, 500, 503):
            error = self.error(link, _READ, Response(code, b"{}"))
            assert error is not None
            assert error.status == code

    @catches("waits for hours where seconds will do")
    def test_a_limit_that_says_nothing_is_for_seconds(self, link: Link) -> None:
        """Only a used up allowance takes a day (X4)."""
        assert isinstance(self.error(link, _READ, Response(429, b"")), RateLimited)

    @catches("retries a change", Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT)
    def test_a_change_that_failed_is_not_repeated(self, link: Link) -> None:
        """What a colleague changed in between would be lost (R1)."""
        ref = self.make(link, "Retriedchange")
        link.wait(60.0)
        change = ContactChange(ref=ref, fields={self.spare_field: "Spare"})
        self._fails_once(link, self.connector.update(link.facts, change))

    @catches("takes a refused activity for written", Capability.CREATE_CONTACT, Capability.CREATE_CALL)
    def test_a_refused_activity_is_raised(self, link: Link) -> None:
        """Nothing may seem to be written down that is not."""
        contact = self.make(link, "Refusedcall")
        link.fake.faults.add(status(400, content=b"{}"), times=None, when=lambda method, path: method != "GET")
        op = self.connector.create_activity(link.facts, self.draft(link, RelatedKind.CALL, contact, "refused"))
        self.refusal(link, op, Customer360Error)

    def _fails_once(self, link: Link, op: Any) -> None:
        before = link.writes
        link.fake.faults.add(status(503), times=1, when=lambda method, path: method != "GET")
        with pytest.raises(CrmUnavailable):
            link.run(op)
        assert link.writes - before == 1


def _with_words(body: Any, words: str) -> Iterator[Any]:
    """The body, once for each text in it, with ``words`` in that text's place."""
    match body:
        case str():
            yield words
        case dict():
            for name, value in body.items():
                yield from ({**body, name: each} for each in _with_words(value, words))
        case list():
            for place, value in enumerate(body):
                yield from ([*body[:place], each, *body[place + 1 :]] for each in _with_words(value, words))
