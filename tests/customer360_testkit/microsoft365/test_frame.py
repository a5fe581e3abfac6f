"""What simulators, judges and other tests ask the fake for."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake
from customer360_testkit.fakes.registry import fake_named
from customer360_testkit.fakes.serving import serve

MOMENT = {"dateTime": "2026-05-21T15:04:00", "timeZone": "UTC"}


def test_what_an_administrator_supplies() -> None:
    """The settings of a link, what can be counted, and that phones need an index."""
    fake = Microsoft365Fake()
    assert set(fake.link_settings) == {"cloud", "directory"}
    assert fake.needs_index
    assert fake_named("microsoft365") is Microsoft365Fake
    assert {module: bool(fake.records(module)) for module in fake.modules} == {
        "contacts": True, "contactFolders": True, "events": False, "calendars": True, "tasks": False, "lists": True,
    }  # fmt: skip


def test_customers_of_a_user_are_what_the_mailbox_holds(make: Any) -> None:
    """Exactly those members of the cast, with their numbers as spelled; some are in both mailboxes, none in neither."""
    kim = make()
    lee = type(kim)(kim.fake, kim.fake.oauth.issue("lee", ["Contacts.Read"]).access_token)
    for login, client in (("kim", kim), ("lee", lee)):
        rows = client("GET", "/me/contacts?$top=999").json()["value"]
        held = [[*row["businessPhones"], *row["homePhones"], *filter(None, [row["mobilePhone"]])] for row in rows]
        members = kim.fake.customers_of(login)
        assert sorted(map(sorted, held)) == sorted(sorted(phone.spelled for phone in one.phones) for one in members)
        assert sorted(row["displayName"] for row in rows) == sorted(one.name for one in members)
    numbers = [{one.number for one in kim.fake.customers_of(login)} for login in ("kim", "lee")]
    assert numbers[0] & numbers[1]
    assert numbers[0] | numbers[1] == {one.number for one in kim.fake.cast}


def test_a_note_is_counted_wherever_it_stands(client: Any) -> None:
    """In a contact, an open extension, a task, a link, an event and a tag; once deleted it no longer counts."""

    def count() -> int:
        return int(client.fake.count_holding('wörd "quoted"\n'))

    note = 'About: wörd "quoted"\ntoday'
    contact = "/me/contacts/" + client("POST", "/me/contacts", {"personalNotes": note}).json()["id"]
    assert count() == 1
    tasks = f"/me/todo/lists/{client('GET', '/me/todo/lists').json()['value'][0]['id']}/tasks"
    client("POST", tasks, {"title": "T", "body": {"content": note, "contentType": "text"}})
    client("POST", tasks, {"title": "T", "linkedResources": [{"externalId": note}]})
    assert count() == 3
    tag = {"id": "String {5d1c7c1e-2f0b-4a57-9a66-0c3600c36001} Name c360Outcome", "value": note}
    client("POST", "/me/events", {"start": MOMENT, "end": MOMENT, "body": {"content": note, "contentType": "text"}})
    client("POST", "/me/events", {"start": MOMENT, "end": MOMENT, "singleValueExtendedProperties": [tag]})
    assert count() == 5
    client("DELETE", contact)
    assert count() == 4


def test_a_reset_is_a_fresh_fake(client: Any) -> None:
    """Records, grants, challenges, states and limits are as at the start, with the same ids."""
    fake = client.fake
    before = {module: fake.records(module) for module in fake.modules}
    client("POST", "/me/contacts", {"givenName": "New"})
    fake.challenge("kim", "{}")
    fake.mailbox_state["lee"] = "missing"
    fake.reset()
    assert {module: fake.records(module) for module in fake.modules} == before
    assert client("GET", "/me").status == 401
    token = fake.oauth.issue("kim", ["User.Read"]).access_token
    assert type(client)(fake, token)("GET", "/me").status == 200


def test_two_fakes_of_one_seed_answer_alike(make: Any) -> None:
    """The same requests get the same bytes."""
    answers = []
    for client in (make(), make()):
        client("POST", "/me/contacts", {"givenName": "A"})
        batch = {"requests": [{"id": str(n), "method": "GET", "url": "/me/contacts?$top=3"} for n in range(4)]}
        answers.append([client("GET", "/me/contacts?$top=99").content, client("POST", "/$batch", batch).content])
    assert answers[0] == answers[1]


def test_over_http_the_links_lead_back(make: Any) -> None:
    """On loopback the pages link to where they came from; sign-in and Graph share the host."""
    fake = make().fake
    with serve(fake) as served:
        fake.public_base = served.url
        url, seen = f"{served.url}/v1.0/me/contacts?$top=50", 0
        token = fake.oauth.issue("kim", ["Contacts.Read"]).access_token
        while url:
            request = Request(url, headers={"Authorization": f"Bearer {token}"})
            with urlopen(request, timeout=10) as answer:
                page = json.load(answer)
            seen += len(page["value"])
            url = page.get("@odata.nextLink", "")
            assert not url or url.startswith(f"{served.url}/v1.0/me/contacts?")
    assert seen == len(fake.customers_of("kim"))
