"""The wrong connectors of :mod:`customer360_testkit.conformance.linking.signing`."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import attrs
from tests.customer360_testkit.conformance.wrong.registry import mutant

from customer360.core.auth import Application, AuthScheme, Grant, OAuth2Code
from customer360.core.effects import Request
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    NeedsAuthorization,
    NeedsRelink,
    TokenExpired,
    UnexpectedAnswer,
)
from customer360.core.linking import LinkFacts
from customer360.core.wire import Response
from customer360_bullhorn import BullhornConnector
from customer360_bullhorn.session import AUTH as SESSIONS
from customer360_bullhorn.session import SessionLogin
from customer360_microsoft365 import Microsoft365Connector
from customer360_zoho import ZohoConnector
from customer360_zoho.auth import AUTH, token_error

Judge = Callable[[Response, Customer360Error], Customer360Error]


def _judging(judge: Judge) -> OAuth2Code:
    """Zoho's way of signing in, whose answers mean something else."""

    def judged(response: Response) -> Customer360Error | None:
        error = token_error(response)
        return None if error is None else judge(response, error)

    return attrs.evolve(AUTH, token_error=judged)


@mutant("signs people out when there were too many requests")
class Impatient(ZohoConnector):
    auth: ClassVar[AuthScheme] = _judging(
        lambda response, error: NeedsAuthorization("refused") if response.status == 429 else error
    )


@mutant("signs people out when the sign-in server fails")
class Nervous(ZohoConnector):
    auth: ClassVar[AuthScheme] = _judging(
        lambda response, error: NeedsAuthorization("refused") if response.status >= 500 else error
    )


@mutant("takes a page at the sign-in for a refusal")
class Jumpy(ZohoConnector):
    auth: ClassVar[AuthScheme] = _judging(
        lambda response, error: (
            NeedsAuthorization("refused") if response.status == 200 and isinstance(error, UnexpectedAnswer) else error
        )
    )


@mutant("waits for a sign-in that is dead")
class Hopeful(ZohoConnector):
    auth: ClassVar[AuthScheme] = _judging(
        lambda response, error: CrmUnavailable("later") if isinstance(error, NeedsAuthorization) else error
    )


@mutant("asks people to sign in where only an administrator can help")
class Blaming(ZohoConnector):
    auth: ClassVar[AuthScheme] = _judging(
        lambda response, error: NeedsAuthorization("again") if isinstance(error, NeedsRelink) else error
    )


@attrs.frozen(kw_only=True)
class _Clinging(OAuth2Code):
    async def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        renewed = await OAuth2Code.refresh(self, facts, application, grant)
        return attrs.evolve(renewed, refresh_token=grant.refresh_token)


@mutant("throws away the next token")
class Clinger(ZohoConnector):
    auth: ClassVar[AuthScheme] = _Clinging(**{each.name: getattr(AUTH, each.name) for each in attrs.fields(OAuth2Code)})


@attrs.frozen(kw_only=True)
class _Lasting(SessionLogin):
    async def refresh(self, facts: LinkFacts, application: Application, grant: Grant) -> Grant:
        renewed = await super().refresh(facts, application, grant)
        return attrs.evolve(renewed, expires_at=renewed.received_at + 86_400.0)


@mutant("takes a renewed token for one that lives longer")
class Laster(BullhornConnector):
    auth: ClassVar[AuthScheme] = _Lasting(
        **{each.name: getattr(SESSIONS, each.name) for each in attrs.fields(SessionLogin) if each.init}
    )


@mutant("tells what the sign-in server answered")
class Talkative(ZohoConnector):
    auth: ClassVar[AuthScheme] = _judging(
        lambda response, error: UnexpectedAnswer(f"{response.content!r}") if response.status == 401 else error
    )


@mutant("leaves tokens behind that it could end")
class Leaving(ZohoConnector):
    auth: ClassVar[AuthScheme] = attrs.evolve(AUTH, revoke_url=None)


@mutant("signs people out by a token that nobody knows")
class Estranged(Microsoft365Connector):
    def error(self, facts: LinkFacts, request: Request, response: Response) -> Customer360Error | None:
        error = super().error(facts, request, response)
        unknown = isinstance(error, TokenExpired) and b"expired" not in response.content
        return NeedsAuthorization("sign in again", status=401) if unknown else error
