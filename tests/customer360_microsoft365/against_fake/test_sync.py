"""What has changed since a cursor, under each reading."""

from __future__ import annotations

from tests.customer360_microsoft365.against_fake.link import Link, delete, make


def test_delta(link: Link) -> None:
    """Everything first; then what is new, changed or gone."""
    everything, _, cursor = link.everything("contact")
    assert len(everything) > 200
    new = make(link, displayName="Delta", mobilePhone="+4930555555", emailAddresses=("d@example.org",))
    doomed = make(link, displayName="Doomed")
    changed, _, cursor = link.everything("contact", cursor)
    assert {new.id, doomed.id} == set(changed)
    assert [phone.text for phone in changed[new.id].phones] == ["+4930555555"]
    assert [email.address for email in changed[new.id].emails] == ["d@example.org"]
    delete(link, doomed)
    changed, gone, cursor = link.everything("contact", cursor)
    assert (gone, changed) == ({doomed.id}, {})
    assert link.everything("contact", cursor)[:2] == ({}, set())
