"""Whether a socket has something to say."""

from __future__ import annotations

import select


def readable(descriptor: int) -> bool:
    """Whether a read would return at once: data, the end, or an error. A closed socket's (-1) would."""
    if descriptor < 0:
        return True
    if not hasattr(select, "poll"):  # Windows, whose select() has no limit on the number
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()  # select() refuses descriptors above 1023, which a busy server reaches
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
