"""What can be asked of a CRM's search."""

from __future__ import annotations

from functools import cached_property
from typing import Final, TypeAlias

import attrs

_COMPARED: Final = 7
_NO_DIGITS: Final = {at: None for at in range(128) if not chr(at).isdecimal()}


@attrs.frozen
class PhoneIs:
    """Records of which some phone field means this number.

    ``e164`` is the number with its ``+``, ``national`` its national significant number (digits, no trunk
    prefix), ``region`` the ISO country, ``spelt`` the text as it was received. A connector asks for as few
    variants as its CRM's search needs; it may return more than asked (the runtime verifies every hit by parsed
    equality), never fewer. Of what a loose search found, :meth:`may_stand_in` tells what is worth handing on.
    """

    e164: str = attrs.field(repr=False)
    national: str = attrs.field(repr=False)
    region: str | None = None
    spelt: str = attrs.field(default="", repr=False)

    def may_stand_in(self, text: str) -> bool:
        """Whether the digits of ``text`` hold the end of the number, whatever stands before (a country), between, or
        behind (an extension)."""
        end = self.end
        return end != "" and (end in text or end in _digits(text))

    @cached_property
    def end(self) -> str:
        """The last digits of the number: as many as must agree before a candidate is worth handing on."""
        return _digits(self.national or self.e164)[-_COMPARED:]


def _digits(text: str) -> str:
    """All digits of a text, in ASCII."""
    left = text.translate(_NO_DIGITS)
    return left if left.isascii() else "".join(str(int(each)) for each in left if each.isdecimal())


@attrs.frozen
class EmailIs:
    """Records of which some e-mail field is this address, whatever its case."""

    address: str = attrs.field(repr=False)


@attrs.frozen
class NameHas:
    """Records whose name holds this text in the way the CRM's name search works.

    At least: begins with it, whichever of the two names was typed first, with a comma between them or without.
    """

    text: str = attrs.field(repr=False)

    @cached_property
    def turned(self) -> tuple[tuple[str, str], ...]:
        """Given and family name, in case the latter was typed first: with a comma, or as the first word or words."""
        head, comma, tail = (" ".join(part.split()) for part in self.text.partition(","))
        if comma:
            return ((tail, head),) if head and tail else ()
        words = head.split(" ")
        if len(words) < 2:
            return ()
        return tuple(dict.fromkeys(((" ".join(words[1:]), words[0]), (words[-1], " ".join(words[:-1])))))


@attrs.frozen
class TextHas:
    """Records that the CRM's free-text search finds."""

    text: str = attrs.field(repr=False)


@attrs.frozen
class FieldIs:
    """Records whose field ``field`` (the CRM's name) is exactly ``value``: the same code points, case-folded
    for e-mail fields.

    Text that the CRM cannot compare exactly raises ``Unsupported`` before any request.
    """

    field: str
    value: str = attrs.field(repr=False)


Query: TypeAlias = PhoneIs | EmailIs | NameHas | TextHas | FieldIs
