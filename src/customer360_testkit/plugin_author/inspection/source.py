"""What a plugin's package looks like: its rooms, its imports, its label."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from customer360.core.connector import Connector
from customer360_testkit.plugin_author.inspection.subject import Problem, Subject

ROOMS = frozenset(
    {"__init__", "activities", "auth", "connector", "contacts", "errors", "metadata", "query", "records", "sync"}
)
_DOES_IO = frozenset(
    {
        *("aiohttp", "anyio", "asyncio", "concurrent", "http", "httpcore", "httpx", "httpx2", "keyring", "logging"),
        *("multiprocessing", "requests", "selectors", "socket", "sqlalchemy", "sqlite3", "ssl", "subprocess"),
        *("threading", "trio", "urllib3", "random", "secrets", "time"),
        *("os", "shutil", "tempfile", "glob", "fileinput", "ctypes", "signal", "webbrowser", "syslog", "shelve", "dbm"),
        *("_pytest", "gc", "inspect", "pytest", "traceback", "unittest"),  # who looks what runs it is two connectors
        *("ftplib", "imaplib", "poplib", "smtplib", "socketserver", "xmlrpc"),
    }
)
_HOOK_LINES = 30


def rooms(subject: Subject) -> Iterator[Problem]:
    """rooms: the same as every plugin's; the README names any other"""
    found = {path.stem for path in subject.package.glob("*.py")}
    for room in sorted(ROOMS - found):
        yield Problem(f"there is no {room}.py", "every plugin has the same rooms: see docs/explanation/architecture.md")
    for room in sorted(found - ROOMS):
        if room in sys.stdlib_module_names:
            yield Problem(f"{room}.py bears the name of a module of Python's", "rename it")
        if f"`{room}.py`" not in subject.readme:
            yield Problem(
                f"{room}.py is a room of its own, and the README does not name it", f"say what `{room}.py` does"
            )


def typed(subject: Subject) -> Iterator[Problem]:
    """py.typed: whoever imports the plugin is type-checked against it"""
    if not (subject.package / "py.typed").is_file():
        yield Problem("the package has no py.typed", "add an empty file of that name, and see that the wheel holds it")


def exported(subject: Subject) -> Iterator[Problem]:
    """exported names: the hook and the connector, nothing else"""
    module = subject.module
    names = getattr(module, "__all__", None)
    if names is None:
        yield Problem("the package has no __all__", "the connector's class and customer360_connectors")
        return
    for name in names:
        value = getattr(module, name, None)
        if value is None:
            yield Problem(f"__all__ names {name!r}, which is not there")
        elif name != "customer360_connectors" and not (isinstance(value, type) and issubclass(value, Connector)):
            yield Problem(f"__all__ names {name!r}, which is neither the hook nor a connector")
    for name in sorted({"customer360_connectors", type(subject.connector).__name__} - set(names)):
        yield Problem(f"__all__ does not name {name!r}")
    lines = len((subject.package / "__init__.py").read_text(encoding="utf-8").splitlines())
    if lines >= _HOOK_LINES:
        yield Problem(f"__init__.py has {lines} lines", "it holds the hook; whatever else there is belongs to a room")


def imports(subject: Subject) -> Iterator[Problem]:
    """imports: of customer360 the core only; nothing that does I/O, waits or logs"""
    own = subject.point.module.partition(".")[0]
    for path, module in imported(subject.package):
        top = module.partition(".")[0]
        where = path.relative_to(subject.package)
        if top in _DOES_IO or module.startswith("urllib.request"):
            yield Problem(
                f"{where} imports {module}",
                "a connector awaits effects (GET, POST, gather, Now); the transport sends, waits, retries and logs",
            )
        elif top.startswith("customer360") and top != own and not f"{module}.".startswith("customer360.core."):
            yield Problem(f"{where} imports {module}", "of ours, a plugin imports customer360.core and itself")


def readme(subject: Subject) -> Iterator[Problem]:
    """README: what an administrator must know"""
    text = subject.readme
    if not text.strip():
        yield Problem("there is no README", "write one; pyproject.toml names it: readme = 'README.md'")
        return
    for heading, why in (
        ("Credentials", "which application to register where, and which settings there are"),
        ("Capabilities", "what can be done"),
        ("Limits", "what cannot, and what is surprising"),
    ):
        if not re.search(rf"^#+ {heading}\b", text, re.MULTILINE):
            yield Problem(f"the README has no heading {heading!r}", why)
    told = re.sub(r"[\s_-]+", " ", text).lower()
    for setting in subject.connector.linking.settings:
        if setting.name.replace("_", " ").lower() not in told:
            yield Problem(f"the README does not name the setting {setting.name!r}", "say where its value is found")
    page = urlsplit(subject.connector.info.docs_url).hostname or "https://"
    if page not in text:
        yield Problem(f"the README names no page at {page}", "link the vendor's documentation, as info.docs_url does")


def packaged(subject: Subject) -> Iterator[Problem]:
    """distribution: named for the CRM, and asks for the SDK"""
    if subject.distribution is None:
        return
    name = subject.distribution.name
    if re.sub(r"[-_.]+", "-", name).lower() != f"customer360-{subject.key.replace('_', '-')}":
        yield Problem(f"the distribution is named {name!r}", f"name it customer360-{subject.key}: so it is found")
    asked = [re.split(r"[^A-Za-z0-9._-]", each)[0].lower() for each in subject.distribution.requires or ()]
    if "customer360" not in asked:
        yield Problem("the distribution does not ask for customer360", "dependencies = ['customer360>=0.1,<0.2']")
    if "customer360-testkit" in asked and not _optional(subject, "customer360-testkit"):
        yield Problem("the distribution asks for the testkit", "users need it not: name it in the group dev")


def _optional(subject: Subject, name: str) -> bool:
    assert subject.distribution is not None
    return all("extra ==" in each for each in subject.distribution.requires or () if each.lower().startswith(name))


def imported(package: Path) -> Iterator[tuple[Path, str]]:
    """Every absolute import of the package's code, type checkers' included, with the file it stands in."""
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                # `from customer360 import core` names a room too
                deeper = node.module in ("customer360", "urllib")
                names = [f"{node.module}.{alias.name}" for alias in node.names] if deeper else [node.module]
                yield from ((path, name) for name in names)
