"""Mailboxes: items, folders that hold them, and the order of all changes, from which delta answers are made.

``Item.data`` is replaced and never changed in place.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import attrs

Data = dict[str, Any]
Extended = dict[tuple[str, str, str], tuple[str, str]]
"""Key of an extended property -> (id as spelled, value)."""
_INSIDE = {"calendar": ("event",), "todoTaskList": ("todoTask",), "contactFolder": ("contact", "contactFolder")}


def opaque(prefix: str, *parts: object) -> str:
    """A long id, case sensitive, the same for the same parts."""
    digest = hashlib.sha512("|".join(map(str, parts)).encode()).digest()
    return prefix + base64.urlsafe_b64encode(digest).decode().rstrip("=")[:80] + "AAA="


@attrs.define(eq=False)
class Item:
    """A record. ``fixed`` is its immutable id, ``id`` the one that changes when it moves."""

    kind: str
    fixed: str
    id: str
    container: str
    data: Data
    order: int
    seq: int
    created: float
    changed: float
    version: str
    extended: Extended = attrs.field(factory=dict)
    extended_before: list[tuple[float, Extended]] = attrs.field(factory=list)
    """What ``extended`` was from each instant on, for an index that runs behind."""
    extensions: dict[str, Data] = attrs.field(factory=dict)
    linked: dict[str, Data] = attrs.field(factory=dict)
    conflict_due: bool = False

    def extend(self, extended: Extended, now: float) -> None:
        """Write the extended properties."""
        if extended != self.extended:
            self.extended = extended
            self.extended_before.append((now, extended))

    def extended_at(self, moment: float) -> Extended:
        """The extended properties as an index knew them then."""
        if not self.extended_before or self.extended_before[-1][0] <= moment:
            return self.extended
        return next((held for since, held in reversed(self.extended_before) if since <= moment), {})


@attrs.frozen
class Gone:
    """What delta tells of an item that left a container."""

    kind: str
    container: str
    fixed: str
    id: str
    seq: int


class Mailbox:
    """One user's data."""

    def __init__(self, login: str) -> None:
        self.login = login
        self.seq = 0
        self.items: dict[str, Item] = {}
        """By immutable id, in order of creation."""
        self.by_id: dict[str, Item] = {}
        self.members: dict[tuple[str, str], dict[str, Item]] = {}
        self.gone: list[Gone] = []
        self.transactions: dict[str, Item] = {}
        self.defaults: dict[str, str] = {}
        """Kind of container -> id of the default one."""

    def _step(self) -> int:
        self.seq += 1
        return self.seq

    def add(self, kind: str, container: str, data: Data, now: float) -> Item:
        seq = self._step()
        constant = kind in ("contactFolder", "calendar", "todoTaskList", "todoTask")
        prefix = {"todoTask": "AAkA", "event": "AAMkI", "calendar": "AAMkC"}.get(kind, "AAMk")
        fixed = opaque(prefix if constant else "AAkALgAAA", self.login, kind, seq, "fixed")
        changing = fixed if constant else opaque(prefix, self.login, kind, seq, container)
        item = Item(kind, fixed, changing, container, data, seq, seq, now, now, self._version(fixed, seq))
        self.items[fixed] = item
        self.by_id[fixed] = self.by_id[changing] = item
        self.members.setdefault((kind, container), {})[fixed] = item
        return item

    def touch(self, item: Item, now: float) -> None:
        """The item has changed."""
        item.seq = self._step()
        item.changed = now
        item.version = self._version(item.fixed, item.seq)

    def remove(self, item: Item) -> None:
        """The item is gone, and so is what it holds."""
        for kind in _INSIDE.get(item.kind, ()):
            for one in self.inside(kind, item.fixed):
                self.remove(one)
        self._leave(item)
        del self.items[item.fixed]
        self.by_id.pop(item.fixed, None)
        self.by_id.pop(item.id, None)

    def move(self, item: Item, container: str, now: float) -> None:
        """To another container: the default id changes, the immutable one stays."""
        self._leave(item)
        self.by_id.pop(item.id)
        item.container = container
        self.touch(item, now)
        item.id = opaque("AAMk", self.login, item.kind, item.seq, container)
        self.by_id[item.id] = item
        self.members.setdefault((item.kind, container), {})[item.fixed] = item

    def _leave(self, item: Item) -> None:
        del self.members[item.kind, item.container][item.fixed]
        self.gone.append(Gone(item.kind, item.container, item.fixed, item.id, self._step()))

    def inside(self, kind: str, container: str) -> list[Item]:
        return list(self.members.get((kind, container), {}).values())

    def of_kind(self, kind: str) -> Iterator[Item]:
        return (item for item in self.items.values() if item.kind == kind)

    @staticmethod
    def _version(fixed: str, seq: int) -> str:
        return "EQAAABYAAAC" + hashlib.sha256(f"{fixed}{seq}".encode()).hexdigest()[:14]
