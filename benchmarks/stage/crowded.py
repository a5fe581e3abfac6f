"""A fake CRM with a crowd of contacts, served by a process of its own: what it costs is not what is measured.

Run as ``python -m benchmarks.stage.crowded CRM SIZE``. It tells where it is, as a line of JSON, and then answers each
line of JSON that it is told: ``["authorize", url, user]`` plays the browser; ``["remove", count]`` deletes the first so
many contacts; ``["merge"]`` merges the last into the one before, where the CRM can; ``["requests"]`` counts what was
asked since the last time.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from customer360.core.auth import Application
from customer360_testkit import Sandbox
from customer360_testkit.fakes.crowd import crowd
from customer360_testkit.fakes.fake import FakeCrm

ROOT = Path(__file__).parents[2]
PEOPLE: Mapping[str, str] = {
    "bullhorn": "Candidate",
    "zoho": "Contacts",
    "microsoft365": "contacts",
    "salesforce": "Contact",
}
"""CRM -> what its fake calls the records that hold a crowd."""
AT_ONCE: Mapping[str, Mapping[str, str]] = {"bullhorn": {"index_lag": "none"}}
"""CRM -> switches with which the fake shows a change at once: a sync is measured, not how long it must wait."""


@attrs.define
class Crowded:
    """The fake, from outside."""

    crm: str
    process: subprocess.Popen[str]
    endpoints: Mapping[str, str]
    settings: Mapping[str, str]
    application: Application

    def authorize(self, url: str, user: str) -> str:
        """Sign in as ``user``; the URL that the browser is sent back to."""
        back: str = self.tell("authorize", url, user)
        return back

    def tell(self, *what: object) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@contextmanager
def crowded(crm: str, size: int) -> Iterator[Crowded]:
    """The fake of ``crm`` with ``size`` contacts."""
    command = [sys.executable, "-m", "benchmarks.stage.crowded", crm, str(size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        try:
            yield Crowded(crm, process, told["endpoints"], told["settings"], Application(*told["application"]))
        finally:
            process.communicate(timeout=60)


def serve(crm: str, size: int) -> None:
    with Sandbox(crm, cast=crowd(size), switches=AT_ONCE.get(crm)) as served:
        fake: FakeCrm = served.fake
        where = {"endpoints": dict(served.endpoints), "settings": dict(fake.link_settings)}
        say({**where, "application": [served.client_id, served.client_secret]})
        seen = 0
        for line in sys.stdin:
            match json.loads(line):
                case ["authorize", url, user]:
                    say(served.authorize(url, user))
                case ["remove", count]:
                    for record in fake.records(PEOPLE[crm])[:count]:
                        fake.remove(PEOPLE[crm], id_of(record))
                    say(count)
                case ["merge"]:
                    say(merged(fake, PEOPLE[crm]))
                case ["requests"]:
                    before, seen = seen, len(fake.journal)
                    say(seen - before)
                case unknown:
                    raise ValueError(f"nobody knows how to {unknown}")


def merged(fake: FakeCrm, module: str) -> bool:
    master, other = fake.records(module)[-2:]
    return fake.merge(module, id_of(master), id_of(other))


def id_of(record: Mapping[str, Any]) -> str:
    return str(next(record[name] for name in ("id", "Id") if name in record))


def say(what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
