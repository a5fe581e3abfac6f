"""What counts as a suite of a connector: what a run of the tests collects."""

from __future__ import annotations

from tests.customer360_zoho.test_conformance import TestLeads as Leads
from tests.customer360_zoho.test_conformance import TestZoho as Zoho

from customer360_salesforce import SalesforceConnector
from customer360_testkit.conformance.linking.covering import suites


def test_a_suite_that_no_run_collects_proves_nothing() -> None:
    """Made for the occasion, or under a name that pytest passes over."""
    hidden = [type(name, (Zoho,), {"people": "Memberships"}) for name in ("TestMembers", "Members")]
    proved = suites(Zoho.connector)
    assert {Zoho, Leads} <= {*proved}
    assert not {*hidden} & {*proved}


def test_a_suite_proves_its_own_connector() -> None:
    """And no other CRM's."""
    assert Zoho not in suites(SalesforceConnector())
