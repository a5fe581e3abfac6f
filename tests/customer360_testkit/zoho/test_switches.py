"""Every switch, with every reading, changes what a client sees, and only as it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from tests.customer360_testkit.zoho.by_hand import Client, code, signed_in

from customer360_testkit.fakes.exchange import WireAnswer, WireRequest
from customer360_testkit.fakes.zoho.fake import ZohoFake
from customer360_testkit.fakes.zoho.hosts import DATA_CENTRES, ENVIRONMENTS
from customer360_testkit.fakes.zoho.switches import ZOHO_SWITCHES

Probe = Callable[[Client], Any]
NOBODY = "6100000000000999999"
START = "2026-05-14T09:00:00+01:00"
CALL = {"Subject": "C", "Call_Type": "Inbound", "Call_Start_Time": START, "Call_Duration": "03:25"}
BACK = "https://desk.example/back"
CHALLENGE = {"code_challenge": "x" * 43, "code_challenge_method": "plain"}


def outcome(answer: WireAnswer) -> Any:
    """The status, or the vendor's code."""
    return answer.status if answer.status < 400 else code(answer)[1]


def _person(client: Client, **values: str) -> str:
    """A contact whom the index knows."""
    found = client.add("Contacts", Last_Name="Switch", **values)
    client.settle()
    return found


def _post(client: Client, path: str, **form: str) -> WireAnswer:
    given = {"client_id": client.fake.client_id, "client_secret": client.fake.client_secret, **form}
    return client.fake.answer(WireRequest("POST", f"https://accounts.zoho.eu{path}", (), urlencode(given).encode()))


def _authorize(client: Client, **more: str) -> str | None:
    """Where the consent page sends the browser."""
    asked = {
        "response_type": "code", "client_id": client.fake.client_id, "redirect_uri": BACK, "scope": "ZohoCRM.org.READ",
        "access_type": "offline", **more,
    }  # fmt: skip
    url = f"https://accounts.zoho.eu/oauth/v2/auth?{urlencode(asked)}"
    return client.fake.answer(WireRequest("GET", url)).header("location")


def _tokens(client: Client, **more: str) -> Any:
    location = _authorize(client, **more)
    if location is None:
        return "refused"
    given = parse_qs(urlsplit(location).query)["code"][0]
    return _post(client, "/oauth/v2/token", grant_type="authorization_code", code=given, redirect_uri=BACK).json()


def data_centre(client: Client) -> Any:
    """Whose API hosts know the organisation."""
    hosts = {key: centre.api("production") for key, centre in DATA_CENTRES.items()}
    return [key for key, host in hosts.items() if Client(client.fake, client.token, host).get("/org").status == 200]


def environment(client: Client) -> Any:
    hosts = {each: client.fake.centre.api(each) for each in ENVIRONMENTS}
    return [each for each, host in hosts.items() if Client(client.fake, client.token, host).get("/org").status == 200]


def zones(client: Client) -> Any:
    """Of the organisation, and of the times that a user is shown."""
    (org,) = client.get("/org").json()["org"]
    return org["time_zone"], client.read("Contacts", _person(client))["Created_Time"][-6:]


def api_domain(client: Client) -> Any:
    client.fake.environment = "sandbox"
    return _tokens(client)["api_domain"]


def bearer(client: Client) -> Any:
    headers = (("authorization", f"Bearer {client.token}"),)
    return outcome(client.fake.answer(WireRequest("GET", "https://www.zohoapis.eu/crm/v8/org", headers)))


def pkce(client: Client) -> Any:
    """A sign-in with a challenge that nobody answers."""
    told = _tokens(client, **CHALLENGE)
    return told if isinstance(told, str) else told.get("error", "tokens")


def revoke_body(client: Client) -> Any:
    token = client.fake.oauth.issue("kim", ()).refresh_token
    return _post(client, f"/oauth/v2/token/revoke?token={token}").json()


def token_scope(client: Client) -> Any:
    return _tokens(client).get("scope")


def client_credentials_path(client: Client) -> Any:
    form = {"grant_type": "client_credentials", "soid": f"ZohoCRM.{client.fake.org_id}", "scope": "ZohoCRM.org.READ"}
    return ["access_token" in _post(client, f"/oauth/v2/{path}", **form).json() for path in ("auth", "token")]


def unknown_token(client: Client) -> Any:
    client.token = "1000.other"
    return code(client.get("/org"))


def missing_record(client: Client) -> Any:
    return client.get(f"/Contacts/{NOBODY}").status


def bad_id_status(client: Client) -> Any:
    return code(client.get("/Contacts/somebody")), code(client.get(f"/Contacts/{NOBODY}/Notes", fields="id"))


