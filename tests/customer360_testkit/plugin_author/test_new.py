"""``customer360 plugin new``: a project that works as it is written."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_testkit.plugin_author.conftest import Author
from tests.test_houses import ROOMS

from customer360.cli import main
from customer360.core.errors import InvalidValue, SetupError
from customer360_testkit.plugin_author.naming import LONGEST_KEY, LONGEST_NAME, naming
from customer360_testkit.plugin_author.project import template, write_project

NAMES = [("acme", None), ("q2", "Q2"), ("k" * LONGEST_KEY, ("Of twenty-four letters" + "s" * 9)[:LONGEST_NAME])]


def passed(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("key", "name"), NAMES, ids=["usual", "shortest", "longest"])
def test_the_project_passes_its_own_checks(new_author: Callable[..., Author], key: str, name: str | None) -> None:
    """Its tests, format, lint and strict types, however short or long the names are."""
    author = new_author(key, name)
    passed(author.run("-m", "pytest", "-q", "-p", "no:cacheprovider"))
    passed(author.run("-m", "ruff", "format", "--check", "."))
    passed(author.run("-m", "ruff", "check", "."))
    passed(author.run("-m", "mypy"))


@pytest.mark.feature("F094")
def test_what_is_new_leaves_nothing_to_mend(new_author: Callable[..., Author]) -> None:
    """Connector and fake are found by their entry points; a room that is lost is missed."""
    author = new_author("acme", "Acme CRM")
    passed(author.run("-m", "customer360", "plugin", "check", "--quick", "acme"))
    (author.site / "customer360_acme" / "py.typed").unlink()
    spoilt = author.run("-m", "customer360", "plugin", "check", "--quick", "acme")
    assert spoilt.returncode == 1
    assert "✗ py.typed" in spoilt.stdout
    assert "1 thing is to mend" in spoilt.stdout


WRONG = {
    "a mobile that is not read": (
        "records.py", "for field in PHONES if", "for field in PHONES[:1] if", ["every number is read from its field"],
    ),
    "a list that begins with the oldest": (
        "activities.py", "for row in rows)", "for row in reversed(rows))",
        ["the newest of each kind comes first", "the newest comes first"],
    ),
    "a value without its quotes": (
        "query.py", 'text.replace("\\\\", "\\\\\\\\").replace(\'"\', \'\\\\"\')', "text",
        ["any name can be asked for", "a value with quotes is a value"],
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.feature("F094")
def test_what_is_wrong_is_told_by_what_it_does(new_author: Callable[..., Author]) -> None:
    """One command says green, or which demand is not met, for each of these mistakes by itself."""
    author = new_author("acme", "Acme CRM")
    assert "✓ conformance" in author.run("-m", "customer360", "plugin", "check", "acme").stdout
    for mistake, (room, right, wrong, told) in WRONG.items():
        path = author.site / "customer360_acme" / room
        kept = path.read_text(encoding="utf-8")
        assert right in kept, mistake
        path.write_text(kept.replace(right, wrong, 1), encoding="utf-8")
        done = author.run("-m", "customer360", "plugin", "check", "acme")
        path.write_text(kept, encoding="utf-8")
        _, _, listed = done.stdout.partition("✗ conformance")
        assert set(told) <= set(re.findall(r"^      (\w[^:]*): ", listed, re.MULTILINE)), mistake
        assert done.returncode == 1


@pytest.mark.slow
def test_the_new_crm_plays_the_demo(new_author: Callable[..., Author]) -> None:
    """From the ring to the log read back from the CRM, beside the CRMs of ours."""
    done = new_author("acme").run("-m", "customer360_testkit.demo")
    passed(done)
    assert "Acme  API v1" in done.stdout


def test_the_rooms_are_those_of_every_plugin() -> None:
    """Whoever knows one plugin finds every line of the new one."""
    rooms = {
        Path(path).stem for path, _ in template() if path.startswith("src/customer360_KEY/") and path.endswith(".py")
    }
    assert rooms == ROOMS


def test_the_command_writes_the_project_and_says_what_is_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a folder named as the distribution, with the name that people use."""
    assert main(["plugin", "new", "acme", "--name", "Acme CRM", "--into", str(tmp_path)]) == 0
    assert "customer360 plugin check acme" in capsys.readouterr().out
    folder = tmp_path / "customer360-acme"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        path.replace("KEY", "acme") for path, _ in template()
    }
    assert 'NAME: Final = "Acme CRM"' in (folder / "src/customer360_acme/records.py").read_text(encoding="utf-8")
    assert "class AcmeCRMConnector" in (folder / "src/customer360_acme/connector.py").read_text(encoding="utf-8")


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that is there stays as it is, and the message says what to do."""
    kept = tmp_path / "customer360-acme" / "work.py"
    kept.parent.mkdir()
    kept.write_text("mine", encoding="utf-8")
    assert main(["plugin", "new", "acme", "--into", str(tmp_path)]) == 1
    assert "nothing is overwritten" in capsys.readouterr().err
    assert list(kept.parent.iterdir()) == [kept]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """As a typed error, not a traceback."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SetupError, match="--into"):
        write_project(naming("acme"), tmp_path / "file")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("class", "word of Python's"),
        ("match", "word of Python's"),
        ("email", "word of Python's"),
        ("zoho", "speaks to 'zoho' already"),
        ("hubspot", "kept for a plugin of ours"),
        ("testkit", "package of ours"),
        ("Acme-CRM", "try 'acmecrm'"),
        ("9lives", "try 'lives'"),
        ("my_crm", "try 'mycrm'"),
        ("größe", "try 'gre'"),
        ("../evil", "try 'evil'"),
        ("x", "choose another"),
        ("", "choose another"),
        ("k" * (LONGEST_KEY + 1), f"try '{'k' * LONGEST_KEY}'"),
    ],
)
def test_a_key_that_will_not_do_is_refused_with_advice(key: str, said: str) -> None:
    """Before anything is written."""
    with pytest.raises(InvalidValue, match=said):
        naming(key)


@pytest.mark.parametrize("name", ['Ac"me', "Acme\\", "a\nb", "$key", "{x}", "", " ", "a_b", "-", "*bold*", "n" * 25])
def test_a_name_that_code_would_read_is_refused(name: str) -> None:
    """It stands in strings of Python and TOML, and in Markdown."""
    with pytest.raises(InvalidValue, match="CRM's name"):
        naming("acme", name)


@given(st.text(min_size=1, max_size=LONGEST_NAME))
def test_a_name_that_is_taken_makes_a_class(name: str) -> None:
    """Whatever alphabet it is written in."""
    try:
        named = naming("acme", name)
    except InvalidValue:
        return
    assert f"{named.class_prefix}Connector".isidentifier()
    assert named.class_prefix.isascii()
    assert not set(named.name) & set("\"'\\$\n{}*_`<>")
