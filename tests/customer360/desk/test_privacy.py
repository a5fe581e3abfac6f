"""After a whole run: no secret in the store, no secret and no personal data in logs, reprs and tracebacks."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from customer360.core.activities import NoteDraft
from customer360.core.errors import Customer360Error
from customer360.core.interactions import WrapUp
from customer360.core.records import ContactChange, RecordRef
from customer360_testkit.fakes.faults import drop, status

SECRET_NOTE = "confidential-wrap-up-text"


def secrets_of(world: Any) -> set[str]:
    """Every token, code and secret that was ever handed out."""
    oauth = world.crm.fake.oauth
    tokens = {token for grant in oauth.grants for token in (*grant.access, grant.refresh_token) if token}
    return tokens | {oauth.client_secret}


def people_of(world: Any) -> set[str]:
    """Names, addresses and numbers of the customers whom this run met."""
    found: set[str] = set()
    for nth in range(3):
        person = world.person(nth)
        found |= {person.name, *person.emails, *person.e164, *(phone.spelled.strip() for phone in person.phones)}
    return found


def run_everything(world: Any) -> list[str]:
    """A day with all that can go wrong; what a careless host would print of it."""
    shown: list[str] = []
    session = world.session()
    conversation = session.begin(world.call(world.person(0).e164[0], customer_name=world.person(0).name))
    contact = conversation.panel.contact
    things = [session, conversation, conversation.panel, contact, conversation.panel.match, world.client]
    attempts: list[Callable[[], Any]] = [
        lambda: conversation.edit({"Email": world.person(1).emails[0] + " broken"}),
        lambda: session.get_contact(RecordRef("zoho", "Contacts", "6100000000000999999")),
        lambda: session.update_contact(ContactChange(ref=contact.ref, fields={"Last_Name": world.person(2).name * 9})),
        lambda: session.search_contacts(world.person(1).name),
        lambda: session.search_contacts(world.person(1).emails[0]),
        lambda: session.find_contacts(phone=world.person(2).e164[0]),
        lambda: world.client.complete_login(f"http://localhost/back?code=1000.stolen&state={world.person(1).name}"),
        lambda: world.client.unlink("zoho"),
    ]
    for fault in (None, status(500), status(401), drop(applied=False), status(200, content=b"<html>" + b"x" * 50)):
        for attempt in attempts:
            if fault is not None:
                world.crm.fake.faults.add(fault, times=None)
            try:
                things.append(attempt())
            except Customer360Error as error:
                things.append(error)
                shown.append("".join(traceback.format_exception(error)))
            finally:
                world.crm.fake.faults.clear()
    things.append(conversation.create_activity(NoteDraft(contact=contact.ref, text=SECRET_NOTE)))
    world.crm.fake.oauth.expire_access_tokens()
    ending = WrapUp(ended_at=datetime.now(UTC), notes=SECRET_NOTE)
    things += [ending, conversation.wrap_up(ending), world.client.links(), world.client.pending()]
    conversation.end()
    return shown + [repr(thing) for thing in things] + [str(thing) for thing in things]


@pytest.mark.feature("M14")
@pytest.mark.promise("R11")
def test_nothing_secret_or_personal_shows(own_world: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Everything at DEBUG, everything printed: still nothing; and the store holds no secret in the clear."""
    caplog.set_level(logging.DEBUG)
    shown = run_everything(own_world)
    shown += [record.getMessage() for record in caplog.records]
    shown += [repr(vars(record)) for record in caplog.records if record.name.startswith("customer360")]
    text = "\n".join(shown)
    for needle in secrets_of(own_world) | people_of(own_world) | {SECRET_NOTE}:
        assert needle not in text, _around(text, needle)
    assert len(secrets_of(own_world)) > 4
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in secrets_of(own_world):
        assert secret.encode() not in stored


def _around(text: str, needle: str) -> str:
    match = re.search(re.escape(needle), text)
    return "" if match is None else text[max(0, match.start() - 200) : match.end() + 50]
