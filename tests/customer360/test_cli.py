"""The command ``customer360``: its own verbs, and those that installed packages add."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from customer360 import Customer360
from customer360.cli import main, sync_index
from customer360.plugins import PACKAGES, PLANNED
from customer360.store.engine import open_store
from customer360.vault import MasterKey
from customer360_testkit import Sandbox


def install(site: Path, name: str, group: str, value: str, code: str) -> None:
    """Put a package with one entry point where Python finds installed ones."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n", encoding="utf-8")
    (site / f"{name}.py").write_text(code, encoding="utf-8")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store that an application has opened before."""
    file = tmp_path / "c360.db"
    open_store(f"sqlite:///{file}").close()
    return file


@pytest.mark.feature("F093", "F094")
def test_crms_lists_what_is_installed_and_what_is_to_come(capsys: pytest.CaptureFixture[str]) -> None:
    """Every CRM that we know of is listed: installed, with the package that brings it, or not published yet."""
    assert main(["crms"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert set(lines) >= PACKAGES.keys() | PLANNED
    assert "Zoho CRM, API" in lines["zoho"]
    assert "pip install" not in lines["hubspot"]  # whoever published that name, it would not be us


@pytest.mark.fault("X19")
def test_crms_reports_a_broken_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plugin that fails on import is named, the others are still listed, and the exit code is 1."""
    install(tmp_path, "acmecrm", "customer360", "acmecrm", "raise RuntimeError('secret detail')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["crms"]) == 1
    printed = capsys.readouterr().out
    assert "acmecrm" in printed
    assert "broken" in printed
    assert "zoho" in printed
    assert "secret detail" not in printed


def test_a_package_adds_a_verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point of the group ``customer360.commands`` becomes a verb whose result is the exit code."""
    code = "def add(verbs):\n    verbs.add_parser('greet').set_defaults(run=lambda arguments: 7)\n"
    install(tmp_path, "acmegreet", "customer360.commands", "acmegreet:add", code)
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["greet"]) == 7


@pytest.mark.fault("X19")
def test_a_broken_verb_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A package that fails on import costs its own verb and a line on stderr."""
    install(tmp_path, "acmebroken", "customer360.commands", "acmebroken:add", "raise RuntimeError\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["crms"]) == 0
    assert "'acmebroken' is broken" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["nonsense"], ["crms", "--nonsense"]])
def test_a_wrong_command_line_ends_with_2(argv: list[str]) -> None:
    """As with any command: usage on stderr, exit code 2."""
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2


