"""All papers, by the CRM's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.paper import microsoft365, salesforce, zoho
from tests.paper.paper import Paper

PAPERS: Final[Mapping[str, Paper]] = {
    each.PAPER.key: each.PAPER
    for each in (
        microsoft365,
        salesforce,
        zoho,
    )
}
