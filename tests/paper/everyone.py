"""All papers, by the CRM's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.paper import (
    bullhorn,
    clio,
    connectwise,
    dynamics365,
    google,
    hubspot,
    jobdiva,
    microsoft365,
    netsuite,
    salesforce,
    sugarcrm,
    zendesk,
    zoho,
)
from tests.paper.paper import Paper

PAPERS: Final[Mapping[str, Paper]] = {
    each.PAPER.key: each.PAPER
    for each in (
        bullhorn,
        clio,
        connectwise,
        dynamics365,
        google,
        hubspot,
        jobdiva,
        microsoft365,
        netsuite,
        salesforce,
        sugarcrm,
        zendesk,
        zoho,
    )
}
