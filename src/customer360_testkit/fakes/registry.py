"""Finds the fakes that are installed: entry points of the group ``customer360.fakes``.

An entry point is named by the CRM's key and names a module that has ``customer360_fakes() -> Iterable[type[FakeCrm]]``.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points

from customer360_testkit.fakes.fake import FakeCrm

GROUP = "customer360.fakes"


class NoSuchFake(LookupError):
    """No fake of that name is installed; the message names those that are."""


def fake_names() -> tuple[str, ...]:
    """The keys of every fake that is installed, sorted. Nothing is imported."""
    return tuple(sorted(_modules()))


def fake_named(key: str) -> type[FakeCrm]:
    """The class of the fake of that CRM.

    Raises:
        NoSuchFake: none is installed under that key.
        TypeError: what is installed there is not a fake.
    """
    modules = _modules()
    if key not in modules:
        raise NoSuchFake(f"no fake {key!r} is installed; there are: {', '.join(sorted(modules)) or 'none'}")
    module = import_module(modules[key])
    hook = getattr(module, "customer360_fakes", None)
    if hook is None:
        raise TypeError(f"{modules[key]} has no function customer360_fakes()")
    found: Iterable[type[FakeCrm]] = hook()
    for fake in found:
        if fake.key == key:
            return fake
    raise TypeError(f"customer360_fakes() of {modules[key]} gives no fake with the key {key!r}")


def _modules() -> dict[str, str]:
    return {point.name: point.module for point in entry_points(group=GROUP)}
