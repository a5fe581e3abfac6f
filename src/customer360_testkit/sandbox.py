"""Fake CRMs for tests and notebooks, in one ``with``.

::

    with Sandbox("zoho") as crm:
        crm.endpoints  # {vendor host: loopback URL}, as the SDK takes them
        returned = crm.authorize(url)  # plays the browser: signs in and gives the URL redirected to
        crm.fake.faults, crm.fake.journal, crm.fake.switches

    with Sandbox("zoho", "microsoft365") as crms:
        crms["zoho"].url
        crms.endpoints  # of all of them
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any

import attrs

from customer360.core.auth import Application
from customer360_testkit.fakes.cast import CastMember
from customer360_testkit.fakes.clock import Clock, WallClock
from customer360_testkit.fakes.fake import FakeCrm
from customer360_testkit.fakes.registry import fake_named
from customer360_testkit.fakes.serving import serve


@attrs.frozen
class SandboxedCrm:
    """One fake CRM that is being served.

    Attributes:
        fake: the fake itself: ``journal``, ``faults``, ``clock``, ``switches``, ``records(module)``, ``reset()``.
        url: ``http://127.0.0.1:PORT``.
        endpoints: vendor host -> ``url``.
    """

    fake: FakeCrm
    url: str
    endpoints: Mapping[str, str]

    @property
    def key(self) -> str:
        """The CRM's key."""
        return self.fake.key

    @property
    def client_id(self) -> str:
        """Of the application that is registered at this CRM."""
        return self.fake.client_id

    @property
    def client_secret(self) -> str:
        """Of the application that is registered at this CRM."""
        return self.fake.client_secret

    @property
    def application(self) -> Application:
        """Both, as the SDK takes them."""
        return Application(self.client_id, self.client_secret)

    @property
    def users(self) -> Mapping[str, Any]:
        """Login name -> who can sign in."""
        return self.fake.users

    def authorize(self, authorization_url: str, user: str | None = None, *, deny: bool = False) -> str:
        """Open the authorization URL as ``user`` (the first unless given); the URL that the browser is sent back to.

        Raises ValueError when the page shows an error instead of sending the browser back.
        """
        return self.fake.authorize(authorization_url, user, deny=deny)


class Sandbox(Mapping[str, SandboxedCrm]):
    """Serves fakes on loopback ports while its block runs.

    Args:
        crms: keys of installed fakes, at least one.
        port: of the first; the others follow it. 0 takes free ones.
        switches: CRM key -> {switch: reading}; for a single CRM, {switch: reading} will do.
        clock: the machine's unless given. With a ``FakeClock`` a test moves time.
        cast: the customers that the CRMs hold; the shared cast unless given.

    ``with`` gives the :class:`SandboxedCrm` itself for one CRM, and the sandbox, a mapping of them, for several.

    Raises:
        NoSuchFake: no fake of that name is installed.
        ValueError: no CRM or a CRM twice, a port that there is not, or a switch or a reading that does not exist.
    """

    def __init__(
        self,
        *crms: str,
        port: int = 0,
        switches: Mapping[str, Mapping[str, str]] | Mapping[str, str] | None = None,
        clock: Clock | None = None,
        cast: Sequence[CastMember] | None = None,
    ) -> None:
        if not crms or len(set(crms)) != len(crms):
            raise ValueError("name one or more different CRMs")
        if not 0 <= port <= 65_536 - len(crms):
            raise ValueError(f"ports are 0 to 65535, and {len(crms)} of them are due from {port} on")
        chosen = _by_crm(crms, switches or {})
        self._fakes = [fake_named(crm)(switches=chosen.get(crm), clock=clock or WallClock(), cast=cast) for crm in crms]
        self._port = port
        self._serving = ExitStack()
        self._crms: dict[str, SandboxedCrm] = {}

    @property
    def endpoints(self) -> Mapping[str, str]:
        """Vendor host -> loopback URL, of every CRM."""
        return {host: url for crm in self._crms.values() for host, url in crm.endpoints.items()}

    def __enter__(self) -> Any:
        with ExitStack() as starting:
            for position, fake in enumerate(self._fakes):
                served = starting.enter_context(serve(fake, port=self._port + position if self._port else 0))
                self._crms[fake.key] = SandboxedCrm(fake, served.url, served.endpoints)
            self._serving = starting.pop_all()
        return self if len(self._crms) > 1 else next(iter(self._crms.values()))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serving.close()
        self._crms.clear()

    def __getitem__(self, crm: str) -> SandboxedCrm:
        return self._crms[crm]

    def __iter__(self) -> Iterator[str]:
        return iter(self._crms)

    def __len__(self) -> int:
        return len(self._crms)


def _by_crm(
    crms: Sequence[str], switches: Mapping[str, Mapping[str, str]] | Mapping[str, str]
) -> dict[str, dict[str, str]]:
    flat = {name: reading for name, reading in switches.items() if isinstance(reading, str)}
    nested = {crm: dict(readings) for crm, readings in switches.items() if not isinstance(readings, str)}
    if flat and len(crms) > 1:
        raise ValueError("with several CRMs, say whose switch it is: {crm: {switch: reading}}")
    if unknown := nested.keys() - set(crms):
        raise ValueError(f"switches for {', '.join(sorted(unknown))}, which this sandbox does not serve")
    return {crms[0]: {**flat, **nested.get(crms[0], {})}, **{crm: nested[crm] for crm in nested if crm != crms[0]}}
