"""Hosts, instances, scopes, sign-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.auth import Application, Grant
from customer360.core.capabilities import CREATE, Capability, PhoneSearch, Repeat
from customer360.core.effects import Operation, Request
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactKind, RecordRef, RelatedKind
from customer360.core.wire import Response
from customer360_salesforce import SalesforceConnector, auth
from customer360_testkit.by_hand import play

SF = SalesforceConnector()
APPLICATION = Application("3MVG9", "s3cret")
PRODUCTION = LinkFacts(crm="salesforce", settings={"login_host": "login.salesforce.com"})

MY_DOMAINS = [
    "acme.my.salesforce.com",
    "acme--uat.sandbox.my.salesforce.com",
    "acme--uat.cs40.my.salesforce.com",
    "acme-dev-ed.develop.my.salesforce.com",
    "acme.scratch.my.salesforce.com",
    "acme.trailblaze.my.salesforce.com",
]
FOREIGN = [
    "evil.example",
    "my.salesforce.com",
    "acme.my.salesforce.com.evil.example",
    "acmemy.salesforce.com",
    "www.salesforce.com",
    "acme.lightning.force.com",
    "acme.my.site.com",
    "a.b.my.salesforce.com",
    "-.my.salesforce.com",
    "acme.my.salesforce.com:8443",
    "user@acme.my.salesforce.com",
    "acmé.my.salesforce.com",
    "acme.my.salesforce.com/x",
    "acme.my.salesforce.com\n",
]


def facts(host: str, instance: str | None = None) -> LinkFacts:
    extra = {"instance_url": f"https://{instance}"} if instance else {}
    return LinkFacts(crm="salesforce", settings={"login_host": host}, extra=extra)


@pytest.mark.feature("F101")
@pytest.mark.parametrize(
    "host", [*MY_DOMAINS, "login.salesforce.com", "test.salesforce.com", "emea.salesforce.com", "eu55.salesforce.com"]
)
def test_a_sign_in_host(host: str) -> None:
    """Production, sandbox, a My Domain, an old instance: secrets go there and nowhere else."""
    checked = SF.linking.checked({"login_host": f"https://{host.upper()}/".replace("HTTPS", "https")})
    given = LinkFacts(crm="salesforce", settings=checked)
    assert SF.hosts(given).login == (host,)
    assert auth.AUTH.token_url(given) == f"https://{host}/services/oauth2/token"
    assert auth.AUTH.begin(
        given, APPLICATION, redirect_uri="https://x.example/cb", state="s", verifier="v" * 43, now=0.0
    ).url.startswith(f"https://{host}/services/oauth2/authorize?")


@pytest.mark.feature("F101")
@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_sign_in_host(host: str) -> None:
    """It is refused when linking, and again should settings have been changed behind our back."""
    with pytest.raises(e.InvalidSettings):
        SF.linking.checked({"login_host": host})
    with pytest.raises(e.InvalidSettings):
        SF.hosts(facts(host))


def test_production_is_the_default() -> None:
    """An administrator may leave everything out."""
    assert SF.linking.checked({}) == {"login_host": "login.salesforce.com"}
    with pytest.raises(e.InvalidSettings):
        SF.linking.checked({"key_field": "Id = '' OR Name__c"})


@pytest.mark.parametrize("instance", MY_DOMAINS)
def test_tokens_go_to_the_instance_only(instance: str) -> None:
    """Once a token answer named it, no other organisation's host is allowed."""
    given = facts("login.salesforce.com", instance)
    assert SF.hosts(given).api == (instance,)
    assert SF.api_base(given) == f"https://{instance}/services/data/v62.0"
    with pytest.raises(e.HostRefused):
        SF.hosts(given).check("https://other.my.salesforce.com/")


def test_before_the_first_token() -> None:
    """A My Domain is known; behind a generic host any organisation may be, of one label."""
    assert SF.hosts(facts("acme.my.salesforce.com")).api == ("acme.my.salesforce.com",)
    hosts = SF.hosts(PRODUCTION)
    assert hosts.check("https://acme--uat.sandbox.my.salesforce.com/") == "acme--uat.sandbox.my.salesforce.com"
    for url in (SF.api_base(PRODUCTION), "https://a.b.my.salesforce.com/", "https://my.salesforce.com/"):
        with pytest.raises(e.HostRefused):
            hosts.check(url)


@pytest.mark.parametrize(
    "instance", [f"https://{host}" for host in FOREIGN] + ["http://acme.my.salesforce.com", 7, "", []]
)
def test_a_foreign_instance(instance: object) -> None:
    """A token answer cannot send tokens elsewhere."""
    with pytest.raises(e.HostRefused):
        auth.token_facts({"instance_url": instance})


