"""Which CRMs are installed: plugins found through entry points of the group ``customer360`` (F093, F094)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

import pluggy

from customer360.core import hooks
from customer360.core.connector import Connector
from customer360.core.errors import PluginBroken, PluginMissing
from customer360.core.guarding import guarded

PACKAGES: Mapping[str, str] = MappingProxyType(
    {key: f"customer360-{key}" for key in ("bullhorn", "microsoft365", "salesforce", "zoho")}
)
"""The CRMs with a plugin of ours and the package that brings it, so that a missing one can be named."""
PLANNED = frozenset(
    ("clio", "connectwise", "dynamics365", "google", "hubspot", "jobdiva", "netsuite", "sugarcrm", "zendesk")
)
"""CRMs whose plugin is still to come. No package is named: somebody else might publish one of that name."""


def how_to_install(crm: str) -> str:
    """What brings the plugin of ours for a CRM, as long as it is on no package index."""
    return f"in a clone of customer360: pip install ./src/{PACKAGES[crm].replace('-', '_')}"


class Plugins:
    """The installed connectors by CRM key, and what went wrong with the plugins that could not be loaded.

    A broken plugin never takes the others down (X19): it is in ``broken``, and asking for it raises its error. Threads
    may share one.
    """

    def __init__(self, connectors: Mapping[str, Connector], broken: Mapping[str, PluginBroken]) -> None:
        self._connectors = dict(connectors)
        self._broken = dict(broken)
        self._guarded: dict[str, Connector] = {}

    @property
    def connectors(self) -> Mapping[str, Connector]:
        """All of them: those that nobody has asked for yet are loaded now."""
        self._load()
        return MappingProxyType(self._connectors)

    @property
    def broken(self) -> Mapping[str, PluginBroken]:
        """By the name of the entry point, all plugins having been loaded."""
        self._load()
        return MappingProxyType(self._broken)

    def __getitem__(self, crm: str) -> Connector:
        """The connector of a CRM, guarded: what it does wrong is :class:`PluginBroken`.

        Raises :class:`PluginMissing` naming the package to install.
        """
        # A desktop speaks to one CRM or two, and thirteen plugins take a fifth of a second to import (P5). A plugin is
        # named like the CRM that it brings, so this one is enough; the others are looked at for a key that has none.
        self._load(crm)
        if crm not in self._connectors:
            self._load()
        if crm in self._connectors:
            # One for all who ask: what was seen of a plugin is known to everybody.
            if crm not in self._guarded:
                self._guarded.setdefault(crm, guarded(self._connectors[crm], time.monotonic))
            return self._guarded[crm]
        if crm in self._broken:
            raise self._broken[crm]
        if crm in PACKAGES:
            raise PluginMissing(f"no plugin for {crm!r} is installed", next_step=how_to_install(crm))
        if crm in PLANNED:
            raise PluginMissing(
                f"no plugin for {crm!r} has been published yet", next_step="write one, or wait for ours"
            )
        installed = ", ".join(sorted(self._connectors)) or "none"
        raise PluginMissing(
            f"{crm!r} is no CRM that an installed plugin speaks to (installed: {installed})",
            next_step="check the spelling, or install the third-party plugin that brings it",
        )

    def _load(self, name: str | None = None) -> None:
        """Load what waits to be loaded, of that name alone if it is given: here nothing does."""


def installed(points: Iterable[EntryPoint] | None = None) -> Plugins:
    """Every installed plugin, each loaded when it is first asked for.

    ``points`` overrides what is found, for hosts that bundle plugins themselves. Where two plugins bring the same CRM,
    the one that is named like it stays, or else the first, and the other is broken.
    """
    return _Installed(entry_points(group=hooks.PROJECT) if points is None else points)


class _Installed(Plugins):
    """Plugins of entry points, which wait there until they are asked for."""

    def __init__(self, points: Iterable[EntryPoint]) -> None:
        super().__init__({}, {})
        self._points = list(points)
        self._owners: dict[str, str] = {}
        self._manager = pluggy.PluginManager(hooks.PROJECT)
        self._manager.add_hookspecs(hooks)
        self._turn = threading.RLock()

    def _load(self, name: str | None = None) -> None:
        if not self._points:
            return
        with self._turn:
            for point in [point for point in self._points if name in (None, point.name)]:
                try:
                    for connector in _connectors(self._manager, point):
                        self._keep(connector, point.name)
                except PluginBroken as known:
                    self._broken[point.name] = known
                except Exception as failure:  # whatever a plugin raises on import is the plugin's, never the host's
                    error = PluginBroken(
                        f"plugin {point.name!r} ({point.value}) failed to load: {type(failure).__name__}"
                    )
                    error.__cause__ = failure
                    self._broken[point.name] = error
                # Taken off last: who finds nothing left to load, finds all of it in its place.
                if point in self._points:  # a plugin that asks for plugins while it is loaded comes here twice
                    self._points.remove(point)

    def _keep(self, connector: Connector, name: str) -> None:
        """Raises :class:`PluginBroken` for a CRM that another plugin has brought, and has the better right to."""
        key = connector.info.key
        twice = f"brings {key!r}, which another plugin brings"
        if key in self._connectors:
            if name != key or self._owners[key] == key:
                raise PluginBroken(f"plugin {name!r} {twice}")
            self._broken[self._owners[key]] = PluginBroken(f"plugin {self._owners[key]!r} {twice}")
        self._connectors[key] = connector
        self._owners[key] = name


def _connectors(manager: pluggy.PluginManager, point: EntryPoint) -> list[Connector]:
    module = point.load()
    manager.register(module, name=point.name)
    brought = manager.subset_hook_caller(
        "customer360_connectors", [p for p in manager.get_plugins() if p is not module]
    )()
    found = [connector for each in brought for connector in each]
    if not found:
        raise PluginBroken(f"plugin {point.name!r} ({point.value}) has no customer360_connectors hook")
    for connector in found:
        if not isinstance(connector, Connector):
            raise PluginBroken(f"plugin {point.name!r} returned a {type(connector).__name__}, not a Connector")
    return found
