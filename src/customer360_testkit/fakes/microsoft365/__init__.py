"""The fake Microsoft 365 (Graph v1.0 and Entra sign-in), written from the vendor's public material alone."""

from __future__ import annotations

from collections.abc import Iterable

from customer360_testkit.fakes.fake import FakeCrm


def customer360_fakes() -> Iterable[type[FakeCrm]]:
    """The hook of the entry-point group ``customer360.fakes``."""
    from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

    return (Microsoft365Fake,)
