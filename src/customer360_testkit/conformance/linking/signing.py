"""A sign-in lasts as long as the vendor lets it: nobody is signed out by a hiccup, nobody is kept waiting for ever."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import attrs
import pytest

from customer360.core.auth import Application, Grant
from customer360.core.effects import Operation, Request
from customer360.core.errors import (
    AuthError,
    CrmUnavailable,
    Customer360Error,
    NeedsAuthorization,
    NeedsRelink,
    TokenExpired,
)
from customer360.core.wire import Response
from customer360_testkit.by_hand import carried, play, signed_in
from customer360_testkit.conformance.bench import Bench, Link, catches
from customer360_testkit.conformance.failing.telling import told
from customer360_testkit.fakes.exchange import WireRequest

_SECRET = "Quillsecrettoken"
_A_MOMENT = 60.0
"""Seconds before a token ends: nobody calls with it later than that."""


class SigningChecks(Bench):
    """See the module."""

    def granted(self, link: Link) -> Grant:
        """A grant that was just given; the link's own may be one that the fake forgot."""
        return signed_in(self.connector, link.fake, user=link.user, settings=self.chosen).grant

    def application(self, link: Link) -> Application:
        return Application(link.fake.client_id, link.fake.client_secret or None)

    def asked(self, link: Link, op: Operation[Any], answer: Callable[[Request], Response] | None = None) -> Any:
        """What an operation of signing in comes to, answered by the fake unless told otherwise.

        The scheme reads every answer itself, good or not: the transport asks nobody else what it means.
        """
        fake = link.fake
        return play(op, answer or (lambda request: carried(fake, request, "", ())), now=fake.clock.time)

    def renewed(self, link: Link, grant: Grant, application: Application | None = None) -> Grant:
        scheme = self.connector.auth_for(link.facts)
        renewed: Grant = self.asked(link, scheme.refresh(link.facts, application or self.application(link), grant))
        return renewed

    def unrenewed(self, link: Link, grant: Grant, answer: Response) -> Customer360Error:
        """What a renewal ends in that is answered so."""
        scheme = self.connector.auth_for(link.facts)
        op = scheme.refresh(link.facts, self.application(link), grant)
        with pytest.raises(Customer360Error) as refused:
            self.asked(link, op, lambda request: answer)
        return refused.value

    def renewable(self, link: Link) -> Grant:
        """A grant that can be renewed. Skips where none can."""
        grant = self.granted(link)
        if not self.connector.auth_for(link.facts).renews(grant):
            pytest.skip("a sign-in is not renewed")
        return grant

    @catches("signs people out when there were too many requests")
    def test_a_busy_sign_in_server_signs_nobody_out(self, link: Link) -> None:
        """429 at the token endpoint: whoever is signed in stays so, and it is tried again (X6)."""
        grant = self.renewable(link)
        for body in (b"", b"{}", b"<html>", b'{"error": "too_many_requests"}'):
            error = self.unrenewed(link, grant, Response(429, body, (("retry-after", "7"),)))
            assert not isinstance(error, AuthError), body

    @catches("signs people out when the sign-in server fails")
    def test_a_failing_sign_in_server_signs_nobody_out(self, link: Link) -> None:
        """5xx at the token endpoint: it may pass (X6)."""
        grant = self.renewable(link)
        for code in (500, 502, 503, 504):
            for body in (b"", b"{}", b"<html>", b'{"error": "server_error"}'):
                error = self.unrenewed(link, grant, Response(code, body))
                assert isinstance(error, CrmUnavailable), (code, body)
                assert error.retryable, (code, body)

    @catches("takes a page at the sign-in for a refusal")
    def test_a_page_for_people_signs_nobody_out(self, link: Link) -> None:
        """A proxy's page says nothing of the sign-in (X10)."""
        grant = self.renewable(link)
        for body in (b"<!doctype html><title>Sign in</title>", b"", b"[]", b"{"):
            assert not isinstance(self.unrenewed(link, grant, Response(200, body)), AuthError), body

    @catches("waits for a sign-in that is dead")
    def test_a_dead_sign_in_asks_for_a_new_one(self, link: Link) -> None:
        """Of that person: nothing else helps, and an administrator has nothing to do with it (X6)."""
        grant = self.renewable(link)
        link.fake.oauth.revoke_user(link.user)
        with pytest.raises(NeedsAuthorization):
            self.renewed(link, grant)

    @catches("asks people to sign in where only an administrator can help")
    def test_a_refused_application_asks_for_a_new_link(self, link: Link) -> None:
        """Its secret was changed: signing in again would be refused, too."""
        grant = self.renewable(link)
        if not link.fake.client_secret:
            pytest.skip("the application has no secret")
        with pytest.raises(NeedsRelink):
            self.renewed(link, grant, Application(link.fake.client_id, "not the secret"))

    @catches("throws away the next token")
    def test_a_sign_in_is_renewed_time_and_again(self, link: Link) -> None:
        """Whether the vendor hands out a new refresh token each time or keeps to the first (X6)."""
        for rotate in (True, False):
            link.fake.oauth.policy = attrs.evolve(link.fake.oauth.policy, rotate=rotate)
            grant = self.renewable(link)
            for _ in range(2):
                before = grant
                link.wait(60.0)
                grant = self.renewed(link, before)
                assert grant.access_token != before.access_token
                assert grant.generation == before.generation + 1
            link.grant = grant
            link.run(self.connector.identify(link.facts))

    @catches("takes a renewed token for one that lives longer")
    def test_a_token_lives_as_long_as_is_said(self, link: Link) -> None:
        """The first and whatever it is renewed by: one that ended holds up whoever rings (X5)."""
        grant = self.renewable(link)
        for _ in range(3):
            if grant.expires_at is None:
                pytest.skip("it is not said how long a token lives")
            link.fake.clock.set(grant.expires_at - _A_MOMENT)  # type: ignore[attr-defined]  # a FakeClock, here always
            link.grant = grant
            link.run(self.connector.identify(link.facts))
            grant = self.renewed(link, grant)

    @catches("tells what the sign-in server answered")
    def test_no_token_answer_is_quoted(self, link: Link) -> None:
        """It may hold a token, and errors are logged (R15)."""
        grant = self.renewable(link)
        members = ("token", "refresh_token", "id_token", "error", "error_description", "message", "signature")
        for code in (200, 400, 401, 403, 429, 500):
            for body in ({each: _SECRET for each in members}, {"error": {"message": _SECRET}}, [_SECRET], _SECRET):
                error = self.unrenewed(link, grant, Response(code, json.dumps(body).encode()))
                assert _SECRET not in told(error), (code, body)

    @catches("leaves tokens behind that it could end")
    def test_a_sign_in_that_is_ended_is_ended_at_the_vendor(self, link: Link) -> None:
        """Or it is said that the vendor offers no way to: then there is none."""
        grant, scheme = self.renewable(link), self.connector.auth_for(link.facts)
        if not self.asked(link, scheme.revoke(link.facts, self.application(link), grant)):
            assert [url for url in self._beside(link, grant) if self._known(link, url)] == []
            pytest.skip("the vendor offers no way to")
        link.grant = grant
        self.refusal(link, self.connector.identify(link.facts), AuthError)

    def _beside(self, link: Link, grant: Grant) -> Iterator[str]:
        """Where a sign-in server would take tokens back (RFC 7009), by the address where it gives them out."""
        asked = list[str]()

        def note(request: Request) -> Response:
            asked.append(request.path)
            return Response(503, b"")

        op = self.connector.auth_for(link.facts).refresh(link.facts, self.application(link), grant)
        with suppress(CrmUnavailable):
            self.asked(link, op, note)
        for url in asked[:1]:
            yield from (f"{url.rpartition('/')[0]}/revoke", f"{url}/revoke", f"{url.rpartition('/')[0]}/revocation")

    def _known(self, link: Link, url: str) -> bool:
        return link.fake.answer(WireRequest("POST", url)).status not in (404, 405)

    @catches("signs people out by a token that nobody knows")
    def test_a_token_that_is_not_known_is_renewed(self, link: Link) -> None:
        """The vendor forgets tokens before they run out: that is what the next one is for (X5)."""
        self.renewable(link)
        link.grant = attrs.evolve(link.grant, access_token=f"{link.grant.access_token[:-4]}0000")
        self.refusal(link, self.connector.identify(link.facts), TokenExpired)
