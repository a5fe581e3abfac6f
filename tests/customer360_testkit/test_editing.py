"""Fakes: somebody edits a record in the CRM itself."""

from __future__ import annotations

from typing import Any

import pytest

from customer360_testkit.fakes.registry import fake_named


@pytest.mark.parametrize(
    ("crm", "module", "fields"),
    [
        ("zoho", "Leads", {"Lead_Status": "Lost Lead"}),
        ("salesforce", "Lead", {"Status": "Closed - Not Converted"}),
        ("microsoft365", "contacts", {"companyName": "Quill & Co"}),
        ("bullhorn", "Candidate", {"status": "Placed"}),
    ],
)
def test_an_edited_record_holds_what_was_typed(crm: str, module: str, fields: dict[str, Any]) -> None:
    """And says when it was changed, where the CRM does; everything else stays."""
    fake = fake_named(crm)()
    before = fake.records(module)[0]
    identifier = str(before.get("id") or before["Id"])
    assert fake.edit(module, identifier, fields)
    after = fake.records(module)[0]
    stamps = {name for name in after if after[name] != before[name]} - fields.keys()
    assert {name: after[name] for name in fields} == fields
    assert all("odified" in name or name in ("SystemModstamp", "changeKey", "@odata.etag") for name in stamps)


@pytest.mark.parametrize(("crm", "module"), [("zoho", "Leads"), ("salesforce", "Lead"), ("bullhorn", "Candidate")])
def test_what_is_no_field_is_not_edited(crm: str, module: str) -> None:
    """Then nobody can."""
    fake = fake_named(crm)()
    before = fake.records(module)
    assert not fake.edit(module, str(before[0].get("id") or before[0]["Id"]), {"Quill": "x"})
    assert fake.records(module) == before
