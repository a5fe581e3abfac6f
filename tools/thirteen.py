"""``python -m tools.thirteen``: write ``docs/reference/thirteen.md`` from the papers of the thirteen CRMs.

The papers are data under test (``tests/paper``), made of the core's types. ``--check`` writes nothing and ends with 1
when the page is out of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from tests.paper.everyone import PAPERS
from tests.paper.paper import Able, Made, Paper, Place, Way

from customer360.core.auth import Application, ClientAssertion, Keys, OAuth1Keys, OAuth2Code, Password
from customer360.core.capabilities import Capability, Repeat
from customer360.core.connector import Limits
from customer360.core.linking import Setting
from tools.pages import REFERENCE, command, row

PAGE = REFERENCE / "thirteen.md"
_HEAD = """# The thirteen CRMs on paper

Made by `python -m tools.thirteen` from `tests/paper`; a test fails when it is out of date. Each CRM is declared there
in the types of the plugin contract, every value with its place in what is known of the vendor, whether its connector is
written or not; where there is a connector, tests hold it to its paper. What a connector does at run time is in
[What each CRM can do](capabilities.md).
"""


def page(papers: Mapping[str, Paper]) -> str:
    """The whole page."""
    chosen = sorted(papers.values(), key=lambda paper: paper.info.name.casefold())
    parts = [_HEAD]
    parts += ["## Linking\n", *_table(("CRM", "setting", "what", "values"), _settings(chosen))]
    parts += ["\n## Signing in\n", *_table(("CRM", "way", "addresses", "asks for", "to know"), _ways(chosen))]
    parts += ["\n## Hosts and regions\n", *_table(("CRM", "place", "API", "sign-in", "EMEA"), _places(chosen))]
    parts += ["\n## Contacts\n", *_table(("CRM", "resource", "is a", "phones", "e-mails", "standard"), _people(chosen))]
    parts += ["\n## What hangs off a contact\n", *_table(("CRM", "kind", "resources"), _related(chosen))]
    parts += ["\n## What can be done\n", *_capabilities(chosen)]
    parts += ["\n## Search by phone\n", *_table(("CRM", "kind", "how"), _phones(chosen))]
    parts += ["\n## How a repeated create is recognised\n", *_creates(chosen)]
    parts += ["\n## Limits\n", *_table(("CRM", "page", "batch", "at once", "per time", "counted for"), _limits(chosen))]
    return "\n".join(parts).rstrip() + "\n"


def _settings(papers: Iterable[Paper]) -> Iterator[tuple[str, ...]]:
    for paper in papers:
        if not paper.linking.settings:
            yield paper.info.name, "none", "", ""
        for each in paper.linking.settings:
            yield paper.info.name, f"`{each.name}`", each.label + _marks(each), _values(each)


def _marks(setting: Setting) -> str:
    marks = [
        word
        for word, holds in (
            ("optional", not setting.required or setting.default is not None),
            ("secret", setting.secret),
            ("keeps sign-ins", not setting.moves),
        )
        if holds
    ]
    return f" ({', '.join(marks)})" if marks else ""


def _values(setting: Setting) -> str:
    if setting.choices:
        return ", ".join(f"`{each}`" for each in setting.choices)
    return f"usually `{setting.default}`" if setting.default else ""


def _ways(papers: Iterable[Paper]) -> Iterator[tuple[str, ...]]:
    for paper in papers:
        for way in paper.ways:
            yield paper.info.name, way.name, _addresses(paper, way), _asked(paper, way), way.remark


def _addresses(paper: Paper, way: Way) -> str:
    facts, scheme = paper.facts(way=way), way.auth
    if isinstance(scheme, OAuth2Code):
        urls = [scheme.authorize_url(facts), scheme.token_url(facts)]
    elif isinstance(scheme, ClientAssertion):
        urls = [scheme.token_url(facts)]
    elif isinstance(scheme, Password):
        application = Application("client", secrets=dict.fromkeys(paper.linking.secrets, ""))
        urls = [scheme.sign_in(facts, application, way.typed).path]
    else:
        return "none is asked"
    return ", ".join(f"`{urlsplit(url).hostname}{urlsplit(url).path}`" for url in urls)


def _asked(paper: Paper, way: Way) -> str:
    scheme = way.auth
    if isinstance(scheme, OAuth2Code):
        scopes = scheme.scopes(paper.facts(way=way))
        extras = [word for word, holds in (("PKCE", scheme.pkce), ("JSON", scheme.token_body == "json")) if holds]
        return ", ".join([*(f"`{each}`" for each in scopes), *extras]) or "nothing but the code"
    if isinstance(scheme, ClientAssertion):
        return ", ".join(f"`{each}`" for each in scheme.scopes(paper.facts(way=way))) + ", by a signed statement"
    if isinstance(scheme, Keys | OAuth1Keys | Password):
        return ", ".join(each.label for each in scheme.asks) or "nothing: the link's own keys"
    raise TypeError(f"{paper.key}: a scheme that this page does not know")


def _places(papers: Iterable[Paper]) -> Iterator[tuple[str, ...]]:
    """One row for each pair of hosts: places that share it stand together."""
    for paper in papers:
        alike: dict[tuple[object, bool], list[Place]] = {}
        for place in paper.places:
            alike.setdefault((place.hosts, place.emea), []).append(place)
        for places in alike.values():
            hosts = places[0].hosts
            names = "; ".join(place.name for place in places)
            yield paper.info.name, names, _code(hosts.api), _code(hosts.login), "yes" if places[0].emea else "no"


def _people(papers: Iterable[Paper]) -> Iterator[tuple[str, ...]]:
    for paper in papers:
        for listed in paper.resources:
            each = listed.resource
            if each.contact_kind is None:
                continue
            standard = ", ".join(f"{name.value}: `{field}`" for name, field in each.standard.items())
            private = " (private)" if each.private else ""
            kind = each.contact_kind.value + private
            yield paper.info.name, f"`{each.name}`", kind, _code(each.phones), _code(each.emails), standard


def _related(papers: Iterable[Paper]) -> Iterator[tuple[str, ...]]:
    for paper in papers:
        kinds: dict[str, list[str]] = {}
        for listed in paper.resources:
            if listed.resource.related_kind is not None:
                kinds.setdefault(listed.resource.related_kind.value, []).append(listed.resource.name)
        for kind, names in kinds.items():
            yield paper.info.name, kind, _code(names)


def _capabilities(papers: Sequence[Paper]) -> Iterator[str]:
    conditions: list[str] = []
    yield "Under it stands why not, under which condition, and for which links it is otherwise.\n"
    yield from _table(
        ("", *(paper.info.name for paper in papers)),
        [
            (each.value.replace("_", " "), *("yes" if paper.able[each].support.can else "no" for paper in papers))
            for each in Capability
        ],
    )
    for paper in papers:
        for capability, able in paper.able.items():
            if able.support.reason:
                conditions.append(_condition(paper, capability, able))
        for variant in paper.variants:
            for capability, able in variant.able.items():
                conditions.append(_condition(paper, capability, able, variant.name))
            if variant.without:
                conditions.append(f"- {paper.info.name}, {variant.name}: there is no {_code(variant.without)}")
    yield ""
    yield from conditions


def _condition(paper: Paper, capability: Capability, able: Able, variant: str = "") -> str:
    where = f"{paper.info.name}, {variant}" if variant else paper.info.name
    answer = "yes" if able.support.can else "no"
    reason = f" ({able.support.reason})" if able.support.reason else ""
    return f"- {where}: {capability.value.replace('_', ' ')}, {answer}{reason}"


def _phones(papers: Iterable[Paper]) -> Iterator[tuple[str, ...]]:
    for paper in papers:
        others = [f"{each.name}: {each.phone.value}" for each in paper.variants if each.phone is not None]
        yield paper.info.name, "; ".join([paper.phone.value, *others]), paper.phone_how


def _creates(papers: Iterable[Paper]) -> Iterator[str]:
    rows = []
    for paper in papers:
        for kind, made in paper.creates.items():
            rows.append((paper.info.name, kind.value, _class(made), made.how.reason))
        for variant in paper.variants:
            for kind, made in variant.creates.items():
                rows.append((f"{paper.info.name}, {variant.name}", kind.value, _class(made), made.how.reason))
    yield from _table(("CRM", "kind", "class", "why"), _merged(rows))


def _merged(rows: Iterable[tuple[str, str, str, str]]) -> Iterator[tuple[str, ...]]:
    """Kinds of one CRM that are recognised alike share a row."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for crm, kind, how, why in rows:
        alike.setdefault((crm, how, why), []).append(kind)
    for (crm, how, why), kinds in alike.items():
        yield crm, ", ".join(kinds), how, why


