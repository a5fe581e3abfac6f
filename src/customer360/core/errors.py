"""One small family of errors.

Every one of them says what happened, to which record, and what to do next.
::

    Customer360Error
    ├── SetupError                 something must be installed, linked or configured first
    │   ├── PluginMissing              no installed plugin speaks to this CRM; names the package to install
    │   ├── PluginBroken               a plugin raised on import, or breaks the contract
    │   ├── InvalidSettings            an administrator's value is missing or malformed
    │   ├── NotLinked                  the CRM is not linked to this account, or was unlinked
    │   ├── OutsideResidency           data would leave the region that the account is held to
    │   ├── OtherOrganisation          the CRM is linked to another organisation, or mailbox, than this is of
    │   └── VaultError                 the master key or a sealed token cannot be used
    ├── Unsupported                this CRM cannot do that; says why
    ├── InvalidValue               a value was refused before anything was sent
    ├── HostRefused                a credential was about to leave the hosts its link declares
    ├── AuthError                  the CRM does not accept who we are
    │   ├── NeedsAuthorization         the agent must sign in (again)
    │   ├── NeedsRelink                the administrator must link again
    │   ├── TokenExpired               the access token ran out; refreshed once by the transport
    │   └── MissingScope               a permission was not granted; names it
    ├── CrmError                   the CRM answered, and the answer is an error
    │   ├── Forbidden                  the user's rights in the CRM do not allow it
    │   ├── NotFound                   there is no such record
    │   ├── Gone                       the record was deleted or merged; carries the survivor if known
    │   ├── ValidationFailed           the CRM refused values; names the fields
    │   ├── Duplicate                  the CRM holds such a record already; carries it if known
    │   ├── Conflict                   somebody else changed the record in between
    │   ├── RateLimited                too many requests; carries the wait
    │   ├── QuotaExceeded              a daily allowance is used up
    │   ├── Truncated                  more results than the CRM will hand out
    │   ├── CrmUnavailable             the CRM is down or failing
    │   └── UnexpectedAnswer           an answer that is none of what the vendor documents
    ├── TransportError             no (whole) answer arrived
    │   ├── ConnectFailed              nothing was sent
    │   ├── AnswerLost                 sent, but the answer did not arrive whole
    │   ├── DeadlineExceeded           the time allowed is over
    │   ├── BodyTooLarge               the answer exceeds the size allowed
    │   ├── PageLoop                   next pages go in a circle
    │   └── CircuitOpen                the CRM failed repeatedly; not asked again for a while
    └── StoreError                 the local store failed
        ├── StoreBusy                  locked by another process beyond the wait
        ├── StoreFull                  no space
        └── DeliveryInDoubt            an activity may or may not have been written; a person must look
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, TypedDict, Unpack

import attrs

if TYPE_CHECKING:
    from customer360.core.records import RecordRef

TOOK_TOO_LONG: Final = frozenset({408, 499})
"""Statuses with which a server, or one before it, says that it gave up waiting: nobody knows what was done by then."""


@attrs.frozen
class FieldProblem:
    """One refused field: the CRM's name of it, its label if known, and what is wrong, without the value
    itself."""

    field: str
    problem: str
    label: str | None = None


class ErrorFacts(TypedDict, total=False):
    """What every error may carry besides its text; see :class:`Customer360Error`."""

    ref: RecordRef | None
    next_step: str | None
    retryable: bool | None
    status: int | None
    vendor_code: str | None
    request_id: str | None
    attempts: int
    wait: float | None


class Customer360Error(Exception):
    """Base of every error this library raises on purpose.

    Attributes: ``retryable`` (trying the same again later may help), ``maybe_applied`` (a write may have taken hold),
    ``status`` (HTTP), ``vendor_code``, ``request_id``, ``attempts`` (requests made), ``wait`` (seconds before it makes
    sense to try again), ``ref`` (the record concerned), ``next_step`` (what to do, in words; part of the message).
    Texts never hold secrets, bodies or personal data.
    """

    default_next_step: ClassVar[str] = ""
    default_retryable: ClassVar[bool] = False

    def __init__(
        self,
        what: str,
        *,
        maybe_applied: bool = False,
        **facts: Unpack[ErrorFacts],
    ) -> None:
        super().__init__(what)
        self.what = what
        self.maybe_applied = maybe_applied
        self.ref = facts.get("ref")
        self.status = facts.get("status")
        self.vendor_code = facts.get("vendor_code")
        self.request_id = facts.get("request_id")
        self.attempts = facts.get("attempts", 0)
        self.wait = facts.get("wait")
        next_step, retryable = facts.get("next_step"), facts.get("retryable")
        self.next_step = self.default_next_step if next_step is None else next_step
        self.retryable = self.default_retryable if retryable is None else retryable

    def __str__(self) -> str:
        parts = [self.what if self.ref is None else f"{self.what} ({self.ref})"]
        if self.maybe_applied:
            parts.append("it may have been applied all the same")
        if self.next_step:
            parts.append(self.next_step)
        facts = [
            f"{name} {value}"
            for name, value in (("code", self.vendor_code), ("HTTP", self.status), ("request", self.request_id))
            if value is not None
        ]
        text = "; ".join(parts)
        return f"{text} [{', '.join(facts)}]" if facts else text


class SetupError(Customer360Error):
    """Something must be installed, linked or configured first."""


class PluginMissing(SetupError):
    """No installed plugin speaks to this CRM."""


class PluginBroken(SetupError):
    """A plugin raised on import, or does not keep the contract."""

    default_next_step = "update or remove the plugin"


class InvalidSettings(SetupError):
    """A value that an administrator must supply is missing or malformed; nothing was sent."""


class NotLinked(SetupError):
    """The CRM is not linked to this account, or it was unlinked."""

    default_next_step = "ask an administrator to link the CRM"


class OutsideResidency(SetupError):
    """EMEA residency is on, and something is elsewhere: the account, the store, or the CRM's data (F150, F151)."""

    default_next_step = "link a CRM account whose data are kept in EMEA, or open the client without residency"


