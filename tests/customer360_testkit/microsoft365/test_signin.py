"""Signing in at the fake's Entra."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import attrs
import pytest

from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

VERIFIER = "v" * 50
REDIRECT = "https://desk.example/back"
LOGIN = "https://login.microsoftonline.com/organizations/oauth2/v2.0"


def authorize(fake: Microsoft365Fake, login: str = LOGIN, **changes: str) -> dict[str, list[str]]:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": fake.client_id, "response_type": "code", "redirect_uri": REDIRECT, "state": "s",
        "scope": "offline_access https://graph.microsoft.com/Contacts.Read", "code_challenge": challenge,
        "code_challenge_method": "S256", **changes,
    }  # fmt: skip
    return parse_qs(urlsplit(fake.authorize(f"{login}/authorize?{urlencode(query)}")).query)


def token(fake: Microsoft365Fake, login: str = LOGIN, **form: str) -> WireAnswer:
    whole = {"client_id": fake.client_id, "client_secret": fake.client_secret, "redirect_uri": REDIRECT, **form}
    return fake.answer(WireRequest("POST", f"{login}/token", (), urlencode(whole).encode()))


@pytest.mark.feature("F102")
def test_a_code_is_good_once_with_its_verifier() -> None:
    """PKCE is verified; a code works once, and for ten minutes."""
    fake = Microsoft365Fake()
    code = authorize(fake)["code"][0]
    form = {"grant_type": "authorization_code", "code": code}
    assert token(fake, **form, code_verifier="w" * 50).json()["error_codes"] == [501481]
    good = token(fake, **form, code_verifier=VERIFIER).json()
    assert 3600 <= good["expires_in"] <= 5400
    assert token(fake, **form, code_verifier=VERIFIER).json()["error_codes"] == [54005]
    late = authorize(fake)["code"][0]
    fake.clock.advance(601)  # type: ignore[attr-defined]
    assert token(fake, grant_type="authorization_code", code=late, code_verifier=VERIFIER).json()["error_codes"] == [
        70008
    ]


@pytest.mark.fault("X6")
def test_refresh_tokens_are_new_each_time_and_old_ones_linger() -> None:
    """Every refresh gives another token; the old one works for an hour more."""
    fake = Microsoft365Fake()
    code = authorize(fake)["code"][0]
    first = token(fake, grant_type="authorization_code", code=code, code_verifier=VERIFIER).json()["refresh_token"]
    second = token(fake, grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert second != first
    assert token(fake, grant_type="refresh_token", refresh_token=first).status == 200
    fake.clock.advance(3601)  # type: ignore[attr-defined]
    answer = token(fake, grant_type="refresh_token", refresh_token=first)
    assert (answer.status, answer.json()["error"], answer.json()["error_codes"]) == (400, "invalid_grant", [700082])
    assert token(fake, grant_type="refresh_token", refresh_token=second).status == 200
    assert token(fake, grant_type="refresh_token", refresh_token=second, client_secret="no").status == 401


def test_what_the_authorize_page_refuses() -> None:
    """A wrong redirect or client is shown, never redirected; a wrong scope is told to the application."""
    fake = Microsoft365Fake()
    for changes in ({"redirect_uri": "http://desk.example/"}, {"client_id": "x"}, {"redirect_uri": "javascript:1"}):
        with pytest.raises(ValueError, match="400"):
            authorize(fake, **changes)
    assert authorize(fake, scope="https://graph.microsoft.us/Contacts.Read")["error"] == ["invalid_resource"]
    assert authorize(fake, scope="Contacts.Everything")["error"] == ["invalid_scope"]
    assert "code" in authorize(fake, redirect_uri="http://localhost:5123/back")


def redeem(fake: Microsoft365Fake, login: str = LOGIN, **changes: str) -> WireAnswer:
    """Sign in, and the answer of the token endpoint."""
    code = authorize(fake, login, **changes)["code"][0]
    return token(fake, login, grant_type="authorization_code", code=code, code_verifier=VERIFIER)


def get(fake: Microsoft365Fake, access: str, host: str = "graph.microsoft.com", path: str = "/me") -> WireAnswer:
    return fake.answer(WireRequest("GET", f"https://{host}/v1.0{path}", (("authorization", f"Bearer {access}"),)))


@pytest.mark.parametrize(
    ("cloud", "graph", "login"),
    [
        ("usgov_l4", "graph.microsoft.us", "login.microsoftonline.us"),
        ("usgov_l5", "dod-graph.microsoft.us", "login.microsoftonline.us"),
        ("china", "microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn"),
    ],
)
def test_each_national_cloud_has_its_own_hosts(cloud: str, graph: str, login: str) -> None:
    """Sign-in, tokens and links are of one cloud; its tokens and scopes are worth nothing in another."""
    fake = Microsoft365Fake(switches={"cloud": cloud})
    url = f"https://{login}/organizations/oauth2/v2.0"
    access = redeem(fake, url, scope=f"offline_access https://{graph}/Contacts.Read https://{graph}/User.Read").json()
    page = get(fake, access["access_token"], graph, "/me/contacts").json()
    assert page["@odata.nextLink"].startswith(f"https://{graph}/v1.0/")
    refused = get(fake, access["access_token"])
    assert (refused.status, refused.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    assert authorize(fake, url, scope="https://graph.microsoft.com/Contacts.Read")["error"] == ["invalid_resource"]
    assert get(fake, access["access_token"], login).status == 404
    with pytest.raises(ValueError, match="404"):
        fake.authorize(f"https://{graph}/organizations/oauth2/v2.0/authorize?client_id=x")
    with pytest.raises(ValueError, match="400"):
        authorize(fake, url.replace("organizations", "consumers"))


def test_two_clouds_share_a_sign_in() -> None:
    """A scope tells by its root which Graph it is of; a bare one is of GCC High, and DoD's refuses its token."""
    fake, url = Microsoft365Fake(), "https://login.microsoftonline.us/organizations/oauth2/v2.0"
    graphs = ("graph.microsoft.us", "dod-graph.microsoft.us")
    for scope, own in (("User.Read", 0), (f"https://{graphs[0]}/User.Read", 0), (f"https://{graphs[1]}/User.Read", 1)):
        told = redeem(fake, url, scope=f"offline_access {scope}").json()
        later = token(fake, url, grant_type="refresh_token", refresh_token=told["refresh_token"]).json()
        for access in (told["access_token"], later["access_token"]):
            assert [get(fake, access, graph).status == 200 for graph in graphs] == [own == 0, own == 1], scope
    both = " ".join(f"https://{graph}/User.Read" for graph in graphs)
    assert authorize(fake, url, scope=both)["error"] == ["invalid_resource"]


