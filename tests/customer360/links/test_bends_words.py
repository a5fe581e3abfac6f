"""Sign-ins in the vendor's own words, found when the thirteen were declared on paper: one promise a bend.

Over HTTP through links and transport; what each is for is in docs/explanation/contract.md.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest
from tests.customer360.links.bent import BROWSER, CRM, Answer, Asked, Bent, Room, Vendor
from tests.customer360.links.test_bends_signing_in import JOBDIVA, typed

from customer360.core.auth import AuthScheme, Grant, Keys
from customer360.core.connector import Identity, Limits
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts, Linking, Setting
from customer360.core.records import RecordRef

Rooms = Callable[[Bent], Room]

TOKENS = {"access_token": "a1", "refresh_token": "r1", "expires_in": 3600}


class AccountsKeys(Bent):
    """As ConnectWise: the account's pair of keys and its company, and members who have no keys of their own."""

    linking: ClassVar[Linking] = Linking(
        (
            Setting(name="company", label="Company", help="its id"),
            Setting(name="private_key", label="Private key", help="of the API member", secret=True),
        )
    )
    auth: ClassVar[AuthScheme] = Keys(
        asks=(Setting(name="member", label="Member", help="your identifier"),),
        known=lambda facts: {"company": facts.settings["company"]},
        headers=lambda secrets: (
            ("Authorization", f"Basic {secrets['company']}+{secrets['client_id']}:{secrets['private_key']}"),
        ),
    )

    async def identify(self, facts: LinkFacts) -> Identity:
        return Identity(user=RecordRef(CRM, "members", facts.extra["member"]))


def test_the_accounts_keys_sign_and_each_agent_names_themselves(room: Rooms, vendor: Vendor) -> None:
    """ConnectWise: one API member for all, its company from the settings; what is typed and no secret tells who."""
    vendor.routes["GET /contacts/7"] = (200, {})
    here = room(AccountsKeys())
    here.link(client="pub", company="acme", private_key="prv")
    here.sign_in(member="admin")
    assert here.sign_in("kim", member="kim.lee").user.id == "kim.lee"
    here.get("7", agent_id="kim")
    assert vendor.asked[-1].headers["authorization"] == "Basic acme+pub:prv"
    assert here.connection("kim").facts.user == "kim.lee"


class OwnNames(Bent):
    """As JobDiva, whose token says nothing of who has it."""

    auth: ClassVar[AuthScheme] = attrs.evolve(
        JOBDIVA,
        asks=(Setting(name="username", label="User", help="your e-mail"), *typed("password")),
    )

    async def identify(self, facts: LinkFacts) -> Identity:
        return Identity(user=RecordRef(CRM, "users", facts.extra["username"]))


def test_who_typed_a_password_is_known_after_a_renewal_too(room: Rooms, vendor: Vendor) -> None:
    """JobDiva: the user name is kept as a fact, the password never is."""
    vendor.routes["GET /authenticate"] = (200, {"token": "t1", "refreshtoken": "r1"})
    vendor.routes["GET /refreshToken"] = (200, {"token": "t2", "refreshtoken": "r2"})
    vendor.routes["GET /contacts/7"] = lambda asked: (401 if asked.headers["authorization"].endswith("t1") else 200, {})
    here = room(OwnNames())
    here.link()
    assert here.sign_in(username="jo@acme.test", password="hunter2").user.id == "jo@acme.test"
    here.get("7")
    assert (here.stored().access_token, dict(here.stored().extra)) == ("t2", {"username": "jo@acme.test"})


class NoScopes(Bent):
    """As Clio and Bullhorn: what an application may do is registered, and not asked for."""

    auth: ClassVar[AuthScheme] = attrs.evolve(
        BROWSER,
        scopes=lambda facts: (),
        client_auth="basic",
        authorize_hints=lambda facts: {"hd": facts.settings.get("domain", "")},
    )
    linking: ClassVar[Linking] = Linking((Setting(name="domain", label="Domain", help="yours"),))


def test_a_sign_in_without_scopes_asks_for_none(room: Rooms, vendor: Vendor) -> None:
    """No empty ``scope``, which servers refuse; and what a link knows of its people goes along (Google's ``hd``)."""
    vendor.routes["POST /token"] = (200, TOKENS)
    here = room(NoScopes())
    here.link(domain="acme.test")
    url = here.run(here.links.begin_login("acme", CRM, "", redirect_uri="http://localhost/back"))
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    assert "scope" not in query
    assert query["hd"] == "acme.test"


