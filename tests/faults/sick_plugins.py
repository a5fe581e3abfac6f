"""Plugins that break the contract (X19), in a client of whole ones: who is harmed, and what everybody is told."""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final, TypeAlias

from tests.faults.scenes import Scene
from tests.faults.stack import LONG, Face, Hands, Stack, stack, written

from customer360.core.auth import Application
from customer360.core.effects import Operation
from customer360.core.errors import Customer360Error
from customer360.core.hooks import PROJECT
from customer360.desk.account import Account
from customer360.plugins import Plugins, installed
from customer360_testkit.fakes.serving import Served

BESIDE: Final = 5

Verb: TypeAlias = Callable[[], Operation[Any]]
Sickness: TypeAlias = "dict[str, Callable[[Verb], Operation[Any]]]"
"""Verb -> what it does instead, given the true one. Empty: the plugin is well."""


@cache
def _well() -> Plugins:
    return installed()


def plugins_with(crm: str, sickness: Sickness) -> Plugins:
    """All that are installed; the one for ``crm`` falls ill and gets well as ``sickness`` says."""
    kind = type(_well().connectors[crm])

    def verb_of(name: str) -> Callable[..., Operation[Any]]:
        async def verb(self: Any, *args: Any, **options: Any) -> Any:
            true = partial(getattr(kind, name), self, *args, **options)
            return await (sickness[name](true) if name in sickness else true())

        return verb

    verbs = {name: verb_of(name) for name in ("search", "get", "related", "create_activity")}
    return Plugins({**_well().connectors, crm: type("Sick", (kind,), verbs)()}, _well().broken)


async def raises(_: Verb) -> Any:
    """At once."""
    raise KeyError("secret: +44 20 7946 0958")


async def raises_after(true: Verb) -> Any:
    """When its work is done."""
    raise ZeroDivisionError(f"secret: {await true()}")


async def gives_a_list(true: Verb) -> Any:
    """Where a model is due."""
    return [await true()]


async def blocks(true: Verb) -> Any:
    """Sleeps as no plugin may, on the thread that runs it."""
    time.sleep(1.0)  # noqa: ASYNC251 - this is the fault
    return await true()


def _ill(
    sickness: Mapping[str, Callable[[Verb], Operation[Any]]], see: Callable[[Stack, Sickness], str]
) -> Callable[[Served, Hands, Face], str]:
    """An agent has signed in; then the plugin falls ill."""

    def play(served: Served, hands: Hands, face: Face) -> str:
        now: Sickness = {}
        with stack(served, hands, face, plugins=plugins_with(served.fake.key, now)) as running:
            running.call("get", LONG)
            now.update(sickness)
            seen = see(running, now)
            assert "secret" not in seen
            return seen

    return play


def _pop(running: Stack, _: Sickness) -> str:
    return running.popped()


def _get(running: Stack, _: Sickness) -> str:
    return str(running.call("get", LONG))


def _create(running: Stack, _: Sickness) -> str:
    return str(running.call("create", LONG))


def _activity(running: Stack, sickness: Sickness) -> str:
    """Then the plugin is mended, and the worker comes by."""
    kept = running.call("activity", LONG)
    sickness.clear()
    written = running.worked()
    assert written <= 1
    return f"{kept}, {written} in the end"


def _beside(running: Stack, _: Sickness) -> str:
    """One search in the plugin that blocks, and other calls at the same time."""
    with _heard(running):
        return f"{_waiting(running)}, the log names it"


def _beside_again(running: Stack, _: Sickness) -> str:
    """The plugin has blocked before."""
    with _heard(running):
        running.call("search", LONG)
        return f"{_waiting(running)} any more, the log names it"


def _waiting(running: Stack) -> str:
    ended: list[str] = []

    async def noted(what: str, op: Operation[Any]) -> None:
        await op
        ended.append(what)

    def other() -> Operation[Any]:
        return running.operation("get", running.draft())

    both = [noted("blocked", running.operation("search", running.draft()))]
    both += [noted("beside", other()) for _ in range(BESIDE)]
    given = iter(both)
    running.many(lambda: next(given), len(both))
    return f"other calls {'do not wait' if ended.index('blocked') == BESIDE else 'wait'} for it"


