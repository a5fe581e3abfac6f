"""Everything that is said of a CRM stands in its sheet, and everything that is said in the page of the docs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.paper.everyone import PAPERS
from tests.paper.paper import Paper, Source, Way
from tests.paper.sheet import Sheet
from tools import thirteen

from customer360.core.auth import OAuth2Code
from customer360.core.connector import Limits

SHEETS = Path(__file__).parents[3] / "shared" / "contracts"

each_crm = pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS.keys())


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
    yield "limits", paper.bounds.sources, ()
    _stated(paper.bounds.limits, paper.bounds.sources, paper.bounds.unstated)
    for capability, able in paper.able.items():
        yield capability.value, able.sources, ()
    for kind, made in paper.creates.items():
        yield f"create {kind.value}", made.sources, ()
    for variant in paper.variants:
        yield f"variant {variant.name}", variant.sources, ()
        if variant.limits is not None:
            _stated(variant.limits, (*paper.bounds.sources, *variant.sources), paper.bounds.unstated)
        for capability, able in variant.able.items():
            yield f"{variant.name}: {capability.value}", able.sources, ()
        for kind, made in variant.creates.items():
            yield f"{variant.name}: create {kind.value}", made.sources, ()


def _stated(limits: Limits, sources: tuple[Source, ...], unstated: frozenset[str]) -> None:
    """Each number stands in an identifier that is looked up, ``1,000`` for 1000."""
    numbers: dict[str, float | None] = {
        "page_size": limits.page_size,
        "batch_size": limits.batch_size if limits.batch_size > 1 else None,
        "concurrent": limits.concurrent,
        "per_window": limits.per_window[0] if limits.per_window else None,
    }
    literals = "; ".join(literal for source in sources for literal in source.literals)
    plain = re.sub(r"(?<=\d)[ ,](?=\d)", "", literals)
    for name, value in numbers.items():
        if value is not None and name not in unstated:
            assert re.search(rf"(?<!\d){value}(?!\d)", plain), f"{name}: {value}"


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
    assert list(sheet.missing((hosts,), ("acme.example",))) == ["the value 'acme.example' in ['1']"]
    assert list(sheet.missing((hosts,), ("api.evil.example",))) == ["the value 'api.evil.example' in ['1']"]
    assert list(sheet.missing((Source("1", ("`phone`",)),))) == ["'`phone`' in 1"]
    assert list(sheet.missing((Source("3", ("x",)),))) == ["section '3'"]
    assert list(sheet.missing((Source("1.1", ("`phone`", "x")),))) == ["'`phone`' in 1.1"]


@pytest.mark.feature("M13")
def test_the_page_says_what_the_papers_say() -> None:
    """The page in the docs is what ``python -m tools.thirteen`` makes of the papers now."""
    assert thirteen.PAGE.read_text(encoding="utf-8") == thirteen.page(PAPERS), "run python -m tools.thirteen"
