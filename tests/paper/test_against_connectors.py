"""A connector that exists says what its paper says: the paper may say less, never otherwise."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.paper.everyone import PAPERS
from tests.paper.paper import Paper, Place, Variant, findable, native, no

from customer360.core.auth import OAuth2Code
from customer360.core.capabilities import Capability, PhoneSearch
from customer360.core.connector import Connector
from customer360.core.linking import Hosts, LinkFacts, Linking
from customer360.core.records import ContactKind, RelatedKind
from customer360.plugins import installed

CONNECTORS = installed().connectors
BOTH = {key: (paper, CONNECTORS[key]) for key, paper in PAPERS.items() if key in CONNECTORS}

each_connector = pytest.mark.parametrize(("paper", "connector"), BOTH.values(), ids=BOTH.keys())
each_place = pytest.mark.parametrize(
    ("paper", "connector", "place"),
    [
        pytest.param(paper, connector, place, id=f"{key}: {place.name}")
        for key, (paper, connector) in BOTH.items()
        for place in paper.places
    ],
)
each_variant = pytest.mark.parametrize(
    ("paper", "connector", "variant"),
    [
        # What is told later has names of the connector's own, which a paper does not know.
        pytest.param(paper, connector, variant, id=f"{key}: {variant.name if variant else 'usual'}")
        for key, (paper, connector) in BOTH.items()
        for variant in (None, *(each for each in paper.variants if not each.extra))
    ],
)
_SAME = ("scope_separator", "pkce", "client_auth", "token_body", "token_numbers", "header_prefix", "refresh_lifetime")


def granted(paper: Paper, connector: Connector, variant: Variant | None = None) -> LinkFacts:
    """A link that was granted whatever is asked for, but for what the variant lacks."""
    facts = paper.facts(variant=variant)
    scheme = connector.auth_for(facts)
    asked = frozenset(scheme.scopes(facts)) if isinstance(scheme, OAuth2Code) else frozenset[str]()
    return attrs.evolve(facts, scopes=asked - (variant.lacks if variant else frozenset()))


def test_the_connectors_that_there_are_have_a_paper() -> None:
    """No plugin of this tree without its paper, so that none escapes the comparison."""
    assert set(CONNECTORS) <= set(PAPERS)


@each_connector
def test_settings(paper: Paper, connector: Connector) -> None:
    """The settings on paper are the connector's, as obligatory, with the same default and its choices."""
    known = {each.name: each for each in connector.linking.settings}
    for each in paper.linking.settings:
        real = known[each.name]
        assert (each.required, each.secret, each.default, each.moves) == (
            real.required,
            real.secret,
            real.default,
            real.moves,
        )
        assert set(each.choices) <= set(real.choices)
        assert bool(each.choices) == bool(real.choices)
    assert known.keys() == {each.name for each in paper.linking.settings}


@pytest.mark.promise("R15")
@each_place
def test_hosts_and_regions(paper: Paper, connector: Connector, place: Place) -> None:
    """Exactly the same hosts, the same API base, the same answer about EMEA."""
    facts = paper.facts(place)
    hosts = connector.hosts(facts)
    assert (set(hosts.api), set(hosts.login)) == (set(place.hosts.api), set(place.hosts.login))
    assert connector.api_base(facts) == place.api_base
    assert connector.in_emea(facts) is place.emea


@each_connector
def test_ways_of_signing_in(paper: Paper, connector: Connector) -> None:
    """The same scheme at the same addresses, sent in the same form; the connector may ask for more scopes."""
    for place in paper.places:
        for way in paper.ways:
            facts = paper.facts(place, way)
            real: Any = connector.auth_for(facts)
            assert isinstance(real, type(way.auth)) or type(real).__mro__[1] is type(way.auth).__mro__[1]
            if not isinstance(way.auth, OAuth2Code):
                continue
            assert real.authorize_url(facts) == way.auth.authorize_url(facts)
            assert real.token_url(facts) == way.auth.token_url(facts)
            ours, theirs = way.auth.revoke_url, real.revoke_url
            assert (ours and ours(facts)) == (theirs and theirs(facts))
            assert set(way.auth.scopes(facts)) <= set(real.scopes(facts))
            assert way.auth.authorize_params.items() <= real.authorize_params.items()
            for name in _SAME:
                assert getattr(real, name) == getattr(way.auth, name), name


@pytest.mark.feature("F096")
@each_variant
def test_resources(paper: Paper, connector: Connector, variant: Variant | None) -> None:
    """The same names and kinds; each field on paper means the same to the connector."""
    facts = granted(paper, connector, variant)
    real = {each.name: each for each in connector.resources(facts)}
    ours = paper.resources_of(facts)
    assert {each.name for each in ours} <= set(real)
    for each in ours:
        found = real[each.name]
        assert (each.contact_kind, each.related_kind, each.private) == (
            found.contact_kind,
            found.related_kind,
            found.private,
        )
        assert each.standard.items() <= found.standard.items()
        assert set(each.phones) <= set(found.phones)
        assert set(each.emails) <= set(found.emails)


