"""What every test may rely on: markers name behaviours that exist, nobody's own home is touched."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tools.traceability import Finding, promised, unknown

ROOT = Path(__file__).parents[1]


# A busy machine makes no example wrong: speed is for benchmarks/.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_configure() -> None:
    """Ctrl-C works in tests and in what they start, though a shell that starts a job in the background ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a marker whose id no page of docs/reference promises: a misspelt id would look like a missing test.

    The suite's nets play for long: they are of the slower tier.
    """
    if "customer360_testkit.conformance.bench" in sys.modules:  # else there are none, and nobody waits for the suite
        from customer360_testkit.conformance.bench import NET

        for item in items:
            if hasattr(getattr(item, "function", None), NET):
                item.add_marker(pytest.mark.slow)
    wrong = unknown(promised(ROOT), [Finding.of(item) for item in items])
    if wrong:
        raise pytest.UsageError("\n".join(f"{test}: no page of docs/reference knows {id}" for test, id in wrong))


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's home, settings and keyring are out of reach, however pytest was started."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
            patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        yield
