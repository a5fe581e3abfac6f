"""The readings of what a vendor's documentation leaves open, as parameters of a fixture: the switches of its fake."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from customer360_testkit.fakes.fake import FakeCrm


def readings(fake: type[FakeCrm], but: Collection[str] = ()) -> list[Any]:
    """Every switch as it is; then, in the slower tier, each other reading of each switch that is not in ``but``."""
    return [pytest.param({}, id="as they are")] + [
        pytest.param({switch.name: reading}, id=f"{switch.name}-{reading}", marks=pytest.mark.slow)
        for switch in fake.known_switches
        for reading in switch.readings
        if reading != switch.default and switch.name not in but
    ]
