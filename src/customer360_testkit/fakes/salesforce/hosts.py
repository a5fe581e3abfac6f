"""Where people sign in and where the data are (contract section 1)."""

from __future__ import annotations

PRODUCTION_LOGIN = "login.salesforce.com"
SANDBOX_LOGIN = "test.salesforce.com"
MY_DOMAINS = {
    "production": "acme.my.salesforce.com",
    "sandbox": "acme--uat.sandbox.my.salesforce.com",
    "developer": "acme-dev-ed.develop.my.salesforce.com",
}
"""Kind of organisation -> its own host."""
ALL_HOSTS = (PRODUCTION_LOGIN, SANDBOX_LOGIN, *MY_DOMAINS.values())


def generic_login(kind: str) -> str:
    """The host where everybody of such an organisation may sign in."""
    return SANDBOX_LOGIN if kind == "sandbox" else PRODUCTION_LOGIN
