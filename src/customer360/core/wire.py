"""What came back from a server, as plain data."""

from __future__ import annotations

import json as _json
import math
from codecs import BOM_UTF8
from functools import cached_property
from typing import Any, Final

import attrs

from customer360.core.errors import UnexpectedAnswer

_REQUEST_IDS: Final = (
    "x-request-id",
    "request-id",
    "x-ms-request-id",
    "x-ms-service-request-id",
    "x-correlation-id",
    "x-hubspot-correlation-id",
    "x-zendesk-request-id",
    "x-sfdc-request-id",
    "x-amzn-requestid",
)


@attrs.frozen(slots=False)
class Response:
    """An HTTP answer, whole.

    ``headers`` keep the server's order; look them up with :meth:`header`.
    """

    status: int
    content: bytes = attrs.field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case, or None."""
        wanted = name.lower()
        for key, value in self.headers:
            if key.lower() == wanted:
                return value
        return None

    @property
    def retry_after(self) -> float | None:
        """Seconds that ``Retry-After`` asks us to wait (RFC 9110, 10.2.3), never negative; None if it names none.

        Whole and fractional ones. The header may hold a date instead: that is for the transport, which has a clock.
        """
        text = (self.header("retry-after") or "").strip()
        # float() also takes "1_0", "nan", "inf" and other scripts' digits: none of them is a delay.
        if not text.isascii() or "_" in text:
            return None
        try:
            seconds = float(text)
        except ValueError:
            return None
        return max(0.0, seconds) if math.isfinite(seconds) else None

    @cached_property
    def _decoded(self) -> Any:
        return _DECODER.decode(self.content.removeprefix(BOM_UTF8).decode())

    def json(self, *, wrote: bool = False) -> Any:
        """The body as JSON.

        Raises :class:`UnexpectedAnswer` for an empty body, HTML, NaN, or anything else that is not JSON in
        UTF-8; of a request that ``wrote``, what it asked for may stand there all the same.
        """
        try:
            return self._decoded
        except (ValueError, RecursionError):
            kind = (self.header("content-type") or "no content type").split(";")[0]
            raise UnexpectedAnswer(
                f"the server answered {self.status} with {len(self.content)} bytes of {kind} where JSON was due",
                status=self.status,
                maybe_applied=wrote,
                next_step="check that no proxy or sign-in page stands between this machine and the CRM",
            ) from None


def objects(listed: object) -> list[dict[str, Any]]:
    """The rows of an answer's list.

    Raises :class:`UnexpectedAnswer` for no list, or one of anything but objects: left out, they would be no records.
    """
    if not isinstance(listed, list) or not all([isinstance(each, dict) for each in listed]):
        raise UnexpectedAnswer("the server answered with something else than a list of objects where one was due")
    return listed


def identified(listed: object, name: str = "id", kind: type[str | int] = str) -> list[dict[str, Any]]:
    """The same of records, each of which says under ``name`` which one it is.

    Raises :class:`UnexpectedAnswer` for one that does not, too: it would be nobody's.
    """
    rows = objects(listed)
    if not all([type(row.get(name)) is kind and row[name] for row in rows]):
        raise UnexpectedAnswer("the server answered with a record that does not say which one it is")
    return rows


def objects_in(answer: object, name: str) -> list[dict[str, Any]]:
    """The same of a list that an answer may leave out, or that is none of an object's: then there are none."""
    listed = answer.get(name) if isinstance(answer, dict) else None
    return [] if listed is None else objects(listed)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = _json.JSONDecoder(parse_constant=_refuse_constant)


def request_id(response: Response) -> str | None:
    """The vendor's id of this exchange, to quote to its support."""
    for name in _REQUEST_IDS:
        value = response.header(name)
        if value and len(value) <= 200 and value.isascii() and value.isprintable():
            return value
    return None
