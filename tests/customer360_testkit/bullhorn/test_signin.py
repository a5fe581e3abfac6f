"""Discovery, codes, tokens, the REST login, sessions and their ends."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from tests.customer360_testkit.bullhorn.by_hand import AUTH, BACK, LANE, REST, Client, Make, key, refusal

LOGIN = "/rest-services/login"
STALE = (400, "errors.authentication.invalidOAuthToken")


def authorize(client: Client, **more: Any) -> str:
    """The URL that the browser is sent back to."""
    asked = {"client_id": client.fake.client_id, "response_type": "code", "redirect_uri": BACK, "state": "s", **more}
    kept = {name: value for name, value in asked.items() if value is not None}
    return client.fake.authorize(f"https://{AUTH}/oauth/authorize?{urlencode(kept)}", "kim")


def code(client: Client, **more: Any) -> str:
    return parse_qs(urlsplit(authorize(client, **more)).query)["code"][0]


def token(client: Client, **form: Any) -> httpx.Response:
    secrets = {"client_id": client.fake.client_id, "client_secret": client.fake.client_secret}
    return client.at(AUTH, "POST", "/oauth/token", data={**secrets, **form})


def tokens(client: Client) -> dict[str, Any]:
    answer = token(client, grant_type="authorization_code", code=code(client), redirect_uri=BACK)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def login(client: Client, access_token: str, **more: Any) -> httpx.Response:
    return client.at(REST, "POST", LOGIN, params={"version": "2.0", "access_token": access_token, **more})


def test_a_user_name_tells_the_data_centre(client: Client) -> None:
    """Asked at the common host, without any credential."""
    told = client.at(
        "rest.bullhornstaffing.com", "GET", "/rest-services/loginInfo", params={"username": "alex+api@acme.example"}
    )
    assert told.status_code == 200
    assert told.json()["oauthUrl"] == f"https://{AUTH}/oauth"
    assert told.json()["restUrl"] == f"https://{REST}/rest-services"
    assert told.json()["dataCenterId"] == 3


@pytest.mark.parametrize(("reading", "status"), [("empty", 200), ("400", 400), ("404", 404)])
def test_an_unknown_user_name(make: Make, reading: str, status: int) -> None:
    """unknown_user: whatever the status, there is no oauthUrl."""
    client = make(unknown_user=reading)
    told = client.at("rest.bullhornstaffing.com", "GET", "/rest-services/loginInfo", params={"username": "nobody"})
    assert told.status_code == status
    assert "oauthUrl" not in told.json()


def test_the_whole_way(client: Client) -> None:
    """A code with a colon, tokens, a session at a host of its own, a data call, and the way out."""
    back = parse_qs(urlsplit(authorize(client)).query)
    assert ":" in back["code"][0]
    assert back["state"] == ["s"]
    assert back["client_id"] == [client.fake.client_id]
    told = token(client, grant_type="authorization_code", code=back["code"][0], redirect_uri=BACK).json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 600)
    session = login(client, told["access_token"], ttl=5).json()
    assert session["restUrl"] == f"https://{LANE}/rest-services/abc123/"
    client.token = session["BhRestToken"]
    expires = client.get("/ping").json()["sessionExpires"]
    assert expires == client.fake.now + 5 * 60_000
    assert client.get("/logout").json() == {"logout": "OK"}
    assert client.get("/ping").status_code == 401


def test_parameters_of_the_token_call_may_be_in_the_query(client: Client) -> None:
    """As well as in a form."""
    secrets = {"client_id": client.fake.client_id, "client_secret": client.fake.client_secret}
    asked = {**secrets, "grant_type": "authorization_code", "code": code(client), "redirect_uri": BACK}
    assert client.at(AUTH, "POST", "/oauth/token", params=asked).status_code == 200


def test_refresh_tokens_are_used_once(client: Client) -> None:
    """Each answer has the next; the loser of two is told so."""
    first = tokens(client)
    second = token(client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert second.json()["refresh_token"] != first["refresh_token"]
    again = token(client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    told = {"error": "invalid_grant", "error_description": "Invalid or expired refresh token."}
    assert (again.status_code, again.json()) == (400, told)
    third = token(client, grant_type="refresh_token", refresh_token=second.json()["refresh_token"])
    assert login(client, third.json()["access_token"]).status_code == 200


def test_codes_are_used_once(client: Client) -> None:
    """And only with the redirect URI they were made for, and in time."""
    one = code(client)
    assert (
        token(client, grant_type="authorization_code", code=one, redirect_uri="http://localhost/x").status_code == 400
    )
    assert token(client, grant_type="authorization_code", code=one, redirect_uri=BACK).status_code == 200
    assert token(client, grant_type="authorization_code", code=one, redirect_uri=BACK).status_code == 400
    late = code(client)
    client.wait(601)
    answer = token(client, grant_type="authorization_code", code=late, redirect_uri=BACK)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("reading", "again"), [("single", 400), ("until_expiry", 200)])
def test_access_token_use(make: Make, reading: str, again: int) -> None:
    """Whether a second login with the same token works; after ten minutes none does."""
    client = make(access_token_use=reading)
    access = tokens(client)["access_token"]
    assert login(client, access).status_code == 200
    assert login(client, access).status_code == again
    fresh = tokens(client)["access_token"]
    client.wait(601)
    assert key(login(client, fresh)) == STALE


def test_a_login_that_fails_uses_the_token_up(client: Client) -> None:
    """In the reading where tokens are for one login."""
    access = tokens(client)["access_token"]
    assert login(client, access, version="1.0").status_code == 400
    assert key(login(client, access)) == STALE


def test_login_is_at_the_host_that_discovery_told(client: Client) -> None:
    """Elsewhere nobody knows the token."""
    access = tokens(client)["access_token"]
    asked = {"version": "*", "access_token": access}
    assert key(client.at("rest-apac.bullhornstaffing.com", "POST", LOGIN, params=asked)) == STALE
    assert client.at(REST, "GET", LOGIN, params=asked).status_code == 200


@pytest.mark.parametrize("ttl", ["0", "-5", "x", "1.5"])
def test_a_ttl_that_is_no_number_of_minutes(client: Client, ttl: str) -> None:
    """It is refused."""
    assert login(client, tokens(client)["access_token"], ttl=ttl).status_code == 400


def test_the_longest_session_is_two_days(client: Client) -> None:
    """More is cut."""
    client.token = login(client, tokens(client)["access_token"], ttl=99_999).json()["BhRestToken"]
    client.wait(2880 * 60 - 1)
    assert client.get("/ping").status_code == 200
    client.wait(1)
    assert client.get("/ping").status_code == 401


@pytest.mark.parametrize(("reading", "minutes"), [("9", 9), ("10", 10)])
def test_default_ttl(make: Make, reading: str, minutes: int) -> None:
    """A session that was asked for without ttl."""
    client = make(default_ttl=reading)
    assert client.get("/ping").json()["sessionExpires"] == client.fake.now + minutes * 60_000


@pytest.mark.parametrize(("reading", "status"), [("fixed", 401), ("extends", 200)])
def test_session_use(make: Make, reading: str, status: int) -> None:
    """Whether a session that is used lives on."""
    client = make(session_use=reading)
    client.wait(400)
    assert client.get("/ping").status_code == 200
    client.wait(400)
    assert client.get("/ping").status_code == status


@pytest.mark.fault("X5")
def test_an_expired_session_is_renewed(client: Client) -> None:
    """401 says what it says; refresh and login give a session that works."""
    mine = tokens(client)
    client.wait(541)
    told = client.get("/ping")
    assert refusal(told) == (401, "Bad 'BhRestToken' or timed-out.")
    assert key(told) == (401, "errors.authentication.invalidRestToken")
    fresh = token(client, grant_type="refresh_token", refresh_token=mine["refresh_token"]).json()
    client.token = login(client, fresh["access_token"]).json()["BhRestToken"]
    assert client.get("/ping").status_code == 200


@pytest.mark.parametrize(("reading", "status"), [("90_days", 400), ("endless", 200)])
def test_refresh_lifetime(make: Make, reading: str, status: int) -> None:
    """A refresh token that nobody used for a quarter of a year."""
    client = make(refresh_lifetime=reading)
    mine = tokens(client)["refresh_token"]
    client.wait(91 * 86_400)
    assert token(client, grant_type="refresh_token", refresh_token=mine).status_code == status


def test_refresh_tokens_that_support_did_not_enable(client: Client) -> None:
    """There are none."""
    client.fake.refresh_tokens_enabled = False
    assert "refresh_token" not in tokens(client)


@pytest.mark.parametrize(("reading", "given"), [("refused", "error"), ("ignored", "code")])
def test_pkce(make: Make, reading: str, given: str) -> None:
    """What comes of a challenge."""
    back = authorize(make(pkce=reading), code_challenge="c" * 43, code_challenge_method="S256")
    assert given in parse_qs(urlsplit(back).query)


def test_a_redirect_that_is_not_registered(client: Client) -> None:
    """A page, not a redirect. The registered one may be left out, and must match exactly where it is sent."""
    with pytest.raises(ValueError, match="400"):
        authorize(client, redirect_uri=None)
    client.fake.registered_redirect = BACK
    assert authorize(client, redirect_uri=None).startswith(f"{BACK}?code=")
    with pytest.raises(ValueError, match="400"):
        authorize(client, redirect_uri=f"{BACK}/")
    with pytest.raises(ValueError, match="400"):
        authorize(client, client_id="other")


def test_somebody_who_does_not_agree(client: Client) -> None:
    """The browser brings the reason and the state."""
    asked = {"client_id": client.fake.client_id, "response_type": "code", "redirect_uri": BACK, "state": "s"}
    back = client.fake.authorize(f"https://{AUTH}/oauth/authorize?{urlencode(asked)}", deny=True)
    assert parse_qs(urlsplit(back).query)["error"] == ["access_denied"]
    assert parse_qs(urlsplit(back).query)["state"] == ["s"]


def test_signing_in_unattended(client: Client) -> None:
    """Only after somebody agreed to the terms by hand, and with the right password."""
    kim = client.fake.users["kim"].details
    asked = {"client_id": client.fake.client_id, "response_type": "code", "redirect_uri": BACK, "action": "Login"}
    asked |= {"username": kim["username"], "password": kim["password"]}
    assert client.at(AUTH, "GET", "/oauth/authorize", params=asked).status_code == 200  # the terms
    authorize(client)
    answer = client.at(AUTH, "POST", "/oauth/authorize", data=asked)
    assert answer.status_code == 302
    one = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    client.token = None
    told = token(client, grant_type="authorization_code", code=one, redirect_uri=BACK).json()
    client.token = login(client, told["access_token"]).json()["BhRestToken"]
    assert client.get("/settings/userId").json() == {"userId": "1315"}
    wrong = client.at(AUTH, "GET", "/oauth/authorize", params={**asked, "password": "wrong"})
    assert (wrong.status_code, wrong.headers.get("location")) == (200, None)


def test_another_data_centre_shows_the_way(client: Client) -> None:
    """307 with the same path and query, for both sign-in calls."""
    answer = client.at("auth.bullhornstaffing.com", "POST", "/oauth/token?grant_type=x")
    assert (answer.status_code, answer.headers["location"]) == (307, f"https://{AUTH}/oauth/token?grant_type=x")
    assert client.at("auth-west.bullhornstaffing.com", "GET", "/oauth/authorize").status_code == 307
    asked = {"client_id": client.fake.client_id, "response_type": "code", "redirect_uri": BACK}
    start = f"https://auth.bullhornstaffing.com/oauth/authorize?{urlencode(asked)}"
    assert client.fake.authorize(start).startswith(f"{BACK}?code="), "a browser follows"


@pytest.mark.parametrize("wrong", [{"client_id": "other"}, {"client_secret": "wrong"}])
def test_a_wrong_client(client: Client, wrong: dict[str, str]) -> None:
    """No token for it."""
    told = token(client, grant_type="authorization_code", code=code(client), redirect_uri=BACK, **wrong)
    assert (told.status_code, told.json()["error"]) == (400, "invalid_client")
    assert token(client, grant_type="password").json()["error"] == "unsupported_grant_type"


def test_the_host_of_the_data_may_change(client: Client) -> None:
    """A later login may lead elsewhere; each session lives at its own host only."""
    client.fake.lane = "rest98.bullhornstaffing.com"
    session = login(client, tokens(client)["access_token"]).json()
    assert session["restUrl"].startswith("https://rest98.")
    assert client.get("/ping").status_code == 200
    client.token = session["BhRestToken"]
    assert client.get("/ping").status_code == 401
    client.host = "rest98.bullhornstaffing.com"
    assert client.get("/ping").status_code == 200
