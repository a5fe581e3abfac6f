"""Notes, tasks, calls, events, cases, opportunities: what is sent, what is read."""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.activities import (
    ActivityChange,
    ActivityFilter,
    CallDraft,
    CallOutcome,
    CaseDraft,
    Condition,
    EventDraft,
    NoteDraft,
    Operator,
    Priority,
    TaskDraft,
    TaskStatus,
)
from customer360.core.interactions import Direction
from customer360.core.linking import LinkFacts
from customer360.core.records import RecordRef, RelatedKind
from customer360.core.wire import Response
from customer360_salesforce import notes


def ref(resource: str, identifier: str) -> RecordRef:
    return RecordRef("salesforce", resource, identifier)


ADA, LEAD = ref("Contact", "0035e00000AbCdEAAV"), ref("Lead", "00Q5e00000AbCdEAAV")
EDGE, DEAL = ref("Account", "0015e00000XyZzzAAF"), ref("Opportunity", "0065e00000XyZzzAAF")
TASK, CASE = ref("Task", "00T5e00000AbCdEAAV"), ref("Case", "5005e00000AbCdEAAV")
NOTE = ref("ContentNote", "0695e00000AbCdEAAV")
START = datetime(2026, 5, 14, 8, 0, tzinfo=UTC)
SINCE = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)


def call(**more: Any) -> CallDraft:
    return CallDraft(contact=ADA, key="k1", started_at=START, **more)


def with_extra(facts: LinkFacts, **extra: str) -> LinkFacts:
    return attrs.evolve(facts, extra={**facts.extra, **extra})


# Listing ------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F040")
@pytest.mark.parametrize(
    ("contact", "kind", "source", "where", "order"),
    [
        (
            ADA,
            RelatedKind.TASK,
            "Task",
            f"(WhoId = '{ADA.id}' AND (TaskSubtype != 'Call' OR TaskSubtype = null) AND IsDeleted = false)",
            "CreatedDate",
        ),
        (
            LEAD,
            RelatedKind.CALL,
            "Task",
            f"(WhoId = '{LEAD.id}' AND TaskSubtype = 'Call' AND IsDeleted = false)",
            "CreatedDate",
        ),
        (
            EDGE,
            RelatedKind.EVENT,
            "Event",
            f"((AccountId = '{EDGE.id}' OR WhatId = '{EDGE.id}') AND IsDeleted = false)",
            "StartDateTime",
        ),
        (ADA, RelatedKind.CASE, "Case", f"ContactId = '{ADA.id}'", "CreatedDate"),
        (EDGE, RelatedKind.CASE, "Case", f"AccountId = '{EDGE.id}'", "CreatedDate"),
        (EDGE, RelatedKind.DEAL, "Opportunity", f"AccountId = '{EDGE.id}'", "CreatedDate"),
        (
            ADA,
            RelatedKind.DEAL,
            "Opportunity",
            f"Id IN (SELECT OpportunityId FROM OpportunityContactRole WHERE ContactId = '{ADA.id}')",
            "CreatedDate",
        ),
    ],
)  # fmt: skip
def test_related(
    sf: Any, rows: Any, contact: RecordRef, kind: RelatedKind, source: str, where: str, order: str
) -> None:
    """One request for each kind, newest first, ties broken by id."""
    sf.run(sf.connector.related(sf.facts, contact, kind, limit=5), rows())
    assert f" FROM {source} WHERE {where} ORDER BY {order} DESC NULLS LAST, Id DESC NULLS LAST LIMIT 6" in sf.statement


@pytest.mark.parametrize("kind", [RelatedKind.CASE, RelatedKind.DEAL])
def test_what_leads_do_not_have(sf: Any, kind: RelatedKind) -> None:
    """It is refused, not shown as empty."""
    with pytest.raises(e.Unsupported):
        sf.run(sf.connector.related(sf.facts, LEAD, kind))


