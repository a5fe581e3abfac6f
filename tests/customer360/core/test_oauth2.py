"""OAuth 2: what is asked of the vendor, and how its answers are read."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.auth import Application, Grant, OAuth2Code, PendingLogin
from customer360.core.effects import Effect, Now, Operation, Request
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    MissingScope,
    NeedsAuthorization,
    NeedsRelink,
    UnexpectedAnswer,
)
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_testkit.by_hand import step_by_step

FACTS = LinkFacts(crm="plain")
OURS = Application("our-id", "s3cret&=%")
NOW = 1_000_000.0
STATE, VERIFIER = "state-" + "s" * 30, "v" * 43


def refusal(response: Response) -> Customer360Error | None:
    if response.status >= 500:
        return CrmUnavailable("down", status=response.status)
    return NeedsAuthorization("dead") if response.status >= 400 else None


def scheme(**given: Any) -> OAuth2Code:
    options: dict[str, Any] = {
        "authorize_url": lambda facts: "https://login.plain.example/auth",
        "token_url": lambda facts: f"https://{facts.extra.get('login', 'login.plain.example')}/token",
        "revoke_url": lambda facts: "https://login.plain.example/revoke",
        "scopes": lambda facts: ("read", "write"),
        "token_error": refusal,
    }
    return OAuth2Code(**(options | given))


def pending(auth: OAuth2Code | None = None) -> PendingLogin:
    return (auth or scheme()).begin(
        FACTS, OURS, redirect_uri="http://localhost/back?x=1", state=STATE, verifier=VERIFIER, now=NOW
    )


def run(
    op: Operation[Any], answer: Mapping[str, object] | Response | None = None, seen: list[Request] | None = None
) -> Any:
    """Drive an operation: its request is kept, and answered."""
    body = {"access_token": "t1"} if answer is None else answer
    response = body if isinstance(body, Response) else Response(200, json.dumps(body).encode())

    def performed(effect: Effect[Any]) -> Any:
        if isinstance(effect, Now):
            return NOW
        assert isinstance(effect, Request)
        assert effect.purpose == "login"
        assert not effect.repeatable
        if seen is not None:
            seen.append(effect)
        return response

    return step_by_step(op, performed)


def complete(answer: Any = None, returned: Mapping[str, str] | None = None, **given: Any) -> Grant:
    auth = scheme(**given)
    back = {"state": STATE, "code": "c0de"} if returned is None else returned
    grant: Grant = run(auth.complete(FACTS, OURS, pending(auth), back), answer)
    return grant


@pytest.mark.feature("F102")
def test_the_url_carries_what_the_vendor_needs_and_no_secret() -> None:
    """Client, redirect, scopes, state and an S256 challenge of the verifier; neither verifier nor client secret."""
    login = pending(scheme(scope_separator=",", authorize_params={"access_type": "offline"}))
    query = {name: value for name, (value,) in parse_qs(urlsplit(login.url).query).items()}
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    assert query == {
        "response_type": "code",
        "client_id": "our-id",
        "redirect_uri": "http://localhost/back?x=1",
        "scope": "read,write",
        "state": STATE,
        "access_type": "offline",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    assert VERIFIER not in repr(login)
    assert STATE not in repr(login)


def test_without_pkce_nothing_of_it_is_sent() -> None:
    """A vendor that does not document PKCE sees neither challenge nor verifier."""
    auth, seen = scheme(pkce=False), list[Request]()
    login = pending(auth)
    run(auth.complete(FACTS, OURS, login, {"state": STATE, "code": "c"}), None, seen)
    assert "code_challenge" not in login.url
    assert "code_verifier" not in dict(seen[0].form or ())


@pytest.mark.parametrize("method", ["form", "basic"])
def test_the_code_is_exchanged_once_with_the_secret_where_it_belongs(method: Any) -> None:
    """Code, redirect, verifier and further fields are in the form; who we are in the form, or in Basic, not in both."""
    auth, seen = scheme(client_auth=method, token_params=lambda facts: {"scope": "read write"}), list[Request]()
    run(auth.complete(FACTS, OURS, pending(auth), {"state": STATE, "code": "c0de"}), None, seen)
    (request,) = seen
    form = dict(request.form or ())
    named, secret = form.pop("client_id", None), form.pop("client_secret", None)
    assert form == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": "http://localhost/back?x=1",
        "code_verifier": VERIFIER,
        "scope": "read write",
    }
    basic = dict(request.headers).get("Authorization")
    if method == "form":
        assert (named, secret, basic) == ("our-id", OURS.secret, None)
    else:
        assert (named, secret) == (None, None)
        assert basic == "Basic " + base64.b64encode(b"our-id:s3cret%26%3D%25").decode()
    assert "s3cret" not in repr(request)


@given(st.dictionaries(st.sampled_from(["state", "code", "error"]), st.text(), max_size=3))
def test_a_forged_return_is_refused_before_anything_is_sent(returned: dict[str, str]) -> None:
    """Without the very state of this sign-in nothing counts, an error least of all."""
    if returned.get("state") == STATE:
        return
    op = scheme().complete(FACTS, OURS, pending(), returned)
    with pytest.raises(NeedsAuthorization):
        op.send(None)


@pytest.mark.feature("F110")
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("access_denied", NeedsAuthorization),
        ("unauthorized_client", NeedsRelink),
        ("invalid_scope", MissingScope),
        ("temporarily_unavailable", CrmUnavailable),
        ("<script>token=abc", NeedsAuthorization),
    ],
)
def test_an_error_on_the_redirect_is_typed(code: str, kind: type[Customer360Error]) -> None:
    """Each has the error that says what to do; what is no code of the standard is not repeated."""
    with pytest.raises(kind) as refused:
        complete(returned={"state": STATE, "error": code, "code": "c"})
    assert type(refused.value) is kind
    assert "script" not in str(refused.value)


def test_a_return_without_a_code_is_refused() -> None:
    """Nothing is asked of the vendor with an empty code."""
    with pytest.raises(NeedsAuthorization):
        complete(returned={"state": STATE, "code": ""})


@pytest.mark.fault("X8")
@given(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
        st.just("3600"),
        st.lists(st.integers()),
    )
)
def test_any_expires_in_gives_a_grant(told: object) -> None:
    """Missing, text, negative, endless or no number at all: the grant is there; its end can be true, or is none."""
    grant = complete({"access_token": "t", "expires_in": told})
    assert grant.received_at == NOW
    assert grant.expires_at is None or NOW <= grant.expires_at <= NOW + 367 * 86400
    if told == "3600":
        assert grant.expires_at == NOW + 3600


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_answer_is_a_grant_or_a_typed_error(body: object) -> None:
    """JSON of any shape with status 200 never raises anything but the family's errors."""
    with pytest.raises(UnexpectedAnswer):
        complete(Response(200, json.dumps(body).encode()))