def test_a_client_names_itself_in_one_place(room: Rooms, vendor: Vendor) -> None:
    """NetSuite: by HTTP Basic and not in the form as well, which it refuses; a public client, which has no secret to
    show, in the form."""
    vendor.routes["POST /token"] = (200, TOKENS)
    here = room(NoScopes())
    here.link(client="us", secret="s3cret", domain="acme.test")
    here.sign_in()
    confidential = next(each for each in vendor.asked if each.path == "/token")
    assert confidential.headers["authorization"].startswith("Basic ")
    assert not {"client_id", "client_secret"} & confidential.form.keys()
    vendor.asked.clear()
    here.link(client="us", secret=None, domain="acme.test", relink=True)
    here.sign_in()
    public = next(each for each in vendor.asked if each.path == "/token")
    assert (public.form["client_id"], "authorization" in public.headers) == ("us", False)


class Deletes(Bent):
    """As Zendesk: the token that signs the request is the one that it ends."""

    auth: ClassVar[AuthScheme] = attrs.evolve(
        BROWSER,
        end=lambda facts, application, grant: Request(
            method="DELETE",
            path="https://login.bent.example/tokens/current",
            headers=(("Authorization", f"Bearer {grant.access_token}"),),
            purpose="login",
        ),
    )


@pytest.mark.parametrize(("status", "told"), [(204, True), (403, False)])
def test_a_vendor_is_told_to_forget_in_its_own_words(room: Rooms, vendor: Vendor, status: int, told: bool) -> None:
    """Zendesk, Clio, HubSpot: none of them as RFC 7009 has it."""
    vendor.routes["POST /token"] = (200, TOKENS)
    vendor.routes["DELETE /tokens/current"] = (status, {})
    here = room(Deletes())
    here.link()
    here.sign_in()
    assert here.run(here.links.log_out("acme", CRM, "")) is told
    assert vendor.asked[-1].headers["authorization"] == "Bearer a1"


class AccountsLimit(Bent):
    """As NetSuite: so many requests at a time for the whole account."""

    limits: ClassVar[Limits] = Limits(page_size=10, concurrent=2, shared=True)


class OwnLimit(Bent):
    """As most: so many for each sign-in."""

    limits: ClassVar[Limits] = Limits(page_size=10, concurrent=2)


@pytest.mark.parametrize(("connector", "most"), [(AccountsLimit(), 2), (OwnLimit(), 4)], ids=["account", "sign-in"])
def test_a_limit_of_the_account_holds_for_all_its_agents_together(
    room: Rooms, vendor: Vendor, connector: Bent, most: int
) -> None:
    """NetSuite, HubSpot, Zendesk: two agents who are busy at once do not make it twice as many."""
    here, flying, seen, lock = room(connector), [0], [0], threading.Lock()

    def slow(asked: Asked) -> Answer:
        with lock:
            flying[0] += 1
            seen[0] = max(seen[0], flying[0])
        time.sleep(0.1)
        with lock:
            flying[0] -= 1
        return 200, {}

    vendor.routes["POST /token"] = (200, TOKENS)
    vendor.routes["GET /contacts/7"] = slow
    here.link()
    for agent_id in ("", "kim", "lee"):
        here.sign_in(agent_id)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda n: here.get("7", agent_id=("kim", "lee")[n % 2]), range(12)))
    assert seen[0] == most


class AccountByKey(Bent):
    """As NetSuite: the account signs in by its key, people in the browser."""

    def auth_for(self, facts: LinkFacts) -> AuthScheme:
        return Keys(asks=typed("key"), headers=lambda secrets: ()) if facts.account else BROWSER


def test_the_account_and_its_agents_may_sign_in_differently(room: Rooms, vendor: Vendor) -> None:
    """What is asked of whom is told of each."""
    vendor.routes["POST /token"] = (200, TOKENS)
    here = room(AccountByKey())
    here.link()
    assert here.run(here.links.asks("acme", CRM, "")) is not None
    here.sign_in(key="k")
    assert here.run(here.links.asks("acme", CRM, "kim")) is None
    here.sign_in("kim")
    grants: list[Grant] = [here.stored(), here.stored("kim")]
    assert [each.access_token for each in grants] == ["", "a1"]
