"""Asking for a token, and reading the answer as a grant, however the vendor names its members (RFC 6749, 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from customer360.core.auth.grants import Grant
from customer360.core.effects import Now, Request
from customer360.core.errors import Customer360Error, UnexpectedAnswer
from customer360.core.wire import Response

_LONGEST = 366 * 86_400.0


async def asked(request: Request, token_error: Callable[[Response], Customer360Error | None]) -> tuple[Response, float]:
    """A good answer to a request for a token, and when it was received. Raises the error that another one means."""
    response = await request
    received_at = await Now()
    error = token_error(response)
    if error is not None:
        raise error
    return response, received_at


def members_of(response: Response) -> Mapping[str, object]:
    """What a token answer says. Raises :class:`UnexpectedAnswer` unless it is an object."""
    answer = response.json()
    if not isinstance(answer, dict):
        raise UnexpectedAnswer("the token answer is no object", status=response.status)
    return answer


def grant_of(
    answer: Mapping[str, object],
    received_at: float,
    *,
    extra: Mapping[str, str],
    scopes: frozenset[str],
    refresh_lifetime: str = "refresh_token_expires_in",
) -> Grant:
    """The grant in an answer that was received at ``received_at``; ``scopes`` are what was asked for.

    ``refresh_lifetime`` names the member that holds the refresh token's own seconds. Raises :class:`UnexpectedAnswer`.
    """
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(access, str) or not access:
        raise UnexpectedAnswer("the token answer holds no access token")
    seconds, refresh_seconds = seconds_of(answer.get("expires_in")), seconds_of(answer.get(refresh_lifetime))
    told = answer.get("scope")
    return Grant(
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        received_at=received_at,
        expires_at=None if seconds is None else received_at + seconds,
        # Vendors that are asked with commas answer with spaces; no answer means what was asked (RFC 6749, 5.1).
        scopes=frozenset(told.replace(",", " ").split()) if isinstance(told, str) and told.strip() else scopes,
        extra=extra,
        refresh_ends_at=None if refresh_seconds is None else received_at + refresh_seconds,
    )


def seconds_of(told: object) -> float | None:
    """``expires_in`` as vendors send it: a number, or text of one; None for what makes no sense."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    try:
        seconds = float(told)
    except (ValueError, OverflowError):
        return None
    return min(seconds, _LONGEST) if seconds > 0 else None  # NaN is not greater than anything
