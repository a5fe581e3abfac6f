"""The organisation's modules and fields, which its administrators change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from customer360_testkit.fakes.zoho.fields import Field, Layout, Module, new_module
from customer360_testkit.fakes.zoho.stock import ACTIVITY_LISTS, NOTES_LIST, stock_modules

__all__ = ["Field", "Layout", "Module", "Schema"]


class Schema:
    """The organisation's modules; administrators change them (F117, F118)."""

    def __init__(self) -> None:
        self.modules: dict[str, Module] = dict(stock_modules())
        self.version = 0
        """Counts changes; never goes back."""

    def reset(self) -> None:
        self.modules = dict(stock_modules())
        self.version += 1

    def rename_field(self, module: str, old: str, new: str) -> None:
        """Put a field under another api_name."""
        self._change(
            module,
            {
                new if name == old else name: attrs.evolve(field, name=new) if name == old else field
                for name, field in self.modules[module].fields.items()
            },
        )

    def put_field(self, module: str, field: Field) -> None:
        """Add a field, or replace the one of that name."""
        self._change(module, {**self.modules[module].fields, field.name: field})

    def change_field(self, module: str, name: str, **changes: Any) -> None:
        """Change some properties of a field, like ``unique=True`` or ``values=(...)``."""
        self.put_field(module, attrs.evolve(self.modules[module].fields[name], **changes))

    def remove_field(self, module: str, name: str) -> None:
        self._change(module, {key: one for key, one in self.modules[module].fields.items() if key != name})

    def add_layout(self, module: str, layout: Layout) -> None:
        """Another form beside the standard one."""
        held = self.modules[module]
        self.modules[module] = attrs.evolve(held, own_layouts=(*held.own_layouts, layout))
        self.version += 1

    def add_module(self, name: str, fields: Iterable[Field], *, name_field: str = "Name") -> None:
        """A custom module; it has ``Name`` and the system fields besides ``fields``."""
        number = 100 + sum(module.generated_type == "custom" for module in self.modules.values())
        self.modules[name] = new_module(
            number,
            name,
            [Field("Name", length=120, mandatory=True), *(attrs.evolve(one, custom=True) for one in fields)],
            name_field=name_field,
            module_name=f"CustomModule{number - 99}",
            generated_type="custom",
            related=(NOTES_LIST, *ACTIVITY_LISTS),
        )
        self.version += 1

    def remove_module(self, name: str) -> None:
        del self.modules[name]
        self.version += 1

    def _change(self, module: str, fields: Mapping[str, Field]) -> None:
        self.modules[module] = attrs.evolve(self.modules[module], fields=fields)
        self.version += 1
