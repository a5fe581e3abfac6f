"""Signing in, refreshing, revoking, who am I (contract section 2)."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.customer360_testkit.salesforce.by_hand import wait

from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.salesforce.fake import SalesforceFake

BACK = "https://desk.example/back"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """Somebody who signs in at a host."""

    def __init__(self, host: str = "login.salesforce.com", **switches: str) -> None:
        self.fake = SalesforceFake(switches=switches)
        self.host = host

    def url(self, **more: str | None) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.fake.client_id,
            "redirect_uri": BACK,
            "scope": "api refresh_token id",
            "state": "s-1",
            "code_challenge": CHALLENGE,
            **more,
        }
        kept = {name: value for name, value in asked.items() if value is not None}
        return f"https://{self.host}/services/oauth2/authorize?{urlencode(kept)}"

    def returned(self, *, deny: bool = False, **more: str | None) -> dict[str, str]:
        location = self.fake.authorize(self.url(**more), "kim", deny=deny)
        assert location.startswith(BACK)
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    def post(self, path: str, headers: Any = (), **form: str | None) -> WireAnswer:
        kept = {name: value for name, value in form.items() if value is not None}
        request = WireRequest(
            "POST", f"https://{self.host}/services/oauth2/{path}", tuple(headers), urlencode(kept).encode()
        )
        return self.fake.answer(request)

    def token(self, **form: str | None) -> WireAnswer:
        ours = {"client_id": self.fake.client_id, "client_secret": self.fake.client_secret or None}
        return self.post("token", **{**ours, **form})

    def exchanged(self, **more: str | None) -> WireAnswer:
        grant = {"grant_type": "authorization_code", "code": self.returned()["code"], "redirect_uri": BACK}
        return self.token(**{**grant, "code_verifier": VERIFIER, **more})

    def refreshed(self, refresh_token: str, **more: str | None) -> WireAnswer:
        return self.token(**{"grant_type": "refresh_token", "refresh_token": refresh_token, **more})

    def get(self, url: str, token: str | None = None) -> WireAnswer:
        headers = (("authorization", f"Bearer {token}"),) if token else ()
        return self.fake.answer(WireRequest("GET", url, headers))

    def called(self, token: str) -> int:
        return self.get(f"https://{self.fake.my_domain}/services/data/v62.0/limits", token).status


def refusal(answer: WireAnswer) -> tuple[int, str, str]:
    told = answer.json()
    return answer.status, told["error"], told["error_description"]


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.mark.parametrize(
    ("org", "host", "instance"),
    [
        ("production", "login.salesforce.com", "acme.my.salesforce.com"),
        ("production", "acme.my.salesforce.com", "acme.my.salesforce.com"),
        ("sandbox", "test.salesforce.com", "acme--uat.sandbox.my.salesforce.com"),
        ("developer", "login.salesforce.com", "acme-dev-ed.develop.my.salesforce.com"),
    ],
)
def test_a_code_becomes_tokens(org: str, host: str, instance: str) -> None:
    """The code ends in ==, the answer names the organisation's host, and no lifetime."""
    browser = Browser(host, org=org)
    returned = browser.returned()
    assert returned["state"] == "s-1"
    assert returned["code"].endswith("==")
    told = browser.exchanged().json()
    assert told["instance_url"] == f"https://{instance}"
    assert told["id"] == f"https://{host}/id/{browser.fake.org_id}/{browser.fake.users['kim'].id}"
    assert "!" in told["access_token"]
    assert set(told["scope"].split()) == {"api", "refresh_token", "id"}
    assert told["token_type"] == "Bearer"
    assert told["issued_at"].isdecimal()
    assert "expires_in" not in told
    assert browser.called(told["access_token"]) == 200


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"client_id": "nobody"}, "invalid_client_id"),
        ({"redirect_uri": None}, "redirect_uri_mismatch"),
        ({"scope": "api everything"}, "invalid_scope"),
    ],
)
def test_some_errors_are_a_page(browser: Browser, more: dict[str, str | None], error: str) -> None:
    """Nobody is sent to an address that may be somebody else's."""
    answer = browser.get(browser.url(**more))
    assert (answer.status, answer.header("location")) == (400, None)
    assert error.encode() in answer.content


def test_denied_and_other_errors_come_back(browser: Browser) -> None:
    """Denial, a missing challenge, a method that does not exist: in the callback, with the state."""
    assert browser.returned(deny=True)["error"] == "access_denied"
    assert browser.returned(code_challenge=None)["error"] == "invalid_request"
    assert browser.returned(code_challenge_method="plain")["error"] == "invalid_request"
    assert browser.returned(response_type="token")["error"] == "unsupported_response_type"
    assert browser.returned(code_challenge_method="S256")["state"] == "s-1"


