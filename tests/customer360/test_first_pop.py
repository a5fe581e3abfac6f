"""What a first pop in a fresh process loads (P5): what it needs, and nothing of what it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from customer360 import Customer360, MasterKey
from customer360_testkit import Sandbox

FIRST_POP = """
import sys
from datetime import UTC, datetime
from customer360 import Customer360, Interaction, MasterKey, MatchPolicy
with Customer360(store={store!r}, key=MasterKey.from_text({key!r}), endpoints={endpoints!r},
                 match=MatchPolicy(regions=("GB",))) as client:
    begun = client.session("zoho", "kim").begin(
        Interaction(id="first", customer={customer!r}, started_at=datetime.now(UTC)))
    assert begun.panel.contact is not None
print("\\n".join({{name.partition(".")[0] for name in sys.modules}}))
"""
NEEDLESS = {"alembic", "cattrs", "httpx", "httpx2", "keyring", "mako", "oauthlib", "platformdirs", "requests", "rich"}


@pytest.mark.perf("P5")
def test_a_first_pop_loads_one_plugin_and_no_migrations(tmp_path: Path) -> None:
    """The store stands already: no migration is looked at, no keyring, no other CRM, of httpx its core alone."""
    store, key = f"sqlite:///{tmp_path / 'store.db'}", MasterKey.new_text()
    with Sandbox("zoho") as crm:
        with Customer360(store=store, key=MasterKey.from_text(key), endpoints=crm.endpoints) as client:
            client.link("zoho", settings=crm.fake.link_settings, application=crm.application)
            for agent in ("", "kim"):
                url = client.begin_login("zoho", agent, redirect_uri="http://localhost/back")
                client.complete_login(crm.authorize(url))
        customer = next(each.e164[0] for each in crm.fake.customers_of("kim") if each.e164 and each.twin is None)
        script = FIRST_POP.format(store=store, key=key, endpoints=dict(crm.endpoints), customer=customer)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "sqlalchemy" in loaded
    assert not loaded & NEEDLESS
    assert {name for name in loaded if name.startswith("customer360_")} == {"customer360_zoho"}
