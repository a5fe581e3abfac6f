"""Every CRM can be said in the contract's types, and everything that is said of it stands in its sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
from tests.paper.paper import Paper, Place, Source, Way
from tools import thirteen

from customer360.core.auth import Application, AuthScheme, Grant, Keys, OAuth1Keys, OAuth2Code, Outgoing
from customer360.core.capabilities import Capability, Repeat
from customer360.core.effects import Request
from customer360.core.linking import LinkFacts
from customer360_testkit.plugin_author.inspection import declarations
from customer360_testkit.plugin_author.inspection.subject import Subject

SHEETS = Path(__file__).parents[3] / "shared" / "contracts"

each_crm = pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS.keys())
each_place = pytest.mark.parametrize(
    ("paper", "place"),
    [pytest.param(paper, place, id=f"{key}: {place.name}") for key, paper in PAPERS.items() for place in paper.places],
)
each_way = pytest.mark.parametrize(
    ("paper", "way"),
    [pytest.param(paper, way, id=f"{key}: {way.name}") for key, paper in PAPERS.items() for way in paper.ways],
)


# What stands in the sheet ---------------------------------------------------------------------------------------------


class Sheet:
    """A CRM's sheet, cut at its headings."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.headings = [
            (number, len(found[1]), found[2])
            for number, line in enumerate(self.lines)
            if (found := re.fullmatch(r"(#{2,4}) (.+)", line))
        ]

    def section(self, name: str) -> str | None:
        """The text under the heading that begins with ``name``, to the next one that is not below it."""
        for number, level, title in self.headings:
            if title == name or re.match(rf"{re.escape(name)}[. (:—,]", title):
                ends = (at for at, other, _ in self.headings if at > number and other <= level)
                return "\n".join(self.lines[number : next(ends, len(self.lines))])
        return None

    def missing(self, sources: tuple[Source, ...], values: tuple[str, ...] = ()) -> Iterator[str]:
        """Sections and literals that are not there, and values that neither stand there nor fit a literal."""
        texts = []
        for source in sources:
            text = self.section(source.section)
            if text is None:
                yield f"section {source.section!r}"
                continue
            texts.append(text)
            yield from (f"{literal!r} in {source.section}" for literal in source.literals if not _in(literal, text))
        literals = [literal for source in sources for literal in source.literals]
        for value in values:
            if not any(_in(value, text) for text in texts) and not any(_fits(value, each) for each in literals):
                yield f"the value {value!r} in {[source.section for source in sources]}"


def _in(literal: str, text: str) -> bool:
    if literal in text:
        return True
    pattern = "".join(r"[^\s`]*?" if part == "*" else re.escape(part) for part in re.split(r"(\*)", literal))
    return "*" in literal and re.search(pattern, text) is not None


def _fits(value: str, literal: str) -> bool:
    """Whether a value is what a literal with ``{...}`` or ``*`` in it stands for."""
    parts = re.split(r"(\{[^}]*\}|\*)", literal)
    holes = {"{": r"[A-Za-z0-9_.-]+", "*": r"[A-Za-z0-9_.-]*"}
    pattern = "".join(holes.get(part[0]) or re.escape(part) for part in parts if part)
    fixed = any(part[0] not in holes for part in parts if part)  # a hole alone fits everything
    return fixed and len(parts) > 1 and re.search(rf"(?:^|/){pattern}$", value) is not None


def sheet_of(paper: Paper) -> Sheet:
    path = SHEETS / f"{paper.key}.md"
    if not path.exists():
        pytest.skip("the sheets are not beside this checkout")
    return Sheet(path.read_text(encoding="utf-8"))


