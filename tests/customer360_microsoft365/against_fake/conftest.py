"""The fake Microsoft 365 under each reading of each fact that Microsoft leaves open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.customer360_microsoft365.against_fake.link import FAKE, READINGS, Link, sign_in


@pytest.fixture(scope="module", params=READINGS)
def shared(request: pytest.FixtureRequest) -> Link:
    return sign_in(FAKE(switches=request.param))


@pytest.fixture
def link(shared: Link) -> Iterator[Link]:
    yield shared
    shared.fake.faults.clear()


@pytest.fixture(scope="module")
def plain() -> Link:
    """The hardest readings."""
    return sign_in(FAKE())
