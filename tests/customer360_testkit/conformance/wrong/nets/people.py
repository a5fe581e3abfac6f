"""Wrong in a value of somebody that is rare in forms."""

from __future__ import annotations

from typing import Any

from tests.customer360_testkit.conformance.wrong.registry import Creating, mutant


@mutant("caps large numbers of somebody new")
class CapsNumbers(Creating):
    """At what a small computer counts to."""

    def sent(self, fields: dict[str, Any]) -> dict[str, Any]:
        numbers = {name: each for name, each in fields.items() if type(each) in (int, float)}
        return {**fields, **{name: min(each, 2**31 - 1) for name, each in numbers.items()}}
