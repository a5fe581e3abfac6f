"""Data centres, hosts, and the chain from a code to a session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.auth import Application, Grant
from customer360.core.effects import Operation, Request
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector, auth
from customer360_testkit.by_hand import NOW, play

BH = BullhornConnector()
APPLICATION = Application("client-1", "s3cret")
CENTRE = {
    "oauthUrl": "https://auth-emea.bullhornstaffing.com/oauth",
    "restUrl": "https://rest-emea.bullhornstaffing.com/rest-services",
}
LINK = LinkFacts(crm="bullhorn", settings={"username": "jane.api"}, extra=CENTRE)
TOKENS = {"access_token": "25184_7:0d9b", "token_type": "Bearer", "expires_in": 600, "refresh_token": "25184_7:9a41"}
SESSION = {"BhRestToken": "5f1d2c0a", "restUrl": "https://rest99.bullhornstaffing.com/rest-services/abc123/"}
FOREIGN = [
    "https://evil.example/oauth",
    "https://bullhornstaffing.com/oauth",
    "https://auth.bullhornstaffing.com.evil.example/oauth",
    "https://auth.a.bullhornstaffing.com/oauth",
    "https://authbullhornstaffing.com/oauth",
    "http://auth.bullhornstaffing.com/oauth",
    "https://auth.bullhornstaffing.com:8443/oauth",
    "https://user@auth.bullhornstaffing.com/oauth",
    "https://auth.bullhornstaffing.com/oauth?x=",
    "https://auth.bullhornstaffing.com/oauth#",
    "https://auth\u0131.bullhornstaffing.com/oauth",
    "https://rest.bullhornstaffing.com/oauth",  # tokens of the one kind do not go to hosts of the other
]


def answered(op: Operation[Any], *answers: tuple[int, Any] | Response) -> tuple[Any, list[Request]]:
    """Run a sign-in operation; its value or its error, and what was asked."""
    asked: list[Request] = []
    waiting = list(answers)

    def answer(request: Request) -> Response:
        asked.append(request)
        given = waiting.pop(0)
        return given if isinstance(given, Response) else Response(given[0], json.dumps(given[1]).encode())

    try:
        value = play(op, answer)
    except e.Customer360Error as error:
        value = error
    assert not waiting
    assert all(request.purpose == "login" for request in asked)
    return value, asked


def complete(*answers: Any, facts: LinkFacts = LINK) -> tuple[Any, list[Request]]:
    pending = auth_scheme().begin(
        facts, APPLICATION, redirect_uri="https://x.example/cb", state="s" * 20, verifier="v" * 43, now=NOW
    )
    back = {"state": "s" * 20, "code": "25184_8090191_44:6c1f"}
    return answered(auth_scheme().complete(facts, APPLICATION, pending, back), *answers)


def auth_scheme() -> Any:
    return BH.auth_for(LINK)


# Data centres -------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F101")
def test_the_user_name_tells_the_data_centre() -> None:
    """One question without any credential; what it brings is kept, without final slashes."""
    body = {"oauthUrl": f"{CENTRE['oauthUrl']}/", "restUrl": f"{CENTRE['restUrl']}/", "dataCenterId": 3}
    found, (asked,) = answered(BH.locate(attrs.evolve(LINK, extra={})), (200, body))
    assert found == CENTRE
    assert (asked.method, asked.path) == ("GET", "https://rest.bullhornstaffing.com/rest-services/loginInfo")
    assert asked.params == (("username", "jane.api"),)
    assert not {"authorization", "bhresttoken"} & {name.lower() for name, _ in asked.headers}


@pytest.mark.feature("F101")
@pytest.mark.parametrize("answer", [(200, {}), (200, []), (400, {"errorMessage": "no such user"}), (404, "x")])
def test_an_unknown_user_name(answer: Any) -> None:
    """However Bullhorn says it (unsure): the settings are wrong, and nobody is sent anywhere."""
    error, _ = answered(BH.locate(LINK), answer)
    assert isinstance(error, e.InvalidSettings)
    assert "jane" not in str(error)


def test_a_directory_that_is_down_is_no_unknown_user() -> None:
    """It may know the name a minute later."""
    assert isinstance(answered(BH.locate(LINK), (503, "x"))[0], e.CrmUnavailable)
    assert isinstance(answered(BH.locate(LINK), (429, "x"))[0], e.RateLimited)


@pytest.mark.parametrize("address", [*FOREIGN, 7, "", None])
def test_a_foreign_data_centre_is_refused(address: object) -> None:
    """Secrets would be sent there."""
    with pytest.raises(e.HostRefused):
        auth.address(address, "auth")
    body = {"oauthUrl": address, "restUrl": CENTRE["restUrl"]}
    assert isinstance(answered(BH.locate(LINK), (200, body))[0], e.HostRefused | e.InvalidSettings)


@given(st.text(max_size=30))
def test_no_text_makes_another_host(text: str) -> None:
    """What is accepted is a host of Bullhorn's, whatever is put around it."""
    for told in (text, f"https://{text}", f"https://auth{text}.bullhornstaffing.com", f"{CENTRE['oauthUrl']}{text}"):
        try:
            kept = auth.address(told, "auth")
        except e.HostRefused:
            continue
        parts = urlsplit(kept)
        assert parts.hostname == parts.netloc
        assert parts.netloc.startswith("auth")
        assert parts.netloc.endswith(".bullhornstaffing.com")
        assert not parts.query + parts.fragment