def test_a_host_that_does_not_know_the_organisation(browser: Browser) -> None:
    """A sandbox is not known at the production host; an org can forbid the generic one."""
    for host, switches in (
        ("login.salesforce.com", {"org": "sandbox"}),
        ("test.salesforce.com", {}),
        ("login.salesforce.com", {"generic_login": "refused"}),
    ):
        other = Browser(host, **switches)
        assert other.get(other.url()).status == 400
        assert refusal(other.refreshed("x")) == (400, "invalid_grant", "authentication failure")


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"code": "aPrxNone=="}, (400, "invalid_grant", "invalid authorization code")),
        ({"code_verifier": "w" * 64}, (400, "invalid_grant", "invalid code verifier")),
        ({"code_verifier": None}, (400, "invalid_grant", "invalid code verifier")),
        ({"redirect_uri": f"{BACK}/"}, (400, "redirect_uri_mismatch", "redirect_uri must match configuration")),
        ({"client_id": "nobody"}, (401, "invalid_client_id", "client identifier invalid")),
        ({"client_secret": "wrong"}, (401, "invalid_client", "invalid client credentials")),
        ({"client_secret": None}, (401, "invalid_client", "invalid client credentials")),
        ({"grant_type": "device"}, (400, "unsupported_grant_type", "grant type not supported")),
        ({"grant_type": "password"}, (400, "invalid_grant", "authentication failure")),
    ],
)
def test_refused_token_requests(browser: Browser, more: dict[str, str | None], wanted: tuple[int, str, str]) -> None:
    """An object with error and description, not an array."""
    assert refusal(browser.exchanged(**more)) == wanted


def test_a_code_works_once_and_for_a_quarter_of_an_hour(browser: Browser) -> None:
    """Used and expired codes are expired."""
    code = browser.returned()["code"]
    assert browser.exchanged(code=code).status == 200
    assert refusal(browser.exchanged(code=code)) == (400, "invalid_grant", "expired authorization code")
    code = browser.returned()["code"]
    wait(browser.fake, 901)
    assert refusal(browser.exchanged(code=code)) == (400, "invalid_grant", "expired authorization code")


def test_a_public_client_has_no_secret() -> None:
    """A secret that is sent all the same is refused; the bad client's status is a switch."""
    browser = Browser(client="public", bad_client_status="400")
    assert browser.exchanged().status == 200
    assert refusal(browser.exchanged(client_secret="any"))[:2] == (400, "invalid_client")


def test_client_credentials_in_a_header(browser: Browser) -> None:
    """Basic authentication does as well as the form."""
    pair = f"{browser.fake.client_id}:{browser.fake.client_secret}".encode()
    for told, status in ((base64.b64encode(pair).decode(), 200), (base64.b64encode(b"a:b").decode(), 401), ("%", 401)):
        form = {"grant_type": "authorization_code", "code": browser.returned()["code"], "redirect_uri": BACK}
        answer = browser.post("token", [("authorization", f"Basic {told}")], **form, code_verifier=VERIFIER)
        assert answer.status == status