@pytest.mark.fault("X5")
@pytest.mark.parametrize("content", [b"", b"<html>", b'{"access_token": "t"', b"\xff\xfe", b'{"access_token": 7}'])
def test_what_is_no_token_answer_is_typed(content: bytes) -> None:
    """HTML, half an object, nothing, another type."""
    with pytest.raises(UnexpectedAnswer):
        complete(Response(200, content))


def test_scopes_are_read_by_spaces_and_commas_else_they_are_what_was_asked() -> None:
    """RFC 6749 5.1, and vendors that join as they like."""
    assert complete({"access_token": "t", "scope": "a b,c"}).scopes == {"a", "b", "c"}
    assert complete({"access_token": "t"}).scopes == {"read", "write"}
    assert complete({"access_token": "t", "scope": ["a"]}).scopes == {"read", "write"}


def test_facts_of_the_redirect_and_of_the_answer_are_kept() -> None:
    """The redirect's facts count for the token request already; the answer's are renewed with each refresh."""
    auth = scheme(
        returned_facts=lambda facts, returned: {"login": returned["server"]},
        token_facts=lambda answer: {"api_domain": str(answer["api"])},
    )
    seen: list[Request] = []
    back = {"state": STATE, "code": "c", "server": "eu.plain.example"}
    grant = run(auth.complete(FACTS, OURS, pending(auth), back), {"access_token": "t", "api": "one"}, seen)
    assert seen[0].path == "https://eu.plain.example/token"
    assert grant.extra == {"login": "eu.plain.example", "api_domain": "one"}
    renewed = run(auth.refresh(FACTS, OURS, grant_with("r", extra=grant.extra)), {"access_token": "t", "api": "two"})
    assert renewed.extra == {"login": "eu.plain.example", "api_domain": "two"}


