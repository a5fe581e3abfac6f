"""Every switch, with every reading, changes what a client sees, and only as it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from customer360_testkit.fakes.exchange import WireRequest
from customer360_testkit.fakes.microsoft365.fake import Microsoft365Fake
from customer360_testkit.fakes.microsoft365.switches import MICROSOFT365_SWITCHES

EP = "String {00020329-0000-0000-C000-000000000046} Name c360Id"
MOMENT = {"dateTime": "2026-05-21T15:04:00", "timeZone": "UTC"}
EVENT = {"subject": "Call", "start": MOMENT, "end": MOMENT, "transactionId": "t-1"}
NOWHERE = "AAMk" + "A" * 60
Probe = Callable[[Any], Any]


def outcome(answer: Any) -> Any:
    """The status, or the vendor's code."""
    return answer.status if answer.status < 400 else answer.json()["error"]["code"]


def _tasks(client: Any) -> str:
    return f"/me/todo/lists/{client('GET', '/me/todo/lists').json()['value'][0]['id']}/tasks"


def _authorize(client: Any, host: str = "login.microsoftonline.com", tenant: str = "common", **changes: str) -> int:
    query = {
        "client_id": client.fake.client_id, "response_type": "code", "scope": "User.Read",
        "redirect_uri": "https://desk.example/back", **changes,
    }  # fmt: skip
    url = f"https://{host}/{tenant}/oauth2/v2.0/authorize?{urlencode(query)}"
    return int(client.fake.answer(WireRequest("GET", url)).status)


def cloud(client: Any) -> Any:
    """Which cloud a loopback host is."""
    client.host = "127.0.0.1:9"
    return client("GET", "/me").json()["@odata.context"].split("/")[2]


def account(client: Any) -> Any:
    link = client("POST", "/me/events", EVENT).json()["webLink"].split("/")[2]
    return link, [_authorize(client, tenant=one) for one in ("common", "consumers", "organizations")]


def zones(client: Any) -> Any:
    """What the mailboxes call the zones of their users."""
    told = []
    for user in ("kim", "lee"):
        client.token = client.fake.oauth.issue(user, ("MailboxSettings.Read",)).access_token
        told.append(client("GET", "/me/mailboxSettings").json()["timeZone"])
    return told


def calls_calendar(client: Any) -> Any:
    """Whether those called so can be written to, and shared with others."""
    calendars = client("GET", "/me/calendars?$top=100").json()["value"]
    return [(each["canEdit"], each["canShare"]) for each in calendars if each["name"] == "Customer calls"]


def china_login(client: Any) -> Any:
    return _authorize(client, host="login.partner.microsoftonline.cn")


def consent(client: Any) -> Any:
    """Whether a user may be made to consent once more; to choose an account is allowed to everybody."""
    return [_authorize(client, prompt=one) for one in ("select_account", "consent")]


def loopback_ip_redirect(client: Any) -> Any:
    return _authorize(client, redirect_uri="http://127.0.0.1:8400/back")


def granted_scopes(client: Any) -> Any:
    """What is granted to whom asks with the root of another cloud than the usual one."""
    url, root = "https://login.microsoftonline.us/organizations/oauth2/v2.0", "https://dod-graph.microsoft.us/"
    form = {
        "client_id": client.fake.client_id, "redirect_uri": "https://desk.example/back",
        "scope": f"openid {root}User.Read",
    }  # fmt: skip
    page = client.fake.authorize(f"{url}/authorize?{urlencode({**form, 'response_type': 'code'})}")
    form |= {"client_secret": client.fake.client_secret, "grant_type": "authorization_code"}
    form["code"] = dict(parse_qsl(urlsplit(page).query))["code"]
    return client.fake.answer(WireRequest("POST", f"{url}/token", (), urlencode(form).encode())).json()["scope"]


def old_refresh_token(client: Any) -> Any:
    """Whether a refresh token that has been used is still good after two hours."""
    fake = client.fake
    old = fake.oauth.issue("kim", ["User.Read"]).refresh_token
    form = {"client_id": fake.client_id, "client_secret": fake.client_secret, "refresh_token": old}
    url = "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    request = WireRequest("POST", url, (), urlencode({**form, "grant_type": "refresh_token"}).encode())
    assert fake.answer(request).status == 200
    fake.clock.advance(7200)
    return fake.answer(request).status


