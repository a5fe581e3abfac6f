"""A connector that exists says what its paper says: the paper may say less, never otherwise."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.paper.everyone import PAPERS
from tests.paper.paper import Paper, Place, Variant

from customer360.core.auth import OAuth2Code
from customer360.core.connector import Connector
from customer360.core.linking import LinkFacts
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
    """Each setting on paper is one of the connector's, as obligatory, with the same default and its choices."""
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
    left = {each.name for each in paper.linking.settings}
    assert not [name for name, each in known.items() if each.required and name not in left]


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
