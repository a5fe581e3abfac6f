"""Seeing whether an idle connection has ended."""

from __future__ import annotations

import fcntl
import resource
import socket

from customer360.transport.readable import readable


def test_data_the_end_and_nothing() -> None:
    """Also on descriptors that select() cannot take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    near, far = socket.socketpair()
    with near, far, socket.socket(fileno=fcntl.fcntl(near.fileno(), fcntl.F_DUPFD, 1100)) as high:
        assert not readable(high.fileno())
        far.send(b"x")
        assert readable(high.fileno())
        high.recv(1)
        assert not readable(high.fileno())
        far.close()
        assert readable(high.fileno())
    assert readable(high.fileno())
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
