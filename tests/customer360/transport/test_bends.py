"""Where a CRM did not fit the contract, and the contract was bent: one promise each (docs/explanation/contract.md)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_AUTH_HEADER, Client

from customer360.core import effects as fx
from customer360.core import errors as e
from customer360.core.auth import Application, AuthScheme, Grant, OAuth2Code, Outgoing
from customer360.core.effects import GET, Request
from customer360.core.linking import Hosts, LinkFacts
from customer360.core.wire import Response
from customer360.transport.exchange import Exchange

OK = Response(200, b"{}")
FACTS = LinkFacts(crm="plain")


class SignedRequests(AuthScheme):
    """OAuth 1 as NetSuite's token-based sign-in has it: four keys, and a signature over method, address and query."""

    signs_requests = True

    def begin(self, *args: Any, **rest: Any) -> Any:
        raise e.Unsupported("keys are typed in")

    complete = refresh = revoke = begin

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        raise e.Unsupported("a signature needs the request")

    def sign_request(self, grant: Grant, outgoing: Outgoing) -> tuple[tuple[str, str], ...]:
        client = Client(
            "consumer",
            client_secret="consumer-secret",
            resource_owner_key="token",
            resource_owner_secret=grant.access_token,
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_AUTH_HEADER,
            realm="1234567_SB1",
            nonce=outgoing.nonce,
            timestamp=str(int(outgoing.now)),
        )
        method: Any = outgoing.method
        _, headers, _ = client.sign(outgoing.url, http_method=method)
        return (("Authorization", headers["Authorization"]),)


def _authorization(send: fx.Send) -> str | None:
    return next((value for name, value in send.headers if name == "Authorization"), None)


@pytest.fixture
def signing(exchange: Any, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    """An exchange whose connector signs requests."""
    made: Exchange = exchange()
    monkeypatch.setattr(type(made._connector), "auth", SignedRequests())
    return made


def _expected(url: str, now: float, chance: float = 0.5) -> str:
    outgoing = Outgoing(method="GET", url=url, now=now, nonce=f"{int(chance * 2**53):014x}")
    return SignedRequests().sign_request(Grant(access_token="t1", received_at=0.0), outgoing)[0][1]


def test_a_signature_may_depend_on_the_request(signing: Exchange, stepper: Any) -> None:
    """NetSuite: the address and query as they are sent, our clock and a fresh nonce go into the signature."""
    clock = stepper(answer=lambda send: OK)
    clock.run(signing(GET("/contact", {"limit": "50"})))
    url = "https://api.plain.example/v1/contact?limit=50"
    assert _authorization(clock.sent[0][1]) == _expected(url, 1_000_000.0)


def test_a_repeat_and_a_redirect_are_signed_anew(signing: Exchange, stepper: Any) -> None:
    """NetSuite: a signature is good for one address and one time only."""
    answers = iter([Response(503, b'{"code":"down"}'), Response(302, b"", (("Location", "/v1/b"),)), OK])

    def answer(_send: fx.Send) -> Response:
        clock.chance += 0.1
        return next(answers)

    clock = stepper(answer=answer)
    clock.run(signing(GET("/a")))
    first, second, third = (_authorization(send) for _, send in clock.sent)
    assert len({first, second, third}) == 3
    assert third == _expected("https://api.plain.example/v1/b", clock.now, 0.5 + 0.1 + 0.1)


class SignsNothing(SignedRequests):
    """As Bullhorn's, while tokens could be renewed and no session opened."""

    def sign_request(self, grant: Grant, outgoing: Outgoing) -> tuple[tuple[str, str], ...]:
        raise e.CrmUnavailable("there is no session")


def test_a_grant_that_cannot_sign_is_not_tried_again(
    exchange: Any, stepper: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bullhorn: what could not be signed was not sent, waits for nothing, and takes nothing from the retry budget."""
    made: Exchange = exchange()
    monkeypatch.setattr(type(made._connector), "auth", SignsNothing())
    clock = stepper(answer=lambda send: OK)
    began = clock.now
    with pytest.raises(e.CrmUnavailable, match="no session"):
        clock.run(made(GET("/a")))
    assert (clock.sent, clock.now) == ([], began)


def test_no_signature_follows_to_another_host_or_back(signing: Exchange, stepper: Any) -> None:
    """A redirect by way of another host of the link carries no signature again, not even on its return."""
    elsewhere = Response(302, b"", (("Location", "https://files.plain.example/x"),))
    back = Response(302, b"", (("Location", "https://api.plain.example/y"),))
    on = Response(302, b"", (("Location", "https://api.plain.example/z"),))
    answers = iter([elsewhere, back, on, OK])
    clock = stepper(answer=lambda send: next(answers))
    clock.run(signing(GET("/a")))
    assert [_authorization(send) is None for _, send in clock.sent] == [False, True, True, True]


def _token_request(**options: Any) -> Request:
    scheme = OAuth2Code(
        authorize_url=lambda facts: "https://login.plain.example/auth",
        token_url=lambda facts: "https://login.plain.example/token",
        scopes=lambda facts: ("read", "write"),
        token_error=lambda response: None,
        token_params=lambda facts: {"expires_in": "1800"},
        **options,
    )
    grant = Grant(access_token="a", refresh_token="r", received_at=0.0)
    request = scheme.refresh(FACTS, Application("us", "secret"), grant).send(None)
    assert isinstance(request, Request)
    return request


def test_a_token_endpoint_may_want_json() -> None:
    """Zendesk: the same members as in a form, lifetimes as numbers, and no form beside them."""
    asked = _token_request(token_body="json", token_numbers=frozenset({"expires_in"}))
    assert asked.form is None
    assert json.loads(json.dumps(asked.json)) == {
        "grant_type": "refresh_token",
        "refresh_token": "r",
        "client_id": "us",
        "client_secret": "secret",
        "expires_in": 1800,
    }
    assert _token_request().json is None
    assert "secret" not in repr(asked)


OWN = Hosts(api=("crm.acme.example:8443", "api.vendor.example"), login=("*.vendor.example",))


def test_an_installation_of_ones_own_may_have_a_port() -> None:
    """Sugar, ConnectWise: the declared port is part of the host, also on the wire."""
    assert OWN.check("https://crm.acme.example:8443/sugar/rest") == "crm.acme.example:8443"
    assert OWN.check("https://api.vendor.example:443/x") == "api.vendor.example"


@pytest.mark.promise("R15")
@pytest.mark.parametrize(
    "url",
    [
        "https://crm.acme.example/x",
        "https://crm.acme.example:443/x",
        "https://crm.acme.example:8444/x",
        "https://crm.acme.example:0/x",
        "http://crm.acme.example:8443/x",
        "https://u:p@crm.acme.example:8443/x",
        "https://api.vendor.example:8443/x",
        "https://[crm.acme.example:8443]/x",
        "https://:8443/x",
    ],
)
def test_no_other_port_is_let_in(url: str) -> None:
    """A port is allowed on the one host that declares it; a wildcard never has one."""
    with pytest.raises((e.HostRefused, ValueError)):
        OWN.check(url)
    with pytest.raises(e.HostRefused):
        OWN.check("https://eu.vendor.example:8443/x", login=True)
