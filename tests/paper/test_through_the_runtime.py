"""Every way of signing in to every CRM goes through links, vault and transport as they run in life.

The vendor is a server on loopback that answers everything alike; that a request arrives at it says that it was for a
declared host, in the form that the paper's scheme gives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest
from tests.customer360.links.bent import Answer, Asked, Vendor
from tests.paper.connector import connector_of
from tests.paper.everyone import PAPERS
from tests.paper.paper import Paper, Place, Way
from tests.paper.test_paper import APPLICATION

from customer360.core.auth import Keys, OAuth1Keys
from customer360.core.connector import Identity
from customer360.core.records import Contact, RecordRef
from customer360.drivers.blocking import BlockingDriver
from customer360.links.links import Links
from customer360.plugins import Plugins
from customer360.store.engine import open_store
from customer360.transport.endpoints import Endpoints
from customer360.transport.httpx_adapter import HttpxPort
from customer360.vault import MasterKey, Vault

_SESSION = "https://rest99.bullhornstaffing.com/rest-services/abc123/"
_TOKENS = {
    **dict.fromkeys(("access_token", "token", "BhRestToken"), "t0ken"),
    **dict.fromkeys(("refresh_token", "refreshtoken"), "r1"),
    "expires_in": 3600,
    "restUrl": _SESSION,
}
_USUAL = [pytest.param(paper, way, id=f"{key}: {way.name}") for key, paper in PAPERS.items() for way in paper.ways]


class Agreeable(Vendor):
    """Has a token for everybody."""

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return 200, _TOKENS


@pytest.fixture(scope="module")
def vendor() -> Iterator[Agreeable]:
    """The server of all vendors."""
    running = Agreeable()
    yield running
    running.close()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BlockingDriver]:
    """One store for all; each case is a tenant of its own."""
    path: Path = tmp_path_factory.mktemp("paper") / "store.db"
    port, store = HttpxPort(), open_store(f"sqlite:///{path}")
    made = BlockingDriver(http=port, store=store)
    yield made
    made.close()
    store.close()
    port.close()


def endpoints(paper: Paper, place: Place, way: Way, vendor: Vendor) -> Endpoints:
    """Every host of the place, and those that stand in what it is told."""
    declared = (*place.hosts.api, *place.hosts.login)
    hosts = {each.partition(":")[0] for each in declared if not each.startswith("*")}
    hosts |= {urlsplit(each).hostname or "" for each in place.extra.values() if each.startswith("https://")}
    hosts |= {"rest.bullhornstaffing.com"} if paper.key == "bullhorn" else set()
    return Endpoints(dict.fromkeys(hosts, vendor.url))


@pytest.mark.feature("F102")
@pytest.mark.promise("R15")
@pytest.mark.parametrize(("paper", "way"), _USUAL)
def test_an_account_and_an_agent_sign_in_and_a_request_is_signed(
    paper: Paper, way: Way, vendor: Agreeable, driver: BlockingDriver
) -> None:
    """Linked, both signed in, and the agent's request carries what the scheme makes; the link shows no secret."""
    place, connector, tenant = paper.places[0], connector_of(paper), f"{paper.key}-{way.name}"
    links = Links(
        plugins=Plugins({paper.key: connector}, {}),
        vault=Vault(MasterKey.in_memory()),
        endpoints=endpoints(paper, place, way, vendor),
    )
    wanted = {**place.settings, **way.settings}
    secrets = {name: APPLICATION.secrets[name] for name in paper.linking.secrets}
    application = attrs.evolve(APPLICATION, secrets={})
    link = driver.run(links.link(tenant, paper.key, settings={**wanted, **secrets}, application=application))
    assert not set(link.settings) & paper.linking.secrets
    for agent in ("", "kim"):
        identity = driver.run(_signed_in(links, tenant, paper, way, agent))
        told = [way.typed[each.name] for each in way.auth.asks if not each.secret]
        assert identity.user.id == (told[0] if told else "1")
    vendor.asked.clear()
    connection = driver.run(links.connection(tenant, paper.key, "kim"))

    async def get() -> Contact:
        return await connection.run(connector.get(connection.facts, RecordRef(paper.key, "contacts", "7")))

    driver.run(get())
    path = f"{urlsplit(place.api_base).path}/one/7"
    (asked,) = (each for each in vendor.asked if each.path == path)  # a search may be woken beside it
    assert _carried(way, asked)


def _carried(way: Way, asked: Asked) -> bool:
    """Whether the request bears the token that was handed out, the keys, or a signature."""
    if isinstance(way.auth, OAuth1Keys):
        return "oauth_signature=" in asked.headers["authorization"]
    if isinstance(way.auth, Keys):
        secrets = {**APPLICATION.secrets, **way.typed, "company": "acme", "client_id": APPLICATION.client_id}
        return all(asked.headers[name.lower()] == value for name, value in way.auth.headers(secrets))
    return any(value.endswith("t0ken") for value in asked.headers.values())


async def _signed_in(links: Links, tenant: str, paper: Paper, way: Way, agent: str) -> Identity:
    asks = await links.asks(tenant, paper.key, agent)
    assert (asks is None) is way.auth.browser
    if asks is not None:
        return await links.sign_in(tenant, paper.key, agent, way.typed)
    url = await links.begin_login(tenant, paper.key, agent, redirect_uri="http://localhost/back")
    state = dict(parse_qsl(urlsplit(url).query))["state"]
    return await links.complete_login(tenant, f"http://localhost/back?state={state}&code=c0de")
