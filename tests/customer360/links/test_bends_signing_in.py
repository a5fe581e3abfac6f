"""Signing in where no browser is sent anywhere, and grants that are more than a pair of tokens: one promise a bend.

Over HTTP through links, vault and transport; what each is for is in docs/explanation/contract.md.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import attrs
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from tests.customer360.links.bent import BROWSER, CRM, Answer, Asked, Bent, Room, Vendor, refusal

from customer360.core.auth import AuthScheme, ClientAssertion, Keys, OAuth1Keys, Password
from customer360.core.effects import Request
from customer360.core.errors import (
    CrmUnavailable,
    Customer360Error,
    InvalidSettings,
    NeedsAuthorization,
    NeedsRelink,
    Unsupported,
)
from customer360.core.linking import LinkFacts, Linking, Setting
from customer360.core.wire import Response

Rooms = Callable[[Bent], Room]


def typed(*names: str) -> tuple[Setting, ...]:
    return tuple(Setting(name=name, label=name, help="ask your vendor", secret=True) for name in names)


def on_disk(store_file: Path) -> bytes:
    """Everything that was written down, whichever file holds it."""
    return b"".join(path.read_bytes() for path in store_file.parent.iterdir() if path.is_file())


# ConnectWise, HubSpot's private apps: keys that go with every request -------------------------------------------------


class WithKeys(Bent):
    """As ConnectWise: a pair typed in, and our own ``clientId`` beside it."""

    auth: ClassVar[AuthScheme] = Keys(
        asks=typed("public_key", "private_key"),
        headers=lambda secrets: (
            ("Authorization", f"Basic {secrets['public_key']}:{secrets['private_key']}"),
            ("clientId", secrets["client_id"]),
        ),
    )


def test_keys_are_typed_in_sealed_and_sent_with_every_request(room: Rooms, vendor: Vendor, store_file: Path) -> None:
    """ConnectWise: no sign-in server is asked, the keys are on the wire, and on disk only sealed."""
    here = room(WithKeys())
    here.link(client="our-guid")
    assert [each.name for each in here.run(here.links.asks("acme", CRM, "")) or ()] == ["public_key", "private_key"]
    here.sign_in(public_key="pub-4711", private_key="prv-0815")
    vendor.routes["GET /contacts/7"] = (200, {})
    here.get("7")
    assert vendor.paths() == ["/me", "/contacts/7"]
    assert {each.headers["authorization"] for each in vendor.asked} == {"Basic pub-4711:prv-0815"}
    assert {each.headers["clientid"] for each in vendor.asked} == {"our-guid"}
    assert b"prv-0815" not in on_disk(store_file)


def test_what_is_not_asked_for_is_not_taken(room: Rooms, vendor: Vendor) -> None:
    """Missing and unknown keys are refused before anything is sent; a CRM with a sign-in page takes none at all."""
    here = room(WithKeys())
    here.link()
    for given in ({"public_key": "a"}, {"public_key": "a", "private_key": "b", "colour": "red"}):
        with pytest.raises(InvalidSettings):
            here.run(here.links.sign_in("acme", CRM, "", given))
    with pytest.raises(Unsupported):
        here.run(here.links.begin_login("acme", CRM, "", redirect_uri="http://localhost/back"))
    assert vendor.asked == []


def test_a_browser_scheme_takes_nothing_typed(room: Rooms) -> None:
    """Zoho and most others: the way in is begin_login, and asks says so."""
    here = room(Bent())
    here.link()
    assert here.run(here.links.asks("acme", CRM, "")) is None
    with pytest.raises(Unsupported, match="sign in on the vendor's own page"):
        here.run(here.links.sign_in("acme", CRM, "", {}))


def test_a_key_that_is_withdrawn_breaks_the_link_at_once(room: Rooms, vendor: Vendor) -> None:
    """ConnectWise: nothing can renew a key, so one refusal is enough, and no request is repeated with it."""
    here = room(WithKeys())
    here.link()
    here.sign_in(public_key="a", private_key="b")
    vendor.routes["GET /contacts/7"] = (401, {})
    with pytest.raises(NeedsAuthorization):
        here.get("7")
    assert vendor.paths().count("/contacts/7") == 1
    with pytest.raises(NeedsRelink):
        here.connection()


# NetSuite: signed requests, and a private key of the link's own -------------------------------------------------------


class SignsRequests(Bent):
    """As NetSuite's token-based sign-in."""

    auth: ClassVar[AuthScheme] = OAuth1Keys(asks=typed("token", "token_secret"), realm=lambda facts: "1234567_SB1")


