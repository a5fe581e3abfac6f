"""Whatever way a call went and whatever a rule adds, all of it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from customer360.core.activities import CallOutcome
from customer360.core.capabilities import Capability, Repeat
from customer360.core.errors import Customer360Error, ValidationFailed
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
        for each in self.links(link):
            contact = self.make(each, "Quillruled")
            for kind in self.every_kind(each):
                if kind in self.connector.within_contact:
                    continue
                key = f"quillruled-{kind}"
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
        elif self.connector.creates(link.facts)[draft.kind].repeat is Repeat.NATIVE:
            assert self.written(link, draft) == ref, (draft.kind, *draft.extra)

    def _holds(self, link: Link, text: str) -> bool:
        return any(link.fake.count_holding(each) for each in (text, text.replace("&", "&amp;")))

    @catches("keeps the first of what a rule adds", _CREATE)
    def test_all_that_a_rule_adds_is_kept(self, link: Link) -> None:
        """However many fields (F054)."""
        contact = self.make(link, "Quilladded")
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            probe = self.written(link, self.draft(link, kind, contact, f"added-{kind}"))
            rows = [row for module in link.fake.modules for row in link.fake.records(module)]
            keyed = {name for row in rows for name, value in row.items() if value == f"added-{kind}"}
            fields = [each for each in self.schema(link, probe.resource).fields if each.creatable and each.editable]
            full = {name for row in rows if probe.id in map(str, row.values()) for name, value in row.items() if value}
            own = [each for each in fields if each.name not in keyed | full and each.type in _TEXTS]
            extra = {each.name: f"Quilladded {kind} {n}"[: each.max_length] for n, each in enumerate(own[:4])}
            while len(extra) > 1:
                try:
                    self.written(link, self.draft(link, kind, contact, f"more-{kind}", extra=extra))
                    break
                except ValidationFailed as refused:  # a field with a rule of its own
                    named = {problem.field for problem in refused.problems} & extra.keys()
                    if not named:
                        raise
                    extra = {name: text for name, text in extra.items() if name not in named}
            if len(extra) > 1:
                assert [text for text in extra.values() if not link.fake.count_holding(text)] == [], kind

    @catches("keeps the texts of what a rule adds", _CREATE)
    def test_what_a_rule_adds_may_be_anything(self, link: Link) -> None:
        """A number, a day, a yes, a choice (F054)."""
        contact = self.make(link, "Quillanything")
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            probe = self.written(link, self.draft(link, kind, contact, f"any-{kind}"))
            before = self.held(link, probe)
            for number, field in enumerate(self.schema(link, probe.resource).fields):
                value = _OTHERS.get(field.type, field.choices[-1].value if field.choices else None)
                empty = field.name in before and before[field.name] in (None, False, "", [])
                if value is None or not empty or not field.creatable or field.type in _TEXTS:
                    continue
                key = f"any-{kind}-{number}"
                link.asked.clear()
                try:
                    ref = self.written(link, self.draft(link, kind, contact, key, extra={field.name: value}))
                except Customer360Error:  # a field with a rule of its own
                    continue
                sent = any(field.name in repr(request.json) for request in link.asked)  # and may have been ignored
                assert sent or self.held(link, ref)[field.name] != before[field.name], (kind, field.name)

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
