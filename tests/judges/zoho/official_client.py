"""Runs in the judge's own environment: zohocrmsdk8-0 against the address in argv[1], as client argv[2], secret argv[3],
with the refresh token argv[4] and a directory of its own argv[5]. Prints what it was told, as JSON."""
# mypy: ignore-errors
# Its imports are in the environment of the judge only.

import datetime
import json
import sys

from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.crm.api import ParameterMap, coql, fields, notes, org, related_records, users
from zohocrmsdk.src.com.zoho.crm.api import record as records
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.modules import MinifiedModule
from zohocrmsdk.src.com.zoho.crm.api.record import Field, Record, RecordOperations
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.util import Choice

BASE, CLIENT, SECRET, REFRESH, HOME = sys.argv[1:6]
environment = DataCenter.Environment(BASE, BASE + "/oauth/v2/token", BASE)
environment.name = "local"
token = OAuthToken(client_id=CLIENT, client_secret=SECRET, refresh_token=REFRESH)
Initializer.initialize(environment=environment, token=token, sdk_config=SDKConfig(), resource_path=HOME)
told = {}


def parameters(*pairs):
    found = ParameterMap()
    for name, value in pairs:
        found.add(name, value)
    return found


def contents(answer, kind):
    body = answer.get_object()
    assert type(body).__name__ == kind, (answer.get_status_code(), type(body), vars(body) if body else None)
    return body


def wrapper(module, *items):
    body = module.BodyWrapper()
    body.set_data(list(items))
    return body


def by(kind, value):
    asked = parameters((getattr(records.SearchRecordsParam, kind), value))
    asked.add(records.SearchRecordsParam.fields, "Last_Name,Email,Phone")
    return RecordOperations("Contacts").search_records(asked)


current = users.UsersOperations().get_users(parameters((users.GetUsersParam.type, "CurrentUser")))
told["user"] = contents(current, "ResponseWrapper").get_users()[0].get_full_name()
told["org"] = contents(org.OrgOperations().get_organization(), "ResponseWrapper").get_org()[0].get_company_name()
described = fields.FieldsOperations().get_fields(parameters((fields.GetFieldsParam.module, "Contacts")))
told["fields"] = {
    one.get_api_name(): one.get_data_type() for one in contents(described, "ResponseWrapper").get_fields()
}

# Pages of a list, to its end.
contacts, ids, page = RecordOperations("Contacts"), [], 1
while True:
    asked = parameters(
        (records.GetRecordsParam.fields, "Last_Name,Owner,Account_Name,Modified_Time"),
        (records.GetRecordsParam.per_page, 50),
        (records.GetRecordsParam.page, page),
    )
    listed = contents(contacts.get_records(asked), "ResponseWrapper")
    ids += [str(one.get_id()) for one in listed.get_data()]
    if not listed.get_info().get_more_records():
        break
    page += 1
told["listed"] = ids

# Create, read back, change, and a refusal with its details.
fresh = Record()
fresh.add_field_value(Field.Contacts.last_name(), "Judge")
fresh.add_field_value(Field.Contacts.first_name(), "Ann")
fresh.add_field_value(Field.Contacts.email(), "ann@judge.example")
fresh.add_field_value(Field.Contacts.phone(), "+44 20 7946 0777")
fresh.add_field_value(Field.Contacts.lead_source(), Choice("Advertisement"))
made = contents(contacts.create_records(wrapper(records, fresh)), "ActionWrapper").get_data()[0]
assert type(made).__name__ == "SuccessResponse", vars(made)
told["created"] = made_id = str(made.get_details()["id"])
got = contents(contacts.get_record(int(made_id)), "ResponseWrapper").get_data()[0]
told["got"] = [got.get_key_value("Full_Name"), got.get_key_value("Lead_Source").get_value()]
assert isinstance(got.get_key_value("Created_Time"), datetime.datetime)
changed = Record()
changed.add_field_value(Field.Contacts.title(), "Judge of fakes")
update = contents(contacts.update_record(int(made_id), wrapper(records, changed)), "ActionWrapper").get_data()[0]
told["updated"] = update.get_code().get_value()
nameless = Record()
nameless.add_field_value(Field.Contacts.first_name(), "Ann")
try:
    refusal = contents(contacts.create_records(wrapper(records, nameless)), "ActionWrapper").get_data()[0]
    told["refused"] = [type(refusal).__name__, refusal.get_code().get_value(), refusal.get_details()["api_name"]]