def contains(client: Any) -> Any:
    return outcome(client.filter("contains(displayName,'a')"))


def mobile_phone_filter(client: Any) -> Any:
    return outcome(client.filter("mobilePhone eq '1'"))


def email_filter(client: Any) -> Any:
    client.fake.switches.set("account", "personal")
    client("POST", "/me/contacts", {"emailAddresses": [{"address": "Ann@example.com"}]})
    return len(client.filter("emailAddresses/any(a:a/address eq 'ann@example.com')").json()["value"])


def combined_filter(client: Any) -> Any:
    return outcome(client.filter("displayName eq 'a' or displayName eq 'b'"))


def filter_with_orderby(client: Any) -> Any:
    return outcome(client.filter("startswith(displayName,'A')", more="&$orderby=displayName"))


def malformed_query(client: Any) -> Any:
    return outcome(client.filter("displayName eq 'O'Neil'"))


def search_hits(client: Any) -> Any:
    client("POST", "/me/contacts", {"givenName": "Xyzzyq"})
    return len(client("GET", '/me/contacts?$search="xyzzyq"').json()["value"])


def _seen_after(client: Any, look: Callable[[], int]) -> list[bool]:
    """Whether something is seen at once, after a little more than half a minute, after ten."""
    seen = []
    for seconds in (0, 30, 570):
        client.fake.clock.advance(seconds)
        seen.append(bool(look()))
    return seen


def search_lag(client: Any) -> Any:
    client("POST", "/me/contacts", {"givenName": "Xyzzyq"})
    return _seen_after(client, lambda: len(client("GET", '/me/people?$search="xyzzyq"').json()["value"]))


def extended_lag(client: Any) -> Any:
    client("POST", "/me/contacts", {"singleValueExtendedProperties": [{"id": EP, "value": "x"}]})
    text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{EP}' and ep/value eq 'x')"
    return _seen_after(client, lambda: len(client.filter(text).json()["value"]))


def modified_since(client: Any) -> Any:
    return outcome(client.filter("lastModifiedDateTime ge 2026-05-01T00:00:00Z"))


def directory_phones(client: Any) -> Any:
    client.token = client.fake.oauth.issue("kim", ["User.Read.All"]).access_token
    text = "businessPhones/any(p:p eq '+49 30 23125 982')"
    answer = client.filter(text, "/users", "&$count=true", ConsistencyLevel="eventual")
    return [row["displayName"] for row in answer.json()["value"]] if answer.status == 200 else outcome(answer)


def outlook_limits(client: Any) -> Any:
    return outcome(client("POST", "/me/contacts", {"businessPhones": ["1", "2", "3"]}))


def ranked_emails(client: Any) -> Any:
    made = client("POST", "/me/contacts", {"emailAddresses": [{"address": "a@example.com"}]}).json()
    return made.get("primaryEmailAddress", "no such member")


def read_only_in_write(client: Any) -> Any:
    return outcome(client("POST", "/me/contacts", {"givenName": "A", "changeKey": "x"}))


def spurious_conflict(client: Any) -> Any:
    path = "/me/contacts/" + client("POST", "/me/contacts", {"givenName": "A"}).json()["id"]
    return [outcome(client("PATCH", path, {"surname": "B"})) for _ in range(2)]


def mixed_ids(client: Any) -> Any:
    loose = client("GET", "/me/contacts?$top=1").json()["value"][0]["id"]
    return outcome(client("GET", f"/me/contacts/{loose}", prefer='IdType="ImmutableId"'))


def wrong_id(client: Any) -> Any:
    return outcome(client("GET", f"/me/contacts/{NOWHERE}"))


def duplicate_event(client: Any) -> Any:
    return [client("POST", "/me/events", EVENT).status for _ in range(2)]


def existing_event_id(client: Any) -> Any:
    made = client("POST", "/me/events", EVENT).json()["id"]
    return client("POST", "/me/events", EVENT).json()["error"].get("@event.existingEventId") == made


