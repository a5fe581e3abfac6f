"""The suite: every check in one class, and no way round one but a reason in writing.

Checks stand in rooms by what they are about; :mod:`.bench` and :mod:`.verbs` are what they work with.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from customer360.core.connector import Connector
from customer360_testkit import by_hand
from customer360_testkit.conformance.activities.belonging import BelongingChecks
from customer360_testkit.conformance.activities.calls import CallChecks
from customer360_testkit.conformance.activities.changing import ChangingChecks
from customer360_testkit.conformance.activities.correcting import CorrectingChecks
from customer360_testkit.conformance.activities.deals import DealChecks
from customer360_testkit.conformance.activities.detailed import DetailedChecks
from customer360_testkit.conformance.activities.ends import EndChecks
from customer360_testkit.conformance.activities.filtering import FilteringChecks
from customer360_testkit.conformance.activities.kinds import KindChecks
from customer360_testkit.conformance.activities.listing import ListingChecks
from customer360_testkit.conformance.activities.paged import PagedChecks
from customer360_testkit.conformance.activities.ruled import RuledChecks
from customer360_testkit.conformance.activities.screened import ScreenedChecks
from customer360_testkit.conformance.activities.timing import TimingChecks
from customer360_testkit.conformance.activities.tying import TyingChecks
from customer360_testkit.conformance.activities.untying import UntyingChecks
from customer360_testkit.conformance.activities.wording import WordingChecks
from customer360_testkit.conformance.activities.written import ActivityChecks
from customer360_testkit.conformance.bench import ONCE, checks_of
from customer360_testkit.conformance.bounds.apart import ApartChecks
from customer360_testkit.conformance.bounds.foreign import ForeignChecks
from customer360_testkit.conformance.bounds.interleaving import InterleavingChecks
from customer360_testkit.conformance.bounds.keeping import KeepingChecks
from customer360_testkit.conformance.bounds.outside import OutsideChecks
from customer360_testkit.conformance.bounds.reaching import ReachingChecks
from customer360_testkit.conformance.bounds.untouched import UntouchedChecks
from customer360_testkit.conformance.describing.choices import ChoiceChecks
from customer360_testkit.conformance.describing.declaring import DeclaringChecks
from customer360_testkit.conformance.describing.everywhere import EverywhereChecks
from customer360_testkit.conformance.describing.fields import DescribingChecks
from customer360_testkit.conformance.describing.formed import FormedChecks
from customer360_testkit.conformance.describing.typed import TypedChecks
from customer360_testkit.conformance.failing.doubting import DoubtingChecks
from customer360_testkit.conformance.failing.errors import FailingChecks
from customer360_testkit.conformance.failing.later import LaterChecks
from customer360_testkit.conformance.failing.meaning import MeaningChecks
from customer360_testkit.conformance.failing.passing import PassingChecks
from customer360_testkit.conformance.failing.refusing import RefusingChecks
from customer360_testkit.conformance.finding.breadth import BreadthChecks
from customer360_testkit.conformance.finding.crowded import CrowdedChecks
from customer360_testkit.conformance.finding.found import FindingChecks
from customer360_testkit.conformance.finding.searching import SearchingChecks
from customer360_testkit.conformance.finding.sparing import SparingChecks
from customer360_testkit.conformance.finding.spelled import SpelledChecks
from customer360_testkit.conformance.finding.strange import StrangeChecks
from customer360_testkit.conformance.linking.covering import CoveringChecks, suites
from customer360_testkit.conformance.linking.granting import GrantingChecks
from customer360_testkit.conformance.linking.lasting import LastingChecks
from customer360_testkit.conformance.linking.placing import PlacingChecks
from customer360_testkit.conformance.linking.signing import SigningChecks
from customer360_testkit.conformance.nets.amounts import AmountNets
from customer360_testkit.conformance.nets.besides import BesidesNets
from customer360_testkit.conformance.nets.conditions import ConditionNets
from customer360_testkit.conformance.nets.corrections import CorrectionNets
from customer360_testkit.conformance.nets.deleted import DeletedNets
from customer360_testkit.conformance.nets.described import DescribedNets
from customer360_testkit.conformance.nets.drafts import DraftNets
from customer360_testkit.conformance.nets.erring import ErringNets
from customer360_testkit.conformance.nets.failing import FailingNets
from customer360_testkit.conformance.nets.following import FollowingNets
from customer360_testkit.conformance.nets.fresh import FreshNets
from customer360_testkit.conformance.nets.large import LargeNets
from customer360_testkit.conformance.nets.lists import ListNets
from customer360_testkit.conformance.nets.meanwhile import MeanwhileNets
from customer360_testkit.conformance.nets.noted import NotedNets
from customer360_testkit.conformance.nets.people import PeopleNets
from customer360_testkit.conformance.nets.referring import ReferringNets
from customer360_testkit.conformance.nets.shapes import ShapeNets
from customer360_testkit.conformance.nets.standing import StandingNets
from customer360_testkit.conformance.nets.teams import TeamNets
from customer360_testkit.conformance.nets.telling import TellingNets
from customer360_testkit.conformance.nets.waste import WasteNets
from customer360_testkit.conformance.nets.worded import WordedNets
from customer360_testkit.conformance.people.exact import ExactChecks
from customer360_testkit.conformance.people.others import OtherResourceChecks
from customer360_testkit.conformance.people.persons import PersonChecks
from customer360_testkit.conformance.people.placed import PlacedChecks
from customer360_testkit.conformance.people.reading import ReadingChecks
from customer360_testkit.conformance.people.resources import ResourceChecks
from customer360_testkit.conformance.people.touching import TouchingChecks
from customer360_testkit.conformance.people.truth import TruthChecks
from customer360_testkit.conformance.people.wholeness import WholenessChecks
from customer360_testkit.conformance.people.writing import WritingChecks
from customer360_testkit.conformance.repeats.clocked import ClockedChecks
from customer360_testkit.conformance.repeats.keyed import KeyedChecks
from customer360_testkit.conformance.repeats.repeating import RepeatingChecks
from customer360_testkit.conformance.repeats.sought import SoughtChecks
from customer360_testkit.conformance.syncing.agreeing import AgreeingChecks
from customer360_testkit.conformance.syncing.becoming import BecomingChecks
from customer360_testkit.conformance.syncing.changes import SyncingChecks
from customer360_testkit.conformance.syncing.flooded import FloodedChecks
from customer360_testkit.conformance.syncing.resuming import ResumingChecks
from customer360_testkit.conformance.unbent import (
    guarded,
    refuse_leaving_out,
    refuse_replacing,
    refuse_rewriting,
    refuse_waiving,
    refuse_writing_into,
    tools,
    waivers,
)
from customer360_testkit.conformance.unplayed import Place, watch_of


class ConnectorConformance(
    DeclaringChecks,
    DescribingChecks,
    EverywhereChecks,
    TypedChecks,
    ChoiceChecks,
    FormedChecks,
    ReadingChecks,
    PersonChecks,
    WritingChecks,
    OtherResourceChecks,
    ResourceChecks,
    WholenessChecks,
    TruthChecks,
    TouchingChecks,
    ExactChecks,
    PlacedChecks,
    SearchingChecks,
    FindingChecks,
    SpelledChecks,
    BreadthChecks,
    CrowdedChecks,
    StrangeChecks,
    SparingChecks,
    RepeatingChecks,
    SoughtChecks,
    ClockedChecks,
    KeyedChecks,
    ActivityChecks,
    KindChecks,
    TimingChecks,
    CallChecks,
    FilteringChecks,
    ListingChecks,
    WordingChecks,
    ChangingChecks,
    EndChecks,
    PagedChecks,
    UntouchedChecks,
    UntyingChecks,
    CorrectionNets,
    NotedNets,
    BesidesNets,
    DraftNets,
    ScreenedChecks,
    RuledChecks,
    CorrectingChecks,
    TyingChecks,
    DetailedChecks,
    DealChecks,
    BelongingChecks,
    MeaningChecks,
    LaterChecks,
    FailingChecks,
    RefusingChecks,
    PassingChecks,
    DoubtingChecks,
    AgreeingChecks,
    BecomingChecks,
    FloodedChecks,
    ResumingChecks,
    SyncingChecks,
    CoveringChecks,
    GrantingChecks,
    LastingChecks,
    PlacingChecks,
    SigningChecks,
    KeepingChecks,
    ApartChecks,
    InterleavingChecks,
    OutsideChecks,
    ForeignChecks,
    ReachingChecks,
    StandingNets,
    ListNets,
    FreshNets,
    FailingNets,
    ErringNets,
    MeanwhileNets,
    ReferringNets,
    DeletedNets,
    TeamNets,
    WasteNets,
    AmountNets,
    ConditionNets,
    DescribedNets,
    PeopleNets,
    TellingNets,
    FollowingNets,
    LargeNets,
    ShapeNets,
    WordedNets,
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
    def as_written(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Each check is the suite's, before it and after it; what it plays of the connector's code is noted."""
        refuse_bending(type(self), self)
        first, *others = suites(self.connector) or [type(self)]
        if getattr(request.function, ONCE, False) and type(self) in others:
            pytest.skip(f"once for each CRM: {first.__name__} runs it")
        with watch_of(self.connector) as watch:
            yield
        watch.checks.add(request.function.__name__)
        refuse_bending(type(self), self)

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        refuse_bending(cls)


