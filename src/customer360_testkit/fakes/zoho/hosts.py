"""Zoho's data centres and their hosts (contract section 1)."""

from __future__ import annotations

from typing import Literal

import attrs

Environment = Literal["production", "sandbox", "developer"]


@attrs.frozen
class DataCentre:
    """``key`` is the domain ending that administrators know; ``location`` is what the redirect calls it."""

    key: str
    location: str
    accounts: str
    api_suffix: str
    pages: str = ""
    """Where its users open Zoho CRM, if that is not as everywhere else."""

    @property
    def web(self) -> str:
        """The host of the pages."""
        return self.pages or f"crm.zoho.{self.key}"

    def api(self, environment: Environment) -> str:
        """The API host of an environment."""
        prefix = "www" if environment == "production" else environment
        return f"{prefix}.{self.api_suffix}"


DATA_CENTRES = {
    centre.key: centre
    for centre in (
        DataCentre("com", "us", "accounts.zoho.com", "zohoapis.com"),
        DataCentre("eu", "eu", "accounts.zoho.eu", "zohoapis.eu"),
        DataCentre("in", "in", "accounts.zoho.in", "zohoapis.in"),
        DataCentre("com.au", "au", "accounts.zoho.com.au", "zohoapis.com.au"),
        DataCentre("jp", "jp", "accounts.zoho.jp", "zohoapis.jp"),
        DataCentre("ca", "ca", "accounts.zohocloud.ca", "zohoapis.ca", "crm.zohocloud.ca"),
        DataCentre("sa", "sa", "accounts.zoho.sa", "zohoapis.sa"),
        DataCentre("com.cn", "cn", "accounts.zoho.com.cn", "zohoapis.com.cn"),
        DataCentre("uk", "uk", "accounts.zoho.uk", "zohoapis.uk"),
    )
}

START_HOST = "accounts.zoho.com"
"""Where everybody but China may start to sign in; Zoho moves them to their own data centre."""

ENVIRONMENTS: tuple[Environment, ...] = ("production", "sandbox", "developer")

ALL_HOSTS = tuple(
    dict.fromkeys(
        host
        for centre in DATA_CENTRES.values()
        for host in (centre.accounts, *(centre.api(environment) for environment in ENVIRONMENTS))
    )
)