@pytest.mark.feature("F040")
def test_notes(sf: Any, rows: Any) -> None:
    """One request: links know titles and times, and of the latest version how its text begins; in their order."""
    other = "0695e00000AbCdFAAV"
    times = {"CreatedDate": "2026-05-01T07:25:37.000+0000", "attributes": {}}
    links = [
        {
            "Id": f"06A{each[3:]}",
            "ContentDocumentId": each,
            "ContentDocument": {"Title": each[-4:], "LatestPublishedVersion": {"TextPreview": text}, **times},
        }
        for each, text in ((NOTE.id, "first"), (other, "second"))
    ]
    page = sf.run(sf.connector.related(sf.facts, ADA, RelatedKind.NOTE), rows(*links))
    assert [(each.ref, each.text) for each in page.items] == [(NOTE, "first"), (ref("ContentNote", other), "second")]
    assert page.items[0].at == datetime(2026, 5, 1, 7, 25, 37, tzinfo=UTC)
    asked = dict(sf.asked[0].params)["q"]
    assert f"WHERE (LinkedEntityId = '{ADA.id}' AND ContentDocument.FileType = 'SNOTE') ORDER BY" in asked


def test_a_note_without_a_text_is_a_note(sf: Any, rows: Any) -> None:
    """Whoever wrote only a title sees it."""
    link = {"Id": f"06A{NOTE.id[3:]}", "ContentDocumentId": NOTE.id}
    for version in (None, {"TextPreview": None}):
        document = {"Title": "Bare", "LatestPublishedVersion": version}
        page = sf.run(
            sf.connector.related(sf.facts, ADA, RelatedKind.NOTE), rows({**link, "ContentDocument": document})
        )
        assert [(each.title, each.text) for each in page.items] == [("Bare", "")]


def test_classic_notes(sf: Any, facts: LinkFacts, rows: Any) -> None:
    """One request, where the organisation has no others."""
    page = sf.run(
        sf.connector.related(with_extra(facts, objects="Contact:cu,Note:cu"), ADA, RelatedKind.NOTE),
        rows({"Id": "0025e00000AbCdEAAV", "Title": "T", "Body": "B", "CreatedDate": "2026-05-01T07:25:37.000+0000"}),
    )
    assert [(each.ref.resource, each.title, each.text) for each in page.items] == [("Note", "T", "B")]
    assert f"FROM Note WHERE ParentId = '{ADA.id}'" in sf.statement


@pytest.mark.feature("F050")
def test_a_title_that_its_field_does_not_take_stands_in_the_text(sf: Any, facts: LinkFacts, written: Response) -> None:
    """Whole, before the text of a classic note."""
    classic, subject = with_extra(facts, objects="Contact:cu,Note:cu"), "x" * 100
    sf.run(sf.connector.create_activity(classic, NoteDraft(contact=ADA, key="k1", subject=subject, text="y")), written)
    assert (sf.last.json["Title"], sf.last.json["Body"]) == (subject[:80], f"{subject}\n\ny\n\nref: k1")


@pytest.mark.feature("F055")
def test_pages(sf: Any, rows: Any) -> None:
    """The cursor goes on where the page ended, and ends where Salesforce ends."""
    many = rows(*[{"Id": f"00T5e000{n:010}"} for n in range(3)])
    page = sf.run(sf.connector.related(sf.facts, ADA, RelatedKind.TASK, limit=2), many)
    assert len(page.items) == 2
    sf.run(sf.connector.related(sf.facts, ADA, RelatedKind.TASK, limit=2, cursor=page.next), rows())
    assert sf.statement.endswith("LIMIT 3 OFFSET 2")
    with pytest.raises(e.Truncated):
        sf.run(sf.connector.related(sf.facts, ADA, RelatedKind.TASK, cursor="2020"))
    for cursor in ("-1", "x", "²", "9" * 20):
        with pytest.raises(e.Gone):
            sf.run(sf.connector.related(sf.facts, ADA, RelatedKind.TASK, cursor=cursor))


def test_a_short_page_is_not_the_last(sf: Any, rows: Any) -> None:
    """Salesforce may cut pages anywhere; the reader gets what was asked for."""
    cut = rows({"Id": "00T5e000000000001"}, following="/services/data/v62.0/query/01g5e000001abcdAAA-200")
    page = sf.run(sf.connector.related(sf.facts, ADA, RelatedKind.TASK, limit=5), cut, rows({"Id": TASK.id}))
    assert len(page.items) == 2


