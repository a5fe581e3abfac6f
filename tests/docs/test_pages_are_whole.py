"""Pages that list a family list all of it."""

from __future__ import annotations

import re
from pathlib import Path

from customer360.core import errors
from customer360.core.errors import Customer360Error
from customer360.core.phones import Grade
from customer360.outbox.rows import DeliveryState

DOCS = Path(__file__).parents[2] / "docs"


def first_column(page: str) -> set[str]:
    """What stands as code in the first column of the page's tables."""
    rows = re.findall(r"^\| (`[^|]*)\|", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_every_error_that_can_be_met_has_its_advice() -> None:
    """Every error that no other is a kind of is on the page, and no error that is not there."""
    family = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Customer360Error)]
    leaves = {each.__name__ for each in family if not each.__subclasses__()}
    assert first_column("how-to/handle-errors.md") == leaves


def test_every_state_of_a_delivery_is_explained() -> None:
    """And no other."""
    assert first_column("explanation/delivery.md") == {state.value for state in DeliveryState}


def test_every_grade_of_a_match_is_explained() -> None:
    """One row for each that a match can have."""
    text = (DOCS / "explanation/matching.md").read_text(encoding="utf-8")
    table = text.partition("| grade | meaning |")[2].partition("\n\n")[0]
    assert len(table.strip().splitlines()) - 1 == len(Grade) - 1  # without the line below the head; without NONE
