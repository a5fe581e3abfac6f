"""What an agent writes into a contact's fields is kept sign by sign."""

from __future__ import annotations

import pytest

from customer360.core.capabilities import Capability
from customer360.core.metadata import FieldType
from customer360_testkit.conformance.bench import Bench, Link, catches
from customer360_testkit.conformance.wording import SIGNS

_CREATE, _UPDATE = Capability.CREATE_CONTACT, Capability.UPDATE_CONTACT


class SpellingChecks(Bench):
    """See the module."""

    @catches("drops rare letters from a field", _CREATE, _UPDATE)
    def test_every_sign_of_a_field_is_kept(self, link: Link) -> None:
        """Names of the whole world are written in it: code point by code point (F012)."""
        ref = self.make(link, "Speltfield")
        for sign in SIGNS:
            self.change(link, ref, {self.spare_field: sign})
            assert self.get(link, ref).fields[self.spare_field] == sign

    @catches("drops rare letters of somebody new", _CREATE)
    def test_every_sign_of_somebody_new_is_kept(self, link: Link) -> None:
        """As of a change (F012)."""
        for number, sign in enumerate(SIGNS):
            ref = self.made_with(link, f"Spelt{number}", {self.spare_field: sign})
            assert self.get(link, ref).fields[self.spare_field] == sign

    @catches("runs the lines of a field together", _CREATE, _UPDATE)
    def test_the_shape_of_a_field_is_kept(self, link: Link) -> None:
        """Lines and gaps, where a field takes several lines (F012)."""
        fields = [field for field in self.schema(link).fields if field.type is FieldType.LONG_TEXT]
        names = [field.name for field in fields if field.editable and field.creatable]
        if not names:
            pytest.skip("people have no field of several lines")
        ref, text = self.make(link, "Shapedfield"), "Quill:\n\n  - first  and\n  - second"
        self.change(link, ref, {names[0]: text})
        assert str(self.get(link, ref).fields[names[0]]).replace("\r\n", "\n") == text
