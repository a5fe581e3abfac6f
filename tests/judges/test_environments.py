"""The environments of the judges: built once, and honest when they cannot be built."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.judges.environments import interpreter, prepare

pytestmark = pytest.mark.slow


@pytest.fixture
def judge_root(tmp_path: Path) -> Path:
    """None that others use."""
    return tmp_path / "judges"


@pytest.fixture
def registry_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that nobody serves: port 1 of loopback."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_RETRIES", "0")


@pytest.fixture
def wheel(tmp_path: Path) -> str:
    """A package that needs no registry."""
    path = tmp_path / "tiny_judge-1.0-py3-none-any.whl"
    info = "tiny_judge-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_judge.py", "VERDICT = 'judged'\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-judge\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", f"tiny_judge.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return str(path)


def test_without_a_registry_a_judge_is_skipped(
    judge_python: Callable[..., str], registry_away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The skip says which judge and what pip said."""
    monkeypatch.delenv("CUSTOMER360_JUDGES", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"the judge 'away' cannot be installed: .*tiny-judge"):
        judge_python("away", "tiny-judge")


def test_where_judges_are_required_it_fails(
    judge_python: Callable[..., str], registry_away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``CUSTOMER360_JUDGES=required`` turns the skip into a failure."""
    monkeypatch.setenv("CUSTOMER360_JUDGES", "required")
    with pytest.raises(pytest.fail.Exception, match="the judge 'away' cannot be installed"):
        judge_python("away", "tiny-judge")


def test_workers_that_come_at_once_install_once(judge_root: Path, wheel: str) -> None:
    """One installs, the others wait and use it; other requirements build it anew."""
    home = judge_root / "tiny"
    with ThreadPoolExecutor(4) as pool:
        installed = list(pool.map(lambda _: prepare(home, ("--no-index", wheel)), range(4)))
    assert sorted(installed) == [False, False, False, True]
    command = [str(interpreter(home)), "-c", "import tiny_judge; print(tiny_judge.VERDICT)"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "judged"
    assert prepare(home, ("--no-index", "--no-deps", wheel))


def test_a_build_that_broke_off_is_begun_anew(judge_python: Callable[..., str], judge_root: Path, wheel: str) -> None:
    """Half an environment is not taken for a whole one."""
    half = judge_root / "tiny" / "bin"
    half.mkdir(parents=True)
    (half / "python").write_text("half")
    python = judge_python("tiny", "--no-index", wheel)
    assert subprocess.run([python, "-c", "import tiny_judge"], check=False).returncode == 0
