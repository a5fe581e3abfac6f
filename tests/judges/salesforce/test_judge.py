"""A widely used client against the fake over HTTP, as it comes from the registry."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customer360_testkit.fakes.salesforce.fake import SalesforceFake
from customer360_testkit.fakes.serving import serve

pytestmark = [pytest.mark.judge, pytest.mark.slow]


def fill(fake: SalesforceFake, count: int) -> None:
    """More contacts than fit on a page."""
    place = fake.schema.objects["Contact"]
    for number in range(count):
        row = {**fake.blank(place, "kim", fake.now - 86_400), "Id": fake.store.new_id("003")}
        fake.put("Contact", {**row, "LastName": f"Bulk {number}", "Name": f"Bulk {number}"})


def test_simple_salesforce(judge_python: Callable[..., str], tmp_path: Path) -> None:
    """It asks, pages, searches, describes, writes, upserts, deletes, and is refused with its own typed errors."""
    python = judge_python("salesforce", "simple-salesforce")
    fake = SalesforceFake(switches={"open_cursors": "any"})
    fill(fake, 4100 - len(fake.records("Contact")))
    contacts = {record["Id"] for record in fake.records("Contact")}
    with serve(fake) as served:
        fake.public_base = served.url
        expired = fake.oauth.issue("lee", ("api",)).access_token
        fake.oauth.expire_access_tokens()
        session = fake.oauth.issue("kim", ("api",)).access_token
        command = [python, str(Path(__file__).with_name("simple_client.py")), served.url, session, expired]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert run.returncode == 0, run.stderr[-3000:]
    told: dict[str, Any] = json.loads(run.stdout)

    assert told["total"] == len(told["listed"]) == len(set(told["listed"])) == told["lazy"] == 4100
    assert set(told["listed"]) == contacts
    assert told["parent"] == [True, "Account"]
    assert told["quoted"] == [[True, True]] * 4, "what the client escapes is what it meant"
    assert told["since"] == 4
    assert told["refused query"] == ["SalesforceMalformedRequest", 400, "INVALID_FIELD"]
    assert told["searched"]
    assert set(told["searched"]) <= contacts
    assert told["quick"] >= len(told["searched"])
    assert told["refused search"] == ["SalesforceMalformedRequest", 400, "MALFORMED_SEARCH"]

    assert told["objects"] == len(fake.schema.objects)
    assert told["fields"].items() >= {"MobilePhone": "phone", "Email": "email", "AccountId": "reference"}.items()
    assert told["limits"]["Max"] == told["usage"][1] == fake.guard.quota
    assert 0 < told["usage"][0] < 100

    assert told["got"] == "Ann Judge"
    assert told["updated"] == told["deleted"] == 204
    assert (told["by key"], told["upserted"], told["upsert"]) == ("Boss", [201, 200], "Now Upsert")
    assert told["task"]["success"]
    assert told["required"] == ["SalesforceMalformedRequest", 400, "REQUIRED_FIELD_MISSING"]
    assert told["duplicate"] == ["SalesforceMalformedRequest", 400, "DUPLICATES_DETECTED"]
    assert told["insisted"]
    assert told["several"] == ["SalesforceMoreThanOneRecord", 300]
    assert told["changed"]
    assert told["gone"] == ["SalesforceResourceNotFound", 404, "ENTITY_IS_DELETED"]
    assert told["never"] == ["SalesforceResourceNotFound", 404, "INVALID_CROSS_REFERENCE_KEY"]
    assert told["deletions"]
    assert told["query all"] == 1
    assert (told["composite"], told["versions"]) == (200, "66.0")
    assert told["expired"] == ["SalesforceExpiredSession", 401, "INVALID_SESSION_ID"]

    assert {entry.account for entry in fake.journal.select("GET", ".*/query/?$")} == {"kim"}
    further = fake.journal.select("GET", ".*/query/0r8")
    assert len(further) == 4, "two times two further pages"
    assert all(entry.finished is not None for entry in fake.journal)