@pytest.mark.feature("F057")
def test_a_filtered_listing(sf: Any, rows: Any) -> None:
    """Conditions, a sort of one's own, and of a task of subtype Call the kind is call."""
    wanted = ActivityFilter(
        resource="Call",
        conditions=(Condition("CallType", Operator.EQUALS, ("Inbound",)),),
        sort=("ActivityDate", False),
    )
    row = {"Id": TASK.id, "TaskSubtype": "Call", "Subject": "Hi", "Status": "Completed", "ActivityDate": "2026-05-14"}
    page = sf.run(sf.connector.activities(sf.facts, wanted), rows(row))
    where = "(TaskSubtype = 'Call' AND CallType = 'Inbound' AND IsDeleted = false)"
    assert f"WHERE {where} ORDER BY ActivityDate ASC NULLS LAST, Id" in sf.statement
    assert [(each.ref, each.kind, each.title) for each in page.items] == [(TASK, RelatedKind.CALL, "Hi")]
    assert page.items[0].fields["ActivityDate"] == date(2026, 5, 14)


def test_listings_that_salesforce_does_not_have(sf: Any) -> None:
    """Notes of nobody, and what is no activity."""
    for resource in ("ContentNote", "Contact", "Campaign"):
        with pytest.raises(e.Unsupported):
            sf.run(sf.connector.activities(sf.facts, ActivityFilter(resource=resource)))


# Writing ------------------------------------------------------------------------------------------------------------


def note_written(status: int = 201) -> Response:
    bodies = [
        {"id": NOTE.id, "success": True, "errors": []},
        {"id": "06A5e00000AbCdEAAV", "success": True, "errors": []},
    ]
    parts = [{"httpStatusCode": status, "body": body, "referenceId": "x"} for body in bodies]
    return Response(200, json.dumps({"compositeResponse": parts}).encode())


def text_in(content: str) -> str:
    """An independent reader of a note's content."""
    lines = re.sub(r"<br>", "\n", b64decode(content).decode())
    return html.unescape(re.sub(r"<[^>]+>", "", lines))


@pytest.mark.feature("F050")
def test_a_note(sf: Any) -> None:
    """The note and its link in one request, both or none; its text is HTML, the key its last line."""
    draft = NoteDraft(contact=ADA, key="k1", subject="Wrap-up", text="All <b>well</b> & good.\nBye\n")
    assert sf.run(sf.connector.create_activity(sf.facts, draft), note_written()) == NOTE
    assert sf.last.path == "/composite"
    assert not sf.last.repeatable
    assert sf.last.json["allOrNone"] is True
    note, link = sf.last.json["compositeRequest"]
    assert text_in(note["body"]["Content"]) == "All <b>well</b> & good.\nBye\n\nref: k1"
    assert link["url"] == "/services/data/v62.0/sobjects/ContentDocumentLink"
    assert link["body"] == {
        "ContentDocumentId": "@{note.id}",
        "LinkedEntityId": ADA.id,
        "ShareType": "V",
        "Visibility": "AllUsers",
    }


