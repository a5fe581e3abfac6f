"""Data centres, settings and hosts of Bullhorn, and what its sign-in answers mean (contract, sections 1 and 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from customer360.core.addresses import LABEL
from customer360.core.effects import Request
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

KEY: Final = "bullhorn"
VERSION: Final = "2.0"
OAUTH_URL: Final = "oauthUrl"
"""The fact that ``locate`` brings: where people sign in, and where tokens come from."""
LOGIN_URL: Final = "restUrl"
"""The fact that ``locate`` brings: where an access token becomes a session."""
REST_URL: Final = "session"
"""The fact that every session brings: where this tenant's data are."""

_SUFFIX: Final = ".bullhornstaffing.com"
_DISCOVERY: Final = "https://rest.bullhornstaffing.com/rest-services"
_ADDRESS = re.compile(rf"https://({LABEL})\.bullhornstaffing\.com((?:/[A-Za-z0-9._~-]+)*)/?")
_EMEA = re.compile(r"(?:auth|rest)-emea[0-9]*")

LINKING = Linking(
    (
        Setting(
            name="username",
            label="API user name",
            help="the name of the tenant's API user: Bullhorn tells by it in which data centre the tenant lives",
            pattern=r"[^\s\x00-\x1f\x7f]{1,100}",
            normal=str.strip,
        ),
        Setting(
            name="placeholder_company",
            label="Company of unknown contacts",
            help="optional: the id of the company (ClientCorporation) that a new client contact without one belongs to;"
            " Bullhorn keeps no client contact without a company",
            required=False,
            pattern=r"[1-9][0-9]{0,11}",
            normal=str.strip,
            moves=False,
        ),
    )
)


# Where --------------------------------------------------------------------------------------------------------------


async def locate(facts: LinkFacts) -> dict[str, str]:
    """The tenant's data centre, by the API user's name; no credential is needed (section 2.1).

    What Bullhorn says of a name that it does not know is not documented: any refusal means that.
    """
    answer = await Request(
        method="GET",
        path=f"{_DISCOVERY}/loginInfo",
        params=(("username", facts.settings.get("username", "")),),
        headers=(("Accept", "application/json"),),
        accept=tuple(range(400, 429)),
        purpose="login",
    )
    if answer.status >= 500:
        raise CrmUnavailable("Bullhorn's directory of data centres is failing", status=answer.status)
    if answer.status == 429:
        raise RateLimited("Bullhorn refuses further questions for now", status=429, wait=1.0)
    told = _body(answer)
    if answer.status != 200 or not isinstance(told, dict) or not isinstance(told.get("oauthUrl"), str):
        raise InvalidSettings("Bullhorn knows no such user name", next_step="give the name of the tenant's API user")
    return {OAUTH_URL: address(told["oauthUrl"], "auth"), LOGIN_URL: address(told.get("restUrl"), "rest")}


def _body(response: Response) -> Any:
    try:
        return response.json()
    except UnexpectedAnswer:
        return None


def address(told: object, service: str) -> str:
    """An address that Bullhorn named, without its final slash; secrets would be sent there.

    Raises :class:`HostRefused` unless it is https, on a host of Bullhorn's own whose name begins with ``service``.
    """
    found = _ADDRESS.fullmatch(told.strip()) if isinstance(told, str) else None
    if found is None or not found[1].startswith(service):
        raise HostRefused(f"Bullhorn names an address that is none of its {service} hosts")
    return f"https://{found[1]}{_SUFFIX}{found[2]}"


def located(facts: LinkFacts, fact: str) -> str:
    """One of the addresses that ``locate`` found."""
    found = facts.extra.get(fact)
    if not found:
        raise InvalidSettings("the tenant's data centre is not known yet", next_step="link Bullhorn again")
    return found


def elsewhere(location: str | None) -> dict[str, str]:
    """The addresses of the data centre to which a sign-in call was sent on (307, section 2.1).

    The hosts of a data centre differ in their first letters only: ``auth-west`` and ``rest-west``.
    """
    base = (location or "").partition("?")[0].rstrip("/")
    oauth = address(base.removesuffix("/token").removesuffix("/authorize"), "auth")
    host = oauth.removeprefix("https://").partition("/")[0]
    return {OAUTH_URL: oauth, LOGIN_URL: f"https://rest{host.removeprefix('auth')}/rest-services"}


