"""Who is this? The match flow: ordered criteria, the fewest requests that suffice, every hit verified
(F020-F026, D1, D2, D4).

For each criterion in the administrator's order, all contact resources are asked side by side in one round trip;
the first criterion that hits ends the search unless the policy combines them. Where a phone index is kept, it
is asked first and its candidates are read live before they are shown; when the CRM cannot be asked, the index
answers alone, marked as such. An index that is older than the policy allows is no answer: the CRM is searched as well,
and where it cannot be, nobody is said to be the only one, or not to exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol

import attrs

from customer360.connections import Connection
from customer360.core.connector import SEARCHES
from customer360.core.effects import Err, Now, Ok, Operation, Outcome, gather, settle, within
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    Forbidden,
    Gone,
    InvalidValue,
    NotFound,
    QuotaExceeded,
    RateLimited,
    TransportError,
    Truncated,
    Unsupported,
    ValidationFailed,
)
from customer360.core.interactions import Interaction
from customer360.core.matching import (
    INTERACTION,
    Match,
    MatchPolicy,
    MatchResult,
    MatchSource,
    MatchStep,
    MatchStepKind,
    Wanted,
    rank,
    verify,
    wanted,
)
from customer360.core.metadata import Resource
from customer360.core.phones import PhoneNumber
from customer360.core.records import Contact, Page, RecordRef
from customer360.core.search import EmailIs, FieldIs, PhoneIs


@attrs.frozen(kw_only=True)
class IndexAnswer:
    """What the index knows: slim snapshots of the contacts that hold the value, or ``why`` it cannot say yet.

    ``begun``: whether anybody has begun to fill it. ``as_of``: until when (seconds since the epoch) it knew everything
    that it was asked for.
    """

    ready: bool
    begun: bool = True
    contacts: tuple[Contact, ...] = ()
    why: str = ""
    as_of: float | None = None


class ContactIndex(Protocol):
    """The local index, as the match flow sees it (see :mod:`customer360.index.phone_index`)."""

    def candidates(
        self, connection: Connection, query: PhoneIs | EmailIs, number: PhoneNumber | None
    ) -> Operation[IndexAnswer]:
        """The indexed contacts that may hold the value."""


@attrs.frozen
class _Report:
    """What came of asking for one criterion."""

    matches: tuple[Match, ...] = ()
    steps: tuple[MatchStep, ...] = ()
    truncated: bool = False


async def find(
    connection: Connection,
    interaction: Interaction,
    policy: MatchPolicy,
    *,
    index: ContactIndex | None = None,
    patience: float = 3.0,
) -> MatchResult:
    """The customer's contacts, best first, with the account of how they were found.

    ``patience`` is the number of seconds that one criterion may take. Never raises for what a CRM answers:
    failures are steps of the result, and ``none``, ``failed`` and ``partly failed`` are different results.
    """
    wants = [wanted(criterion, interaction, policy) for criterion in policy.criteria_of(interaction.channel)]

    async def ask(want: Wanted) -> _Report:
        if want.query is None:
            return _Report(steps=(MatchStep(MatchStepKind.LEFT_OUT, str(want.criterion), INTERACTION, want.why),))
        return await _ask(connection, want, policy, index, patience)

    reports: list[_Report] = []
    if policy.combine:
        reports.extend(await gather(*[ask(want) for want in wants]))
    else:
        hit = False
        for want in wants:
            if hit:
                step = MatchStep(
                    MatchStepKind.LEFT_OUT, str(want.criterion), connection.crm, "an earlier criterion hit"
                )
                reports.append(_Report(steps=(step,)))
            else:
                reports.append(report := await ask(want))
                hit = bool(report.matches)
    order = {resource.name: place for place, resource in enumerate(connection.resources)}
    ranked = rank([match for report in reports for match in report.matches], order)
    return MatchResult(
        matches=ranked[: policy.limit],
        steps=tuple([step for report in reports for step in report.steps]),
        truncated=len(ranked) > policy.limit or any([report.truncated for report in reports]),
    )


async def likely(
    connection: Connection, interaction: Interaction, policy: MatchPolicy, index: ContactIndex
) -> RecordRef | None:
    """The one contact that the index expects this interaction to be from, if it expects exactly one.

    Asks no CRM.
    """
    for criterion in policy.criteria_of(interaction.channel):
        want = wanted(criterion, interaction, policy)
        if isinstance(want.query, PhoneIs | EmailIs):
            answer = await index.candidates(connection, want.query, want.number)
            expected = _expected(answer, want, policy)
            return expected[0].ref if len(expected) == 1 else None
        if want.query is not None:
            return None
    return None


def _expected(answer: IndexAnswer, want: Wanted, policy: MatchPolicy) -> tuple[Contact, ...]:
    """Those of the index's candidates that held the value when they were read; look-alikes cost no request."""
    if not answer.ready:
        return ()
    return tuple(each for each in answer.contacts if verify(each, want, policy.regions) is not None)


