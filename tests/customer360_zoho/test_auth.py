"""Hosts, data centres, scopes, sign-in."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import attrs
import pytest

from customer360.core import errors as e
from customer360.core.auth import OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch, Repeat
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactKind, RecordRef, RelatedKind
from customer360.core.wire import Response
from customer360_zoho import ZohoConnector, auth

ZOHO = ZohoConnector()


def test_the_data_centre_decides_the_hosts() -> None:
    """Canada breaks the pattern; secrets go to one host, tokens to three."""
    hosts = ZOHO.hosts(LinkFacts(crm="zoho", settings={"data_centre": "ca"}))
    assert hosts.login == ("accounts.zohocloud.ca",)
    assert hosts.api == ("www.zohoapis.ca", "sandbox.zohoapis.ca", "developer.zohoapis.ca")


@pytest.mark.parametrize(
    ("key", "accounts", "api", "pages"),
    [
        ("com", "accounts.zoho.com", "zohoapis.com", "crm.zoho.com"),
        ("eu", "accounts.zoho.eu", "zohoapis.eu", "crm.zoho.eu"),
        ("in", "accounts.zoho.in", "zohoapis.in", "crm.zoho.in"),
        ("com.au", "accounts.zoho.com.au", "zohoapis.com.au", "crm.zoho.com.au"),
        ("jp", "accounts.zoho.jp", "zohoapis.jp", "crm.zoho.jp"),
        ("ca", "accounts.zohocloud.ca", "zohoapis.ca", "crm.zohocloud.ca"),
        ("sa", "accounts.zoho.sa", "zohoapis.sa", "crm.zoho.sa"),
        ("com.cn", "accounts.zoho.com.cn", "zohoapis.com.cn", "crm.zoho.com.cn"),
    ],
)
def test_the_hosts_of_every_data_centre(key: str, accounts: str, api: str, pages: str) -> None:
    """As the vendor lists them: where one signs in, where the API is, where a person opens a record."""
    facts = LinkFacts(crm="zoho", settings={"data_centre": key}, extra={"zgid": "7"})
    hosts, begun = ZOHO.hosts(facts), ZOHO.auth
    assert (hosts.login, hosts.api) == ((accounts,), tuple(f"{name}.{api}" for name in ("www", "sandbox", "developer")))
    assert ZOHO.record_url(facts, RecordRef("zoho", "Contacts", "41")) == f"https://{pages}/crm/org7/tab/Contacts/41"
    assert isinstance(begun, OAuth2Code)
    for address in (begun.authorize_url, begun.token_url, begun.revoke_url):
        assert address is not None
        assert urlsplit(address if isinstance(address, str) else address(facts)).hostname == accounts
    for name in ("sandbox", "developer"):
        other = attrs.evolve(facts, settings={"data_centre": key, "environment": name})
        for named in ({}, {"api_domain": f"https://www.{api}"}, {"api_domain": f"https://{name}.{api}"}):
            assert ZOHO.api_base(attrs.evolve(other, extra=named)) == f"https://{name}.{api}/crm/v8"


def test_the_table_of_data_centres_is_whole() -> None:
    """Whoever adds one adds it to the test above, too."""
    assert {*auth.DATA_CENTRES} == {"com", "eu", "in", "com.au", "jp", "ca", "sa", "com.cn"}


@pytest.mark.feature("F101")
def test_a_link_needs_a_data_centre() -> None:
    """Without one, linking is refused before any login."""
    with pytest.raises(e.InvalidSettings):
        ZOHO.linking.checked({})
    with pytest.raises(e.InvalidSettings):
        ZOHO.linking.checked({"data_centre": "evil.example"})
    assert ZOHO.linking.checked({"data_centre": "eu"}) == {"data_centre": "eu", "environment": "production"}


@pytest.mark.parametrize(
    ("settings", "domain", "base"),
    [
        ({"data_centre": "eu"}, None, "https://www.zohoapis.eu/crm/v8"),
        ({"data_centre": "eu"}, "https://sandbox.zohoapis.eu", "https://sandbox.zohoapis.eu/crm/v8"),
        ({"data_centre": "eu"}, "https://www.zohoapis.com", "https://www.zohoapis.eu/crm/v8"),
        (
            {"data_centre": "in", "environment": "sandbox"},
            "https://www.zohoapis.in",
            "https://sandbox.zohoapis.in/crm/v8",
        ),
    ],
)
def test_the_api_base(settings: dict[str, str], domain: str | None, base: str) -> None:
    """The token's API domain is used if it is one of the link's."""
    facts = LinkFacts(crm="zoho", settings=settings, extra={"api_domain": domain} if domain else {})
    assert ZOHO.api_base(facts) == base


def test_emea(facts: LinkFacts) -> None:
    """The European and the Saudi data centre count as EMEA."""
    places = {key: ZOHO.in_emea(attrs.evolve(facts, settings={"data_centre": key})) for key in auth.DATA_CENTRES}
    assert {key for key, inside in places.items() if inside} == {"eu", "sa"}


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"access_token": "1000.a", "expires_in": 3600}, 200, None),
        ({"error": "invalid_code"}, 200, e.NeedsAuthorization),
        ({"error": "invalid_client"}, 200, e.NeedsRelink),
        ({"error": "Access Denied", "status": "failure"}, 400, e.RateLimited),
        ({"status": "success"}, 200, e.UnexpectedAnswer),
        ([], 200, e.UnexpectedAnswer),
        ({}, 503, e.CrmUnavailable),
    ],
)
def test_a_token_answer(body: object, status: int, expected: type[Exception] | None) -> None:
    """Success if, and only if, there is an access token: errors come with status 200."""
    error = auth.token_error(Response(status, json.dumps(body).encode()))
    assert error is None if expected is None else type(error) is expected


def test_an_html_token_answer() -> None:
    """It is no grant, and no end of one."""
    assert isinstance(auth.token_error(Response(200, b"<html>")), e.UnexpectedAnswer)


def test_api_domains_are_checked() -> None:
    """Tokens would be sent there, so only Zoho's own are taken."""
    assert auth.token_facts({"api_domain": "https://www.zohoapis.eu"}) == {"api_domain": "https://www.zohoapis.eu"}
    assert auth.token_facts({}) == {}
    for bad in ("https://www.zohoapis.eu.evil.example", "http://www.zohoapis.eu", "https://zohoapis.eu", 7):
        with pytest.raises(e.HostRefused):
            auth.token_facts({"api_domain": bad})


