"""Tasks, calls, events, notes, cases, opportunities (contract section 7)."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.customer360_testkit.salesforce.by_hand import Client, Make, code, wait


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_task_is_a_call_log(client: Client) -> None:
    """The contract's own example; the account follows from the contact."""
    account = client.add("Account", Name="Edge")
    mine = client.add("Contact", LastName="Rose", AccountId=account)
    call = client.add(
        "Task",
        Subject="Call from +1 512 757 6000",
        TaskSubtype="Call",
        Status="Completed",
        Priority="High",
        ActivityDate="2026-11-22",
        CallType="Inbound",
        CallDurationInSeconds=185,
        CallDisposition="Resolved",
        CallObject="c-8f1",
        WhoId=mine,
    )
    row = client.read("Task", call)
    assert (row["IsClosed"], row["IsHighPriority"], row["AccountId"]) == (True, True, account)
    assert row["CompletedDateTime"] == "2026-05-14T09:00:00.000+0000"
    found = f"SELECT Id FROM Task WHERE AccountId = '{account}' AND TaskSubtype = 'Call' AND CallObject = 'c-8f1'"
    assert client.ids(found) == [call]


def test_a_task_has_defaults(client: Client) -> None:
    """Nothing is required that is not preset; another status is an organisation's own business."""
    row = client.read("Task", client.add("Task"))
    assert (row["Status"], row["Priority"], row["TaskSubtype"], row["IsClosed"]) == (
        "Not Started",
        "Normal",
        "Task",
        False,
    )
    assert client.add("Task", Status="On hold")


def test_a_lead_takes_no_related_thing(client: Client) -> None:
    """WhatId must be empty beside a lead."""
    lead, account = client.add("Lead", LastName="L", Company="c"), client.add("Account", Name="A")
    answer = client("POST", "/sobjects/Task", {"WhoId": lead, "WhatId": account})
    assert code(answer) == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert client.add("Task", WhoId=lead)
    assert code(client("POST", "/sobjects/Task", {"WhoId": account})) == (400, "MALFORMED_ID")
    assert code(client("POST", "/sobjects/Task", {"WhatId": lead})) == (400, "MALFORMED_ID")


def test_linking_and_unlinking(client: Client, contact: str) -> None:
    """PATCH the lookup."""
    task = client.add("Task")
    assert client("PATCH", f"/sobjects/Task/{task}", {"WhoId": contact}).status == 204
    assert client.rows(f"SELECT Who.Name FROM Task WHERE Id = '{task}'")[0]["Who"]["Name"] == "Augusta Lovelace"
    assert client("PATCH", f"/sobjects/Task/{task}", {"WhoId": None}).status == 204
    assert client.rows(f"SELECT Who.Name FROM Task WHERE Id = '{task}'")[0]["Who"] is None


def test_events_need_a_start_and_an_end(client: Client) -> None:
    """Or a duration, or a day; what contradicts itself is refused."""
    start, end = "2026-05-20T09:00:00Z", "2026-05-20T10:30:00+02:00"
    made = client.read("Event", client.add("Event", StartDateTime="2026-05-20T08:00:00Z", EndDateTime=end))
    assert (made["DurationInMinutes"], made["EndDateTime"]) == (30, "2026-05-20T08:30:00.000+0000")
    made = client.read("Event", client.add("Event", ActivityDateTime=start, DurationInMinutes=45))
    assert made["StartDateTime"] == made["ActivityDateTime"] == "2026-05-20T09:00:00.000+0000"
    assert (made["EndDateTime"], made["ActivityDate"]) == ("2026-05-20T09:45:00.000+0000", "2026-05-20")
    whole = client.read("Event", client.add("Event", IsAllDayEvent=True, ActivityDate="2026-05-20"))
    assert (whole["StartDateTime"], whole["DurationInMinutes"]) == ("2026-05-20T00:00:00.000+0000", 1440)
    for body, wanted in (
        ({"StartDateTime": start}, "REQUIRED_FIELD_MISSING"),
        ({"EndDateTime": end}, "REQUIRED_FIELD_MISSING"),
        ({"IsAllDayEvent": True}, "REQUIRED_FIELD_MISSING"),
        ({"StartDateTime": start, "EndDateTime": "2026-05-20T08:00:00Z"}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"StartDateTime": start, "ActivityDateTime": end, "DurationInMinutes": 5}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"StartDateTime": start, "DurationInMinutes": 14 * 1440 + 1}, "FIELD_INTEGRITY_EXCEPTION"),
        (
            {"StartDateTime": start, "EndDateTime": "2026-05-20T10:00:00Z", "DurationInMinutes": 5},
            "FIELD_INTEGRITY_EXCEPTION",
        ),
    ):
        assert code(client("POST", "/sobjects/Event", body)) == (400, wanted)


