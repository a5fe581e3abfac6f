"""Keys that are typed in once and go with every request, or sign it; no sign-in server is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import attrs

from customer360.core.auth.grants import Application, Grant
from customer360.core.auth.scheme import Outgoing
from customer360.core.auth.unattended import Unattended, not_accepted, told
from customer360.core.effects import Now
from customer360.core.errors import Unsupported
from customer360.core.linking import LinkFacts, Setting


def _nothing(_: LinkFacts) -> dict[str, str]:
    return {}


class _Typed(Unattended):
    """A grant that is the keys themselves: it never ends, and nothing makes a new one of it but a new application."""

    def renews(self, grant: Grant) -> bool:
        return False

    async def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        renewed = {**grant.secrets, **_own(application)}
        if renewed == dict(grant.secrets):
            raise not_accepted()
        return attrs.evolve(grant, secrets=renewed, received_at=await Now(), generation=grant.generation + 1)


@attrs.frozen(kw_only=True)
class Keys(_Typed):
    """Keys in the headers of every request (ConnectWise's pair and ``clientId``, HubSpot's private apps).

    ``asks``: what is typed in, by the names under which ``headers(secrets)`` finds it; there too are the link's secret
    settings, where the keys are the account's, the application's own ``client_id`` and ``client_secret``, and what
    ``known(facts)`` adds (the company that is part of ConnectWise's user name). The keys never end; a changed
    application is taken over when the CRM first refuses the old one.
    """

    headers: Callable[[Mapping[str, str]], tuple[tuple[str, str], ...]]
    asks: tuple[Setting, ...] = ()
    known: Callable[[LinkFacts], Mapping[str, str]] = _nothing

    async def accept(self, facts: LinkFacts, application: Application, typed: Mapping[str, str]) -> Grant:
        secrets = {**self.known(facts), **typed, **_own(application)}
        return Grant(access_token="", received_at=await Now(), secrets=secrets, extra=told(self.asks, typed))

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        return self.headers(grant.secrets)


@attrs.frozen(kw_only=True)
class OAuth1Keys(_Typed):
    """OAuth 1 with four keys and HMAC-SHA256, as NetSuite's token-based sign-in has it (RFC 5849).

    The application is the consumer; two of ``asks`` are ``token`` and ``token_secret``. ``realm``: the account
    in the form that belongs into the header.
    """

    signs_requests: ClassVar[bool] = True

    asks: tuple[Setting, ...]
    realm: Callable[[LinkFacts], str]

    async def accept(self, facts: LinkFacts, application: Application, typed: Mapping[str, str]) -> Grant:
        secrets = {**typed, **_own(application), "realm": self.realm(facts)}
        return Grant(access_token="", received_at=await Now(), secrets=secrets, extra=told(self.asks, typed))

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        raise Unsupported("a signature needs the request that it is for")

    def sign_request(self, grant: Grant, outgoing: Outgoing) -> tuple[tuple[str, str], ...]:
        from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, SIGNATURE_TYPE_AUTH_HEADER, Client

        client = Client(
            grant.secrets["client_id"],
            client_secret=grant.secrets["client_secret"],
            resource_owner_key=grant.secrets["token"],
            resource_owner_secret=grant.secrets["token_secret"],
            signature_method=SIGNATURE_HMAC_SHA256,
            signature_type=SIGNATURE_TYPE_AUTH_HEADER,
            realm=grant.secrets["realm"],
            nonce=outgoing.nonce,
            timestamp=str(int(outgoing.now)),
        )
        method: Any = outgoing.method
        _, headers, _ = client.sign(outgoing.url, http_method=method)
        return (("Authorization", headers["Authorization"]),)


def _own(application: Application) -> dict[str, str]:
    return {**application.secrets, "client_id": application.client_id, "client_secret": application.secret or ""}
