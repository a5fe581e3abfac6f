"""A signed statement instead of a secret: OAuth 2.0 client credentials with a private key (RFC 7523, RFC 7518)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from customer360.core.auth.answers import asked, grant_of, members_of
from customer360.core.auth.grants import Application, Grant
from customer360.core.auth.unattended import Unattended, told
from customer360.core.effects import Now, Random, Request
from customer360.core.errors import Customer360Error, InvalidSettings
from customer360.core.linking import LinkFacts, Setting
from customer360.core.wire import Response

_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFE = 300
"""Seconds for which a statement is good: it is made for one request."""


@attrs.frozen(kw_only=True)
class ClientAssertion(Unattended):
    """The link's own key signs in (NetSuite's machine-to-machine); ``asks`` may name facts that the vendor never tells.

    ``token_url`` is also whom the statement is for; ``scopes`` what it asks for; ``key_id(facts)`` the vendor's name
    of the uploaded certificate; ``key`` the secret setting that holds the private key as PEM text: an elliptic curve's,
    signed with ES256, ES384 or ES512, or RSA's, signed with PS256. There are no refresh tokens: a new statement is
    signed whenever a token is about to end. ``token_error`` as in :class:`customer360.core.auth.oauth2.OAuth2Code`.
    """

    token_url: Callable[[LinkFacts], str]
    scopes: Callable[[LinkFacts], tuple[str, ...]]
    token_error: Callable[[Response], Customer360Error | None]
    key_id: Callable[[LinkFacts], str]
    key: str = "private_key"
    asks: tuple[Setting, ...] = ()

    async def accept(self, facts: LinkFacts, application: Application, typed: Mapping[str, str]) -> Grant:
        url, scopes, now = self.token_url(facts), self.scopes(facts), await Now()
        said = {
            "iss": application.client_id,
            "scope": list(scopes),
            "aud": url,
            "iat": int(now),
            "exp": int(now) + _LIFE,
            "jti": f"{int(await Random() * 2**53):014x}{int(await Random() * 2**53):014x}",
        }
        statement = signed(said, key=application.secrets.get(self.key, ""), key_id=self.key_id(facts))
        ask = Request(
            method="POST",
            path=url,
            form=(
                ("grant_type", "client_credentials"),
                ("client_assertion_type", _TYPE),
                ("client_assertion", statement),
            ),
            headers=(("Accept", "application/json"),),
            purpose="login",
        )
        response, received_at = await asked(ask, self.token_error)
        return grant_of(members_of(response), received_at, extra=told(self.asks, typed), scopes=frozenset(scopes))

    def renews(self, grant: Grant) -> bool:
        return True

    async def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        renewed = await self.accept(facts, application, {})
        return attrs.evolve(renewed, extra=grant.extra, generation=grant.generation + 1)

    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        return (("Authorization", f"Bearer {grant.access_token}"),)


def signed(said: Mapping[str, object], *, key: str, key_id: str) -> str:
    """``said`` as a compact JWS, with the algorithm that belongs to the private key (PEM text).

    Raises :class:`InvalidSettings` for what is no such key; the message holds nothing of it.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    loaded = _loaded(key)
    if isinstance(loaded, rsa.RSAPrivateKey):
        text = _unsigned(said, "PS256", key_id)
        salted = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
        return f"{text}.{_base64(loaded.sign(text.encode(), salted, hashes.SHA256()))}"
    curves: dict[str, tuple[str, hashes.HashAlgorithm]] = {
        "secp256r1": ("ES256", hashes.SHA256()),
        "secp384r1": ("ES384", hashes.SHA384()),
        "secp521r1": ("ES512", hashes.SHA512()),
    }
    if not isinstance(loaded, ec.EllipticCurvePrivateKey) or loaded.curve.name not in curves:
        raise _no_key()
    algorithm, digest = curves[loaded.curve.name]
    text = _unsigned(said, algorithm, key_id)
    # The library answers ASN.1; a JWS holds the two numbers side by side, each as long as the curve's.
    numbers = decode_dss_signature(loaded.sign(text.encode(), ec.ECDSA(digest)))
    length = (loaded.curve.key_size + 7) // 8
    return f"{text}.{_base64(b''.join(each.to_bytes(length, 'big') for each in numbers))}"


def _loaded(key: str) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError):
        raise _no_key() from None


def _no_key() -> InvalidSettings:
    return InvalidSettings(
        "the link's private key is none that can sign",
        next_step="give an unencrypted PEM key: elliptic curve P-256, P-384 or P-521, or RSA",
    )


def _unsigned(said: Mapping[str, object], algorithm: str, key_id: str) -> str:
    head = {"typ": "JWT", "alg": algorithm, "kid": key_id}
    return ".".join(_base64(json.dumps(part, separators=(",", ":")).encode()) for part in (head, said))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
