"""The fake itself: one organisation, and the order in which a request is dealt with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal

import attrs

from customer360_testkit.fakes.exchange import Call, WireAnswer
from customer360_testkit.fakes.fake import Exchange, FakeCrm
from customer360_testkit.fakes.oauth import OAuthPolicy, OAuthServer
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.salesforce import screens
from customer360_testkit.fakes.salesforce.composite import Composite
from customer360_testkit.fakes.salesforce.deltas import Deltas
from customer360_testkit.fakes.salesforce.describing import NEWEST, OLDEST, Describing
from customer360_testkit.fakes.salesforce.duplicates import Duplicates
from customer360_testkit.fakes.salesforce.errors import SalesforceError, not_found
from customer360_testkit.fakes.salesforce.fields import SObject
from customer360_testkit.fakes.salesforce.guard import MAX_URI, Guard
from customer360_testkit.fakes.salesforce.hosts import ALL_HOSTS, MY_DOMAINS, generic_login
from customer360_testkit.fakes.salesforce.identity import Identity
from customer360_testkit.fakes.salesforce.querying import MIN_PAGE, Querying
from customer360_testkit.fakes.salesforce.records import Records
from customer360_testkit.fakes.salesforce.rows import Rows
from customer360_testkit.fakes.salesforce.rules import RULES
from customer360_testkit.fakes.salesforce.schema import Schema
from customer360_testkit.fakes.salesforce.searching import Searching
from customer360_testkit.fakes.salesforce.seed import QUEUE, USERS, Seeding
from customer360_testkit.fakes.salesforce.selecting import readable
from customer360_testkit.fakes.salesforce.shown import Shown
from customer360_testkit.fakes.salesforce.signin import Sessions, SignIn
from customer360_testkit.fakes.salesforce.store import Row, Store
from customer360_testkit.fakes.salesforce.switches import SALESFORCE_SWITCHES
from customer360_testkit.fakes.salesforce.writing import Writing
from customer360_testkit.fakes.screen import ActivityKind, Screen
from customer360_testkit.fakes.switches import World, other_readings

_LAGS = {"900s": 900.0, "60s": 60.0, "none": 0.0}


@attrs.frozen
class ValidationRule:
    """An administrator's rule: ``check`` gives the message that refuses a row, or None."""

    object: str
    field: str
    check: Callable[[Row], str | None]


