"""Runs in the judge's own environment: msgraph-sdk against the address in argv[1], with the token in argv[2]."""
# mypy: ignore-errors
# Its imports are in the environment of the judge only.

import asyncio
import sys

from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.calendar import Calendar
from msgraph.generated.models.calendar_color import CalendarColor
from msgraph.generated.models.contact import Contact
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.linked_resource import LinkedResource
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.single_value_legacy_extended_property import SingleValueLegacyExtendedProperty
from msgraph.generated.models.todo_task import TodoTask
from msgraph.generated.users.item.calendars.item.events.events_request_builder import EventsRequestBuilder
from msgraph.generated.users.item.contacts.contacts_request_builder import ContactsRequestBuilder

TAG = "String {5d1c7c1e-2f0b-4a57-9a66-0c3600c36001} Name c360Contact"
BASE, TOKEN = sys.argv[1:3]


class Token(AccessTokenProvider):
    async def get_authorization_token(self, uri, additional_authentication_context=None):
        return TOKEN

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([])


async def refused(awaitable):
    try:
        await awaitable
    except ODataError as error:
        return error.response_status_code, error.error.code
    raise AssertionError("nothing was refused")


async def main():
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token()))
    adapter.base_url = BASE + "/v1.0"
    client = GraphServiceClient(request_adapter=adapter)
    assert (await client.me.get()).mail == "kim@contoso.example"
    page, seen = await client.me.contacts.get(), []
    while True:
        seen += [one.id for one in page.value]
        if not page.odata_next_link:
            break
        page = await client.me.contacts.with_url(page.odata_next_link).get()
    assert len(seen) == len(set(seen)) == int(sys.argv[3]), len(seen)
    email = EmailAddress(address="ann@judge.example", name="Ann")
    made = await client.me.contacts.post(Contact(given_name="Ann", surname="Lee", email_addresses=[email]))
    assert made.display_name == "Ann Lee"
    item = client.me.contacts.by_contact_id(made.id)
    assert (await item.patch(Contact(job_title="CFO"))).job_title == "CFO"
    assert (await item.get()).email_addresses[0].address == "ann@judge.example"
    parameters = ContactsRequestBuilder.ContactsRequestBuilderGetQueryParameters
    by_email = parameters(filter="emailAddresses/any(a:a/address eq 'ann@judge.example')")
    found = await client.me.contacts.get(RequestConfiguration(query_parameters=by_email))
    assert [one.id for one in found.value] == [made.id]
    by_phone = parameters(filter="businessPhones/any(p:p eq '1')")
    answer = await refused(client.me.contacts.get(RequestConfiguration(query_parameters=by_phone)))
    assert answer == (400, "ErrorInvalidUrlQueryFilter"), answer
    delta = await client.me.contacts.delta.get()
    while delta.odata_next_link:
        delta = await client.me.contacts.delta.with_url(delta.odata_next_link).get()
    await item.delete()
    gone = await client.me.contacts.delta.with_url(delta.odata_delta_link).get()
    assert [one.id for one in gone.value] == [made.id]
    assert await refused(item.get()) == (404, "ErrorItemNotFound")
    lists = await client.me.todo.lists.get()
    link = LinkedResource(application_name="judge", external_id="c-1")
    tasks = client.me.todo.lists.by_todo_task_list_id(lists.value[0].id).tasks
    task = await tasks.post(TodoTask(title="Call", linked_resources=[link]))
    assert task.linked_resources[0].external_id == "c-1"
    start = DateTimeTimeZone(date_time="2026-05-21T15:04:00", time_zone="UTC")
    event = Event(subject="Call", start=start, end=start, transaction_id="t-1")
    assert (await client.me.events.post(event)).transaction_id == "t-1"
    event = Event(subject="Call", start=start, end=start, transaction_id="t-1")
    assert await refused(client.me.events.post(event)) == (400, "ErrorDuplicateTransactionId")
    calls = await client.me.calendars.post(Calendar(name="Customer calls", color=CalendarColor.LightBlue))
    assert calls.can_edit
    assert not calls.is_default_calendar
    calendar = client.me.calendars.by_calendar_id(calls.id)
    assert await refused(client.me.calendars.post(Calendar(name="Customer calls"))) == (409, "ErrorFolderExists")
    tag = SingleValueLegacyExtendedProperty(id=TAG, value="c-1")
    logged = await calendar.events.post(
        Event(subject="Logged", start=start, end=start, single_value_extended_properties=[tag])
    )
    by_tag = f"singleValueExtendedProperties/Any(ep: ep/id eq '{TAG}' and ep/value eq 'c-1')"
    expand = [f"singleValueExtendedProperties($filter=id eq '{TAG}')"]
    query = EventsRequestBuilder.EventsRequestBuilderGetQueryParameters(filter=by_tag, expand=expand)
    found = await calendar.events.get(RequestConfiguration(query_parameters=query))
    assert [one.id for one in found.value] == [logged.id]
    assert found.value[0].single_value_extended_properties[0].value == "c-1"
    await calendar.delete()
    links = tasks.by_todo_task_id(task.id).linked_resources
    linked = links.by_linked_resource_id(task.linked_resources[0].id)
    assert (await linked.patch(LinkedResource(external_id="c-2"))).external_id == "c-2"
    assert (await linked.get()).external_id == "c-2"
    outer = await refused(client.me.todo.lists.by_todo_task_list_id("x").get())
    assert outer == (400, "invalidRequest"), outer
    print("judged")


asyncio.run(main())
