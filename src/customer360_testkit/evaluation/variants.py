"""Which of the spellings that a connector asked for found what: read from its requests, in any of the query languages.

A connector asks for a number as texts that a field contains (``like '%58 09%'``), begins with (``4420...*``) or is
(``"020 7946 0018"``). Where nothing of the kind was asked, the local index named the record.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote_plus

from customer360.core.effects import Send
from customer360.core.phones import PhoneNumber, read
from customer360_testkit.evaluation.judging import World
from customer360_testkit.evaluation.retrieval import Call, Report

INDEX = "the local index"
UNEXPLAINED = "something else that was asked"

_CONTAINS = re.compile(r"like '%([^%']+)%'")
_BEGINS = re.compile(r"(?<![\w%])(\d{2,})\*")
_IS = re.compile(r'\w:"([^"]*\d[^"]*)"')
_PARTS = re.compile(r"[^\W\d_]+|[;,/#]")


def hits(report: Report, world: World = World.ACCOUNT) -> Counter[str]:
    """Variant -> how many records, of those that rang and were found, it is the first to fit."""
    found: Counter[str] = Counter()
    for call in report.calls:
        if call.world is world:
            asked = list(_asked(call))
            for ref in call.found:
                row = report.stored[ref]
                if row.means == call.rings:
                    found[_first(asked, row.text) if asked else INDEX] += 1
    return found


def _first(asked: list[tuple[str, str, str]], text: str) -> str:
    return next((name for kind, wanted, name in asked if _fits(kind, wanted, text)), UNEXPLAINED)


def _fits(kind: str, wanted: str, text: str) -> bool:
    match kind:
        case "contains":
            return wanted in text
        case "begins":
            return any(_digits(part).startswith(_digits(wanted)) for part in (text, *_PARTS.split(text)))
        case _:
            return wanted.casefold() in text.casefold()


def _asked(call: Call) -> Iterator[tuple[str, str, str]]:
    """(kind, text, name) of everything that was asked for, in the order of asking, each once."""
    number = read(call.rings)
    assert number is not None
    seen: set[tuple[str, str]] = set()
    for send in call.asked:
        said = _said(send)
        for kind, pattern in (("contains", _CONTAINS), ("begins", _BEGINS), ("is", _IS)):
            for wanted in pattern.findall(said):
                if (kind, wanted) not in seen:
                    seen.add((kind, wanted))
                    yield kind, wanted, _name(kind, wanted, number)


def _said(send: Send) -> str:
    """URL and body, however they are wrapped: percent signs, JSON, a URL inside JSON."""
    body = send.content.decode("utf-8", "replace")
    if body.startswith(("{", "[")):
        body = " ".join(_texts(json.loads(body)))
    address = send.url.partition("?")[2]
    wrapped = f"{address} {body}" if "like '%" not in body else body
    return unquote_plus(wrapped) if "like '%" not in wrapped else wrapped


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)


def _name(kind: str, wanted: str, number: PhoneNumber) -> str:
    """What the asked text is of the number, without the number."""
    if kind == "contains":
        return f"contains the last four as {re.sub(r'[0-9]', 'n', wanted)}"
    if kind == "is":
        return "is a usual spelling"
    script = "" if wanted.isascii() else ", in the country's own digits"
    digits = _digits(wanted)
    if digits.endswith(number.national):
        before = digits.removesuffix(number.national).replace(number.country_code, "code ", 1).strip()
        return f"begins with {before} + national{script}" if before else f"begins with national{script}"
    return f"begins with the last {len(digits)}{script}"


def _digits(text: str) -> str:
    return "".join(str(int(each)) for each in text if each.isdecimal())
