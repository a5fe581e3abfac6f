"""A new plugin's project, from the template beside this file.

Each file of the template ends in ``.tmpl`` (so that no tool takes it for code of ours), holds ``${key}``, ``${name}``
and ``${Class}`` as :class:`string.Template` has them, and has ``KEY`` in its path where the key goes. The project is
whole: a small connector and a small fake for a CRM with a minimal REST API, which pass their own tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from customer360.core.errors import InvalidValue, SetupError
from customer360_testkit.plugin_author.naming import Naming

_SUFFIX = ".tmpl"
_HIDDEN = {"gitignore": ".gitignore"}
"""Named without their dot in the template: packaging tools leave hidden files out."""


def write_project(naming: Naming, into: Path) -> Path:
    """Write the project into a new folder ``customer360-KEY`` inside ``into``; the folder.

    Raises :class:`InvalidValue` if that folder is there already: nothing is ever overwritten. Raises
    :class:`SetupError` if it cannot be written.
    """
    folder = into / naming.distribution
    words = {"key": naming.key, "name": naming.name, "Class": naming.class_prefix}
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise InvalidValue(
            f"{folder} is there already, and nothing is overwritten", next_step="move it away, or use --into"
        ) from None
    except OSError as refused:
        raise SetupError(f"{folder} cannot be made: {refused.strerror}", next_step="use --into") from refused
    for path, text in template():
        target = folder / path.replace("KEY", naming.key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(Template(text).substitute(words), encoding="utf-8", newline="\n")
        except OSError as refused:
            raise SetupError(
                f"{target} cannot be written: {refused.strerror}", next_step=f"remove {folder} and try again"
            ) from refused
    return folder


def template() -> Iterator[tuple[str, str]]:
    """Path (with ``KEY``, without the suffix) and text of each file of the template."""
    yield from _under(files("customer360_testkit.plugin_author") / "template", "")


def _under(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _under(entry, f"{path}{entry.name}/")
        elif entry.name.endswith(_SUFFIX):
            name = entry.name.removesuffix(_SUFFIX)
            yield f"{path}{_HIDDEN.get(name, name)}", entry.read_text(encoding="utf-8")