@given(st.text(max_size=60))
def test_a_notes_text_is_no_markup(text: str) -> None:
    """Whatever a person types is text: no tag of theirs reaches the CRM."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        return
    sent = b64decode(notes.content(text)).decode()
    assert set(re.findall(r"<[^>]*>", sent)) <= {"<p>", "</p>", "<br>"}
    assert text_in(notes.content(text)) == "\n".join(text.splitlines())


@pytest.mark.parametrize("told", [{"subject": "Order @{note.id}"}, {"subject": "Order", "extra": {"Title": "@{x}"}}])
def test_a_title_is_no_part_of_the_request(sf: Any, told: dict[str, Any]) -> None:
    """What Salesforce would take for the result of another part is refused before any request."""
    with pytest.raises(e.InvalidValue):
        sf.run(sf.connector.create_activity(sf.facts, NoteDraft(contact=ADA, key="k1", text="x", **told)))
    draft = NoteDraft(contact=ADA, key="k1", subject="Order", text="@{note.id}")
    assert sf.run(sf.connector.create_activity(sf.facts, draft), note_written()) == NOTE


def test_a_note_about_several_records(sf: Any) -> None:
    """One link for each, all in the same request; it belongs to whoever writes it."""
    draft = NoteDraft(contact=ADA, key="k1", text="x", related=(CASE, ADA, RecordRef("other", "Case", "1")))
    results = [{"httpStatusCode": 201, "body": {"id": NOTE.id, "success": True}}] * 3
    sf.run(
        sf.connector.create_activity(sf.facts, draft),
        Response(200, json.dumps({"compositeResponse": results}).encode()),
    )
    parts = sf.last.json["compositeRequest"]
    assert [part["body"].get("LinkedEntityId") for part in parts] == [None, ADA.id, CASE.id]
    assert len({part["referenceId"] for part in parts}) == 3
    user = ref("User", "0055e000003E8abAAC")
    owned = attrs.evolve(draft, owner=user)
    with pytest.raises(e.Unsupported):
        sf.run(sf.connector.create_activity(sf.facts, owned))
    answer = Response(200, json.dumps({"compositeResponse": results}).encode())
    assert sf.run(sf.connector.create_activity(attrs.evolve(sf.facts, user=user.id), owned), answer) == NOTE


def test_a_note_that_failed(sf: Any) -> None:
    """200 on the outside, 403 inside."""
    refused = {"httpStatusCode": 403, "body": [{"errorCode": "INSUFFICIENT_ACCESS", "message": "x"}]}
    with pytest.raises(e.Forbidden):
        sf.run(
            sf.connector.create_activity(sf.facts, NoteDraft(contact=ADA, key="k1", text="x")),
            Response(200, json.dumps({"compositeResponse": [refused, refused]}).encode()),
        )


@pytest.mark.feature("F050")
def test_a_task(sf: Any, written: Response) -> None:
    """A person goes to WhoId, a thing beside it to WhatId."""
    draft = TaskDraft(
        contact=ADA,
        key="k1",
        subject="Call back",
        due_on=date(2026, 5, 20),
        priority=Priority.HIGH,
        status=TaskStatus.DONE,
        related=(DEAL,),
        owner=ref("User", "0055e000003E8abAAC"),
    )
    sf.run(sf.connector.create_activity(sf.facts, draft), written)
    assert (sf.last.method, sf.last.path) == ("POST", "/sobjects/Task")
    assert sf.last.json == {
        "Subject": "Call back",
        "Description": "ref: k1",
        "Status": "Completed",
        "Priority": "High",
        "ActivityDate": "2026-05-20",
        "WhoId": ADA.id,
        "WhatId": DEAL.id,
        "OwnerId": "0055e000003E8abAAC",
    }


@pytest.mark.feature("F050")
def test_a_call(sf: Any, written: Response) -> None:
    """A completed task of subtype Call; what a task has no field for stands in its text."""
    draft = call(
        text="Wants a quote.",
        duration=timedelta(seconds=184.6),
        customer="+1",
        dialled="+2",
        recording_url="https://r/1",
    )
    sf.run(sf.connector.create_activity(sf.facts, draft), written)
    assert sf.last.json == {
        "Subject": "Wants a quote.",
        "TaskSubtype": "Call",
        "Status": "Completed",
        "Priority": "Normal",
        "ActivityDate": "2026-05-14",
        "CallType": "Inbound",
        "CallDurationInSeconds": 185,
        "Description": "Wants a quote.\n\n"
        "Call of 2026-05-14T08:00:00+00:00 from +1 to +2\nRecording: https://r/1\n\nref: k1",
        "WhoId": ADA.id,
    }


def test_a_call_that_nobody_took(sf: Any, written: Response) -> None:
    """Outbound, and the numbers the other way round."""
    draft = call(direction=Direction.OUTBOUND, outcome=CallOutcome.MISSED, customer="+1", dialled="+2")
    sf.run(sf.connector.create_activity(sf.facts, draft), written)
    sent = sf.last.json
    assert (sent["CallType"], sent["CallDurationInSeconds"], sent["CallDisposition"]) == ("Outbound", 0, "No answer")
    assert "from +2 to +1" in sent["Description"]


@pytest.mark.feature("F050")
def test_a_code_does_not_hide_that_nobody_answered(sf: Any, written: Response) -> None:
    """The field has the agent's code, the text the rest; and a call among colleagues is one."""
    draft = call(direction=Direction.INTERNAL, outcome=CallOutcome.MISSED, disposition="Try again")
    sf.run(sf.connector.create_activity(sf.facts, draft), written)
    assert (sf.last.json["CallType"], sf.last.json["CallDisposition"]) == ("Internal", "Try again")
    assert "\nNo answer" in sf.last.json["Description"]


