"""Sign-in hosts, instances, scopes and token answers of Salesforce (contract, sections 1 and 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from customer360.core.auth import OAuth2Code
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    HostRefused,
    InvalidSettings,
    MissingScope,
    NeedsAuthorization,
    NeedsRelink,
    RateLimited,
    UnexpectedAnswer,
)
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.wire import Response

KEY: Final = "salesforce"
VERSION: Final = "v62.0"
API_PATH: Final = f"/services/data/{VERSION}"

INSTANCE_URL: Final = "instance_url"
"""The fact that every token answer brings: where this organisation's data are."""

_PRODUCTION: Final = "login.salesforce.com"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?"
# Between an organisation's name and my.salesforce.com: what kind of organisation it is, or an old sandbox's instance.
_KINDS: Final = ("sandbox", "develop", "scratch", "trailblaze", "demo", "patch", "free")
_MY_DOMAIN = rf"{_LABEL}(?:\.(?:{'|'.join(_KINDS)}|cs[0-9]{{1,3}}))?\.my\.salesforce\.com"
_INSTANCED = r"(?:emea|(?:na|eu|ap|cs|um|[a-z]{3})[0-9]{1,3}(?:-api)?)\.salesforce\.com"
_GENERIC = r"(?:login|test)\.salesforce\.com"
_INSTANCE = re.compile(f"{_MY_DOMAIN}|{_INSTANCED}")
_EMEA = re.compile(r"(?:emea|(?:eu|deu|fra|gbr|ita|swe|che|are|isr)[0-9]{1,3}s?(?:-api)?)(?:\.salesforce\.com)?")

LINKING = Linking(
    (
        Setting(
            name="login_host",
            label="Sign-in host",
            help="login.salesforce.com, test.salesforce.com for a sandbox, or better the organisation's own My Domain,"
            " for example acme.my.salesforce.com",
            required=False,
            default=_PRODUCTION,
            pattern=rf"(?i:(?:https://)?(?:{_GENERIC}|{_MY_DOMAIN}|{_INSTANCED})/?)",
        ),
        Setting(
            name="key_field",
            label="External id field",
            help="the API name of a custom text field, marked as unique external id, that holds our keys; for example"
            " Customer360_Key__c. Objects that have it never keep a record twice",
            required=False,
            pattern=r"[A-Za-z](?:_?[A-Za-z0-9]){0,39}__c",
            moves=False,
        ),
    )
)


def login_host(facts: LinkFacts) -> str:
    """The one host that secrets go to; :class:`InvalidSettings` for what is none of Salesforce's."""
    return _checked(facts.settings.get("login_host") or _PRODUCTION)


def _checked(given: str) -> str:
    host = given.lower().removeprefix("https://").rstrip("/")
    if not re.fullmatch(f"{_GENERIC}|{_MY_DOMAIN}|{_INSTANCED}", host):
        raise InvalidSettings(
            "the link's sign-in host is none of Salesforce's", next_step="link again with a sign-in host"
        )
    return host


def key_field(facts: LinkFacts) -> str | None:
    """The external id field that holds our keys, where the administrator named one."""
    return facts.settings.get("key_field") or None


def instance_host(facts: LinkFacts) -> str | None:
    """The host of this organisation's data: named by the token answer, or the My Domain that the link names."""
    return _instance(facts.extra.get(INSTANCE_URL, ""), facts.settings.get("login_host") or _PRODUCTION)


@lru_cache(maxsize=256)
def _instance(told: str, given: str) -> str | None:
    host = told.removeprefix("https://")
    if _INSTANCE.fullmatch(host):
        return host
    login = _checked(given)
    return None if re.fullmatch(_GENERIC, login) else login


def hosts(facts: LinkFacts) -> Hosts:
    """Secrets go to the link's sign-in host only, tokens to the organisation's instance only.

    Before the first token answer a generic sign-in host leaves open which instance that is: any My Domain.
    """
    instance = instance_host(facts)
    anyones = ("*.my.salesforce.com", *(f"*.{kind}.my.salesforce.com" for kind in _KINDS))
    return Hosts(api=(instance,) if instance else anyones, login=(login_host(facts),))


