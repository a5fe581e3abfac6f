"""Switches: one for each fact of a contract that is not certain and that a client could notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs


@attrs.frozen
class Switch:
    """A fact with several readings.

    Attributes:
        name: like ``missing_record``.
        readings: the readings that are possible; the first is nothing special.
        default: the hardest reading for a client.
        source: where the contract leaves it open, in one line.
    """

    name: str
    readings: tuple[str, ...]
    default: str
    source: str

    def __attrs_post_init__(self) -> None:
        if self.default not in self.readings:
            raise ValueError(f"switch {self.name}: the default {self.default!r} is none of its readings")


@attrs.frozen
class World:
    """An organisation of another kind: the readings that make it one, and the settings of a link to it."""

    switches: Mapping[str, str]
    settings: Mapping[str, str] = attrs.field(factory=dict)


def other_readings(known: Iterable[Switch], *kept: str) -> dict[str, str]:
    """Another reading of each switch but of those ``kept``: what is not certain may be like that, too."""
    others = (each for each in known if each.name not in kept)
    return {each.name: next(reading for reading in each.readings if reading != each.default) for each in others}


class Switches(Mapping[str, str]):
    """The readings in force: every switch of a fake, with its default or the reading asked for."""

    def __init__(self, known: Iterable[Switch], chosen: Mapping[str, str] | None = None) -> None:
        self.known = {switch.name: switch for switch in known}
        self._readings = {name: switch.default for name, switch in self.known.items()}
        for name, reading in (chosen or {}).items():
            self.set(name, reading)

    def set(self, name: str, reading: str) -> None:
        """Choose a reading; ValueError for a switch or a reading that does not exist."""
        switch = self.known.get(name)
        if switch is None:
            raise ValueError(f"no switch {name!r}; there are: {', '.join(sorted(self.known)) or 'none'}")
        if reading not in switch.readings:
            raise ValueError(f"switch {name!r} has no reading {reading!r}; it has: {', '.join(switch.readings)}")
        self._readings[name] = reading

    def __getitem__(self, name: str) -> str:
        return self._readings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._readings)

    def __len__(self) -> int:
        return len(self._readings)