def extended_null(client: Any) -> Any:
    body = {"singleValueExtendedProperties": [{"id": EP, "value": "x"}]}
    path = "/me/events/" + client("POST", "/me/events", {**EVENT, **body}).json()["id"]
    body["singleValueExtendedProperties"] = [{"id": EP, "value": None}]  # type: ignore[dict-item]
    answer = outcome(client("PATCH", path, body))
    return answer, len(client.fake.records("events")[0]["singleValueExtendedProperties"])


def task_link_filter(client: Any) -> Any:
    tasks = _tasks(client)
    for each in ("a", "b"):
        client("POST", tasks, {"title": "T", "linkedResources": [{"externalId": each}]})
    answer = client.filter("linkedResources/any(l:l/externalId eq 'a')", tasks)
    return len(answer.json()["value"]) if answer.status == 200 else outcome(answer)


def task_orderby(client: Any) -> Any:
    return outcome(client("GET", _tasks(client) + "?$orderby=createdDateTime%20desc"))


def _fifth(client: Any) -> Any:
    """The answer to a fifth request while four are under way."""
    request = WireRequest("GET", "https://graph.microsoft.com/v1.0/me", (("authorization", f"Bearer {client.token}"),))
    flying = [client.fake.open(request) for _ in range(4)]
    answer = client("GET", "/me")
    for one in flying:
        client.fake.close(one)
    return answer


def throttle_code(client: Any) -> Any:
    return outcome(_fifth(client))


def retry_after(client: Any) -> Any:
    """What is told to somebody who has used up ten minutes' worth at once."""
    while (answer := client("GET", "/me")).status == 200:
        assert client.fake.journal.count < 10_010
    return answer.header("retry-after")


def batch_parallel(client: Any) -> Any:
    """How many of five parts are done while one other request is under way."""
    request = WireRequest("GET", "https://graph.microsoft.com/v1.0/me", (("authorization", f"Bearer {client.token}"),))
    flying = client.fake.open(request)
    parts = [{"id": str(n), "method": "GET", "url": "/me"} for n in range(5)]
    answers = client("POST", "/$batch", {"requests": parts}).json()["responses"]
    client.fake.close(flying)
    return sorted(one["status"] for one in answers)


def _delta(client: Any) -> list[Any]:
    """The pages of a first round."""
    pages = [client("GET", "/me/contacts/delta", prefer="odata.maxpagesize=999").json()]
    while "@odata.nextLink" in pages[-1]:
        pages.append(client("GET", pages[-1]["@odata.nextLink"], prefer="odata.maxpagesize=999").json())
    return pages


def empty_delta_page(client: Any) -> Any:
    return [bool(page["value"]) for page in _delta(client)]


def expired_delta(client: Any) -> Any:
    link = _delta(client)[-1]["@odata.deltaLink"]
    client.fake.expire_delta()
    answer = client("GET", link)
    assert answer.status == 410
    return outcome(answer)


