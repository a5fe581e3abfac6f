"""Clouds, hosts, scopes, sign-in."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from customer360.core import errors as e
from customer360.core.auth import Application
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_microsoft365 import auth


def facts(scopes: frozenset[str] = frozenset(), **settings: str) -> LinkFacts:
    return LinkFacts(crm="microsoft365", settings=settings, scopes=scopes)


@pytest.mark.parametrize("key", auth.CLOUDS)
def test_the_cloud_decides_the_hosts(key: str) -> None:
    """Tokens and secrets go to the pair of hosts of the link's cloud only."""
    hosts = auth.hosts(facts(cloud=key))
    assert (hosts.api, hosts.login) == ((auth.CLOUDS[key].graph,), (auth.CLOUDS[key].login,))
    hosts.check(auth.api_base(facts(cloud=key)))
    hosts.check(auth.AUTH.token_url(facts(cloud=key)), login=True)
    with pytest.raises(e.HostRefused):
        hosts.check("https://graph.microsoft.com.evil.example/v1.0")


@pytest.mark.feature("F101")
def test_settings_have_defaults_and_are_checked() -> None:
    """Nothing need be given; a directory that is no path segment is refused before any login."""
    assert auth.LINKING.checked({}) == {
        "cloud": "global",
        "directory": "organizations",
        "people": "no",
        "mailbox_settings": "no",
        "residency": "elsewhere",
    }
    for wrong in ({"cloud": "mars"}, {"directory": "a/b"}, {"directory": "..", "cloud": "china"}):
        with pytest.raises(e.InvalidSettings):
            auth.LINKING.checked(wrong)


@pytest.mark.parametrize(
    "directory",
    ["common", "9b4f1c2e-7a55-4d1c-8a0e-3d5b6c7f8a90", "contoso.com", "contoso-group.com", "365.contoso-uk.example"],
)
def test_a_directory_is_an_id_or_any_domain(directory: str) -> None:
    """Domains have hyphens, digits and several dots."""
    assert auth.LINKING.checked({"directory": directory})["directory"] == directory


def test_sign_in_asks_with_pkce_in_the_directory() -> None:
    """The authorize URL names the directory, the scopes and an S256 challenge."""
    pending = auth.AUTH.begin(
        facts(directory="contoso.com"),
        Application("app", None),
        redirect_uri="http://localhost/back",
        state="s",
        verifier="v" * 50,
        now=0.0,
    )
    url = urlsplit(pending.url)
    query = parse_qs(url.query)
    assert url.path == "/contoso.com/oauth2/v2.0/authorize"
    assert query["code_challenge_method"] == ["S256"]
    assert "offline_access" in query["scope"][0].split()


def test_no_more_is_asked_for_than_is_used() -> None:
    """People and mailbox settings are asked for only where a setting says so, and count as granted only then."""
    assert not {auth.PEOPLE, auth.SETTINGS} & set(auth.scopes(facts()))
    assert not auth.granted(facts(), auth.PEOPLE)
    more = facts(people="yes", mailbox_settings="yes")
    assert {auth.PEOPLE, auth.SETTINGS} <= set(auth.scopes(more))
    assert auth.granted(more, auth.PEOPLE)


def test_scopes_name_the_graph_they_are_for() -> None:
    """Two clouds share a sign-in host; what concerns sign-in itself stays bare."""
    asked = auth.scopes(facts(cloud="us_l5"))
    assert "https://dod-graph.microsoft.us/Contacts.ReadWrite" in asked
    assert "offline_access" in asked
    assert auth.AUTH.token_params(facts(cloud="us_l5")) == {"scope": " ".join(asked)}


def test_residency_is_what_the_administrator_says() -> None:
    """EMEA in the global cloud only, and never by itself."""
    assert not auth.in_emea(facts())
    assert auth.in_emea(facts(residency="emea"))
    assert not auth.in_emea(facts(residency="emea", cloud="china"))


def test_scopes_are_known_bare_and_prefixed() -> None:
    """The vendor names scopes with or without its Graph root."""
    given = facts(frozenset({"https://graph.microsoft.com/contacts.readwrite"}))
    assert auth.granted(given, auth.CONTACTS)
    assert not auth.granted(given, auth.TASKS)
    assert auth.granted(facts(), auth.TASKS)


@pytest.mark.parametrize(
    ("status", "error", "code", "expected"),
    [
        (400, "invalid_grant", 700082, e.NeedsAuthorization),
        (400, "interaction_required", 50076, e.NeedsAuthorization),
        (401, "invalid_client", 7000215, e.NeedsRelink),
        (400, "unauthorized_client", 700016, e.NeedsRelink),
        (400, "temporarily_unavailable", 90033, e.CrmUnavailable),
        (400, "invalid_scope", 70011, e.MissingScope),
        (400, "something_new", 1, e.UnexpectedAnswer),
    ],
)
def test_token_errors(status: int, error: str, code: int, expected: type[e.Customer360Error]) -> None:
    """Each documented refusal has its error, with the AADSTS code and without the vendor's text."""
    body = {"error": error, "error_description": f"AADSTS{code}: kim@x.com", "error_codes": [code]}
    found = auth.token_error(Response(status, json.dumps(body).encode()))
    assert type(found) is expected
    assert found.vendor_code == f"AADSTS{code}"
    assert "kim@x.com" not in str(found)


def test_odd_token_answers() -> None:
    """A grant is good; HTML, a list, or a token in an error status are not."""
    good = Response(200, b'{"access_token":"t"}')
    assert auth.token_error(good) is None
    assert isinstance(auth.token_error(Response(503)), e.CrmUnavailable)
    assert isinstance(auth.token_error(Response(429)), e.RateLimited)
    for odd in (Response(200, b"<html>"), Response(200, b"[]"), Response(200, b"{}"), Response(400, good.content)):
        assert isinstance(auth.token_error(odd), e.UnexpectedAnswer)
