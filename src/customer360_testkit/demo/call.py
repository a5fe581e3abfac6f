"""The call: set up as an administrator, answer as an agent, and look into the CRM whether it is all there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import phonenumbers

from customer360.client import Customer360
from customer360.core.activities import NoteDraft
from customer360.core.connector import ConnectorInfo
from customer360.core.interactions import Disposition, Interaction, WrapUp
from customer360.core.metadata import StandardField
from customer360.core.records import RelatedKind
from customer360.outbox.rows import DeliveryState
from customer360_testkit.demo.stage import Stage
from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.sandbox import SandboxedCrm

AGENT = "kim"
"""The agent at the host, and the login of a user whom every fake knows."""
REDIRECT = "http://localhost/signed-in"
SWITCHBOARD = "+44 20 7946 0999"
NOTE = "Asked for an offer until Friday"
WRAPPED = "Promised an offer; calls back on Monday"


def play(stage: Stage, client: Customer360, info: ConnectorInfo, crm: SandboxedCrm) -> None:
    """One inbound call, from linking the CRM to reading the delivered activity back from it."""
    stage.act(info.name, f"API {info.api_version}, fake at {crm.url}")
    with stage.step("An administrator links the CRM and signs in") as said:
        client.link(info.key, settings=crm.fake.link_settings, application=crm.application)
        account = client.complete_login(crm.authorize(client.begin_login(info.key, redirect_uri=REDIRECT)))
        said.append(f"organisation: {account.organisation or account.organisation_id or '—'}")
    with stage.step("An agent signs in with credentials of their own") as said:
        url = client.begin_login(info.key, AGENT, redirect_uri=REDIRECT)
        user = client.complete_login(crm.authorize(url, AGENT))
        said.append(f"{user.name} as {user.user}")
        session = client.session(info.key, AGENT)
    if crm.fake.needs_index:
        with stage.step("The phone index is filled: this CRM cannot search by phone") as said:
            report = client.sync_index(info.key, AGENT)
            _must(report.complete, "the index was not read to its end")
            said.append(", ".join(f"{each.resource}: {each.changed} records" for each in report.resources))

    caller = _caller(crm)
    dialled = _as_dialled(caller)
    rang = datetime.now(UTC)
    with stage.step(f"The phone rings: {dialled}") as said:
        call = Interaction(
            id=f"demo-{info.key}",
            customer=dialled,
            dialled=SWITCHBOARD,
            queue="Sales",
            started_at=rang,
            answered_at=rang,
        )
        conversation = session.begin(call)
        match, contact = conversation.panel.match, conversation.panel.contact
        said.append(f"why: {match.sentence() if match else 'no search was made'}")
        _must(match is not None and match.best is not None, "no single contact was found")
        _must(contact is not None and contact.name == caller.name, "another contact than the caller was opened")
    assert contact is not None
    stage.panel(conversation.panel)

    with stage.step("The agent edits the contact") as said:
        resource = next(each for each in session.resources() if each.name == contact.ref.resource)
        field = resource.standard[StandardField.TITLE]
        edited = conversation.edit({field: "Head of Purchasing"})
        _must(edited.fields.get(field) == "Head of Purchasing", "the CRM does not hold the new value")
        said.append(f"{field} is now 'Head of Purchasing', read back from the CRM")
    with stage.step("The agent writes a note") as said:
        note = conversation.create_activity(NoteDraft(contact=contact.ref, subject="From the call", text=NOTE))
        _must(note.state is DeliveryState.DONE, f"the note is {note.state.value}")
        said.append(f"in the CRM as {note.record}; shown in the panel")
        _must(
            any(NOTE in each.text for each in conversation.panel.related(RelatedKind.NOTE)), "the panel lacks the note"
        )
    with stage.step("Wrap-up: committed first, then delivered") as said:
        ending = WrapUp(
            ended_at=rang + timedelta(minutes=4), notes=WRAPPED, disposition=Disposition("offer", "Offer wanted")
        )
        wrapped = conversation.wrap_up(ending)
        conversation.end()
        _must(wrapped.pending == 0 and len(wrapped.activities) == 1, "the call log was not delivered")
        (logged,) = wrapped.activities
        _must(logged.state is DeliveryState.DONE and logged.record is not None, f"the call log is {logged.state.value}")
        said.append(f"the call stands in the CRM as {logged.record}")
    with stage.step("Read back from the CRM itself, not through the SDK") as said:
        for text in (NOTE, WRAPPED):
            count = crm.fake.count_holding(text)
            _must(count == 1, f"{count} records hold it, not one")
            said.append(f"one record holds “{text}”")
        _must(client.pending() == (), "something is still pending")


def _caller(crm: SandboxedCrm) -> CastMember:
    """A person whom this agent can see, with a number that nobody shares and that the CRM holds in another spelling."""
    known = crm.fake.customers_of(AGENT)
    numbers = [number for member in crm.fake.cast for number in member.e164]
    for member in known:
        alone = member.e164 and numbers.count(member.e164[0]) == 1
        respelled = alone and member.phones[0].spelled.strip() != _as_dialled(member)
        if member.kind == "person" and respelled and member.twin is None and member.company:
            return member
    raise RuntimeError("the cast has nobody to call")


def _as_dialled(member: CastMember) -> str:
    number = phonenumbers.parse(member.e164[0])
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _must(happened: bool, otherwise: str) -> None:
    if not happened:
        raise RuntimeError(otherwise)