def invalid_module_status(client: Client) -> Any:
    return code(client.get("/Nowhere", fields="id")), code(client.get("/settings/fields", module="Nowhere"))


def closed_related_lists(client: Client) -> Any:
    """Whether a list of completed tasks is there, and named."""
    who = _person(client)
    client.add("Tasks", Subject="T", Status="Completed", Who_Id={"id": who})
    lists = client.get("/settings/related_lists", module="Contacts").json()["related_lists"]
    named = "Tasks_History" in {one["api_name"] for one in lists}
    return named, outcome(client.get(f"/Contacts/{who}/Tasks_History", fields="Subject"))


def notes_order(client: Client) -> Any:
    who = _person(client)
    for text in ("first", "second"):
        client.row("POST", f"/Contacts/{who}/Notes", Note_Content=text)
    listed = client.get(f"/Contacts/{who}/Notes", fields="Note_Content").json()["data"]
    return [note["Note_Content"] for note in listed]


def deleted_pages(client: Client) -> Any:
    """How the list of more than 2,000 deletions goes on."""
    for _ in range(21):
        rows = client("POST", "/Contacts", {"data": [{"Last_Name": "Gone"}] * 100}).json()["data"]
        client("DELETE", "/Contacts", ids=",".join(row["details"]["id"] for row in rows))
    info = client.get("/Contacts/deleted", page=10).json()["info"]
    beyond = code(client.get("/Contacts/deleted", page=11))[1]
    token = info.get("next_page_token")
    return beyond, token and len(client.get("/Contacts/deleted", page_token=token).json()["data"])


def phone_values(client: Client) -> Any:
    return [outcome(client.get("/Contacts/search", phone=text)) for text in ("+4999999999", "(99) 999-9999.9")]


def phone_match(client: Client) -> Any:
    """By a part of the number, by its end, by all its digits, by the text as it was typed."""
    _person(client, Phone="+49 30 777888")
    return [bool(client.search(phone=asked)) for asked in ("3077788", "777888", "4930777888", "+49 30")]


def email_match(client: Client) -> Any:
    _person(client, Email="switch@own.example")
    return [bool(client.search(email=asked)) for asked in ("itch@own.example", "SWITCH@own.example")]


def lookup_by_name(client: Client) -> Any:
    account = client.add("Accounts", Account_Name="Zeta")
    _person(client, Account_Name={"id": account})  # type: ignore[arg-type]  # a lookup
    return outcome(client.get("/Contacts/search", criteria="(Account_Name:equals:Zeta)"))


def criteria_backslash(client: Client) -> Any:
    _person(client, First_Name="abc")
    return outcome(client.get("/Contacts/search", criteria=r"(First_Name:equals:a\bc)"))


def criteria_conditions(client: Client) -> Any:
    def asked(count: int) -> Any:
        criteria = "(" + "or".join(["(Last_Name:equals:xyzzy)"] * count) + ")"
        return outcome(client.get("/Contacts/search", criteria=criteria))

    return [asked(count) for count in (10, 15, 16)]


def search_rows(client: Client) -> Any:
    who = _person(client, Email="switch@own.example")
    client.row("PUT", f"/Contacts/{who}", Title="new")
    return client.get("/Contacts/search", email="switch@own.example").json()["data"][0]["Title"]


def deleted_in_search(client: Client) -> Any:
    who = _person(client, Email="switch@own.example")
    client("DELETE", f"/Contacts/{who}")
    return client.search(email="switch@own.example") == [who]


def coql_rows(client: Client) -> Any:
    query = "select id from Contacts where id is not null limit"
    return [outcome(client.coql(f"{query} {count}")) for count in (200, 2000, 2001)]


def phone_rule(client: Client) -> Any:
    numbers = ("030 123-45", "(030) 123", "+49 (30) 123", "030/123")
    return [client.row("POST", "/Leads", Last_Name="L", Phone=number)["code"] == "SUCCESS" for number in numbers]


def unknown_field(client: Client) -> Any:
    return client.row("POST", "/Leads", Last_Name="L", No_Such_Field=1)["code"]


def unknown_picklist(client: Client) -> Any:
    """What becomes of a choice that the list does not know: it is stored, and the list may learn it."""
    lead = client.add("Leads", Last_Name="L", Lead_Source="Pigeon")
    fields = client.get("/settings/fields", module="Leads").json()["fields"]
    (known,) = [field["pick_list_values"] for field in fields if field["api_name"] == "Lead_Source"]
    return client.read("Leads", lead)["Lead_Source"], "Pigeon" in {one["actual_value"] for one in known}