def test_moving_an_event(client: Client) -> None:
    """A new end or a new duration; the other follows."""
    made = client.add("Event", StartDateTime="2026-05-20T09:00:00Z", DurationInMinutes=30)
    client("PATCH", f"/sobjects/Event/{made}", {"DurationInMinutes": 60})
    assert client.read("Event", made)["EndDateTime"] == "2026-05-20T10:00:00.000+0000"
    client("PATCH", f"/sobjects/Event/{made}", {"EndDateTime": "2026-05-20T09:10:00Z"})
    assert client.read("Event", made)["DurationInMinutes"] == 10
    late = client("PATCH", f"/sobjects/Event/{made}", {"StartDateTime": "2026-05-20T11:00:00Z"})
    assert code(late) == (400, "FIELD_INTEGRITY_EXCEPTION")


def note(client: Client, parent: str, html: str, title: str = "Wrap-up") -> dict[str, Any]:
    """Both steps in one composite request, as the contract says."""
    body = {
        "allOrNone": True,
        "compositeRequest": [
            {
                "method": "POST",
                "url": "/services/data/v62.0/sobjects/ContentNote",
                "referenceId": "note",
                "body": {"Title": title, "Content": b64(html)},
            },
            {
                "method": "POST",
                "url": "/services/data/v62.0/sobjects/ContentDocumentLink",
                "referenceId": "link",
                "body": {"ContentDocumentId": "@{note.id}", "LinkedEntityId": parent, "ShareType": "V"},
            },
        ],
    }
    told: dict[str, Any] = client("POST", "/composite", body).json()
    return {part["referenceId"]: part for part in told["compositeResponse"]}


def test_an_enhanced_note(client: Client, contact: str) -> None:
    """Written, listed, previewed, read, changed, unlinked."""
    parts = note(client, contact, "<p>5 &lt; 6\n&amp; so</p><script>alert(1)</script>")
    made, link = parts["note"]["body"]["id"], parts["link"]["body"]["id"]
    assert made.startswith("069")
    listed = client.rows(
        "SELECT ContentDocumentId, ContentDocument.Title, ContentDocument.CreatedDate, "
        "ContentDocument.LatestPublishedVersion.TextPreview FROM ContentDocumentLink "
        f"WHERE LinkedEntityId = '{contact}' AND ContentDocument.FileType = 'SNOTE' "
        "ORDER BY ContentDocument.LastModifiedDate DESC"
    )
    assert [(row["ContentDocumentId"], row["ContentDocument"]["Title"]) for row in listed] == [(made, "Wrap-up")]
    assert listed[0]["ContentDocument"]["LatestPublishedVersion"]["TextPreview"] == "5 < 6& so alert(1)"
    row = client.rows(f"SELECT Title, TextPreview, Content FROM ContentNote WHERE Id = '{made}'")[0]
    assert row["TextPreview"] == "5 < 6& so alert(1)"
    assert row["Content"] == f"/services/data/v62.0/sobjects/ContentNote/{made}/Content"
    text = client.get(f"/sobjects/ContentNote/{made}/Content")
    assert text.content == b"<p>5 &lt; 6&amp; so</p>alert(1)"
    assert client("PATCH", f"/sobjects/ContentNote/{made}", {"Content": b64("<p>new</p>"), "Title": "T"}).status == 204
    assert client.get(f"/sobjects/ContentNote/{made}/Content").content == b"<p>new</p>"
    version = client.read("ContentDocument", made)["LatestPublishedVersionId"]
    assert client.get(f"/sobjects/ContentVersion/{version}/VersionData").content == b"<p>new</p>"
    assert client.read("ContentDocument", made)["Title"] == "T"
    assert client("DELETE", f"/sobjects/ContentDocumentLink/{link}").status == 204
    assert client.rows(f"SELECT Id FROM ContentDocumentLink WHERE LinkedEntityId = '{contact}'") == []
    assert client.read("ContentNote", made)
    assert client("DELETE", f"/sobjects/ContentNote/{made}").status == 204
    assert code(client.get(f"/sobjects/ContentDocument/{made}")) == (404, "ENTITY_IS_DELETED")


