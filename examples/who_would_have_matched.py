"""An export of calls against a CRM: who would have been found, and why the others would not."""

from __future__ import annotations

from collections import Counter

from customer360 import Customer360, Found, MasterKey, MatchPolicy
from customer360_testkit import Sandbox

CALLS = ("020 7946 0000", "0044 (0)20 79460010", "+1 202-555-0001", "anonymous", "4711", "+44 20 7946 0999")


def main() -> None:
    with (
        Sandbox("zoho") as crm,
        Customer360(
            store="sqlite://",
            key=MasterKey.in_memory(),
            match=MatchPolicy(regions=("GB",)),
            endpoints=crm.endpoints,
        ) as client,
    ):
        client.link("zoho", settings=crm.fake.link_settings, application=crm.application)
        for agent_id, user in (("", "alex"), ("analyst", "kim")):
            url = client.begin_login("zoho", agent_id, redirect_uri="http://localhost/back")
            client.complete_login(crm.authorize(url, user))
        session = client.session("zoho", "analyst")
        results = {number: session.find_contacts(phone=number) for number in CALLS}
        for number, result in results.items():
            print(f"{number:22} {result.found.value:8} {result.sentence()}")
        count = Counter(result.found for result in results.values())
        print(f"{count[Found.ONE]} of {len(CALLS)} calls would have opened a contact by themselves")


if __name__ == "__main__":
    main()
