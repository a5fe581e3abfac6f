"""Among thousands whoever is asked for is found, or it is said that there are more, and every hit is whole."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from customer360.core.capabilities import Capability
from customer360.core.errors import Truncated, Unsupported
from customer360.core.records import Contact
from customer360.core.search import FieldIs, NameHas, PhoneIs, Query, TextHas
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches
from customer360_testkit.fakes.cast import CastMember, CastPhone

_CREATE, _PHONE = Capability.CREATE_CONTACT, Capability.SEARCH_PHONE
_MOST = 250
"""More than most vendors hand out at once; where a page holds thousands, these will do."""
_NUMBER, _NATIONAL = "+442079460991", "2079460991"
_LONG_AGO = 7200.0
"""Seconds after which nobody counts as new."""


class CrowdedChecks(Bench):
    """See the module."""

    @catches("finds people of a further page without their numbers", _CREATE)
    def test_the_last_of_many_hits_is_as_whole_as_the_first(self, link: Link) -> None:
        """On whatever page it stands, whatever was asked: every hit is compared again (D1)."""
        numbers = [f"+4420794{n:05d}" for n in range(min(self.connector.limits.page_size, _MOST) + 5)]
        first, *others = self.writable(link, self.resource(link).phones)
        shared = {self.spare_field: "Quillpaged", **dict.fromkeys(others[:1], _NUMBER)}
        made = {self.made_with(link, f"Quillpaged {n}", {first: n, **shared}): n for n in numbers}
        link.wait(LAG)
        asked: list[Query] = [NameHas("Quillpaged"), TextHas("Quillpaged"), FieldIs(self.spare_field, "Quillpaged")]
        for query in (*asked, PhoneIs(_NUMBER, _NATIONAL, "GB")):
            hits: tuple[Contact, ...] = ()
            with suppress(Unsupported, Truncated):
                hits = self.found(link, query, limit=len(made))
            for hit in hits:
                assert made[hit.ref] in [phone.text for phone in hit.phones if phone.field == first], type(query)

    @catches("takes a search that was cut off for nobody", _PHONE, _CREATE)
    def test_a_search_by_number_that_is_cut_off_is_not_nobody(self, link: Link) -> None:
        """Who has the number, or that there are more, or that they are too many: a stranger would be made anew (D1)."""
        crowded = self.signed_in(self.made(cast=(*link.fake.cast, *_alike())))
        ref = self.make(crowded, "Quillsought", _NUMBER)
        crowded.wait(_LONG_AGO)
        query = PhoneIs(_NUMBER, _NATIONAL, "GB")
        try:
            page = crowded.run(self.connector.search(crowded.facts, self.people, query, limit=5))
        except Truncated:
            return
        assert page.next is not None or ref in {hit.ref for hit in page.items}


def _alike() -> Sequence[CastMember]:
    """Thousands whose numbers end as the number ends, and hundreds that begin as it ends."""
    ends = [f"+4420{n:04d}0991" for n in range(10_000) if n % 1000 != int(_NATIONAL[3:6])][:2_100]
    begins = [f"{_NATIONAL[4:]}{n:04d}" for n in range(300)]
    return [_person(at, number) for at, number in enumerate((*ends, *begins))]


def _person(at: int, number: str) -> CastMember:
    """At a place behind the shared cast at which fakes put somebody of one kind, without a past."""
    phones = (CastPhone("work", number, number),)
    return CastMember((at + 3) * 84 + 1, "person", "Ada", f"Quillalike{at}", "", "GB", phones, ())
