"""Wrong about a word that its own code names, where people have it."""

from __future__ import annotations

import re
from typing import Any

import attrs
from tests.customer360_testkit.conformance.wrong.registry import Creating, Hits, Searching, mutant

from customer360.core.search import EmailIs, FieldIs, NameHas, PhoneIs, Query

_NET = "minds a word of somebody that its code names"


@mutant(_NET)
class Untitled(Searching):
    """Shows people without a title."""

    def hits(self, query: Query, hits: Hits) -> Hits:
        return tuple(attrs.evolve(hit, name=hit.name.removeprefix("Prof. ")) for hit in hits)


@mutant(_NET, "a number that nobody is rung by")
class Premium(Searching):
    def hits(self, query: Query, hits: Hits) -> Hits:
        return () if isinstance(query, PhoneIs) and query.national.endswith("8118") else hits


@mutant(_NET, "what stands behind a plus")
class Plain(Creating):
    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        tagged = re.compile(r"\+(?:news|promo)[0-9]+(?=quill)")
        return {name: tagged.sub("", each) if isinstance(each, str) else each for name, each in fields.items()}


@mutant(_NET, "a value that a form leaves")
class FormFilling(Searching):
    def asked(self, query: Query) -> Query:
        none = isinstance(query, FieldIs) and query.value in {"n.n.", "k. A."}
        return EmailIs("nobody@conform.example") if none else query


@mutant(_NET, "words that are in every name")
class Stopping(Searching):
    def asked(self, query: Query) -> Query:
        if not isinstance(query, NameHas):
            return query
        return NameHas(" ".join(word for word in query.text.split() if word not in ("zur", "ter")) or query.text)


@mutant(_NET, "a title as long as a line of old")
class AsLongAsALine(Creating):
    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {
            name: each[:-1] if name == "Title" and isinstance(each, str) and len(each) == 73 else each
            for name, each in fields.items()
        }