class OtherOrganisation(SetupError):
    """The link, or the agent's sign-in, leads to other people's records than those that this was accepted for.

    The same ids may well be other customers there, so nothing is read or written.
    """

    default_next_step = "link the former organisation again, or give it up: resolve(key, Drop())"


class VaultError(SetupError):
    """The master key is missing or locked, or a sealed token does not open."""

    default_next_step = "unlock the keyring, or give the key that the store was made with"


class Unsupported(Customer360Error):
    """This CRM (or this link of it) cannot do that; the text says why.

    Raised before any request.
    """


class InvalidValue(Customer360Error):
    """A value given to the library is not acceptable (a naive datetime, an empty name, ...); nothing was
    sent."""


class HostRefused(Customer360Error):
    """A request was about to go to a host that the link does not declare; nothing was sent."""

    default_next_step = "if the CRM truly moved, link it again; otherwise treat this as an attack"


class AuthError(Customer360Error):
    """The CRM does not accept who we are."""


class NeedsAuthorization(AuthError):
    """The agent must sign in to the CRM (again)."""

    default_next_step = "send the person to the address of begin_login()"


class NeedsRelink(AuthError):
    """The link itself is no longer accepted (client credentials, data centre, consent)."""

    default_next_step = "ask an administrator to link the CRM again"


class TokenExpired(AuthError):
    """The access token ran out.

    The transport refreshes and repeats once; callers see this only if that failed too.
    """

    default_next_step = "try again; if it stays, the agent signs in again"


class MissingScope(AuthError):
    """A permission was not granted.

    ``scope`` names it where the CRM says so.
    """

    default_next_step = "link again and grant it"

    def __init__(self, what: str, *, scope: str | None = None, **facts: Unpack[ErrorFacts]) -> None:
        super().__init__(what, **facts)
        self.scope = scope


class CrmError(Customer360Error):
    """The CRM answered, and the answer is an error."""


class Forbidden(CrmError):
    """The user's rights in the CRM do not allow it (F147)."""

    default_next_step = "ask the CRM's administrator for the permission"


class NotFound(CrmError):
    """There is no such record, or this user may not see it."""

    default_next_step = "search for the record, or ask for the right to see it"