def duplicate_details(client: Client) -> Any:
    client.fake.schema.change_field("Leads", "Designation", unique=True)
    client.add("Leads", Last_Name="L", Designation="D")
    return sorted(client.row("POST", "/Leads", Last_Name="L", Designation="D")["details"])


def partial_status(client: Client) -> Any:
    return client("POST", "/Leads", {"data": [{"Last_Name": "L"}, {}]}).status


def old_note_parent(client: Client) -> Any:
    who = _person(client)
    return client.row("POST", "/Notes", Parent_Id=who, se_module="Contacts", Note_Content="text")["code"]


def composite_failure(client: Client) -> Any:
    """What a request inside is called that was refused."""
    part = {"method": "GET", "uri": "/crm/v8/Contacts"}
    answer = client("POST", "/__composite_requests", {"__composite_requests": [part]})
    (item,) = answer.json()["__composite_requests"]
    return answer.status, item["status"], item["details"]["response"]["status_code"]


def participants_limit(client: Client) -> Any:
    rows = [{"type": "email", "Email": f"p{number}@x.example"} for number in range(51)]
    event = {"Event_Title": "E", "Start_DateTime": START, "End_DateTime": START}
    return [client.row("POST", "/Events", **event, Participants=rows[:count])["code"] for count in (50, 51)]


def long_calls(client: Client) -> Any:
    return [client.row("POST", "/Calls", **{**CALL, "Call_Duration": text})["code"] for text in ("59:59", "60:00")]


def missed_duration(client: Client) -> Any:
    missed = {"Subject": "C", "Call_Type": "Missed", "Call_Start_Time": START}
    shown = client.read("Calls", client.add("Calls", **missed))
    return shown["Call_Duration"], shown["Call_Duration_in_seconds"]


def call_status_field(client: Client) -> Any:
    """Which name takes the status of an outbound call."""
    found = []
    for name in ("Outgoing_Call_Status", "Outbound_Call_Status"):
        row = client.row("POST", "/Calls", **{**CALL, "Call_Type": "Outbound", name: "Completed"})
        found.append(row["code"] == "SUCCESS")
    return found


def clear_link(client: Client) -> Any:
    call = client.add("Calls", **CALL, Who_Id={"id": _person(client)})
    client.row("PUT", f"/Calls/{call}", Who_Id=None)
    return client.read("Calls", call)["Who_Id"] is None


def move_note(client: Client) -> Any:
    one, other = _person(client), _person(client)
    note = client.row("POST", f"/Contacts/{one}/Notes", Note_Content="text")["details"]["id"]
    place = {"module": {"api_name": "Contacts"}, "id": other}
    row = client.row("PUT", f"/Notes/{note}", Parent_Id=place)
    return row["code"], client.read("Notes", note)["Parent_Id"]["id"] == other


def credits_code(client: Client) -> Any:
    client.fake.guard.credits = 0
    return code(client.get("/org"))


def credits_header(client: Client) -> Any:
    client.fake.guard.credits = 5
    return client.get("/org").header("x-api-credits-remaining")


def locked_code(client: Client) -> Any:
    who = _person(client)
    client.fake.locked.add(("Contacts", who))
    return client.row("PUT", f"/Contacts/{who}", Title="T")["code"]


