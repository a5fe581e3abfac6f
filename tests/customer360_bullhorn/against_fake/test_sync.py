"""What has changed since a cursor, under each reading."""

from __future__ import annotations

import pytest
from tests.customer360_bullhorn.against_fake.link import PEOPLE, Link, delete, make


@pytest.mark.parametrize("resource", [*PEOPLE, "ClientCorporation"])
def test_delta(link: Link, resource: str) -> None:
    """Everything first; then what is new, changed or gone."""
    link.index_caught_up()
    everything, _, cursor = link.everything(resource)
    over = {"Candidate": "Archived", "ClientContact": "Archive", "Lead": "Converted"}.get(resource)
    live = {
        str(row["id"])
        for row in link.fake.records(resource)
        if row.get("isDeleted") is not True and (over is None or row["status"] != over)
    }
    assert set(everything) == live
    link.wait(600)
    named = {"name": f"Delta{resource}"} if resource == "ClientCorporation" else {"lastName": f"Delta{resource}"}
    new = make(link, resource, **named, phone="+4930555555")
    doomed = make(link, resource, **named)
    link.wait(600)
    changed, _, cursor = link.everything(resource, cursor)
    assert {new.id, doomed.id} <= set(changed)
    assert [phone.text for phone in changed[new.id].phones] == ["+4930555555"]
    if resource != "ClientCorporation":  # of which none can be deleted
        delete(link, doomed)
        link.wait(600)
        _, gone, cursor = link.everything(resource, cursor)
        assert doomed.id in gone
    link.wait(3000)
    changed, _, _ = link.everything(resource, cursor)
    assert len(changed) < len(everything) or len(everything) < 5
