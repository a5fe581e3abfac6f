"""Which CRMs are installed: plugins found through entry points of the group ``customer360`` (F093, F094)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

import attrs
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


@attrs.frozen
class Plugins:
    """The installed connectors by CRM key, and what went wrong with the plugins that could not be loaded.

    A broken plugin never takes the others down (X19): it is in ``broken``, and asking for it raises its error.
    """

    connectors: Mapping[str, Connector]
    broken: Mapping[str, PluginBroken]

    def __getitem__(self, crm: str) -> Connector:
        """The connector of a CRM, guarded: what it does wrong is :class:`PluginBroken`.

        Raises :class:`PluginMissing` naming the package to install.
        """
        if crm in self.connectors:
            return guarded(self.connectors[crm], time.monotonic)
        if crm in self.broken:
            raise self.broken[crm]
        if crm in PACKAGES:
            raise PluginMissing(f"no plugin for {crm!r} is installed", next_step=f"pip install {PACKAGES[crm]}")
        if crm in PLANNED:
            raise PluginMissing(
                f"no plugin for {crm!r} has been published yet", next_step="write one, or wait for ours"
            )
        installed = ", ".join(sorted(self.connectors)) or "none"
        raise PluginMissing(
            f"{crm!r} is no CRM that an installed plugin speaks to (installed: {installed})",
            next_step="check the spelling, or install the third-party plugin that brings it",
        )


def installed(points: Iterable[EntryPoint] | None = None) -> Plugins:
    """Load every installed plugin.

    ``points`` overrides what is found, for hosts that bundle plugins themselves.
    """
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    connectors: dict[str, Connector] = {}
    broken: dict[str, PluginBroken] = {}
    for point in entry_points(group=hooks.PROJECT) if points is None else points:
        try:
            for connector in _connectors(manager, point):
                if connector.info.key in connectors:
                    raise PluginBroken(
                        f"plugin {point.name!r} brings {connector.info.key!r}, which another plugin brings"
                    )
                connectors[connector.info.key] = connector
        except PluginBroken as known:
            broken[point.name] = known
        except Exception as failure:  # whatever a plugin raises on import is the plugin's, never the host's
            error = PluginBroken(f"plugin {point.name!r} ({point.value}) failed to load: {type(failure).__name__}")
            error.__cause__ = failure
            broken[point.name] = error
    return Plugins(MappingProxyType(connectors), MappingProxyType(broken))


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