def test_public_clients_have_pkce_and_no_secret() -> None:
    """Without a secret PKCE is a must, a secret is refused, and schemes of one's own are allowed."""
    fake = Microsoft365Fake()
    own_scheme = "msal3f2b://auth"
    with pytest.raises(ValueError, match="400"):
        authorize(fake, redirect_uri=own_scheme)
    fake.oauth.client_secret = ""
    code = authorize(fake, redirect_uri=own_scheme)["code"][0]
    form = {"client_id": fake.client_id, "grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    form["redirect_uri"] = own_scheme

    def post(**more: str) -> WireAnswer:
        return fake.answer(WireRequest("POST", f"{LOGIN}/token", (), urlencode({**form, **more}).encode()))

    assert post(client_secret="x").json()["error_codes"] == [700025]
    assert post().status == 200
    plain = {"client_id": fake.client_id, "response_type": "code", "redirect_uri": REDIRECT, "scope": "User.Read"}
    location = fake.authorize(f"{LOGIN}/authorize?{urlencode(plain)}")
    assert parse_qs(urlsplit(location).query)["error"] == ["invalid_request"]


@pytest.mark.feature("F102")
def test_what_sign_in_tells() -> None:
    """The id token names tenant and user; who declines is sent back with access_denied; scopes are as granted."""
    fake = Microsoft365Fake()
    answer = redeem(fake, scope="openid profile offline_access User.Read", nonce="n-1").json()
    body = answer["id_token"].split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert (told["nonce"], told["preferred_username"]) == ("n-1", "k.akers@contoso.onmicrosoft.example")
    assert get(fake, answer["access_token"]).json()["id"] == told["oid"]
    assert answer["scope"] == "openid profile User.Read"
    assert "refresh_token" not in redeem(fake, scope="User.Read").json()
    query = {"client_id": fake.client_id, "response_type": "code", "redirect_uri": REDIRECT, "scope": "User.Read"}
    denied = parse_qs(urlsplit(fake.authorize(f"{LOGIN}/authorize?{urlencode(query)}", deny=True)).query)
    assert denied["error"] == ["access_denied"]
    assert denied["error_description"][0].startswith("AADSTS65004")


@pytest.mark.parametrize(
    ("form", "error", "number"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type", 70003),
        ({}, "invalid_request", 900144),
        ({"client_secret": "wrong"}, "invalid_client", 7000215),
        ({"client_id": "other"}, "unauthorized_client", 700016),
        ({"client_assertion": "x"}, "invalid_client", 700027),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant", 700082),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant", 9002313),
        ({"grant_type": "refresh_token", "scope": "Contacts.Everything"}, "invalid_scope", 70011),
    ],
)
def test_what_the_token_endpoint_refuses(form: dict[str, str], error: str, number: int) -> None:
    """Each refusal has its error of OAuth and its number, and holds no secret."""
    fake = Microsoft365Fake()
    answer = token(fake, **form)
    told = answer.json()
    assert (told["error"], told["error_codes"]) == (error, [number])
    assert answer.status == (401 if error == "invalid_client" else 400)
    assert fake.client_secret not in answer.content.decode()


