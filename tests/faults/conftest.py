"""The fakes, served once for all rows; each row puts its fake back to its start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.faults.stack import CRMS, Fakes, serving


@pytest.fixture(scope="module")
def fakes() -> Iterator[Fakes]:
    """Of each CRM: the served fake and its clock."""
    with ExitStack() as served:
        yield {crm: served.enter_context(serving(crm)) for crm in CRMS}
