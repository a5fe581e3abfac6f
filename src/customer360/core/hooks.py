"""The one hook of a plugin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from customer360.core.connector import Connector

PROJECT = "customer360"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def customer360_connectors() -> Iterable[Connector]:
    """The connectors this plugin brings; called once, must not do I/O."""
    raise AssertionError("a specification is never called")
