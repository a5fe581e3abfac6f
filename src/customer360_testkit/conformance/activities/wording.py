"""What an agent types is what the CRM holds: every sign of it, to its end, and nothing that nobody typed."""

from __future__ import annotations

from contextlib import suppress
from itertools import product

import pytest

from customer360.core.activities import ActivityChange
from customer360.core.capabilities import Capability
from customer360.core.errors import Unsupported, ValidationFailed
from customer360.core.records import RelatedKind
from customer360_testkit.conformance.activities.changing import ChangingChecks
from customer360_testkit.conformance.bench import LAG, Link, catches

_CREATE, _TASK, _TASKS = Capability.CREATE_CONTACT, Capability.CREATE_TASK, Capability.RELATED_TASKS
_CHANGE = Capability.UPDATE_ACTIVITY
SIGNS = (
    "+44 20 7946 0991", "100%41 %2B %s", "C:\\new\\table", "{{name}} ${name} {0} $1", "a  b", "Mu\u0308ller", "ﬁ ½ ①",
    "\u201ccurly\u201d \u2013 it\u2019s", "👨\u200d👩\u200d👧", "نمی\u200cدید", "क्\u200dष", "𠮷野家",
)  # fmt: skip
_TEXT = "\n".join(SIGNS)
_MARKUP = "1 < 2 & 3 > 2: <b>Quill</b><br>"


class WordingChecks(ChangingChecks):
    """See the module."""

    @catches("takes signs in a text for orders", _CREATE)
    def test_every_sign_of_a_text_is_kept(self, link: Link) -> None:
        """Percent, dollar, backslash, joiners: code point by code point (F050)."""
        contact = self.make(link, "Signs")
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, contact, f"sign-{kind}", text=_TEXT))
            link.wait(LAG)
            told = "\n".join(record.text for record in self.listed(link, contact, kind))
            assert [sign for sign in SIGNS if sign not in told] == [], kind

    @catches("closes the gaps of a text", _CREATE)
    def test_the_shape_of_a_text_is_kept(self, link: Link) -> None:
        """Paragraphs, indents and tabs: a list stays a list (F050)."""
        contact, text = self.make(link, "Shaped"), "Quill:\n\n  - first\n\t- second\n\nend"
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, contact, f"shape-{kind}", text=text))
            link.wait(LAG)
            (told,) = [record.text.replace("\r\n", "\n") for record in self.listed(link, contact, kind)]
            assert text in told or "\n" not in told, kind  # some lists show the beginning of a text in one line

    @catches("writes subjects in ASCII", _CREATE)
    def test_a_subject_is_in_any_script(self, link: Link) -> None:
        """As it was typed, small letters and capitals (F050)."""
        contact, subject = self.make(link, "Scripts"), "Żółw O\u2019Neill Ωμέγα مرحبا 山田 McQuill 😀"
        for kind in self.every_kind(link):
            self.written(link, self.draft(link, kind, contact, f"script-{kind}", subject=subject))
            link.wait(LAG)
            told = " ".join(f"{record.title} {record.text}" for record in self.listed(link, contact, kind))
            assert subject in told, kind

    @catches("cuts what takes pages", _CREATE)
    def test_a_text_of_pages_is_written_whole(self, link: Link) -> None:
        """However many, or it is said that it is too long (F050)."""
        contact = self.make(link, "Pages")
        for kind, lines in product(self.every_kind(link), (400, 1000, 2000, 4000)):
            end = f"Quillend {lines} {kind}"
            text = "Quill asked about the invoice. " * lines + end
            with suppress(ValidationFailed, Unsupported):
                self.written(link, self.draft(link, kind, contact, f"page{lines}-{kind}", text=text))
                assert link.fake.count_holding(end) > 0, (kind, lines)

    @catches("writes its key where people read", _CREATE)
    def test_no_subject_is_made_up(self, link: Link) -> None:
        """No key, and not who rang (F050)."""
        contact = self.make(link, "Subjectless")
        for kind in self.every_kind(link):
            rang = {"customer": "+442079460991"} if kind is RelatedKind.CALL else {}
            draft = self.draft(link, kind, contact, f"quillkey-{kind}", subject="", text="One\nTwo", **rang)
            ref = self.written(link, draft)
            link.wait(LAG)
            (record,) = [each for each in self.listed(link, contact, kind) if each.ref == ref]
            assert ("quillkey" in record.title, "442079460991" in record.title) == (False, False), kind
            assert "One Two" in " ".join(record.text.split()), kind

    @catches("cuts what a text is changed to", _CREATE, _CHANGE)
    def test_a_changed_text_is_kept(self, link: Link) -> None:
        """Of every kind: its lines, its signs, what looks like markup, and its end (F051)."""
        contact = self.make(link, "Retexted")
        for kind in self.every_kind(link):
            if kind in self.connector.within_contact:
                continue
            ref = self.written(link, self.draft(link, kind, contact, f"retext-{kind}", text="Quill"))
            link.wait(60.0)
            text = f"{_MARKUP}\n{_TEXT}\n\n{'quill ' * 400}Quillend changed {kind}"
            try:
                link.run(self.connector.update_activity(link.facts, ActivityChange(ref=ref, kind=kind, text=text)))
            except (Unsupported, ValidationFailed):
                continue
            link.wait(LAG)
            (told,) = [each.text for each in self.listed(link, contact, kind) if each.ref == ref]
            told = "\n".join(told.splitlines())
            assert f"{_MARKUP}\n{_TEXT}" in told or ("\n" not in told and _MARKUP in told), kind
            assert link.fake.count_holding(f"Quillend changed {kind}") == 1, kind

    @catches("writes a change of a task twice", _CREATE, _TASK, _TASKS, _CHANGE)
    def test_a_change_of_a_task_is_one_request_that_writes(self, link: Link) -> None:
        """Or the second undoes what came between (F051)."""
        contact = self.make(link, "Onechange")
        ref = self.task(link, contact, "onechange")
        link.wait(60.0)  # some CRMs are busy with a new record for a moment
        before = link.writes
        change = ActivityChange(ref=ref, kind=RelatedKind.TASK, subject="Quillonce")
        try:
            link.run(self.connector.update_activity(link.facts, change))
        except Unsupported:
            pytest.skip("a task has its subject for good")
        assert link.writes - before == 1