@pytest.mark.feature("F050")
def test_an_event(sf: Any, written: Response) -> None:
    """Times in UTC; with a lead nothing may stand in WhatId, and a deal beside it is refused."""
    draft = EventDraft(contact=LEAD, key="k1", subject="Demo", starts_at=START, ends_at=SINCE, location="Room 1")
    about = attrs.evolve(draft, related=(DEAL,))
    assert sf.run(sf.connector.tied(sf.facts, about)) == ()
    with pytest.raises(e.Unsupported):
        sf.run(sf.connector.create_activity(sf.facts, about))
    sf.run(sf.connector.create_activity(sf.facts, draft), written)
    sent = sf.last.json
    assert (sent["StartDateTime"], sent["EndDateTime"]) == ("2026-05-14T08:00:00Z", "2026-05-14T09:00:00Z")
    assert (sent["WhoId"], sent["Location"]) == (LEAD.id, "Room 1")
    assert "WhatId" not in sent


@pytest.mark.feature("F050")
def test_a_case(sf: Any, written: Response) -> None:
    """Of a contact or an account; leads have none."""
    sf.run(sf.connector.create_activity(sf.facts, CaseDraft(contact=EDGE, key="k1", subject="Broken")), written)
    assert sf.last.json == {"Subject": "Broken", "Description": "ref: k1", "Origin": "Phone", "AccountId": EDGE.id}
    with pytest.raises(e.Unsupported):
        sf.run(sf.connector.create_activity(sf.facts, CaseDraft(contact=LEAD, key="k1")))


def test_a_person_account_is_named_by_its_hidden_contact(
    person_facts: LinkFacts, sf: Any, reply: Callable[..., Response], written: Response
) -> None:
    """One read before; a company of the same organisation is a thing (gotcha 14)."""
    draft = TaskDraft(contact=EDGE, key="k1", subject="x")
    person = reply({"IsPersonAccount": True, "PersonContactId": ADA.id})
    sf.run(sf.connector.create_activity(person_facts, draft), person, written)
    assert sf.last.json["WhoId"] == ADA.id
    assert "WhatId" not in sf.last.json
    company = reply({"IsPersonAccount": False, "PersonContactId": None})
    sf.run(sf.connector.create_activity(person_facts, draft), company, written)
    assert sf.last.json["WhatId"] == EDGE.id


@pytest.mark.promise("R3")
def test_a_key_in_the_external_id_field(sf: Any, facts: LinkFacts, reply: Callable[..., Response]) -> None:
    """Then a create is an upsert, and the text is left alone; other objects keep the last line."""
    given = attrs.evolve(with_extra(facts, **{"keyed:Key__c": "Task"}), settings={"key_field": "Key__c"})
    answer = reply({"id": TASK.id, "success": True, "errors": [], "created": False})
    assert sf.run(sf.connector.create_activity(given, TaskDraft(contact=ADA, key="k1", text="x")), answer) == TASK
    assert (sf.last.method, sf.last.path) == ("PATCH", "/sobjects/Task/Key__c/k1")
    assert sf.last.json["Description"] == "x"
    sf.run(sf.connector.create_activity(given, CaseDraft(contact=ADA, key="k1", text="x")), answer)
    assert (sf.last.method, sf.last.json["Description"]) == ("POST", "x\n\nref: k1")


@pytest.mark.parametrize("key", ["", "a\nb", "a\u2028b"])
def test_a_key_is_one_line(sf: Any, key: str) -> None:
    """Else it could not be found again."""
    for kind in (NoteDraft, TaskDraft):
        with pytest.raises(e.InvalidValue):
            sf.run(sf.connector.create_activity(sf.facts, kind(contact=ADA, key=key)))


