"""Metadata, pick lists, settings, entitlements (contract sections 2.6 and 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from customer360_testkit.fakes.bullhorn.errors import bad, invalid_field
from customer360_testkit.fakes.bullhorn.fields import PERSON, UNLIMITED, Entity, Field
from customer360_testkit.fakes.bullhorn.hosts import CORPORATION, REST
from customer360_testkit.fakes.bullhorn.selecting import Pick, parse
from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.routing import Route

if TYPE_CHECKING:
    from customer360_testkit.fakes.bullhorn.fake import BullhornFake

_RIGHTS = ("CREATE", "READ", "UPDATE", "DELETE")
_MOST_OPTIONS = 300


class Describing:
    """What the tenant is like."""

    def __init__(self, fake: BullhornFake) -> None:
        self._fake = fake

    def routes(self) -> Iterable[Route]:
        root = self._fake.root
        yield Route("GET", f"{root}/meta", self.entities)
        yield Route("GET", f"{root}/meta/{{entity}}", self.entity)
        yield Route("GET", f"{root}/options", self.option_types)
        yield Route("GET", f"{root}/options/{{type}}", self.options)
        yield Route("GET", f"{root}/settings/{{names}}", self.settings)
        yield Route("GET", f"{root}/entitlements/{{entity}}", self.entitlements)
        yield Route("GET", f"{root}/ping", self.ping)
        yield Route("GET", f"{root}/logout", self.logout)

    # --- the session -----------------------------------------------------------------------------------------------

    def ping(self, call: Call) -> WireAnswer:
        return json_answer(200, {"sessionExpires": round(call.state["session"].expires * 1000)})

    def logout(self, call: Call) -> WireAnswer:
        self._fake.oauth.logout(call.state["session"].token)
        return json_answer(200, {"logout": "OK"})

    def settings(self, call: Call) -> WireAnswer:
        """Settings of the session's user; of a name that does not exist there is nothing."""
        fake, user = self._fake, call.state["session"].grant.user
        shape = str if fake.switches["settings_values"] == "strings" else int
        known: dict[str, Any] = {
            "userId": shape(user.id),
            "corporationId": shape(fake.corporation_id),
            "corporationName": "Acme Staffing",
            "currencyFormat": "GBP",
            "commentActionList": list(fake.schema.actions),
        }
        names = call.params["names"].split(",")
        return json_answer(200, {name: known[name] for name in names if name in known})

    def entitlements(self, call: Call) -> WireAnswer:
        fake = self._fake
        entity, forbidden = fake.entity(call), fake.guard.forbidden
        login = call.entry.account
        held = [right for right in _RIGHTS if not forbidden & {(login, entity.name, right), (login, "*", right)}]
        if not entity.writable:
            held = [right for right in held if right == "READ"]
        return json_answer(200, [word for right in held for word in _levels(right, fake.switches["rights"])])

    # --- entities ----------------------------------------------------------------------------------------------------

    def entities(self, call: Call) -> WireAnswer:
        fake = self._fake
        seen = [name for name in fake.schema.entities if (call.entry.account, name, "READ") not in fake.guard.forbidden]
        return json_answer(200, [{"entity": name, "metaUrl": self._url(f"meta/{name}")} for name in sorted(seen)])

    def entity(self, call: Call) -> WireAnswer:
        entity = self._fake.entity(call)
        self._fake.guard.may(call, entity.name, "READ")
        picks = parse(call.query.get("fields") or "*")
        full = call.query.get("meta") == "full"
        told: dict[str, Any] = {
            "entity": entity.name,
            "entityMetaUrl": self._url(f"meta/{entity.name}?fields=*"),
            "label": entity.label,
            "dateLastModified": str(self._fake.started),
        }
        if full:
            told["layouts"] = [{"name": "Edit", "label": "Edit Screen Layout", "enabled": True}]
            told["sectionHeaders"] = []
        return json_answer(200, {**told, "fields": self._fields(entity, picks, full)})

    def _fields(self, entity: Entity, picks: tuple[Pick, ...], full: bool) -> list[dict[str, Any]]:
        named = {pick.name: pick for pick in picks}
        for name, pick in named.items():
            if name != "*" and name not in entity.fields:
                raise invalid_field(name, pick.at)
        shown = [one for one in entity.fields.values() if "*" in named or one.name in named]
        return [
            self._field(place, field, full, named[field.name].parts if field.name in named else None)
            for place, field in enumerate(shown, 1)
        ]

    def _field(self, place: int, field: Field, full: bool, parts: tuple[Pick, ...] | None) -> dict[str, Any]:
        told: dict[str, Any] = {"name": field.name, "type": field.kind}
        if field.data_type:
            told["dataType"] = field.data_type
        if field.specialization is not None:
            told["dataSpecialization"] = field.specialization
        if field.textual:
            told["maxLength"] = field.max_length
        told |= {"label": field.label, "confidential": False, "hideFromSearch": field.hidden, "sortOrder": place * 10}
        if field.options:
            told["options"] = [{"value": value, "label": label} for value, label in field.options]
        if full:
            told |= {
                "optional": field.optional,
                "required": field.required,
                "multiValue": field.several or field.kind == "TO_MANY",
            }
            told["readOnly"] = field.read_only
            if field.options or field.target:
                told["inputType"] = "SELECT"
            elif field.max_length == UNLIMITED:
                told["inputType"] = "TEXTAREA"
            if field.default is not None and field.default != "now":
                told["defaultValue"] = field.default
        if field.kind == "COMPOSITE":
            told["fields"] = [
                {"name": name, "type": "SCALAR", "dataType": "String" if length else "Integer", "label": name}
                | ({"maxLength": length} if length else {})
                for name, length in field.parts
            ]
        if field.target is not None:
            told |= self._association(field, full, parts)
        return told

    def _association(self, field: Field, full: bool, parts: tuple[Pick, ...] | None) -> dict[str, Any]:
        target = self._fake.schema.entities.get("Candidate" if field.target == PERSON else str(field.target))
        fields = self._fields(target, parts or (Pick("id", 0),), full) if target is not None else []
        told: dict[str, Any] = {"associatedEntity": {"entity": field.target, "fields": fields}}
        if target is not None:
            told["associatedEntity"]["label"] = target.label
        if full:
            told |= {"optionsType": field.target, "optionsUrl": self._url(f"options/{field.target}")}
        return told

    # --- pick lists --------------------------------------------------------------------------------------------------

    def option_types(self, call: Call) -> WireAnswer:
        return json_answer(200, {"data": [{"value": name, "label": name} for name in self._listable()]})

    def options(self, call: Call) -> WireAnswer:
        kind, asked = call.params["type"], call.query
        if kind not in self._listable():
            raise bad(f"Unknown option type: {kind}")
        words = asked.get("filter", "").casefold()
        rows = [(row["id"], str(row.get("name") or row["id"])) for row in self._fake.store.rows(kind)]
        if words.startswith("*"):
            kept = [one for one in rows if any(word.startswith(words[1:]) for word in one[1].casefold().split())]
        else:
            kept = [one for one in rows if one[1].casefold().startswith(words)]
        start, count = (self._number(asked.get(name), default) for name, default in (("start", 0), ("count", 20)))
        shown = kept[start : start + min(count, _MOST_OPTIONS)]
        return json_answer(200, {"data": [{"value": value, "label": label} for value, label in shown]})

    def _listable(self) -> list[str]:
        known = self._fake.schema.entities
        return [name for name in ("Category", "ClientCorporation", "CorporateUser", "Country") if name in known]

    @staticmethod
    def _number(told: str | None, default: int) -> int:
        if told is None:
            return default
        if not (told.isascii() and told.isdigit()) or len(told) > 9:
            raise bad("Invalid start or count parameter.")
        return int(told)

    def _url(self, rest: str) -> str:
        return f"{self._fake.base(self._fake.lane)}{REST}/{CORPORATION}/{rest}"


def _levels(right: str, reach: str) -> tuple[str, ...]:
    """A right as the user's type has it; all of this tenant's users are of one department."""
    if right == "CREATE":
        return (right,)
    if right == "READ":
        return ("READ_CORPORATE",)
    if reach == "sample":
        return (right,)
    return (f"{right}_DEPARTMENT", "UPDATE_OWNER") if right == "UPDATE" else (f"{right}_DEPARTMENT",)
