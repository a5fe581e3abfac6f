"""The secrets of a link, as values that never show themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from customer360.core.errors import InvalidValue
from customer360.core.records import a_text


def _said(application: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    a_text(application, attribute, value)
    if not value.strip():
        raise InvalidValue(
            f"Application.{attribute.name} is empty", next_step="give what the vendor's page of your registration shows"
        )


@attrs.frozen
class Application:
    """Our registration with the vendor: the OAuth client.

    ``secret`` is None for a public client. ``secrets`` are the link's settings that are marked secret (a private key),
    by name: they are sealed with the registration, and no connector's ``facts`` hold them. Raises
    :class:`InvalidValue` for an id or a secret without a word in it.
    """

    client_id: str = attrs.field(validator=_said)
    secret: str | None = attrs.field(default=None, repr=False, validator=attrs.validators.optional(_said))
    secrets: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)


@attrs.frozen(kw_only=True)
class Grant:
    """What sign-in gave: tokens, when the access token ends, what was granted.

    ``received_at`` and ``expires_at`` are seconds since the epoch by *our* clock, counted from receipt (a wrong
    clock then costs at most one refresh, X8). ``extra`` are facts the vendor handed out with the token (API
    domain, instance URL). ``generation`` counts refreshes, so that a refresh by another process is recognised
    without comparing tokens. ``secrets`` are further ones by name, where one token does not make the sign-in (a pair of
    keys, a password that signs in again); ``access_token`` may then be empty. ``refresh_ends_at`` is when the refresh
    token itself ends, by our clock, where the vendor says so.
    """

    access_token: str = attrs.field(repr=False)
    refresh_token: str | None = attrs.field(default=None, repr=False)
    received_at: float
    expires_at: float | None = None
    scopes: frozenset[str] = frozenset()
    extra: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)
    generation: int = 0
    secrets: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)
    refresh_ends_at: float | None = None


@attrs.frozen(kw_only=True)
class PendingLogin:
    """A sign-in under way: what must be kept (sealed) between sending the person to ``url`` and their coming
    back.

    ``state`` protects against a forged return, ``verifier`` is PKCE's secret; both are used once and expire.
    """

    url: str = attrs.field(repr=False)
    redirect_uri: str
    state: str = attrs.field(repr=False)
    verifier: str | None = attrs.field(default=None, repr=False)
    started_at: float
