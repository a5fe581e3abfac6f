"""The fake itself: its mailboxes, who may do what, limits, and every endpoint."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import attrs

from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.fakes.exchange import Call, Endpoint, WireAnswer, json_answer
from customer360_testkit.fakes.fake import Exchange, FakeCrm
from customer360_testkit.fakes.microsoft365.batch import batch
from customer360_testkit.fakes.microsoft365.calendar import Calendars, Events
from customer360_testkit.fakes.microsoft365.clouds import ALL_HOSTS, BY_GRAPH, CLOUDS, LOGIN_HOSTS, Cloud
from customer360_testkit.fakes.microsoft365.contacts import Contacts, Folders, derived
from customer360_testkit.fakes.microsoft365.errors import GraphError, access_denied, bad_request
from customer360_testkit.fakes.microsoft365.profile import Profile
from customer360_testkit.fakes.microsoft365.schema import CONTACT_DEFAULTS
from customer360_testkit.fakes.microsoft365.signin import TENANT_ID, EntraServer, SignIn
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox
from customer360_testkit.fakes.microsoft365.switches import MICROSOFT365_SWITCHES
from customer360_testkit.fakes.microsoft365.times import stamp
from customer360_testkit.fakes.microsoft365.todo import TaskLists, Tasks
from customer360_testkit.fakes.oauth import FakeUser, OAuthPolicy, OAuthServer
from customer360_testkit.fakes.routing import Route

USERS = (
    FakeUser("kim", "6265f0d1-3c1c-4a7e-9a30-0d5b8f1c2a01", "Kim Akers", "kim@contoso.example", "GMT Standard Time"),
    FakeUser("lee", "6265f0d1-3c1c-4a7e-9a30-0d5b8f1c2a02", "Lee Gu", "lee@contoso.example", "W. Europe Standard Time"),
)
CONCURRENT = 4
WINDOW = (10_000, 600.0)
_KINDS = {
    "contacts": "contact",
    "contactFolders": "contactFolder",
    "events": "event",
    "calendars": "calendar",
    "tasks": "todoTask",
    "lists": "todoTaskList",
}


@attrs.frozen
class Invitation:
    """A message that went out to an attendee."""

    mailbox: str
    event: str
    address: str


class Microsoft365Fake(FakeCrm):
    """Microsoft 365: private mailboxes with contacts, tasks and calendars."""

    key = "microsoft365"
    vendor_hosts = ALL_HOSTS
    known_switches = MICROSOFT365_SWITCHES
    link_settings: ClassVar[Mapping[str, str]] = {"cloud": "global", "tenant": TENANT_ID}
    modules = tuple(_KINDS)
    needs_index = True

    def make_oauth(self) -> OAuthServer:
        return EntraServer(
            chance=self.random,
            old_seconds=lambda: 3600.0 if self.switches["old_refresh_token"] == "hour" else 86_400.0,
            client_id="3f2b1c9e-5d47-4a1b-8f6e-2c7d9e0a4b51",
            client_secret="Qx8~fake-secret-of-the-application",
            users=USERS,
            time=self.clock.time,
            policy=OAuthPolicy(refresh_seconds=90 * 86_400.0, code_revokes_on_reuse=False),
            mint=lambda kind, number: (
                {"code": "0.AXkA-", "access": "eyJ0eXAi.", "refresh": "0.AXkA."}[kind] + f"{kind}{number:012d}"
            ),
        )

    # --- records -----------------------------------------------------------------------------------------------

    def seed(self) -> None:
        self.delta_epoch = 0
        self.invitations: list[Invitation] = []
        self.mailbox_state: dict[str, str] = {}
        """Login -> ``suspended`` or ``missing``; absent when all is well."""
        self._flying: dict[str, set[int]] = {}
        self._window: dict[str, deque[float]] = {}
        self.boxes = {user.login: self._mailbox(user) for user in USERS}

    def _mailbox(self, user: FakeUser) -> Mailbox:
        box, now = Mailbox(user.login), self.clock.time() - 86_400
        box.defaults["root"] = "AAMkroot" + "A" * 40
        default = box.add("contactFolder", "hidden", {"displayName": "Contacts"}, now)
        box.defaults["contacts"] = default.fixed
        box.add("contactFolder", box.defaults["root"], {"displayName": "Suppliers"}, now)
        box.defaults["calendar"] = box.add(
            "calendar", "", self.calendar_data(box, default=True, name="Calendar"), now
        ).fixed
        box.add("calendar", "", self.calendar_data(box, name="Birthdays", editable=False), now)
        tasks = {"displayName": "Tasks", "isOwner": True, "isShared": False, "wellknownListName": "defaultList"}
        box.add("todoTaskList", "", tasks, now)
        for member in self.customers_of(user.login):
            box.add("contact", default.fixed, _contact(member), now)
        return box

    def calendar_data(
        self, box: Mailbox, *, name: str, color: str = "auto", default: bool = False, editable: bool = True
    ) -> dict[str, Any]:
        user = self.users[box.login]
        return {
            "name": name,
            "color": color,
            "hexColor": "",
            "isDefaultCalendar": default,
            "canEdit": editable,
            "canShare": editable,
            "owner": {"name": user.name, "address": user.email},
        }

    def customers_of(self, user: str) -> Sequence[CastMember]:
        """Kim has six of seven, Lee a third and the rest: some are in both mailboxes."""
        if user == "kim":
            return [one for one in self.cast if one.number % 7 != 3]
        return [one for one in self.cast if one.number % 3 == 0 or one.number % 7 == 3]

    def records(self, module: str) -> list[dict[str, Any]]:
        kind = _KINDS[module]
        return [
            {
                "id": item.fixed,
                "mailbox": box.login,
                **item.data,
                "singleValueExtendedProperties": [{"id": i, "value": v} for i, v in item.extended.values()],
                "linkedResources": list(item.linked.values()),
            }
            for box in self.boxes.values()
            for item in box.of_kind(kind)
        ]

    def move_contact(self, login: str, contact: str, folder: str) -> None:
        """What a user does in Outlook: the default id changes, the immutable one stays."""
        box = self.boxes[login]
        box.move(box.by_id[contact], folder, self.clock.time())

    def expire_delta(self) -> None:
        """Every delta token given out so far answers 410 from now on."""
        self.delta_epoch += 1

    def invite(self, item: Item, before: list[dict[str, Any]]) -> None:
        """Whoever became an attendee is written to at once."""
        known = {one.get("emailAddress", {}).get("address") for one in before}
        for one in item.data["attendees"]:
            address = one.get("emailAddress", {}).get("address")
            if address and address not in known:
                login = next(box.login for box in self.boxes.values() if item.fixed in box.items)
                self.invitations.append(Invitation(login, item.fixed, address))

    # --- clouds and links --------------------------------------------------------------------------------------

    def cloud_of(self, call: Call) -> Cloud:
        """The cloud that a host belongs to; loopback stands for the cloud of the switch."""
        found = BY_GRAPH.get(call.host)
        if found is None and call.host in LOGIN_HOSTS:
            chosen = CLOUDS[self.switches["cloud"]]
            found = next((one for one in (chosen, *CLOUDS.values()) if call.host in one.logins), None)
        return found or CLOUDS[self.switches["cloud"]]

    def root(self, call: Call) -> str:
        return self.base(self.cloud_of(call).graph)

    def context(self, call: Call, suffix: str = "") -> str:
        path = call.path.removeprefix("/v1.0/").replace("me/", "", 1)
        return f"{self.root(call)}/v1.0/$metadata#users('{call.state['box'].login}')/{path}{suffix}"

    def ripe(self) -> float:
        """Changes until then are in the search index."""
        return self.clock.time() - (30.0 if self.switches["search_lag"] == "30s" else 0.0)

    def refuse_in_china(self, call: Call) -> None:
        if self.cloud_of(call).key == "china":
            raise bad_request("This resource is not available in this cloud.")

    # --- the pipeline ------------------------------------------------------------------------------------------

    def dispatch(self, call: Call) -> WireAnswer:
        login_path = "/oauth2/v2.0/" in call.path
        if (login_path and call.host in BY_GRAPH) or (not login_path and call.host in LOGIN_HOSTS):
            return self.not_found(call, False)
        if call.host == "login.partner.microsoftonline.cn" and self.switches["china_login"] == "msal_only":
            return self.not_found(call, False)
        return self.dispatch_part(call)

    def dispatch_part(self, call: Call) -> WireAnswer:
        """One request, of a batch or alone, with the vendor's error body."""
        if call.path.endswith(("/delta()", "/delta%28%29")):  # functions may be called with brackets
            call.path = call.path[: call.path.rindex("/delta") + 6]
        try:
            return super().dispatch(call)
        except GraphError as wrong:
            request_id = f"{call.entry.number:08x}-0000-4000-8000-000000000000"
            client_id = call.header("client-request-id") or request_id
            body = wrong.body(stamp(self.clock.time())[:-1], request_id, client_id)
            return json_answer(wrong.status, body, (("request-id", request_id), *wrong.headers))

    def not_found(self, call: Call, known_path: bool) -> WireAnswer:
        if known_path:
            return json_answer(405, {"error": {"code": "Request_BadRequest", "message": "Method is not allowed."}})
        return json_answer(404, {"error": {"code": "Request_ResourceNotFound", "message": "No such resource."}})

    def close(self, exchange: Exchange) -> None:
        super().close(exchange)
        account = exchange.entry.account
        if account in self._flying:
            self._flying[account].discard(exchange.entry.number)

    def throttled(self, call: Call, seconds: float = 1.0) -> WireAnswer:
        try:
            raise self._too_many(seconds)
        except GraphError as wrong:
            return json_answer(429, wrong.body(stamp(self.clock.time())[:-1], "0", "0"), wrong.headers)

    def _too_many(self, seconds: float) -> GraphError:
        told = {"constant": "1", "true": str(int(seconds) + 1), "absent": None}[self.switches["retry_after"]]
        headers = () if told is None else (("retry-after", told),)
        message = "Application is over its MailboxConcurrency limit."
        return GraphError(429, self.switches["throttle_code"], message, headers=headers)

    def free_slots(self, call: Call) -> int:
        """How many requests of a batch may run."""
        others = len(self._flying.get(call.entry.account or "", set()) - {call.entry.number})
        return 20 if not others or self.switches["batch_parallel"] == "queues" else CONCURRENT - others

    def _guarded(self, endpoint: Callable[[Call], WireAnswer], *scopes: str) -> Endpoint:
        """The endpoint behind token, scope, mailbox and limits."""

        def run(call: Call) -> WireAnswer:
            grant = self._authenticated(call)
            if scopes and not any(scope in grant.scopes for scope in scopes):
                raise access_denied()
            login = grant.user.login
            user = call.params.get("user")
            if user is not None and user not in (grant.user.id, grant.user.email):
                raise access_denied()
            state = self.mailbox_state.get(login)
            if state == "suspended":
                raise GraphError(403, "ErrorAccountSuspend", "Account suspended.", bare=True)
            if state == "missing":
                raise GraphError(404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported for this mailbox.")
            call.state["box"] = self.boxes[login]
            self._count(call, login)
            return endpoint(call)

        return run

    def _authenticated(self, call: Call) -> Any:
        scheme, _, token = (call.header("authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise self._unauthorized("Access token is empty.")
        worth, grant = self.oauth.check(token)
        if worth == "expired":
            raise self._unauthorized("Lifetime validation failed, the token is expired.")
        if worth != "valid" or grant is None:
            raise self._unauthorized("CompactToken parsing failed with error code: 80049217")
        if grant.extra.get("cloud", self.switches["cloud"]) != self.cloud_of(call).key:
            raise self._unauthorized("Access token validation failure. Invalid audience.")
        call.state["grant"] = grant
        call.entry.account = grant.user.login
        return grant

    @staticmethod
    def _unauthorized(message: str) -> GraphError:
        challenge = (("www-authenticate", 'Bearer realm="", authorization_uri="https://login.microsoftonline.com"'),)
        return GraphError(401, "InvalidAuthenticationToken", message, headers=challenge)

    def _count(self, call: Call, login: str) -> None:
        now = self.clock.time()
        times = self._window.setdefault(login, deque())
        while times and times[0] <= now - WINDOW[1]:
            times.popleft()
        if len(times) >= WINDOW[0]:
            raise self._too_many(times[0] + WINDOW[1] - now)
        times.append(now)
        if call.entry.finished is not None:
            return  # an X22 request that takes effect later flies no more
        flying = self._flying.setdefault(login, set())
        if len(flying - {call.entry.number}) >= CONCURRENT:
            raise self._too_many(1.0)
        flying.add(call.entry.number)

    # --- endpoints ---------------------------------------------------------------------------------------------

    def routes(self) -> Iterable[Route]:
        sign_in = SignIn(self.oauth, self.switches, self.cloud_of, lambda: stamp(self.clock.time()))
        yield Route("GET", "/{tenant}/oauth2/v2.0/authorize", sign_in.authorize)
        yield Route("POST", "/{tenant}/oauth2/v2.0/token", sign_in.token)
        profile = Profile(self)
        yield Route("GET", "/v1.0/me", self._guarded(profile.me, "User.Read"))
        yield Route("POST", "/v1.0/me/revokeSignInSessions", self._guarded(profile.revoke, "User.RevokeSessions.All"))
        yield Route("POST", "/v1.0/$batch", self._guarded(lambda call: batch(self, call)))
        for owner in ("/v1.0/me", "/v1.0/users/{user}"):
            yield from self._mailbox_routes(owner, profile)

    def _mailbox_routes(self, owner: str, profile: Profile) -> Iterable[Route]:
        contacts, folders, calendars, events = Contacts(self), Folders(self), Calendars(self), Events(self)
        lists, tasks = TaskLists(self), Tasks(self)
        settings = ("MailboxSettings.Read", "MailboxSettings.ReadWrite")
        yield Route("GET", f"{owner}/mailboxSettings", self._guarded(profile.settings, *settings))
        yield Route("GET", f"{owner}/people", self._guarded(profile.people, "People.Read"))
        table: list[tuple[str, str, str, Endpoint]] = [
            ("Contacts", "POST", "/translateExchangeIds", contacts.translate),
            ("Contacts", "GET", "/contactFolders", folders.folders),
            ("Contacts", "POST", "/contactFolders", folders.create),
            ("Contacts", "GET", "/contactFolders/delta", folders.changes),
            ("Contacts", "GET", "/contactFolders/{folder}", folders.read),
            ("Contacts", "GET", "/contactFolders/{folder}/childFolders", folders.folders),
            ("Contacts", "POST", "/contactFolders/{folder}/childFolders", folders.create),
            ("Calendars", "GET", "/calendars", calendars.all),
            ("Calendars", "POST", "/calendars", calendars.create),
            ("Calendars", "GET", "/calendars/{calendar}", calendars.read),
            ("Tasks", "GET", "/todo/lists", lists.all),
            ("Tasks", "POST", "/todo/lists", lists.create),
            ("Tasks", "GET", "/todo/lists/{list}", lists.read),
        ]
        for base in ("/contacts", "/contactFolders/{folder}/contacts"):
            table += [
                ("Contacts", "GET", base, contacts.all),
                ("Contacts", "POST", base, contacts.create),
                ("Contacts", "GET", base + "/delta", contacts.changes),
                ("Contacts", "GET", base + "/{id}", contacts.read),
                ("Contacts", "PATCH", base + "/{id}", contacts.update),
                ("Contacts", "DELETE", base + "/{id}", contacts.delete),
                ("Contacts", "POST", base + "/{id}/extensions", contacts.add_extension),
                ("Contacts", "GET", base + "/{id}/extensions/{name}", contacts.extension),
                ("Contacts", "PATCH", base + "/{id}/extensions/{name}", contacts.extension),
                ("Contacts", "DELETE", base + "/{id}/extensions/{name}", contacts.extension),
            ]
        for base in ("", "/calendars/{calendar}"):
            table += [
                ("Calendars", "GET", base + "/events", events.all),
                ("Calendars", "POST", base + "/events", events.create),
                ("Calendars", "GET", base + "/events/{id}", events.read),
                ("Calendars", "PATCH", base + "/events/{id}", events.update),
                ("Calendars", "DELETE", base + "/events/{id}", events.delete),
                ("Calendars", "GET", base + "/calendarView", events.view),
            ]
        base = "/todo/lists/{list}/tasks"
        table += [
            ("Tasks", "GET", base, tasks.all),
            ("Tasks", "POST", base, tasks.create),
            ("Tasks", "GET", base + "/delta", tasks.changes),
            ("Tasks", "GET", base + "/{id}", tasks.read),
            ("Tasks", "PATCH", base + "/{id}", tasks.update),
            ("Tasks", "DELETE", base + "/{id}", tasks.delete),
            ("Tasks", "GET", base + "/{id}/linkedResources", tasks.links),
            ("Tasks", "POST", base + "/{id}/linkedResources", tasks.add_link),
            ("Tasks", "DELETE", base + "/{id}/linkedResources/{link}", tasks.delete_link),
        ]
        for scope, method, path, endpoint in table:
            allowed = [f"{scope}.ReadWrite"] if method != "GET" else [f"{scope}.ReadWrite", f"{scope}.Read"]
            yield Route(method, owner + path, self._guarded(endpoint, *allowed))


def _contact(member: CastMember) -> dict[str, Any]:
    """A customer as somebody typed it into Outlook: numbers as spelled, in three members."""
    data: dict[str, Any] = {
        **CONTACT_DEFAULTS,
        "givenName": member.given or None,
        "surname": member.family or None,
        "companyName": member.company or None,
        "jobTitle": member.title or None,
        "emailAddresses": [{"name": member.name, "address": address} for address in member.emails],
        "businessPhones": [],
        "homePhones": [],
    }
    for phone in member.phones:
        if phone.label == "mobile":
            data["mobilePhone"] = phone.spelled
        elif phone.label in ("work", "main") and member.number % 8 != 4:
            data["businessPhones"].append(phone.spelled)
        else:
            data["homePhones"].append(phone.spelled)
    return derived(data)
