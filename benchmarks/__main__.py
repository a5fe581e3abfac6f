"""``python -m benchmarks [--quick] [--json FILE] [--rows N] [NAME ...]``: run the measurements, one after the other.

Each is a process of its own. ``--quick`` is for seeing that they run, at tiny size. ``--json`` also writes what was
measured into FILE: the machine, without its name, and every table. ``--rows`` says of how many the index is to be.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.stage.figures import machine

HERE = Path(__file__).parent
OURS = (
    "transport",
    "search",
    "vendor_clients",
    "imports",
    "pops",
    "hooks",
    "idle",
    "round_trips",
    "index",
    "sync",
    "phones",
    "effects",
)
"""All of them, in the order of the page in the docs; a test sees that none is forgotten."""
SIZED = ("index", "sync")
"""Those that know ``--rows`` as well."""


def main(arguments: list[str]) -> int:
    """0 if every measurement ran to its end."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(OURS)}; all unless given")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: whether they run, not how fast")
    parser.add_argument("--rows", type=int, metavar="N", help=f"for {', '.join(SIZED)}")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(OURS):
        parser.error(f"no measurement is called {min(unknown)!r}; there are: {', '.join(OURS)}")
    told: dict[str, Any] = {"machine": machine(), "tables": []}
    print(json.dumps(told["machine"]), flush=True)
    failed = []
    for name in asked.names or OURS:
        print(f"\n=== {name} ===", flush=True)
        if not run(name, quick=asked.quick, rows=asked.rows, tables=told["tables"]):
            failed.append(name)
    if asked.json is not None:
        asked.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if failed:
        print(f"\ndid not run to their end: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(name: str, *, quick: bool, rows: int | None, tables: list[Any]) -> bool:
    """Run one, pass on what it prints, and keep its tables."""
    command = [sys.executable, str(HERE / f"{name}.py"), *(["--quick"] if quick else [])]
    if rows is not None and name in SIZED:
        command += ["--rows", str(rows)]
    paths = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH"))))
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith('{"table"'):
                tables.append({"measurement": name, **json.loads(line)})
    return process.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
