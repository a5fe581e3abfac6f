"""What every way of signing in must offer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import attrs

from customer360.core.auth.grants import Application, Grant, PendingLogin
from customer360.core.effects import Operation
from customer360.core.errors import Unsupported
from customer360.core.linking import LinkFacts, Setting


@attrs.frozen(kw_only=True)
class Outgoing:
    """What a signature over a request may depend on.

    ``url`` is the whole address with its query as it is sent, on the vendor's own host; ``now`` seconds since the
    epoch; ``nonce`` 14 characters that differ from attempt to attempt (unique, not secret).
    """

    method: str
    url: str = attrs.field(repr=False)
    now: float
    nonce: str


class AuthScheme(ABC):
    """One way of signing in.

    Stateless: secrets come in as arguments and go out as values. Operations of a scheme send requests with
    ``purpose="login"`` and absolute URLs; the transport lets them go to the link's sign-in hosts only. Times are
    seconds since the epoch. A scheme with ``signs_requests`` is asked :meth:`sign_request` anew for every attempt and
    every redirect on the same host; all others :meth:`sign`, whose answer depends on the grant alone. A scheme without
    a browser (``customer360.core.auth.unattended.Unattended``) names in ``asks`` what a person types in, and takes it
    in :meth:`accept`.
    """

    signs_requests: ClassVar[bool] = False
    browser: ClassVar[bool] = True
    asks: tuple[Setting, ...] = ()
    """What a person types in to sign in; nothing where the vendor's own page asks for it."""

    @abstractmethod
    def begin(
        self, facts: LinkFacts, application: Application, *, redirect_uri: str, state: str, verifier: str, now: float
    ) -> PendingLogin:
        """Where to send the person, and what to keep until they come back.

        ``state`` and ``verifier`` are fresh random text.
        """

    @abstractmethod
    def complete(
        self, facts: LinkFacts, application: Application, pending: PendingLogin, returned: Mapping[str, str]
    ) -> Operation[Grant]:
        """Exchange what the browser brought back (the query parameters of the redirect) for a grant.

        Raises :class:`NeedsAuthorization` if the person refused or the state does not match,
        :class:`NeedsRelink` if the application itself is refused.
        """

    def accept(self, facts: LinkFacts, application: Application, typed: Mapping[str, str]) -> Operation[Grant]:
        """A grant for what was typed in: complete and checked against ``asks``.

        Raises :class:`NeedsAuthorization` if the vendor does not accept it.
        """
        raise Unsupported("people sign in on the vendor's own page", next_step="send them to it: begin_login")

    def renews(self, grant: Grant) -> bool:
        """Whether :meth:`refresh` can make a new grant of this one without a person.

        Default: with a refresh token.
        """
        return grant.refresh_token is not None

    @abstractmethod
    def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Operation[Grant]:
        """A new grant for an old one; generation + 1.

        Keeps the old refresh token where the vendor sends none. Raises :class:`NeedsAuthorization` if the grant is
        dead; transport errors and :class:`CrmUnavailable` leave it alive.
        """

    @abstractmethod
    def revoke(self, facts: LinkFacts, application: Application, grant: Grant) -> Operation[bool]:
        """Tell the vendor to forget the grant; False if the vendor offers no way to."""

    @abstractmethod
    def sign(self, grant: Grant) -> tuple[tuple[str, str], ...]:
        """The headers that carry the grant on an API request."""

    def sign_request(self, grant: Grant, outgoing: Outgoing) -> tuple[tuple[str, str], ...]:
        """The headers that carry the grant on this very request (OAuth 1 signs method, address and query).

        Default: :meth:`sign`.
        """
        return self.sign(grant)
