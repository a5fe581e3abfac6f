"""Graph's errors in Graph's shape (contract section 9)."""

from __future__ import annotations

from typing import Any


class GraphError(Exception):
    """``inner`` is a more exact code inside ``innerError``; ``more`` are further members of ``error``."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        inner: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        bare: bool = False,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner
        self.headers = headers
        self.bare = bare
        self.more = more or {}

    def body(self, date: str, request_id: str, client_id: str) -> dict[str, Any]:
        error: dict[str, Any] = {"code": self.code, "message": self.message, **self.more}
        if not self.bare:
            nested = {} if self.inner is None else {"code": self.inner}
            error["innerError"] = {**nested, "date": date, "request-id": request_id, "client-request-id": client_id}
        return {"error": error}


def invalid_filter() -> GraphError:
    return GraphError(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")


def inefficient() -> GraphError:
    return GraphError(400, "InefficientFilter", "The restriction or sort order is too complex for this operation.")


def bad_request(message: str) -> GraphError:
    return GraphError(400, "BadRequest", message)


def unknown_property(name: str, kind: str) -> GraphError:
    return GraphError(
        400, "RequestBroker--ParseUri", f"Could not find a property named '{name}' on type 'microsoft.graph.{kind}'."
    )


def bad_body(message: str) -> GraphError:
    return GraphError(400, "RequestBodyRead", message)


def invalid_value(name: str, why: str) -> GraphError:
    return GraphError(400, "ErrorInvalidProperty", f"The property '{name}' is invalid: {why}.")


def not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> GraphError:
    return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def conflict() -> GraphError:
    return GraphError(
        412,
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in the request does not "
        "match the current change key for the item.",
    )


def access_denied() -> GraphError:
    return GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
