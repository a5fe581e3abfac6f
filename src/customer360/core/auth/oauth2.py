"""OAuth 2.0 authorization code, with PKCE where the vendor takes it (RFC 6749, RFC 7636)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import attrs

from customer360.core.auth.scheme import AuthScheme
from customer360.core.errors import Customer360Error
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response


def _nothing(_: object) -> dict[str, str]:
    return {}


def _no_facts(_facts: LinkFacts, _returned: Mapping[str, str]) -> dict[str, str]:
    return {}


@attrs.frozen(kw_only=True)
class OAuth2Code(AuthScheme):
    """Authorization code grant, declared by the connector in the vendor's words.

    ``authorize_url``, ``token_url``, ``revoke_url``: absolute URLs from the link's facts. ``scopes``: what to
    ask for, joined by ``scope_separator``. ``pkce``: send an S256 challenge and the verifier.
    ``authorize_params``: further query parameters (``access_type=offline``). ``token_params``: further form
    fields of code exchange and refresh (Entra's ``scope``). ``client_auth``: secret in the form or by HTTP
    Basic. ``returned_facts(facts, returned)``: facts that the redirect itself brings (Zoho's ``accounts-
    server``), allow-listed by the connector; they are in ``facts.extra`` for the token request already.
    ``token_facts(answer)``: facts in each token answer (``api_domain``). ``token_error(response)``: the error
    that a token answer means, or None if it holds a grant. ``header_prefix``: what stands before the token in
    ``Authorization``.
    """

    authorize_url: Callable[[LinkFacts], str]
    token_url: Callable[[LinkFacts], str]
    scopes: Callable[[LinkFacts], tuple[str, ...]]
    token_error: Callable[[Response], Customer360Error | None]
    revoke_url: Callable[[LinkFacts], str] | None = None
    scope_separator: str = " "
    pkce: bool = True
    client_auth: Literal["form", "basic"] = "form"
    authorize_params: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    token_params: Callable[[LinkFacts], dict[str, str]] = _nothing
    returned_facts: Callable[[LinkFacts, Mapping[str, str]], dict[str, str]] = _no_facts
    token_facts: Callable[[Mapping[str, object]], dict[str, str]] = _nothing
    header_prefix: str = "Bearer"
