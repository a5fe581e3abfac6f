"""What an error means for a promised activity: a pure function of the error and of what had left by then."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

import attrs

from customer360.core import errors
from customer360.core.errors import Customer360Error, FieldProblem
from customer360.core.records import RecordRef


class Verdict(Enum):
    """What to do about an attempt that failed."""

    DOUBT = "doubt"
    """It may have been applied."""

    LATER = "later"
    """It was not applied; the cause passes by itself."""

    HOLD = "hold"
    """It was not applied, and will not be before somebody signs in or links again."""

    REFUSE = "refuse"
    """It was not applied, and will never be as it is."""


_PASSES_BY_ITSELF: Final = (
    errors.TransportError,
    errors.RateLimited,
    errors.QuotaExceeded,
    errors.CrmUnavailable,
    errors.UnexpectedAnswer,
    errors.Conflict,
    errors.VaultError,
    errors.PluginMissing,
    errors.PluginBroken,
    errors.StoreError,
)
_WAITS_FOR_SOMEBODY: Final = (errors.AuthError, errors.SetupError)

_CLEAR_ANSWERS: Final = (
    errors.AuthError,
    errors.Forbidden,
    errors.NotFound,
    errors.Gone,
    errors.ValidationFailed,
    errors.Duplicate,
    errors.Conflict,
    errors.RateLimited,
    errors.QuotaExceeded,
    errors.ConnectFailed,
    errors.CircuitOpen,
    errors.HostRefused,
    errors.Unsupported,
    errors.InvalidValue,
    errors.SetupError,
)
"""After these the CRM certainly has not written anything, even if a request was on its way."""


def verdict(error: Exception, *, may_have_left: bool) -> Verdict:
    """What ``error`` means for the activity.

    ``may_have_left`` says whether the request that creates had been handed to the transport. A 5xx, a lost answer, an
    answer that nobody understands and a plugin's own crash after that point all leave it in doubt (X1, X3, X10, X22).
    """
    said = isinstance(error, _CLEAR_ANSWERS) and not isinstance(error, errors.PluginBroken)
    clear = said and not getattr(error, "maybe_applied", False)
    if may_have_left and not clear:
        return Verdict.DOUBT
    if isinstance(error, _PASSES_BY_ITSELF):
        return Verdict.LATER
    if isinstance(error, _WAITS_FOR_SOMEBODY):
        return Verdict.HOLD
    return Verdict.REFUSE


@attrs.frozen(kw_only=True)
class DeliveryProblem:
    """Why an activity is not delivered, for machines and people (D3).

    ``code`` is the error's class in snake case (``validation_failed``), ``fields`` name what to correct, ``record`` is
    the record that is in the way or has taken the contact's place.
    """

    code: str
    text: str
    next_step: str = ""
    vendor_code: str | None = None
    status: int | None = None
    request_id: str | None = None
    fields: tuple[FieldProblem, ...] = ()
    record: RecordRef | None = None


def problem(error: Exception) -> DeliveryProblem:
    """The problem that ``error`` describes. What another's exception says stays out: it may quote the customer."""
    code = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
    if not isinstance(error, Customer360Error):
        return DeliveryProblem(code=code, text="the plugin failed", next_step="report it to the plugin's author")
    return DeliveryProblem(
        code=code,
        text=error.what,
        next_step=error.next_step,
        vendor_code=error.vendor_code,
        status=error.status,
        request_id=error.request_id,
        fields=getattr(error, "problems", ()),
        record=getattr(error, "existing", None) or getattr(error, "merged_into", None),
    )


def delay(attempts: int, error: Exception, chance: float) -> float:
    """Seconds until the next try: doubling from 5 s up to 15 min, half of it at random.

    Never before the CRM's own wait; a used-up daily allowance waits an hour at least. ``attempts`` so far, ``chance``
    in [0, 1).
    """
    asked = getattr(error, "wait", None) or 0.0
    least = 3600.0 if isinstance(error, errors.QuotaExceeded) else 0.0
    growing = min(900.0, 5.0 * 2 ** min(max(attempts, 0), 20))
    return float(max(asked, least) + growing * (0.5 + chance / 2))
