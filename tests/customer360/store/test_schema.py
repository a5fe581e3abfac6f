"""The migrated schema and the tables in the code are the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from customer360.core.errors import StoreError
from customer360.store import migrate
from customer360.store.engine import open_store
from customer360.store.metadata import complete_metadata


def test_migrating_gives_exactly_the_tables_of_the_code() -> None:
    """Alembic finds nothing to add, change or drop after an upgrade."""
    with open_store() as store, store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, complete_metadata()) == []


def test_every_primary_key_begins_with_the_tenant() -> None:
    """One store serves many accounts; no key is without its tenant, or without the number of one tenant's index."""
    tables = complete_metadata().tables
    first = {name: next(iter(table.primary_key.columns)).name for name, table in tables.items()}
    others = {name for name, column in first.items() if column != "tenant_id"}
    assert others == {"index_contact", "index_number", "index_address"}
    assert {first[name] for name in others} == {"scope"}
    numbered = tables["index_scope"]
    unique = [list(each.columns) for each in numbered.constraints if isinstance(each, sa.UniqueConstraint)]
    assert [numbered.c.scope] in unique


def test_the_newest_revision_is_read_from_file_names() -> None:
    """The cheap reading of the head, done at every open, agrees with Alembic's."""
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.head()


def test_a_store_of_a_newer_version_is_refused(tmp_path: object) -> None:
    """An old library never writes into a schema that it does not know."""
    url = f"sqlite:///{tmp_path}/store.db"
    with open_store(url) as store, store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        open_store(url)


def test_opening_again_keeps_what_is_stored(tmp_path: object) -> None:
    """An upgrade that has nothing to do changes nothing."""
    url = f"sqlite:///{tmp_path}/store.db"
    with open_store(url) as store, store.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO interaction VALUES ('t', 'i', 'a', 0, 0, '{}', '{}', 0)"),
        )
    with open_store(url) as store, store.engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM interaction")) == 1
