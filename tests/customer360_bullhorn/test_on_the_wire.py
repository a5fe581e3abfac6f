"""What the transport makes of this connector's requests: every byte, and no host but the session's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customer360_bullhorn.conftest import FACTS

from customer360.core.activities import NoteDraft
from customer360.core.effects import Operation, Request
from customer360.core.errors import NotFound, Unsupported
from customer360.core.records import ContactChange, ContactDraft, RecordRef, RelatedKind
from customer360.core.search import FieldIs, PhoneIs
from customer360.transport.prepare import Prepared, prepare
from customer360_bullhorn import BullhornConnector
from customer360_testkit.by_hand import play

BH = BullhornConnector()
ROOT = "https://rest99.bullhornstaffing.com/rest-services/abc123"
CANDIDATE = RecordRef("bullhorn", "Candidate", "42")
COMPANY = RecordRef("bullhorn", "ClientCorporation", "7")


class Stop(Exception):
    """Enough was seen."""


def sent(op: Operation[Any]) -> Prepared:
    """The operation's first request, as the transport writes it."""
    seen: list[Prepared] = []

    def keep(request: Request) -> Any:
        seen.append(prepare(request, base=BH.api_base(FACTS), hosts=BH.hosts(FACTS), user_agent="t"))
        raise Stop

    with pytest.raises(Stop):
        play(op, keep)
    return seen[0]


@given(st.text(alphabet="a+%&=#?/ é'\\\"", min_size=1, max_size=12))
def test_what_is_asked_for_is_in_no_url(text: str) -> None:
    """Names and numbers are posted, and arrive as they were written."""
    try:
        request = sent(BH.search(FACTS, "Candidate", FieldIs("lastName", text)))
    except Unsupported:
        return
    url = urlsplit(request.url)
    assert (request.method, url.netloc, url.path) == (
        "POST",
        "rest99.bullhornstaffing.com",
        "/rest-services/abc123/search/Candidate",
    )
    assert set(parse_qs(url.query)) == {"start", "count", "fields", "sort"}
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    wanted = f'(lastName:"{escaped}" AND isDeleted:false) NOT status:"Archived"'
    assert json.loads(request.content) == {"query": wanted}


@given(st.text(max_size=12))
def test_an_id_never_chooses_another_resource(identifier: str) -> None:
    """What cannot be one is a record that is not there, before any request."""
    ref = RecordRef("bullhorn", "Candidate", identifier)
    try:
        request = sent(BH.get(FACTS, ref))
    except NotFound:
        assert not (identifier.isascii() and identifier.isdecimal()) or identifier.startswith("0")
        return
    assert urlsplit(request.url).path == f"/rest-services/abc123/entity/Candidate/{identifier}"


@pytest.mark.parametrize(
    ("op", "method", "path"),
    [
        (lambda: BH.identify(FACTS), "GET", "/settings/userId,corporationId,corporationName"),
        (lambda: BH.describe(FACTS, "Lead"), "GET", "/meta/Lead"),
        (lambda: BH.list_resources(FACTS), "GET", "/meta"),
        (lambda: BH.search(FACTS, "Lead", PhoneIs("+15127576000", "5127576000", "US")), "POST", "/search/Lead"),
        (lambda: BH.get(FACTS, CANDIDATE), "GET", "/entity/Candidate/42"),
        (lambda: BH.create(FACTS, ContactDraft(resource="Lead", fields={})), "PUT", "/entity/Lead"),
        (
            lambda: BH.update(FACTS, ContactChange(ref=CANDIDATE, fields={"phone": None})),
            "GET",
            "/entity/Candidate/42",
        ),
        (lambda: BH.related(FACTS, CANDIDATE, RelatedKind.NOTE), "GET", "/entity/Candidate/42/notes"),
        (lambda: BH.related(FACTS, CANDIDATE, RelatedKind.TASK), "POST", "/query/Task"),
        (
            lambda: BH.related(FACTS, COMPANY, RelatedKind.CALL),
            "GET",
            "/allCorpNotes",
        ),
        (lambda: BH.create_activity(FACTS, NoteDraft(contact=CANDIDATE, key="k")), "GET", "/entity/Candidate/42"),
        (lambda: BH.changes(FACTS, "Candidate"), "POST", "/search/Candidate"),
        (lambda: BH.changes(FACTS, "ClientContact"), "POST", "/query/ClientContact"),
    ],
)
def test_where_it_goes(op: Callable[[], Operation[Any]], method: str, path: str) -> None:
    """To the session's host, below the tenant's path; people are never asked for of /query where it knows none."""
    request = sent(op())
    assert (request.method, request.url.partition("?")[0]) == (method, ROOT + path)


@pytest.mark.parametrize("entity", ["Candidate", "ClientContact", "Lead", "ClientCorporation"])
def test_fields_are_named(entity: str) -> None:
    """All fields at once are refused to everybody but administrators (gotcha 10)."""
    url = urlsplit(sent(BH.get(FACTS, RecordRef("bullhorn", entity, "42"))).url)
    (fields,) = parse_qs(url.query)["fields"]
    assert "*" not in fields
    assert {"id", "name", "dateLastModified"} <= set(fields.split(","))