@given(st.text(max_size=30))
def test_no_text_makes_another_host(text: str) -> None:
    """What is accepted is a host of Salesforce's, whatever is put around it."""
    for told in (text, f"https://{text}", f"https://{text}.my.salesforce.com", f"https://acme.my.salesforce.com{text}"):
        try:
            kept = auth.token_facts({"instance_url": told})
        except e.HostRefused:
            continue
        parts = urlsplit(kept["instance_url"])
        assert parts.hostname == parts.netloc
        assert parts.netloc.endswith(".salesforce.com")
        assert not parts.path


def test_emea() -> None:
    """An old European instance says so by its host; of a My Domain the instance's name, read at sign-in, does."""
    assert SF.in_emea(facts("eu12.salesforce.com"))
    assert not SF.in_emea(facts("na12.salesforce.com"))
    mine = facts("login.salesforce.com", "acme.my.salesforce.com")
    assert not SF.in_emea(mine)
    assert SF.in_emea(attrs.evolve(mine, extra={**mine.extra, "instance": "DEU12S"}))
    assert not SF.in_emea(attrs.evolve(mine, extra={**mine.extra, "instance": "USA4S"}))


# Sign-in ------------------------------------------------------------------------------------------------------------


def exchange(op: Operation[Grant], answer: dict[str, Any], status: int = 200) -> tuple[Grant, dict[str, str]]:
    """Run a token operation; the grant, and the form that was sent."""
    asked: list[Request] = []

    def answered(request: Request) -> Response:
        asked.append(request)
        return Response(status, json.dumps(answer).encode())

    grant = play(op, answered)
    (request,) = asked
    assert request.purpose == "login"
    return grant, dict(request.form or ())


def test_sign_in_with_pkce() -> None:
    """The challenge goes with the browser, the verifier with the code; the instance comes with the token."""
    pending = auth.AUTH.begin(
        PRODUCTION, APPLICATION, redirect_uri="https://x.example/cb", state="st", verifier="v" * 43, now=0.0
    )
    query = {name: values[0] for name, values in parse_qs(urlsplit(pending.url).query).items()}
    assert query["code_challenge_method"] == "S256"
    assert query["scope"] == "api refresh_token id"
    told = {
        "access_token": "00D5!AR",
        "refresh_token": "5Aep1",
        "scope": "refresh_token api id",
        "instance_url": "https://ACME.my.salesforce.com/",
        "issued_at": "1777706737000",
    }
    op = auth.AUTH.complete(PRODUCTION, APPLICATION, pending, {"state": "st", "code": "aPrx=="})
    grant, form = exchange(op, told)
    assert (form["code"], form["code_verifier"], form["client_secret"]) == ("aPrx==", "v" * 43, "s3cret")
    assert grant.extra == {"instance_url": "https://acme.my.salesforce.com"}
    assert grant.scopes == {"api", "refresh_token", "id"}
    assert grant.expires_at is None
    assert auth.AUTH.sign(grant) == (("Authorization", "Bearer 00D5!AR"),)


@pytest.mark.parametrize("rotated", [True, False])
def test_a_refresh(rotated: bool) -> None:
    """A rotated refresh token replaces the old one, else that is kept; an organisation that moved is followed."""
    old = Grant(
        access_token="a", refresh_token="r1", received_at=0.0, extra={"instance_url": "https://old.my.salesforce.com"}
    )
    told = {"access_token": "b", "instance_url": "https://new.my.salesforce.com"}
    op = auth.AUTH.refresh(PRODUCTION, APPLICATION, old)
    grant, form = exchange(op, {**told, "refresh_token": "r2"} if rotated else told)
    assert (form["grant_type"], form["refresh_token"]) == ("refresh_token", "r1")
    assert grant.refresh_token == ("r2" if rotated else "r1")
    assert grant.extra == {"instance_url": "https://new.my.salesforce.com"}
    assert grant.generation == 1


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"access_token": "00D!a"}, 200, None),
        ({"error": "invalid_grant", "error_description": "expired access/refresh token"}, 400, e.NeedsAuthorization),
        ({"error": "invalid_grant", "error_description": "ip restricted"}, 400, e.NeedsAuthorization),
        ({"error": "invalid_grant", "error_description": "login rate exceeded"}, 400, e.RateLimited),
        ({"error": "invalid_client_id", "error_description": "client identifier invalid"}, 400, e.NeedsRelink),
        ({"error": "invalid_client", "error_description": "invalid client credentials"}, 401, e.NeedsRelink),
        ({"error": "unsupported_grant_type"}, 400, e.NeedsRelink),
        ({"error": "invalid_scope"}, 400, e.MissingScope),
        ({"error": "made up"}, 400, e.UnexpectedAnswer),
        ({"access_token": "a"}, 400, e.UnexpectedAnswer),
        ([], 200, e.UnexpectedAnswer),
        ({}, 503, e.CrmUnavailable),
    ],
)
def test_a_token_answer(body: object, status: int, expected: type[Exception] | None) -> None:
    """What is dead, what an administrator must mend, what may be tried again."""
    error = auth.token_error(Response(status, json.dumps(body).encode()))
    assert error is None if expected is None else type(error) is expected


