"""Every endpoint, with the scope it asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from customer360_testkit.fakes.exchange import Call, Endpoint, WireAnswer
from customer360_testkit.fakes.microsoft365.batch import batch
from customer360_testkit.fakes.microsoft365.calendar import Calendars, Events
from customer360_testkit.fakes.microsoft365.categories import Categories
from customer360_testkit.fakes.microsoft365.contacts import Contacts, Folders
from customer360_testkit.fakes.microsoft365.directory import Directory
from customer360_testkit.fakes.microsoft365.errors import GraphError
from customer360_testkit.fakes.microsoft365.extensions import Extensions
from customer360_testkit.fakes.microsoft365.profile import Profile
from customer360_testkit.fakes.microsoft365.signin import SignIn
from customer360_testkit.fakes.microsoft365.times import stamp
from customer360_testkit.fakes.microsoft365.todo import TaskLists, Tasks
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake

Rows = list[tuple[str, str, str, Endpoint]]
"""Scope without ``.Read``, method, path after the mailbox' owner, endpoint."""
_GENERIC = {400: "invalidRequest", 403: "accessDenied", 404: "itemNotFound", 409: "nameAlreadyExists"}


def routes(fake: Microsoft365Fake) -> Iterable[Route]:
    """All of them, each behind the guard."""
    guarded = fake.guard.guarded
    sign_in = SignIn(
        fake.oauth, fake.switches, fake.cloud_of, lambda: stamp(fake.clock.time()), lambda: fake.sign_in_trouble
    )
    yield Route("GET", "/{tenant}/oauth2/v2.0/authorize", sign_in.authorize)
    yield Route("POST", "/{tenant}/oauth2/v2.0/token", sign_in.token)
    profile = Profile(fake)
    yield Route("GET", "/v1.0/users", guarded(Directory(fake).all))
    yield Route("GET", "/v1.0/me", guarded(profile.me, "User.Read"))
    yield Route("POST", "/v1.0/me/revokeSignInSessions", guarded(profile.revoke, "User.RevokeSessions.All"))
    yield Route("POST", "/v1.0/$batch", guarded(lambda call: batch(fake, call)))
    table = [*_contacts(fake), *_calendars(fake), *_tasks(fake), *_settings(fake, profile)]
    for owner in ("/v1.0/me", "/v1.0/users/{user}"):
        yield Route("GET", f"{owner}/people", guarded(profile.people, "People.Read"))
        for scope, method, path, endpoint in table:
            allowed = [f"{scope}.ReadWrite"] if method != "GET" else [f"{scope}.ReadWrite", f"{scope}.Read"]
            yield Route(method, owner + path, guarded(endpoint, *allowed))


def _contacts(fake: Microsoft365Fake) -> Rows:
    contacts, folders, extensions = Contacts(fake), Folders(fake), Extensions(fake)
    table: Rows = [
        ("Contacts", "POST", "/translateExchangeIds", contacts.translate),
        ("Contacts", "GET", "/contactFolders", folders.folders),
        ("Contacts", "POST", "/contactFolders", folders.create),
        ("Contacts", "GET", "/contactFolders/delta", folders.changes),
        ("Contacts", "GET", "/contactFolders/{folder}", folders.read),
        ("Contacts", "PATCH", "/contactFolders/{folder}", folders.update),
        ("Contacts", "DELETE", "/contactFolders/{folder}", folders.delete),
        ("Contacts", "GET", "/contactFolders/{folder}/childFolders", folders.folders),
        ("Contacts", "POST", "/contactFolders/{folder}/childFolders", folders.create),
    ]
    for base in ("/contacts", "/contactFolders/{folder}/contacts"):
        table += [
            ("Contacts", "GET", base, contacts.all),
            ("Contacts", "POST", base, contacts.create),
            ("Contacts", "GET", base + "/delta", contacts.changes),
            ("Contacts", "GET", base + "/{id}", contacts.read),
            ("Contacts", "PATCH", base + "/{id}", contacts.update),
            ("Contacts", "DELETE", base + "/{id}", contacts.delete),
            ("Contacts", "POST", base + "/{id}/extensions", extensions.create),
            ("Contacts", "GET", base + "/{id}/extensions/{name}", extensions.read),
            ("Contacts", "PATCH", base + "/{id}/extensions/{name}", extensions.update),
            ("Contacts", "DELETE", base + "/{id}/extensions/{name}", extensions.delete),
        ]
    return table


