"""The switches that no other room tests, and that every switch is tested somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.customer360_testkit.salesforce.by_hand import Client, Make, code

from customer360_testkit.fakes.registry import fake_named
from customer360_testkit.fakes.salesforce.fake import SalesforceFake
from customer360_testkit.fakes.salesforce.hosts import MY_DOMAINS
from customer360_testkit.fakes.salesforce.switches import SALESFORCE_SWITCHES


def test_the_fake_is_found_by_its_key() -> None:
    """By the registry, with what an administrator would supply."""
    assert fake_named("salesforce") is SalesforceFake
    assert set(SalesforceFake.link_settings) == {"login_host"}
    assert not SalesforceFake.needs_index


@pytest.mark.parametrize("org", ["production", "sandbox", "developer"])
def test_an_organisation_is_linked_by_its_own_host(org: str) -> None:
    """What an administrator would supply follows the switch."""
    fake = SalesforceFake(switches={"org": org}, cast=())
    assert fake.link_settings == {"login_host": f"https://{MY_DOMAINS[org]}"}


def test_every_reading_makes_a_fake_and_is_told_of() -> None:
    """No reading is for show: each switch is named in a test of these rooms, and says where the doubt is."""
    told = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    for switch in SALESFORCE_SWITCHES:
        assert switch.source
        assert re.search(rf"\b{switch.name}\b", told), switch.name
        for reading in switch.readings:
            assert SalesforceFake(switches={switch.name: reading}, cast=()).switches[switch.name] == reading


@pytest.mark.parametrize(("reading", "status"), [("capped", 400), ("any", 200)])
def test_soql_limit(make: Make, reading: str, status: int) -> None:
    """LIMIT above 50,000."""
    assert make(soql_limit=reading).soql("SELECT Id FROM Contact LIMIT 50001").status == status


@pytest.mark.parametrize(("reading", "status"), [("capped", 400), ("any", 200)])
def test_sosl_length(make: Make, reading: str, status: int) -> None:
    """A statement of more than 100,000 characters, which only a composite request can carry."""
    condition = " OR ".join(["Phone = '5127576000'"] * 5000)
    query = f"FIND {{rose}} RETURNING Contact(Id WHERE {condition})"
    part = {"method": "GET", "referenceId": "s", "url": f"/services/data/v62.0/search?q={query.replace(' ', '+')}"}
    told = make(sosl_length=reading)("POST", "/composite", {"compositeRequest": [part]}).json()
    assert told["compositeResponse"][0]["httpStatusCode"] == status


@pytest.mark.parametrize(("reading", "status"), [("harmful", 400), ("harmless", 200)])
def test_phrase_escapes(make: Make, reading: str, status: int) -> None:
    """An escape that is not needed, inside quotes."""
    client = make(phrase_escapes=reading)
    assert client.sosl('FIND {"a-b+c@own.example"} IN EMAIL FIELDS RETURNING Contact(Id)').status == 200
    assert client.sosl('FIND {"a\\-b\\+c@own.example"} IN EMAIL FIELDS RETURNING Contact(Id)').status == status


def test_no_lag(make: Make) -> None:
    """The kindest index_lag: found at once."""
    client = make(index_lag="none")
    mine = client.add("Contact", LastName="Prompt")
    assert client.found("FIND {prompt} RETURNING Contact(Id)") == [mine]


def test_a_reset_is_a_new_start(client: Client) -> None:
    """Records, index, quota, rules, schema, grants."""
    fake = client.fake
    before = {module: fake.records(module) for module in fake.modules}
    client.add("Contact", LastName="Gone", Email="gone@own.example")
    client("DELETE", f"/sobjects/Contact/{client.member(3)}")
    fake.schema.drop_field("Contact", "Fax", fake.now)
    fake.guard.hidden.add(("kim", "Lead", "*"))
    fake.guard.quota = 1
    fake.reset()
    assert {module: fake.records(module) for module in fake.modules} == before
    assert code(client.get("/limits")) == (401, "INVALID_SESSION_ID")
    client.token = fake.oauth.issue("kim", ("api",)).access_token
    assert client.get("/sobjects/Lead/describe").status == 200
    assert "Fax" in client.read("Contact", client.member(3))


def test_the_cast_is_there(client: Client) -> None:
    """All of it, with the numbers and addresses as typed; notes can be counted by their text."""
    fake = client.fake
    assert len(fake.cast) >= 200
    kinds = {"person": "Contact", "lead": "Lead", "company": "Account"}
    for member in fake.cast:
        for phone in member.phones:
            assert fake.count_holding(phone.spelled.strip()) >= 1 if member.number < 20 else True
    for kind, name in kinds.items():
        assert len(fake.records(name)) >= sum(member.kind == kind for member in fake.cast)
    note = {"Title": "t", "Content": "PHA+dW5pcXVlIHRleHQ8L3A+"}
    assert client("POST", "/sobjects/ContentNote", note).status == 201
    assert fake.count_holding("unique text") == 1


def test_person_accounts_hold_some_of_the_cast(make: Make) -> None:
    """With them, every other customer is found as two records of one person."""
    client = make(person_accounts="on")
    rows = client.rows("SELECT Id, PersonContactId, Name FROM Account WHERE IsPersonAccount = true")
    assert len(rows) > 20
    twin = client.read("Contact", rows[0]["PersonContactId"])
    assert (twin["AccountId"], twin["Name"]) == (rows[0]["Id"], rows[0]["Name"])
