"""Who is signed in, objects, fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from customer360.core import errors as e
from customer360.core.linking import LinkFacts
from customer360.core.metadata import Choice, FieldType
from customer360.core.records import RecordRef
from customer360.core.wire import Response

USERINFO = {
    "user_id": "0055e000003E8abAAC",
    "organization_id": "00D5e000001N20QEAS",
    "name": "Rose Agent",
    "email": "rose@x.org",
    "zoneinfo": "Europe/Berlin",
}
TIMES = [{"name": name, "type": "datetime"} for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp")]


def field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    usual = {"label": name, "createable": True, "updateable": True, "nillable": True, "defaultedOnCreate": False}
    return {"name": name, "type": kind, "filterable": True, **usual, **more}


def described(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": name,
        "labelPlural": f"{name}s",
        "searchable": True,
        "fields": [*fields, *TIMES],
        **more,
    }


def sobject(name: str, **more: Any) -> dict[str, Any]:
    usual = dict.fromkeys(("queryable", "createable", "updateable", "layoutable"), True)
    return {"name": name, "labelPlural": f"The {name}s", "custom": name.endswith("__c"), **usual, **more}


CONTACT = described(
    "Contact", field("Name"), field("Phone", "phone"), field("Second__c", "phone"), field("Email", "email")
)
LEAD = described("Lead", field("Name"), field("IsConverted", "boolean"))
PERSONS = described("Account", field("Name"), field("IsPersonAccount", "boolean"), field("PersonEmail", "email"))
ABSENT = (404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}])


def test_who_is_signed_in(sf: Any, reply: Callable[..., Response], batched: Any, listing: Any) -> None:
    """Two requests; what later ones are built from is kept: columns, custom phones, rights, the instance's name."""
    sobjects = {"sobjects": [sobject("Contact"), sobject("Task", updateable=False), sobject("Zebra__c")]}
    owner = listing({"Name": "Acme", "InstanceName": "DEU12"})
    answer = batched(sobjects, owner, CONTACT, LEAD, PERSONS)
    who = sf.run(sf.connector.identify(sf.facts), reply(USERINFO), answer)
    assert [request.path for request in sf.asked] == [
        "https://acme.my.salesforce.com/services/oauth2/userinfo",
        "/composite/batch",
    ]
    assert (who.user, who.zone, who.organisation) == (
        RecordRef("salesforce", "User", "0055e000003E8abAAC"),
        "Europe/Berlin",
        "Acme",
    )
    assert who.extra["objects"] == "Contact:cu,Task:c"
    facts = attrs.evolve(sf.facts, extra={**sf.facts.extra, **who.extra})
    contact = next(each for each in sf.connector.resources(facts) if each.name == "Contact")
    assert contact.phones == ("Phone", "Second__c")
    assert "FirstName" not in contact.standard.values()
    assert [each.name for each in sf.connector.resources(facts)] == ["Contact", "Task", "Call"]
    assert sf.connector.in_emea(facts)
    assert "Rose" not in repr(who)


def test_sign_in_without_the_rights_to_look_around(sf: Any, reply: Callable[..., Response], batched: Any) -> None:
    """What cannot be read is a help only."""
    who = sf.run(
        sf.connector.identify(sf.facts), reply(USERINFO), batched({"sobjects": []}, ABSENT, ABSENT, ABSENT, ABSENT)
    )
    assert who.user.id == USERINFO["user_id"]
    assert who.organisation is None


@pytest.mark.fault("X12")
def test_a_description_that_failed_is_no_missing_right(sf: Any, reply: Callable[..., Response], batched: Any) -> None:
    """The object would be gone from every list for as long as the link."""
    failed = (400, [{"errorCode": "UNKNOWN_EXCEPTION", "message": "An unexpected error occurred."}])
    with pytest.raises(e.UnexpectedAnswer):
        sf.run(sf.connector.identify(sf.facts), reply(USERINFO), batched({"sobjects": []}, *[failed] * 4))
    with pytest.raises(e.UnexpectedAnswer):
        sf.run(sf.connector.list_resources(sf.facts), reply({"sobjects": [sobject("Caller__c")]}), batched(failed))


def test_a_spent_quota_is_no_missing_right(sf: Any, reply: Callable[..., Response]) -> None:
    """The whole request fails with it."""
    spent = reply([{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}], 403)
    with pytest.raises(e.QuotaExceeded):
        sf.run(sf.connector.identify(sf.facts), reply(USERINFO), spent)