def refuse_bending(kind: type[ConnectorConformance], bench: ConnectorConformance | None = None) -> None:
    """Raises TypeError where ``kind``, or the ``bench`` of one check, is not of the suite as it was written."""
    refuse_replacing(kind, ConnectorConformance, _KEPT, CHECKS)
    refuse_rewriting(TOOLS)
    refuse_waiving(kind.__name__, waivers(kind), CHECKS)
    refuse_leaving_out(kind)
    if bench is not None:
        refuse_writing_into(bench, _KEPT)


def unplayed(connector: Connector) -> list[Place]:
    """Where in the code of a connector of this kind no check came: what is wrong there, none can see.

    What is accounted for is left out; see :mod:`.unplayed`. It belongs behind the suite's classes, and skips where not
    all of the suite was run before, in this process::

        def test_no_code_is_left_unplayed():
            assert unplayed(AcmeConnector()) == []
    """
    watch = watch_of(connector)
    if missing := CHECKS.keys() - watch.checks:
        pytest.skip(f"{len(missing)} of {len(CHECKS)} checks were not run before this, in this process")
    return [place for place in watch.places() if not place.reason]


if not __debug__:  # every check would pass
    raise ImportError("the conformance suite asserts: run it without -O and PYTHONOPTIMIZE")
CHECKS = checks_of(ConnectorConformance)
_KEPT = guarded(ConnectorConformance)
_PARTS = [module for name, module in sys.modules.items() if name.startswith(f"{__package__}.")]
TOOLS = tools([*_PARTS, by_hand], pytest)
