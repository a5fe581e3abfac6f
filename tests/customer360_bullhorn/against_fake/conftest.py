"""The fake Bullhorn under each reading of each fact that its documentation leaves open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.customer360_bullhorn.against_fake.link import FAKE, READINGS, Link, sign_in


@pytest.fixture(scope="module", params=READINGS)
def shared(request: pytest.FixtureRequest) -> Link:
    return sign_in(FAKE(switches=request.param))


@pytest.fixture
def link(shared: Link) -> Iterator[Link]:
    yield shared
    shared.fake.faults.clear()


@pytest.fixture(scope="module")
def plain() -> Link:
    """The hardest readings, and nobody there but whom a test makes."""
    return sign_in(FAKE(cast=()))
