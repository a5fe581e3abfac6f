"""One span per exchange, if OpenTelemetry is installed; nothing at all if it is not."""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import Any

from customer360.core.errors import Customer360Error


@lru_cache(maxsize=1)
def _api() -> Any:
    try:
        return importlib.import_module("opentelemetry.trace")
    except ImportError:
        return None


def traced() -> bool:
    """Whether there is anything to make a span with."""
    return _api() is not None


@lru_cache(maxsize=1)
def _tracer() -> Any:
    # Kept, because asking for it reads the environment; one that is asked for before the program has set up what
    # records stands for it afterwards, and that is set up once.
    return _api().get_tracer("customer360")


class ExchangeSpan:
    """A client span by OpenTelemetry's HTTP conventions, without URL, query or body.

    It is never made the current one: operations interleave on one thread, and a current span would end up around
    somebody else's work.
    """

    def __init__(self, *, crm: str, method: str, host: str, path_shape: str) -> None:
        api = _api()
        self._span: Any = None
        if api is not None:
            self._span = _tracer().start_span(
                f"{method} {path_shape}",
                kind=api.SpanKind.CLIENT,
                attributes={
                    "http.request.method": method,
                    "server.address": host,
                    "url.template": path_shape,
                    "customer360.crm": crm,
                },
            )

    def end(self, *, status: int | None, attempts: int, error: BaseException | None) -> None:
        """Finish with the answer's status, or with the error's class and its redacted facts."""
        if self._span is None:
            return
        if status is not None:
            self._span.set_attribute("http.response.status_code", status)
        if attempts > 1:
            self._span.set_attribute("http.request.resend_count", attempts - 1)
        if error is not None:
            self._span.set_attribute("error.type", type(error).__name__)
            if isinstance(error, Customer360Error) and error.request_id:
                self._span.set_attribute("customer360.request_id", error.request_id)
            self._span.set_status(_api().Status(_api().StatusCode.ERROR))
        self._span.end()
