"""Whatever way a call went and whatever a rule adds, all of it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from customer360.core.activities import CallOutcome
from customer360.core.capabilities import Capability, Repeat
from customer360.core.errors import Customer360Error
from customer360.core.interactions import Direction
from customer360.core.metadata import FieldType
from customer360.core.records import FieldValue, RelatedKind
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_CREATE, _CALL = Capability.CREATE_CONTACT, Capability.CREATE_CALL
_TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)
_OTHERS: dict[FieldType, FieldValue] = {
    FieldType.NUMBER: 7,
    FieldType.BOOLEAN: True,
    FieldType.DATE: date(2046, 7, 2),
    FieldType.DATETIME: datetime(2046, 7, 2, 9, 30, tzinfo=UTC),
}
_RECORDING = "https://rec.conform.example/tapes/quill?token=a%2Fb&part=2"


class DetailedChecks(Bench):
    """See the module."""

    @catches("keeps the details of some calls only", _CREATE, _CALL)
    def test_every_call_keeps_all_of_its_details(self, link: Link) -> None:
        """In and out, answered or missed: the code, the tape and the words (F050)."""
        contact = self.make(link, "Quilldetails")
        counted = dict[str, set[str]]()
        for direction in Direction:
            for outcome in CallOutcome:
                mark = f"Quill{direction.value}{outcome.value}"
                details = {"disposition": f"{mark}code", "recording_url": f"{_RECORDING}#{mark}"}
                given: dict[str, Any] = {"direction": direction, "outcome": outcome, **details}
                self.written(link, self.draft(link, RelatedKind.CALL, contact, mark, text=f"{mark}text", **given))
                held = {name for name, value in {**details, "text": f"{mark}text"}.items() if self._holds(link, value)}
                counted[mark] = held
        assert len({frozenset(held) for held in counted.values()}) == 1, counted

    @catches("cuts the code of a call", _CREATE, _CALL)
    def test_a_code_of_several_words_is_kept(self, link: Link) -> None:
        """In any script, and so is a number that is no number of the world (F050)."""
        contact = self.make(link, "Quillwords")
        for number, code in enumerate(("Quillcode", "Oddzwo\u0144 w pi\u0105tek, 9 & 10")):
            self.written(link, self.draft(link, RelatedKind.CALL, contact, f"code{number}", disposition=code))
            kept = self._holds(link, code)
            if not number and not kept:
                pytest.skip("a code has no place")
            assert kept, code
        for number, customer in enumerate(("020 7946 0876", "112", "sip:quill@conform.example")):
            self.written(link, self.draft(link, RelatedKind.CALL, contact, f"from{number}", customer=customer))
            assert self._holds(link, customer), customer

    @catches("cuts the address of a tape", _CREATE, _CALL)
    def test_the_address_of_a_recording_is_kept_whole(self, link: Link) -> None:
        """With what lets one listen: tokens stand at its end (F050)."""
        contact, plain = self.make(link, "Quilltape"), "https://rec.conform.example/quilltape"
        for number, address in enumerate((plain, f"{_RECORDING}&of={'quill' * 20}")):
            self.written(link, self.draft(link, RelatedKind.CALL, contact, f"tape{number}", recording_url=address))
            kept = self._holds(link, address)
            if not number and not kept:
                pytest.skip("a recording has no place")
            assert kept, address

    @catches("lets a rule take the key away", _CREATE)
    def test_no_rule_takes_the_key_away(self, link: Link) -> None:
        """Whatever field it names, listed or not, with every setting: the repeat would be a second record (R1)."""
        for number, each in enumerate(self.links(link)):
            contact = self.make(each, "Quillruled")
            for kind in self.every_kind(each):
                if kind in self.connector.within_contact:
                    continue
                key = f"quillruled{number}-{kind}"
                self.written(each, self.draft(each, kind, contact, key, text="Quill"))
                rows = [row for module in each.fake.modules for row in each.fake.records(module)]
                names = {name for row in rows for name, value in row.items() if key in repr(value)}
                each.wait(LAG)
                listed = [record.fields for record in self.listed(each, contact, kind)]
                names |= {name for fields in listed for name, value in fields.items() if key in repr(value)}
                for name in sorted(names):
                    self._ruled(each, self.draft(each, kind, contact, f"{key}-{name}", extra={name: "Quillrule"}))

    def _ruled(self, link: Link, draft: Any) -> None:
        """What was written with a rule is found by its key, unless nobody may write it."""
        try:
            ref = self.written(link, draft)
        except Customer360Error:
            return
        link.wait(LAG)
        if self.sought(link, draft.kind):
            assert self.look(link, draft) == ref, (draft.kind, *draft.extra)
        if self.connector.creates(link.facts)[draft.kind].repeat is Repeat.NATIVE:
            assert self.written(link, draft) == ref, (draft.kind, *draft.extra)

    def _holds(self, link: Link, text: str) -> bool:
        return any(link.fake.count_holding(each) for each in (text, text.replace("&", "&amp;")))

    @catches("changes lines that were typed")
    def test_lines_are_as_many_as_were_typed(self, link: Link) -> None:
        """Desktops end them in two ways (F050)."""
        contact = self.make(link, "Quilllines")
        for kind in self.every_kind(link):
            text = "Quillfirst\r\nQuillsecond\r\nQuillthird"
            self.written(link, self.draft(link, kind, contact, f"lines-{kind}", text=text))
            link.wait(LAG)
            (told,) = [record.text for record in self.listed(link, contact, kind)]
            wanted = ["Quillfirst", "Quillsecond", "Quillthird"]
            lines = told[told.index("Quillfirst") :].splitlines()[:3]
            assert lines == wanted or "\n" not in told, kind  # some lists show the beginning of a text in one line