def _class(made: Made) -> str:
    if made.how.repeat is not Repeat.FINDABLE:
        return made.how.repeat.value
    return f"findable, {made.how.lag:.0f} s" if made.how.lag else "findable at once"


def _limits(papers: Iterable[Paper]) -> Iterator[tuple[str, ...]]:
    for paper in papers:
        yield _limit(paper.info.name, paper.bounds.limits, paper.bounds.unstated)
        for variant in paper.variants:
            if variant.limits is not None:
                yield _limit(f"{paper.info.name}, {variant.name}", variant.limits, paper.bounds.unstated)


def _limit(name: str, limits: Limits, unstated: frozenset[str]) -> tuple[str, ...]:
    window = "" if limits.per_window is None else f"{limits.per_window[0]:,} in {limits.per_window[1]:.0f} s"
    batch = str(limits.batch_size) if limits.batch_size > 1 else ""
    at_once = "" if "concurrent" in unstated else str(limits.concurrent)
    return name, str(limits.page_size), batch, at_once, window, "account" if limits.shared else "sign-in"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [row(*head), row(*["---"] * len(head)), *(row(*cells) for cells in rows)]


def main(argv: Sequence[str] | None = None) -> int:
    """Write or check the page."""
    return command("thirteen", "The thirteen CRMs on one page.", PAGE, lambda: page(PAPERS), argv)


if __name__ == "__main__":
    raise SystemExit(main())
