"""What reaches a log names nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.transport.redaction import path_shape


@pytest.mark.promise("R11")
@pytest.mark.parametrize(
    ("url", "shape"),
    [
        ("https://www.zohoapis.eu/crm/v8/Contacts/search?phone=%2B442079460958", "/crm/v8/Contacts/search"),
        ("https://www.zohoapis.eu/crm/v8/Contacts/4876876000000333001", "/crm/v8/Contacts/{}"),
        ("https://graph.microsoft.com/v1.0/users/jo@example.com/contacts", "/v1.0/users/{}/contacts"),
        ("https://x.example/api/data/v9.2/accounts(4f1a-11)/name", "/api/data/v9.2/accounts({})/name"),
        ("https://x.example/$batch", "/$batch"),
        ("https://x.example/J%C3%B6rg", "/{}"),
        ("https://[", "{}"),
    ],
)
def test_a_path_keeps_its_shape_only(url: str, shape: str) -> None:
    """Ids, addresses, numbers and queries are masked."""
    assert path_shape(url) == shape


@given(st.from_regex(r"\+?[0-9]{5,15}", fullmatch=True), st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.com", fullmatch=True))
def test_no_number_and_no_address_ever_passes(number: str, address: str) -> None:
    """Wherever they stand."""
    shape = path_shape(f"https://x.example/a/{number}/b/{address}/c({number})?q={number}#{address}")
    assert number not in shape
    assert address not in shape