def grant_with(refresh: str | None, **more: Any) -> Grant:
    return Grant(access_token="t0", refresh_token=refresh, received_at=0.0, generation=4, **more)


@pytest.mark.fault("X6")
@pytest.mark.parametrize(("told", "kept"), [("r2", "r2"), (None, "r1"), ("", "r1")])
def test_a_refresh_keeps_the_refresh_token_unless_it_was_rotated(told: str | None, kept: str) -> None:
    """A new one replaces it, none or an empty one leaves it; the generation counts on."""
    seen: list[Request] = []
    answer = {"access_token": "t2", "refresh_token": told, "expires_in": 60}
    renewed = run(scheme().refresh(FACTS, OURS, grant_with("r1", scopes=frozenset({"a"}))), answer, seen)
    form = dict(seen[0].form or ())
    assert (form["grant_type"], form["refresh_token"], form["client_secret"]) == ("refresh_token", "r1", OURS.secret)
    assert (renewed.access_token, renewed.refresh_token, renewed.generation) == ("t2", kept, 5)
    assert (renewed.expires_at, renewed.scopes) == (NOW + 60, {"a"})
    assert "t2" not in repr(renewed)


def test_a_grant_that_cannot_be_renewed_says_so_without_a_request() -> None:
    """No refresh token: the agent must sign in again."""
    with pytest.raises(NeedsAuthorization):
        scheme().refresh(FACTS, OURS, grant_with(None)).send(None)


@pytest.mark.fault("X6")
def test_a_failing_sign_in_server_is_not_a_dead_grant() -> None:
    """5xx is CrmUnavailable, whatever the body; only the vendor's word ends a grant."""
    with pytest.raises(CrmUnavailable):
        run(scheme().refresh(FACTS, OURS, grant_with("r")), Response(503, b'{"error":"invalid_grant"}'))


@pytest.mark.parametrize("place", ["form", "query"])
def test_revoking_sends_the_refresh_token_where_the_vendor_reads_it(place: Any) -> None:
    """In the form or in the query; a token that the vendor no longer knows is revoked too."""
    seen: list[Request] = []
    for status in (200, 400):
        assert run(scheme(revoke_in=place).revoke(FACTS, OURS, grant_with("r")), Response(status), seen) is True
    sent = dict(seen[0].form or ()) if place == "form" else dict(seen[0].params)
    assert sent["token"] == "r"
    assert not any(part == ("token", "r") for part in parse_qsl(urlsplit(seen[0].path).query))


def test_revoking_where_the_vendor_offers_no_way() -> None:
    """False, and nothing is sent; a failing server is an error."""
    assert run(scheme(revoke_url=None).revoke(FACTS, OURS, grant_with("r"))) is False
    with pytest.raises(CrmUnavailable):
        run(scheme().revoke(FACTS, OURS, grant_with("r")), Response(500))


def test_signing_uses_the_vendors_word() -> None:
    """``Authorization: <prefix> <token>``."""
    assert scheme(header_prefix="Zoho-oauthtoken").sign(grant_with(None)) == (("Authorization", "Zoho-oauthtoken t0"),)
