"""OAuth 2.0 authorization code, with PKCE where the vendor takes it (RFC 6749, RFC 7636)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl, quote, urlencode

import attrs

from customer360.core.auth.answers import asked, grant_of, members_of
from customer360.core.auth.grants import Application, Grant, PendingLogin
from customer360.core.auth.scheme import AuthScheme
from customer360.core.effects import Request
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    MissingScope,
    NeedsAuthorization,
    NeedsRelink,
)
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response

if TYPE_CHECKING:
    from oauthlib.oauth2 import WebApplicationClient


def _nothing(_: object) -> dict[str, str]:
    return {}


def _no_facts(_facts: LinkFacts, _returned: Mapping[str, str]) -> dict[str, str]:
    return {}


@attrs.frozen(kw_only=True)
class OAuth2Code(AuthScheme):
    """Authorization code grant, declared by the connector in the vendor's words.

    Addresses: ``authorize_url``, ``token_url``, ``revoke_url``, absolute, from the link's facts.

    Asking: ``scopes``, joined by ``scope_separator``; ``pkce`` sends an S256 challenge and the verifier;
    ``authorize_params`` are further query parameters (``access_type=offline``), ``authorize_hints`` those that the link
    decides (Google's ``hd``). ``returned_facts(facts, returned)``: facts that the redirect itself brings (Zoho's
    ``accounts-server``), allow-listed by the connector; they are in ``facts.extra`` for the token request already.

    Tokens: ``token_params`` are further form fields of code exchange and refresh (Entra's ``scope``). ``token_body``:
    whether they all go as a form, as RFC 6749 has it, or as a JSON object, in which ``token_numbers`` names the members
    that are whole numbers (Zendesk's lifetimes). ``client_auth``: the secret in the form, or by HTTP Basic.
    ``token_facts(answer)``: facts in each token answer (``api_domain``). ``token_error(response)``: the error that a
    token answer means, or None if it holds a grant. ``refresh_lifetime``: seconds that a refresh token lives where the
    answer does not say (NetSuite's seven days, which a refresh does not prolong).

    Afterwards: ``header_prefix`` stands before the token in ``Authorization``. ``revoke_in``: where the revocation
    request carries the token; ``end``: that request itself, where it is not RFC 7009's (Zendesk deletes the token that
    signs it).
    """

    authorize_url: Callable[[LinkFacts], str]
    token_url: Callable[[LinkFacts], str]
    scopes: Callable[[LinkFacts], tuple[str, ...]]
    token_error: Callable[[Response], Customer360Error | None]
    revoke_url: Callable[[LinkFacts], str] | None = None
    scope_separator: str = " "
    pkce: bool = True
    client_auth: Literal["form", "basic"] = "form"
    revoke_in: Literal["form", "query"] = "form"
    end: Callable[[LinkFacts, Application, Grant], Request] | None = None
    authorize_params: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    authorize_hints: Callable[[LinkFacts], Mapping[str, str]] = _nothing
    token_params: Callable[[LinkFacts], dict[str, str]] = _nothing
    token_body: Literal["form", "json"] = "form"
    token_numbers: frozenset[str] = frozenset()
    returned_facts: Callable[[LinkFacts, Mapping[str, str]], dict[str, str]] = _no_facts
    token_facts: Callable[[Mapping[str, object]], dict[str, str]] = _nothing
    header_prefix: str = "Bearer"
    refresh_lifetime: float | None = None

    def begin(
        self, facts: LinkFacts, application: Application, *, redirect_uri: str, state: str, verifier: str, now: float
    ) -> PendingLogin:
        query = {
            "response_type": "code",
            "client_id": application.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            **self.authorize_params,
            **self.authorize_hints(facts),
        }
        if scopes := self.scopes(facts):  # RFC 6749, 3.3: a scope has at least one word
            query["scope"] = self.scope_separator.join(scopes)
        if self.pkce:
            challenge = _client(application).create_code_challenge(verifier, "S256")
            query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return PendingLogin(
            url=f"{self.authorize_url(facts)}?{urlencode(query, quote_via=quote)}",
            redirect_uri=redirect_uri,
            state=state,
            verifier=verifier if self.pkce else None,
            started_at=now,
        )

    async def complete(
        self, facts: LinkFacts, application: Application, pending: PendingLogin, returned: Mapping[str, str]
    ) -> Grant:
        if not compare_digest(returned.get("state", "").encode(errors="replace"), pending.state.encode()):
            raise NeedsAuthorization("the browser came back from another sign-in than the one that was begun")
        if "error" in returned:
            raise _refused(returned["error"])
        code = returned.get("code")
        if not code:
            raise NeedsAuthorization("the browser came back without a code")
        brought = self.returned_facts(facts, returned)
        facts = attrs.evolve(facts, extra={**facts.extra, **brought})
        body = _client(application).prepare_request_body(
            code=code,
            redirect_uri=pending.redirect_uri,
            include_client_id=True,
            code_verifier=pending.verifier,
            **self.token_params(facts),  # further form fields, all of them text
        )
        answer, received_at = await self._ask(facts, application, body)
        grant = self._grant(answer, received_at, extra=brought, scopes=frozenset(self.scopes(facts)))
        if self.refresh_lifetime is not None and grant.refresh_ends_at is None:
            grant = attrs.evolve(grant, refresh_ends_at=received_at + self.refresh_lifetime)
        return grant

    async def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        if grant.refresh_token is None:
            raise NeedsAuthorization("the access token ran out, and the vendor gave no refresh token")
        body = _client(application).prepare_refresh_body(
            refresh_token=grant.refresh_token, client_id=application.client_id, **self.token_params(facts)
        )
        answer, received_at = await self._ask(facts, application, body)
        renewed = self._grant(answer, received_at, extra=grant.extra, scopes=grant.scopes)
        kept = renewed.refresh_token in (None, grant.refresh_token)  # and ends when it would have ended
        return attrs.evolve(
            renewed,
            refresh_token=renewed.refresh_token or grant.refresh_token,
            refresh_ends_at=renewed.refresh_ends_at or (grant.refresh_ends_at if kept else None),
            generation=grant.generation + 1,
        )

    async def revoke(self, facts: LinkFacts, application: Application, grant: Grant) -> bool:
        request = self._end(facts, application, grant)
        if request is None:
            return False
        response = await request
        if response.status >= 500:
            raise CrmUnavailable("the sign-in server is failing", status=response.status)
        return response.status < 300 or response.status == 400  # 400: it knows no such token any more

    def _end(self, facts: LinkFacts, application: Application, grant: Grant) -> Request | None:
        if self.end is not None:
            return self.end(facts, application, grant)
        if self.revoke_url is None:
            return None
        token = (("token", grant.refresh_token or grant.access_token),)
        return Request(
            method="POST",
            path=self.revoke_url(facts),
            params=token if self.revoke_in == "query" else (),
            form=token if self.revoke_in == "form" else (),
            headers=self._identified(application),
            purpose="login",
        )

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"{self.header_prefix} {grant.access_token}"),)

    # The token endpoint -----------------------------------------------------------------------------------------------

    async def _ask(self, facts: LinkFacts, application: Application, body: str) -> tuple[Mapping[str, object], float]:
        form = parse_qsl(body, keep_blank_values=True)
        identified = self._identified(application)
        if identified:  # the client names itself in one place only (RFC 6749, 2.3)
            form = [each for each in form if each[0] != "client_id"]
        elif application.secret is not None:
            form.append(("client_secret", application.secret))
        ask = Request(
            method="POST",
            path=self.token_url(facts),
            form=tuple(form) if self.token_body == "form" else None,
            json=self._typed(form) if self.token_body == "json" else None,
            headers=(("Accept", "application/json"), *identified),
            purpose="login",
        )
        response, received_at = await asked(ask, self.token_error)
        return members_of(response), received_at

    def _typed(self, form: list[tuple[str, str]]) -> dict[str, str | int]:
        return {name: int(value) if name in self.token_numbers else value for name, value in form}

    def _identified(self, application: Application) -> tuple[tuple[str, str], ...]:
        if self.client_auth == "form" or application.secret is None:
            return ()
        pair = f"{quote(application.client_id, safe='')}:{quote(application.secret, safe='')}"
        return (("Authorization", f"Basic {b64encode(pair.encode()).decode()}"),)

    def _grant(
        self, answer: Mapping[str, object], received_at: float, *, extra: Mapping[str, str], scopes: frozenset[str]
    ) -> Grant:
        return grant_of(answer, received_at, extra={**extra, **self.token_facts(answer)}, scopes=scopes)


def _refused(code: str) -> Customer360Error:
    named = code if code in _KNOWN_REFUSALS else None  # it came through the browser: anybody may have written it
    if code in ("server_error", "temporarily_unavailable"):
        return CrmUnavailable("the vendor's sign-in is failing", vendor_code=named)
    if code == "invalid_scope":
        return MissingScope("the vendor does not grant the permissions that were asked for", vendor_code=named)
    if code in ("invalid_client", "unauthorized_client", "unsupported_response_type"):
        return NeedsRelink("the vendor refuses the application that the link names", vendor_code=named)
    return NeedsAuthorization("the person did not sign in, or did not agree", vendor_code=named)


_KNOWN_REFUSALS = frozenset(
    {
        "access_denied",
        "consent_required",
        "interaction_required",
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
    }
)


def _client(application: Application) -> WebApplicationClient:
    from oauthlib.oauth2 import WebApplicationClient  # not at import: most processes never sign anybody in

    return WebApplicationClient(application.client_id)
