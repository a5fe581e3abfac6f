"""Clients of others against the fake over HTTP, as they come from the registry: one signs in, one reads data."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customer360_testkit.fakes import faults
from customer360_testkit.fakes.bullhorn.fake import BullhornFake
from customer360_testkit.fakes.serving import serve

pytestmark = [pytest.mark.judge, pytest.mark.slow]
OLD = ("requests==2.27.1", "urllib3==1.26.20", "chardet==4.0.0", "idna==2.10", "certifi==2021.10.8")
"""The last ones for Python 2.7, which bh_oauth needs; they are text, whichever Python unpacks them."""


def python2() -> str:
    """An interpreter of Python 2.7 on the path, or beside one there that pyenv has put aside. Skips without one."""
    for name in ("python2.7", "python2"):
        found = shutil.which(name)
        if found is None:
            continue
        for each in (Path(found), *sorted(Path(found).parents[1].glob("versions/2.7*/bin/python2.7"))):
            asked = [str(each), "-c", "import sys; sys.exit(sys.version_info[:2] != (2, 7))"]
            if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
                return str(each)
    pytest.skip("the judge 'bh_oauth' needs Python 2.7, which is not here")


def run(command: list[str], **environment: str) -> dict[str, Any]:
    """What the client was told."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_login_of_another(judge_python: Callable[..., str]) -> None:
    """bh_oauth signs in unattended, logs in, renews both when the time has come, and is refused as by the vendor."""
    interpreter = python2()
    home = Path(judge_python("bullhorn_login", "--no-deps", "--no-compile", "bh-oauth==2.0.0", *OLD)).parents[1]
    (packages,) = home.glob("lib/python*/site-packages")
    fake = BullhornFake()
    script = Path(__file__).with_name("login_client.py")
    with serve(fake) as served:
        fake.public_base = served.url
        fake.registered_redirect = f"{served.url}/landed"  # the client opens what it is sent to
        asked = f"{served.url}/oauth/authorize?client_id={fake.client_id}&response_type=code"
        fake.authorize(asked, "kim")  # the terms are agreed to by hand, once
        fake.journal.clear()
        secrets = (fake.client_id, fake.client_secret)
        user = fake.users["kim"].details
        command = [interpreter, str(script), served.url, *secrets, user["username"], user["password"]]
        told = run(command, PYTHONPATH=str(packages), PYTHONDONTWRITEBYTECODE="1")
    assert told["code"].startswith("25184_8090191_44:")
    assert (told["valid"], told["expires_in"], told["rotated"]) == (True, 600, True)
    assert told["rest_url"] == f"{served.url}/rest-services/abc123/"
    assert told["session"] != told["renewed"]
    assert all(fake.oauth.session(told[name]) for name in ("session", "renewed"))
    assert told["reused"]["error_description"] == "Invalid or expired refresh token."
    assert told["stale"]["errorMessageKey"] == "errors.authentication.invalidOAuthToken"
    assert told["stranger"] == [False, "invalid_client"]
    logins = fake.journal.select("GET", "/rest-services/login$")
    assert [entry.status for entry in logins] == [200, 200, 400]
    # It renews twice where once would do.
    assert [entry.status for entry in fake.journal.select("POST", "/oauth/token$")] == [200, 200, 200, 400, 400]
    assert fake.journal.select("GET", "/landed$")


def test_the_data_of_another(judge_python: Callable[..., str]) -> None:
    """The package bullhorn pages through every entity it knows, in both languages, and understands the refusals."""
    python = judge_python("bullhorn", "bullhorn==0.0.12")
    fake = BullhornFake()
    known = {name: [row["id"] for row in fake.records(name)] for name in fake.modules}
    with serve(fake) as served:
        fake.public_base = served.url
        # It waits a second after 429 and asks again.
        fake.faults.add(faults.status(429, content=b"{}"), path=".*/settings/")
        token = fake.oauth.issue("kim", ()).access_token
        script = Path(__file__).with_name("data_client.py")
        told = run([python, str(script), token, f"{served.url}/rest-services/abc123/"])
    assert told["ping"] == fake.now + 9 * 60_000
    assert told["settings"] == {"userId": "1315", "corporationName": "Acme Staffing"}
    assert told["contacts"] == sorted(known["ClientContact"])
    # It does not look whether a row of the index says that the database has none.
    assert sorted(told["candidates"]) == sorted(fake.store.table("Candidate").index)
    assert len({*told["candidates"]} - {*known["Candidate"]}) == 1
    assert told["leads"] == len(known["Lead"])
    assert told["companies"] == len(known["ClientCorporation"])
    assert told["company"] == {"id": 1, "name": "Acme (Holdings), Ltd."}
    assert told["visits"] == ["Visit 3", "Visit 2", "Visit 1", "Visit 1", "Visit 0"]  # and a colleague's copy
    assert [row["title"] for row in told["jobs"]] == ["Nurse 0"]
    assert [row["title"] for row in told["deals"]] == ["Deal 0"]
    for name, entity in (("placements", "Placement"), ("submissions", "JobSubmission"), ("sendouts", "Sendout")):
        assert told[name] == len(known[entity])
    assert told["user"] == [{"id": 1315, "name": "Kim Agent", "email": "kim@acme.example"}]
    for asked in ("phrase", "phone"):
        assert {row["name"] for row in told[asked] if "_error" not in row} == {"Grace D'Angelo"}
    assert told["no field"] == ["HTTPException", 400, "Invalid field 'title' at position 4."]
    assert told["no where"][:2] == ["HTTPException", 400]
    assert told["no lucene"][:2] == ["HTTPException", 400]
    assert told["no entity"][:2] == ["HTTPException", 400]
    assert told["not found"] == 404
    assert told["no session"] == ["HTTPException", 401, "Bad 'BhRestToken' or timed-out."]
    assert {entry.account for entry in fake.journal if entry.status == 200} == {"kim"}
    assert [entry.status for entry in fake.journal.select(path=".*/settings/")] == [429, 200]
    pages = fake.journal.select("GET", ".*/query/ClientContact$")
    assert len(pages) == len(known["ClientContact"]) // 30 + 1 + 2, "its pages, and two that were refused"
