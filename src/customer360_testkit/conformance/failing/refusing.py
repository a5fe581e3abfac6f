"""What an error says is right, whole, and never what a customer said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from customer360.core.capabilities import Capability
from customer360.core.effects import Request
from customer360.core.errors import Customer360Error, MissingScope, RateLimited, ValidationFailed
from customer360.core.records import ContactDraft
from customer360.core.search import FieldIs, NameHas
from customer360.core.wire import Response
from customer360_testkit.conformance.bench import Link, catches
from customer360_testkit.conformance.failing.telling import told
from customer360_testkit.conformance.verbs import Verbs
from customer360_testkit.fakes.faults import status

_CREATE = Capability.CREATE_CONTACT
_SECRET = "Quillsecret"
_PAIR = (("q", _SECRET),)
_CODES = (300, 400, 401, 403, 404, 405, 409, 410, 412, 415, 422, 429, 500, 502, 503, 504)


class RefusingChecks(Verbs):
    """See the module."""

    @catches("quotes the request in an error", _CREATE)
    def test_an_error_does_not_quote_the_request(self, link: Link) -> None:
        """Neither what was asked nor what was to be written: errors are logged (F147)."""
        bodies = (b"", b"{}", b"<html>", *(answer.content for _, answer in self.refusals(link)))
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            request = Request(method=method, path=f"/x/1?q={_SECRET}", params=_PAIR, headers=_PAIR)
            for sent in (request, attrs.evolve(request, json={"data": [{_SECRET: _SECRET}]})):
                for code in _CODES:
                    for body in bodies:
                        error = self.connector.error(link.facts, sent, Response(code, body))
                        assert error is None or _SECRET not in told(error), (method, code, body)

    @catches("quotes a caller when the CRM refuses", _CREATE)
    def test_no_verb_quotes_what_it_was_given(self, link: Link) -> None:
        """Whatever the CRM answers: not in the text, not in what it was raised from."""
        ref = self.make(link, "Unquoted")
        link.wait(60.0)
        for code in (400, 403, 404, 422, 500):
            for name, verb in (*self.reading(link, ref, _SECRET), *self.writing(link, ref, _SECRET)):
                link.fake.faults.add(status(code, content=b"{}"), times=None)
                error = self.failure(link, verb())
                link.fake.faults.clear()
                assert error is None or _SECRET.lower() not in told(error).lower(), (name, code)

    @catches("quotes what was asked for in the cause of an error")
    def test_what_an_error_was_raised_from_does_not_quote(self, link: Link) -> None:
        """A log shows causes, too."""
        texts = (f"{_SECRET}\x00", f"{_SECRET}\n", f"{_SECRET}\u2028", f"{_SECRET}\ud800", _SECRET * 200)
        for text in texts:
            for query in (NameHas(text), FieldIs(self.name_field, text)):
                error = self.failure(link, self.connector.search(link.facts, self.people, query))
                causes = [] if error is None else [error.__cause__, error.__context__]
                hidden = error is not None and error.__suppress_context__
                for cause in causes[: 1 if hidden else 2]:
                    assert cause is None or _SECRET not in told(cause), type(query)

    @catches("takes a refused search for nobody")
    def test_a_refused_search_is_raised(self, link: Link) -> None:
        """Nobody found would be a wrong answer: a caller who is known would be taken for unknown (F023)."""
        for code in (400, 401, 403, 404, 405, 410, 418, 429):
            for name, verb in self.searching(link, "Quillrefused"):
                link.fake.faults.add(status(code, content=b"{}"), times=None)
                link.asked.clear()
                error = self.failure(link, verb())
                link.fake.faults.clear()
                assert error is not None or link.asked == [], (name, code)

    @catches("names one of the wrong fields only", _CREATE)
    def test_every_wrong_field_is_named(self, link: Link) -> None:
        """All that the CRM names, so that a form is corrected once (F012)."""
        field, _ = self.refused
        other = next(name for name in (self.spare_field, self.name_field) if name != field)
        _, answer = self._refused(link, dict([self.refused]))
        body = json.loads(answer.content)
        if not _doubled(body, field, other):
            pytest.skip("the CRM names one wrong field at a time")
        both = Response(answer.status, json.dumps(body).encode(), answer.headers)
        error = self.connector.error(link.facts, link.refused[-1][0], both)
        assert isinstance(error, ValidationFailed)
        assert {field, other} <= {problem.field for problem in error.problems}

    @catches("says the same of every wrong field", _CREATE)
    def test_what_is_wrong_with_a_field_is_said(self, link: Link) -> None:
        """As far as the CRM tells it in words of its own for programs (F012)."""
        said, codes = list[str](), list[set[str]]()
        for name, value in self._wrong(link).items():
            error, answer = self._refused(link, {name: value})
            (problem,) = [each for each in error.problems if each.field == name] or pytest.skip("no field is named")
            said.append(problem.problem)
            words = {text for text in _texts(answer) if re.fullmatch(r"[A-Za-z]+(?:_[A-Za-z]+)*", text)}
            codes.append(words - {name})
        if codes[0] == codes[1]:
            pytest.skip("the CRM does not tell a program what is wrong")
        assert said[0] != said[1]

    @catches("waits a minute where it is told an hour")
    def test_a_wait_is_as_long_as_it_is_told(self, link: Link) -> None:
        """Who asks again earlier is shut out for longer (X4)."""
        for seconds in (1, 120, 3600, 86400):
            answer = Response(429, b"", (("retry-after", str(seconds)),))
            error = self.connector.error(link.facts, Request(method="GET", path="/x/1"), answer)
            assert isinstance(error, RateLimited)
            assert error.wait in (None, float(seconds))  # None: the transport reads the header itself

    @catches("takes a permission that is missing for a rule", _CREATE)
    def test_a_permission_that_is_missing_is_said(self, link: Link) -> None:
        """Where the CRM says so: signing in again helps, and an administrator need not be asked (F147)."""
        ref, told = self.make(link, "Quillpermitted"), list[Customer360Error]()
        scopes, oauth = link.grant.scopes, link.fake.oauth
        extra = oauth.extra_of(link.grant.access_token)
        for left_out in sorted(scopes):
            token = oauth.issue(link.user, tuple(sorted(scopes - {left_out})), extra=extra).access_token
            other = attrs.evolve(link, grant=attrs.evolve(link.grant, access_token=token), refused=[])
            for name, verb in self.reading(other, ref, "Quill"):
                error = self.failure(other, verb())
                if error is not None and other.refused and b"scope" in other.refused[-1][1].content.lower():
                    assert isinstance(error, MissingScope), (left_out, name)
                    told.append(error)
                other.refused.clear()
        if not told:
            pytest.skip("the CRM does not say which permission is missing")

    def refusals(self, link: Link) -> list[tuple[Request, Response]]:
        """What the CRM itself refuses, and in which words."""
        field, value = self.refused
        given = {name: each for name, each in self.fields("Refusals").items() if each is not None}
        for fields in ({**given, field: value}, {**given, "Quill_no_such_field": "x"}):
            draft = ContactDraft(resource=self.people, fields=fields)
            self.failure(link, self.connector.create(link.facts, draft))
        missing = attrs.evolve(self.make(link, "Refusals"), id="0")
        self.failure(link, self.connector.get(link.facts, missing))
        return link.refused

    def _wrong(self, link: Link) -> dict[str, Any]:
        """Two fields with a value that the CRM refuses: one is malformed, the other too long."""
        field, value = self.refused
        other = self.spare_field if field != self.spare_field else self.name_field
        return {field: value, other: "x" * 70_000}

    def _refused(self, link: Link, wrong: dict[str, Any]) -> tuple[ValidationFailed, Response]:
        fields = {name: each for name, each in self.fields("Wrongfields").items() if each is not None}
        op = self.connector.create(link.facts, ContactDraft(resource=self.people, fields={**fields, **wrong}))
        link.refused.clear()
        try:
            link.run(op)
        except ValidationFailed as error:
            if link.refused:
                return error, link.refused[-1][1]
            pytest.skip("it is refused before it is sent")
        pytest.skip("no text is too long")


def _texts(answer: Response) -> Iterator[str]:
    """Every text in an answer, and the names of its members."""
    waiting = [json.loads(answer.content)]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case dict() as members:
                yield from members
                waiting += members.values()
            case list() as items:
                waiting += items


def _doubled(body: Any, field: str, other: str) -> bool:
    """Whether the answer lists wrong fields, each by its name or with it; then ``other`` is in that list, too."""
    waiting = [body]
    while waiting:
        match waiting.pop():
            case dict() as members:
                waiting += members.values()
            case list() as items:
                for each in items:
                    if each == field or (isinstance(each, dict) and field in each.values()):
                        items.append(json.loads(json.dumps(each).replace(json.dumps(field), json.dumps(other))))
                        return True
                waiting += items
    return False
