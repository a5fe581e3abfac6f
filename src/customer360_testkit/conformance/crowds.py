"""More records than a page of the CRM's holds."""

from __future__ import annotations

from customer360.core.activities import ActivityDraft
from customer360.core.records import ContactDraft, FieldValue, RecordRef, RelatedKind
from customer360_testkit.conformance.bench import Bench, Link

_BEYOND = 5


class Crowds(Bench):
    """See the module."""

    def more_than_a_page(self, link: Link, most: int) -> int:
        """As many as fill more than a page, and no more than ``most``; pages are as short now as the CRM's may be."""
        return min((link.fake.shorten_pages() or self.connector.limits.page_size) + _BEYOND, most)

    def crowd_of_people(
        self, link: Link, name: str, phone: str | None = None, email: str | None = None, *, most: int
    ) -> list[RecordRef]:
        """More than a page of people, made in one moment, whose names and addresses have a number each."""
        link.wait(60.0)
        link.asked.clear()  # it is told of what follows whether it goes in circles
        refs = list[RecordRef]()
        given = {field: value for field, value in self.fields(name, phone, email).items() if value is not None}
        for number in range(self.more_than_a_page(link, most)):
            fields = {field: _numbered(value, name, number) for field, value in given.items()}
            refs.append(link.run(self.connector.create(link.facts, ContactDraft(resource=self.people, fields=fields))))
        link.asked.clear()
        return refs

    def many(
        self, link: Link, kind: RelatedKind, contact: RecordRef, most: int
    ) -> list[tuple[ActivityDraft, RecordRef]]:
        """More of a kind about one person than a page holds, as drafted and as written, in one moment."""
        link.wait(60.0)
        link.asked.clear()
        drafts = [self.draft(link, kind, contact, f"many-{kind}-{n}") for n in range(self.more_than_a_page(link, most))]
        written = [(draft, self.written(link, draft)) for draft in drafts]
        link.asked.clear()
        return written


def _numbered(value: FieldValue, name: str, number: int) -> FieldValue:
    """With the number behind the name, as it is written and in small letters."""
    if isinstance(value, tuple):
        return tuple(_numbered(each, name, number) for each in value)  # type: ignore[misc]  # texts
    if not isinstance(value, str):
        return value
    return value.replace(name, f"{name}{number}").replace(name.lower(), f"{name.lower()}{number}")