BAD_FILTER = "ErrorInvalidUrlQueryFilter"
CONFLICT = "ErrorIrresolvableConflict"
SEEN: dict[Probe, dict[str, Any]] = {
    cloud: {
        "global": "graph.microsoft.com", "usgov_l4": "graph.microsoft.us", "usgov_l5": "dod-graph.microsoft.us",
        "china": "microsoftgraph.chinacloudapi.cn",
    },
    account: {
        "work": ("outlook.office365.com", [302, 400, 302]),
        "personal": ("outlook.live.com", [302, 302, 400]),
    },
    zones: {
        "europe": ["GMT Standard Time", "W. Europe Standard Time"],
        "overseas": ["Cen. Australia Standard Time", "Mountain Standard Time"],
    },
    calls_calendar: {"none": [(False, False)], "own": [(True, False), (True, True)]},
    china_login: {"msal_only": 404, "both": 302},
    consent: {"users": [302, 302], "administrator": [302, 400]},
    loopback_ip_redirect: {"refused": 400, "accepted": 302},
    granted_scopes: {"bare": "openid User.Read", "as_asked": "openid https://dod-graph.microsoft.us/User.Read"},
    old_refresh_token: {"hour": 400, "day": 200},
    contains: {"refused": BAD_FILTER, "accepted": 200},
    mobile_phone_filter: {"refused": BAD_FILTER, "exact": 200},
    email_filter: {"misses_on_personal": 0, "reliable": 1},
    combined_filter: {"refused": "InefficientFilter", "accepted": 200},
    filter_with_orderby: {"refused": "InefficientFilter", "accepted": 200},
    malformed_query: {"BadRequest": "BadRequest", "RequestBroker--ParseUri": "RequestBroker--ParseUri"},
    search_hits: {"odd": 2, "plain": 1},
    search_lag: {"30s": [False, True, True], "none": [True, True, True]},
    extended_lag: {"600s": [False, False, True], "30s": [False, True, True], "none": [True, True, True]},
    modified_since: {"refused": BAD_FILTER, "accepted": 200},
    directory_phones: {"refused": "Request_UnsupportedQuery", "accepted": ["Lee Gu"]},
    outlook_limits: {"refused": "ErrorInvalidRequest", "accepted": 201},
    ranked_emails: {"absent": "no such member", "present": {"address": "a@example.com"}},
    read_only_in_write: {"refused": "ErrorInvalidProperty", "ignored": 201},
    spurious_conflict: {"once_after_create": [CONFLICT, 200], "never": [200, 200]},
    mixed_ids: {"refused": "ErrorInvalidIdMalformed", "accepted": 200},
    wrong_id: {"404": "ErrorItemNotFound", "400": "ErrorInvalidIdMalformed"},
    duplicate_event: {"400": [201, 400], "409": [201, 409]},
    existing_event_id: {"absent": False, "present": True},
    extended_null: {"refused": ("ErrorInvalidProperty", 1), "deletes": (200, 0)},
    task_link_filter: {"refused": "invalidRequest", "accepted": 1},
    task_orderby: {"refused": "invalidRequest", "accepted": 200},
    throttle_code: {one: one for one in ("ApplicationThrottled", "TooManyRequests", "activityLimitReached")},
    retry_after: {"constant": "1", "true": "601", "absent": None},
    batch_parallel: {"counts": [200, 200, 200, 429, 429], "queues": [200] * 5},
    empty_delta_page: {"second": [True, False, False], "never": [True]},
    expired_delta: {"SyncStateNotFound": "SyncStateNotFound", "resyncRequired": "resyncRequired"},
}  # fmt: skip
HARDEST = {
    name: "refused" for name in (
        "contains", "mobile_phone_filter", "combined_filter", "filter_with_orderby", "modified_since", "mixed_ids",
        "outlook_limits", "read_only_in_write", "extended_null", "task_link_filter", "task_orderby",
        "loopback_ip_redirect", "directory_phones",
    )
} | {
    "search_hits": "odd", "search_lag": "30s", "extended_lag": "600s", "email_filter": "misses_on_personal",
    "existing_event_id": "absent", "duplicate_event": "400", "spurious_conflict": "once_after_create",
    "retry_after": "constant", "batch_parallel": "counts", "old_refresh_token": "hour", "empty_delta_page": "second",
    "granted_scopes": "as_asked", "china_login": "msal_only", "consent": "administrator",
}  # fmt: skip


@pytest.mark.parametrize(
    ("probe", "reading"),
    [
        pytest.param(probe, reading, id=f"{probe.__name__}-{reading}")
        for probe, told in SEEN.items()
        for reading in told
    ],
)
def test_each_reading_shows(make: Any, probe: Probe, reading: str) -> None:
    """With each reading a client sees what that reading says."""
    client = make(**{probe.__name__: reading})
    assert probe(client) == SEEN[probe][reading]


def test_no_switch_is_left_out() -> None:
    """Every reading of every switch is tested, and no two readings of one look alike."""
    tested = {probe.__name__: set(told) for probe, told in SEEN.items()}
    assert tested == {switch.name: set(switch.readings) for switch in MICROSOFT365_SWITCHES}
    for probe, told in SEEN.items():
        assert len({repr(one) for one in told.values()}) == len(told), probe.__name__


def test_the_hardest_reading_is_the_default() -> None:
    """Who changes nothing meets the fake at its hardest."""
    fake = Microsoft365Fake()
    assert {name: fake.switches[name] for name in HARDEST} == HARDEST
    with pytest.raises(ValueError, match="no reading"):
        Microsoft365Fake(switches={"contains": "perhaps"})
