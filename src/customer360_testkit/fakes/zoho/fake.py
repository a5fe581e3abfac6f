"""The fake itself: one organisation in the EU data centre, and the order in which a request is dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.oauth import OAuthPolicy, OAuthServer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho.errors import ZohoError, invalid_url, wrong_method
from customer360_testkit.fakes.zoho.guard import Guard
from customer360_testkit.fakes.zoho.hosts import DATA_CENTRES, ENVIRONMENTS, Environment
from customer360_testkit.fakes.zoho.paging import Paginator
from customer360_testkit.fakes.zoho.reading import Reading
from customer360_testkit.fakes.zoho.related import Related
from customer360_testkit.fakes.zoho.schema import Module, Schema
from customer360_testkit.fakes.zoho.seed import USERS, Seeding, customise
from customer360_testkit.fakes.zoho.settings import Settings
from customer360_testkit.fakes.zoho.shown import Shown
from customer360_testkit.fakes.zoho.signin import SignIn
from customer360_testkit.fakes.zoho.store import Deleted, Row, Store
from customer360_testkit.fakes.zoho.switches import ZOHO_SWITCHES
from customer360_testkit.fakes.zoho.writing import Writing

_CENTRE = DATA_CENTRES["eu"]


class ZohoFake(FakeCrm):
    """Zoho CRM, REST v8."""

    key = "zoho"
    vendor_hosts = (_CENTRE.accounts, *(_CENTRE.api(environment) for environment in ENVIRONMENTS))
    known_switches = ZOHO_SWITCHES
    link_settings: ClassVar[Mapping[str, str]] = {"data_centre": "eu"}
    modules = (
        *("Contacts", "Leads", "Accounts", "Vendors", "Deals", "Cases", "Tasks", "Calls", "Events", "Notes"),
        "Memberships",
    )
    centre = _CENTRE
    environment: Environment = "production"
    org_id = "20061234567"
    index_lag = 60.0
    """Seconds that the search index is behind what was written."""

    def make_oauth(self) -> OAuthServer:
        return OAuthServer(
            client_id="1000.FAKECLIENTOFZOHO0000000000000",
            client_secret="5b1c3f9e0d7a48c2b6e4fake",
            users=USERS,
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
        for part in (SignIn(self), Settings(self), Reading(self), self.writing, Related(self)):
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

    def remove(self, module: str, record_id: str) -> None:
        """What somebody does in Zoho itself: the record goes to the recycle bin."""
        row, by = self._live(module, record_id), USERS[0].id
        name = str(row.get(self.schema.modules[module].name_field) or "")
        gone = Deleted(record_id, name, "recycle", self.now, by, row["Created_By"])
        self.store.delete(module, gone, self.now + self.index_lag)

    def _live(self, module: str, record_id: str) -> Row:
        row = self.store.get(module, record_id)
        if row is None:
            raise ValueError(f"no record {record_id} in {module}")
        return row

    # --- for the parts -----------------------------------------------------------------------------------------

    def module(self, call: Call) -> Module:
        """The module that the path names. Raises ZohoError INVALID_MODULE."""
        found = self.schema.modules.get(call.params["module"])
        if found is None:
            status = int(self.switches["invalid_module_status"])
            text = "the module name given seems to be invalid"
            raise ZohoError(status, "INVALID_MODULE", text, resource_path_index=0)
        return found

    def name_of(self, module: str, record_id: str) -> str | None:
        return self.shown.name_of(module, record_id) if module in self.schema.modules else None

    def views(self, module: Module) -> list[dict[str, Any]]:
        """The views that every module has."""
        names = (("ALLVIEWS", f"All {module.plural}", True), ("MYVIEWS", f"My {module.plural}", False))
        return [
            {
                "id": f"{module.id}7{number:02d}"[-19:],
                "name": name,
                "display_value": name,
                "system_name": system,
                "default": default,
                "system_defined": True,
                "category": "public_views",
                "favorite": None,
            }
            for number, (system, name, default) in enumerate(names)
        ]

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

    def not_found(self, call: Call, known_path: bool) -> WireAnswer:
        return (wrong_method() if known_path else invalid_url()).answer()
