"""customer360: who is on the line, whichever CRM the contact centre uses, and what happened, written down.

Start with :class:`Customer360` (blocking) or :class:`AsyncCustomer360` (the same verbs, awaited). Every public name is
importable from here and loaded on first use: importing the package, or the core for a plugin, costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from customer360.aio import (
        AsyncConversation,
        AsyncCustomer360,
        AsyncSession,
    )
    from customer360.client import (
        Conversation,
        Customer360,
        Session,
    )
    from customer360.core.activities import (
        ActivityChange,
        ActivityDraft,
        ActivityFilter,
        CallDraft,
        CallOutcome,
        CaseDraft,
        Condition,
        EventDraft,
        NoteDraft,
        Operator,
        Priority,
        TaskDraft,
        TaskStatus,
    )
    from customer360.core.auth import (
        Application,
    )
    from customer360.core.capabilities import (
        Capabilities,
        Capability,
        Support,
    )
    from customer360.core.errors import (
        AnswerLost,
        AuthError,
        BodyTooLarge,
        CircuitOpen,
        Conflict,
        ConnectFailed,
        CrmError,
        CrmUnavailable,
        Customer360Error,
        DeadlineExceeded,
        DeliveryInDoubt,
        Duplicate,
        FieldProblem,
        Forbidden,
        Gone,
        HostRefused,
        InvalidSettings,
        InvalidValue,
        MissingScope,
        NeedsAuthorization,
        NeedsRelink,
        NotFound,
        NotLinked,
        PageLoop,
        PluginBroken,
        PluginMissing,
        QuotaExceeded,
        RateLimited,
        SetupError,
        StoreBusy,
        StoreError,
        StoreFull,
        TokenExpired,
        TransportError,
        Truncated,
        UnexpectedAnswer,
        Unsupported,
        ValidationFailed,
        VaultError,
    )
    from customer360.core.interactions import (
        Channel,
        Direction,
        Disposition,
        Interaction,
        WrapUp,
    )
    from customer360.core.linking import Setting
    from customer360.core.matching import (
        ByEmail,
        ByField,
        ByName,
        ByPhone,
        Evidence,
        Found,
        Match,
        MatchPolicy,
        MatchResult,
    )
    from customer360.core.metadata import (
        Choice,
        FieldInfo,
        FieldType,
        Resource,
        Schema,
        StandardField,
    )
    from customer360.core.panel import (
        Panel,
        Part,
        PartName,
        PartState,
    )
    from customer360.core.records import (
        UNSET,
        Contact,
        ContactChange,
        ContactDraft,
        ContactKind,
        Email,
        Page,
        Phone,
        RecordRef,
        RelatedKind,
        RelatedRecord,
        Unset,
    )
    from customer360.desk.account import (
        IfPending,
    )
    from customer360.desk.agent import (
        SearchResult,
    )
    from customer360.desk.deadlines import (
        Deadlines,
    )
    from customer360.desk.handling import (
        Changed,
        WrappedUp,
    )
    from customer360.index.sync import (
        SyncProgress,
        SyncReport,
    )
    from customer360.links.links import (
        Link,
    )
    from customer360.links.rows import (
        LinkState,
    )
    from customer360.outbox.delivery import (
        Delivered,
    )
    from customer360.outbox.inbox import (
        Drop,
        PendingActivity,
        SendAgain,
        StandsInCrm,
    )
    from customer360.outbox.rows import (
        DeliveryState,
    )
    from customer360.vault import (
        MasterKey,
    )

__all__ = [
    "UNSET",
    "ActivityChange",
    "ActivityDraft",
    "ActivityFilter",
    "AnswerLost",
    "Application",
    "AsyncConversation",
    "AsyncCustomer360",
    "AsyncSession",
    "AuthError",
    "BodyTooLarge",
    "ByEmail",
    "ByField",
    "ByName",
    "ByPhone",
    "CallDraft",
    "CallOutcome",
    "Capabilities",
    "Capability",
    "CaseDraft",
    "Changed",
    "Channel",
    "Choice",
    "CircuitOpen",
    "Condition",
    "Conflict",
    "ConnectFailed",
    "Contact",
    "ContactChange",
    "ContactDraft",
    "ContactKind",
    "Conversation",
    "CrmError",
    "CrmUnavailable",
    "Customer360",
    "Customer360Error",
    "DeadlineExceeded",
    "Deadlines",
    "Delivered",
    "DeliveryInDoubt",
    "DeliveryState",
    "Direction",
    "Disposition",
    "Drop",
    "Duplicate",
    "Email",
    "EventDraft",
    "Evidence",
    "FieldInfo",
    "FieldProblem",
    "FieldType",
    "Forbidden",
    "Found",
    "Gone",
    "HostRefused",
    "IfPending",
    "Interaction",
    "InvalidSettings",
    "InvalidValue",
    "Link",
    "LinkState",
    "MasterKey",
    "Match",
    "MatchPolicy",
    "MatchResult",
    "MissingScope",
    "NeedsAuthorization",
    "NeedsRelink",
    "NotFound",
    "NotLinked",
    "NoteDraft",
    "Operator",
    "Page",
    "PageLoop",
    "Panel",
    "Part",
    "PartName",
    "PartState",
    "PendingActivity",
    "Phone",
    "PluginBroken",
    "PluginMissing",
    "Priority",
    "QuotaExceeded",
    "RateLimited",
    "RecordRef",
    "RelatedKind",
    "RelatedRecord",
    "Resource",
    "Schema",
    "SearchResult",
    "SendAgain",
    "Session",
    "Setting",
    "SetupError",
    "StandardField",
    "StandsInCrm",
    "StoreBusy",
    "StoreError",
    "StoreFull",
    "Support",
    "SyncProgress",
    "SyncReport",
    "TaskDraft",
    "TaskStatus",
    "TokenExpired",
    "TransportError",
    "Truncated",
    "UnexpectedAnswer",
    "Unset",
    "Unsupported",
    "ValidationFailed",
    "VaultError",
    "WrapUp",
    "WrappedUp",
]

_NAMES = {
    "customer360.aio": (
        "AsyncConversation",
        "AsyncCustomer360",
        "AsyncSession",
    ),
    "customer360.client": (
        "Conversation",
        "Customer360",
        "Session",
    ),
    "customer360.core.activities": (
        "ActivityChange",
        "ActivityDraft",
        "ActivityFilter",
        "CallDraft",
        "CallOutcome",
        "CaseDraft",
        "Condition",
        "EventDraft",
        "NoteDraft",
        "Operator",
        "Priority",
        "TaskDraft",
        "TaskStatus",
    ),
    "customer360.core.auth": ("Application",),
    "customer360.core.capabilities": (
        "Capabilities",
        "Capability",
        "Support",
    ),
    "customer360.core.errors": (
        "AnswerLost",
        "AuthError",
        "BodyTooLarge",
        "CircuitOpen",
        "Conflict",
        "ConnectFailed",
        "CrmError",
        "CrmUnavailable",
        "Customer360Error",
        "DeadlineExceeded",
        "DeliveryInDoubt",
        "Duplicate",
        "FieldProblem",
        "Forbidden",
        "Gone",
        "HostRefused",
        "InvalidSettings",
        "InvalidValue",
        "MissingScope",
        "NeedsAuthorization",
        "NeedsRelink",
        "NotFound",
        "NotLinked",
        "PageLoop",
        "PluginBroken",
        "PluginMissing",
        "QuotaExceeded",
        "RateLimited",
        "SetupError",
        "StoreBusy",
        "StoreError",
        "StoreFull",
        "TokenExpired",
        "TransportError",
        "Truncated",
        "UnexpectedAnswer",
        "Unsupported",
        "ValidationFailed",
        "VaultError",
    ),
    "customer360.core.interactions": (
        "Channel",
        "Direction",
        "Disposition",
        "Interaction",
        "WrapUp",
    ),
    "customer360.core.linking": ("Setting",),
    "customer360.core.matching": (
        "ByEmail",
        "ByField",
        "ByName",
        "ByPhone",
        "Evidence",
        "Found",
        "Match",
        "MatchPolicy",
        "MatchResult",
    ),
    "customer360.core.metadata": (
        "Choice",
        "FieldInfo",
        "FieldType",
        "Resource",
        "Schema",
        "StandardField",
    ),
    "customer360.core.panel": (
        "Panel",
        "Part",
        "PartName",
        "PartState",
    ),
    "customer360.core.records": (
        "UNSET",
        "Contact",
        "ContactChange",
        "ContactDraft",
        "ContactKind",
        "Email",
        "Page",
        "Phone",
        "RecordRef",
        "RelatedKind",
        "RelatedRecord",
        "Unset",
    ),
    "customer360.desk.account": ("IfPending",),
    "customer360.desk.agent": ("SearchResult",),
    "customer360.desk.deadlines": ("Deadlines",),
    "customer360.desk.handling": (
        "Changed",
        "WrappedUp",
    ),
    "customer360.index.sync": (
        "SyncProgress",
        "SyncReport",
    ),
    "customer360.links.links": ("Link",),
    "customer360.links.rows": ("LinkState",),
    "customer360.outbox.delivery": ("Delivered",),
    "customer360.outbox.inbox": (
        "Drop",
        "PendingActivity",
        "SendAgain",
        "StandsInCrm",
    ),
    "customer360.outbox.rows": ("DeliveryState",),
    "customer360.vault": ("MasterKey",),
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
