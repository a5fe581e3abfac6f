"""EMEA residency: what is not known to be in EMEA is refused before anything is sent to it."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.customer360.links.bent import Bent, Room, Vendor, refusal
from tests.customer360.links.test_bends_places import Literal

from customer360 import Customer360
from customer360.cli import main
from customer360.core.auth import OAuth2Code
from customer360.core.errors import NotLinked, OutsideResidency
from customer360.core.linking import Hosts, LinkFacts, Region, Residency
from customer360.outbox.verdicts import Verdict, verdict
from customer360.vault import MasterKey
from customer360_testkit.fakes.faults import status
from customer360_testkit.fakes.salesforce.fields import Field, SObject
from customer360_testkit.sandbox import Sandbox

HELD = Residency(account=Region.EMEA, store=Region.EMEA)

Rooms = Callable[..., Room]


def grants(vendor: Vendor, **facts: str) -> None:
    """The sign-in server answers, with what it tells of the place."""
    answer = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, **facts}
    vendor.routes["POST /token"] = (200, answer)


class Told(Bent):
    """Where the organisation is, only a token answer or its first page says."""

    auth = OAuth2Code(
        authorize_url=lambda facts: "https://login.bent.example/auth",
        token_url=lambda facts: "https://login.bent.example/token",
        scopes=lambda facts: ("read",),
        token_error=refusal,
        token_facts=lambda answer: {"place": str(answer["place"])} if "place" in answer else {},
    )

    def hosts(self, facts: LinkFacts) -> Hosts:
        host = "api.bent.example" if facts.extra.get("place") == "us" else "api-eu.bent.example"
        return Hosts(api=(host,), login=("login.bent.example",))

    def api_base(self, facts: LinkFacts) -> str:
        return f"https://{self.hosts(facts).api[0]}"

    def in_emea(self, facts: LinkFacts) -> bool:
        return facts.extra.get("place") == "eu"


@pytest.mark.feature("F150")
@pytest.mark.parametrize(
    ("account", "store"), [("elsewhere", "emea"), ("emea", "elsewhere"), ("elsewhere", "elsewhere")]
)
def test_residency_is_for_accounts_and_stores_in_emea(
    account: str, store: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It cannot be switched on otherwise, and the refusal is recorded."""
    with caplog.at_level(logging.WARNING, "customer360.residency"), pytest.raises(OutsideResidency):
        Residency(account=account, store=store)
    assert len(caplog.records) == 1


