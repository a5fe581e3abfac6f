"""The vendor's own client, and another's login, against the fake over HTTP."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake
from customer360_testkit.fakes.serving import serve

pytestmark = [pytest.mark.judge, pytest.mark.slow]
REQUIREMENTS = ("microsoft365", "msgraph-sdk", "requests-oauthlib")
SCOPES = ("User.Read", "Contacts.ReadWrite", "Tasks.ReadWrite", "Calendars.ReadWrite")


def _run(python: str, script: str, *arguments: str) -> None:
    path = Path(__file__).with_name(script)
    run = subprocess.run([python, str(path), *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert run.stdout.strip().endswith("judged"), run.stderr[-3000:]


def test_the_official_client(judge_python: Callable[..., str]) -> None:
    """msgraph-sdk lists, pages, writes, filters, follows delta, and gets its typed errors."""
    python = judge_python(*REQUIREMENTS)
    fake = Microsoft365Fake(switches={"spurious_conflict": "never", "extended_lag": "none"})
    with serve(fake) as served:
        fake.public_base = served.url
        token = fake.oauth.issue("kim", SCOPES).access_token
        _run(python, "graph_client.py", served.url, token, str(len(fake.customers_of("kim"))))


def test_the_login_of_another(judge_python: Callable[..., str]) -> None:
    """requests-oauthlib signs in with a code and PKCE, and refreshes."""
    python = judge_python(*REQUIREMENTS)
    fake = Microsoft365Fake()
    with serve(fake) as served:
        _run(python, "login_client.py", served.url, fake.client_id, fake.client_secret)
