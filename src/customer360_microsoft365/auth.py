"""Clouds, hosts, scopes and sign-in of Microsoft 365 (contract, sections 1 and 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from customer360.core.auth import OAuth2Code
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    InvalidSettings,
    MissingScope,
    NeedsAuthorization,
    NeedsRelink,
    RateLimited,
    UnexpectedAnswer,
)
from customer360.core.linking import Hosts, LinkFacts, Linking, Setting
from customer360.core.wire import Response

API_PATH = "/v1.0"


@attrs.frozen
class Cloud:
    """One of Microsoft's separate clouds: neither tokens nor data pass between them."""

    label: str
    graph: str
    login: str


CLOUDS: Final[Mapping[str, Cloud]] = {
    "global": Cloud("Global (and GCC)", "graph.microsoft.com", "login.microsoftonline.com"),
    "us_l4": Cloud("US Government L4 (GCC High)", "graph.microsoft.us", "login.microsoftonline.us"),
    "us_l5": Cloud("US Government L5 (DoD)", "dod-graph.microsoft.us", "login.microsoftonline.us"),
    "china": Cloud("China (21Vianet)", "microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn"),
}

CONTACTS = "Contacts.ReadWrite"
TASKS = "Tasks.ReadWrite"
CALENDARS = "Calendars.ReadWrite"
PEOPLE = "People.Read"
SETTINGS = "MailboxSettings.Read"
# Without offline_access there is no refresh token.
_SIGN_IN = ("offline_access", "openid", "profile", "email")

LINKING = Linking(
    (
        Setting(
            name="cloud",
            label="Cloud",
            required=False,
            default="global",
            choices={key: cloud.label for key, cloud in CLOUDS.items()},
        ),
        Setting(
            name="directory",
            label="Directory (tenant)",
            help="the directory's id or a verified domain of it; organizations for any work account, common for all",
            required=False,
            default="organizations",
            pattern=r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?",  # it becomes a segment of the sign-in URL
        ),
        Setting(
            name="people",
            label="Search people too",
            help=f"yes asks for {PEOPLE}: the people Outlook ranks as relevant, colleagues included, read only",
            required=False,
            default="no",
            choices={"no": "No", "yes": "Yes"},
        ),
        Setting(
            name="mailbox_settings",
            label="Read the user's time zone",
            help=f"yes asks for {SETTINGS}",
            required=False,
            default="no",
            choices={"no": "No", "yes": "Yes"},
        ),
        Setting(
            name="residency",
            label="Where the directory's data are kept",
            help="the vendor keeps data by directory and tells an application nothing of it: an administrator says it",
            required=False,
            default="elsewhere",
            choices={"elsewhere": "Elsewhere, or unknown", "emea": "In EMEA"},
        ),
    )
)


def cloud(facts: LinkFacts) -> Cloud:
    """The link's cloud; :class:`InvalidSettings` if it names none of Microsoft's."""
    found = CLOUDS.get(facts.settings.get("cloud") or "global")
    if found is None:
        raise InvalidSettings("the link names no cloud of Microsoft 365", next_step="link again with a cloud")
    return found


def hosts(facts: LinkFacts) -> Hosts:
    """Exactly the pair of hosts of the link's cloud."""
    chosen = cloud(facts)
    return Hosts(api=(chosen.graph,), login=(chosen.login,))


def in_emea(facts: LinkFacts) -> bool:
    """Residency goes by directory, not by host: EMEA only where the administrator says so, in the global cloud."""
    return cloud(facts) is CLOUDS["global"] and facts.settings.get("residency") == "emea"


def in_china(facts: LinkFacts) -> bool:
    """The cloud without contact delta and linked resources."""
    return cloud(facts) is CLOUDS["china"]


def may_be_personal(facts: LinkFacts) -> bool:
    """Whether the account may be a personal one: those sign in through two directories that are none's."""
    return (facts.settings.get("directory") or "").lower() in ("common", "consumers")


