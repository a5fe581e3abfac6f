"""One holder at a time, across processes, until the lease runs out."""

from __future__ import annotations

import sqlalchemy as sa

from customer360.store import leases

table = sa.Table(
    "some_lease",
    sa.MetaData(),
    sa.Column("tenant_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("holder", sa.String, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)


def take(connection: sa.Connection, holder: str, now: float, name: str = "refresh") -> bool:
    return leases.take(connection, table, tenant_id="acme", name=name, holder=holder, now=now, seconds=10)


def test_one_holder_until_it_runs_out(connection: sa.Connection) -> None:
    """The second gets it when the first's time is over, not before."""
    assert take(connection, "a", 100)
    assert not take(connection, "b", 109.9)
    assert take(connection, "b", 110)
    assert not take(connection, "a", 111)


def test_the_holder_may_prolong(connection: sa.Connection) -> None:
    """Taking it again moves its end."""
    assert take(connection, "a", 100)
    assert take(connection, "a", 109)
    assert not take(connection, "b", 118)


def test_only_the_holder_gives_it_back(connection: sa.Connection) -> None:
    """A run that lost its lease does not free another's; other names are other leases."""
    take(connection, "a", 100)
    take(connection, "b", 110)
    assert not leases.give_back(connection, table, tenant_id="acme", name="refresh", holder="a")
    assert not take(connection, "c", 111)
    assert leases.give_back(connection, table, tenant_id="acme", name="refresh", holder="b")
    assert take(connection, "c", 111)
    assert take(connection, "d", 111, name="another")


def test_who_is_known_to_have_ended_keeps_nobody_waiting(connection: sa.Connection) -> None:
    """Asked of the holder, and only of one whose time is not over; of those who ask at once, one inherits."""
    asked: list[str] = []

    def ended(holder: str) -> bool:
        asked.append(holder)
        return holder == "killed"

    def heir(holder: str) -> bool:
        return leases.take(
            connection, table, tenant_id="acme", name="sync", holder=holder, now=101, seconds=10, ended=ended
        )

    assert take(connection, "killed", 100, name="sync")
    assert heir("b")
    assert not heir("c")
    assert asked == ["killed", "b"]
    assert not take(connection, "d", 110.9, name="sync")
