"""Runs in the judge's own environment: simple-salesforce against the address in argv[1], with the session argv[2] and,
expired, argv[3]. Prints what it was told, as JSON."""
# mypy: ignore-errors
# Its imports are in the environment of the judge only.

import json
import sys
from datetime import UTC, datetime

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_soql
from simple_salesforce.util import call_salesforce

BASE, SESSION, EXPIRED = sys.argv[1:4]


class Plain(HTTPAdapter):
    """The client writes https into every address; the fake speaks http."""

    def send(self, request, **more):
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, **more)


def client(session_id):
    session = requests.Session()
    session.mount("https://", Plain())
    return Salesforce(instance_url=BASE, session_id=session_id, version="62.0", session=session)


def refusal(kind, work):
    try:
        work()
    except kind as wrong:
        content = wrong.content
        return [
            type(wrong).__name__,
            wrong.status,
            content[0]["errorCode"] if isinstance(content[0], dict) else content,
        ]
    return None


sf = client(SESSION)
told = {}

# --- asking
listed = sf.query_all("SELECT Id, Name FROM Contact ORDER BY Id")
told["listed"] = [row["Id"] for row in listed["records"]]
told["total"] = listed["totalSize"]
told["lazy"] = sum(1 for _ in sf.query_all_iter("SELECT Id FROM Contact"))
page = sf.query("SELECT Id, Account.Name FROM Contact WHERE AccountId != null LIMIT 1")
told["parent"] = [page["done"], page["records"][0]["Account"]["attributes"]["type"]]
told["quoted"] = []
for text in ('O\'Brien "the" \\ man', "50%_off\n\r\t", "'; DELETE", "Ünïcødé 花子"):
    made = sf.Contact.create({"LastName": text})["id"]
    found = sf.query(format_soql("SELECT Id FROM Contact WHERE LastName = {}", text.strip()))["records"]
    like = sf.query(format_soql("SELECT Id FROM Contact WHERE LastName LIKE '{:like}%'", text.strip()))["records"]
    told["quoted"].append([[row["Id"] for row in found] == [made], [row["Id"] for row in like] == [made]])
since = datetime(2026, 5, 14, 8, tzinfo=UTC)
told["since"] = sf.query(format_soql("SELECT COUNT() FROM Contact WHERE SystemModstamp > {}", since))["totalSize"]
told["refused query"] = refusal(SalesforceMalformedRequest, lambda: sf.query("SELECT Foo FROM Contact"))
told["searched"] = [
    row["Id"] for row in sf.search("FIND {lovelace} IN NAME FIELDS RETURNING Contact(Id)")["searchRecords"]
]
told["quick"] = len(sf.quick_search("lovelace")["searchRecords"])
told["refused search"] = refusal(SalesforceMalformedRequest, lambda: sf.search("FIND {a} RETURNING Contact"))

# --- what there is
told["objects"] = len(sf.describe()["sobjects"])
told["fields"] = {field["name"]: field["type"] for field in sf.Contact.describe()["fields"]}
told["limits"] = sf.limits()["DailyApiRequests"]
told["usage"] = list(sf.api_usage["api-usage"])

# --- one record
created = sf.Contact.create({"LastName": "Judge", "FirstName": "Ann", "Email": "ann@judge.example"})
told["created"] = created["id"]
told["got"] = sf.Contact.get(created["id"])["Name"]
told["updated"] = sf.Contact.update(created["id"], {"Title": "Boss"})
told["by key"] = sf.Contact.get_by_custom_id("Email", "ann@judge.example")["Title"]
told["upserted"] = [
    sf.Contact.upsert("Customer_Number__c/J-1", {"LastName": "Upsert"}),
    sf.Contact.upsert("Customer_Number__c/J-1", {"FirstName": "Now"}),
]
told["upsert"] = sf.Contact.get_by_custom_id("Customer_Number__c", "J-1")["Name"]
told["task"] = sf.Task.create({"Subject": "Call", "TaskSubtype": "Call", "CallType": "Inbound", "WhoId": created["id"]})
told["required"] = refusal(SalesforceMalformedRequest, lambda: sf.Contact.create({"FirstName": "x"}))
told["duplicate"] = refusal(
    SalesforceMalformedRequest, lambda: sf.Lead.create({"LastName": "x", "Company": "y", "Email": "ann@judge.example"})
)
told["insisted"] = sf.Lead.create(
    {"LastName": "x", "Company": "y", "Email": "ann@judge.example"},
    headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"},
)["success"]
sf.Contact.create(
    {"LastName": "Twin", "Email": "ann@judge.example"}, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"}
)
told["several"] = refusal(
    SalesforceMoreThanOneRecord, lambda: sf.Contact.get_by_custom_id("Email", "ann@judge.example")
)[:2]
start, end = datetime(2026, 5, 14, 8, 30, tzinfo=UTC), datetime(2026, 5, 14, 9, 30, tzinfo=UTC)
told["changed"] = created["id"] in sf.Contact.updated(start, end)["ids"]
told["deleted"] = sf.Contact.delete(created["id"])
told["gone"] = refusal(SalesforceResourceNotFound, lambda: sf.Contact.get(created["id"]))
told["never"] = refusal(SalesforceResourceNotFound, lambda: sf.Contact.delete("003000000000001AAA"))
told["deletions"] = [row["id"] for row in sf.Contact.deleted(start, end)["deletedRecords"]] == [created["id"]]
told["query all"] = sf.query(f"SELECT IsDeleted FROM Contact WHERE Id = '{created['id']}'", include_deleted=True)[
    "totalSize"
]

# --- raw requests through the client
parts = [{"method": "GET", "url": "/services/data/v62.0/limits", "referenceId": "a"}]
told["composite"] = sf.restful("composite", method="POST", json={"compositeRequest": parts})["compositeResponse"][0][
    "httpStatusCode"
]
versions = call_salesforce(url=f"{BASE}/services/data", method="GET", session=sf.session, headers={}).json()
told["versions"] = versions[-1]["version"]
told["expired"] = refusal(SalesforceExpiredSession, lambda: client(EXPIRED).Contact.describe())

print(json.dumps(told))