@pytest.mark.feature("F150")
@pytest.mark.feature("F151")
@pytest.mark.parametrize(("region", "linked"), [("eu", True), ("us", False)])
def test_only_an_organisation_in_emea_can_be_linked(
    room: Rooms, vendor: Vendor, region: str, linked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Elsewhere the sign-in is refused, recorded, and nothing of it is kept."""
    grants(vendor)
    here = room(Literal(), residency=HELD)
    here.link(region=region)
    if linked:
        here.sign_in()
        assert here.connection().connector.info.key == "bent"
        return
    with caplog.at_level(logging.WARNING, "customer360.residency"), pytest.raises(OutsideResidency):
        here.sign_in()
    assert [record.name for record in caplog.records] == ["customer360.residency"]
    assert "bent" in caplog.text
    with pytest.raises(NotLinked):
        here.connection()


@pytest.mark.feature("F151")
def test_a_link_from_before_residency_sends_nothing(room: Rooms, vendor: Vendor) -> None:
    """Without residency it works; with it there is not even a connection."""
    grants(vendor)
    vendor.routes["GET /contacts/7"] = (200, {"id": "7"})
    before = room(Literal())
    before.link(region="us")
    before.sign_in()
    assert before.get("7").ref.id == "7"
    asked = len(vendor.asked)
    with pytest.raises(OutsideResidency):
        room(Literal(), residency=HELD).get("7")
    assert len(vendor.asked) == asked


@pytest.mark.feature("F151")
@pytest.mark.fault("X21")
def test_a_link_that_leaves_emea_with_a_token_is_refused_before_the_next_request(room: Rooms, vendor: Vendor) -> None:
    """The renewed token names another place: it is not sent there."""
    grants(vendor, place="eu")
    vendor.routes["GET /contacts/7"] = (401, {})
    here = room(Told(), residency=HELD)
    here.link()
    here.sign_in()
    grants(vendor, place="us")
    before = len(vendor.asked)
    with pytest.raises(OutsideResidency):
        here.get("7")
    assert vendor.paths()[before:] == ["/contacts/7", "/token"]


@pytest.mark.feature("F151")
def test_a_promise_to_a_link_elsewhere_waits_for_an_administrator() -> None:
    """It was not sent, and another link may still take it."""
    assert verdict(OutsideResidency("elsewhere"), may_have_left=False) is Verdict.HOLD


@pytest.mark.feature("F151")
def test_the_commands_hold_to_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A directory whose data are elsewhere, or nobody says where: nothing of it is read."""
    store, file = f"sqlite:///{tmp_path / 'c360.db'}", tmp_path / "c360.key"
    file.write_text(MasterKey.new_text(), "ascii")
    file.chmod(0o600)
    key = MasterKey.from_file(str(file))
    with Sandbox("microsoft365") as sandbox:
        with Customer360(store=store, key=key, endpoints=sandbox.endpoints) as client:
            client.link("microsoft365", settings=sandbox.fake.link_settings, application=sandbox.application)
            url = client.begin_login("microsoft365", "", redirect_uri="http://localhost/back")
            client.complete_login(sandbox.authorize(url, "kim"))
        asked = len(sandbox.fake.journal)
        argv = ["index", "sync", "microsoft365", "--store", store, "--key-file", str(file), "--emea"]
        before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
        assert main(argv) == 1
        for each, handler in before.items():
            signal.signal(each, handler)
        assert "not known to be in EMEA" in capsys.readouterr().err
        assert len(sandbox.fake.journal) == asked


def on_an_instance(salesforce: Any, name: str) -> None:
    """The organisation tells on which of the vendor's instances it is."""
    fields = Field("Id", "id"), Field("Name", "string", 80), Field("InstanceName", "string", 5)
    salesforce.schema.add(SObject("Organization", "00D", fields), salesforce.now)
    salesforce.put("Organization", {"Id": "00D5e0000000O1xEAC", "Name": "Acme", "InstanceName": name})


@pytest.mark.feature("F150")
@pytest.mark.feature("F151")
@pytest.mark.parametrize(
    ("crm", "settings"),
    [
        ("zoho", {}),
        ("microsoft365", {"residency": "emea"}),
        ("salesforce", {}),
        ("bullhorn", {}),
    ],
)
def test_every_crm_in_emea_works_and_a_redirect_out_of_it_does_not(crm: str, settings: dict[str, str]) -> None:
    """Through the whole client; the redirect leads to the vendor's own host of another region."""
    elsewhere = {
        "zoho": "https://www.zohoapis.com/",
        "microsoft365": "https://microsoftgraph.chinacloudapi.cn/",
        "salesforce": "https://na12.salesforce.com/",
        "bullhorn": "https://rest41.bullhornstaffing.com/",
    }
    with (
        Sandbox(crm) as sandbox,
        Customer360(
            store="sqlite://", key=MasterKey.in_memory(), endpoints=sandbox.endpoints, residency=HELD
        ) as client,
    ):
        if crm == "salesforce":
            on_an_instance(sandbox.fake, "DEU12")
        given = {**sandbox.fake.link_settings, **settings}
        client.link(crm, settings=given, application=sandbox.application)
        for agent in ("", "kim"):
            url = client.begin_login(crm, agent, redirect_uri="http://localhost/back")
            client.complete_login(sandbox.authorize(url, "kim"))
        session = client.session(crm, "kim")
        person = next(each for each in sandbox.fake.customers_of("kim") if each.emails)
        assert session.find_contacts(email=person.emails[0]).matches
        moved = status(302, headers=(("location", elsewhere[crm]),))
        sandbox.fake.faults.add(moved, times=None)
        before = len(sandbox.fake.journal)
        found = session.find_contacts(email=person.emails[0])
        assert found.matches == ()
        assert found.found.value == "failed"
        assert len(sandbox.fake.journal) - before <= 3
