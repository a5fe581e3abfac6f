"""Data centres, hosts, scopes and sign-in of Zoho (contract, sections 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import attrs

from customer360.core.auth import OAuth2Code
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    HostRefused,
    InvalidSettings,
    NeedsAuthorization,
    NeedsRelink,
    RateLimited,
    UnexpectedAnswer,
)
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.wire import Response

API_PATH = "/crm/v8"


@attrs.frozen
class DataCentre:
    """One of Zoho's separate worlds: an organisation lives in exactly one."""

    label: str
    accounts: str
    api_domain: str
    web: str
    emea: bool = False

    def api(self, environment: str) -> str:
        return f"{_API_HOSTS[environment]}.{self.api_domain}"


_API_HOSTS = {"production": "www", "sandbox": "sandbox", "developer": "developer"}

DATA_CENTRES: Final[Mapping[str, DataCentre]] = {
    "com": DataCentre("United States", "accounts.zoho.com", "zohoapis.com", "crm.zoho.com"),
    "eu": DataCentre("European Union", "accounts.zoho.eu", "zohoapis.eu", "crm.zoho.eu", emea=True),
    "in": DataCentre("India", "accounts.zoho.in", "zohoapis.in", "crm.zoho.in"),
    "com.au": DataCentre("Australia", "accounts.zoho.com.au", "zohoapis.com.au", "crm.zoho.com.au"),
    "jp": DataCentre("Japan", "accounts.zoho.jp", "zohoapis.jp", "crm.zoho.jp"),
    # Canada breaks the pattern: accounts on zohocloud.ca, API on zohoapis.ca (contract, gotcha 12).
    "ca": DataCentre("Canada", "accounts.zohocloud.ca", "zohoapis.ca", "crm.zohocloud.ca"),
    "sa": DataCentre("Saudi Arabia", "accounts.zoho.sa", "zohoapis.sa", "crm.zoho.sa", emea=True),
    "com.cn": DataCentre("China", "accounts.zoho.com.cn", "zohoapis.com.cn", "crm.zoho.com.cn"),
}

LINKING = Linking(
    (
        Setting(
            name="data_centre",
            label="Data centre",
            help="the ending of the address at which you open Zoho CRM, for example eu for crm.zoho.eu",
            choices={key: centre.label for key, centre in DATA_CENTRES.items()},
        ),
        Setting(
            name="environment",
            label="Environment",
            required=False,
            default="production",
            choices={"production": "Production", "sandbox": "Sandbox", "developer": "Developer edition"},
        ),
    )
)


def data_centre(facts: LinkFacts) -> DataCentre:
    """The link's data centre; :class:`InvalidSettings` if it names none."""
    centre = DATA_CENTRES.get(facts.settings.get("data_centre", ""))
    if centre is None:
        raise InvalidSettings("the link names no data centre of Zoho", next_step="link again with a data centre")
    return centre


def environment(facts: LinkFacts) -> str:
    return facts.settings.get("environment") or "production"


def hosts(facts: LinkFacts) -> Hosts:
    """Secrets go to the accounts host of the link's data centre only, tokens to its three API hosts only."""
    centre = data_centre(facts)
    return Hosts(api=tuple(centre.api(name) for name in _API_HOSTS), login=(centre.accounts,))


def api_base(facts: LinkFacts) -> str:
    """The API domain that the token answer named, if it is one of this link's; else the one its settings imply."""
    host = urlsplit(facts.extra.get("api_domain", "")).hostname
    if host not in hosts(facts).api or environment(facts) != "production":
        host = data_centre(facts).api(environment(facts))
    return f"https://{host}{API_PATH}"


# Scopes -------------------------------------------------------------------------------------------------------------

COQL = "ZohoCRM.coql.READ"
SEARCH = "ZohoSearch.securesearch.READ"
USERS = "ZohoCRM.users.READ"
ORG = "ZohoCRM.org.READ"
SCOPES = ("ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", USERS, ORG, SEARCH, COQL)


def granted(facts: LinkFacts, scope: str) -> bool:
    """Whether the link holds a scope.

    Zoho does not always say what it granted; then it is what was asked for, because its consent page is all or nothing.
    """
    return not facts.scopes or scope.casefold() in _folded(facts.scopes)


