"""That a field is there before something is written into it (contract, section 10).

Of a field that it does not have Zoho may take the value, answer that all went well, and keep nothing of it: whether it
does depends on version and layout. So names that not every organisation has are looked up first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from customer360.core.errors import FieldProblem, Forbidden, MissingScope, ValidationFailed
from customer360_zoho.metadata import fields_there
from customer360_zoho.query import named
from customer360_zoho.records import CONTACTS
from customer360_zoho.related import READINGS

_USUAL: Final = {
    **{each.name: {*each.standard.values(), *each.phones, *each.emails} for each in CONTACTS},
    **{module: {*reading.columns} for module, reading in READINGS.items()},
}
"""Fields that every organisation has, and whose names therefore cost no request."""
_ALIASES: Final = {"Outbound_Call_Status", "Outgoing_Call_Status"}
"""Names of one field, of which the list may know the other one only (section 7)."""


async def must_be_there(module: str, fields: Iterable[str]) -> None:
    """Raises :class:`ValidationFailed` for names that are no fields of the module.

    Nothing is asked where every organisation has them. Who may not read the settings writes without it.
    """
    usual = _USUAL.get(module, set())
    asked = [name for name in fields if name not in usual | _ALIASES and not name.startswith("$")]
    if not asked:
        return
    try:
        there = await fields_there(named(module))
    except (Forbidden, MissingScope):
        return
    strange = [name for name in asked if name not in there]
    if there and strange:
        problems = tuple(FieldProblem(name, "is no field that this organisation has") for name in strange)
        raise ValidationFailed("Zoho would pass over these fields", problems=problems)