def test_a_note_that_cannot_be_linked_is_not_written(client: Client) -> None:
    """All or nothing: no orphan stays behind."""
    before = len(client.fake.records("ContentNote"))
    parts = note(client, "003000000000001AAA", "<p>x</p>")
    assert parts["link"]["body"][0]["errorCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert parts["note"]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert len(client.fake.records("ContentNote")) == before


def test_links_are_unique_and_need_a_share_type(client: Client, contact: str) -> None:
    """The same pair twice is a duplicate value."""
    made = note(client, contact, "<p>x</p>")["note"]["body"]["id"]
    body = {"ContentDocumentId": made, "LinkedEntityId": contact, "ShareType": "V"}
    assert code(client("POST", "/sobjects/ContentDocumentLink", body)) == (400, "DUPLICATE_VALUE")
    del body["ShareType"]
    assert code(client("POST", "/sobjects/ContentDocumentLink", body)) == (400, "REQUIRED_FIELD_MISSING")


def test_a_classic_note(client: Client, contact: str) -> None:
    """Plain text below its parent, which cannot change."""
    made = client.add("Note", ParentId=contact, Title="t", Body="a < b\nc")
    assert client.rows(f"SELECT Body FROM Note WHERE ParentId = '{contact}'")[0]["Body"] == "a < b\nc"
    answer = client("PATCH", f"/sobjects/Note/{made}", {"ParentId": client.member(0)})
    assert code(answer) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")


def test_a_case(client: Client) -> None:
    """Numbered, with the contact's account and mirrors; a comment is a record of its own."""
    account = client.add("Account", Name="Edge")
    mine = client.add("Contact", LastName="Rose", AccountId=account, Phone="+49 30 1", Email="rose@own.example")
    made = client.add("Case", Subject="Late", ContactId=mine, Comments="Called back")
    row = client.read("Case", made)
    assert (row["Status"], row["Priority"], row["AccountId"], row["IsClosed"]) == ("New", "Medium", account, False)
    assert (row["ContactPhone"], row["ContactEmail"]) == ("+49 30 1", "rose@own.example")
    assert row["CaseNumber"].isdecimal()
    assert "Comments" not in row
    assert client.get(f"/sobjects/Case/CaseNumber/{row['CaseNumber']}").json()["Id"] == made
    comment = client.rows(f"SELECT CommentBody, IsPublished FROM CaseComment WHERE ParentId = '{made}'")[0]
    assert (comment["CommentBody"], comment["IsPublished"]) == ("Called back", False)
    client("PATCH", f"/sobjects/Case/{made}", {"Status": "Closed"})
    assert client.read("Case", made)["ClosedDate"] == "2026-05-14T09:00:00.000+0000"
    lead = client.add("Lead", LastName="L", Company="c")
    assert code(client("POST", "/sobjects/Case", {"ContactId": lead})) == (400, "MALFORMED_ID")


def test_opportunities_of_a_contact(client: Client) -> None:
    """By the roles, in a semi-join."""
    mine = client.member(0)
    roles = f"SELECT OpportunityId FROM OpportunityContactRole WHERE ContactId = '{mine}'"
    assert [row["Name"] for row in client.rows(f"SELECT Name FROM Opportunity WHERE Id IN ({roles})")] == ["Deal 0"]


def test_archived_activities_are_in_query_all_only(client: Client) -> None:
    """Closed more than a year ago; the seed has one, and time makes more."""
    mine = client.member(0)
    query = f"SELECT Subject, IsArchived FROM Task WHERE WhoId = '{mine}'"
    assert "Archived call" not in {row["Subject"] for row in client.rows(query)}
    assert {row["Subject"] for row in client.rows(query, everything=True) if row["IsArchived"]} == {"Archived call"}
    wait(client.fake, 400 * 86_400)
    client.token = client.fake.oauth.issue("kim", ("api",)).access_token
    assert {row["Subject"] for row in client.rows(query)} == {"Send offer 1", "Send offer 3"}, "open ones stay"


def test_timelines_are_sub_queries(make: Make) -> None:
    """What is over and what is open; an administrator may order them as he likes."""
    order = "ORDER BY ActivityDate DESC NULLS LAST, LastModifiedDate DESC LIMIT 499"
    client = make()
    mine = client.member(0)
    parts = [f"(SELECT Subject, IsTask FROM {name} {order})" for name in ("ActivityHistories", "OpenActivities")]
    row = client.rows(f"SELECT {', '.join(parts)} FROM Contact WHERE Id = '{mine}'")[0]
    assert {one["Subject"] for one in row["OpenActivities"]["records"]} == {"Send offer 1", "Send offer 3"}
    assert len(row["ActivityHistories"]["records"]) == 10
    for wrong in ("", "ORDER BY ActivityDate DESC LIMIT 5", order.replace("499", "500")):
        answer = client.soql(f"SELECT (SELECT Subject FROM OpenActivities {wrong}) FROM Contact WHERE Id = '{mine}'")
        assert code(answer) == (400, "MALFORMED_QUERY")
    query = f"SELECT (SELECT Subject FROM OpenActivities) FROM Contact WHERE Id = '{mine}'"
    assert make("alex").soql(query).status == 200


def test_shared_activities(make: Make) -> None:
    """Further people hang off an activity by relations, which are made and deleted, never changed."""
    client = make(shared_activities="on")
    first, second, lead = client.member(0), client.member(1), client.add("Lead", LastName="L", Company="c")
    task = client.add("Task", WhoId=first)
    made = client.add("TaskRelation", TaskId=task, RelationId=second, IsWhat=False)
    assert client.ids(f"SELECT Id FROM TaskRelation WHERE RelationId = '{second}'") == [made]
    for body, wanted in (
        ({"TaskId": task, "RelationId": second}, "DUPLICATE_VALUE"),
        ({"TaskId": task, "RelationId": first}, "DUPLICATE_VALUE"),
        ({"TaskId": task, "RelationId": lead}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"RelationId": second}, "REQUIRED_FIELD_MISSING"),
    ):
        assert code(client("POST", "/sobjects/TaskRelation", body)) == (400, wanted)
    answer = client("PATCH", f"/sobjects/TaskRelation/{made}", {"IsWhat": True})
    assert code(answer) == (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
    assert client("DELETE", f"/sobjects/TaskRelation/{made}").status == 204


@pytest.mark.parametrize(("reading", "status"), [("refused", 400), ("accepted", 200)])
def test_semi_joins_on_relations_are_a_switch(make: Make, reading: str, status: int) -> None:
    """In the hard reading the ids must be asked for first."""
    client = make(shared_activities="on", task_relation_semijoin=reading)
    mine = client.member(0)
    query = f"SELECT Id FROM Task WHERE Id IN (SELECT TaskId FROM TaskRelation WHERE RelationId = '{mine}')"
    assert client.soql(query).status == status


def test_what_is_caused_besides_is_told(client: Client, contact: str) -> None:
    """Rules that are passed over, who may change a note, who is the first among the contacts of a deal."""
    deal = client.add("Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-12-01")
    note = client.add("ContentNote", Title="N", Content=b64("<p>n</p>"))
    shown = {"ContentDocumentId": note, "ShareType": "V", "Visibility": "AllUsers"}
    client.add("ContentDocumentLink", LinkedEntityId=contact, **shown)
    client("POST", "/sobjects/Case", {"Subject": "C"})
    assert client.fake.besides == []
    client.add("ContentDocumentLink", LinkedEntityId=deal, **{**shown, "ShareType": "C"})
    client.add("OpportunityContactRole", OpportunityId=deal, ContactId=contact, IsPrimary=True)
    client("POST", "/sobjects/Case", {"Subject": "C"}, headers={"Sforce-Auto-Assign": "FALSE"})
    allowed = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    client("POST", "/sobjects/Contact", {"LastName": "Twin"}, headers=allowed)
    client.add("Task", Subject="T", IsReminderSet=True, ReminderDateTime="2026-12-01T09:00:00Z")
    assert client.fake.besides == [
        "shared a note with people who may change it",
        "made somebody the primary contact",
        "did not run assignment rules",
        "passed over duplicate rules",
        "set a reminder",
    ]