def api_base(facts: LinkFacts) -> str:
    return f"https://{cloud(facts).graph}{API_PATH}"


# Scopes -------------------------------------------------------------------------------------------------------------


def scopes(facts: LinkFacts) -> tuple[str, ...]:
    """What sign-in asks for: no more than the settings need.

    Outside the global cloud a bare name would leave open which Graph is meant: two clouds share a sign-in host.
    """
    people = (PEOPLE,) if facts.settings.get("people") == "yes" else ()
    mailbox = (SETTINGS,) if facts.settings.get("mailbox_settings") == "yes" else ()
    root = "" if cloud(facts) is CLOUDS["global"] else f"https://{cloud(facts).graph}/"
    return (*_SIGN_IN, *(root + each for each in ("User.Read", CONTACTS, TASKS, CALENDARS, *people, *mailbox)))


def granted(facts: LinkFacts, scope: str) -> bool:
    """Whether the link holds a scope, which the vendor names bare or behind its cloud's Graph root.

    Where the token answer named none, it is what was asked for.
    """
    prefix = f"https://{cloud(facts).graph}/"
    held = facts.scopes or scopes(facts)
    return scope.casefold() in {each.casefold().removeprefix(prefix) for each in held}


# Sign-in ------------------------------------------------------------------------------------------------------------

_SIGN_IN_AGAIN = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
_BAD_CLIENT = frozenset({"invalid_client", "unauthorized_client"})
_UNAVAILABLE = frozenset({"temporarily_unavailable", "server_error"})


def token_error(response: Response) -> Customer360Error | None:
    """What a token answer means; ``vendor_code`` is its AADSTS code, the description is never passed on."""
    status = response.status
    if status >= 500:
        return CrmUnavailable("Microsoft's sign-in server is failing", status=status)
    if status == 429:
        return RateLimited("Microsoft's sign-in server refuses further requests for now", status=status)
    try:
        answer = response.json()
    except UnexpectedAnswer as unreadable:
        return unreadable
    if not isinstance(answer, dict):
        return UnexpectedAnswer("Microsoft's token answer is not an object", status=status)
    token = answer.get("access_token")
    if 200 <= status < 300 and isinstance(token, str) and token:
        return None
    error, code = answer.get("error"), _aadsts(answer.get("error_codes"))
    if not isinstance(error, str):
        return UnexpectedAnswer("Microsoft's token answer holds neither a token nor an error", status=status)
    if error in _SIGN_IN_AGAIN:
        return NeedsAuthorization("Microsoft no longer accepts this sign-in", status=status, vendor_code=code)
    if error in _BAD_CLIENT:
        return NeedsRelink("Microsoft refuses the application or its secret", status=status, vendor_code=code)
    if error in _UNAVAILABLE:
        return CrmUnavailable("Microsoft's sign-in server is failing", status=status, vendor_code=code)
    if error == "invalid_scope":
        return MissingScope("Microsoft does not grant the scopes asked for", status=status, vendor_code=code)
    return UnexpectedAnswer(
        "Microsoft's token answer holds an error that is not known", status=status, vendor_code=code
    )


def _aadsts(codes: object) -> str | None:
    first = codes[0] if isinstance(codes, list) and codes else None
    return f"AADSTS{first}" if isinstance(first, int) and not isinstance(first, bool) else None


def _sign_in(facts: LinkFacts, end: str) -> str:
    directory = facts.settings.get("directory") or "organizations"
    return f"https://{cloud(facts).login}/{directory}/oauth2/v2.0/{end}"


AUTH = OAuth2Code(
    authorize_url=lambda facts: _sign_in(facts, "authorize"),
    token_url=lambda facts: _sign_in(facts, "token"),
    scopes=scopes,
    authorize_params={"response_mode": "query"},
    token_params=lambda facts: {"scope": " ".join(scopes(facts))},
    token_error=token_error,
    # No revoke_url: the vendor has no revocation endpoint; tokens are forgotten.
)
