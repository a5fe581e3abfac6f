"""Linking, linking again and letting go, without a vendor: what is kept, what is dropped, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from customer360.core.auth import Application, Grant
from customer360.core.effects import tx
from customer360.core.errors import InvalidSettings, InvalidValue, NeedsAuthorization, NeedsRelink, NotLinked
from customer360.drivers.blocking import BlockingDriver
from customer360.links import rows
from customer360.links.links import Links
from customer360.links.rows import LinkState
from customer360.links.seals import Seals
from customer360.plugins import installed
from customer360.store.engine import open_store
from customer360.transport.httpx_adapter import HttpxPort
from customer360.vault import MasterKey, Vault

EU = {"data_centre": "eu"}
CLIENT = Application("client-1", "the-s3cret")
BACK = "http://localhost/back"


class Room:
    """Links over a store, driven by a thread."""

    def __init__(self, store_url: str, key: MasterKey) -> None:
        self.vault = Vault(key)
        self.links = Links(plugins=installed(), vault=self.vault)
        self.port = HttpxPort()
        self.store = open_store(store_url)
        self.driver = BlockingDriver(http=self.port, store=self.store)
        self.run = self.driver.run

    def link(self, application: Application = CLIENT, *, relink: bool = False, **settings: str) -> None:
        self.run(self.links.link("acme", "zoho", settings=EU | settings, application=application, relink=relink))

    def sign_in(self, *agents: str) -> None:
        """As if these had signed in ("" is the administrator)."""
        for agent in agents:
            grant = Seals(self.vault, "acme", "zoho", agent).grant(Grant(access_token="t", received_at=0.0))
            facts = {"user": "1", "scopes": [], "extra": {}}
            put = tx(rows.put_authorization, "acme", "zoho", agent, grant=grant, generation=0, facts=facts)
            self.run(_do(put))
            if agent == "":
                self.run(_do(tx(rows.change_link, "acme", "zoho", state=LinkState.LINKED.value)))

    def close(self) -> None:
        self.driver.close()
        self.store.close()
        self.port.close()


async def _do(effect: object) -> object:
    return await effect  # type: ignore[misc]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A room on a store in a file."""
    made = Room(f"sqlite:///{tmp_path / 'store.db'}", MasterKey.in_memory())
    yield made
    made.close()


@pytest.mark.feature("F101")
@pytest.mark.parametrize("settings", [{}, {"data_centre": "moon"}, {"data_centre": "eu", "colour": "red"}])
def test_wrong_settings_are_refused_before_anything_is_stored(room: Room, settings: dict[str, str]) -> None:
    """Missing, wrong or unknown: typed, and no trace of a link."""
    with pytest.raises(InvalidSettings):
        room.run(room.links.link("acme", "zoho", settings=settings, application=CLIENT))
    assert room.run(room.links.linked("acme")) == ()


@pytest.mark.feature("F103", "F105")
def test_a_second_link_is_refused_and_relinking_is_offered(room: Room) -> None:
    """One link of a CRM per account, whatever its state; another account has its own."""
    room.link()
    with pytest.raises(InvalidSettings, match="relink=True"):
        room.link()
    (link,) = room.run(room.links.linked("acme"))
    assert link.state is LinkState.PENDING
    assert room.run(room.links.linked("other")) == ()


@pytest.mark.feature("F146")
def test_each_state_says_what_to_do(room: Room) -> None:
    """Unlinked, not complete, not signed in, broken: four errors, each with its way out."""
    with pytest.raises(NotLinked):
        room.run(room.links.connection("acme", "zoho", "kim"))
    room.link()
    with pytest.raises(NotLinked, match="administrator"):
        room.run(room.links.connection("acme", "zoho", "kim"))
    room.sign_in("")
    with pytest.raises(NeedsAuthorization):
        room.run(room.links.connection("acme", "zoho", "kim"))
    room.sign_in("kim")
    assert room.run(room.links.connection("acme", "zoho", "kim")).agent_id == "kim"
    room.run(_do(tx(rows.change_link, "acme", "zoho", state=LinkState.BROKEN.value)))
    with pytest.raises(NeedsRelink):
        room.run(room.links.connection("acme", "zoho", "kim"))


