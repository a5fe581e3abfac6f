"""``/search`` and ``/actions/count`` (contract section 5): the index lags, and finds more than was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho import asking
from customer360_testkit.fakes.zoho.criteria import Predicate, compile_criteria
from customer360_testkit.fakes.zoho.errors import ZohoError, invalid_param, not_supported
from customer360_testkit.fakes.zoho.fields import TEXTUAL, Module
from customer360_testkit.fakes.zoho.guard import SEARCH
from customer360_testkit.fakes.zoho.paging import sorted_rows
from customer360_testkit.fakes.zoho.reading import listed
from customer360_testkit.fakes.zoho.store import Row

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

_PHONES = {"loose": re.compile(r"[+0-9 \-().]{3,50}", re.ASCII), "digits": re.compile(r"\+?[0-9]{3,50}", re.ASCII)}
_NOT_WORD = re.compile(r"[^\w]+")


class Searching:
    """Searches the index of one module."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake
        # In order of priority: of several, the others are ignored.
        self._modes: dict[str, Callable[[Call, Module, str], Predicate]] = {
            "criteria": self._by_criteria,
            "email": self._by_email,
            "phone": self._by_phone,
            "word": self._by_word,
        }

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/crm/v8/{module}/search", self.search)
        yield Route("GET", "/crm/v8/{module}/actions/count", self.count)

    def search(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._module(call)
        test = self._test(call, module)
        if test is None:
            text = "One of the expected parameter is missing"
            raise ZohoError(400, "EXPECTED_PARAM_MISSING", text, expected_params=list(self._modes))
        fields = asking.fields(call)
        rows = sorted_rows(call, self._found(call, module, test), allowed=tuple(module.fields))
        return listed(fake, call, module, rows, fields, tokens=False)

    def count(self, call: Call) -> WireAnswer:
        fake, module = self._fake, self._module(call)
        test = self._test(call, module)
        if test is not None:
            return json_answer(200, {"count": len(self._found(call, module, test))})
        every = fake.store.rows(module.name)
        return json_answer(200, {"count": sum(asking.converted(call, module, row) for row in every)})

    def _module(self, call: Call) -> Module:
        fake, module = self._fake, self._fake.module(call)
        fake.guard.may(call, module.name, "READ")
        fake.guard.need(call, SEARCH)
        if not module.searchable:
            raise not_supported(400, "the module is not supported for search")
        asking.check_states(call)
        return module

    def _test(self, call: Call, module: Module) -> Predicate | None:
        asked = next((name for name in self._modes if name in call.query), None)
        return None if asked is None else self._modes[asked](call, module, call.query[asked])

    def _found(self, call: Call, module: Module, test: Predicate) -> list[Row]:
        """What the index finds; rows as it has them or as they are now; deleted ones linger where it does."""
        fake, found = self._fake, []
        lingers, stale = fake.switches["deleted_in_search"] == "lags", fake.switches["search_rows"] == "stale"
        for row in fake.store.indexed(module.name, fake.clock.time()):
            if not test(row) or not asking.converted(call, module, row):
                continue
            live = fake.store.get(module.name, row["id"])
            if live is None and not lingers:
                continue
            found.append(row if stale or live is None else live)
        return found

    # --- the four modes ------------------------------------------------------------------------------------------

    def _by_criteria(self, call: Call, module: Module, text: str) -> Predicate:
        fake = self._fake
        if not text:
            raise invalid_param("criteria")
        return compile_criteria(text, module, fake.switches, fake.guard.zone(call), fake.name_of)

    def _by_email(self, call: Call, module: Module, text: str) -> Predicate:
        wanted, names = text.strip().casefold(), module.of_type("email")
        if not wanted or not names:
            raise invalid_param("email")
        if self._fake.switches["email_match"] == "exact":
            return lambda row: any((row.get(name) or "").casefold() == wanted for name in names)
        return lambda row: any(wanted in (row.get(name) or "").casefold() for name in names)

    def _by_phone(self, call: Call, module: Module, text: str) -> Predicate:
        names, switches = module.of_type("phone"), self._fake.switches
        if not _PHONES[switches["phone_values"]].fullmatch(text) or not names:
            raise invalid_param("phone")
        wanted, how = _digits(text), switches["phone_match"]

        def test(row: Row) -> bool:
            stored = [row[name] for name in names if row.get(name)]
            if how == "text_contained":
                return any(text in one for one in stored)
            if not wanted:
                return False
            digits = [_digits(one) for one in stored]
            if how == "digits_contained":
                return any(wanted in one for one in digits)
            return any(one.endswith(wanted) if how == "digits_suffix" else one == wanted for one in digits)

        return test

    def _by_word(self, call: Call, module: Module, text: str) -> Predicate:
        if len(text.strip()) < 2:
            raise invalid_param("word")
        parts = _words(text.casefold())
        names = [
            field.name
            for field in module.fields.values()
            if field.searchable and (field.data_type in TEXTUAL or field.data_type in ("textarea", "picklist"))
        ]

        def test(row: Row) -> bool:
            stored = " ".join(row[name] for name in names if isinstance(row.get(name), str)).casefold()
            held = _words(stored)
            return bool(parts) and all(any(one.startswith(part) for one in held) for part in parts)

        return test


@lru_cache(65536)
def _digits(text: str) -> str:
    return "".join(one for one in text if one.isascii() and one.isdigit())


@lru_cache(65536)
def _words(text: str) -> tuple[str, ...]:
    return tuple(part for part in _NOT_WORD.split(text) if part)
