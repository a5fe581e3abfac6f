"""What a CRM's own page of an activity tells its users, whatever fields it is kept in."""

from __future__ import annotations

import html
import re
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Literal, TypeAlias

import attrs

ActivityKind: TypeAlias = Literal["note", "task", "call", "event", "case"]
Tie: TypeAlias = str | tuple[str, str]
"""The id of a record; with the module before it, where another module may have a record of the same id."""
_BLOCK = r"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|table)\b[^>]*>"
_BESIDE = re.compile(rf"(?i)({_BLOCK})\s*[\r\n]\s*|\s*[\r\n]\s*(?={_BLOCK})")
_WRAPPED = re.compile(r"\s*[\r\n]\s*")
_LINE_END = re.compile(r"(?i)<br\b[^>]*>(?:</(?:p|div|li)>)?|</(?:p|div|li|h[1-6]|tr)>")
_LINE_BEGINS = re.compile(rf"(?i)(?:{_BLOCK})+")
_TAG = re.compile(r"<[^>]*>")


class NoSuch(Enum):
    """That a vendor has no such thing, which is another matter than that it is empty."""

    NO_SUCH = "no such"


NO_SUCH = NoSuch.NO_SUCH
"""The only one of its class."""


@attrs.frozen(kw_only=True)
class Screen:
    """An activity as people read it in the CRM itself: None where it is empty, :data:`NO_SUCH` where the vendor has no
    such thing.

    Attributes:
        subject, text: without markup.
        state: ``open``, ``waiting`` (put off, or somebody else's turn), ``done`` (ticked off, closed, over), or
            ``unclear`` where its fields contradict each other.
        number: what a case is called by besides its subject.
        channel: by which way a case came.
        priority: what is marked neither high nor low is ``normal``.
        direction, outcome: of a call.
        result: how a call ended, in words of one's own.
        starts, ends: moments, with their zone.
        length: how long a call took by the field that its page and the reports show, as exactly as that tells it.
        all_day: whether it is of whole days.
        due: the day on which a task is due, and of which a call is that has no time; in the user's zone.
        place: where an appointment is.
        caller, called: the number that rang, and the one that was rung.
        reminds: whether its owner is reminded of it.
        busy: whether its owner's calendar is taken; None where it says more than that, as that they are away.
        private: whether others do not see what it says.
        owner: the user's id.
        in_view: whether it stands where its owner looks first: not in a list that was made for something else.
        ties: the people and things that it hangs off.
        people: those of them whom it names as people, where the page keeps them apart from what else it is about.
    """

    subject: str | NoSuch | None = NO_SUCH
    text: str | NoSuch | None = NO_SUCH
    state: Literal["open", "waiting", "done", "unclear"] | NoSuch = NO_SUCH
    number: str | NoSuch | None = NO_SUCH
    channel: Literal["phone", "other"] | NoSuch | None = NO_SUCH
    priority: Literal["low", "normal", "high"] | NoSuch = NO_SUCH
    direction: Literal["inbound", "outbound", "internal"] | NoSuch | None = NO_SUCH
    outcome: Literal["answered", "missed"] | NoSuch | None = NO_SUCH
    result: str | NoSuch | None = NO_SUCH
    starts: datetime | NoSuch | None = NO_SUCH
    ends: datetime | NoSuch | None = NO_SUCH
    length: timedelta | NoSuch | None = NO_SUCH
    all_day: bool | NoSuch = NO_SUCH
    due: date | NoSuch | None = NO_SUCH
    place: str | NoSuch | None = NO_SUCH
    caller: str | NoSuch | None = NO_SUCH
    called: str | NoSuch | None = NO_SUCH
    reminds: bool | NoSuch = NO_SUCH
    busy: bool | NoSuch | None = NO_SUCH
    private: bool | NoSuch = NO_SUCH
    owner: str | NoSuch | None = NO_SUCH
    in_view: bool | NoSuch = NO_SUCH
    ties: frozenset[Tie] = frozenset()
    people: frozenset[str] | NoSuch = NO_SUCH

    def names(self, module: str, record_id: str) -> bool:
        """Whether it hangs off that record."""
        return not self.ties.isdisjoint((record_id, (module, record_id)))

    def lasts(self, length: timedelta, *, missed: bool, told: bool) -> bool:
        """Whether the page tells that a call took so long, or cannot.

        A field may count whole minutes. It may hold less of a call that was ``missed``, and of hours where the text has
        ``told`` how many.
        """
        if not isinstance(self.length, timedelta | None):
            return True
        held = self.length or timedelta()
        less = missed or (told and length >= timedelta(hours=1))
        return (less and held < length) or abs(held - length) < timedelta(minutes=1)


def plain(markup: str) -> str:
    """HTML as people read it, line by line: paragraphs and items of lists are lines, and its own line ends are none."""
    one_line = _WRAPPED.sub(" ", _BESIDE.sub(r"\1", markup))
    lined = _LINE_BEGINS.sub("\0", _LINE_END.sub("\n", one_line))
    lined = re.sub(r"(?<!^)(?<!\n)\0+(?!\n)", "\n", lined).replace("\0", "")
    return html.unescape(_TAG.sub("", lined)).strip()