def test_four_keys_sign_each_request(room: Rooms, vendor: Vendor, store_file: Path) -> None:
    """NetSuite's TBA: consumer and token in the header with realm and signature; neither secret on wire or disk."""
    here = room(SignsRequests())
    here.link(client="consumer-1", secret="consumer-s3cret")
    here.sign_in(token="token-1", token_secret="token-s3cret")
    header = vendor.asked[0].headers["authorization"]
    for part in ('realm="1234567_SB1"', 'oauth_consumer_key="consumer-1"', 'oauth_token="token-1"', "HMAC-SHA256"):
        assert part in header
    assert "s3cret" not in header
    assert b"s3cret" not in on_disk(store_file)


def pem(key: Any) -> str:
    kind = serialization.PrivateFormat.PKCS8
    text: bytes = key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
    return text.decode()


class OwnKey(Bent):
    """As NetSuite's machine-to-machine sign-in."""

    linking: ClassVar[Linking] = Linking(
        (
            Setting(name="certificate_id", label="Certificate id", help="of the uploaded certificate", moves=False),
            Setting(name="private_key", label="Private key", help="PEM", secret=True),
        )
    )
    auth: ClassVar[AuthScheme] = ClientAssertion(
        token_url=lambda facts: "https://login.bent.example/token",
        scopes=lambda facts: ("rest_webservices",),
        token_error=refusal,
        key_id=lambda facts: facts.settings["certificate_id"],
    )


def part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


EC, RSA = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES256"), (RSA, "PS256")], ids=["ES256", "PS256"])
def test_the_links_own_key_signs_in_and_renews_without_a_person(
    room: Rooms, vendor: Vendor, store_file: Path, key: Any, algorithm: str
) -> None:
    """NetSuite's M2M: a statement under the private key for a token, and a new statement when that is refused."""
    tokens = iter(["t1", "t2"])
    vendor.routes["POST /token"] = lambda asked: (200, {"access_token": next(tokens), "expires_in": 3600})
    vendor.routes["GET /contacts/7"] = lambda asked: (401 if asked.headers["authorization"].endswith("t1") else 200, {})
    here = room(OwnKey())
    here.link(certificate_id="cert-9", private_key=pem(key))
    here.sign_in()
    here.get("7")
    first, second = (each.form for each in vendor.asked if each.path == "/token")
    assert first["client_assertion"] != second["client_assertion"]
    assert set(first) == {"grant_type", "client_assertion_type", "client_assertion"}
    text, _, signature = first["client_assertion"].rpartition(".")
    head, said = map(part, text.split("."))
    assert head == {"typ": "JWT", "alg": algorithm, "kid": "cert-9"}
    assert said["iss"] == "us"
    assert said["aud"] == "https://login.bent.example/token"
    assert said["scope"] == ["rest_webservices"]
    assert 0 < said["exp"] - said["iat"] <= 3600
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    if algorithm == "ES256":
        numbers = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.public_key().verify(numbers, text.encode(), ec.ECDSA(hashes.SHA256()))
    else:
        salted = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        key.public_key().verify(raw, text.encode(), salted, hashes.SHA256())
    assert pem(key).splitlines()[1].encode() not in on_disk(store_file)


def test_a_secret_setting_is_sealed_and_no_connector_sees_it(room: Rooms, store_file: Path) -> None:
    """NetSuite's private key: not in the store, not in the link that is shown, not in the facts, in no repr."""
    here = room(OwnKey())
    link = here.link(certificate_id="cert-9", private_key="the-s3cret-key")
    assert dict(link.settings) == {"certificate_id": "cert-9"}
    assert "the-s3cret-key" not in repr(link)
    assert b"the-s3cret-key" not in on_disk(store_file)
    with pytest.raises(InvalidSettings, match="private key") as refused:
        here.sign_in()
    assert "the-s3cret-key" not in str(refused.value)


# JobDiva: 500 for a wrong password ------------------------------------------------------------------------------------


def jobdiva_says(response: Response) -> Customer360Error | None:
    """The status alone says nothing: what failed is in the text."""
    if response.status == 500 and "Invalid username/password" in str(response.json().get("message")):
        return NeedsAuthorization("JobDiva does not accept this user name and password", status=500)
    return CrmUnavailable("JobDiva is failing", status=response.status) if response.status >= 500 else None