def _calendars(fake: Microsoft365Fake) -> Rows:
    calendars, events = Calendars(fake), Events(fake)
    table: Rows = [
        ("Calendars", "GET", "/calendars", calendars.all),
        ("Calendars", "POST", "/calendars", calendars.create),
        ("Calendars", "GET", "/calendars/{calendar}", calendars.read),
        ("Calendars", "PATCH", "/calendars/{calendar}", calendars.update),
        ("Calendars", "DELETE", "/calendars/{calendar}", calendars.delete),
    ]
    for base in ("", "/calendars/{calendar}"):
        table += [
            ("Calendars", "GET", base + "/events", events.all),
            ("Calendars", "POST", base + "/events", events.create),
            ("Calendars", "GET", base + "/events/{id}", events.read),
            ("Calendars", "PATCH", base + "/events/{id}", events.update),
            ("Calendars", "DELETE", base + "/events/{id}", events.delete),
            ("Calendars", "GET", base + "/calendarView", events.view),
            ("Calendars", "GET", base + "/calendarView/delta", events.changes),
        ]
    return table


def _tasks(fake: Microsoft365Fake) -> Rows:
    lists, tasks = TaskLists(fake), Tasks(fake)
    one = "/todo/lists/{list}/tasks"
    table: Rows = [
        ("Tasks", "GET", "/todo/lists", lists.all),
        ("Tasks", "POST", "/todo/lists", lists.create),
        ("Tasks", "GET", "/todo/lists/{list}", lists.read),
        ("Tasks", "PATCH", "/todo/lists/{list}", lists.update),
        ("Tasks", "DELETE", "/todo/lists/{list}", lists.delete),
        ("Tasks", "GET", one, tasks.all),
        ("Tasks", "POST", one, tasks.create),
        ("Tasks", "GET", one + "/delta", tasks.changes),
        ("Tasks", "GET", one + "/{id}", tasks.read),
        ("Tasks", "PATCH", one + "/{id}", tasks.update),
        ("Tasks", "DELETE", one + "/{id}", tasks.delete),
        ("Tasks", "GET", one + "/{id}/linkedResources", tasks.links),
        ("Tasks", "POST", one + "/{id}/linkedResources", tasks.add_link),
        ("Tasks", "GET", one + "/{id}/linkedResources/{link}", tasks.read_link),
        ("Tasks", "PATCH", one + "/{id}/linkedResources/{link}", tasks.update_link),
        ("Tasks", "DELETE", one + "/{id}/linkedResources/{link}", tasks.delete_link),
    ]
    return [(scope, method, path, _nested(endpoint)) for scope, method, path, endpoint in table]


def _settings(fake: Microsoft365Fake, profile: Profile) -> Rows:
    categories = Categories(fake)
    return [
        ("MailboxSettings", "GET", "/mailboxSettings", profile.settings),
        ("MailboxSettings", "GET", "/outlook/masterCategories", categories.all),
        ("MailboxSettings", "POST", "/outlook/masterCategories", categories.create),
    ]


def _nested(endpoint: Endpoint) -> Endpoint:
    """To Do tells a generic code outside and Exchange's own inside (contract section 9)."""

    def run(call: Call) -> WireAnswer:
        try:
            return endpoint(call)
        except GraphError as wrong:
            if wrong.status in _GENERIC:
                wrong.inner, wrong.code = wrong.inner or wrong.code, _GENERIC[wrong.status]
            raise

    return run
