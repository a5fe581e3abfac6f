"""What happened is written down once, under its key, and listed newest first."""

from __future__ import annotations

from customer360.core.activities import CallDraft, TaskDraft
from customer360.core.capabilities import Capability
from customer360.core.records import RecordRef, RelatedKind
from customer360_testkit.conformance.bench import LAG, Bench, Link, catches

_CREATE_CONTACT, _CALL, _CALLS = Capability.CREATE_CONTACT, Capability.CREATE_CALL, Capability.RELATED_CALLS
_TEXT = "First line\nSecond line: 日本, 😀, O'Neill\nThird"


class ActivityChecks(Bench):
    """See the module."""

    def call(self, link: Link, contact: RecordRef, key: str, *, text: str = "") -> CallDraft:
        draft: CallDraft = self.draft(link, RelatedKind.CALL, contact, key, subject=f"Call {key}", text=text)
        return draft

    @catches("never finds what it has created", _CREATE_CONTACT, _CALL)
    def test_what_was_created_is_found_by_its_key(self, link: Link) -> None:
        """Else a lost answer stays in doubt (R2)."""
        self.findable(link, RelatedKind.CALL)
        draft = self.call(link, self.make(link, "Keyed"), "k1")
        ref = self.written(link, draft)
        link.wait(LAG)
        assert self.look(link, draft) == ref

    @catches("finds what was never created", _CREATE_CONTACT, _CALL)
    def test_what_was_not_created_is_not_found(self, link: Link) -> None:
        """Another activity of the same contact is not it, nor one whose key only begins with its key (R2)."""
        self.findable(link, RelatedKind.CALL)
        contact = self.make(link, "Unkeyed")
        self.written(link, self.call(link, contact, "k12"))
        link.wait(LAG)
        assert self.look(link, self.call(link, contact, "k1")) is None

    @catches("writes an activity down twice", _CREATE_CONTACT, _CALL)
    def test_an_activity_is_one_request_that_writes(self, link: Link) -> None:
        """Repeating it is the outbox' to decide (R1)."""
        contact = self.make(link, "Single")
        before = link.writes
        self.written(link, self.call(link, contact, "k1"))
        assert link.writes - before == 1

    @catches("lists the oldest first", _CREATE_CONTACT, _CALL, _CALLS)
    def test_the_newest_comes_first(self, link: Link) -> None:
        """What happened last is what an agent needs (F040)."""
        contact, refs = self.make(link, "Ordered"), list[RecordRef]()
        for number in range(3):
            refs.insert(0, self.written(link, self.call(link, contact, f"k{number}")))
            link.wait(3600.0)
        listed = link.run(self.connector.related(link.facts, contact, RelatedKind.CALL))
        assert [record.ref for record in listed.items] == refs

    @catches("gives the first page again and again", _CREATE_CONTACT, _CALL, _CALLS)
    def test_each_page_leads_on(self, link: Link) -> None:
        """Every record once, whatever the size of a page."""
        contact = self.make(link, "Paged")
        for number in range(3):
            self.written(link, self.call(link, contact, f"k{number}"))
            link.wait(3600.0)
        seen, cursor = list[RecordRef](), None
        for _ in range(4):
            look = self.connector.related(link.facts, contact, RelatedKind.CALL, limit=2, cursor=cursor)
            page = link.run(look)
            seen += [record.ref for record in page.items]
            if (cursor := page.next) is None:
                break
        assert len(seen) == len(set(seen)) == 3

    @catches("lists what belongs to others", _CREATE_CONTACT, _CALL, _CALLS)
    def test_a_list_is_of_one_contact(self, link: Link) -> None:
        """Nobody sees another customer's calls."""
        mine, other = self.make(link, "Owner"), self.make(link, "Stranger")
        self.written(link, self.call(link, mine, "k1"))
        link.wait(LAG)
        assert link.run(self.connector.related(link.facts, other, RelatedKind.CALL)).items == ()

    @catches("takes a call for a task", _CREATE_CONTACT, _CALL, _CALLS)
    def test_a_record_says_what_it_is(self, link: Link) -> None:
        """The desktop shows its icon, and its layout (F040)."""
        contact = self.make(link, "Kinds")
        self.written(link, self.call(link, contact, "k1"))
        link.wait(LAG)
        (record,) = link.run(self.connector.related(link.facts, contact, RelatedKind.CALL)).items
        assert record.kind is RelatedKind.CALL

    @catches("loses the lines of a text", _CREATE_CONTACT, _CALL, _CALLS)
    def test_a_text_is_kept(self, link: Link) -> None:
        """Its lines and its letters (F050)."""
        contact = self.make(link, "Texts")
        self.written(link, self.call(link, contact, "k1", text=_TEXT))
        link.wait(LAG)
        (record,) = link.run(self.connector.related(link.facts, contact, RelatedKind.CALL)).items
        assert record.text.replace("\r\n", "\n").startswith(_TEXT)

    @catches("does not link", _CREATE_CONTACT, Capability.CREATE_TASK, Capability.RELATED_TASKS, Capability.LINK)
    def test_a_linked_record_is_listed(self, link: Link) -> None:
        """With the contact that it was linked to (F044)."""
        first, second = self.make(link, "Lender"), self.make(link, "Borrower")
        ref = self.written(link, TaskDraft(contact=first, key="k1", subject="Lent"))
        self.tied(link, second, ref)
        link.wait(LAG)
        assert [each.ref for each in link.run(self.connector.related(link.facts, second, RelatedKind.TASK)).items] == [
            ref
        ]

    @catches("takes a draft's key for its own", _CREATE_CONTACT, _CALL)
    def test_each_key_is_found_by_itself(self, link: Link) -> None:
        """Two activities, two keys, two records (R2)."""
        self.findable(link, RelatedKind.CALL)
        contact = self.make(link, "Twofold")
        drafts = [self.call(link, contact, key) for key in ("a1", "b2")]
        refs = [self.written(link, draft) for draft in drafts]
        link.wait(LAG)
        assert [self.look(link, draft) for draft in drafts] == refs