@pytest.mark.promise("R3")
def test_where_the_external_id_field_is(sf: Any, reply: Callable[..., Response], batched: Any, listing: Any) -> None:
    """Only an object of which it is an external id counts."""
    facts = attrs.evolve(sf.facts, settings={"key_field": "Key__c"})
    key = field("Key__c", externalId=True)
    parts: list[Any] = [described("Contact", key), described("Lead", field("Key__c")), described("Account")]
    parts += [described("Task", key), described("Event"), ABSENT]
    who = sf.run(
        sf.connector.identify(facts), reply(USERINFO), batched({"sobjects": [sobject("Task")]}, listing(), *parts)
    )
    assert who.extra["keyed:Key__c"] == "Contact,Task"


@pytest.mark.feature("F115")
def test_all_resources(sf: Any, reply: Callable[..., Response], batched: Any) -> None:
    """The usual ones by their own labels, custom objects with a phone field, hidden ones left out."""
    listed = [sobject(name) for name in ("Contact", "Lead", "Account", "Task", "Case", "ContentNote")]
    listed += [sobject("Caller__c"), sobject("Zebra__c"), sobject("Setting__c", customSetting=True)]
    caller = described("Caller__c", field("Name"), field("Line__c", "phone"))
    resources = sf.run(
        sf.connector.list_resources(sf.facts),
        reply({"sobjects": listed}),
        batched(caller, described("Zebra__c", field("Name"))),
    )
    assert [(each.name, each.label) for each in resources] == [
        ("Contact", "The Contacts"),
        ("Lead", "The Leads"),
        ("Account", "The Accounts"),
        ("Caller__c", "Caller__cs"),
        ("ContentNote", "The ContentNotes"),
        ("Task", "The Tasks"),
        ("Call", "Calls"),
        ("Case", "The Cases"),
    ]
    assert resources[3].phones == ("Line__c",)


def test_organisations_without_enhanced_notes(sf: Any, facts: LinkFacts) -> None:
    """The classic ones serve."""
    given = attrs.evolve(facts, extra={**facts.extra, "objects": "Contact:cu,Note:cu"})
    assert [each.name for each in sf.connector.resources(given)] == ["Contact", "Note"]


@pytest.mark.feature("F012")
def test_fields(sf: Any, reply: Callable[..., Response]) -> None:
    """Required on create, read-only, create-only, choices in use, references: as the vendor's rules say."""
    entries = [
        {"active": True, "label": "Web!", "value": "Web"},
        {"active": False, "label": "Old", "value": "Old"},
    ]
    body = described(
        "Contact",
        field("LastName", nillable=False, length=80),
        field("OwnerId", "reference", nillable=False, defaultedOnCreate=True, referenceTo=["Group", "User"]),
        field("Name", createable=False, updateable=False, nillable=False),
        field("TaskSubtype", "picklist", updateable=False, picklistValues=entries),
        field("Description", "textarea", filterable=False),
        field("X__c", "double", custom=True),
        field("MailingAddress", "address"),
    )
    schema = sf.run(sf.connector.describe(sf.facts, "Contact"), reply(body))
    assert sf.last.path == "/sobjects/Contact/describe"
    fields = {each.name: each for each in schema.fields}
    assert [name for name, each in fields.items() if each.required] == ["LastName"]
    assert fields["LastName"].max_length == 80
    assert fields["OwnerId"].refers_to == ("Group", "User")
    assert (fields["Name"].creatable, fields["Name"].editable) == (False, False)
    assert (fields["TaskSubtype"].creatable, fields["TaskSubtype"].editable) == (True, False)
    assert fields["TaskSubtype"].choices == (Choice("Web", "Web!"),)
    assert (fields["Description"].type, fields["Description"].searchable) == (FieldType.LONG_TEXT, False)
    assert (fields["X__c"].type, fields["X__c"].custom) == (FieldType.NUMBER, True)
    assert fields["MailingAddress"].type is FieldType.STRUCTURE


@pytest.mark.parametrize("name", ["Contact/../Lead", "a b", ""])
def test_what_is_no_object(sf: Any, name: str) -> None:
    """It never becomes a path."""
    with pytest.raises(e.Unsupported):
        sf.run(sf.connector.describe(sf.facts, name))


@pytest.mark.parametrize("body", [[], {}, {"user_id": 7}])
def test_an_identity_without_a_user(sf: Any, reply: Callable[..., Response], batched: Any, body: Any) -> None:
    """It is not taken for one."""
    with pytest.raises(e.UnexpectedAnswer):
        sf.run(sf.connector.identify(sf.facts), reply(body), batched({"sobjects": []}, *[ABSENT] * 4))