def test_more_scopes_need_consent() -> None:
    """A refresh may ask for less than was granted, never for more."""
    fake = Microsoft365Fake()
    refresh = redeem(fake).json()["refresh_token"]
    asked = token(fake, grant_type="refresh_token", refresh_token=refresh, scope="Tasks.ReadWrite").json()
    assert (asked["error"], asked["error_codes"]) == ("interaction_required", [65001])
    assert token(fake, grant_type="refresh_token", refresh_token=refresh, scope="Contacts.Read").status == 200


@pytest.mark.fault("X5")
def test_a_claims_challenge_is_met_by_signing_in_anew() -> None:
    """A challenged token is 401 with the claims; a refresh cannot meet them; a sign-in that asks for them can."""
    fake = Microsoft365Fake()
    scope = "offline_access User.Read"
    old = redeem(fake, scope=scope).json()
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
    fake.challenge("kim", claims)
    refused = get(fake, old["access_token"])
    header = refused.header("www-authenticate") or ""
    assert refused.status == 401
    assert 'error="insufficient_claims"' in header
    told = base64.b64decode(header.split('claims="')[1].split('"')[0]).decode()
    assert told == claims
    asked = token(fake, grant_type="refresh_token", refresh_token=old["refresh_token"], claims=told).json()
    assert (asked["error"], asked["error_codes"], asked["claims"]) == ("interaction_required", [50076], claims)
    assert get(fake, redeem(fake, scope=scope, claims=told).json()["access_token"]).status == 200
    assert get(fake, fake.oauth.issue("lee", ["User.Read"]).access_token).status == 200


def test_revoked_sessions_are_void() -> None:
    """revokeSignInSessions ends every grant of the user, and nobody else's; it takes a permission of its own."""
    fake = Microsoft365Fake()
    mine = redeem(fake, scope="offline_access User.Read").json()
    url = "https://graph.microsoft.com/v1.0/me/revokeSignInSessions"

    def revoke(access: str) -> int:
        return fake.answer(WireRequest("POST", url, (("authorization", f"Bearer {access}"),))).status

    assert revoke(mine["access_token"]) == 403
    other = fake.oauth.issue("lee", ["User.Read"]).access_token
    assert revoke(fake.oauth.issue("kim", ["User.RevokeSessions.All"]).access_token) == 200
    assert get(fake, mine["access_token"]).status == 401
    refused = token(fake, grant_type="refresh_token", refresh_token=mine["refresh_token"]).json()
    assert refused["error"] == "invalid_grant"
    assert get(fake, other).status == 200


@pytest.mark.fault("X6")
def test_stricter_rotation_on_demand() -> None:
    """With the policy of a stricter vendor, a refresh token that is used twice ends the grant."""
    fake = Microsoft365Fake()
    fake.oauth.policy = attrs.evolve(fake.oauth.policy, rotate=True, revoke_on_reuse=True)
    first = redeem(fake).json()["refresh_token"]
    second = token(fake, grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert token(fake, grant_type="refresh_token", refresh_token=first).status == 400
    assert token(fake, grant_type="refresh_token", refresh_token=second).status == 400


@pytest.mark.fault("X6")
@pytest.mark.parametrize(
    ("trouble", "status", "error", "number"),
    [
        ("mfa", 400, "interaction_required", 50076),
        ("consent", 400, "interaction_required", 65001),
        ("expired_secret", 401, "invalid_client", 7000222),
        ("application_missing", 400, "unauthorized_client", 700016),
        ("busy", 503, "temporarily_unavailable", 50196),
    ],
)
def test_trouble_on_demand(trouble: Any, status: int, error: str, number: int) -> None:
    """What goes wrong in a directory goes wrong for codes and refreshes alike, and uses up neither."""
    fake = Microsoft365Fake()
    refresh = {"grant_type": "refresh_token", "refresh_token": redeem(fake).json()["refresh_token"]}
    code = {"grant_type": "authorization_code", "code": authorize(fake)["code"][0], "code_verifier": VERIFIER}
    fake.sign_in_trouble = trouble
    for form in (refresh, code):
        answer = token(fake, **form)
        assert (answer.status, answer.json()["error"], answer.json()["error_codes"]) == (status, error, [number])
    fake.sign_in_trouble = None
    assert [token(fake, **form).status for form in (refresh, code)] == [200, 200]