class Gone(CrmError):
    """The record was deleted, or merged into another: then ``merged_into`` is the survivor (D6)."""

    def __init__(
        self,
        what: str = "the record was deleted, or merged with another one",
        *,
        merged_into: RecordRef | None = None,
        **facts: Unpack[ErrorFacts],
    ) -> None:
        super().__init__(what, **facts)
        self.merged_into = merged_into


class ValidationFailed(CrmError):
    """The CRM refused values; ``problems`` names each field (F012)."""

    default_next_step = "correct the named fields"

    def __init__(self, what: str, *, problems: tuple[FieldProblem, ...] = (), **facts: Unpack[ErrorFacts]) -> None:
        super().__init__(what, **facts)
        self.problems = problems

    def __str__(self) -> str:
        named = "; ".join(f"{p.label or p.field}: {p.problem}" for p in self.problems)
        return f"{super().__str__()} ({named})" if named else super().__str__()


class Duplicate(CrmError):
    """The CRM holds such a record already; ``existing`` is it, where the CRM tells (D5)."""

    def __init__(self, what: str, *, existing: RecordRef | None = None, **facts: Unpack[ErrorFacts]) -> None:
        super().__init__(what, **facts)
        self.existing = existing


class Conflict(CrmError):
    """Somebody else changed the record in between; nothing was written."""

    default_next_step = "read the record again and repeat the change"
    default_retryable = True


class RateLimited(CrmError):
    """Too many requests; ``wait`` is the pause the CRM asks for, where it says."""

    default_next_step = "try again after the pause"
    default_retryable = True


class QuotaExceeded(CrmError):
    """A daily allowance is used up: hours, not seconds."""

    default_next_step = "try again when the CRM grants a new allowance, or buy more of it"


class Truncated(CrmError):
    """There are more results than the CRM hands out; what was asked cannot be answered completely."""

    default_next_step = "narrow the search"


class CrmUnavailable(CrmError):
    """The CRM is down or failing (5xx)."""

    default_next_step = "try again later"
    default_retryable = True


class UnexpectedAnswer(CrmError):
    """An answer that is none of what the vendor documents (HTML, half a body, wrong types)."""

    default_next_step = "try again; if it stays, report it to the plugin's author"


class TransportError(Customer360Error):
    """No (whole) answer arrived."""

    default_retryable = True


class ConnectFailed(TransportError):
    """No connection could be made (name, route, TLS, proxy); nothing was sent."""

    default_next_step = "check the network and the proxy, then try again"


class AnswerLost(TransportError):
    """The request was sent, wholly or in part, and the answer did not arrive whole.

    A write may have been applied.
    """

    default_next_step = "try again; after a write, look in the CRM first"

    def __init__(self, what: str, *, maybe_applied: bool = True, **facts: Unpack[ErrorFacts]) -> None:
        super().__init__(what, maybe_applied=maybe_applied, **facts)


class DeadlineExceeded(TransportError):
    """The time allowed is over.

    ``maybe_applied`` tells whether a write was under way.
    """

    default_next_step = "try again, or allow more time"


class BodyTooLarge(TransportError):
    """The answer exceeds the size allowed, before or after decompression."""

    default_next_step = "ask for less at once"
    default_retryable = False


class PageLoop(TransportError):
    """The CRM's next pages go in a circle or never end; the text names the cursor's position, not its
    content."""

    default_next_step = "report it to the plugin's author"
    default_retryable = False


class CircuitOpen(TransportError):
    """The CRM failed repeatedly and is not asked again for ``wait`` seconds; nothing was sent."""

    default_next_step = "try again in a minute"


class StoreError(Customer360Error):
    """The local store failed."""


class StoreBusy(StoreError):
    """Another process held the store locked beyond the wait."""

    default_next_step = "try again; if it stays, end the process that holds the store"
    default_retryable = True


class StoreFull(StoreError):
    """No space is left for the store; it can still be read."""

    default_next_step = "make room on the store's disk"


class DeliveryInDoubt(StoreError):
    """An activity may or may not have been written to the CRM, which cannot tell; it is never sent again by
    itself."""

    default_next_step = "look in the CRM, then resolve the delivery as done or as to be sent"
