"""The vendor's clouds and their hosts (contract section 1)."""

from __future__ import annotations

import attrs


@attrs.frozen
class Cloud:
    """``graph`` is the API's host, ``logins`` the sign-in hosts."""

    key: str
    graph: str
    logins: tuple[str, ...]


CLOUDS = {
    cloud.key: cloud
    for cloud in (
        Cloud("global", "graph.microsoft.com", ("login.microsoftonline.com",)),
        Cloud("usgov_l4", "graph.microsoft.us", ("login.microsoftonline.us",)),
        Cloud("usgov_l5", "dod-graph.microsoft.us", ("login.microsoftonline.us",)),
        Cloud(
            "china",
            "microsoftgraph.chinacloudapi.cn",
            ("login.chinacloudapi.cn", "login.partner.microsoftonline.cn"),
        ),
    )
}
BY_GRAPH = {cloud.graph: cloud for cloud in CLOUDS.values()}
LOGIN_HOSTS = frozenset(login for cloud in CLOUDS.values() for login in cloud.logins)
ALL_HOSTS = tuple(dict.fromkeys(host for cloud in CLOUDS.values() for host in (cloud.graph, *cloud.logins)))
