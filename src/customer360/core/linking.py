"""What an administrator supplies to link a CRM, and the hosts that follow from it: a credential can never leave
them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from urllib.parse import urlsplit

import attrs

from customer360.core.errors import HostRefused, InvalidSettings, OutsideResidency

log = logging.getLogger("customer360.residency")
"""Every refusal is recorded here: what was refused, and of which CRM; never whom it was about."""


@attrs.frozen(kw_only=True)
class Setting:
    """One value the administrator supplies.

    ``choices`` (value to label) or ``pattern`` (whole match) restrict it; ``secret`` ones go to the vault and
    never into a repr or a connector's facts. ``normal`` makes of what people type what is asked for, before either is
    looked at (see ``customer360.core.addresses``). A change of a setting that ``moves`` the link leads to another
    place, so that whoever signed in must do so again; one that does not (a version, a list of spellings) keeps them.
    """

    name: str
    label: str
    help: str = ""
    required: bool = True
    secret: bool = False
    default: str | None = None
    choices: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    pattern: str | None = None
    normal: Callable[[str], str] | None = None
    moves: bool = True


@attrs.frozen
class Linking:
    """The settings of a CRM.

    ``checked`` returns them complete, or raises :class:`InvalidSettings` naming the first wrong one.
    """

    settings: tuple[Setting, ...] = ()

    @property
    def secrets(self) -> frozenset[str]:
        """The names of those that are sealed."""
        return frozenset(setting.name for setting in self.settings if setting.secret)

    @property
    def place(self) -> frozenset[str]:
        """The names of those that say where the link leads."""
        return frozenset(setting.name for setting in self.settings if setting.moves)

    def checked(self, given: Mapping[str, str]) -> dict[str, str]:
        """The values to link with: defaults filled in, each validated (F101)."""
        known = {setting.name for setting in self.settings}
        for name in given:
            if name not in known:
                raise InvalidSettings(
                    f"there is no setting {name!r}", next_step=f"use one of {', '.join(sorted(known))}"
                )
        values: dict[str, str] = {}
        for setting in self.settings:
            value = given.get(setting.name, setting.default)
            if value is None or not value.strip():
                if setting.required:
                    raise InvalidSettings(
                        f"the setting {setting.name!r} ({setting.label}) is missing",
                        next_step=setting.help or "supply it",
                    )
                continue
            if setting.normal is not None:
                value = setting.normal(value)
            if setting.choices and value not in setting.choices:
                raise InvalidSettings(
                    f"the setting {setting.name!r} is none of its choices",
                    next_step=f"use one of {', '.join(setting.choices)}",
                )
            if setting.pattern and not re.fullmatch(setting.pattern, value):
                raise InvalidSettings(
                    f"the setting {setting.name!r} is malformed", next_step=setting.help or "correct it"
                )
            values[setting.name] = value
        return values


@attrs.frozen
class Hosts:
    """Exactly the hosts a link may talk to, lower case, no patterns wider than one label.

    ``api`` receives access tokens, ``login`` receives client secrets, codes and refresh tokens. A leading
    ``*.`` stands for one label. ``host:port`` allows that port of that host and no other (an installation of the
    customer's own); without one, 443.
    """

    api: tuple[str, ...]
    login: tuple[str, ...]

    def check(self, url: str, *, login: bool = False) -> str:
        """The host of ``url``, with its port unless that is 443, if it is allowed and the URL is plain https; else
        raises :class:`HostRefused`.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").lower().rstrip(".")
        try:
            port = parts.port
        except ValueError:
            port = -1
        if port not in (None, 443):
            host = f"{host}:{port}" if host and ":" not in host else ""  # an IPv6 address has colons of its own
        plain = parts.scheme == "https" and parts.username is None and parts.password is None
        if not plain or not any(_allows(pattern, host) for pattern in (self.login if login else self.api)):
            named, kind = f"{parts.scheme or 'no scheme'}://{host or 'no host'}", "sign-in" if login else "data"
            raise HostRefused(f"{named} is not a {kind} host of this link")
        return host


def _allows(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        label, dot, rest = host.partition(".")
        return bool(label) and bool(dot) and rest == pattern[2:]
    return host == pattern


@attrs.frozen(kw_only=True)
class LinkFacts:
    """What is known of one authorised link, as plain data: the only thing a connector's pure functions depend
    on.

    ``settings`` as the administrator gave them (no secrets), ``scopes`` granted, ``extra`` what ``locate``, sign-in or
    ``identify`` told (API domain, organisation id, user's zone); all JSON. ``user`` is the CRM's id of the
    signed-in user. ``account`` says that this is the account's own sign-in, not an agent's: one person may have both
    at a CRM that allows a person one session for each kind of client (Sugar's platforms).
    """

    crm: str
    settings: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)
    scopes: frozenset[str] = frozenset()
    extra: Mapping[str, str] = attrs.field(factory=dict, repr=False, hash=False)
    user: str | None = attrs.field(default=None, repr=False)
    account: bool = False


class Region(StrEnum):
    """Where data are kept, as far as residency asks."""

    EMEA = "emea"
    ELSEWHERE = "elsewhere"


@attrs.frozen(kw_only=True)
class Residency:
    """EMEA residency, switched on by whoever opens a client (F150, F151).

    ``account`` and ``store`` say where the account is and where the database is kept: no software can find that out, so
    the host answers for it. Raises :class:`OutsideResidency` unless both are in EMEA. Whether a CRM's data are is what
    its connector says of a link (``in_emea``); what is not known to be in EMEA is not.
    """

    account: Region = attrs.field(converter=Region)
    store: Region = attrs.field(converter=Region)

    def __attrs_post_init__(self) -> None:
        if self.account is not Region.EMEA:
            raise outside("EMEA residency is for an account in EMEA")
        if self.store is not Region.EMEA:
            raise outside("with EMEA residency the store is kept in EMEA, too")


def outside(what: str) -> OutsideResidency:
    """The error to raise; the refusal is recorded."""
    log.warning("refused for the sake of residency: %s", what)
    return OutsideResidency(what)