def hosts(facts: LinkFacts) -> Hosts:
    """Sessions go to the one host that the login named.

    Secrets go to Bullhorn's own hosts, each a label under its domain: a data centre may send on to another, and a login
    names a new host at any time. The scheme lets codes and secrets go to ``auth`` hosts, tokens to ``rest`` hosts only.
    """
    any_of_them = f"*{_SUFFIX}"
    rest = _session_base(facts)
    return Hosts(
        api=(any_of_them if rest is None else rest.removeprefix("https://").partition("/")[0],), login=(any_of_them,)
    )


def _session_base(facts: LinkFacts) -> str | None:
    """What the login named, looked at again: nothing that was stored makes another host of a link."""
    rest = facts.extra.get(REST_URL)
    return rest if rest is not None and _ADDRESS.fullmatch(rest) else None


def api_base(facts: LinkFacts) -> str:
    """Where the session's data are; before any login the directory, to which no session is ever sent."""
    return _session_base(facts) or _DISCOVERY


def in_emea(facts: LinkFacts) -> bool:
    """Whether the tenant's data centre is one of Europe's, by the names of its sign-in hosts."""
    named = (facts.extra.get(fact, "").removeprefix("https://").partition(".")[0] for fact in (OAUTH_URL, LOGIN_URL))
    return any(_EMEA.fullmatch(label) for label in named)


# What sign-in answers mean ------------------------------------------------------------------------------------------

_BAD_CLIENT: Final = frozenset(
    {"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_client_id", "redirect_uri_mismatch"}
)


def token_error(response: Response) -> Customer360Error | None:
    """What a token answer means; its description is never passed on."""
    status = response.status
    if status >= 500:
        return CrmUnavailable("Bullhorn's sign-in server is failing", status=status)
    if status == 429:
        return RateLimited("Bullhorn refuses further token requests for now", status=status, wait=1.0)
    answer = _body(response)
    if not isinstance(answer, dict):
        return UnexpectedAnswer("Bullhorn's token answer is no object", status=status)
    token = answer.get("access_token")
    if 200 <= status < 300 and isinstance(token, str) and token:
        return None
    code, told = answer.get("error"), str(answer.get("error_description")).lower()
    named = code if isinstance(code, str) and re.fullmatch(r"[a-z_]{3,40}", code) else None
    if named in _BAD_CLIENT or "redirect uri" in told or "client_id" in told or "client id" in told:
        return NeedsRelink("Bullhorn refuses the application that the link names", status=status, vendor_code=named)
    if named in ("invalid_grant", "access_denied"):
        return NeedsAuthorization("Bullhorn no longer accepts this sign-in", status=status, vendor_code=named)
    return UnexpectedAnswer("Bullhorn's token answer holds no access token and no error that it documents")


def login_error(response: Response) -> Customer360Error | None:
    """What the answer to a REST login means (section 2.4)."""
    status = response.status
    if status >= 500:
        return CrmUnavailable("Bullhorn's login is failing", status=status)
    answer = _body(response)
    told: Mapping[str, object] = answer if isinstance(answer, dict) else {}
    if status == 429 or told.get("errorCode") == 429:
        return RateLimited("Bullhorn refuses further logins for now", status=status, wait=1.0)
    if status in (401, 403):
        return NeedsAuthorization("Bullhorn does not let this user in", status=status)
    if status == 400 and told.get("errorMessageKey") == "errors.authentication.invalidOAuthToken":
        return CrmUnavailable("Bullhorn no longer knows the access token that it has just given", status=status)
    if not isinstance(told.get("BhRestToken"), str) or not told["BhRestToken"]:
        return UnexpectedAnswer("Bullhorn's login brings no session", status=status)
    return None


def sign_in_error(response: Response) -> Customer360Error | None:
    """What any other answer of the sign-in hosts means."""
    if response.status >= 500:
        return CrmUnavailable("Bullhorn's sign-in is failing", status=response.status)
    if response.status == 429:
        return RateLimited("Bullhorn refuses further requests for now", status=429, wait=1.0)
    return UnexpectedAnswer("Bullhorn's sign-in answered with an error", status=response.status)
