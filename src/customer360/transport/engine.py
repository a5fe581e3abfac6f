"""Which HTTP/1.1 machinery runs underneath, and what its exceptions mean.

httpx and httpx2 build on httpcore and httpcore2, of one public interface. We stand on that one directly: it takes a
network backend, and only there can a deadline be kept per read, a name be looked up in time, and be known whether a
single byte of a request has left. Its pool and httpx's client are left out.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
from types import ModuleType
from typing import Any, Final

from customer360.core.errors import AnswerLost, ConnectFailed, Customer360Error, InvalidValue, SetupError

_ENGINES: Final = {"httpx2": "httpcore2", "httpx": "httpcore"}
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def engine(module: ModuleType | None = None) -> Any:
    """The httpcore of ``module`` (httpx or httpx2); without one, of whichever is installed, httpx2 first.

    Silences their loggers unless the program has set a level itself: they write URLs and headers, which name customers.
    """
    if module is None:
        name = next((core for core in _ENGINES.values() if importlib.util.find_spec(core)), None)
        if name is None:
            raise SetupError("no HTTP library is installed", next_step="pip install httpx")
    elif module.__name__ not in _ENGINES:
        raise SetupError(f"{module.__name__} is not an HTTP library that this adapter knows", next_step="pass httpx")
    else:
        name = _ENGINES[module.__name__]
    for noisy in (*_ENGINES, *_ENGINES.values()):
        logger = logging.getLogger(noisy)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
    return importlib.import_module(name)


def failure(core: Any, error: Exception, *, method: str, sent: bool, reused: bool, answered: bool) -> Customer360Error:
    """What ``error`` means for a request that was ``sent`` (at least one byte) on a connection that was ``reused``.

    Texts of the library stay out: they quote headers. ``wait`` 0 says that another connection may serve at once: the
    peer had closed this one while it lay idle (X14).
    """
    stale = 0.0 if reused and not answered else None
    if isinstance(error, core.LocalProtocolError) and not sent:
        return InvalidValue("the request cannot be written as HTTP")
    if isinstance(error, core.ProxyError):
        return ConnectFailed("the proxy refused to connect; nothing was sent", next_step="check the proxy's settings")
    if not sent:
        return ConnectFailed("the connection ended before anything was sent", wait=stale)
    what = "the answer broke off" if answered else "the connection ended before an answer"
    if isinstance(error, core.RemoteProtocolError) and answered:
        what = "the answer is not whole or not HTTP"
    return AnswerLost(what, maybe_applied=writes(method), wait=stale)


def writes(method: str) -> bool:
    """Whether a request of this method may have changed something."""
    return method.upper() not in _SAFE
