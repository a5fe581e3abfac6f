"""The directory's users: colleagues by phone, for those whom the directory lets look (contract section 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.microsoft365 import query as q
from customer360_testkit.fakes.microsoft365.errors import GraphError, unknown_property
from customer360_testkit.fakes.microsoft365.mailboxes import principal_name
from customer360_testkit.fakes.microsoft365.odata import OdataSyntaxError, parse_filter
from customer360_testkit.fakes.microsoft365.resource import Resource
from customer360_testkit.fakes.microsoft365.schema import SELECTABLE
from customer360_testkit.fakes.oauth import FakeUser

_SCOPES = ("User.ReadBasic.All", "User.Read.All")
_OPTIONS = ("$filter", "$select", "$top", "$skip", "$count")


def user_data(user: FakeUser, account: str) -> dict[str, Any]:
    """A user as the directory has them; of personal accounts it tells no mail, as they sign in by their address."""
    given, _, family = user.name.partition(" ")
    return {
        "id": user.id,
        "displayName": user.name,
        "givenName": given,
        "surname": family,
        "mail": user.email if account == "work" else None,
        "userPrincipalName": principal_name(user) if account == "work" else user.email,
        "businessPhones": list(user.details.get("businessPhones", ())),
        "mobilePhone": user.details.get("mobilePhone"),
        "jobTitle": None,
    }


class Directory(Resource):
    kind = "user"

    def all(self, call: Call) -> WireAnswer:
        if not any(scope in call.state["grant"].scopes for scope in _SCOPES):
            raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        query = q.check_options(call, _OPTIONS)
        select = q.selected(query, self.kind)
        rows = [user_data(user, self.fake.switches["account"]) for user in self.fake.users.values()]
        if "$filter" in query:
            keep = self._filter(call, query["$filter"])
            rows = [row for row in rows if keep(row)]
        found, notes = q.page(call, self.fake.root(call), rows, default=100)
        value = [{name: one for name, one in row.items() if select is None or name in select} for row in found]
        context = f"{self.fake.root(call)}/v1.0/$metadata#users"
        return json_answer(200, {"@odata.context": context, **notes, "value": value})

    def _filter(self, call: Call, text: str) -> Callable[[dict[str, Any]], bool]:
        """By phone only, and only as an advanced query: the header and the count belong to it."""
        try:
            node = parse_filter(text)
        except OdataSyntaxError as wrong:
            raise GraphError(400, self.fake.switches["malformed_query"], f"Invalid filter clause: {wrong}.") from wrong
        advanced = call.header("consistencylevel") == "eventual" and call.query.get("$count") == "true"
        match node:
            case ("cmp", "mobilePhone", "eq", str(wanted)) if advanced:
                return lambda row: bool(row["mobilePhone"] == wanted)
            case ("any", "businessPhones", variable, ("cmp", inner, "eq", str(wanted))) if (
                advanced and inner == variable and self.fake.switches["directory_phones"] == "accepted"
            ):
                return lambda row: wanted in row["businessPhones"]
            case ("cmp" | "any", path, *_) if path.partition("/")[0] not in SELECTABLE[self.kind]:
                raise unknown_property(path, self.kind)
        name = node[1] if node[0] in ("cmp", "any") else "filter"
        message = f"Unsupported or invalid query filter clause specified for property '{name}' of resource 'User'."
        raise GraphError(400, "Request_UnsupportedQuery", message)
