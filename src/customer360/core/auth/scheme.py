"""What every way of signing in must offer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from customer360.core.auth.grants import Application, Grant, PendingLogin
from customer360.core.effects import Operation
from customer360.core.linking import LinkFacts


class AuthScheme(ABC):
    """One way of signing in.

    Stateless: secrets come in as arguments and go out as values. Operations of a scheme send requests with
    ``purpose="login"`` and absolute URLs; the transport lets them go to the link's sign-in hosts only. Times are
    seconds since the epoch.
    """

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
