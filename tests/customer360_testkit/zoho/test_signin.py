"""Zoho's accounts server: codes, tokens, their limits, revocation."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.customer360_testkit.zoho.by_hand import SCOPES, Client, Make, code, wait

from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.zoho.fake import ZohoFake
from customer360_testkit.fakes.zoho.hosts import DATA_CENTRES

BACK = "https://desk.example/back"
THROTTLED = "Access Denied"


def page(fake: ZohoFake, host: str = "accounts.zoho.eu", **changes: str | None) -> str:
    """The address of the consent page."""
    asked = {
        "response_type": "code", "client_id": fake.client_id, "redirect_uri": BACK, "scope": ",".join(SCOPES),
        "access_type": "offline", "prompt": "consent", "state": "s/1", **changes,
    }  # fmt: skip
    return f"https://{host}/oauth/v2/auth?{urlencode({key: one for key, one in asked.items() if one is not None})}"


def consent(fake: ZohoFake, host: str = "accounts.zoho.eu", **changes: str | None) -> dict[str, str]:
    """What the redirect brings back."""
    answer = urlsplit(fake.authorize(page(fake, host, **changes)))
    return {key: values[0] for key, values in parse_qs(answer.query).items()}


def post(fake: ZohoFake, host: str = "accounts.zoho.eu", path: str = "/oauth/v2/token", **form: Any) -> WireAnswer:
    return fake.answer(WireRequest("POST", f"https://{host}{path}", (), urlencode(form).encode()))


def exchange(fake: ZohoFake, given: str, **changes: str) -> WireAnswer:
    form = {"grant_type": "authorization_code", "client_id": fake.client_id, "client_secret": fake.client_secret}
    return post(fake, **{**form, "redirect_uri": BACK, "code": given, **changes})


def refresh(fake: ZohoFake, token: str, host: str = "accounts.zoho.eu", **changes: str) -> WireAnswer:
    form = {"grant_type": "refresh_token", "client_id": fake.client_id, "client_secret": fake.client_secret}
    return post(fake, host, **{**form, "refresh_token": token, **changes})


def error(answer: WireAnswer) -> tuple[int, str]:
    return answer.status, answer.json()["error"]


@pytest.fixture
def fake() -> ZohoFake:
    return ZohoFake()


@pytest.mark.feature("F008")
def test_a_code_becomes_tokens(fake: ZohoFake) -> None:
    """The redirect names the data centre; the tokens name the API's host, and work there."""
    back = consent(fake)
    assert back.keys() == {"code", "state", "location", "accounts-server"}
    assert (back["state"], back["location"], back["accounts-server"]) == ("s/1", "eu", "https://accounts.zoho.eu")
    tokens = exchange(fake, back["code"]).json()
    assert tokens.keys() == {"access_token", "refresh_token", "api_domain", "token_type", "expires_in"}
    assert (tokens["api_domain"], tokens["token_type"], tokens["expires_in"]) == (
        "https://www.zohoapis.eu",
        "Bearer",
        3600,
    )
    answer = Client(fake, tokens["access_token"]).get("/users", type="CurrentUser")
    assert answer.json()["users"][0]["full_name"] == "Alex Admin"


def test_parameters_may_stand_in_the_query(fake: ZohoFake) -> None:
    """The token endpoint takes form and query alike."""
    given = {
        "grant_type": "authorization_code", "client_id": fake.client_id, "client_secret": fake.client_secret,
        "redirect_uri": BACK, "code": consent(fake)["code"],
    }  # fmt: skip
    answer = fake.answer(WireRequest("POST", f"https://accounts.zoho.eu/oauth/v2/token?{urlencode(given)}"))
    assert "access_token" in answer.json()
    assert fake.client_secret not in "".join(entry.query for entry in fake.journal)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"scope": " ".join(SCOPES)}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"client_id": "1000.OTHER"}, "invalid_client"),
        ({"redirect_uri": ""}, "invalid_redirect_uri"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "S256"}, "invalid_request"),
        ({"host": "accounts.zoho.in"}, "invalid_client"),
    ],
)
def test_what_the_page_refuses(fake: ZohoFake, changes: dict[str, str], expected: str) -> None:
    """It shows an error and redirects nowhere: scopes stand apart by commas, the client is of this data centre."""
    answer = fake.answer(WireRequest("GET", page(fake, **changes)))
    assert answer.status == 400
    assert expected in answer.content.decode()
    assert answer.header("location") is None