async def _ask(
    connection: Connection, want: Wanted, policy: MatchPolicy, index: ContactIndex | None, patience: float
) -> _Report:
    steps: tuple[MatchStep, ...] = ()
    if index is not None and isinstance(want.query, PhoneIs | EmailIs):
        answer = await index.candidates(connection, want.query, want.number)
        if not answer.ready:
            if not answer.begun and connection.capabilities[SEARCHES[type(want.query)]].can:
                return await _search(connection, want, policy, patience)  # who needs no index hears nothing of one
            steps = (MatchStep(MatchStepKind.LEFT_OUT, str(want.criterion), "the index", answer.why),)
        elif (age := await _outdated(answer, policy)) is not None:
            return await _ask_both(connection, want, policy, answer, age, patience)
        elif not (expected := _expected(answer, want, policy)):
            steps = (MatchStep(MatchStepKind.MISSED, str(want.criterion), "the index"),)
        else:
            read = await _read_live(connection, want, policy, expected[: policy.limit], patience, answer.as_of)
            if read.matches:
                return attrs.evolve(read, truncated=len(expected) > policy.limit)
            steps = read.steps
    searched = await _search(connection, want, policy, patience)
    return _Report(searched.matches, (*steps, *searched.steps), searched.truncated)


async def _outdated(answer: IndexAnswer, policy: MatchPolicy) -> float | None:
    """How old the answer is, in seconds, if it is older than the policy allows."""
    if answer.as_of is None or policy.index_age is None:
        return None
    age = await Now() - answer.as_of
    return age if age > policy.index_age else None


async def _ask_both(
    connection: Connection, want: Wanted, policy: MatchPolicy, answer: IndexAnswer, age: float, patience: float
) -> _Report:
    """Those whom an outdated index names, and those whom a search finds, in one round trip."""
    assert want.query is not None
    expected = _expected(answer, want, policy)
    read, searched = await gather(
        _read_live(connection, want, policy, expected[: policy.limit], patience, answer.as_of, outdated=True),
        _search(connection, want, policy, patience),
    )
    asked = connection.capabilities[SEARCHES[type(want.query)]].can
    detail = f"last brought up to date {_ago(age)} ago{'' if asked else ', who came since is not in it'}"
    kind = MatchStepKind.LEFT_OUT if asked else MatchStepKind.FAILED
    return _Report(
        (*read.matches, *searched.matches),
        (MatchStep(kind, str(want.criterion), "the index", detail), *read.steps, *searched.steps),
        truncated=searched.truncated or len(expected) > policy.limit,
    )


async def _read_live(
    connection: Connection,
    want: Wanted,
    policy: MatchPolicy,
    snapshots: tuple[Contact, ...],
    patience: float,
    as_of: float | None,
    *,
    outdated: bool = False,
) -> _Report:
    """The index's candidates as they are now; as they were, marked so, where the CRM cannot be asked."""
    outcomes = await settle(*[within(patience, _current(connection, each.ref)) for each in snapshots])
    criterion = str(want.criterion)
    matches: list[Match] = []
    gone = 0
    failure: Customer360Error | None = None
    for snapshot, outcome in zip(snapshots, outcomes, strict=True):
        match outcome:
            case Ok(contact):
                found = verify(contact, want, policy.regions)
                gone += found is None
            case Err(NotFound() | Gone()):
                found, gone = None, gone + 1
            case Err(TransportError() | CrmUnavailable() | RateLimited() | QuotaExceeded() as error):
                failure = error
                found = verify(snapshot, want, policy.regions, source=MatchSource.INDEX)
                then = None if as_of is None else datetime.fromtimestamp(as_of, UTC)
                found = found and attrs.evolve(found, as_of=then, outdated=outdated)
            case Err(Customer360Error() as error):
                # It was asked, and refused: what this agent may not see in the CRM is not shown from elsewhere.
                failure, found = error, None
            case Err(error):
                raise error
        if found is not None:
            matches.append(found)
    steps: list[MatchStep] = []
    if matches:
        steps.append(MatchStep(MatchStepKind.HIT, criterion, "the index", _counted(len(matches), "contact")))
    if gone:
        steps.append(
            MatchStep(MatchStepKind.MISSED, criterion, "the index", f"{_counted(gone, 'contact')} changed or gone")
        )
    if failure is not None:
        steps.append(
            MatchStep(MatchStepKind.FAILED, criterion, connection.crm, f"could not be read live: {_said(failure)}")
        )
    return _Report(tuple(matches), tuple(steps))


