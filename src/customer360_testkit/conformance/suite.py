"""The suite: every check in one class, and no way round one but a reason in writing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from customer360_testkit import by_hand
from customer360_testkit.conformance.activities import ActivityChecks
from customer360_testkit.conformance.agreeing import AgreeingChecks
from customer360_testkit.conformance.apart import ApartChecks
from customer360_testkit.conformance.becoming import BecomingChecks
from customer360_testkit.conformance.bench import checks_of
from customer360_testkit.conformance.breadth import BreadthChecks
from customer360_testkit.conformance.calls import CallChecks
from customer360_testkit.conformance.changing import ChangingChecks
from customer360_testkit.conformance.correcting import CorrectingChecks
from customer360_testkit.conformance.deals import DealChecks
from customer360_testkit.conformance.declaring import DeclaringChecks
from customer360_testkit.conformance.describing import DescribingChecks
from customer360_testkit.conformance.detailed import DetailedChecks
from customer360_testkit.conformance.doubting import DoubtingChecks
from customer360_testkit.conformance.exact import ExactChecks
from customer360_testkit.conformance.failing import FailingChecks
from customer360_testkit.conformance.filtering import FilteringChecks
from customer360_testkit.conformance.finding import FindingChecks
from customer360_testkit.conformance.formed import FormedChecks
from customer360_testkit.conformance.granting import GrantingChecks
from customer360_testkit.conformance.interleaving import InterleavingChecks
from customer360_testkit.conformance.keeping import KeepingChecks
from customer360_testkit.conformance.keyed import KeyedChecks
from customer360_testkit.conformance.kinds import KindChecks
from customer360_testkit.conformance.listing import ListingChecks
from customer360_testkit.conformance.meaning import MeaningChecks
from customer360_testkit.conformance.others import OtherResourceChecks
from customer360_testkit.conformance.outside import OutsideChecks
from customer360_testkit.conformance.paged import PagedChecks
from customer360_testkit.conformance.passing import PassingChecks
from customer360_testkit.conformance.persons import PersonChecks
from customer360_testkit.conformance.placed import PlacedChecks
from customer360_testkit.conformance.placing import PlacingChecks
from customer360_testkit.conformance.reaching import ReachingChecks
from customer360_testkit.conformance.reading import ReadingChecks
from customer360_testkit.conformance.recounting import RecountingChecks
from customer360_testkit.conformance.refusing import RefusingChecks
from customer360_testkit.conformance.repeating import RepeatingChecks
from customer360_testkit.conformance.resources import ResourceChecks
from customer360_testkit.conformance.resuming import ResumingChecks
from customer360_testkit.conformance.searching import SearchingChecks
from customer360_testkit.conformance.signing import SigningChecks
from customer360_testkit.conformance.sought import SoughtChecks
from customer360_testkit.conformance.sparing import SparingChecks
from customer360_testkit.conformance.spelled import SpelledChecks
from customer360_testkit.conformance.strange import StrangeChecks
from customer360_testkit.conformance.syncing import SyncingChecks
from customer360_testkit.conformance.timing import TimingChecks
from customer360_testkit.conformance.touching import TouchingChecks
from customer360_testkit.conformance.truth import TruthChecks
from customer360_testkit.conformance.tying import TyingChecks
from customer360_testkit.conformance.unbent import (
    guarded,
    refuse_replacing,
    refuse_rewriting,
    refuse_waiving,
    refuse_writing_into,
    tools,
    waivers,
)
from customer360_testkit.conformance.untying import UntyingChecks
from customer360_testkit.conformance.wholeness import WholenessChecks
from customer360_testkit.conformance.wording import WordingChecks
from customer360_testkit.conformance.writing import WritingChecks


class ConnectorConformance(
    DeclaringChecks,
    DescribingChecks,
    ReadingChecks,
    PersonChecks,
    SearchingChecks,
    FindingChecks,
    WritingChecks,
    ActivityChecks,
    KindChecks,
    TimingChecks,
    RecountingChecks,
    CallChecks,
    FilteringChecks,
    RepeatingChecks,
    ListingChecks,
    WordingChecks,
    ChangingChecks,
    PagedChecks,
    SoughtChecks,
    UntyingChecks,
    CorrectingChecks,
    SpelledChecks,
    DealChecks,
    AgreeingChecks,
    OtherResourceChecks,
    ResourceChecks,
    WholenessChecks,
    BecomingChecks,
    ResumingChecks,
    MeaningChecks,
    SyncingChecks,
    FailingChecks,
    KeepingChecks,
    GrantingChecks,
    PlacingChecks,
    RefusingChecks,
    SigningChecks,
    ApartChecks,
    InterleavingChecks,
    OutsideChecks,
    BreadthChecks,
    TruthChecks,
    DetailedChecks,
    TouchingChecks,
    FormedChecks,
    TyingChecks,
    KeyedChecks,
    ExactChecks,
    PlacedChecks,
    ReachingChecks,
    PassingChecks,
    DoubtingChecks,
    StrangeChecks,
    SparingChecks,
):
    """What every connector must do, whatever its CRM; subclass it in a test file::

        class TestAcme(ConnectorConformance):
            connector = AcmeConnector()
            people, name_field, spare_field = "people", "family_name", "title"
            refused = ("email", "no address")

            def fields(self, name, phone=None, email=None):
                return {"family_name": name, "phone": phone, "email": email}

            def delete(self, link, ref):
                link.send(Request(method="DELETE", path=f"/people/{ref.id}"))

    Each check runs where the connector declares that it can do what is checked. A check that cannot hold is waived by
    name, with the reason: overriding it raises TypeError, and so does replacing anything else of the suite, by a mixin
    too (see :mod:`.unbent`); what is set afterwards fails when it is run.
    """

    @pytest.fixture(autouse=True)
    def as_written(self) -> Iterator[None]:
        """Each check is the suite's, before it and after it."""
        refuse_bending(type(self), self)
        yield
        refuse_bending(type(self), self)

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        refuse_bending(cls)


def refuse_bending(kind: type[ConnectorConformance], bench: ConnectorConformance | None = None) -> None:
    """Raises TypeError where ``kind``, or the ``bench`` of one check, is not of the suite as it was written."""
    refuse_replacing(kind, ConnectorConformance, _KEPT, CHECKS)
    refuse_rewriting(TOOLS)
    refuse_waiving(kind.__name__, waivers(kind), CHECKS)
    if bench is not None:
        refuse_writing_into(bench, _KEPT)


if not __debug__:  # every check would pass
    raise ImportError("the conformance suite asserts: run it without -O and PYTHONOPTIMIZE")
CHECKS = checks_of(ConnectorConformance)
_KEPT = guarded(ConnectorConformance)
_PARTS = [module for name, module in sys.modules.items() if name.startswith(f"{__package__}.")]
TOOLS = tools([*_PARTS, by_hand], pytest)