def test_the_accounts_server_is_checked(facts: LinkFacts) -> None:
    """The redirect comes through a browser: a stranger's server is refused, another data centre is named."""
    given = {"accounts-server": "https://accounts.zoho.eu", "location": "eu"}
    assert auth.returned_facts(facts, given) == {"accounts_server": "https://accounts.zoho.eu"}
    with pytest.raises(e.HostRefused):
        auth.returned_facts(facts, {"accounts-server": "https://accounts.zoho.eu.evil.example"})
    with pytest.raises(e.NeedsRelink, match="'in'"):
        auth.returned_facts(facts, {"accounts-server": "https://accounts.zoho.in"})


def with_scopes(*scopes: str) -> LinkFacts:
    return LinkFacts(crm="zoho", settings={"data_centre": "eu"}, scopes=frozenset(scopes))


@pytest.mark.feature("F095")
def test_capabilities_follow_the_scopes() -> None:
    """Without COQL no activity can be listed or recognised again; each says why."""
    full, poor = with_scopes(*auth.SCOPES), with_scopes("ZohoCRM.modules.ALL", auth.SEARCH)
    assert all(ZOHO.capabilities(full)[capability].can for capability in Capability)
    for capability in (Capability.SEARCH_FIELD, Capability.RELATED_CALLS, Capability.DELTA):
        support = ZOHO.capabilities(poor)[capability]
        assert not support.can
        assert auth.COQL in support.reason
    assert ZOHO.capabilities(poor)[Capability.SEARCH_PHONE].can
    assert ZOHO.capabilities(poor)[Capability.RELATED_NOTES].can
    assert ZOHO.phone_search(full) is PhoneSearch.NORMALISED
    assert ZOHO.phone_search(poor) is PhoneSearch.SUBSTRING
    assert ZOHO.creates(full)[RelatedKind.CALL].repeat is Repeat.FINDABLE
    assert ZOHO.creates(full)[RelatedKind.CALL].lag == 0
    assert ZOHO.creates(poor)[RelatedKind.CALL].repeat is Repeat.BLIND
    assert ZOHO.creates(poor)[RelatedKind.NOTE].repeat is Repeat.FINDABLE
    assert ZOHO.creates(full)[ContactKind.CONTACT].repeat is Repeat.BLIND


def test_narrow_scopes() -> None:
    """A scope of one module allows that module."""
    narrow = ZOHO.capabilities(with_scopes("ZohoCRM.modules.contacts.ALL", "ZohoCRM.modules.calls.CREATE"))
    assert narrow[Capability.CREATE_CONTACT].can
    assert narrow[Capability.CREATE_CALL].can
    assert not narrow[Capability.CREATE_NOTE].can
    assert not narrow[Capability.SEARCH_EMAIL].can


@pytest.mark.parametrize(
    ("resource", "identifier", "url"),
    [
        ("Contacts", "41", "https://crm.zoho.eu/crm/org20061/tab/Contacts/41"),
        ("Deals", "41", "https://crm.zoho.eu/crm/org20061/tab/Potentials/41"),
        ("Members", "41", "https://crm.zoho.eu/crm/org20061/tab/CustomModule3/41"),
        ("Strangers", "41", None),
        ("Notes", "41", None),
        ("Contacts", "../41", None),
    ],
)
def test_record_urls(facts: LinkFacts, resource: str, identifier: str, url: str | None) -> None:
    """The web's own names are used, and nothing is guessed."""
    known = attrs.evolve(facts, extra={**facts.extra, "web_name.Members": "CustomModule3"})
    assert ZOHO.record_url(known, RecordRef("zoho", resource, identifier)) == url
