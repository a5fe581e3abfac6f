"""Whether the fake and the plugin are of the same CRM, and strangers to each other."""

from __future__ import annotations

from collections.abc import Iterator

from customer360_testkit.fakes.registry import GROUP
from customer360_testkit.plugin_author.inspection.source import imported
from customer360_testkit.plugin_author.inspection.subject import Problem, Subject


def agrees(subject: Subject) -> Iterator[Problem]:
    """the fake: answers for the hosts that the connector asks"""
    if subject.fake is None:
        return
    declared = subject.connector.hosts(subject.facts)
    asked = {name for name in (*declared.api, *declared.login) if not name.startswith("*.")}
    for host in sorted(asked - set(subject.fake.vendor_hosts)):
        yield Problem(
            f"the connector asks {host}, for which the fake does not answer",
            "add it to the fake's vendor_hosts, or correct the fake's link_settings",
        )
    if not subject.fake.modules:
        yield Problem("the fake names no modules", "tests look into what the CRM now holds: records(module)")


def strangers(subject: Subject) -> Iterator[Problem]:
    """the fake: written from the vendor's pages, knows nothing of the connector"""
    if subject.fake is None or subject.fake_package is None:
        return
    plugin, fake = subject.point.module.partition(".")[0], subject.fake.__module__.rpartition(".")[0]
    for path, module in imported(subject.fake_package):
        if module.partition(".")[0] == plugin != fake.partition(".")[0]:
            yield Problem(f"the fake's {path.name} imports {module}", "else both share the same mistakes")
    for path, module in imported(subject.package):
        if f"{module}.".startswith(f"{fake}."):
            yield Problem(f"the connector's {path.name} imports {module}", "a connector knows the CRM, not its fake")


def installed(subject: Subject) -> Iterator[Problem]:
    """the fake: installed under the same key"""
    if subject.fake is None:
        yield Problem(
            f"no fake {subject.key!r} is installed, so no request can be tried",
            f'name one: [project.entry-points."{GROUP}"] {subject.key} = "..."',
        )
