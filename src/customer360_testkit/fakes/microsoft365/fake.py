"""The fake itself: its mailboxes, its clouds, and the order in which a request is dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

import attrs

from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.fake import Exchange, FakeCrm
from customer360_testkit.fakes.microsoft365 import endpoints, screens
from customer360_testkit.fakes.microsoft365.clouds import ALL_HOSTS, BY_GRAPH, CLOUDS, LOGIN_HOSTS, Cloud
from customer360_testkit.fakes.microsoft365.errors import GraphError, bad_request
from customer360_testkit.fakes.microsoft365.guard import WINDOW, Guard
from customer360_testkit.fakes.microsoft365.mailboxes import CALLS_NAME, calendar_data, held_by, new_mailbox, users_in
from customer360_testkit.fakes.microsoft365.schema import CHOICES
from customer360_testkit.fakes.microsoft365.signin import TENANT_DOMAIN, TENANT_ID, EntraServer, Trouble
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox
from customer360_testkit.fakes.microsoft365.switches import MICROSOFT365_SWITCHES
from customer360_testkit.fakes.microsoft365.times import stamp
from customer360_testkit.fakes.oauth import OAuthPolicy, OAuthServer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.screen import ActivityKind, Screen
from customer360_testkit.fakes.switches import World, other_readings

_KINDS = {
    "contacts": "contact",
    "contactFolders": "contactFolder",
    "events": "event",
    "calendars": "calendar",
    "tasks": "todoTask",
    "lists": "todoTaskList",
}
_LAGS = {"600s": 600.0, "30s": 30.0, "none": 0.0}


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
    link_settings: ClassVar[Mapping[str, str]] = {"cloud": "global", "directory": TENANT_ID}
    optional_settings: ClassVar[Mapping[str, str]] = {"people": "yes", "mailbox_settings": "yes"}
    worlds: ClassVar[Mapping[str, World]] = {
        "personal": World({"account": "personal"}, {"cloud": "global", "directory": "consumers"}),
        "otherwise": World(other_readings(MICROSOFT365_SWITCHES, "cloud", "account")),
    }
    choices = CHOICES
    modules = tuple(_KINDS)
    needs_index = True

    def make_oauth(self) -> OAuthServer:
        return EntraServer(
            chance=self.random,
            old_seconds=lambda: 3600.0 if self.switches["old_refresh_token"] == "hour" else 86_400.0,
            client_id="3f2b1c9e-5d47-4a1b-8f6e-2c7d9e0a4b51",
            client_secret="Qx8~fake-secret-of-the-application",
            users=users_in(self.switches["zones"]),
            time=self.clock.time,
            policy=OAuthPolicy(refresh_seconds=90 * 86_400.0, code_revokes_on_reuse=False),
            mint=lambda kind, number: (
                {"code": "0.AXkA-", "access": "eyJ0eXAi.", "refresh": "0.AXkA."}[kind] + f"{kind}{number:012d}"
            ),
        )

    def routes(self) -> Iterable[Route]:
        self.guard = Guard(self)
        return endpoints.routes(self)

    def seed(self) -> None:
        self.delta_epoch = 0
        self.invitations: list[Invitation] = []
        self.mailbox_state: dict[str, Literal["suspended", "missing", "full"]] = {}
        """Login -> what is wrong with the mailbox; absent when all is well."""
        self.sign_in_trouble: Trouble | None = None
        """Why every token request is refused; None when all is well."""
        self.challenges: dict[str, str] = {}
        """Login -> claims (JSON) that a sign-in must have asked for."""
        self.guard.reset()
        then = self.clock.time() - 86_400
        calls = self.switches["calls_calendar"] == "own"
        self.boxes = {
            login: new_mailbox(user, self.customers_of(login), then, calls=calls)
            for login, user in self.oauth.users.items()
        }

    # --- for tests, simulators and judges ----------------------------------------------------------------------

    def customers_of(self, user: str) -> Sequence[CastMember]:
        return held_by(user, self.cast)

    def records(self, module: str) -> list[dict[str, Any]]:
        kind = _KINDS[module]
        return [
            {"id": item.fixed, "mailbox": box.login, **_told(item)}
            for box in self.boxes.values()
            for item in box.of_kind(kind)
        ]

    def snapshot(self) -> dict[tuple[str, str], dict[str, Any]]:
        items = [item for box in self.boxes.values() for item in box.items.values()]
        return {(item.kind, item.fixed): {"container": item.container, **_told(item)} for item in items}

    def move_contact(self, login: str, contact: str, folder: str) -> None:
        """What a user does in Outlook: the default id changes, the immutable one stays."""
        box = self.boxes[login]
        box.move(box.by_id[contact], folder, self.clock.time())

    def edit(self, module: str, record_id: str, fields: Mapping[str, Any]) -> bool:
        box = self._box_of(module, record_id)
        item = box.items[record_id]
        item.data = {**item.data, **fields}
        box.touch(item, self.clock.time())
        return True

    def remove(self, module: str, record_id: str) -> bool:
        """What a user does in Outlook: it is deleted."""
        box = self._box_of(module, record_id)
        item = box.items[record_id]
        if record_id in box.defaults.values() or item.data.get("wellknownListName", "none") != "none":
            raise ValueError(f"Outlook does not let anybody delete the record {record_id} of {module}")
        box.remove(item)
        return True

    def _box_of(self, module: str, record_id: str) -> Mailbox:
        """The mailbox of a record, whose immutable id tells what it is where ``module`` is none of ours."""
        box = next((each for each in self.boxes.values() if record_id in each.items), None)
        if box is None or _KINDS.get(module) not in (None, box.items[record_id].kind):
            raise ValueError(f"no record {record_id} in {module}")
        return box

    def make_place(self, user: str, name: str, within: str | None = None) -> str:
        box = self.boxes[user]
        return box.add("contactFolder", within or box.defaults["root"], {"displayName": name}, self.clock.time()).fixed

    @property
    def ways_in(self) -> Sequence[Mapping[str, str]]:
        """Of personal accounts the directories that are none's; else any that leads to theirs, at each cloud."""
        if self.switches["account"] == "personal":
            return [{"directory": name} for name in ("common", "consumers")]
        directories = [{"directory": name} for name in ("organizations", "common", TENANT_DOMAIN)]
        return [*directories, *({"cloud": name} for name in ("us_l4", "us_l5", "china"))]

    def furnish(self, user: str) -> bool:
        """A calendar for calls, unless there is one."""
        box, owner = self.boxes[user], self.users[user]
        named = [each.data for each in box.of_kind("calendar") if each.data["name"] == CALLS_NAME]
        if not any(each["canEdit"] for each in named):
            box.add("calendar", "", calendar_data(owner, name=CALLS_NAME), self.clock.time())
        return True

    def expire_delta(self) -> None:
        """Every delta token given out so far answers 410 from now on."""
        self.delta_epoch += 1

    def forget_cursors(self) -> bool:
        self.expire_delta()
        return True

    def screen(self, kind: ActivityKind, record_id: str, user: str) -> Screen | None:
        return screens.screen(self, kind, record_id, user)

    def use_up(self) -> bool:
        """Every mailbox is full."""
        self.mailbox_state = dict.fromkeys(self.boxes, "full")
        return True

    def throttle(self) -> bool:
        """Each mailbox is asked as much at once as it may be."""
        self.guard.concurrent = 0
        return True

    @property
    def most_at_once(self) -> int:
        return self.guard.concurrent

    @property
    def most_within(self) -> tuple[int, float]:
        return WINDOW

    def challenge(self, login: str, claims: str) -> None:
        """Tokens of sign-ins that did not ask for these claims (JSON) answer 401 with a claims challenge."""
        self.challenges[login] = claims

    def invite(self, login: str, item: Item, before: list[dict[str, Any]]) -> None:
        """Whoever became an attendee is written to at once."""
        known = {one.get("emailAddress", {}).get("address") for one in before}
        self.besides += ["mailed the attendees of an event"] if item.data["attendees"] else []
        for one in item.data["attendees"]:
            address = one.get("emailAddress", {}).get("address")
            if address and address not in known:
                self.invitations.append(Invitation(login, item.fixed, address))

    # --- clouds, links and lag ---------------------------------------------------------------------------------

    def cloud_of(self, call: Call) -> Cloud:
        """The cloud that a host belongs to; loopback stands for the cloud of the switch."""
        found = BY_GRAPH.get(call.host)
        if found is None and call.host in LOGIN_HOSTS:
            chosen = CLOUDS[self.switches["cloud"]]
            found = next((one for one in (chosen, *CLOUDS.values()) if call.host in one.logins), None)
        return found or CLOUDS[self.switches["cloud"]]

    def root(self, call: Call) -> str:
        return self.base(self.cloud_of(call).graph)

    def context(self, call: Call, *, entity: bool = False, collection_of: str | None = None) -> str:
        """``@odata.context``: the user by id, containers in brackets; one item, or a kind of changed items."""
        start = f"{self.root(call)}/v1.0/$metadata#"
        if collection_of is not None:
            return f"{start}Collection({collection_of})"
        ids = frozenset(call.params.values())
        parts = [self.users[call.state["box"].login].id]
        path = f"users('{parts[0]}')"
        for part in call.segments[2 if call.segments[1] == "me" else 3 :]:
            path += f"('{part}')" if part in ids else f"/{part}"
        if not entity:
            return start + path
        return f"{start}{path[: path.rindex('(')] if path.endswith(')') else path}/$entity"

    def ripe(self, switch: str) -> float:
        """Changes until then are in the index whose lag this switch tells."""
        return self.clock.time() - _LAGS[self.switches[switch]]

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
            answer = super().dispatch(call)
        except GraphError as wrong:
            return self.refusal(call, wrong)
        headers = (*answer.headers, ("request-id", _request_id(call)))
        return WireAnswer(answer.status, headers, answer.content, answer.delay)

    def refusal(self, call: Call, wrong: GraphError) -> WireAnswer:
        request_id = _request_id(call)
        client_id = call.header("client-request-id") or request_id
        body = wrong.body(stamp(self.clock.time())[:-1], request_id, client_id)
        return json_answer(wrong.status, body, (("request-id", request_id), *wrong.headers))

    def not_found(self, call: Call, known_path: bool) -> WireAnswer:
        if known_path:
            return self.refusal(call, GraphError(405, "Request_BadRequest", "Method is not allowed."))
        return self.refusal(call, GraphError(404, "Request_ResourceNotFound", "No such resource."))

    def close(self, exchange: Exchange) -> None:
        super().close(exchange)
        self.guard.landed(exchange.entry)


def _request_id(call: Call) -> str:
    return f"{call.entry.number:08x}-0000-4000-8000-000000000000"


def _told(item: Item) -> dict[str, Any]:
    """What is kept in an item and beside it."""
    return {
        **item.data,
        "singleValueExtendedProperties": [{"id": key, "value": value} for key, value in item.extended.values()],
        "linkedResources": [dict(each) for each in item.linked.values()],
        "extensions": [dict(each) for each in item.extensions.values()],
    }
