"""Whatever of a connector's code no check plays is told: nothing that is wrong hides where nothing is ever run."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from customer360_testkit.conformance.own_code import functions_of
from customer360_testkit.conformance.unplayed import Watch
from customer360_zoho import ZohoConnector

SOURCE = '''
"""A connector's room."""
from __future__ import annotations
from functools import lru_cache, wraps

SHORT = {"Bob": "Robert"}
WAYS = {"upper": lambda name: name.upper(), "lower": lambda name: name.lower()}


def logged(function):
    @wraps(function)
    def inner(*given):
        return function(*given)
    return inner


class Connector:
    """Wrong for some."""

    def called(self, name):
        """What somebody is called."""
        if name.startswith("Dr. "):
            return name[4:]
        return SHORT.get(name) or name

    @property
    def region(self):
        return named("GB")

    @logged
    def listed(self, rows):
        found = []
        for row in rows:
            found.append(row if row is not None and row != "" else "nobody")
        return [each for each in found if each != "nobody"]

    def told(self, answer):
        try:
            match answer:
                case {"rows": rows} if rows:
                    return WAYS["upper"](rows)
                case str():
                    return answer
        except AttributeError:  # unplayed: Acme never says so
            return None

    def outer(self, names):
        def inner(name):
            return name if len(name) < 5 else name[:5]
        return [inner(name) for name in names]

    async def awaited(self):
        return await self.awaited() if self is None else super().__repr__()


@lru_cache
def named(code):
    return code and code.lower()


def nobody_calls_this():
    return 1
'''


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ModuleType]:
    """The module above, imported from a file."""
    path = tmp_path / "acme_room.py"
    path.write_text(SOURCE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("acme_room", path)
    assert spec is not None
    assert spec.loader is not None
    sys.modules["acme_room"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["acme_room"]


def told(watch: Watch) -> list[str]:
    return [f"{place.text} ({place.never})" for place in watch.places() if not place.reason]


def test_a_condition_that_never_held_is_told(room: ModuleType) -> None:
    """And is told no more when it did, both ways."""
    connector, watch = room.Connector(), Watch(room.Connector())
    with watch:
        assert connector.called("Ada") == "Ada"
    assert told(watch)[3:5] == [
        'name.startswith("Dr. ") (never True)',
        "SHORT.get(name) (never True)",
    ]
    with watch:
        assert [connector.called(name) for name in ("Dr. Who", "Bob")] == ["Who", "Robert"]
    assert not [each for each in told(watch) if "SHORT" in each or "Dr." in each]


def test_of_what_was_never_run_the_outermost_is_told(room: ModuleType) -> None:
    """A function, not each line of it; what nothing comes to is nobody's."""
    with Watch(room.Connector()) as watch:
        pass
    assert told(watch) == [
        "lambda name: name.lower() (never run)",
        "lambda name: name.upper() (never run)",
        "def inner(*given): (never run)",
        "def called(self, name): (never run)",
        "def region(self): (never run)",
        "def listed(self, rows): (never run)",
        "def told(self, answer): (never run)",
        "def outer(self, names): (never run)",
        "async def awaited(self): (never run)",
        "def named(code): (never run)",
    ]


def test_every_kind_of_code_tells_of_itself(room: ModuleType) -> None:
    """Loops, cases, handlers, expressions, what stands in a function, what a decorator or a cache holds."""
    connector, watch = room.Connector(), Watch(room.Connector())
    with watch:
        assert connector.region == "gb"
        assert connector.listed(["a", None]) == ["a"]
        assert connector.told({"rows": "ada"}) == "ADA"
        assert connector.outer(["Ada"]) == ["Ada"]
        with pytest.raises(StopIteration, match="Connector"):
            connector.awaited().send(None)
    assert told(watch) == [
        "lambda name: name.lower() (never run)",
        "def called(self, name): (never run)",
        'row != "" (never False)',
        "rows (never False)",
        "case str(): (never run)",
        "len(name) < 5 (never False)",
        "self is None (never True)",
        "code (never False)",
    ]
    assert [place.reason for place in watch.places() if place.reason] == ["Acme never says so"]


def test_code_is_as_it_was_when_nobody_watches(room: ModuleType) -> None:
    """And what was begun meanwhile ends."""
    before = {function: function.__code__ for function in functions_of(room.Connector())}
    watch = Watch(room.Connector())
    with watch:
        begun = room.Connector().awaited()
        assert {function.__code__ for function in before} & {*before.values()} == set()
    assert {function: function.__code__ for function in before} == before
    with pytest.raises(StopIteration):
        begun.send(None)


def test_a_connectors_own_code_is_its_packages() -> None:
    """Every room of it; nothing of the core or of a library."""
    rooms = {inspect.getmodule(function).__name__ for function in functions_of(ZohoConnector())}  # type: ignore[union-attr]
    assert {"customer360_zoho.query", "customer360_zoho.sync", "customer360_zoho.errors"} <= rooms
    assert {name.partition(".")[0] for name in rooms} == {"customer360_zoho"}


def test_a_wrong_connectors_own_code_is_its_own_and_that_of_the_right_one() -> None:
    """Though it stands in another module, whose other functions are not."""

    class Wrong(ZohoConnector):
        def record_url(self, *given: Any) -> str | None:
            return super().record_url(*given)

    functions = functions_of(Wrong())
    assert Wrong.record_url in functions
    assert ZohoConnector.get in functions
    assert told not in functions
