"""The plugin that is looked at, found through its entry point as the SDK finds it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from importlib import import_module
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

import attrs

from customer360.core.connector import Connector
from customer360.core.errors import Customer360Error, PluginBroken, PluginMissing
from customer360.core.hooks import PROJECT
from customer360.core.linking import LinkFacts
from customer360.plugins import installed
from customer360_testkit.by_hand import signed_in
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import NoSuchFake, fake_named


@attrs.frozen
class Problem:
    """Something that a check found, and what to do about it."""

    what: str
    next_step: str = ""


@attrs.frozen
class Note:
    """Something that an author, and whoever reads the author's word, should know; nothing to mend."""

    text: str


Check = Callable[["Subject"], Iterable[Problem | Note]]


@attrs.frozen(kw_only=True, slots=False)
class Subject:
    """One installed plugin.

    ``module`` is its package and ``package`` that one's folder; ``readme`` the project's README, "" without one;
    ``distribution`` what pip installed, None where a host named the entry point itself. ``fake`` and the folder of its
    code are None where none is installed. ``settings`` go over those of the fake, to declare with; ``known`` are facts
    to use instead of signing in; ``project`` is the folder with its tests, where somebody says so.
    """

    key: str
    point: EntryPoint
    connector: Connector
    module: ModuleType
    package: Path
    readme: str
    distribution: Distribution | None
    fake: type[FakeCrm] | None = None
    fake_package: Path | None = None
    settings: Mapping[str, str] = attrs.field(factory=dict)

    known: LinkFacts | None = None
    project: Path | None = None

    @cached_property
    def facts(self) -> LinkFacts:
        """Facts to declare with: ``known`` if given, else those of a sign-in to the fake, else of the settings alone.

        Raises :class:`InvalidSettings` where there are too few settings, and whatever signing in raises.
        """
        if self.known is not None:
            return self.known
        if self.fake is not None:
            return signed_in(self.connector, self.fake(cast=()), settings=self.settings).facts
        return self.settled()

    def settled(self) -> LinkFacts:
        """What the settings alone say: those given, those of the fake, or the first choice of each."""
        given = {each.name: next(iter(each.choices), None) for each in self.connector.linking.settings if each.required}
        chosen = {name: value for name, value in given.items() if value is not None}
        of_fake = self.fake.link_settings if self.fake is not None else {}
        return LinkFacts(crm=self.key, settings=self.connector.linking.checked({**chosen, **of_fake, **self.settings}))


def find(key: str, settings: Mapping[str, str] | None = None) -> Subject:
    """The installed plugin of that CRM.

    Raises :class:`PluginMissing`, or :class:`PluginBroken` with what it raised on import.
    """
    points = list(entry_points(group=PROJECT))
    for point in sorted(points, key=lambda point: point.name != key):  # the one of that name first
        found = installed([point])
        if key in found.connectors:
            return _subject(key, point, found.connectors[key], settings or {})
        if point.name == key and point.name in found.broken:
            raise _told(found.broken[point.name])
    brought = ", ".join(sorted(point.name for point in points)) or "none"
    raise PluginMissing(
        f"no entry point of the group {PROJECT!r} brings {key!r} (installed: {brought})",
        next_step=f"in the project's folder, run: {Path(sys.executable).name} -m pip install -e .",
    )


def _subject(key: str, point: EntryPoint, connector: Connector, settings: Mapping[str, str]) -> Subject:
    module = import_module(point.module)
    package = Path(module.__file__ or "").resolve().parent
    try:
        fake = fake_named(key)
    except NoSuchFake:
        fake = None
    return Subject(
        key=key,
        point=point,
        connector=connector,
        module=module,
        package=package,
        readme=_readme(package, point.dist),
        distribution=point.dist,
        fake=fake,
        fake_package=None if fake is None else Path(inspect.getfile(fake)).resolve().parent,
        settings=settings,
    )


def _readme(package: Path, distribution: Distribution | None) -> str:
    """The file beside the label in an editable installation (whose metadata are as old as it is), else the metadata."""
    for folder in (package, *package.parents[:2]):
        if (folder / "pyproject.toml").is_file() and (folder / "README.md").is_file():
            return (folder / "README.md").read_text(encoding="utf-8")
    told = "" if distribution is None else distribution.metadata.json.get("description", "")
    return told if isinstance(told, str) else ""


def installed_keys() -> tuple[str, ...]:
    """The names of the entry points of every plugin, whether it loads or not."""
    return tuple(sorted({point.name for point in entry_points(group=PROJECT)}))


def _told(broken: PluginBroken) -> PluginBroken:
    """With the text of what was raised: it is the author who reads it."""
    cause = broken.__cause__
    if cause is None:
        return broken
    return PluginBroken(f"{broken.what}: {cause}", next_step="mend it; the import must work before anything is checked")


def explained(error: Exception) -> str:
    """An error in a sentence, typed or not."""
    return str(error) if isinstance(error, Customer360Error) else f"{type(error).__name__}: {error}"
