"""The signed-in user, the mailbox' settings, and people."""

from __future__ import annotations

from typing import Any

from customer360_testkit.fakes.exchange import Call, WireAnswer, json_answer
from customer360_testkit.fakes.microsoft365 import query as q
from customer360_testkit.fakes.microsoft365.directory import user_data
from customer360_testkit.fakes.microsoft365.errors import invalid_value
from customer360_testkit.fakes.microsoft365.resource import Resource
from customer360_testkit.fakes.microsoft365.store import Item, Mailbox, opaque
from customer360_testkit.fakes.microsoft365.times import windows_name


class Profile(Resource):
    kind = "user"

    def me(self, call: Call) -> WireAnswer:
        whole = user_data(call.state["grant"].user, self.fake.switches["account"])
        select = q.selected(q.check_options(call, ("$select",)), "user")
        shown = whole if select is None else {name: value for name, value in whole.items() if name in select}
        return json_answer(200, {"@odata.context": f"{self.fake.root(call)}/v1.0/$metadata#users/$entity", **shown})

    def settings(self, call: Call) -> WireAnswer:
        user = call.state["grant"].user
        return json_answer(
            200,
            {
                "@odata.context": self.fake.context(call),
                "timeZone": windows_name(user.time_zone),
                "dateFormat": "dd/MM/yyyy",
                "timeFormat": "HH:mm",
                "language": {"locale": "en-GB", "displayName": "English (United Kingdom)"},
            },
        )

    def revoke(self, call: Call) -> WireAnswer:
        self.fake.oauth.revoke_user(call.state["grant"].user.login)
        return json_answer(200, {"@odata.context": f"{self.fake.root(call)}/v1.0/$metadata#Edm.Boolean", "value": True})

    def people(self, call: Call) -> WireAnswer:
        query = q.check_options(call)
        for name in ("$filter", "$orderby", "$expand"):
            if name in query:
                raise invalid_value(name, "it is not supported on people")
        select = q.selected(query, "person")
        words = q.search_words(query["$search"]) if "$search" in query else []
        box: Mailbox = call.state["box"]
        ripe = self.fake.ripe("search_lag")
        rows = [row for row in box.of_kind("contact") if row.changed <= ripe and _near(row, words)][:250]
        found, notes = q.page(call, self.fake.root(call), rows)
        value = [_person(row, select) for row in found]
        return json_answer(200, {"@odata.context": self.fake.context(call), **notes, "value": value})


def _near(row: Item, words: list[str]) -> bool:
    emails = " ".join(one.get("address") or "" for one in row.data["emailAddresses"])
    text = f"{row.data['displayName']} {emails}".casefold()
    return all(word in text or (len(word) > 3 and word[:-1] in text) for word in words)


def _person(row: Item, select: frozenset[str] | None) -> dict[str, Any]:
    data = row.data
    phones = [("business", one) for one in data["businessPhones"]] + [("home", one) for one in data["homePhones"]]
    if data["mobilePhone"]:
        phones.append(("mobile", data["mobilePhone"]))
    whole = {
        "displayName": data["displayName"],
        "givenName": data["givenName"],
        "surname": data["surname"],
        "scoredEmailAddresses": [
            {"address": one.get("address"), "relevanceScore": 8.0} for one in data["emailAddresses"]
        ],
        "phones": [{"type": kind, "number": number} for kind, number in phones],
        "companyName": data["companyName"],
        "jobTitle": data["jobTitle"],
        "userPrincipalName": None,
        "personType": {"class": "Person", "subclass": "PersonalContact"},
    }
    shown = whole if select is None else {name: value for name, value in whole.items() if name in select}
    return {"id": opaque("", "person", row.fixed)[:36], **shown}