def instance_url(facts: LinkFacts) -> str:
    """The origin of this organisation's data.

    Without a token answer that named one it is the sign-in host, which no token is ever sent to.
    """
    return f"https://{instance_host(facts) or login_host(facts)}"


def api_base(facts: LinkFacts) -> str:
    return instance_url(facts) + API_PATH


def in_emea(facts: LinkFacts) -> bool:
    """Whether the organisation's instance is a European one, by its own name or that of its host.

    A My Domain does not tell; the name of the instance, read at sign-in, does.
    """
    named = facts.extra.get("instance", "").lower()
    return bool(_EMEA.fullmatch(named) or _EMEA.fullmatch(instance_host(facts) or ""))


# Scopes -------------------------------------------------------------------------------------------------------------

SCOPES: Final = ("api", "refresh_token", "id")


def has_api(facts: LinkFacts) -> bool:
    """Whether the data may be used at all; a link that says nothing of scopes was granted what was asked for."""
    return not facts.scopes or bool({"api", "full"} & facts.scopes)


# Sign-in ------------------------------------------------------------------------------------------------------------

_BAD_CLIENT: Final = frozenset(
    {
        "invalid_client",
        "invalid_client_id",
        "invalid_client_credentials",
        "redirect_uri_mismatch",
        "unauthorized_client",
        "unsupported_grant_type",
        "OAUTH_APP_BLOCKED",
    }
)
_DEAD_GRANT: Final = frozenset({"invalid_grant", "access_denied", "inactive_user", "inactive_org"})


def token_error(response: Response) -> Customer360Error | None:
    """What a token answer means; its description is read for what the code alone leaves open, and never passed on."""
    status = response.status
    if status >= 500:
        return CrmUnavailable("Salesforce's sign-in server is failing", status=status)
    try:
        answer = response.json()
    except UnexpectedAnswer as error:
        return error
    if not isinstance(answer, dict):
        return UnexpectedAnswer("Salesforce's token answer is not an object", status=status)
    token = answer.get("access_token")
    if 200 <= status < 300 and isinstance(token, str) and token:
        return None
    named, told = answer.get("error"), answer.get("error_description")
    code = named if isinstance(named, str) else None
    described = told.lower() if isinstance(told, str) else ""
    if status == 429 or code == "rate_limit_exceeded" or "rate exceeded" in described:
        return RateLimited("Salesforce refuses further token requests for now", status=status, wait=60.0)
    if code in _BAD_CLIENT:
        return NeedsRelink("Salesforce refuses the application that the link names", status=status, vendor_code=code)
    if code == "invalid_scope":
        return MissingScope("Salesforce does not grant the permissions asked for", status=status, vendor_code=code)
    if code in _DEAD_GRANT:
        if "ip restricted" in described:
            return NeedsAuthorization(
                "Salesforce refuses tokens to this machine's address",
                status=status,
                vendor_code=code,
                next_step="allow the address in the application's settings, then sign in again",
            )
        return NeedsAuthorization("Salesforce no longer accepts this sign-in", status=status, vendor_code=code)
    return UnexpectedAnswer("Salesforce's token answer holds no access token and no error that it documents")


def token_facts(answer: Mapping[str, object]) -> dict[str, str]:
    """The instance, anew with each token, if it is one of Salesforce's own; tokens would be sent there."""
    told = answer.get(INSTANCE_URL)
    if told is None:
        return {}
    bare = told.lower().removesuffix("/") if isinstance(told, str) else ""
    if not bare.startswith("https://") or not _INSTANCE.fullmatch(bare.removeprefix("https://")):
        raise HostRefused("the token answer names an instance that is none of Salesforce's")
    return {INSTANCE_URL: bare}


AUTH = OAuth2Code(
    authorize_url=lambda facts: f"https://{login_host(facts)}/services/oauth2/authorize",
    token_url=lambda facts: f"https://{login_host(facts)}/services/oauth2/token",
    revoke_url=lambda facts: f"https://{login_host(facts)}/services/oauth2/revoke",
    scopes=lambda facts: SCOPES,
    token_facts=token_facts,
    token_error=token_error,
)