except Exception as wrong:  # the SDK may refuse by itself
    told["refused"] = repr(wrong)

# Search: what was just written is not in the index yet.
told["too early"] = by("email", "ann@judge.example").get_status_code()
seen = contents(by("criteria", "(Last_Name:starts_with:O'Br)"), "ResponseWrapper").get_data()
told["found"] = [one.get_key_value("Last_Name") for one in seen]

# COQL sees it at once.
query = coql.BodyWrapper()
query.set_select_query("select Last_Name, Phone from Contacts where Email = 'ann@judge.example'")
answered = contents(coql.CoqlOperations().get_records(query), "ResponseWrapper")
told["coql"] = [str(one.get_id()) for one in answered.get_data()]
query.set_select_query("select Last_Name from Contacts")
told["coql refused"] = contents(coql.CoqlOperations().get_records(query), "APIException").get_code().get_value()

# Notes below the record, and its related list.
note = notes.Note()
note.set_note_title("Wrap-up")
note.set_note_content("Called about a fake")
parent = notes.ParentId() if hasattr(notes, "ParentId") else Record()
parent.set_id(int(made_id))
place = MinifiedModule()
place.set_api_name("Contacts")
parent.set_module(place)
note.set_parent_id(parent)
noted = contents(notes.NotesOperations().create_notes(wrapper(notes, note)), "ActionWrapper").get_data()[0]
told["noted"] = noted.get_code().get_value()
lists = related_records.RelatedRecordsOperations("Notes", "Contacts")
asked = parameters((related_records.GetRelatedRecordsParam.fields, "Note_Title,Note_Content"))
below = contents(lists.get_related_records(int(made_id), asked), "ResponseWrapper").get_data()
told["notes"] = [one.get_key_value("Note_Content") for one in below]

call = Record()
call.add_field_value(Field.Calls.subject(), "Inbound call")
call.add_field_value(Field.Calls.call_type(), Choice("Inbound"))
call.add_field_value(Field.Calls.call_start_time(), datetime.datetime(2026, 5, 14, 10, 0, tzinfo=datetime.UTC))
call.add_field_value(Field.Calls.call_duration(), "03:25")
who = Record()
who.set_id(int(made_id))
call.add_key_value("Who_Id", who)
calls = RecordOperations("Calls")
logged = contents(calls.create_records(wrapper(records, call)), "ActionWrapper").get_data()[0]
heard = contents(calls.get_record(int(logged.get_details()["id"])), "ResponseWrapper").get_data()[0]
told["called"] = [
    heard.get_key_value("Call_Duration_in_seconds"),
    str(heard.get_key_value("Who_Id").get_id()),
    heard.get_key_value("Call_Start_Time").timestamp(),
]
history = related_records.RelatedRecordsOperations("Calls", "Contacts")
asked = parameters((related_records.GetRelatedRecordsParam.fields, "Subject"))
told["open calls"] = history.get_related_records(int(made_id), asked).get_status_code()

# The same person again is found by e-mail, and deleted in the end.
again = Record()
again.add_field_value(Field.Contacts.last_name(), "Judge-Smith")
again.add_field_value(Field.Contacts.email(), "ann@judge.example")
body = wrapper(records, again)
body.set_duplicate_check_fields(["Email"])
merged = contents(contacts.upsert_records(body), "ActionWrapper").get_data()[0]
told["upserted"] = [merged.get_action().get_value(), str(merged.get_details()["id"])]
gone = contents(contacts.delete_record(int(made_id)), "ActionWrapper").get_data()[0]
told["deleted"] = gone.get_code().get_value()
told["read after"] = contacts.get_record(int(made_id)).get_status_code()

print(json.dumps(told))
