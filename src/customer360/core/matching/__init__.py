"""Who is this?

Criteria, evidence, ranking and the explanation: pure; the searching itself is a flow of the runtime.
"""

from customer360.core.matching.criteria import ByEmail, ByField, ByName, ByPhone, Criterion, MatchPolicy, Wanted, wanted
from customer360.core.matching.result import (
    INTERACTION,
    Evidence,
    Found,
    Match,
    MatchResult,
    MatchSource,
    MatchStep,
    MatchStepKind,
)
from customer360.core.matching.verify import rank, verify

__all__ = [
    "INTERACTION",
    "ByEmail",
    "ByField",
    "ByName",
    "ByPhone",
    "Criterion",
    "Evidence",
    "Found",
    "Match",
    "MatchPolicy",
    "MatchResult",
    "MatchSource",
    "MatchStep",
    "MatchStepKind",
    "Wanted",
    "rank",
    "verify",
    "wanted",
]
