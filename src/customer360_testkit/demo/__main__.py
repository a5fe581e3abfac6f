"""Plays the call on every CRM that has a connector and a fake here; exit code 0 only if all of it happened."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console

from customer360 import Customer360, Deadlines, MatchPolicy
from customer360.vault import MasterKey
from customer360_testkit.demo.call import play
from customer360_testkit.demo.stage import Stage, StepFailed
from customer360_testkit.fakes.registry import fake_names
from customer360_testkit.sandbox import Sandbox


def main() -> int:
    """0 if every step on every CRM truly happened."""
    stage = Stage(Console())
    with tempfile.TemporaryDirectory(prefix="customer360-demo-") as home:
        store = f"sqlite:///{Path(home) / 'demo.db'}"
        # One sandbox for all: __enter__ gives a single CRM itself, and what is wanted here is the mapping.
        sandbox = Sandbox(*fake_names())
        with sandbox:
            try:
                with Customer360(
                    tenant_id="acme",
                    store=store,
                    key=MasterKey.in_memory(),
                    match=MatchPolicy(regions=("GB",)),
                    endpoints=sandbox.endpoints,
                    deadlines=Deadlines(pop=60.0, read=60.0, write=60.0),  # the machine may be busy
                ) as client:
                    crms = [info for info in client.crms() if info.key in sandbox]
                    if not crms:
                        stage.failed("no CRM has both a connector and a fake installed")
                        return 1
                    for info in crms:
                        play(stage, client, info, sandbox[info.key])
            except StepFailed:
                return 1
    stage.closing([info.name for info in crms])
    return 0


if __name__ == "__main__":
    sys.exit(main())