BAD = "INVALID_DATA"
SEEN: dict[Probe, dict[str, Any]] = {
    data_centre: {key: [key] for key in DATA_CENTRES},
    environment: {each: [each] for each in ENVIRONMENTS},
    zones: {"whole hours": ("Europe/Berlin", "+01:00"), "half hours": ("Asia/Kolkata", "+09:30")},
    api_domain: {"production": "https://www.zohoapis.eu", "own": "https://sandbox.zohoapis.eu"},
    bearer: {"refused": "AUTHENTICATION_FAILURE", "accepted": 200},
    pkce: {"refused": "refused", "ignored": "tokens", "checked": "invalid_code"},
    revoke_body: {"empty": {}, "status": {"status": "success"}},
    token_scope: {"absent": None, "present": "ZohoCRM.org.READ"},
    client_credentials_path: {"auth": [True, False], "token": [False, True]},
    unknown_token: {one: (401, one) for one in ("AUTHENTICATION_FAILURE", "INVALID_TOKEN")},
    missing_record: {"204": 204, "404": 404},
    bad_id_status: {one: ((int(one), BAD), (int(one), BAD)) for one in ("400", "404")},
    invalid_module_status: {one: ((int(one), "INVALID_MODULE"),) * 2 for one in ("400", "404")},
    closed_related_lists: {"absent": (False, "INVALID_URL_PATTERN"), "history": (True, 200)},
    notes_order: {"oldest_first": ["first", "second"], "newest_first": ["second", "first"]},
    deleted_pages: {"token": ("DISCRETE_PAGINATION_LIMIT_EXCEEDED", 100), "number": ("LIMIT_REACHED", None)},
    phone_values: {"loose": [204, 204], "digits": [204, BAD]},
    phone_match: {
        "digits_contained": [True, True, True, True], "digits_suffix": [False, True, True, False],
        "digits_equal": [False, False, True, False], "text_contained": [False, True, False, True],
    },
    email_match: {"partial": [True, True], "exact": [False, True]},
    lookup_by_name: {"never": "INVALID_QUERY", "matches": 200},
    criteria_backslash: {"refused": "INVALID_QUERY", "escape": 200, "literal": 204},
    criteria_conditions: {
        "10": [204, "CRITERIA_LIMIT_EXCEEDED", "CRITERIA_LIMIT_EXCEEDED"], "15": [204, 204, "CRITERIA_LIMIT_EXCEEDED"],
    },
    search_rows: {"stale": None, "current": "new"},
    deleted_in_search: {"lags": True, "at once": False},
    coql_rows: {"200": [200, "LIMIT_EXCEEDED", "LIMIT_EXCEEDED"], "2000": [200, 200, "LIMIT_EXCEEDED"]},
    phone_rule: {"single": [True, False, False, False], "loose": [True, True, True, False]},
    unknown_field: {"rejected": BAD, "ignored": "SUCCESS"},
    unknown_picklist: {"kept": ("Pigeon", False), "added": ("Pigeon", True)},
    duplicate_details: {
        "duplicate_record": ["api_name", "duplicate_record", "json_path"], "id": ["api_name", "id", "json_path"],
    },
    partial_status: {one: int(one) for one in ("200", "201", "202", "207")},
    old_note_parent: {"refused": BAD, "accepted": "SUCCESS"},
    composite_failure: {"executed": (400, "success", 400), "failed": (400, "error", 400)},
    participants_limit: {"50": ["SUCCESS", BAD], "none": ["SUCCESS", "SUCCESS"]},
    long_calls: {"accepted": ["SUCCESS", "SUCCESS"], "refused": ["SUCCESS", BAD]},
    missed_duration: {"null": (None, None), "zero": ("00:00", 0)},
    call_status_field: {
        "Outgoing_Call_Status": [True, False], "Outbound_Call_Status": [False, True], "both": [True, True],
    },
    clear_link: {"clears": True, "ignored": False},
    move_note: {"refused": (BAD, False), "moves": ("SUCCESS", True)},
    credits_code: {one: (429, one) for one in ("LIMIT_EXCEEDED", "TOO_MANY_REQUESTS")},
    credits_header: {"absent": None, "present": "4"},
    locked_code: {one: one for one in ("RECORD_IN_BLUEPRINT", "RECORD_LOCKED")},
}  # fmt: skip
HARDEST = {name: "refused" for name in ("bearer", "pkce", "criteria_backslash", "old_note_parent", "move_note")} | {
    "email_match": "partial", "phone_match": "digits_contained", "phone_rule": "single", "unknown_field": "rejected",
    "search_rows": "stale", "deleted_in_search": "lags", "coql_rows": "200", "criteria_conditions": "10",
    "closed_related_lists": "absent", "lookup_by_name": "never", "credits_header": "absent", "missing_record": "204",
    "composite_failure": "executed", "participants_limit": "50", "token_scope": "absent", "revoke_body": "empty",
}  # fmt: skip


@pytest.mark.parametrize(
    ("probe", "reading"),
    [
        pytest.param(probe, reading, id=f"{probe.__name__}-{reading}")
        for probe, told in SEEN.items()
        for reading in told
    ],
)
def test_each_reading_shows(probe: Probe, reading: str) -> None:
    """With each reading a client sees what that reading says."""
    switch: dict[str, Any] = {probe.__name__: reading}
    assert probe(signed_in(**switch)) == SEEN[probe][reading]


def test_no_switch_is_left_out() -> None:
    """Every reading of every switch is tested, and no two readings of one look alike."""
    tested = {probe.__name__: set(told) for probe, told in SEEN.items()}
    assert tested == {switch.name: set(switch.readings) for switch in ZOHO_SWITCHES}
    for probe, told in SEEN.items():
        assert len({repr(one) for one in told.values()}) == len(told), probe.__name__


def test_the_hardest_reading_is_the_default() -> None:
    """Who changes nothing meets the fake at its hardest."""
    fake = ZohoFake()
    assert {name: fake.switches[name] for name in HARDEST} == HARDEST
    with pytest.raises(ValueError, match="no reading"):
        ZohoFake(switches={"bearer": "perhaps"})