@pytest.mark.feature("F008")
def test_everybody_may_start_in_the_us(fake: ZohoFake) -> None:
    """The sign-in begins at accounts.zoho.com and comes back with the user's own data centre."""
    assert consent(fake, host="accounts.zoho.com")["accounts-server"] == "https://accounts.zoho.eu"


def test_a_user_who_refuses(fake: ZohoFake) -> None:
    """``error=access_denied``, and no code."""
    back = parse_qs(urlsplit(fake.authorize(page(fake), deny=True)).query)
    assert (back["error"], back["state"]) == (["access_denied"], ["s/1"])
    assert "code" not in back


def test_a_code_is_good_once(fake: ZohoFake) -> None:
    """The second time it is refused, with status 200."""
    given = consent(fake)["code"]
    assert "access_token" in exchange(fake, given).json()
    assert error(exchange(fake, given)) == (200, "invalid_code")


@pytest.mark.parametrize(("seconds", "good"), [(180, True), (181, False)])
def test_a_code_lives_three_minutes(fake: ZohoFake, seconds: int, good: bool) -> None:
    """Not a second longer."""
    given = consent(fake)["code"]
    wait(fake, seconds)
    assert ("access_token" in exchange(fake, given).json()) is good


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": "1000.other"}, "invalid_code"),
        ({"client_id": "1000.OTHER"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client_secret"),
        ({"redirect_uri": "https://evil.example/back"}, "invalid_redirect_uri"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"host": "accounts.zoho.com"}, "invalid_client"),
    ],
)
def test_errors_come_with_status_200(fake: ZohoFake, changes: dict[str, str], expected: str) -> None:
    """Only the body tells: success is an answer that holds a token (gotcha 1)."""
    assert error(exchange(fake, consent(fake)["code"], **changes)) == (200, expected)


@pytest.mark.parametrize(
    ("access_type", "prompt", "expected"),
    [("online", "consent", False), ("offline", None, False), ("offline", "consent", True)],
)
def test_when_a_refresh_token_comes(fake: ZohoFake, access_type: str, prompt: str | None, expected: bool) -> None:
    """The first time only, unless consent is asked for again."""
    assert "refresh_token" in exchange(fake, consent(fake, prompt=None)["code"]).json()
    tokens = exchange(fake, consent(fake, access_type=access_type, prompt=prompt)["code"]).json()
    assert ("refresh_token" in tokens) is expected


@pytest.mark.feature("F009")
def test_a_refresh_keeps_the_refresh_token(fake: ZohoFake) -> None:
    """The answer brings none; the old one goes on, long after the first access token."""
    token = exchange(fake, consent(fake)["code"]).json()["refresh_token"]
    for _ in range(2):
        wait(fake, 86_400.0 * 400)
        fresh = refresh(fake, token).json()
        assert fresh.keys() == {"access_token", "api_domain", "token_type", "expires_in"}
        assert Client(fake, fresh["access_token"]).get("/org").status == 200


@pytest.mark.fault("X5")
def test_an_access_token_lives_an_hour(fake: ZohoFake) -> None:
    """Then 401 INVALID_TOKEN; the header says when."""
    client = Client(fake, fake.oauth.issue("kim", SCOPES).access_token)
    assert client.get("/org").header("x-accesstoken-reset") == "2026-05-14T10:00:00+00:00"
    wait(fake, 3600)
    assert code(client.get("/org")) == (401, "INVALID_TOKEN")


@pytest.mark.fault("X6")
def test_the_eleventh_refresh_is_throttled(fake: ZohoFake) -> None:
    """Ten in ten minutes; then HTTP 400 in another shape, until the first of them is ten minutes old."""
    token = fake.oauth.issue("kim", SCOPES).refresh_token or ""
    for _ in range(10):
        wait(fake, 10)
        assert "access_token" in refresh(fake, token).json()
    answer = refresh(fake, token)
    assert error(answer) == (400, THROTTLED)
    assert answer.json()["status"] == "failure"
    assert "access_token" in refresh(fake, fake.oauth.issue("kim", SCOPES).refresh_token or "").json(), "per token"
    wait(fake, 600 - 90)
    assert "access_token" in refresh(fake, token).json()


