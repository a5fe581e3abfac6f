"""Custom views: their criteria as the vendor shows them, and what they leave of a list (contract section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from customer360_testkit.fakes.zoho.fields import Module
from customer360_testkit.fakes.zoho.store import Row

Criteria = Mapping[str, Any]
_ME = "${CURRENTUSER}"


@attrs.frozen
class View:
    """A view of a module. ``criteria`` is None when it shows everything."""

    id: str
    name: str
    system_name: str | None
    default: bool = False
    criteria: Criteria | None = None

    def shows(self, row: Row, me: str) -> bool:
        """Whether the user with the id ``me`` finds the row in this view."""
        return self.criteria is None or _holds(self.criteria, row, me)

    def listed(self) -> dict[str, Any]:
        """The view as a list of views shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "display_value": self.name,
            "system_name": self.system_name,
            "default": self.default,
            "system_defined": self.system_name is not None,
            "category": "public_views",
            "favorite": None,
        }

    def described(self) -> dict[str, Any]:
        """The view asked for by itself."""
        more: dict[str, Any] = {
            "fields": [],
            "sort_by": None,
            "sort_order": None,
            "shared_to": None,
            "access_type": "public",
        }
        return {**self.listed(), "criteria": self.criteria, **more}


def stock_views(module: Module) -> tuple[View, ...]:
    """The views that a module has from the start."""

    def leaf(field: str, comparator: str, value: str) -> Criteria:
        place = {"api_name": field, "id": module.field_id(field)}
        return {"field": place, "comparator": comparator, "value": value}

    mine = leaf("Owner", "equal", _ME) if "Owner" in module.fields else None
    views = [
        View(module.part_id(4, 1), f"All {module.plural}", "ALLVIEWS", default=True),
        View(module.part_id(4, 2), f"My {module.plural}", "MYVIEWS", criteria=mine),
    ]
    if mine is not None and module.name == "Calls":
        inbound = {"group_operator": "AND", "group": [leaf("Call_Type", "equal", "Inbound"), mine]}
        views.append(View(module.part_id(4, 3), "My inbound calls", None, criteria=inbound))
    if module.name == "Tasks":
        still_open = leaf("Status", "not_equal", "Completed")
        views.append(View(module.part_id(4, 3), "Open tasks", "OPENTASKS", criteria=still_open))
    return tuple(views)


def _holds(criteria: Criteria, row: Row, me: str) -> bool:
    if "group" in criteria:
        parts = (_holds(one, row, me) for one in criteria["group"])
        return all(parts) if criteria["group_operator"] == "AND" else any(parts)
    wanted = me if criteria["value"] == _ME else criteria["value"]
    equal = row.get(criteria["field"]["api_name"]) == wanted
    return equal if criteria["comparator"] == "equal" else not equal