JOBDIVA = Password(
    asks=typed("username", "password"),
    sign_in=lambda facts, application, given: Request(
        method="GET",
        path="https://login.bent.example/authenticate",
        params=(("clientid", application.client_id), *given.items()),
        purpose="login",
    ),
    again=lambda facts, application, refresh_token: Request(
        method="GET",
        path="https://login.bent.example/refreshToken",
        headers=(("Authorization", f"Bearer {refresh_token}"),),
        purpose="login",
    ),
    token_error=jobdiva_says,
    answer=lambda response: {
        "access_token": response.json()["token"],
        "refresh_token": response.json()["refreshtoken"],
    },
    keeps_password=True,
)


class SignsInByPassword(Bent):
    """As JobDiva: the password in the query, tokens under names of the vendor's own, a pair that may be renewed."""

    auth: ClassVar[AuthScheme] = JOBDIVA


def test_a_wrong_password_is_one_whatever_its_status(
    room: Rooms, vendor: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    """JobDiva: a 500 that means "wrong password" is asked once, is no outage, and the password is in no text."""
    vendor.routes["GET /authenticate"] = (500, {"message": "Invalid username/password"})
    here = room(SignsInByPassword())
    here.link()
    with caplog.at_level(logging.DEBUG), pytest.raises(NeedsAuthorization) as refused:
        here.sign_in(username="jo@acme.test", password="hunter2-hunter2")
    assert vendor.paths() == ["/authenticate"]
    assert vendor.asked[0].query == {"clientid": "us", "username": "jo@acme.test", "password": "hunter2-hunter2"}
    assert "hunter2" not in caplog.text + str(refused.value) + repr(refused.value)


def test_a_token_that_ran_out_is_renewed_in_the_vendors_words_or_by_the_password(
    room: Rooms, vendor: Vendor, store_file: Path
) -> None:
    """JobDiva: the refresh token first; if that is refused too, the sealed password signs in again."""
    good = ["first"]

    def token(name: str) -> Answer:
        good[0] = name
        return 200, {"token": name, "refreshtoken": f"r-{name}"}

    vendor.routes["GET /authenticate"] = lambda asked: token(f"typed-{len(vendor.asked)}")
    vendor.routes["GET /refreshToken"] = lambda asked: token("renewed")
    vendor.routes["GET /contacts/7"] = lambda asked: (
        200 if asked.headers["authorization"] == f"Bearer {good[0]}" else 401,
        {},
    )
    here = room(SignsInByPassword())
    here.link()
    here.sign_in(username="jo@acme.test", password="hunter2-hunter2")
    good[0] = "another"
    here.get("7")
    assert vendor.paths() == ["/authenticate", "/me", "/contacts/7", "/refreshToken", "/contacts/7"]
    vendor.asked.clear()
    vendor.routes["GET /refreshToken"] = (500, {"message": "Invalid username/password"})
    good[0] = "another"
    here.get("7")
    assert vendor.paths() == ["/contacts/7", "/refreshToken", "/authenticate", "/contacts/7"]
    assert b"hunter2" not in on_disk(store_file)


# Zendesk: a refresh kills both tokens, and refresh tokens end ---------------------------------------------------------


class Rotates:
    """A token endpoint that ends the old pair the moment it makes a new one."""

    def __init__(self, vendor: Vendor, **members: object) -> None:
        self.number, self.accepted, self.members = 0, "", members
        vendor.routes["POST /token"] = self.token
        vendor.routes["GET /contacts/7"] = lambda asked: (
            200 if asked.headers["authorization"] == f"Bearer {self.accepted}" else 401,
            {},
        )

    def token(self, asked: Asked) -> Answer:
        if asked.form["grant_type"] == "refresh_token" and asked.form["refresh_token"] != f"r{self.number}":
            return 400, {"error": "invalid_grant"}
        self.number += 1
        self.accepted = f"a{self.number}"
        pair = {"access_token": self.accepted, "refresh_token": f"r{self.number}"}
        return 200, {**pair, "expires_in": 1800, **self.members}


def test_a_process_with_the_killed_token_takes_over_the_new_one(room: Rooms, vendor: Vendor) -> None:
    """Zendesk: another process renewed, so this one's token died long before its time; it reads, and asks nothing."""
    server = Rotates(vendor)
    one, other = room(Bent()), room(Bent())
    one.link()
    one.sign_in()
    other.connection()  # holds the first pair, as the other does
    server.accepted = "none"
    one.get("7")
    other.get("7")
    assert server.number == 2
    assert [each.headers.get("authorization") for each in vendor.asked if each.path == "/contacts/7"] == [
        "Bearer a1",
        "Bearer a2",
        "Bearer a1",
        "Bearer a2",
    ]


def test_a_refresh_token_past_its_own_end_is_not_tried(room: Rooms, vendor: Vendor) -> None:
    """Zendesk gives its end: after that a person must sign in, and the vendor is not asked with a dead token."""
    server = Rotates(vendor, refresh_token_expires_in=0.001)
    here = room(Bent())
    here.link()
    here.sign_in()
    vendor.routes["GET /contacts/7"] = (401, {})
    with pytest.raises(NeedsAuthorization, match="not used for too long"):
        here.get("7")
    assert vendor.paths().count("/token") == 1 == server.number


class SevenDays(Bent):
    """As NetSuite: no lifetime is told, nothing rotates, and a refresh prolongs nothing."""

    auth: ClassVar[AuthScheme] = attrs.evolve(BROWSER, refresh_lifetime=7 * 86_400.0)


def test_a_declared_lifetime_counts_from_the_sign_in_however_often_it_is_renewed(room: Rooms, vendor: Vendor) -> None:
    """NetSuite: seven days after somebody signed in it is over, whatever was renewed meanwhile."""
    tokens = iter([{"access_token": "a1", "refresh_token": "r"}, {"access_token": "a2"}])
    vendor.routes["POST /token"] = lambda asked: (200, next(tokens))
    vendor.routes["GET /contacts/7"] = lambda asked: (401 if asked.headers["authorization"].endswith("a1") else 200, {})
    here = room(SevenDays())
    here.link()
    here.sign_in()
    before = here.stored()
    assert before.refresh_ends_at == before.received_at + 7 * 86_400.0
    here.get("7")
    assert (here.stored().access_token, here.stored().refresh_ends_at) == ("a2", before.refresh_ends_at)


# Sugar: one session for each person and platform ----------------------------------------------------------------------


class OnePerPlatform(Bent):
    """As Sugar: a second sign-in of the same person on the same platform ends the first."""

    auth: ClassVar[AuthScheme] = Password(
        asks=typed("username", "password"),
        sign_in=lambda facts, application, given: Request(
            method="POST",
            path="https://login.bent.example/token",
            json={"grant_type": "password", "platform": "c360-account" if facts.account else "c360", **given},
            purpose="login",
        ),
        token_error=refusal,
        answer=lambda response: response.json(),
    )


def test_the_account_and_an_agent_may_be_the_same_person(room: Rooms, vendor: Vendor) -> None:
    """Sugar: the administrator who also takes calls has a session on each platform, and neither ends the other."""
    sessions: dict[tuple[str, str], str] = {}

    def token(asked: Asked) -> Answer:
        who = (asked.form["username"], asked.form["platform"])
        sessions[who] = f"token-{len(vendor.asked)}"
        return 200, {"access_token": sessions[who]}

    vendor.routes["POST /token"] = token
    vendor.routes["GET /contacts/7"] = lambda asked: (
        200 if asked.headers["authorization"].removeprefix("Bearer ") in sessions.values() else 401,
        {},
    )
    here = room(OnePerPlatform())
    here.link()
    here.sign_in(username="kim", password="x")
    here.sign_in("kim", username="kim", password="x")
    here.get("7")
    here.get("7", agent_id="kim")
    assert len(sessions) == 2


# NetSuite, HubSpot, Zendesk: a link chooses its way of signing in -----------------------------------------------------


class TwoWays(Bent):
    """As HubSpot: people sign in in the browser, or the link holds a private app's key."""

    linking: ClassVar[Linking] = Linking(
        (Setting(name="sign_in", label="Sign in by", default="browser", choices={"browser": "B", "key": "K"}),)
    )

    def auth_for(self, facts: LinkFacts) -> AuthScheme:
        return WithKeys.auth if facts.settings.get("sign_in") == "key" else self.auth


@pytest.mark.parametrize("way", ["browser", "key"])
def test_settings_choose_among_ways_of_signing_in(room: Rooms, vendor: Vendor, way: str) -> None:
    """One connector, two schemes: sign-in, renewal and every request follow the one that the link chose."""
    Rotates(vendor)
    here = room(TwoWays())
    here.link(sign_in=way)
    here.sign_in(**({"public_key": "a", "private_key": "b"} if way == "key" else {}))
    assert vendor.asked[-1].headers["authorization"] == ("Basic a:b" if way == "key" else "Bearer a1")