class SalesforceFake(FakeCrm):
    """Salesforce, REST API."""

    key = "salesforce"
    vendor_hosts = ALL_HOSTS
    known_switches = SALESFORCE_SWITCHES
    link_settings: ClassVar[Mapping[str, str]] = {"login_host": f"https://{MY_DOMAINS['production']}"}
    knows_local_numbers = True
    optional_settings: ClassVar[Mapping[str, str]] = {"key_field": "External_Key__c"}
    knows_other_digits = True
    worlds: ClassVar[Mapping[str, World]] = {
        # A link whose sign-in can never be renewed is a matter of its own: here they live on.
        "otherwise": World(other_readings(SALESFORCE_SWITCHES, "refresh_policy")),
        "developer": World({"org": "developer"}),
    }
    modules = (
        *("Contact", "Lead", "Account", "Task", "Event", "Note", "ContentNote", "ContentDocumentLink"),
        *("Case", "CaseComment", "Opportunity", "OpportunityContactRole", "Membership__c"),
    )
    org_id = "00D5e000001N20QEAS"

    def make_oauth(self) -> OAuthServer:
        switches = self.switches
        return Sessions(
            client_id="3MVG9fakeConsumerKeyOfTheApplication.0123456789abcdef",
            client_secret="" if switches["client"] == "public" else "0F2A6FAKE7C1B4D9E8A3SECRET",
            users=USERS,
            time=self.clock.time,
            policy=OAuthPolicy(
                code_seconds=900.0,
                access_seconds=7200.0,
                refresh_seconds=30 * 86_400.0,
                rotate=switches["rotation"] == "on",
                pkce="required" if switches["pkce"] == "required" else "checked",
                grants_per_user=5,
            ),
            mint=lambda kind, number: {
                "code": f"aPrxFakeCode{number:016d}Zq==",
                "access": f"00D5e000001N20Q!ARcAQ.{number:024d}_fake",
                "refresh": f"5Aep861.{number:032d}_fake",
            }[kind],
        )

    def routes(self) -> Iterable[Route]:
        self.schema = Schema(self.switches)
        self.store = Store()
        self.guard = Guard(self)
        self.shown = Shown(self)
        self.rows_of = Rows(self)
        self.duplicates = Duplicates(self)
        self.writing = Writing(self)
        self.querying = Querying(self)
        self.searching = Searching(self)
        self._first: dict[tuple[str, ...], tuple[Store, int]] = {}
        parts = (SignIn, Identity, Describing, Records, Deltas, Composite)
        for part in (*(kind(self) for kind in parts), self.querying, self.searching):
            yield from part.routes()

    def seed(self) -> None:
        login_host = f"https://{MY_DOMAINS[self.switches['org']]}"
        self.link_settings = {"login_host": login_host}  # type: ignore[misc]  # the class has that of production
        self.schema.reset(self.now)
        kind = tuple(self.switches[name] for name in ("person_accounts", "enhanced_notes", "places"))
        if kind not in self._first:
            self.store.restore(Store())
            Seeding(self).fill(self.cast)
            self._first[kind] = self.store.copy(), self.now
        first, self.started_at = self._first[kind]
        twin = first.copy()
        self.store.tables, self.store.next_number = twin.tables, twin.next_number
        self.store.case_number = twin.case_number
        self.guard.reset()
        self.duplicates.active = True
        self.querying.reset()
        self.searching.reset()
        self._seen: dict[tuple[Any, ...], SObject | None] = {}
        self.locked: set[str] = set()
        """Ids that another transaction holds."""
        self.validation_rules: list[ValidationRule] = []
        self.sign_in_trouble: (
            Literal["inactive user", "inactive organization", "ip restricted", "ip restricted by app developer"] | None
        ) = None
        """Why every token request is refused; None when all is well."""

    @property
    def now(self) -> int:
        """Whole seconds: Salesforce keeps no finer time."""
        return int(self.clock.time())

    @property
    def indexed_at(self) -> float:
        """When what is written now can be searched."""
        return self.clock.time() + _LAGS[self.switches["index_lag"]]

    # --- hosts -------------------------------------------------------------------------------------------------

    @property
    def my_domain(self) -> str:
        """The organisation's own host."""
        return MY_DOMAINS[self.switches["org"]]

    @property
    def login_host(self) -> str:
        """Where everybody of such an organisation may sign in."""
        return generic_login(self.switches["org"])

    @property
    def instance_url(self) -> str:
        return self.base(self.my_domain)

    @staticmethod
    def is_loopback(host: str) -> bool:
        """Whether a request came without the vendor's host name: a judge's, over loopback."""
        return host.partition(":")[0] in ("127.0.0.1", "localhost")

    # --- for tests, simulators and judges ----------------------------------------------------------------------

    def shadows(self, module: str) -> Collection[str]:
        """The contacts behind person accounts (contract, section 4)."""
        rows = self.store.rows(module) if module == "Contact" else ()
        return [str(row["Id"]) for row in rows if row.get("IsPersonAccount")]

    def web_address(self, module: str, record_id: str) -> str | None:
        """The form of Lightning, which My Domains have (contract, section 5)."""
        name = self.my_domain.removesuffix(".my.salesforce.com")
        base = f"https://{name}.lightning.force.com/lightning/r"
        return None if name == self.my_domain else f"{base}/{module}/{record_id}/view"

    def records(self, module: str) -> list[dict[str, Any]]:
        place = self.schema.objects.get(module)
        if place is None:
            return []
        fields = readable(place)
        shown = [self.shown.record(place, row, fields, "v62.0") for row in self.store.rows(module)]
        if module == "ContentNote":
            for told, row in zip(shown, self.store.rows(module), strict=True):
                told["Content"] = row["Content"]
        return shown

    def screen(self, kind: ActivityKind, record_id: str, user: str) -> Screen | None:
        return screens.screen(self, kind, record_id)

    def snapshot(self) -> dict[tuple[str, str], Row]:
        return {(name, key): row for name, table in self.store.tables.items() for key, row in table.rows.items()}

    def use_up(self) -> bool:
        """The calls of 24 hours are made."""
        self.guard.quota = 0
        return True

    def throttle(self) -> bool:
        """As many long requests run as the organisation may have at once."""
        self.guard.long_requests = 0
        return True

    def shorten_pages(self) -> int:
        """A page of a query may be as short as the shortest that can be asked for."""
        self.querying.most = MIN_PAGE
        return MIN_PAGE

    def hide(self, module: str, field: str, user: str) -> bool:
        """Field-level security: for this user it is as if the field did not exist."""
        self.guard.hidden.add((user, module, field))
        return True

    def take_away(self, module: str, field: str) -> bool:
        """A field that administrators have made can be deleted."""
        if not field.endswith("__c"):
            return False
        self.schema.drop_field(module, field, self.now)
        return True

    def forbid(self, user: str, doing: Literal["create", "update"]) -> bool:
        """By the user's profile: the list of objects and their descriptions tell it."""
        self.guard.forbidden.add((user, "*", doing))
        return True

    def allow_doubles(self) -> bool:
        """An administrator switches the duplicate rules off."""
        self.duplicates.active = False
        return True

    def keep_unique(self, module: str, field: str) -> bool:
        """As the standard duplicate rules do with addresses."""
        return field == "Email" and self.duplicates.looks_through(module)

    def convert_lead(self, lead: str) -> str:
        """What a salesperson does: the person goes on as a new contact, whose id is the answer."""
        row = self._live("Lead", lead)
        people, now = self.schema.objects["Contact"], self.now
        account = self.blank(self.schema.objects["Account"], USERS[0].login)
        account |= {"Id": self.store.new_id("001"), "Name": row["Company"]}
        self.put("Account", account)
        kept = ("FirstName", "LastName", "Salutation", "Name", "Email", "Phone", "MobilePhone", "Fax", "Title")
        contact = {**self.blank(people, USERS[0].login), **{name: row[name] for name in kept}}
        contact |= {"Id": self.store.new_id("003"), "AccountId": account["Id"]}
        self.put("Contact", contact)
        done = {**row, "IsConverted": True, "Status": "Closed - Converted", "SystemModstamp": now}
        done |= {"ConvertedContactId": contact["Id"], "ConvertedAccountId": account["Id"], "LastModifiedDate": now}
        self.put("Lead", {**done, "ConvertedDate": self.clock.now().date().isoformat()})
        return str(contact["Id"])

    def edit(self, module: str, record_id: str, fields: Mapping[str, Any]) -> bool:
        place, before = self.schema.objects[module], self._live(module, record_id)
        if not fields.keys() <= place.fields.keys():
            return False
        stamps: Row = {name: self.now for name in ("LastModifiedDate", "SystemModstamp") if name in place.fields}
        row: Row = {**before, **fields, **stamps}
        rule = RULES.get(module)
        self.put(module, row if rule is None else rule(self, row, before, set(fields)))
        return True

    def hand_over(self, module: str, record_id: str) -> str | None:
        """A lead, a case and a task may belong to a queue (sections 4 and 7)."""
        owner = self.schema.objects[module].fields.get("OwnerId")
        if owner is None or "Group" not in owner.targets:
            return None
        self.edit(module, record_id, {"OwnerId": QUEUE})
        return QUEUE

    def remove(self, module: str, record_id: str) -> bool:
        """What somebody does in Salesforce itself: the record goes to the recycle bin."""
        self.writing.remove(self.schema.objects[module], self._live(module, record_id))
        return True

    def merge(self, module: str, master: str, other: str) -> bool:
        """What somebody does who finds a duplicate: what hung off ``other`` hangs off ``master``; ``other`` is deleted
        and says so in ``MasterRecordId``."""
        self._live(module, master)
        self._live(module, other)
        place = self.schema.objects[module]
        for child in place.children:
            for row in [row for row in self.store.rows(child.object) if row.get(child.field) == other]:
                self.put(child.object, {**row, child.field: master, "SystemModstamp": self.now})
        self.writing.remove(place, self._live(module, other))
        table = self.store.table(module)
        table.deleted[other] = {**table.deleted[other], "MasterRecordId": master}
        return True

    def _live(self, module: str, record_id: str) -> Row:
        row = self.store.get(module, record_id)
        if row is None:
            raise ValueError(f"no record {record_id} in {module}")
        return row

    # --- for the parts -----------------------------------------------------------------------------------------

    def place(self, call: Call) -> SObject:
        """The object that the path names. Raises SalesforceError NOT_FOUND."""
        found = self.seen(call, call.params["object"])
        if found is None:
            raise not_found()
        return found

    def seen(self, call: Call, name: str) -> SObject | None:
        return self.visible(call.state["grant"].user.login, name)

    def visible(self, login: str, name: str) -> SObject | None:
        """The object as a user sees it, without what is hidden from this user."""
        found = self.schema.find(name)
        hidden = self.guard.hidden
        if found is None or not hidden:
            return found
        mine = frozenset(field for user, place, field in hidden if user == login and place == found.name)
        key = (found.name, mine, self.schema.version)
        if key not in self._seen:
            twin: SObject | None = None
            if "*" not in mine:
                twin = found.copy()
                for field in mine & twin.fields.keys():
                    twin.drop(field)
            self._seen[key] = twin
        return self._seen[key]

    def follow(self, record_id: str, target: str | None) -> Row | None:
        """The row of an id, deleted or not; ``target`` None leaves it to the id what it is of."""
        name = target if target is not None else self.schema.owner_of(record_id)
        if name is None:
            return None
        return self.store.get(name, record_id) or self.store.gone(name, record_id)

    def rows(self, name: str, *, everything: bool) -> Iterator[Row]:
        return self.rows_of.rows(name, everything=everything)

    def timeline(self, name: str, field: str, record_id: str) -> list[Row]:
        return self.rows_of.timeline(name, field, record_id)

    def blank(self, place: SObject, login: str, at: int | None = None) -> Row:
        """A new row with its defaults, made by that user; ``Id`` is None."""
        me, now = self.users[login].id, self.now if at is None else at
        row: Row = {field.name: field.default for field in place.fields.values()}
        made = {"CreatedById": me, "LastModifiedById": me, "OwnerId": me}
        made |= dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), now)
        return row | {name: value for name, value in made.items() if name in row}

    def put(self, name: str, row: Row) -> None:
        """Write a row as it is; the search index follows."""
        self.store.put(name, row, self.clock.time(), self.indexed_at)

    # --- the pipeline ------------------------------------------------------------------------------------------

    def dispatch(self, call: Call) -> WireAnswer:
        if len(call.path) + len(call.query_string) > MAX_URI:
            return WireAnswer(414)
        if sum(len(name) + len(value) for name, value in call.request.headers) > MAX_URI:
            return WireAnswer(431)
        if not call.path.startswith("/services/data/") or call.path.rstrip("/") == "/services/data":
            return super().dispatch(call)
        try:
            self.guard.admit(call)
            call.state["version"] = _version(call)
            answer = super().dispatch(call)
        except SalesforceError as wrong:
            answer = wrong.answer()
        return self.guard.finish(call, answer)

    def inner(self, call: Call) -> WireAnswer:
        """A part of a composite request: counted and admitted with the whole."""
        try:
            call.state["version"] = _version(call)
            return super().dispatch(call)
        except SalesforceError as wrong:
            return wrong.answer()

    def close(self, exchange: Exchange) -> None:
        super().close(exchange)
        self.guard.leave(exchange.entry.number)

    def not_found(self, call: Call, known_path: bool) -> WireAnswer:
        if known_path:
            message = f"HTTP Method '{call.method}' not allowed."
            return SalesforceError(405, "METHOD_NOT_ALLOWED", message).answer()
        return not_found().answer()


def _version(call: Call) -> str:
    """``v62.0``; raises SalesforceError for a version that is not, or no longer, served."""
    told = call.path.split("/")[3]
    number = told.removeprefix("v").removesuffix(".0")
    if not number.isdecimal() or told != f"v{number}.0" or int(number) > NEWEST:
        raise not_found()
    if int(number) < OLDEST:
        raise SalesforceError(410, "UNSUPPORTED_API_VERSION", "This API version is retired.")
    return told
