"""The objects of the organisation (contract sections 4 and 7), those of people first."""

from __future__ import annotations

from customer360_testkit.fakes.salesforce.fields import READ_ONLY, SObject, flag
from customer360_testkit.fakes.salesforce.stock_activities import event, relation, task, timeline
from customer360_testkit.fakes.salesforce.stock_business import case, content, membership, opportunity, small
from customer360_testkit.fakes.salesforce.stock_people import account, contact, lead, record_type


def objects(*, persons: bool, shared: bool, enhanced_notes: bool) -> list[SObject]:
    """Every object; ``persons``: person accounts are on; ``shared``: activities have further people."""
    found = [contact(), lead(), account(persons), task(shared), event(shared), case(), opportunity()]
    if persons:
        found[0].put(flag("IsPersonAccount", **READ_ONLY))
        found.append(record_type())
    if shared:
        found += [relation("Task", "0RT"), relation("Event", "0RE")]
    found += [timeline("ActivityHistory", "ActivityHistories"), timeline("OpenActivity", "OpenActivities")]
    contents = content()
    found += contents if enhanced_notes else contents[1:]
    return [*found, *small(), membership()]
