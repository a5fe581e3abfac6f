"""A plugin's mistakes as one of our errors (X19, R11, R12).

Flows expect of a connector what its contract says. A connector that raises something of Python's, or returns something
else than it declares, would end as a ``KeyError`` in the desktop, or deep inside a flow where nobody would look for it.
Behind :func:`guarded` it ends as :class:`PluginBroken`, which names plugin, verb and line. What the plugin's own
exception says stays out of it: it may quote the customer. One that blocks cannot be stopped: the log says who it was,
and where everybody shares one thread, its steps are taken on others from then on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from functools import partial
from inspect import iscoroutine
from pathlib import PurePath
from types import NoneType, coroutine
from typing import Any, Final, cast

from customer360.core.auth import AuthScheme
from customer360.core.capabilities import Capabilities, PhoneSearch
from customer360.core.connector import Connector, Identity, Limits
from customer360.core.coroutines import expect_fresh
from customer360.core.effects import Effect, Operation, Request, Settle, Within, shares_its_thread
from customer360.core.errors import Customer360Error, PluginBroken
from customer360.core.linking import Hosts
from customer360.core.metadata import Resource, Schema
from customer360.core.records import Changes, Contact, Page, RecordRef, RelatedRecord
from customer360.core.stepping import aside
from customer360.core.wire import Response, request_id

log = logging.getLogger("customer360.core")

MOMENT: Final = 0.25
"""Seconds that a plugin may compute between two effects: whoever shares its thread waits so long, with asyncio all."""

CALM: Final = 100
"""Steps on threads of its own, none longer than a moment, after which a plugin is trusted again. Twice as many after
each time that it was trusted in vain: what one pause of a busy machine looked like is forgotten, what blocks is not."""

OPERATIONS: Final[Mapping[str, tuple[type, ...]]] = {
    "locate": (Mapping,),
    "warm_up": (NoneType,),
    "identify": (Identity,),
    "list_resources": (tuple,),
    "describe": (Schema,),
    "search": (Page,),
    "get": (Contact,),
    "create": (RecordRef,),
    "update": (NoneType,),
    "related": (Page,),
    "activities": (Page,),
    "tied": (tuple,),
    "create_activity": (RecordRef,),
    "update_activity": (NoneType,),
    "find_created": (RecordRef, NoneType),
    "link": (NoneType,),
    "unlink": (NoneType,),
    "changes": (Changes,),
}
"""What each operation of a connector gives."""

DECLARATIONS: Final[Mapping[str, tuple[type, ...]]] = {
    "hosts": (Hosts,),
    "api_base": (str,),
    "in_emea": (bool,),
    "resources": (tuple,),
    "capabilities": (Capabilities,),
    "phone_search": (PhoneSearch,),
    "creates": (Mapping,),
    "auth_for": (AuthScheme,),
    "limits_for": (Limits,),
    "record_url": (str, NoneType),
    "related_within": (tuple,),
}
"""What each declaration gives. ``error`` is not among them: the transport, which asks it, has its own answer to a
failure."""

WRITES: Final = frozenset({"create", "update", "create_activity", "update_activity", "link", "unlink"})
"""Operations after whose failure something may stand in the CRM."""

_ITEMS: Final[Mapping[str, type]] = {
    "list_resources": Resource,
    "resources": Resource,
    "search": Contact,
    "related": RelatedRecord,
    "activities": RelatedRecord,
    "changes": Contact,
    "related_within": RelatedRecord,
    "tied": RecordRef,
}


def guarded(connector: Connector, monotonic: Callable[[], float]) -> Connector:
    """The same connector, whose verbs give what they declare or raise one of our errors."""
    return cast(Connector, _Guarded(connector, monotonic))


class _Guarded:
    """Stands for a connector; what is no verb is the connector's own."""

    def __init__(self, connector: Connector, monotonic: Callable[[], float]) -> None:
        self._connector = connector
        self._monotonic = monotonic
        self._blocks = False
        self._calm, self._proved = 0, CALM
        for verb in OPERATIONS:
            setattr(self, verb, partial(self._run, verb))
        for verb in DECLARATIONS:
            setattr(self, verb, partial(self._ask, verb))

    def __repr__(self) -> str:
        return f"<guarded {self._connector!r}>"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    async def _run(self, verb: str, *args: Any, **options: Any) -> Any:
        try:
            op = getattr(self._connector, verb)(*args, **options)
            if not iscoroutine(op):
                raise TypeError("an operation is due, the call of an async def")
            value = await self._timed(verb, op)
        except Customer360Error:
            raise
        except Exception as failure:
            wrong = f"raised {_where(failure)}"
        else:
            wrong = _wrong(verb, value, OPERATIONS[verb])
            if not wrong:
                return value
        raise self._broken(verb, wrong)

    @coroutine
    def _timed(self, verb: str, op: Operation[Any]) -> Generator[Effect[Any], Any, Any]:
        """``await op``, with a word to the log for each step that took longer than a moment.

        An error that the verb raises of an answer learns how many requests there were, and the last one's id.
        """
        answer: Any = None
        error: BaseException | None = None
        asked, last = 0, Response(0)
        while True:
            try:
                if self._blocks and shares_its_thread.get():
                    taken = yield from aside(self._key, op, answer, error, self._monotonic)
                    self._note_aside(verb, taken.seconds)
                    if taken.error is not None:
                        raise taken.error
                    if taken.ended:
                        return taken.value
                    effect = taken.value
                else:
                    began = self._monotonic()
                    try:
                        effect = op.send(answer) if error is None else op.throw(error)
                    finally:
                        if (took := self._monotonic() - began) > MOMENT:
                            self._note(verb, took)
            except StopIteration as stop:
                return stop.value
            except Customer360Error as known:
                if not known.attempts:  # else it is of a request, and the transport has told all
                    known.attempts, known.request_id = asked, known.request_id or request_id(last)
                raise
            asked += 1 if isinstance(effect, Request) else len(effect.ops) if isinstance(effect, Settle) else 0
            if isinstance(effect, Settle | Within):
                effect = self._watched(verb, effect)
            try:
                answer, error = (yield effect), None
                last = answer if isinstance(answer, Response) else last
            except BaseException as raised:  # for the plugin to see
                answer, error = None, raised

    def _watched(self, verb: str, effect: Settle[Any] | Within[Any]) -> Effect[Any]:
        """The same, with an eye on each of the operations that run beneath it."""
        if isinstance(effect, Within):
            return Within(effect.seconds, self._beneath(verb, effect.op))
        return Settle(tuple([self._beneath(verb, op) for op in effect.ops]), effect.all_or_none)

    async def _beneath(self, verb: str, op: Operation[Any]) -> Any:
        expect_fresh(op)
        return await self._timed(verb, op)

    def _note(self, verb: str, took: float) -> None:
        then = ""
        if shares_its_thread.get():
            self._blocks, self._calm, then = True, 0, "; from now on its steps are taken on threads of its own"
        log.warning("the plugin for %s blocked its thread for %.1f s in %s%s", self._key, took, verb, then)

    def _note_aside(self, verb: str, took: float) -> None:
        if took > MOMENT:
            self._calm = 0
            log.warning("the plugin for %s blocked a thread of its own for %.1f s in %s", self._key, took, verb)
            return
        self._calm += 1
        if self._blocks and self._calm >= self._proved:
            log.info("the plugin for %s blocked nothing for %d steps: they are taken as ever", self._key, self._calm)
            self._blocks, self._proved = False, 2 * self._proved

    @property
    def _key(self) -> str:
        return self._connector.info.key

    def _ask(self, verb: str, *args: Any) -> Any:
        try:
            value = getattr(self._connector, verb)(*args)
        except Customer360Error:
            raise
        except Exception as failure:
            wrong = f"raised {_where(failure)}"
        else:
            wrong = _wrong(verb, value, DECLARATIONS[verb])
            if not wrong:
                return value
        raise self._broken(verb, wrong)

    def _broken(self, verb: str, wrong: str) -> PluginBroken:
        """Raised where the plugin's own exception is over: it hangs on to nothing of it."""
        return PluginBroken(f"the plugin for {self._key!r} {wrong}", maybe_applied=verb in WRITES)


def _wrong(verb: str, value: object, kinds: tuple[type, ...]) -> str:
    """What is wrong with what a verb gave, or nothing."""
    if not isinstance(value, kinds):
        return f"gave a {type(value).__name__} for {verb}, where a {kinds[0].__name__} is due"
    kind = _ITEMS.get(verb)
    if kind is None:
        return ""
    items = value.items if isinstance(value, Page) else value.changed if isinstance(value, Changes) else value
    if not isinstance(items, tuple):
        return f"gave a {type(items).__name__} of records for {verb}, where a tuple is due"
    stranger = next((each for each in items if not isinstance(each, kind)), None)
    return "" if stranger is None else f"gave a {type(stranger).__name__} among {verb}, where a {kind.__name__} is due"


def _where(failure: Exception) -> str:
    """The exception's kind and the line that raised it; not its words."""
    trace = failure.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" at {PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
    return f"{type(failure).__name__}{place}"