@pytest.mark.feature("F106")
def test_relinking_with_a_new_secret_keeps_configuration_and_agents(room: Room) -> None:
    """The same client in the same place: the administrator signs in again, the agents do not."""
    room.link()
    room.sign_in("", "kim")
    room.run(room.links.configure_resources("acme", "zoho", ("Leads", "Contacts")))
    room.link(Application("client-1", "another"), relink=True)
    (link,) = room.run(room.links.linked("acme"))
    assert (link.state, link.resources) == (LinkState.PENDING, ("Leads", "Contacts"))
    room.sign_in("")
    names = [each.name for each in room.run(room.links.connection("acme", "zoho", "kim")).resources]
    assert names == ["Leads", "Contacts"]


@pytest.mark.feature("F107")
@pytest.mark.parametrize(("client", "centre"), [("client-2", "eu"), ("client-1", "com")])
def test_a_token_never_follows_the_link_elsewhere(room: Room, client: str, centre: str) -> None:
    """Another client or data centre: what was granted before is gone, so that it is never sent there."""
    room.link()
    room.sign_in("", "kim")
    room.link(Application(client, "x"), relink=True, data_centre=centre)
    room.sign_in("")
    with pytest.raises(NeedsAuthorization):
        room.run(room.links.connection("acme", "zoho", "kim"))


def test_relinking_is_the_way_out_of_a_lost_master_key(tmp_path: Path) -> None:
    """A store whose key is gone can be linked anew, and what it held is dropped."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first = Room(url, MasterKey.in_memory())
    first.link()
    first.sign_in("", "kim")
    first.close()
    second = Room(url, MasterKey.in_memory())
    second.link(relink=True)
    assert second.run(second.links.begin_login("acme", "zoho", "", redirect_uri=BACK)).startswith("https://")
    second.close()


@pytest.mark.feature("F108", "F109")
def test_unlinking_asks_first_and_then_holds_for_everybody_at_once(room: Room, tmp_path: Path) -> None:
    """Without confirmation it says what would be lost; with it, open sessions of other processes end too."""
    room.link()
    room.sign_in("kim", "lee")
    room.run(_do(tx(rows.change_link, "acme", "zoho", state=LinkState.LINKED.value)))
    other = Links(plugins=installed(), vault=room.vault)
    assert room.run(other.connection("acme", "zoho", "lee")).agent_id == "lee"
    with pytest.raises(InvalidValue, match="2 agents"):
        room.run(room.links.unlink("acme", "zoho", confirm=False))
    assert len(room.run(room.links.linked("acme"))) == 1
    room.run(room.links.unlink("acme", "zoho", confirm=True))
    for links in (room.links, other):
        with pytest.raises(NotLinked):
            room.run(links.connection("acme", "zoho", "lee"))


@pytest.mark.feature("F116", "F120")
def test_only_resources_that_exist_can_be_configured(room: Room) -> None:
    """An unknown name is refused with those that exist, and nothing changes."""
    room.link()
    with pytest.raises(InvalidValue, match="Contacts"):
        room.run(room.links.configure_resources("acme", "zoho", ("Contacts", "Nonsense")))
    assert room.run(room.links.linked("acme"))[0].resources is None


@pytest.mark.feature("F102")
def test_a_return_that_nobody_began_is_refused(room: Room) -> None:
    """Forged, of another account, or nothing at all: typed, and no request leaves."""
    room.link()
    url = room.run(room.links.begin_login("acme", "zoho", "", redirect_uri=BACK))
    state = url.split("state=")[1].split("&")[0]
    for tenant, returned in (
        ("acme", f"{BACK}?state=forged&code=c"),
        ("acme", BACK),
        ("acme", "http://["),
        ("other", f"{BACK}?state={state}&code=c"),
    ):
        with pytest.raises(NeedsAuthorization):
            room.run(room.links.complete_login(tenant, returned))


@pytest.mark.feature("F102")
def test_a_refusal_by_the_person_is_typed_and_uses_the_sign_in_up(room: Room) -> None:
    """``error=access_denied`` asks for another sign-in, and the same return cannot be played again."""
    room.link()
    url = room.run(room.links.begin_login("acme", "zoho", "", redirect_uri=BACK))
    returned = f"{BACK}?state={url.split('state=')[1].split('&')[0]}&error=access_denied"
    for word in ("did not sign in", "no sign-in under way"):
        with pytest.raises(NeedsAuthorization, match=word):
            room.run(room.links.complete_login("acme", returned))
