"""One record: read, create, update, upsert, delete; what is refused and how (contract sections 6 and 9)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_testkit.salesforce.by_hand import Client, Make, code, signed_in, wait

from customer360_testkit.fakes.salesforce.fake import ValidationRule
from customer360_testkit.fakes.salesforce.fields import Field
from customer360_testkit.fakes.salesforce.ids import canonical, full


def test_a_record_comes_and_goes(client: Client) -> None:
    """201 with the id and its place, 204 without a body, 404 afterwards."""
    answer = client("POST", "/sobjects/Contact", {"LastName": " Lee ", "FirstName": "Ann", "Title": ""})
    told = answer.json()
    assert (answer.status, told["success"], told["errors"]) == (201, True, [])
    assert answer.header("location") == f"/services/data/v62.0/sobjects/Contact/{told['id']}"
    assert len(told["id"]) == 18
    row = client.read("Contact", told["id"])
    assert (row["Name"], row["LastName"], row["Title"], row["IsDeleted"]) == ("Ann Lee", "Lee", None, False)
    assert row["CreatedDate"] == "2026-05-14T09:00:00.000+0000"
    assert row["OwnerId"] == client.fake.users["kim"].id
    assert row["attributes"] == {"type": "Contact", "url": f"/services/data/v62.0/sobjects/Contact/{told['id']}"}
    wait(client.fake, 60)
    changed = client("PATCH", f"/sobjects/Contact/{told['id']}", {"FirstName": None, "MailingCity": "Ulm"})
    assert (changed.status, changed.content) == (204, b"")
    row = client.read("Contact", told["id"], "Name", "MailingAddress", "SystemModstamp", "CreatedDate")
    assert (row["Name"], row["MailingAddress"]["city"]) == ("Lee", "Ulm")
    assert row["SystemModstamp"] == "2026-05-14T09:01:00.000+0000"
    assert client("DELETE", f"/sobjects/Contact/{told['id']}").status == 204
    for method in ("GET", "PATCH", "DELETE"):
        body = {"LastName": "x"} if method == "PATCH" else None
        assert code(client(method, f"/sobjects/Contact/{told['id']}", body)) == (404, "ENTITY_IS_DELETED")


@pytest.mark.parametrize(
    ("name", "body", "wanted", "fields"),
    [
        ("Contact", {"FirstName": "Ann"}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ("Contact", {"LastName": "  "}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ("Lead", {}, "REQUIRED_FIELD_MISSING", ["LastName", "Company"]),
        ("Opportunity", {"Name": "x"}, "REQUIRED_FIELD_MISSING", ["StageName", "CloseDate"]),
        ("Event", {"Subject": "x"}, "REQUIRED_FIELD_MISSING", ["StartDateTime", "EndDateTime"]),
        ("ContentNote", {"Title": "x"}, "REQUIRED_FIELD_MISSING", ["Content"]),
        ("Contact", {"LastName": "x" * 81}, "STRING_TOO_LONG", ["LastName"]),
        ("Contact", {"LastName": "x", "Phone": "0" * 41}, "STRING_TOO_LONG", ["Phone"]),
        ("Contact", {"LastName": "x", "Description": "x" * 32_001}, "STRING_TOO_LONG", ["Description"]),
        ("Contact", {"LastName": "x", "Email": "no address"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ("Contact", {"LastName": "x", "Email": "a@b"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ("Contact", {"LastName": "x", "Level__c": "Bronze"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Level__c"]),
        ("Contact", {"LastName": "x", "Interests__c": "Tea;Beer"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", None),
        ("Task", {"CallType": "Missed"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["CallType"]),
        ("Contact", {"LastName": "x", "AccountId": "nonsense"}, "MALFORMED_ID", ["AccountId"]),
        ("Contact", {"LastName": "x", "AccountId": "003000000000001AAA"}, "MALFORMED_ID", ["AccountId"]),
        ("Contact", {"LastName": "x", "AccountId": "001000000000001AAA"}, "INVALID_CROSS_REFERENCE_KEY", None),
        ("Contact", {"LastName": "x", "Name": "y"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Name"]),
        (
            "Contact",
            {"LastName": "x", "CreatedDate": "y", "MailingAddress": {}},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            None,
        ),
        ("Task", {"AccountId": "001000000000001AAA"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["AccountId"]),
        ("Lead", {"LastName": "x", "Company": "y", "AnnualRevenue": 1e18}, "NUMBER_OUTSIDE_VALID_RANGE", None),
        ("Task", {"CallDurationInSeconds": 10**8}, "NUMBER_OUTSIDE_VALID_RANGE", ["CallDurationInSeconds"]),
        ("Contact", {"LastName": "x", "Foo": 1}, "INVALID_FIELD", None),
        ("Contact", {"LastName": "x", "Id": "003000000000001AAA"}, "INVALID_FIELD", None),
        ("Contact", {"LastName": "x", "Account": {"Foo__c": "1"}}, "INVALID_FIELD", None),
        ("Case", {"Contact": {"Customer_Number__c": "none"}}, "INVALID_FIELD", None),
        ("Contact", {"LastName": 5}, "JSON_PARSER_ERROR", None),
        ("Contact", {"LastName": "\ud800x"}, "JSON_PARSER_ERROR", None),
        ("Contact", {"LastName": "x", "Birthdate": "10.12.1815"}, "JSON_PARSER_ERROR", None),
        ("Contact", {"LastName": "x", "Birthdate": "1815-02-30"}, "JSON_PARSER_ERROR", None),
        ("Event", {"StartDateTime": "2026-05-14T09:00:00", "DurationInMinutes": 5}, "JSON_PARSER_ERROR", None),
        ("Task", {"IsReminderSet": "true"}, "JSON_PARSER_ERROR", None),
        ("Task", {"CallDurationInSeconds": "180"}, "JSON_PARSER_ERROR", None),
        ("ContentNote", {"Title": "x", "Content": "no base64"}, "JSON_PARSER_ERROR", None),
        ("Contact", ["LastName"], "JSON_PARSER_ERROR", None),
        ("Contact", b"{", "JSON_PARSER_ERROR", None),
        ("Contact", b'{"LastName": NaN}', "JSON_PARSER_ERROR", None),
        ("User", {"LastName": "x"}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", None),
    ],
)
def test_refused_creates(client: Client, name: str, body: Any, wanted: str, fields: list[str] | None) -> None:
    """Exactly this code, with the fields it is about, and nothing is written."""
    before = len(client.fake.records("Contact")), client.fake.store.copy().tables.keys()
    answer = client("POST", f"/sobjects/{name}", body)
    assert code(answer) == (400, wanted), answer.json()
    if fields is not None:
        assert answer.json()[0]["fields"] == fields
    assert (len(client.fake.records("Contact")), client.fake.store.tables.keys()) == before


def test_the_media_type_counts(client: Client) -> None:
    """A form is no JSON."""
    answer = client("POST", "/sobjects/Contact", b"LastName=x", headers={"content-type": "text/plain"})
    assert code(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", "/sobjects/Contact/003000000000001AAA", (404, "NOT_FOUND")),
        ("PATCH", "/sobjects/Contact/003000000000001AAA", (404, "INVALID_CROSS_REFERENCE_KEY")),
        ("DELETE", "/sobjects/Contact/003000000000001AAA", (404, "INVALID_CROSS_REFERENCE_KEY")),
        ("GET", "/sobjects/Contact/nonsense", (400, "MALFORMED_ID")),
        ("PATCH", "/sobjects/Contact/001000000000001AAA", (400, "MALFORMED_ID")),
        ("GET", "/sobjects/Nowhere/001000000000001AAA", (404, "NOT_FOUND")),
        ("GET", "/sobjects/Contact/LastName/Lee", (404, "NOT_FOUND")),
        ("GET", "/sobjects/Contact/Email/nobody@own.example", (404, "NOT_FOUND")),
        ("GET", "/sobjects/Contact/{mine}?fields=Id,Foo", (400, "INVALID_FIELD")),
        ("PUT", "/sobjects/Contact/{mine}", (405, "METHOD_NOT_ALLOWED")),
    ],
)
def test_refused_paths(client: Client, contact: str, method: str, path: str, wanted: tuple[int, str]) -> None:
    """The status tells a record that never was from one of another kind."""
    body = {"LastName": "x"} if method == "PATCH" else None
    assert code(client(method, path.format(mine=contact), body)) == wanted


def test_updates_are_checked_too(client: Client, contact: str) -> None:
    """Emptying what is required, writing what is create-only."""
    task = client.add("Task", Subject="x")
    for path, body, wanted in (
        (f"Contact/{contact}", {"LastName": None}, "REQUIRED_FIELD_MISSING"),
        (f"Contact/{contact}", {"Email": "x"}, "INVALID_EMAIL_ADDRESS"),
        (f"Task/{task}", {"TaskSubtype": "Call"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        (f"Task/{task}", {"Status": None}, "REQUIRED_FIELD_MISSING"),
    ):
        assert code(client("PATCH", f"/sobjects/{path}", body)) == (400, wanted)
    assert client.read("Contact", contact)["LastName"] == "Lovelace"


def test_upserts_create_or_update(client: Client) -> None:
    """By the external id in the path: 201 or 200, and never a second record."""
    path = "/sobjects/Contact/Customer_Number__c/N%2F1%20a"
    first = client("PATCH", path, {"LastName": "New"})
    assert (first.status, first.json()["created"]) == (201, True)
    second = client("PATCH", path, {"FirstName": "Now"})
    assert (second.status, second.json()) == (200, {**first.json(), "created": False})
    row = client.get(path).json()
    assert (row["Name"], row["Customer_Number__c"]) == ("Now New", "N/1 a")
    client.version = "v45.0"
    assert (client("PATCH", path, {"FirstName": "Old"}).status, client("DELETE", path).status) == (204, 204)


def test_refused_upserts(client: Client) -> None:
    """The key in the body, no key field, nothing to update, more than one match."""
    path = "/sobjects/Contact/Customer_Number__c/N-1"
    assert code(client("PATCH", path, {"LastName": "x", "Customer_Number__c": "N-1"})) == (400, "INVALID_FIELD")
    assert code(client("PATCH", f"{path}?updateOnly=true", {"LastName": "x"})) == (404, "NOT_FOUND")
    assert code(client("PATCH", "/sobjects/Contact/Phone/1", {"LastName": "x"})) == (404, "NOT_FOUND")
    save = {"sforce-duplicate-rule-header": "allowSave=true"}
    ids = [
        client("POST", "/sobjects/Contact", {"LastName": name, "Email": "Both@own.example"}, headers=save).json()["id"]
        for name in ("A", "B")
    ]
    answer = client("PATCH", "/sobjects/Contact/Email/both@own.example", {"LastName": "x"})
    assert answer.status == 300
    assert answer.json() == [f"/services/data/v62.0/sobjects/Contact/{one}" for one in ids]
    assert client.get("/sobjects/Contact/Email/both@own.example").status == 300


def test_unique_fields(client: Client) -> None:
    """Whatever the case; the record that holds the value is named."""
    mine = client.add("Contact", LastName="x", Customer_Number__c="abc")
    answer = client("POST", "/sobjects/Contact", {"LastName": "y", "Customer_Number__c": "ABC"})
    assert code(answer) == (400, "DUPLICATE_VALUE")
    assert mine in answer.json()[0]["message"]
    assert client("PATCH", f"/sobjects/Contact/{mine}", {"Customer_Number__c": "ABC"}).status == 204


def test_relating_by_external_id(client: Client) -> None:
    """A nested object names its record instead of an id."""
    mine = client.add("Contact", LastName="x", Customer_Number__c="rel")
    made = client.add("Case", Subject="s", Contact={"Customer_Number__c": "rel"})
    assert client.read("Case", made)["ContactId"] == mine
    body = {"Subject": "s", "Who": {"Customer_Number__c": "rel"}}
    assert code(client("POST", "/sobjects/Task", body)) == (400, "JSON_PARSER_ERROR")
    body = {"Subject": "s", "Who": {"attributes": {"type": "Contact"}, "Customer_Number__c": "rel"}}
    assert client("POST", "/sobjects/Task", body).status == 201


def test_duplicates_are_detected_across_objects(client: Client, contact: str) -> None:
    """A lead with a contact's e-mail: the body is the vendor's, and saving can be insisted on."""
    body = {"LastName": "Other", "Company": "c", "Email": "ADA@own.example"}
    answer = client("POST", "/sobjects/Lead", body)
    assert code(answer) == (400, "DUPLICATES_DETECTED")
    told = answer.json()[0]["duplicateResut"]
    assert told["allowSave"] is True
    assert told["duplicateRuleEntityType"] == "Lead"
    result = told["matchResults"][0]
    assert (result["entityType"], result["size"]) == ("Contact", 1)
    record = result["matchRecords"][0]["record"]
    assert (record["Id"], set(record)) == (contact, {"attributes", "Id"})
    detailed = {"sforce-duplicate-rule-header": "allowSave=false; includeRecordDetails=true"}
    answer = client("POST", "/sobjects/Lead", body, headers=detailed)
    record = answer.json()[0]["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"]
    assert record["Name"] == "Augusta Lovelace"
    header = {"sforce-duplicate-rule-header": "allowSave=true"}
    assert client("POST", "/sobjects/Lead", body, headers=header).status == 201


def test_duplicate_rules_block_or_rest(make: Make) -> None:
    """allowSave overrides an alert, never a block."""
    header = {"sforce-duplicate-rule-header": "allowSave=true"}
    body = {"LastName": "Twin", "FirstName": "A", "Phone": "(0) 12-345"}
    for reading, plain, insisted in (("alert", 400, 201), ("block", 400, 400), ("off", 201, 201)):
        client = make(duplicate_rules=reading, duplicate_key="duplicateResult")
        client.add("Contact", **{**body, "Phone": "012345"})
        answer = client("POST", "/sobjects/Contact", body)
        assert answer.status == plain
        if plain == 400:
            assert answer.json()[0]["duplicateResult"]["allowSave"] == (reading == "alert")
        assert client("POST", "/sobjects/Contact", body, headers=header).status == insisted


def test_updates_meet_duplicate_rules_only_by_what_they_touch(client: Client, contact: str) -> None:
    """A record that is a duplicate already can still be changed elsewhere."""
    other = client.add("Contact", LastName="Else")
    assert code(client("PATCH", f"/sobjects/Contact/{other}", {"Email": "ada@own.example"}))[1] == "DUPLICATES_DETECTED"
    assert client("PATCH", f"/sobjects/Contact/{other}", {"Title": "Boss"}).status == 204
    assert client("PATCH", f"/sobjects/Contact/{contact}", {"Email": "ada@own.example"}).status == 204


@pytest.mark.fault("X14")
def test_conditional_writes(client: Client, contact: str) -> None:
    """By time to the second for all, by tag for accounts."""
    seen = client.get(f"/sobjects/Contact/{contact}").header("last-modified")
    assert client("GET", f"/sobjects/Contact/{contact}", headers={"if-modified-since": seen}).status == 304
    wait(client.fake, 5)
    path, since = f"/sobjects/Contact/{contact}", {"if-unmodified-since": seen}
    assert client("PATCH", path, {"Title": "a"}, headers=since).status == 204
    assert code(client("PATCH", path, {"Title": "b"}, headers=since)) == (412, "PRECONDITION_FAILED")
    assert client.get(path).header("etag") is None
    account = f"/sobjects/Account/{client.add('Account', Name='Tagged')}"
    tag = client.get(account).header("etag")
    assert client("GET", account, headers={"if-none-match": tag}).status == 304
    assert client("PATCH", account, {"Phone": "1"}, headers={"if-match": tag}).status == 204
    assert client("PATCH", account, {"Phone": "2"}, headers={"if-match": tag}).status == 412
    assert client("PATCH", path, {"Title": "c"}, headers={"if-match": '"other"'}).status == 204


def test_locks_and_validation_rules(client: Client, contact: str) -> None:
    """A row that a transaction holds, a rule of an administrator."""
    client.fake.locked.add(contact)
    path = f"/sobjects/Contact/{contact}"
    assert code(client("PATCH", path, {"Title": "a"})) == (400, "UNABLE_TO_LOCK_ROW")
    client.fake.locked.clear()
    rule = ValidationRule("Contact", "Title", lambda row: "No bosses." if row["Title"] == "Boss" else None)
    client.fake.validation_rules.append(rule)
    answer = client("PATCH", path, {"Title": "Boss"})
    assert code(answer) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert answer.json()[0] == {
        "message": "No bosses.",
        "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "fields": ["Title"],
    }
    assert client("PATCH", path, {"Title": "Clerk"}).status == 204


def test_converted_leads_are_read_only(client: Client) -> None:
    """They stay to be found, with the contact they became."""
    lead = client.add("Lead", LastName="Prospect", Company="P", Phone="+49 30 1")
    made = client.fake.convert_lead(lead)
    row = client.read("Lead", lead)
    assert (row["IsConverted"], row["ConvertedContactId"]) == (True, made)
    assert client.read("Contact", made)["Phone"] == "+49 30 1"
    assert code(client("PATCH", f"/sobjects/Lead/{lead}", {"Title": "x"})) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")


def test_person_accounts(make: Make) -> None:
    """One person, two rows: changed as an account, seen as a contact too."""
    client = make(person_accounts="on")
    types = client.get("/sobjects/Account/describe").json()["recordTypeInfos"]
    person = next(one["recordTypeId"] for one in types if one["name"] == "PersonAccount")
    body = {"FirstName": "Ann", "LastName": "Lee", "RecordTypeId": person, "PersonEmail": "ann@own.example"}
    mine = client.add("Account", **body, PersonMobilePhone="+49 151 1", Direct_Line__pc="7")
    row = client.read("Account", mine)
    assert (row["IsPersonAccount"], row["Name"]) == (True, "Ann Lee")
    hidden = client.rows(
        f"SELECT Id, Email, MobilePhone, Direct_Line__c, IsPersonAccount FROM Contact WHERE AccountId = '{mine}'"
    )
    told = {name: value for name, value in hidden[0].items() if name not in ("attributes", "Id")}
    assert told == {
        "Email": "ann@own.example",
        "MobilePhone": "+49 151 1",
        "Direct_Line__c": "7",
        "IsPersonAccount": True,
    }
    assert hidden[0]["Id"] == row["PersonContactId"]
    assert client("PATCH", f"/sobjects/Account/{mine}", {"PersonMobilePhone": "+49 151 2"}).status == 204
    assert client.read("Contact", hidden[0]["Id"])["MobilePhone"] == "+49 151 2"
    wrong = "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert code(client("PATCH", f"/sobjects/Contact/{hidden[0]['Id']}", {"Phone": "1"})) == (400, wrong)
    assert code(client("PATCH", f"/sobjects/Account/{mine}", {"Name": "x"})) == (400, wrong)
    assert code(client("POST", "/sobjects/Account", {**body, "Name": "x"})) == (400, wrong)
    assert code(client("POST", "/sobjects/Account", {"LastName": "x"})) == (400, wrong)
    assert code(client("POST", "/sobjects/Account", {"RecordTypeId": person})) == (400, "REQUIRED_FIELD_MISSING")
    assert code(client("POST", "/sobjects/Task", {"WhoId": mine})) == (400, "MALFORMED_ID")
    assert client.add("Task", WhoId=hidden[0]["Id"])
    assert client("DELETE", f"/sobjects/Contact/{hidden[0]['Id']}").status == 400
    assert client("DELETE", f"/sobjects/Account/{mine}").status == 204
    assert code(client.get(f"/sobjects/Contact/{hidden[0]['Id']}")) == (404, "ENTITY_IS_DELETED")


def test_what_goes_with_a_record(client: Client) -> None:
    """Activities go with their person, lookups are emptied, cases hold a record back, all or nothing."""
    account = client.add("Account", Name="Whole")
    mine = client.add("Contact", LastName="Part", AccountId=account)
    task = client.add("Task", WhoId=mine)
    other = client.add("Contact", LastName="Reports", ReportsToId=mine)
    made = client.add("Case", ContactId=mine)
    assert code(client("DELETE", f"/sobjects/Account/{account}")) == (400, "DELETE_FAILED")
    assert client.read("Task", task)["WhoId"] == mine
    assert client("DELETE", f"/sobjects/Case/{made}").status == 204
    assert client("DELETE", f"/sobjects/Account/{account}").status == 204
    assert code(client.get(f"/sobjects/Task/{task}")) == (404, "ENTITY_IS_DELETED")
    assert client.read("Contact", other)["ReportsToId"] is None


def test_fields_that_come_later_or_are_hidden(client: Client) -> None:
    """Older records have nothing in a new field; who does not see a field leaves it empty for those who do."""
    old = client.add("Contact", LastName="Old")
    key = Field("Key__c", "string", 20, external_id=True, unique=True, custom=True)
    client.fake.schema.put_field("Contact", key, client.fake.now)
    assert client.read("Contact", old)["Key__c"] is None
    assert client("PATCH", f"/sobjects/Contact/{old}", {"Title": "x"}).status == 204
    first = client("PATCH", "/sobjects/Contact/Key__c/k1", {"LastName": "New"})
    assert first.status == 201
    assert [client.fake.hide("Contact", field, "kim") for field in ("Key__c", "Fax")] == [True, True]
    made = client.add("Contact", LastName="Blind")
    assert code(client("POST", "/sobjects/Contact", {"LastName": "x", "Fax": "1"})) == (400, "INVALID_FIELD")
    client.fake.guard.hidden = set()
    assert client.read("Contact", made, "Key__c", "Fax").items() >= {"Key__c": None, "Fax": None}.items()
    assert client("PATCH", f"/sobjects/Contact/{made}", {"Key__c": "K1"}).status == 400
    assert client("PATCH", f"/sobjects/Contact/{made}", {"Key__c": "k2"}).status == 204


def test_merging_leaves_the_master(client: Client, contact: str) -> None:
    """The loser is deleted and names the winner, to queryAll."""
    other = client.add("Contact", LastName="Loser")
    task = client.add("Task", WhoId=other)
    client.fake.merge("Contact", contact, other)
    assert client.read("Task", task)["WhoId"] == contact
    row = client.rows(f"SELECT MasterRecordId FROM Contact WHERE Id = '{other}'", everything=True)[0]
    assert row["MasterRecordId"] == contact


@given(st.from_regex(r"[A-Za-z0-9]{15}", fullmatch=True))
def test_ids_of_eighteen_survive_any_case(short: str) -> None:
    """The last three characters put the case right."""
    whole = full(short)
    assert whole[:15] == short
    assert canonical(short) == canonical(whole) == canonical(whole.lower()) == canonical(whole.upper()) == whole


def test_the_ids_of_the_contract() -> None:
    """The organisation's id of the contract's example has the right ending."""
    assert canonical("00D5e000001N20Q") == "00D5e000001N20QEAS"
    assert canonical("00D5e000001N20") is canonical("00D5e000001N20Q-AS") is canonical("00D5e000001N20QE9S") is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["LastName", "Email", "Phone", "AccountId", "Account", "Birthdate", "Level__c", "OwnerId", "x"])


@given(
    st.sampled_from(["Contact", "Task", "Event", "Account", "ContentNote"]), st.dictionaries(NAMES, VALUES, max_size=5)
)
def test_any_body_is_taken_or_refused(name: str, body: dict[str, Any]) -> None:
    """No body brings the fake down, and a refusal is an array with a code."""
    answer = _WRITER("POST", f"/sobjects/{name}", body)
    assert answer.status in (201, 400)
    assert answer.status == 201 or code(answer)[1]


_WRITER = signed_in()


def test_a_queue_owns_leads_and_cases_and_no_contact(client: Client, contact: str) -> None:
    """Whoever takes its turn serves who waits there (contract, sections 4 and 7)."""
    lead = client("POST", "/sobjects/Lead", {"LastName": "Lee", "Company": "Acme"}).json()["id"]
    queue = client.fake.hand_over("Lead", lead)
    assert queue is not None
    assert queue[:3] == "00G"
    assert client.read("Lead", lead)["OwnerId"] == queue
    assert client.fake.hand_over("Contact", contact) is None
