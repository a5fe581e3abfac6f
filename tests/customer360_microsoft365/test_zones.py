"""Windows' names of zones, judged by CLDR's table, as babel brings it, and by the rules of each zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from babel.core import get_global

from customer360.core.wire import Response
from customer360_microsoft365.zones import IANA

CLDR = get_global("windows_zone_mapping")
DAYS = [datetime(year, month, 15, tzinfo=UTC) for year in (2024, 2025, 2026) for month in range(1, 13)]


def clocks(name: str) -> list[timedelta | None]:
    """What clocks show there beyond UTC, month by month."""
    return [day.astimezone(ZoneInfo(name)).utcoffset() for day in DAYS]


@pytest.mark.parametrize("name", sorted({*IANA, *CLDR}))
def test_a_zone_is_the_one_that_cldr_names(
    graph: Any, reply: Callable[..., Response], rows: Callable[..., Response], name: str
) -> None:
    """By whatever name: clocks show the same there in every month, and none is left out."""
    graph.facts = attrs.evolve(graph.facts, settings={"mailbox_settings": "yes"})
    op = graph.connector.identify(graph.facts)
    zone = graph.run(op, reply({"id": "U1"}), rows(), rows(), rows(), reply({"timeZone": name})).zone
    assert clocks(zone) == clocks(CLDR.get(name) or IANA[name])


def test_no_name_is_given_that_was_given_up() -> None:
    """Systems without the old names do not find those; in the zone that CLDR has, whatever it calls it."""
    old = {"Asia/Calcutta", "Asia/Katmandu", "Asia/Rangoon", "Europe/Kiev", "America/Godthab", "America/Indianapolis"}
    assert not old & set(IANA.values())