def test_settings() -> None:
    """The user name is needed, as it is typed; the placeholder is an id."""
    assert BH.linking.checked({"username": " jane.api "}) == {"username": "jane.api"}
    for wrong in ({}, {"username": "a b"}, {"username": "a\tb"}, {"username": "x", "placeholder_company": "1 OR 1=1"}):
        with pytest.raises(e.InvalidSettings):
            BH.linking.checked(wrong)


def test_sessions_go_to_one_host() -> None:
    """The one that the login named; before any login no host is known by name, and none outside the domain allowed."""
    assert BH.hosts(LINK).api == ("*.bullhornstaffing.com",)
    ready = attrs.evolve(LINK, extra={**CENTRE, "session": "https://rest99.bullhornstaffing.com/rest-services/abc123"})
    assert BH.hosts(ready).api == ("rest99.bullhornstaffing.com",)
    assert BH.api_base(ready) == "https://rest99.bullhornstaffing.com/rest-services/abc123"
    for url in ("https://a.b.bullhornstaffing.com/", "https://bullhornstaffing.com/", "https://evil.example/"):
        for login in (True, False):
            with pytest.raises(e.HostRefused):
                BH.hosts(LINK).check(url, login=login)


@pytest.mark.parametrize(
    ("part", "emea"), [("", False), ("-west", False), ("-apac", False), ("-emea", True), ("-emea9", True)]
)
def test_emea(part: str, emea: bool) -> None:
    """By the names of the data centre's hosts."""
    extra = {"oauthUrl": f"https://auth{part}.bullhornstaffing.com/oauth"}
    assert BH.in_emea(attrs.evolve(LINK, extra=extra)) is emea


# The chain ----------------------------------------------------------------------------------------------------------


def test_the_page_that_a_person_is_sent_to() -> None:
    """No scopes and no PKCE: Bullhorn knows neither."""
    url = urlsplit(
        auth_scheme()
        .begin(LINK, APPLICATION, redirect_uri="https://x.example/cb", state="s", verifier="v" * 43, now=0.0)
        .url
    )
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://auth-emea.bullhornstaffing.com/oauth/authorize"
    assert parse_qs(url.query) == {
        "response_type": ["code"],
        "client_id": ["client-1"],
        "redirect_uri": ["https://x.example/cb"],
        "state": ["s"],
    }


def test_before_the_data_centre_is_known() -> None:
    """Nobody is sent anywhere."""
    with pytest.raises(e.InvalidSettings):
        auth_scheme().begin(
            attrs.evolve(LINK, extra={}), APPLICATION, redirect_uri="https://x/", state="s", verifier="v", now=0.0
        )


