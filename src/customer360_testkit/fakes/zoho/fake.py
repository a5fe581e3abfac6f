"""The fake itself: one organisation in the EU data centre, and the order in which a request is dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

import attrs

from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.fake import Exchange, FakeCrm
from customer360_testkit.fakes.oauth import OAuthPolicy, OAuthServer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.screen import ActivityKind, Screen
from customer360_testkit.fakes.switches import World, other_readings
from customer360_testkit.fakes.zoho import screens
from customer360_testkit.fakes.zoho.composite import Composite
from customer360_testkit.fakes.zoho.errors import ZohoError, invalid_url, not_supported, wrong_method
from customer360_testkit.fakes.zoho.fields import Module
from customer360_testkit.fakes.zoho.guard import Guard
from customer360_testkit.fakes.zoho.hosts import ALL_HOSTS, DATA_CENTRES, DataCentre, Environment
from customer360_testkit.fakes.zoho.paging import Paginator
from customer360_testkit.fakes.zoho.querying import Querying
from customer360_testkit.fakes.zoho.reading import Reading
from customer360_testkit.fakes.zoho.related import Related
from customer360_testkit.fakes.zoho.schema import Schema
from customer360_testkit.fakes.zoho.searching import Searching
from customer360_testkit.fakes.zoho.seed import USERS, ZONES, Seeding, customise
from customer360_testkit.fakes.zoho.settings import Settings
from customer360_testkit.fakes.zoho.shown import Shown
from customer360_testkit.fakes.zoho.signin import SignIn
from customer360_testkit.fakes.zoho.stock import CLOSED_MODULES
from customer360_testkit.fakes.zoho.store import Deleted, Row, Store
from customer360_testkit.fakes.zoho.switches import ZOHO_SWITCHES
from customer360_testkit.fakes.zoho.views import View, stock_views
from customer360_testkit.fakes.zoho.writing import Writing


def _other(*kept: str) -> dict[str, str]:
    """Other readings of what is not sure; where the organisation is, is."""
    return other_readings(ZOHO_SWITCHES, "data_centre", "environment", "api_domain", *kept)


class ZohoFake(FakeCrm):
    """Zoho CRM, REST v8."""

    key = "zoho"
    vendor_hosts = ALL_HOSTS
    knows_local_numbers = True
    known_switches = ZOHO_SWITCHES
    link_settings: ClassVar[Mapping[str, str]] = {"data_centre": "eu"}
    modules = (
        *("Contacts", "Leads", "Accounts", "Vendors", "Deals", "Cases", "Tasks", "Calls", "Events", "Notes"),
        *("Buildings", "Memberships"),
    )
    worlds: ClassVar[Mapping[str, World]] = {
        # Not phone_match: without COQL numbers are found by phone= alone, and if that compares ends, nobody is found
        # whose number has an extension.
        "otherwise": World({**_other("phone_match"), "environment": "sandbox"}, {"environment": "sandbox"}),
        # Not clear_link: if null clears no tie, none can be taken away.
        "otherwise, in Canada": World({**_other("clear_link"), "data_centre": "ca"}, {"data_centre": "ca"}),
    }
    centre: DataCentre
    """Where the organisation lives; the other data centres' hosts know nobody of it. May be changed at any time."""
    environment: Environment
    zone: str
    """The organisation's time zone; each user has one of their own."""
    org_id = "20061234567"
    index_lag = 60.0
    """Seconds that the search index is behind what was written."""

    def make_oauth(self) -> OAuthServer:
        self.centre = DATA_CENTRES[self.switches["data_centre"]]
        self.environment = cast(Environment, self.switches["environment"])
        self.zone, *zones = ZONES[self.switches["zones"]]
        return OAuthServer(
            client_id="1000.FAKECLIENTOFZOHO0000000000000",
            client_secret="5b1c3f9e0d7a48c2b6e4fake",
            users=[attrs.evolve(user, time_zone=zone) for user, zone in zip(USERS, zones, strict=True)],
            time=self.clock.time,
            policy=OAuthPolicy(
                code_seconds=180.0,
                pkce="ignored" if self.switches["pkce"] == "ignored" else "checked",
                active_access_tokens=15,
                grants_per_user=20,
                refreshes=(10, 600.0),
                codes=(10, 600.0),
            ),
            mint=lambda kind, number: (
                f"1000.{ {'code': 'c', 'access': 'a', 'refresh': 'f'}[kind] }{number:016x}.{number:08x}"
            ),
        )

    def routes(self) -> Iterable[Route]:
        self.schema = Schema()
        self.store = Store()
        self.guard = Guard(self)
        self.paginator = Paginator()
        self.shown = Shown(self.store, self.schema, self.oauth.users)
        self.writing = Writing(self)
        self._first: Store | None = None
        parts = (SignIn, Settings, Reading, Searching, Querying, Related)
        for part in (*(kind(self) for kind in parts), self.writing, Composite(self, super().dispatch)):
            yield from part.routes()

    def seed(self) -> None:
        self.schema.reset()
        customise(self.schema)
        if self._first is None:
            first = Store()
            Seeding(first, self.schema, self.now).fill(self.cast)
            self._first = first
        twin = self._first.copy()
        self.store.tables, self.store.next_id, self.store.case_number = twin.tables, twin.next_id, twin.case_number
        self.guard.reset()
        self.paginator.reset()
        self.locked: set[tuple[str, str]] = set()
        """(module, id) of records that a blueprint or an approval holds."""

    @property
    def now(self) -> int:
        """Whole seconds: Zoho keeps no finer time."""
        return int(self.clock.time())

    # --- for tests, simulators and judges ----------------------------------------------------------------------

    def records(self, module: str) -> list[dict[str, Any]]:
        place = self.schema.modules[module]
        return [self.shown.record(place, row, "UTC") for row in self.store.rows(module)]

    def snapshot(self) -> dict[tuple[str, str], Row]:
        return {(name, key): row for name, table in self.store.tables.items() for key, row in table.rows.items()}

    def web_address(self, module: str, record_id: str) -> str | None:
        """With the organisation, and the module as web addresses call it (contract, section 4)."""
        if self.environment != "production":
            return None
        tab = self.schema.modules[module].module_name
        return f"https://{self.centre.web}/crm/org{self.org_id}/tab/{tab}/{record_id}"

    def screen(self, kind: ActivityKind, record_id: str, user: str) -> Screen | None:
        return screens.screen(self, kind, record_id)

    def use_up(self) -> bool:
        """The organisation has no credits left."""
        self.guard.credits = 0
        return True

    def take_away(self, module: str, field: str) -> bool:
        """Whatever the system does not insist on can be moved out of the layout, or deleted."""
        if self.schema.modules[module].fields[field].mandatory:
            return False
        self.schema.remove_field(module, field)
        return True

    def throttle(self) -> bool:
        """As many requests are under way as the edition admits."""
        self.guard.concurrency = 0
        return True

    @property
    def most_at_once(self) -> int:
        return self.guard.concurrency

    def lock(self, module: str, record_id: str) -> bool:
        """A blueprint or an approval holds it."""
        self.locked.add((module, record_id))
        return True

    def keep_unique(self, module: str, field: str) -> bool:
        """As an administrator marks a field."""
        self.schema.change_field(module, field, unique=True)
        return True

    def convert_lead(self, lead: str) -> str:
        """What a salesperson does: the person goes on as a new contact, whose id is the answer."""
        row = self._live("Leads", lead)
        now = self.now
        kept = self.schema.modules["Contacts"].fields.keys() & row.keys()
        contact: Row = {name: row[name] for name in kept} | {"id": self.store.new_id(), "Account_Name": None}
        contact |= {"Created_Time": now, "Modified_Time": now}
        self.store.put("Contacts", contact, now, now + self.index_lag)
        done = {**row, "Converted__s": True, "Converted_Contact": contact["id"], "Modified_Time": now}
        self.store.put("Leads", done, now, now + self.index_lag)
        return str(contact["id"])

    def edit(self, module: str, record_id: str, fields: Mapping[str, Any]) -> bool:
        row, now = self._live(module, record_id), self.now
        if not fields.keys() <= self.schema.modules[module].fields.keys():
            return False
        self.store.put(module, {**row, **fields, "Modified_Time": now}, now, now + self.index_lag)
        return True

    def remove(self, module: str, record_id: str) -> bool:
        """What somebody does in Zoho itself: the record goes to the recycle bin."""
        row, by = self._live(module, record_id), USERS[0].id
        name = str(row.get(self.schema.modules[module].name_field) or "")
        gone = Deleted(record_id, name, "recycle", self.now, by, row["Created_By"])
        self.store.delete(module, gone, self.now + self.index_lag)
        return True

    def merge(self, module: str, master: str, other: str) -> bool:
        """What somebody does who finds a duplicate: what hung off ``other`` hangs off ``master``, and ``other`` is gone
        for good, under an id that nothing answers to."""
        kept, lost, now = self._live(module, master), self._live(module, other), self.now
        self.store.put(module, {**kept, "Modified_Time": now}, now, now + self.index_lag)
        for place in self.schema.modules.values():
            links = [field for field in place.fields.values() if field.data_type == "lookup"]
            for row in list(self.store.rows(place.name)):
                moved = {
                    field.name: master
                    for field in links
                    if row.get(field.name) == other
                    and (field.target if field.target != "*" else row.get("$se_module")) == module
                }
                if moved:
                    self.store.put(place.name, {**row, **moved}, now, now + self.index_lag)
        name = str(lost.get(self.schema.modules[module].name_field) or "")
        gone = Deleted(other, name, "permanent", now, USERS[0].id, lost["Created_By"])
        self.store.delete(module, gone, now + self.index_lag)
        return True

    def _live(self, module: str, record_id: str) -> Row:
        row = self.store.get(module, record_id)
        if row is None:
            raise ValueError(f"no record {record_id} in {module}")
        return row

    # --- for the parts -----------------------------------------------------------------------------------------

    def module(self, call: Call) -> Module:
        """The module that the path names. Raises ZohoError INVALID_MODULE."""
        found = self.schema.modules.get(call.params["module"])
        if call.params["module"] in CLOSED_MODULES:
            raise not_supported(400, "the module is not supported in the API")
        if found is None:
            status = int(self.switches["invalid_module_status"])
            text = "the module name given seems to be invalid"
            raise ZohoError(status, "INVALID_MODULE", text, resource_path_index=0)
        return found

    def name_of(self, module: str, record_id: str) -> str | None:
        return self.shown.name_of(module, record_id) if module in self.schema.modules else None

    def views(self, module: Module) -> tuple[View, ...]:
        return stock_views(module)

    @staticmethod
    def is_loopback(host: str) -> bool:
        """Whether a request came without the vendor's host name: a judge's, over loopback."""
        return host.partition(":")[0] in ("127.0.0.1", "localhost")

    # --- the pipeline ------------------------------------------------------------------------------------------

    def dispatch(self, call: Call) -> WireAnswer:
        at_accounts = call.path.startswith("/oauth/")
        try:
            if at_accounts:
                return super().dispatch(call)
            self.guard.admit(call)
            return self.guard.finish(call, super().dispatch(call))
        except ZohoError as wrong:
            return self.guard.finish(call, wrong.answer())

    def close(self, exchange: Exchange) -> None:
        super().close(exchange)
        self.guard.leave(exchange.entry.number)

    def not_found(self, call: Call, known_path: bool) -> WireAnswer:
        return (wrong_method() if known_path else invalid_url()).answer()
