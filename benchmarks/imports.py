"""P5: what ``import customer360`` costs, and a first pop in a fresh process.

Run: python -m benchmarks imports
Every figure is a process of its own, less what a bare interpreter takes in the same round. Memory is its
resident set at the end; nothing where the system has no /proc. Modules come as bytecode, as pip leaves them: the first
run of each case writes it and is not counted, whatever the environment says about writing it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping

from benchmarks.stage.figures import Table, sized
from benchmarks.stage.playing import AGENT, call_from, caller, playing, without_proxies

from customer360 import MasterKey

ROUNDS = sized(9, 2)
STATEMENTS = {
    "import customer360": "import customer360",
    "from customer360 import Customer360": "from customer360 import Customer360",
    "import httpx": "import httpx",
    "import httpx2": "import httpx2",
}
TAIL = """
import json as _json, os as _os, time as _time
_took = _time.perf_counter() - _began
_status = open("/proc/self/status").read() if _os.path.exists("/proc/self/status") else "VmRSS: 0"
print(_json.dumps([_took, int(_status.partition("VmRSS:")[2].split()[0]) / 1024]))
"""
FIRST_POP = """
from datetime import UTC, datetime
from customer360 import Customer360, Interaction, MasterKey, MatchPolicy
{port}
client = Customer360(store={store!r}, key=MasterKey.from_text({key!r}), endpoints={endpoints!r},
                     match=MatchPolicy(regions=("GB",)){given})
session = client.session({crm!r}, {agent!r})
begun = session.begin(Interaction(id="first", customer={customer!r}, started_at=datetime.now(UTC)))
assert begun.panel.contact is not None
"""


def compiled(folder: str) -> Mapping[str, str]:
    """An environment in which modules are compiled once, into ``folder``."""
    without = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**without, "PYTHONPYCACHEPREFIX": folder}


def fresh(statement: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds and megabytes of a process that runs ``statement``, its start not counted."""
    script = "import time as _t; _began = _t.perf_counter()\n" + statement + TAIL
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60, env=environment
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
    return seconds * 1e3, megabytes


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="customer360-bench-") as folder:
        environment = compiled(folder)
        importing(environment)
        first_pop(environment)


def importing(environment: Mapping[str, str]) -> None:
    took, weighs = Table("P5: importing", "ms"), Table("P5: importing, memory above a bare interpreter", "MB")
    took.targets = {"import customer360": "<= 40"}
    weighs.targets = {"import customer360": "<= 8"}
    for statement in STATEMENTS.values():
        fresh(statement, environment)
    for _ in range(ROUNDS):
        nothing, empty = fresh("pass", environment)
        for case, statement in STATEMENTS.items():
            milliseconds, megabytes = fresh(statement, environment)
            took.add(case, milliseconds - nothing)
            weighs.add(case, megabytes - empty)
    took.tell()
    weighs.tell()


def first_pop(environment: Mapping[str, str]) -> None:
    took, weighs = Table("P5: a first pop in a fresh process, all in", "ms"), Table("P5: the same, memory in all", "MB")
    took.targets = {"first pop": "<= 350", "first pop, fast": "<= 350"}
    weighs.targets = {"first pop": "<= 65", "first pop, fast": "<= 65"}
    with playing("zoho") as play:
        key = MasterKey.new_text()
        client = play.blocking(key=MasterKey.from_text(key))
        customer = caller(play.crm).e164[0]
        with play.stage.recording():
            client.session("zoho", AGENT).begin(call_from(customer))
        client.close()
        known = {"store": f"sqlite:///{play.made[-1]}", "key": key, "crm": "zoho", "agent": AGENT, "customer": customer}
        cases = {
            case: FIRST_POP.format(endpoints=play.endpoints, **known, **more)
            for case, more in {
                "first pop": {"port": "", "given": ""},
                "first pop, fast": {
                    "port": "from customer360.transport.fast_adapter import FastPort",
                    "given": ", http=FastPort()",
                },
            }.items()
        }
        for script in cases.values():
            fresh(script, environment)
        for _ in range(ROUNDS):
            for case, script in cases.items():
                milliseconds, megabytes = fresh(script, environment)
                took.add(case, milliseconds)
                weighs.add(case, megabytes)
    took.tell()
    weighs.tell()


if __name__ == "__main__":
    without_proxies()
    main()