@pytest.mark.feature("F102")
def test_a_code_becomes_a_session() -> None:
    """The code for tokens, the access token for one login, the session for requests, at the host that it names."""
    grant, (token, login) = complete((200, TOKENS), (200, SESSION))
    assert dict(token.form or ()) == {
        "grant_type": "authorization_code",
        "code": "25184_8090191_44:6c1f",
        "redirect_uri": "https://x.example/cb",
        "client_id": "client-1",
        "client_secret": "s3cret",
    }
    assert login.path == "https://rest-emea.bullhornstaffing.com/rest-services/login"
    assert (login.method, dict(login.params)["access_token"]) == ("POST", "25184_7:0d9b")
    assert grant.extra["session"] == "https://rest99.bullhornstaffing.com/rest-services/abc123"
    assert auth_scheme().sign(grant) == (("BhRestToken", "5f1d2c0a"),)
    assert (grant.refresh_token, grant.expires_at) == ("25184_7:9a41", NOW + 1800)
    assert "5f1d2c0a" not in repr(grant)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (((400, {"error": "invalid_grant"}),), e.NeedsAuthorization),
        (((401, {"error": "invalid_client"}),), e.NeedsRelink),
        (((400, {"error": "invalid_request", "error_description": "Invalid Redirect URI"}),), e.NeedsRelink),
        (((503, {}),), e.CrmUnavailable),
        (((429, {}),), e.RateLimited),
        (((200, {}),), e.UnexpectedAnswer),
        (((200, []),), e.UnexpectedAnswer),
        ((Response(200, b"<html>"),), e.UnexpectedAnswer),
        ((Response(404, b"<html>"),), e.UnexpectedAnswer),
        (((200, TOKENS), Response(200, b"<html>")), e.UnexpectedAnswer),
        (((200, TOKENS), (403, {})), e.NeedsAuthorization),
        (((200, TOKENS), (500, {})), e.CrmUnavailable),
        (((200, TOKENS), (200, {"errorCode": 429})), e.RateLimited),
        (((200, TOKENS), (200, {})), e.UnexpectedAnswer),
        (((200, TOKENS), (200, {**SESSION, "restUrl": "https://evil.example/"})), e.HostRefused),
    ],
)
def test_a_sign_in_that_fails(answers: tuple[Any, ...], error: type[Exception]) -> None:
    """Each in our words; no secret in them."""
    told, _ = complete(*answers)
    assert isinstance(told, error)
    assert "s3cret" not in f"{told} {told!r}"
    assert "0d9b" not in f"{told} {told!r}"


def moved(location: str) -> Response:
    return Response(307, b"", (("Location", location),))


def test_another_data_centre() -> None:
    """The same question with its body, there; the login goes to that centre's own host, and it is remembered."""
    grant, (first, second, login) = complete(
        moved("https://auth-west.bullhornstaffing.com/oauth/token?grant_type=x"), (200, TOKENS), (200, SESSION)
    )
    assert second.path == "https://auth-west.bullhornstaffing.com/oauth/token"
    assert (second.method, second.form) == (first.method, first.form)
    assert login.path == "https://rest-west.bullhornstaffing.com/rest-services/login"
    _, (again, _) = answered(auth_scheme().refresh(LINK, APPLICATION, grant), (200, TOKENS), (200, SESSION))
    assert again.path == "https://auth-west.bullhornstaffing.com/oauth/token"


@pytest.mark.parametrize("location", [*(each for each in FOREIGN if "?" not in each), ""])
def test_a_data_centre_elsewhere_sees_no_secret(location: str) -> None:
    """Nothing is sent outside Bullhorn's own hosts."""
    told, asked = complete(moved(location))
    assert isinstance(told, e.HostRefused)
    assert len(asked) == 1


def test_data_centres_that_send_back_and_forth() -> None:
    """It ends."""
    west, east = (f"https://auth-{name}.bullhornstaffing.com/oauth/token" for name in ("west", "east"))
    assert isinstance(complete(moved(west), moved(east))[0], e.UnexpectedAnswer)


# Renewal ------------------------------------------------------------------------------------------------------------

GRANT = Grant(
    access_token="old-session",
    refresh_token="r1",
    received_at=NOW - 3600,
    expires_at=NOW,
    extra={"session": "https://rest99.bullhornstaffing.com/rest-services/abc123"},
    generation=4,
)


def refresh(*answers: Any, grant: Grant = GRANT) -> tuple[Any, list[Request]]:
    return answered(auth_scheme().refresh(LINK, APPLICATION, grant), *answers)


