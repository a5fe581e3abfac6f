"""Vendor hosts can be sent to this machine, and nowhere else."""

from __future__ import annotations

import pytest

from customer360.core.errors import InvalidSettings
from customer360.transport.endpoints import Endpoints


def test_a_mapped_host_keeps_path_and_query() -> None:
    """Only scheme, host and port change; a path in the target goes in front."""
    endpoints = Endpoints({"API.example": "http://127.0.0.1:8001", "login.example": "http://[::1]:2/oauth/"})
    assert endpoints.apply("https://api.example/v1/x?a=%2B#f") == "http://127.0.0.1:8001/v1/x?a=%2B"
    assert endpoints.apply("https://login.example/token") == "http://[::1]:2/oauth/token"
    assert endpoints.apply("https://other.example/x?y") == "https://other.example/x?y"


@pytest.mark.promise("R15")
@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1:80",
        "https://evil.example",
        "http://127.0.0.1.evil.example",
        "http://user@127.0.0.1",
        "ftp://127.0.0.1",
        "127.0.0.1:80",
        "http://127.0.0.1:99999",
        "http://0.0.0.0:1",
        "http://localhost.evil.example",
        "",
    ],
)
def test_any_other_target_is_refused(target: str) -> None:
    """The mapping is no way to move a credential to another machine."""
    with pytest.raises(InvalidSettings):
        Endpoints({"api.example": target})
