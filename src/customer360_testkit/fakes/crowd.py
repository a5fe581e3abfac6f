"""As many customers as a large organisation has, where the shared cast would be too few: for a sync of all of them.

``Sandbox("zoho", cast=crowd(100_000))``. Everybody is a person with one number of their own, none has a past: the same
count of contacts in every CRM, and a fake is filled in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence

from customer360_testkit.fakes.cast import CastMember, CastPhone, spellings

_AREAS = (201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231)
_STEP = 84
"""Fakes give a past, a different kind, another mailbox to every so-manieth member by number; these numbers are none."""
MOST = len(_AREAS) * 10_000


def crowd(size: int) -> Sequence[CastMember]:
    """``size`` persons, at most :data:`MOST`; the first ones are the same for every size."""
    if not 0 <= size <= MOST:
        raise ValueError(f"a crowd has up to {MOST} people: there are no more numbers of the form 555")
    return [_person(at) for at in range(size)]


def number_of(at: int) -> str:
    """The number, in E.164, of the person at that place of any crowd."""
    return "+1" + _national(at)


def _national(at: int) -> str:
    return f"{_AREAS[at // 10_000]}555{at % 10_000:04d}"


def _person(at: int) -> CastMember:
    typed = spellings("US", _national(at))
    return CastMember(
        number=at * _STEP + 1,
        kind="person",
        given=f"Given{at % 977}",
        family=f"Family{at}",
        company="",
        country="US",
        phones=(CastPhone("work", typed[at % len(typed)], number_of(at)),),
        emails=(f"customer{at}@example.com",) if at % 2 else (),
    )
