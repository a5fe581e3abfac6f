"""Secrets at rest: one master key, kept outside the store, and tokens sealed with it."""

from customer360.vault.keys import MasterKey
from customer360.vault.sealing import Vault

__all__ = ["MasterKey", "Vault"]
