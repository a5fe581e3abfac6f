"""A wrong connector that cuts off cents."""

from __future__ import annotations

from typing import Any

from tests.customer360_testkit.conformance.wrong.nets.conditions import _Misread
from tests.customer360_testkit.conformance.wrong.registry import mutant


@mutant("cuts off cents")
class _Rounded(_Misread):
    def value(self, value: Any) -> Any:
        return int(value) if isinstance(value, float) else value
