"""That every switch is tested somewhere, and says where the doubt is."""

from __future__ import annotations

import re
from pathlib import Path

from customer360_testkit.fakes.bullhorn.fake import BullhornFake
from customer360_testkit.fakes.bullhorn.switches import BULLHORN_SWITCHES


def test_every_reading_makes_a_fake_and_is_told_of() -> None:
    """No reading is for show: each switch is named in a test of these rooms."""
    told = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    for switch in BULLHORN_SWITCHES:
        assert switch.source
        assert re.search(rf"\b{switch.name}=", told), switch.name
        for reading in switch.readings:
            assert BullhornFake(switches={switch.name: reading}, cast=()).switches[switch.name] == reading


def test_what_linking_takes() -> None:
    """The API user name alone; phones are searched by the CRM itself."""
    assert set(BullhornFake.link_settings) == {"username"}
    assert not BullhornFake.needs_index
