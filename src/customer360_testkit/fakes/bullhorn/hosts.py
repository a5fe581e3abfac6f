"""Data centres, and the hosts that sign in and hold data there (contract sections 1 and 2.1)."""

from __future__ import annotations

import attrs

REST = "/rest-services"
CORPORATION = "abc123"
"""The tenant's part of every data path."""


@attrs.frozen
class DataCentre:
    """``lanes`` are the hosts of data calls; a login answers with one of them."""

    key: str
    number: int
    auth: str
    rest: str
    lanes: tuple[str, ...]


def _centre(key: str, number: int, infix: str, *lanes: int) -> DataCentre:
    suffix = ".bullhornstaffing.com"
    data = tuple(f"rest{lane}{suffix}" for lane in lanes)
    return DataCentre(key, number, f"auth{infix}{suffix}", f"rest{infix}{suffix}", data)


DATA_CENTRES = {
    centre.key: centre
    for centre in (
        _centre("us_east", 1, "", 41, 42),
        _centre("us_west", 2, "-west", 51, 52),
        _centre("emea", 3, "-emea", 99, 98),
        _centre("apac", 4, "-apac", 71, 72),
    )
}
AUTH_HOSTS = frozenset(centre.auth for centre in DATA_CENTRES.values())
ALL_HOSTS = tuple(dict.fromkeys(host for one in DATA_CENTRES.values() for host in (one.auth, one.rest, *one.lanes)))