@pytest.mark.feature("F095")
@each_variant
def test_capabilities_and_phone_search(paper: Paper, connector: Connector, variant: Variant | None) -> None:
    """The same answer to each question, for the usual link and for every variant."""
    facts = granted(paper, connector, variant)
    ours, real = paper.capabilities_of(facts), connector.capabilities(facts)
    differing = {each.value: (ours[each], real[each]) for each in ours.supports if ours[each].can != real[each].can}
    assert not differing
    assert connector.phone_search(facts) is paper.phone_of(facts)


@each_variant
def test_creates(paper: Paper, connector: Connector, variant: Variant | None) -> None:
    """The same class for each kind; what can be found, no later than the paper says."""
    facts = granted(paper, connector, variant)
    real = connector.creates(facts)
    for kind, how in paper.creates_of(facts).items():
        assert real[kind].repeat is how.repeat, kind
        if how.repeat.value == "findable":
            assert real[kind].lag == how.lag, kind


@each_connector
def test_limits_and_the_rest(paper: Paper, connector: Connector) -> None:
    """The connector keeps within what the sheet states, and knows of what lies within a contact, moves or sleeps."""
    ours, real = paper.bounds.limits, connector.limits
    assert real.page_size <= ours.page_size
    assert real.batch_size <= ours.batch_size
    assert real.concurrent <= ours.concurrent
    if ours.per_window is not None and real.per_window is not None:
        assert real.per_window == ours.per_window
    assert connector.within_contact == paper.within
    assert connector.may_have_moved == paper.moved
    assert connector.warm_for == paper.warm_for


# A paper that says otherwise ------------------------------------------------------------------------------------------

ZOHO, ZOHO_CONNECTOR = BOTH["zoho"]


def otherwise(**changes: Any) -> Paper:
    return attrs.evolve(ZOHO, **changes)


def _place(**changes: Any) -> Place:
    return attrs.evolve(ZOHO.places[1], **changes)


def _way(**changes: Any) -> Paper:
    scheme: Any = ZOHO.ways[0].auth
    return otherwise(ways=(attrs.evolve(ZOHO.ways[0], auth=attrs.evolve(scheme, **changes)),))


def _setting(**changes: Any) -> Paper:
    first, *others = ZOHO.linking.settings
    return otherwise(linking=Linking((attrs.evolve(first, **changes), *others)))


def _resource(**changes: Any) -> Paper:
    first, *others = ZOHO.resources
    return otherwise(resources=(attrs.evolve(first, resource=attrs.evolve(first.resource, **changes)), *others))


def _limits(**changes: Any) -> Paper:
    return otherwise(bounds=attrs.evolve(ZOHO.bounds, limits=attrs.evolve(ZOHO.bounds.limits, **changes)))


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (test_settings, _setting(required=False)),
        (test_settings, _setting(choices={"uk": "United Kingdom"})),
        (test_ways_of_signing_in, _way(pkce=True)),
        (test_ways_of_signing_in, _way(token_url=lambda facts: "https://accounts.zoho.com/token")),
        (test_ways_of_signing_in, _way(scopes=lambda facts: ("ZohoMail.ALL",))),
        (test_limits_and_the_rest, _limits(page_size=100)),
        (test_limits_and_the_rest, _limits(concurrent=5)),
        (test_limits_and_the_rest, otherwise(within=frozenset({RelatedKind.NOTE}))),
        (test_limits_and_the_rest, otherwise(warm_for=60.0)),
    ],
)
def test_a_paper_that_says_otherwise_is_noticed(check: Any, wrong: Paper) -> None:
    """The comparisons themselves: each difference of a value fails the one that is about it."""
    with pytest.raises(AssertionError):
        check(wrong, ZOHO_CONNECTOR)
    check(ZOHO, ZOHO_CONNECTOR)


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        (test_resources, _resource(name="People")),
        (test_resources, _resource(phones=("Telephone",))),
        (test_resources, _resource(contact_kind=ContactKind.LEAD)),
        (test_capabilities_and_phone_search, otherwise(able={**ZOHO.able, Capability.DELTA: no("never")})),
        (test_capabilities_and_phone_search, otherwise(phone=PhoneSearch.EXACT)),
        (test_creates, otherwise(creates={**ZOHO.creates, RelatedKind.CALL: native("so it says")})),
        (test_creates, otherwise(creates={**ZOHO.creates, RelatedKind.CALL: findable("later")})),
    ],
)
def test_a_usual_link_that_is_otherwise_is_noticed(check: Any, wrong: Paper) -> None:
    """The same of what depends on the link."""
    with pytest.raises(AssertionError):
        check(wrong, ZOHO_CONNECTOR, None)
    check(ZOHO, ZOHO_CONNECTOR, None)


@pytest.mark.promise("R15")
@pytest.mark.parametrize(
    "wrong",
    [
        _place(hosts=Hosts(api=("www.zohoapis.eu",), login=("accounts.zoho.eu",))),
        _place(hosts=attrs.evolve(ZOHO.places[1].hosts, login=("accounts.zoho.com",))),
        _place(api_base="https://www.zohoapis.eu/crm/v7"),
        _place(emea=False),
    ],
)
def test_a_place_that_is_elsewhere_is_noticed(wrong: Place) -> None:
    """The same of hosts and regions."""
    with pytest.raises(AssertionError):
        test_hosts_and_regions(ZOHO, ZOHO_CONNECTOR, wrong)
    test_hosts_and_regions(ZOHO, ZOHO_CONNECTOR, ZOHO.places[1])
