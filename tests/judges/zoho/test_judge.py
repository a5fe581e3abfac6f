"""The vendor's own client against the fake over HTTP, as it comes from the registry."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from customer360_testkit.fakes.serving import serve
from customer360_testkit.fakes.zoho.fake import ZohoFake

pytestmark = [pytest.mark.judge, pytest.mark.slow]
SCOPES = (
    *("ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.users.READ", "ZohoCRM.org.READ"),
    *("ZohoSearch.securesearch.READ", "ZohoCRM.coql.READ"),
)


def judged(python: str, fake: ZohoFake, home: Path, secret: str | None = None) -> subprocess.CompletedProcess[str]:
    """What the client was told. It keeps tokens and logs where it runs: in ``home``."""
    with serve(fake) as served:
        fake.public_base = served.url
        token = fake.oauth.issue("kim", SCOPES).refresh_token or ""
        script = Path(__file__).with_name("official_client.py")
        command = [python, str(script), served.url, fake.client_id, secret or fake.client_secret, token, str(home)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=home)


def test_the_official_client(judge_python: Callable[..., str], tmp_path: Path) -> None:
    """zohocrmsdk8-0 signs in, describes, pages, writes, searches, asks COQL and is refused as by the vendor."""
    fake = ZohoFake()
    contacts = {record["id"] for record in fake.records("Contacts")}
    before = {module: len(fake.records(module)) for module in ("Notes", "Calls")}
    run = judged(judge_python("zoho", "zohocrmsdk8-0"), fake, tmp_path)
    assert run.returncode == 0, run.stderr[-3000:]
    told: dict[str, Any] = json.loads(run.stdout)
    assert (told["user"], told["org"]) == ("Kim Agent", "Acme Contact Centre")
    assert told["fields"].items() >= {"Mobile": "phone", "Email": "email", "Account_Name": "lookup"}.items()
    assert len(told["listed"]) == len(set(told["listed"])) == len(contacts)
    assert set(told["listed"]) == contacts
    assert told["got"] == ["Ann Judge", "Advertisement"]
    assert told["updated"] == "SUCCESS"
    assert told["refused"] == ["APIException", "MANDATORY_NOT_FOUND", "Last_Name"]
    assert told["too early"] == 204
    assert set(told["found"]) == {"O'Brien"}
    assert told["coql"] == [told["created"]]
    assert told["coql refused"] == "SYNTAX_ERROR"
    assert (told["noted"], told["notes"]) == ("SUCCESS", ["Called about a fake"])
    assert told["called"] == [205, told["created"], datetime(2026, 5, 14, 10, tzinfo=UTC).timestamp()]
    assert told["open calls"] == 204
    assert told["upserted"] == ["update", told["created"]]
    assert (told["deleted"], told["read after"]) == ("SUCCESS", 204)
    assert {module: len(fake.records(module)) - count for module, count in before.items()} == {"Notes": 1, "Calls": 1}
    assert told["created"] not in {record["id"] for record in fake.records("Contacts")}

    tokens = fake.journal.select("POST", "/oauth/v2/token$")
    assert [entry.status for entry in tokens] == [200], "one refresh serves the whole session"
    api = fake.journal.select(path="/crm/v8/")
    assert {entry.account for entry in api} == {"kim"}
    assert len(fake.journal.select("GET", "/crm/v8/Contacts$")) == -(-len(contacts) // 50)
    assert [entry.status for entry in fake.journal.select("POST", "/crm/v8/coql$")] == [200, 400]
    assert all(entry.finished is not None and entry.applied for entry in fake.journal)


def test_the_official_client_with_a_wrong_secret(judge_python: Callable[..., str], tmp_path: Path) -> None:
    """The refusal with status 200 is understood as one, and nothing is called with a token that is none."""
    fake = ZohoFake()
    run = judged(judge_python("zoho", "zohocrmsdk8-0"), fake, tmp_path, "wrong")
    assert run.returncode != 0
    assert "invalid_client" in run.stderr
    assert [entry.status for entry in fake.journal] == [200]