@contextmanager
def _heard(running: Stack) -> Iterator[None]:
    """The log names the plugin meanwhile."""
    named = _Heard()
    logging.getLogger("customer360").addHandler(named)
    try:
        yield
    finally:
        logging.getLogger("customer360").removeHandler(named)
    assert any(f"the plugin for {running.crm} blocked its thread" in line for line in named.lines)


class _Heard(logging.Handler):
    """What the log says."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _bad_module() -> Iterator[EntryPoint]:
    """A plugin that cannot be imported."""
    with tempfile.TemporaryDirectory(prefix="customer360-faults-") as folder:
        (Path(folder) / "plugin_that_fails.py").write_text("raise RuntimeError('secret')\n", encoding="utf-8")
        sys.path.insert(0, folder)
        try:
            yield EntryPoint("bad", "plugin_that_fails", PROJECT)
        finally:
            sys.path.remove(folder)


def _fails_at_import(served: Served, hands: Hands, face: Face) -> str:
    with _bad_module() as bad:
        plugins = installed([bad, *entry_points(group=PROJECT)])
    with stack(served, hands, face, plugins=plugins) as running:
        told = running.opened.plugins.broken["bad"]
        assert "secret" not in str(told)
        try:
            running.run(
                Account(running.opened.office).link(
                    "bad", settings={}, application=Application("id", "secret"), relink=False
                )
            )
        except Customer360Error as error:
            return f"{running.call('get', LONG)}, the bad one: {type(error).__name__}"
        return "linked"


SICK_PLUGINS: Final = (
    Scene(
        "X19",
        "R12",
        "plugin raises while it searches",
        _ill({"search": raises}, _pop),
        "a pop shows no contact and failed parts",
    ),
    Scene(
        "X19",
        "R12",
        "plugin raises while it lists activities",
        _ill({"related": raises}, _pop),
        "a pop shows the contact and failed parts",
    ),
    Scene("X19", "R11", "plugin raises while it reads", _ill({"get": raises}, _get), "0 → PluginBroken"),
    Scene(
        "X19",
        "R11",
        "plugin gives a list in place of a contact",
        _ill({"get": gives_a_list}, _get),
        "1 → PluginBroken",
    ),
    Scene(
        "X19",
        "R11",
        "plugin raises after its create",
        _ill({"create_activity": raises_after}, _create),
        written(1, "PluginBroken, may be applied"),
    ),
    Scene(
        "X19",
        "R1",
        "activity, the plugin raises after its create",
        _ill({"create_activity": raises_after}, _activity),
        written(1, "kept, in doubt, 1 in the end"),
    ),
    Scene(
        "X19",
        "R2",
        "activity, the plugin raises before its create",
        _ill({"create_activity": raises}, _activity),
        "0 → kept, due, 1 in the end",
    ),
    Scene(
        "X19",
        "R12",
        "another plugin fails when it is imported",
        _fails_at_import,
        "1 → ok, the bad one: PluginBroken",
    ),
    Scene(
        "X19",
        "R12",
        "plugin blocks its thread for a second, blocking face",
        _ill({"search": blocks}, _beside),
        "other calls do not wait for it, the log names it",
        faces=("blocking",),
        waits=True,
    ),
    Scene(
        "X19",
        "R12",
        "plugin blocks the loop for a second, asyncio face",
        _ill({"search": blocks}, _beside),
        "other calls wait for it, the log names it",
        faces=("asyncio",),
        waits=True,
    ),
    Scene(
        "X19",
        "R12",
        "plugin blocks again, asyncio face",
        _ill({"search": blocks}, _beside_again),
        "other calls do not wait for it any more, the log names it",
        faces=("asyncio",),
        waits=True,
    ),
)
