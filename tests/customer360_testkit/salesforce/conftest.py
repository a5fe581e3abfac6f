"""The fake Salesforce, and somebody who is signed in to it."""

from __future__ import annotations

import pytest
from tests.customer360_testkit.salesforce.by_hand import Client, Make, signed_in


@pytest.fixture
def make() -> Make:
    """``make(user, scopes, **switches)``."""
    return signed_in


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture
def contact(client: Client) -> str:
    """A contact of the client's own, in the index."""
    found = client.add(
        "Contact", LastName="Lovelace", FirstName="Augusta", Email="ada@own.example", Phone="+4930123456"
    )
    client.settle()
    return found
