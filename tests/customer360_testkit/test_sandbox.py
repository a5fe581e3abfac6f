"""The sandbox: fakes in a ``with``, and by the command ``customer360 sandbox``."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from customer360.core.errors import InvalidSettings
from customer360_testkit.commands import _switches
from customer360_testkit.fakes.registry import NoSuchFake, fake_names
from customer360_testkit.sandbox import Sandbox

FAKES = fake_names()


@pytest.mark.parametrize("crm", FAKES)
def test_one_crm_is_served_while_the_block_runs(crm: str) -> None:
    """Inside the block the fake answers over HTTP and journals it; afterwards the port is closed."""
    with Sandbox(crm) as served:
        assert served.key == crm
        assert httpx.get(f"{served.url}/").status_code >= 400
        assert [entry.path for entry in served.fake.journal] == ["/"]
        assert set(served.endpoints.values()) == {served.url}
        assert served.application.client_id == served.client_id
        assert served.client_secret not in repr(served.application)
        assert served.users
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{served.url}/")


def test_several_crms_are_a_mapping_with_endpoints_of_all() -> None:
    """Each CRM has an address of its own, and one mapping leads every vendor's host to the right one."""
    with Sandbox(*FAKES) as crms:
        assert set(crms) == set(FAKES)
        assert len({crm.url for crm in crms.values()}) == len(FAKES)
        assert crms.endpoints == {host: crm.url for crm in crms.values() for host in crm.fake.vendor_hosts}


def test_what_cannot_be_served_is_refused_before_anything_starts() -> None:
    """Unknown CRMs, repeated ones, none at all, and unknown switches are errors that say what there is."""
    with pytest.raises(NoSuchFake, match="zoho"):
        Sandbox("acme")
    for port, crms in ((99_999, ("zoho",)), (-1, ("zoho",)), (65_535, ("zoho", "bullhorn"))):
        with pytest.raises(ValueError, match="ports are 0 to 65535"):
            Sandbox(*crms, port=port)
    with pytest.raises(ValueError, match="different CRMs"):
        Sandbox("zoho", "zoho")
    with pytest.raises(ValueError, match="one or more"):
        Sandbox()
    with pytest.raises(ValueError, match="no switch 'nonsense'"):
        Sandbox("zoho", switches={"nonsense": "yes"})
    with pytest.raises(ValueError, match="does not serve"):
        Sandbox("zoho", switches={"acme": {"a": "b"}})
    with pytest.raises(ValueError, match="whose switch"):
        Sandbox(*FAKES, switches={"a": "b"})


def test_a_failing_start_leaves_nothing_running() -> None:
    """When the second CRM's port is taken the first is stopped again, and the error names the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match=r"cannot be served on 127\.0\.0\.1:\d+"), Sandbox(*FAKES, port=port - 1):
            pass
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("fake-")]


@pytest.mark.parametrize(
    ("crms", "given", "chosen"),
    [
        (["zoho"], ["a=b", "c=d=e"], {"zoho": {"a": "b", "c": "d=e"}}),
        (["zoho", "microsoft365"], ["zoho.a=b", "microsoft365.a=c"], {"zoho": {"a": "b"}, "microsoft365": {"a": "c"}}),
        (["zoho"], [], {}),
    ],
)
def test_switches_are_read_from_the_command_line(
    crms: list[str], given: list[str], chosen: dict[str, dict[str, str]]
) -> None:
    """``NAME=READING`` for one CRM, ``CRM.NAME=READING`` for several."""
    assert _switches(crms, given) == chosen


@pytest.mark.parametrize(("crms", "given"), [(["zoho"], "a"), (["zoho", "microsoft365"], "a=b")])
def test_a_malformed_switch_is_refused(crms: list[str], given: str) -> None:
    """The message says which form is wanted."""
    with pytest.raises(InvalidSettings, match="NAME=READING"):
        _switches(crms, [given])


def test_the_command_serves_until_it_is_interrupted() -> None:
    """``customer360 sandbox zoho`` prints where it serves and a snippet that works as it is; Ctrl-C ends it with 0."""
    command = subprocess.Popen(
        [sys.executable, "-u", "-m", "customer360", "sandbox", "zoho"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert command.stdout is not None
    try:
        printed = ""
        while "Ctrl-C" not in printed:
            line = command.stdout.readline()
            assert line, f"it ended: {printed}"
            printed += line
        url = re.search(r"http://127\.0\.0\.1:\d+", printed)
        assert url is not None, printed
        assert httpx.get(f"{url[0]}/").status_code >= 400
        snippet = printed[printed.index("from customer360") : printed.index("To sign in")]
        pasted: dict[str, Any] = {}
        exec(snippet, pasted)
        with pasted["client"] as client:
            assert [link.crm for link in client.links()] == ["zoho"]
        assert urlsplit(url[0]).netloc in snippet
    finally:
        command.send_signal(signal.SIGINT)
        rest, _ = command.communicate(timeout=30)
    assert command.returncode == 0, rest


def test_an_unknown_crm_is_one_line_on_stderr() -> None:
    """No traceback for a misspelling: exit code 1 and the names that there are."""
    done = subprocess.run(
        [sys.executable, "-m", "customer360", "sandbox", "acme"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no fake 'acme' is installed" in done.stderr
    assert "Traceback" not in done.stderr
