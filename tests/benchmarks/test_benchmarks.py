"""The measurements run and tell figures; how fast anything is, never fails a test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.__main__ import OURS

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("benchmarks")]


@pytest.mark.parametrize("name", [name for name in OURS if name != "vendor_clients"])
def test_a_measurement_tells_figures(name: str, tmp_path: Path) -> None:
    """At tiny size: every case of every table has one, and the file holds what was printed."""
    told = run(tmp_path, name)
    assert told["tables"]
    for table in told["tables"]:
        assert table["measurement"] == name
        assert table["rows"], table["table"]
        assert table["base"] is None or table["base"] in {row["case"] for row in table["rows"]}
        for row in table["rows"]:
            assert row["least"] <= row["median"] <= row["most"]
            assert row["rounds"] >= 1
            assert (row["ratio"] is not None) == (table["base"] is not None)


@pytest.mark.judge
def test_beside_the_clients_of_vendors(tmp_path: Path) -> None:
    """Each that can be had is measured, and each that cannot is named."""
    told = run(tmp_path, "vendor_clients")
    measured = {table["base"] for table in told["tables"]}
    left_out = {name for name in ("simple-salesforce", "zohocrmsdk8-0", "msgraph-sdk") if name in told["said"]}
    assert measured | left_out == {"simple-salesforce", "zohocrmsdk8-0", "msgraph-sdk"}


def test_every_measurement_belongs_to_the_one_command() -> None:
    """What lies beside the others is run with them."""
    files = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - {"__init__", "__main__"}
    assert files == set(OURS)


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    """With the names that there are."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 2
    assert "transport" in done.stderr


def run(folder: Path, name: str) -> dict[str, Any]:
    """What ``python -m benchmarks --quick NAME`` wrote, and said on its error channel."""
    file = folder / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--json", str(file), name]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return {**json.loads(file.read_text(encoding="utf-8")), "said": done.stderr}
