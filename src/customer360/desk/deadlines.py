"""How long an agent may be kept waiting."""

from __future__ import annotations

import math

import attrs

from customer360.core.errors import InvalidSettings


def _ends(_: object, field: attrs.Attribute[float], given: object) -> None:
    number = given if isinstance(given, int | float) and not isinstance(given, bool) else math.nan
    if not 0 < number < math.inf:
        raise InvalidSettings(f"the deadline {field.name!r} is no time", next_step="give seconds above zero")


@attrs.frozen(kw_only=True)
class Deadlines:
    """Seconds. ``pop`` is for a whole screen pop, ``read`` for one thing an agent asks for, ``write`` for one thing an
    agent writes down; what an expired write leaves behind is in doubt, and known to be (R4).

    Raises :class:`InvalidSettings` for what is no time.
    """

    pop: float = attrs.field(default=3.0, validator=_ends)
    read: float = attrs.field(default=5.0, validator=_ends)
    write: float = attrs.field(default=10.0, validator=_ends)
