"""The fake Bullhorn ATS/CRM (REST API), written from the vendor's public material and from nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable

from customer360_testkit.fakes.fake import FakeCrm


def customer360_fakes() -> Iterable[type[FakeCrm]]:
    """The hook of the entry-point group ``customer360.fakes``."""
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

    return (BullhornFake,)
