"""Sealing: what was sealed for one place opens there, unchanged, with that key, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.errors import VaultError
from customer360.vault import MasterKey, Vault

PLACE = {"tenant_id": "acme", "crm": "zoho", "agent_id": "kim", "what": "grant"}
VAULT = Vault(MasterKey.in_memory())


@given(secret=st.binary(max_size=300), place=st.fixed_dictionaries({name: st.text() for name in PLACE}))
def test_any_secret_opens_where_it_was_sealed(secret: bytes, place: dict[str, str]) -> None:
    """What goes in comes out, whatever the secret and whatever the names of its place."""
    assert VAULT.open(VAULT.seal(secret, **place), **place) == secret


@given(data=st.data(), secret=st.binary(max_size=60))
def test_any_flipped_bit_is_noticed(data: st.DataObject, secret: bytes) -> None:
    """No bit of a sealed secret can change: neither its header, its nonce, its text nor its tag."""
    sealed = bytearray(VAULT.seal(secret, **PLACE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VaultError):
        VAULT.open(bytes(sealed), **PLACE)


@given(data=st.data())
def test_a_cut_or_made_up_secret_is_refused(data: st.DataObject) -> None:
    """Half a sealed secret, or bytes of any kind, are a typed error and never anything else."""
    sealed = VAULT.seal(b"secret", **PLACE)
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    for wrong in (cut, data.draw(st.binary(max_size=80))):
        with pytest.raises(VaultError):
            VAULT.open(wrong, **PLACE)


@given(st.sampled_from(sorted(PLACE)), st.text())
def test_a_secret_copied_to_another_row_does_not_open(name: str, other: str) -> None:
    """Tenant, CRM, agent and purpose are each part of what is authenticated."""
    moved: dict[str, Any] = PLACE | {name: other}
    if moved == PLACE:
        return
    with pytest.raises(VaultError):
        VAULT.open(VAULT.seal(b"secret", **PLACE), **moved)


def test_parts_of_a_place_do_not_run_together() -> None:
    """("ab", "c") and ("a", "bc") are two places."""
    sealed = VAULT.seal(b"secret", **PLACE | {"crm": "ab", "agent_id": "c"})
    with pytest.raises(VaultError):
        VAULT.open(sealed, **PLACE | {"crm": "a", "agent_id": "bc"})


def test_another_master_key_is_named_as_the_reason() -> None:
    """A store that was made with another key says so, instead of calling its secrets damaged."""
    with pytest.raises(VaultError, match="another master key"):
        Vault(MasterKey.in_memory()).open(VAULT.seal(b"secret", **PLACE), **PLACE)


def test_the_same_secret_never_looks_the_same_twice() -> None:
    """Equal tokens cannot be recognised in the store."""
    assert VAULT.seal(b"secret", **PLACE) != VAULT.seal(b"secret", **PLACE)