@pytest.mark.promise("R3")
def test_found_again_by_its_last_line(sf: Any, rows: Any) -> None:
    """Among the contact's records made since, on whatever page; by our clock or by theirs."""
    near = {"Id": "00T5e00000AbCdFAAV", "Description": "ref: k11\nref: k1 x"}
    hit = {"Id": TASK.id, "Description": "text\n\nref: k1"}
    found = sf.run(sf.connector.find_created(sf.facts, call(), since=SINCE), rows(near, hit))
    assert found == TASK
    assert f"(WhoId = '{ADA.id}' AND CreatedDate >= 2026-05-14T08:45:00Z AND IsDeleted = false)" in sf.statement
    assert sf.run(sf.connector.find_created(sf.facts, call(), since=SINCE), rows(near)) is None


@pytest.mark.promise("R3")
def test_a_note_is_found_again_by_its_whole_text(sf: Any, rows: Any) -> None:
    """Its text is read as it stands; what the vendor made of the markup does not matter."""
    links = [{"Id": f"06A{each[3:]}", "ContentDocumentId": each} for each in ("0695e00000AbCdFAAV", NOTE.id)]
    texts = [Response(200, b"<p>ref: k11</p>"), Response(200, b"<div>Hi</div><p>ref: k1&nbsp;</p>")]
    draft = NoteDraft(contact=ADA, key="k1")
    assert sf.run(sf.connector.find_created(sf.facts, draft, since=SINCE), rows(*links), *texts) == NOTE
    assert sf.last.path == f"/sobjects/ContentNote/{NOTE.id}/Content"
    assert sf.run(sf.connector.find_created(sf.facts, draft, since=SINCE), rows()) is None


def test_what_is_written_is_what_is_found(sf: Any, rows: Any) -> None:
    """A key of any signs comes back out of a note's markup."""
    draft = NoteDraft(contact=ADA, key="<k&1>", text="x")
    sf.run(sf.connector.create_activity(sf.facts, draft), note_written())
    content = b64decode(sf.last.json["compositeRequest"][0]["body"]["Content"])
    found = sf.connector.find_created(sf.facts, draft, since=SINCE)
    assert (
        sf.run(found, rows({"Id": "06A5e00000AbCdEEAV", "ContentDocumentId": NOTE.id}), Response(200, content)) == NOTE
    )


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        (
            ActivityChange(ref=TASK, kind=RelatedKind.TASK, status=TaskStatus.DONE, due_on=None, text=None),
            {"Status": "Completed", "ActivityDate": None, "Description": None},
        ),
        (ActivityChange(ref=CASE, kind=RelatedKind.CASE, subject="S", extra={"X__c": 1}), {"Subject": "S", "X__c": 1}),
        (ActivityChange(ref=NOTE, kind=RelatedKind.NOTE, text="Hi"), {"Content": "PHA+SGk8L3A+"}),
    ],
)
def test_a_change(sf: Any, done: Response, change: ActivityChange, sent: dict[str, Any]) -> None:
    """Only what is set is sent."""
    sf.run(sf.connector.update_activity(sf.facts, change), done)
    assert (sf.last.method, sf.last.json) == ("PATCH", sent)


def test_a_change_of_nothing(sf: Any) -> None:
    """Nothing is sent; and only tasks have a status."""
    sf.run(sf.connector.update_activity(sf.facts, ActivityChange(ref=TASK, kind=RelatedKind.TASK)))
    change = ActivityChange(ref=CASE, kind=RelatedKind.CASE, status=TaskStatus.DONE)
    with pytest.raises(e.Unsupported):
        sf.run(sf.connector.update_activity(sf.facts, change))


# Linking ------------------------------------------------------------------------------------------------------------


@pytest.mark.feature("F044")
@pytest.mark.parametrize(
    ("contact", "record", "path", "sent"),
    [
        (ADA, TASK, f"/sobjects/Task/{TASK.id}", {"WhoId": ADA.id}),
        (EDGE, TASK, f"/sobjects/Task/{TASK.id}", {"WhatId": EDGE.id}),
        (ADA, CASE, f"/sobjects/Case/{CASE.id}", {"ContactId": ADA.id}),
        (EDGE, DEAL, f"/sobjects/Opportunity/{DEAL.id}", {"AccountId": EDGE.id}),
    ],
)
def test_link(sf: Any, done: Response, contact: RecordRef, record: RecordRef, path: str, sent: dict[str, str]) -> None:
    """The record's lookup is pointed at the contact."""
    sf.run(sf.connector.link(sf.facts, contact, record), done)
    assert (sf.last.path, sf.last.json) == (path, sent)


