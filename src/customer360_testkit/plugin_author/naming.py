"""What a new plugin may be called, checked before anything is written."""

from __future__ import annotations

import keyword
import re
import sys
from importlib.metadata import entry_points

import attrs

from customer360.core.errors import InvalidValue
from customer360.core.hooks import PROJECT
from customer360.plugins import PACKAGES, PLANNED, how_to_install
from customer360_testkit.fakes.registry import fake_names

LONGEST_KEY = 20
LONGEST_NAME = 24
_OURS = frozenset({"core", "sdk", "testkit", "fake", "fakes", "plugin", "plugins"})


@attrs.frozen
class Naming:
    """``key`` is the CRM's in code and entry points, ``name`` what people call it."""

    key: str
    name: str

    @property
    def distribution(self) -> str:
        return f"customer360-{self.key}"

    @property
    def class_prefix(self) -> str:
        """``larderCRM`` -> ``LarderCRM``: what class names begin with."""
        words = re.findall(r"[A-Za-z0-9]+", self.name)
        joined = "".join(word[0].upper() + word[1:] for word in words)
        return joined if joined and joined[0].isalpha() and joined.isascii() else self.key.capitalize()


def naming(key: str, name: str | None = None) -> Naming:
    """The names of a new plugin, or :class:`InvalidValue` that says what to choose instead."""
    if not re.fullmatch(rf"[a-z][a-z0-9]{{1,{LONGEST_KEY - 1}}}", key):
        suggested = re.sub(r"[^a-z0-9]", "", key.lower()).lstrip("0123456789")[:LONGEST_KEY]
        raise InvalidValue(
            f"{key!r} cannot be a CRM's key: 2 to {LONGEST_KEY} lower-case letters and digits, a letter first",
            next_step=f"try {suggested!r}" if len(suggested) > 1 else "choose another",
        )
    if keyword.iskeyword(key) or keyword.issoftkeyword(key) or key in sys.stdlib_module_names:
        raise InvalidValue(
            f"{key!r} is a word of Python's, and cannot be a CRM's key", next_step=f"try {f'{key}crm'[:LONGEST_KEY]!r}"
        )
    if key in _OURS:
        raise InvalidValue(f"customer360-{key} is, or sounds like, a package of ours", next_step="choose another key")
    _free(key)
    label = key.capitalize() if name is None else name.strip()
    # It goes into Python strings, TOML and Markdown: so nothing that any of them reads as more than a letter.
    if not re.fullmatch(r"[^\W_](?:[\w .&+-]*[^\W_])?", label) or "_" in label or len(label) > LONGEST_NAME:
        raise InvalidValue(
            f"a CRM's name has up to {LONGEST_NAME} letters, digits, spaces and . & + -",
            next_step="choose a shorter or plainer --name; records.py is where it can be changed later",
        )
    return Naming(key, label)


def _free(key: str) -> None:
    for point in entry_points(group=PROJECT, name=key):
        bringer = point.dist.name if point.dist is not None else point.value
        raise InvalidValue(f"the installed {bringer} speaks to {key!r} already", next_step="choose another key")
    if key in fake_names():
        raise InvalidValue(f"a fake for {key!r} is installed already", next_step="choose another key")
    if key in PACKAGES:
        raise InvalidValue(
            f"the key {key!r} is kept for the package {PACKAGES[key]}",
            next_step=f"{how_to_install(key)}; or choose another key",
        )
    if key in PLANNED:
        raise InvalidValue(f"the key {key!r} is kept for a plugin of ours", next_step="choose another key")
