"""Microsoft 365 by the suite that every connector must pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

import pytest

from customer360.core.effects import Request
from customer360.core.errors import Conflict
from customer360.core.records import RecordRef
from customer360_microsoft365 import Microsoft365Connector
from customer360_testkit.conformance import ConnectorConformance, Link
from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake


class TestMicrosoft365(ConnectorConformance):
    connector = Microsoft365Connector()
    people, name_field, spare_field = "contact", "surname", "jobTitle"
    refused = ("birthday", "no date")

    def fields(self, name: str, phone: str | None = None, email: str | None = None) -> Mapping[str, Any]:
        return {"surname": name, "mobilePhone": phone, "emailAddresses": None if email is None else (email,)}

    def delete(self, link: Link, ref: RecordRef) -> None:
        headers = (("Prefer", 'IdType="ImmutableId"'),)
        deletion = Request(method="DELETE", path=f"/me/contacts/{quote(ref.id, safe='')}", headers=headers)
        try:
            link.send(deletion)
        except Conflict:  # a new record is busy for a moment
            link.send(deletion)


@pytest.mark.slow
class TestChina(TestMicrosoft365):
    settings: ClassVar[Mapping[str, str]] = {"cloud": "china"}


@pytest.mark.slow
class TestWithMore(TestMicrosoft365):
    """Colleagues are searched, too, and the user's time zone is read; what is not certain is otherwise."""

    world = Microsoft365Fake.worlds["otherwise"]
    settings: ClassVar[Mapping[str, str]] = {"people": "yes", "mailbox_settings": "yes"}


@pytest.mark.slow
class TestPersonalAccount(TestMicrosoft365):
    world = Microsoft365Fake.worlds["personal"]