def test_an_html_token_answer() -> None:
    """A sign-in page is no token."""
    assert isinstance(auth.token_error(Response(200, b"<html>")), e.UnexpectedAnswer)


# What follows -------------------------------------------------------------------------------------------------------


def test_without_the_scope_nothing_can_be_done() -> None:
    """Every capability says why."""
    given = attrs.evolve(PRODUCTION, scopes=frozenset({"id"}))
    supports = SF.capabilities(given)
    assert all(not supports[each].can and "scope api" in supports[each].reason for each in Capability)


def test_what_the_users_rights_do_not_allow() -> None:
    """It is declared with the reason, and refused before any request."""
    given = attrs.evolve(
        PRODUCTION, extra={"instance_url": "https://acme.my.salesforce.com", "objects": "Contact:u,Task:cu,Case:"}
    )
    supports = SF.capabilities(given)
    can = {each for each in Capability if supports[each].can}
    assert Capability.CREATE_CONTACT not in can
    assert {Capability.UPDATE_CONTACT, Capability.CREATE_CALL, Capability.RELATED_CASES, Capability.SEARCH_PHONE} <= can
    assert not can & {Capability.CREATE_CASE, Capability.CREATE_EVENT, Capability.RELATED_DEALS, Capability.CREATE_NOTE}
    assert "Case" in supports[Capability.CREATE_CASE].reason
    op = SF.related(given, RecordRef("salesforce", "Contact", "0" * 15), RelatedKind.DEAL)
    with pytest.raises(e.Unsupported):
        op.send(None)


@pytest.mark.promise("R3")
def test_how_a_repeated_create_is_recognised() -> None:
    """By the external id field where it is, in the text's last line elsewhere; contacts without it not at all."""
    plain = SF.creates(PRODUCTION)
    assert {plain[kind].repeat for kind in CREATE} == {Repeat.FINDABLE}
    assert plain[ContactKind.CONTACT].repeat is Repeat.BLIND
    given = attrs.evolve(
        PRODUCTION, settings={"key_field": "Key__c"}, extra={"objects": "Task,Lead", "keyed:Key__c": "Task,Lead"}
    )
    creates = SF.creates(given)
    native = {kind for kind, each in creates.items() if each.repeat is Repeat.NATIVE}
    assert native == {RelatedKind.TASK, RelatedKind.CALL, ContactKind.LEAD}
    assert SF.phone_search(given) is PhoneSearch.NORMALISED
    since = SF.creates(attrs.evolve(given, settings={"key_field": "Other__c"}))  # named since anybody signed in
    assert Repeat.NATIVE not in {each.repeat for each in since.values()}


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("acme.my.salesforce.com", "https://acme.lightning.force.com/lightning/r/Case/{}/view"),
        (
            "acme--uat.sandbox.my.salesforce.com",
            "https://acme--uat.sandbox.lightning.force.com/lightning/r/Case/{}/view",
        ),
        ("eu12.salesforce.com", "https://eu12.salesforce.com/{}"),
    ],
)
def test_record_urls(host: str, url: str) -> None:
    """The Lightning form of a My Domain; an old instance's short form."""
    identifier = "5005e00000AbCdEAAV"
    assert SF.record_url(facts(host), RecordRef("salesforce", "Case", identifier)) == url.format(identifier)
    assert SF.record_url(facts(host), RecordRef("salesforce", "Case", "../x")) is None
    assert SF.record_url(PRODUCTION, RecordRef("salesforce", "Case", identifier)) is None


def test_no_secret_shows(reply: Callable[..., Response]) -> None:
    """Not in an error, not in a repr."""
    error = auth.token_error(reply({"error": "invalid_grant", "error_description": "bad 5Aep1 for ada@x.org"}, 400))
    assert "5Aep1" not in f"{error}{error!r}"
    assert "ada@x.org" not in f"{error}{error!r}"
