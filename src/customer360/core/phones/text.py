"""What is written where a number should be, before any numbering plan is asked."""

from __future__ import annotations

import re
from urllib.parse import unquote

PLUS = ("+", "\uff0b")
CONTEXT = ";phone-context=+"  # a local number whose country stands behind it (RFC 3966)
LONGEST = 250  # libphonenumber's own limit; longer text is no number
_EXTENSION = re.compile(r"(?i)\s*(?:e?xt|x|#|;|,|dw|durchwahl)")
_NO_DIGIT = re.compile(r"[^0-9]+")
_WITHHELD = frozenset({
    "anonymous", "private", "unknown", "withheld", "restricted", "unavailable", "blocked", "hidden", "none", "null",
    "privatenumber", "unknowncaller", "nocallerid", "anonym", "privat", "unbekannt", "unterdrückt", "anonyme",
    "masqué", "privé", "oculto", "desconocido", "privado", "sconosciuto", "onbekend",
})  # fmt: skip


def address(text: str) -> str:
    """The number part of a ``tel:`` or ``sip:`` URI (RFC 3966), else the text itself, stripped."""
    bare = text.strip()
    scheme, colon, rest = bare.partition(":")
    match scheme.casefold() if colon else "":
        case "tel" | "callto":
            return bare if CONTEXT in rest else unquote(rest).partition(";phone-context")[0]
        case "sip" | "sips":
            user, at, host = unquote(rest).partition("@")
            return (user if not host.endswith(".invalid") else "") if at else user
    return bare


def main_digits(text: str) -> str:
    """The digits before an extension, in ASCII."""
    main = _EXTENSION.split(address(text), maxsplit=1)[0]
    if main.isascii():
        return _NO_DIGIT.sub("", main)
    return "".join(str(int(c)) for c in main if c.isdecimal())


def is_international(text: str) -> bool:
    """Whether the country is written with it: by a plus, 00, or a context."""
    bare = address(text)
    return bare.startswith((*PLUS, "00")) or CONTEXT in bare


def is_withheld(bare: str) -> bool:
    """Whether an address says that there is none: by a word for it, or by a host that nobody has."""
    return not bare or "".join(c for c in bare.casefold() if c.isalpha()) in _WITHHELD or bare.endswith(".invalid")
