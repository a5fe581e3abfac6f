"""httpcore's names for what goes wrong on the wire, for a port that does without httpcore.

The streams raise the first two, :func:`~customer360.transport.engine.failure` reads them all.
"""

from __future__ import annotations


class ReadError(Exception):
    """The connection broke while it was read."""


class WriteError(Exception):
    """The connection broke while it was written."""


class LocalProtocolError(Exception):
    """The request is not HTTP."""


class RemoteProtocolError(Exception):
    """The answer is not HTTP, or not whole."""


class ProxyError(Exception):
    """The proxy refused."""