@pytest.mark.feature("D8")
def test_a_renewal_is_a_token_and_a_login() -> None:
    """The refresh token is good once and brings the next; the session may be elsewhere."""
    there = {**SESSION, "BhRestToken": "new", "restUrl": "https://rest7.bullhornstaffing.com/rest-services/xyz/"}
    grant, (token, login) = refresh((200, {**TOKENS, "refresh_token": "r2"}), (200, there))
    assert dict(token.form or ())["refresh_token"] == "r1"
    assert dict(login.params)["access_token"] == "25184_7:0d9b"
    assert (grant.access_token, grant.refresh_token, grant.generation) == ("new", "r2", 5)
    assert grant.extra["session"] == "https://rest7.bullhornstaffing.com/rest-services/xyz"


@pytest.mark.promise("R3")
@pytest.mark.parametrize(
    "failure",
    [
        (500, {}),
        (429, {}),
        (200, {"errorCode": 429}),
        (200, {}),
        (400, {"errorMessageKey": "errors.authentication.invalidOAuthToken"}),
        (200, {**SESSION, "restUrl": "https://evil.example/"}),
    ],
)
def test_a_login_that_fails_loses_no_refresh_token(failure: Any) -> None:
    """The old one is spent by then: the new one is kept, nothing is signed, and the next renewal uses it."""
    grant, _ = refresh((200, {**TOKENS, "refresh_token": "r2"}), failure)
    assert (grant.refresh_token, grant.access_token, grant.expires_at) == ("r2", "", NOW)
    with pytest.raises(e.CrmUnavailable) as refused:
        auth_scheme().sign(grant)
    assert not refused.value.maybe_applied
    again, (token, _) = refresh((200, {**TOKENS, "refresh_token": "r3"}), (200, SESSION), grant=grant)
    assert dict(token.form or ())["refresh_token"] == "r2"
    assert (again.access_token, again.refresh_token, again.generation) == ("5f1d2c0a", "r3", 6)
    assert "no_session" not in again.extra


def test_a_dead_sign_in() -> None:
    """Somebody must sign in again."""
    assert isinstance(refresh((400, {"error": "invalid_grant"}))[0], e.NeedsAuthorization)


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_is_refused_is_no_dead_sign_in(status: int) -> None:
    """The refresh token is good: it is kept, and what waits for the session waits for a person."""
    grant, _ = refresh((200, {**TOKENS, "refresh_token": "r2"}), (status, {}))
    assert (grant.refresh_token, grant.access_token) == ("r2", "")
    with pytest.raises(e.TokenExpired):
        auth_scheme().sign(grant)
    again, _ = refresh((200, TOKENS), (200, SESSION), grant=grant)
    assert again.extra.keys() == {"session"}


def test_without_a_refresh_token() -> None:
    """Support has not enabled them for the key: the person signs in again."""
    assert isinstance(refresh(grant=attrs.evolve(GRANT, refresh_token=None))[0], e.NeedsAuthorization)


@pytest.mark.parametrize(("status", "ended"), [(200, True), (401, True), (404, False)])
def test_logging_out_ends_the_session(status: int, ended: bool) -> None:
    """At the host that has it, or it had ended already."""
    told, (asked,) = answered(auth_scheme().revoke(LINK, APPLICATION, GRANT), (status, {"logout": "OK"}))
    assert told is ended
    assert (asked.method, asked.path) == ("GET", "https://rest99.bullhornstaffing.com/rest-services/abc123/logout")
    assert ("BhRestToken", "old-session") in asked.headers


def test_logging_out_without_a_session() -> None:
    """There is nothing to end."""
    assert answered(auth_scheme().revoke(LINK, APPLICATION, attrs.evolve(GRANT, access_token="")))[0] is False
    assert isinstance(answered(auth_scheme().revoke(LINK, APPLICATION, GRANT), (503, {}))[0], e.CrmUnavailable)


@given(st.dictionaries(st.sampled_from(["access_token", "error", "error_description"]), st.text() | st.integers()))
def test_any_token_answer_is_read(answer: Mapping[str, Any]) -> None:
    """A grant or an error, never a crash."""
    for status in (200, 400, 401, 403, 500):
        told = auth.token_error(Response(status, json.dumps(answer).encode()))
        assert told is None or isinstance(told, e.Customer360Error)
