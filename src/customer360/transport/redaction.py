"""What of a request may stand in a log: never a query, a body, a secret, or whoever it is about (R11)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_WORD = re.compile(r"\$?[A-Za-z][A-Za-z_\-.$]{0,39}")
_VERSION = re.compile(r"v?\d{1,2}(\.\d{1,2})?", re.IGNORECASE)
_PLAIN = re.compile(rf"(?:/(?:[vV]?\d{{1,2}}(?:\.\d{{1,2}})?|{_WORD.pattern})?)*+")
"""A path of which nothing is masked, as most are."""
MASK: Final = "{}"


def path_shape(url: str) -> str:
    """The path of ``url`` with everything masked that could name a record or a person.

    Words of ASCII letters and version numbers stay, the rest becomes ``{}``: ``/crm/v8/Contacts/{}``. Numbers, e-mail
    addresses and whatever is percent-encoded never pass; CRMs name records by number or key, not by a bare word.
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return MASK
    if _PLAIN.fullmatch(path):
        return path
    return "/".join(_segment(segment) for segment in path.split("/"))


def _segment(segment: str) -> str:
    # OData names a record in brackets: contacts('...'), accounts(4f...).
    name, bracket, _ = segment.partition("(")
    known = not name or _VERSION.fullmatch(name) or _WORD.fullmatch(name)
    return (name if known else MASK) + (f"({MASK})" if bracket else "")
