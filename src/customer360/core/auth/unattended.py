"""Signing in without a browser: what all such schemes share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from customer360.core.auth.grants import Application, Grant, PendingLogin
from customer360.core.auth.scheme import AuthScheme
from customer360.core.effects import Operation
from customer360.core.errors import NeedsAuthorization, Unsupported
from customer360.core.linking import LinkFacts, Setting

_NO_PAGE = "the vendor has no sign-in page for this link"
_TYPE_IN = "ask for what sign_in_asks() names, and call sign_in()"


class Unattended(AuthScheme):
    """A scheme that makes its grant of what is typed in, or of the link's own keys; nobody is sent anywhere."""

    browser: ClassVar[bool] = False

    def begin(
        self, facts: LinkFacts, application: Application, *, redirect_uri: str, state: str, verifier: str, now: float
    ) -> PendingLogin:
        raise Unsupported(_NO_PAGE, next_step=_TYPE_IN)

    def complete(
        self, facts: LinkFacts, application: Application, pending: PendingLogin, returned: Mapping[str, str]
    ) -> Operation[Grant]:
        raise Unsupported(_NO_PAGE, next_step=_TYPE_IN)

    @abstractmethod
    def accept(self, facts: LinkFacts, application: Application, typed: Mapping[str, str]) -> Operation[Grant]: ...

    async def revoke(self, facts: LinkFacts, application: Application, grant: Grant) -> bool:
        """Default: the vendor offers no way to; an administrator deletes the key there."""
        return False


def told(asks: tuple[Setting, ...], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed in and is no secret: facts, by which ``identify`` knows who it is where the CRM cannot say."""
    return {each.name: typed[each.name] for each in asks if not each.secret and each.name in typed}


def not_accepted() -> NeedsAuthorization:
    """What a key that the vendor refuses comes to: there is nothing to renew it with."""
    return NeedsAuthorization("the vendor no longer accepts the keys of this sign-in", next_step="type in current keys")
