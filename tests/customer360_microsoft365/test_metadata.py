"""Who is signed in, resources, fields, what is declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from customer360.core import errors as e
from customer360.core.activities import TaskDraft
from customer360.core.capabilities import Capability, PhoneSearch, Repeat
from customer360.core.connector import Connector
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactKind, RecordRef, RelatedKind
from customer360.core.wire import Response
from customer360.plugins import installed

KIM = {"id": "U1", "displayName": "Kim", "mail": None, "userPrincipalName": "kim@x.com"}
LISTS = ({"id": "L0", "wellknownListName": "flaggedEmails"}, {"id": "L1", "wellknownListName": "defaultList"})
CALENDARS = (
    {"id": "C0", "name": "Customer calls", "canEdit": False},
    {"id": "C9", "name": "Customer calls", "canEdit": True, "canShare": False},
    {"id": "C1", "name": "Customer calls", "canEdit": True, "canShare": True},
)


def test_identity(graph: Any, reply: Callable[..., Response], rows: Callable[..., Response]) -> None:
    """The user, and the ids of the default list, the default folder and a calendar for calls of one's own."""
    contacts = rows({"id": "A", "parentFolderId": "F1"})
    identity = graph.run(
        graph.connector.identify(graph.facts), reply(KIM), rows(*LISTS), rows(*CALENDARS), contacts, rows()
    )
    assert (identity.user, identity.email) == (RecordRef("microsoft365", "user", "U1"), "kim@x.com")
    assert identity.extra == {
        "todo_list": "L1",
        "call_calendar": "C1",
        "contact_folder": "F1",
        "task_filter": "yes",
    }
    assert all(request.method == "GET" for request in graph.asked)


def test_only_the_user_is_essential(
    graph: Any, reply: Callable[..., Response], refusal: Callable[..., Response]
) -> None:
    """What was not granted is left out; who it is must be told."""
    denied = refusal(403, "ErrorAccessDenied")
    identity = graph.run(graph.connector.identify(graph.facts), reply(KIM), denied, denied, denied)
    assert identity.extra == {}
    with pytest.raises(e.CrmUnavailable):
        graph.run(graph.connector.identify(graph.facts), Response(503), denied, denied, denied)
    with pytest.raises(e.UnexpectedAnswer):
        graph.run(graph.connector.identify(graph.facts), reply({"x": 1}), denied, denied, denied)


@pytest.mark.parametrize(
    ("told", "zone"),
    [("W. Europe Standard Time", "Europe/Berlin"), ("Asia/Tokyo", "Asia/Tokyo"), ("UTC", "UTC"), ("Mars Time", None)],
)
def test_the_users_zone_where_it_may_be_read(
    graph: Any, reply: Callable[..., Response], refusal: Callable[..., Response], told: str, zone: str | None
) -> None:
    """By its IANA name, whatever the mailbox calls it."""
    graph.facts = attrs.evolve(graph.facts, settings={"mailbox_settings": "yes"})
    denied = refusal(403, "ErrorAccessDenied")
    op = graph.connector.identify(graph.facts)
    identity = graph.run(op, reply(KIM), denied, denied, denied, reply({"timeZone": told}))
    assert identity.zone == zone


@pytest.mark.feature("F115")
def test_folders_within_folders(graph: Any, rows: Callable[..., Response]) -> None:
    """Every folder but the default one is a resource, however deep; all are private."""
    graph.facts = attrs.evolve(graph.facts, extra={"contact_folder": "F0"})
    found = graph.run(
        graph.connector.list_resources(graph.facts),
        rows({"id": "F0", "displayName": "Contacts"}, {"id": "F1", "displayName": "Clients"}),
        rows(),
        rows({"id": "F2", "displayName": "Old"}),
        rows(),
    )
    names = [resource.name for resource in found]
    assert names == ["contact", "contactFolder/F1", "contactFolder/F2", "personalNotes", "todoTask", "call", "event"]
    assert graph.last.path == "/me/contactFolders/F2/childFolders"
    assert all(resource.private for resource in found)


def test_fields_have_labels_and_say_what_can_be_written(graph: Any) -> None:
    """By our own table, without a request; every field that a resource names is in it."""
    for resource in graph.connector.resources(attrs.evolve(graph.facts, settings={"people": "yes"})):
        schema = graph.run(graph.connector.describe(graph.facts, resource.name))
        named = {*resource.standard.values(), *resource.phones, *resource.emails}
        assert named <= {field.name for field in schema.fields}, resource.name
        assert all(field.label for field in schema.fields)
    contact = graph.run(graph.connector.describe(graph.facts, "contactFolder/F1"))
    assert not contact.field("createdDateTime").editable
    assert contact.field("displayName").searchable
    assert not contact.field("mobilePhone").searchable
    with pytest.raises(e.Unsupported):
        graph.run(graph.connector.describe(graph.facts, "nonsense"))


@pytest.mark.feature("F095")
def test_capabilities_follow_scopes_and_cloud(graph: Any) -> None:
    """Whatever cannot be done says why."""
    connector, facts = graph.connector, graph.facts
    best = connector.capabilities(facts)
    for capability in Capability:
        assert best[capability].can or best[capability].reason
    assert not best[Capability.SEARCH_PHONE].can
    assert connector.phone_search(facts) is PhoneSearch.NONE
    poor = connector.capabilities(attrs.evolve(facts, scopes=frozenset({"Contacts.ReadWrite"})))
    assert not poor[Capability.RELATED_TASKS].can
    assert "Calendars.ReadWrite" in poor[Capability.CREATE_CALL].reason
    china = connector.capabilities(attrs.evolve(facts, settings={"cloud": "china"}))
    assert not china[Capability.DELTA].can
    assert not china[Capability.RELATED_TASKS].can
    assert china[Capability.CREATE_TASK].can


def test_how_creates_are_recognised(graph: Any) -> None:
    """Natively, by key, and in China not at all for tasks."""
    made = graph.connector.creates(graph.facts)
    assert {kind: each.repeat for kind, each in made.items()} == {
        RelatedKind.NOTE: Repeat.NATIVE,
        RelatedKind.CALL: Repeat.NATIVE,
        RelatedKind.EVENT: Repeat.NATIVE,
        RelatedKind.TASK: Repeat.FINDABLE,
        ContactKind.CONTACT: Repeat.FINDABLE,
    }
    china = attrs.evolve(graph.facts, settings={"cloud": "china"})
    assert graph.connector.creates(china)[RelatedKind.TASK].repeat is Repeat.BLIND


def test_china_has_no_links(graph: Any, reply: Callable[..., Response]) -> None:
    """A task is written without any; it is never looked for."""
    graph.facts = attrs.evolve(graph.facts, settings={"cloud": "china"})
    draft = TaskDraft(contact=RecordRef("microsoft365", "contact", "A"), key="k")
    graph.run(graph.connector.create_activity(graph.facts, draft), reply({"id": "A"}), reply({"id": "T1"}, 201))
    assert "linkedResources" not in graph.last.json


def test_the_plugin_is_found_by_its_entry_point() -> None:
    """And brings this one connector."""
    found = installed().connectors["microsoft365"]
    assert isinstance(found, Connector)
    assert found.record_url(LinkFacts(crm="microsoft365"), RecordRef("microsoft365", "contact", "A")) is None