async def _current(connection: Connection, ref: RecordRef) -> Contact:
    """The record, or the one it was merged into (D6)."""
    try:
        return await connection.run(connection.connector.get(connection.facts, ref))
    except Gone as gone:
        if gone.merged_into is None:
            raise
        return await connection.run(connection.connector.get(connection.facts, gone.merged_into))


async def _search(connection: Connection, want: Wanted, policy: MatchPolicy, patience: float) -> _Report:
    """All resources that can hold the value, in one round trip."""
    assert want.query is not None
    criterion = str(want.criterion)
    support = connection.capabilities[SEARCHES[type(want.query)]]
    if not support.can:
        return _Report(steps=(MatchStep(MatchStepKind.LEFT_OUT, criterion, connection.crm, support.reason),))
    places = [resource for resource in connection.contact_resources if _holds(resource, want)]
    if not places:
        return _Report(
            steps=(
                MatchStep(MatchStepKind.LEFT_OUT, criterion, connection.crm, "no configured resource has such a field"),
            )
        )
    outcomes = await settle(
        *[within(patience, _found_in(connection, resource, want, policy.limit)) for resource in places]
    )
    matches: list[Match] = []
    steps: list[MatchStep] = []
    truncated = False
    for resource, outcome in zip(places, outcomes, strict=True):
        match outcome:
            case Ok(page):
                hits = [hit for hit in (verify(each, want, policy.regions) for each in page.items) if hit is not None]
                matches.extend(hits)
                truncated = truncated or page.next is not None
                unseen = page.next is not None and not hits  # whoever it is may be among those not handed out
                kind = MatchStepKind.HIT if hits else MatchStepKind.FAILED if unseen else MatchStepKind.MISSED
                dropped = len(page.items) - len(hits)
                detail = f"{_counted(dropped, 'look-alike')} dropped" if dropped else ""
                detail += ", more were not looked at" if unseen else ""
                steps.append(MatchStep(kind, criterion, resource.label, detail))
            case Err(Unsupported() as error):
                steps.append(MatchStep(MatchStepKind.LEFT_OUT, criterion, resource.label, _said(error)))
            case Err(ValidationFailed() | InvalidValue()) if isinstance(want.query, FieldIs):
                steps.append(
                    MatchStep(MatchStepKind.LEFT_OUT, criterion, resource.label, "it has no such field to ask for")
                )
            case Err(Forbidden() as error) if _some_allowed(outcomes):
                steps.append(MatchStep(MatchStepKind.LEFT_OUT, criterion, resource.label, _said(error)))
            case Err(Truncated() as error):
                truncated = True
                steps.append(MatchStep(MatchStepKind.FAILED, criterion, resource.label, _said(error)))
            case Err(Customer360Error() as error):
                steps.append(MatchStep(MatchStepKind.FAILED, criterion, resource.label, _said(error)))
            case Err(error):
                raise error
    return _Report(tuple(matches), tuple(steps), truncated)


async def _found_in(connection: Connection, resource: Resource, want: Wanted, limit: int) -> Page[Contact]:
    assert want.query is not None
    return await connection.run(connection.connector.search(connection.facts, resource.name, want.query, limit=limit))


def _some_allowed(outcomes: Iterable[Outcome[Page[Contact]]]) -> bool:
    """Contacts that this agent may not see anyway hide nothing; being allowed nothing at all is a failure."""
    return not all(isinstance(each, Err) and isinstance(each.error, Forbidden) for each in outcomes)


def _holds(resource: Resource, want: Wanted) -> bool:
    match want.query:
        case PhoneIs():
            return bool(resource.phones)
        case EmailIs():
            return bool(resource.emails)
        case _:
            return True


def _ago(seconds: float) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return _counted(int(seconds // length), unit)
    return _counted(int(seconds), "second")


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _said(error: Customer360Error) -> str:
    """An error as part of a sentence: its kind and text, which hold no personal data."""
    return f"{type(error).__name__}, {error.what}"
