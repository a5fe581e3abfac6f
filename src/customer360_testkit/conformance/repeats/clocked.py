"""What was written is found by its key, whatever the clocks say and whatever came to stand beside it since."""

from __future__ import annotations

from datetime import timedelta

from customer360.core.activities import ActivityChange, carries_key
from customer360.core.capabilities import Capability
from customer360.core.errors import Unsupported
from customer360.core.records import ContactDraft, ContactKind, RelatedKind
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_CREATE, _CALL, _CHANGE = Capability.CREATE_CONTACT, Capability.CREATE_CALL, Capability.UPDATE_ACTIVITY
_APART = timedelta(minutes=4)
"""By which the host's clock may be ahead of the CRM's."""


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
            ref, since = link.run(self.connector.create(link.facts, person)), link.now + _APART
            link.wait(LAG)
            assert link.run(self.connector.find_created(link.facts, person, since=since)) == ref

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

    @catches("gives up looking at what began before it was sent", _CREATE, _CALL)
    def test_a_call_that_was_logged_late_is_found(self, link: Link) -> None:
        """Among calls that began after it, and before anybody wrote it down (R2)."""
        self.findable(link, RelatedKind.CALL)
        contact, now = self.make(link, "Quilllogged"), link.now
        drafts = [
            self.draft(link, RelatedKind.CALL, contact, f"logged-{hours}", started_at=now - timedelta(hours=hours))
            for hours in (9, 5, 2)
        ]
        refs = [self.written(link, draft) for draft in drafts]
        link.wait(LAG)
        assert [self.look(link, draft, now) for draft in drafts] == refs