def claims(paper: Paper) -> Iterator[tuple[str, tuple[Source, ...], tuple[str, ...]]]:
    """What is said, its sources, and the values that must stand there."""
    yield "linking", paper.linking_sources, ()
    yield "phone search", paper.phone_sources, ()
    yield "locate", paper.locate_sources, ()
    yield "warm up", paper.warm_sources, ()
    for way in paper.ways:
        yield f"way {way.name}", way.sources, _addresses(paper, way)
    for place in paper.places:
        segments = filter(None, urlsplit(place.api_base).path.split("/"))
        hosts = {*place.hosts.api, *place.hosts.login}
        if place.own is None:
            yield f"place {place.name}", place.sources, (*hosts, *segments)
        else:
            site = paper.facts(place).settings[place.own]
            assert all(f"{site}/".startswith(f"{host}/") for host in hosts), "a host that the customer did not name"
            yield f"place {place.name}", place.sources, ()
    for listed in paper.resources:
        each = listed.resource
        fields = (*each.standard.values(), *each.phones, *each.emails)
        values = tuple(part for field in fields for part in field.split("."))
        yield f"resource {each.name}", listed.sources, values
    numbers = {
        name: value
        for name, value in (
            ("page_size", paper.bounds.limits.page_size),
            ("batch_size", paper.bounds.limits.batch_size),
            ("concurrent", paper.bounds.limits.concurrent),
            ("per_window", (paper.bounds.limits.per_window or (None,))[0]),
        )
        if name not in paper.bounds.unstated and value is not None and (name, value) != ("batch_size", 1)
    }
    yield "limits", paper.bounds.sources, ()
    said = "; ".join(literal for source in paper.bounds.sources for literal in source.literals)
    for name, value in numbers.items():
        assert re.search(rf"(?<!\d){value}(?!\d)", re.sub(r"(?<=\d)[ ,](?=\d)", "", said)), f"{name}: {value}"
    for capability, able in paper.able.items():
        yield capability.value, able.sources, ()
    for kind, made in paper.creates.items():
        yield f"create {kind.value}", made.sources, ()
    for variant in paper.variants:
        yield f"variant {variant.name}", variant.sources, ()
        for capability, able in variant.able.items():
            yield f"{variant.name}: {capability.value}", able.sources, ()
        for kind, made in variant.creates.items():
            yield f"{variant.name}: create {kind.value}", made.sources, ()


def _addresses(paper: Paper, way: Way) -> tuple[str, ...]:
    """The path of each address of a browser's way, and its scopes."""
    if not isinstance(way.auth, OAuth2Code):
        return ()
    facts = paper.facts(way=way)
    urls = [way.auth.authorize_url(facts), way.auth.token_url(facts)]
    urls += [way.auth.revoke_url(facts)] if way.auth.revoke_url is not None else []
    return (*(urlsplit(url).path for url in urls), *way.auth.scopes(facts))


@pytest.mark.feature("M13")
@each_crm
def test_everything_that_is_said_of_a_crm_stands_in_its_sheet(paper: Paper) -> None:
    """Sections, identifiers, hosts, paths, scopes, resources, fields, limits: each is looked up."""
    sheet = sheet_of(paper)
    wrong = [f"{what}: {each}" for what, sources, values in claims(paper) for each in sheet.missing(sources, values)]
    assert not wrong, "\n".join(wrong)


@each_crm
def test_nothing_is_said_without_a_source(paper: Paper) -> None:
    """A source with identifiers for each value; places and ways included."""
    bare = [
        what
        for what, sources, _ in claims(paper)
        if not any(source.literals for source in sources)
        and not (what == "locate" and paper.locate is None)
        and not (what == "warm up" and paper.warm_up is None)
    ]
    assert not bare


def test_a_wrong_claim_is_noticed() -> None:
    """The look-up itself: a section that is none, a literal that stands elsewhere, a host that nobody named."""
    sheet = Sheet("## 1. Hosts\n`api.acme.example` and `{name}.acme.example`\n### 1.1 More\nx\n## 2. Fields\n`phone`\n")
    hosts = Source("1", ("{name}.acme.example",))
    assert list(sheet.missing((hosts,), ("api.acme.example", "eu.acme.example"))) == []
    assert list(sheet.missing((hosts,), ("api.evil.example",))) == ["the value 'api.evil.example' in ['1']"]
    assert list(sheet.missing((Source("1", ("`phone`",)),))) == ["'`phone`' in 1"]
    assert list(sheet.missing((Source("3", ("x",)),))) == ["section '3'"]
    assert list(sheet.missing((Source("1.1", ("`phone`", "x")),))) == ["'`phone`' in 1.1"]


@pytest.mark.feature("M13")
def test_the_page_says_what_the_papers_say() -> None:
    """The page in the docs is what ``python -m tools.thirteen`` makes of the papers now."""
    assert thirteen.PAGE.read_text(encoding="utf-8") == thirteen.page(PAPERS), "run python -m tools.thirteen"


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
        problems = [each for each in problems if "scopes is empty" not in each]
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
        names = {each.resource.name for each in paper.resources}
        assert variant.without or variant.able or variant.creates or variant.phone
        assert set(variant.without) <= names
        assert set(variant.able) <= set(paper.able)


@each_crm
def test_everything_is_declared(paper: Paper) -> None:
    """Every capability, with its reason where it is missing; the lag of what is read by id or from the records is 0."""
    assert set(paper.able) == set(Capability)
    assert all(able.support.can or able.support.reason for able in paper.able.values())
    assert all(made.how.repeat is not Repeat.NATIVE or made.how.lag == 0 for made in paper.creates.values())