def test_a_case_is_tied_to_a_person_account(
    person_facts: LinkFacts, sf: Any, reply: Callable[..., Response], done: Response
) -> None:
    """It names the account and the contact behind it, and both are taken away again, so far as they are theirs."""
    person, both = reply({"IsPersonAccount": True, "PersonContactId": ADA.id}), {"ContactId": ADA.id}
    sf.run(sf.connector.link(person_facts, EDGE, CASE), person, done)
    assert sf.last.json == {"AccountId": EDGE.id, "ContactId": ADA.id}
    sf.run(sf.connector.unlink(person_facts, EDGE, CASE), person, reply({"AccountId": EDGE.id, **both}), done)
    assert sf.last.json == {"AccountId": None, "ContactId": None}
    sf.run(sf.connector.unlink(person_facts, EDGE, CASE), person, reply({"AccountId": None, **both}), done)
    assert sf.last.json == {"ContactId": None}


@pytest.mark.parametrize(("contact", "row"), [(EDGE, {"WhoId": LEAD.id}), (LEAD, {"WhatId": EDGE.id})])
def test_a_lead_stands_alone(sf: Any, reply: Callable[..., Response], contact: RecordRef, row: dict[str, str]) -> None:
    """What is about a lead is about nothing else: that it cannot be linked is said."""
    refused = reply([{"errorCode": "FIELD_INTEGRITY_EXCEPTION", "message": "x", "fields": ["WhatId"]}], 400)
    with pytest.raises(e.Unsupported, match="unlink"):
        sf.run(sf.connector.link(sf.facts, contact, TASK), refused, reply(row))
    with pytest.raises(e.ValidationFailed):
        sf.run(sf.connector.link(sf.facts, contact, TASK), refused, reply({}))


def test_link_a_note_and_a_deal(sf: Any, rows: Any, written: Response, reply: Callable[..., Response]) -> None:
    """They take further links; one that is there already is no error, and there is no second one."""
    sf.run(sf.connector.link(sf.facts, ADA, NOTE), written)
    assert sf.last.json == {
        "LinkedEntityId": ADA.id,
        "ContentDocumentId": NOTE.id,
        "ShareType": "V",
        "Visibility": "AllUsers",
    }
    again = reply([{"errorCode": "DUPLICATE_VALUE", "message": "x"}], 400)
    sf.run(sf.connector.link(sf.facts, ADA, NOTE), again)
    sf.run(sf.connector.link(sf.facts, ADA, DEAL), rows(), written)
    assert sf.last.path == "/sobjects/OpportunityContactRole"
    sf.run(sf.connector.link(sf.facts, ADA, DEAL), rows({"Id": "00K5e00000AbCdEAAV"}))
    assert sf.last.path == "/query"


@pytest.mark.feature("F045")
def test_unlink(sf: Any, reply: Callable[..., Response], done: Response) -> None:
    """Only a lookup that is this contact's is cleared."""
    sf.run(sf.connector.unlink(sf.facts, ADA, TASK), reply({"WhoId": ADA.id}), done)
    assert sf.last.json == {"WhoId": None}
    sf.run(sf.connector.unlink(sf.facts, ADA, TASK), reply({"WhoId": LEAD.id}))


def test_unlink_a_note(sf: Any, rows: Any, done: Response) -> None:
    """The link is deleted, the note stays."""
    sf.run(sf.connector.unlink(sf.facts, ADA, NOTE), rows({"Id": "06A5e00000AbCdEAAV"}), done)
    assert (sf.last.method, sf.last.path) == ("DELETE", "/sobjects/ContentDocumentLink/06A5e00000AbCdEAAV")


@pytest.mark.parametrize(("contact", "record"), [(ADA, ref("Note", "0025e00000AbCdEAAV")), (LEAD, CASE), (LEAD, DEAL)])
def test_what_cannot_be_linked(sf: Any, contact: RecordRef, record: RecordRef) -> None:
    """It is refused before any request."""
    for verb in (sf.connector.link, sf.connector.unlink):
        with pytest.raises(e.Unsupported):
            sf.run(verb(sf.facts, contact, record))
