"""The answer to "who is this?": candidates with their evidence, and an account of how they were found (M1, D2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import attrs

from customer360.core.phones import Grade
from customer360.core.records import Contact


class Found(StrEnum):
    """Five answers that are never confused."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"
    FAILED = "failed"
    """Nothing was found, because what should have been asked could not be asked."""

    PARTLY_FAILED = "partly_failed"
    """What was found may not be all: some of what should have been asked failed."""


class MatchSource(StrEnum):
    """Where a candidate was read."""

    CRM = "crm"
    """Live, just now."""

    INDEX = "index"
    """From the local index alone, because the CRM could not be asked: to be shown as unverified."""


@attrs.frozen
class Evidence:
    """Why a contact is a candidate: the criterion, the field that holds the value, how surely it means it."""

    criterion: str
    field: str
    grade: Grade


@attrs.frozen
class Match:
    """One candidate.

    ``evidence`` is ordered, the strongest first, never empty. Of one from the index, ``as_of`` is when the index knew
    everything that the CRM knew; ``outdated`` says that this is longer ago than the policy allows.
    """

    contact: Contact
    evidence: tuple[Evidence, ...]
    source: MatchSource = MatchSource.CRM
    as_of: datetime | None = None
    outdated: bool = False

    @property
    def grade(self) -> Grade:
        """The strongest evidence."""
        return self.evidence[0].grade

    @property
    def certain(self) -> bool:
        """Exact by a live record.

        Everything else is to be confirmed by a person.
        """
        return self.grade is Grade.EXACT and self.source is MatchSource.CRM


class MatchStepKind(StrEnum):
    """What became of one thing that might have been asked."""

    HIT = "hit"
    MISSED = "missed"
    FAILED = "failed"
    LEFT_OUT = "left out"


INTERACTION = "the interaction"
"""Where a step was left out because the interaction brings nothing to ask for."""


@attrs.frozen
class MatchStep:
    """One thing that was tried or left out: the criterion, where (a resource, the index), what came of it, and why.

    ``detail`` holds counts and reasons, never numbers, names or addresses: an explanation may be logged.
    """

    kind: MatchStepKind
    criterion: str
    where: str
    detail: str = ""


@attrs.frozen(kw_only=True)
class MatchResult:
    """Candidates, best first, and the explanation as data; :meth:`sentence` says it in words."""

    matches: tuple[Match, ...] = ()
    steps: tuple[MatchStep, ...] = ()
    truncated: bool = False

    @property
    def found(self) -> Found:
        """Which of the five answers this is."""
        failed = any(step.kind is MatchStepKind.FAILED for step in self.steps)
        if failed:
            answered = bool(self.matches) or any(step.kind is MatchStepKind.MISSED for step in self.steps)
            return Found.PARTLY_FAILED if answered else Found.FAILED
        if not self.matches:
            return Found.FAILED if self._asked_nobody else Found.NONE
        return Found.ONE if len(self.matches) == 1 and not self.truncated else Found.SEVERAL

    @property
    def _asked_nobody(self) -> bool:
        """There was something to ask, and nowhere to ask it: that is no "there is no such customer"."""
        unasked = [step for step in self.steps if step.kind is MatchStepKind.LEFT_OUT and step.where != INTERACTION]
        return bool(unasked) and all(step.kind is MatchStepKind.LEFT_OUT for step in self.steps)

    @property
    def best(self) -> Match | None:
        """The one candidate to open by itself: known to be the only one, and not merely similar (F026, D2).

        A search that failed in part may have missed another; the index, where the CRM could not be asked, has not,
        unless it is outdated.
        """
        if len(self.matches) != 1 or self.truncated:
            return None
        (only,) = self.matches
        alone = self.found is Found.ONE or (only.source is MatchSource.INDEX and not only.outdated)
        return only if alone and only.grade > Grade.WEAK else None

    def sentence(self) -> str:
        """The explanation for a person: what was found, and what was tried, failed and left out."""
        count = len(self.matches)
        counted = "one contact matches" if count == 1 else f"{count or 'no'} contacts match"
        head = {
            Found.NONE: "No contact matches",
            Found.ONE: "One contact matches",
            Found.SEVERAL: f"{counted.capitalize()}{' and more exist' if self.truncated else ''}",
            Found.FAILED: "The search failed",
            Found.PARTLY_FAILED: f"The search failed in part; {counted} so far",
        }[self.found]
        if self.matches:
            first = self.matches[0].evidence[0]
            head += f", by {first.criterion} in {first.field} ({_GRADES[first.grade]})"
        return f"{head}. {'; '.join(_told(step) for step in self.steps)}." if self.steps else f"{head}."


_GRADES = {
    Grade.EXACT: "exact",
    Grade.NATIONAL: "same national number",
    Grade.WEAK: "similar only",
    Grade.NONE: "unproven",
}


def _told(step: MatchStep) -> str:
    detail = f": {step.detail}" if step.detail else ""
    return f"{step.criterion} in {step.where} {step.kind.value}{detail}"


def merged(results: Sequence[Match]) -> tuple[Match, ...]:
    """The same contact found twice becomes one candidate with both evidences."""
    found: dict[object, Match] = {}
    for match in results:
        before = found.setdefault(match.contact.ref, match)
        if before is not match:
            evidence = tuple(dict.fromkeys((*before.evidence, *match.evidence)))
            ordered = tuple(sorted(evidence, key=lambda e: -e.grade))
            live = before if before.source is MatchSource.CRM else match
            found[match.contact.ref] = attrs.evolve(live, evidence=ordered)
    return tuple(found.values())
