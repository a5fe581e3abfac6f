"""What the transport makes of this connector's requests: every byte of a URL, and no host but the instance's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer360.core import errors as e
from customer360.core.effects import Operation, Request
from customer360.core.linking import LinkFacts
from customer360.core.records import ContactDraft, RecordRef
from customer360.core.search import FieldIs, PhoneIs
from customer360.transport.prepare import Prepared, prepare
from customer360_salesforce import SalesforceConnector
from customer360_testkit.by_hand import play

SF = SalesforceConnector()
FACTS = LinkFacts(
    crm="salesforce",
    settings={"login_host": "login.salesforce.com", "key_field": "Key__c"},
    extra={"instance_url": "https://acme.my.salesforce.com"},
)


class Stop(Exception):
    """Enough was seen."""


def sent(op: Operation[Any]) -> Prepared:
    """The operation's first request, as the transport writes it."""
    seen: list[Prepared] = []

    def keep(request: Request) -> Any:
        seen.append(prepare(request, base=SF.api_base(FACTS), hosts=SF.hosts(FACTS), user_agent="t"))
        raise Stop

    with pytest.raises(Stop):
        play(op, keep)
    return seen[0]


@given(st.text(alphabet="a+%&=#?/ é'\\\n", min_size=1, max_size=12))
def test_a_statement_arrives_as_it_was_written(text: str) -> None:
    """A plus stays a plus, an ampersand begins no parameter."""
    url = urlsplit(sent(SF.search(FACTS, "Contact", FieldIs("LastName", text))).url)
    assert (url.netloc, url.path) == ("acme.my.salesforce.com", "/services/data/v62.0/query")
    (statement,) = parse_qs(url.query, strict_parsing=True)["q"]
    escapes = {"\\": "\\\\", "'": "\\'", "\n": "\\n"}
    assert f"WHERE LastName = '{''.join(escapes.get(char, char) for char in text)}'" in statement


@given(st.text(min_size=1, max_size=12))
def test_a_key_is_one_segment_of_the_path(key: str) -> None:
    """It never chooses another resource."""
    try:
        prepared = sent(SF.create(FACTS, ContactDraft(resource="Contact", fields={}, key=key)))
    except e.InvalidValue:
        assert not key.isprintable() or not key.strip(". ")
        return
    assert urlsplit(prepared.url).path.count("/") == 7


@pytest.mark.parametrize(
    ("op", "url"),
    [
        (lambda: SF.identify(FACTS), "https://acme.my.salesforce.com/services/oauth2/userinfo"),
        (
            lambda: SF.describe(FACTS, "Call"),
            "https://acme.my.salesforce.com/services/data/v62.0/sobjects/Task/describe",
        ),
        (
            lambda: SF.search(FACTS, "Lead", PhoneIs("+15127576000", "5127576000", "US")),
            "https://acme.my.salesforce.com/services/data/v62.0/composite/batch",
        ),
        (
            lambda: SF.get(FACTS, RecordRef("salesforce", "Lead", "00Q5e00000AbCdEAAV")),
            "https://acme.my.salesforce.com/services/data/v62.0/sobjects/Lead/00Q5e00000AbCdEAAV",
        ),
    ],
)
def test_where_it_goes(op: Callable[[], Operation[Any]], url: str) -> None:
    """To the instance, under the version."""
    assert sent(op()).url == url
