"""Signing in at the fake's Entra."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

VERIFIER = "v" * 50
REDIRECT = "https://desk.example/back"
LOGIN = "https://login.microsoftonline.com/organizations/oauth2/v2.0"


def authorize(fake: Microsoft365Fake, **changes: str) -> dict[str, list[str]]:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": fake.client_id, "response_type": "code", "redirect_uri": REDIRECT, "state": "s",
        "scope": "offline_access https://graph.microsoft.com/Contacts.Read", "code_challenge": challenge,
        "code_challenge_method": "S256", **changes,
    }  # fmt: skip
    return parse_qs(urlsplit(fake.authorize(f"{LOGIN}/authorize?{urlencode(query)}")).query)


def token(fake: Microsoft365Fake, **form: str) -> WireAnswer:
    whole = {"client_id": fake.client_id, "client_secret": fake.client_secret, "redirect_uri": REDIRECT, **form}
    return fake.answer(WireRequest("POST", f"{LOGIN}/token", (), urlencode(whole).encode()))


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
