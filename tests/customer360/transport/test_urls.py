"""Requests become URLs that every server reads alike, and that never leave their base."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core.errors import Customer360Error, InvalidValue
from customer360.core.linking import Hosts
from customer360.transport.prepare import allowed_host
from customer360.transport.urls import encode, origin, place, resolve, target, to_json

BASE = "https://api.example/crm/v8"
text = st.text(st.characters(exclude_categories=["Cs"]))
pairs = st.lists(st.tuples(text, text), max_size=6)


@given(pairs)
def test_parameters_keep_order_repeats_and_every_character(params: list[tuple[str, str]]) -> None:
    """What a server decodes is what the connector said: plus signs, spaces, ampersands, any script."""
    query = encode(params)
    assert query.isascii()
    assert "+" not in query
    assert parse_qsl(query, keep_blank_values=True) == params


def test_a_phone_number_keeps_its_plus() -> None:
    """A bare plus would arrive as a space."""
    assert resolve(BASE, "/Contacts/search", (("phone", "+44 20"),)).endswith("?phone=%2B44%2020")


def test_parameters_follow_a_query_that_is_there_already() -> None:
    """A next page that is handed out with a query may get one more parameter."""
    assert resolve(BASE, "/a?x=1", (("y", "2"),)) == f"{BASE}/a?x=1&y=2"


def test_an_absolute_url_stays_as_handed_out() -> None:
    """Existing escapes are not escaped again, and a fragment is never sent."""
    url = "https://graph.example/v1.0/me?$skiptoken=a%2Bb%20c#top"
    assert resolve(BASE, url) == "https://graph.example/v1.0/me?$skiptoken=a%2Bb%20c"


@given(text)
def test_a_relative_path_stays_below_its_base(path: str) -> None:
    """No record id, however hostile, chooses another host, port, user or resource tree."""
    try:
        url = resolve(BASE, "/" + path)
    except InvalidValue:
        return
    parts = urlsplit(url)
    assert url.isascii()
    assert (parts.scheme, parts.netloc) == ("https", "api.example")
    assert parts.path.startswith("/crm/v8/")
    assert ".." not in parts.path.split("/")
    assert parts.fragment == ""


@pytest.mark.parametrize("path", ["@evil.example/x", ".evil.example", ":8443/x", "//evil.example/x", "\\evil.example"])
def test_a_path_never_continues_the_host(path: str) -> None:
    """Without the slash in between, "https://api.example" + "@evil.example" would be another host."""
    assert urlsplit(resolve("https://api.example", path)).netloc == "api.example"


@pytest.mark.parametrize("path", ["/Contacts/../Users", "/Contacts/%2e%2E/Users", "/./x", "https://api.example/a/../b"])
def test_dot_segments_are_refused(path: str) -> None:
    """A record id of ".." would read another resource with the same token."""
    with pytest.raises(InvalidValue):
        resolve(BASE, path)


@pytest.mark.parametrize(
    "url", ["https://api.example/\r\nHost: evil", "https://evil.example\\@api.example/", "https://a\x00"]
)
def test_an_absolute_url_with_control_characters_is_refused(url: str) -> None:
    """Parsers disagree about them, and where parsers disagree a credential gets lost."""
    with pytest.raises(InvalidValue):
        resolve(BASE, url)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_json_bodies_round_trip(value: object) -> None:
    """What is sent decodes to what was said."""
    assert json.loads(to_json(value)) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {"a": {1, 2}}, "\ud800"])
def test_what_json_cannot_say_is_refused_before_anything_is_sent(value: object) -> None:
    """NaN is no JSON, and a server may read it as anything."""
    with pytest.raises(InvalidValue):
        to_json(value)


def test_the_origin_has_the_default_ports() -> None:
    """Connections are kept per scheme, host and port."""
    assert origin("https://a.example/x") == ("https", "a.example", 443)
    assert origin("http://127.0.0.1:81/x") == ("http", "127.0.0.1", 81)


def verdict(check: Callable[[], str]) -> str | None:
    """The host that is allowed, or None."""
    try:
        return check()
    except (Customer360Error, ValueError):
        return None


@pytest.mark.promise("R15")
@given(
    st.sampled_from(["https://", "HTTPS://", "http://", "https:/", "//", " https://"]),
    st.sampled_from(["", "u@", "a:b@"]),
    st.sampled_from(["h.example", "a.ok.example", "p.example:8443", "h.example:443", "H.Example.", "evil", "[::1]"]),
    st.text("/.@:?#\\ \t\n%aH[]\u00e9-", max_size=6),
)
def test_a_host_is_judged_as_if_the_whole_url_were_read(scheme: str, user: str, host: str, rest: str) -> None:
    """The verdict on one host is remembered: whatever stands around it, it is the one that the whole URL would get."""
    hosts = Hosts(api=("h.example", "*.ok.example", "p.example:8443"), login=("l.example",))
    url = f"{scheme}{user}{host}{rest}"
    for login in (False, True):
        whole = verdict(lambda login=login: hosts.check(url, login=login))  # type: ignore[misc]
        for _ in range(2):
            assert verdict(lambda login=login: allowed_host(url, hosts, login=login)) == whole  # type: ignore[misc]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="#"), max_size=8))
def test_a_url_is_its_place_and_its_target(path: str) -> None:
    """What goes into the first line of a request is all that follows the host."""
    try:
        url = resolve("https://h.example:8443", "/" + path)
    except InvalidValue:
        return
    assert place(url) == "https://h.example:8443"
    assert place(url) + target(url) == url
