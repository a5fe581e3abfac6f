"""Every CRM can be said in the contract's types, as its own checks see it, and signs in where it says."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.paper.connector import connector_of
from tests.paper.everyone import PAPERS
from tests.paper.paper import Paper, Place, Way

from customer360.core.auth import Application, AuthScheme, Grant, Keys, OAuth1Keys, Outgoing
from customer360.core.capabilities import Capability, Repeat
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360_testkit.plugin_author.inspection import declarations
from customer360_testkit.plugin_author.inspection.subject import Subject

each_crm = pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS.keys())
each_place = pytest.mark.parametrize(
    ("paper", "place"),
    [pytest.param(paper, place, id=f"{key}: {place.name}") for key, paper in PAPERS.items() for place in paper.places],
)
each_way = pytest.mark.parametrize(
    ("paper", "way"),
    [pytest.param(paper, way, id=f"{key}: {way.name}") for key, paper in PAPERS.items() for way in paper.ways],
)


# What the contract's own checks say -----------------------------------------------------------------------------------


def subject_of(paper: Paper, facts: LinkFacts) -> Subject:
    here: Any = None
    return Subject(
        key=paper.key,
        point=EntryPoint(paper.key, "tests.paper", "customer360"),
        connector=connector_of(paper),
        module=here,
        package=Path(),
        readme="",
        distribution=None,
        known=facts,
    )


CHECKS = (
    declarations.label,
    declarations.linking,
    declarations.hosts,
    declarations.limits,
    declarations.signs_in,
    declarations.resources,
    declarations.capabilities,
    declarations.creates,
)


@each_crm
def test_the_checks_for_plugin_authors_find_nothing(paper: Paper) -> None:
    """The paper is a connector that ``customer360 plugin check`` would pass, in every place and under every variant."""
    for variant in (None, *paper.variants):
        subject = subject_of(paper, paper.facts(variant=variant))
        problems = [f"{check.__name__}: {each.what}" for check in CHECKS for each in check(subject)]
        # The connector of a paper writes every verb, and its variants declare fewer.
        problems = [
            each for each in problems if not each.endswith("() is written, but nothing that needs it is declared")
        ]
        assert not problems, variant


@pytest.mark.feature("F101")
@each_place
def test_a_place_is_told_from_its_settings_alone(paper: Paper, place: Place) -> None:
    """Settings and told facts lead to exactly the hosts of the place; the API base is one of them, over https."""
    connector, facts = connector_of(paper), paper.facts(place)
    assert connector.hosts(facts) == place.hosts
    assert connector.in_emea(facts) is place.emea
    assert connector.api_base(facts) == place.api_base
    place.hosts.check(place.api_base)
    assert not place.api_base.endswith("/")


# Signing in -----------------------------------------------------------------------------------------------------------

_KEY = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
_SECRETS = {name for paper in PAPERS.values() for name in paper.linking.secrets}
APPLICATION = Application(
    "client-1", "s3cret", secrets=dict.fromkeys(_SECRETS, "s3cret") | {"private_key": _KEY.decode()}
)
BACK = "https://desk.example/back"


def asked(operation: Any) -> tuple[list[Request], Any]:
    """The requests of a sign-in up to the first, which is left open, or its result without one."""
    answer: Any = None
    while True:
        try:
            effect = operation.send(answer)
        except StopIteration as done:
            return [], done.value
        if isinstance(effect, Request):
            return [effect], None
        answer = 1_000_000.5 if type(effect).__name__ == "Now" else 0.5


def first_request(scheme: AuthScheme, facts: LinkFacts, way: Way) -> tuple[list[Request], Any]:
    if not scheme.browser:
        return asked(scheme.accept(facts, APPLICATION, way.typed))
    pending = scheme.begin(facts, APPLICATION, redirect_uri=BACK, state="s" * 43, verifier="v" * 86, now=0.0)
    assert urlsplit(pending.url).scheme == "https"
    assert urlsplit(pending.url).query.count("?") == 0
    return asked(scheme.complete(facts, APPLICATION, pending, {"state": "s" * 43, "code": "c:1"}))


@pytest.mark.promise("R15")
@each_way
def test_a_way_in_asks_the_links_sign_in_hosts_and_signs_a_request(paper: Paper, way: Way) -> None:
    """In every place: whatever is typed in or comes back from the browser goes to a declared sign-in host only."""
    for place in paper.places:
        facts = paper.facts(place, way)
        facts = attrs.evolve(facts, account=way.settings.get("account") == "yes")
        requests, grant = first_request(way.auth, facts, way)
        for request in requests:
            assert request.purpose == "login"
            place.hosts.check(request.path, login=True)
        if isinstance(grant, Grant):
            assert isinstance(way.auth, Keys | OAuth1Keys)
        else:
            assert requests
            grant = Grant(access_token="t0ken", received_at=0.0)
        headers = way.auth.sign_request(grant, Outgoing(method="GET", url=place.api_base, now=1.0, nonce="n" * 14))
        assert headers
        assert all(name.isascii() and value.strip() for name, value in headers)


@each_crm
def test_a_link_finds_its_way_by_its_settings(paper: Paper) -> None:
    """``auth_for`` is a function of the link: each way's settings choose that way and no other."""
    connector = connector_of(paper)
    for way in paper.ways:
        assert connector.auth_for(paper.facts(way=way)) is way.auth


@each_crm
def test_where_the_api_is_is_asked_at_a_sign_in_host(paper: Paper) -> None:
    """``locate`` needs no token, and goes nowhere that is not declared."""
    if paper.locate is None:
        assert not paper.moved
        return
    for place in paper.places:
        request = paper.locate(paper.facts(place))
        assert request.purpose == "login"
        place.hosts.check(request.path, login=True)


@each_crm
def test_a_variant_changes_something(paper: Paper) -> None:
    """And only what a usual link has: what is taken away is there, what is overridden is declared."""
    for variant in paper.variants:
        assert variant.holds(paper.facts(variant=variant))
        names = {each.resource.name for each in paper.resources}
        assert variant.without or variant.able or variant.creates or variant.phone or variant.limits
        assert set(variant.without) <= names
        assert set(variant.able) <= set(paper.able)


@each_crm
def test_everything_is_declared(paper: Paper) -> None:
    """Every capability, with its reason where it is missing; the lag of what is read by id or from the records is 0."""
    assert set(paper.able) == set(Capability)
    assert all(able.support.can or able.support.reason for able in paper.able.values())
    assert all(made.how.repeat is not Repeat.NATIVE or made.how.lag == 0 for made in paper.creates.values())
