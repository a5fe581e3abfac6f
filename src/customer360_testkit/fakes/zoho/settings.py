"""What the organisation says of itself: modules, fields, layouts, lists, views, people (contract section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.oauth import FakeUser
from customer360_testkit.fakes.routing import Route
from customer360_testkit.fakes.zoho.activities import ACTIVITIES, GROUPED
from customer360_testkit.fakes.zoho.asking import NOTHING
from customer360_testkit.fakes.zoho.errors import ZohoError, bad_id, invalid_param, missing_param
from customer360_testkit.fakes.zoho.fields import NUMERIC, Field, Module
from customer360_testkit.fakes.zoho.stock import CLOSED_MODULES

if TYPE_CHECKING:
    from customer360_testkit.fakes.zoho.fake import ZohoFake

_WRITABLE_THOUGH_READ_ONLY = frozenset({"Owner"})
"""In real data these say field_read_only and are writable all the same: operation_type wins."""


_STATUSES = ("visible", "user_hidden", "system_hidden", "scheduled_for_deletion")


class Settings:
    """The endpoints below ``/settings``, ``/users`` and ``/org``."""

    def __init__(self, fake: ZohoFake) -> None:
        self._fake = fake
        self._described: dict[tuple[str, bool], tuple[int, WireAnswer]] = {}
        """What was answered for a module, with hidden fields or without, and at which version of the schema."""

    def routes(self) -> Iterable[Route]:
        yield Route("GET", "/crm/v8/settings/modules", self.modules)
        yield Route("GET", "/crm/v8/settings/modules/{module}", self.module)
        yield Route("GET", "/crm/v8/settings/fields", self.fields)
        yield Route("GET", "/crm/v8/settings/layouts", self.layouts)
        yield Route("GET", "/crm/v8/settings/related_lists", self.related_lists)
        yield Route("GET", "/crm/v8/settings/custom_views", self.custom_views)
        yield Route("GET", "/crm/v8/settings/custom_views/{id}", self.custom_view)
        yield Route("GET", "/crm/v8/users", self.users)
        yield Route("GET", "/crm/v8/users/{id}", self.user)
        yield Route("GET", "/crm/v8/org", self.org)

    # --- modules and fields ------------------------------------------------------------------------------------

    def modules(self, call: Call) -> WireAnswer:
        self._fake.guard.settings(call, "modules")
        every = [self._shown_module(module) for module in self._fake.schema.modules.values()]
        status = call.query.get("status")
        if status not in (None, *_STATUSES):
            raise invalid_param("status")
        every += [_closed_module(name, **rest) for name, rest in CLOSED_MODULES.items()]
        return json_answer(200, {"modules": [one for one in every if status in (None, one["status"])]})

    def module(self, call: Call) -> WireAnswer:
        self._fake.guard.settings(call, "modules")
        return json_answer(200, {"modules": [self._shown_module(self._fake.module(call))]})

    def _shown_module(self, module: Module) -> dict[str, Any]:
        return {
            "api_name": module.name,
            "module_name": module.module_name,
            "singular_label": module.singular,
            "plural_label": module.plural,
            "generated_type": module.generated_type,
            "api_supported": True,
            "viewable": True,
            "creatable": True,
            "editable": True,
            "deletable": True,
            "visible": True,
            "visibility": 1,
            "status": "visible",
            "show_as_tab": module.name != "Notes",
            "parent_module": {},
            "profiles": [{"name": "Administrator", "id": "6100000000000026011"}],
            "id": module.id,
        }

    def fields(self, call: Call) -> WireAnswer:
        self._fake.guard.settings(call, "fields")
        module = self._asked(call)
        every = call.query.get("type") == "all"
        now = self._fake.schema.version
        version, answer = self._described.get((module.name, every), (None, NOTHING))
        if version != now:
            shown = [self._shown_field(module, one) for one in module.fields.values() if every or not one.hidden]
            answer = json_answer(200, {"fields": shown})
            self._described[module.name, every] = now, answer
        return answer

    def _shown_field(self, module: Module, field: Field) -> dict[str, Any]:
        writable = not field.read_only
        field_id = module.field_id(field.name)
        target = self._fake.schema.modules.get(field.target or "")
        lookup: dict[str, Any] = {}
        if target is not None:
            aim = {"api_name": target.name, "id": target.id}
            lookup = {"api_name": module.name, "display_label": module.plural, "module": aim, "id": field_id}
        label = field.label or field.name.replace("__s", "").replace("_", " ")
        choices = [(value, "used") for value in field.values] + [(value, "unused") for value in field.unused]
        return {
            "id": field_id,
            "api_name": field.name,
            "field_label": label,
            "display_label": label,
            "data_type": field.data_type,
            "json_type": field.json_type,
            "length": field.length,
            "system_mandatory": field.mandatory,
            "read_only": field.read_only,
            "field_read_only": field.read_only or field.name in _WRITABLE_THOUGH_READ_ONLY,
            "visible": not field.hidden,
            "custom_field": field.custom,
            "searchable": field.searchable,
            "filterable": True,
            "sortable": field.data_type not in ("textarea", "jsonarray"),
            "unique": {"casesensitive": "false"} if field.unique else {},
            "external": {"type": "org", "show": True} if field.external else None,
            "virtual_field": False,
            "default_value": None,
            "decimal_place": 2 if field.data_type in NUMERIC and field.json_type == "double" else None,
            "pick_list_values": [
                {
                    "id": module.part_id(2, 100 * int(field_id[-3:]) + number),
                    "display_value": field.labels.get(value, value),
                    "actual_value": value,
                    "reference_value": value,
                    "sequence_number": number,
                    "type": kind,
                    "colour_code": None,
                }
                for number, (value, kind) in enumerate(choices, 1)
            ],
            "lookup": lookup,
            "multi_module_lookup": {},
            "operation_type": dict.fromkeys(("web_create", "web_update", "api_create", "api_update"), writable),
            "view_type": dict.fromkeys(("view", "edit", "quick_create", "create"), not field.hidden),
            "tooltip": None,
            "created_source": "custom" if field.custom else "default",
            "type": "used",
        }

    def layouts(self, call: Call) -> WireAnswer:
        self._fake.guard.settings(call, "layouts")
        module = self._asked(call)
        shown = [(field, self._shown_field(module, field)) for field in module.fields.values() if not field.hidden]
        layouts = []
        for layout_id, layout in module.layouts.items():
            fields = [
                {**one, "required": layout.requires(field), "section_id": 1, "sequence_number": number}
                for number, (field, one) in enumerate(shown, 1)
            ]
            section = {"name": f"{module.singular} Information", "api_name": "Information", "fields": fields}
            layouts.append(
                {
                    "id": layout_id,
                    "name": layout.name,
                    "api_name": layout.name,
                    "visible": True,
                    "status": "active",
                    "profiles": [],
                    "sections": [section],
                }
            )
        return json_answer(200, {"layouts": layouts})

    def related_lists(self, call: Call) -> WireAnswer:
        self._fake.guard.settings(call, "related_lists")
        module = self._asked(call)
        fake = self._fake
        listed: list[tuple[str, str | None]] = [(name, target) for name, target, _ in module.related]
        activities = [name for name, target in listed if target in ACTIVITIES]
        if activities and fake.switches["closed_related_lists"] == "history":
            listed += [(f"{name}_History", name) for name in activities]
        if activities:
            listed += [(name, None) for name in GROUPED]
        shown = []
        for number, (name, target) in enumerate(listed, 1):
            place = fake.schema.modules.get(target or "")
            shown.append(
                {
                    "id": module.part_id(3, number),
                    "api_name": name,
                    "name": name,
                    "display_label": name.replace("_", " "),
                    "module": {"api_name": place.name, "id": place.id} if place is not None else None,
                    "type": "default" if place is not None else "grouped",
                    "href": f"{module.name}/{{ENTITYID}}/{name}" if place is not None else None,
                    "status": "visible",
                    "connectedmodule": None,
                    "linkingmodule": None,
                }
            )
        return json_answer(200, {"related_lists": shown}) if shown else NOTHING

    # --- views -------------------------------------------------------------------------------------------------

    def custom_views(self, call: Call) -> WireAnswer:
        self._fake.guard.settings(call, "custom_views")
        views = self._fake.views(self._asked(call))
        info = {"per_page": 200, "default": views[0].id, "count": len(views), "page": 1, "more_records": False}
        return json_answer(200, {"custom_views": [view.listed() for view in views], "info": info})

    def custom_view(self, call: Call) -> WireAnswer:
        self._fake.guard.settings(call, "custom_views")
        views = self._fake.views(self._asked(call))
        found = next((view for view in views if view.id == call.params["id"]), None)
        if found is None:
            raise bad_id(self._fake.switches["bad_id_status"], id=call.params["id"])
        return json_answer(200, {"custom_views": [found.described()]})

    # --- people ------------------------------------------------------------------------------------------------

    def users(self, call: Call) -> WireAnswer:
        fake = self._fake
        fake.guard.need(call, "ZohoCRM.users.READ", "ZohoCRM.users.ALL")
        kind = call.query.get("type", "AllUsers")
        people = list(fake.users.values())
        if kind == "CurrentUser":
            people = [call.state["grant"].user]
        elif kind == "AdminUsers":
            people = [user for user in people if user.administrator]
        elif kind not in ("ActiveUsers", "AllUsers", "ActiveConfirmedUsers"):
            raise invalid_param("type")
        page, info = fake.paginator.page(call, people, fake.clock.time(), tokens=False)
        return json_answer(200, {"users": [_person(user) for user in page], "info": info}) if page else NOTHING

    def user(self, call: Call) -> WireAnswer:
        self._fake.guard.need(call, "ZohoCRM.users.READ", "ZohoCRM.users.ALL")
        found = next((user for user in self._fake.users.values() if user.id == call.params["id"]), None)
        if found is None:
            raise bad_id(self._fake.switches["bad_id_status"], id=call.params["id"])
        return json_answer(200, {"users": [_person(found)]})

    def org(self, call: Call) -> WireAnswer:
        self._fake.guard.need(call, "ZohoCRM.org.READ", "ZohoCRM.org.ALL")
        fake = self._fake
        org = {
            "id": "6100000000000000101",
            "zgid": fake.org_id,
            "company_name": "Acme Contact Centre",
            "type": fake.environment,
            "time_zone": self._fake.zone,
            "primary_email": "admin@acme.example",
            "country_code": "DE",
        }
        return json_answer(200, {"org": [org]})

    def _asked(self, call: Call) -> Module:
        name = call.query.get("module")
        if not name:
            raise missing_param("module")
        found = self._fake.schema.modules.get(name)
        if found is None:
            text = "the module name given seems to be invalid"
            raise ZohoError(int(self._fake.switches["invalid_module_status"]), "INVALID_MODULE", text)
        return found


def _closed_module(name: str, *, number: int, generated: str, status: str, supported: bool) -> dict[str, Any]:
    may = dict.fromkeys(("viewable", "creatable", "editable", "deletable"), status == "visible")
    return {
        "api_name": name,
        "module_name": name,
        "singular_label": name,
        "plural_label": name,
        "generated_type": generated,
        "api_supported": supported,
        **may,
        "visible": status == "visible",
        "visibility": 1 if status == "visible" else 0,
        "status": status,
        "show_as_tab": False,
        "parent_module": {},
        "profiles": [],
        "id": f"61000000000000{number:05d}",
    }


def _person(user: FakeUser) -> dict[str, Any]:
    first, _, last = user.name.rpartition(" ")
    profile = "Administrator" if user.administrator else "Standard"
    return {
        "id": user.id,
        "full_name": user.name,
        "first_name": first or None,
        "last_name": last,
        "email": user.email,
        "status": "active",
        "zuid": user.id[-9:],
        "profile": {"name": profile, "id": "6100000000000026011" if user.administrator else "6100000000000026014"},
        "role": {"name": "CEO" if user.administrator else "Agent", "id": "6100000000000026005"},
        "time_zone": user.time_zone,
        "confirm": True,
    }