def test_the_eleventh_code_is_throttled(fake: ZohoFake) -> None:
    """Ten codes in ten minutes for one client."""
    for _ in range(10):
        consent(fake)
    assert error(fake.answer(WireRequest("GET", page(fake)))) == (400, THROTTLED)


def test_the_sixteenth_access_token_kills_the_oldest(fake: ZohoFake) -> None:
    """At most 15 live for one refresh token."""
    fake.oauth.policy = type(fake.oauth.policy)(active_access_tokens=15)
    issued = fake.oauth.issue("kim", SCOPES)
    tokens = [issued.access_token]
    tokens += [refresh(fake, issued.refresh_token or "").json()["access_token"] for _ in range(15)]
    good = [Client(fake, token).get("/org").status for token in tokens]
    assert good == [401] + [200] * 15


def test_the_twenty_first_grant_kills_the_oldest(fake: ZohoFake) -> None:
    """At most 20 refresh tokens for one user and client."""
    grants = [fake.oauth.issue("kim", SCOPES) for _ in range(21)]
    assert error(refresh(fake, grants[0].refresh_token or "")) == (200, "invalid_code")
    assert "access_token" in refresh(fake, grants[1].refresh_token or "").json()


@pytest.mark.feature("F011")
def test_revocation(fake: ZohoFake) -> None:
    """It kills the access tokens too, as one that cannot be refreshed; a second time it is 400."""
    issued = fake.oauth.issue("kim", SCOPES)
    path = f"/oauth/v2/token/revoke?token={issued.refresh_token}"
    assert post(fake, path=path).status == 200
    assert code(Client(fake, issued.access_token).get("/org")) == (401, "AUTHENTICATION_FAILURE")
    assert error(refresh(fake, issued.refresh_token or "")) == (200, "invalid_code")
    assert post(fake, path=path).status == 400
    assert str(issued.refresh_token) not in "".join(entry.query for entry in fake.journal)


@pytest.mark.parametrize("centre", DATA_CENTRES)
def test_every_data_centre(fake: ZohoFake, centre: str) -> None:
    """An organisation lives in one: its accounts host and API host answer, all the others refuse."""
    fake.centre = DATA_CENTRES[centre]
    back = consent(fake, host=fake.centre.accounts)
    assert (back["location"], back["accounts-server"]) == (fake.centre.location, f"https://{fake.centre.accounts}")
    tokens = exchange(fake, back["code"], host=fake.centre.accounts).json()
    assert tokens["api_domain"] == f"https://{fake.centre.api('production')}"
    for other in DATA_CENTRES.values():
        status = Client(fake, tokens["access_token"], other.api("production")).get("/org").status
        assert status == (200 if other is fake.centre else 401), other
        again = refresh(fake, tokens["refresh_token"], other.accounts)
        assert ("access_token" in again.json()) is (other is fake.centre)


def test_a_sandbox_has_a_host_of_its_own(make: Make) -> None:
    """Whatever its token answer names, production refuses its tokens."""
    fake = make(environment="sandbox").fake
    tokens = exchange(fake, consent(fake)["code"]).json()
    assert Client(fake, tokens["access_token"], "sandbox.zohoapis.eu").get("/org").json()["org"][0]["type"] == "sandbox"
    assert code(Client(fake, tokens["access_token"]).get("/org")) == (401, "AUTHENTICATION_FAILURE")


def test_client_credentials(make: Make) -> None:
    """For the organisation that ``soid`` names; no refresh token comes with it."""
    fake = make(client_credentials_path="token").fake
    form = {"client_id": fake.client_id, "client_secret": fake.client_secret, "scope": "ZohoCRM.org.READ"}
    tokens = post(fake, grant_type="client_credentials", soid=f"ZohoCRM.{fake.org_id}", **form).json()
    assert "refresh_token" not in tokens
    assert Client(fake, tokens["access_token"]).get("/org").status == 200
    assert "error" in post(fake, grant_type="client_credentials", soid="ZohoCRM.1", **form).json()


def test_server_info(fake: ZohoFake) -> None:
    """Which accounts host belongs to which location."""
    answer = fake.answer(WireRequest("GET", "https://accounts.zoho.com/oauth/serverinfo")).json()
    assert answer["locations"]["ca"] == "https://accounts.zohocloud.ca"
