"""What was written is found by its key, whatever the clocks say and whatever came to stand beside it since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from customer360.core.activities import ActivityChange, ActivityDraft, carries_key
from customer360.core.capabilities import Capability
from customer360.core.errors import Unsupported
from customer360.core.records import ContactDraft, ContactKind, RelatedKind
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_CREATE, _CALL, _CHANGE = Capability.CREATE_CONTACT, Capability.CREATE_CALL, Capability.UPDATE_ACTIVITY
_APART = timedelta(minutes=4)
"""By which the host's clock may be ahead of the CRM's."""

_PATIENT, _DAYS = 3600.0, 3 * 86_400.0
"""Seconds after which what is found at once need not be waited for, and for which a host may be down."""


class ClockedChecks(Bench):
    """See the module."""

    @catches("takes its own clock for the CRM's", _CREATE)
    def test_clocks_may_differ(self, link: Link) -> None:
        """What was written four minutes ago by the host's clock, which is ahead, was written now (R2)."""
        contact = self.make(link, "Quillclocks")
        for kind in self.every_kind(link):
            if self.sought(link, kind) and kind not in self.connector.within_contact:
                draft = self.draft(link, kind, contact, f"clock-{kind}")
                ref, since = self.written(link, draft), link.now + _APART
                link.wait(60.0)
                self.written(link, self.draft(link, kind, contact, f"clock-{kind}-later"))
                link.wait(LAG)
                assert self.look(link, draft, since) == ref, kind
        if self.sought(link, self.resource(link).contact_kind or ContactKind.CONTACT):
            fields = {name: value for name, value in self.fields("Quillclock").items() if value is not None}
            person = ContactDraft(resource=self.people, fields=fields, key="clock-person")
            ref, now = link.run(self.connector.create(link.facts, person)), link.now
            link.wait(LAG)
            looks = (self.connector.find_created(link.facts, person, since=since) for since in (now, now + _APART))
            found, found_late = (link.run(look) for look in looks)
            assert found_late == ref or found is None  # that it is found at all is another check's matter

    @catches("waits longer than the CRM needs", _CREATE)
    def test_a_lag_is_no_longer_than_it_takes(self, link: Link) -> None:
        """Until then nobody knows what became of a write whose answer was lost: not tomorrow (R2)."""
        contact, declared = self.make(link, "Quillpatient"), self.connector.creates(link.facts)
        for kind in self.every_kind(link):
            if self.sought(link, kind) and kind not in self.connector.within_contact:
                draft = self.draft(link, kind, contact, f"patient-{kind}")
                self.written(link, draft)
                link.wait(LAG)
                assert self.look(link, draft) is None or declared[kind].lag <= _PATIENT, kind

    @catches("looks for a key in the last line only", _CREATE, _CHANGE)
    def test_what_a_colleague_wrote_more_to_is_found(self, link: Link) -> None:
        """Behind the line of its key: the record is the same (R2)."""
        contact, since = self.make(link, "Quillappended"), link.now
        for kind in self.every_kind(link):
            if not self.sought(link, kind) or kind in self.connector.within_contact:
                continue
            draft = self.draft(link, kind, contact, f"appended-{kind}", text="Quill")
            ref = self.written(link, draft)
            link.wait(LAG)
            (record,) = [each for each in self.listed(link, contact, kind) if each.ref == ref]
            if carries_key(record.text, draft.key):  # a list may show how a text begins, and that in one line
                longer = ActivityChange(ref=ref, kind=kind, text=f"{record.text}\nQuillrang again: quill\nQuill, later")
                try:
                    link.run(self.connector.update_activity(link.facts, longer))
                except Unsupported:
                    continue
                link.wait(LAG)
                assert self.look(link, draft, since) == ref, kind

    @catches("looks from the start of a call", _CREATE, _CALL)
    def test_what_was_just_written_is_found_since_then(self, link: Link) -> None:
        """``since`` is when it was sent first: a call began hours or days before, others came in between (R2)."""
        contact = self.make(link, "Quilllogged")
        for kind in self.every_kind(link):
            if not self.sought(link, kind) or kind in self.connector.within_contact:
                continue
            now, drafts = link.now, list[ActivityDraft]()
            for hours in (48, 9, 5, 2):
                began = now - timedelta(hours=hours)
                times: dict[RelatedKind, dict[str, Any]] = {
                    RelatedKind.CALL: {"started_at": began},
                    RelatedKind.EVENT: {"starts_at": began},
                }
                drafts.append(self.draft(link, kind, contact, f"logged-{kind}-{hours}", **times.get(kind, {})))
            refs = [self.written(link, draft) for draft in drafts]
            link.wait(LAG)
            for _ in range(3):
                assert [self.look(link, draft, now) for draft in drafts] == refs, kind
                link.wait(_DAYS)
