"""A long story of one CRM: what can be asked, written, refused, lost and given up, and what happens there itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from random import Random
from typing import Any, Final, TypeAlias

from customer360.core.activities import ActivityChange, ActivityDraft, TaskStatus
from customer360.core.capabilities import CREATE, Capability
from customer360.core.metadata import FieldInfo, Resource, StandardField
from customer360.core.records import ContactChange, ContactDraft, ContactKind, RecordRef, RelatedKind
from customer360_testkit.conformance.bench import LAG, Bench, Link
from customer360_testkit.conformance.describing.typed import samples
from customer360_testkit.conformance.nets import operations
from customer360_testkit.conformance.nets.asking import NUMBERS, Asking
from customer360_testkit.conformance.nets.playing import Asked, Playing
from customer360_testkit.conformance.newcomers import drafted
from customer360_testkit.fakes.faults import Fault, drop, status

Happening: TypeAlias = tuple[str, Callable[[], Any]]
_AGAIN: Final = 4
_PAGES: Final = 3
_ELSEWHERE: Final = 40
_OTHERS: Final = 80
_LONG: Final = "x" * 9_000
_MINUTE: Final = 61.0
_JSON, _HTML = (("content-type", "application/json"),), (("content-type", "text/html"),)
_FAULTS: Final[tuple[Fault, ...]] = (
    *(status(code) for code in (400, 401, 403, 404, 408, 409, 412, 500)),
    status(429, headers=(("retry-after", "7"),)),
    status(503, applied=True),
    status(200, headers=_JSON, content=b"{}"),
    status(200, headers=_JSON, content=b'{"data": []}'),
    status(200, headers=_HTML, content=b"<html>Sign in</html>"),
    drop(applied=True),
    drop(applied=False),
)


class Story(Asking):
    """Goes on in the same way from the same beginning, as long as each step comes to the same."""

    def __init__(self, bench: Bench, link: Link, playing: Playing) -> None:
        super().__init__(bench, link)
        self.playing, self.random = playing, Random("Quill")
        login = next((each for each in link.fake.users if each != link.user), None)
        elsewhere = [bench.signed_in(link.fake, login)] if login else []
        self.links = [link, *elsewhere, *[*bench.links(link)][1:]]
        self.fields = tuple[FieldInfo, ...]()
        self.company: RecordRef | None = None

    def tell(self) -> None:
        """All of it."""
        self.begin()
        self.ask_all()
        self._ask_again()
        for number, happening in enumerate((self._of_people, self._of_rules, self._of_fields)):
            self.write(number)
            self._beside()
            for name, happens in happening():
                self.playing.note(name, happens)
            self.ask_all()
            self.link.wait(LAG)
            for what, asked in self.random.sample(self.verbs(), k=_ELSEWHERE):
                self._do(what, asked, link=self.links[number % len(self.links)])
        self._fail()
        self._write_each_field()
        self.write(1)
        self._beside()
        for name, happens in self._of_records():
            self.playing.note(name, happens)
        self.playing.note("forbidden", lambda: self.link.fake.forbid(self.link.user, "update"))
        self.write(2)
        self.ask_all()

    def ask_all(self) -> None:
        """Whatever can be asked, by all pages."""
        for what, asked in self.asked():
            self._do(what, asked)
        for what, paged in self.listed():
            cursor = None
            for _ in range(_PAGES):
                page = self._do(what, paged(cursor))
                if page is None or (cursor := page.next) is None:
                    break

    def _do(self, what: str, asked: Asked, *, link: Link | None = None, **how: Any) -> Any:
        return self.playing.do(what, link or self.link, asked, **how)

    # The beginning ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """People, and what is written down of them; some of it is looked for before it is there.

        Behind so many others that their ids are nobody's whom the connector met before.
        """
        people = self.bench.people
        for number in range(_OTHERS):
            other = ContactDraft(resource=people, fields=self._given(f"Elsewhere{number}"))
            self._do("create others", partial(operations.create, draft=other))
        self.resources = self._do("list_resources", lambda c, f: c.list_resources(f)) or self.resources
        schema = self._do("describe", partial(operations.describe, resource=people))
        self.fields = schema.fields if schema else ()
        for name, phone in zip(("Quillone", "Quilltwo", "Quillthree", "Quillfour"), NUMBERS, strict=True):
            self._person(name, phone)
        for each in self.resources:
            for fields in drafted(each, "Quillother") if each.name != people else ():
                anybody = ContactDraft(resource=each.name, fields=fields)
                ref = self._do(f"create {each.name}", partial(operations.create, draft=anybody))
                self.others += [ref] if ref else []
        self._employ()
        self.drafts = [*self._to_write()]
        for number, draft in enumerate(self.drafts):
            self._do(f"find_created {number}", partial(operations.find, draft=draft, since=self.since))
            if number % 4 < 3:
                self._create(draft)
        self.link.wait(LAG)
        for each in self.resources:
            if each.contact_kind is not None and self.bench.can(self.link, Capability.DELTA):
                self._follow(each)
            elif each.related_kind is not None:
                self._titled(each)

    def _to_write(self) -> Iterator[ActivityDraft | ContactDraft]:
        for kind, capability in CREATE.items():
            for number in range(4) if self.bench.can(self.link, capability) else ():
                given = {"subject": f"Quill {number}", "related": tuple(self.people[1:2] if number == 1 else ())}
                yield self.bench.draft(self.link, kind, self.people[0], f"story-{kind}-{number}", **given)
        if self.bench.can(self.link, Capability.CREATE_CONTACT):
            yield ContactDraft(resource=self.bench.people, fields=self._given("Quillkeyed"), key="quill-keyed")

    def _person(self, name: str, number: str | None = None) -> None:
        fields = self._given(name, number, f"{name.lower()}@conform.example")
        draft = ContactDraft(resource=self.bench.people, fields=fields)
        ref = self._do(f"create {name}", partial(operations.create, draft=draft))
        self.people += [ref] if ref else []

    def _employ(self) -> None:
        """Some people work for a company that will be called something else."""
        standard = next(each.standard for each in self.resources if each.name == self.bench.people)
        for field in [each for each in self.fields if each.name == standard.get(StandardField.COMPANY)]:
            for company in [each for each in self.others if each.resource in field.refers_to][:1]:
                self.company = company
                for one in self.people[:2]:
                    change = ContactChange(ref=one, fields={field.name: company})
                    self._do("update where somebody works", partial(operations.update, change=change))

    def _given(self, name: str, phone: str | None = None, email: str | None = None) -> dict[str, Any]:
        return {field: value for field, value in self.bench.fields(name, phone, email).items() if value is not None}

    def _create(self, draft: ActivityDraft | ContactDraft) -> None:
        if isinstance(draft, ContactDraft):
            self._do("create with a key", partial(operations.create, draft=draft))
            return
        ref = self._do(f"create {draft.kind} {draft.key}", partial(operations.write, draft=draft))
        self.records += [(draft.kind, ref)] if ref else []

    def _follow(self, resource: Resource) -> None:
        """To where changes end; cursors are kept on the way."""
        cursors = self.cursors.setdefault(resource.name, [None])
        for _ in range(_PAGES):
            asked = partial(operations.changes, resource=resource.name, cursor=cursors[-1])
            told = self._do(f"changes {resource.name}", asked)
            if told is None:
                return
            cursors.append(told.cursor)
            if not told.more:
                return

    def _titled(self, resource: Resource) -> None:
        """Finds out which field holds what a record is called."""
        for what, paged in self.listed():
            page = self._do(what, paged(None)) if what.startswith("related") else None
            for record in page.items if page else ():
                if record.ref.resource == resource.name:
                    names = [name for name, value in record.fields.items() if value == record.title]
                    self.titles.update([(resource.name, name) for name in names[:1]])
                    return

    # What goes on -----------------------------------------------------------------------------------------------------

    def _ask_again(self) -> None:
        """The same, so often that nobody counts any more."""
        for what, asked in self.verbs():
            for _ in range(_AGAIN):
                self._do(f"{what} again", asked)
        self.link.wait(_MINUTE)

    def write(self, number: int) -> None:
        """One of each kind, some of them for the second time, some such as are refused."""
        bench, one = self.bench, self.random.choice(self.people)
        name, value = bench.refused
        self._person(self.random.choice(("Quilltwin", f"Quillnew{number}")))
        refused = ContactDraft(resource=bench.people, fields={**self._given("Quillrefused"), name: value})
        self._do("create what is refused", partial(operations.create, draft=refused))
        spare = {bench.spare_field: f"Quillspare{number // 2}"}
        for fields in (spare, {name: value}, self._given("Quillone", NUMBERS[number % 4])):
            for version in (None, "1"):
                change = ContactChange(ref=one, fields=fields, version=version)
                self._do(f"update {[*fields]} of {version}", partial(operations.update, change=change))
        for draft in self.random.sample(self.drafts, k=min(3, len(self.drafts))):
            self._create(draft)
        for kind, ref in self.random.sample(self.records, k=min(3, len(self.records))):
            for correction in _corrections(kind, ref, number):
                self._do(f"update_activity {kind}", partial(operations.correct, change=correction))
            for verb in (operations.link, operations.unlink) if number % 2 else (operations.link, operations.link):
                self._do(f"{verb.__name__} {kind}", partial(verb, contact=one, record=ref))

    def _beside(self) -> None:
        """Two at once, and some that are given up."""
        verbs = [*self.verbs(), *self._writes()]
        for _ in range(6):
            (what, asked), (other, beside) = self.random.sample(verbs, k=2)
            self._do(f"{what} beside {other}", asked, beside=beside)
        for until in (0, 1, 1, 2):
            what, asked = self.random.choice(verbs)
            self._do(f"{what} given up at {until}", asked, until=until)

    def _writes(self) -> Iterator[tuple[str, Asked]]:
        """Ready to be done."""
        bench, (one, other) = self.bench, self.people[:2]
        draft = ContactDraft(resource=bench.people, fields=self._given("Quillfailed"))
        yield "create", partial(operations.create, draft=draft)
        change = ContactChange(ref=one, fields={bench.spare_field: "Quillfailed"})
        yield "update", partial(operations.update, change=change)
        for kind, ref in {kind: ref for kind, ref in self.records}.items():
            yield f"create {kind}", partial(operations.write, draft=bench.draft(self.link, kind, one, f"failed-{kind}"))
            yield f"link {kind}", partial(operations.link, contact=other, record=ref)
            yield f"unlink {kind}", partial(operations.unlink, contact=other, record=ref)
            correction = ActivityChange(ref=ref, kind=kind, text="Quillfailed")
            yield f"update_activity {kind}", partial(operations.correct, change=correction)

    def _fail(self) -> None:
        """Each verb meets each thing that may go wrong, and is asked again thereafter."""
        for fault in _FAULTS:
            one_of_each = {" ".join(what.split()[:2]): (what, asked) for what, asked in reversed(self.verbs())}
            for what, asked in (*one_of_each.values(), *self._writes()):
                self._do(f"{what}, {fault.name}", asked, fault=fault)
                self._do(f"{what} after {fault.name}", asked)
                if len(self.link.asked) > 1:
                    self._do(f"{what}, {fault.name} at last", asked, fault=fault, nth=len(self.link.asked))
            self.link.wait(_MINUTE)
        self.ask_all()

    def _write_each_field(self) -> None:
        """Of somebody new: first what is refused, then what is not."""
        self._person("Quillfields")
        for turn in (0, 1):
            for number, field in enumerate(self.fields):
                usual = samples(field, number)[turn : turn + 1]
                for value in (*((_LONG,) if turn == 0 else ()), *usual):
                    change = ContactChange(ref=self.people[-1], fields={field.name: value})
                    self._do(f"update {field.name}", partial(operations.update, change=change))
                    fields = {**self._given("Quillmade"), field.name: value}
                    draft = ContactDraft(resource=self.bench.people, fields=fields)
                    self._do(f"create with {field.name}", partial(operations.create, draft=draft))
            self.link.wait(_MINUTE)

    # What somebody does in the CRM itself -----------------------------------------------------------------------------

    def _of_people(self) -> Iterator[Happening]:
        crm, people = self.link.fake, self.bench.people
        yield "deleted", lambda: crm.remove(people, self.people[-1].id)
        for company in [self.company] if self.company else []:
            named = next(each.standard[StandardField.NAME] for each in self.resources if each.name == company.resource)
            yield "renamed", partial(crm.edit, company.resource, company.id, {named: "Quillrenamed"})
        yield "merged", lambda: crm.merge(people, self.people[0].id, self.people[3].id)
        leads = [each.name for each in self.resources if each.contact_kind is ContactKind.LEAD]
        for lead in [each for each in (*self.others, self.people[2]) if each.resource in leads][:1]:
            yield "converted", partial(crm.convert_lead, lead.id)
        yield "retired", lambda: crm.retire(people, self.people[2].id)
        yield "locked", lambda: crm.lock(people, self.people[1].id)

    def _of_records(self) -> Iterator[Happening]:
        """One of each kind goes; not before, as lists of several tell more of what fails."""
        for kind, ref in {kind: ref for kind, ref in reversed(self.records)}.items():
            yield f"deleted a {kind}", partial(self.link.fake.remove, ref.resource, ref.id)

    def _of_rules(self) -> Iterator[Happening]:
        crm = self.link.fake
        yield "made a place", lambda: crm.make_place(self.link.user, "Quillplace")
        yield "allowed doubles", crm.allow_doubles
        yield "shortened pages", crm.shorten_pages
        yield "forgot cursors", crm.forget_cursors

    def _of_fields(self) -> Iterator[Happening]:
        crm, people = self.link.fake, self.bench.people
        for field in (*[each.name for each in self.fields if each.custom][-1:], self.bench.spare_field):
            yield f"hid {field}", partial(crm.hide, people, field, self.link.user)
            yield f"took {field} away", partial(crm.take_away, people, field)
        yield "kept unique", lambda: crm.keep_unique(people, self.bench.name_field)


def _corrections(kind: RelatedKind, ref: RecordRef, number: int) -> Iterator[ActivityChange]:
    yield ActivityChange(ref=ref, kind=kind, subject=f"Quill {number % 3}")
    yield ActivityChange(ref=ref, kind=kind, text=f"Quilltext {number}")
    if kind is RelatedKind.TASK:
        yield ActivityChange(ref=ref, kind=kind, due_on=date(2027, 1, 1 + number % 28), status=TaskStatus.DONE)