@lru_cache(maxsize=64)
def _folded(scopes: frozenset[str]) -> frozenset[str]:
    return frozenset(each.casefold() for each in scopes)


def may(facts: LinkFacts, module: str, action: str) -> bool:
    """Whether the scopes allow ``action`` (READ, CREATE, UPDATE) on a module's records."""
    families = ("ZohoCRM.modules", f"ZohoCRM.modules.{_SCOPE_NAMES.get(module, module)}")
    return any(granted(facts, f"{family}.{word}") for family in families for word in ("ALL", action))


_SCOPE_NAMES = {"Contacts": "contacts", "Leads": "leads", "Accounts": "accounts", "Vendors": "vendors"}


# Sign-in ------------------------------------------------------------------------------------------------------------

_DEAD_GRANT = frozenset({"invalid_code", "access_denied", "invalid_token"})
_BAD_CLIENT = frozenset({"invalid_client", "invalid_client_secret", "invalid_redirect_uri", "unauthorized_client"})


def token_error(response: Response) -> Customer360Error | None:
    """What a token answer means: success if, and only if, it holds an access token (errors come with 200 too)."""
    status = response.status
    if status >= 500:
        return CrmUnavailable("Zoho's sign-in server is failing", status=status)
    try:
        answer = response.json()
    except UnexpectedAnswer as error:
        return error
    if not isinstance(answer, dict):
        return UnexpectedAnswer("Zoho's token answer is not an object", status=status)
    token = answer.get("access_token")
    if isinstance(token, str) and token:
        return None
    named = answer.get("error")
    code = named if isinstance(named, str) else None
    if code in _DEAD_GRANT:
        return NeedsAuthorization("Zoho no longer accepts this sign-in", status=status, vendor_code=code)
    if code in _BAD_CLIENT:
        return NeedsRelink(
            "Zoho refuses the client id, its secret or its redirect address", status=status, vendor_code=code
        )
    if status == 429 or code == "Access Denied":
        # The vendor blocks the whole client for a while: "too many requests continuously" (section 2, gotcha 2).
        return RateLimited("Zoho refuses further token requests for now", status=status, wait=600.0)
    return UnexpectedAnswer("Zoho's token answer holds no access token and no error that it documents", status=status)


def token_facts(answer: Mapping[str, object]) -> dict[str, str]:
    """The API domain, if it is one of Zoho's; anything else is refused, for tokens would be sent there."""
    domain = answer.get("api_domain")
    if domain is None:
        return {}
    allowed = {f"https://{centre.api(name)}" for centre in DATA_CENTRES.values() for name in _API_HOSTS}
    if not isinstance(domain, str) or domain.rstrip("/").lower() not in allowed:
        raise HostRefused("the token answer names an API domain that is none of Zoho's")
    return {"api_domain": domain.rstrip("/").lower()}


def returned_facts(facts: LinkFacts, returned: Mapping[str, str]) -> dict[str, str]:
    """The accounts server that the redirect names: it must be that of the link's data centre.

    It comes through the browser, and the client secret would be sent there.
    """
    server = returned.get("accounts-server")
    if server is None:
        return {}
    named = {f"https://{centre.accounts}": key for key, centre in DATA_CENTRES.items()}.get(server.rstrip("/").lower())
    if named is None:
        raise HostRefused("the redirect names an accounts server that is none of Zoho's")
    if DATA_CENTRES[named] != data_centre(facts):
        raise NeedsRelink(
            f"this person's organisation is in data centre {named!r}, which is not the link's",
            next_step=f"link again with data centre {named!r}",
        )
    return {"accounts_server": server.rstrip("/").lower()}


AUTH = OAuth2Code(
    authorize_url=lambda facts: f"https://{data_centre(facts).accounts}/oauth/v2/auth",
    token_url=lambda facts: f"https://{data_centre(facts).accounts}/oauth/v2/token",
    revoke_url=lambda facts: f"https://{data_centre(facts).accounts}/oauth/v2/token/revoke",
    scopes=lambda facts: SCOPES,
    scope_separator=",",
    pkce=False,  # not documented for CRM server clients
    authorize_params={"access_type": "offline", "prompt": "consent"},  # else a refresh token comes only the first time
    returned_facts=returned_facts,
    token_facts=token_facts,
    token_error=token_error,
    revoke_in="query",
    header_prefix="Zoho-oauthtoken",
)
