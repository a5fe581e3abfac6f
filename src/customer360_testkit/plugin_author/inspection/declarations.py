"""What a connector declares, looked at as data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import attrs

from customer360.core.auth import AuthScheme, OAuth2Code
from customer360.core.capabilities import CREATE, RELATED, Capability, PhoneSearch, Repeat
from customer360.core.connector import SEARCHES, Connector
from customer360.core.errors import Customer360Error
from customer360.core.linking import Hosts, LinkFacts
from customer360_testkit.plugin_author.inspection.subject import Note, Problem, Subject, explained

_HOST = re.compile(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,5})?")
_VERBS = {
    Capability.CREATE_CONTACT: "create",
    Capability.UPDATE_CONTACT: "update",
    Capability.UPDATE_ACTIVITY: "update_activity",
    Capability.LIST_ACTIVITIES: "activities",
    Capability.LINK: "link",
    Capability.UNLINK: "unlink",
    Capability.DELTA: "changes",
    Capability.RECORD_URL: "record_url",
    **dict.fromkeys(RELATED.values(), "related"),
    **dict.fromkeys(CREATE.values(), "create_activity"),
}
"""The method that each capability needs; ``search`` is abstract, so it is there."""


def label(subject: Subject) -> Iterator[Problem]:
    """info: key, names, documentation"""
    info = subject.connector.info
    if info.key != subject.point.name:
        yield Problem(
            f"the entry point is named {subject.point.name!r}, but info.key is {info.key!r}",
            "give both the same name: links and record references are kept under it",
        )
    if not re.fullmatch(r"[a-z][a-z0-9_]*", info.key):
        yield Problem(f"info.key {info.key!r} is no lower-case word")
    for name in ("name", "vendor", "icon", "api_version"):
        if not getattr(info, name).strip():
            yield Problem(f"info.{name} is empty")
    if not info.docs_url.startswith("https://"):
        yield Problem("info.docs_url is no https address", "name the page of the vendor's API documentation")


def linking(subject: Subject) -> Iterator[Problem]:
    """linking: settings that an administrator can supply"""
    settings = subject.connector.linking.settings
    names = [setting.name for setting in settings]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(f"there are two settings {name!r}")
    for setting in settings:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", setting.name):
            yield Problem(f"the setting {setting.name!r} is no lower-case word")
        if not setting.label.strip():
            yield Problem(f"the setting {setting.name!r} has no label", "say what an administrator would call it")
        if not setting.choices and not setting.help.strip():
            yield Problem(
                f"the setting {setting.name!r} has no help", "say where its value is found, for example in an address"
            )
        if setting.default is not None and setting.choices and setting.default not in setting.choices:
            yield Problem(f"the default of {setting.name!r} is none of its choices")
        if setting.pattern is not None:
            yield from _pattern(setting.name, setting.pattern, setting.default)


def _pattern(name: str, pattern: str, default: str | None) -> Iterator[Problem]:
    try:
        compiled = re.compile(pattern)
    except re.error as wrong:
        yield Problem(f"the pattern of {name!r} is no regular expression: {wrong}")
        return
    if default is not None and not compiled.fullmatch(default):
        yield Problem(f"the default of {name!r} does not match its pattern")


def hosts(subject: Subject) -> Iterator[Problem]:
    """hosts: exactly those of the link, for every choice of its settings"""
    for facts in _every_choice(subject):
        told = ", ".join(f"{name}={value}" for name, value in facts.settings.items()) or "no settings"
        try:
            declared = subject.connector.hosts(facts)
            base = subject.connector.api_base(facts)
        except Customer360Error:
            continue  # a combination that the connector itself refuses
        except Exception as raised:
            yield Problem(f"hosts() or api_base() raises with {told}: {explained(raised)}")
            continue
        for kind, names in (("api", declared.api), ("login", declared.login)):
            if not names:
                yield Problem(f"hosts({told}).{kind} is empty")
            for name in names:
                if not _HOST.fullmatch(name):
                    yield Problem(
                        f"{name!r} of hosts({told}).{kind} is no host name",
                        "lower case, without https:// and without a path; a leading *. stands for one label",
                    )
        yield from _base(base, told)


def _base(base: str, told: str) -> Iterator[Problem]:
    if urlsplit(base).scheme != "https":
        yield Problem(f"api_base({told}) is not https", "tokens would travel in the clear")
    if base.endswith("/"):
        yield Problem(f"api_base({told}) ends with a slash", "request paths begin with one")


def signs_in(subject: Subject) -> Iterator[Problem]:
    """auth: a scheme whose addresses are hosts of the link"""
    facts = subject.facts
    scheme = subject.connector.auth_for(facts)
    if not isinstance(scheme, AuthScheme):
        yield Problem("auth is no AuthScheme", "declare an OAuth2Code, or write a subclass of AuthScheme")
        return
    declared = subject.connector.hosts(facts)
    yield from _allowed("api_base", subject.connector.api_base(facts), declared, login=False)
    if not isinstance(scheme, OAuth2Code):
        return
    yield from _allowed("auth.token_url", scheme.token_url(facts), declared, login=True)
    if scheme.revoke_url is not None:
        yield from _allowed("auth.revoke_url", scheme.revoke_url(facts), declared, login=True)
    if urlsplit(scheme.authorize_url(facts)).scheme != "https":
        yield Problem("auth.authorize_url is not https")


def _allowed(what: str, url: str, declared: Hosts, *, login: bool) -> Iterator[Problem]:
    try:
        declared.check(url, login=login)
    except Customer360Error as refused:
        yield Problem(
            f"{what}: {refused.what}", f"add its host to hosts().{'login' if login else 'api'}, or correct it"
        )


def resources(subject: Subject) -> Iterator[Problem]:
    """resources: contacts, with the fields that matching reads"""
    connector, facts = subject.connector, subject.facts
    declared = connector.resources(facts)
    names = [resource.name for resource in declared]
    people = [resource for resource in declared if resource.contact_kind is not None]
    if len(set(names)) != len(names):
        yield Problem("two resources have the same name")
    if not people:
        yield Problem("no resource holds contacts", "give one a contact_kind")
    for resource in declared:
        if (resource.contact_kind is None) == (resource.related_kind is None):
            yield Problem(f"the resource {resource.name!r} needs a contact_kind or a related_kind, not both")
        if not resource.label.strip():
            yield Problem(f"the resource {resource.name!r} has no label")
    for resource in people:
        if not resource.standard:
            yield Problem(f"the resource {resource.name!r} maps no standard field", "agents edit by these names")
        for each, fields in (("phone", resource.phones), ("email", resource.emails)):
            standard = [name for field, name in resource.standard.items() if field in (each, "mobile")]
            if each == "email":
                standard = [name for field, name in resource.standard.items() if field == each]
            if forgotten := [name for name in standard if name not in fields]:
                yield Problem(f"{resource.name!r}: {', '.join(forgotten)} is not among its {each}s")
    if all(not resource.phones for resource in people):
        yield Problem("no contact resource names a phone field", "the index and the search by phone read these")


def capabilities(subject: Subject) -> Iterator[Problem]:
    """capabilities: every one declared, with a reason where it is not possible"""
    connector, facts = subject.connector, subject.facts
    declared = connector.capabilities(facts)
    for capability in Capability:
        support = declared.supports.get(capability)
        if support is None:
            yield Problem(
                f"{capability.name} is not declared", "say CAN, or cannot('why'): agents read the reason on the screen"
            )
        elif not support.can and not support.reason.strip():
            yield Problem(f"{capability.name} cannot be done, without a reason", "cannot('why')")
        elif support.can and (verb := _VERBS.get(capability)) and not _overridden(connector, verb):
            yield Problem(f"{capability.name} is declared, but {verb}() is not written", "write it, or declare why not")
    for verb in sorted({verb for verb in _VERBS.values() if _overridden(connector, verb)}):
        if not any(declared[capability].can for capability, each in _VERBS.items() if each == verb):
            yield Problem(
                f"{verb}() is written, but nothing that needs it is declared",
                "declare it, or leave it out: the base refuses it, with the declared reason",
            )
    if not any(declared[capability].can for capability in SEARCHES.values()):
        yield Problem("nothing can be searched for", "declare at least one SEARCH_ capability")
    phones = connector.phone_search(facts)
    if declared[Capability.SEARCH_PHONE].can == (phones is PhoneSearch.NONE):
        yield Problem(
            f"phone_search() is {phones.name}, but SEARCH_PHONE says otherwise",
            "a CRM that cannot be searched by phone is NONE in both: the local index serves",
        )


def withheld(subject: Subject) -> Iterator[Note]:
    """capabilities: nothing is withheld that the CRM has, as far as can be told"""
    connector, facts = subject.connector, subject.facts
    declared = connector.capabilities(facts)
    kinds = {each.related_kind: each.label for each in connector.resources(facts) if each.related_kind is not None}
    for kind, label in kinds.items():
        for verb, capability in (("related", RELATED.get(kind)), ("create_activity", CREATE.get(kind))):
            if capability is not None and not declared[capability].can and _overridden(connector, verb):
                reason = declared[capability].reason
                yield Note(f"there are {label}, and {capability.name} is declared as not possible: {reason}")
    if connector.phone_search(facts) not in (PhoneSearch.NORMALISED, PhoneSearch.NONE):
        kind_of_search = connector.phone_search(facts).name
        yield Note(f"numbers are searched as {kind_of_search}: a match asks in every spelling, so be sure of it")


def creates(subject: Subject) -> Iterator[Problem]:
    """creates: how a repeated create of each kind is recognised"""
    connector, facts = subject.connector, subject.facts
    declared, able = connector.creates(facts), connector.capabilities(facts)
    needed: list[Any] = [kind for kind, capability in CREATE.items() if able[capability].can]
    if able[Capability.CREATE_CONTACT].can:
        needed += [each.contact_kind for each in connector.resources(facts) if each.contact_kind is not None][:1]
    for kind in needed:
        if kind not in declared:
            yield Problem(
                f"creates() says nothing of {kind.value!r}, which can be created",
                "NATIVE, FINDABLE or BLIND: without it, nobody can tell whether a create may be repeated",
            )
    for kind, how in declared.items():
        if not how.reason.strip():
            yield Problem(f"creates()[{kind.value!r}] has no reason")
        if how.lag < 0 or how.longest_run < 0:
            yield Problem(f"creates()[{kind.value!r}] has a negative time")
        if how.repeat is Repeat.FINDABLE and not _overridden(connector, "find_created"):
            yield Problem(f"{kind.value!r} is FINDABLE, but find_created() is not written")


def limits(subject: Subject) -> Iterator[Problem]:
    """limits: positive numbers"""
    limits = subject.connector.limits
    for name in ("page_size", "batch_size", "concurrent"):
        if getattr(limits, name) < 1:
            yield Problem(f"limits.{name} is below 1")
    if limits.per_window is not None and min(limits.per_window) <= 0:
        yield Problem("limits.per_window is not positive")


def _every_choice(subject: Subject) -> Iterator[LinkFacts]:
    """The facts at hand, then each setting with each of its choices, without what only a sign-in would tell."""
    facts = subject.facts
    yield facts
    for setting in subject.connector.linking.settings:
        for choice in setting.choices:
            if facts.settings.get(setting.name) != choice:
                yield attrs.evolve(facts, settings={**facts.settings, setting.name: choice}, extra={})


def _overridden(connector: Connector, verb: str) -> bool:
    return getattr(type(connector), verb) is not getattr(Connector, verb)
