"""The fake itself: one tenant in a data centre, and the order in which a request is dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from customer360_testkit.fakes.bullhorn import screens
from customer360_testkit.fakes.bullhorn.associations import Associations, Notes
from customer360_testkit.fakes.bullhorn.bulk import Bulk
from customer360_testkit.fakes.bullhorn.checking import Checking
from customer360_testkit.fakes.bullhorn.comparing import Comparing
from customer360_testkit.fakes.bullhorn.describing import Describing
from customer360_testkit.fakes.bullhorn.errors import BullhornError, missing, no_such_page, wrong_method
from customer360_testkit.fakes.bullhorn.events import Events
from customer360_testkit.fakes.bullhorn.fields import PEOPLE, PERSON, Entity, Field
from customer360_testkit.fakes.bullhorn.guard import MINUTE, Guard
from customer360_testkit.fakes.bullhorn.hosts import ALL_HOSTS, DATA_CENTRES, REST
from customer360_testkit.fakes.bullhorn.matching import Matching
from customer360_testkit.fakes.bullhorn.querying import Querying
from customer360_testkit.fakes.bullhorn.records import Records
from customer360_testkit.fakes.bullhorn.rules import Rules
from customer360_testkit.fakes.bullhorn.schema import ACTIONS, OWN_ACTIONS, Schema
from customer360_testkit.fakes.bullhorn.searching import Searching
from customer360_testkit.fakes.bullhorn.seed import USERS, Seeding
from customer360_testkit.fakes.bullhorn.sessions import BullhornOAuth
from customer360_testkit.fakes.bullhorn.shown import Shown
from customer360_testkit.fakes.bullhorn.signin import SignIn
from customer360_testkit.fakes.bullhorn.stock_people import FIRST_PERSON
from customer360_testkit.fakes.bullhorn.store import Row, Store
from customer360_testkit.fakes.bullhorn.switches import BULLHORN_SWITCHES
from customer360_testkit.fakes.bullhorn.writing import Writing, numbers
from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.oauth import OAuthPolicy
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.screen import ActivityKind, Screen
from customer360_testkit.fakes.switches import World, other_readings

_LAGS = {"60_s": 60.0, "5_s": 5.0, "none": 0.0}
_CODES = {"code": "25184_8090191_44:{:032x}", "access": "25184_7:{:032x}", "refresh": "25184_7:f{:031x}"}


class BullhornFake(FakeCrm):
    """Bullhorn ATS/CRM, REST API."""

    key = "bullhorn"
    vendor_hosts = ALL_HOSTS
    known_switches = BULLHORN_SWITCHES
    link_settings: ClassVar[Mapping[str, str]] = {"username": USERS[0].details["username"]}
    knows_local_numbers = True
    optional_settings: ClassVar[Mapping[str, str]] = {"placeholder_company": "2"}
    worlds: ClassVar[Mapping[str, World]] = {
        "otherwise": World({**other_readings(BULLHORN_SWITCHES), "index_lag": "none"}),
    }
    modules = (
        *("Candidate", "ClientContact", "Lead", "ClientCorporation", "Note", "NoteEntity", "Task", "Appointment"),
        *("AppointmentAttendee", "JobOrder", "JobSubmission", "Opportunity", "Placement", "Sendout", "Tearsheet"),
    )
    root = f"{REST}/{{corporation}}"
    """What every data path begins with."""
    corporation_id = "25184"
    windows = "https://app.bullhornstaffing.com/BullhornStaffing/OpenWindow.cfm"
    oauth: BullhornOAuth

    def make_oauth(self) -> BullhornOAuth:
        switches = self.switches
        return BullhornOAuth(
            client_id="fa4e1d00-0000-4c1e-9a39-000000000360",
            client_secret="FakeSecretOfBullhorn0360",
            users=USERS,
            time=self.clock.time,
            policy=OAuthPolicy(
                code_seconds=600.0,
                access_seconds=600.0,
                refresh_seconds=90 * 86_400.0 if switches["refresh_lifetime"] == "90_days" else None,
                rotate=True,
                pkce="ignored",
            ),
            mint=_minted,
            single_use=switches["access_token_use"] == "single",
            extends=switches["session_use"] == "extends",
            default_ttl=int(switches["default_ttl"]),
            most=int(switches["sessions"]),
        )

    def routes(self) -> Iterable[Route]:
        actions = OWN_ACTIONS if self.switches["note_actions"] == "own" else ACTIONS
        self.schema = Schema(actions, without=("Lead",) if self.switches["leads"] == "absent" else ())
        self.store = Store()
        self.guard = Guard(self)
        self.shown = Shown(self)
        self.associations = Associations(self)
        self.notes = Notes(self)
        self.matching = Matching(self)
        self.comparing = Comparing(self)
        self.checking = Checking(self)
        self.rules = Rules(self)
        self.writing = Writing(self)
        self.events = Events(self)
        self._first: Store | None = None
        parts = (SignIn, Describing, Records, Searching, Querying, Bulk)
        for part in (*(kind(self) for kind in parts), self.writing, self.events):
            yield from part.routes()

    def seed(self) -> None:
        self.schema.reset()
        self.centre = DATA_CENTRES["emea"]
        """Where the tenant lives; the other data centres know nobody of it. May be changed before signing in."""
        self.lane = self.centre.lanes[0]
        self.registered_redirect: str | None = None
        """The redirect URI that Support registered; None: any will do, but one must be named."""
        self.refresh_tokens_enabled = True
        """Whether Support enabled refresh tokens for the key."""
        self.terms_accepted: set[str] = set()
        """Logins who agreed to the terms by hand, which signing in unattended needs."""
        if self._first is None:
            self.store.restore(Store())
            Seeding(self).fill(self.cast)
            self._first, self.started = self.store.copy(), self.now
        self.store.restore(self._first)
        self._actor: str | None = None
        self.guard.reset()
        self.events.reset()

    @property
    def now(self) -> int:
        """Milliseconds since 1970."""
        return round(self.clock.time() * 1000)

    @property
    def lane(self) -> str:
        """The host of data calls that the next login is told; it may change at any time, for sessions yet to come."""
        return self.oauth.lane

    @lane.setter
    def lane(self, host: str) -> None:
        self.oauth.lane = host

    # --- for tests, simulators and judges ----------------------------------------------------------------------

    def authorize(self, authorization_url: str, user: str | None = None, *, deny: bool = False) -> str:
        """As everywhere; the browser follows where another data centre shows the way to this one."""
        location = super().authorize(authorization_url, user, deny=deny)
        if location.startswith(f"{self.base(self.centre.auth)}/oauth/authorize"):
            location = super().authorize(location, user, deny=deny)
        return location

    def web_address(self, module: str, record_id: str) -> str | None:
        """Of a record that has a window (contract, section 5)."""
        return f"{self.windows}?entity={module}&id={record_id}&view=Overview"

    def records(self, module: str) -> list[dict[str, Any]]:
        entity = self.schema.entities.get(module)
        if entity is None:
            return []
        return [self.shown.everything(entity, row) for row in self.store.rows(module) if not row.get("isDeleted")]

    def throttle(self) -> bool:
        """The calls of this minute are made."""
        self.guard.per_minute = 0
        return True

    @property
    def most_within(self) -> tuple[int, float]:
        return self.guard.per_minute, MINUTE

    def screen(self, kind: ActivityKind, record_id: str, user: str) -> Screen | None:
        return screens.screen(self, kind, record_id, user)

    def snapshot(self) -> dict[tuple[str, str], Row]:
        # Of some 250 countries nobody writes any.
        tables = {name: table.rows.items() for name, table in self.store.tables.items() if name != "Country"}
        return {(name, str(key)): row for name in tables for key, row in tables[name] if not row.get("isDeleted")}

    def settle(self, *, emea: bool) -> bool:
        """In which data centre the tenant lives."""
        self.centre = DATA_CENTRES["emea" if emea else "us_east"]
        self.lane = self.centre.lanes[0]
        return True

    def convert_lead(self, lead: int | str) -> str:
        """What a recruiter does: the person goes on as a contact of a client, whose id is the answer."""
        people, leads = self.schema.entities["ClientContact"], self.schema.entities["Lead"]
        row = self.live(leads, str(lead))
        company = row["clientCorporation"] or next(iter(self.store.rows("ClientCorporation")))["id"]
        kept = {name: row[name] for name in people.fields.keys() & row.keys() - {"id", "status"} if name != "notes"}
        contact = {**self.blank(people), **kept, "id": self.new_id(people), "clientCorporation": company}
        contact |= {"dateAdded": self.now, "dateLastModified": self.now}
        self.put(people, contact, "INSERTED", [])
        self.put(leads, {**row, "status": "Converted", "dateLastModified": self.now}, "UPDATED", ["status"])
        return str(contact["id"])

    def forbid(self, user: str, doing: Literal["create", "update"]) -> bool:
        """By the user's entitlements."""
        self.guard.forbidden.add((user, "*", doing.upper()))
        return True

    def hide(self, module: str, field: str, user: str) -> bool:
        """The field is confidential, and not shown to this user."""
        self.guard.confidential.add((user, module, field))
        return True

    def retire(self, module: str, record_id: str) -> bool:
        """The statuses that a recruiter's lists leave out (contract, section 5.2)."""
        status = {"Candidate": "Archived", "ClientContact": "Archive"}.get(module)
        if status is None:
            return False
        entity = self.schema.entities[module]
        changed = {**self.live(entity, record_id), "status": status, "dateLastModified": self.now}
        self.put(entity, changed, "UPDATED", ["status"])
        return True

    def take_away(self, module: str, field: str) -> bool:
        """The tenant has no such field any more, unless a record cannot do without."""
        known = self.schema.entities[module].fields[field]
        if known.required or not known.optional:
            return False
        self.schema.remove_field(module, field)
        return True

    def edit(self, module: str, record_id: int | str, fields: Mapping[str, Any]) -> bool:
        entity = self.schema.entities[module]
        try:
            self.writing.change(entity, self.live(entity, str(record_id)), fields)
        except BullhornError:
            return False
        return True

    def remove(self, module: str, record_id: int | str) -> bool:
        """What somebody does in Bullhorn itself: the record is deleted, softly where the entity can."""
        entity = self.schema.entities[module]
        self.writing.remove(entity, self.live(entity, str(record_id)))
        return True

    def erase(self, module: str, record_id: int | str) -> None:
        """Gone from the database for good; the index still has it for a while."""
        entity = self.schema.entities[module]
        self.drop(entity, self.live(entity, str(record_id)))

    def merge(self, module: str, master: int | str, other: int | str) -> bool:
        """What somebody does who finds a duplicate: what hung off ``other`` hangs off ``master``; ``other`` is deleted,
        and does not say where it went."""
        entity = self.schema.entities[module]
        master, other = (int(self.live(entity, str(one))["id"]) for one in (master, other))
        for place in self.schema.entities.values():
            links = [one for one in place.fields.values() if one.kind == "TO_ONE" and one.target in (module, PERSON)]
            for row in list(self.store.rows(place.name)):
                moved: Row = {}
                for field in links:
                    old, new = ((module, other), (module, master)) if field.target == PERSON else (other, master)
                    if row[field.name] == old:
                        moved[field.name] = new
                if place.name == "NoteEntity" and (row["targetEntityID"], row["targetEntityName"]) == (other, "User"):
                    moved["targetEntityID"] = master
                if moved:
                    self.put(place, {**row, **moved}, "UPDATED", sorted(moved))
        self.remove(module, other)
        return True

    # --- for the parts -----------------------------------------------------------------------------------------

    @staticmethod
    def is_loopback(host: str) -> bool:
        """Whether a request came without the vendor's host name: a judge's, over loopback."""
        return host.partition(":")[0] in ("127.0.0.1", "localhost")

    def entity(self, call: Call) -> Entity:
        """The entity that the path names. Raises BullhornError."""
        name = call.params["entity"]
        found = self.schema.entities.get(name)
        if found is None:
            status = int(self.switches["unknown_entity"])
            raise BullhornError(status, f"Unknown entity '{name[:50]}'.", "errors.unknownEntity")
        return found

    def field(self, entity: Entity, name: str) -> Field | None:
        return entity.fields.get(name)

    def targets(self, field: Field) -> tuple[Entity, ...]:
        """The entities that an association may lead to; what is asked of it, each of them must have."""
        names = PEOPLE if field.target == PERSON else (str(field.target),)
        return tuple(self.schema.entities[name] for name in names if name in self.schema.entities)

    def live(self, entity: Entity, told: str) -> Row:
        """The row of an id. Raises BullhornError 404, or 400 for what is no id."""
        ids = numbers(told)
        row = self.store.get(entity.name, ids[0]) if len(ids) == 1 else None
        if row is None:
            raise missing(entity.name)
        return row

    def blank(self, entity: Entity) -> Row:
        """A new row with its defaults; without ``id``."""
        return {
            field.name: self.now if field.default == "now" else field.default
            for field in entity.fields.values()
            if field.kind != "ID" and not (field.kind == "TO_MANY" and field.via is not None)
        }

    def new_id(self, entity: Entity) -> int:
        sequence, first = entity.sequence
        if self.switches["person_ids"] == "per_type" and sequence == PERSON:
            sequence, first = entity.name, FIRST_PERSON
        return self.store.new_id(sequence, first)

    def put(self, entity: Entity, row: Row, kind: str, changed: Sequence[str]) -> None:
        """Write a row; the index follows, subscribers hear of it."""
        now = self.clock.time()
        self.store.put(entity.name, row, now, now + _LAGS[self.switches["index_lag"]])
        self.events.note(entity.name, row["id"], kind, changed, self._actor)

    def drop(self, entity: Entity, row: Row) -> None:
        """Delete a row for good."""
        now = self.clock.time()
        self.store.drop(entity.name, row["id"], now, now + _LAGS[self.switches["index_lag"]])
        self.events.note(entity.name, row["id"], "DELETED", (), self._actor)

    # --- the pipeline ------------------------------------------------------------------------------------------

    def dispatch(self, call: Call) -> WireAnswer:
        self._actor = None
        open_to_all = call.path.startswith("/oauth/") or call.path in (f"{REST}/login", f"{REST}/loginInfo")
        try:
            if not open_to_all and call.path.startswith(f"{REST}/"):
                self.guard.admit(call)
                self._actor = call.state["session"].grant.user.id
            answer = super().dispatch(call)
        except BullhornError as wrong:
            answer = wrong.answer()
        finally:
            self._actor = None
        return self.guard.finish(call, answer)

    def not_found(self, call: Call, known_path: bool) -> WireAnswer:
        return (wrong_method() if known_path else no_such_page()).answer()


def _minted(kind: str, number: int) -> str:
    if kind == "session":
        return f"5f1d2c0a-0000-4c7b-9a39-{number:012x}"
    return _CODES[kind].format(number)