@pytest.mark.fault("X6")
def test_a_refresh_rotates(browser: Browser) -> None:
    """The answer has a new refresh token, and the old one is dead at once."""
    first = browser.exchanged().json()
    second = browser.refreshed(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["instance_url"] == "https://acme.my.salesforce.com"
    expired = (400, "invalid_grant", "expired access/refresh token")
    assert refusal(browser.refreshed(first["refresh_token"])) == expired
    assert browser.called(second["access_token"]) == 200
    assert browser.refreshed(second["refresh_token"]).status == 200


def test_without_rotation_the_token_stays() -> None:
    """No refresh token comes back, and the old one lives on."""
    browser = Browser(rotation="off")
    token = browser.exchanged().json()["refresh_token"]
    for _ in range(3):
        assert "refresh_token" not in browser.refreshed(token).json()


@pytest.mark.parametrize("rotation", ["on", "off"])
def test_thirty_idle_days_kill_a_refresh_token(rotation: str) -> None:
    """The window slides with every use."""
    browser = Browser(rotation=rotation)
    token = browser.exchanged().json()["refresh_token"]
    for _ in range(3):
        wait(browser.fake, 29 * 86_400)
        told = browser.refreshed(token).json()
        token = told.get("refresh_token", token)
    wait(browser.fake, 30 * 86_400 + 1)
    assert refusal(browser.refreshed(token)) == (400, "invalid_grant", "expired access/refresh token")


def test_a_policy_can_make_refreshing_useless() -> None:
    """Immediately expire: a refresh never works."""
    browser = Browser(refresh_policy="immediately_expire")
    token = browser.exchanged().json()["refresh_token"]
    assert refusal(browser.refreshed(token))[1] == "invalid_grant"


def test_the_sixth_approval_revokes_the_first(browser: Browser) -> None:
    """Five per user and application."""
    tokens = [browser.exchanged().json()["refresh_token"] for _ in range(6)]
    assert refusal(browser.refreshed(tokens[0]))[1] == "invalid_grant"
    assert browser.refreshed(tokens[1]).status == 200


def test_trouble_at_the_organisation(browser: Browser) -> None:
    """Inactive users, forbidden addresses: invalid_grant, with the reason."""
    token = browser.exchanged().json()["refresh_token"]
    browser.fake.sign_in_trouble = "ip restricted by app developer"
    assert refusal(browser.refreshed(token)) == (400, "invalid_grant", "ip restricted by app developer")


@pytest.mark.fault("X5")
def test_a_session_ends_by_idleness(browser: Browser) -> None:
    """Two hours after the last use; use prolongs it."""
    token = browser.exchanged().json()["access_token"]
    for _ in range(3):
        wait(browser.fake, 7199)
        assert browser.called(token) == 200
    wait(browser.fake, 7200)
    assert browser.called(token) == 401


def test_revoking_kills_everything_of_the_grant(browser: Browser) -> None:
    """The refresh token takes its access tokens along; an unknown one is an error."""
    told = browser.exchanged().json()
    assert (browser.post("revoke", token=told["refresh_token"]).status, browser.called(told["access_token"])) == (
        200,
        401,
    )
    answer = browser.post("revoke", token=told["refresh_token"])
    assert (answer.status, answer.json()["error"]) == (400, "invalid_token")


def test_introspection(browser: Browser) -> None:
    """Who holds a token, and until when; a dead one is merely not active."""
    told = browser.exchanged().json()
    ours = {"client_id": browser.fake.client_id, "client_secret": browser.fake.client_secret}
    answer = browser.post("introspect", token=told["access_token"], token_type_hint="access_token", **ours).json()
    assert (answer["active"], answer["username"]) == (True, "kim@acme.example")
    assert browser.post("introspect", token="x", **ours).json() == {"active": False}
    assert browser.post("introspect", token=told["access_token"]).status == 401


def test_client_credentials_only_at_the_own_host() -> None:
    """At the login host the request is not supported."""
    form = {"grant_type": "client_credentials"}
    assert refusal(Browser().token(**form)) == (400, "invalid_grant", "request not supported on this domain")
    told = Browser("acme.my.salesforce.com").token(**form).json()
    assert "refresh_token" not in told


def test_who_am_i(browser: Browser) -> None:
    """userinfo and the id URL tell the user; at the login host the URL sends on to the organisation."""
    told = browser.exchanged().json()
    info = browser.get("https://acme.my.salesforce.com/services/oauth2/userinfo", told["access_token"]).json()
    assert (info["name"], info["organization_id"]) == ("Kim Agent", browser.fake.org_id)
    assert "{version}" in info["urls"]["rest"]
    moved = browser.get(told["id"], told["access_token"])
    assert moved.status == 302
    identity = browser.get(moved.header("location") or "", told["access_token"]).json()
    assert (identity["user_id"], identity["username"]) == (info["user_id"], "kim@acme.example")


def test_identity_errors_are_plain_text(browser: Browser) -> None:
    """403, no JSON: an expired token is Bad_OAuth_Token there, not a 401."""
    told = browser.exchanged().json()
    info, token = "https://acme.my.salesforce.com/services/oauth2/userinfo", told["access_token"]
    user = told["id"].rpartition("/")[2]
    own = f"https://acme.my.salesforce.com/id/{browser.fake.org_id}"

    def text(url: str, given: str | None) -> tuple[int, bytes]:
        answer = browser.get(url, given)
        return answer.status, answer.content

    assert text(info, None) == (403, b"Missing_OAuth_Token")
    assert text(info, "nonsense") == (403, b"Bad_OAuth_Token")
    assert text(f"https://acme.my.salesforce.com/id/00D000000000001AAA/{user}", token) == (403, b"Wrong_Org")
    assert text(f"{own}/005000000000001AAA", token) == (403, b"Bad_Id")
    wait(browser.fake, 7201)
    assert text(info, token) == (403, b"Bad_OAuth_Token")


def test_identity_needs_a_scope() -> None:
    """With api alone nobody is told who it is, unless the switch says so."""
    for reading, status in (("needed", 403), ("any", 200)):
        fake = SalesforceFake(switches={"identity_scope": reading})
        token = fake.oauth.issue("kim", ("api", "refresh_token")).access_token
        url = "https://acme.my.salesforce.com/services/oauth2/userinfo"
        assert fake.answer(WireRequest("GET", url, (("authorization", f"Bearer {token}"),))).status == status


def test_optional_pkce_and_redirected_scope_errors() -> None:
    """An organisation's own app may go without a challenge; a bad scope may come back by redirect."""
    browser = Browser(pkce="optional", scope_error="redirect")
    code = browser.returned(code_challenge=None)["code"]
    assert browser.exchanged(code=code, code_verifier=None).status == 200
    assert browser.returned(scope="api nonsense")["error"] == "invalid_scope"


def test_openid_brings_an_id_token(browser: Browser) -> None:
    """Only with the scope; without refresh_token no refresh token comes."""
    code = browser.returned(scope="openid api")["code"]
    told = browser.exchanged(code=code).json()
    assert told["id_token"].count(".") == 2
    assert "refresh_token" not in told
