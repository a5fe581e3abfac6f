"""The fake Zoho, and somebody who is signed in to it."""

from __future__ import annotations

import pytest
from tests.customer360_testkit.zoho.by_hand import SCOPES, Client, Make

from customer360_testkit.fakes.zoho.fake import ZohoFake


@pytest.fixture
def make() -> Make:
    def build(user: str = "kim", scopes: tuple[str, ...] = SCOPES, **switches: str) -> Client:
        fake = ZohoFake(switches=switches)
        return Client(fake, fake.oauth.issue(user, scopes).access_token)

    return build


@pytest.fixture
def client(make: Make) -> Client:
    return make()


@pytest.fixture
def contact(client: Client) -> str:
    """A contact of the client's own, in the index."""
    found = client.add("Contacts", Last_Name="Lovelace", First_Name="Ada", Email="ada@own.example", Phone="+4930123")
    client.settle()
    return found
