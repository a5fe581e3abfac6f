"""What a question says besides its text."""

from __future__ import annotations

import pytest

from customer360.core.search import NameHas


@pytest.mark.parametrize(
    ("typed", "turned"),
    [
        ("Ada", ()),
        (" Lovelace  Ada ", (("Ada", "Lovelace"),)),
        ("van Lovelace, Ada M.", (("Ada M.", "van Lovelace"),)),
        ("Ada Byron Maria", (("Byron Maria", "Ada"), ("Maria", "Ada Byron"))),
        (", Ada", ()),
        ("", ()),
    ],
)
def test_a_name_may_begin_with_the_family(typed: str, turned: tuple[tuple[str, str], ...]) -> None:
    """Given and family name, as often as they can be told apart."""
    assert NameHas(typed).turned == turned