@pytest.mark.feature("M4")
def test_a_worker_delivers_once_and_says_what_came_of_it(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For cron, and for trying it out."""
    key = tmp_path / "key"
    key.write_text(MasterKey.new_text())
    key.chmod(0o600)
    code = main(["worker", "--once", "--store", f"sqlite:///{store}", "--key-file", str(key)])
    assert code == 0
    assert "0 activities tried" in capsys.readouterr().out


def test_a_worker_ends_when_it_is_told_to(tmp_path: Path, store: Path) -> None:
    """SIGTERM ends it between two activities, with success."""
    key = tmp_path / "key"
    key.write_text(MasterKey.new_text())
    key.chmod(0o600)
    arguments = ["worker", "--store", f"sqlite:///{store}", "--key-file", str(key)]
    worker = subprocess.Popen([sys.executable, "-m", "customer360", *arguments], stderr=subprocess.PIPE)
    try:
        assert worker.stderr is not None
        assert worker.stderr.readline()  # it says so once its signal handlers are set
        worker.terminate()
        _, said = worker.communicate(timeout=30)
    finally:
        worker.kill()
    assert worker.returncode == 0, said


def test_a_worker_does_not_wait_beside_a_store_that_nobody_uses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt URL is said, and no empty store is made of it."""
    assert main(["worker", "--once", "--store", f"sqlite:///{tmp_path / 'typo.db'}"]) == 1
    assert "no store at this URL" in capsys.readouterr().err
    assert not (tmp_path / "typo.db").exists()


def test_a_worker_without_its_key_says_so_at_once(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not only when there is something to deliver."""
    missing = ["--key-file", str(store.parent / "nowhere")]
    assert main(["worker", "--once", "--store", f"sqlite:///{store}", *missing]) == 1
    assert "master key cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(("option", "said"), [("--store", "URL cannot be read"), ("--key-file", "cannot be read")])
def test_an_empty_option_is_no_default(option: str, said: str, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A variable that was never set would have meant another store, or another key."""
    assert main(["worker", "--once", "--store", f"sqlite:///{store}", option, ""]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.fault("X18")
@pytest.mark.parametrize("command", [["worker", "--once"], ["index", "sync", "microsoft365"]])
def test_with_another_key_it_ends_at_once(
    command: list[str], linked: tuple[Customer360, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the store opens with it: a scheduler is told, whether something is due or not."""
    client, (*store, _) = linked
    other = tmp_path / "other"
    other.write_text(MasterKey.new_text())
    other.chmod(0o600)
    assert main([*command, *store, str(other)]) == 1
    assert "another master key" in capsys.readouterr().err
    client.check_key()


@pytest.mark.fault("X18")
@pytest.mark.parametrize("command", [["worker", "--once"], ["index", "sync", "zoho"]])
def test_without_any_key_it_says_how_to_give_one(
    command: list[str], store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server has no keyring; what to do is said in the words of the command line."""
    monkeypatch.delenv("CUSTOMER360_MASTER_KEY", raising=False)
    assert main([*command, "--store", f"sqlite:///{store}"]) == 1
    assert "--key-file" in capsys.readouterr().err


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[tuple[Customer360, list[str]]]:
    """A client of a fake Microsoft 365, whose contacts are private, and the arguments that name its store and key."""
    key = tmp_path / "key"
    key.write_text(MasterKey.new_text())
    key.chmod(0o600)
    url = f"sqlite:///{tmp_path / 'linked.db'}"
    with Sandbox("microsoft365") as crm:
        client = Customer360(store=url, key=MasterKey.from_file(key), endpoints=crm.endpoints)
        with client:
            client.link("microsoft365", settings=crm.fake.link_settings, application=crm.application)
            for agent in ("", "kim"):
                back = client.begin_login("microsoft365", agent, redirect_uri="http://localhost/back")
                client.complete_login(crm.authorize(back))
            yield client, ["--store", url, "--key-file", str(key)]


@pytest.mark.feature("D13")
def test_it_brings_the_index_up_to_date_and_says_what_came(
    linked: tuple[Customer360, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """From the beginning, then what has changed; an agent who has not signed in keeps nobody from theirs."""
    client, _ = linked
    assert sync_index(client, "microsoft365", ["lee", "kim"]) == 1
    told = capsys.readouterr()
    assert "contact of kim: " in told.out
    assert "(from the beginning)" in told.out
    assert told.err.startswith("microsoft365 of lee: ")
    assert all(state.ready for state in client.index_state("microsoft365", "kim"))
    assert sync_index(client, "microsoft365", ["kim"]) == 0
    again = capsys.readouterr()
    assert "contact of kim: 0 read, 0 gone\n" in again.out
    assert again.err == ""


def test_an_index_of_nobody_in_particular_is_refused_where_contacts_are_private(
    linked: tuple[Customer360, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """It says whose is asked for."""
    client, _ = linked
    assert sync_index(client, "microsoft365", []) == 1
    assert "private to an agent" in (said := capsys.readouterr().err)
    assert "--agent" in said


def test_the_index_of_a_crm_that_is_not_linked(
    linked: tuple[Customer360, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command itself: exit code 1, and who can help."""
    _, store = linked
    assert main(["index", "sync", "zoho", *store, "--region", "GB"]) == 1
    assert "ask an administrator" in capsys.readouterr().err
    assert main(["index", "sync", "zoho", *store, "--region", "UK"]) == 1
    assert "the code is GB" in capsys.readouterr().err


def test_keeping_an_index_ends_when_it_is_told_to(linked: tuple[Customer360, list[str]]) -> None:
    """SIGTERM ends it between two syncs, with success."""
    _, store = linked
    arguments = [*store, "--every", "3600"]
    process = subprocess.Popen(
        [sys.executable, "-m", "customer360", "index", "sync", "zoho", *arguments], stderr=subprocess.PIPE
    )
    try:
        assert process.stderr is not None
        assert b"zoho" in process.stderr.readline()  # it could not be done now, and may be in an hour
        process.terminate()
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, said.count(b"stopped")) == (0, 1)


@pytest.mark.parametrize("every", ["0", "-1", "nan", "often", "1e9"])
def test_how_often_is_a_number_of_seconds(every: str) -> None:
    """Anything else is a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        main(["index", "sync", "zoho", "--every", every])
    assert ended.value.code == 2


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    """For whoever reports a bug."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == f"customer360 {version('customer360')}"
