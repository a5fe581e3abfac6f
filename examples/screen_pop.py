"""Find a caller, show what is known, write the call down; on Zoho CRM, played by a fake."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from customer360 import Customer360, Interaction, MasterKey, MatchPolicy, WrapUp
from customer360_testkit import Sandbox, SandboxedCrm

CALLER = "020 7946 0000"


def sign_in(client: Customer360, crm: SandboxedCrm, agent_id: str, user: str) -> None:
    """In life a person does this in a browser."""
    url = client.begin_login(crm.key, agent_id, redirect_uri="http://localhost/back")
    client.complete_login(crm.authorize(url, user))


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
        sign_in(client, crm, "", "alex")
        sign_in(client, crm, "kim", "kim")
        session = client.session("zoho", "kim")

        began = datetime.now(UTC)
        call = session.begin(Interaction(id="call-1", customer=CALLER, started_at=began, answered_at=began))
        contact = call.panel.contact
        if contact is None:
            print(call.panel.match.sentence() if call.panel.match else "nobody was looked for")
            return
        print(f"{contact.name}, {contact.company}: {contact.url}")
        wrapped = call.wrap_up(WrapUp(ended_at=began + timedelta(minutes=3), notes="Asked for an offer"))
        call.end()
        print("written down as", *(activity.record for activity in wrapped.activities))


if __name__ == "__main__":
    main()
