"""How long an agent may be kept waiting."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Deadlines:
    """Seconds. ``pop`` is for a whole screen pop, ``read`` for one thing an agent asks for, ``write`` for one thing an
    agent writes down; what an expired write leaves behind is in doubt, and known to be (R4)."""

    pop: float = 3.0
    read: float = 5.0
    write: float = 10.0
