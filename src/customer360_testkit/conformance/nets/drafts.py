"""What is written down of anybody is there whole, whatever is said, in whatever company; nothing else is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice, product
from typing import Any, Final

import attrs

from customer360.core.activities import ActivityDraft, CallOutcome, Priority, TaskStatus
from customer360.core.capabilities import CREATE, Capability
from customer360.core.errors import Customer360Error, Duplicate, InvalidValue, Unsupported, ValidationFailed
from customer360.core.interactions import Direction
from customer360.core.metadata import FieldInfo, FieldType
from customer360.core.records import FieldValue, RecordRef, RelatedKind, RelatedRecord
from customer360_testkit.conformance.activities.screened import ScreenedChecks
from customer360_testkit.conformance.bench import LAG, Link, nets
from customer360_testkit.conformance.nets.drawn import DAYS, LENGTHS, MOMENTS, NUMBERS, ZONES, Drawing
from customer360_testkit.conformance.nets.kept import Rule, Written, lines
from customer360_testkit.conformance.traces import trace
from customer360_testkit.fakes.screen import NO_SUCH, Screen

HONEST: Final = (Duplicate, InvalidValue, Unsupported, ValidationFailed)
"""Answers that let a value off: it is told that it cannot be kept."""
_CREATE: Final = Capability.CREATE_CONTACT
LONG: Final = 200
"""So long a line may be where nothing tells how long."""
_NUMBERS: Final = (
    *("", "+442079460861", "020 7946 0862", "+1 (415) 555-0163", "0049-30-901820", "112", "*67", "00", "12"),
    *("+44 (0)20 7946 0863", "0044 20 7946 0864", "(020) 7946 0865 (mobile)", "020 7946 0866 call after 5"),
    *("020 7946 0867 x7", "020 7946 0868 #42", "020 7946 0869 / 020 7946 0870", "1-800-QUILLKN"),
    *("sip:quill@conform.example", "anonymous", "Quill (mobile)", "+49 30 9018 2000 ext. 42", "9" * 35),
)
_ENDINGS: Final = (
    *(None, "Quillcode", "eVoice VIP", "Sold, call back; in May", "quill CALLED back, 🎉", "Oddzwoń w piątek, 9 & 10"),
    f"Q{'q' * 99}",
)
_TAPES: Final = (
    *(None, "https://rec.conform.example/quill", "http://rec.conform.example:8080/t?a=%2Fb&c=d#e"),
    f"https://rec.conform.example/tapes/quill?of={'quill' * 20}",
)
_SIGNS: Final = (
    *("", "'", '"', "\\", "%_", "&amp;", "<b>", " x ", "/?#", "{}:", "ключ", "🎉", "(1)", "+", "--", "e\u0301"),
)
"""What a key has in it, each to be told from all others."""
SUBJECTS: Final = (
    *("Re: Quill", "Re: Re: Quill again", "Fwd: Quill", "AW: Quill", "=?utf-8?Q?Quill=20one?=", "Quill =C3=A9 =3D 1"),
    *("Prof. Dr. Quill, PhD", "The Quill III", "J. R. R. Quill, Jr.", "Mary J.", "Quill (UK) Ltd", "QUILL", "quill"),
    *("Bob and Robert of the Quill & Liz", "Mcquill", "Quillweiß"),
)
"""As they come from mails, or are called after people."""
_CALLED: Final = tuple(each.replace("Quill", "Quilltext") for each in SUBJECTS if "Quill" in each)
_TWO_LINES: Final = ("Quill one\nQuill two", "Quill three\nQuill four")
TEXTS: Final = (
    *("", "Quill\ttabbed\tand  wide", "Quill נמי\u200fدید نمی\u200cدید 👩\u200d💻", "Quill\r\nsecond\r\n\r\nlast"),
    "Quill=\nsoft =C3=A9 =3D =20 end",
    *("Quill <b>bold</b> & &amp; <br> \"quoted\" 'single'", f"Quill{' quill' * 5000} end", "ref: quill"),
)
_PREVIEW: Final = 300
"""Lists may show how a text begins; what is longer than this is shown of all, or of none."""
_FEW: Final = 4
"""Of others one draft of so many is written."""
_DAYS_LATER: Final = 5 * 86_400.0


class DraftNets(ScreenedChecks):
    """See the module."""

    @nets("keeps what usual drafts say", _CREATE)
    def test_all_that_is_drafted_is_there(self, link: Link) -> None:
        """What the CRM keeps of a usual draft it keeps of each, to the letter; each is listed, and found after days
        (F050, F053, R1)."""
        for kind in (kind for kind, capability in CREATE.items() if self.can(link, capability)):
            self._drafts(link, kind, self._somebody(link, f"Quill{kind}"), every=1)

    @nets("keeps what usual drafts of others say", _CREATE)
    def test_all_that_is_drafted_of_others_is_there(self, link: Link) -> None:
        """Of leads, of companies, of whoever there is besides, whatever kind of record it may have (F050, F053, R1)."""
        contacts = {place.name: ref for place, _, ref in self.newcomers(link, "Quillothers")}
        for contact in contacts.values():
            for kind in (kind for kind, capability in CREATE.items() if self.can(link, capability)):
                with suppress(Unsupported):
                    self.written(link, self.draft(link, kind, contact, f"may-{kind}-{contact.resource}"))
                    self._drafts(link, kind, [contact], every=_FEW)

    def _drafts(self, link: Link, kind: RelatedKind, contacts: Sequence[RecordRef], every: int) -> None:
        """Each drawn draft, or one of so many, is kept as usual ones are."""
        link.asked.clear()
        drawing, usual = Drawing(f"drafts {kind} {contacts[0].resource}"), self.usual(link, kind, contacts[0])
        rule, drawn = Rule(usual), list[Written]()
        pools = self._pools(link, kind, contacts, rule, drawing)
        for number, given in islice(enumerate(drawing.rounds(pools)), 0, None, every):
            key, parts = f"{number}{given.pop('sign')}{kind}", {**given.pop("span", {}), **given.pop("way", {})}
            for taken in self._taken(link, kind, key, (*usual, *drawn), {**given, **parts}):
                drawn.append(taken)
                rule.check(taken)
        rule.check_sides()
        assert len(drawn) * every > len(usual) // 2, f"of drafts of a {kind.value} {len(drawn)} are taken"
        self._are_found(link, kind, drawn)

    def _taken(
        self, link: Link, kind: RelatedKind, key: str, earlier: Sequence[Written], given: Mapping[str, Any]
    ) -> Iterator[Written]:
        """What it became; where it is refused, nothing is written, and it is tried without what only some take.

        It is the CRM that refuses, but for what is said to be of no use to it.
        """
        bare = {"extra": {}, "owner": None, "subject": given["subject"][:LONG]}
        bare |= {"location": None} if "location" in given else {}
        before = link.fake.snapshot()
        for each in (given, {**given, "extra": {}}, {**given, "owner": None}, {**given, **bare}):
            heard = len(link.refused)
            try:
                one = self._wrote(link, kind, key, earlier, look=self.sought(link, kind), **each)
                yield one
                return
            except HONEST as refused:
                own = by_itself(link, heard, refused) and not (isinstance(refused, Unsupported) and each.get("owner"))
            assert not own, f"nobody refuses {each}"
            assert link.fake.snapshot() == before, f"a {kind.value} was refused, and written: {each}"

    def _somebody(self, link: Link, name: str) -> list[RecordRef]:
        """A contact of one's own, and a colleague's whom one may write about."""
        found = [self.make(link, name)]
        for other in self._colleagues(link):
            with suppress(Customer360Error):
                theirs = self.make(other, f"{name}theirs")
                self.get(link, theirs)
                found.append(theirs)
        return found

    def _colleagues(self, link: Link) -> list[Link]:
        """One of them, where there is any."""
        return [self.signed_in(link.fake, login) for login in [n for n in link.fake.users if n != link.user][:1]]

    def _own_refs(self, *links: Link) -> list[RecordRef]:
        return [each.run(self.connector.identify(each.facts)).user for each in links]

    def _wrote(
        self,
        link: Link,
        kind: RelatedKind,
        key: str,
        earlier: Sequence[Written],
        contact: RecordRef,
        *,
        look: bool = False,
        **given: Any,
    ) -> Written:
        """What a draft of that became."""
        draft = self.draft(link, kind, contact, f"{contact.resource[-8:]}-{key}", **given)
        return self.became_of(link, draft, earlier, look=look)

    def became_of(self, link: Link, draft: ActivityDraft, earlier: Sequence[Written], *, look: bool = False) -> Written:
        """What it became, with all of ``related`` that can be tied."""
        kind = draft.kind
        draft = attrs.evolve(draft, related=link.run(self.connector.tied(link.facts, draft)))
        if look:
            assert self.look(link, draft) is None, f"a {kind.value} is found that was not written: {draft.key!r}"
        before, at = link.fake.snapshot(), link.now
        ref = self.written(link, draft)
        seen, after = self.screen(link, kind, ref), trace(before, link.fake.snapshot())
        old = next((each.seen for each in reversed(earlier) if each.ref == ref), None)
        link.wait(1.0)
        return Written(draft, ref, seen, old, after, at, str(link.facts.user))

    def usual(self, link: Link, kind: RelatedKind, contact: RecordRef) -> list[Written]:
        """Each form that a draft of the kind can have, with usual values, the barest first."""
        found = list[Written]()
        owners, things = self._own_refs(*self._colleagues(link)), self.things(link, contact)
        for number, given in enumerate(({}, *_forms(kind, link))):
            found.append(self._wrote(link, kind, f"usual-{kind}-{number}", found, contact, **given))
        for number, owner in enumerate(owners):
            with suppress(Unsupported):
                found.append(self._wrote(link, kind, f"usual-{kind}-owner{number}", found, contact, owner=owner))
        for number, thing in enumerate(things):
            found.append(self._wrote(link, kind, f"usual-{kind}-of{number}", found, contact, related=(thing,)))
        return found

    def _pools(
        self, link: Link, kind: RelatedKind, contacts: Sequence[RecordRef], rule: Rule, drawing: Drawing
    ) -> dict[str, Sequence[Any]]:
        """What each attribute of a draft of the kind is drawn from."""
        lengths = self._lengths(link, rule)
        most = lengths.get("subject", LONG)
        things = self.things(link, contacts[0])
        extras = self.extras(link, kind, contacts[0], rule)
        return {
            "sign": _SIGNS,
            "contact": contacts,
            "subject": [
                "",
                "Quillful" * (most // 8),
                "Quill" * 60,
                *SUBJECTS,
                *_TWO_LINES,
                *(drawing.line(most, f"Quill{n}") for n in range(9)),
            ],
            "text": [*(drawing.text(2000, f"Quilltext{n}") for n in range(8)), *TEXTS, *_CALLED],
            "owner": [None, *self._own_refs(link, *self._colleagues(link))],
            "related": [(), *(tuple(drawing.some(things, len(things))) for _ in range(5))],
            "extra": [{}, *in_company(drawing, extras)],
            **_own_pools(kind, drawing, link.now, lengths.get("location", LONG)),
        }

    def _lengths(self, link: Link, rule: Rule) -> dict[str, int]:
        """How many signs the fields take that hold a subject and a place, where it is told."""
        with suppress(Unsupported):
            fields = {field.name: field for field in self.schema(link, rule.usual[0].ref.resource).fields}
            ways = {name: rule.way(name) for name in ("subject", "location")}
            return {name: fields[way].max_length or LONG for name, way in ways.items() if way in fields}
        return {}

    def extras(self, link: Link, kind: RelatedKind, contact: RecordRef, rule: Rule) -> dict[str, list[FieldValue]]:
        """Fields that no draft fills, and that take a usual value, with values for each."""
        found = dict[str, list[FieldValue]]()
        with suppress(Unsupported):
            drawing = Drawing(f"extras {kind}")
            for field in self.schema(link, rule.usual[0].ref.resource).fields:
                values = values_for(field, drawing)
                if field.creatable and values and rule.is_free(field.name):
                    with suppress(Customer360Error):
                        given = {field.name: values[0]}
                        one = self._wrote(
                            link, kind, f"extra-{kind}-{len(found)}-{field.name}"[:60], (), contact, extra=given
                        )
                        if rule.takes(one, field.name, values[0]):
                            found[field.name] = values
        return found

    def _are_found(self, link: Link, kind: RelatedKind, drawn: Sequence[Written]) -> None:
        """By their keys after days, by another connector of the kind as well; and listed as they are seen."""
        link.wait(_DAYS_LATER)
        link.asked.clear()
        if self.sought(link, kind):
            for number, each in enumerate(drawn):
                connector = self.connector if number % 2 else type(self.connector)()
                since = each.at - timedelta(minutes=1)
                found = link.run(connector.find_created(link.facts, each.draft, since=since))
                assert found == each.ref, (
                    f"{kind.value} is not found by its key {each.draft.key!r} after days: {each.draft}"
                )
        link.wait(LAG)
        if kind in self.every_kind(link):
            for contact in dict.fromkeys(each.draft.contact for each in drawn):
                self._are_listed(link, kind, contact, [each for each in drawn if each.draft.contact == contact])

    def _are_listed(self, link: Link, kind: RelatedKind, contact: RecordRef, drawn: Sequence[Written]) -> None:
        if kind in self.connector.within_contact:
            ways = [list(self.connector.related_within(link.facts, self.get(link, contact), kind))]
        else:
            ways = [self.leaves(link, contact, kind, limit, most=40) for limit in (9, 200)]
        for records in ways:
            assert len({each.ref for each in records}) == len(records), f"{kind.value} is listed twice"
            listed, pairs = {each.ref: each for each in records}, list[tuple[RelatedRecord, Screen]]()
            for each in drawn:
                assert each.ref in listed, f"a {kind.value} is not listed: {each.draft}"
                pairs.append((listed[each.ref], self.screen(link, kind, each.ref)))
                told(*pairs[-1], each.draft)
            long = [(one, seen) for one, seen in pairs if len(lines(seen.text)) > _PREVIEW]
            cut = [one.ref for one, seen in long if _squeezed(one.text) != _squeezed(seen.text)]
            assert len(cut) in (0, len(long)), f"of some {kind.value}s the whole text is listed, not of {cut}"


def by_itself(link: Link, heard: int, refused: Customer360Error) -> bool:
    """Whether a connector refused, and not the CRM, which had said no ``heard`` times before."""
    return len(link.refused) == heard and refused.status is None


def told(record: RelatedRecord, seen: Screen, draft: object) -> None:
    """A listed record says what is to be seen of it, or how its text begins."""
    kind = record.kind.value
    assert (seen.subject or "") in (record.title, NO_SUCH), f"{kind}: title {record.title!r} of {draft}"
    assert _squeezed(seen.text).startswith(_squeezed(record.text)), f"{kind}: text {record.text!r} of {draft}"
    assert bool(record.text.strip()) is bool(lines(seen.text)), f"{kind}: text {record.text!r} of {draft}"
    assert seen.starts in (record.at, NO_SUCH), f"{kind}: at {record.at} of {draft}"
    assert record.owner is None or seen.owner in (record.owner.id, NO_SUCH), f"{kind}: {record.owner} of {draft}"


def _squeezed(text: object) -> str:
    return " ".join(lines(text).split())


def _forms(kind: RelatedKind, link: Link) -> Iterator[dict[str, Any]]:
    yield {"text": "Quillusual\n\nsecond"}
    match kind:
        case RelatedKind.TASK:
            for number, (priority, status) in enumerate(product(Priority, TaskStatus)):
                for due in (None, link.now.date() + timedelta(days=3 + number)):
                    yield {"text": f"Quill{number}", "priority": priority, "status": status, "due_on": due}
        case RelatedKind.CASE:
            yield from ({"text": "Quill", "priority": priority} for priority in Priority)
        case RelatedKind.EVENT:
            for hours in (1, 2, 3):
                starts = link.now.replace(hour=hours, minute=0, second=0) + timedelta(days=hours)
                yield {
                    "starts_at": starts,
                    "ends_at": starts + timedelta(hours=hours),
                    "location": f"Quillplace {hours}",
                }
        case RelatedKind.CALL:
            yield from _calls(link)


def _calls(link: Link) -> Iterator[dict[str, Any]]:
    noon = link.now.replace(hour=12, minute=0, second=0)
    yield {"customer": "02079467099", "dialled": "03090182099", "started_at": noon - timedelta(days=2)}
    for number, (direction, outcome, code) in enumerate(product(Direction, CallOutcome, (None, "Quillusual code"))):
        form = {"direction": direction, "outcome": outcome, "disposition": code}
        ways = {"customer": f"+44207946{7000 + number}", "dialled": f"+4930901{82000 + number}"}
        length = timedelta(seconds=125 + 61 * number)
        times = {"started_at": noon - timedelta(days=1, minutes=number), "duration": length}
        tape = f"https://rec.conform.example/usual{number}" if code else None
        yield {"text": f"Quill {number}", **form, **ways, **times, "recording_url": tape}


def _own_pools(kind: RelatedKind, drawing: Drawing, now: datetime, most: int) -> dict[str, Sequence[Any]]:
    match kind:
        case RelatedKind.TASK:
            return {"due_on": (None, *DAYS), "status": [*TaskStatus], "priority": [*Priority]}
        case RelatedKind.CASE:
            return {"priority": [*Priority]}
        case RelatedKind.EVENT:
            ways = zip(MOMENTS * 2, LENGTHS, ZONES * 5, strict=False)
            spans = [{"starts_at": start.astimezone(zone), "ends_at": start + length} for start, length, zone in ways]
            lined = (drawing.line(most, f"Quillplace{n}") for n in range(5))
            places = (None, "Quillplace 9\nring twice", "https://meet.larch.example/quill?x=1#t", "Quill" * 60)
            return {"span": spans, "location": [*places, *lined, ("Quillhall" * 40)[:most]]}
        case RelatedKind.CALL:
            past = [*(each for each in MOMENTS if each < now), now - timedelta(seconds=1), now - timedelta(days=800)]
            return {
                "started_at": [each.astimezone(zone) for each, zone in zip(past, ZONES * 3, strict=False)],
                "duration": LENGTHS,
                "way": [{"direction": way, "outcome": outcome} for way, outcome in product(Direction, CallOutcome)],
                **{"customer": _NUMBERS, "dialled": _NUMBERS, "disposition": _ENDINGS, "recording_url": _TAPES},
            }
    return {}


def in_company(drawing: Drawing, extras: Mapping[str, Sequence[FieldValue]]) -> list[dict[str, FieldValue]]:
    """Each value of each field, in company of values of every other field."""
    drawn = {name: drawing.some(values, len(values)) for name, values in extras.items()}
    drawn = {name: [*some, *(each for each in extras[name] if each not in some)] for name, some in drawn.items()}
    return [
        {
            name: values[turn // 2 % len(values)]
            for place, (name, values) in enumerate(drawn.items())
            if (turn + place) % 2
        }
        for turn in range(2 * max(map(len, drawn.values()), default=0))
    ]


def values_for(field: FieldInfo, drawing: Drawing) -> list[FieldValue]:
    """A usual value of a field of that type first, then others."""
    most = min(field.max_length or LONG, LONG)
    match field.type:
        case _ if field.choices and field.type in (FieldType.CHOICE, FieldType.TEXT):
            return [each.value for each in field.choices if each.value]
        case FieldType.TEXT | FieldType.LONG_TEXT:
            return ["Quillextra", *(drawing.line(most, f"Quillextra{n}") for n in range(5))]
        case FieldType.NUMBER:
            return [7, *(number for number in NUMBERS if number != 7)]
        case FieldType.BOOLEAN:
            return [True]
        case FieldType.DATE:
            return [*DAYS[::-1]]
        case FieldType.DATETIME:
            return [*MOMENTS[::-1]]
        case FieldType.EMAIL:
            return ["quill@conform.example", "quill.o'neill+9@conform.example"]
        case FieldType.PHONE:
            return ["+442079460861", "+1 (415) 555-0163"]
    return []
