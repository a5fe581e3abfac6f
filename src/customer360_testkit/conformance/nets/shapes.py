"""Answers of another shape than the vendor documents: of every verb, whatever is wrong with whichever answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from customer360.core.activities import ActivityFilter
from customer360.core.capabilities import Capability
from customer360.core.errors import Customer360Error
from customer360.core.metadata import Schema
from customer360.core.records import Changes, ContactChange, ContactDraft, Page, RecordRef
from customer360.core.search import TextHas
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets import operations
from customer360_testkit.conformance.nets.misshapen import STRANGE, Misshapen, misshapen
from customer360_testkit.conformance.nets.replaying import Outcome, Recording
from customer360_testkit.conformance.nets.wellformed import flaws
from customer360_testkit.conformance.verbs import Verb, Verbs

_CREATE: Final = Capability.CREATE_CONTACT
_NAME: Final = "Quillshape"
_FEW: Final = 12


class ShapeNets(Verbs):
    """See the module."""

    @nets("believes an answer of another shape", _CREATE, once=True)
    def test_an_answer_of_another_shape_harms_nobody(self, link: Link) -> None:
        """It is read as far as it says something, or one of our errors: nobody is made up, no write is believed to be
        done that nobody confirmed, nor believed not to be, and no other host is asked (X9, X10, R15).
        """
        link = self.signed_in(self.made(cast=link.fake.cast[:_FEW]))
        link.fake.shorten_pages()
        for what, verb in self._verbs_played(link):
            recording, seen = Recording.of(link, verb), set[tuple[str, ...]]()
            for number, played in enumerate(recording.exchanges):
                alike = played.request.method, *played.request.path.split("/")[1:2]
                for wrong in misshapen(played.answer):
                    if (*alike, wrong.what) in seen:
                        continue
                    seen.add((*alike, wrong.what))
                    self._judge_shape(recording, number, wrong, f"{what}, answer {number}: {wrong.what}: ")

    def _judge_shape(self, recording: Recording, number: int, wrong: Misshapen, told: str) -> None:
        outcome = recording.replayed(number, wrong.answer)
        error, value = outcome.error, outcome.value
        most = 2 * len(recording.exchanges)
        assert error is None or isinstance(error, Customer360Error), f"{told}{error!r}"
        assert len(outcome.asked) <= most, f"{told}{len(outcome.asked)} requests instead of {most // 2}"
        for request in outcome.asked:
            if "://" in request.path:
                self.connector.hosts(recording.link.facts).check(request.path, login=request.purpose == "login")
        wrote = recording.exchanges[number].writes and 200 <= wrong.answer.status < 300
        if error is not None:
            said = str(error)
            assert recording.link.grant.access_token not in said, f"{told}it tells the token"
            assert not wrong.whole or STRANGE not in said, f"{told}it passes on what was answered: {said}"
            known = type(error) is type(recording.real.error) or wrong.refuses
            assert not wrote or known or error.maybe_applied, f"{told}it is sure that nothing was written: {error!r}"
            return
        real, writes = recording.real, recording.exchanges[number].writes
        none = value is None and isinstance(real.value, RecordRef) and not writes
        assert real.error or none or type(value) is type(real.value), f"{told}a {type(value).__name__}"
        assert [*flaws(value)] == [], f"{told}{[*flaws(value)][:3]}"
        if writes and isinstance(value, RecordRef):
            said = wrong.answer.content.decode()
            assert value == real.value or value.id in said, f"{told}it made up {value}"
            looked = len(outcome.asked) > number + 1  # it was there before
            assert wrong.answer.status < 300 or looked, f"{told}it was refused, and {value} is told"
        if wrong.within_a_row:
            self._others_as_before(real, outcome, told)

    def _others_as_before(self, real: Outcome, outcome: Outcome, told: str) -> None:
        """What is wrong with one record is no matter of the others."""
        before, after = _told_of(real.value), _told_of(outcome.value)
        other = [name for name, each in before.items() if after.get(name) != each]
        assert len(other) <= 1, f"{told}of {len(before)} records {len(other)} are others"

    # What is played ---------------------------------------------------------------------------------------------------

    def _verbs_played(self, link: Link) -> Iterator[tuple[str, Verb]]:
        """Each that the link declares, of people and records that are there, and some that are refused."""
        connector, facts = self.connector, link.facts
        ref = self.make(link, _NAME, "+442079460123", "quillshape@conform.example")
        other = self.make(link, f"{_NAME} Two", "+442079460123", "quillother@conform.example")
        drafts = [
            self.draft(link, kind, ref, f"shape-{kind}-{number}", text="Quill")
            for kind in self.every_kind(link)
            for number in range(2)
        ]
        for draft in drafts:
            self.written(link, draft)
        since = link.now
        link.wait(LAG)
        for what, verb in self.reading(link, ref, _NAME):
            if what != "get":
                yield what, verb
        yield "get", partial(operations.get, connector, facts, ref)
        yield "list_resources", partial(connector.list_resources, facts)
        if self.can(link, Capability.SEARCH_TEXT):
            yield "search TextHas", partial(connector.search, facts, self.people, TextHas(_NAME))
        if self.can(link, Capability.LIST_ACTIVITIES):
            for each in connector.resources(facts):
                if each.related_kind is not None and each.related_kind not in connector.within_contact:
                    asked = ActivityFilter(resource=each.name, contact=ref)
                    yield f"activities {each.name}", partial(connector.activities, facts, asked)
        for draft in drafts[::2]:
            if self.sought(link, draft.kind):
                yield f"find_created {draft.kind}", partial(connector.find_created, facts, draft, since=since)
        yield from self._changes_played(link, other)
        yield from self.writing(link, ref, f"{_NAME} Three")
        yield from self.correcting(link, ref, f"{_NAME} Four")
        yield from self._refusals_played(link, ref)

    def _changes_played(self, link: Link, other: RecordRef) -> Iterator[tuple[str, Verb]]:
        if self.can(link, Capability.DELTA):
            gone = self.make(link, "Quillgone")
            _, _, cursor = link.everything(self.people)
            link.removed(gone)
            if self.can(link, Capability.UPDATE_CONTACT):
                self.change(link, other, {self.spare_field: "Quill"})
            link.wait(LAG)
            for since in (None, cursor):
                yield f"changes since {since}", partial(self.connector.changes, link.facts, self.people, since)

    def _refusals_played(self, link: Link, ref: RecordRef) -> Iterator[tuple[str, Verb]]:
        name, value = self.refused
        given = {field: text for field, text in self.fields("Quillrefused").items() if text is not None}
        refused = ContactDraft(resource=self.people, fields={**given, name: value})
        yield "create what is refused", partial(self.connector.create, link.facts, refused)
        if self.can(link, Capability.UPDATE_CONTACT):
            change = ContactChange(ref=ref, fields={name: value})
            yield "update to what is refused", partial(self.connector.update, link.facts, change)
        gone = self.make(link, "Quillgone")
        if link.removed(gone):
            yield "get who is gone", partial(self.connector.get, link.facts, gone)


def _told_of(value: Any) -> dict[Any, Any]:
    """What a list tells, by what each of it is called."""
    match value:
        case Page():
            return {each.ref: each for each in value.items}
        case Changes():
            return {**{each.ref: each for each in value.changed}, **dict.fromkeys(value.gone)}
        case Schema():
            return {each.name: each for each in value.fields}
    return {}
